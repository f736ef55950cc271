import { derivedId } from '../../shared/ids.ts'
import type { ClientId, ConnectorId, DocumentId, ItemId, LocationId, WarehouseId } from '../../shared/ids.ts'
import type { StockStatus } from '../../shared/ledger/stock.ts'
import type { ErpConnector } from '../erp/connector.ts'
import type { Connection } from './connection.ts'
import type { OutboxStore } from './outbox-port.ts'
import type { PayloadOf } from './payload.ts'

export type OrderCarton = {
  label: string
  type: string | null
  weightG: number | null
  size: { l: number; w: number; h: number } | null
  tracking: string | null
  closed: boolean
  shipped: boolean
  lines: readonly {
    item: ItemId
    lot: string
    serial: string
    expiry: string | null
    status: StockStatus
    place: LocationId
    qty: number
  }[]
}
/** An order of the connection as it is now. */
export type OrderState = {
  document: DocumentId
  client: ClientId
  state: 'open' | 'started' | 'closed' | 'cancelled'
  ready: boolean
  /** Something of it has left. */
  shipped: boolean
  carrier: string | null
  /** In the order in which they were opened. */
  cartons: readonly OrderCarton[]
  /** What carriers have said of its parcels to other connections. */
  parcels: readonly { tracking: string | null; state: string }[]
}
type Status = PayloadOf<'orderStatus'>

export interface OrderStatusStore {
  /** Orders that the connection knows and that have changed behind `since` (null = those in work), and where to go on. */
  orders(
    at: { warehouse: WarehouseId; connector: ConnectorId },
    since: string | null,
  ): Promise<{ orders: readonly OrderState[]; next: string }>
  /** By document: what was told last, and how often something was. */
  told(
    connector: ConnectorId,
    documents: readonly DocumentId[],
  ): Promise<ReadonlyMap<DocumentId, { payload: Status; n: number }>>
  saveCursor(connector: ConnectorId, next: string): Promise<void>
}

export type OrderStatusDeps = {
  connector: ErpConnector
  connection: Pick<Connection, 'id' | 'warehouse' | 'mode' | 'takes'>
  store: OrderStatusStore
  cursor: () => Promise<string | null>
  outbox: Pick<OutboxStore, 'enter'>
  now: () => string
}

const TYPE = 'orderStatus'
const numbers = (cartons: readonly { tracking: string | null }[]): string[] =>
  cartons.flatMap(box => box.tracking ?? [])

/** What to say of an order: what is still here and packed goes before what has left; null = nothing yet, or nothing any more. */
export const statusOf = (order: OrderState): Status | null => {
  const { document, client, carrier, cartons, state } = order
  if (state === 'cancelled') return null
  const here = cartons.filter(box => box.closed && !box.shipped)
  const left = cartons.filter(box => box.shipped)
  const say = (status: Status['status'], tracking: string[], boxes: readonly OrderCarton[] = []): Status => {
    const packages = boxes.map(({ closed: _closed, shipped: _shipped, ...box }) => ({ ...box, lines: [...box.lines] }))
    return { v: 1, type: TYPE, document, client, status, carrier, tracking, packages }
  }
  if (here.length > 0) return say(order.ready ? 'ready' : 'packed', numbers(here), here)
  if (order.shipped) return say(arrival(order) ?? 'shipped', numbers(left))
  return state === 'started' ? say('picking', []) : null
}

/** A parcel that did not arrive is news as long as it is so; delivered is the order when all its parcels are. */
const arrival = ({ state, cartons, parcels }: OrderState): 'delivered' | 'deliveryFailed' | null => {
  if (parcels.some(parcel => parcel.state === 'failed' || parcel.state === 'returned')) return 'deliveryFailed'
  const arrived = parcels.filter(parcel => parcel.state === 'delivered')
  const sent = numbers(cartons.filter(box => box.shipped))
  const isAll = sent.every(number => arrived.some(parcel => parcel.tracking === null || parcel.tracking === number))
  return state === 'closed' && arrived.length > 0 && arrived.length === parcels.length && isAll ? 'delivered' : null
}

/**
 * Tells an ERP that wants to know it how far its orders are. It is no part of the messages that move stock: one that the ERP
 * does not take holds up nothing but the next word about the same order. Returns how many were told.
 */
export const orderStatusRound = async (deps: OrderStatusDeps): Promise<number> => {
  const { connector, connection, store, now } = deps
  const { id, warehouse, mode, takes } = connection
  const isWanted = takes.types === undefined || takes.types.includes(TYPE)
  if (mode !== 'live' || !isWanted || !connector.caps.operations.includes(TYPE)) return 0
  const since = await deps.cursor()
  const { orders, next } = await store.orders({ warehouse, connector: id }, since)
  const mine = orders.filter(order => takes.clients === undefined || takes.clients.includes(order.client))
  const told = await store.told(
    id,
    mine.map(order => order.document),
  )
  let count = 0
  for (const order of mine) {
    const { payload: before = null, n = 0 } = told.get(order.document) ?? {}
    const payload = statusOf(order)
    if (payload === null || (before !== null && wordOf(before) === wordOf(payload))) continue
    const subject = `status/${order.document}`
    // The how-manieth word it is belongs to the key: an order may be packed, opened again, and packed as before.
    const key = derivedId('outbox', id, subject, n, wordOf(payload))
    const { client } = order
    await deps.outbox.enter({ warehouse, connector: id, client, key, subject, type: TYPE, payload, covers: [] }, now())
    count += 1
  }
  if (next !== since) await store.saveCursor(id, next)
  return count
}

/** Alike for two words that say the same: the store does not keep the order of fields. */
const wordOf = ({ status, carrier, tracking, packages }: Status): string =>
  JSON.stringify([
    status,
    carrier,
    tracking,
    packages.map(({ label, type, weightG, size, tracking: number, lines }) => [
      label,
      type,
      weightG,
      number,
      size === null ? null : [size.l, size.w, size.h],
      lines.map(({ item, lot, serial, status: of, qty }) => [item, lot, serial, of, qty].join(' ')).sort(),
    ]),
  ])
