import { describe, expect, it } from 'vitest'
import { NOTHING } from '../ledger/effects.ts'
import { keyOf } from '../ledger/stock.ts'
import type { World } from '../ledger/world.ts'
import {
  NO_STATIONS,
  a1,
  a2,
  a3,
  allRows,
  bowl,
  demoWorld,
  documentId,
  drill,
  lineId,
  milk,
  mug,
  orderOf,
  otherDevice,
  packPlace,
  place,
  row,
  scanned,
  scanOf,
  taskId,
  theirMug,
  tote1,
  tote2,
  tote3,
  two,
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
const bowls = row(bowl, a1, 9)
const l1 = row(milk, a2, 10, { lot: 'L1' })
const drills = ['S1', 'S2', 'S3'].map(serial => row(drill, a3, 1, { serial }))
const pack1 = packPlace
const pack2 = place('PACK-2', 'pack', 211)
const stage = place('STAGE-1', 'staging', 92)

type Orders = readonly { number: string; lines: readonly LineSeed[]; task?: object; document?: object }[]

/** Anna with the orders of one walk, SO-1 and so on. */
const walk = (orders: Orders, over: Partial<WorldSeed> = {}, totes: 'each' | 'one' = 'each') => {
  const batch = { id: 'b1', totes }
  const documents = [
    ...(over.documents ?? []),
    ...orders.map(({ number, lines, task, document }) => orderOf(number, lines, { batch, ...task }, document)),
  ]
  const places = [...NO_STATIONS, ...(over.places ?? [])]
  const stock = over.stock ?? [mugs, bowls, l1, ...drills]
  const world = demoWorld({ ...over, stock, documents, places })
  return { world, anna: workerAt(pick, world, { task: taskId(orders[0]?.number ?? '') }) }
}
type Anna = ReturnType<typeof walk>['anna']

const rejects = (world: World, anna: Anna, act: () => Next, key: string, verdict = 'wrong'): void => {
  const before = JSON.stringify([anna.state(), allRows(world), anna.judged.length])
  const next = act()
  expect([next.verdict, next.message.key]).toEqual([verdict, key])
  expect(JSON.stringify([anna.state(), allRows(world), anna.judged.length])).toBe(before)
}
const inTote = (world: World, tote = tote1, like = mugs) => world.stock(keyOf({ ...like, location: tote.id }))
const kinds = (anna: Anna) => anna.judged.flatMap(j => j.effects.exceptions.map(e => e.kind))
const sound = (world: World): void => {
  expect(unbalanced(allRows(world))).toEqual([])
  expect(wrongReserved(world)).toEqual([])
}
const twoOrders = (over: Partial<WorldSeed> = {}, totes: 'each' | 'one' = 'each') =>
  walk(
    [
      { number: 'SO-1', lines: [wants(mug, 2, [mugs, 2]), wants(milk, 1, [l1, 1])] },
      { number: 'SO-2', lines: [wants(mug, 3, [mugs, 3]), wants(bowl, 1, [bowls, 1])] },
    ],
    over,
    totes,
  )

describe('a cluster: several orders in one walk, a tote for each', () => {
  it('[P34] lines of all orders come by pick sequence, then priority and due; an order of another device is left out', () => {
    const lease = { device: otherDevice, worker: worker.id }
    const { anna } = walk([
      { number: 'SO-1', lines: [wants(milk, 1, [l1, 1])] },
      { number: 'SO-2', lines: [wants(mug, 1, [mugs, 1])], document: { due: '2026-11-25' } },
      { number: 'SO-3', lines: [wants(mug, 2, [mugs, 2])], document: { priority: 5 } },
      { number: 'SO-4', lines: [wants(mug, 3, [mugs, 3])], document: { due: '2026-11-23' } },
      { number: 'SO-5', lines: [wants(mug, 4, [mugs, 4])], task: { lease } },
    ])
    expect(anna.prompt().lines.map(line => [line.place, line.wanted])).toEqual([
      ['A-01', 2],
      ['A-01', 3],
      ['A-01', 1],
      ['A-02', 1],
    ])
    expect(anna.prompt()).toMatchObject({ title: { code: 'SO-3' }, progress: { done: 0, all: 4 } })
  })
  it('[P35] three scans for a line: place, item, tote; the tote is told by number and shape and bound at its first line', () => {
    const { world, anna } = twoOrders()
    expect(anna.state().at).toBe('place')
    anna.scan(scanOf.place(a1))
    expect(anna.scan(scanOf.item(mug))).toMatchObject({ message: { key: 'got' }, commands: [] })
    expect(anna.scan(scanOf.item(mug))).toMatchObject({ message: { key: 'got.all' }, state: { at: 'tote' } })
    expect(anna.prompt()).toMatchObject({
      ask: { kind: 'tote', message: { key: 'scan.tote.mark', values: { mark: '1 ▲' } } },
      hero: { value: '1 ▲' },
    })
    const next = anna.scan(scanOf.place(tote1))
    expect(next.commands).toMatchObject([
      { type: 'tote.bind', document: documentId('SO-1'), tote: tote1.id, was: null },
      { type: 'pick', document: documentId('SO-1'), qty: 2, to: { location: tote1.id } },
    ])
    expect(next).toMatchObject({ verdict: 'done', state: { at: 'goods' } })
    expect(anna.prompt()).toMatchObject({ title: { code: 'SO-2' }, facts: [{}, { value: '3' }, { value: '2 ●' }] })
    expect(inTote(world)).toMatchObject({ onHand: 2, reserved: 2 })
    sound(world)
  })
  it('[P35] example A: a tote of another order is refused and the line stays where it was; with multiOrderTote it is taken', () => {
    const bound = (policy: WorldSeed['policy']) => {
      const found = twoOrders({ policy })
      found.anna.scan(scanOf.place(a1))
      for (const scan of [scanOf.item(mug), scanOf.item(mug), scanOf.place(tote1)]) found.anna.scan(scan)
      for (let i = 0; i < 3; i += 1) found.anna.scan(scanOf.item(mug))
      return found
    }
    const { world, anna } = bound({})
    rejects(world, anna, () => anna.scan(scanOf.place(tote1)), 'tote.other')
    expect(world.line(lineId('SO-2', 1))?.done).toBe(0)
    const shared = bound({ pick: { multiOrderTote: true } })
    expect(shared.anna.scan(scanOf.place(tote1))).toMatchObject({
      verdict: 'done',
      commands: [
        { type: 'tote.bind', document: documentId('SO-2'), tote: tote1.id },
        { type: 'pick', qty: 3 },
      ],
    })
    expect(inTote(shared.world)).toMatchObject({ onHand: 5, reserved: 5 })
    expect(kinds(shared.anna)).toEqual([])
  })
  it('[P35] a tote is never shared by two clients, whatever the policy says', () => {
    const theirs = row(theirMug, a1, 5)
    const other = orderOf('SO-8', [wants(theirMug, 1, [theirs, 1])], { tote: tote2.id }, {}, two)
    const { world, anna } = twoOrders({
      policy: { pick: { multiOrderTote: true } },
      documents: [other],
      stock: [mugs, bowls, l1, theirs],
    })
    anna.scan(scanOf.place(a1))
    anna.scan(scanOf.item(mug))
    anna.scan(scanOf.item(mug))
    rejects(world, anna, () => anna.scan(scanOf.place(tote2)), 'tote.other')
  })
  it('[P35] an unknown tote, another kind of code, and a free tote where the order has one already are refused', () => {
    const { world, anna } = twoOrders()
    anna.scan(scanOf.place(a1))
    rejects(world, anna, () => anna.scan(scanOf.place(tote1)), 'wrong.kind')
    anna.scan(scanOf.item(mug))
    anna.scan(scanOf.item(mug))
    rejects(world, anna, () => anna.scan(scanned('T-77')), 'tote.unknown', 'unknown')
    rejects(world, anna, () => anna.scan(scanOf.place(a2)), 'wrong.kind')
    rejects(world, anna, () => anna.scan(scanOf.item(mug)), 'over')
    rejects(world, anna, () => anna.number(3), 'over')
    anna.scan(scanOf.place(tote1))
    anna.scan(scanOf.item(mug))
    expect(anna.number(3).state).toMatchObject({ at: 'tote', held: [{ qty: 3 }] })
    anna.scan(scanOf.place(tote2))
    anna.scan(scanOf.item(bowl))
    anna.scan(scanOf.place(tote2))
    anna.scan(scanOf.place(a2))
    anna.scan(scanOf.item(milk, { lot: 'L1' }))
    rejects(world, anna, () => anna.scan(scanOf.place(tote3)), 'wrong.tote')
    expect(anna.scan(scanOf.place(tote1))).toMatchObject({ finished: true, message: { key: 'task.done' } })
    expect([taskId('SO-1'), taskId('SO-2')].map(id => world.task(id)?.state)).toEqual(['done', 'done'])
    expect(kinds(anna)).toEqual([])
    sound(world)
  })
  it('[P35] a new tote is made at its line where the policy allows it, by a second scan', () => {
    const { world, anna } = twoOrders({ policy: { pick: { newTotes: true } } })
    anna.scan(scanOf.place(a1))
    anna.scan(scanOf.item(mug))
    anna.scan(scanOf.item(mug))
    expect(anna.scan(scanned('T-77'))).toMatchObject({ verdict: 'ask', commands: [] })
    expect(anna.scan(scanned('T-77')).commands.map(c => c.type)).toEqual(['tote.bind', 'pick'])
    const tote = world.task(taskId('SO-1'))?.tote ?? null
    expect(tote && world.stockAt(tote).map(r => r.onHand)).toEqual([2])
  })
  it('[P36] the tote scanned early books what is in hand; the rest is the next line, without another scan of the place', () => {
    const { world, anna } = twoOrders()
    anna.scan(scanOf.place(a1))
    anna.scan(scanOf.item(mug))
    expect(anna.scan(scanOf.place(tote1)).commands).toMatchObject([{ type: 'tote.bind' }, { type: 'pick', qty: 1 }])
    expect(anna.state()).toMatchObject({ at: 'goods', held: [] })
    expect(anna.prompt().facts[1]?.value).toBe('1')
    anna.scan(scanOf.item(mug))
    expect(anna.scan(scanOf.place(tote1)).commands).toMatchObject([{ type: 'pick', qty: 1 }])
    expect(inTote(world).onHand).toBe(2)
  })
  it('[P36] a number sets what is in hand; 0 empties it, BACK puts it back, and nothing of it was booked', () => {
    const { world, anna } = twoOrders()
    anna.scan(scanOf.place(a1))
    rejects(world, anna, () => anna.number(2), 'first.item')
    anna.scan(scanOf.item(mug))
    expect(anna.number(2).state).toMatchObject({ at: 'tote', held: [{ qty: 2 }] })
    expect(anna.number(1).state).toMatchObject({ at: 'tote', held: [{ qty: 1 }] })
    expect(anna.number(0).state).toMatchObject({ at: 'goods', held: [] })
    anna.scan(scanOf.item(mug))
    expect(anna.key('XCBAK').state).toMatchObject({ at: 'goods', held: [] })
    expect(anna.judged).toEqual([])
    expect(world.stock(keyOf(mugs)).onHand).toBe(30)
  })
  it('[P36] trust takes all at one scan, key asks for the number: both wait for the tote', () => {
    const trust = twoOrders({ policy: { pick: { qty: 'trust' } } }).anna
    trust.scan(scanOf.place(a1))
    expect(trust.scan(scanOf.item(mug)).state).toMatchObject({ at: 'tote', held: [{ qty: 2 }] })
    const { world, anna } = twoOrders({ policy: { pick: { qty: 'key' } } })
    anna.scan(scanOf.place(a1))
    expect(anna.scan(scanOf.item(mug)).message.key).toBe('how.many')
    rejects(world, anna, () => anna.scan(scanOf.place(tote1)), 'wrong.kind')
    expect(anna.number(1).state).toMatchObject({ at: 'tote', held: [{ qty: 1 }] })
    expect(anna.scan(scanOf.place(tote1)).commands.at(-1)).toMatchObject({ type: 'pick', qty: 1 })
  })
  it('[P36] serials wait in the hands together and go into the tote with one scan; each is booked from its own row', () => {
    const serial = (n: number) => scanOf.item(drill, { serial: `S${n}` })
    const { world, anna } = walk([
      { number: 'SO-1', lines: [wants(drill, 2, [drills[0]!, 1], [drills[1]!, 1])] },
      { number: 'SO-2', lines: [wants(mug, 1, [mugs, 1])], task: { tote: tote2.id } },
    ])
    anna.scan(scanOf.place(a1))
    anna.scan(scanOf.item(mug))
    anna.scan(scanOf.place(tote2))
    anna.scan(scanOf.place(a3))
    anna.scan(serial(1))
    rejects(world, anna, () => anna.scan(serial(1)), 'dup', 'dup')
    expect(anna.scan(serial(3)).state).toMatchObject({ at: 'tote', held: [{ serial: 'S1' }, { serial: 'S3' }] })
    expect(anna.scan(scanOf.place(tote1)).commands).toMatchObject([
      { type: 'tote.bind' },
      { type: 'pick', serial: 'S1', qty: 1 },
      { type: 'pick', serial: 'S3', qty: 1 },
    ])
    expect(world.line(lineId('SO-1', 1))).toMatchObject({ done: 2, state: 'done' })
    sound(world)
  })
  it('[P37] bindTotes start: every order gets its tote before the first place, in the order of the marks', () => {
    const { world, anna } = twoOrders({ policy: { pick: { bindTotes: 'start' } } })
    expect(anna.prompt()).toMatchObject({ ask: { kind: 'tote', message: { values: { mark: '1 ▲' } } } })
    rejects(world, anna, () => anna.scan(scanOf.place(a1)), 'wrong.kind')
    expect(anna.scan(scanOf.place(tote1)).state.at).toBe('bind')
    expect(anna.prompt().ask.message.values).toEqual({ mark: '2 ●' })
    rejects(world, anna, () => anna.scan(scanOf.place(tote1)), 'tote.other')
    expect(anna.scan(scanOf.place(tote2)).state.at).toBe('place')
    expect([taskId('SO-1'), taskId('SO-2')].map(id => world.task(id)?.tote)).toEqual([tote1.id, tote2.id])
  })
  it('[P22] a cluster is plain text in every state: read back it asks the same', () => {
    const { anna } = twoOrders()
    for (const scan of [scanOf.place(a1), scanOf.item(mug), scanOf.item(mug), scanOf.place(tote1), scanOf.item(mug)]) {
      anna.scan(scan)
      const before = anna.prompt()
      anna.reload()
      expect(anna.prompt()).toEqual(before)
    }
  })
})

describe('a batch with one tote', () => {
  it('[P38] one tote is bound for all orders; goods of one row are one stop and each line gets its own command', () => {
    const { world, anna } = twoOrders({}, 'one')
    expect(anna.state().at).toBe('bind')
    expect(anna.scan(scanOf.place(tote1)).commands).toMatchObject([
      { type: 'tote.bind', document: documentId('SO-1') },
      { type: 'tote.bind', document: documentId('SO-2') },
    ])
    expect(anna.prompt().lines.map(line => [line.place, line.title, line.wanted])).toEqual([
      ['A-01', 'mug', 5],
      ['A-01', 'bowl', 1],
      ['A-02', 'milk', 1],
    ])
    anna.scan(scanOf.place(a1))
    anna.scan(scanOf.item(mug))
    expect(anna.number(4).commands).toMatchObject([
      { document: documentId('SO-1'), qty: 1 },
      { document: documentId('SO-2'), qty: 2 },
    ])
    rejects(world, anna, () => anna.number(6), 'over')
    expect(anna.number(5)).toMatchObject({ verdict: 'done', commands: [{ document: documentId('SO-2'), qty: 1 }] })
    anna.scan(scanOf.item(bowl))
    anna.scan(scanOf.place(a2))
    expect(anna.scan(scanOf.item(milk, { lot: 'L1' }))).toMatchObject({ finished: true })
    expect(inTote(world)).toMatchObject({ onHand: 5, reserved: 5 })
    expect(kinds(anna)).toEqual([])
    sound(world)
  })
})

describe('totes that are full, and where they are left', () => {
  const stations = { places: [pack1, pack2, stage] }
  it('[P39] FULL binds another tote to the order; goods in hand go into it with the same scan', () => {
    const { world, anna } = twoOrders()
    anna.scan(scanOf.place(a1))
    rejects(world, anna, () => anna.key('XCFUL'), 'no.key')
    anna.scan(scanOf.item(mug))
    anna.scan(scanOf.place(tote1))
    anna.scan(scanOf.item(mug))
    expect(anna.key('XCFUL')).toMatchObject({ state: { at: 'full' }, commands: [] })
    rejects(world, anna, () => anna.scan(scanOf.place(tote1)), 'tote.same')
    expect(anna.key('XCBAK').state).toMatchObject({ at: 'goods', held: [{ qty: 1 }] })
    anna.key('XCFUL')
    expect(anna.scan(scanOf.place(tote3)).commands).toMatchObject([
      { type: 'tote.bind', tote: tote3.id, was: tote1.id },
      { type: 'pick', qty: 1, to: { location: tote3.id } },
    ])
    expect(world.task(taskId('SO-1'))?.tote).toBe(tote3.id)
    expect([inTote(world).onHand, inTote(world, tote3).onHand]).toEqual([1, 1])
  })
  it('[P39] a full tote left at a station is gone from the cart; the next goods need another, its own by a second scan', () => {
    const { world, anna } = twoOrders(stations)
    anna.scan(scanOf.place(a1))
    anna.scan(scanOf.item(mug))
    anna.scan(scanOf.place(tote1))
    anna.key('XCFUL')
    rejects(world, anna, () => anna.scan(scanOf.place(a2)), 'wrong.place')
    expect(anna.scan(scanOf.place(pack1)).commands).toMatchObject([
      { type: 'park', mobile: tote1.id, place: pack1.id, was: null },
    ])
    expect(world.location(tote1.id)?.parent).toBe(pack1.id)
    anna.scan(scanOf.place(a1))
    anna.scan(scanOf.item(mug))
    expect(anna.scan(scanOf.place(tote1))).toMatchObject({ verdict: 'ask', message: { key: 'tote.away' } })
    expect(anna.scan(scanOf.place(tote2)).commands).toMatchObject([{ type: 'tote.bind', tote: tote2.id }, {}])
    const again = twoOrders(stations)
    again.anna.scan(scanOf.place(a1))
    again.anna.scan(scanOf.item(mug))
    again.anna.scan(scanOf.place(tote1))
    again.anna.key('XCFUL')
    again.anna.scan(scanOf.place(pack1))
    again.anna.scan(scanOf.place(a1))
    again.anna.scan(scanOf.item(mug))
    again.anna.scan(scanOf.place(tote1))
    expect(again.anna.scan(scanOf.place(tote1)).commands).toMatchObject([{ type: 'tote.bind' }, { type: 'pick' }])
    expect(again.world.location(tote1.id)?.parent).toBeNull()
  })
  it('[P42] at the end all totes are left at the planned station with one scan, at another by a second scan', () => {
    const end = () => {
      const found = twoOrders({ ...stations, policy: { pick: { qty: 'trust' } } })
      for (const scan of [scanOf.place(a1), scanOf.item(mug), scanOf.place(tote1), scanOf.item(mug)])
        found.anna.scan(scan)
      for (const scan of [scanOf.place(tote2), scanOf.item(bowl), scanOf.place(tote2), scanOf.place(a2)])
        found.anna.scan(scan)
      found.anna.scan(scanOf.item(milk, { lot: 'L1' }))
      const next = found.anna.scan(scanOf.place(tote1))
      return { ...found, next }
    }
    const { world, anna, next } = end()
    expect(next).toMatchObject({ verdict: 'done', finished: false, state: { at: 'unload' } })
    expect(anna.prompt()).toMatchObject({ ask: { kind: 'location' }, hero: { value: 'PACK-1' } })
    rejects(world, anna, () => anna.scan(scanOf.place(a1)), 'wrong.place')
    rejects(world, anna, () => anna.scan(scanOf.item(mug)), 'wrong.kind')
    rejects(world, anna, () => anna.number(1), 'no.key')
    anna.reload()
    expect(anna.scan(scanOf.place(pack1))).toMatchObject({
      finished: true,
      message: { key: 'task.done' },
      commands: [
        { type: 'park', mobile: tote1.id },
        { type: 'park', mobile: tote2.id },
      ],
    })
    expect([tote1, tote2].map(tote => world.location(tote.id)?.parent)).toEqual([pack1.id, pack1.id])
    const other = end()
    expect(other.anna.scan(scanOf.place(stage))).toMatchObject({ verdict: 'ask', commands: [] })
    expect(other.anna.scan(scanOf.place(pack2)).verdict).toBe('ask')
    expect(other.anna.scan(scanOf.place(pack2))).toMatchObject({ finished: true })
    const later = end()
    expect(later.anna.key('XCSKP')).toMatchObject({ finished: true, commands: [] })
  })
  it('[P42] the planned station is the pack station where the fewest totes wait; a closed one is refused', () => {
    const waiting = place('T-09', 'tote', 109, { parent: pack1.id })
    const closed = place('PACK-9', 'pack', 1, { active: false })
    const { world, anna } = walk([{ number: 'SO-1', lines: [wants(mug, 1, [mugs, 1])], task: { tote: tote1.id } }], {
      places: [pack1, pack2, closed, waiting],
    })
    anna.scan(scanOf.place(a1))
    anna.scan(scanOf.item(mug))
    expect(anna.prompt().hero.value).toBe('PACK-2')
    rejects(world, anna, () => anna.scan(scanOf.place(closed)), 'place.closed')
  })
  it('[P42] a station in the middle of the walk takes all totes by a second scan; the walk goes on', () => {
    const { world, anna } = twoOrders({ ...stations, policy: { pick: { qty: 'trust' } } })
    rejects(world, anna, () => anna.scan(scanOf.place(pack1)), 'wrong.place')
    for (const scan of [scanOf.place(a1), scanOf.item(mug), scanOf.place(tote1)]) anna.scan(scan)
    anna.key('XCSKP')
    anna.scan(scanOf.place(a1))
    anna.key('XCSKP')
    expect(anna.state().at).toBe('place')
    expect(anna.scan(scanOf.place(pack1))).toMatchObject({ verdict: 'ask', message: { key: 'ask.unload' } })
    expect(anna.scan(scanOf.place(pack1))).toMatchObject({ finished: false, commands: [{ type: 'park' }] })
    expect(world.location(tote1.id)?.parent).toBe(pack1.id)
  })
})

describe('an order that leaves the walk', () => {
  it('[P51] cancelled meanwhile: the picker is told, the walk goes on with the others, its goods wait to be put back', () => {
    const { world, anna } = twoOrders({ policy: { pick: { qty: 'trust' } } })
    anna.scan(scanOf.place(a1))
    anna.scan(scanOf.item(mug))
    const order = world.document(documentId('SO-1'))!
    world.apply({
      ...NOTHING,
      documents: [{ ...order, state: 'cancelled' }],
      lines: world.linesOf(order.id).map(line => ({ ...line, state: 'cancelled', claims: [] })),
    })
    expect(anna.scan(scanOf.place(tote1))).toMatchObject({
      verdict: 'warn',
      message: { key: 'order.left', values: { no: 'SO-1' } },
      commands: [],
      finished: false,
    })
    expect(anna.prompt()).toMatchObject({ title: { code: 'SO-2' } })
    anna.scan(scanOf.place(a1))
    anna.scan(scanOf.item(mug))
    expect(anna.prompt().ask.message.values).toEqual({ mark: '2 ●' })
    expect(anna.scan(scanOf.place(tote2)).verdict).toBe('done')
  })
  it('[P51] taken over by another handheld: of a cluster the rest goes on, a single order sends the picker home', () => {
    const taken = (world: World, number: string) => {
      const task = world.task(taskId(number))!
      const lease = { device: otherDevice, worker: worker.id }
      world.apply({ ...NOTHING, tasks: [{ ...task, state: 'started', lease }] })
    }
    const { world, anna } = twoOrders()
    taken(world, 'SO-1')
    expect(anna.scan(scanOf.place(a1))).toMatchObject({ verdict: 'warn', message: { key: 'pick.taken' } })
    expect(anna.prompt().lines.map(line => line.wanted)).toEqual([3, 1])
    taken(world, 'SO-2')
    expect(anna.scan(scanOf.place(a1))).toMatchObject({ verdict: 'wrong', finished: true })
  })
})
