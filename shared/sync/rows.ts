import type { Client, Document, Item, Line, Location, Lot, Lpn, Task } from '../catalogue.ts'
import type { ClientId, DocumentId, ItemId, LineId, LocationId, LpnId, TaskId, WarehouseId } from '../ids.ts'
import { isEmpty, stockKeyText } from '../ledger/stock.ts'
import type { Balance, StockRow, StockStatus } from '../ledger/stock.ts'
import { lotKey } from '../ledger/world.ts'
import type { Tables } from '../ledger/world.ts'
import { DEFAULT_POLICY } from '../default-policy.ts'
import type { PolicySet } from '../policy.ts'
import type { Kind, Row } from './wire.ts'

/** Body of a `balance` row: short names, because it is the commonest row of all. */
export type BalanceBody = {
  l: LocationId
  p: LpnId
  c: ClientId
  i: ItemId
  lot: string
  sn: string
  st: StockStatus
  oh: number
  rs: number
  hd: number
}

/** The figures are withheld: somebody on this handheld counts the row blind. */
export type HiddenBody = Omit<BalanceBody, 'oh' | 'rs' | 'hd'> & { hidden: true }

export const stockOfBody = (b: BalanceBody | HiddenBody): StockRow => ({
  location: b.l,
  lpn: b.p,
  client: b.c,
  item: b.i,
  lot: b.lot,
  serial: b.sn,
  status: b.st,
  ...('hidden' in b ? { ...ZERO, hidden: true } : { onHand: b.oh, reserved: b.rs, held: b.hd }),
})
const ZERO: Balance = { onHand: 0, reserved: 0, held: 0 }
export const bodyOfStock = (r: StockRow): BalanceBody => ({
  l: r.location,
  p: r.lpn,
  c: r.client,
  i: r.item,
  lot: r.lot,
  sn: r.serial,
  st: r.status,
  oh: r.onHand,
  rs: r.reserved,
  hd: r.held,
})

/** Body of the one `roster` row: the exact text that the server signed, so that the handheld can check it offline. */
export type RosterBody = { text: string; sig: string }

/** Bodies by kind. Rows come from our own server over a verified channel and were checked against `rowSchema`. */
export type Bodies = {
  client: Client
  location: Location
  document: Document
  line: Line
  task: Task
  lot: Lot
  lpn: Lpn
  policy: PolicySet
  roster: RosterBody
  balance: BalanceBody | HiddenBody
}
export const bodyOf = <K extends Kind>(row: Row, kind: K): Bodies[K] | null =>
  row.k === kind ? (row.b as Bodies[K] | null) : null

/** The `id` of a row: the thing's own id; a stock key, a lot key, or the kind itself where there is only one. */
export const rowId = <K extends Kind>(kind: K, body: Bodies[K]): string => {
  if (kind === 'balance') return stockKeyText(stockOfBody(body as BalanceBody | HiddenBody))
  if (kind === 'lot') {
    const lot = body as Lot
    return lotKey(lot.client, lot.item, lot.lot)
  }
  if (kind === 'policy' || kind === 'roster') return kind
  return (body as { id: string }).id
}

export type MutableTables = {
  warehouse: WarehouseId
  policies: PolicySet
  items: Map<ItemId, Item>
  locations: Map<LocationId, Location>
  lots: Map<string, Lot>
  documents: Map<DocumentId, Document>
  lines: Map<LineId, Line>
  tasks: Map<TaskId, Task>
  stock: Map<string, StockRow>
  lpns: Map<LpnId, Lpn>
  undone: Set<string>
}

export const emptyTables = (warehouse: WarehouseId): MutableTables => ({
  warehouse,
  policies: { version: 0, warehouse: DEFAULT_POLICY, clients: {} },
  items: new Map(),
  locations: new Map(),
  lots: new Map(),
  documents: new Map(),
  lines: new Map(),
  tasks: new Map(),
  stock: new Map(),
  lpns: new Map(),
  undone: new Set(),
})

/** Puts one row into the tables; a null body removes it. Roster and client rows are not part of the tables. */
export const putRow = (tables: MutableTables, row: Row): void => {
  const set = <V>(map: Map<string, V>): void => {
    if (row.b === null) map.delete(row.id)
    else map.set(row.id, row.b as V)
  }
  switch (row.k) {
    case 'location':
      return set(tables.locations)
    case 'document':
      return set(tables.documents)
    case 'line':
      return set(tables.lines)
    case 'task':
      return set(tables.tasks)
    case 'lot':
      return set(tables.lots)
    case 'lpn':
      return set(tables.lpns)
    case 'policy': {
      if (row.b !== null) tables.policies = row.b as PolicySet
      return
    }
    case 'balance': {
      const stock = row.b === null ? null : stockOfBody(row.b as BalanceBody | HiddenBody)
      if (stock === null || (isEmpty(stock) && stock.hidden !== true)) tables.stock.delete(row.id)
      else tables.stock.set(row.id, stock)
      return
    }
    case 'client':
    case 'roster':
  }
}

/** Tables without the means to change them, for a World. */
export const frozen = (tables: MutableTables): Tables => tables
