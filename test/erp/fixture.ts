import type { ErpConnector } from '../../server/erp/connector.ts'

/** A row of an order: a remote item id and whole base units. */
export type Wanted = { item: string; n: number }

/** A word about an order as the ERP has kept it. */
export type Told = { status: string; tracking: readonly string[]; cartons: readonly string[] }

/**
 * A running ERP with a clean database, as a person and an auditor see it. The kit works through it and through the connector
 * only. Items, locations and orders are named by the remote ids that the connector's `pull` gives.
 */
export type ErpPeer = {
  /** Where it listens; the kit puts a proxy before it that breaks calls. */
  readonly url: string
  /** A new connector that calls `url` (the proxy's), as after a restart of ours: nothing is remembered. */
  connect(at: { url: string; password?: 'right' | 'wrong' }): ErpConnector
  /** The ERP's key of the owner. */
  readonly client: string
  /** Two places that hold stock, at the ERP's own grain. Receipts come to `main`, shipments leave from it. */
  readonly places: { readonly main: string; readonly second: string }
  /** A reason for adjustments and one for returns, as the mapping would hold them. */
  readonly reasons: { readonly adjustment: string; readonly return: string }

  /** Questions of this ERP that the allow-list of the connection answers, by the question's id. */
  readonly answers?: Readonly<Record<string, string>>

  /** A new stocked item without stock. `caseOf`: a packaging of so many base units, where the ERP has such. */
  item(wish?: { lot?: boolean; serial?: boolean; caseOf?: number }): Promise<string>
  /** Puts stock there as somebody in the ERP would. */
  stockUp(item: string, place: string, n: number, lot?: string): Promise<void>
  /** Confirmed and ready to be received. Returns the id that `pull('purchaseOrder')` gives. */
  purchase(lines: readonly Wanted[]): Promise<string>
  /** Confirmed and ready to be shipped from `main`. Returns the id that `pull('salesOrder')` gives. */
  sale(lines: readonly Wanted[]): Promise<string>
  /** Somebody cancels the order over there, deliveries included. */
  cancel(order: string): Promise<void>
  /** Somebody moves goods over there, without us. */
  moveByHand(item: string, from: string, to: string, n: number): Promise<void>
  /** Somebody corrects stock over there by `delta`, without us. */
  adjustByHand(item: string, place: string, delta: number): Promise<void>
  rename(item: string, name: string): Promise<void>
  archive(item: string): Promise<void>
  addBarcode(item: string, code: string): Promise<void>
  /** Units on hand, read another way than `connector.stock`: all places, one place, one lot. */
  onHand(item: string, place?: string, lot?: string): Promise<number>
  /** Documents with stock effect that carry our key, counted another way than `connector.find`; null = cannot be counted. */
  postedWith(key: string): Promise<number | null>
  /** Books the document with this key a second time, under the same key, where the ERP lets anybody do so. */
  bookAgain?(key: string): Promise<void>
  /** How far an order is by the word with this key, read another way than `connector.find`; null = it has none. */
  statusOf?(key: string): Promise<Told | null>
  /** The carrier says it over there of a parcel of the order. */
  parcelSaid?(order: string, said: { tracking: string; state: 'inTransit' | 'delivered' | 'failed' }): Promise<void>
  /** Makes what depends on the ERP's clock come true; real ones need nothing. */
  settle?(): Promise<void>
  stop(): Promise<void>
}

export type ErpFixture = {
  name: string
  start(): Promise<ErpPeer>
  /**
   * Cases of the kit that cannot be, by the first words of their title, each with the capability that is missing. Anything
   * else that fails is red.
   */
  lacks?: Readonly<Record<string, string>>
  /** It takes the state of orders; the cases of it are left out otherwise. */
  takesStatus?: boolean
  /**
   * A real ERP takes seconds for one operation: then the faults that hide a change are tried at these calls (those that post),
   * and one fault in turn at each call. Without it every fault is tried at every call.
   */
  postsAt?: (request: Request, body: string) => boolean
}
