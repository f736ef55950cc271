import type { Input, Next, Process } from '../../shared/process/process.ts'
import { isUndoable } from '../../shared/sync/final.ts'
import type { SavedState, StateAt } from '../sync/ports.ts'
import { isOtherPlace, learnLeft } from './beside.ts'
import { withOpen } from './core.ts'
import type { Core } from './core.ts'
import { eventOf, isTrouble } from './events.ts'
import type { FeedbackEvent } from './events.ts'
import { slotOf } from './saved.ts'
import type { Slot } from './saved.ts'
import { books } from './state.ts'
import type { Done, OpenProcess, Panel, Screen } from './state.ts'
import { isHardStop, STOP_KEY } from './stop.ts'

const SLOW_MS = 1000
const LATE_MS = 3000

/**
 * Takes over what a step has answered. The order is the promise to the worker: trouble is told at once because it writes
 * nothing, success only when the strict transaction is complete. Where that fails nothing has moved, in the queue or here.
 * Returns whether the step was taken.
 */
export const commit = async (core: Core, open: OpenProcess, next: Next, input: Input | null): Promise<boolean> => {
  const { process, state: before } = open
  const scanned = input?.kind === 'scan' ? input.resolved.scan.text : null
  const event = eventOf(next, input, asksNumber(core, process, next))
  const writes = next.commands.length > 0 || (!isTrouble(event) && event !== 'ask' && next.state !== before)
  if (isTrouble(event)) core.ports.feedback.play(event)
  const history = await (writes ? stored(core, open, next) : open.history)
  if (history === null) return false
  if (writes && isOtherPlace(before, next.state, next.finished)) await tidied(() => learnLeft(core.ports.handheld))
  const then = isTrouble(event) && UNSAID.has(next.message.key) ? core.get().prompt?.ask.message : undefined
  const told = { event, say: next.message, scanned, ...(then === undefined ? {} : { then }) }
  const below = core.get().stack.slice(0, -1)
  if (next.finished) core.set({ stack: [{ at: 'home' }], panel: 'none', band: told })
  else {
    core.set({ stack: withOpen(core.get(), { process, state: next.state, history }), band: told })
    core.set({ panel: panelAfter(core, next, input) })
  }
  if (!isTrouble(event)) core.ports.feedback.play(event)
  if (isHardStop(core, event, input)) await stop(core)
  await tidied(async () => {
    if (before.key !== next.state.key) await core.ports.handheld.dropState(before.key)
    if (!next.finished) return
    await forgetFinished(core, next.state.key)
    await closeSlots(core, below)
  })
  return true
}

/** These say what is wrong; what is wanted is said after them. */
const UNSAID: ReadonlySet<string> = new Set(['wrong.kind', 'unknown', 'no.key'])

/**
 * What is left after the strict transaction makes no answer wait, and where it fails the step has been taken all the same:
 * an alarm would have the worker scan it once more, and book it twice. A slot too many is no place to come back to by itself.
 */
export const tidied = async (run: () => Promise<void>): Promise<void> => {
  try {
    await run()
  } catch {
    // The next work that is finished tidies up again.
  }
}

/** Where it cannot be written down it is stopped all the same, until it is started anew. */
const stop = async (core: Core): Promise<void> => {
  core.set({ stopped: true, locked: true, panel: 'none', typed: '' })
  await tidied(async () => void (await core.ports.handheld.append([], { key: STOP_KEY, value: null })))
}

/** The camera stays open from scan to scan; a step that says "How many?" opens the keypad; all else closes the panel. */
const panelAfter = (core: Core, next: Next, input: Input | null): Panel => {
  const { panel, prompt } = core.get()
  if (next.verdict === 'ok' && next.message.key === 'how.many' && prompt?.ask.kind !== 'quantity') return 'number'
  return input?.kind === 'scan' && panel === 'camera' ? 'camera' : 'none'
}

const asksNumber = (core: Core, process: Process, next: Next): boolean => {
  const moment = core.moment()
  if (next.finished || next.verdict !== 'ok' || moment === null) return false
  if (next.message.key === 'how.many') return true
  return process.prompt(next.state, core.ports.handheld.world(), moment).ask.kind === 'quantity'
}

/** The history with this step in it, or null when nothing was written. */
export const stored = async (core: Core, open: OpenProcess, next: Next): Promise<readonly Done[] | null> => {
  if (!books(open.process)) return []
  let { history } = open
  const saved = await save(core, next.commands, at => {
    history = withStep(open, next.commands, at)
    return slot(core, { ...open, state: next.state, history }, next.finished)
  })
  return saved ? history : null
}

/** Steps back across a reload; more are not kept, so that the slot stays small. */
export const HISTORY_MAX = 20

/** What cannot be taken back (a delivery that is closed) ends the history: whatever came before it depends on it. */
const withStep = (
  { history, state: before }: OpenProcess,
  commands: Next['commands'],
  { epoch, first }: { epoch: string; first: number },
): readonly Done[] => {
  if (commands.length === 0) return history
  const acts = commands.flatMap((act, i) => (isUndoable(act) ? [{ seq: first + i, act }] : []))
  if (acts.length < commands.length) return []
  return [...history, { epoch, acts, before: { ...before, confirm: null } }].slice(-HISTORY_MAX)
}

/** Only the work that was finished last can still be reopened by an undo. */
const forgetFinished = async (core: Core, last: string): Promise<void> => {
  for (const saved of await core.ports.handheld.savedStates())
    if (saved.key !== last && slotOf(saved)?.finished === true) await core.ports.handheld.dropState(saved.key)
}

export const slotAt = async (core: Core, key: string): Promise<Slot | null> => {
  const saved = (await core.ports.handheld.savedStates()).find(state => state.key === key)
  return saved ? slotOf(saved) : null
}

/** Screens that are not on the screen any more: what was begun in them is kept, and no reload comes back to them by itself. */
export const closeSlots = async (core: Core, screens: readonly Screen[]): Promise<void> => {
  for (const screen of screens) {
    if (screen.at !== 'process' || !books(screen.open.process)) continue
    const kept = await slotAt(core, screen.open.state.key)
    if (kept !== null) await save(core, [], slot(core, screen.open, kept.finished, false))
  }
}

export const slot = (
  core: Core,
  { state, history }: Pick<OpenProcess, 'state' | 'history'>,
  finished: boolean,
  open = true,
): SavedState => {
  const value: Slot = {
    state,
    worker: core.ports.handheld.session()?.worker.id ?? '',
    savedAt: core.ports.handheld.now(),
    finished,
    open: open && !finished,
    history,
  }
  return { key: state.key, value }
}

/** One strict transaction, with the words for a slow and for a failing disk. Returns false when nothing was written. */
export const save = async (
  core: Core,
  commands: Next['commands'],
  state: SavedState | StateAt | null,
): Promise<boolean> => {
  const { handheld, timer } = core.ports
  const cancelSlow = timer.after(SLOW_MS, () => core.set({ saving: 'slow' }))
  // It may still be saved: whoever hears that it was not scans it once more, and books it twice.
  const cancelAlarm = timer.after(LATE_MS, () => tellLate(core))
  try {
    const rows = await handheld.append(commands, state)
    // From here on it is on the disk: what fails behind it is no reason to say that it is not.
    await tidied(async () => core.ports.photos?.appended(commands, rows))
    if (core.get().saving !== 'idle') core.set({ saving: 'idle' })
    return true
  } catch {
    // Whatever broke, the guarantee of append is that nothing was written: the same scan may simply come again.
    fail(core, 'notSaved')
    return false
  } finally {
    cancelSlow()
    cancelAlarm()
  }
}

const tellLate = (core: Core): void => {
  core.set({ saving: 'late', band: { event: 'ask', say: { key: 'notyet', values: {} }, scanned: null } })
  core.ports.feedback.play('ask')
}

const fail = (core: Core, event: FeedbackEvent): void => {
  core.set({ saving: 'failed', band: { event, say: { key: 'notsaved', values: {} }, scanned: null } })
  core.ports.feedback.play(event)
}
