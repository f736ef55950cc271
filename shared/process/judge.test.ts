import { describe, expect, it } from 'vitest'
import { derivedId, NO_LPN } from '../ids.ts'
import { keyOf } from '../ledger/stock.ts'
import { looseAt, virtualLocation } from '../ledger/world.ts'
import type { World } from '../ledger/world.ts'
import type { Act } from '../sync/act.ts'
import type { Draft } from '../sync/command.ts'
import {
  EPOCH,
  TIMES,
  TODAY,
  a1,
  a2,
  allRows,
  booker,
  bowl,
  demoSeed,
  demoWorld,
  device,
  dock,
  documentId,
  lineId,
  lotOf,
  milk,
  mug,
  one,
  orderOf,
  otherDevice,
  receiptOf,
  row,
  stamped,
  taskId,
  theirMug,
  tote1,
  tote2,
  two,
  unbalanced,
  virtual,
  wants,
  warehouse,
  worker,
  wrongReserved,
} from '../../test/support/world.ts'
import type { WorldSeed } from '../../test/support/world.ts'
import { judge } from './judge.ts'

type DraftOf<T extends Draft['type']> = Extract<Draft, { type: T }>

const mugs = row(mug, a1, 30)
const l1 = row(milk, a2, 10, { lot: 'L1' })
const l2 = row(milk, a2, 10, { lot: 'L2' })
const noGoods = { lot: '', serial: '' }
const received = (qty: number, over: Partial<DraftOf<'receive'>> = {}): Draft => ({
  type: 'receive',
  client: one.id,
  item: mug.id,
  ...noGoods,
  document: documentId('PO-1'),
  blind: false,
  expiry: null,
  to: looseAt(dock.id),
  qty,
  ...over,
})
const picked = (qty: number, over: Partial<DraftOf<'pick'>> = {}): Draft => ({
  type: 'pick',
  client: one.id,
  item: mug.id,
  ...noGoods,
  task: taskId('SO-1'),
  document: documentId('SO-1'),
  line: lineId('SO-1', 1),
  from: looseAt(a1.id),
  to: looseAt(tote1.id),
  qty,
  ...over,
})
const so8 = { task: taskId('SO-8'), document: documentId('SO-8'), line: lineId('SO-8', 1) }
const closing = (number: string): Draft => ({
  type: 'close',
  process: 'receive',
  place: null,
  client: one.id,
  task: null,
  document: documentId(number),
})

const after = (drafts: readonly Draft[], over: Partial<WorldSeed> = {}, on = device, times = TIMES) => {
  const world = demoWorld(over)
  const book = booker(world, on, times)
  const judged = drafts.map(book)
  const last = judged.at(-1)
  const kinds = last?.effects.exceptions.map(e => e.kind) ?? []
  expect(unbalanced(allRows(world))).toEqual([])
  expect(wrongReserved(world)).toEqual([])
  return { world, judged, last, kinds }
}
const onHand = (world: World, like = mugs) => world.stock(keyOf(like)).onHand

describe('what cannot be read', () => {
  const unknown = derivedId<'location'>('nowhere')
  it.each<[string, Draft]>([
    ['an item that nobody knows', received(1, { item: derivedId('item', '?') })],
    ['an item of another client', received(1, { item: theirMug.id })],
    ['a delivery that nobody knows', received(1, { document: derivedId('document', '?') })],
    ['an order instead of a delivery', received(1, { document: documentId('SO-1'), blind: true })],
    ['a dock that nobody knows', received(1, { to: looseAt(unknown) })],
    ['a pick from a place that nobody knows', picked(1, { from: looseAt(unknown) })],
    [
      'a tote that nobody knows',
      {
        type: 'tote.bind',
        client: one.id,
        task: taskId('SO-1'),
        document: documentId('SO-1'),
        tote: unknown,
        label: 'T',
      },
    ],
    [
      'a shelf instead of a tote',
      {
        type: 'tote.bind',
        client: one.id,
        task: taskId('SO-1'),
        document: documentId('SO-1'),
        tote: a1.id,
        label: 'T',
      },
    ],
    [
      'a close of nothing',
      {
        type: 'close',
        process: 'receive',
        place: null,
        client: one.id,
        task: null,
        document: derivedId('document', '?'),
      },
    ],
    [
      'a short of a line of another item',
      { ...picked(1), type: 'short', process: 'pick', item: bowl.id, reason: 'EMPTY' } as Draft,
    ],
  ])('[L1] %s is quarantined and books nothing', (_, draft) => {
    const { last, world } = after([draft])
    expect(last).toMatchObject({ outcome: 'quarantined', reason: 'unknown_reference', effects: { movements: [] } })
    expect([...world.changedStock()]).toEqual([])
  })
  it.each<[string, Partial<DraftOf<'pick'>>]>([
    ['the tote', { to: looseAt(unknown) }],
    ['the line', { line: derivedId('line', '?') }],
    ['the task', { task: derivedId('task', '?') }],
    ['the order of the line', { document: documentId('PO-1') }],
  ])('[L2] a pick of which only %s is unknown is booked as gone to UNKNOWN', (_, over) => {
    const { last, world, kinds } = after([picked(2, over)])
    expect(last).toMatchObject({ outcome: 'quarantined', effects: { lines: [], movements: [{ qty: 2 }] } })
    expect(onHand(world)).toBe(28)
    expect(world.stock(keyOf({ ...mugs, location: virtualLocation(warehouse, 'unknown') })).onHand).toBe(2)
    expect(kinds).toEqual([])
  })
  it('[L2] goods gone to UNKNOWN that leave less than nothing are an exception as everywhere', () => {
    expect(after([picked(31, { to: looseAt(unknown) })]).kinds).toEqual(['negative_stock'])
  })
})

describe('receiving contradicts the delivery', () => {
  const po7 = (lines: Parameters<typeof receiptOf>[1], more: Parameters<typeof receiptOf>[2] = {}, client = one) => ({
    documents: [receiptOf('PO-7', lines, more, client)],
  })
  const here = { document: documentId('PO-7') }
  it('[R26] lines of one item are filled in their order; what is over stays with the last', () => {
    const seed = po7([wants(mug, 5), wants(mug, 3)])
    const { world, kinds } = after([received(6, here), received(4, here)], seed)
    expect(world.linesOf(documentId('PO-7')).map(line => [line.done, line.state])).toEqual([
      [5, 'done'],
      [5, 'done'],
    ])
    expect(kinds).toEqual(['over_receipt'])
    expect(onHand(world, row(mug, dock, 0))).toBe(10)
  })
  it('[R26] at the limit there is no exception, one above it there is', () => {
    const policy = { receive: { over: 'allow' as const, overPct: 20 } }
    expect(after([received(8, here)], { ...po7([wants(mug, 7)]), policy }).kinds).toEqual([])
    expect(after([received(9, here)], { ...po7([wants(mug, 7)]), policy }).kinds).toEqual(['over_receipt'])
  })
  it('[R27] goods after the close are booked, an exception, and a supplement to the ERP', () => {
    const { world, last, kinds } = after([received(1, here), closing('PO-7'), received(2, here)], po7([wants(mug, 5)]))
    expect(kinds).toEqual(['late_line'])
    expect(last?.effects.messages).toEqual([{ type: 'receipt', document: documentId('PO-7'), final: false }])
    expect(world.document(documentId('PO-7'))?.state).toBe('closed')
    expect(world.task(taskId('PO-7'))?.state).toBe('done')
    expect(onHand(world, row(mug, dock, 0))).toBe(3)
  })
  it('[R27] a second close says nothing; one of a cancelled delivery leaves it cancelled', () => {
    expect(after([closing('PO-7'), closing('PO-7')], po7([wants(mug, 5)])).last?.effects.messages).toEqual([])
    const { world, last } = after([closing('PO-7')], po7([wants(mug, 5)], { state: 'cancelled' }))
    expect(world.document(documentId('PO-7'))?.state).toBe('cancelled')
    expect(last?.effects.messages).toHaveLength(1)
    expect(after([closing('SO-1')]).last?.effects.documents).toEqual([])
  })
  it('[R28] goods of one client under the delivery of another are booked to the client on the label', () => {
    const { kinds, world } = after([received(1, here)], po7([wants(theirMug, 5)], {}, two))
    expect(kinds).toContain('other_client')
    expect(world.stock(keyOf(row(mug, dock, 0))).onHand).toBe(1)
  })
  it('[R29] a known date is never overwritten; a lot without one takes the first', () => {
    const lots = [lotOf(milk, 'K', '2027-01-01'), lotOf(milk, 'N', null)]
    const goods = { ...here, item: milk.id }
    const seed = { ...po7([wants(milk, 9)]), lots }
    const other = after([received(1, { ...goods, lot: 'K', expiry: '2027-02-02' })], seed)
    expect(other.kinds).toEqual(['lot_date'])
    expect(other.world.lot(one.id, milk.id, 'K')?.expiry).toBe('2027-01-01')
    const first = after([received(1, { ...goods, lot: 'N', expiry: '2027-02-02' })], seed)
    expect(first.kinds).toEqual([])
    expect(first.world.lot(one.id, milk.id, 'N')?.expiry).toBe('2027-02-02')
  })
  it('[R30] goods that are expired or below the accepted life are booked and an exception, at their edges', () => {
    const kindsFor = (expiry: string, acceptDays: number | null) =>
      after([received(1, { ...here, item: milk.id, lot: 'N', expiry })], {
        ...po7([wants(milk, 9)]),
        policy: { shelf: { acceptDays } },
      }).kinds
    expect(kindsFor('2026-11-22', null)).toEqual(['short_life'])
    expect(kindsFor('2026-11-23', null)).toEqual([])
    expect(kindsFor('2026-12-02', 10)).toEqual(['short_life'])
    expect(kindsFor('2026-12-03', 10)).toEqual([])
  })
})

describe('picking contradicts the order', () => {
  const asSo1 = (lines: Parameters<typeof orderOf>[1], task = {}, more = {}) => ({
    documents: [orderOf('SO-1', lines, { tote: tote1.id, ...task }, more)],
  })
  it('[P23] a line that is done already is picked_twice, one that gets too much is over_pick; only its wish is reserved', () => {
    const seed = asSo1([wants(mug, 3, [mugs, 3]), wants(bowl, 1)])
    const over = after([picked(2), picked(2)], seed)
    expect(over.kinds).toEqual(['over_pick'])
    expect(over.world.stock(keyOf({ ...mugs, location: tote1.id }))).toMatchObject({ onHand: 4, reserved: 3 })
    expect(over.world.line(lineId('SO-1', 1))).toMatchObject({ done: 4, state: 'done' })
    expect(over.world.stock(keyOf(mugs)).reserved).toBe(0)
    expect(after([picked(3), picked(1)], seed).kinds).toEqual(['picked_twice'])
  })
  it('[P24] example F: a pick on a cancelled order is booked, an exception, and changes no total', () => {
    const seed = asSo1([{ ...wants(mug, 5), state: 'cancelled' }], { state: 'cancelled' }, { state: 'cancelled' })
    const { world, kinds, last } = after([picked(5)], seed)
    expect(kinds).toEqual(['order_cancelled'])
    expect(onHand(world, row(mug, tote1, 0))).toBe(5)
    const goods = { item: mug.id, qty: 5, from: { location: tote1.id }, to: a1.id, line: lineId('SO-1', 1) }
    expect(last?.effects).toMatchObject({ tasks: [{ kind: 'putback', goods }], documents: [], messages: [] })
    expect(world.line(lineId('SO-1', 1))?.state).toBe('cancelled')
    const oneByOne = after(
      [1, 2, 3, 4, 5].map(() => picked(1)),
      seed,
    )
    const tasks = [...oneByOne.world.tasks()].filter(task => task.kind === 'putback')
    expect(tasks).toMatchObject([{ state: 'ready', goods }])
  })
  it('[P25] a row below zero is never clamped: one exception names it', () => {
    const { world, kinds, last } = after([picked(3)], { ...asSo1([wants(mug, 3)]), stock: [row(mug, a1, 2)] })
    expect(onHand(world)).toBe(-1)
    expect(kinds).toEqual(['negative_stock'])
    expect(last?.effects.exceptions[0]?.body).toMatchObject({ location: a1.id, onHand: -1 })
    expect(onHand(world, row(mug, virtual('supplier'), 0))).toBe(-2)
  })
  it('[P26] taking what another order has reserved breaks its reservation; taking free stock does not', () => {
    const other = orderOf('SO-8', [wants(mug, 27, [mugs, 27])])
    const seed = (n: number) => ({ documents: [...asSo1([wants(mug, n)]).documents, other] })
    expect(after([picked(3)], seed(3)).kinds).toEqual([])
    expect(after([picked(4)], seed(4)).kinds).toEqual(['reservation_broken'])
  })
  it('[P26] goods that were picked without a reservation are reserved in the tote all the same', () => {
    const { world } = after([picked(3)], asSo1([wants(mug, 3)]))
    expect(world.stock(keyOf({ ...mugs, location: tote1.id }))).toMatchObject({ onHand: 3, reserved: 3 })
  })
  it('[P27] a line that is picked from another place lets go of what it no longer needs', () => {
    const far = row(mug, a2, 9)
    const seed = { ...asSo1([wants(mug, 5, [mugs, 5])]), stock: [mugs, far] }
    const part = after([picked(2, { from: looseAt(a2.id) })], seed)
    expect(part.world.stock(keyOf(mugs)).reserved).toBe(3)
    const all = after([picked(5, { from: looseAt(a2.id) })], seed)
    expect(all.world.stock(keyOf(mugs)).reserved).toBe(0)
    expect(all.world.task(taskId('SO-1'))?.state).toBe('done')
  })
  it('[P28] blocked, expired, held or damaged stock that was taken is an exception', () => {
    const seed = { ...asSo1([wants(milk, 3, [l1, 3])]) }
    const take = (over: Partial<DraftOf<'pick'>>, more: Partial<WorldSeed>) =>
      after([picked(3, { item: milk.id, lot: 'L1', from: looseAt(a2.id), ...over })], { ...seed, ...more }).kinds
    expect(take({}, {})).toEqual([])
    expect(take({}, { lots: [lotOf(milk, 'L1', '2027-01-01', { blocked: true })] })).toEqual(['not_available'])
    expect(take({}, { lots: [lotOf(milk, 'L1', '2026-11-22')] })).toEqual(['not_available'])
    expect(take({}, { lots: [lotOf(milk, 'L1', '2026-11-23')] })).toEqual([])
    const held = { ...l1, held: 7 }
    expect(take({}, { stock: [held] })).toEqual([])
    expect(take({}, { stock: [held], documents: asSo1([wants(milk, 3)]).documents })).toEqual([])
    expect(take({}, { stock: [{ ...held, held: 8 }], documents: asSo1([wants(milk, 3)]).documents })).toEqual([
      'not_available',
    ])
    const damaged = { from: { ...looseAt(a2.id), status: 'damaged' as const } }
    expect(take(damaged, { stock: [l1, { ...l1, status: 'damaged' }] })).toEqual(['not_available'])
  })
  it('[TZ6] the last day of goods ends at midnight of the warehouse, for handheld and server alike', () => {
    const today = [lotOf(milk, 'L1', TODAY)]
    const kindsAt = (at: string, timeZone: string) => {
      const seed = { ...asSo1([wants(milk, 3, [l1, 3])]), lots: today, policy: { site: { timeZone } } }
      return after([picked(3, { item: milk.id, lot: 'L1', from: looseAt(a2.id) })], seed, device, { ...TIMES, at })
        .kinds
    }
    expect(kindsAt('2026-11-23T20:30:00.000Z', 'Europe/Istanbul')).toEqual([])
    expect(kindsAt('2026-11-23T21:00:00.000Z', 'Europe/Istanbul')).toEqual(['not_available'])
    expect(kindsAt('2026-11-23T21:00:00.000Z', 'UTC')).toEqual([])
  })
  it('[P29] against force another lot is wrong_lot; an earlier lot never breaks FEFO', () => {
    const swap = (fefo: 'warn' | 'force' | 'none', lot: 'L1' | 'L2') =>
      after([picked(1, { item: milk.id, lot, from: looseAt(a2.id) })], {
        ...asSo1([wants(milk, 3, [lot === 'L1' ? l2 : l1, 3])]),
        policy: { pick: { fefo } },
      }).kinds
    expect(swap('force', 'L2')).toEqual(['wrong_lot'])
    expect(swap('warn', 'L2')).toEqual(['fefo_broken'])
    expect(swap('none', 'L2')).toEqual([])
    expect(swap('warn', 'L1')).toEqual([])
  })
  it('[P30] work on a task that another device holds meanwhile is booked and an exception', () => {
    expect(after([picked(1)], {}, otherDevice).kinds).toEqual(['lease_lost'])
  })
  it('[P31] one tote for two orders by handhelds that could not see each other is an exception of the later one', () => {
    const bind = (number: string): Draft => ({
      type: 'tote.bind',
      client: one.id,
      task: taskId(number),
      document: documentId(number),
      tote: tote1.id,
      label: 'T-01',
    })
    const other = orderOf('SO-8', [wants(mug, 1, [mugs, 1])])
    const { judged, world } = after([bind('SO-1'), bind('SO-8')], { documents: [...demoSeed().documents, other] })
    expect(judged.map(j => j.effects.exceptions.map(e => e.kind))).toEqual([[], ['tote_conflict']])
    expect(world.task(so8.task)?.tote).toBe(tote1.id)
  })
  it('[P52] a pick into the tote of another order is an exception, unless binding has said so or the policy allows it', () => {
    const other = (policy: WorldSeed['policy'] = {}) => ({
      documents: [
        orderOf('SO-1', [wants(mug, 3, [mugs, 3])], { tote: tote1.id }),
        orderOf('SO-8', [wants(mug, 1, [mugs, 1])], { tote: tote2.id }),
      ],
      policy,
    })
    const into = (tote: typeof tote1) => picked(1, { to: looseAt(tote.id) })
    expect(after([into(tote2)], other()).kinds).toEqual(['tote_conflict'])
    expect(after([into(tote1)], other()).kinds).toEqual([])
    expect(after([into(tote2)], other({ pick: { multiOrderTote: true } })).kinds).toEqual([])
  })
  it('[L22] a pick that was booked as gone to UNKNOWN comes back from there when it is taken back', () => {
    const act = picked(2, { to: looseAt(derivedId('location', 'nowhere')) }) as Act
    const undo: Draft = { type: 'undo', client: one.id, of: { epoch: EPOCH, seq: 1 }, act }
    const { world, kinds } = after([act, undo])
    expect(onHand(world, mugs)).toBe(30)
    expect(world.line(lineId('SO-1', 1))).toMatchObject({ done: 0 })
    expect(kinds).toEqual([])
  })
  it('[P32] a short that comes after the line is done releases nothing and still says that the row is in doubt', () => {
    const short: Draft = { ...(picked(1) as DraftOf<'pick'>), type: 'short', reason: 'EMPTY' } as unknown as Draft
    const { world, kinds } = after([picked(3), short], asSo1([wants(mug, 3, [mugs, 3])]))
    expect(kinds).toEqual(['short_pick'])
    expect(world.line(lineId('SO-1', 1))).toMatchObject({ state: 'done', done: 3 })
    expect(world.stock(keyOf(mugs))).toMatchObject({ onHand: 27, held: 27 })
  })
})

describe('both sides', () => {
  it('[L3] the same command on the same world gives the same effects, ids included', () => {
    const key = { device, epoch: EPOCH, seq: 7 }
    for (const draft of [received(99), picked(99), received(1, { item: bowl.id }), closing('PO-1')]) {
      const all = [demoWorld(), demoWorld()].map(world => judge(world, stamped(draft, key), key, TIMES))
      expect(all[0]).toEqual(all[1])
    }
  })
  it('[L3] what two commands make has two names', () => {
    const line = (seq: number) =>
      judge(
        demoWorld(),
        stamped(received(1, { item: bowl.id }), { device, epoch: EPOCH, seq }),
        { device, epoch: EPOCH, seq },
        TIMES,
      ).effects.lines[0]?.id
    expect(line(1)).not.toBe(line(2))
  })
  it('[L4] judging changes nothing by itself', () => {
    const world = demoWorld()
    const before = JSON.stringify(allRows(world))
    judge(world, stamped(picked(3), { device, epoch: EPOCH, seq: 1 }), { device, epoch: EPOCH, seq: 1 }, TIMES)
    expect(JSON.stringify(allRows(world))).toBe(before)
  })
  it('[L5] example G: the lot of one item never touches the same lot number of another', () => {
    const lots = [lotOf(milk, 'L1', '2027-01-01')]
    const two = { documents: [receiptOf('PO-7', [wants(milk, 5), wants(bowl, 5)])], lots }
    const { world } = after([received(1, { document: documentId('PO-7'), item: milk.id, lot: 'L1' })], two)
    expect(world.linesOf(documentId('PO-7')).map(line => line.done)).toEqual([1, 0])
    expect(world.stock({ ...keyOf(row(milk, dock, 0)), lot: 'L1' }).onHand).toBe(1)
    expect(world.stock({ ...keyOf(row(bowl, dock, 0)), lot: 'L1', lpn: NO_LPN }).onHand).toBe(0)
  })
  it('[L6] two offline picks of one row give the same stock in both orders of arrival, and one of them an exception', () => {
    const run = (first: 'SO-1' | 'SO-8') => {
      const seed = {
        stock: [row(mug, a1, 5)],
        documents: [
          orderOf('SO-1', [wants(mug, 4)], { lease: null }),
          orderOf('SO-8', [wants(mug, 3)], { lease: null }),
        ],
      }
      const one = picked(4)
      const other = picked(3, { ...so8, to: looseAt(tote2.id) })
      const { world, judged } = after(first === 'SO-1' ? [one, other] : [other, one], seed)
      const rows = allRows(world)
        .map(r => [r.location, r.onHand, r.reserved])
        .sort()
      return { rows, kinds: judged.map(j => j.effects.exceptions.map(e => e.kind)) }
    }
    expect(run('SO-1').rows).toEqual(run('SO-8').rows)
    expect(run('SO-1').kinds).toEqual([[], ['negative_stock']])
    expect(run('SO-8').kinds).toEqual([[], ['negative_stock']])
  })
  it('[HH26] a call for a supervisor books nothing and opens one exception for each work, or for whoever called', () => {
    const call = (over: Partial<DraftOf<'note'>>): Draft => ({
      type: 'note',
      process: 'pick',
      client: null,
      task: null,
      document: null,
      text: 'pick · goods · SO-1 · A-01',
      ...over,
    })
    const { judged } = after([call({ task: taskId('SO-1') }), call({ document: documentId('SO-1') }), call({})])
    const opened = judged.flatMap(({ outcome, effects }) =>
      effects.exceptions.map(({ kind, subject, body }) => [outcome, kind, subject, body['text']]),
    )
    const text = 'pick · goods · SO-1 · A-01'
    expect(opened).toEqual([
      ['exception', 'help_wanted', taskId('SO-1'), text],
      ['exception', 'help_wanted', documentId('SO-1'), text],
      ['exception', 'help_wanted', worker.id, text],
    ])
    expect(judged.flatMap(one => one.effects.movements)).toEqual([])
    for (const process of [
      'receive',
      'putaway',
      'pack',
      'ship',
      'count',
      'move',
      'replenish',
      'return',
      'putback',
    ] as const)
      expect(after([call({ process })]).judged[0]?.outcome).toBe('exception')
  })
})
