import type { Draft } from '../../shared/sync/command.ts'
import { save, slot, tidied } from './commit.ts'
import { withOpen } from './core.ts'
import type { Core } from './core.ts'
import { know } from './know.ts'
import { processNamed } from './open.ts'
import { slotOf } from './saved.ts'
import type { OpenProcess } from './state.ts'
import { openOf } from './state.ts'

/**
 * Takes the newest step of this worker back: a command for each one that it had appended, newest first, and the place where
 * the worker stood before, in one transaction. The same before and after sending. On the home screen it reopens the work
 * that was finished last.
 */
export const undo = async (core: Core): Promise<void> => {
  const open = openOf(core.get()) ?? (await finishedLast(core))
  const last = open?.history.at(-1)
  if (open === null || last === undefined) return core.say('wrong', 'undo.none')
  await know(core, last.before)
  const world = core.ports.handheld.world()
  for (const { act } of last.acts) {
    const barred = open.process.undoBarred?.(world, act) ?? null
    if (barred !== null) return core.say('wrong', barred)
  }
  const drafts = [...last.acts].reverse().map(({ seq, act }): Draft => ({
    type: 'undo',
    client: act.client,
    of: { epoch: last.epoch, seq },
    act,
  }))
  const back: OpenProcess = { ...open, state: last.before, history: open.history.slice(0, -1) }
  if (!(await save(core, drafts, slot(core, back, false)))) return
  const stack = openOf(core.get()) === null ? [...core.get().stack, { at: 'home' as const }] : core.get().stack
  core.set({ stack: withOpen({ ...core.get(), stack }, back), panel: 'none', typed: '', question: null })
  core.say('undo', 'undone')
  await tidied(async () => {
    if (open.state.key !== back.state.key) await core.ports.handheld.dropState(open.state.key)
  })
}

const finishedLast = async (core: Core): Promise<OpenProcess | null> => {
  const { handheld } = core.ports
  const worker = handheld.session()?.worker.id
  const last = (await handheld.savedStates())
    .flatMap(saved => slotOf(saved) ?? [])
    .filter(slot => slot.finished && slot.worker === worker)
    .sort((a, b) => (a.savedAt < b.savedAt ? 1 : -1))[0]
  const process = last === undefined ? undefined : processNamed(core, last.state.process)
  return last === undefined || process === undefined ? null : { process, state: last.state, history: last.history }
}
