import { describe, expect, it } from 'vitest'
import {
  TIMES,
  a1,
  a2,
  allRows,
  demoSeed,
  demoWorld,
  dock,
  documentId,
  lineId,
  mug,
  one,
  row,
  tablesOf,
  taskId,
  unbalanced,
  virtual,
  worldOf,
  wrongReserved,
} from '../../test/support/world.ts'
import { NOTHING } from './effects.ts'
import type { Effects } from './effects.ts'
import { keyOf } from './stock.ts'
import { claimChanges, looseAt, virtualLocation, makeWorld } from './world.ts'

const mugs = row(mug, a1, 30)
const move = (qty: number, from = a1, to = a2): Effects => ({
  ...NOTHING,
  movements: [
    { client: one.id, item: mug.id, lot: '', serial: '', from: looseAt(from.id), to: looseAt(to.id), qty, ...TIMES },
  ],
})

describe('the world', () => {
  it('[B20] new lines are found by their document, in their newest state, and gone after a reset', () => {
    const world = demoWorld()
    const confirmed = world.linesOf(documentId('PO-1'))
    const [first] = confirmed
    if (first === undefined) throw new Error('no line')
    const [other, third] = [documentId('PO-2'), lineId('PO-2', 3)]
    const made = (no: number, document = first.document) => ({
      ...first,
      id: lineId('PO-2', no),
      no: 90 + no,
      document,
    })
    world.apply({ ...NOTHING, lines: [made(2), made(1), { ...first, done: 5 }, made(3)] })
    world.apply({ ...NOTHING, lines: [{ ...made(1), done: 7 }, made(3, other)] })
    const [now, ...rest] = world.linesOf(first.document)
    expect(now).toEqual({ ...first, done: 5 })
    expect(rest.slice(confirmed.length - 1).map(line => [line.no, line.done])).toEqual([
      [91, 7],
      [92, first.done],
    ])
    expect(world.linesOf(other).map(line => line.id)).toEqual([third])
    world.reset()
    expect([world.linesOf(first.document), world.linesOf(other)]).toEqual([confirmed, []])
  })

  it('[L12] a movement leaves one side and arrives at the other; the sum over all places stays zero', () => {
    const world = demoWorld()
    world.apply(move(4))
    world.apply(move(40))
    expect(world.stock(keyOf(mugs)).onHand).toBe(-14)
    expect(world.stock(keyOf(row(mug, a2, 0))).onHand).toBe(44)
    expect(unbalanced(allRows(world))).toEqual([])
  })
  it('[L13] reserved is the fold of the claims of the lines, whatever they were before', () => {
    const world = demoWorld()
    const line = world.line(lineId('SO-1', 1))!
    const claim = line.claims[0]!
    world.apply({
      ...NOTHING,
      lines: [
        {
          ...line,
          claims: [
            { ...claim, qty: 1 },
            { ...claim, location: a2.id, qty: 2 },
          ],
        },
      ],
    })
    expect([world.stock(keyOf(mugs)).reserved, world.stock(keyOf(row(mug, a2, 0))).reserved]).toEqual([1, 2])
    world.apply({ ...NOTHING, lines: [{ ...line, claims: [] }] })
    expect(wrongReserved(world)).toEqual([])
    expect(world.stock(keyOf(mugs)).reserved).toBe(0)
    expect(claimChanges(line, line)).toEqual([])
  })
  it('[L13] held is the fold of hold changes', () => {
    const world = demoWorld()
    const hold = (qty: number): Effects => ({ ...NOTHING, holds: [{ owner: 'v', key: keyOf(mugs), qty }] })
    world.apply(hold(5))
    world.apply(hold(-2))
    expect(world.stock(keyOf(mugs)).held).toBe(3)
  })
  it('[L14] pending rows lie over the confirmed ones; reset forgets them and the confirmed ones were never touched', () => {
    const tables = tablesOf(demoSeed())
    const before = JSON.stringify([...tables.stock.values()])
    const world = makeWorld(tables)
    world.apply(move(4))
    world.apply({ ...NOTHING, documents: [{ ...world.document(documentId('PO-1'))!, state: 'closed' }] })
    expect([...world.documents()].map(d => d.state).sort()).toEqual(['closed', 'open'])
    expect([...world.changedStock()].map(r => r.onHand).sort()).toEqual([26, 4])
    world.reset()
    expect(world.stock(keyOf(mugs)).onHand).toBe(30)
    expect(world.document(documentId('PO-1'))?.state).toBe('open')
    expect([...world.changedStock()]).toEqual([])
    expect(JSON.stringify([...tables.stock.values()])).toBe(before)
  })
  it('[L15] the same effects after a reset give the same world: stock is a fold', () => {
    const world = demoWorld()
    const all = [move(4), move(3, a2, a1), move(7, dock, a2)]
    const fold = () => {
      world.reset()
      for (const effects of all) world.apply(effects)
      return JSON.stringify(allRows(world))
    }
    expect(fold()).toBe(fold())
    const other = worldOf(demoSeed())
    for (const effects of all) other.apply(effects)
    expect(JSON.stringify(allRows(other))).toBe(fold())
  })
  it('[L16] rows are found by place and by item, new ones too, empty ones not', () => {
    const world = demoWorld()
    world.apply(move(30, a1, dock))
    expect(world.stockAt(a1.id).filter(r => r.item === mug.id)).toMatchObject([{ onHand: 0, reserved: 3 }])
    expect(world.stockAt(dock.id)).toMatchObject([{ item: mug.id, onHand: 30 }])
    world.apply(move(30, dock, a1))
    expect(world.stockAt(dock.id)).toEqual([])
    expect(world.stockOf(one.id, mug.id).filter(r => r.onHand > 0)).toHaveLength(1)
    expect(world.stockOf(virtual('supplier').id as never, mug.id)).toEqual([])
  })
  it('[L16] lines come in their order and new ones with them; a document finds its task', () => {
    const world = demoWorld()
    const line = world.line(lineId('PO-1', 1))!
    world.apply({
      ...NOTHING,
      lines: [
        { ...line, id: lineId('PO-1', 9), no: 0 },
        { ...line, done: 5 },
      ],
    })
    expect(world.linesOf(documentId('PO-1')).map(l => [l.no, l.done])).toEqual([
      [0, 0],
      [1, 5],
      [2, 0],
      [3, 0],
      [4, 0],
    ])
    expect(world.taskOf(documentId('PO-1'))?.id).toBe(taskId('PO-1'))
    expect(world.taskOf(documentId('none'))).toBeUndefined()
  })
  it('[L17] virtual places have the same name on every device, another in every warehouse', () => {
    const { warehouse } = demoWorld()
    expect(virtualLocation(warehouse, 'supplier')).toBe(virtual('supplier').id)
    expect(virtualLocation(mug.id as never, 'supplier')).not.toBe(virtual('supplier').id)
    expect(virtualLocation(warehouse, 'customer')).not.toBe(virtual('supplier').id)
  })
})
