import type { AbcClass } from '../count/limits.ts'
import { msOf } from '../time.ts'
import { makeTally, within } from './day-rows.ts'
import type { DayRow, Range, Tally, Where } from './day-rows.ts'
import { secondsBetween } from './histogram.ts'

/** What a count, or a short, has come to on one row: its last look only. */
export type CountFact = Where & {
  place: string
  kind: 'count' | 'short'
  state: 'posted' | 'closed' | 'rejected' | 'pending'
  book: number
  delta: number
  /** Minor units for one base unit; null = not known. */
  cost: number | null
  abc: AbcClass | null
  reason: string | null
  openedAt: string
  /** When a person approved or rejected it; null = it has come to its end by itself. */
  decidedAt: string | null
  /** When it has come to where it is. */
  changedAt: string
}

/** Ends of the range: what was accepted, adjusted and decided. */
export const countRows = (facts: readonly CountFact[], range: Range): readonly DayRow[] => {
  const tally = makeTally()
  const ended = facts.filter(fact => fact.state !== 'pending' && within(msOf(fact.changedAt), range))
  accuracy(
    tally,
    ended.filter(fact => fact.state !== 'rejected'),
  )
  for (const fact of ended) {
    if (fact.decidedAt !== null)
      tally.value('approval.age', fact, secondsBetween(msOf(fact.openedAt), msOf(fact.decidedAt)))
    if (fact.state === 'posted' && fact.delta !== 0) adjustment(tally, fact)
  }
  return tally.rows()
}

/** What waits for its end counts with its present difference, as long as it waits. */
export const pendingCountRows = (facts: readonly CountFact[]): readonly DayRow[] => {
  const tally = makeTally()
  accuracy(tally, facts)
  return tally.rows()
}

const accuracy = (tally: Tally, facts: readonly CountFact[]): void => {
  const places = new Map<string, Where & { wrong: boolean }>()
  for (const fact of facts) {
    if (fact.kind !== 'count') continue
    const { client, zone, place, delta, book, cost } = fact
    tally.count('count.lines', fact)
    if (delta !== 0) tally.count('count.wrong', fact)
    tally.count('count.units', fact, Math.abs(delta))
    tally.count('count.book', fact, Math.max(0, book))
    if (cost === null) tally.count('count.unpriced', fact)
    else {
      tally.count('count.value', fact, Math.abs(delta) * cost)
      tally.count('count.bookValue', fact, Math.max(0, book) * cost)
    }
    // One place may hold goods of several clients: each of them sees its own part of it.
    const key = `${client} ${place}`
    places.set(key, { client, zone, wrong: (places.get(key)?.wrong ?? false) || delta !== 0 })
  }
  for (const where of places.values()) {
    tally.count('count.places', where)
    if (where.wrong) tally.count('count.wrongPlaces', where)
  }
}

/** Net and gross side by side: netting hides what was misplaced. */
const adjustment = (tally: Tally, fact: CountFact): void => {
  const split = `${fact.reason ?? ''}|${fact.abc ?? ''}`
  tally.count('adjust.posted', fact, 1, split)
  if (fact.decidedAt === null) tally.count('adjust.within', fact)
  if (fact.cost === null) return tally.count('adjust.unpriced', fact, 1, split)
  tally.count('adjust.net', fact, fact.delta * fact.cost, split)
  tally.count('adjust.gross', fact, Math.abs(fact.delta) * fact.cost, split)
}
