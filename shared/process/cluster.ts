import type { Document, Task } from '../catalogue.ts'
import type { LocationId } from '../ids.ts'
import type { View } from '../ledger/world.ts'
import { byUrgency, stopsOf } from './pick-lines.ts'

/** An order with what its walk would touch: places by their number in the walking order of the site. */
type Candidate = { task: Task; document: Document; places: ReadonlyMap<LocationId, number> }

/**
 * Orders that go together on one cart, one tote each: `first`, and up to `size` in all of `others`. Each time the order
 * that makes the walk longest least: first by how far its places lie outside of the stretch that is walked anyway, then by
 * the number of places where nobody would stop yet, then by its urgency. Orders of other clients, of another walk, of
 * somebody else, and those with nothing on a shelf stay out.
 */
export const clusterOf = (view: View, first: Task, others: readonly Task[], size: number): readonly Task[] => {
  const start = candidateOf(view, first)
  if (start === null) return [first]
  const waiting = others
    .filter(task => task.id !== first.id && isFree(task) && task.client === first.client)
    .flatMap(task => candidateOf(view, task) ?? [])
    .sort((a, b) => byUrgency(a.document, b.document))
  const chosen = [start]
  const walk = new Map(start.places)
  while (chosen.length < size && waiting.length > 0) {
    const best = waiting.reduce((a, b) => (compare(costOf(walk, b), costOf(walk, a)) < 0 ? b : a))
    waiting.splice(waiting.indexOf(best), 1)
    chosen.push(best)
    for (const [place, sequence] of best.places) walk.set(place, sequence)
  }
  return chosen.map(({ task }) => task)
}

/** Ready, nobody's, in no walk yet. */
export const isFree = (task: Task): boolean =>
  task.kind === 'pick' && task.state === 'ready' && task.lease === null && !task.batch && task.tote === null

const candidateOf = (view: View, task: Task): Candidate | null => {
  const document = task.document === null ? undefined : view.document(task.document)
  if (document === undefined) return null
  const stops = stopsOf(view, [document.id], 'each', [])
  return stops.length === 0
    ? null
    : { task, document, places: new Map(stops.map(stop => [stop.claim.location, stop.sequence])) }
}

const costOf = (walk: ReadonlyMap<LocationId, number>, { places }: Candidate): readonly [number, number] => {
  const here = [...walk.values()]
  const there = [...places.values()]
  const [from, to] = [Math.min(...here), Math.max(...here)]
  const further = Math.max(0, from - Math.min(...there)) + Math.max(0, Math.max(...there) - to)
  return [further, [...places.keys()].filter(place => !walk.has(place)).length]
}

const compare = (a: readonly [number, number], b: readonly [number, number]): number => a[0] - b[0] || a[1] - b[1]
