import type { Item, Packaging } from './catalogue.ts'

/** The largest quantity of one command; the schema of commands holds the same bound. */
export const MAX_QUANTITY = 1_000_000_000

/** Whole base units, at least one. A fraction, a negative number and text are no quantity. */
export const isQuantity = (n: unknown): n is number =>
  typeof n === 'number' && Number.isSafeInteger(n) && n >= 1 && n <= MAX_QUANTITY

/** Base units of `packs` packs of `perPack`; null where that is no quantity. */
export const unitsOf = (packs: number, perPack: number): number | null => {
  const units = packs * perPack
  return isQuantity(packs) && isQuantity(perPack) && isQuantity(units) ? units : null
}

/** Packs of one packaging; null = the base unit. */
export type Packs = { n: number; packaging: Packaging | null }

/**
 * Base units as a person takes them: the largest packagings first, the rest in base units (30 with a case of 12 is 2 cases
 * and 6). The sum is always the quantity that was given.
 */
export const packsOf = (item: Pick<Item, 'packagings'>, units: number): readonly Packs[] => {
  const packs: Packs[] = []
  let rest = units
  for (const packaging of item.packagings.filter(p => p.quantity > 1).sort((a, b) => b.quantity - a.quantity)) {
    const n = Math.floor(rest / packaging.quantity)
    if (n > 0) packs.push({ n, packaging })
    rest -= n * packaging.quantity
  }
  return rest > 0 || packs.length === 0 ? [...packs, { n: rest, packaging: null }] : packs
}
