import { isDeepStrictEqual } from 'node:util'
import type { Client, Item, Location, Packaging } from '../../shared/catalogue.ts'
import { MAX_PACKAGINGS } from '../../shared/desk/intake.ts'
import type { Problem } from '../../shared/desk/intake.ts'
import { derivedId } from '../../shared/ids.ts'
import type { ClientId } from '../../shared/ids.ts'
import { checkDigitHolds, gs1CheckDigit } from '../../shared/scan/check-digit.ts'
import { codeKey } from '../../shared/scan/code-key.ts'
import { isReserved } from '../../shared/scan/command-code.ts'
import { readLabel } from '../../shared/scan/own-label.ts'
import type { IntakeLook, KnownItem } from '../intake-ports.ts'
import { cellsOf } from './cells.ts'
import type { Cells } from './cells.ts'
import type { Table } from './csv.ts'
import { folded } from './fold.ts'
import { faceOf } from './faces.ts'
import type { Faces } from './faces.ts'
import { byName, newClient, NO_WRITE } from './plan.ts'
import type { Plan } from './plan.ts'

const MAX_UNITS = 1_000_000
const MAX_DAYS = 3650
const MAX_CLIENTS = 200

/** Forms in which the same GTIN may be kept: with and without the zeros in front. */
export const formsOf = (code: string): readonly string[] => {
  const key = codeKey(code)
  return [...new Set([code, key, ...[1, 2, 6].filter(n => /^0+$/.test(key.slice(0, n))).map(n => key.slice(n))])]
}

type Run = {
  problems: Problem[]
  clients: Map<string, ClientId>
  fresh: Map<ClientId, Client>
  known: ReadonlyMap<string, KnownItem>
  /** Who has a code, by client and key: the items of before, then those of the file. */
  owners: Map<string, string>
  places: ReadonlySet<string>
  faces: Faces
}

const at = (client: ClientId, code: string): string => `${client} ${codeKey(code)}`

/** The items of a file against those that are there; an item is known by its client and SKU. */
export const planItems = async (table: Table, look: IntakeLook): Promise<Plan> => {
  const run = await begin(table, look)
  const items: { item: Item; cost: number | null }[] = []
  const seen = new Map<string, number>()
  let added = 0
  for (const row of table.rows) {
    const cells = cellsOf(row, run.problems)
    const client = clientOf(cells, run)
    const sku = cells.text('sku', 60)
    if (sku === '') cells.tell('sku', 'missing')
    if (client === null || sku === '') continue
    const name = `${client} ${sku}`
    const first = seen.get(name)
    if (first !== undefined) {
      cells.tell('sku', 'twice', String(first))
      continue
    }
    seen.set(name, row.row)
    const before = run.known.get(name)
    const next = readItem(cells, before?.item ?? freshItem(client, sku), run, before?.hasStock === true)
    const cost = cells.has('unit_cost') ? cells.money('unit_cost') : (before?.cost ?? null)
    faceOf(cells, next, run.faces)
    if (before !== undefined && before.cost === cost && isDeepStrictEqual(before.item, next)) continue
    if (before === undefined) added += 1
    items.push({ item: next, cost })
  }
  const changed = items.length - added
  return {
    added,
    changed,
    same: seen.size - added - changed,
    units: 0,
    problems: run.problems,
    write: { ...NO_WRITE, clients: [...run.fresh.values()], items, locations: run.faces.changed() },
  }
}

const begin = async (table: Table, look: IntakeLook): Promise<Run> => {
  const cell = (column: string): string[] => table.rows.map(({ cells }) => cells.get(column) ?? '')
  const packs = Array.from({ length: MAX_PACKAGINGS }, (_, i) => `pack${i + 1}_barcodes`)
  const written = [...cell('sku'), ...['barcodes', ...packs].flatMap(column => cell(column).flatMap(split))]
  const clients = await look.clients()
  const known = await look.itemsBySku(cell('sku'))
  const places = await look.places()
  const owners = await look.codeOwners([...new Set(written.flatMap(formsOf))])
  return {
    problems: [],
    clients: byName(clients),
    fresh: new Map(),
    known: new Map(known.map(one => [`${one.item.client} ${one.item.sku}`, one])),
    owners: new Map(owners.map(({ client, code, item }) => [at(client, code), item])),
    places: new Set(places.map(place => place.code)),
    faces: facesOf(places),
  }
}
const split = (text: string): string[] => text.split(/[\s|;]+/)

const facesOf = (places: readonly Location[]): Faces => {
  const byCode = new Map(places.map(place => [place.code, place]))
  const touched = new Map<string, Location>()
  return {
    place: code => touched.get(code) ?? byCode.get(code),
    put: place => void touched.set(place.code, place),
    changed: () => [...touched.values()].filter(place => !isDeepStrictEqual(place, byCode.get(place.code))),
  }
}

/** The client of a row: by name, or the only one there is. A name that nobody has becomes a client, and the preview says so. */
const clientOf = (cells: Cells, { clients, fresh }: Run): ClientId | null => {
  const name = cells.text('client', 80)
  if (name === '') {
    const only = clients.size === 1 ? [...clients.values()][0] : undefined
    if (only === undefined) cells.tell('client', 'missing')
    return only ?? null
  }
  const known = clients.get(folded(name))
  if (known !== undefined) return known
  if (fresh.size >= MAX_CLIENTS) {
    cells.tell('client', 'too_many_clients', String(MAX_CLIENTS))
    return null
  }
  const client = newClient(name)
  clients.set(folded(name), client.id)
  fresh.set(client.id, client)
  return client.id
}

const freshItem = (client: ClientId, sku: string): Item => ({
  id: derivedId('item', client, 'sku', sku),
  client,
  sku,
  name: '',
  unit: 'pcs',
  packagings: [],
  codes: [],
  tracking: { lot: false, serial: false, expiry: false },
  active: true,
})

/** Codes that mean this item and nothing else: a scan must have one meaning. */
const ownCodes = (cells: Cells, column: string, codes: readonly string[], item: Item, run: Run): readonly string[] =>
  codes.filter(code => {
    const owner = run.owners.get(at(item.client, code))
    if (isReserved(code) || readLabel(code) !== null) cells.tell(column, 'reserved', '', code)
    else if (/^\d{12,14}$/.test(code) && column !== 'sku' && !checkDigitHolds(code))
      cells.tell(column, 'check_digit', gs1CheckDigit(code.slice(0, -1)), code)
    else if (run.places.has(code) || (owner !== undefined && owner !== item.id))
      cells.tell(column, 'code_taken', '', code)
    else {
      run.owners.set(at(item.client, code), item.id)
      return true
    }
    return false
  })

const readItem = (cells: Cells, before: Item, run: Run, hasStock: boolean): Item => {
  const kept = <T>(column: string, read: () => T, old: T): T => (cells.has(column) ? read() : old)
  const name = cells.text('name', 200)
  if (name === '') cells.tell('name', 'missing')
  ownCodes(cells, 'sku', [before.sku], before, run)
  const codes = kept('barcodes', () => ownCodes(cells, 'barcodes', cells.codes('barcodes'), before, run), before.codes)
  const flag = (column: string, old: boolean): boolean => kept(column, () => cells.yesNo(column) ?? false, old)
  const { lot, serial, expiry } = before.tracking
  const tracking = {
    lot: flag('track_lot', lot),
    serial: flag('track_serial', serial),
    expiry: flag('track_expiry', expiry),
  }
  const differs = tracking.lot !== lot || tracking.serial !== serial || tracking.expiry !== expiry
  if (hasStock && differs) cells.tell('track_lot', 'tracking_stock')
  const unit = kept('unit', () => cells.text('unit', 20), before.unit)
  return {
    ...before,
    name,
    unit: unit === '' ? 'pcs' : unit,
    packagings: readPackagings(cells, before, run),
    codes,
    tracking,
    ...optional(cells, before),
  }
}

/** What an item may have; an empty cell takes it away. */
const optional = (cells: Cells, before: Item): Partial<Item> => {
  const word = (column: string): string | null => {
    const value = cells.text(column, 60)
    return value === '' ? null : value
  }
  const days = (column: string): number | null => cells.whole(column, 0, MAX_DAYS)
  const shelved = ['accept_days', 'min_days_out', 'life_days'].some(cells.has)
  const shelf = {
    acceptDays: cells.has('accept_days') ? days('accept_days') : (before.shelf?.acceptDays ?? null),
    minDaysOut: cells.has('min_days_out') ? days('min_days_out') : (before.shelf?.minDaysOut ?? null),
    lifeDays: cells.has('life_days') ? days('life_days') : (before.shelf?.lifeDays ?? null),
  }
  return {
    ...(cells.has('storage') ? { storage: word('storage') } : {}),
    ...(cells.has('category') ? { category: word('category') } : {}),
    ...(cells.has('weight_g') ? { weightG: cells.whole('weight_g', 0, 100_000_000) } : {}),
    ...(shelved ? { shelf: Object.values(shelf).every(value => value === null) ? null : shelf } : {}),
  }
}

const readPackagings = (cells: Cells, before: Item, run: Run): readonly Packaging[] => {
  const numbers = Array.from({ length: MAX_PACKAGINGS }, (_, i) => i + 1)
  if (!numbers.some(n => cells.has(`pack${n}_name`) || cells.has(`pack${n}_quantity`))) return before.packagings
  const packs = numbers.flatMap(n => {
    const name = cells.text(`pack${n}_name`, 40)
    const quantity = cells.whole(`pack${n}_quantity`, 2, MAX_UNITS)
    const column = `pack${n}_barcodes`
    const codes = ownCodes(cells, column, cells.codes(column), before, run)
    if (name === '' && quantity === null && codes.length === 0) return []
    if (name === '') cells.tell(`pack${n}_name`, 'pack_needs')
    if (quantity === null) cells.tell(`pack${n}_quantity`, 'pack_needs')
    return [{ id: folded(name), name, quantity: quantity ?? 0, codes }]
  })
  const twice = packs.find((pack, i) => packs.findIndex(other => other.id === pack.id) !== i)
  if (twice !== undefined) cells.tell('pack1_name', 'packagings', '', twice.name)
  return packs
}
