import { describe, expect, it } from 'vitest'
import { baseOf } from './quantity.ts'
import { amountOfBase, baseName, basesIn, quantityIn, unitOf } from './tryton-unit.ts'

const unit = (id: number, name: string, factor: number, rate: number, digits: number, category = 1) =>
  unitOf({ id, name, symbol: name, category, factor, rate, digits })
const piece = unit(1, 'Unit', 1, 1, 0)
const dozen = unit(2, 'Case of 12', 12, 0.083333333333, 0)
const kilogram = unit(3, 'kg', 1, 1, 2, 2)
const gram = unit(4, 'g', 0.001, 1000, 2, 2)
const odd = unit(5, 'odd', 0.3141592654, 3.1830988617, 2)

describe('units of Tryton', () => {
  it('[ET3] of factor and rate the exact one counts', () => {
    expect([piece.ratio, dozen.ratio, gram.ratio]).toEqual([
      { num: 1, den: 1 },
      { num: 12, den: 1 },
      { num: 1, den: 1000 },
    ])
    expect(unit(6, 'third', 0.333333333333, 3, 2).ratio).toEqual({ num: 1, den: 3 })
    expect(odd.ratio).toBeNull()
  })
  it('[ET3] a case is so many pieces, and a unit of another kind is none', () => {
    expect(basesIn(dozen, piece)).toEqual({ num: 12, den: 1 })
    expect(basesIn(piece, dozen)).toEqual({ num: 1, den: 12 })
    expect(basesIn(kilogram, piece)).toBeNull()
    expect(basesIn(odd, piece)).toBeNull()
  })
  it('[ET3] goods counted with two digits are counted by us in steps of a hundredth', () => {
    expect([baseName(piece), baseName(kilogram)]).toEqual(['Unit', '0.01 kg'])
    expect(baseOf(quantityIn(2.5, kilogram, kilogram) ?? { n: 0, num: 1, den: 1 })).toBe(250)
    expect(baseOf(quantityIn(1500, gram, kilogram) ?? { n: 0, num: 1, den: 1 })).toBe(150)
    expect(amountOfBase(250, kilogram)).toBe(2.5)
  })
  it('[ET3] sums of floats are what they mean, and half a piece stays half a piece', () => {
    expect(baseOf(quantityIn(0.1 + 0.2, kilogram, kilogram) ?? { n: 0, num: 1, den: 1 })).toBe(30)
    expect(baseOf(quantityIn(99.99999999999997, piece, piece) ?? { n: 0, num: 1, den: 1 })).toBe(100)
    expect(quantityIn(0.5, piece, piece)).toEqual({ n: 5, num: 1, den: 10 })
  })
})
