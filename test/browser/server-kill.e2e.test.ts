import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { audit } from '../../server/store/audit.ts'
import { openDatabase } from '../../server/store/open.ts'
import type { Item, Location, Roster } from '../../shared/catalogue.ts'
import { derivedId } from '../../shared/ids.ts'
import { looseAt } from '../../shared/ledger/world.ts'
import type { Sealed } from '../../shared/sync/wire.ts'
import { enrolOver, pushOver, refresh, requestOf } from '../support/http-handheld.ts'
import type { Credentials } from '../support/http-handheld.ts'
import { postgresForTests } from '../support/postgres.ts'
import { freePort, removeFolder } from '../support/product.ts'
import { makeSealer } from '../support/sealer.ts'

const ROUNDS = 20
const BATCH = 25
const MAIN = fileURLToPath(new URL('../../dist/server/main.js', import.meta.url))
const quiet = { info: () => {}, warn: () => {}, error: () => {} }

type Server = { child: ChildProcess; url: string; code: string; ended: Promise<void> }

const start = async (env: Record<string, string>): Promise<Server> => {
  const port = await freePort()
  const child = spawn(process.execPath, [MAIN], {
    env: { ...process.env, ...env, PORT: String(port), LOG_LEVEL: 'error' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()))
  let printed = ''
  const code = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      printed += chunk.toString('utf8')
      const found = /\bXE[A-Z0-9]{6,}/.exec(printed)?.[0]
      if (found !== undefined && printed.includes('Ctrl-C')) resolve(found)
    }
    child.stdout?.on('data', read)
    child.stderr?.on('data', read)
    child.once('exit', exit => reject(new Error(`the server ended with ${exit}:\n${printed}`)))
  })
  return { child, url: `http://127.0.0.1:${port}`, code, ended }
}

/** mulberry32 */
const seeded = (seed: number) => (): number => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}

const shift = async (
  env: Record<string, string>,
  database: { databaseUrl?: string; dataDir: string },
): Promise<void> => {
  const random = seeded(42)
  let server = await start(env)
  await imported(server.url)
  const seed = makeSealer(
    { warehouse: { id: derivedId('warehouse', 'x') }, roster: anyRoster() },
    derivedId('device', 'unknown yet'),
  )
  const enrolled = await enrolOver(server.url, server.code, seed.publicKey)
  const roster = JSON.parse(enrolled.roster.text) as Roster
  const worker = roster.workers.findIndex(w => w.roles.includes('receiver'))
  const site = { warehouse: { id: enrolled.warehouse.id }, roster }
  const sealer = { ...makeSealer(site, enrolled.device, 'killtest0001', worker, seed), sign: seed.sign }
  let credentials: Credentials = enrolled
  const { item, dock } = await goods(database, enrolled.warehouse.id)
  const document = derivedId<'document'>('kill test', 1)
  const sealed: Sealed[] = []
  let acked = 0
  for (let round = 0; round < ROUNDS; round += 1) {
    const until = acked + BATCH * 4
    while (sealed.length < until)
      sealed.push(
        sealer.seal({
          type: 'receive',
          client: item.client,
          item: item.id,
          lot: '',
          serial: '',
          document,
          blind: true,
          expiry: null,
          to: looseAt(dock),
          qty: 1,
        }),
      )
    // The power goes at some moment of the pushes below.
    const timer = setTimeout(() => server.child.kill('SIGKILL'), 5 + random() * 120)
    try {
      while (acked < sealed.length) {
        const answer = await pushOver(
          server.url,
          sealer,
          credentials,
          requestOf(sealer, enrolled.warehouse.id, sealed.slice(acked, acked + BATCH), null, acked),
        )
        expect(answer.push.acked).toBeGreaterThanOrEqual(acked)
        acked = answer.push.acked
        credentials = { ...credentials, nonce: answer.nonce }
      }
    } catch {
      // No answer: whether the batch was booked is not known here. It is sent again.
    }
    clearTimeout(timer)
    server.child.kill('SIGKILL')
    await server.ended
    server = await start(env)
    credentials = await refresh(server.url, enrolled.device, seed.sign)
    const now = await pushOver(server.url, sealer, credentials, requestOf(sealer, enrolled.warehouse.id, [], null, 0))
    expect(now.push.acked).toBeGreaterThanOrEqual(acked)
    credentials = { ...credentials, nonce: now.nonce }
    acked = now.push.acked
  }
  while (acked < sealed.length) {
    const answer = await pushOver(
      server.url,
      sealer,
      credentials,
      requestOf(sealer, enrolled.warehouse.id, sealed.slice(acked, acked + BATCH), null, acked),
    )
    acked = answer.push.acked
    credentials = { ...credentials, nonce: answer.nonce }
  }
  server.child.kill('SIGTERM')
  await server.ended
  const opened = await openDatabase({ ...database, log: quiet })
  try {
    expect(await audit(opened.db)).toEqual([])
    const { rows } = await sql<{ n: number; booked: number }>`
      select (select count(*) from command where epoch = 'killtest0001') as n,
             (select coalesce(sum(qty), 0)::int from movement where epoch = 'killtest0001') as booked`.execute(
      opened.db,
    )
    expect(rows[0]).toEqual({ n: sealed.length, booked: sealed.length })
  } finally {
    await opened.close()
  }
}

const anyRoster = (): Roster => ({
  warehouse: derivedId('warehouse', 'x'),
  version: 1,
  validUntil: '2030-01-01T00:00:00.000Z',
  workers: [
    { id: derivedId('worker', 'x'), name: '', badgeHash: '', roles: [], clients: null, zones: null, active: true },
  ],
})

/** Deliveries come after the goods that they name. */
const imported = async (url: string): Promise<void> => {
  while (!(await (await fetch(`${url}/demo`)).text()).includes('PO-701')) await new Promise(r => setTimeout(r, 200))
}

/** An item and a dock of the demo, by the ids that they have once the import has run. */
const goods = async (
  database: { databaseUrl?: string; dataDir: string },
  warehouse: string,
): Promise<{ item: Item; dock: Location['id'] }> => {
  const dock = derivedId<'location'>('location', warehouse, 'place', 'DOCK-1')
  const client = derivedId<'client'>('client', 'demo', 'marmara')
  const connector = derivedId<'connector'>('connector', 'demo', 'sim')
  const id = derivedId<'item'>('item', client, connector, 'item,1000')
  expect(database.dataDir).not.toBe('')
  return {
    item: {
      id,
      client,
      sku: '',
      name: '',
      unit: '',
      packagings: [],
      codes: [],
      tracking: { lot: false, serial: false, expiry: false },
      active: true,
    },
    dock,
  }
}

describe('the server killed in the middle of a push, twenty times', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'stockhand-kill-'))
  })
  afterAll(() => removeFolder(folder))

  it('[X1] PGlite: nothing acknowledged is lost, nothing is applied twice', async () => {
    const dataDir = path.join(folder, 'pglite')
    await shift({ STOCKHAND_DATA: dataDir }, { dataDir })
  }, 400_000)

  it('[X1] PostgreSQL: nothing acknowledged is lost, nothing is applied twice', async context => {
    const postgres = await postgresForTests()
    if (postgres === null) return context.skip('no PostgreSQL here')
    const { url } = await postgres.createDatabase()
    const dataDir = path.join(folder, 'postgres')
    try {
      await shift({ STOCKHAND_DATA: dataDir, DATABASE_URL: url }, { dataDir, databaseUrl: url })
    } finally {
      await postgres.stop()
    }
  }, 400_000)
})
