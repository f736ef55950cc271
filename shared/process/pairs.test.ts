import { describe, expect, it } from 'vitest'
import { derivedId } from '../ids.ts'
import { stockKeyText } from '../ledger/stock.ts'
import { looseAt } from '../ledger/world.ts'
import type { Draft } from '../sync/command.ts'
import {
  a1,
  a2,
  a3,
  allRows,
  countTaskOf,
  demoSeed,
  device,
  dock,
  documentId,
  EPOCH,
  lineId,
  mug,
  one,
  orderOf,
  otherDevice,
  receiptOf,
  row,
  stamped,
  taskId,
  TIMES,
  tote1,
  tote2,
  unbalanced,
  wants,
  worldOf,
  wrongReserved,
} from '../../test/support/world.ts'
import { isVirtual } from './virtual.ts'
import { judge } from './judge.ts'

/** The row that two handhelds, which cannot see each other, work on: ten mugs, six of them reserved. */
const shelf = row(mug, a1, 10)
const inTote = row(mug, tote2, 6)
const seed = () => ({
  ...demoSeed(),
  stock: [shelf, inTote],
  documents: [
    receiptOf('PO-1', [wants(mug, 24)]),
    orderOf('SO-1', [wants(mug, 6, [shelf, 6])], { tote: tote1.id }),
    orderOf('SO-2', [{ ...wants(mug, 6, [inTote, 6]), done: 6, state: 'done' }], { tote: tote2.id }),
    orderOf('SO-0', [{ ...wants(mug, 6), done: 6, shipped: 6, state: 'done' }], {}, { state: 'closed' }),
  ],
  tasks: [countTaskOf('CNT-1', a1)],
})

const goods = { client: one.id, item: mug.id, lot: '', serial: '' }
const from = looseAt(a1.id)
const work = (number: string) => ({ task: taskId(number), document: documentId(number), line: lineId(number, 1) })
const short = { type: 'short', ...goods, from, reason: 'NOT_FOUND' } as const

type Fact = { takes: number; draft: Draft }
const takes = (draft: Draft): Fact => ({ takes: 6, draft })
const gives = (draft: Draft): Fact => ({ takes: -6, draft })
const says = (draft: Draft): Fact => ({ takes: 0, draft })

/** What each process can do to the row; `takes`: how many mugs leave it. */
const FACTS: Readonly<Record<string, Fact>> = {
  receive: gives({
    type: 'receive',
    ...goods,
    document: documentId('PO-1'),
    blind: false,
    expiry: null,
    to: from,
    qty: 6,
  }),
  putaway: takes({ type: 'putaway', ...goods, task: null, from, to: looseAt(a2.id), qty: 6 }),
  'putaway here': gives({ type: 'putaway', ...goods, task: null, from: looseAt(dock.id), to: from, qty: 6 }),
  'putaway not found': says({ ...short, process: 'putaway', task: null, document: null, line: null }),
  'putaway damaged': takes({ ...short, process: 'putaway', task: null, document: null, line: null, damaged: 6 }),
  pick: takes({ type: 'pick', ...goods, ...work('SO-1'), from, to: looseAt(tote1.id), qty: 6 }),
  'short pick': says({ ...short, process: 'pick', ...work('SO-1') }),
  'pick damaged': takes({ ...short, process: 'pick', ...work('SO-1'), reason: 'DAMAGED', damaged: 6 }),
  move: takes({ type: 'move', process: 'move', line: null, ...goods, task: null, from, to: looseAt(a3.id), qty: 6 }),
  status: takes({
    type: 'status',
    process: 'move',
    ...goods,
    from,
    to: { ...from, status: 'blocked' },
    qty: 6,
    reason: 'OTHER',
  }),
  scrap: takes({ type: 'scrap', process: 'move', ...goods, from, qty: 6, reason: 'SAMPLE' }),
  replenish: takes({
    type: 'move',
    process: 'replenish',
    line: null,
    ...goods,
    task: null,
    from,
    to: looseAt(a3.id),
    qty: 6,
  }),
  'replenish not found': says({ ...short, process: 'replenish', task: null, document: null, line: null }),
  putback: gives({
    type: 'move',
    process: 'putback',
    ...goods,
    task: null,
    line: lineId('SO-2', 1),
    from: looseAt(tote2.id),
    to: from,
    qty: 6,
  }),
  return: gives({
    type: 'return',
    ...goods,
    document: derivedId('document', 'return'),
    blind: false,
    order: documentId('SO-0'),
    expiry: null,
    to: from,
    qty: 6,
    disposition: 'restock',
    reason: 'NOT_WANTED',
  }),
  count: says({
    type: 'count.observed',
    ...goods,
    count: derivedId('count', 'c'),
    task: taskId('CNT-1'),
    place: from,
    attempt: 1,
    mode: 'guided',
    qty: 4,
    typed: false,
    expiry: null,
    takenAt: TIMES.takenAt,
  }),
  'ask for a count': says({
    type: 'count.request',
    process: 'pick',
    client: one.id,
    only: mug.id,
    place: a1.id,
    cause: 'zero',
  }),
  full: says({ type: 'full', process: 'putaway', client: null, place: a1.id, task: null }),
}

const told = (world: ReturnType<typeof worldOf>) =>
  allRows(world)
    .filter(at => at.onHand !== 0)
    .map(at => `${stockKeyText(at)} ${at.onHand}`)
    .sort()

/** Both facts as they arrive at the server; the first is of Anna's handheld, whenever it comes. */
const arrived = (order: readonly (readonly [Draft, boolean])[]) => {
  const world = worldOf(seed())
  const judged = order.map(([draft, isAnnas]) => {
    const key = { device: isAnnas ? device : otherDevice, epoch: EPOCH, seq: 1 }
    const one_ = judge(world, stamped(draft, key), key, TIMES)
    world.apply(one_.effects)
    expect(unbalanced(allRows(world))).toEqual([])
    expect(wrongReserved(world)).toEqual([])
    return one_
  })
  const opened = new Set(judged.flatMap(one_ => one_.effects.exceptions.map(e => `${e.kind} ${e.subject}`)))
  return { world, judged, opened }
}

const names = Object.keys(FACTS)
const pairs = names.flatMap((a, i) => names.slice(i).map(b => [a, b] as const))

describe('two handhelds that cannot see each other', () => {
  it.each(pairs)('[L26] %s and %s on one row: the same stock in both orders, the later one tells', (a, b) => {
    const [first, second] = [FACTS[a], FACTS[b]]
    if (first === undefined || second === undefined) throw new Error('no such fact')
    const one_ = arrived([
      [first.draft, true],
      [second.draft, false],
    ])
    const other = arrived([
      [second.draft, false],
      [first.draft, true],
    ])
    expect(told(one_.world)).toEqual(told(other.world))
    const left = shelf.onHand - first.takes - second.takes
    const text = stockKeyText(shelf)
    for (const { world, judged, opened } of [one_, other]) {
      expect(judged.map(({ outcome }) => outcome)).not.toContain('quarantined')
      expect(world.stock(shelf).onHand).toBe(left)
      // Whoever came first had the books on their side.
      const negative = judged.map(({ effects }) =>
        effects.exceptions.some(e => e.kind === 'negative_stock' && e.subject === text),
      )
      expect(negative).toEqual([false, left < 0])
      for (const at of allRows(world)) {
        if (isVirtual(world.location(at.location))) continue
        const name = stockKeyText(at)
        const why = ['negative_stock', 'reservation_broken', 'not_available', 'short_pick']
        if (at.onHand < 0) expect(opened).toContain(`negative_stock ${name}`)
        if (at.reserved + at.held > at.onHand)
          expect(
            why.some(kind => opened.has(`${kind} ${name}`)),
            name,
          ).toBe(true)
      }
    }
  })
})
