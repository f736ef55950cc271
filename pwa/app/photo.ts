import type { Next } from '../../shared/process/process.ts'
import { save, stored } from './commit.ts'
import type { Core } from './core.ts'
import { eventOf } from './events.ts'
import { know } from './know.ts'
import { step } from './step.ts'
import { openOf, topOf } from './state.ts'
import type { AppState, OpenProcess, Screen } from './state.ts'

/**
 * A picture belongs to the step that was on the screen when it was taken: writing it takes longer than the next scan. Where
 * that step is over, what it has told already is told again with the picture; what waited for it has gone without.
 */
export const photo = async (core: Core, sha: string, at: AppState): Promise<void> => {
  const of = openOf(at)
  const { stack, session } = core.get()
  const screen = of === null ? undefined : stack.findLast(one => isAt(one, of))
  if (of === null || session?.worker.id !== at.session?.worker.id) return late(core)
  if (screen !== undefined && screen === topOf(core.get())) return step(core, { kind: 'photo', sha })
  await know(core, of.state)
  const next = judged(core, of, sha)
  if (next === null) return
  if (screen?.at === 'process') return below(core, screen.open, next)
  if (next.commands.length === 0) return late(core)
  if (await save(core, next.commands, null)) core.say('right', next.message.key, next.message.values)
}

/** States are plain JSON, and what a step rejects leaves them as they were. */
const isAt = (screen: Screen, { state }: OpenProcess): boolean =>
  screen.at === 'process' && JSON.stringify(screen.open.state) === JSON.stringify(state)

const judged = (core: Core, { process, state }: OpenProcess, sha: string): Next | null => {
  const moment = core.moment()
  return moment === null ? null : process.step(state, { kind: 'photo', sha }, core.ports.handheld.world(), moment)
}

/** Something lies over the step, a look-up say: it gets its picture where it is. */
const below = async (core: Core, open: OpenProcess, next: Next): Promise<void> => {
  const history = next.state === open.state ? open.history : await stored(core, open, next)
  if (history === null) return
  const moved = { ...open, state: next.state, history }
  const stack = core.get().stack.map(one => (one.at === 'process' && one.open === open ? { ...one, open: moved } : one))
  core.set({ stack })
  core.say(eventOf(next, null, false), next.message.key, next.message.values)
}

/** It is on the disk all the same, and goes to the desk under the code that was in hand. */
const late = (core: Core): void => core.say('note', 'photo.late')
