import type { Task } from '../../shared/catalogue.ts'
import type { Input } from '../../shared/process/process.ts'
import type { Resolved } from '../../shared/scan/scan.ts'
import { beside } from './beside.ts'
import { brought } from './bring.ts'
import { commit } from './commit.ts'
import type { Core } from './core.ts'
import { know } from './know.ts'
import { lease, open, processNamed, taskIn } from './open.ts'
import { resolveText } from './resolve.ts'
import { openOf } from './state.ts'
import { asSaid, askWhose, chosen } from './whose.ts'

/** One step of the process on top, or the answer to whose goods a scan meant. */
export const step = async (core: Core, input: Input): Promise<void> => {
  const { question } = core.get()
  if (question?.kind !== 'whose') return taken(core, asSaid(core, input))
  const meant = input.kind === 'choice' ? chosen(core, question, input.n) : null
  if (meant === null) return core.say('wrong', 'no.key')
  await taken(core, meant)
}

/** A task that the step turns to is leased before anything is written. */
const taken = async (core: Core, said: Input): Promise<void> => {
  const input = await brought(core, said)
  if (input === null) return
  const now = openOf(core.get())
  const moment = core.moment()
  if (now === null || moment === null) return
  await know(core, now.state)
  const judge = () => {
    const view = beside(now.process.name, core.get().stack, core.ports.handheld)
    return now.process.step(now.state, input, view, moment)
  }
  let next = judge()
  const task = taskIn(core, next.state)
  if (task !== null && task.id !== taskIn(core, now.state)?.id) {
    const answer = await lease(core, task.id, input.kind === 'scan' ? input.resolved.scan.text : null)
    if (answer === 'no') return
    // The lease has brought rows of its own: the step is judged again by what is known now.
    if (answer === 'new') next = judge()
  }
  // A scan that opens a document is judged again by the goods that it names: a pallet may be received by that very scan.
  if (await know(core, next.state)) next = judge()
  if (askWhose(core, input, next)) return
  const isTaken = await commit(core, now, next, input)
  if (isTaken) core.set({ asked: next.verdict === 'ask' ? input : null })
  if (isTaken && next.finished && isLater(input)) leaveToOthers(core, task)
  if (next.detour) await detour(core, next.detour.lookup)
}

const isLater = (input: Input): boolean => input.kind === 'key' && input.command === 'XCSKP'

/** Work that was put off is anybody's again; nobody waits for that. */
const leaveToOthers = (core: Core, task: Task | null): void => {
  const { handheld } = core.ports
  const now = task === null ? undefined : handheld.world().task(task.id)
  const isOver = now === undefined || now.state === 'done' || now.state === 'cancelled'
  if (!isOver && now.lease?.device === handheld.device) void handheld.giveBack(now.id).catch(() => undefined)
}

/** Whether the step on the screen would take a text as a scan: the process is asked, nothing is kept of its answer. */
export const wants = async (core: Core, text: string): Promise<boolean> => {
  const resolved = await resolveText(core, text)
  const open = openOf(core.get())
  const moment = core.moment()
  if (open === null || moment === null || resolved.readings.length === 0) return false
  return open.process.step(open.state, { kind: 'scan', resolved }, core.ports.handheld.world(), moment).verdict === 'ok'
}

/** Look up over what is shown now; Back returns to it unchanged. */
export const detour = async (core: Core, resolved: Resolved | null): Promise<void> => {
  if (openOf(core.get())?.process.name !== 'lookup') {
    const known = processNamed(core, 'lookup') !== undefined
    if (!known) return core.say('unknown', 'unknown', {}, resolved?.scan.text ?? null)
    await open(core, 'lookup', { nothing: true }, null)
  }
  if (resolved !== null && openOf(core.get())?.process.name === 'lookup') await step(core, { kind: 'scan', resolved })
}
