import type { Location, Lot, Lpn } from '../../shared/catalogue.ts'
import type { Problem } from '../../shared/desk/intake.ts'
import { NO_LPN } from '../../shared/ids.ts'
import type { ClientId, ItemId, LpnId, WarehouseId } from '../../shared/ids.ts'
import { STATUSES, stockKeyText } from '../../shared/ledger/stock.ts'
import type { Movement, StockKey, StockStatus } from '../../shared/ledger/stock.ts'
import { looseAt, virtualLocation } from '../../shared/ledger/world.ts'
import { lpnId } from '../../shared/process/lpn.ts'
import { isVirtual } from '../../shared/process/virtual.ts'
import { checkDigitHolds, gs1CheckDigit } from '../../shared/scan/check-digit.ts'
import { readLabel } from '../../shared/scan/own-label.ts'
import type { IntakeLook, KnownItem } from '../intake-ports.ts'
import { cellsOf } from './cells.ts'
import type { Cells } from './cells.ts'
import type { Table } from './csv.ts'
import { folded } from './fold.ts'
import { byName, NO_WRITE } from './plan.ts'
import type { Plan } from './plan.ts'

const MAX_UNITS = 1_000_000_000
const STATUS: Readonly<Record<StockStatus, readonly string[]>> = {
  available: ['kullanılabilir', 'serbest'],
  inspection: ['kontrol'],
  damaged: ['hasarlı'],
  blocked: ['bloke'],
}

type Run = {
  warehouse: WarehouseId
  now: string
  problems: Problem[]
  places: ReadonlyMap<string, Location>
  clients: ReadonlyMap<string, ClientId>
  items: ReadonlyMap<string, readonly KnownItem[]>
  lots: Map<string, Lot>
  freshLots: Map<string, Lot>
  lpns: Map<LpnId, Pallet>
  freshLpns: Map<LpnId, Lpn>
  /** Rows that have stock already (0), and those of the file by their line. */
  rows: Map<string, number>
  /** Where a serial is: 0 = in the books, else a line of the file. */
  serials: Map<string, number>
}
type Pallet = { client: ClientId; location: string | null }

/** Opening stock: each row comes from ADJUSTMENT into a row of stock that has nothing yet. The ERP is not told. */
export const planStock = async (
  at: { warehouse: WarehouseId; now: string },
  table: Table,
  look: IntakeLook,
): Promise<Plan> => {
  const run = await begin(at, table, look)
  const movements: Movement[] = []
  for (const row of table.rows) {
    const told = run.problems.length
    const movement = movementOf(cellsOf(row, run.problems), run)
    if (movement !== null && run.problems.length === told) movements.push(movement)
  }
  return {
    added: movements.length,
    changed: 0,
    same: 0,
    units: movements.reduce((sum, movement) => sum + movement.qty, 0),
    problems: run.problems,
    write: { ...NO_WRITE, movements, lots: [...run.freshLots.values()], lpns: [...run.freshLpns.values()] },
  }
}

const lotName = (item: ItemId, lot: string): string => `${item} ${lot}`

const begin = async (
  { warehouse, now }: { warehouse: WarehouseId; now: string },
  table: Table,
  look: IntakeLook,
): Promise<Run> => {
  const cell = (column: string): string[] => [...new Set(table.rows.map(({ cells }) => cells.get(column) ?? ''))]
  const known = await look.itemsBySku(cell('sku'))
  const items = new Map<string, KnownItem[]>()
  for (const one of known) items.set(one.item.sku, [...(items.get(one.item.sku) ?? []), one])
  const ids = known.map(({ item }) => item.id)
  const stock = await look.stock(ids)
  const pallets = await look.pallets(
    cell('pallet')
      .filter(label => label !== '')
      .map(label => lpnId(warehouse, label)),
  )
  return {
    warehouse,
    now,
    problems: [],
    places: new Map((await look.places()).map(place => [place.code, place])),
    clients: byName(await look.clients()),
    items,
    lots: new Map((await look.lots(ids)).map(lot => [lotName(lot.item, lot.lot), lot])),
    freshLots: new Map(),
    lpns: new Map(pallets.map(({ id, client, location }) => [id, { client, location }])),
    freshLpns: new Map(),
    rows: new Map(stock.map(key => [stockKeyText(key), 0])),
    serials: new Map(stock.flatMap(key => (key.serial === '' ? [] : [[lotName(key.item, key.serial), 0] as const]))),
  }
}

const movementOf = (cells: Cells, run: Run): Movement | null => {
  const known = itemOf(cells, run)
  const place = placeOf(cells, known, run)
  const qty = cells.whole('quantity', 1, MAX_UNITS)
  if (qty === null && cells.text('quantity', 40) === '') cells.tell('quantity', 'missing')
  if (known === null || place === null || qty === null) return null
  const { item } = known
  const lot = trackedText(cells, 'lot', item.tracking.lot)
  const serial = trackedText(cells, 'serial', item.tracking.serial)
  if (serial !== '' && qty !== 1) cells.tell('quantity', 'serial_one')
  takeLot(cells, known, lot, run)
  const lpn = palletOf(cells, place, item.client, run)
  const status = cells.choice('status', STATUS) ?? STATUSES[0]
  const key: StockKey = { client: item.client, item: item.id, lot, serial, location: place.id, lpn, status }
  takeRow(cells, key, run)
  return {
    client: item.client,
    item: item.id,
    lot,
    serial,
    from: looseAt(virtualLocation(run.warehouse, 'adjustment')),
    to: { location: place.id, lpn, status },
    qty,
    takenAt: run.now,
    at: run.now,
    unc: 0,
  }
}

const itemOf = (cells: Cells, { clients, items }: Run): KnownItem | null => {
  const sku = cells.text('sku', 60)
  const name = cells.text('client', 80)
  const client = name === '' ? null : clients.get(folded(name))
  if (sku === '') cells.tell('sku', 'missing')
  else if (client === undefined) cells.tell('client', 'unknown_client')
  else {
    const found = (items.get(sku) ?? []).filter(({ item }) => client === null || item.client === client)
    if (found.length === 1 && found[0] !== undefined) return found[0]
    if (found.length === 0) cells.tell('sku', 'unknown_item')
    else cells.tell('client', 'many_items')
  }
  return null
}

const placeOf = (cells: Cells, known: KnownItem | null, { places }: Run): Location | null => {
  const code = cells.text('place', 40)
  const place = places.get(code)
  if (code === '') cells.tell('place', 'missing')
  else if (place === undefined) cells.tell('place', 'unknown_place')
  else if (isVirtual(place) || ['tote', 'carton', 'cart'].includes(place.kind))
    cells.tell('place', 'no_shelf', place.kind)
  else {
    const needs = known?.item.storage ?? null
    if (needs !== null && place.accepts && !place.accepts.includes(needs)) cells.tell('place', 'storage', needs)
    return place
  }
  return null
}

/** Lot or serial: needed where the item is tracked by it, and nothing where it is not. */
const trackedText = (cells: Cells, column: 'lot' | 'serial', tracked: boolean): string => {
  const value = cells.text(column, 60)
  if (tracked && value === '') cells.tell(column, 'missing')
  if (!tracked && value !== '') cells.tell(column, 'not_tracked')
  return tracked ? value : ''
}

/** One lot has one date, in the books and in the file. */
const takeLot = (cells: Cells, { item }: KnownItem, lot: string, run: Run): void => {
  const expiry = cells.day('expiry')
  if (lot === '') {
    if (expiry !== null) cells.tell('expiry', 'not_tracked')
    return
  }
  const name = lotName(item.id, lot)
  const before = run.lots.get(name)
  if (before !== undefined) {
    if (expiry !== null && before.expiry !== expiry) cells.tell('expiry', 'lot_date', before.expiry ?? '–')
    return
  }
  if (item.tracking.expiry && expiry === null && cells.text('expiry', 40) === '') cells.tell('expiry', 'missing')
  const fresh: Lot = { client: item.client, item: item.id, lot, expiry, firstReceivedAt: run.now, blocked: false }
  run.lots.set(name, fresh)
  run.freshLots.set(name, fresh)
}

/** A pallet stands in one place and holds goods of one client. */
const palletOf = (cells: Cells, place: Location, client: ClientId, run: Run): LpnId => {
  const label = cells.text('pallet', 40)
  if (label === '') {
    if (place.lpnRequired === true) cells.tell('pallet', 'pallet_needed')
    return NO_LPN
  }
  const own = readLabel(label)
  if (/^\d{18}$/.test(label) && !checkDigitHolds(label))
    cells.tell('pallet', 'check_digit', gs1CheckDigit(label.slice(0, -1)))
  else if ((own === null && label.startsWith('XP')) || (own !== null && own.prefix !== 'XP'))
    cells.tell('pallet', 'label_check')
  else if (run.places.has(label)) cells.tell('pallet', 'code_taken')
  const id = lpnId(run.warehouse, label)
  const before = run.lpns.get(id)
  if (before === undefined) run.freshLpns.set(id, { id, client, label })
  else if (before.client !== client) cells.tell('pallet', 'pallet_client')
  else if (before.location !== null && before.location !== place.id) cells.tell('pallet', 'pallet_place')
  run.lpns.set(id, before?.location == null ? { client, location: place.id } : before)
  return id
}

/** A row of stock is opened once, and a serial is in one place. */
const takeRow = (cells: Cells, key: StockKey, run: Run): void => {
  const text = stockKeyText(key)
  const first = run.rows.get(text)
  if (first === 0) cells.tell('quantity', 'has_stock')
  else if (first !== undefined) cells.tell('quantity', 'twice', String(first))
  else run.rows.set(text, cells.row)
  if (key.serial === '') return
  const serial = lotName(key.item, key.serial)
  if (run.serials.has(serial) && first === undefined) cells.tell('serial', 'serial_taken')
  run.serials.set(serial, cells.row)
}
