import { mayDo } from '../../shared/roles.ts'
import type { Worker } from '../../shared/catalogue.ts'
import { policyFor } from '../../shared/policy.ts'
import type { Input } from '../../shared/process/process.ts'
import type { Core } from './core.ts'
import type { FeedbackEvent } from './events.ts'

/** The name of the saved state that says that this handheld was stopped; no process has it. */
export const STOP_KEY = 'stop'

const STOPS: ReadonlySet<FeedbackEvent> = new Set(['wrong', 'over', 'duplicate'])

/** Whether the client of this work wants a wrong or doubled scan to stop the handheld (`feedback.hardStop`). */
export const isHardStop = (core: Core, event: FeedbackEvent, input: Input | null): boolean => {
  if (input?.kind !== 'scan' || !STOPS.has(event)) return false
  const { policies } = core.ports.handheld.world()
  return policyFor(policies, core.get().prompt?.client ?? '').feedback.hardStop
}

/** Only a supervisor's badge opens it again; their own work and log-in are not touched by it. */
export const release = async (core: Core, who: Worker | undefined): Promise<void> => {
  if (who === undefined || !mayDo(who.roles, ['supervisor'])) return core.say('wrong', 'stopped')
  await core.ports.handheld.dropState(STOP_KEY)
  core.set({ stopped: false, locked: false })
  core.say('right', 'stopped.over', { name: who.name })
}
