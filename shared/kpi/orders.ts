import type { ClientId } from '../ids.ts'
import { dayOf, isDay, isoOf, laterDay, msOf, startOfDay } from '../time.ts'
import { makeTally, within } from './day-rows.ts'
import type { DayRow, Measure, Range, SumRow } from './day-rows.ts'
import { secondsBetween } from './histogram.ts'

/** The instants of one order; null = it has not come so far, or nobody says. */
export type OrderFact = {
  client: ClientId
  /** When the ERP has made or released it. */
  releasedAt: string | null
  importedAt: string | null
  firstPickAt: string | null
  /** Its last package was closed. */
  readyAt: string | null
  shippedAt: string | null
  /** The ERP shows the shipment as posted. */
  confirmedAt: string | null
  dueAt: string | null
  cancelled: boolean
}

type Instant = Exclude<keyof OrderFact, 'client' | 'cancelled' | 'dueAt'>
export const STAGES: readonly (readonly [measure: Measure, from: Instant, to: Instant])[] = [
  ['order.transfer', 'releasedAt', 'importedAt'],
  ['order.waiting', 'importedAt', 'firstPickAt'],
  ['order.work', 'firstPickAt', 'readyAt'],
  ['order.toReady', 'importedAt', 'readyAt'],
  ['order.toShipped', 'readyAt', 'shippedAt'],
  ['order.report', 'shippedAt', 'confirmedAt'],
]

/** Each stage belongs to the day on which it ended, an order that is due to the day on which it was due, once that is over. */
export const orderRows = (orders: readonly OrderFact[], range: Range, now: number): readonly DayRow[] => {
  const tally = makeTally()
  for (const order of orders) {
    if (order.cancelled) continue
    const where = { client: order.client, zone: '' }
    for (const [measure, from, to] of STAGES) {
      const [begin, end] = [order[from], order[to]]
      if (begin === null || end === null || !within(msOf(end), range)) continue
      tally.value(measure, where, secondsBetween(msOf(begin), msOf(end)))
    }
    const due = order.dueAt === null ? null : msOf(order.dueAt)
    if (due === null || due > now || !within(due, range)) continue
    tally.count('orders.due', where)
    if (order.readyAt !== null && msOf(order.readyAt) <= due) tally.count('orders.onTime', where)
  }
  return tally.rows()
}

export const BACKLOG = ['late', 'today', 'later', 'none'] as const
/** Orders that are not ready, by when they are due. They belong to no day: they are what they are now. */
export const backlogRows = (
  orders: readonly { dueAt: string | null }[],
  now: string,
  timeZone: string,
): readonly SumRow[] => {
  const tally = makeTally()
  for (const { dueAt } of orders)
    tally.count('backlog.orders', { client: null, zone: '' }, 1, dueGroup(dueAt, now, timeZone))
  return tally.rows()
}
const dueGroup = (dueAt: string | null, now: string, timeZone: string): (typeof BACKLOG)[number] => {
  if (dueAt === null) return 'none'
  if (msOf(dueAt) < msOf(now)) return 'late'
  return dayOf(dueAt, timeZone) === dayOf(now, timeZone) ? 'today' : 'later'
}

/** A day means its end in the warehouse's zone. What is neither a day nor an instant says nothing. */
export const dueInstant = (due: string | null, timeZone: string): string | null => {
  if (due === null) return null
  if (/^\d{4}-\d\d-\d\d$/.test(due)) return isDay(due) ? isoOf(msOf(startOfDay(laterDay(due, 1), timeZone)) - 1) : null
  return Number.isNaN(msOf(due)) ? null : due
}
