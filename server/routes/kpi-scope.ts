import type { ClientId } from '../../shared/ids.ts'
import { MAX_KPI_DAYS } from '../../shared/desk/kpi.ts'
import { dayOf, msOf } from '../../shared/time.ts'
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
const DAY_MS = 86_400_000
const startOf = (day: string): string => `${day}T00:00:00.000Z`
const daysIn = ({ from, to }: { from: string; to: string }): number =>
  (msOf(startOf(to)) - msOf(startOf(from))) / DAY_MS + 1

/** The window that a person asked for, and no client that they may not see. */
export const scopeOf = (
  deps: Pick<AppDeps, 'now'>,
  { who, warehouse }: Pick<Person, 'who' | 'warehouse'>,
  asked: Asked,
): KpiScope => {
  const to = asked.to ?? deps.now().slice(0, 10)
  const from = asked.from ?? dayOf(startOf(to), 1 - DAYS)
  const days = daysIn({ from, to })
  if (!(days >= 1 && days <= MAX_KPI_DAYS)) throw refused('bad_request', `A window has 1 to ${MAX_KPI_DAYS} days.`)
  return {
    warehouse,
    clients: clientsOf(who.clients, asked.client),
    zone: asked.zone ?? null,
    from,
    to,
  }
}

const clientsOf = (own: readonly ClientId[] | null, asked: ClientId | undefined): readonly ClientId[] | null => {
  if (asked === undefined) return own
  return own === null || own.includes(asked) ? [asked] : []
}

/** The window of equal length before it. */
export const before = (scope: KpiScope): KpiScope => ({
  ...scope,
  from: dayOf(startOf(scope.from), -daysIn(scope)),
  to: dayOf(startOf(scope.from), -1),
})
