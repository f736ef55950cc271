import type { Input } from '../../shared/process/process.ts'
import type { Resolved } from '../../shared/scan/scan.ts'
import { commit } from './commit.ts'
import type { Core } from './core.ts'
import { leased, open, processNamed } from './open.ts'
import { openOf } from './state.ts'

/** One step of the process on top. A task that the step turns to is leased before anything is written. */
export const step = async (core: Core, input: Input): Promise<void> => {
  const now = openOf(core.get())
  const moment = core.moment()
  if (now === null || moment === null) return
  const next = now.process.step(now.state, input, core.ports.handheld.world(), moment)
  const scanned = input.kind === 'scan' ? input.resolved.scan.text : null
  if (!(await leased(core, now.state, next.state, scanned))) return
  await commit(core, now.process, now.state, next, input)
  if (next.detour) await detour(core, next.detour.lookup)
}

/** Look up over what is shown now; Back returns to it unchanged. */
export const detour = async (core: Core, resolved: Resolved | null): Promise<void> => {
  const at = openOf(core.get())
  if (at?.process.name !== 'lookup') {
    if (processNamed(core, 'lookup') === undefined) return core.say('unknown', 'unknown', {}, resolved?.scan.text ?? null)
    await open(core, 'lookup', { nothing: true })
  }
  if (resolved !== null && openOf(core.get())?.process.name === 'lookup') await step(core, { kind: 'scan', resolved })
}
