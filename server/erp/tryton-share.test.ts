import { describe, expect, it } from 'vitest'
import type { Goods, Move } from './tryton-goods.ts'
import { splitIntoPackages } from './tryton-package.ts'
import { destinations, shareOut } from './tryton-share.ts'
import { unitOf } from './tryton-unit.ts'

const own = unitOf({ id: 1, name: 'Unit', symbol: 'u', category: 1, factor: 1, rate: 1, digits: 0 })
const row = (product: number, bases: number, more: Partial<Goods> = {}): Goods => ({
  product,
  own,
  lot: '',
  lotId: null,
  bases,
  amount: bases,
  location: null,
  line: null,
  cost: '0',
  code: `SKU-${product}`,
  ...more,
})
const move = (id: number, product: number, bases: number, lotId: number | null = null, to = 3): Move => ({
  id,
  product,
  own,
  bases,
  lotId,
  quantity: bases,
  internal_quantity: bases,
  uom: 1,
  state: 'draft',
  origin: null,
  shipment: null,
  from_location: 1,
  to_location: to,
  unit_price: null,
  currency: null,
  package: null,
})
const line = (id: number, product: number, open: number) => ({ id, name: `purchase.line,${id}`, product, open })
const shares = (goods: readonly Goods[], lines: readonly ReturnType<typeof line>[]) =>
  shareOut(goods, lines).map(part => [part.goods.lotId, part.bases, part.line])

describe('what came, shared out over the lines of the order', () => {
  it('[ET4] fills the lines in their order, lot after lot', () => {
    const goods = [row(7, 6, { lotId: 1 }), row(7, 5, { lotId: 2 })]
    expect(shares(goods, [line(1, 7, 8), line(2, 7, 3)])).toEqual([
      [1, 6, 1],
      [2, 2, 1],
      [2, 3, 2],
    ])
  })
  it('[ET4] begins with the line that it names', () => {
    expect(shares([row(7, 4, { line: 'purchase.line,2' })], [line(1, 7, 8), line(2, 7, 3)])).toEqual([
      [null, 3, 2],
      [null, 1, 1],
    ])
  })
  it('[ET4] puts what came over on the last line, and what the order does not name on none', () => {
    expect(shares([row(7, 9), row(8, 1)], [line(1, 7, 5)])).toEqual([
      [null, 9, 1],
      [null, 1, null],
    ])
  })
})

describe('what stands in the input zone, sent to its places', () => {
  it('[ET5] leaves a move alone that goes where it goes already', () => {
    expect(destinations([move(1, 7, 5)], [row(7, 5)], 3)).toEqual({ rewrites: [], additions: [] })
  })
  it('[ET5] cuts a move whose goods go to two places', () => {
    const { rewrites, additions } = destinations(
      [move(1, 7, 5)],
      [row(7, 2, { location: 9 }), row(7, 3, { location: 10 })],
      3,
    )
    expect(rewrites.map(part => [part.move.id, part.bases, part.to])).toEqual([[1, 2, 9]])
    expect(additions.map(part => [part.move.id, part.bases, part.to])).toEqual([[1, 3, 10]])
  })
  it('[ET5] keeps lots apart', () => {
    const moves = [move(1, 7, 5, 21), move(2, 7, 4, 22)]
    const goods = [row(7, 4, { lotId: 22, location: 9 }), row(7, 5, { lotId: 21, location: 10 })]
    expect(destinations(moves, goods, 3).rewrites.map(part => [part.move.id, part.to])).toEqual([
      [1, 10],
      [2, 9],
    ])
  })
})

describe('cartons', () => {
  const box = (name: string, ...rows: readonly [product: number, bases: number][]) => ({
    box: name,
    rows: rows.map(([product, bases]) => ({ product, lotId: null, bases })),
  })
  it('[ET6] take whole moves', () => {
    const [a, b] = [move(1, 7, 5), move(2, 8, 4)]
    expect(splitIntoPackages([a, b], [box('C1', [8, 4]), box('C2', [7, 5])])).toEqual({
      state: 'fits',
      boxes: [
        { box: 'C1', moves: [b] },
        { box: 'C2', moves: [a] },
      ],
    })
  })
  it('[ET6] cut a move whose goods lie in two of them, and fit after the cut', () => {
    const boxes = [box('C1', [7, 2]), box('C2', [7, 3])]
    const whole = move(1, 7, 5)
    expect(splitIntoPackages([whole], boxes)).toEqual({ state: 'cut', cuts: [{ move: whole, bases: 3 }] })
    expect(splitIntoPackages([move(1, 7, 2), move(2, 7, 3)], boxes).state).toBe('fits')
  })
  it('[ET6] that do not hold what leaves are not told', () => {
    expect(splitIntoPackages([move(1, 7, 5)], [box('C1', [7, 4])]).state).toBe('cut')
    expect(splitIntoPackages([move(1, 7, 5), move(2, 8, 1)], [box('C1', [7, 5])]).state).toBe('unequal')
    expect(splitIntoPackages([move(1, 7, 5)], [box('C1', [7, 6])]).state).toBe('unequal')
  })
})
