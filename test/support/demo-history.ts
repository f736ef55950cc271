import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import type { Browser } from 'playwright'
import { demoClients, DEMO_WAREHOUSE } from '../../server/demo/site.ts'
import { openDatabase } from '../../server/store/open.ts'
import { makeStores } from '../../server/store/stores.ts'
import type { ItemId } from '../../shared/ids.ts'
import { dayOf, laterDay, UTC } from '../../shared/time.ts'
import { seedKpi } from './kpi-site.ts'
import { deskPage } from './desk-page.ts'
import { startProduct } from './product.ts'
import { testSite } from './site.ts'

const quiet = { info: () => {}, warn: () => {}, error: () => {} }

/** A data folder of the demo in which people have worked for `days` days up to now. */
export const demoHistory = async (browser: Browser, days: number): Promise<string> => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'stockhand-'))
  const product = await startProduct({ dataDir })
  // The demo's goods are there once the desk shows some.
  const page = await deskPage(browser, product.url, 'elif')
  await page.goto(`${product.url}/desk/stock`)
  await page.locator('tbody tr').nth(5).waitFor()
  await page.context().close()
  await product.stop()
  const opened = await openDatabase({ dataDir, allowNotDurable: true, log: quiet })
  try {
    const stores = makeStores(opened.db)
    const { rows } = await sql<{ uid: string }>`select uid from item order by id limit 5`.execute(opened.db)
    const plan = testSite('history')
    const site = {
      ...plan,
      warehouse: { ...plan.warehouse, id: DEMO_WAREHOUSE.id },
      clients: demoClients(),
      items: plan.items.map((item, n) => ({ ...item, id: (rows[n % rows.length]?.uid ?? item.id) as ItemId })),
    }
    const now = new Date().toISOString()
    await stores.site.putLocations(DEMO_WAREHOUSE.id, site.locations)
    for (const { id, publicKey } of site.devices.slice(0, 1))
      await stores.devices.add({ id, publicKey, warehouse: DEMO_WAREHOUSE.id, agent: 'test', now })
    await sql`delete from kpi_round`.execute(opened.db)
    await seedKpi(opened.db, site, {
      start: `${laterDay(dayOf(now, UTC), -days)}T00:00:00.000Z`,
      days,
      orders: 20 * days,
      counts: 8 * days,
      exceptions: 5 * days,
    })
  } finally {
    await opened.close()
  }
  return dataDir
}
