import type { Document, Task, TaskKind, Turn, Worker } from '../catalogue.ts'
import type { DeviceId, LocationId, TaskId } from '../ids.ts'
import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'
import { mayDo } from '../roles.ts'
import { NEXT_KINDS } from '../sync/enrol.ts'
import { clusterOf, isFree } from './cluster.ts'
import { PROCESSES } from './index.ts'
import { stopsOf } from './pick-lines.ts'
import { inZones } from './zones.ts'

const ALONE: ReadonlySet<string> = new Set(NEXT_KINDS)

/** Kinds of work that are given out to the worker. Deliveries, put-away and packing are shared: everybody may work on them at once. */
export const kindsFor = (worker: Worker): readonly TaskKind[] =>
  PROCESSES.flatMap(process =>
    process.name !== 'lookup' && ALONE.has(process.name) && mayDo(worker.roles, process.roles) ? [process.name] : [],
  )

export type Asker = { device: DeviceId; worker: Worker; kinds: readonly TaskKind[]; near: LocationId | null }

/** Tasks that are done in one walk. */
export type Walk = readonly [Task, ...Task[]]

/**
 * What the handheld shall have: its own work first, begun before prepared, then so many walks more that it holds one and as
 * many ahead as the policy says. Asked again it says the same, so an answer that was lost takes nothing more. `tasks` are all
 * that may count: the device's own and those that nobody has.
 */
export const nextWalks = (
  view: View,
  tasks: readonly Task[],
  asker: Asker,
): { held: readonly Walk[]; fresh: readonly Walk[] } => {
  const mine = tasks.filter(task => task.lease?.device === asker.device && asker.kinds.includes(task.kind))
  const begunFirst = mine.sort((a, b) => Number(b.state === 'started') - Number(a.state === 'started'))
  const held = walksOf(begunFirst).filter(walk => walk.some(task => !waitsForGoods(view, task)))
  const waiting = tasks.filter(task => mayTake(view, task, asker)).sort(byTurn(view, asker.near))
  const fresh: Walk[] = []
  const taken = new Set<TaskId>()
  for (const task of waiting) {
    if (taken.has(task.id)) continue
    const { prefetchTasks, clusterSize } = policyFor(view.policies, task.client).pick
    if (held.length + fresh.length > prefetchTasks) break
    const rest = waiting.filter(other => !taken.has(other.id) && other.id !== task.id)
    const mates = task.batch
      ? rest.filter(other => other.batch?.id === task.batch?.id)
      : isFree(task)
        ? clusterOf(view, task, rest, clusterSize).slice(1)
        : []
    fresh.push([task, ...mates])
    for (const { id } of [task, ...mates]) taken.add(id)
  }
  return { held, fresh }
}

const walksOf = (tasks: readonly Task[]): readonly Walk[] => {
  const walks = new Map<string, [Task, ...Task[]]>()
  for (const task of tasks) {
    const name = task.batch?.id ?? task.id
    const walk = walks.get(name)
    if (walk === undefined) walks.set(name, [task])
    else walk.push(task)
  }
  return [...walks.values()]
}

/** Nothing of it can be fetched yet, others have found its shelves empty say: whoever has it is given other work. */
const waitsForGoods = (view: View, task: Task): boolean =>
  task.kind === 'pick' &&
  task.document !== null &&
  placesOf(view, task).length === 0 &&
  view.linesOf(task.document).some(line => line.state === 'open')

const WANTED: ReadonlySet<Document['state']> = new Set(['open', 'started'])

const mayTake = (view: View, task: Task, { worker, kinds }: Asker): boolean => {
  const document = task.document === null ? undefined : view.document(task.document)
  const isOpen = task.lease === null && (task.state === 'ready' || task.state === 'parked')
  const isWanted = document === undefined || (WANTED.has(document.state) && !document.hold)
  const isTheirs = worker.clients === null || worker.clients.includes(task.client)
  if (!isOpen || !isWanted || !isTheirs || !kinds.includes(task.kind)) return false
  // Whoever counts again must be somebody else.
  if (task.count?.notBy.includes(worker.id) === true) return false
  const places = placesOf(view, task)
  if (task.kind === 'pick' && places.length === 0) return false
  return places.every(id => inZones(view.location(id)?.zone, worker.zones))
}

/** Where the work takes its worker, in their order. */
const placesOf = (view: View, task: Task): readonly LocationId[] => {
  if (task.kind === 'pick' && task.document !== null)
    return stopsOf(view, [task.document], 'each', []).map(stop => stop.claim.location)
  if (task.count) return [task.count.location]
  return task.goods ? [task.goods.from.location] : []
}

const TURN: Readonly<Record<Turn, number>> = { first: -1, later: 1 }
const turnOf = (turn: Turn | null | undefined): number => (turn ? TURN[turn] : 0)

/** What the desk wants first or later, due, priority, way from the last scan. */
const byTurn = (view: View, near: LocationId | null) => {
  const here = near === null ? undefined : view.location(near)?.sequence
  const keyOf = (task: Task) => {
    const document = task.document === null ? undefined : view.document(task.document)
    const [first] = placesOf(view, task)
    const there = first === undefined ? undefined : view.location(first)?.sequence
    return {
      turn: turnOf(document?.turn ?? task.turn),
      due: document?.due ?? task.due ?? '9',
      priority: document?.priority ?? task.priority ?? 0,
      way: here === undefined || there === undefined ? 0 : Math.abs(there - here),
    }
  }
  const keys = new Map<TaskId, ReturnType<typeof keyOf>>()
  const of = (task: Task) => {
    const key = keys.get(task.id) ?? keyOf(task)
    keys.set(task.id, key)
    return key
  }
  return (x: Task, y: Task): number => {
    const [a, b] = [of(x), of(y)]
    return a.turn - b.turn || compare(a.due, b.due) || b.priority - a.priority || a.way - b.way || compare(x.id, y.id)
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
