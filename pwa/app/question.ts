import { logIn } from './badge.ts'
import type { Core } from './core.ts'
import type { Question } from './state.ts'

/** A worker who scans faster than this has not read the question yet: it is asked again. */
const READ_MS = 800

export const answer = async (core: Core, question: Question, yes: boolean): Promise<void> => {
  core.set({ question: null, band: null })
  // Whose goods they are is answered by a tile.
  if (!yes || question.kind === 'whose') return
  if (question.kind === 'handOver') return logIn(core, question.badge)
  const lease = await core.ports.handheld.lease(question.task, true)
  if (lease.kind === 'ok' || (lease.kind === 'offline' && !question.alone))
    return core.floor()?.openTask(core, question.task, question.code, true)
  core.say('wrong', lease.kind === 'offline' ? 'lease.offline' : 'lease.gone')
}

/** Returns whether the scan was for the question: the same code means yes, any other one lets it fall. */
export const answeredBy = async (core: Core, text: string): Promise<boolean> => {
  const { question } = core.get()
  if (question === null) return false
  if (question.code === null || text !== question.code) {
    core.set({ question: null })
    return false
  }
  if (core.ports.clock.mono() - question.askedAt < READ_MS) core.say('ask', question.say.key, question.say.values)
  else await answer(core, question, true)
  return true
}
