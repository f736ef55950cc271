import { describe, expect, it } from 'vitest'
import { NOTHING } from '../ledger/effects.ts'
import { keyOf } from '../ledger/stock.ts'
import { looseAt } from '../ledger/world.ts'
import { makeLabel } from '../scan/own-label.ts'
import type { Draft } from '../sync/command.ts'
import {
  a1,
  a2,
  a3,
  allRows,
  booker,
  countTaskOf,
  demoSeed,
  demoWorld,
  device,
  dock,
  documentId,
  lineId,
  milk,
  mug,
  one,
  orderOf,
  otherDevice,
  row,
  scanned,
  scanOf,
  unbalanced,
  virtual,
  wants,
  warehouse,
  worker,
  workerAt,
  wrongReserved,
} from '../../test/support/world.ts'
import type { WorldSeed } from '../../test/support/world.ts'
import { lpnId } from './lpn.ts'
import { putaway } from './putaway.ts'
import { putawayTaskId } from './putaway-task.ts'

const LABEL = makeLabel('XP', '0042')
const pallet = lpnId(warehouse, LABEL)
const loose = row(mug, dock, 12)
const onPallet = row(mug, dock, 10, { lpn: pallet })
const known = { id: pallet, client: one.id, label: LABEL }

const at = (over: Partial<WorldSeed> = {}) => {
  const world = demoWorld({ stock: [...demoSeed().stock, loose, onPallet], ...over })
  world.apply({ ...NOTHING, lpns: [known] })
  const anna = workerAt(putaway, world, { nothing: true })
  const check = (): void => {
    expect(unbalanced(allRows(world))).toEqual([])
    expect(wrongReserved(world)).toEqual([])
  }
  return { world, anna, check }
}
const rejected = (w: ReturnType<typeof at>, run: () => { verdict: string; message: { key: string } }) => {
  const before = JSON.stringify([w.anna.state(), allRows(w.world), w.anna.judged.length])
  const next = run()
  expect(JSON.stringify([w.anna.state(), allRows(w.world), w.anna.judged.length])).toBe(before)
  return [next.verdict, next.message.key]
}
const places = (...changed: readonly (typeof a1)[]) =>
  demoSeed().places.map(place => changed.find(one_ => one_.id === place.id) ?? place)

describe('where goods should go', () => {
  const goal = (over: Partial<WorldSeed>) => {
    const w = at(over)
    const next = w.anna.scan(scanOf.item(mug))
    return [w.world.location(next.state.goal ?? ('' as never))?.code ?? null, next.message.key]
  }
  it('[V1] home before the same item before an empty place', () => {
    const home = { ...a3, face: { client: one.id, item: mug.id, min: 5, max: 50 } }
    expect(goal({ stock: [loose, row(mug, a1, 3)], documents: [], places: places(home) })).toEqual(['A-03', 'put.to'])
    expect(goal({ stock: [loose, row(mug, a2, 3)], documents: [] })).toEqual(['A-02', 'put.to'])
    expect(goal({ stock: [loose], documents: [] })).toEqual(['A-01', 'put.to'])
  })
  it('[V1] a place without room, a full or forbidden one and the face of another item are passed by', () => {
    const tight = { ...a1, capacity: { units: 3, lpns: null } }
    const fullUp = { ...a1, full: true }
    const others = { ...a1, face: { client: one.id, item: milk.id, min: 1, max: 2 } }
    for (const first of [fullUp, others])
      expect(goal({ stock: [loose], documents: [], places: places(first) })[0]).toBe('A-02')
    const w = at({ stock: [loose], documents: [], places: places(tight) })
    w.anna.scan(scanOf.item(mug))
    w.anna.number(12)
    expect(w.world.location(w.anna.state().goal ?? ('' as never))?.code).toBe('A-02')
  })
  it('[V1] zones of the policy come first; with no place free the worker chooses', () => {
    const b = { ...a3, zone: 'B' }
    expect(goal({ stock: [loose], documents: [], places: places(b), policy: { putaway: { zones: ['B'] } } })[0]).toBe(
      'A-03',
    )
    const none = { stock: [loose], documents: [], policy: { putaway: { rules: [] } } }
    expect(goal(none)).toEqual([null, 'put.noPlace'])
  })
})

describe('putting away', () => {
  it('[V2] pallet, place: two scans; its task ends', () => {
    const w = at()
    w.world.apply({ ...NOTHING, tasks: [taskOf()] })
    w.anna.scan(scanned(LABEL))
    const end = w.anna.scan(scanOf.place(a1))
    expect(end.commands).toMatchObject([
      { type: 'lpn.move', process: 'putaway', toPlace: a1.id, takenAt: expect.any(String) },
    ])
    expect(w.world.stockOn(pallet)).toMatchObject([{ location: a1.id, onHand: 10 }])
    expect(w.world.task(putawayTaskId(onPallet))?.state).toBe('done')
    w.check()
  })
  it('[V2] loose goods are counted by scans or set by a number, never taken whole unasked', () => {
    const w = at({ stock: [...demoSeed().stock, loose] })
    w.anna.scan(scanOf.item(mug))
    expect(w.anna.state()).toMatchObject({ at: 'to', load: { qty: 1 } })
    expect(rejected(w, () => w.anna.number(13))).toEqual(['wrong', 'qty.max'])
    w.anna.number(12)
    w.anna.scan(scanOf.place(a1))
    expect(w.world.stock(keyOf(row(mug, a1, 0))).onHand).toBe(42)
    w.check()
  })
  it('[V2] where the policy fills numbers in the first scan has all of the row, and a number sets less', () => {
    const policy = { task: { noPrefill: false } }
    const w = at({ stock: [...demoSeed().stock, loose], policy })
    expect(w.anna.scan(scanOf.item(mug))).toMatchObject({ verdict: 'ok', state: { load: { qty: 12, n: 12 } } })
    expect(rejected(w, () => w.anna.scan(scanOf.item(mug)))).toEqual(['wrong', 'qty.max'])
    expect(w.anna.number(5).state.load).toMatchObject({ qty: 5 })
    w.anna.scan(scanOf.place(a1))
    expect(w.world.stock(keyOf(loose)).onHand).toBe(7)
    w.check()
  })
  it('[V2] what is counted blind is never filled in: it would tell the figure', () => {
    const policy = { task: { noPrefill: false } }
    const w = at({
      stock: [...demoSeed().stock, loose],
      policy,
      tasks: [countTaskOf('CNT', dock, { hidden: true, mode: 'blind' })],
    })
    expect(w.anna.scan(scanOf.item(mug)).state.load).toMatchObject({ qty: 1 })
  })
  it('[V3] one yes answers one question: another place that is full asks for both, and goes by a third scan', () => {
    const tight = { ...a3, capacity: { units: 5, lpns: null } }
    const w = at({
      stock: [row(mug, dock, 12)],
      documents: [],
      policy: { putaway: { override: 'confirm' } },
      places: places(tight),
    })
    w.anna.scan(scanOf.item(mug))
    w.anna.number(12)
    const said = () => {
      const { verdict, message } = w.anna.scan(scanOf.place(a3))
      return [verdict, message.key]
    }
    expect([said(), said()]).toEqual([
      ['ask', 'put.full'],
      ['ask', 'ask.otherPlace'],
    ])
    expect(w.world.stock(keyOf(row(mug, a3, 0))).onHand).toBe(0)
    expect(said()[0]).toBe('done')
    expect(w.world.stock(keyOf(row(mug, a3, 0))).onHand).toBe(12)
    w.check()
  })
  it.each([
    ['zone', 'A', 'warn', 'put.instead'],
    ['zone', 'B', 'ask', 'ask.otherPlace'],
    ['free', 'B', 'warn', 'put.instead'],
    ['confirm', 'A', 'ask', 'ask.otherPlace'],
    ['never', 'A', 'wrong', 'wrong.place'],
  ] as const)('[V3] another place, override %s, in zone %s: %s', (override, zone, verdict, key) => {
    const w = at({ policy: { putaway: { override } }, places: places({ ...a3, zone }) })
    w.anna.scan(scanned(LABEL))
    expect(w.world.location(w.anna.state().goal ?? ('' as never))?.code).toBe('A-01')
    const next = w.anna.scan(scanOf.place(a3))
    expect([next.verdict, next.message.key]).toEqual([verdict, key])
    if (verdict === 'ask') expect(w.anna.scan(scanOf.place(a3)).verdict).toBe('done')
    expect(w.world.stockOn(pallet)[0]?.location).toBe(verdict === 'wrong' ? dock.id : a3.id)
  })
  it('[V3] where the policy wants a reason it is asked for and kept', () => {
    const w = at({ policy: { task: { confirmReason: ['putaway'] } } })
    w.anna.scan(scanned(LABEL))
    expect(w.anna.scan(scanOf.place(a3))).toMatchObject({ state: { at: 'reason' }, commands: [] })
    expect(w.anna.choose(3).commands).toMatchObject([{ type: 'lpn.move', reason: 'BETTER_PLACE' }])
  })
  it('[V4] FULL marks the place and names the next one, OTHER PLACE only passes it by', () => {
    const w = at({ stock: [row(mug, a1, 3), onPallet], documents: [] })
    w.anna.scan(scanned(LABEL))
    const next = w.anna.key('XCFUL')
    expect(next.commands).toMatchObject([{ type: 'full', place: a1.id }])
    expect(w.world.location(a1.id)?.full).toBe(true)
    expect(next.state.goal).not.toBe(a1.id)
    const other = w.anna.key('XCALT')
    expect(other.commands).toEqual([])
    expect(other.state.passed).toHaveLength(2)
  })
  it('[V5] a place with one pallet in it is that pallet; PARTLY opens it', () => {
    const w = at({ stock: [...demoSeed().stock, onPallet] })
    expect(w.anna.scan(scanOf.place(dock))).toMatchObject({ state: { load: { kind: 'pallet' } } })
    w.anna.key('XCPAR')
    w.anna.scan(scanOf.item(mug))
    w.anna.number(4)
    expect(w.anna.scan(scanOf.place(a1)).commands).toMatchObject([{ type: 'putaway', qty: 4, from: { lpn: pallet } }])
    expect(w.world.stockOn(pallet)[0]?.onHand).toBe(6)
    w.check()
  })
  it('[V17] SPLIT lets the content of a place go row by row, and opens a pallet', () => {
    const w = at({ stock: [loose, row(milk, dock, 3, { lot: 'L1' })], documents: [] })
    w.anna.scan(scanOf.place(dock))
    w.anna.key('XCALL')
    expect(w.anna.prompt().keys).toContainEqual({ command: 'XCSPL', word: 'key.split' })
    expect(w.anna.key('XCSPL')).toMatchObject({ state: { at: 'goods', load: null, from: dock.id }, commands: [] })
    w.anna.scan(scanOf.item(milk, { lot: 'L1' }))
    expect(w.anna.scan(scanOf.place(a3)).commands).toMatchObject([{ type: 'putaway', item: milk.id, qty: 1 }])
    const other = at({ stock: [onPallet], documents: [] })
    other.anna.scan(scanned(LABEL))
    expect(other.anna.key('XCSPL').state).toMatchObject({ at: 'goods', only: pallet, load: null })
    expect(rejected(other, () => other.anna.key('XCSPL'))[1]).toBe('no.key')
  })
  it('[V18] CANCEL ends a put-away that nobody wanted: nothing is booked and its goods wait as before', () => {
    const w = at({ stock: [onPallet], documents: [] })
    w.anna.scan(scanned(LABEL))
    expect(w.anna.prompt().keys).toContainEqual({ command: 'XCCNL', word: 'key.cancel' })
    const before = JSON.stringify(allRows(w.world))
    expect(w.anna.key('XCCNL')).toMatchObject({
      finished: true,
      commands: [],
      state: { at: 'from', load: null, task: null },
    })
    expect(JSON.stringify(allRows(w.world))).toBe(before)
    expect(rejected(w, () => w.anna.key('XCCNL'))[1]).toBe('no.key')
  })
  it('[V6] whole content of a place goes to one goal', () => {
    const w = at({ stock: [loose, row(milk, dock, 3, { lot: 'L1' })], documents: [] })
    w.anna.scan(scanOf.place(dock))
    w.anna.key('XCALL')
    expect(w.anna.scan(scanOf.place(a3)).commands.map(c => c.type)).toEqual(['putaway', 'putaway'])
    expect(w.world.stockAt(dock.id)).toEqual([])
  })
  it.each([
    ['a code that nobody knows', scanned('???'), 'unknown'],
    ['an item that waits nowhere', scanOf.item(milk), 'put.empty'],
    ['a pallet with nothing on it', scanned(makeLabel('XP', '77')), 'move.empty'],
    ['the outside', scanOf.place(virtual('customer')), 'place.closed'],
  ])('[V7] %s changes nothing', (_, resolved, key) => {
    const w = at()
    expect(rejected(w, () => w.anna.scan(resolved))[1]).toBe(key)
  })
})

const taskOf = () => ({
  id: putawayTaskId(onPallet),
  kind: 'putaway' as const,
  client: one.id,
  document: null,
  state: 'ready' as const,
  lease: null,
  tote: null,
  goods: {
    item: null,
    lot: '',
    serial: '',
    from: { location: dock.id, lpn: pallet, status: 'available' as const },
    to: null,
    qty: null,
    line: null,
  },
})

describe('example C: put-away of a reserved pallet', () => {
  const x = orderOf('X', [wants(mug, 10, [onPallet, 10])])
  const free = row(mug, a2, 10)
  const order = () => lineId('X', 1)
  it('[V8] an order that nobody has begun takes the free stock instead, the pallet moves', () => {
    const w = at({ stock: [onPallet, free], documents: [x] })
    w.anna.scan(scanned(LABEL))
    w.anna.scan(scanOf.place(a1))
    expect(w.world.line(order())?.claims.map(c => [c.location, c.qty])).toEqual([[a2.id, 10]])
    expect(w.world.stockOn(pallet)[0]).toMatchObject({ location: a1.id, reserved: 0 })
    w.check()
  })
  it('[V8] with nothing else free the reservation goes along with the pallet', () => {
    const w = at({ stock: [onPallet, row(mug, a2, 4)], documents: [x] })
    w.anna.scan(scanned(LABEL))
    w.anna.scan(scanOf.place(a1))
    expect(w.world.line(order())?.claims.map(c => [c.location, c.lpn])).toEqual([[a1.id, pallet]])
    w.check()
  })
  it('[V8] a pallet that an order is picked from stays', () => {
    const begun = { ...x, lines: x.lines.map(line => ({ ...line, done: 2 })) }
    const w = at({ stock: [onPallet, free], documents: [begun] })
    expect(rejected(w, () => w.anna.scan(scanned(LABEL)))).toEqual(['wrong', 'put.picked'])
    expect(rejected(w, () => w.anna.scan(scanOf.place(dock)))).toEqual(['wrong', 'put.picked'])
    w.world.apply({ ...NOTHING, tasks: [taskOf()] })
    const moment = { now: '2026-11-23T09:00:00.000Z', today: '2026-11-23', monoMs: 0, device, worker }
    expect(putaway.start({ task: taskOf().id }, w.world, moment)).toMatchObject({
      verdict: 'wrong',
      message: { key: 'put.picked' },
      state: { load: null },
    })
  })
})

describe('tasks', () => {
  const receive: Draft = {
    type: 'receive',
    client: one.id,
    item: mug.id,
    lot: '',
    serial: '',
    document: documentId('PO-1'),
    blind: false,
    expiry: null,
    to: looseAt(dock.id),
    qty: 3,
  }
  it('[V9] what comes in makes one put-away task for each row, that ends when all of it has left the dock', () => {
    const world = demoWorld()
    const book = booker(world)
    book(receive)
    book(receive)
    const id = putawayTaskId(row(mug, dock, 0))
    expect(world.task(id)).toMatchObject({ kind: 'putaway', state: 'ready', goods: { item: mug.id } })
    const put = (qty: number): Draft => ({
      type: 'putaway',
      client: one.id,
      item: mug.id,
      lot: '',
      serial: '',
      task: id,
      from: looseAt(dock.id),
      to: looseAt(a1.id),
      qty,
    })
    book(put(2))
    expect(world.task(id)?.state).toBe('ready')
    book(put(4))
    expect(world.task(id)?.state).toBe('done')
    book(receive)
    expect(world.task(id)?.state).toBe('ready')
  })
  it('[V10] two people put one row away: both are booked, the later one takes it below zero', () => {
    const world = demoWorld({ stock: [loose] })
    const put: Draft = {
      type: 'putaway',
      client: one.id,
      item: mug.id,
      lot: '',
      serial: '',
      task: null,
      from: looseAt(dock.id),
      to: looseAt(a1.id),
      qty: 12,
    }
    expect(booker(world)(put).effects.exceptions).toEqual([])
    expect(booker(world, otherDevice)(put).effects.exceptions.map(e => e.kind)).toEqual(['negative_stock'])
    expect(unbalanced(allRows(world))).toEqual([])
  })
  it('[M33] a row that waits is put away from where it was shown, with its place named at once', () => {
    const { world } = at()
    const begun = workerAt(putaway, world, { row: loose })
    expect(begun.state()).toMatchObject({ at: 'to', from: dock.id, load: { kind: 'goods', qty: 1 } })
    expect(begun.state().goal).not.toBeNull()
    expect(workerAt(putaway, world, { lpn: pallet }).state()).toMatchObject({ at: 'to', load: { kind: 'pallet' } })
  })
})
