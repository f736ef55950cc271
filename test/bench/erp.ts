import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import type { ErpConnector } from '../../server/erp/connector.ts'
import type { OutboundOp } from '../../server/erp/operation.ts'
import { sim } from '../../server/erp/sim.ts'
import { openDatabase } from '../../server/store/open.ts'
import { deliverRound } from '../../server/workers/deliver.ts'
import type { DeliverDeps } from '../../server/workers/deliver.ts'
import { makeErpDesk } from '../../server/workers/erp-desk.ts'
import { derivedId } from '../../shared/ids.ts'
import { createDatabase } from '../support/postgres.ts'
import { postgresBinaries, startCluster } from '../support/postgres-cluster.ts'
import { placeId, testSite } from '../support/site.ts'
import type { SiteSeed } from '../support/site.ts'
import { CONNECTOR, sqlSite } from '../support/sql-site.ts'
import { percentile, report } from './report.ts'

const DOCUMENTS = 1_000
/** So many are told without the outbox, for the reference. */
const BARE = 500
const ITEMS = 500
const never = new AbortController().signal
const quiet = { info: () => {}, warn: () => {}, error: () => {} }
const now = (): string => new Date().toISOString()
const PEER = fileURLToPath(new URL('erp-peer.ts', import.meta.url))

const startPeer = async (): Promise<{ url: string; stop: () => Promise<void> }> => {
  const child = spawn(process.execPath, ['--import', '@oxc-node/core/register', PEER], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [url] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  return {
    url,
    stop: async () => {
      child.stdin.end()
      await once(child, 'exit')
    },
  }
}

/** Prepare, post, find, as many at once as the ERP takes, without anything of ours around it. */
const bare = async (connector: ErpConnector, ops: readonly OutboundOp[]): Promise<number> => {
  const left = [...ops]
  const started = performance.now()
  const run = async (): Promise<void> => {
    for (let op = left.shift(); op !== undefined; op = left.shift()) {
      const ref = await connector.prepare(op, null, never)
      await connector.post(op, ref, never)
      const found = await connector.find(op, ref, never)
      if (found.state !== 'posted') throw new Error(`${op.key} is ${found.state}`)
    }
  }
  await Promise.all(Array.from({ length: connector.caps.concurrent }, run))
  return (ops.length * 1000) / (performance.now() - started)
}

const drain = async (deps: DeliverDeps): Promise<{ perSecond: number; waitMs: number[] }> => {
  const started = performance.now()
  for (;;) {
    const done = await deliverRound(deps, 50, never)
    const counts = await deps.outbox.counts(deps.id)
    if (counts.posted === DOCUMENTS) break
    if (counts.held + counts.dead + counts.parked + counts.unknown > 0) throw new Error(JSON.stringify(counts))
    if (done === 0) await new Promise(resolve => setTimeout(resolve, 5))
  }
  const perSecond = (DOCUMENTS * 1000) / (performance.now() - started)
  const facts = await deps.outbox.facts(deps.id, '2000-01-01T00:00:00Z', '2100-01-01T00:00:00Z')
  const waitMs = facts.map(fact => Date.parse(fact.acknowledgedAt ?? '') - Date.parse(fact.appliedAt))
  return { perSecond, waitMs }
}

/** One client's goods. */
const siteOf = (items: number): SiteSeed => {
  const site = testSite('bench erp')
  const [first] = site.items
  if (first === undefined) throw new Error('no item')
  const about = { ...first, codes: [], packagings: [] }
  const made = Array.from({ length: items }, (_, n) => ({ ...about, id: derivedId<'item'>('bench', n), sku: `B-${n}` }))
  return { ...site, items: made }
}

/** A backlog of adjustments through the outbox to the sim over HTTP, against the same calls without the outbox. */
export const erp = async (): Promise<void> => {
  const binaries = postgresBinaries()
  const cluster = binaries === undefined ? null : await startCluster(binaries)
  const database = cluster === null ? null : await createDatabase(cluster.url)
  const opened = await openDatabase(
    database === null
      ? { memory: true, dataDir: '', allowNotDurable: true, log: quiet }
      : { databaseUrl: database.url, dataDir: '', log: quiet },
  )
  const peer = await startPeer()
  const site = siteOf(ITEMS)
  const client = site.items[0]?.client ?? ''
  const stores = await sqlSite(opened, site)
  const desk = makeErpDesk({
    stores,
    keys: [Buffer.alloc(32, 1)],
    kinds: { sim },
    ring: () => {},
    now,
    random: Math.random,
    newId: () => crypto.randomUUID(),
    log: quiet,
    every: { importMs: 1000, deliverMs: 1000, compareMs: 1000 },
  })
  const at = { id: CONNECTOR, warehouse: site.warehouse.id, version: 1 }
  const sealed = desk.seal(CONNECTOR, { token: 'bench' })
  const about = { name: 'bench', kind: 'sim', settings: { url: peer.url }, sealed, allow: {}, takes: {} }
  const connection = await stores.connections.put(at, { ...about, mode: 'live' })
  if (connection === null) throw new Error('no connection')
  const by = { source: 'person' } as const
  await stores.mappings.put(CONNECTOR, [{ kind: 'client', ours: client, theirs: 'c', ...by }], 'bench', now())
  const made = { client: 'c', unit: 'pcs', barcodes: [], packagings: [], active: true }
  const tracking = { lot: false, serial: false, expiry: false }
  for (const { id, sku, name } of site.items)
    await fetch(`${peer.url}/api/items`, {
      method: 'POST',
      headers: { authorization: 'Bearer bench', 'content-type': 'application/json' },
      body: JSON.stringify({ ...made, id: `item,${id}`, sku, name, tracking }),
    })
  const place = { location: placeId(site, 'A-01'), status: 'available' }
  const payload = { v: 1, type: 'adjustment', client, lot: '', serial: '', place, delta: 1, reason: 'count', by: 'x' }
  await sql`
    insert into outbox (warehouse_id, key, message, seq, connector, subject, type, payload, covers, next_at, created_at)
    select w.id, md5('bench' || n)::uuid, md5('bench' || n)::uuid, n, ${CONNECTOR}::uuid, 'stock/' || i.uid, 'adjustment',
           ${JSON.stringify({ ...payload, count: null })}::jsonb || jsonb_build_object('item', i.uid), '[]', now(), now()
    from warehouse w, generate_series(1, ${DOCUMENTS}::int) n
    join (select uid, row_number() over (order by uid) - 1 as at from item) i on i.at = n % ${ITEMS}::int`.execute(
    opened.db,
  )
  // Our books have what the reference is about to tell, and what waits to be told.
  await sql`
    insert into balance (warehouse_id, location_id, lpn, client_id, item_id, lot, serial, status, on_hand, feed_seq)
    select l.warehouse_id, l.id, '00000000-0000-0000-0000-000000000000', i.client_id, i.id, '', '', 'available',
           ${(BARE + DOCUMENTS) / ITEMS}::int, 1
    from item i join location l on l.uid = ${place.location}`.execute(opened.db)
  await sql`analyze`.execute(opened.db)
  const bridge = desk.bridge(connection)
  const rows = await stores.outbox.list({ connector: CONNECTOR }, { beforeSeq: null, limit: BARE })
  const ops = await Promise.all(rows.map(row => bridge.operationOf(row)))
  const reference = await bare(
    bridge.connector,
    ops.flatMap((op, n) => (op === null ? [] : [{ ...op, key: derivedId('bench', n) }])),
  )
  const before = process.cpuUsage()
  const { perSecond, waitMs } = await drain(bridge.delivering)
  const { user, system } = process.cpuUsage(before)
  const cpuMs = (user + system) / 1000 / DOCUMENTS
  await peer.stop()
  await opened.close()
  await database?.drop()
  await cluster?.stop()
  const engine = database === null ? 'PGlite' : 'PostgreSQL'
  const heapMb = Math.round(process.memoryUsage().heapUsed / 1e6)
  report([{ engine, documents: DOCUMENTS, perSecond, cpuMs, waitP95Ms: percentile(waitMs, 95), heapMb }], {
    bench: 'erp',
    value: perSecond,
    unit: 'documents/s to the sim; reference: the same calls without the outbox',
    reference,
  })
}
