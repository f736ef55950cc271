import type { Location, VirtualKind } from '../catalogue.ts'
import type { WarehouseId } from '../ids.ts'
import { virtualLocation } from '../ledger/world.ts'

export const VIRTUAL_KINDS: readonly VirtualKind[] = [
  'supplier',
  'customer',
  'adjustment',
  'scrap',
  'transit',
  'unknown',
]
const VIRTUAL: ReadonlySet<Location['kind']> = new Set(VIRTUAL_KINDS)

/** The other side of what comes from and goes to the outside. Its rows may well be negative, and nobody can walk there. */
export const isVirtual = (location: Pick<Location, 'kind'> | undefined): boolean =>
  location !== undefined && VIRTUAL.has(location.kind)

/** The virtual places of a warehouse, with the names that every device knows without asking. */
export const virtualPlaces = (warehouse: WarehouseId): readonly Location[] =>
  VIRTUAL_KINDS.map(kind => ({
    id: virtualLocation(warehouse, kind),
    kind,
    code: kind.toUpperCase(),
    zone: null,
    sequence: 0,
    parent: null,
    active: true,
  }))
