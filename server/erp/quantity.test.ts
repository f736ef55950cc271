import { describe, expect, it } from 'vitest'
import { baseOf, decimalQty, ratioOf } from './quantity.ts'

describe('quantities across the port', () => {
  it('[E50] decimal text becomes whole numbers of an exact unit, never a float', () => {
    expect(decimalQty('2.5')).toEqual({ n: 25, num: 1, den: 10 })
    expect(decimalQty('-3.00')).toEqual({ n: -3, num: 1, den: 1 })
    expect(decimalQty('2', { num: 12, den: 1 })).toEqual({ n: 2, num: 12, den: 1 })
    expect(decimalQty(String(0.1 + 0.2))).toBeNull()
    for (const text of ['', '1e3', 'NaN', '1,5', '9'.repeat(17)]) expect(decimalQty(text)).toBeNull()
  })
  it('[E50] what is no whole number of base units is no quantity to book', () => {
    expect(baseOf({ n: 25, num: 1, den: 10 })).toBeNull()
    expect(baseOf({ n: 25, num: 12, den: 10 })).toBe(30)
    expect(baseOf({ n: Number.MAX_SAFE_INTEGER, num: 12, den: 1 })).toBeNull()
  })
  it('[E51] a factor is taken when it surely means a small exact ratio, else a person has to say', () => {
    expect(ratioOf('12')).toEqual({ num: 12, den: 1 })
    expect(ratioOf('0.5')).toEqual({ num: 1, den: 2 })
    expect(ratioOf('0.083333333333')).toEqual({ num: 1, den: 12 })
    expect(ratioOf('0.0166667')).toEqual({ num: 1, den: 60 })
    expect(ratioOf('0.3141592654')).toBeNull()
    expect(ratioOf('0')).toBeNull()
  })
})
