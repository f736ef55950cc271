import type { Location, Task, Worker } from '../../shared/catalogue.ts'
import { derivedId, NO_LPN } from '../../shared/ids.ts'
import { looseAt } from '../../shared/ledger/world.ts'
import { lpnId } from '../../shared/process/lpn.ts'
import type { Input, Next, Process, ProcessState, Start } from '../../shared/process/process.ts'
import { putBackTask } from '../../shared/process/putback-task.ts'
import { choiceOf, COMMAND_CODES, quantityOf } from '../../shared/scan/command-code.ts'
import { makeLabel } from '../../shared/scan/own-label.ts'
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
} from './world.ts'

const PALLET = makeLabel('XP', '0042')
const NEW_PALLET = makeLabel('XP', '0099')
const half = `01${'0'.repeat(14)}10`

export const walkWorld = () =>
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
export const KEYS = [...COMMAND_CODES].filter(code => quantityOf(code) === null && choiceOf(code) === null)
export const INPUTS: readonly Input[] = [
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
/** Whoever may do everything. */
export const boss: Worker = { ...worker, roles: ['supervisor' as const] }
/** Examples that are walked on for each value of `at`. */
const EXAMPLES = 5
const LONGEST = 7
const NEAR = 3

const filled = (state: ProcessState): string =>
  Object.entries(state)
    .filter(([, value]) => value !== null && value !== '' && !(Array.isArray(value) && value.length === 0))
    .map(([field]) => field)
    .join()

export type Path = { start: Start; inputs: readonly Input[] }

/** The worker at the end of a path, in a world of their own. */
export const walked = (process: Process, { start, inputs }: Path, who: Worker = boss) => {
  const there = walkWorld()
  const anna = workerAt(process, there, start, device, who)
  for (const input of inputs) anna.input(input)
  return { anna, world: there }
}

export type Here = ReturnType<typeof walked>['anna']
export type Stop = Path & { at: string }

/**
 * The states of a process, a few of each kind, found by walking: from each start every input is tried, and what it leads to
 * is walked on. `answer` is asked for what an input is answered there and may look at it.
 */
export const walk = (
  process: Process,
  answer: (anna: Here, path: Path, input: Input) => Next = (anna, _, input) => anna.peek(input).next,
): readonly Stop[] => {
  const examples = new Map<string, Set<string>>()
  const kinds = new Set<string>()
  const stops: Stop[] = []
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
    stops.push({ ...path, at: anna.state().at })
    for (const input of INPUTS) {
      const next = answer(anna, path, input)
      // What is over is on no screen any more.
      if (!next.finished) found(next.state, { start: path.start, inputs: [...path.inputs, input] })
    }
  }
  return stops
}
