import type { Task } from '../../shared/catalogue.ts'
import { isToBring } from '../../shared/process/replenish-task.ts'
import { isAnnouncing } from '../../shared/process/receive-asn.ts'
import { WAITS } from '../../shared/process/putaway-task.ts'
import { isWaiting } from '../../shared/process/putback-task.ts'
import type { LocationId, TaskId } from '../../shared/ids.ts'
import type { View } from '../../shared/ledger/world.ts'
import type { ProcessName } from '../../shared/process/process.ts'
import type { Reading, Resolved } from '../../shared/scan/scan.ts'
import type { Core } from './core.ts'
import { open, openDocument, openTask, workOn } from './open.ts'
import { detour, step } from './step.ts'
import { openOf } from './state.ts'
import { maySee, workFor } from './work.ts'

/** On the home screen the scan decides where to go. */
export const route = async (core: Core, resolved: Resolved): Promise<void> => {
  const { scan, readings } = resolved
  const [first] = readings
  // A lot or serial is no code of its own: the goods that have it are shown.
  if (first === undefined && core.ports.handheld.world().stockLabelled(scan.text).length > 0)
    return detour(core, resolved)
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
  const kind = first.kind === 'document' ? core.ports.handheld.world().document(first.document)?.kind : undefined
  if (first.kind === 'document' && (kind === 'receipt' || kind === 'return'))
    return openDocument(core, first.document, scan.text)
  const process = processFor(core, first)
  if (process === null) return detour(core, resolved)
  await open(core, process, { nothing: true }, scan.text)
  if (openOf(core.get())?.process.name === process) await step(core, { kind: 'scan', resolved })
}

const taskOf = (core: Core, reading: Reading): TaskId | null => {
  const { handheld, processes } = core.ports
  const world = handheld.world()
  const worker = handheld.session()?.worker
  const known = (kind: string): boolean => processes.some(process => process.name === kind)
  if (reading.kind === 'task') {
    const task = world.task(reading.task)
    return task && known(task.kind) ? task.id : null
  }
  if (reading.kind === 'document' && world.document(reading.document)?.kind === 'order') {
    const task =
      (worker === undefined ? undefined : workOn(core, reading.document, worker)) ?? world.taskOf(reading.document)
    return task && known(task.kind) && task.state !== 'done' ? task.id : null
  }
  if (reading.kind === 'location') {
    const walk = beginningAt(core, world.location(reading.location)?.code)
    if (walk !== null) return walk
    for (const task of world.tasks())
      if (task.count?.location === reading.location && !['done', 'cancelled'].includes(task.state) && known(task.kind))
        return mayCount(core, task) ? task.id : null
  }
  // Where goods are to be fetched for a pick face; a face itself is looked at.
  if ((reading.kind === 'location' || reading.kind === 'cart') && known('replenish'))
    for (const task of world.tasks())
      if (isToBring(task) && task.goods?.from.location === reading.location && mayTake(core, task)) return task.id
  if (reading.kind === 'tote') {
    for (const task of world.tasks()) {
      if (task.tote === reading.location && task.state !== 'done' && task.state !== 'cancelled' && known(task.kind)) {
        return task.id
      }
    }
  }
  return null
}

/** The first walk in the order of the floor that this worker may take up and that begins at the place. */
const beginningAt = (core: Core, code: string | undefined): TaskId | null => {
  const { handheld, processes } = core.ports
  const worker = handheld.session()?.worker
  if (worker === undefined || code === undefined) return null
  const work = workFor(handheld.world(), worker, handheld.device, processes)
  return work.find(row => row.kind === 'pick' && !row.waits && row.from === code)?.task ?? null
}

const mayTake = (core: Core, task: Task): boolean => {
  const worker = core.ports.handheld.session()?.worker
  const process = core.ports.processes.find(process => process.name === task.kind)
  return worker !== undefined && process !== undefined && maySee(worker, process)
}

/** Whoever does not count, or has counted before, looks the place up instead. */
const mayCount = (core: Core, task: Task): boolean => {
  const worker = core.ports.handheld.session()?.worker
  return worker !== undefined && mayTake(core, task) && !task.count?.notBy.includes(worker.id)
}

/**
 * What a thing in the hand is most likely there for: a full tote to be packed, a closed box to be shipped, a pallet at the
 * dock to be put away, an order that has left to come back. Null = it is only looked at.
 */
const processFor = (core: Core, reading: Reading): ProcessName | null => {
  const { handheld, processes } = core.ports
  const world = handheld.world()
  const worker = handheld.session()?.worker
  const may = (name: ProcessName): boolean => {
    const process = processes.find(one => one.name === name)
    return process !== undefined && worker !== undefined && maySee(worker, process)
  }
  if (reading.kind === 'tote' || reading.kind === 'carton') {
    const isIn = (task: Task): boolean => isWaiting(task) && task.goods?.from.location === reading.location
    if (may('putback') && [...world.tasks()].some(isIn)) return 'putback'
  }
  // What has left can only come back.
  const document = reading.kind === 'document' ? world.document(reading.document) : undefined
  if (document?.kind === 'order' && document.state === 'closed') return may('return') ? 'return' : null
  if (reading.kind === 'tote') return may('pack') && world.stockAt(reading.location).length > 0 ? 'pack' : null
  if (reading.kind === 'carton') {
    if (world.location(reading.location)?.carton?.shipped === true) return may('return') ? 'return' : null
    const name = world.location(reading.location)?.carton?.closed === true ? 'ship' : 'pack'
    return may(name) ? name : null
  }
  if (reading.kind === 'location') return may('putaway') && isWaitingAt(world, reading.location) ? 'putaway' : null
  if (reading.kind !== 'lpn') return null
  const standing = world.stockOn(reading.lpn)
  // A pallet that a supplier has announced and that is not here yet has just come.
  const isAnnounced = (): boolean => [...world.documents()].some(d => isAnnouncing(world, d, reading.lpn))
  if (standing.length === 0) return may('receive') && isAnnounced() ? 'receive' : null
  const place = world.location(standing[0]?.location ?? ('' as LocationId))
  return may('putaway') && WAITS.has(place?.kind ?? '') ? 'putaway' : null
}

/** Goods that have come stand here and are to be put away. */
const isWaitingAt = (world: View, place: LocationId): boolean =>
  [...world.tasks()].some(
    task => task.kind === 'putaway' && task.goods?.from.location === place && !OVER.has(task.state),
  )
const OVER: ReadonlySet<Task['state']> = new Set(['done', 'cancelled'])
