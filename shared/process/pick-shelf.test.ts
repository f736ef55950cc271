import { describe, expect, it } from 'vitest'
import { derivedId, NO_LPN } from '../ids.ts'
import type { LpnId } from '../ids.ts'
import { NOTHING } from '../ledger/effects.ts'
import { keyOf } from '../ledger/stock.ts'
import type { StockRow } from '../ledger/stock.ts'
import { looseAt } from '../ledger/world.ts'
import type { World } from '../ledger/world.ts'
import { makeLabel } from '../scan/own-label.ts'
import type { Act } from '../sync/act.ts'
import type { Draft } from '../sync/command.ts'
import {
  NO_STATIONS,
  a1,
  a2,
  a3,
  allRows,
  booker,
  bowl,
  demoWorld,
  device,
  documentId,
  drill,
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
  taskId,
  theirMug,
  tote1,
  tote2,
  two,
  unbalanced,
  vial,
  wants,
  warehouse,
  worker,
  workerAt,
  wrongReserved,
} from '../../test/support/world.ts'
import type { LineSeed, WorldSeed } from '../../test/support/world.ts'
import { lpnId } from './lpn.ts'
import { pick } from './pick.ts'
import type { Next } from './process.ts'

const PALLET = { one: makeLabel('XP', '0001'), two: makeLabel('XP', '0002'), three: makeLabel('XP', '0003') }
const lpn = (label: string): LpnId => lpnId(warehouse, label)
const pallet = (label: string) => scanned(label, [{ kind: 'lpn', lpn: lpn(label), client: one.id }])
const mugs = row(mug, a1, 30)
const p1 = row(mug, a1, 10, { lpn: lpn(PALLET.one) })
const p2 = row(mug, a1, 6, { lpn: lpn(PALLET.two) })
const p3 = row(mug, a3, 8, { lpn: lpn(PALLET.three) })
const l1 = row(milk, a2, 10, { lot: 'L1' })
const l2 = row(milk, a2, 10, { lot: 'L2' })

const at = (lines: readonly LineSeed[], over: Partial<WorldSeed> = {}, task: object = {}) => {
  const documents = [...(over.documents ?? []), orderOf('SO-7', lines, { tote: tote1.id, ...task })]
  const world = demoWorld({ places: NO_STATIONS, stock: [mugs, l1, l2], ...over, documents })
  const lpns = Object.values(PALLET).map(label => ({ id: lpn(label), client: one.id, label }))
  world.apply({ ...NOTHING, lpns })
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
const sound = (world: World): void => {
  expect(unbalanced(allRows(world))).toEqual([])
  expect(wrongReserved(world)).toEqual([])
}

describe('pallets at the shelf', () => {
  const onPallets = (n: number, over: Partial<WorldSeed> = {}) => {
    const found = at([wants(mug, n, [p1, n])], { stock: [p1, p2, p3], ...over })
    found.anna.scan(scanOf.place(a1))
    return found
  }
  it('[P48] an item that lies on several pallets of the place: the pallet is scanned first, then its units', () => {
    const { world, anna } = onPallets(3)
    expect(anna.prompt().facts.map(fact => fact.value)).toContain(PALLET.one)
    rejects(world, anna, () => anna.scan(scanOf.item(mug)), 'which.lpn')
    expect(anna.scan(pallet(PALLET.one))).toMatchObject({ message: { key: 'lpn.ok' }, commands: [] })
    expect(anna.scan(scanOf.item(mug)).commands).toMatchObject([{ qty: 1, from: { lpn: lpn(PALLET.one) } }])
    anna.scan(scanOf.item(mug))
    expect(anna.scan(scanOf.item(mug))).toMatchObject({ finished: true })
    expect(stock(world, p1)).toMatchObject({ onHand: 7, reserved: 0 })
    expect(world.stock({ ...keyOf(mugs), location: tote1.id })).toMatchObject({ onHand: 3, reserved: 3 })
    sound(world)
  })
  it('[P48] where it lies on one pallet only, the item says which; a whole pallet is taken by its label', () => {
    const alone = onPallets(2, { stock: [p1, p3] }).anna
    expect(alone.scan(scanOf.item(mug)).commands).toMatchObject([{ from: { lpn: lpn(PALLET.one) } }])
    const { world, anna } = onPallets(10)
    expect(anna.scan(pallet(PALLET.one))).toMatchObject({
      commands: [{ type: 'pick', qty: 10, from: { lpn: lpn(PALLET.one) }, to: { lpn: NO_LPN } }],
    })
    expect(stock(world, p1)).toMatchObject({ onHand: 0, reserved: 0 })
  })
  it('[P48] another pallet of the place is taken instead: free or reserved by nobody who has begun, the claims swap', () => {
    const free = onPallets(3)
    free.anna.scan(pallet(PALLET.two))
    expect(free.anna.scan(scanOf.item(mug)).commands).toMatchObject([{ from: { lpn: lpn(PALLET.two) } }])
    expect([stock(free.world, p1).reserved, stock(free.world, p2)]).toMatchObject([2, { onHand: 5, reserved: 0 }])
    const other = orderOf('SO-8', [wants(mug, 6, [p2, 6])], { lease: null })
    const { world, anna } = onPallets(3, { documents: [other] })
    anna.scan(pallet(PALLET.two))
    anna.scan(scanOf.item(mug))
    const swapped = world.line(lineId('SO-8', 1))?.claims.map(claim => [claim.lpn, claim.qty])
    expect(swapped).toEqual([
      [lpn(PALLET.two), 5],
      [lpn(PALLET.one), 1],
    ])
    expect(kinds(anna)).toEqual([])
    sound(world)
  })
  it('[P48] a pallet that is booked elsewhere: asked once, then moved here and used', () => {
    const { world, anna } = onPallets(3)
    expect(anna.scan(pallet(PALLET.three))).toMatchObject({
      verdict: 'ask',
      message: { key: 'ask.lpnHere', values: { place: 'A-03' } },
    })
    expect(anna.scan(pallet(PALLET.three)).commands).toMatchObject([
      { type: 'lpn.move', process: 'pick', fromPlace: a3.id, toPlace: a1.id },
    ])
    expect(world.stock({ ...keyOf(p3), location: a1.id })).toMatchObject({ onHand: 8 })
    expect(anna.scan(scanOf.item(mug)).commands).toMatchObject([{ from: { lpn: lpn(PALLET.three) } }])
    sound(world)
  })
  it('[P48] a pallet with other goods, an empty one, another client’s, a picked one and a barred lot are refused', () => {
    const bowls = row(bowl, a1, 4, { lpn: lpn(PALLET.two) })
    const theirs = row(theirMug, a1, 4, { lpn: lpn(PALLET.three) })
    const { world, anna } = onPallets(3, { stock: [p1, bowls, theirs] })
    rejects(world, anna, () => anna.scan(pallet(PALLET.two)), 'wrong.lpn')
    const foreign = scanned(PALLET.three, [{ kind: 'lpn', lpn: lpn(PALLET.three), client: two.id }])
    rejects(world, anna, () => anna.scan(foreign), 'other.client')
    rejects(world, anna, () => anna.scan(scanned(makeLabel('XP', '0777'))), 'lot.gone')
    const inTote = onPallets(3, { stock: [p1, row(mug, tote2, 4, { lpn: lpn(PALLET.two) })] })
    rejects(inTote.world, inTote.anna, () => inTote.anna.scan(pallet(PALLET.two)), 'put.picked')
    const barred = row(milk, a2, 4, { lot: 'L9', lpn: lpn(PALLET.two) })
    const milkLine = at([wants(milk, 3, [l1, 3])], {
      stock: [l1, barred],
      lots: [lotOf(milk, 'L1', '2026-12-31'), lotOf(milk, 'L9', '2026-11-01')],
    })
    milkLine.anna.scan(scanOf.place(a2))
    rejects(milkLine.world, milkLine.anna, () => milkLine.anna.scan(pallet(PALLET.two)), 'pick.notAvailable')
    const force = at([wants(milk, 3, [l1, 3])], {
      stock: [l1, { ...barred, lot: 'L2' }],
      policy: { pick: { fefo: 'force' } },
    })
    force.anna.scan(scanOf.place(a2))
    rejects(force.world, force.anna, () => force.anna.scan(pallet(PALLET.two)), 'wrong.lot')
  })
  it('[P48] the lot of a pallet is proven by its label; serials on it are scanned one by one', () => {
    const lots = row(milk, a2, 20, { lot: 'L1', lpn: lpn(PALLET.one) })
    const { anna } = at([wants(milk, 2, [lots, 2])], { stock: [lots] })
    anna.scan(scanOf.place(a2))
    anna.scan(pallet(PALLET.one))
    expect(anna.scan(scanOf.item(milk)).commands).toMatchObject([{ lot: 'L1', qty: 1 }])
    const later = at([wants(milk, 2, [l1, 2])], { stock: [l1, row(milk, a2, 20, { lot: 'L2', lpn: lpn(PALLET.one) })] })
    later.anna.scan(scanOf.place(a2))
    expect(later.anna.scan(pallet(PALLET.one))).toMatchObject({ verdict: 'ask', message: { key: 'ask.fefo' } })
    expect(later.anna.scan(pallet(PALLET.one))).toMatchObject({ message: { key: 'lpn.ok' }, commands: [] })
    expect(later.anna.scan(scanOf.item(milk)).commands).toMatchObject([{ lot: 'L2', from: { lpn: lpn(PALLET.one) } }])
    const drills = ['S1', 'S2'].map(serial => row(drill, a3, 1, { serial, lpn: lpn(PALLET.two) }))
    const serials = at([wants(drill, 2, [drills[0]!, 1], [drills[1]!, 1])], { stock: drills }).anna
    serials.scan(scanOf.place(a3))
    expect(serials.scan(pallet(PALLET.two)).commands).toEqual([])
    expect(serials.scan(scanOf.item(drill, { serial: 'S2' })).commands).toMatchObject([{ serial: 'S2' }])
  })
  it('[P48] a whole pallet may be picked by a lot and serial item as well: both are asked for', () => {
    const piece = row(vial, a2, 1, { lot: 'V1', serial: 'N1' })
    const { anna } = at([wants(vial, 1, [piece, 1])], { stock: [piece], lots: [lotOf(vial, 'V1', '2027-01-01')] })
    anna.scan(scanOf.place(a2))
    expect(anna.scan(scanOf.item(vial)).state.at).toBe('lot')
    expect(anna.scan(scanned('V1')).state.at).toBe('serial')
    expect(anna.scan(scanned('N1')).commands).toMatchObject([{ lot: 'V1', serial: 'N1', qty: 1 }])
  })
})

describe('another lot', () => {
  it('[P49] WRONG LOT asks for the lot that is there; the next units are of it', () => {
    const { world, anna } = at([wants(milk, 3, [l1, 3])])
    rejects(world, anna, () => anna.key('XCWLT'), 'no.key')
    anna.scan(scanOf.place(a2))
    expect(anna.prompt().keys.map(key => key.command)).toContain('XCWLT')
    expect(anna.key('XCWLT')).toMatchObject({ state: { at: 'lot' }, commands: [] })
    rejects(world, anna, () => anna.scan(scanned('NONE')), 'lot.gone')
    expect(anna.scan(scanned('L2')).verdict).toBe('ask')
    expect(anna.scan(scanned('L2'))).toMatchObject({ message: { key: 'lot.ok' }, commands: [], state: { at: 'goods' } })
    expect(anna.scan(scanOf.item(milk)).commands).toMatchObject([{ lot: 'L2', qty: 1 }])
    const mugLine = at([wants(mug, 3, [mugs, 3])])
    mugLine.anna.scan(scanOf.place(a1))
    rejects(mugLine.world, mugLine.anna, () => mugLine.anna.key('XCWLT'), 'no.key')
  })
  it('[P49] a lot that another stop of the place wants is that stop’s turn, without a question', () => {
    const { anna } = at([wants(milk, 3, [l1, 2], [l2, 1])])
    anna.scan(scanOf.place(a2))
    expect(anna.scan(scanOf.item(milk, { lot: 'L2' }))).toMatchObject({ commands: [{ lot: 'L2', qty: 1 }] })
    expect(anna.scan(scanOf.item(milk, { lot: 'L1' })).commands).toMatchObject([{ lot: 'L1' }])
    expect(kinds(anna)).toEqual([])
  })
  it('[P49] what somebody has begun to pick of a lot is not swapped; if it happens all the same, it is an exception', () => {
    const lease = { device: otherDevice, worker: worker.id }
    const begun = { ...wants(milk, 10, [l2, 10]), wanted: 12, done: 2 }
    const other = orderOf('SO-8', [begun], { lease, tote: tote2.id })
    const { world, anna } = at([wants(milk, 3, [l1, 3])], { documents: [other], policy: { pick: { fefo: 'none' } } })
    anna.scan(scanOf.place(a2))
    rejects(world, anna, () => anna.scan(scanOf.item(milk, { lot: 'L2' })), 'lot.gone')
    const judged = booker(world)({
      type: 'pick',
      client: one.id,
      item: milk.id,
      lot: 'L2',
      serial: '',
      task: taskId('SO-7'),
      document: documentId('SO-7'),
      line: lineId('SO-7', 1),
      from: looseAt(a2.id),
      to: looseAt(tote1.id),
      qty: 1,
    })
    expect(judged.effects.exceptions.map(e => e.kind)).toEqual(['lot_swapped_late'])
    expect(world.line(lineId('SO-8', 1))?.claims.map(claim => [claim.lot, claim.qty])).toEqual([
      ['L2', 9],
      ['L1', 1],
    ])
    sound(world)
  })
  it('[P50] a later lot asks for a reason where the policy wants one; it goes with the pick', () => {
    const { world, anna } = at([wants(milk, 3, [l1, 3])], { policy: { task: { confirmReason: ['fefo'] } } })
    anna.scan(scanOf.place(a2))
    anna.scan(scanOf.item(milk, { lot: 'L2' }))
    expect(anna.scan(scanOf.item(milk, { lot: 'L2' }))).toMatchObject({ state: { at: 'fefo' }, commands: [] })
    expect(anna.prompt().choices.map(choice => choice.value)).toEqual(['NOT_FOUND', 'UNREACHABLE', 'DAMAGED', 'OTHER'])
    rejects(world, anna, () => anna.choose(5), 'no.key')
    anna.reload()
    expect(anna.choose(2).commands).toMatchObject([{ lot: 'L2', qty: 1, reason: 'UNREACHABLE' }])
    expect(kinds(anna)).toEqual(['fefo_broken'])
    const exact = at([wants(milk, 3, [l1, 3])], { policy: { task: { confirmReason: ['fefo'] } } }).anna
    exact.scan(scanOf.place(a2))
    expect(exact.scan(scanOf.item(milk, { lot: 'L1' })).commands).toMatchObject([{ lot: 'L1' }])
  })
  it('[P13] example G: one lot number on two items is two lots', () => {
    const j1 = row(juice, a2, 5, { lot: 'L1' })
    const { world, anna } = at([wants(juice, 1, [j1, 1]), wants(milk, 1, [l1, 1])], {
      stock: [l1, j1],
      lots: [lotOf(milk, 'L1', '2026-12-31'), lotOf(juice, 'L1', '2027-01-31')],
    })
    anna.scan(scanOf.place(a2))
    anna.scan(scanOf.item(juice))
    expect(anna.scan(scanned('L1')).commands).toMatchObject([{ item: juice.id, lot: 'L1', qty: 1 }])
    expect(stock(world, l1)).toMatchObject({ onHand: 10, reserved: 1 })
    expect(stock(world, j1)).toMatchObject({ onHand: 4, reserved: 0 })
  })
  it('[P15] example H: with force any other lot is refused, and a held one in every mode', () => {
    const held = [lotOf(milk, 'L1', '2026-11-24', { blocked: true }), lotOf(milk, 'L2', '2026-12-23')]
    const { world, anna } = at([wants(milk, 5, [l2, 5])], { lots: held, policy: { pick: { fefo: 'force' } } })
    anna.scan(scanOf.place(a2))
    rejects(world, anna, () => anna.scan(scanOf.item(milk, { lot: 'L1' })), 'pick.notAvailable')
    const free = [lotOf(milk, 'L1', '2026-11-24'), lotOf(milk, 'L2', '2026-12-23')]
    const forced = at([wants(milk, 5, [l2, 5])], { lots: free, policy: { pick: { fefo: 'force' } } })
    forced.anna.scan(scanOf.place(a2))
    rejects(forced.world, forced.anna, () => forced.anna.scan(scanOf.item(milk, { lot: 'L1' })), 'wrong.lot')
  })
})

describe('is it empty?', () => {
  const ten = row(mug, a1, 10)
  const emptied = (over: Partial<WorldSeed> = {}) => {
    const found = at([wants(mug, 10, [ten, 10]), wants(milk, 1, [l1, 1])], { stock: [ten, l1], ...over })
    found.anna.scan(scanOf.place(a1))
    found.anna.scan(scanOf.item(mug))
    return { ...found, next: found.anna.number(10) }
  }
  it('[P40] example B: the last unit by the books asks once; NO makes one count, however often it is said; YES none', () => {
    const { world, anna, next } = emptied()
    expect(next).toMatchObject({ verdict: 'done', state: { at: 'zero' } })
    expect(anna.prompt()).toMatchObject({ ask: { message: { key: 'zero.place', values: { place: 'A-01' } } } })
    rejects(world, anna, () => anna.scan(scanOf.place(a2)), 'zero.first')
    rejects(world, anna, () => anna.scan(scanOf.item(mug)), 'zero.first')
    rejects(world, anna, () => anna.number(1), 'zero.first')
    anna.reload()
    expect(anna.key('XCNAY').commands).toMatchObject([
      { type: 'count.request', only: mug.id, place: a1.id, cause: 'zero' },
    ])
    expect(anna.state().at).toBe('place')
    expect(counts(world)).toMatchObject([{ cause: 'zero', count: { location: a1.id, item: mug.id } }])
    const again: Draft = {
      type: 'count.request',
      process: 'pick',
      client: one.id,
      only: mug.id,
      place: a1.id,
      cause: 'zero',
    }
    booker(world, otherDevice)(again)
    booker(world, otherDevice)({ ...again, cause: 'short' })
    expect(counts(world)).toMatchObject([{ cause: 'zero short' }])
    const yes = emptied()
    expect(yes.anna.key('XCYES')).toMatchObject({ commands: [], state: { at: 'place' } })
    expect(counts(yes.world)).toEqual([])
  })
  it('[P40] other goods at the place: only the item is asked about; never asks where the policy says so', () => {
    const { anna } = emptied({ stock: [ten, l1, row(bowl, a1, 3)] })
    expect(anna.prompt().ask.message.key).toBe('zero.item')
    expect(emptied({ policy: { pick: { zeroCheck: 'never' } } }).next.state.at).toBe('place')
  })
  it('[P40] zeroImplied: the scan of the next place says YES and is taken as that place', () => {
    const { world, anna } = emptied({ policy: { pick: { zeroImplied: true } } })
    rejects(world, anna, () => anna.scan(scanOf.item(milk)), 'zero.first')
    expect(anna.scan(scanOf.place(a2)).state).toMatchObject({ at: 'goods', place: a2.id })
    expect(counts(world)).toEqual([])
  })
  it('[P40] the question after the last line ends the task with its answer', () => {
    const { world, anna } = at([wants(mug, 10, [ten, 10])], { stock: [ten] })
    anna.scan(scanOf.place(a1))
    anna.scan(scanOf.item(mug))
    expect(anna.number(10)).toMatchObject({ finished: false, state: { at: 'zero' } })
    expect(world.task(taskId('SO-7'))?.state).toBe('done')
    expect(anna.key('XCYES')).toMatchObject({ finished: true, message: { key: 'task.done' } })
  })
  it('[P41] example D: the pick that takes the place below the threshold makes one count, the next one none', () => {
    const sixty = row(mug, a1, 60)
    const policy = { pick: { zeroCheck: 'belowThreshold' as const, threshold: 40 } }
    const { world, anna } = at([wants(mug, 30, [sixty, 30])], { stock: [sixty], policy })
    anna.scan(scanOf.place(a1))
    anna.scan(scanOf.item(mug))
    anna.number(20)
    expect(counts(world)).toEqual([])
    anna.number(25)
    expect(counts(world)).toMatchObject([{ cause: 'threshold', count: { location: a1.id, item: mug.id } }])
    anna.number(30)
    expect(counts(world)).toHaveLength(1)
    expect(world.stockAt(a1.id)[0]?.onHand).toBe(30)
  })
})

describe('taking back', () => {
  const shown = (world: World) => [
    allRows(world),
    [...world.documents()].flatMap(d => world.linesOf(d.id)).map(l => [l.id, l.state, l.done, [...l.claims].sort()]),
    [...world.tasks()].filter(t => t.state !== 'cancelled').map(t => [t.id, t.tote, t.kind]),
    [...world.locations()].map(l => [l.id, l.parent]),
  ]
  const undone = (world: World, anna: Anna, act: () => Next): void => {
    const before = JSON.stringify(shown(world))
    const from = anna.judged.length
    const { commands } = act()
    expect(commands.length).toBeGreaterThan(0)
    const book = booker(world, derivedId('device', 'undo'))
    for (const [i, command] of [...commands.entries()].reverse()) {
      const of = { epoch: 'epoch0000001', seq: from + i + 1 }
      // The key of what is taken back is that of the handheld that did it.
      undoneBy(world, of, command as Act)
    }
    expect(book).toBeDefined()
    expect(JSON.stringify(shown(world))).toBe(before)
    sound(world)
  }
  const undoneBy = (world: World, of: { epoch: string; seq: number }, act: Act): void => {
    const key = { device, ...of }
    world.apply(pick.undo(world, act, { of: key, key, times: TIMES }))
  }
  const TIMES = { takenAt: '2026-11-23T09:00:00.000Z', at: '2026-11-23T09:00:00.000Z', unc: 5 }
  it('[P53] a pick of the reserved lot, of a swapped one, and of free goods from another place', () => {
    const other = orderOf('SO-8', [wants(milk, 10, [l2, 10])], { lease: null })
    const { world, anna } = at([wants(milk, 3, [l1, 3])], { documents: [other], policy: { pick: { fefo: 'none' } } })
    anna.scan(scanOf.place(a2))
    undone(world, anna, () => anna.scan(scanOf.item(milk, { lot: 'L1', count: 2 })))
    const swap = at([wants(milk, 3, [l1, 3])], { documents: [other], policy: { pick: { fefo: 'none' } } })
    swap.anna.scan(scanOf.place(a2))
    undone(swap.world, swap.anna, () => swap.anna.scan(scanOf.item(milk, { lot: 'L2', count: 2 })))
  })
  it('[P53] a count that was asked for is called off, unless somebody has begun it', () => {
    const ten = row(mug, a1, 10)
    const lines = [wants(mug, 10, [ten, 10]), wants(milk, 1, [l1, 1])]
    const { world, anna } = at(lines, { stock: [ten, l1] })
    anna.scan(scanOf.place(a1))
    anna.scan(scanOf.item(mug))
    anna.number(10)
    undone(world, anna, () => anna.key('XCNAY'))
    const begun = at(lines, { stock: [ten, l1] })
    begun.anna.scan(scanOf.place(a1))
    begun.anna.scan(scanOf.item(mug))
    begun.anna.number(10)
    const { commands } = begun.anna.key('XCNAY')
    const [task] = counts(begun.world)
    begun.world.apply({ ...NOTHING, tasks: [{ ...task!, state: 'started' }] })
    undoneBy(begun.world, { epoch: 'epoch0000001', seq: begun.anna.judged.length }, commands[0] as Act)
    expect(counts(begun.world)).toMatchObject([{ state: 'started' }])
  })
  it('[P53] what left the building or was used since is not taken back by a key', () => {
    const { world, anna } = at([wants(mug, 3, [mugs, 3])])
    anna.scan(scanOf.place(a1))
    const act = anna.scan(scanOf.item(mug)).commands[0] as Act
    expect(pick.undoBarred?.(world, act)).toBeNull()
    const line = world.line(lineId('SO-7', 1))!
    world.apply({ ...NOTHING, lines: [{ ...line, shipped: 1 }] })
    expect(pick.undoBarred?.(world, act)).toBe('undo.shipped')
    world.apply({ ...NOTHING, lines: [line] })
    const out = { client: one.id, item: mug.id, lot: '', serial: '', from: looseAt(tote1.id), to: looseAt(tote2.id) }
    world.apply({ ...NOTHING, movements: [{ ...out, qty: 1, ...TIMES }] })
    expect(pick.undoBarred?.(world, act)).toBe('undo.order')
    const bind = { type: 'tote.bind', client: one.id, task: taskId('SO-7'), document: documentId('SO-7') } as const
    expect(pick.undoBarred?.(world, { ...bind, tote: tote1.id, label: 'T-01' })).toBe('undo.order')
    expect(pick.undoBarred?.(world, { ...bind, tote: tote2.id, label: 'T-02' })).toBeNull()
  })
  it('[P53] a pick on a cancelled order that is taken back leaves nothing to put back', () => {
    const cancelled = { ...wants(mug, 5), state: 'cancelled' as const }
    const order = orderOf('SO-9', [cancelled], { state: 'cancelled', tote: tote2.id }, { state: 'cancelled' })
    const { world } = at([wants(mug, 3, [mugs, 3])], { documents: [order] })
    const act = (qty: number) =>
      ({
        type: 'pick',
        client: one.id,
        item: mug.id,
        lot: '',
        serial: '',
        task: taskId('SO-9'),
        document: documentId('SO-9'),
        line: lineId('SO-9', 1),
        from: looseAt(a1.id),
        to: looseAt(tote2.id),
        qty,
      }) as const
    const book = booker(world)
    book(act(3))
    book(act(2))
    const tasks = () => [...world.tasks()].filter(task => task.kind === 'putback').map(t => [t.state, t.goods?.qty])
    expect(tasks()).toEqual([['ready', 5]])
    book({ type: 'undo', client: one.id, of: { epoch: 'epoch0000001', seq: 2 }, act: act(2) })
    expect(tasks()).toEqual([['ready', 3]])
    book({ type: 'undo', client: one.id, of: { epoch: 'epoch0000001', seq: 1 }, act: act(3) })
    expect(tasks()).toEqual([['cancelled', 0]])
    expect(stock(world, mugs)).toMatchObject({ onHand: 30, reserved: 3 })
    sound(world)
  })
})
