import { afterEach, describe, expect, inject, it } from 'vitest'
import { laterDay } from '../../shared/time.ts'
import { figuresBySql } from '../../test/support/kpi-sql.ts'
import { seedKpi } from '../../test/support/kpi-site.ts'
import { createDatabase } from '../../test/support/postgres.ts'
import { testSite } from '../../test/support/site.ts'
import { sqlSite } from '../../test/support/sql-site.ts'
import { figuresOf } from '../../shared/kpi/figures.ts'
import { makeKpiRound } from '../workers/kpi.ts'
import { openDatabase } from './open.ts'

const url = inject('postgresUrl')
const quiet = { info: () => {}, warn: () => {}, error: () => {} }

describe.skipIf(!url)('figures on PostgreSQL', () => {
  const ends: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end()
  })

  it.each([
    ['UTC', '2026-11-20'],
    // Its days have 25 hours and more than one offset.
    ['Europe/Berlin', '2026-10-24'],
    ['America/Santiago', '2026-09-05'],
  ])(
    '[KP80] [TZ3] the figures are what an independent SQL over the facts says, by the days of %s',
    async (timeZone, first) => {
      const made = await createDatabase(url ?? '')
      ends.push(made.drop)
      const opened = await openDatabase({ databaseUrl: made.url, dataDir: '', log: quiet })
      ends.push(opened.close)
      const { policies, ...plan } = testSite(`kpi ${timeZone}`)
      const site = { ...plan, policies: { ...policies, warehouse: { ...policies.warehouse, site: { timeZone } } } }
      const stores = await sqlSite(opened, site)
      const seed = { start: `${first}T00:00:00.000Z`, days: 3, orders: 900, counts: 240, exceptions: 120 }
      await seedKpi(opened.db, site, seed)
      const now = `${laterDay(first, 3)}T08:00:00.000Z`
      const round = makeKpiRound({ warehouses: async () => [site.warehouse], kpi: stores.kpiWork, now: () => now })
      while (await round(new AbortController().signal));
      const window = { from: first, to: laterDay(first, 3), timeZone }
      const scope = { warehouse: site.warehouse.id, clients: null, zone: null, ...window }
      const figures = figuresOf([...(await stores.kpi.sums(scope)), ...(await stores.kpi.present(scope, now))])
      const found = new Map(figures.map(figure => [`${figure.name} ${figure.split}`.trim(), figure.value]))
      const expected = await figuresBySql(opened.db, site.warehouse.id, { ...scope, now })
      const shown = [...expected.keys()].map(name => [name, found.get(name)])
      expect(Object.fromEntries(shown)).toEqual(Object.fromEntries(expected))
    },
  )
})
