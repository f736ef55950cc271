import { describe, expect, it } from 'vitest'
import { NOTHING } from '../ledger/effects.ts'
import { keyOf } from '../ledger/stock.ts'
import type { StockRow } from '../ledger/stock.ts'
import type { World } from '../ledger/world.ts'
import {
  NO_STATIONS,
  a1,
  countTaskOf,
  a2,
  a3,
  allRows,
  booker,
  demoWorld,
  documentId,
  drill,
  lineId,
  lotOf,
  milk,
  mug,
  one,
  orderOf,
  otherDevice,
  place,
  row,
  scanOf,
  taskId,
  tote1,
  tote2,
  unbalanced,
  wants,
  worker,
  workerAt,
  wrongReserved,
} from '../../test/support/world.ts'
import type { LineSeed, WorldSeed } from '../../test/support/world.ts'
import { pick } from './pick.ts'
import type { Next } from './process.ts'

const mugs = row(mug, a1, 30)
const more = row(mug, a2, 4)
const reserve = place('R-01', 'reserve', 50)
const l1 = row(milk, a2, 10, { lot: 'L1' })
const l2 = row(milk, a2, 10, { lot: 'L2' })
const drills = ['S1', 'S2', 'S3'].map(serial => row(drill, a3, 1, { serial }))

const at = (lines: readonly LineSeed[], over: Partial<WorldSeed> = {}, task: object = {}) => {
  const documents = [...(over.documents ?? []), orderOf('SO-7', lines, { tote: tote1.id, ...task })]
  const world = demoWorld({ places: NO_STATIONS, stock: [mugs, l1, l2, ...drills], ...over, documents })
  return { world, anna: workerAt(pick, world, { task: taskId('SO-7') }) }
}
type Anna = ReturnType<typeof at>['anna']

const rejects = (world: World, anna: Anna, act: () => Next, key: string, verdict = 'wrong'): void => {
  const before = JSON.stringify([anna.state(), allRows(world), anna.judged.length])
  const next = act()
  expect([next.verdict, next.message.key]).toEqual([verdict, key])
  expect(JSON.stringify([anna.state(), allRows(world), anna.judged.length])).toBe(before)
}
const kinds = (anna: Anna) => anna.judged.flatMap(j => j.effects.exceptions.map(e => e.kind))
const counts = (world: World) => [...world.tasks()].filter(task => task.kind === 'count')
const stock = (world: World, of: StockRow) => world.stock(keyOf(of))
const claims = (world: World, number: string, no: number) =>
  world.line(lineId(number, no))?.claims.map(claim => [world.location(claim.location)?.code, claim.lot, claim.qty])
const sound = (world: World): void => {
  expect(unbalanced(allRows(world))).toEqual([])
  expect(wrongReserved(world)).toEqual([])
}
const short = (anna: Anna, n: number, reason: number): Next => {
  anna.key('XCSHT')
  anna.number(n)
  return anna.choose(reason)
}
const NOT_FOUND = 1
const EMPTY = 2
const DAMAGED = 3
const MISPLACED = 4
const UNREACHABLE = 5
const BLOCKED_LOT = 6
const EXPIRED = 7

describe('a short pick', () => {
  it('[P43] what was let go of is reserved elsewhere, in line order, and the walk goes there (auto)', () => {
    const { world, anna } = at([wants(mug, 5, [mugs, 5]), wants(mug, 2, [mugs, 2])], { stock: [mugs, more] })
    expect(short(anna, 1, NOT_FOUND)).toMatchObject({ verdict: 'warn', finished: false })
    expect(claims(world, 'SO-7', 1)).toEqual([
      ['T-01', '', 1],
      ['A-02', '', 4],
    ])
    expect(claims(world, 'SO-7', 2)).toEqual([])
    expect(stock(world, mugs)).toMatchObject({ onHand: 29, reserved: 0, held: 29 })
    expect(anna.prompt()).toMatchObject({ hero: { value: 'A-02' }, facts: [{}, { value: '4' }] })
    anna.scan(scanOf.place(a2))
    for (let i = 0; i < 3; i += 1) anna.scan(scanOf.item(mug))
    expect(anna.scan(scanOf.item(mug))).toMatchObject({ verdict: 'done', state: { at: 'zero' } })
    expect(world.linesOf(documentId('SO-7')).map(line => line.state)).toEqual(['done', 'short'])
    expect(anna.key('XCYES')).toMatchObject({ finished: true, message: { key: 'task.done' } })
    sound(world)
  })
  it('[P43] another lot of the place counts as elsewhere, an existing reservation there grows', () => {
    const { world, anna } = at([wants(milk, 4, [l1, 3], [l2, 1])])
    short(anna, 0, EMPTY)
    expect(claims(world, 'SO-7', 1)).toEqual([['A-02', 'L2', 4]])
    expect(stock(world, l1)).toMatchObject({ onHand: 10, reserved: 0, held: 10 })
    sound(world)
  })
  it('[P43] held, blocked and expired stock, and places that nobody picks from, are never taken instead', () => {
    const lots = [lotOf(milk, 'L1', '2026-12-31'), lotOf(milk, 'L2', '2027-01-01', { blocked: true })]
    const others = [
      l1,
      l2,
      row(milk, a3, 5, { lot: 'L3' }),
      row(milk, a3, 5, { lot: 'L4', held: 5 }),
      row(milk, tote2, 5, { lot: 'L1' }),
    ]
    const expired = lotOf(milk, 'L3', '2026-11-01')
    const { world, anna } = at([wants(milk, 3, [l1, 3])], { lots: [...lots, expired], stock: others })
    expect(short(anna, 0, EMPTY).finished).toBe(true)
    expect(world.line(lineId('SO-7', 1))).toMatchObject({ state: 'short', claims: [], reason: 'EMPTY' })
  })
  it('[P43] none leaves the rest unallocated; nobody is asked', () => {
    const { world, anna } = at([wants(mug, 5, [mugs, 5])], {
      stock: [mugs, more],
      policy: { pick: { reallocation: 'none' } },
    })
    expect(short(anna, 2, NOT_FOUND)).toMatchObject({ finished: true })
    expect(world.line(lineId('SO-7', 1))).toMatchObject({ state: 'short', done: 2 })
  })
  it('[P47] manual: the picker chooses another place, by scan or number; what is not chosen stays unallocated', () => {
    const choose = (reallocation: 'manual' | 'both') => {
      const found = at([wants(mug, 9, [mugs, 9])], {
        places: [...NO_STATIONS, reserve],
        stock: [mugs, more, row(mug, a3, 3), row(mug, reserve, 8)],
        policy: { pick: { reallocation } },
      })
      expect(short(found.anna, 0, EMPTY)).toMatchObject({ state: { at: 'elsewhere' }, commands: [] })
      return found
    }
    const { world, anna } = choose('manual')
    expect(anna.prompt().choices.map(choice => choice.code)).toEqual(['A-02 ×4', 'A-03 ×3', 'R-01 ×8'])
    rejects(world, anna, () => anna.scan(scanOf.place(a1)), 'nothing.there')
    rejects(world, anna, () => anna.scan(scanOf.item(mug)), 'wrong.kind')
    rejects(world, anna, () => anna.choose(4), 'nothing.there')
    anna.reload()
    expect(anna.scan(scanOf.place(reserve)).commands).toMatchObject([{ instead: { location: reserve.id } }])
    expect(claims(world, 'SO-7', 1)).toEqual([['R-01', '', 8]])
    const both = choose('both')
    both.anna.choose(2)
    expect(claims(both.world, 'SO-7', 1)).toEqual([
      ['A-03', '', 3],
      ['R-01', '', 6],
    ])
    const no = choose('manual')
    expect(no.anna.key('XCNAY')).toMatchObject({ finished: true })
    expect(no.world.line(lineId('SO-7', 1))).toMatchObject({ state: 'short', claims: [] })
    const auto = choose('both')
    expect(auto.anna.key('XCNAY').finished).toBe(false)
    expect(claims(auto.world, 'SO-7', 1)?.map(([code]) => code)).toEqual(['A-02', 'A-03', 'R-01'])
  })
  it('[P43] all orders of the walk let go of the row, also lines not reached yet; other walks keep theirs and come later', () => {
    const batch = { id: 'b', totes: 'each' as const }
    const mate = orderOf('SO-8', [wants(mug, 3, [mugs, 3])], { batch, tote: tote2.id })
    const lease = { device: otherDevice, worker: worker.id }
    const other = orderOf('SO-9', [wants(mug, 6, [mugs, 6]), wants(milk, 1, [l1, 1])], { lease, tote: tote2.id })
    const { world, anna } = at([wants(mug, 5, [mugs, 5])], { documents: [mate, other] }, { batch })
    short(anna, 0, NOT_FOUND)
    expect([claims(world, 'SO-7', 1), claims(world, 'SO-8', 1)]).toEqual([[], []])
    expect(claims(world, 'SO-9', 1)).toEqual([['A-01', '', 6]])
    expect(stock(world, mugs)).toMatchObject({ onHand: 30, reserved: 6, held: 24 })
    const berk = workerAt(pick, world, { task: taskId('SO-9') }, otherDevice)
    expect(berk.prompt().lines.map(line => line.place)).toEqual(['A-02', 'A-01'])
    berk.key('XCSKP')
    expect(berk.prompt().facts.map(fact => fact.label)).toContain('fact.doubt')
    sound(world)
  })
  it('[P43] in a cluster what was there goes into its tote first, then the row is short; 0 needs no tote', () => {
    const batch = { id: 'b', totes: 'each' as const }
    const mate = orderOf('SO-8', [wants(milk, 1, [l1, 1])], { batch })
    const { world, anna } = at([wants(mug, 5, [mugs, 5])], { documents: [mate] }, { batch })
    anna.scan(scanOf.place(a1))
    expect(short(anna, 2, NOT_FOUND)).toMatchObject({
      state: { at: 'tote' },
      commands: [],
      message: { key: 'short.tote' },
    })
    rejects(world, anna, () => anna.scan(scanOf.place(tote2)), 'wrong.tote')
    expect(anna.scan(scanOf.place(tote1)).commands).toMatchObject([{ type: 'pick', qty: 2 }, { type: 'short' }])
    const nothing = at([wants(mug, 5, [mugs, 5])], { documents: [mate] }, { batch })
    expect(short(nothing.anna, 0, EMPTY).commands).toMatchObject([{ type: 'short' }])
    sound(world)
  })
  it('[P43] a serial that is not there is short by itself; those that were scanned are picked', () => {
    const lines = [wants(drill, 3, [drills[0]!, 1], [drills[1]!, 1], [drills[2]!, 1])]
    const { world, anna } = at(lines)
    anna.scan(scanOf.place(a3))
    anna.scan(scanOf.item(drill, { serial: 'S2' }))
    expect(anna.key('XCSHT').state.at).toBe('reason')
    expect(anna.choose(NOT_FOUND).commands).toMatchObject([
      { type: 'short', serial: 'S1' },
      { type: 'short', serial: 'S3' },
    ])
    expect([0, 1, 2].map(i => stock(world, drills[i]!).held)).toEqual([1, 0, 1])
    expect(counts(world)).toHaveLength(1)
    sound(world)
  })
})

describe('why it is short', () => {
  it('[P44] not found and misplaced ask for a count of the item there, once; empty and unreachable do not', () => {
    const after = (reason: number) => {
      const found = at([wants(mug, 5, [mugs, 5]), wants(mug, 1, [more, 1])], { stock: [mugs, more] })
      short(found.anna, 1, reason)
      return counts(found.world)
    }
    const count = { location: a1.id, item: mug.id, mode: 'blind', hidden: true }
    expect(after(NOT_FOUND)).toMatchObject([{ cause: 'short', state: 'ready', count }])
    expect(after(MISPLACED)).toHaveLength(1)
    expect(after(EMPTY)).toEqual([])
    expect(after(UNREACHABLE)).toEqual([])
  })
  it('[P44] the server is told what was seen: what others have reserved, and no more', () => {
    const other = orderOf('SO-9', [wants(mug, 6, [mugs, 6])], { lease: null })
    const { anna } = at([wants(mug, 5, [mugs, 5])], { documents: [other] })
    short(anna, 2, NOT_FOUND)
    expect(anna.judged.at(-1)?.effects.observations).toMatchObject([
      { kind: 'short', seen: 6, reason: 'NOT_FOUND', task: taskId('SO-7'), typed: false },
    ])
  })
  it('[U5] how many can be broken is not told of what another handheld counts blind', () => {
    const count = { mode: 'blind' as const, hidden: true }
    const tasks = [countTaskOf('CNT-1', a1, count, { lease: { device: otherDevice, worker: null } })]
    const { world, anna } = at([wants(mug, 5, [mugs, 5])], { stock: [mugs, more], tasks })
    anna.scan(scanOf.place(a1))
    anna.key('XCDMG')
    rejects(world, anna, () => anna.number(31), 'qty.counted')
    expect(anna.number(2).commands).toHaveLength(1)
  })
  it('[PH26] five photos of what is wrong, each picture once; the sixth is told', () => {
    const { world, anna } = at([wants(mug, 5, [mugs, 5])], { stock: [mugs, more] })
    anna.scan(scanOf.place(a1))
    anna.key('XCDMG')
    const photo = (n: number) => anna.input({ kind: 'photo', sha: `${n}`.repeat(64) })
    expect([1, 1, 2, 3, 4, 5, 5].map(n => photo(n).message.key)).toEqual(Array(7).fill('photo.kept'))
    rejects(world, anna, () => photo(6), 'no.key')
    expect(anna.number(2).commands).toMatchObject([{ photos: [1, 2, 3, 4, 5].map(n => `${n}`.repeat(64)) }])
  })
  it('[P44] damaged pieces become damaged stock at once, without a variance; the line takes others', () => {
    const { world, anna } = at([wants(mug, 5, [mugs, 5])], { stock: [mugs, more] })
    anna.scan(scanOf.place(a1))
    expect(anna.key('XCDMG').state.at).toBe('damaged')
    rejects(world, anna, () => anna.number(0), 'qty.bad')
    rejects(world, anna, () => anna.number(31), 'qty.max')
    expect(anna.input({ kind: 'photo', sha: 'a'.repeat(64) }).message.key).toBe('photo.kept')
    const next = anna.number(2)
    expect(next.commands).toMatchObject([{ type: 'short', reason: 'DAMAGED', damaged: 2, photos: ['a'.repeat(64)] }])
    expect(next.state).toMatchObject({ at: 'goods', place: a1.id })
    expect(stock(world, mugs)).toMatchObject({ onHand: 28, reserved: 3, held: 0 })
    expect(world.stock({ ...keyOf(mugs), status: 'damaged' })).toMatchObject({ onHand: 2 })
    expect(claims(world, 'SO-7', 1)).toEqual([
      ['A-01', '', 3],
      ['A-02', '', 2],
    ])
    expect(kinds(anna)).toEqual(['short_pick'])
    expect(counts(world)).toEqual([])
    sound(world)
  })
  it('[P44] by SHORT all that the line lacks is damaged; where no other goods lie elsewhere the row itself gives more', () => {
    const { world, anna } = at([wants(mug, 5, [mugs, 5])], { stock: [mugs] })
    anna.scan(scanOf.place(a1))
    expect(short(anna, 3, DAMAGED)).toMatchObject({
      finished: false,
      commands: [
        { type: 'pick', qty: 3 },
        { type: 'short', damaged: 2 },
      ],
    })
    expect(stock(world, mugs)).toMatchObject({ onHand: 25, reserved: 2, held: 0 })
    anna.scan(scanOf.place(a1))
    anna.scan(scanOf.item(mug))
    expect(anna.scan(scanOf.item(mug))).toMatchObject({ finished: true })
    sound(world)
  })
  it('[P44] a row that nobody can reach is held without a variance; the goods may be all there', () => {
    const { world, anna } = at([wants(mug, 5, [mugs, 5])], { stock: [mugs, more] })
    short(anna, 0, UNREACHABLE)
    expect(stock(world, mugs)).toMatchObject({ onHand: 30, reserved: 0, held: 30 })
    expect(anna.judged[0]?.effects.observations).toEqual([])
    expect(kinds(anna)).toEqual(['short_pick'])
    sound(world)
  })
  it.each([
    ['on hold', BLOCKED_LOT],
    ['expired', EXPIRED],
  ])('[P44] a lot that is %s becomes blocked stock, but for what others have reserved', (_, reason) => {
    const other = orderOf('SO-9', [wants(milk, 4, [l1, 4])], { lease: null })
    const { world, anna } = at([wants(milk, 3, [l1, 3])], { documents: [other] })
    expect(short(anna, 0, reason).commands).toMatchObject([{ type: 'short', damaged: 6 }])
    expect(stock(world, l1)).toMatchObject({ onHand: 4, reserved: 4, held: 0 })
    expect(world.stock({ ...keyOf(l1), status: 'blocked' })).toMatchObject({ onHand: 6 })
    expect(claims(world, 'SO-7', 1)).toEqual([['A-02', 'L2', 3]])
    sound(world)
  })
  it('[P44] reasons about lots are offered for lots only', () => {
    const { world, anna } = at([wants(mug, 5, [mugs, 5])])
    anna.key('XCMPT')
    rejects(world, anna, () => anna.choose(BLOCKED_LOT), 'no.key')
    const lots = at([wants(milk, 3, [l1, 3])]).anna
    lots.key('XCMPT')
    expect(lots.prompt().choices).toHaveLength(7)
  })
  it('[P46] hospital: the whole place is held, not only the row', () => {
    const neighbour = row(milk, a1, 8, { lot: 'L1' })
    const other = orderOf('SO-9', [wants(milk, 3, [neighbour, 3])], { lease: null })
    const { world, anna } = at([wants(mug, 5, [mugs, 5])], {
      documents: [other],
      stock: [mugs, neighbour],
      policy: { pick: { hospital: true } },
    })
    short(anna, 0, EMPTY)
    expect(stock(world, mugs)).toMatchObject({ held: 30 })
    expect(stock(world, neighbour)).toMatchObject({ onHand: 8, reserved: 3, held: 5 })
  })
  it('[P48] other pallets of the place are not touched', () => {
    const { world, anna } = at([wants(mug, 5, [mugs, 5])], { stock: [mugs, more] })
    short(anna, 0, EMPTY)
    expect(stock(world, more)).toMatchObject({ onHand: 4, held: 0 })
  })
})

describe('what becomes of the rest', () => {
  const end = (shortEnd: 'backorder' | 'wait' | 'shipShort') => {
    const found = at([wants(mug, 5, [mugs, 5])], { policy: { pick: { shortEnd } } })
    short(found.anna, 2, EMPTY)
    return found.world
  }
  it('[P45] backorder and shipShort end the line with the last stop, and the order with it', () => {
    for (const policy of ['backorder', 'shipShort'] as const) {
      const world = end(policy)
      expect(world.line(lineId('SO-7', 1))).toMatchObject({ state: 'short', done: 2, reason: 'EMPTY' })
      expect(world.task(taskId('SO-7'))?.state).toBe('done')
    }
  })
  it('[P45] wait keeps the line open for stock that comes', () => {
    const world = end('wait')
    expect(world.line(lineId('SO-7', 1))).toMatchObject({ state: 'open', done: 2 })
    expect(world.task(taskId('SO-7'))).toMatchObject({ state: 'started' })
  })
  it('[P45] a line that waits from the beginning is not ended by the short of another', () => {
    const { world, anna } = at([wants(mug, 5, [mugs, 5]), wants(milk, 2)])
    short(anna, 0, EMPTY)
    expect(world.linesOf(documentId('SO-7')).map(line => line.state)).toEqual(['short', 'open'])
    expect(world.task(taskId('SO-7'))?.state).toBe('started')
  })
})

describe('a short that is taken back', () => {
  const before = (world: World) => [
    allRows(world),
    world.linesOf(documentId('SO-7')).map(line => [line.state, line.done, line.reason, [...line.claims].sort()]),
    [...world.tasks()]
      .filter(task => task.kind !== 'count' || task.state !== 'cancelled')
      .map(task => [task.id, task.lease]),
  ]
  it.each([
    ['not found', NOT_FOUND, [wants(mug, 5, [mugs, 5]), wants(mug, 2, [mugs, 2])]],
    ['damaged', DAMAGED, [wants(mug, 5, [mugs, 5])]],
    ['unreachable', UNREACHABLE, [wants(mug, 5, [mugs, 5])]],
    ['expired', EXPIRED, [wants(milk, 5, [l1, 5])]],
  ] as const)('[P53] %s: stock, reservations, lines and tasks are what they were', (_, reason, lines) => {
    const { world, anna } = at(lines, { stock: [mugs, more, l1, l2] })
    const was = JSON.stringify(before(world))
    const { commands } = short(anna, 0, reason)
    expect(JSON.stringify(before(world))).not.toBe(was)
    const book = booker(world)
    // The booker of the worker has used up these numbers; the undo comes after them.
    for (const act of commands)
      book({ type: 'undo', client: one.id, of: { epoch: 'epoch0000001', seq: 1 }, act: act as never })
    expect(JSON.stringify(before(world))).toBe(was)
    sound(world)
  })
  const undone = (world: World, commands: Next['commands'], seq = 1): void => {
    const book = booker(world)
    for (const act of commands)
      book({ type: 'undo', client: one.id, of: { epoch: 'epoch0000001', seq }, act: act as never })
  }
  it('[P53] an older hold of the row stays: only what this short has held is let go of', () => {
    const { world, anna } = at([wants(mug, 5, [mugs, 5])], { stock: [{ ...mugs, held: 4 }] })
    const { commands } = short(anna, 0, EMPTY)
    expect(stock(world, mugs).held).toBe(30)
    undone(world, commands)
    expect(stock(world, mugs).held).toBe(4)
    expect(world.line(lineId('SO-7', 1))?.held).toBeUndefined()
  })
  it('[P53] hospital: what was held of the neighbours before stays held', () => {
    const neighbour = { ...row(milk, a1, 8, { lot: 'L1' }), held: 3 }
    const { world, anna } = at([wants(mug, 5, [mugs, 5])], {
      stock: [mugs, neighbour],
      policy: { pick: { hospital: true } },
    })
    const { commands } = short(anna, 0, EMPTY)
    expect(stock(world, neighbour).held).toBe(8)
    undone(world, commands)
    expect([stock(world, mugs).held, stock(world, neighbour).held]).toEqual([0, 3])
  })
  it('[P53] what a person has let go of meanwhile is not let go of twice', () => {
    const { world, anna } = at([wants(mug, 5, [mugs, 5])], { stock: [mugs] })
    const { commands } = short(anna, 0, EMPTY)
    world.apply({ ...NOTHING, holds: [{ owner: 'desk', key: keyOf(mugs), qty: -30 }] })
    undone(world, commands)
    expect(stock(world, mugs).held).toBe(0)
  })
})
