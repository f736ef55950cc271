import type { Task, Worker } from '../../shared/catalogue.ts'
import type { DocumentId, TaskId } from '../../shared/ids.ts'
import type { Process, ProcessName, ProcessState, Start } from '../../shared/process/process.ts'
import { beside, learnLeft } from './beside.ts'
import { closeSlots, save, slot, slotAt, tidied } from './commit.ts'
import { pushed } from './core.ts'
import type { Core } from './core.ts'
import { know } from './know.ts'
import { shortTime } from './short-time.ts'
import { slotOf } from './saved.ts'
import type { Slot } from './saved.ts'
import { books } from './state.ts'
import type { Screen } from './state.ts'
import { STOP_KEY } from './stop.ts'
import { maySee } from './work.ts'

/** Several people may work on these at a time, and without asking anybody; every other task belongs to one device. */
const SHARED: ReadonlySet<Task['kind']> = new Set(['receive', 'putaway', 'pack', 'ship', 'return', 'putback'])

/** The way of an order through the house. */
const STAGES = ['pick', 'pack', 'ship'] as const

/** The next open work on a document that this worker may do. */
export const workOn = (core: Core, document: DocumentId, worker: Worker): Task | undefined => {
  const world = core.ports.handheld.world()
  return STAGES.flatMap(kind => world.taskOf(document, kind) ?? []).find(task => {
    const process = processNamed(core, task.kind)
    const isOver = task.state === 'done' || task.state === 'cancelled'
    return !isOver && process !== undefined && maySee(worker, process)
  })
}

export const processNamed = (core: Core, name: ProcessName): Process | undefined =>
  core.ports.processes.find(process => process.name === name)

/** Opens a process over what is shown now. A task that was begun here before goes on where it stood. */
export const open = async (core: Core, name: ProcessName, start: Start, scanned: string | null): Promise<void> => {
  const process = processNamed(core, name)
  const moment = core.moment()
  if (process === undefined || moment === null) return core.say('wrong', 'not.here', {}, scanned)
  if (!maySee(moment.worker, process)) {
    return core.say('wrong', 'role', { role: process.roles[0] ?? 'supervisor' }, scanned)
  }
  if ('task' in start && (await lease(core, start.task, scanned)) === 'no') return
  const task = 'task' in start ? core.ports.handheld.world().task(start.task) : undefined
  await know(core, { ...start, ...(task?.document ? { document: task.document } : {}) })
  await learnLeft(core.ports.handheld)
  const view = beside(name, core.get().stack, core.ports.handheld)
  const next = process.start(start, view, moment)
  if (next.verdict === 'wrong' || next.verdict === 'unknown') {
    return core.say('wrong', next.message.key, next.message.values, scanned)
  }
  const begun = await slotAt(core, next.state.key)
  const state = begun && !begun.finished ? begun.state : next.state
  // Steps of somebody else are not mine to take back.
  const history = begun && !begun.finished && begun.worker === moment.worker.id ? begun.history : []
  const before = core.get()
  core.set({ ...pushed(before, { at: 'process', open: { process, state, history } }), band: null, whose: null })
  if (!books(process)) return
  if (!(await save(core, [], slot(core, { state, history }, false)))) return core.set({ stack: before.stack })
  if (state.process === 'count') await tidied(() => learnLeft(core.ports.handheld))
  // What the prompt says anyway is not said twice.
  const { prompt } = core.get()
  if (prompt?.ask.message.key !== next.message.key) core.say('right', next.message.key, next.message.values)
}

export const openTask = async (core: Core, id: TaskId, scanned: string | null = null): Promise<void> => {
  const task = core.ports.handheld.world().task(id)
  if (task === undefined) return core.say('unknown', 'unknown', {}, scanned)
  await open(core, task.kind, { task: id }, scanned)
}

/** A document is worked on by its kind: a delivery as a whole, an order by the task that it has. */
export const openDocument = async (core: Core, id: DocumentId, scanned: string | null = null): Promise<void> => {
  const world = core.ports.handheld.world()
  const worker = core.ports.handheld.session()?.worker
  const task = worker === undefined ? undefined : (workOn(core, id, worker) ?? world.taskOf(id))
  const kind = world.document(id)?.kind
  if (kind === 'receipt') await open(core, 'receive', { document: id }, scanned)
  else if (kind === 'return') await open(core, 'return', { document: id }, scanned)
  else if (task) await openTask(core, task.id, scanned)
  else core.say('wrong', 'pick.none', {}, scanned)
}

/** The task that a state works on; by convention its `task` field, so that no process has to be known here. */
export const taskIn = (core: Core, state: ProcessState): Task | null => {
  const id = 'task' in state ? state.task : null
  for (const task of id === null ? [] : core.ports.handheld.world().tasks()) if (task.id === id) return task
  return null
}

/**
 * Takes the task for this device before the first step on it. Somebody else's work is taken over by a second scan only.
 * 'had': it was ours; 'new': it is ours now, and rows have come with it; 'no': the worker has been told why.
 */
export const lease = async (core: Core, id: TaskId, scanned: string | null): Promise<'had' | 'new' | 'no'> => {
  const { handheld, clock } = core.ports
  const task = handheld.world().task(id)
  if (task === undefined || SHARED.has(task.kind)) return 'had'
  const isOurs = task.lease?.device === handheld.device
  if (isOurs && task.lease?.worker === handheld.session()?.worker.id) return 'had'
  const answer = await handheld.lease(id, false)
  if (answer.kind === 'ok') return 'new'
  if (answer.kind === 'offline' && isOurs) return 'had'
  if (answer.kind === 'taken') {
    const since = answer.since === undefined ? null : shortTime(answer.since, handheld.now())
    const say =
      since === null
        ? { key: 'ask.takeOver' as const, values: { name: answer.by } }
        : { key: 'ask.takeOverSince' as const, values: { name: answer.by, time: since } }
    core.set({ question: { kind: 'takeOver', task: id, say, code: scanned, askedAt: clock.mono() } })
    core.say('ask', say.key, say.values, scanned)
  } else {
    core.say('wrong', answer.kind === 'offline' ? 'lease.offline' : 'lease.gone', {}, scanned)
  }
  return 'no'
}

/** After a reload, a battery swap or a new log-in: back to the step that the same worker had on the screen. */
export const resume = async (core: Core): Promise<void> => {
  const { handheld } = core.ports
  const session = handheld.session()
  if (session === null) return
  await learnLeft(handheld)
  const slots: Slot[] = []
  for (const saved of await handheld.savedStates()) {
    // Starting it anew opens no handheld that was stopped.
    if (saved.key === STOP_KEY) core.set({ stopped: true, locked: true })
    const slot = slotOf(saved)
    if (slot?.finished === false && slot.worker === session.worker.id && slot.open) slots.push(slot)
  }
  const last = slots.sort((a, b) => (a.savedAt < b.savedAt ? 1 : -1))[0]
  const process = last ? processNamed(core, last.state.process) : undefined
  if (last === undefined || process === undefined) return
  await know(core, last.state)
  core.set({ stack: [{ at: 'home' }, { at: 'process', open: { process, state: last.state, history: last.history } }] })
}

/** Going home keeps the steps that are left, and notes that a reload need not come back to them, nor to a list below them. */
export const leave = async (core: Core, stack: readonly Screen[]): Promise<void> => {
  const left = core.get().stack.filter(screen => !stack.includes(screen))
  core.set({ stack, panel: 'none', question: null, band: null })
  await closeSlots(core, left)
  if (left.some(screen => screen.at === 'process' && books(screen.open.process))) await learnLeft(core.ports.handheld)
}
