import { describe, expect, it } from 'vitest'
import { a1, milk, mug, row, theirMilk } from '../../test/support/world.ts'
import { available, isEmpty, keyOf, stockKeyText } from './stock.ts'

const shelf = row(milk, a1, 10, { lot: 'L1' })

describe('stock rows', () => {
  it('[L10] available is on-hand less reserved less held, of available goods only, and may be negative', () => {
    expect(available({ ...shelf, reserved: 3, held: 2 })).toBe(5)
    expect(available({ ...shelf, reserved: 8, held: 4 })).toBe(-2)
    for (const status of ['inspection', 'damaged', 'blocked'] as const) expect(available({ ...shelf, status })).toBe(0)
  })
  it('[L11] every part of the key tells rows apart: the same lot number on two items is two lots', () => {
    const keys = [
      shelf,
      { ...shelf, lot: 'L2' },
      { ...shelf, lot: '', serial: 'L1' },
      { ...shelf, item: mug.id },
      { ...shelf, client: theirMilk.client },
      { ...shelf, location: theirMilk.id as never },
      { ...shelf, lpn: mug.id as never },
      { ...shelf, status: 'blocked' as const },
    ].map(stockKeyText)
    expect(new Set(keys).size).toBe(keys.length)
    expect(stockKeyText({ ...shelf, onHand: 99 } as typeof shelf)).toBe(keys[0])
    expect(keyOf(shelf)).not.toHaveProperty('onHand')
  })
  it('[L10] a row is empty only when nothing is there, reserved or held', () => {
    expect(isEmpty({ onHand: 0, reserved: 0, held: 0 })).toBe(true)
    for (const change of [{ onHand: -1 }, { reserved: 1 }, { held: 1 }])
      expect(isEmpty({ onHand: 0, reserved: 0, held: 0, ...change })).toBe(false)
  })
})
