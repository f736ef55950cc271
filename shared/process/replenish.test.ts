import { describe, expect, it } from 'vitest'
import type { Location, Task } from '../catalogue.ts'
import { NOTHING } from '../ledger/effects.ts'
import { keyOf } from '../ledger/stock.ts'
import type { StockRow } from '../ledger/stock.ts'
import type { World } from '../ledger/world.ts'
import {
  EPOCH,
  a1,
  a3,
  allRows,
  booker,
  demoSeed,
  demoWorld,
  documentId,
  milk,
  mug,
  one,
  orderOf,
  place,
  row,
  scanOf,
  scanned,
  unbalanced,
  wants,
  warehouse,
  workerAt,
  wrongReserved,
} from '../../test/support/world.ts'
import type { WorldSeed } from '../../test/support/world.ts'
import { NO_LPN } from '../ids.ts'
import type { Draft } from '../sync/command.ts'
import { lpnId } from './lpn.ts'
import type { Next } from './process.ts'
import { replenish } from './replenish.ts'
import { isToBring, replenishTasks, topUpTask } from './replenish-task.ts'

const face = (more: Partial<NonNullable<Location['face']>> = {}): Location => ({
  ...a1,
  face: { client: one.id, item: mug.id, min: 10, max: 30, ...more },
})
const bulk = place('R-01', 'reserve', 50)
const bulk2 = place('R-02', 'reserve', 51)
const mugs = (qty: number, at = bulk): StockRow => row(mug, at, qty)

const worldOf = (over: Partial<WorldSeed> = {}, faced = face()): World =>
  demoWorld({
    places: [...demoSeed().places.filter(one_ => one_.id !== a1.id), faced, bulk, bulk2],
    documents: [],
    stock: [row(mug, a1, 4), mugs(100)],
    ...over,
  })
const look = (world: World, name = '1'): readonly Task[] => replenishTasks(world, [...world.locations()], name)
const said = (tasks: readonly Task[], world: World) =>
  tasks.map(task => [
    task.cause,
    task.state,
    task.goods?.qty,
    world.location(task.goods?.from.location ?? ('' as never))?.code,
    task.goods?.lot,
  ])

describe('what pick faces need', () => {
  it('[M20] below min a face is filled up to max in whole packagings; at min it is left alone', () => {
    const world = worldOf()
    // 26 fit, a case has 12.
    expect(said(look(world), world)).toEqual([['min', 'ready', 24, 'R-01', '']])
    const enough = worldOf({ stock: [row(mug, a1, 10), mugs(100)] })
    expect(look(enough)).toEqual([])
    const few = worldOf({ stock: [row(mug, a1, 4), mugs(7)] })
    expect(said(look(few), few)).toEqual([['min', 'ready', 7, 'R-01', '']])
  })
  it('[M20] orders that want more than lies there ask before min does, and come first', () => {
    const order = orderOf('SO-9', [wants(mug, 15, [mugs(100), 15])], { lease: null })
    const world = worldOf({ stock: [row(mug, a1, 12), mugs(100)], documents: [order] })
    expect(said(look(world), world)).toEqual([['demand', 'ready', 12, 'R-01', '']])
    expect(look(world)[0]?.priority).toBe(1)
    expect(look(worldOf())[0]?.priority).toBe(0)
  })
  it('[M21] one task for each face; a new look leaves it alone, and calls off what nobody has begun and nobody needs', () => {
    const world = worldOf()
    const tasks = look(world)
    world.apply({ ...NOTHING, tasks })
    expect(look(world, '2')).toEqual([])
    const full = worldOf({ stock: [row(mug, a1, 30), mugs(100)], tasks })
    expect(look(full, '2').map(task => [task.id, task.state])).toEqual([[tasks[0]?.id, 'cancelled']])
    const begun = worldOf({
      stock: [row(mug, a1, 30), mugs(100)],
      tasks: tasks.map(task => ({ ...task, state: 'started' as const })),
    })
    expect(look(begun, '2')).toEqual([])
  })
  it('[M21] from free stock of reserve places only: by expiry, never blocked, reserved, doubted or of another lot than the face takes', () => {
    const milkFace = { ...face({ item: milk.id, min: 5, max: 20 }), mix: 'lot' as const }
    const [early, late] = [row(milk, bulk2, 10, { lot: 'L1' }), row(milk, bulk, 10, { lot: 'L2' })]
    const stock = [late, early]
    const world = worldOf({ stock }, milkFace)
    expect(said(look(world), world)).toEqual([['min', 'ready', 10, 'R-02', 'L1']])
    const oneLot = worldOf({ stock: [...stock, row(milk, a1, 1, { lot: 'L2' })] }, milkFace)
    expect(said(look(oneLot), oneLot)).toEqual([['min', 'ready', 10, 'R-01', 'L2']])
    const order = orderOf('SO-9', [wants(milk, 10, [early, 10])], { lease: null })
    const taken = worldOf({ stock, documents: [order] }, milkFace)
    expect(said(look(taken), taken)[0]?.slice(3)).toEqual(['R-01', 'L2'])
    const shelf = worldOf({ stock: [row(mug, a3, 50)] })
    expect(look(shelf)).toEqual([])
    expect(look(worldOf({}, { ...face(), full: true }))).toEqual([])
  })
})

describe('replenishing', () => {
  const at = (over: Partial<WorldSeed> = {}, faced = face()) => {
    const world = worldOf(over, faced)
    const tasks = look(world)
    world.apply({ ...NOTHING, tasks })
    const anna = workerAt(replenish, world, { task: tasks[0]!.id })
    const task = (): Task => world.task(tasks[0]!.id)!
    const check = (): void => {
      expect(unbalanced(allRows(world))).toEqual([])
      expect(wrongReserved(world)).toEqual([])
    }
    return { world, anna, task, check }
  }
  const onFace = (world: World): number => world.stock(keyOf(row(mug, a1, 0))).onHand
  const rejects = (anna: ReturnType<typeof at>['anna'], act: () => Next, key: string): void => {
    const before = JSON.stringify(anna.state())
    expect(act()).toMatchObject({ verdict: 'wrong', message: { key }, commands: [] })
    expect(JSON.stringify(anna.state())).toBe(before)
  }

  it('[M22] place, case, case, face: each scan adds its pack, the task ends with the last piece', () => {
    const { world, anna, task, check } = at()
    expect(anna.first.message).toEqual({ key: 'put.to', values: { place: 'R-01' } })
    anna.scan(scanOf.place(bulk))
    anna.scan(scanOf.pack(mug, 'case', 12))
    expect(anna.scan(scanOf.pack(mug, 'case', 12)).state.load).toMatchObject({ qty: 24 })
    const end = anna.scan(scanOf.place(a1))
    expect(end).toMatchObject({ verdict: 'done', finished: true })
    expect(end.commands).toMatchObject([{ type: 'move', process: 'replenish', qty: 24, takenAt: expect.any(String) }])
    expect([onFace(world), task().state]).toEqual([28, 'done'])
    check()
  })
  it('[M22] a part leaves the rest of the task; a number says how much', () => {
    const { world, anna, task } = at()
    anna.scan(scanOf.place(bulk))
    anna.scan(scanOf.item(mug))
    anna.number(5)
    expect(anna.scan(scanOf.place(a1))).toMatchObject({
      finished: false,
      message: { key: 'rep.rest', values: { n: 19 } },
    })
    expect([onFace(world), task().state, task().goods?.qty, anna.state().at]).toEqual([9, 'started', 19, 'goods'])
  })
  it('[M22] without a task the place finds it, where the goods lie or where they go', () => {
    for (const [where, at_] of [
      [bulk, 'goods'],
      [a1, 'from'],
    ] as const) {
      const { world } = at()
      const anna = workerAt(replenish, world, { nothing: true })
      expect(anna.prompt()).toMatchObject({ title: { code: null }, ask: { kind: 'location' }, lines: [] })
      expect(anna.scan(scanOf.place(where)).state).toMatchObject({ at: at_, goal: a1.id })
      expect(workerAt(replenish, world, { nothing: true }).scan(scanOf.place(a3)).message.key).toBe('rep.none')
    }
  })
  it('[M23] wrong place, wrong goods, wrong face and more than is there change nothing', () => {
    const { anna } = at()
    rejects(anna, () => anna.scan(scanOf.place(a3)), 'wrong.place')
    rejects(anna, () => anna.scan(scanOf.place(a1)), 'wrong.place')
    anna.scan(scanOf.place(bulk))
    rejects(anna, () => anna.scan(scanOf.item(milk)), 'wrong.item')
    anna.scan(scanOf.item(mug))
    rejects(anna, () => anna.number(101), 'qty.max')
    rejects(anna, () => anna.scan(scanOf.place(a3)), 'wrong.place')
    expect(anna.scan(scanned('??')).verdict).toBe('unknown')
  })
  it('[M23] another reserve place with the goods is taken and said', () => {
    const { world, anna } = at({ stock: [row(mug, a1, 4), mugs(100), mugs(12, bulk2)] })
    expect(anna.scan(scanOf.place(bulk2))).toMatchObject({ verdict: 'warn', message: { key: 'rep.other' } })
    anna.scan(scanOf.pack(mug, 'case', 12))
    anna.scan(scanOf.place(a1))
    expect([onFace(world), world.stock(keyOf(mugs(0, bulk2))).onHand]).toEqual([16, 0])
  })
  it('[M24] what does not fit onto the face is said, and what fits is offered', () => {
    const { anna } = at()
    anna.scan(scanOf.place(bulk))
    anna.scan(scanOf.item(mug))
    anna.number(40)
    expect(anna.scan(scanOf.place(a1))).toMatchObject({
      verdict: 'warn',
      message: { key: 'rep.faceFull', values: { n: 26 } },
    })
    expect(anna.state().load).toMatchObject({ qty: 26 })
    expect(anna.scan(scanOf.place(a1)).commands).toMatchObject([{ qty: 26 }])
  })
  it('[M24] a face for one lot refuses another one', () => {
    const faced = { ...face({ item: milk.id, min: 5, max: 20 }), mix: 'lot' as const }
    const stock = [
      row(milk, a1, 1, { lot: 'L2' }),
      row(milk, bulk, 9, { lot: 'L2' }),
      row(milk, bulk, 9, { lot: 'L1' }),
    ]
    const { anna } = at({ stock }, faced)
    anna.scan(scanOf.place(bulk))
    anna.scan(scanOf.item(milk, { lot: 'L1' }))
    rejects(anna, () => anna.scan(scanOf.place(a1)), 'rep.lotMix')
  })
  it('[M24] FULL ends the task and the face is passed by; LATER leaves the task', () => {
    const full = at()
    full.anna.scan(scanOf.place(bulk))
    full.anna.scan(scanOf.item(mug))
    expect(full.anna.key('XCFUL')).toMatchObject({ finished: true, commands: [{ type: 'full', process: 'replenish' }] })
    expect([full.world.location(a1.id)?.full, full.task().state, look(full.world, '2')]).toEqual([true, 'done', []])
    const later = at()
    expect(later.anna.key('XCSKP')).toMatchObject({ finished: true, commands: [] })
    expect(isToBring(later.task())).toBe(true)
  })
  it('[M25] SHORT puts the reserve row in doubt: held, to be counted, told, and the next look takes from elsewhere', () => {
    const order = orderOf('SO-9', [wants(mug, 3, [mugs(100), 3])], { lease: null })
    const { world, anna, task, check } = at({
      stock: [row(mug, a1, 4), mugs(100), mugs(50, bulk2)],
      documents: [order],
    })
    anna.key('XCSHT')
    expect(anna.prompt().choices).toHaveLength(3)
    expect(anna.choose(2)).toMatchObject({
      finished: true,
      commands: [{ type: 'short', process: 'replenish', reason: 'EMPTY' }],
    })
    expect(world.stock(keyOf(mugs(0)))).toMatchObject({ onHand: 100, reserved: 3, held: 97 })
    expect(anna.judged.at(-1)?.effects.exceptions.map(one_ => one_.kind)).toEqual(['short_pick'])
    expect([...world.tasks()].filter(one_ => one_.kind === 'count').map(one_ => one_.count?.location)).toEqual([
      bulk.id,
    ])
    expect(task().state).toBe('cancelled')
    expect(said(look(world, '2'), world)[0]?.slice(3)).toEqual(['R-02', ''])
    expect(world.line(world.linesOf(documentId('SO-9'))[0]!.id)?.claims).toHaveLength(1)
    check()
  })
  it.each(['move', 'short', 'full'] as const)(
    '[M26] undo of a %s: stock, holds, places and tasks are what they were',
    act => {
      const { world, anna, check } = at({ stock: [row(mug, a1, 4), { ...mugs(100), held: 7 }] })
      const now = () => [
        allRows(world).filter(one_ => one_.onHand !== 0 || one_.held !== 0),
        [...world.tasks()].filter(one_ => one_.state !== 'cancelled').map(one_ => [one_.id, one_.goods?.qty]),
        world.location(a1.id)?.full ?? false,
      ]
      const before = now()
      if (act !== 'short') {
        anna.scan(scanOf.place(bulk))
        anna.scan(scanOf.pack(mug, 'case', 12))
      }
      const next =
        act === 'move'
          ? anna.scan(scanOf.place(a1))
          : act === 'full'
            ? anna.key('XCFUL')
            : (anna.key('XCSHT'), anna.choose(1))
      expect(now()).not.toEqual(before)
      booker(world)({
        type: 'undo',
        client: one.id,
        of: { epoch: 'epoch0000001', seq: 1 },
        act: next.commands[0] as never,
      })
      expect(now()).toEqual(before)
      check()
    },
  )
  it('[M26] two handhelds bring the same: both are booked, the task is over, and an undo of one leaves the other', () => {
    const { world, anna, task, check } = at()
    anna.scan(scanOf.place(bulk))
    anna.scan(scanOf.item(mug))
    anna.number(24)
    const draft = anna.scan(scanOf.place(a1)).commands[0]!
    booker(world)(draft)
    expect([onFace(world), task().state, task().goods?.qty]).toEqual([52, 'done', -24])
    booker(world)({ type: 'undo', client: one.id, of: { epoch: 'epoch0000001', seq: 1 }, act: draft as never })
    expect([onFace(world), task().state, task().goods?.qty]).toEqual([28, 'done', 0])
    check()
  })

  const label = '003456789012345675'
  const onPallet = (qty: number): StockRow => ({ ...row(mug, bulk, qty), lpn: lpnId(warehouse, label) })
  const palletScan = () => scanned(label, [{ kind: 'lpn', lpn: lpnId(warehouse, label), client: one.id }])
  it('[M27] a pallet that fits is planned and taken as a whole by its label, one that does not as far as needed', () => {
    const whole = at({ stock: [row(mug, a1, 4), onPallet(25)] })
    expect(whole.task().goods).toMatchObject({ qty: 25, from: { lpn: lpnId(warehouse, label) } })
    whole.anna.scan(scanOf.place(bulk))
    expect(whole.anna.scan(palletScan()).state).toMatchObject({ at: 'to', load: { qty: 25 } })
    expect(whole.anna.scan(scanOf.place(a1))).toMatchObject({ verdict: 'done', finished: true })
    expect([onFace(whole.world), whole.world.stock(keyOf(onPallet(0))).onHand]).toEqual([29, 0])
    whole.check()
    const large = at({ stock: [row(mug, a1, 4), onPallet(100)] })
    expect(large.task().goods?.qty).toBe(24)
    large.anna.scan(scanOf.place(bulk))
    expect(large.anna.scan(palletScan()).state.load).toMatchObject({ qty: 24 })
    const loose = at()
    loose.anna.scan(scanOf.place(bulk))
    expect(loose.anna.scan(palletScan()).verdict).not.toBe('ok')
  })
  const cart = place('XW0011', 'cart', 90)
  const cartScan = () => scanned(cart.code, [{ kind: 'cart', location: cart.id }])
  const withCart = (over: Partial<WorldSeed> = {}) =>
    at({ places: [...demoSeed().places.filter(one_ => one_.id !== a1.id), face(), bulk, bulk2, cart], ...over })
  it('[M28] goods go onto a cart, the task goes on from there, and the face gets them later', () => {
    const { world, anna, task, check } = withCart()
    anna.scan(scanOf.place(bulk))
    anna.scan(scanOf.pack(mug, 'case', 12))
    const loaded = anna.scan(cartScan())
    expect(loaded).toMatchObject({ verdict: 'done', finished: true, message: { key: 'rep.onCart' } })
    expect(task()).toMatchObject({ state: 'started', goods: { qty: 12, from: { location: cart.id } } })
    expect(look(world, '2')).toEqual([])
    check()
    const later = workerAt(replenish, world, { nothing: true })
    expect(later.scan(cartScan()).state).toMatchObject({ at: 'goods', from: cart.id, task: task().id })
    later.scan(scanOf.pack(mug, 'case', 12))
    expect(later.scan(scanOf.place(a1))).toMatchObject({ verdict: 'done', finished: true })
    expect([onFace(world), world.stock(keyOf(mugs(0, cart))).onHand, task().state]).toEqual([16, 0, 'done'])
    check()
  })
  it('[M28] with goods of several faces on one cart the item in hand says which face is meant', () => {
    const milkFace: Location = { ...a3, face: { client: one.id, item: milk.id, min: 5, max: 20 } }
    const places = demoSeed().places.filter(one_ => one_.id !== a1.id && one_.id !== a3.id)
    const { world } = at({
      places: [...places, face(), milkFace, bulk, bulk2, cart],
      stock: [row(mug, a1, 4), mugs(100), row(milk, bulk2, 9, { lot: 'L1' })],
    })
    for (const [from, goods] of [
      [bulk, scanOf.pack(mug, 'case', 12)],
      [bulk2, scanOf.item(milk, { lot: 'L1' })],
    ] as const) {
      const load = workerAt(replenish, world, { nothing: true })
      load.scan(scanOf.place(from))
      load.scan(goods)
      expect(load.scan(cartScan()).message.key).toBe('rep.onCart')
    }
    const anna = workerAt(replenish, world, { nothing: true })
    anna.scan(cartScan())
    expect(anna.scan(scanOf.item(milk, { lot: 'L1' })).state).toMatchObject({ goal: a3.id, at: 'to' })
    anna.scan(scanOf.place(milkFace))
    expect(world.stock(keyOf(row(milk, a3, 0, { lot: 'L1' }))).onHand).toBe(1)
  })
  it('[M28] what was put onto a cart is taken off it again by an undo', () => {
    const { world, anna, task, check } = withCart()
    anna.scan(scanOf.place(bulk))
    anna.scan(scanOf.pack(mug, 'case', 12))
    const { commands } = anna.scan(cartScan())
    booker(world)({ type: 'undo', client: one.id, of: { epoch: 'epoch0000001', seq: 1 }, act: commands[0] as never })
    expect([world.stock(keyOf(mugs(0))).onHand, task().goods?.from.location]).toEqual([100, bulk.id])
    expect(task().goods?.qty).toBe(24)
    check()
  })
  it('[M28] an undo leaves the task with all that was planned: place, pallet, lot and quantity', () => {
    const PALLET = lpnId(warehouse, 'XPBULK')
    const milkFace = { ...face({ item: milk.id, min: 5, max: 20 }) }
    const stock = [row(milk, bulk, 30, { lot: 'L1', lpn: PALLET }), row(milk, bulk2, 9, { lot: 'L2' })]
    const places = [...demoSeed().places.filter(one_ => one_.id !== a1.id), milkFace, bulk, bulk2, cart]
    const world = worldOf({ places, stock })
    const tasks = look(world)
    world.apply({ ...NOTHING, tasks })
    const planned = world.task(tasks[0]!.id)!
    expect(planned.goods).toMatchObject({ lot: 'L1', qty: 20, from: { lpn: PALLET }, to: milkFace.id })
    const load: Draft = {
      type: 'move',
      process: 'replenish',
      client: one.id,
      item: milk.id,
      lot: 'L2',
      serial: '',
      task: planned.id,
      line: null,
      from: { location: bulk2.id, lpn: NO_LPN, status: 'available' },
      to: { location: cart.id, lpn: NO_LPN, status: 'available' },
      qty: 6,
    }
    const book = booker(world)
    book(load)
    expect(world.task(planned.id)?.goods).toMatchObject({ lot: 'L2', qty: 6, from: { location: cart.id } })
    book({ ...load, from: load.to, to: { ...load.to, location: a1.id }, qty: 2 })
    expect(world.task(planned.id)?.goods?.qty).toBe(4)
    book({ type: 'undo', client: one.id, of: { epoch: EPOCH, seq: 1 }, act: load })
    expect(world.task(planned.id)).toMatchObject({ state: 'started', before: [], goods: { ...planned.goods, qty: 18 } })
  })
  it('[M28] a task that an earlier version has put onto a cart is about what was taken', () => {
    const { world, anna, task, check } = withCart()
    anna.scan(scanOf.place(bulk))
    anna.scan(scanOf.pack(mug, 'case', 12))
    const { commands } = anna.scan(cartScan())
    const { before: _, ...old } = task()
    world.apply({ ...NOTHING, tasks: [old] })
    booker(world)({ type: 'undo', client: one.id, of: { epoch: EPOCH, seq: 1 }, act: commands[0] as never })
    expect(task().goods).toMatchObject({ qty: 12, from: { location: bulk.id, lpn: NO_LPN } })
    check()
  })
  it('[M29] DAMAGED makes what is in hand damaged stock where it lies; the task goes on, and ends with the last piece', () => {
    const { world, anna, task, check } = at({ stock: [row(mug, a1, 4), mugs(7)] })
    anna.scan(scanOf.place(bulk))
    anna.scan(scanOf.item(mug))
    anna.number(2)
    const next = anna.key('XCDMG')
    expect(next).toMatchObject({ verdict: 'warn', message: { key: 'rep.broken', values: { n: 2 } }, finished: false })
    expect(next.commands).toMatchObject([{ type: 'short', damaged: 2, reason: 'DAMAGED' }])
    expect(world.stock(keyOf({ ...mugs(0), status: 'damaged' })).onHand).toBe(2)
    expect(world.stock(keyOf(mugs(0)))).toMatchObject({ onHand: 5, held: 0 })
    anna.scan(scanOf.item(mug))
    anna.number(5)
    expect(anna.scan(scanOf.place(a1)).finished).toBe(true)
    expect([onFace(world), task().state]).toEqual([9, 'done'])
    check()
    const all = at({ stock: [row(mug, a1, 4), mugs(2)] })
    all.anna.scan(scanOf.place(bulk))
    all.anna.scan(scanOf.item(mug))
    all.anna.number(2)
    const { commands, finished } = all.anna.key('XCDMG')
    expect([finished, all.task().state]).toEqual([true, 'cancelled'])
    const of = { epoch: 'epoch0000001', seq: 1 }
    booker(all.world)({ type: 'undo', client: one.id, of, act: commands[0] as never })
    expect([all.world.stock(keyOf(mugs(0))).onHand, all.task().state]).toEqual([2, 'started'])
    all.check()
  })
  it('[M30] asked for by a person a face is filled to max, though min is not reached; it stays wanted, once', () => {
    const world = worldOf({ stock: [row(mug, a1, 12), mugs(100)] })
    expect(look(world)).toEqual([])
    const faced = world.location(a1.id)!
    const task = topUpTask(world, faced, 'asked')!
    expect(said([task], world)).toEqual([['topUp', 'ready', 12, 'R-01', '']])
    world.apply({ ...NOTHING, tasks: [task] })
    expect([look(world, '2'), topUpTask(world, faced, 'again')]).toEqual([[], null])
    const full = worldOf({ stock: [row(mug, a1, 30), mugs(100)], tasks: [task] })
    expect(look(full, '2').map(one_ => one_.state)).toEqual(['cancelled'])
    expect(topUpTask(worldOf({ stock: [row(mug, a1, 30), mugs(100)] }), faced, 'x')).toBeNull()
    expect(topUpTask(world, a3, 'x')).toBeNull()
  })
})
