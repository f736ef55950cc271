import { NEXT_KINDS } from '../../shared/sync/enrol.ts'
import { beside } from './beside.ts'
import type { Core, Floor } from './core.ts'
import { callForHelp, general } from './general.ts'
import { opening } from './opening.ts'
import { knowOpen } from './know.ts'
import { leave, open, openDocument, openTask, resume } from './open.ts'
import { park } from './park.ts'
import { photo } from './photo.ts'
import { pinFloor } from './pin.ts'
import { route } from './route.ts'
import { lookAt, search } from './search.ts'
import { detour, step, wants } from './step.ts'
import { books, openOf } from './state.ts'
import { undo } from './undo.ts'
import { workFor } from './work.ts'
import type { Work } from './work.ts'

/** In a process its own work is meant, elsewhere all. */
const isMeant = (core: Core, work: Work): boolean => {
  const process = openOf(core.get())?.process
  return !work.waits && (process === undefined || !books(process) || process.name === work.kind)
}

/**
 * What is begun here goes on. Of work that one person does alone the server gives out what is due, so that two people never
 * walk for the same and orders that share places are walked for together; without a network it is what stands first here.
 */
const next = async (core: Core): Promise<void> => {
  const { handheld, processes } = core.ports
  const worker = handheld.session()?.worker
  const first = worker
    ? workFor(handheld.world(), worker, handheld.device, processes).find(work => isMeant(core, work))
    : undefined
  if (first === undefined) return core.say('wrong', 'pick.none')
  const kind = first.mine ? undefined : NEXT_KINDS.find(one => one === first.kind)
  const given = kind === undefined ? null : await handheld.next(kind)
  await openTask(core, given?.[0] ?? first.task)
}

const openRow = async (core: Core, id: string): Promise<void> => {
  const world = core.ports.handheld.world()
  const task = [...world.tasks()].find(task => task.id === id)
  const document = task ? undefined : [...world.documents()].find(document => document.id === id)
  if (task) await openTask(core, task.id)
  else if (document) await openDocument(core, document.id)
}

export const floor: Floor = {
  beside,
  resume,
  knowOpen,
  route,
  step,
  wants,
  detour,
  open: (core, name) => open(core, name, { nothing: true }, null),
  opening,
  general,
  openTask,
  openRow,
  search,
  lookAt,
  next,
  leave,
  undo,
  photo,
  pin: pinFloor,
  park,
  note: callForHelp,
}
