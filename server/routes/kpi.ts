import type { Context } from 'hono'
import * as v from 'valibot'
import { CSV_BOM, CSV_TYPE, csvLines } from '../csv.ts'
import { figureLine, figuresHead, tableHead, tableLine } from '../../shared/desk/kpi-csv.ts'
import {
  kpiAnswer,
  kpiCsvQuery,
  kpiDaysAnswer,
  kpiDaysQuery,
  kpiQuery,
  kpiRowsAnswer,
  kpiRowsQuery,
  kpiTable,
} from '../../shared/desk/kpi.ts'
import type { KpiAnswer, KpiDaysAnswer, KpiRowsAnswer } from '../../shared/desk/kpi.ts'
import { TABLES } from '../../shared/desk/kpi-tables.ts'
import type { TableName } from '../../shared/desk/kpi-tables.ts'
import { DEFINITION, figuresOf } from '../../shared/kpi/figures.ts'
import { measuresOf } from '../../shared/kpi/figure-measures.ts'
import { dayOf } from '../../shared/time.ts'
import { sendJson } from './answer.ts'
import { parseAs } from './body.ts'
import type { AppDeps } from './deps.ts'
import { NOTHING, personEndpoint } from './endpoint.ts'
import type { Person } from './endpoint.ts'
import { csvStream } from './kpi-stream.ts'
import { before, scopeOf } from './kpi-scope.ts'
import type { Asked } from './kpi-scope.ts'
import { readKpiKey, writeKpiKey } from './kpi-key.ts'
import { refused } from './refused.ts'

type FigureDeps = Pick<AppDeps, 'now'> & { stores: Pick<AppDeps['stores'], 'kpi' | 'site'> }
/** What one window and the one before it are made of, read side by side. */
export const figuresAt = async (
  deps: FigureDeps,
  at: Pick<Person, 'who' | 'warehouse'>,
  asked: Asked,
): Promise<KpiAnswer> => {
  const scope = await scopeOf(deps, at, asked)
  const now = deps.now()
  const { kpi } = deps.stores
  // What was open then is not known any more: the window before has its days only.
  const earlier = before(scope)
  const [days, open, daysBefore, openBefore, standing] = await Promise.all([
    kpi.sums(scope),
    kpi.present(scope, now),
    kpi.sums(earlier),
    kpi.present(earlier, now),
    kpi.standing(scope, now),
  ])
  const figures = figuresOf([...days, ...open])
  const past = figuresOf([...daysBefore, ...openBefore])
  const pastOf = new Map(past.map(figure => [`${figure.name} ${figure.split}`, figure.value]))
  const { cursor, madeAt, restated, silent, connections } = standing
  return {
    definition: DEFINITION,
    from: scope.from,
    to: scope.to,
    asOf: { cursor, at: madeAt },
    silent,
    restated: [...restated],
    connections: [...connections],
    figures: figures.map(figure => ({ ...figure, before: pastOf.get(`${figure.name} ${figure.split}`) ?? null })),
  }
}

/** GET /api/kpi: every figure of a window, with the one before. */
export const kpiEndpoint = personEndpoint(
  {
    method: 'GET',
    path: '/api/kpi',
    summary: 'Every figure of a window of days, with numerator, denominator, n and the value of the window before.',
    query: kpiQuery,
    body: NOTHING,
    roles: ['supervisor'],
    answers: { 200: { description: 'The figures', schema: kpiAnswer } },
    refusals: ['bad_request', 'role'],
  },
  async ({ c, deps, ...at }) => sendJson(c, await figuresAt(deps, at, parseAs(kpiQuery, c.req.query()))),
)

const CSV = { description: 'CSV in UTF-8 with BOM', type: 'text/csv' }
/** GET /api/kpi.csv: the same as a table. */
export const kpiCsvEndpoint = personEndpoint(
  {
    method: 'GET',
    path: '/api/kpi.csv',
    summary: 'The figures as CSV: ; and decimal comma for tr, texts guarded against formulas.',
    query: kpiCsvQuery,
    body: NOTHING,
    roles: ['supervisor'],
    answers: { 200: CSV },
    refusals: ['bad_request', 'role'],
  },
  async ({ c, deps, ...at }) => {
    const { lang, machine, ...asked } = parseAs(kpiCsvQuery, c.req.query())
    const answer = await figuresAt(deps, at, asked)
    const lines = answer.figures.map(figure => figureLine(figure, answer.definition))
    nameFile(c, `kpi_${answer.from}_${answer.to}_as-of-${answer.asOf.cursor}.csv`)
    return c.body(CSV_BOM + csvLines([...figuresHead(lang, machine === '1'), ...lines], lang))
  },
)

const nameFile = (c: Context, name: string): void => {
  c.header('content-type', CSV_TYPE)
  c.header('content-disposition', `attachment; filename="${name}"`)
}

/** GET /api/kpi/days: one figure, day by day. */
export const kpiDaysEndpoint = personEndpoint(
  {
    method: 'GET',
    path: '/api/kpi/days',
    summary: 'One figure for each day of a window. Days without facts are left out.',
    query: kpiDaysQuery,
    body: NOTHING,
    roles: ['supervisor'],
    answers: { 200: { description: 'The days', schema: kpiDaysAnswer } },
    refusals: ['bad_request', 'role', 'not_found'],
  },
  async ({ c, deps, ...person }) => {
    const { figure: name, split, ...asked } = parseAs(kpiDaysQuery, c.req.query())
    const measures = measuresOf(name)
    if (measures === null) throw refused('not_found', 'There is no such figure.')
    const scope = await scopeOf(deps, person, asked)
    const rows = await deps.stores.kpi.days(scope, measures)
    const byDay = groupedBy(rows)
    const days = [...byDay].flatMap(([day, own]) => {
      const found = figuresOf(own).find(figure => figure.name === name && figure.split === split)
      return found === undefined ? [] : [{ day, value: found.value, n: found.n }]
    })
    return sendJson(c, { figure: name, days } satisfies KpiDaysAnswer)
  },
)
const groupedBy = <T extends { day: string }>(rows: readonly T[]): Map<string, T[]> => {
  const days = new Map<string, T[]>()
  for (const row of rows) days.set(row.day, [...(days.get(row.day) ?? []), row])
  return days
}

const tableAt = (c: Context): TableName => {
  const name = v.safeParse(kpiTable, c.req.param('name'))
  if (!name.success) throw refused('not_found', 'There is no such table.')
  return name.output
}

/** GET /api/kpi/:name/rows: what a figure is made of. */
export const kpiRowsEndpoint = personEndpoint(
  {
    method: 'GET',
    path: '/api/kpi/:name/rows',
    summary: 'The facts that a figure is made of, the oldest first; `next` begins the next page.',
    query: kpiRowsQuery,
    body: NOTHING,
    roles: ['supervisor'],
    answers: { 200: { description: 'A page of rows', schema: kpiRowsAnswer } },
    refusals: ['bad_request', 'role', 'not_found'],
  },
  async ({ c, deps, ...person }) => {
    const table = tableAt(c)
    const { after, limit, ...asked } = parseAs(kpiRowsQuery, c.req.query())
    const key = readKpiKey(after)
    if (key === undefined) throw refused('bad_request', 'There is no such page.')
    const scope = await scopeOf(deps, person, asked)
    const rows = await deps.stores.kpi.rows(
      table,
      { ...scope, device: person.device, worker: person.who.id, now: presentOf(deps, scope) },
      { after: key, limit },
    )
    const last = rows.length === limit ? rows.at(-1) : undefined
    return sendJson(c, {
      columns: TABLES[table].map(({ key, kind }) => ({ key, kind })),
      rows: rows.map(({ row }) => row),
      next: last === undefined ? null : writeKpiKey(last.key),
    } satisfies KpiRowsAnswer)
  },
)
const presentOf = (deps: AppDeps, scope: { to: string; timeZone: string }): string | null =>
  scope.to < dayOf(deps.now(), scope.timeZone) ? null : deps.now()

/** GET /api/kpi/:name/rows.csv: all of them, in one stream. */
export const kpiRowsCsvEndpoint = personEndpoint(
  {
    method: 'GET',
    path: '/api/kpi/:name/rows.csv',
    summary: 'All facts that a figure is made of as CSV, written page by page; it breaks off above 1,000,000 rows.',
    query: kpiCsvQuery,
    body: NOTHING,
    roles: ['supervisor'],
    answers: { 200: CSV },
    refusals: ['bad_request', 'role', 'not_found'],
  },
  async ({ c, deps, ...person }) => {
    const table = tableAt(c)
    const { lang, machine, ...asked } = parseAs(kpiCsvQuery, c.req.query())
    const scope = await scopeOf(deps, person, asked)
    const at = { ...scope, device: person.device, worker: person.who.id, now: presentOf(deps, scope) }
    nameFile(c, `${table}_${scope.from}_${scope.to}_as-of-${deps.now().replaceAll(':', '')}.csv`)
    const lines = csvStream({
      head: CSV_BOM + csvLines(tableHead(table, lang, machine === '1'), lang),
      page: (after, limit) => deps.stores.kpi.rows(table, at, { after, limit }),
      text: rows =>
        csvLines(
          rows.map(row => tableLine(table, row)),
          lang,
        ),
    })
    return c.body(lines)
  },
)
export const KPI_ENDPOINTS = [kpiEndpoint, kpiCsvEndpoint, kpiDaysEndpoint, kpiRowsEndpoint, kpiRowsCsvEndpoint]
