import type { Task, Worker } from '../../shared/catalogue.ts'
import type { DocumentId, TaskId } from '../../shared/ids.ts'
import { zoneOf } from '../../shared/policy.ts'
import type { Process, ProcessName, ProcessState, Prompt, Start } from '../../shared/process/process.ts'
import { beside, learnLeft } from './beside.ts'
import { closeSlots, save, slot, slotAt, tidied } from './commit.ts'
import { pushed } from './core.ts'
import type { Core } from './core.ts'
import { know } from './know.ts'
import { shortTime } from './short-time.ts'
import { slotOf } from './saved.ts'
import type { Slot } from './saved.ts'
import { books } from './state.ts'
import type { Say, Screen } from './state.ts'
import { STOP_KEY } from './stop.ts'
import { maySee } from './work.ts'

/** Several people may work on these at a time, and without asking anybody; every other task belongs to one device. */
const SHARED: ReadonlySet<Task['kind']> = new Set(['receive', 'ship', 'return', 'putback'])
/** One person does these, and yet no scan waits for the network: who has begun is told, and asked about by what is known here. */
const TOLD: ReadonlySet<Task['kind']> = new Set(['putaway', 'pack'])

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
export const open = async (
  core: Core,
  name: ProcessName,
  start: Start,
  scanned: string | null,
  agreed = false,
): Promise<void> => {
  const process = processNamed(core, name)
  const moment = core.moment()
  if (process === undefined || moment === null) return core.say('wrong', 'not.here', {}, scanned)
  if (!maySee(moment.worker, process)) {
    return core.say('wrong', 'role', { role: process.roles[0] ?? 'supervisor' }, scanned)
  }
  if ('task' in start && (await lease(core, start.task, scanned, agreed)) === 'no') return
  const task = 'task' in start ? core.ports.handheld.world().task(start.task) : undefined
  await know(core, { ...('row' in start ? start.row : start), ...(task?.document ? { document: task.document } : {}) })
  await learnLeft(core.ports.handheld)
  const view = beside(name, core.get().stack, core.ports.handheld)
  const next = process.start(start, view, moment)
  if (next.verdict === 'wrong' || next.verdict === 'unknown') {
    return core.say('wrong', next.message.key, next.message.values, scanned)
  }
  const begun = await slotAt(core, next.state.key)
  const state = begun && !begun.finished && !isAbout(start) ? begun.state : next.state
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

/** Opened with goods or a place at hand: what was only taken up and never booked before is let go of. */
const isAbout = (start: Start): boolean => 'row' in start || 'lpn' in start || 'location' in start

/** `agreed`: whoever had it has been named, and it is taken over. */
export const openTask = async (
  core: Core,
  id: TaskId,
  scanned: string | null = null,
  agreed = false,
): Promise<void> => {
  const task = core.ports.handheld.world().task(id)
  if (task === undefined) return core.say('unknown', 'unknown', {}, scanned)
  await open(core, task.kind, { task: id }, scanned, agreed)
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

/** The task that a state works on: what its process says, else by convention its `task` field. */
export const taskIn = (core: Core, state: ProcessState): Task | null => {
  const world = core.ports.handheld.world()
  const named = 'task' in state ? state.task : null
  const id = processNamed(core, state.process)?.workOf?.(state, world) ?? named
  for (const task of id === null ? [] : world.tasks()) if (task.id === id) return task
  return null
}

/**
 * Takes the task for this device before the first step on it. Somebody else's work is taken over by a second scan only.
 * 'had': it was ours; 'new': it is ours now, and rows have come with it; 'no': the worker has been told why.
 */
export const lease = async (
  core: Core,
  id: TaskId,
  scanned: string | null,
  agreed = false,
): Promise<'had' | 'new' | 'no'> => {
  const { handheld } = core.ports
  const task = handheld.world().task(id)
  if (task === undefined || SHARED.has(task.kind)) return 'had'
  const isOurs = task.lease?.device === handheld.device
  if (isOurs && task.lease?.worker === handheld.session()?.worker.id) return 'had'
  if (TOLD.has(task.kind)) return tell(core, task, scanned, agreed)
  const answer = await handheld.lease(id, false)
  if (answer.kind === 'ok') return 'new'
  if (answer.kind === 'offline' && isOurs) return 'had'
  if (answer.kind === 'taken') askWhose(core, task, { name: answer.by, since: answer.since ?? null }, scanned)
  else core.say('wrong', answer.kind === 'offline' ? 'lease.offline' : 'lease.gone', {}, scanned)
  return 'no'
}

const tell = (core: Core, task: Task, scanned: string | null, agreed: boolean): 'had' | 'no' => {
  const { handheld } = core.ports
  const { lease } = task
  const isOthers = lease !== null && lease.device !== handheld.device
  if (isOthers && !agreed) {
    const by = handheld.roster()?.workers.find(worker => worker.id === lease.worker)
    askWhose(core, task, { name: by?.name ?? '?', since: lease.since ?? null }, scanned)
    return 'no'
  }
  void handheld.lease(task.id, isOthers).catch(() => undefined)
  return 'had'
}

/** Who has begun it, since when, and how far they are. */
const askWhose = (
  core: Core,
  task: Task,
  { name, since }: { name: string; since: string | null },
  code: string | null,
): void => {
  const { clock, handheld } = core.ports
  const time = since === null ? null : shortTime(since, handheld.now(), zoneOf(handheld.world().policies))
  const far = progressOf(core, task)
  const say: Say =
    far !== null && far.done > 0
      ? { key: 'ask.takeOverDone', values: { name, ...(time === null ? {} : { time }), done: far.done, all: far.all } }
      : time === null
        ? { key: 'ask.takeOver', values: { name } }
        : { key: 'ask.takeOverSince', values: { name, time } }
  const alone = !TOLD.has(task.kind)
  core.set({ question: { kind: 'takeOver', task: task.id, alone, say, code, askedAt: clock.mono() } })
  core.say('ask', say.key, say.values, code)
}

const progressOf = (core: Core, task: Task): Prompt['progress'] => {
  const process = processNamed(core, task.kind)
  const moment = core.moment()
  if (process === undefined || moment === null) return null
  const world = core.ports.handheld.world()
  return process.prompt(process.start({ task: task.id }, world, moment).state, world, moment).progress
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
  for (const screen of left) if (screen.at === 'process') leaveUnbegun(core, screen.open.state)
  if (left.some(screen => screen.at === 'process' && books(screen.open.process))) await learnLeft(core.ports.handheld)
}

/** What was only looked at is anybody's again; nobody waits for that. */
const leaveUnbegun = (core: Core, state: ProcessState): void => {
  const task = taskIn(core, state)
  if (task === null || !TOLD.has(task.kind) || task.state === 'done' || task.state === 'cancelled') return
  if ((progressOf(core, task)?.done ?? 0) === 0) void core.ports.handheld.giveBack(task.id).catch(() => undefined)
}
