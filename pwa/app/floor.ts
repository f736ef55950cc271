import type { Core, Floor } from './core.ts'
import { leave, open, openDocument, openTask, resume } from './open.ts'
import { route } from './route.ts'
import { lookAt, search } from './search.ts'
import { detour, step, wants } from './step.ts'
import { undo } from './undo.ts'
import { workFor } from './work.ts'

const next = async (core: Core): Promise<void> => {
  const { handheld, processes } = core.ports
  const worker = handheld.session()?.worker
  const first = worker
    ? workFor(handheld.world(), worker, handheld.device, processes).find(work => !work.waits)
    : undefined
  if (first === undefined) core.say('wrong', 'pick.none')
  else await openTask(core, first.task)
}

const openRow = async (core: Core, id: string): Promise<void> => {
  const world = core.ports.handheld.world()
  const task = [...world.tasks()].find(task => task.id === id)
  const document = task ? undefined : [...world.documents()].find(document => document.id === id)
  if (task) await openTask(core, task.id)
  else if (document) await openDocument(core, document.id)
}

export const floor: Floor = {
  resume,
  route,
  step,
  wants,
  detour,
  open: (core, name) => open(core, name, { nothing: true }, null),
  openTask,
  openRow,
  search,
  lookAt,
  next,
  leave,
  undo,
}
