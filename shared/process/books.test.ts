import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Item, Location } from '../catalogue.ts'
import { derivedId, NO_LPN } from '../ids.ts'
import { stockKeyText } from '../ledger/stock.ts'
import { looseAt } from '../ledger/world.ts'
import type { World } from '../ledger/world.ts'
import { isUndoable } from '../sync/final.ts'
import type { Act } from '../sync/act.ts'
import type { Command, CommandKey, Draft } from '../sync/command.ts'
import {
  EPOCH,
  TIMES,
  a1,
  a2,
  a3,
  allRows,
  bowl,
  demoSeed,
  device,
  dock,
  documentId,
  drill,
  lineId,
  milk,
  mug,
  one,
  orderOf,
  otherDevice,
  row,
  scanOf,
  scanned,
  stamped,
  taskId,
  theirMilk,
  theirMug,
  tote1,
  tote2,
  unbalanced,
  vial,
  wants,
  warehouse,
  workerAt,
  worldOf,
  wrongReserved,
} from '../../test/support/world.ts'
import { makeLabel } from '../scan/own-label.ts'
import { PROCESSES } from './index.ts'
import { isVirtual } from './virtual.ts'
import { judge } from './judge.ts'
import { lookup } from './lookup.ts'
import { lpnId } from './lpn.ts'
import { pick } from './pick.ts'
import type { Input, Process } from './process.ts'
import { receive } from './receive.ts'

const mugs = row(mug, a1, 30)
const l1 = row(milk, a2, 10, { lot: 'L1' })
const l2 = row(milk, a2, 10, { lot: 'L2' })
const seed = () => ({
  ...demoSeed(),
  policy: { receive: { blindReceipt: 'yes' as const }, pick: { newTotes: true } },
  documents: [
    ...demoSeed().documents,
    orderOf('SO-2', [wants(milk, 6, [l2, 6]), wants(mug, 5, [mugs, 5]), wants(mug, 4, [mugs, 2])], {
      tote: tote2.id,
      batch: { id: 'b', totes: 'each' },
    }),
    orderOf('SO-3', [wants(milk, 4, [l1, 4]), wants(mug, 3, [mugs, 3])], {
      lease: null,
      batch: { id: 'b', totes: 'each' },
    }),
  ],
})

const ORDERS = ['SO-1', 'SO-2', 'SO-3']
const place = fc.constantFrom(a1, a2, a3, dock)
const lot = fc.constantFrom('', 'L1', 'L2', 'NEW')
const serial = fc.constantFrom('', '', 'S1', 'S2')
const item = fc.constantFrom(mug, bowl, milk, drill)
const qty = fc.integer({ min: 1, max: 12 })
const LABEL = makeLabel('XP', '0042')
const PALLET = lpnId(warehouse, LABEL)
const onPallet = { location: dock.id, lpn: PALLET, status: 'available' as const }
const nowhere = derivedId<'location'>('nowhere')

const receiveDraft = fc
  .record({
    item: fc.constantFrom(mug, bowl, milk, drill, theirMug),
    lot,
    serial,
    qty,
    number: fc.constantFrom('PO-1', 'NEW-1', 'SO-1'),
    lpn: fc.constantFrom(NO_LPN, NO_LPN, PALLET),
    status: fc.constantFrom('available' as const, 'available' as const, 'inspection' as const, 'damaged' as const),
  })
  .map(({ item, lot, serial, qty, number, lpn, status }): Draft => ({
    type: 'receive',
    label: LABEL,
    client: item.client,
    item: item.id,
    lot,
    serial,
    document: documentId(number),
    blind: number === 'NEW-1',
    expiry: lot === '' ? null : '2027-01-01',
    to: { location: dock.id, lpn, status },
    qty,
  }))
/** Goods that a pallet label gathers at the dock, and goods that are refused. */
const dockDraft = fc
  .record({ item: fc.constantFrom(mug, milk), lot, qty, isRefused: fc.boolean() })
  .map(({ item, lot, qty, isRefused }): Draft => {
    const goods = { client: one.id, item: item.id, lot, serial: '', qty }
    if (isRefused) return { type: 'reject', ...goods, document: documentId('PO-1'), reason: 'DAMAGED' }
    const from = looseAt(dock.id)
    return { type: 'move', process: 'receive', label: LABEL, ...goods, task: null, line: null, from, to: onPallet }
  })
const work = fc.record({
  number: fc.constantFrom(...ORDERS),
  no: fc.integer({ min: 1, max: 3 }),
  item,
  lot,
  serial,
  place,
  qty,
  tote: fc.constantFrom(tote1.id, tote2.id, nowhere),
})
const pickDraft = work.map(({ number, no, item, lot, serial, place, qty, tote }): Draft => ({
  type: 'pick',
  client: one.id,
  item: item.id,
  lot,
  serial,
  task: taskId(number),
  document: documentId(number),
  line: lineId(number, no),
  from: looseAt(place.id),
  to: looseAt(tote),
  qty,
}))
const shortage = fc.record({
  reason: fc.constantFrom('NOT_FOUND', 'EMPTY', 'DAMAGED', 'MISPLACED', 'UNREACHABLE', 'BLOCKED_LOT', 'EXPIRED'),
  damaged: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
  instead: fc.option(fc.record({ place, lot }), { nil: undefined }),
})
const shortDraft = fc.tuple(work, shortage).map(([{ number, no, item, lot, serial, place }, why]): Draft => ({
  type: 'short',
  process: 'pick',
  client: one.id,
  item: item.id,
  lot,
  serial,
  task: taskId(number),
  document: documentId(number),
  line: lineId(number, no),
  from: looseAt(place.id),
  reason: why.reason,
  ...(why.damaged === undefined ? {} : { damaged: why.damaged }),
  ...(why.instead === undefined
    ? {}
    : { instead: { ...looseAt(why.instead.place.id), lot: why.instead.lot, serial: '' } }),
}))
const otherDraft = fc.constantFrom<Draft[]>(
  { type: 'close', process: 'receive', place: null, client: one.id, task: null, document: documentId('PO-1') },
  { type: 'close', process: 'receive', place: null, client: one.id, task: null, document: documentId('NEW-1') },
  { type: 'unmatched', process: 'receive', place: null, client: null, document: null, scan: '??' },
  {
    type: 'tote.bind',
    client: one.id,
    task: taskId('SO-1'),
    document: documentId('SO-1'),
    tote: tote1.id,
    label: 'T-01',
  },
  { type: 'tote.bind', client: one.id, task: taskId('SO-3'), document: documentId('SO-3'), tote: null, label: 'T-9' },
  { type: 'park', process: 'pick', client: one.id, mobile: tote1.id, place: dock.id, task: null },
  { type: 'count.request', process: 'pick', client: one.id, only: mug.id, place: a1.id, cause: 'zero' },
)
const draft = fc.oneof(receiveDraft, dockDraft, { arbitrary: pickDraft, weight: 3 }, shortDraft, otherDraft)
/** A number takes back the act that was so many before it, when it can be taken back. */
const entry = fc.oneof({ arbitrary: draft, weight: 5 }, fc.integer({ min: 1, max: 4 }))
const log = fc.array(fc.tuple(entry, fc.boolean()), { maxLength: 40 })

type Own = { command: Command; key: CommandKey }
const commandsOf = (entries: readonly (readonly [Draft | number, boolean])[]): Own[] => {
  const own: Own[] = []
  for (const [said, isOther] of entries) {
    const seq = own.length + 1
    const before = typeof said === 'number' ? own[own.length - said] : undefined
    const isAct = before !== undefined && isUndoable(before.command)
    if (typeof said === 'number' && !isAct) continue
    const key = { device: before?.key.device ?? (isOther ? otherDevice : device), epoch: EPOCH, seq }
    const draft: Draft =
      typeof said === 'number' || before !== undefined
        ? {
            type: 'undo',
            client: one.id,
            of: { epoch: EPOCH, seq: before?.key.seq ?? 0 },
            act: before?.command as unknown as Act,
          }
        : said
    own.push({ command: stamped(draft, key), key })
  }
  return own
}
const fold = (world: World, own: readonly Own[]) =>
  own.map(({ command, key }) => {
    const judged = judge(world, command, key, TIMES)
    world.apply(judged.effects)
    return judged
  })

/** What must hold after every command, whatever happened on the floor. */
const holds = (world: World, opened: ReadonlySet<string>): void => {
  expect(unbalanced(allRows(world))).toEqual([])
  expect(wrongReserved(world)).toEqual([])
  for (const r of allRows(world)) {
    if (isVirtual(world.location(r.location))) continue
    const text = stockKeyText(r)
    expect(r.reserved).toBeGreaterThanOrEqual(0)
    expect(r.held).toBeGreaterThanOrEqual(0)
    if (r.onHand < 0) expect(opened).toContain(`negative_stock ${text}`)
    const isExplained = ['negative_stock', 'reservation_broken', 'not_available', 'short_pick', 'undo_late'].some(
      kind => opened.has(`${kind} ${text}`),
    )
    if (r.reserved + r.held > r.onHand) expect(isExplained, text).toBe(true)
  }
  for (const number of ORDERS) {
    for (const line of world.linesOf(documentId(number))) {
      const claimed = line.claims.reduce((sum, claim) => sum + claim.qty, 0)
      expect(claimed).toBeLessThanOrEqual(line.wanted)
      expect(line.claims.every(claim => claim.qty > 0)).toBe(true)
    }
  }
}

describe('the books, whatever comes', () => {
  it('[L18] any sequence of commands leaves the sums at zero, reserved equal to the claims and every doubt explained', () => {
    fc.assert(
      fc.property(log, drafts => {
        const world = worldOf(seed())
        const opened = new Set<string>()
        for (const own of commandsOf(drafts)) {
          const [judged] = fold(world, [own])
          for (const e of judged?.effects.exceptions ?? []) opened.add(`${e.kind} ${e.subject}`)
          const ids = judged?.effects.exceptions.map(e => e.id) ?? []
          expect(new Set(ids).size).toBe(ids.length)
          holds(world, opened)
        }
      }),
      { numRuns: 150 },
    )
  })
  it('[L19] the same commands again give the same world and the same answers: handheld and server agree', () => {
    fc.assert(
      fc.property(log, drafts => {
        const [here, there] = [worldOf(seed()), worldOf(seed())]
        const own = commandsOf(drafts)
        const first = fold(here, own)
        here.reset()
        expect(fold(here, own)).toEqual(first)
        expect(fold(there, own)).toEqual(first)
        expect(JSON.stringify(allRows(there))).toBe(JSON.stringify(allRows(here)))
      }),
      { numRuns: 50 },
    )
  })
})

const scans = [
  ...[mug, bowl, milk, drill, vial, theirMug, theirMilk].map((item: Item) => scanOf.item(item)),
  scanOf.pack(mug, 'case', 12),
  scanOf.item(milk, { lot: 'L1' }),
  scanOf.item(milk, { lot: 'L2', expiry: '2027-03-31' }),
  scanOf.item(drill, { serial: 'S2' }),
  ...[a1, a2, a3, dock, tote1, tote2].map((at: Location) => scanOf.place(at)),
  ...['PO-1', 'SO-1', 'SO-2'].map(number => scanOf.document(number)),
  ...['L1', 'NEW', 'S1', 'N1', '??', LABEL].map(text => scanned(text)),
  { ...scanned('x'), problem: 'separatorLost' as const },
]
const input: fc.Arbitrary<Input> = fc.oneof(
  { arbitrary: fc.constantFrom(...scans).map((resolved): Input => ({ kind: 'scan', resolved })), weight: 6 },
  fc.constantFrom(0, 1, 2, 3, 12, -1, 0.5, 2_000_000_000).map((value): Input => ({ kind: 'number', value })),
  fc.constantFrom('L1', 'NEW', '270331', '', 'x'.repeat(99)).map((value): Input => ({ kind: 'text', value })),
  fc
    .constantFrom(
      'XCDNE',
      'XCSHT',
      'XCMPT',
      'XCSKP',
      'XCBAK',
      'XCNAY',
      'XCYES',
      'XCDMG',
      'XCFUL',
      'XCWLT',
      'XCREJ',
      'XCASK',
      'XCCLS',
      'XCALL',
      'XCALT',
      'XCNTF',
      'XCPAR',
      'XCSTA',
      'XCSCR',
      'XC???',
    )
    .map((command): Input => ({ kind: 'key', command })),
  fc.integer({ min: 0, max: 6 }).map((n): Input => ({ kind: 'choice', n })),
)

/** Processes that begin with a document; the others with whatever is scanned. */
const DOCUMENTED: ReadonlySet<string> = new Set(['receive', 'pick', 'pack', 'return'])

describe('the worker, whatever they scan', () => {
  it.each<[string, Process]>([
    ['receive', receive],
    ['pick', pick],
    ['lookup', lookup],
    ...PROCESSES.filter(({ name }) => !['receive', 'pick', 'lookup'].includes(name)).map(
      (process): [string, Process] => [process.name, process],
    ),
  ])('[L20] %s answers any sequence of inputs: no throw, a rejection changes nothing, the books hold', (_, process) => {
    const inputs = fc.array(fc.tuple(input, fc.constantFrom(100, 2000)), { maxLength: 60 })
    const starts = fc.constantFrom('PO-1', 'SO-1', 'SO-2', '')
    fc.assert(
      fc.property(starts, inputs, (number, inputs) => {
        const world = worldOf(seed())
        const anna = workerAt(
          process,
          world,
          number === '' || !DOCUMENTED.has(process.name) ? { nothing: true } : { document: documentId(number) },
        )
        const opened = new Set<string>()
        for (const [given, pause] of inputs) {
          const before = JSON.stringify([anna.state(), allRows(world)])
          const next = anna.input(given, pause)
          anna.prompt()
          if (['wrong', 'unknown', 'dup'].includes(next.verdict) && next.commands.length === 0)
            expect(JSON.stringify([next.state, allRows(world)])).toBe(before)
          if (next.verdict === 'ask') expect(next.commands).toEqual([])
          for (const e of anna.judged.flatMap(j => j.effects.exceptions)) opened.add(`${e.kind} ${e.subject}`)
          if (next.finished) break
        }
        expect(anna.judged.every(j => j.outcome !== 'quarantined')).toBe(true)
        holds(world, opened)
      }),
      { numRuns: 300 },
    )
  })
})
