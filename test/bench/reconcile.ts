import { sql } from 'kysely'
import { makeConnector } from '../../server/erp/settings.ts'
import { sim } from '../../server/erp/sim.ts'
import { serveSimErp } from '../../server/erp/sim/serve.ts'
import { emptyState, stockKey } from '../../server/erp/sim/state.ts'
import { openDatabase } from '../../server/store/open.ts'
import type { OpenDatabase } from '../../server/store/open.ts'
import { compareRound } from '../../server/workers/compare.ts'
import type { Mapping } from '../../server/workers/connection.ts'
import { makeMapper } from '../../server/workers/mapper.ts'
import { toOperation } from '../../server/workers/outbound.ts'
import { createDatabase } from '../support/postgres.ts'
import { postgresBinaries, startCluster } from '../support/postgres-cluster.ts'
import { placeId, testSite } from '../support/site.ts'
import { CONNECTOR, sqlSite } from '../support/sql-site.ts'
import { report } from './report.ts'

const ITEMS = 100_000
const PLACES = ['MAIN', 'SECOND', 'THIRD'] as const
const DRIFTS = 300
const never = new AbortController().signal
const quiet = { info: () => {}, warn: () => {}, error: () => {} }

/** Every item at three places with 10 to 59 units; the ERP has the same but for some. */
const unitsOf = (n: number, place: number): number => 10 + ((n * 7 + place * 13) % 50)

const fill = async ({ db }: OpenDatabase, places: readonly string[]): Promise<void> => {
  await sql`
    insert into item (uid, client_id, body)
    select md5('bench' || n)::uuid, (select min(id) from client),
           jsonb_build_object('id', md5('bench' || n)::uuid, 'sku', 'S' || n, 'name', 'Item ' || n, 'unit', 'pcs', 'codes', '[]'::jsonb,
             'packagings', '[]'::jsonb, 'tracking', '{"lot":false,"serial":false,"expiry":false}'::jsonb, 'active', true)
    from generate_series(1, ${ITEMS}) n`.execute(db)
  await sql`
    insert into remote (connector, kind, remote, id, hash)
    select ${CONNECTOR}::uuid, 'item', 'item,' || n, md5('bench' || n)::uuid, '' from generate_series(1, ${ITEMS}) n`.execute(
    db,
  )
  for (const [i, place] of places.entries())
    await sql`
      insert into balance (warehouse_id, location_id, lpn, client_id, item_id, lot, serial, status, on_hand, feed_seq)
      select l.warehouse_id, l.id, '00000000-0000-0000-0000-000000000000', (select min(id) from client), t.id, '', '', 'available',
             10 + ((n * 7 + ${i}::int * 13) % 50), 1
      from generate_series(1, ${ITEMS}) n join item t on t.uid = md5('bench' || n)::uuid join location l on l.uid = ${place}`.execute(
      db,
    )
  await sql`analyze`.execute(db)
}

/** 100,000 items at three places of an ERP over HTTP: how long one comparison of everything takes. */
export const reconcile = async (): Promise<void> => {
  const binaries = postgresBinaries()
  const cluster = binaries === undefined ? null : await startCluster(binaries)
  const database = cluster === null ? null : await createDatabase(cluster.url)
  const opened = await openDatabase(
    database === null
      ? { memory: true, dataDir: '', allowNotDurable: true, log: quiet }
      : { databaseUrl: database.url, dataDir: '', log: quiet },
  )
  const site = { ...testSite('bench'), items: [] }
  const stores = await sqlSite(opened, site)
  const places = ['A-01', 'A-02', 'A-03'].map(code => placeId(site, code))
  await fill(opened, places)
  const state = emptyState()
  for (let n = 1; n <= ITEMS; n += 1)
    for (const [i, place] of PLACES.entries()) {
      const wrong = n % (ITEMS / DRIFTS) < 1 && i === 0 ? 3 : 0
      const at = { item: `item,${n}`, place, lot: '', expiry: null, row: 0 }
      state.stock[stockKey(at.item, place, '')] = { ...at, quantity: unitsOf(n, i) + wrong }
    }
  const now = (): string => new Date().toISOString()
  const erp = await serveSimErp({ state, save: async () => {}, now, token: 't' })
  const connector = makeConnector(sim, { id: CONNECTOR, settings: { url: erp.url }, secrets: { token: 't' } })
  const started = performance.now()
  let rows = 0
  for await (const _ of connector.stock({ locations: [] }, never)) rows += 1
  const readMs = performance.now() - started
  const by = { version: 1, source: 'person', by: 'bench', at: now() } as const
  const mappings = places.map((place, i): Mapping => ({
    kind: 'location',
    ours: `${place} *`,
    theirs: PLACES[i] ?? '',
    ...by,
  }))
  const mapper = async () => makeMapper(mappings)
  const store = stores.import
  const run = await compareRound(
    {
      connector,
      id: CONNECTOR,
      warehouse: site.warehouse.id,
      store: stores.compare,
      imports: store,
      mapper,
      toOperation: toOperation({ store, connector: CONNECTOR, remoteClient: () => 'demo', mapper }),
      now,
      newId: () => crypto.randomUUID(),
    },
    { cause: 'demand' },
    never,
  )
  const seconds = (performance.now() - started - readMs) / 1000
  const heapMb = Math.round(process.memoryUsage().heapUsed / 1e6)
  await erp.close()
  await opened.close()
  await database?.drop()
  await cluster?.stop()
  const engine = database === null ? 'PGlite' : 'PostgreSQL'
  report([{ engine, items: ITEMS, figures: run?.keys ?? 0, found: run?.drifts ?? 0, rows, seconds, heapMb }], {
    bench: 'reconcile',
    value: seconds,
    unit: 's for 100,000 items at 3 places; reference: reading the ERP’s stock alone',
    reference: readMs / 1000,
  })
  if (run?.drifts !== DRIFTS) throw new Error(`${DRIFTS} differences were planted, ${run?.drifts} found`)
}
