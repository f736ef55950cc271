/**
 * How an imitated ERP behaves, on the sim's own wire. Each line was measured or is documented by its maker (docs/erp.md says
 * which); a profile is a choice of such lines. Connectors of ERPs with a wire of their own have more besides.
 */
export type Profile = {
  name: ProfileName
  /** `draft`: a document is made, then posted. `direct`: making it is posting it. */
  flow: 'draft' | 'direct'
  /** Where our key can live. `header`: the ERP's own idempotency; `number`: the document's number, unique. */
  key: 'native' | 'header' | 'reference' | 'number'
  adjust: 'delta' | 'cas' | 'absolute'
  negative: 'accepted' | 'refused'
  /** Answers are statuses, or always 200 with the error inside. */
  envelope: 'status' | 'always200'
  /** What a post answers where it does not fit (cancelled, stock missing): a refusal, or a yes that did nothing. */
  unfit: 'refused' | 'silent'
  /** A part delivered without saying what becomes of the rest: 200 with a question, nothing done. */
  asksForRest: boolean
  /** Goods from outside without an order behind them raise a question with a name that changes. */
  warnsOfOrigin: boolean
  /** Posting a posted document: nothing happens, or it is refused. */
  postAgain: 'nothing' | 'refused'
  /** A write must name the version it has read. */
  etag: boolean
  /** A post may answer 504 while its job goes on and ends minutes later. */
  slowMs: number
  /** Times are whole seconds, null until the first change after making. */
  coarseTimes: boolean
  /** A change of a child (line, barcode, receipt) leaves the header's time alone. */
  quietHeaders: boolean
  /** One place may have several stock rows for one item. */
  splitRows: boolean
  /** Posting makes an accounting document as well. */
  invoices: boolean
  /** What an ERP's own count is worth: its expected figure is frozen when it is opened, or applying it again clears the place. */
  counts: 'none' | 'frozen' | 'destructive'
  /** Documents are loaded: a refusal is 200 with `ids: false`, and the same id again appends its lines to the draft. */
  loads: boolean
  /** A shipment that leaves no backorder leaves the order in exception until a person handles it. */
  leavesException: boolean
  /** PUT creates; POST updates what has the number, or creates. */
  putCreates: boolean
  /** Tells of every change, signed: each twice, the newest first. */
  webhooks: boolean
  /** It tells only whom a subscription names, for so long; 0 = always. */
  subscriptionMs: number
  /** Wants to know how far an order is, and says what carriers say of its parcels. */
  statuses: boolean
  /** Makes the carrier's label of a carton when it is told of it. */
  carrierLabels: boolean
  /** Calls at once before 429, and calls per minute. */
  atOnce: number
  perMinute: number
  /** Log in for a session that ends after so many ms; 0 = the token goes with every call. */
  sessionMs: number
  /** Wrong passwords until the user is locked out. */
  lockAfter: number
  /** How long an unanswered request may still commit. */
  settleMs: number
}

export const PROFILE_NAMES = [
  'plain',
  'tryton',
  'odoo',
  'erpnext',
  'bc',
  'netsuite',
  'logo',
  'shopify',
  'absolute',
] as const
export type ProfileName = (typeof PROFILE_NAMES)[number]

const PLAIN: Profile = {
  name: 'plain',
  flow: 'draft',
  key: 'native',
  adjust: 'delta',
  negative: 'accepted',
  envelope: 'status',
  unfit: 'refused',
  asksForRest: false,
  warnsOfOrigin: false,
  postAgain: 'nothing',
  etag: false,
  slowMs: 0,
  coarseTimes: false,
  quietHeaders: false,
  splitRows: false,
  invoices: false,
  counts: 'none',
  loads: false,
  leavesException: false,
  putCreates: false,
  webhooks: false,
  subscriptionMs: 0,
  statuses: false,
  carrierLabels: false,
  atOnce: 1000,
  perMinute: 1_000_000,
  sessionMs: 0,
  lockAfter: 1000,
  settleMs: 2_000,
}

const HOUR = 3_600_000

export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  /** What the others lack: it takes the state of orders and makes labels of carriers. */
  plain: { ...PLAIN, statuses: true, carrierLabels: true },
  /**
   * 200 with an error inside; reference not unique; yes to a cancelled shipment; children do not touch headers; a count
   * books against the figure of when it was opened; a rest that does not come leaves its order in exception.
   */
  tryton: {
    ...PLAIN,
    name: 'tryton',
    key: 'reference',
    envelope: 'always200',
    unfit: 'silent',
    warnsOfOrigin: true,
    counts: 'frozen',
    leavesException: true,
    coarseTimes: true,
    quietHeaders: true,
    sessionMs: 24 * HOUR,
    lockAfter: 6,
    settleMs: 30_000,
  },
  /**
   * 200 with a wizard; several rows for one bin; whole-second times; a refused load is 200 as well, a repeated one appends;
   * a count that is applied twice clears the place.
   */
  odoo: {
    ...PLAIN,
    name: 'odoo',
    key: 'reference',
    asksForRest: true,
    counts: 'destructive',
    loads: true,
    coarseTimes: true,
    quietHeaders: true,
    splitRows: true,
    settleMs: 30_000,
  },
  /** Draft and submit; submitting again is refused; long submits end after the caller has given up. */
  erpnext: {
    ...PLAIN,
    name: 'erpnext',
    key: 'reference',
    postAgain: 'refused',
    slowMs: 240_000,
    coarseTimes: true,
    quietHeaders: true,
    settleMs: 600_000,
  },
  /** Writes name the version; receiving makes the invoice; limits for the whole tenant; it tells of changes for three days. */
  bc: {
    ...PLAIN,
    name: 'bc',
    key: 'reference',
    etag: true,
    webhooks: true,
    subscriptionMs: 72 * HOUR,
    invoices: true,
    postAgain: 'refused',
    perMinute: 1_200,
    atOnce: 100,
    sessionMs: HOUR,
    settleMs: 60_000,
  },
  /** The key goes in a header; a repeat is refused and names the first; five at once. */
  netsuite: { ...PLAIN, name: 'netsuite', flow: 'direct', key: 'header', atOnce: 5, settleMs: 60_000 },
  /** One call at a time, unique document number, no negative stock; PUT creates, POST overwrites. */
  logo: {
    ...PLAIN,
    name: 'logo',
    flow: 'direct',
    key: 'number',
    putCreates: true,
    negative: 'refused',
    atOnce: 1,
    sessionMs: HOUR,
    settleMs: 60_000,
  },
  /** 200 with errors inside, mandatory key, compare-and-swap on stock, a bucket of cost, webhooks twice and out of order. */
  shopify: {
    ...PLAIN,
    name: 'shopify',
    flow: 'direct',
    key: 'header',
    adjust: 'cas',
    envelope: 'always200',
    webhooks: true,
    statuses: true,
    perMinute: 6_000,
    settleMs: 10_000,
  },
  /** Stock is a figure to be overwritten, without a place for our key. */
  absolute: { ...PLAIN, name: 'absolute', key: 'reference', adjust: 'absolute' },
}
