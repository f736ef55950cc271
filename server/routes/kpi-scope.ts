import type { ClientId } from '../../shared/ids.ts'
import { MAX_KPI_DAYS } from '../../shared/desk/kpi.ts'
import { dayOf, daysBetween, laterDay } from '../../shared/time.ts'
import { zoneOf } from '../../shared/policy.ts'
import type { KpiScope } from '../kpi-ports.ts'
import type { AppDeps } from './deps.ts'
import type { Person } from './endpoint.ts'
import { refused } from './refused.ts'

/** What the address says of the window. */
export type Asked = {
  from?: string | undefined
  to?: string | undefined
  client?: ClientId | undefined
  zone?: string | undefined
}

const DAYS = 30
const daysIn = ({ from, to }: { from: string; to: string }): number => daysBetween(from, to) + 1

export type ScopeDeps = Pick<AppDeps, 'now'> & { stores: Pick<AppDeps['stores'], 'site'> }

/** The window that a person asked for, and no client that they may not see. */
export const scopeOf = async (
  deps: ScopeDeps,
  { who, warehouse }: Pick<Person, 'who' | 'warehouse'>,
  asked: Asked,
): Promise<KpiScope> => {
  const timeZone = zoneOf(await deps.stores.site.policies(warehouse))
  const to = asked.to ?? dayOf(deps.now(), timeZone)
  const from = asked.from ?? laterDay(to, 1 - DAYS)
  const days = daysIn({ from, to })
  if (!(days >= 1 && days <= MAX_KPI_DAYS)) throw refused('bad_request', `A window has 1 to ${MAX_KPI_DAYS} days.`)
  return {
    warehouse,
    clients: clientsOf(who.clients, asked.client),
    zone: asked.zone ?? null,
    from,
    to,
    timeZone,
  }
}

const clientsOf = (own: readonly ClientId[] | null, asked: ClientId | undefined): readonly ClientId[] | null => {
  if (asked === undefined) return own
  return own === null || own.includes(asked) ? [asked] : []
}

/** The window of equal length before it. */
export const before = (scope: KpiScope): KpiScope => ({
  ...scope,
  from: laterDay(scope.from, -daysIn(scope)),
  to: laterDay(scope.from, -1),
})
