import type { ExpiringAnswer } from '../../../shared/desk/goods.ts'
import {
  expiringAnswerSchema,
  expiringQuery,
  MAX_DAYS,
  pastAnswerSchema,
  pastQuery,
} from '../../../shared/desk/goods.ts'
import type { ClientId } from '../../../shared/ids.ts'
import { zoneOf } from '../../../shared/policy.ts'
import type { PolicySet } from '../../../shared/policy.ts'
import { daysOut } from '../../../shared/process/shelf-life.ts'
import { dayOf, daysBetween, isDay, laterDay, startOfDay } from '../../../shared/time.ts'
import type { ExpiringFound } from '../../desk-ports.ts'
import type { AppDeps } from '../deps.ts'
import type { AtDesk } from '../desk-door.ts'
import { refused } from '../refused.ts'
import { pageOf, view, viewer } from './parts.ts'

/** Of one client only, where one is named; never of one whose goods the person may not see. */
export const narrowed = (at: Pick<AtDesk, 'who' | 'warehouse'>, client: ClientId | '') => {
  const seen = viewer(at)
  if (client === '') return seen
  if (seen.clients !== null && !seen.clients.includes(client)) throw refused('not_found', 'There is no such client.')
  return { ...seen, clients: [client] }
}

const judged = (row: ExpiringFound, today: string, policies: PolicySet | null): ExpiringAnswer['rows'][number] => {
  const { minDaysOut, ...rest } = row
  const daysLeft = daysBetween(today, row.expiry)
  const own = { client: row.client, shelf: { minDaysOut } }
  const least = policies === null ? (minDaysOut ?? 0) : daysOut(policies, own)
  return { ...rest, daysLeft, state: daysLeft < 0 ? 'expired' : daysLeft < least ? 'tooShort' : 'soon' }
}

export const readExpiring = async (
  at: Pick<AtDesk, 'who' | 'warehouse'>,
  { days, client, ...page }: { days: string; client: ClientId | ''; after: string; limit: string },
  { stores, now }: Pick<AppDeps, 'stores' | 'now'>,
): Promise<ExpiringAnswer> => {
  if (Number(days) > MAX_DAYS) throw refused('bad_request', `At most ${MAX_DAYS} days ahead.`)
  const policies = await stores.site.policies(at.warehouse)
  const today = dayOf(now(), zoneOf(policies))
  const want = { until: laterDay(today, Number(days)), ...pageOf(page) }
  const { rows, next } = await stores.goods.expiring(narrowed(at, client), want)
  return { rows: rows.map(row => judged(row, today, policies)), next, today }
}

/** The first instant that is not of the day any more. */
export const endOf = async (
  { warehouse }: Pick<AtDesk, 'warehouse'>,
  day: string,
  { stores, now }: Pick<AppDeps, 'stores' | 'now'>,
): Promise<string> => {
  const zone = zoneOf(await stores.site.policies(warehouse))
  // A 31st of February would be a day of March.
  if (!isDay(day) || day > dayOf(now(), zone)) throw refused('bad_request', 'This is no day that has been.')
  return startOfDay(laterDay(day, 1), zone)
}

export const GOODS_ENDPOINTS = [
  view(
    {
      path: '/api/desk/expiring',
      summary: 'Stock that expires within so many days, with its places; what must not leave any more is said apart.',
      query: expiringQuery,
      answer: expiringAnswerSchema,
    },
    (at, query, deps) => readExpiring(at, query, deps),
  ),
  view(
    {
      path: '/api/desk/past',
      summary:
        'Stock and its value at the end of a day, folded from the ledger: as it was booked then, or as it is known now.',
      query: pastQuery,
      answer: pastAnswerSchema,
    },
    async (at, { day, basis, by, client, ...page }, deps) =>
      deps.stores.goods.past(narrowed(at, client), { before: await endOf(at, day, deps), basis, by, ...pageOf(page) }),
  ),
]
