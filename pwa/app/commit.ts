import type { Input, Next, ProcessState, Process } from '../../shared/process/process.ts'
import type { SavedState } from '../sync/ports.ts'
import { withOpen } from './core.ts'
import type { Core } from './core.ts'
import { eventOf, isTrouble } from './events.ts'
import type { FeedbackEvent } from './events.ts'
import type { Slot } from './saved.ts'
import type { Panel } from './state.ts'

const SLOW_MS = 1000
const NOT_SAVED_MS = 3000

/**
 * Takes over what a step has answered. The order is the promise to the worker: trouble is told at once because it writes
 * nothing, success only when the strict transaction is complete. Where that fails nothing has moved, in the queue or here.
 * Returns whether the step was taken.
 */
export const commit = async (
  core: Core,
  process: Process,
  before: ProcessState | null,
  next: Next,
  input: Input | null,
): Promise<boolean> => {
  const scanned = input?.kind === 'scan' ? input.resolved.scan.text : null
  const event = eventOf(next, input, asksNumber(core, process, next))
  const writes = next.commands.length > 0 || (!isTrouble(event) && event !== 'ask' && next.state !== before)
  if (isTrouble(event)) core.ports.feedback.play(event)
  if (writes && !(await stored(core, process, next))) return false
  if (before !== null && before.key !== next.state.key) await core.ports.handheld.dropState(before.key)
  const told = { event, say: next.message, scanned }
  if (next.finished) {
    await core.ports.handheld.dropState(next.state.key)
    core.set({ stack: [{ at: 'home' }], panel: 'none', band: told })
  } else {
    core.set({ stack: withOpen(core.get(), { process, state: next.state }), band: told })
    core.set({ panel: panelAfter(core, next, input) })
  }
  if (!isTrouble(event)) core.ports.feedback.play(event)
  return true
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

const stored = async (core: Core, process: Process, next: Next): Promise<boolean> => {
  if (!books(process)) return true
  return save(core, next.commands, slot(core, next.state, next.finished))
}

/** A process that judges no command only shows: there is nothing to come back to. */
export const books = (process: Process): boolean => process.commands.length > 0

export const slot = (core: Core, state: ProcessState, finished: boolean, open = true): SavedState => {
  const value: Slot = {
    state,
    worker: core.ports.handheld.session()?.worker.id ?? '',
    savedAt: core.ports.handheld.now(),
    finished,
    open: open && !finished,
  }
  return { key: state.key, value }
}

/** One strict transaction, with the words for a slow and for a failing disk. Returns false when nothing was written. */
export const save = async (core: Core, commands: Next['commands'], state: SavedState): Promise<boolean> => {
  const { handheld, timer } = core.ports
  const cancelSlow = timer.after(SLOW_MS, () => core.set({ saving: 'slow' }))
  const cancelAlarm = timer.after(NOT_SAVED_MS, () => fail(core, 'notSaved'))
  try {
    await handheld.append(commands, state)
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

const fail = (core: Core, event: FeedbackEvent): void => {
  core.set({ saving: 'failed', band: { event, say: { key: 'notsaved', values: {} }, scanned: null } })
  core.ports.feedback.play(event)
}
