import type { Document, Line, Task, Worker } from '../../shared/catalogue.ts'
import type { WorkAct } from '../../shared/desk/work.ts'
import type { RefusalCode } from '../../shared/exception.ts'
import { derivedId } from '../../shared/ids.ts'
import type { DeviceId, LocationId, TaskId, WorkerId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import type { Effects } from '../../shared/ledger/effects.ts'
import { available } from '../../shared/ledger/stock.ts'
import { makeWorld } from '../../shared/ledger/world.ts'
import type { World } from '../../shared/ledger/world.ts'
import { PROCESSES } from '../../shared/process/index.ts'
import { isMobile } from '../../shared/process/pick-lines.ts'
import { isVirtual } from '../../shared/process/virtual.ts'
import { mayDo } from '../../shared/roles.ts'
import type { DecisionAnswer } from '../../shared/sync/decision.ts'
import { NEXT_KINDS } from '../../shared/sync/enrol.ts'
import { sha256Hex } from '../../shared/sync/seal.ts'
import { cancelDocument } from './cancel-document.ts'
import { givenBack, leasedTo } from './lease.ts'
import { outboundMessage } from './outbound-message.ts'
import { NO_NEED } from './ports.ts'
import type { DecisionTx, MessageWrite } from './ports.ts'

export type WorkKind = `work.${WorkAct['act']}`

/** Documents, work and handhelds inside the transaction of a decision. */
export interface WorkBook {
  /** Of a document or a task as it stands; null = there is none. */
  version(id: string): Promise<number | null>
  /** Whether steps may be missing of what was done with the handheld. */
  mayHaveUnsent(device: DeviceId): Promise<boolean>
  /** The handheld on which the person is logged in, the last one that was heard of. */
  deviceOf(worker: WorkerId): Promise<DeviceId | null>
  /** As the present roster has them. */
  worker(id: WorkerId): Promise<Worker | null>
  /** The task tells how much lies where the person or the handheld counts blind. */
  tellsBlind(task: TaskId, to: { device: DeviceId; worker: WorkerId }): Promise<boolean>
  /** Open tasks that bring goods to the place. */
  filling(place: LocationId): Promise<readonly TaskId[]>
  /** Stock rows of these lines go out afresh, for a handheld that did not have them. */
  show(lines: readonly Line[]): Promise<void>
}

type At = { who: Worker; now: string }
type Outcome = RefusalCode | { effects: Effects; messages?: readonly MessageWrite[]; shown?: readonly Line[] }

/** What a supervisor decides of orders, deliveries and work, on the version that was seen. The same id again gets the same answer. */
export const decideWork = async (tx: DecisionTx, book: WorkBook, ask: WorkAct, at: At): Promise<DecisionAnswer> => {
  const hash = sha256Hex(JSON.stringify(ask))
  const before = (await tx.decisions.find([ask.id])).get(ask.id)
  if (before !== undefined) return before.hash === hash ? before.answer : refusal(ask.id, 'bad_request', null)
  const target = targetOf(ask)
  const version = await book.version(target)
  const outcome = await outcomeOf(tx, book, ask, version, at)
  if (typeof outcome === 'string') return refusal(ask.id, outcome, version)
  const kind: WorkKind = `work.${ask.act}`
  const { id: _, act: __, ...said } = ask
  const { effects, messages = [], shown = [] } = outcome
  await tx.write({ body: { kind, by: at.who.id, ...said }, effects, messages })
  await book.show(shown)
  const answer: DecisionAnswer = { id: ask.id, outcome: 'done', version: (version ?? 0) + 1, state: null }
  await tx.decisions.keep([{ id: ask.id, kind, target, hash, answer, worker: at.who.id, at: at.now }])
  return answer
}

const targetOf = (ask: WorkAct): string =>
  'task' in ask ? ask.task : 'document' in ask ? ask.document : broughtBy(ask.id)

const outcomeOf = (tx: DecisionTx, book: WorkBook, ask: WorkAct, version: number | null, at: At): Promise<Outcome> => {
  if ('task' in ask) return onTask(tx, book, ask, version, at)
  return 'document' in ask ? onDocument(tx, ask, version, at) : bring(tx, book, ask, at)
}

const refusal = (id: string, code: RefusalCode, version: number | null): DecisionAnswer => ({
  id,
  outcome: 'refused',
  code,
  version,
  state: null,
})

const isTheirs = (who: Worker, { client }: Pick<Document, 'client'>): boolean =>
  who.clients === null || who.clients.includes(client)

type OnDocument = Extract<WorkAct, { document: unknown }>
type OnTask = Extract<WorkAct, { task: unknown }>

const onDocument = async (tx: DecisionTx, ask: OnDocument, version: number | null, at: At): Promise<Outcome> => {
  const world = makeWorld(await tx.load({ ...NO_NEED, documents: [ask.document] }))
  const document = world.document(ask.document)
  if (document === undefined || !isTheirs(at.who, document)) return 'not_found'
  if (version !== ask.expectedVersion) return 'stale'
  const isOpen = document.state === 'open' || document.state === 'started'
  if (isOpen === (ask.act === 'reopen')) return 'stale'
  return changed(tx, world, document, ask, at)
}

const changed = async (tx: DecisionTx, world: World, document: Document, ask: OnDocument, at: At): Promise<Outcome> => {
  const { hold, ...rest } = document
  switch (ask.act) {
    case 'hold': {
      if (document.kind !== 'order') return 'bad_request'
      const held = { by: at.who.id, at: at.now, reason: ask.reason }
      // Work that is only prepared comes back; what somebody has begun is theirs to end.
      const tasks = tasksOf(world, document)
        .filter(task => task.state === 'leased')
        .map(givenBack)
      return { effects: { ...NOTHING, documents: [{ ...document, hold: held }], tasks } }
    }
    case 'release':
      return hold ? { effects: { ...NOTHING, documents: [rest] } } : 'stale'
    case 'priority':
      return { effects: { ...NOTHING, documents: [{ ...document, priority: ask.priority, ranked: true }] } }
    case 'turn':
      return { effects: { ...NOTHING, documents: [{ ...document, turn: ask.turn }] } }
    case 'cancel': {
      if (document.kind !== 'order') return 'bad_request'
      // What has left cannot be called back.
      if (world.linesOf(document.id).some(line => (line.shipped ?? 0) > 0)) return 'gone'
      return { effects: cancelDocument(world, document) }
    }
    case 'close':
      return document.kind === 'receipt' ? closed(tx, world, document) : 'bad_request'
    case 'reopen':
      return document.kind === 'receipt' ? reopened(world, document) : 'bad_request'
  }
}

const tasksOf = (world: World, { id }: Document): readonly Task[] =>
  [...world.tasks()].filter(task => task.document === id)

/** As if it were closed on the floor: the ERP gets what no message has told it yet, and a rest is a backorder there. */
const closed = async (tx: DecisionTx, world: World, document: Document): Promise<Outcome> => {
  const task = world.taskOf(document.id)
  const effects: Effects = {
    ...NOTHING,
    documents: [{ ...document, state: 'closed' }],
    tasks: task === undefined || task.state === 'cancelled' ? [] : [{ ...task, state: 'done', lease: null }],
  }
  const draft = { type: 'receipt' as const, document: document.id, final: document.reopened !== true }
  const covered = await tx.uncovered(document.id)
  if (covered.length === 0) return { effects }
  const movements = covered.flatMap(row => row.movements)
  // Which side of each is the outside, and the dates of the lots.
  const ends = movements.flatMap(({ from, to }) => [from.location, to.location])
  const view = makeWorld(
    await tx.load({ ...NO_NEED, documents: [document.id], locations: [...new Set(ends)], lots: movements }),
  )
  return { effects, messages: [outboundMessage(draft, covered, tx.counts.self, view)] }
}

/** A mistaken close: people may go on. What the ERP was told stays told; the rest is a supplement. */
const reopened = (world: World, document: Document): Outcome => {
  if (document.state !== 'closed') return 'stale'
  const task = world.taskOf(document.id)
  return {
    effects: {
      ...NOTHING,
      documents: [{ ...document, state: 'started', reopened: true }],
      tasks: task === undefined ? [] : [{ ...task, state: 'started', lease: null }],
    },
  }
}

const OVER: ReadonlySet<Task['state']> = new Set(['done', 'cancelled'])

const onTask = async (
  tx: DecisionTx,
  book: WorkBook,
  ask: OnTask,
  version: number | null,
  at: At,
): Promise<Outcome> => {
  const first = (await tx.load({ ...NO_NEED, tasks: [ask.task] })).tasks.get(ask.task)
  if (first === undefined || !isTheirs(at.who, first)) return 'not_found'
  if (version !== ask.expectedVersion || OVER.has(first.state)) return 'stale'
  if (ask.act === 'taskTurn')
    return first.document === null ? { effects: { ...NOTHING, tasks: [{ ...first, turn: ask.turn }] } } : 'bad_request'
  const documents = first.document === null ? [] : [first.document]
  const world = makeWorld(await tx.load({ ...NO_NEED, tasks: [ask.task], documents, batches: true }))
  // Deliveries, put-away and packing are everybody's at once.
  if (!GIVEN_OUT.has(first.kind)) return 'bad_request'
  const held = first.lease
  if (held !== null && !ask.sure && (await book.mayHaveUnsent(held.device))) return 'unsent'
  // What is walked together stays together.
  const walk = [...world.tasks()].filter(task => task.id === first.id || (held !== null && isSameWalk(task, first)))
  if (ask.act === 'free') return held === null ? 'stale' : { effects: { ...NOTHING, tasks: walk.map(givenBack) } }
  return assigned(book, world, walk, ask, at)
}

const GIVEN_OUT: ReadonlySet<string> = new Set(NEXT_KINDS)

const isSameWalk = (task: Task, first: Task): boolean =>
  task.batch != null &&
  task.batch.id === first.batch?.id &&
  task.lease?.device === first.lease?.device &&
  !OVER.has(task.state)

const assigned = async (
  book: WorkBook,
  world: World,
  walk: readonly Task[],
  ask: Extract<OnTask, { act: 'assign' }>,
  { now }: At,
): Promise<Outcome> => {
  const worker = await book.worker(ask.worker)
  if (worker === null || !worker.active || !walk.every(task => mayHave(worker, task))) return 'role'
  const documents = walk.flatMap(task => (task.document === null ? [] : (world.document(task.document) ?? [])))
  if (documents.some(document => document.hold)) return 'held'
  const device = await book.deviceOf(worker.id)
  if (device === null) return 'nobody'
  for (const { id } of walk) if (await book.tellsBlind(id, { device, worker: worker.id })) return 'role'
  const lease = { device, worker: worker.id, since: now }
  const lines = documents.flatMap(document => world.linesOf(document.id))
  const effects = { ...NOTHING, tasks: walk.map(task => leasedTo(task, lease)), lines, documents }
  return { effects, shown: lines }
}

/** Their roles do it, the goods are of their clients, and nobody counts again what they have counted. */
const mayHave = (worker: Worker, task: Task): boolean => {
  const process = PROCESSES.find(one => one.name === task.kind)
  const isTheirGoods = worker.clients === null || worker.clients.includes(task.client)
  return (
    process !== undefined &&
    mayDo(worker.roles, process.roles) &&
    isTheirGoods &&
    task.count?.notBy.includes(worker.id) !== true
  )
}

type Bring = Extract<WorkAct, { act: 'bring' }>

export const broughtBy = (decision: string): TaskId => derivedId<'task'>('task', 'bring', decision)

/** Goods that nobody has reserved and no count has put in doubt go to a place that there is; a pick face is filled by one task. */
const bring = async (tx: DecisionTx, book: WorkBook, ask: Bring, { who }: At): Promise<Outcome> => {
  const { client, item, lot, serial, from, to, qty } = ask
  if (!isTheirs(who, { client })) return 'not_found'
  const filling = await book.filling(to)
  const need = { ...NO_NEED, items: [item], locations: [from.location, to], tasks: filling }
  const world = makeWorld(await tx.load(need))
  const [source, goal] = [world.location(from.location), world.location(to)]
  if (world.item(item)?.client !== client || source === undefined || goal === undefined) return 'not_found'
  if (to === from.location || !goal.active || isVirtual(goal) || isMobile(world, to)) return 'bad_request'
  if (goal.face && filling.length > 0) return 'taken'
  if (available(world.stock({ client, item, lot, serial, ...from })) < qty) return 'gone'
  const task: Task = {
    id: broughtBy(ask.id),
    kind: 'replenish',
    client,
    document: null,
    state: 'ready',
    lease: null,
    tote: null,
    goods: { item, lot, serial, from, to, qty, line: null },
    priority: 1,
    cause: 'topUp',
  }
  return { effects: { ...NOTHING, tasks: [task] } }
}
