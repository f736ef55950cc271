import type { Location, LocationKind } from '../../shared/catalogue.ts'
import { derivedId } from '../../shared/ids.ts'
import type { WarehouseId } from '../../shared/ids.ts'
import { virtualPlaces } from '../../shared/process/virtual.ts'
import { makeLabel } from '../../shared/scan/own-label.ts'

const two = (n: number): string => String(n).padStart(2, '0')

type Place = { code: string; kind: LocationKind; zone: string | null }

/** Racks of a zone: lower shelves are picked from, the upper one holds pallets in reserve. */
const racks = (zone: string, aisles: number, bays: number): Place[] =>
  Array.from({ length: aisles * bays }, (_, i) => ({ aisle: Math.floor(i / bays) + 1, bay: (i % bays) + 1 })).flatMap(
    ({ aisle, bay }) =>
      [1, 2, 3].map(level => ({
        code: `${zone}${aisle}-${two(bay)}-${two(level)}`,
        kind: level === 3 ? ('reserve' as const) : ('pickable' as const),
        zone,
      })),
  )

const toteLabel = (n: number): string => makeLabel('XT', String(n).padStart(4, '0'))
const named = (kind: LocationKind, codes: readonly string[]): Place[] => codes.map(code => ({ code, kind, zone: null }))

/** Three zones: A fast movers, B slow movers, C the cold room; then what every warehouse has besides racks. */
const PLACES: readonly Place[] = [
  ...named('dock', ['DOCK-1', 'DOCK-2', 'DOCK-3']),
  ...racks('A', 4, 8),
  ...racks('B', 3, 8),
  ...racks('C', 2, 6),
  ...named('staging', ['STAGE-1', 'STAGE-2', 'STAGE-3', 'STAGE-4']),
  ...named('pack', ['PACK-1', 'PACK-2', 'PACK-3']),
  ...named('aside', ['ASIDE-1']),
  ...named('returns', ['RETURN-1']),
  ...named('hospital', ['HOSPITAL-1']),
  ...Array.from({ length: 16 }, (_, i) => ({ code: toteLabel(i + 1), kind: 'tote' as const, zone: null })),
]

export const placeId = (warehouse: WarehouseId, code: string): Location['id'] =>
  derivedId('location', warehouse, 'place', code)

/** All places of the demo, in walking order; the virtual ones have the names that every device knows without asking. */
export const demoPlaces = (warehouse: WarehouseId): readonly Location[] => [
  ...virtualPlaces(warehouse),
  ...PLACES.map((place, i): Location => ({
    ...place,
    id: placeId(warehouse, place.code),
    sequence: i + 1,
    parent: null,
    active: true,
  })),
]
