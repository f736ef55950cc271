import type { Location } from '../catalogue.ts'

const VIRTUAL = new Set<Location['kind']>(['supplier', 'customer', 'adjustment', 'scrap', 'transit', 'unknown'])

/** The other side of what comes from and goes to the outside. Its rows may well be negative, and nobody can walk there. */
export const isVirtual = (location: Location | undefined): boolean =>
  location !== undefined && VIRTUAL.has(location.kind)
