import { isDeepStrictEqual } from 'node:util'
import type { Location, MobileKind, PlaceKind } from '../../shared/catalogue.ts'
import type { Problem } from '../../shared/desk/intake.ts'
import { derivedId } from '../../shared/ids.ts'
import type { WarehouseId } from '../../shared/ids.ts'
import { isVirtual } from '../../shared/process/virtual.ts'
import { isReserved } from '../../shared/scan/command-code.ts'
import { readLabel } from '../../shared/scan/own-label.ts'
import type { LabelPrefix } from '../../shared/scan/own-label.ts'
import type { IntakeLook } from '../intake-ports.ts'
import { cellsOf } from './cells.ts'
import type { Cells } from './cells.ts'
import type { Table } from './csv.ts'
import { NO_WRITE } from './plan.ts'
import type { Plan } from './plan.ts'

/** With the words of Turkish warehouses beside them. */
const KINDS: Readonly<Record<PlaceKind | Exclude<MobileKind, 'carton'>, readonly string[]>> = {
  pickable: ['pick', 'toplama'],
  reserve: ['rezerv', 'yedek'],
  dock: ['rampa', 'kabul'],
  staging: ['sevk', 'hazırlık'],
  pack: ['paketleme'],
  aside: ['ayrılan'],
  returns: ['return', 'iade'],
  hospital: ['sorunlu'],
  tote: ['kasa'],
  cart: ['araba'],
}
const MIX = { item: ['ürün'], lot: [], client: ['müşteri'] } as const
const MAX_UNITS = 1_000_000_000

/** Our own labels say what they stand on; a place may carry no label of another kind. */
const OF_LABEL: Partial<Record<LabelPrefix, readonly string[]>> = { XT: ['tote'], XW: ['cart'], XL: Object.keys(KINDS) }

/** The places of a file against those that are there; a place is known by its code. */
export const planPlaces = async (warehouse: WarehouseId, table: Table, look: IntakeLook): Promise<Plan> => {
  const problems: Problem[] = []
  const known = new Map((await look.places()).map(place => [place.code, place]))
  const codes = table.rows.map(({ cells }) => cells.get('code') ?? '')
  const taken = new Set((await look.codeOwners(codes)).map(owner => owner.code))
  const seen = new Map<string, number>()
  let sequence = Math.max(0, ...[...known.values()].map(place => place.sequence))
  const locations: Location[] = []
  let added = 0
  for (const row of table.rows) {
    const cells = cellsOf(row, problems)
    const code = cells.text('code', 40)
    if (!isGoodCode(cells, code, { seen, taken, known })) continue
    seen.set(code, row.row)
    const before = known.get(code)
    if (before === undefined) sequence += 1
    const next = readPlace(cells, before ?? freshPlace(warehouse, code, sequence))
    const label = readLabel(code)
    if (label !== null && OF_LABEL[label.prefix]?.includes(next.kind) !== true) cells.tell('code', 'reserved')
    if (before !== undefined && isDeepStrictEqual(before, next)) continue
    if (before === undefined) added += 1
    locations.push(next)
  }
  const changed = locations.length - added
  return {
    added,
    changed,
    same: seen.size - added - changed,
    units: 0,
    problems,
    write: { ...NO_WRITE, locations },
  }
}

type Names = {
  seen: ReadonlyMap<string, number>
  taken: ReadonlySet<string>
  known: ReadonlyMap<string, Location>
}

const isGoodCode = (cells: Cells, code: string, { seen, taken, known }: Names): boolean => {
  const first = seen.get(code)
  const before = known.get(code)
  if (code === '') cells.tell('code', 'missing')
  else if (first !== undefined) cells.tell('code', 'twice', String(first))
  else if (isReserved(code) || (before !== undefined && isVirtual(before))) cells.tell('code', 'reserved')
  else if (taken.has(code)) cells.tell('code', 'code_taken')
  else return true
  return false
}

const freshPlace = (warehouse: WarehouseId, code: string, sequence: number): Location => ({
  id: derivedId('location', warehouse, 'place', code),
  kind: 'pickable',
  code,
  zone: null,
  sequence,
  parent: null,
  active: true,
})

/** What the row says over what was there; a column that the file does not have says nothing. */
const readPlace = (cells: Cells, before: Location): Location => {
  const said = <T>(column: string, read: () => T): T | undefined => (cells.has(column) ? read() : undefined)
  const units = said('capacity_units', () => cells.whole('capacity_units', 0, MAX_UNITS)) ?? null
  const lpns = said('capacity_pallets', () => cells.whole('capacity_pallets', 0, 10_000)) ?? null
  const capacity =
    cells.has('capacity_units') || cells.has('capacity_pallets')
      ? { capacity: units === null && lpns === null ? null : { units, lpns } }
      : {}
  const accepts = said('accepts', () => cells.codes('accepts'))
  const mix = said('mix', () => cells.choice('mix', MIX))
  const lpnRequired = said('pallet_required', () => cells.yesNo('pallet_required') ?? false)
  const zone = said('zone', () => cells.text('zone', 40))
  return {
    ...before,
    kind: said('kind', () => cells.choice('kind', KINDS)) ?? before.kind,
    zone: zone === undefined ? before.zone : zone === '' ? null : zone,
    sequence: said('sequence', () => cells.whole('sequence', 0, 10_000_000)) ?? before.sequence,
    ...capacity,
    ...(accepts === undefined ? {} : { accepts: accepts.length === 0 ? null : accepts }),
    ...(mix === undefined ? {} : { mix }),
    ...(lpnRequired === undefined ? {} : { lpnRequired }),
  }
}
