import { derivedId } from '../../shared/ids.ts'
import type { ClientId, ConnectorId, ItemId, WarehouseId } from '../../shared/ids.ts'
import type { ErpConnector } from '../erp/connector.ts'
import type { Connection } from './connection.ts'
import type { Mapper } from './mapper.ts'
import type { OutboxStore } from './outbox-port.ts'
import type { PayloadOf } from './payload.ts'

/** Goods of one client that are promised to orders, at one of our places. */
export type Promised = { client: ClientId; item: ItemId; location: string; status: string; n: number }
/** The last figure that the ERP was told, and whether it is on its way still. */
export type ToldPromise = { payload: PayloadOf<'reservation'>; isOpen: boolean }

export interface PromiseStore {
  /** Of items that this connection knows. */
  promised(at: { warehouse: WarehouseId; connector: ConnectorId }): Promise<readonly Promised[]>
  /** By subject. */
  told(connector: ConnectorId): Promise<ReadonlyMap<string, ToldPromise>>
}

export type PromiseDeps = {
  connector: ErpConnector
  connection: Pick<Connection, 'id' | 'warehouse' | 'mode' | 'takes'>
  store: PromiseStore
  outbox: Pick<OutboxStore, 'enter'>
  mapper: (places: readonly string[]) => Promise<Pick<Mapper, 'place'>>
  now: () => string
}

const TYPE = 'reservation'

/**
 * Tells an ERP that sells from it what we have promised of each item, at its own grain, wherever that is another figure than
 * it was told last. Figures are absolute: one that is on its way is followed by the newest when it has arrived. Returns how
 * many were told.
 */
export const promiseRound = async (deps: PromiseDeps): Promise<number> => {
  const { connector, connection, store, now } = deps
  const { id, warehouse, mode, takes } = connection
  const isWanted = takes.types === undefined || takes.types.includes(TYPE)
  if (mode !== 'live' || !isWanted || !connector.caps.operations.includes(TYPE)) return 0
  const rows = (await store.promised({ warehouse, connector: id })).filter(
    row => takes.clients === undefined || takes.clients.includes(row.client),
  )
  const told = await store.told(id)
  const mapper = await deps.mapper([...new Set(rows.map(row => row.location))])
  const figures = new Map<string, PayloadOf<'reservation'>>()
  for (const { client, item, n, ...at } of rows) {
    const location = mapper.place(at)
    const subject = `reserved/${item}/${location ?? ''}`
    const reserved = (figures.get(subject)?.reserved ?? 0) + n
    figures.set(subject, { v: 1, type: TYPE, client, item, location, reserved })
  }
  // What is promised to nobody any more is told as well.
  for (const [subject, { payload }] of told)
    if (!figures.has(subject)) figures.set(subject, { ...payload, reserved: 0 })
  let n = 0
  for (const [subject, payload] of figures) {
    const last = told.get(subject)
    if (last?.isOpen === true || (last?.payload.reserved ?? 0) === payload.reserved) continue
    const at = now()
    const key = derivedId('outbox', id, TYPE, subject, at, payload.reserved)
    const client = payload.client as ClientId
    await deps.outbox.enter({ warehouse, connector: id, client, key, subject, type: TYPE, payload, covers: [] }, at)
    n += 1
  }
  return n
}
