import { describe, expect, it } from 'vitest'
import { NOTHING } from '../ledger/effects.ts'
import { keyOf } from '../ledger/stock.ts'
import type { StockRow } from '../ledger/stock.ts'
import { allocate } from '../ledger/reservation.ts'
import type { World } from '../ledger/world.ts'
import { makeLabel } from '../scan/own-label.ts'
import {
  NO_STATIONS,
  EPOCH,
  TIMES,
  TODAY,
  a1,
  a2,
  allRows,
  booker,
  demoWorld,
  device,
  dock,
  documentId,
  juice,
  lineId,
  lotOf,
  milk,
  mug,
  one,
  orderOf,
  otherDevice,
  row,
  scanned,
  scanOf,
  stamped,
  taskId,
  tote1,
  tote2,
  unbalanced,
  wants,
  warehouse,
  worker,
  workerAt,
  wrongReserved,
} from '../../test/support/world.ts'
import type { WorldSeed } from '../../test/support/world.ts'
import { count } from './count.ts'
import { judge } from './judge.ts'
import { lpnId } from './lpn.ts'
import { pick } from './pick.ts'
import type { Next } from './process.ts'
import { putaway } from './putaway.ts'

/** The worked examples of the floor, each with its own figures, from the first scan to what the books say. */
const LABEL = makeLabel('XP', '0009')
const pallet = lpnId(warehouse, LABEL)
const scanPallet = scanned(LABEL, [{ kind: 'lpn', lpn: pallet, client: one.id }])
const known = { ...NOTHING, lpns: [{ id: pallet, client: one.id, label: LABEL }] }

type Worker = { state: () => object; judged: readonly unknown[] }
const rejects = (world: World, anna: Worker, act: () => Next, key: string): void => {
  const before = JSON.stringify([anna.state(), allRows(world), anna.judged.length])
  const { verdict, message, commands } = act()
  expect([verdict, message.key, commands]).toEqual(['wrong', key, []])
  expect(JSON.stringify([anna.state(), allRows(world), anna.judged.length])).toBe(before)
}
const sound = (world: World): void => {
  expect(unbalanced(allRows(world))).toEqual([])
  expect(wrongReserved(world)).toEqual([])
}
const onHand = (world: World, like: StockRow): number => world.stock(keyOf(like)).onHand
const counts = (world: World) => [...world.tasks()].filter(task => task.kind === 'count' && task.state === 'ready')
const picker = (seed: Partial<WorldSeed>) => {
  const world = demoWorld({ places: NO_STATIONS, ...seed })
  return { world, anna: workerAt(pick, world, { task: taskId('SO-1') }) }
}

describe('example A', () => {
  const mugs = row(mug, a1, 30)
  const batch = { id: 'walk', totes: 'each' as const }
  const atSecond = (multiOrderTote: boolean) => {
    const walk = picker({
      policy: { pick: { multiOrderTote } },
      stock: [mugs],
      documents: [
        orderOf('SO-1', [wants(mug, 1, [mugs, 1])], { batch }),
        orderOf('SO-2', [wants(mug, 1, [mugs, 1])], { batch }),
      ],
    })
    for (const scan of [scanOf.place(a1), scanOf.item(mug), scanOf.place(tote1), scanOf.item(mug)]) walk.anna.scan(scan)
    expect(walk.anna.state()).toMatchObject({ at: 'tote' })
    return walk
  }
  it('[P70] example A: the tote of order 1 is refused for a line of order 2, which stays at 0; with multiOrderTote it is taken', () => {
    const { world, anna } = atSecond(false)
    rejects(world, anna, () => anna.scan(scanOf.place(tote1)), 'tote.other')
    expect(world.line(lineId('SO-2', 1))).toMatchObject({ done: 0, state: 'open' })
    const shared = atSecond(true)
    expect(shared.anna.scan(scanOf.place(tote1)).verdict).toBe('done')
    expect(shared.world.line(lineId('SO-2', 1))).toMatchObject({ done: 1, state: 'done' })
    expect(onHand(shared.world, { ...mugs, location: tote1.id })).toBe(2)
    sound(shared.world)
  })
})

describe('example B', () => {
  const ten = row(mug, a1, 10)
  const emptied = () => {
    const shelf = picker({
      stock: [ten],
      documents: [orderOf('SO-1', [wants(mug, 10, [ten, 10])], { tote: tote1.id })],
    })
    shelf.anna.scan(scanOf.place(a1))
    shelf.anna.scan(scanOf.item(mug))
    expect(shelf.anna.number(10)).toMatchObject({ verdict: 'done', state: { at: 'zero' } })
    expect(onHand(shelf.world, ten)).toBe(0)
    return shelf
  }
  it('[P71] example B: NO makes one count, and no second one by a replay, by another handheld or by another line; YES none', () => {
    const { world, anna } = emptied()
    const [no] = anna.key('XCNAY').commands
    expect(counts(world)).toMatchObject([{ count: { location: a1.id, item: mug.id } }])
    if (no === undefined) throw new Error('nothing was said')
    // The same command once more: it was the second of this handheld.
    const key = { device, epoch: EPOCH, seq: 2 }
    world.apply(judge(world, stamped(no, key), key, TIMES).effects)
    booker(world, otherDevice)(no)
    // Another line takes what has come back, and is asked again.
    const more = orderOf('SO-2', [wants(mug, 1, [row(mug, a1, 1), 1])], { tote: tote2.id })
    const later = demoWorld({
      places: NO_STATIONS,
      stock: [row(mug, a1, 1)],
      documents: [more],
      tasks: counts(world),
    })
    const emre = workerAt(pick, later, { task: taskId('SO-2') })
    for (const scan of [scanOf.place(a1), scanOf.item(mug)]) emre.scan(scan)
    expect(emre.state()).toMatchObject({ at: 'zero' })
    emre.key('XCNAY')
    expect([counts(world).length, counts(later).length]).toEqual([1, 1])
    const yes = emptied()
    expect(yes.anna.key('XCYES').commands).toEqual([])
    expect(counts(yes.world)).toEqual([])
  })
})

describe('example C', () => {
  const lpn1 = row(mug, dock, 10, { lpn: pallet })
  const free = row(mug, a2, 10)
  const atDock = (documents: WorldSeed['documents'], stock: readonly StockRow[] = [lpn1, free]) => {
    const world = demoWorld({ stock, documents })
    world.apply(known)
    return { world, anna: workerAt(putaway, world, { nothing: true }) }
  }
  const x = orderOf('X', [wants(mug, 10, [lpn1, 10])])
  const claims = (world: World) =>
    world.line(lineId('X', 1))?.claims.map(claim => [claim.location, claim.lpn, claim.qty])
  it('[V30] example C: the order takes the other pallet, and the reserved one moves', () => {
    const { world, anna } = atDock([x])
    anna.scan(scanPallet)
    anna.scan(scanOf.place(a1))
    expect(claims(world)).toEqual([[free.location, free.lpn, 10]])
    expect(world.stockOn(pallet)).toMatchObject([{ location: a1.id, onHand: 10, reserved: 0 }])
    sound(world)
  })
  it('[V30] example C: a pallet that the order has been picked from is named with its order, and nothing changes', () => {
    const part = atDock([{ ...x, lines: x.lines.map(line => ({ ...line, done: 2 })) }])
    rejects(part.world, part.anna, () => part.anna.scan(scanPallet), 'put.picked')
    expect(part.anna.scan(scanPallet).message.values).toEqual({ no: 'X' })
    rejects(part.world, part.anna, () => part.anna.scan(scanOf.place(dock)), 'put.picked')
    const inTote = row(mug, tote1, 10, { lpn: pallet })
    const whole = atDock([orderOf('X', [{ ...wants(mug, 10, [inTote, 10]), done: 10, state: 'done' }])], [inTote])
    rejects(whole.world, whole.anna, () => whole.anna.scan(scanPallet), 'put.picked')
    expect(whole.anna.scan(scanPallet).message.values).toEqual({ no: 'X' })
  })
})

describe('example D', () => {
  it('[P72] example D: 60 less 25 and less 5 below a threshold of 40 is one count, without a network and on the server alike', () => {
    const sixty = row(mug, a1, 60)
    const seed = {
      policy: { pick: { zeroCheck: 'belowThreshold' as const, threshold: 40 } },
      stock: [sixty],
      documents: [orderOf('SO-1', [wants(mug, 30, [sixty, 30])], { tote: tote1.id })],
    }
    const { world, anna } = picker(seed)
    anna.scan(scanOf.place(a1))
    const sent = [scanOf.pack(mug, 'dozens', 25), scanOf.pack(mug, 'five', 5)].map(scan => anna.scan(scan).commands)
    expect(sent.flat().map(draft => 'qty' in draft && draft.qty)).toEqual([25, 5])
    const server = demoWorld({ places: NO_STATIONS, ...seed })
    const book = booker(server)
    const made = sent.flat().map(draft => book(draft).effects.tasks.filter(task => task.kind === 'count').length)
    expect(made).toEqual([1, 0])
    for (const there of [world, server]) {
      expect(onHand(there, sixty)).toBe(30)
      expect(counts(there)).toMatchObject([{ count: { location: a1.id, item: mug.id }, cause: 'threshold' }])
    }
    expect(counts(server).map(task => task.id)).toEqual(counts(world).map(task => task.id))
  })
})

describe('example E', () => {
  it('[C80] example E: a pallet that is booked at B1 and stands at B2 is one move of 9, no difference', () => {
    const there = row(mug, a1, 9, { lpn: pallet })
    const here = { ...there, location: a2.id }
    const world = demoWorld({ stock: [there], documents: [] })
    world.apply(known)
    const burak = workerAt(count, world, { nothing: true }, device, { ...worker, roles: ['counter'] })
    const total = (): number => onHand(world, there) + onHand(world, here)
    burak.scan(scanOf.place(a2))
    expect(burak.scan(scanPallet)).toMatchObject({ verdict: 'ask', commands: [] })
    burak.scan(scanPallet)
    burak.number(9)
    burak.key('XCDNE')
    const moved = burak.judged.flatMap(({ effects }) => effects.movements)
    expect(moved.map(({ from, to, qty }) => [from.location, to.location, qty])).toEqual([[a1.id, a2.id, 9]])
    expect([onHand(world, there), onHand(world, here), total()]).toEqual([0, 9, 9])
    // What was seen is what the books say there now: nothing to adjust.
    expect(burak.judged.flatMap(({ effects }) => effects.observations.map(one => one.seen))).toEqual([9])
    sound(world)
  })
})

describe('example F', () => {
  it('[P73] example F: 5 picked of an order that was cancelled meanwhile are in the tote, one exception, one put-back of 5', () => {
    const five = row(mug, a1, 5)
    const order = orderOf('SO-1', [wants(mug, 5, [five, 5])], { tote: tote1.id })
    // The handheld has not heard of it.
    const { world, anna } = picker({ stock: [five], documents: [order] })
    anna.scan(scanOf.place(a1))
    const sent = [anna.scan(scanOf.item(mug)), anna.number(5)].flatMap(({ commands }) => commands)
    expect(onHand(world, { ...five, location: tote1.id })).toBe(5)
    const lines = order.lines.map(line => ({ ...line, state: 'cancelled' as const, claims: [] }))
    const cancelled = { ...orderOf('SO-1', lines, { state: 'cancelled' }, { state: 'cancelled' }) }
    const server = demoWorld({ stock: [five], documents: [cancelled] })
    const book = booker(server)
    const judged = sent.map(draft => book(draft))
    const opened = judged.flatMap(({ effects }) => effects.exceptions.map(({ kind, subject }) => `${kind} ${subject}`))
    expect([...new Set(opened)]).toEqual([expect.stringContaining('order_cancelled')])
    expect(judged.flatMap(({ effects }) => effects.messages)).toEqual([])
    const back = [...server.tasks()].filter(({ kind }) => kind === 'putback')
    expect(back).toMatchObject([{ state: 'ready', goods: { item: mug.id, qty: 5, from: { location: tote1.id } } }])
    expect([onHand(server, five), onHand(server, { ...five, location: tote1.id })]).toEqual([0, 5])
    expect(server.document(documentId('SO-1'))?.state).toBe('cancelled')
    expect(unbalanced(allRows(server))).toEqual([])
  })
})

describe('example G', () => {
  it('[L30] example G: item Y and then lot L1 is one of Y in L1; X with its own L1 is not touched', () => {
    const [x, y] = [row(milk, a2, 5, { lot: 'L1' }), row(juice, a2, 5, { lot: 'L1' })]
    const { world, anna } = picker({
      stock: [x, y],
      lots: [lotOf(milk, 'L1', '2026-12-31'), lotOf(juice, 'L1', '2027-01-31')],
      documents: [orderOf('SO-1', [wants(juice, 1, [y, 1]), wants(milk, 1, [x, 1])], { tote: tote1.id })],
    })
    anna.scan(scanOf.place(a2))
    anna.scan(scanOf.item(juice))
    expect(anna.scan(scanned('L1')).commands).toMatchObject([{ type: 'pick', item: juice.id, lot: 'L1', qty: 1 }])
    expect([onHand(world, x), onHand(world, y)]).toEqual([5, 4])
    expect(world.linesOf(documentId('SO-1')).map(({ done }) => done)).toEqual([1, 0])
    sound(world)
  })
})

describe('example H', () => {
  const held = row(milk, a2, 9, { lot: 'HELD' })
  const free = row(milk, a2, 9, { lot: 'FREE' })
  const lots = [lotOf(milk, 'HELD', '2026-11-24', { blocked: true }), lotOf(milk, 'FREE', '2026-12-23')]
  const claimed = (all: WorldSeed['lots'], qty: number) =>
    allocate({
      item: milk,
      qty,
      rows: [held, free],
      lot: at => all.find(({ lot }) => lot === at.lot),
      location: () => a2,
      notExpiringBefore: TODAY,
    }).map(({ lot, qty: n }) => [lot, n])
  it('[P74] example H: 5 are reserved of the free lot; held and expired lots never are', () => {
    expect(claimed(lots, 5)).toEqual([['FREE', 5]])
    expect(claimed(lots, 20)).toEqual([['FREE', 9]])
    const expired = [lotOf(milk, 'HELD', '2026-11-22'), lotOf(milk, 'FREE', '2026-12-23')]
    expect(claimed(expired, 20)).toEqual([['FREE', 9]])
  })
  it('[P74] example H: with force every other lot at the shelf is refused', () => {
    const at = (all: WorldSeed['lots']) => {
      const shelf = picker({
        policy: { pick: { fefo: 'force' } },
        stock: [held, free],
        lots: all,
        documents: [orderOf('SO-1', [wants(milk, 5, [free, 5])], { tote: tote1.id })],
      })
      shelf.anna.scan(scanOf.place(a2))
      return shelf
    }
    const onHold = at(lots)
    rejects(onHold.world, onHold.anna, () => onHold.anna.scan(scanOf.item(milk, { lot: 'HELD' })), 'pick.notAvailable')
    const other = at([lotOf(milk, 'HELD', '2026-11-24'), lotOf(milk, 'FREE', '2026-12-23')])
    rejects(other.world, other.anna, () => other.anna.scan(scanOf.item(milk, { lot: 'HELD' })), 'wrong.lot')
    expect(other.anna.scan(scanOf.item(milk, { lot: 'FREE' })).commands).toMatchObject([{ lot: 'FREE', qty: 1 }])
  })
})
