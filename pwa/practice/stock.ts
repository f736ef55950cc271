import type { Document, Item, Line, Location, LocationKind, Task } from '../../shared/catalogue.ts'
import { DEFAULT_POLICY } from '../../shared/default-policy.ts'
import { derivedId, NO_LPN } from '../../shared/ids.ts'
import { stockKeyText } from '../../shared/ledger/stock.ts'
import type { StockRow } from '../../shared/ledger/stock.ts'
import { virtualLocation } from '../../shared/ledger/world.ts'
import type { Tables } from '../../shared/ledger/world.ts'
import { makeLabel } from '../../shared/scan/own-label.ts'

/** A warehouse that does not exist: two places, three items, an order and a delivery. Its codes are on the practice sheet. */
export const WAREHOUSE = derivedId<'warehouse'>('warehouse', 'practice')
export const CLIENT = derivedId<'client'>('client', 'practice')

/** What the sheet has, in the order in which a beginner scans it. */
export const CODES = {
  order: 'PRACTICE-1',
  tote: makeLabel('XT', 'PR1'),
  place: 'P-01',
  item: 'PR-MUG',
  place2: 'P-02',
  item2: 'PR-BOWL',
  delivery: 'PRACTICE-IN',
  wrong: 'PR-PLATE',
  unknown: 'PR-NOBODY',
} as const

const itemOf = (sku: string, name: string): Item => ({
  id: derivedId('item', CLIENT, sku),
  client: CLIENT,
  sku,
  name,
  unit: 'pcs',
  packagings: [],
  codes: [],
  tracking: { lot: false, serial: false, expiry: false },
  active: true,
})
const placeOf = (code: string, kind: LocationKind, sequence: number): Location => ({
  id: derivedId('location', WAREHOUSE, code),
  kind,
  code,
  zone: kind === 'pickable' ? 'P' : null,
  sequence,
  parent: null,
  active: true,
})
const documentOf = (number: string, kind: Document['kind']): Document => ({
  id: derivedId('document', WAREHOUSE, number),
  kind,
  client: CLIENT,
  number,
  partner: '',
  state: 'open',
  due: null,
  priority: 0,
  blind: false,
})
const VIRTUAL = ['supplier', 'customer', 'adjustment', 'scrap', 'transit', 'unknown'] as const

type Names = { mug: string; bowl: string; plate: string }
export const NAMES: Readonly<Record<'en' | 'tr', Names>> = {
  en: { mug: 'Practice mug', bowl: 'Practice bowl', plate: 'Practice plate' },
  tr: { mug: 'Deneme kupası', bowl: 'Deneme kâsesi', plate: 'Deneme tabağı' },
}

const lineOf = (document: Document, no: number, item: Item, wanted: number, place: Location | null): Line => ({
  id: derivedId('line', document.id, no),
  document: document.id,
  client: CLIENT,
  item: item.id,
  source: String(no),
  no,
  wanted,
  done: 0,
  state: 'open',
  claims:
    place === null ? [] : [{ location: place.id, lpn: NO_LPN, status: 'available', lot: '', serial: '', qty: wanted }],
  reason: null,
})
const rowOf = (item: Item, place: Location, onHand: number, reserved: number): StockRow => ({
  location: place.id,
  lpn: NO_LPN,
  status: 'available',
  client: CLIENT,
  item: item.id,
  lot: '',
  serial: '',
  onHand,
  reserved,
  held: 0,
})
const taskOf = (document: Document, kind: Task['kind']): Task => ({
  id: derivedId('task', document.id),
  kind,
  client: CLIENT,
  document: document.id,
  state: 'ready',
  lease: null,
  tote: null,
})
const byId = <T extends { id: string }>(rows: readonly T[]): ReadonlyMap<T['id'], T> =>
  new Map(rows.map(row => [row.id, row]))

/** Rows as a real handheld has them, so that the real processes work on them. */
export const practiceTables = (names: Names): Tables => {
  const mug = itemOf(CODES.item, names.mug)
  const bowl = itemOf(CODES.item2, names.bowl)
  const plate = itemOf(CODES.wrong, names.plate)
  const first = placeOf(CODES.place, 'pickable', 1)
  const second = placeOf(CODES.place2, 'pickable', 2)
  const order = documentOf(CODES.order, 'order')
  const delivery = documentOf(CODES.delivery, 'receipt')
  const stock = [rowOf(mug, first, 10, 2), rowOf(bowl, second, 8, 1), rowOf(plate, second, 5, 0)]
  const virtual = VIRTUAL.map(kind => ({
    ...placeOf(kind.toUpperCase(), kind, 0),
    id: virtualLocation(WAREHOUSE, kind),
  }))
  const places = [placeOf('P-DOCK', 'dock', 0), first, second, placeOf(CODES.tote, 'tote', 9)]
  return {
    warehouse: WAREHOUSE,
    policies: { version: 1, warehouse: DEFAULT_POLICY, clients: {} },
    items: byId([mug, bowl, plate]),
    locations: byId([...virtual, ...places]),
    lots: new Map(),
    documents: byId([order, delivery]),
    lines: byId([
      lineOf(order, 1, mug, 2, first),
      lineOf(order, 2, bowl, 1, second),
      lineOf(delivery, 1, mug, 6, null),
    ]),
    tasks: byId([taskOf(order, 'pick'), taskOf(delivery, 'receive')]),
    stock: new Map(stock.map(row => [stockKeyText(row), row])),
    lpns: new Map(),
    undone: new Set(),
  }
}
