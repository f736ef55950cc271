import { openDatabase } from '../../server/store/open.ts'
import { makeKpiRound } from '../../server/workers/kpi.ts'
import { makeWorker } from '../../server/auth/roster.ts'
import { figuresAt } from '../../server/routes/kpi.ts'
import { derivedId } from '../../shared/ids.ts'
import { UTC } from '../../shared/time.ts'
import { figuresBySql } from '../support/kpi-sql.ts'
import { seedKpi } from '../support/kpi-site.ts'
import { createDatabase } from '../support/postgres.ts'
import { postgresBinaries, startCluster } from '../support/postgres-cluster.ts'
import { testSite } from '../support/site.ts'
import { sqlSite } from '../support/sql-site.ts'
import { percentile, report } from './report.ts'

const DAYS = 90
/** Six commands and movements each. */
const ORDERS = Number(process.env['BENCH_ORDERS'] ?? 166_667)
const RUNS = 100
const SUPERVISOR = makeWorker({
  id: derivedId('worker', 'bench'),
  name: 'Sevda',
  badge: 'XBSEVDA',
  roles: ['supervisor'],
})
const quiet = { info: () => {}, warn: () => {}, error: () => {} }
const SEED = { start: '2026-08-25T00:00:00.000Z', days: DAYS, orders: ORDERS, counts: 9000, exceptions: 3000 }
const NOW = '2026-11-22T23:00:00.000Z'

const timed = async <T>(run: () => Promise<T>): Promise<{ ms: number; value: T }> => {
  const started = performance.now()
  const value = await run()
  return { ms: performance.now() - started, value }
}

const timesOf = async (run: () => Promise<unknown>): Promise<readonly number[]> => {
  const times: number[] = []
  for (let n = 0; n < RUNS; n += 1) times.push((await timed(run)).ms)
  return times
}

/** All figures of 90 days with 1,000,000 movements, from prepared rows of days; reference: the same figures from the facts by SQL. */
export const kpi = async (): Promise<void> => {
  const binaries = postgresBinaries()
  if (binaries === undefined) throw new Error('the bench needs PostgreSQL')
  const cluster = await startCluster(binaries)
  const database = await createDatabase(cluster.url)
  const opened = await openDatabase({ databaseUrl: database.url, dataDir: '', log: quiet })
  try {
    const site = testSite('bench')
    const { kpi: desk, kpiWork, site: settings } = await sqlSite(opened, site)
    const seeded = await timed(() => seedKpi(opened.db, site, SEED))
    const round = makeKpiRound({ warehouses: async () => [site.warehouse], kpi: kpiWork, now: () => NOW })
    const never = new AbortController().signal
    const prepared = await timed(async () => {
      while (await round(never));
    })
    const again = await timed(() => round(never))
    const scope = {
      warehouse: site.warehouse.id,
      clients: null,
      zone: null,
      from: '2026-08-25',
      to: '2026-11-22',
      timeZone: UTC,
    }
    const scopeOfAddress = { from: scope.from, to: scope.to }
    // What GET /api/kpi does between parsing and writing.
    const page = (asked = scopeOfAddress) =>
      figuresAt(
        { stores: { kpi: desk, site: settings }, now: () => NOW },
        { who: SUPERVISOR, warehouse: site.warehouse.id },
        asked,
      )
    const {
      ms: firstMs,
      value: { figures },
    } = await timed(page)
    const times = await timesOf(page)
    // The window before it is as full.
    const halves = await timesOf(() => page({ from: '2026-10-09', to: scope.to }))
    const rows = await timed(() =>
      desk.rows('sync', { ...scope, device: null, worker: null, now: NOW }, { after: null, limit: 100 }),
    )
    const bySql = await timed(() => figuresBySql(opened.db, site.warehouse.id, { ...scope, now: NOW }))
    const found = new Map(figures.map(figure => [`${figure.name} ${figure.split}`.trim(), figure.value]))
    const wrong = [...bySql.value].filter(([name, value]) => found.get(name) !== value)
    const p95 = percentile(times, 95)
    report(
      [
        { what: 'seeding', ms: Math.round(seeded.ms) },
        { what: 'preparing all days', ms: Math.round(prepared.ms) },
        { what: 'one more round', ms: Math.round(again.ms) },
        { what: 'the first page of figures', ms: Math.round(firstMs) },
        { what: 'figures p50', ms: Math.round(percentile(times, 50)) },
        { what: 'figures p95', ms: Math.round(p95) },
        { what: 'figures of the last 45 days p50', ms: Math.round(percentile(halves, 50)) },
        { what: 'figures of the last 45 days p95', ms: Math.round(percentile(halves, 95)) },
        { what: 'first page of rows', ms: Math.round(rows.ms) },
        { what: 'from the facts by SQL', ms: Math.round(bySql.ms) },
      ],
      {
        bench: 'kpi',
        value: p95,
        unit: `ms for ${DAYS} days, ${ORDERS * 6} movements; reference: from the facts by SQL`,
        reference: bySql.ms,
      },
    )
    if (wrong.length > 0) throw new Error(`figures differ from the facts: ${JSON.stringify(wrong.slice(0, 5))}`)
  } finally {
    await opened.close()
    await database.drop()
    await cluster.stop()
  }
}
