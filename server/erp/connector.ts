import * as v from 'valibot'

/**
 * What every connector promises; held to it by the contract kit. A connector speaks to one remote system. It has no SQL and
 * no retry loop: order, retries, locks and time belong to the workers.
 */
export interface ErpConnector {
  readonly id: string
  readonly caps: ErpCaps
  /** Log in, read the server's time, try every right that we shall need. No side effect. */
  check(signal: AbortSignal): Promise<Health>
  /** At least once, in any page size. The cursor is the connector's own and opaque to the core. */
  pull<K extends InboundKind>(
    kind: K,
    cursor: string | null,
    limit: number,
    signal: AbortSignal,
  ): Promise<{ items: Inbound[K][]; next: string; more: boolean }>
  /** Every remote id of a kind, for the nightly search for deletions. */
  ids(kind: InboundKind, signal: AbortSignal): AsyncIterable<string>
  /** Find the remote document by op.key, or make a draft. NO stock effect. Safe to repeat. */
  prepare(op: OutboundOp, known: RemoteRef | null, signal: AbortSignal): Promise<RemoteRef>
  /** Make the stock effect. Called only with a ref that our database has already stored. */
  post(op: OutboundOp, ref: RemoteRef, signal: AbortSignal): Promise<void>
  /** What the ERP says now: the only witness of success. */
  find(op: OutboundOp, ref: RemoteRef | null, signal: AbortSignal): Promise<Found>
  stock(
    query: { locations: readonly string[]; items?: readonly string[] },
    signal: AbortSignal,
  ): AsyncIterable<StockRow>
  movementsSince(
    cursor: string | null,
    limit: number,
    signal: AbortSignal,
  ): Promise<{ moves: ErpMove[]; next: string; more: boolean }>
}

export type Health = { ok: boolean; serverTime: string; problems: readonly string[]; expiresAt: string | null }

const id = v.pipe(v.string(), v.minLength(1), v.maxLength(120))
const words = v.pipe(v.string(), v.maxLength(300))
const units = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

export const itemRecord = v.object({
  id,
  /** The ERP's key of the owner (3PL client). */
  client: id,
  sku: id,
  name: words,
  unit: v.pipe(v.string(), v.maxLength(20)),
  barcodes: v.array(id),
  packagings: v.array(
    v.object({ id, name: words, quantity: v.pipe(v.number(), v.safeInteger(), v.minValue(1)), barcodes: v.array(id) }),
  ),
  tracking: v.object({ lot: v.boolean(), serial: v.boolean(), expiry: v.boolean() }),
  active: v.boolean(),
})
export const orderRecord = v.object({
  id,
  number: id,
  client: id,
  partner: words,
  due: v.nullable(v.string()),
  priority: v.number(),
  state: v.picklist(['open', 'closed', 'cancelled']),
  lines: v.array(v.object({ id, item: id, quantity: units, done: units, closed: v.boolean() })),
})

export type InboundKind = 'item' | 'purchaseOrder' | 'salesOrder'
export type Inbound = {
  item: v.InferOutput<typeof itemRecord>
  purchaseOrder: v.InferOutput<typeof orderRecord>
  salesOrder: v.InferOutput<typeof orderRecord>
}

/** A document over there: its kind and the ERP's own id. */
export type RemoteRef = { kind: string; id: string }

/** A whole number of a unit whose ratio to the base unit is exact: `n` × num / den base units. */
export type Qty = { n: number; num: number; den: number }
export type Line = {
  item: string
  lot: string
  serial: string
  expiry: string | null
  qty: Qty
  /** The ERP's row, where there is one. */ line: string | null
}
export type Package = { label: string; tracking: string | null; lines: readonly Line[] }

/**
 * `key` is derived from what the operation covers, never random: after a restore the same key is made again and `find`
 * recognises what was posted before. `subject` is what must stay in order.
 */
export type OutboundOp = { key: string; seq: number; subject: string; at: string } & (
  | { type: 'receipt'; client: string; order: RemoteRef | null; lines: readonly Line[]; final: boolean }
  | {
      type: 'shipment'
      client: string
      order: RemoteRef
      lines: readonly Line[]
      packages: readonly Package[]
      shorts: 'backorder' | 'cancel'
    }
  | {
      type: 'adjustment'
      client: string
      line: Line
      delta: number
      counted: number
      bookAtCount: number
      countedAt: string
      reason: string
    }
)

export type Found =
  | { state: 'absent' }
  | { state: 'draft'; ref: RemoteRef }
  | { state: 'cancelled'; ref: RemoteRef }
  | { state: 'posted'; ref: RemoteRef; at: string; lines: readonly Line[] }
  | { state: 'many'; refs: readonly RemoteRef[] }

export type StockRow = { item: string; location: string; lot: string | null; expiry: string | null; quantity: number }
export type ErpMove = { id: string; item: string; lot: string | null; quantity: number; key: string | null; at: string }

export type ErpCaps = {
  /** Where our key can live over there. */
  key: 'native' | 'externalId' | 'reference' | 'number' | 'none'
  adjust: 'delta' | 'cas' | 'absolute'
  locations: 'bins' | 'warehouses'
  lots: boolean
  serials: boolean
  expiry: boolean
  overReceipt: 'accepted' | 'refused'
  tracking: boolean
  /** How many calls at once we allow ourselves. */
  concurrent: number
  /** How long an unanswered request may still commit over there. */
  settleMs: number
}

/**
 * transient: surely nothing happened, again by schedule · throttled: wait · unknownOutcome: it may have happened, ask
 * `find` · auth: log in · conflict: both sides differ, a person looks · needsDecision: the ERP asks something · rejected:
 * refused for good · config: a mapping, right or module is missing.
 */
export const ERROR_CLASSES = [
  'transient',
  'throttled',
  'unknownOutcome',
  'auth',
  'conflict',
  'needsDecision',
  'rejected',
  'config',
] as const
export type ErrorClass = (typeof ERROR_CLASSES)[number]

/** What a connector throws. `answer` is redacted and cut before it is given here. */
export class ErpError extends Error {
  readonly class: ErrorClass
  readonly answer: string | null
  readonly retryAfterMs: number | null
  constructor(
    errorClass: ErrorClass,
    message: string,
    answer: string | null = null,
    retryAfterMs: number | null = null,
  ) {
    super(message)
    this.name = 'ErpError'
    this.class = errorClass
    this.answer = answer
    this.retryAfterMs = retryAfterMs
  }
}
export const isErpError = (error: unknown): error is ErpError => error instanceof ErpError
