import type { Inbound, InboundKind, InboundPage } from './inbound.ts'
import type { Line, OperationType, OutboundOp, RemoteRef } from './operation.ts'
import type { Qty } from './quantity.ts'

/**
 * What every connector promises; held to it by the contract kit (test/erp/kit.ts). A connector speaks to one remote system.
 * It has no SQL, no timer and no retry loop: order, retries, locks and time belong to the workers. Whatever goes wrong is
 * thrown as an ErpError; its class decides what happens next.
 *
 *   prepare ──► ref stored by us ──► post ──► find = posted ──► done
 *                                      └─ unknown ──► settleMs ──► find decides
 */
export interface ErpConnector {
  readonly id: string
  readonly caps: ErpCaps
  /**
   * Log in, read the server's time, company and version, try every right and field that we shall need, one by one. No side
   * effect. A wrong password is tried once. Throws only what keeps it from looking at all.
   */
  check(signal: AbortSignal): Promise<Health>
  /**
   * Records changed since the cursor, whole, with their children. At least once, in any page size; pulling again from any
   * cursor ever returned gives the same records or newer versions of them. Cursors are (changed at, id) with `>=` and an
   * overlap of 5 minutes, and children are watched as well as headers: an order's lines, moves and deliveries, an item's
   * barcodes. Null = everything. A kind that is not in `caps.kinds` gives an empty page.
   */
  pull<K extends InboundKind>(
    kind: K,
    cursor: string | null,
    limit: number,
    signal: AbortSignal,
  ): Promise<InboundPage<K>>
  /** Every remote id of a kind that is active, for the nightly search for deletions. */
  ids(kind: InboundKind, signal: AbortSignal): AsyncIterable<string>
  /** Verify and reduce to hints; throws `auth` on a bad signature. The data itself is always pulled: a hint that is forged or lost costs only time. */
  webhook?(request: {
    headers: Readonly<Record<string, string>>
    raw: Uint8Array
    /** What stands in the address behind `?secret=`: for ERPs that can sign nothing. */
    secret?: string | null
    now: string
  }): Promise<{ id: string; hints: readonly Hint[] }>

  /**
   * Verify and read records that the ERP brings by itself instead of being asked: signed like a hint, in the words that `pull`
   * would have given them. Null = signed well, but not as it must be.
   */
  pushed?(request: {
    headers: Readonly<Record<string, string>>
    raw: Uint8Array
    now: string
  }): Promise<{ id: string; page: PushedPage | null }>

  /** Find the remote document by op.key, or make a draft. NO stock effect. Safe to repeat. */
  prepare(op: OutboundOp, known: RemoteRef | null, signal: AbortSignal): Promise<RemoteRef>
  /** Make the stock effect. Called only with a ref that our database has already stored. Its answer proves nothing. */
  post(op: OutboundOp, ref: RemoteRef, signal: AbortSignal): Promise<void>
  /** What the ERP says now: the only witness of success. Never changes anything. */
  find(op: OutboundOp, ref: RemoteRef | null, signal: AbortSignal): Promise<Found>
  /**
   * Takes a posted document back by one of the ERP's own counter-documents (or cancels a draft): for a message that was
   * posted twice. Missing = a person does it over there.
   */
  reverse?(op: OutboundOp, ref: RemoteRef, signal: AbortSignal): Promise<void>

  /** Stock on hand at the ERP's grain, one row per (item, location, lot): rows over there are summed. Zero may be left out. */
  stock(query: StockQuery, signal: AbortSignal): AsyncIterable<StockRow>
  /** Movements that the ERP has booked since the cursor, ours included, by (changed at, id) with overlap. */
  movementsSince(
    cursor: string | null,
    limit: number,
    signal: AbortSignal,
  ): Promise<{ moves: readonly ErpMove[]; next: string; more: boolean }>
}

export type Health = {
  ok: boolean
  /** The ERP's clock and calendar: dates of documents come from there. */
  serverTime: string
  timeZone: string
  company: string
  version: string
  problems: readonly Problem[]
  /** When the key or subscription ends; the desk warns 14 days ahead. */
  expiresAt: string | null
}
export type Problem = {
  kind: 'right' | 'module' | 'setting' | 'mapping' | 'clock' | 'limit' | 'expiry'
  /** Which: the model, field, button or module. */
  subject: string
  /** What to do about it, for the integrator. */
  words: string
}

export type PushedPage = {
  [K in InboundKind]: { kind: K } & Pick<InboundPage<K>, 'items' | 'flaws'>
}[InboundKind]
export type Hint = { kind: InboundKind; id: string | null }

export type PostedLine = Pick<Line, 'item' | 'lot' | 'serial' | 'qty'>
export type Found =
  | { state: 'absent' }
  | { state: 'draft'; ref: RemoteRef }
  | { state: 'cancelled'; ref: RemoteRef }
  | {
      state: 'posted'
      ref: RemoteRef
      at: string
      /** What it moved; null where the ERP does not say. */
      lines: readonly PostedLine[] | null
      /** Invoices, journal entries and waybills that the ERP made of it. */
      documents: readonly RemoteRef[]
    }
  /** Our key more than once: never post, tell a person. */
  | { state: 'many'; refs: readonly RemoteRef[] }

export type StockQuery = { locations: readonly string[]; items?: readonly string[] }
/** `lot`: where `caps.serialsInStock` says so, the number of the one unit. */
export type StockRow = { item: string; location: string; lot: string; expiry: string | null; quantity: Qty }
/** One movement over there. `from` and `to` are ERP locations; null = outside (supplier, customer, loss). */
export type ErpMove = {
  id: string
  item: string
  lot: string
  /** Always positive. */
  quantity: Qty
  from: string | null
  to: string | null
  /** Our key, where the document carries it or is one that we have posted. */
  key: string | null
  document: RemoteRef | null
  at: string
}

export type ErpCaps = {
  /** Where our key can live over there: unique by the ERP itself, as an external id, in a free text, as the number, nowhere. */
  key: 'native' | 'externalId' | 'reference' | 'number' | 'none'
  /** How stock is corrected: by a difference, by compare-and-set, or only by a new absolute figure. */
  adjust: 'delta' | 'cas' | 'absolute'
  /** The grain of stock over there. */
  locations: 'bins' | 'warehouses'
  lots: boolean
  serials: boolean
  /** `stock` shows the number of each unit as its lot; else only how many there are. */
  serialsInStock?: true
  expiry: boolean
  partialReceipt: boolean
  overReceipt: 'accepted' | 'refused'
  negativeStock: 'accepted' | 'refused'
  /** Whether `order: null` is taken: goods that came without a document. */
  blindReceipt: boolean
  tracking: boolean
  packages: boolean
  carrierLabels: boolean
  pictures: boolean
  webhooks: boolean
  /** Whether a fraction of a base unit can be on hand over there. */
  fractions: boolean
  kinds: readonly InboundKind[]
  operations: readonly OperationType[]
  /** Calls at once, and calls per second, that we allow ourselves. */
  concurrent: number
  perSecond: number
  /** How long an unanswered request may still commit over there. */
  settleMs: number
  /** The ERP takes documents when it comes to it: one that waits there is no sign of trouble, and is asked for again. */
  takesLater?: boolean
}

export type { Inbound, InboundKind }
