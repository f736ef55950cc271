import type { Qty } from './quantity.ts'

/**
 * A document over there. `kind` and `id` are the connector's own; for an order that came in, `id` is the id that `pull`
 * gave. `number` and `url` are for people: the desk links to them.
 */
export type RemoteRef = { kind: string; id: string; number?: string | null; url?: string | null }

/** One row of goods. `item`, `location`, `lot` are remote ids and names; `line` is the row of the ERP's order. */
export type Line = {
  item: string
  lot: string
  serial: string
  expiry: string | null
  qty: Qty
  /**
   * The item's base unit as the ERP named it when the item came in. Some ERPs let it be changed under stock that is there
   * (100 pieces become 100 cases, without a word): a connector then refuses, `config`, gap `unit`.
   */
  unit?: string | null
  line: string | null
  /** ERP location: where it came to, left from, or was found. Null = the connector's default. */
  location: string | null
}

export type Package = {
  label: string
  type: string | null
  weightG: number | null
  size: { l: number; w: number; h: number } | null
  tracking: string | null
  lines: readonly Line[]
}
export type Shipping = { carrier: string | null; tracking: readonly string[] }

export type Receipt = { type: 'receipt'; order: RemoteRef | null; lines: readonly Line[]; final: boolean }
export type Shipment = {
  type: 'shipment'
  order: RemoteRef
  lines: readonly Line[]
  packages: readonly Package[]
  shipping: Shipping
  /** What happens to the part of the order that did not leave. */
  shorts: 'backorder' | 'cancel'
}
/**
 * A difference, never a new absolute figure. `counted` and `bookAtCount` are what was seen and what the books said at that
 * point, both of the ERP's location: for people, for the guard and for ERPs that only take absolute figures.
 */
export type Adjustment = {
  type: 'adjustment'
  line: Omit<Line, 'qty' | 'line'>
  /** Signed whole base units, never 0. */
  delta: number
  counted: number
  bookAtCount: number
  countedAt: string
  /** The ERP's own reason, account or loss location, from the mapping. */
  reason: string
  approvedBy: string
  countLine: string
}
export type Transfer = { type: 'transfer'; lines: readonly (Omit<Line, 'location'> & { from: string; to: string })[] }
export type Return = { type: 'return'; order: RemoteRef | null; lines: readonly Line[]; reason: string }
/** Where the ERP shows how far we are, or needs cartons and weights for the carrier's label. No stock effect. */
export type OrderStatus = {
  type: 'orderStatus'
  order: RemoteRef
  status: 'picking' | 'packed' | 'ready' | 'shipped' | 'delivered' | 'deliveryFailed'
  packages: readonly Package[]
  shipping: Shipping
}
/** What we have promised of an item, for ERPs and shops that sell from it. Absolute, the newest wins; no stock effect. */
export type Reservation = { type: 'reservation'; item: string; location: string | null; reserved: number }

export type OperationBody = Receipt | Shipment | Adjustment | Transfer | Return | OrderStatus | Reservation
export type OperationType = OperationBody['type']

export const OPERATION_TYPES = [
  'receipt',
  'shipment',
  'adjustment',
  'transfer',
  'return',
  'orderStatus',
  'reservation',
] as const satisfies readonly OperationType[]

/** Those that change stock over there: the others may be repeated and lost without harm. */
export const movesStock = (type: OperationType): boolean => type !== 'orderStatus' && type !== 'reservation'

/**
 * `key` is derived from (connector, type, subject, closing command or decision), never random: commands that are sent again
 * after a restore make the same key, and `find` recognises what was posted before. It goes into the ERP.
 */
export type OutboundOp = {
  key: string
  /** Rises with the ledger. */
  seq: number
  /** What must stay in order: `order/…`, `receipt/…`, `stock/<item>/<ERP location>`. */
  subject: string
  /** When it happened, and who closed it. */
  at: string
  /** Its day by the warehouse's clock, for ERPs that book by days; without it the day of UTC. */
  day?: string
  by: string
  /** The ERP's key of the owner. */
  client: string
  /**
   * Answers to questions that the ERP may ask, by the question's id: from the allow-list of the connection and from the
   * person who answered a held message. A question that is not listed is thrown as `needsDecision`.
   */
  answers: Readonly<Record<string, string>>
} & OperationBody

/** All goods of an operation, for mapping and checking; adjustments as one line of |delta|. */
export const linesOf = (op: OperationBody): readonly (Omit<Line, 'location'> & { location: string | null })[] => {
  switch (op.type) {
    case 'receipt':
    case 'shipment':
    case 'return':
      return op.lines
    case 'transfer':
      return op.lines.map(line => ({ ...line, location: line.from }))
    case 'adjustment':
      return [{ ...op.line, qty: { n: Math.abs(op.delta), num: 1, den: 1 }, line: null }]
    case 'orderStatus':
    case 'reservation':
      return []
  }
}
