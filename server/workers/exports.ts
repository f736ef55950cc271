import type { LastMade } from '../../shared/desk/schedules.ts'
import type { WarehouseId } from '../../shared/ids.ts'
import { isoOf, msOf, nextHour } from '../../shared/time.ts'
import type { Schedule, ScheduleStore } from '../desk-ports.ts'
import type { DeliverDeps } from './deliver.ts'

/** Longer than a million rows take; a server that has died meanwhile is followed after it, and a fault is tried again. */
const LEASE_MS = 10 * 60_000
const MAX_TRIES = 5

export type ExportDeps = {
  schedules: Pick<ScheduleStore, 'claim' | 'finish'>
  /** Makes the file with what its owner may see at this moment; a refusal is an answer, a fault is thrown. */
  make: (schedule: Schedule) => Promise<Omit<LastMade, 'at'>>
  zone: (warehouse: WarehouseId) => Promise<string>
  now: () => string
  newLease: () => string
  log: DeliverDeps['log']
}

/** Makes the file that is due for the longest time; true = there may be more. */
export const exportRound = async ({ schedules, make, zone, now, newLease, log }: ExportDeps): Promise<boolean> => {
  const lease = newLease()
  const schedule = await schedules.claim({ now: now(), until: isoOf(msOf(now()) + LEASE_MS), lease })
  if (schedule === null) return false
  const end = async (made: Omit<LastMade, 'at'>): Promise<boolean> => {
    const at = now()
    const nextAt = nextHour(at, schedule.hour, await zone(schedule.warehouse))
    await schedules.finish(schedule.id, lease, { last: { at, ...made }, nextAt })
    return true
  }
  try {
    return await end(await make(schedule))
  } catch (err) {
    log.warn({ err, schedule: schedule.id, tries: schedule.tries }, 'a file that is due was not made')
    // Its lease runs out by itself: it is tried again then.
    return schedule.tries < MAX_TRIES ? true : end({ file: null, why: 'fault', clients: null })
  }
}
