import type { Document, Task, Worker } from '../../shared/catalogue.ts'
import type { DeviceId, ItemId, LocationId, TaskId, WorkerId } from '../../shared/ids.ts'
import type { View } from '../../shared/ledger/world.ts'
import type { Process, ProcessName } from '../../shared/process/process.ts'
import { inZones } from '../../shared/process/zones.ts'
import { mayDo } from '../../shared/roles.ts'

/** One row of work, as the home screen and the lists show it. */
export type Work = {
  task: TaskId
  kind: Task['kind']
  number: string
  lines: number
  /** First and last place of the walk, where the lines say them. */
  from: string | null
  to: string | null
  /** Of work on goods without a document: the item, or the label of the pallet. */
  item: ItemId | null
  pallet: string | null
  due: string | null
  /** Begun here: it comes first. */
  mine: boolean
  /** Open, and nothing of it can be fetched yet: it goes on by itself when stock has come. */
  waits: boolean
}

const OPEN: ReadonlySet<Task['state']> = new Set(['ready', 'leased', 'started', 'parked'])

export const maySee = (worker: Worker, process: Process): boolean =>
  process.roles.length === 0 || mayDo(worker.roles, process.roles)

/**
 * Open tasks that this worker may do, in the order of the floor: what can be done now, begun here, then due, then priority,
 * then number. Tasks that another device has begun are left out; scanning one asks whether to take over.
 */
export const workFor = (
  view: View,
  worker: Worker,
  device: DeviceId,
  processes: readonly Process[],
): readonly Work[] => {
  const rows: { work: Work; priority: number }[] = []
  for (const task of view.tasks()) {
    if (!isForWorker(view, task, worker, processes) || isOthers(task, device)) continue
    const document = task.document === null ? undefined : view.document(task.document)
    rows.push({ priority: document?.priority ?? task.priority ?? 0, work: rowOf(view, task, document, device) })
  }
  return rows
    .sort(
      (a, b) =>
        Number(a.work.waits) - Number(b.work.waits) ||
        Number(b.work.mine) - Number(a.work.mine) ||
        (a.work.due ?? '9').localeCompare(b.work.due ?? '9') ||
        b.priority - a.priority ||
        (a.work.number < b.work.number ? -1 : 1),
    )
    .map(row => row.work)
}

const isOthers = (task: Task, device: DeviceId): boolean =>
  task.lease !== null && task.lease.device !== device && task.kind !== 'receive'

const isForWorker = (view: View, task: Task, worker: Worker, processes: readonly Process[]): boolean => {
  const process = processes.find(process => process.name === task.kind)
  const foreign = worker.clients !== null && !worker.clients.includes(task.client)
  // Goods in a zone where somebody else works are theirs to put away.
  const place = task.kind === 'putaway' ? task.goods?.from.location : undefined
  const elsewhere = place !== undefined && !inZones(view.location(place)?.zone, worker.zones)
  const barred = task.count?.notBy.includes(worker.id) ?? false
  return process !== undefined && maySee(worker, process) && OPEN.has(task.state) && !foreign && !barred && !elsewhere
}

/** Work that another handheld has: who has it, and since when as far as it is known. */
export type HeldWork = Work & { by: WorkerId | null; since: string | null }

/** What others have and this worker could take over, the longest held first. */
export const heldByOthers = (
  view: View,
  worker: Worker,
  device: DeviceId,
  processes: readonly Process[],
): readonly HeldWork[] =>
  [...view.tasks()]
    .filter(task => isForWorker(view, task, worker, processes) && isOthers(task, device))
    .map(task => {
      const document = task.document === null ? undefined : view.document(task.document)
      const { worker: by = null, since = null } = task.lease ?? {}
      return { ...rowOf(view, task, document, device), by, since }
    })
    .sort((a, b) => (a.since ?? '9').localeCompare(b.since ?? '9') || (a.number < b.number ? -1 : 1))

const rowOf = (view: View, task: Task, document: Document | undefined, device: DeviceId): Work => {
  const open = document ? view.linesOf(document.id).filter(line => line.state === 'open') : []
  const places = open
    .flatMap(line => line.claims)
    .flatMap(claim => view.location(claim.location) ?? [])
    .filter(place => place.kind === 'pickable' || place.kind === 'reserve')
    .sort((a, b) => a.sequence - b.sequence)
  // Work without a document goes by the name of its place.
  const codeOf = (id: LocationId | null | undefined): string | null =>
    id == null ? null : (view.location(id)?.code ?? null)
  const place = codeOf(task.count?.location ?? task.goods?.from.location)
  const from = task.document === null && task.goods ? place : (places[0]?.code ?? null)
  const to = task.document === null && task.goods ? codeOf(task.goods.to) : (places.at(-1)?.code ?? null)
  const pallet = document === undefined && task.goods?.item === null ? view.lpn(task.goods.from.lpn) : undefined
  return {
    task: task.id,
    kind: task.kind,
    number: document?.number ?? place ?? '',
    lines: open.length,
    from,
    to: to === from ? null : to,
    item: document === undefined ? (task.goods?.item ?? null) : null,
    pallet: pallet?.label ?? null,
    due: document?.due ?? null,
    mine: task.lease?.device === device && task.state === 'started',
    waits: task.kind === 'pick' && open.length > 0 && places.length === 0,
  }
}

/** What the tiles say: every process that the worker may do, with how much of it waits. Look-up has a button of its own. */
export const tilesFor = (
  worker: Worker,
  processes: readonly Process[],
  work: readonly Work[],
): readonly { name: ProcessName; count: number }[] =>
  processes
    .filter(process => process.commands.length > 0 && maySee(worker, process))
    .map(process => ({ name: process.name, count: work.filter(row => row.kind === process.name).length }))
