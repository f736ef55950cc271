import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { NOW, sqlSite } from '../../test/support/sql-site.ts'
import { testSite } from '../../test/support/site.ts'
import { startCluster, postgresBinaries } from '../../test/support/postgres-cluster.ts'
import { type TestDatabase, createDatabase } from '../../test/support/postgres.ts'
import { makeContinuity } from '../continuity.ts'
import type { Renewal } from '../continuity-ports.ts'
import type { Database } from './database.ts'
import { migrate } from './migrate.ts'
import { MIGRATIONS } from './migrations/index.ts'
import { type OpenDatabase, openDatabase } from './open.ts'
import { UNREAD } from './prepared-pg.ts'
import { makeStores } from './stores.ts'

const url = inject('postgresUrl')
const log = { info: () => {}, warn: () => {}, error: () => {} }

const timeout = async (db: Kysely<Database>): Promise<string | undefined> => {
  const { rows } = await sql<{ timeout: string }>`select current_setting('statement_timeout') as timeout`.execute(db)
  return rows[0]?.timeout
}

describe.skipIf(!url)('on PostgreSQL and on PGlite', () => {
  let database: TestDatabase
  let engines: OpenDatabase[]

  beforeAll(async () => {
    database = await createDatabase(url)
    engines = [
      await openDatabase({ databaseUrl: database.url, dataDir: '', log }),
      await openDatabase({ memory: true, dataDir: '', log }),
    ]
  })
  afterAll(async () => {
    for (const engine of engines) await engine.close()
    await database.drop()
  })

  test('[D12] counts, sums, long numbers, dates and times arrive as the same values from both engines', async () => {
    const answers = await Promise.all(
      engines.map(async ({ db }) => {
        const { rows } = await sql`
          select 9007199254740991::int8 as long, count(*) as count, sum(1::int4) as sum, array[1, null, 3]::int8[] as longs,
            array[]::int8[] as none, date '2024-02-29' as day, timestamptz '2024-02-29 23:30:00+03' as moment,
            1.50::numeric as exact, 7::int2 as small, true as yes, array['a', 'b'] as texts, null::int8 as nothing,
            '{"a": [1]}'::jsonb as document`.execute(db)
        return rows
      }),
    )
    expect(answers[0]).toEqual([
      {
        long: 9_007_199_254_740_991,
        count: 1,
        sum: 1,
        longs: [1, null, 3],
        none: [],
        day: '2024-02-29',
        moment: new Date('2024-02-29T20:30:00Z'),
        exact: '1.50',
        small: 7,
        yes: true,
        texts: ['a', 'b'],
        nothing: null,
        document: { a: [1] },
      },
    ])
    expect(answers[1]).toEqual(answers[0])
  })

  test('[D12] a number beyond 2^53 is an error on both engines, never a rounded number', async () => {
    for (const { db } of engines) {
      await expect(sql`select 9007199254740993::int8`.execute(db)).rejects.toThrow('int8 beyond 2^53')
      expect((await sql`select 1 as one`.execute(db)).rows).toEqual([{ one: 1 }])
    }
  })

  test('[D13] a hanging transaction cannot hold the others for ever', async () => {
    const { rows } = await sql`select current_setting('statement_timeout') as statement,
      current_setting('lock_timeout') as lock, current_setting('idle_in_transaction_session_timeout') as idle`.execute(
      engines[0]!.db,
    )
    expect(rows).toEqual([{ statement: '10s', lock: '5s', idle: '15s' }])
  })

  test('[D19] a migration of a large table may take as long as it takes; what comes after it may not', async () => {
    for (const engine of engines) {
      const within: (string | undefined)[] = []
      const before = await timeout(engine.db)
      const slow = { up: async (db: Kysely<Database>) => void within.push(await timeout(db)) }
      expect(await migrate(engine.db, { ...MIGRATIONS, '9998_slow': slow, '9999_slow': slow })).toContain('9999_slow')
      expect(within).toEqual(['0', '0'])
      expect(await timeout(engine.db)).toBe(before)
    }
  })

  test('[D16] a statement that comes often is planned once, and a use that fails leaves the next one right', async () => {
    for (const { db } of engines) {
      const inverse = (trx: typeof db, n: number) =>
        sql<{ inverse: number }>`select (60 / ${n}::int) as inverse`.execute(trx).then(({ rows }) => rows[0]?.inverse)
      const kept = (trx: typeof db) =>
        sql<{ kept: number }>`
          select count(*) as kept from pg_prepared_statements where statement like 'select (60 /%'`
          .execute(trx)
          .then(({ rows }) => rows[0]?.kept)
      await db.transaction().execute(async trx => {
        for (const n of [1, 2, 3, 4]) expect(await inverse(trx, n)).toBe(60 / n)
        expect(await kept(trx)).toBe(1)
      })
      const broken = db.transaction().execute(async trx => {
        for (const n of [1, 2, 3, 0]) await inverse(trx, n)
      })
      await expect(broken).rejects.toThrow('division by zero')
      await db.transaction().execute(async trx => {
        for (const n of [5, 6, 10]) expect(await inverse(trx, n)).toBe(60 / n)
        expect(await kept(trx)).toBe(1)
      })
    }
  })

  test('[D16] a plan is made anew after a thousand uses and the old one is given up', async () => {
    for (const { db } of engines) {
      await db.transaction().execute(async trx => {
        for (let n = 1; n <= 1010; n += 1) await sql`select ${n}::int as renewed`.execute(trx)
        const { rows } = await sql<{ name: string }>`
          select name from pg_prepared_statements where statement like 'select $1::int as renewed'`.execute(trx)
        expect(rows.map(row => row.name)).toEqual([expect.stringMatching(/_1$/)])
      })
    }
  })

  test('[D18] a failure that nobody waited for is told by what follows, and nothing is kept', async () => {
    const unread = (trx: Kysely<Database>, n: number) =>
      sql`${sql.raw(UNREAD)} insert into told select 60 / ${n}::int`.execute(trx)
    for (const { db } of engines) {
      await sql`create table told (n int not null)`.execute(db)
      await db.transaction().execute(async trx => {
        await unread(trx, 3)
        expect((await sql`select n from told`.execute(trx)).rows).toEqual([{ n: 20 }])
        await unread(trx, 4)
      })
      const failing = (after: (trx: Kysely<Database>) => Promise<unknown>) =>
        db.transaction().execute(async trx => {
          await unread(trx, 0)
          await after(trx)
        })
      await expect(failing(async () => {})).rejects.toMatchObject({ code: '22012' })
      await expect(failing(trx => sql`select 1`.execute(trx))).rejects.toMatchObject({ code: '22012' })
      await expect(failing(trx => unread(trx, 5))).rejects.toMatchObject({ code: '22012' })
      await expect(failing(() => Promise.reject(new Error('own')))).rejects.toThrow(/own|division by zero/)
      expect((await sql`select n from told order by n`.execute(db)).rows).toEqual([{ n: 15 }, { n: 20 }])
    }
  })

  test('[D14] the store says what it runs on, without a password', () => {
    expect(engines.map(engine => engine.engine)).toEqual(['postgres', 'pglite'])
    expect(engines[0]!.describe).toMatch(/^PostgreSQL \d+.*, database t_/)
    expect(engines[0]!.describe).not.toContain('://')
    expect(engines[1]!.describe).toMatch(/^PGlite .*in memory, nothing is kept$/)
    expect(engines[1]!.durable).toBe(false)
  })
})

const binaries = postgresBinaries()
test.skipIf(!binaries)('[D15] after PostgreSQL was killed and came back, the store goes on by itself', async () => {
  const cluster = await startCluster(binaries ?? '')
  const warnings: string[] = []
  const store = await openDatabase({
    databaseUrl: cluster.url,
    dataDir: '',
    log: { ...log, warn: message => warnings.push(message) },
  })
  expect(store.durable).toBe(false)
  await cluster.kill()
  // What served us may answer once more before it sees that the server is gone.
  const gone = /terminat|ECONNREFUSED|ENOENT|ECONNRESET/
  await vi.waitFor(() => expect(sql`select 1`.execute(store.db)).rejects.toThrow(gone), { timeout: 30_000 })
  await cluster.start()
  expect((await sql`select 1 as one`.execute(store.db)).rows).toEqual([{ one: 1 }])
  expect(warnings[0]).toContain('does not flush')
  await store.close()
  await cluster.stop()
})

test.skipIf(!binaries)(
  '[BR12] a PostgreSQL that comes back is told of with the first answer, and what it has lost gives new feed epochs',
  async () => {
    const cluster = await startCluster(binaries ?? '')
    const store = await openDatabase({ databaseUrl: cluster.url, dataDir: '', log })
    const site = testSite('comes back')
    const stores = await sqlSite(store, site)
    const [told, renewed]: [string[], Renewal[]] = [[], []]
    const continuity = makeContinuity({
      store: stores.continuity,
      dataDir: null,
      lineage: store.lineage,
      now: () => NOW,
      onRenewed: why => void renewed.push(why),
    })
    await continuity.check()
    const looks: Promise<unknown>[] = []
    store.onReturn(() => {
      told.push('returned')
      stores.forget()
      looks.push(continuity.check())
    })
    const epoch = async () => (await stores.sync.feed(site.warehouse.id)).epoch
    const before = await epoch()
    // Another connection to a server that has always been there is no return.
    await Promise.all([sql`select pg_sleep(0)`.execute(store.db), sql`select 1`.execute(store.db)])
    expect(told).toEqual([])

    const comesBack = async (): Promise<void> => {
      await cluster.kill()
      const gone = /terminat|ECONNREFUSED|ENOENT|ECONNRESET/
      await vi.waitFor(() => expect(sql`select 1`.execute(store.db)).rejects.toThrow(gone), { timeout: 30_000 })
      await cluster.start()
      expect((await sql`select 1 as one`.execute(store.db)).rows).toEqual([{ one: 1 }])
      await vi.waitFor(() => expect(looks).toHaveLength(told.length))
      await Promise.all(looks)
    }
    await comesBack()
    expect([told, renewed, await epoch()]).toEqual([['returned'], [], before])

    // As if the commits since the last flush had gone with the machine.
    await sql`delete from pulse`.execute(store.db)
    await comesBack()
    expect([told, renewed]).toEqual([['returned', 'returned'], ['lost']])
    expect(await epoch()).not.toBe(before)
    await store.close()
    await cluster.stop()
  },
)

test('[BR12] the embedded store cannot come back: it lives and ends with its process, and the next start looks', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'comes-back-'))
  const site = testSite('embedded')
  const open = async (renewed: Renewal[]) => {
    const store = await openDatabase({ dataDir: folder, log })
    const stores = makeStores(store.db)
    store.onReturn(() => expect.unreachable('an embedded store has no return'))
    const check = makeContinuity({
      store: stores.continuity,
      dataDir: folder,
      lineage: store.lineage,
      now: () => NOW,
      onRenewed: why => void renewed.push(why),
    }).check
    return { store, stores, check }
  }
  const renewed: Renewal[] = []
  const first = await open(renewed)
  await sqlSite(first.store, site)
  await first.check()
  const { epoch } = await first.stores.sync.feed(site.warehouse.id)
  await sql`delete from pulse`.execute(first.store.db)
  await first.store.close()
  const second = await open(renewed)
  await second.check()
  expect(renewed).toEqual(['lost'])
  expect((await second.stores.sync.feed(site.warehouse.id)).epoch).not.toBe(epoch)
  await second.store.close()
  await rm(folder, { recursive: true })
})
