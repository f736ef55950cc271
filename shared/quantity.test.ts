import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_QUANTITY, isQuantity, packsOf, unitsOf } from './quantity.ts'

const pack = (quantity: number) => ({ id: `p${quantity}`, name: `p${quantity}`, quantity, codes: [] })

describe('quantities', () => {
  it('[L7] a quantity is a whole number of base units, from one to a billion', () => {
    for (const good of [1, 24, MAX_QUANTITY]) expect(isQuantity(good)).toBe(true)
    for (const bad of [0, -1, 1.5, MAX_QUANTITY + 1, Number.NaN, Infinity, '1', null])
      expect(isQuantity(bad)).toBe(false)
  })
  it('[L7] packs times their size are base units, or no quantity at all', () => {
    expect(unitsOf(2, 12)).toBe(24)
    for (const [n, per] of [
      [0, 12],
      [1, 0.5],
      [0.5, 2],
      [MAX_QUANTITY, 2],
      [-1, -1],
    ] as const)
      expect(unitsOf(n, per)).toBeNull()
  })
  it('[L8] base units are told in the largest packs first; the sum is what was given', () => {
    const item = { packagings: [pack(6), pack(12), pack(1)] }
    expect(packsOf(item, 31).map(p => [p.n, p.packaging?.quantity ?? 1])).toEqual([
      [2, 12],
      [1, 6],
      [1, 1],
    ])
    expect(packsOf(item, 24).map(p => [p.n, p.packaging?.quantity ?? 1])).toEqual([[2, 12]])
    expect(packsOf(item, 0)).toEqual([{ n: 0, packaging: null }])
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5000 }), fc.array(fc.integer({ min: 1, max: 60 })), (units, sizes) => {
        const packs = packsOf({ packagings: sizes.map(pack) }, units)
        expect(packs.reduce((sum, p) => sum + p.n * (p.packaging?.quantity ?? 1), 0)).toBe(units)
      }),
    )
  })
})
