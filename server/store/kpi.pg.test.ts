import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { figuresBySql } from '../../test/support/kpi-sql.ts'
import { seedKpi } from '../../test/support/kpi-site.ts'
import { createDatabase } from '../../test/support/postgres.ts'
import { testSite } from '../../test/support/site.ts'
import { sqlSite } from '../../test/support/sql-site.ts'
import { figuresOf } from '../../shared/kpi/figures.ts'
import { makeKpiRound } from '../workers/kpi.ts'
import { openDatabase } from './open.ts'
import type { OpenDatabase } from './open.ts'

const url = inject('postgresUrl')
const quiet = { info: () => {}, warn: () => {}, error: () => {} }

describe.skipIf(!url)('figures on PostgreSQL', () => {
  let opened: OpenDatabase
  let drop: () => Promise<void>
  beforeAll(async () => {
    const made = await createDatabase(url ?? '')
    drop = made.drop
    opened = await openDatabase({ databaseUrl: made.url, dataDir: '', log: quiet })
  })
  afterAll(async () => {
    await opened?.close()
    await drop?.()
  })

  it('[KP80] the figures are what an independent SQL over the facts says', async () => {
    const site = testSite('kpi')
    const stores = await sqlSite(opened, site)
    const seed = { start: '2026-11-20T00:00:00.000Z', days: 3, orders: 900, counts: 240, exceptions: 120 }
    await seedKpi(opened.db, site, seed)
    const now = '2026-11-23T08:00:00.000Z'
    const round = makeKpiRound({ warehouses: async () => [site.warehouse], kpi: stores.kpiWork, now: () => now })
    while (await round(new AbortController().signal));
    const scope = { warehouse: site.warehouse.id, clients: null, zone: null, from: '2026-11-20', to: '2026-11-23' }
    const figures = figuresOf([...(await stores.kpi.sums(scope)), ...(await stores.kpi.present(scope, now))])
    const found = new Map(figures.map(figure => [`${figure.name} ${figure.split}`.trim(), figure.value]))
    const expected = await figuresBySql(opened.db, site.warehouse.id, { ...scope, now })
    const shown = [...expected.keys()].map(name => [name, found.get(name)])
    expect(Object.fromEntries(shown)).toEqual(Object.fromEntries(expected))
  })
})
