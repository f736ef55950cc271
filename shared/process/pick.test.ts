import { describe, expect, it } from 'vitest'
import { NOTHING } from '../ledger/effects.ts'
import { keyOf } from '../ledger/stock.ts'
import type { World } from '../ledger/world.ts'
import type { Resolved } from '../scan/scan.ts'
import {
  NO_STATIONS,
  a1,
  a2,
  a3,
  allRows,
  bowl,
  demoSeed,
  demoWorld,
  documentId,
  drill,
  lineId,
  lotOf,
  milk,
  mug,
  orderOf,
  otherDevice,
  receiptOf,
  row,
  scanOf,
  scanned,
  taskId,
  theirMug,
  tote1,
  tote2,
  unbalanced,
  wants,
  worker,
  workerAt,
  wrongReserved,
} from '../../test/support/world.ts'
import type { WorldSeed } from '../../test/support/world.ts'
import type { Next } from './process.ts'
import { pick } from './pick.ts'

const bound = { tote: tote1.id }
const mugs = row(mug, a1, 30)
const l1 = row(milk, a2, 10, { lot: 'L1' })
const l2 = row(milk, a2, 10, { lot: 'L2' })
const serials = ['S1', 'S2', 'S3'].map(serial => row(drill, a3, 1, { serial }))
const s1 = serials[0] ?? mugs

/** Anna at one order whose tote is bound. */
const at = (lines: Parameters<typeof orderOf>[1], over: Partial<WorldSeed> = {}) => {
  const documents = [...(over.documents ?? []), orderOf('SO-7', lines, bound)]
  const world = demoWorld({ places: NO_STATIONS, ...over, documents })
  return { world, anna: workerAt(pick, world, { task: taskId('SO-7') }) }
}
type Anna = ReturnType<typeof at>['anna']

const rejects = (world: World, anna: Anna, act: () => Next, key: string, verdict = 'wrong'): Next => {
  const before = JSON.stringify([anna.state(), allRows(world), anna.judged.length])
  const next = act()
  expect([next.verdict, next.message.key]).toEqual([verdict, key])
  expect(next.commands).toEqual([])
  expect(JSON.stringify([anna.state(), allRows(world), anna.judged.length])).toBe(before)
  return next
}
const inTote = (world: World, like = mugs) => world.stock(keyOf({ ...like, location: tote1.id }))
const kinds = (anna: Anna) => anna.judged.flatMap(j => j.effects.exceptions.map(e => e.kind))
const bad: Resolved = { ...scanned('x'), problem: 'contradiction' }

describe('the start', () => {
  const idle = (over: Partial<WorldSeed> = {}) => {
    const world = demoWorld(over)
    return { world, anna: workerAt(pick, world, { nothing: true }) }
  }
  it('[P1] an order, its task or its tote opens the work; it asks for the tote when none is bound', () => {
    expect(idle().anna.prompt()).toMatchObject({ ask: { kind: 'task' }, hero: { kind: 'none' } })
    expect(idle().anna.scan(scanOf.document('SO-1'))).toMatchObject({ verdict: 'ok', state: { at: 'bind' } })
    expect(idle().anna.scan(scanOf.task('SO-1')).state.at).toBe('bind')
    const { anna } = idle({ documents: [orderOf('SO-7', [wants(mug, 1, [mugs, 1])], bound)] })
    expect(anna.scan(scanOf.place(tote1)).state).toMatchObject({ at: 'place', key: `pick/${taskId('SO-7')}` })
  })
  it('[P1] work that is over, cancelled or none at all is not opened', () => {
    const documents = [
      orderOf('SO-3', [wants(mug, 1)]),
      orderOf('SO-4', [wants(mug, 1, [mugs, 1])], { state: 'done' }),
      orderOf('SO-5', [wants(mug, 1, [mugs, 1])], {}, { state: 'cancelled' }),
      receiptOf('PO-1', [wants(mug, 1)]),
    ]
    const { world, anna } = idle({ documents })
    rejects(world, anna, () => anna.scan(scanOf.document('SO-3')), 'pick.waits')
    rejects(world, anna, () => anna.scan(scanOf.document('SO-4')), 'pick.none')
    rejects(world, anna, () => anna.scan(scanOf.document('SO-5')), 'cancelled')
    rejects(world, anna, () => anna.scan(scanOf.document('PO-1')), 'pick.none', 'unknown')
    rejects(world, anna, () => anna.scan(scanned('??')), 'unknown', 'unknown')
    rejects(world, anna, () => anna.scan(scanOf.item(mug)), 'wrong.kind')
    rejects(world, anna, () => anna.number(1), 'no.key')
    rejects(world, anna, () => anna.type('SO-1'), 'no.key')
    rejects(world, anna, () => anna.key('XCSHT'), 'no.key')
    rejects(world, anna, () => anna.scan(bad), 'label.contradicts', 'unknown')
    expect(workerAt(pick, world, { task: taskId('SO-4') }).first.verdict).toBe('wrong')
  })
  it('[P2] the tote is bound once at the start; another order never shares it', () => {
    const other = orderOf('SO-7', [wants(mug, 1, [mugs, 1])], bound)
    const world = demoWorld({ documents: [...demoSeed().documents, other] })
    const anna = workerAt(pick, world, { task: taskId('SO-1') })
    rejects(world, anna, () => anna.scan(scanOf.place(tote1)), 'tote.other')
    rejects(world, anna, () => anna.scan(scanOf.place(a1)), 'wrong.kind')
    rejects(world, anna, () => anna.scan(scanned('T-77')), 'tote.unknown', 'unknown')
    const next = anna.scan(scanOf.place(tote2))
    expect(next).toMatchObject({ verdict: 'ok', message: { key: 'tote.bound' }, state: { at: 'place' } })
    expect(next.commands).toMatchObject([{ type: 'tote.bind', tote: tote2.id, label: 'T-02' }])
    expect(world.task(taskId('SO-1'))).toMatchObject({ tote: tote2.id, state: 'started' })
  })
  it('[P2] a tote with goods of a finished order is taken; an emptied one is free again', () => {
    const done = orderOf('SO-0', [{ ...wants(mug, 1), done: 1, state: 'done' }], { ...bound, state: 'done' })
    const full = demoWorld({
      documents: [...demoSeed().documents, done],
      stock: [...demoSeed().stock, row(mug, tote1, 1)],
    })
    const anna = workerAt(pick, full, { task: taskId('SO-1') })
    rejects(full, anna, () => anna.scan(scanOf.place(tote1)), 'tote.other')
    const empty = demoWorld({ documents: [...demoSeed().documents, done] })
    expect(workerAt(pick, empty, { task: taskId('SO-1') }).scan(scanOf.place(tote1)).verdict).toBe('ok')
  })
  it('[P3] a new tote is made by a second scan where the policy allows it, under one name on all handhelds', () => {
    const world = demoWorld({ policy: { pick: { newTotes: true } } })
    const anna = workerAt(pick, world, { task: taskId('SO-1') })
    expect(anna.scan(scanned('T-77')).message).toMatchObject({ key: 'ask.newTote', values: { tote: 'T-77' } })
    expect(anna.scan(scanned('T-77'), 100).verdict).toBe('ask')
    rejects(world, anna, () => anna.scan(scanned('x\u001dy')), 'tote.unknown', 'unknown')
    expect(anna.scan(scanned('T-77')).commands).toMatchObject([{ tote: null, label: 'T-77' }])
    const tote = world.task(taskId('SO-1'))?.tote
    expect(tote && world.location(tote)).toMatchObject({ kind: 'tote', code: 'T-77', active: true })
    const second = demoWorld({
      policy: { pick: { newTotes: true } },
      documents: [orderOf('SO-1', [wants(mug, 3, [mugs, 3])], { lease: { device: otherDevice, worker: worker.id } })],
    })
    const berk = workerAt(pick, second, { task: taskId('SO-1') }, otherDevice)
    berk.scan(scanned('T-77'))
    berk.scan(scanned('T-77'))
    expect(second.task(taskId('SO-1'))?.tote).toBe(tote)
  })
})

describe('the walk', () => {
  it('[P4] lines come by pick sequence of their places; each place is scanned before its goods', () => {
    const { world, anna } = at([wants(drill, 1, [s1, 1]), wants(milk, 1, [l1, 1]), wants(mug, 1, [mugs, 1])])
    expect(anna.prompt().lines.map(line => line.place)).toEqual(['A-01', 'A-02', 'A-03'])
    expect(anna.prompt()).toMatchObject({
      hero: { value: 'A-01' },
      progress: { done: 0, all: 3 },
      ask: { kind: 'location' },
    })
    rejects(world, anna, () => anna.scan(scanOf.place(a2)), 'wrong.place')
    rejects(world, anna, () => anna.scan(scanOf.item(mug)), 'first.place')
    rejects(world, anna, () => anna.scan(scanOf.place(tote1)), 'wrong.kind')
    rejects(world, anna, () => anna.scan(scanned('??')), 'unknown', 'unknown')
    rejects(world, anna, () => anna.number(1), 'first.item')
    expect(anna.scan(scanOf.place(a1))).toMatchObject({ verdict: 'ok', message: { key: 'place.ok' } })
    expect(anna.scan(scanOf.place(a1)).message.key).toBe('place.ok')
    expect(anna.scan(scanOf.item(mug))).toMatchObject({
      verdict: 'done',
      message: { key: 'line.done' },
      state: { at: 'place' },
    })
    expect(anna.prompt().hero.value).toBe('A-02')
  })
  it('[P5] goods before the place count only where the policy allows it and they lie nowhere else', () => {
    const policy = { pick: { impliedPlace: true } }
    const only = at([wants(mug, 1, [mugs, 1])], { policy })
    expect(only.anna.scan(scanOf.item(mug))).toMatchObject({ verdict: 'done', finished: true })
    const two = at([wants(mug, 1, [mugs, 1])], { policy, stock: [mugs, row(mug, a2, 1)] })
    rejects(two.world, two.anna, () => two.anna.scan(scanOf.item(mug)), 'first.place')
    // A wrong item at that moment does not count as having been at the place.
    const wrong = at([wants(mug, 1, [mugs, 1])], { policy, stock: [mugs] })
    rejects(wrong.world, wrong.anna, () => wrong.anna.scan(scanOf.item(bowl)), 'wrong.item')
  })
  it('[P6] SKIP puts the line to the end without a command; skipped lines come in the order of skipping', () => {
    const { anna } = at([wants(mug, 1, [mugs, 1]), wants(milk, 1, [l1, 1]), wants(drill, 1, [s1, 1])])
    const places = () => anna.prompt().lines.map(line => line.place)
    expect(anna.key('XCSKP')).toMatchObject({ message: { key: 'skipped' }, commands: [] })
    expect(places()).toEqual(['A-02', 'A-03', 'A-01'])
    anna.key('XCSKP')
    anna.key('XCSKP')
    expect(places()).toEqual(['A-01', 'A-02', 'A-03'])
    anna.key('XCSKP')
    expect(places()).toEqual(['A-02', 'A-03', 'A-01'])
  })
  it('[P7] when the walk changes under the picker, the new place must be scanned first', () => {
    const { world, anna } = at([wants(mug, 2, [mugs, 2])])
    anna.scan(scanOf.place(a1))
    const line = world.line(lineId('SO-7', 1))
    const moved = { ...line!, claims: line!.claims.map(claim => ({ ...claim, location: a2.id })) }
    world.apply({ ...NOTHING, lines: [moved] })
    expect(anna.prompt()).toMatchObject({ hero: { value: 'A-02' }, ask: { kind: 'location' } })
    rejects(world, anna, () => anna.scan(scanOf.item(mug)), 'first.place')
  })
  it('[PH32] the thumbnail of the item to be taken is named', () => {
    const { anna } = at([wants(mug, 1, [mugs, 1])])
    expect(anna.prompt()).toMatchObject({ ask: { kind: 'location' }, picture: mug.picture })
    expect(workerAt(pick, demoWorld(), { nothing: true }).prompt().picture).toBeNull()
  })
  it('[P8] the last line ends the task by itself; a cancelled order sends the picker home', () => {
    const { world, anna } = at([wants(mug, 1, [mugs, 1])])
    anna.scan(scanOf.place(a1))
    expect(anna.scan(scanOf.item(mug))).toMatchObject({
      verdict: 'done',
      message: { key: 'task.done' },
      finished: true,
    })
    expect(world.task(taskId('SO-7'))).toMatchObject({ state: 'done', lease: null })
    const gone = at([wants(mug, 1, [mugs, 1])])
    const order = gone.world.document(documentId('SO-7'))
    gone.world.apply({ ...NOTHING, documents: [{ ...order!, state: 'cancelled' }] })
    expect(gone.anna.scan(scanOf.place(a1))).toMatchObject({
      message: { key: 'cancelled' },
      finished: true,
      commands: [],
    })
  })
})

describe('an order of which only a part is reserved', () => {
  const claimOn = (world: World, n: number) => {
    const line = world.line(lineId('SO-7', 1))!
    const claim = { location: a1.id, lpn: mugs.lpn, status: 'available' as const, lot: '', serial: '', qty: n }
    world.apply({ ...NOTHING, lines: [{ ...line, claims: [...line.claims, claim] }] })
  }
  it('[P33] sends the picker home when the rest waits for stock; its task stays open with its tote', () => {
    const { world, anna } = at([wants(mug, 5, [mugs, 2])])
    anna.scan(scanOf.place(a1))
    anna.scan(scanOf.item(mug))
    const last = anna.scan(scanOf.item(mug))
    expect(last).toMatchObject({
      verdict: 'warn',
      message: { key: 'pick.waits', values: { no: 'SO-7' } },
      finished: true,
    })
    expect(world.line(lineId('SO-7', 1))).toMatchObject({ state: 'open', done: 2, wanted: 5 })
    expect(world.task(taskId('SO-7'))).toMatchObject({ state: 'started', tote: tote1.id })
    const again = workerAt(pick, world, { task: taskId('SO-7') })
    expect(again.first).toMatchObject({ verdict: 'wrong', message: { key: 'pick.waits' }, commands: [] })
    expect(anna.scan(scanOf.place(a1))).toMatchObject({ message: { key: 'pick.waits' }, finished: true, commands: [] })
  })
  it('[P33] goes on at its tote when stock has been reserved, and ends when all is picked', () => {
    const { world, anna } = at([wants(mug, 5, [mugs, 2])], { policy: { pick: { qty: 'trust' } } })
    anna.scan(scanOf.place(a1))
    anna.scan(scanOf.item(mug))
    claimOn(world, 3)
    const berk = workerAt(pick, world, { task: taskId('SO-7') })
    expect(berk.prompt()).toMatchObject({ hero: { value: 'A-01' }, ask: { kind: 'location' } })
    berk.scan(scanOf.place(a1))
    expect(berk.scan(scanOf.item(mug))).toMatchObject({
      verdict: 'done',
      message: { key: 'task.done' },
      finished: true,
    })
    expect(world.task(taskId('SO-7'))).toMatchObject({ state: 'done', lease: null })
    expect(inTote(world)).toMatchObject({ onHand: 5, reserved: 5 })
  })
})

describe('the goods', () => {
  const atMugs = (n: number, over: Partial<WorldSeed> = {}) => {
    const found = at([wants(mug, n, [mugs, n])], over)
    found.anna.scan(scanOf.place(a1))
    return found
  }
  it('[P9] goods go from the shelf to the tote at once and stay reserved for the order', () => {
    const { world, anna } = atMugs(3)
    const next = anna.scan(scanOf.item(mug))
    expect(next).toMatchObject({ verdict: 'ok', message: { key: 'got', values: { have: 1, wanted: 3 } } })
    expect(world.stock(keyOf(mugs))).toMatchObject({ onHand: 29, reserved: 2 })
    expect(inTote(world)).toMatchObject({ onHand: 1, reserved: 1 })
    expect(world.document(documentId('SO-7'))?.state).toBe('started')
    expect(unbalanced(allRows(world))).toEqual([])
    expect(wrongReserved(world)).toEqual([])
    expect(anna.judged.map(j => j.outcome)).toEqual(['applied'])
  })
  it('[P10] the wrong item, one of another client, a code of two packagings and too many are refused', () => {
    const { world, anna } = atMugs(3)
    rejects(world, anna, () => anna.scan(scanOf.item(bowl)), 'wrong.item')
    rejects(world, anna, () => anna.scan(scanOf.item(theirMug)), 'other.client')
    rejects(world, anna, () => anna.scan(scanOf.pack(mug, 'case', 12)), 'over')
    rejects(world, anna, () => anna.scan(scanOf.item(mug, { count: 4 })), 'over')
    rejects(world, anna, () => anna.scan(scanOf.item(mug, { count: 0 })), 'qty.bad')
    rejects(world, anna, () => anna.scan(scanOf.place(a2)), 'wrong.kind')
    rejects(world, anna, () => anna.choose(1), 'no.key')
    rejects(world, anna, () => anna.type('x'), 'unknown', 'unknown')
    const each = scanOf.item(mug)
    const both = { ...each, readings: [...each.readings, ...scanOf.pack(mug, 'case', 12).readings] }
    rejects(world, anna, () => anna.scan(both), 'many', 'unknown')
    const shared = { ...each, readings: [...scanOf.item(theirMug).readings, ...each.readings] }
    expect(anna.scan(shared).commands[0]).toMatchObject({ item: mug.id, client: mug.client })
  })
  it('[P11] each: every scan is a unit or a pack, a number sets the total', () => {
    const { world, anna } = atMugs(14)
    rejects(world, anna, () => anna.number(2), 'first.item')
    expect(anna.scan(scanOf.pack(mug, 'case', 12)).commands[0]).toMatchObject({ qty: 12, entered: { n: 1 } })
    rejects(world, anna, () => anna.number(15), 'over')
    rejects(world, anna, () => anna.number(11), 'qty.less')
    rejects(world, anna, () => anna.number(12.5), 'qty.bad')
    expect(anna.number(12).commands).toEqual([])
    expect(anna.number(13).commands[0]).toMatchObject({ qty: 1 })
    expect(anna.number(14)).toMatchObject({ finished: true })
    expect(inTote(world).onHand).toBe(14)
  })
  it('[P11] trust: one scan takes all that is asked', () => {
    const { world } = (() => {
      const found = atMugs(14, { policy: { pick: { qty: 'trust' } } })
      expect(found.anna.scan(scanOf.item(mug))).toMatchObject({ finished: true })
      return found
    })()
    expect(inTote(world).onHand).toBe(14)
  })
  it('[P11] key: the scan asks how many, also after a battery change; 0 is 0; less leaves the rest due', () => {
    const { world, anna } = atMugs(14, { policy: { pick: { qty: 'key' } } })
    expect(anna.scan(scanOf.item(mug))).toMatchObject({ message: { key: 'how.many' }, commands: [] })
    anna.reload()
    expect(anna.prompt().ask.kind).toBe('quantity')
    rejects(world, anna, () => anna.number(15), 'over')
    expect(anna.number(0)).toMatchObject({ message: { key: 'got.number' }, commands: [] })
    expect(anna.prompt().ask.kind).toBe('item')
    anna.scan(scanOf.item(mug))
    expect(anna.number(5).commands[0]).toMatchObject({ qty: 5 })
    anna.scan(scanOf.item(mug))
    expect(anna.number(14)).toMatchObject({ finished: true })
    expect(inTote(world).onHand).toBe(14)
  })
  it('[P60] a line shows what was taken of what is wanted; one of two places tells it where the next goods lie', () => {
    const [near, far] = [row(bowl, a2, 20), row(bowl, a3, 20)]
    const { anna } = at([wants(mug, 2, [mugs, 2]), wants(bowl, 10, [near, 6], [far, 4])], { stock: [mugs, near, far] })
    const lines = () => anna.prompt().lines.map(({ done, wanted }) => `${done}/${wanted}`)
    expect(lines()).toEqual(['0/2', '0/6', '0/4'])
    anna.scan(scanOf.place(a1))
    anna.scan(scanOf.item(mug))
    expect(lines()).toEqual(['1/2', '0/6', '0/4'])
    anna.scan(scanOf.item(mug))
    anna.scan(scanOf.place(a2))
    anna.scan(scanOf.item(bowl))
    expect(lines()).toEqual(['1/6', '0/4'])
    anna.number(6)
    expect(lines()).toEqual(['6/10'])
  })
  it('[P12] two lines of one place need one scan of it', () => {
    const bowls = row(bowl, a1, 5)
    const { anna } = at([wants(mug, 1, [mugs, 1]), wants(bowl, 1, [bowls, 1])], { stock: [mugs, bowls] })
    anna.scan(scanOf.place(a1))
    expect(anna.scan(scanOf.item(mug)).state.at).toBe('goods')
    expect(anna.scan(scanOf.item(bowl))).toMatchObject({ finished: true })
  })
})

describe('lots and serials', () => {
  const atMilk = (over: Partial<WorldSeed> = {}, n = 3) => {
    const found = at([wants(milk, n, [l1, n])], over)
    found.anna.scan(scanOf.place(a2))
    return found
  }
  it('[P13] a lot is asked for once per line and proven; the label may say it', () => {
    const { world, anna } = atMilk()
    expect(anna.scan(scanOf.item(milk))).toMatchObject({ message: { key: 'scan.lot' }, state: { at: 'lot' } })
    rejects(world, anna, () => anna.scan(scanOf.item(milk)), 'wrong.kind')
    rejects(world, anna, () => anna.scan(scanned('NONE')), 'lot.gone')
    rejects(world, anna, () => anna.scan(scanOf.item(bowl, { lot: 'L1' })), 'wrong.item')
    rejects(world, anna, () => anna.number(2), 'first.item')
    expect(anna.key('XCBAK').state).toMatchObject({ at: 'goods', hand: null })
    anna.scan(scanOf.item(milk))
    expect(anna.type('L1').commands[0]).toMatchObject({ lot: 'L1', qty: 1 })
    expect(anna.scan(scanOf.item(milk)).commands[0]).toMatchObject({ lot: 'L1' })
    expect(anna.scan(scanOf.item(milk, { lot: 'L1' }))).toMatchObject({ finished: true })
  })
  it('[P14] a free later lot at the place is taken after a second scan and is an exception (warn)', () => {
    const { world, anna } = atMilk()
    expect(anna.scan(scanOf.item(milk, { lot: 'L2' })).message.key).toBe('ask.fefo')
    expect(anna.scan(scanOf.item(milk, { lot: 'L2' })).commands[0]).toMatchObject({
      lot: 'L2',
      from: { location: a2.id },
    })
    expect(kinds(anna)).toEqual(['fefo_broken'])
    expect(world.stock(keyOf(l1))).toMatchObject({ onHand: 10, reserved: 2 })
    expect(world.stock(keyOf(l2))).toMatchObject({ onHand: 9, reserved: 0 })
    expect(inTote(world, l2)).toMatchObject({ onHand: 1, reserved: 1 })
    // The number goes on with the lot that was scanned.
    expect(anna.number(3).commands[0]).toMatchObject({ lot: 'L2', qty: 2 })
  })
  it('[P14] none takes any lot of the place, force takes none but the reserved one', () => {
    const none = atMilk({ policy: { pick: { fefo: 'none' } } })
    expect(none.anna.scan(scanOf.item(milk, { lot: 'L2' })).verdict).toBe('ok')
    expect(kinds(none.anna)).toEqual([])
    const force = atMilk({ policy: { pick: { fefo: 'force' } } })
    rejects(force.world, force.anna, () => force.anna.scan(scanOf.item(milk, { lot: 'L2' })), 'wrong.lot')
  })
  it('[P15] a lot on hold, expired, held by a variance, picked up or elsewhere is refused in every mode', () => {
    const over = (lots: WorldSeed['lots'], stock: WorldSeed['stock'] = [l1, l2]) =>
      atMilk({ policy: { pick: { fefo: 'none' } }, lots, stock })
    const l1Lot = lotOf(milk, 'L1', '2026-12-31')
    const take = (found: ReturnType<typeof atMilk>, key: string, lot = 'L2') =>
      rejects(found.world, found.anna, () => found.anna.scan(scanOf.item(milk, { lot })), key)
    take(over([l1Lot, lotOf(milk, 'L2', '2027-01-01', { blocked: true })]), 'pick.notAvailable')
    take(over([l1Lot, lotOf(milk, 'L2', '2026-11-22')]), 'pick.notAvailable')
    take(over([lotOf(milk, 'L1', '2026-12-31', { blocked: true })]), 'pick.notAvailable', 'L1')
    take(over([l1Lot], [l1, { ...l2, held: 10 }]), 'pick.notAvailable')
    take(over([l1Lot], [l1, row(milk, tote2, 3, { lot: 'L2' })]), 'lot.gone')
    take(over([l1Lot], [l1, row(milk, a3, 3, { lot: 'L2' })]), 'lot.elsewhere')
  })
  it('[P16] a lot that another unpicked line has reserved: the two reservations swap', () => {
    const other = orderOf('SO-8', [wants(milk, 10, [l2, 10])])
    const { world, anna } = atMilk({ documents: [other], policy: { pick: { fefo: 'none' } } })
    anna.scan(scanOf.item(milk, { lot: 'L2', count: 2 }))
    const claims = world.line(lineId('SO-8', 1))?.claims.map(claim => [claim.lot, claim.qty])
    expect(claims).toEqual([
      ['L2', 8],
      ['L1', 2],
    ])
    expect(world.stock(keyOf(l1))).toMatchObject({ onHand: 10, reserved: 3 })
    expect(world.stock(keyOf(l2))).toMatchObject({ onHand: 8, reserved: 8 })
    expect(kinds(anna)).toEqual([])
    expect(wrongReserved(world)).toEqual([])
  })
  it('[P16] of several lines that had reserved the lot only as many give way as must', () => {
    const others = [orderOf('SO-8', [wants(milk, 5, [l2, 5])]), orderOf('SO-9', [wants(milk, 4, [l2, 4])])]
    const { world, anna } = atMilk({ documents: others, policy: { pick: { fefo: 'none' } } })
    anna.scan(scanOf.item(milk, { lot: 'L2', count: 2 }))
    // One of the ten was free, so one unit of one line moves to the other lot.
    expect(world.stock(keyOf(l2))).toMatchObject({ onHand: 8, reserved: 8 })
    expect(world.stock(keyOf(l1))).toMatchObject({ onHand: 10, reserved: 2 })
  })
  it('[P16] of another lot no more is taken than lies there', () => {
    const { world, anna } = atMilk({ stock: [l1, { ...l2, onHand: 1 }], policy: { pick: { fefo: 'none' } } })
    rejects(world, anna, () => anna.scan(scanOf.item(milk, { lot: 'L2', count: 2 })), 'qty.max')
    const trust = atMilk({ stock: [l1, { ...l2, onHand: 1 }], policy: { pick: { fefo: 'none', qty: 'trust' } } })
    expect(trust.anna.scan(scanOf.item(milk, { lot: 'L2' })).commands[0]).toMatchObject({ qty: 1 })
  })
  it('[P17] a serial is proven one by one; another one of the place swaps, a stranger is refused', () => {
    const two = serials.slice(0, 2).map(serial => [serial, 1] as const)
    const { world, anna } = at([wants(drill, 2, ...two)])
    anna.scan(scanOf.place(a3))
    expect(anna.scan(scanOf.item(drill)).state.at).toBe('serial')
    rejects(world, anna, () => anna.scan(scanned('S9')), 'wrong.serial')
    expect(anna.scan(scanned('S3')).commands[0]).toMatchObject({ serial: 'S3', qty: 1 })
    rejects(world, anna, () => anna.scan(scanOf.item(drill, { serial: 'S3' })), 'dup', 'dup')
    expect(anna.scan(scanOf.item(drill, { serial: 'S2' }))).toMatchObject({ finished: true })
    expect(wrongReserved(world)).toEqual([])
    expect(kinds(anna)).toEqual([])
    expect(
      allRows(world)
        .filter(r => r.location === tote1.id)
        .map(r => [r.serial, r.reserved]),
    ).toEqual([
      ['S3', 1],
      ['S2', 1],
    ])
  })
})

describe('short', () => {
  const short = (anna: Anna, n: number) => {
    anna.key('XCSHT')
    return anna.number(n)
  }
  it('[P18] SHORT asks how many, then why; what is there is picked first, the rest of the row is held', () => {
    const { world, anna } = at([wants(mug, 5, [mugs, 5]), wants(milk, 1, [l1, 1])])
    anna.scan(scanOf.place(a1))
    expect(anna.key('XCSHT')).toMatchObject({ message: { key: 'how.many' }, commands: [], state: { at: 'shortQty' } })
    rejects(world, anna, () => anna.number(5), 'qty.max')
    rejects(world, anna, () => anna.number(1.5), 'qty.bad')
    rejects(world, anna, () => anna.scan(scanOf.item(mug)), 'wrong.kind')
    expect(anna.number(2).state).toMatchObject({ at: 'reason', short: { taken: 2 } })
    expect(anna.prompt().choices).toHaveLength(5)
    rejects(world, anna, () => anna.choose(6), 'no.key')
    rejects(world, anna, () => anna.number(1), 'first.item')
    const next = anna.choose(1)
    expect(next).toMatchObject({
      verdict: 'warn',
      message: { key: 'short.done' },
      finished: false,
      state: { at: 'place' },
    })
    expect(next.commands).toMatchObject([
      { type: 'pick', qty: 2 },
      { type: 'short', reason: 'NOT_FOUND' },
    ])
    expect(world.line(lineId('SO-7', 1))).toMatchObject({ done: 2, state: 'open', reason: 'NOT_FOUND' })
    expect(world.stock(keyOf(mugs))).toMatchObject({ onHand: 28, reserved: 0, held: 28 })
    expect(kinds(anna)).toEqual(['short_pick'])
    expect(anna.prompt().hero.value).toBe('A-02')
    anna.scan(scanOf.place(a2))
    anna.scan(scanOf.item(milk, { lot: 'L1' }))
    expect(world.line(lineId('SO-7', 1))).toMatchObject({ done: 2, state: 'short', reason: 'NOT_FOUND' })
    expect(world.task(taskId('SO-7'))?.state).toBe('done')
  })
  it('[P18] EMPTY is nothing at all; the last line short ends the task', () => {
    const { world, anna } = at([wants(mug, 5, [mugs, 5])])
    expect(anna.key('XCMPT').state).toMatchObject({ at: 'reason', short: { taken: 0 } })
    expect(anna.key('XCBAK').state).toMatchObject({ at: 'place', short: null })
    short(anna, 0)
    expect(anna.choose(2)).toMatchObject({ commands: [{ type: 'short', reason: 'EMPTY' }], finished: true })
    expect(world.task(taskId('SO-7'))).toMatchObject({ state: 'done' })
    expect(world.stock(keyOf(mugs))).toMatchObject({ onHand: 30, reserved: 0, held: 30 })
  })
  it('[P19] what other orders have reserved on the row is neither released nor held; other lots are not touched', () => {
    const other = orderOf('SO-8', [wants(milk, 4, [l1, 4])])
    const { world, anna } = at([wants(milk, 3, [l1, 3])], {
      documents: [other],
      policy: { pick: { reallocation: 'none' } },
    })
    short(anna, 0)
    anna.choose(1)
    expect(world.stock(keyOf(l1))).toMatchObject({ onHand: 10, reserved: 4, held: 6 })
    expect(world.stock(keyOf(l2))).toMatchObject({ onHand: 10, reserved: 0, held: 0 })
  })
  it('[P19] all lines of the order let go of the row, picked ones stay as they are', () => {
    const lines = [wants(mug, 5, [mugs, 5]), wants(mug, 2, [mugs, 2]), wants(mug, 1, [row(mug, a2, 9), 1])]
    const { world, anna } = at(lines, { stock: [mugs, row(mug, a2, 9)] })
    short(anna, 1)
    expect(anna.choose(1).finished).toBe(false)
    const states = world.linesOf(documentId('SO-7')).map(line => [line.state, line.done])
    expect(states).toEqual([
      ['open', 1],
      ['open', 0],
      ['open', 0],
    ])
    expect(inTote(world)).toMatchObject({ onHand: 1, reserved: 1 })
    expect(world.stock(keyOf(mugs))).toMatchObject({ reserved: 0, held: 29 })
  })
  it('[P20] the newest observation of a row replaces the hold of the one before', () => {
    const lease = { device: otherDevice, worker: worker.id }
    const other = orderOf('SO-8', [wants(mug, 4, [mugs, 4])], { tote: tote2.id, lease })
    const { world, anna } = at([wants(mug, 3, [mugs, 3])], { documents: [other] })
    short(anna, 0)
    anna.choose(1)
    expect(world.stock(keyOf(mugs)).held).toBe(26)
    const berk = workerAt(pick, world, { task: taskId('SO-8') }, otherDevice)
    berk.key('XCMPT')
    berk.choose(1)
    expect(world.stock(keyOf(mugs))).toMatchObject({ reserved: 0, held: 30 })
    const [first, second] = [anna, berk].map(who => who.judged.at(-1)?.effects)
    expect(second?.holds[0]?.owner).toBe(first?.holds[0]?.owner)
    expect(second?.exceptions[0]?.subject).toBe(first?.exceptions[0]?.subject)
  })
  it('[P21] NO drops an open question; where none is open it does nothing', () => {
    const { world, anna } = at([wants(milk, 3, [l1, 3])])
    rejects(world, anna, () => anna.key('XCNAY'), 'no.key')
    rejects(world, anna, () => anna.key('XCBAK'), 'no.key')
    anna.scan(scanOf.place(a2))
    anna.scan(scanOf.item(milk, { lot: 'L2' }))
    expect(anna.key('XCNAY').state.confirm).toBeNull()
  })
  it('[P22] every state is plain text: written down and read back it asks the same', () => {
    const { anna } = at([wants(milk, 3, [l1, 3]), wants(drill, 1, [s1, 1])])
    const steps = [
      () => anna.scan(scanOf.place(a2)),
      () => anna.scan(scanOf.item(milk)),
      () => anna.scan(scanned('L2')),
      () => anna.scan(scanned('L2')),
      () => anna.key('XCSHT'),
      () => anna.number(0),
      () => anna.choose(1),
      () => anna.scan(scanOf.place(a3)),
      () => anna.scan(scanOf.item(drill)),
    ]
    for (const act of steps) {
      act()
      const before = anna.prompt()
      expect(JSON.parse(JSON.stringify(anna.state()))).toEqual(anna.state())
      anna.reload()
      expect(anna.prompt()).toEqual(before)
    }
  })
})
