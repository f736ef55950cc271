import type { Task } from '../../shared/catalogue.ts'
import type { Reading, Resolved, Scan } from '../../shared/scan/scan.ts'
import { takeBadge } from './badge.ts'
import type { Core } from './core.ts'
import { openDocument, openTask } from './open.ts'
import { press } from './press.ts'
import { answeredBy } from './question.ts'
import { resolveHere } from './resolve.ts'
import { detour, step } from './step.ts'
import { openOf, topOf } from './state.ts'
import { maySee } from './work.ts'

/**
 * The one loop: look the code up here, never on the network; find its meaning; let it decide what happens. Commands and
 * badges count on every screen, before anything else.
 */
export const take = async (core: Core, scan: Scan): Promise<void> => {
  const { handheld } = core.ports
  const resolved = await resolveHere(core, scan)
  if (topOf(core.get()).at === 'settings') core.set({ test: { scan, resolved } })
  const [first] = resolved.readings
  if (first?.kind === 'command') return press(core, first.code)
  if (await answeredBy(core, scan.text)) return
  if (first?.kind === 'badge') return takeBadge(core, first.text)
  if (first?.kind === 'enrolment') return setUpAgain(core, first.token)
  if (handheld.session() === null) return core.say('wrong', 'login.first', {}, scan.text)
  if (topOf(core.get()).at === 'settings') return core.say('right', 'test.read', { code: scan.text })
  if (openOf(core.get()) === null) await route(core, resolved)
  else await step(core, { kind: 'scan', resolved })
}

const setUpAgain = async (core: Core, token: string): Promise<void> => {
  const answer = await core.ports.setUpAgain(token)
  if (answer === 'ok') core.say('right', 'enrol.done')
  else core.say('wrong', answer === 'offline' ? 'enrol.offline' : 'enrol.bad')
}

/** On the home screen the scan decides where to go. */
export const route = async (core: Core, resolved: Resolved): Promise<void> => {
  const { scan, readings } = resolved
  const [first] = readings
  if (first === undefined)
    return core.say(
      'unknown',
      resolved.problem === 'separatorLost' ? 'label.separator' : 'unknown',
      { code: scan.text },
      scan.text,
    )
  if (readings.length > 1 && first.kind !== 'item') return core.say('unknown', 'many', {}, scan.text)
  const task = taskOf(core, first)
  if (task !== null) return openTask(core, task, scan.text)
  if (first.kind === 'document' && core.ports.handheld.world().document(first.document)?.kind === 'receipt') {
    return openDocument(core, first.document, scan.text)
  }
  await detour(core, resolved)
}

const taskOf = (core: Core, reading: Reading) => {
  const world = core.ports.handheld.world()
  const known = (kind: string): boolean => core.ports.processes.some(process => process.name === kind)
  if (reading.kind === 'task') {
    const task = world.task(reading.task)
    return task && known(task.kind) ? task.id : null
  }
  if (reading.kind === 'document' && world.document(reading.document)?.kind === 'order') {
    const task = world.taskOf(reading.document)
    return task && known(task.kind) && task.state !== 'done' ? task.id : null
  }
  if (reading.kind === 'location') {
    for (const task of world.tasks())
      if (task.count?.location === reading.location && !['done', 'cancelled'].includes(task.state) && known(task.kind))
        return mayCount(core, task) ? task.id : null
  }
  if (reading.kind === 'tote') {
    for (const task of world.tasks()) {
      if (task.tote === reading.location && task.state !== 'done' && task.state !== 'cancelled' && known(task.kind)) {
        return task.id
      }
    }
  }
  return null
}

/** Whoever does not count, or has counted before, looks the place up instead. */
const mayCount = (core: Core, task: Task): boolean => {
  const worker = core.ports.handheld.session()?.worker
  const process = core.ports.processes.find(process => process.name === task.kind)
  return (
    worker !== undefined && process !== undefined && maySee(worker, process) && !task.count?.notBy.includes(worker.id)
  )
}
