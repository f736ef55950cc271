import { Readable } from 'node:stream'
import * as v from 'valibot'
import { exportQuery } from '../../../shared/desk/export.ts'
import type { LastMade } from '../../../shared/desk/schedules.ts'
import { zoneOf } from '../../../shared/policy.ts'
import { dayOf, laterDay } from '../../../shared/time.ts'
import type { Schedule } from '../../desk-ports.ts'
import type { DropFolder } from '../../drop-folder.ts'
import { isRefused } from '../refused.ts'
import { workerOf } from '../scope.ts'
import { makeExport } from './export-file.ts'
import type { ExportDeps } from './export-lists.ts'

/** So many files of each stay. */
const KEPT = 30

/** Ends of names: which of somebody's files it is. */
const endingOf = ({ id, query }: Pick<Schedule, 'id' | 'query'>): string => `-${id.slice(-12)}.${query.format}`

/**
 * Makes the file of a schedule as its owner would at the desk: with their clients, their roles and what they count blind, as
 * all of that is now. Whoever has left, or has no log-in any more, gets none.
 */
export const makeScheduled =
  ({ stores, now, drop }: ExportDeps & { drop: DropFolder }) =>
  async (schedule: Schedule): Promise<Omit<LastMade, 'at'>> => {
    const { id, warehouse, owner } = schedule
    const who = await workerOf(stores.site, { warehouse }, owner)
    const logsIn = (await stores.accounts.list()).some(account => account.worker === owner)
    if (who === null || !logsIn) return { file: null, why: 'role', clients: null }
    const clients = who.clients === null ? null : [...who.clients]
    const today = dayOf(now(), zoneOf(await stores.site.policies(warehouse)))
    const query = v.parse(exportQuery, { ...schedule.query, day: laterDay(today, -1) })
    const file = `${query.list}-${today}${endingOf(schedule)}`
    try {
      const { body } = await makeExport({ who, warehouse }, query, { stores, now }, { schedule: id, file })
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      await drop.put(file, body instanceof ReadableStream ? body : Readable.from([body]))
    } catch (error) {
      if (isRefused(error)) return { file: null, why: error.refusal, clients }
      throw error
    }
    await drop.prune(endingOf(schedule), KEPT)
    return { file, why: null, clients }
  }
