import { describe, expect, it } from 'vitest'
import type { Location, Task } from '../catalogue.ts'
import { derivedId, NO_LPN } from '../ids.ts'
import { choiceOf, COMMAND_CODES, quantityOf } from '../scan/command-code.ts'
import { makeLabel } from '../scan/own-label.ts'
import {
  a1,
  a2,
  a3,
  countTaskOf,
  bowl,
  demoSeed,
  demoWorld,
  device,
  dock,
  documentId,
  one,
  lineId,
  drill,
  juice,
  milk,
  mug,
  orderOf,
  receiptOf,
  row,
  scanned,
  scanOf,
  taskId,
  theirMug,
  tote1,
  tote2,
  tote3,
  vial,
  virtual,
  wants,
  warehouse,
  worker,
  workerAt,
} from '../../test/support/world.ts'
import type { Resolved } from '../scan/scan.ts'
import { PROCESSES } from './index.ts'
import { lpnId } from './lpn.ts'
import { looseAt } from '../ledger/world.ts'
import { MESSAGES } from './message.ts'
import { putBackTask } from './putback-task.ts'
import type { Input, Next, Process, ProcessState, Start } from './process.ts'

/**
 * Every state × every kind of input of every process in the registry: no pair is undefined. States are reached by walking:
 * from each start every input is tried, and what it leads to is walked on, a few examples for each value of `at`.
 */
const PALLET = makeLabel('XP', '0042')
const NEW_PALLET = makeLabel('XP', '0099')
const half = `01${'0'.repeat(14)}10`

const world = () =>
  demoWorld({
    policy: {
      receive: { asnTrust: 'check' },
      task: { confirmReason: ['putaway', 'fefo'] },
      pack: { carriers: [{ name: 'POST', tracking: true, prefix: '' }] },
      pick: { reallocation: 'manual' },
    },
    places: [...demoSeed().places, box],
    stock: [
      ...demoSeed().stock,
      row(mug, dock, 6, { lpn: lpnId(warehouse, PALLET) }),
      row(mug, dock, 4),
      row(milk, a2, 2, { lot: 'L1', status: 'damaged' }),
      row(mug, a3, 2),
      oneBowl,
      ...picked,
      ...inBox,
    ],
    documents: [
      ...demoSeed().documents,
      receiptOf('PO-2', [wants(milk, 5), wants(vial, 2)]),
      receiptOf('PO-3', [wants(drill, 2)]),
      receiptOf('PO-4', [{ ...wants(mug, 6), lpn: lpnId(warehouse, NEW_PALLET) }], { asn: true }),
      drillOrder,
      packOrder,
      orderOf('SO-4', [wants(bowl, 1, [oneBowl, 1])], { batch }),
      orderOf('SO-5', [wants(milk, 1, [row(milk, a2, 10, { lot: 'L1' }), 1])], { batch }),
    ],
    tasks: [countTaskOf('CNT-1', a2), backTask, faceTask, drillTask],
  })

/** The only one of its kind: whoever picks it is asked whether the place is empty. Picked together with another order. */
const oneBowl = row(bowl, a1, 1)
const batch = { id: 'batch', totes: 'each' as const }

const drillOrder = orderOf('SO-3', [wants(drill, 1, [row(drill, a3, 1, { serial: 'S2' }), 1])], { tote: tote2.id })

/** Picked: two lots and two serials in a tote, and one mug in a box that is open. */
const picked = [
  row(milk, tote3, 1, { lot: 'L1' }),
  row(milk, tote3, 1, { lot: 'L2' }),
  row(drill, tote3, 1, { serial: 'S8' }),
  row(drill, tote3, 1, { serial: 'S9' }),
]
const box: Location = {
  ...tote3,
  id: derivedId('location', 'demo', 'BOX-1'),
  kind: 'carton',
  code: 'BOX-1',
  carton: {
    document: documentId('SO-P'),
    type: null,
    weightG: null,
    size: null,
    tracking: null,
    closed: false,
    shipped: false,
  },
}
/** Picked for an order that was cancelled since. */
const backTask = putBackTask(demoWorld(), {
  client: one.id,
  document: documentId('SO-P'),
  line: lineId('SO-P', 3),
  item: mug.id,
  lot: '',
  serial: '',
  from: looseAt(box.id),
  to: a1.id,
  qty: 1,
  cause: 'cancelled',
})
/** The face of mugs and of milk lots is to be filled. */
const faceTask: Task = {
  id: derivedId('task', 'demo', 'face'),
  kind: 'replenish',
  client: one.id,
  document: null,
  state: 'ready',
  lease: null,
  tote: null,
  goods: { item: milk.id, lot: '', serial: '', from: looseAt(a2.id), to: a3.id, qty: 6, line: null },
}
const drillTask: Task = {
  ...faceTask,
  id: derivedId('task', 'demo', 'face of drills'),
  goods: { item: drill.id, lot: '', serial: '', from: looseAt(a3.id), to: a1.id, qty: 2, line: null },
}
const inBox = [row(mug, box, 1)]
const packOrder = orderOf(
  'SO-P',
  [
    { ...wants(milk, 2, ...picked.slice(0, 2).map(at => [at, 1] as const)), done: 2, state: 'done' },
    { ...wants(drill, 2, ...picked.slice(2).map(at => [at, 1] as const)), done: 2, state: 'done' },
    { ...wants(mug, 1, ...inBox.map(at => [at, 1] as const)), done: 1, state: 'done' },
  ],
  { tote: tote3.id, state: 'done', lease: null },
  { carrier: 'POST' },
)

const scans = [
  ...[a1, a2, a3, dock, tote1, tote2, virtual('customer')].map(scanOf.place),
  ...[mug, bowl, milk, drill, vial, juice, theirMug].map(item => scanOf.item(item)),
  scanOf.pack(mug, 'case', 12),
  scanOf.item(milk, { lot: 'L1' }),
  scanOf.item(milk, { lot: 'L2', expiry: '2027-03-31' }),
  scanOf.item(vial, { lot: 'V1', expiry: '2027-01-01', serial: 'S-1' }),
  scanOf.document('PO-1'),
  scanOf.document('SO-1'),
  scanOf.document('SO-P'),
  scanned('BOX-1', [{ kind: 'carton', location: box.id }]),
  scanned(PALLET, [{ kind: 'lpn', lpn: lpnId(warehouse, PALLET), client: one.id }]),
  scanOf.task('SO-1'),
  scanned('XBX', [{ kind: 'badge', text: 'XBX' }]),
  ...['L1', 'L2', 'S1', 'NEW', PALLET, NEW_PALLET, half, 'x'.repeat(200)].map(text => scanned(text)),
  { ...scanned('half a label'), problem: 'separatorLost' as const },
]
/** Quantities and tiles reach a process as numbers and choices; every other card as its key. */
const KEYS = [...COMMAND_CODES].filter(code => quantityOf(code) === null && choiceOf(code) === null)
const INPUTS: readonly Input[] = [
  ...scans.map(resolved => ({ kind: 'scan' as const, resolved })),
  ...[0, 1, 2, 3, 5, 1_000_000].map(value => ({ kind: 'number' as const, value })),
  ...['', 'L1', 'NEW', '2027-03-31', 'x'.repeat(200)].map(value => ({ kind: 'text' as const, value })),
  ...KEYS.map(command => ({ kind: 'key' as const, command })),
  ...[1, 2, 3, 9].map(n => ({ kind: 'choice' as const, n })),
  { kind: 'photo', sha: 'a'.repeat(64) },
]
const STARTS: readonly Start[] = [
  { nothing: true },
  { blind: true },
  { document: documentId('PO-1') },
  { document: documentId('PO-2') },
  { document: documentId('PO-3') },
  { document: documentId('PO-4') },
  { document: documentId('SO-1') },
  { document: documentId('SO-P') },
  { task: taskId('SO-1') },
  { task: taskId('SO-3') },
  { task: taskId('CNT-1') },
  { task: backTask.id },
  { task: faceTask.id },
  { task: drillTask.id },
  { task: taskId('SO-4') },
  { location: a1.id },
  { item: mug.id },
  { lpn: NO_LPN },
  { lpn: lpnId(warehouse, PALLET) },
  { row: row(mug, a1, 30) },
  { row: row(mug, dock, 4) },
]
const boss = { ...worker, roles: ['supervisor' as const] }
/** Examples that are walked on for each value of `at`. */
const EXAMPLES = 5
const LONGEST = 7
const NEAR = 3

const filled = (state: ProcessState): string =>
  Object.entries(state)
    .filter(([, value]) => value !== null && value !== '' && !(Array.isArray(value) && value.length === 0))
    .map(([field]) => field)
    .join()

type Path = { start: Start; inputs: readonly Input[] }

/** The worker at the end of a path, in a world of their own. */
const walked = (process: Process, { start, inputs }: Path) => {
  const there = world()
  const anna = workerAt(process, there, start, device, boss)
  for (const input of inputs) anna.input(input)
  return { anna }
}

const walk = (process: Process) => {
  const examples = new Map<string, Set<string>>()
  const kinds = new Set<string>()
  const reached = new Set<string>()
  const pairs = new Set<string>()
  let named = 0
  const queue: Path[] = []
  /** A state is walked on when it is unlike the examples of its kind; one with an open question is a kind of its own. */
  const found = (state: ProcessState, path: Path): void => {
    const name = state.confirm === null ? state.at : `${state.at} ${state.confirm.question.key}`
    const known = examples.get(name) ?? new Set<string>()
    const shape = JSON.stringify({ ...state, confirm: null, takenAt: null })
    // A state that holds what no example holds (a code that is kept, a pallet that is open) is one more kind.
    const kind = `${name}: ${filled(state)}`
    const isNew = known.size < EXAMPLES || (!kinds.has(kind) && path.inputs.length <= NEAR)
    if (known.has(shape) || !isNew || path.inputs.length > LONGEST) return
    kinds.add(kind)
    examples.set(name, known.add(shape))
    queue.push(path)
  }
  for (const start of STARTS) {
    const path = { start, inputs: [] }
    found(walked(process, path).anna.state(), path)
  }
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    const { anna } = walked(process, path)
    const { at } = anna.state()
    reached.add(at)
    for (const input of INPUTS) {
      const next = tried(process, anna, path, input)
      if (next.message.key === 'wrong.kind') named += 1
      pairs.add(`${at} ${input.kind}`)
      found(next.state, { start: path.start, inputs: [...path.inputs, input] })
    }
  }
  return { reached, pairs, named }
}

type Here = ReturnType<typeof walked>

const tried = (process: Process, anna: Here['anna'], path: Path, input: Input): Next => {
  const before = anna.state()
  const { next, prompt } = anna.peek(input)
  expect(MESSAGES).toContain(next.message.key)
  expect(JSON.parse(JSON.stringify(next.state))).toEqual(next.state)
  expect(process.states).toContain(next.state.at)
  if (['wrong', 'unknown', 'dup'].includes(next.verdict) && next.commands.length === 0)
    expect(next.state).toEqual(before)
  if (input.kind === 'scan') saysWhat(next, input.resolved, () => anna.prompt().expects)
  if (next.commands.length === 0) {
    expect(MESSAGES).toContain(prompt().ask.message.key)
    return next
  }
  // What is booked is booked in a world of its own, so that the next input finds this one as it was.
  const again = walked(process, path)
  again.anna.input(input)
  expect(MESSAGES).toContain(again.anna.prompt().ask.message.key)
  for (const judged of again.anna.judged) expect(judged.outcome).not.toBe('quarantined')
  return next
}

/** [H56] What is of no kind that the step wants is named, and what nobody knows is no answer to a choice. */
const saysWhat = (
  { verdict, message, commands }: Next,
  { readings, problem }: Resolved,
  expects: () => readonly string[],
): void => {
  if (problem !== null || commands.length > 0 || (verdict !== 'wrong' && verdict !== 'unknown')) return
  if (message.key === 'wrong.kind') expect(readings.map(reading => reading.kind)).toContain(message.values['thing'])
  const mute = readings.length === 0 ? NO_ANSWERS : [...NO_ANSWERS, ...ABOUT_MARKS]
  if (!mute.includes(message.key)) return
  expect([message.key, readings.some(reading => expects().includes(reading.kind))]).toEqual([message.key, true])
}
const NO_ANSWERS = ['no.key', 'why', 'which.status', 'ret.choose', 'photo.ask', 'zero.first']
const ABOUT_MARKS = ['date.bad', 'move.notHere', 'wrong.lot', 'wrong.serial', 'pack.trackingBad', 'unknown']

describe.each(PROCESSES.map(process => [process.name, process] as const))('%s', (_, process) => {
  const { reached, pairs, named } = walk(process)
  it('[L25] every state is reached', () => {
    expect([...reached].sort()).toEqual([...process.states].sort())
  })
  it('[H56] a code of a kind that a step cannot want is named in every state', () => {
    // Each answer of the walk was looked at on the way.
    expect(named).toBeGreaterThan(0)
  })
  it('[L25] every card is tried, those of the work that begin like a tile as well', () => {
    expect(KEYS).toEqual(expect.arrayContaining(['XCREJ', 'XCRCV', 'XCRET', 'XCRPL', 'XCRPT']))
  })
  it('[L25] every state answers every kind of input', () => {
    const kinds = new Set(INPUTS.map(input => input.kind))
    expect(pairs.size).toBe(process.states.length * kinds.size)
  })
})
