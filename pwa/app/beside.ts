import type { View } from '../../shared/ledger/world.ts'
import { besideCounts } from '../../shared/process/count-blind.ts'
import type { ProcessName } from '../../shared/process/process.ts'
import type { Screen } from './state.ts'

/** What a process may see of the books over the screens below it: a count there hides its figures from all others. */
export const beside = (name: ProcessName, stack: readonly Screen[], world: View): View => {
  if (name === 'count') return world
  return besideCounts(
    world,
    stack.flatMap(screen => (screen.at === 'process' ? [screen.open.state] : [])),
  )
}
