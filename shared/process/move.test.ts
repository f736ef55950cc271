import { describe, expect, it } from 'vitest'
import type { Task } from '../catalogue.ts'
import { derivedId } from '../ids.ts'
import { keyOf } from '../ledger/stock.ts'
import { looseAt } from '../ledger/world.ts'
import type { World } from '../ledger/world.ts'
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
  lineId,
  milk,
  mug,
  one,
  orderOf,
  otherDevice,
  row,
  scanned,
  scanOf,
  theirMug,
  tote1,
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
import { move } from './move.ts'
import { putaway } from './putaway.ts'
import { replenish } from './replenish.ts'
import type { Start } from './process.ts'

const LABEL = makeLabel('XP', '0042')
const pallet = lpnId(warehouse, LABEL)
const boss = { ...worker, roles: ['supervisor' as const] }

const at = (over: Partial<WorldSeed> = {}, who = worker) => {
  const world = demoWorld(over)
  const anna = workerAt(move, world, { nothing: true }, device, who)
  const mugsAt = (place: typeof a1, more: Partial<ReturnType<typeof row>> = {}) =>
    world.stock(keyOf(row(mug, place, 0, more))).onHand
  const check = (): void => {
    expect(unbalanced(allRows(world))).toEqual([])
    expect(wrongReserved(world)).toEqual([])
  }
  return { world, anna, mugsAt, check }
}
const onPallet = (over: Partial<WorldSeed> = {}): Partial<WorldSeed> => ({
  ...over,
  stock: [...demoSeed().stock, row(mug, dock, 8, { lpn: pallet }), row(milk, dock, 4, { lpn: pallet, lot: 'L1' })],
})
/** Nothing but the answer may have changed. */
const rejected = (one_: ReturnType<typeof at>, run: () => { verdict: string; message: { key: string } }) => {
  const before = JSON.stringify([one_.anna.state(), allRows(one_.world)])
  const judged = one_.anna.judged.length
  const next = run()
  expect(JSON.stringify([one_.anna.state(), allRows(one_.world)])).toBe(before)
  expect(one_.anna.judged.length).toBe(judged)
  return [next.verdict, next.message.key]
}

describe('moving loose goods', () => {
  it('[M1] place, goods, place: each scan adds one pack, the last scan books', () => {
    const { anna, mugsAt, check } = at()
    expect(anna.scan(scanOf.place(a1))).toMatchObject({ verdict: 'ok', message: { key: 'place.ok' } })
    anna.scan(scanOf.item(mug))
    expect(anna.scan(scanOf.pack(mug, 'case', 12))).toMatchObject({ state: { load: { qty: 13 } } })
    const end = anna.scan(scanOf.place(a3))
    expect(end).toMatchObject({ verdict: 'ok', message: { key: 'move.done', values: { place: 'A-03' } } })
    expect(end.commands).toMatchObject([{ type: 'move', process: 'move', qty: 13, takenAt: expect.any(String) }])
    expect([mugsAt(a1), mugsAt(a3)]).toEqual([17, 13])
    check()
  })
  it('[U5] of what another handheld counts blind no figure is listed or told', () => {
    const count = { mode: 'blind' as const, hidden: true }
    const tasks = [countTaskOf('CNT-1', a1, count, { lease: { device: otherDevice, worker: null } })]
    const blind = at({ tasks })
    blind.anna.scan(scanOf.place(a1))
    const listed = blind.anna.prompt().lines
    expect([listed.length > 0, listed.every(line => line.hidden === true && line.done === 0)]).toEqual([true, true])
    blind.anna.scan(scanOf.item(mug))
    expect(rejected(blind, () => blind.anna.number(31))).toEqual(['wrong', 'qty.counted'])
    // 3 of 30 are reserved: how many are free would tell.
    expect(rejected(blind, () => blind.anna.number(29))).toEqual(['wrong', 'qty.counted'])
    blind.anna.number(5)
    expect(blind.anna.scan(scanOf.place(a3)).commands).toMatchObject([{ qty: 5 }])
    blind.check()
  })
  it('[M1] a typed number sets the total; never more than the books have, never the whole row unasked', () => {
    const all = at()
    all.anna.scan(scanOf.place(a1))
    all.anna.scan(scanOf.item(mug))
    expect(all.anna.state()).toMatchObject({ load: { qty: 1 } })
    all.anna.number(20)
    expect(rejected(all, () => all.anna.number(31))).toEqual(['wrong', 'qty.max'])
    all.anna.scan(scanOf.place(a3))
    expect(all.mugsAt(a3)).toBe(20)
  })
  it.each([
    ['an empty place', (w: ReturnType<typeof at>) => w.anna.scan(scanOf.place(dock)), 'move.empty'],
    ['a code that nobody knows', (w: ReturnType<typeof at>) => w.anna.scan(scanned('???')), 'unknown'],
    ['an item first', (w: ReturnType<typeof at>) => w.anna.scan(scanOf.item(mug)), 'wrong.kind'],
    ['the outside', (w: ReturnType<typeof at>) => w.anna.scan(scanOf.place(virtual('customer'))), 'place.closed'],
    ['a number with nothing in hand', (w: ReturnType<typeof at>) => w.anna.number(3), 'first.item'],
  ] as const)('[M2] %s changes nothing and says why', (_, run, key) => {
    const w = at()
    expect(rejected(w, () => run(w))[1]).toBe(key)
  })
  it('[M2] goods that are not booked here, and the place itself as the goal, are refused', () => {
    const w = at()
    w.anna.scan(scanOf.place(a2))
    expect(rejected(w, () => w.anna.scan(scanOf.item(mug)))).toEqual(['wrong', 'move.notHere'])
    w.anna.scan(scanOf.place(a1))
    w.anna.scan(scanOf.item(mug))
    expect(rejected(w, () => w.anna.scan(scanOf.place(a1)))).toEqual(['wrong', 'move.same'])
  })
  it('[M3] a lot is asked for where several lie, and known where one does', () => {
    const w = at()
    w.anna.scan(scanOf.place(a2))
    expect(w.anna.scan(scanOf.item(milk))).toMatchObject({ state: { at: 'lot' }, message: { key: 'scan.lot' } })
    expect(rejected(w, () => w.anna.scan(scanned('L9')))).toEqual(['wrong', 'move.notHere'])
    w.anna.scan(scanned('L2'))
    w.anna.scan(scanOf.place(a3))
    expect(w.world.stock(keyOf(row(milk, a3, 0, { lot: 'L2' }))).onHand).toBe(1)
    const single = at({ stock: [row(milk, a2, 10, { lot: 'L1' })], documents: [] })
    single.anna.scan(scanOf.place(a2))
    expect(single.anna.scan(scanOf.item(milk))).toMatchObject({ state: { at: 'to', load: { lot: 'L1' } } })
  })
  it('[M3] goods that lie there good and broken are asked for by their status, and each can be taken in hand', () => {
    const stock = [row(mug, a1, 10), row(mug, a1, 3, { status: 'damaged' })]
    const w = at({ stock, documents: [] }, boss)
    w.anna.scan(scanOf.place(a1))
    const asked = w.anna.scan(scanOf.item(mug))
    expect(asked).toMatchObject({ state: { at: 'which' }, message: { key: 'which.status' } })
    expect(w.anna.prompt().choices.map(choice => choice.value)).toEqual(['available', 'damaged'])
    expect(rejected(w, () => w.anna.choose(3))).toEqual(['wrong', 'no.key'])
    expect(rejected(w, () => w.anna.scan(scanOf.item(mug)))).toEqual(['wrong', 'which.status'])
    expect(w.anna.choose(2)).toMatchObject({ state: { at: 'to', load: { status: 'damaged', qty: 1 } } })
    expect(rejected(w, () => w.anna.number(4))).toEqual(['wrong', 'qty.max'])
    w.anna.number(3)
    // Scrapped by who may: nothing is left but the good ones, and nothing is asked.
    w.anna.key('XCSCR')
    w.anna.choose(1)
    expect([w.mugsAt(a1), w.mugsAt(a1, { status: 'damaged' })]).toEqual([10, 0])
    expect(w.anna.scan(scanOf.item(mug))).toMatchObject({ state: { at: 'to', load: { status: 'available' } } })
  })
  it('[M4] a pallet or a whole place that a started order still has to pick from stays; of one that nobody has begun goods and claims go', () => {
    const claimed = row(mug, dock, 8, { lpn: pallet })
    const order = (done: number) => [orderOf('SO-7', [{ ...wants(mug, 10, [claimed, 5]), done }])]
    const begun = at(onPallet({ documents: order(2) }))
    expect(rejected(begun, () => begun.anna.scan(scanned(LABEL)))).toEqual(['wrong', 'move.started'])
    begun.anna.scan(scanOf.place(dock))
    expect(rejected(begun, () => begun.anna.key('XCALL'))).toEqual(['wrong', 'move.started'])
    const fresh = at(onPallet({ documents: order(0) }))
    fresh.anna.scan(scanOf.place(dock))
    fresh.anna.key('XCALL')
    fresh.anna.scan(scanOf.place(a3))
    expect(fresh.mugsAt(a3, { lpn: pallet })).toBe(8)
    fresh.check()
  })
  it('[M4] only what is free is offered; a started order keeps what it still has to pick', () => {
    const guarded = at()
    guarded.anna.scan(scanOf.place(a1))
    guarded.anna.scan(scanOf.item(mug))
    expect(guarded.anna.number(29)).toMatchObject({
      verdict: 'warn',
      message: { values: { n: 27 } },
      state: { load: { qty: 27 } },
    })
    const started = orderOf('SO-7', [{ ...wants(mug, 10, [row(mug, a1, 30), 8]), done: 2 }])
    const allowed = at({ policy: { move: { reserved: 'allow' } }, documents: [...demoSeed().documents, started] })
    allowed.anna.scan(scanOf.place(a1))
    allowed.anna.scan(scanOf.item(mug))
    expect(rejected(allowed, () => allowed.anna.number(25))).toEqual(['wrong', 'move.started'])
    allowed.anna.number(22)
    allowed.anna.scan(scanOf.place(a3))
    allowed.check()
    expect(allowed.world.line(lineId('SO-1', 1))?.claims.map(c => [c.location, c.qty])).toEqual([[a3.id, 3]])
    expect(allowed.anna.judged.at(-1)?.effects.exceptions).toEqual([])
  })
  it('[M5] a place that forbids the goods is refused with its reason; a full one is questioned', () => {
    const full = { ...a3, capacity: { units: 5, lpns: null } }
    const places = (third: typeof a3) => demoSeed().places.map(p => (p.id === a3.id ? third : p))
    const forbidden = at({ places: places({ ...a3, mix: 'item' }), stock: [...demoSeed().stock] })
    forbidden.anna.scan(scanOf.place(a1))
    forbidden.anna.scan(scanOf.item(mug))
    expect(rejected(forbidden, () => forbidden.anna.scan(scanOf.place(a3)))).toEqual(['wrong', 'put.mix'])
    const tight = at({ places: places(full), stock: [row(mug, a1, 30)], documents: [] })
    tight.anna.scan(scanOf.place(a1))
    tight.anna.scan(scanOf.item(mug))
    tight.anna.number(6)
    expect(tight.anna.scan(scanOf.place(a3))).toMatchObject({
      verdict: 'ask',
      message: { key: 'put.full' },
      commands: [],
    })
    expect(tight.anna.scan(scanOf.place(a3))).toMatchObject({ verdict: 'ok' })
    expect(tight.mugsAt(a3)).toBe(6)
  })
})

describe('pallets, carts and whole places', () => {
  it('[M6] a pallet goes as a whole, one movement for each of its rows, in one command', () => {
    const w = at(onPallet())
    expect(w.anna.scan(scanned(LABEL))).toMatchObject({ state: { at: 'to', load: { kind: 'pallet' } } })
    const end = w.anna.scan(scanOf.place(a3))
    expect(end.commands).toMatchObject([{ type: 'lpn.move', lpn: pallet, fromPlace: dock.id, toPlace: a3.id }])
    expect(
      w.world
        .stockOn(pallet)
        .map(r => [r.location, r.onHand])
        .sort(),
    ).toEqual([
      [a3.id, 4],
      [a3.id, 8],
    ])
    w.check()
  })
  it.each(['XCPAR', 'XCSPL'])('[M34] %s opens the pallet in hand, and only its goods are taken', command => {
    const w = at({ stock: [row(mug, dock, 8, { lpn: pallet }), row(mug, dock, 2)], documents: [] })
    w.anna.scan(scanned(LABEL))
    expect(w.anna.prompt().keys.map(key => key.command)).toContain('XCPAR')
    expect(w.anna.key(command)).toMatchObject({ state: { at: 'goods', only: pallet, load: null }, commands: [] })
    w.anna.scan(scanOf.item(mug))
    expect(rejected(w, () => w.anna.number(9))[1]).toBe('qty.max')
    w.anna.number(3)
    expect(w.anna.scan(scanOf.place(a3)).commands).toMatchObject([{ type: 'move', qty: 3, from: { lpn: pallet } }])
    expect(w.world.stockOn(pallet)).toMatchObject([{ location: dock.id, onHand: 5 }])
    w.check()
  })
  it('[M34] of goods that stand loose nothing is opened', () => {
    const w = at()
    w.anna.scan(scanOf.place(a1))
    w.anna.scan(scanOf.item(mug))
    expect(rejected(w, () => w.anna.key('XCSPL'))[1]).toBe('no.key')
  })
  it('[M6] loose goods are put onto a new pallet by a second scan of its label', () => {
    const w = at()
    w.anna.scan(scanOf.place(a1))
    w.anna.scan(scanOf.item(mug))
    expect(w.anna.scan(scanned(LABEL))).toMatchObject({ verdict: 'ask', message: { key: 'ask.newLpn' } })
    w.anna.scan(scanned(LABEL))
    expect(w.world.stockOn(pallet)).toMatchObject([{ location: a1.id, onHand: 1 }])
    expect(w.world.lpn(pallet)?.label).toBe(LABEL)
  })
  it('[M7] a whole place goes in one transaction: pallets as pallets, loose goods as they are', () => {
    const w = at({ stock: [row(mug, dock, 8, { lpn: pallet }), row(mug, dock, 2)], documents: [] })
    w.anna.scan(scanOf.place(dock))
    w.anna.key('XCALL')
    expect(w.anna.scan(scanOf.place(a3)).commands.map(c => c.type)).toEqual(['lpn.move', 'move'])
    expect(w.world.stockAt(dock.id)).toEqual([])
    w.check()
  })
  it('[M8] a tote is left somewhere without any stock moving', () => {
    const w = at()
    w.anna.scan(scanOf.place(tote1))
    const before = JSON.stringify(allRows(w.world))
    expect(w.anna.scan(scanOf.place(a3)).commands).toMatchObject([{ type: 'park', mobile: tote1.id }])
    expect(w.world.location(tote1.id)?.parent).toBe(a3.id)
    expect(JSON.stringify(allRows(w.world))).toBe(before)
  })
  it('[M9] a pallet that two people move is booked from where the books have it, with an exception', () => {
    const world = demoWorld(onPallet())
    const draft = (to: typeof a1): Draft => ({
      type: 'lpn.move',
      process: 'move',
      client: one.id,
      lpn: pallet,
      label: LABEL,
      task: null,
      fromPlace: dock.id,
      toPlace: to.id,
    })
    booker(world)(draft(a2))
    const second = booker(world, otherDevice)(draft(a3))
    expect(second.effects.exceptions.map(e => e.kind)).toEqual(['moved_twice'])
    expect(world.stockOn(pallet).map(r => r.location)).toEqual([a3.id, a3.id])
    expect(unbalanced(allRows(world))).toEqual([])
    const ghost = booker(world)({ ...draft(a3), lpn: lpnId(warehouse, 'X'), label: 'X' } as Draft)
    expect(ghost.effects.exceptions.map(e => e.kind)).toEqual(['lpn_elsewhere'])
  })
})

describe('status and scrap', () => {
  const inHand = (who = worker, over: Partial<WorldSeed> = {}) => {
    const w = at(over, who)
    w.anna.scan(scanOf.place(a1))
    w.anna.scan(scanOf.item(mug))
    w.anna.number(4)
    return w
  }
  it('[M10] anybody may say that goods are broken; they are damaged at once and in the same place', () => {
    const w = inHand()
    w.anna.key('XCDMG')
    expect(w.anna.choose(1)).toMatchObject({ verdict: 'done', commands: [{ type: 'status', reason: 'DAMAGED' }] })
    expect([w.mugsAt(a1), w.mugsAt(a1, { status: 'damaged' })]).toEqual([26, 4])
    w.check()
  })
  it('[M10] every other status and scrapping are a supervisor’s', () => {
    const w = inHand()
    for (const key of ['XCSTA', 'XCSCR']) expect(rejected(w, () => w.anna.key(key))).toEqual(['wrong', 'role'])
    expect(move.rolesOf?.({ type: 'scrap' } as never)).toEqual(['supervisor'])
    const b = inHand(boss)
    b.anna.key('XCSTA')
    b.anna.choose(3)
    b.anna.choose(3)
    expect(b.mugsAt(a1, { status: 'blocked' })).toBe(4)
  })
  it('[M11] scrap leaves the warehouse; above the limit the goods are blocked and a supervisor decides', () => {
    const low = inHand(boss)
    low.anna.key('XCSCR')
    low.anna.choose(2)
    expect([low.mugsAt(a1), low.world.stock(keyOf(row(mug, virtual('scrap'), 0))).onHand]).toEqual([26, 4])
    const high = inHand(boss, { policy: { scrap: { approveAbove: 3 } } })
    high.anna.key('XCSCR')
    high.anna.choose(2)
    expect(high.anna.judged.at(-1)?.effects.exceptions.map(e => e.kind)).toEqual(['scrap_pending'])
    expect([high.mugsAt(a1), high.mugsAt(a1, { status: 'blocked' })]).toEqual([26, 4])
  })
})

describe('more of what is in hand', () => {
  it('[M50] a label that names another lot than the one in hand adds nothing, in moving, put-away and replenishing', () => {
    const face: Task = {
      id: derivedId('task', 'demo', 'face'),
      kind: 'replenish',
      client: one.id,
      document: null,
      state: 'ready',
      lease: null,
      tote: null,
      goods: { item: milk.id, lot: '', serial: '', from: looseAt(a2.id), to: a3.id, qty: 6, line: null },
    }
    const seed = { stock: [row(milk, a2, 10, { lot: 'L1' }), row(milk, dock, 10, { lot: 'L1' })], tasks: [face] }
    const noPrefill = { task: { noPrefill: true } }
    for (const [process, start, from] of [
      [move, { nothing: true }, a2],
      [putaway, { nothing: true }, dock],
      [replenish, { task: face.id }, a2],
    ] as const) {
      const anna = workerAt(process, demoWorld({ ...seed, policy: noPrefill }), start)
      anna.scan(scanOf.place(from))
      anna.scan(scanOf.item(milk, { lot: 'L1' }))
      expect(anna.state()).toMatchObject({ at: 'to', load: { lot: 'L1', qty: 1 } })
      const before = anna.state()
      expect(anna.scan(scanOf.item(milk, { lot: 'OLD' }))).toMatchObject({
        verdict: 'wrong',
        message: { key: 'wrong.lot', values: { scanned: 'OLD', wanted: 'L1' } },
        state: before,
      })
      for (const more of [scanOf.item(milk, { lot: 'L1' }), scanOf.item(milk)]) anna.scan(more)
      expect(anna.state()).toMatchObject({ load: { lot: 'L1', qty: 3 } })
    }
  })
})

describe('what arrives all the same', () => {
  const draft = (over: Partial<Extract<Draft, { type: 'move' }>>): Draft => ({
    type: 'move',
    process: 'move',
    client: one.id,
    item: mug.id,
    lot: '',
    serial: '',
    task: null,
    line: null,
    from: looseAt(a1.id),
    to: looseAt(a3.id),
    qty: 1,
    ...over,
  })
  const kinds = (world: World, d: Draft) => booker(world)(d).effects.exceptions.map(e => e.kind)
  it('[M12] more than the books have is booked, the row below zero is named', () => {
    expect(kinds(demoWorld(), draft({ qty: 40 }))).toContain('negative_stock')
  })
  it('[M12] goods in a place that forbids them are booked, forbidden_place', () => {
    expect(kinds(demoWorld(), draft({ from: looseAt(a1.id, 'damaged'), to: looseAt(a3.id, 'damaged') }))).toContain(
      'forbidden_place',
    )
  })
  it('[M12] goods whose goal nobody knows are booked as gone', () => {
    const judged = booker(demoWorld())(draft({ to: looseAt(one.id as never) }))
    expect(judged).toMatchObject({ outcome: 'quarantined', effects: { movements: [{ qty: 1 }] } })
  })
  it('[M13] taking a move, a pallet, a status and a scrap back leaves everything as it was', () => {
    const acts: Draft[] = [
      draft({ qty: 29 }),
      {
        type: 'lpn.move',
        process: 'move',
        client: one.id,
        lpn: pallet,
        label: LABEL,
        task: null,
        fromPlace: dock.id,
        toPlace: a3.id,
      },
      {
        type: 'status',
        process: 'move',
        client: one.id,
        item: mug.id,
        lot: '',
        serial: '',
        from: looseAt(a1.id),
        to: looseAt(a1.id, 'damaged'),
        qty: 3,
        reason: 'DAMAGED',
      },
      {
        type: 'scrap',
        process: 'move',
        client: one.id,
        item: mug.id,
        lot: '',
        serial: '',
        from: looseAt(a1.id),
        qty: 3,
        reason: 'DAMAGED',
      },
    ]
    for (const act of acts) {
      const world = demoWorld(onPallet())
      const shape = (): string =>
        JSON.stringify([allRows(world).filter(r => r.onHand !== 0 || r.reserved !== 0), world.line(lineId('SO-1', 1))])
      const before = shape()
      const book = booker(world)
      book(act)
      expect(shape()).not.toBe(before)
      book({ type: 'undo', client: one.id, of: { epoch: 'epoch0000001', seq: 1 }, act: act as never })
      expect(shape()).toBe(before)
    }
  })
  it('[M2] the goods of another client are not moved by somebody who may not', () => {
    const w = at({}, { ...worker, clients: [one.id] })
    w.anna.scan(scanOf.place(a1))
    expect(rejected(w, () => w.anna.scan(scanOf.item(theirMug)))).toEqual(['wrong', 'other.client'])
  })
  it('[M33] a row that was shown is taken up at its place: one piece of it, or its pallet; what may not be moved opens nothing', () => {
    const world = demoWorld(onPallet())
    const begun = (start: Start, who = worker) => workerAt(move, world, start, device, who)
    const mugs = begun({ row: row(mug, a1, 30) })
    expect(mugs.state()).toMatchObject({ at: 'to', from: a1.id, load: { kind: 'goods', item: mug.id, qty: 1 } })
    mugs.number(3)
    mugs.scan(scanOf.place(a3))
    expect(world.stock(keyOf(row(mug, a3, 0))).onHand).toBe(3)
    const lots = begun({ row: row(milk, a2, 10, { lot: 'L2' }) })
    expect(lots.state()).toMatchObject({ at: 'to', load: { lot: 'L2', qty: 1 } })
    expect(begun({ row: row(mug, dock, 8, { lpn: pallet }) }).state()).toMatchObject({
      at: 'to',
      load: { kind: 'pallet', lpn: pallet },
    })
    expect(begun({ lpn: pallet }).state()).toMatchObject({ at: 'to', load: { kind: 'pallet', lpn: pallet } })
    expect(begun({ row: row(mug, a2, 3) }).first.message.key).toBe('move.notHere')
    const theirs = begun({ row: row(theirMug, a1, 5) }, { ...worker, clients: [one.id] })
    expect(theirs.first).toMatchObject({ verdict: 'wrong', message: { key: 'other.client' } })
  })
})
