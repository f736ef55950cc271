import { sql } from 'kysely'
import type { Browser } from 'playwright'
import { demoWorkers } from '../../server/demo/people.ts'
import { DEMO_WAREHOUSE } from '../../server/demo/site.ts'
import { openDatabase } from '../../server/store/open.ts'
import { makeStores } from '../../server/store/stores.ts'
import { derivedId } from '../../shared/ids.ts'
import type { ClientId, ItemId, LocationId, WorkerId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import type { Effects } from '../../shared/ledger/effects.ts'
import { looseAt } from '../../shared/ledger/world.ts'
import { isoOf } from '../../shared/time.ts'
import { deskPage } from './desk-page.ts'
import { startProduct } from './product.ts'
import { testSite } from './site.ts'

const quiet = { info: () => {}, warn: () => {}, error: () => {} }
/** Small beside the book of every row that is taken. */
const SHORT = 3

export type Counted = { item: ItemId; name: string; place: string; book: number }

/**
 * A data folder of the demo in which each of these people has found three pieces less than the books say, each in a row of
 * its own, with a handheld that is gone since.
 */
export const demoCounts = async (
  browser: Browser,
  names: readonly string[],
): Promise<{ dataDir: string; counted: readonly Counted[] }> => {
  const product = await startProduct()
  const page = await deskPage(browser, product.url, 'elif')
  await page.goto(`${product.url}/desk/stock`)
  await page.locator('tbody tr').nth(5).waitFor()
  await page.context().close()
  await product.stop()
  const { dataDir } = product
  const opened = await openDatabase({ dataDir, allowNotDurable: true, log: quiet })
  try {
    const stores = makeStores(opened.db)
    const [device] = testSite('counts').devices
    if (device === undefined) throw new Error('no device')
    const now = isoOf(Date.now())
    const warehouse = DEMO_WAREHOUSE.id
    await stores.devices.add({ ...device, warehouse, agent: 'test', now })
    await sql`update item set cost = 100`.execute(opened.db)
    // A supervisor's own differences would post by themselves.
    await sql`update policy set body = jsonb_set(body, '{warehouse,count,supervisorLimits}', body#>'{warehouse,count,limits}')`.execute(
      opened.db,
    )
    const { rows } = await sql<Counted & { client: ClientId; location: LocationId }>`
      select distinct on (i.id) i.uid as item, i.body->>'name' as name, l.body->>'code' as place, b.on_hand::int as book, c.uid as client, l.uid as location
      from balance b join item i on i.id = b.item_id join client c on c.id = b.client_id
      join location l on l.warehouse_id = b.warehouse_id and l.id = b.location_id
      where b.lot = '' and b.serial = '' and b.reserved = 0 and b.on_hand between 40 and 500 and l.body->>'kind' = 'pickable'
        and b.status = 'available' order by i.id, l.id limit ${names.length}`.execute(opened.db)
    if (rows.length < names.length) throw new Error('not enough goods')
    const facts = rows.map((row, n) => lookOf(row, n, names[n] ?? '', now))
    await stores.sync.apply({ warehouse, device: device.id, epoch: 'epoch0000001', now }, tx =>
      tx.write({
        messages: [],
        notes: [],
        applied: facts.map(({ effects, worker }, n) => ({
          sealed: { seq: n + 1, v: 1, body: '{}', hash: `${n + 1}`.padStart(64, '0'), sig: 's' },
          outcome: 'applied' as const,
          reason: null,
          effects,
          awaits: null,
          worker,
          at: now,
        })),
      }),
    )
    await sql`update device set state = 'revoked' where uid = ${device.id}::uuid`.execute(opened.db)
    return { dataDir, counted: rows }
  } finally {
    await opened.close()
  }
}

const lookOf = (
  { client, item, location, book }: { client: ClientId; item: ItemId; location: LocationId; book: number },
  n: number,
  name: string,
  now: string,
): { effects: Effects; worker: WorkerId } => {
  const worker = demoWorkers().find(one => one.name.startsWith(name))
  if (worker === undefined) throw new Error(`nobody is called ${name}`)
  const count = derivedId<'count'>('count', 'demo', n)
  const key = { client, item, lot: '', serial: '', ...looseAt(location) }
  const look = { key, seen: book - SHORT, kind: 'count' as const, count, task: null, mode: 'guided' as const }
  const rest = { attempt: 2, at: now, unc: 10, reason: null, typed: false, photos: [] }
  const closedCounts = [{ count, place: location, item }]
  return { worker: worker.id, effects: { ...NOTHING, observations: [{ ...look, ...rest }], closedCounts } }
}
