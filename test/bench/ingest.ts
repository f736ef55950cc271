import { spawn } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { openDatabase } from '../../server/store/open.ts'
import type { Roster } from '../../shared/catalogue.ts'
import { derivedId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import { looseAt, virtualLocation } from '../../shared/ledger/world.ts'
import type { Sealed } from '../../shared/sync/wire.ts'
import { enrolOver, pushOver, requestOf } from '../support/http-handheld.ts'
import type { Credentials } from '../support/http-handheld.ts'
import { postgresForTests } from '../support/postgres.ts'
import { freePort, removeFolder } from '../support/product.ts'
import { makeSealer } from '../support/sealer.ts'
import type { Sealer } from '../support/sealer.ts'
import { placeId, testSite } from '../support/site.ts'
import { NOW, sqlSite } from '../support/sql-site.ts'
import { percentile, report } from './report.ts'

const CLIENTS = 16
const BATCH = 50
const BATCHES = 40
const MAIN = fileURLToPath(new URL('../../dist/server/main.js', import.meta.url))
const quiet = { info: () => {}, warn: () => {}, error: () => {} }

/** Movements per second of `CLIENTS` handhelds that each push their batches one after the other. */
const measured = async (
  push: (client: number, batch: number) => Promise<void>,
): Promise<{ perSecond: number; p95: number }> => {
  const times: number[] = []
  const from = performance.now()
  await Promise.all(
    Array.from({ length: CLIENTS }, async (_, client) => {
      for (let batch = 0; batch < BATCHES; batch += 1) {
        const begun = performance.now()
        await push(client, batch)
        times.push(performance.now() - begun)
      }
    }),
  )
  return { perSecond: (CLIENTS * BATCHES * BATCH * 1000) / (performance.now() - from), p95: percentile(times, 95) }
}

/** The built product over HTTP, with real keys, proofs, chains and signatures. Sealing is done before the clock starts. */
const product = async (env: Record<string, string>): Promise<{ perSecond: number; p95: number }> => {
  const port = await freePort()
  const child = spawn(process.execPath, [MAIN], {
    env: { ...process.env, ...env, PORT: String(port), LOG_LEVEL: 'error' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const code = await new Promise<string>(resolve => {
      let printed = ''
      child.stdout.on('data', (chunk: Buffer) => {
        printed += chunk.toString('utf8')
        const found = /\bXE[A-Z0-9]{6,}/.exec(printed)?.[0]
        if (found !== undefined && printed.includes('Ctrl-C')) resolve(found)
      })
    })
    // The import of the demo runs beside the first seconds; it would be measured as well.
    await new Promise(resolve => setTimeout(resolve, 8000))
    const url = `http://127.0.0.1:${port}`
    const fleet: { sealer: Sealer; credentials: Credentials; batches: Sealed[][]; warehouse: Roster['warehouse'] }[] =
      []
    for (let n = 0; n < CLIENTS; n += 1) fleet.push(await handheld(url, code, n))
    return await measured(async (client, batch) => {
      const one = fleet[client]
      if (one === undefined) throw new Error('no client')
      const answer = await pushOver(
        url,
        one.sealer,
        one.credentials,
        requestOf(one.sealer, one.warehouse, one.batches[batch] ?? []),
      )
      if (answer.push.acked !== (batch + 1) * BATCH || answer.push.results.some(r => r.outcome === 'quarantined'))
        throw new Error(JSON.stringify(answer.push.results[0]))
    })
  } finally {
    child.kill('SIGTERM')
    await new Promise(resolve => child.once('exit', resolve))
  }
}

const handheld = async (url: string, code: string, n: number) => {
  const noRoster: Roster = {
    warehouse: derivedId('warehouse', 'x'),
    version: 1,
    validUntil: '',
    workers: [
      { id: derivedId('worker', 'x'), name: '', badgeHash: '', roles: [], clients: null, zones: null, active: true },
    ],
  }
  const key = makeSealer({ warehouse: { id: derivedId('warehouse', 'x') }, roster: noRoster }, derivedId('device', n))
  const enrolled = await enrolOver(url, code, key.publicKey)
  const roster = JSON.parse(enrolled.roster.text) as Roster
  const worker = roster.workers.findIndex(w => w.roles.includes('receiver'))
  const warehouse = enrolled.warehouse.id
  const sealer = {
    ...makeSealer({ warehouse: { id: warehouse }, roster }, enrolled.device, 'benchmark001', worker, key),
    sign: key.sign,
  }
  const client = derivedId<'client'>('client', 'demo', 'marmara')
  const connector = derivedId<'connector'>('connector', 'demo', 'sim')
  const dock = derivedId<'location'>('location', warehouse, 'place', `DOCK-${(n % 3) + 1}`)
  const batches = Array.from({ length: BATCHES }, (_, batch) =>
    Array.from({ length: BATCH }, (_, i) =>
      sealer.seal({
        type: 'receive',
        client,
        item: derivedId('item', client, connector, `item,${1000 + ((n * 7 + i) % 15)}`),
        lot: '',
        serial: '',
        document: derivedId('document', 'bench', n, batch),
        blind: true,
        expiry: null,
        to: looseAt(dock),
        qty: 1,
      }),
    ),
  )
  return { sealer, credentials: enrolled as Credentials, batches, warehouse }
}

/** The apply transaction alone, on the same number of equal batches: counter row, cursor, one statement, commit. */
const statement = async (database: {
  databaseUrl?: string
  dataDir: string
}): Promise<{ perSecond: number; p95: number }> => {
  const opened = await openDatabase({ ...database, log: quiet, connections: CLIENTS })
  try {
    const site = testSite('bench', CLIENTS)
    const stores = await sqlSite(opened, site)
    const item = site.items[0]
    if (item === undefined) throw new Error('no item')
    const movement = (n: number, i: number) => ({
      client: item.client,
      item: site.items[i % 4]?.id ?? item.id,
      lot: '',
      serial: '',
      from: looseAt(virtualLocation(site.warehouse.id, 'supplier')),
      to: looseAt(placeId(site, `A-0${(n % 4) + 1}`)),
      qty: 1,
      takenAt: NOW,
      at: NOW,
      unc: 5,
    })
    const body = JSON.stringify({ filler: 'x'.repeat(420) })
    return await measured(async (n, batch) => {
      const device = site.devices[n]
      if (device === undefined) throw new Error('no device')
      await stores.sync.apply(
        { warehouse: site.warehouse.id, device: device.id, epoch: 'benchmark001', now: NOW },
        async tx => {
          await tx.standing({ numbers: [], rosters: [] })
          await tx.write({
            messages: [],
            notes: [],
            applied: Array.from({ length: BATCH }, (_, i) => ({
              sealed: { seq: batch * BATCH + i + 1, v: 1, body, hash: 'f'.repeat(64), sig: 's'.repeat(86) },
              outcome: 'applied' as const,
              reason: null,
              effects: { ...NOTHING, movements: [movement(n, i)] },
              awaits: null,
              worker: null,
              at: NOW,
            })),
          })
        },
      )
    })
  } finally {
    await opened.close()
  }
}

/** Ingest over HTTP against the apply statement alone, in one run. `engine`: postgres (default) or pglite. */
export const ingest = async (engine: string): Promise<void> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'stockhand-bench-'))
  const postgres = engine === 'pglite' ? null : await postgresForTests()
  if (engine !== 'pglite' && postgres === null) throw new Error('the bench needs PostgreSQL')
  try {
    const at = async (name: string) => {
      const dataDir = path.join(folder, name)
      return postgres === null ? { dataDir } : { dataDir, databaseUrl: (await postgres.createDatabase()).url }
    }
    const first = await at('product')
    const whole = await product({
      STOCKHAND_DATA: first.dataDir,
      ...('databaseUrl' in first ? { DATABASE_URL: first.databaseUrl } : {}),
    })
    const alone = await statement(await at('statement'))
    report(
      [
        {
          what: 'HTTP /api/sync, signed, judged',
          'movements/s': Math.round(whole.perSecond),
          'p95 ms a batch': Math.round(whole.p95),
        },
        {
          what: 'apply transaction alone',
          'movements/s': Math.round(alone.perSecond),
          'p95 ms a batch': Math.round(alone.p95),
        },
      ],
      { bench: `ingest ${engine}`, value: whole.perSecond, unit: 'movements/s', reference: alone.perSecond },
    )
  } finally {
    await postgres?.stop()
    await removeFolder(folder)
  }
}
