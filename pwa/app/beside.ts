import { besideCounts, hiddenSpots } from '../../shared/process/count-blind.ts'
import type { ProcessName, ProcessState } from '../../shared/process/process.ts'
import type { View } from '../../shared/ledger/world.ts'
import type { Handheld } from '../sync/handheld.ts'
import { slotOf } from './saved.ts'
import type { Screen } from './state.ts'

/** The spot count that was left on this handheld and is not over; one with a task is known by its task. */
const left = new WeakMap<Handheld, ProcessState>()

/**
 * Read before a process is opened or come back to, when a screen is left, and when a count was begun or closed: a prompt
 * cannot wait for the disk. The figures of such a count are not kept on the handheld meanwhile.
 */
export const learnLeft = async (handheld: Handheld): Promise<void> => {
  const slots = (await handheld.savedStates()).flatMap(saved => slotOf(saved) ?? [])
  const spot = slots.find(({ finished, state }) => !finished && state.process === 'count' && isSpot(state))
  if (spot === undefined) left.delete(handheld)
  else left.set(handheld, spot.state)
  await handheld.withhold(spot === undefined ? [] : hiddenSpots([spot.state]))
}

/** A count that hides its figures has begun or ended with this step, or gone on to another place. */
export const isOtherPlace = (before: ProcessState, after: ProcessState, isFinished: boolean): boolean => {
  const [from, to] = [hiddenSpots([before])[0], hiddenSpots([after])[0]]
  return from?.location !== to?.location || (to !== undefined && isFinished)
}

const isSpot = (state: ProcessState): boolean => 'task' in state && state.task === null

/** What a process may see of the books over the screens below it: a count there, or one that was left, hides its figures from all others. */
export const beside = (name: ProcessName, stack: readonly Screen[], handheld: Handheld): View => {
  const world = handheld.world()
  if (name === 'count') return world
  const below = stack.flatMap(screen => (screen.at === 'process' ? [screen.open.state] : []))
  const spot = left.get(handheld)
  return besideCounts(world, spot === undefined ? below : [...below, spot])
}
