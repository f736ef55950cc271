import { spawn } from 'node:child_process'
import { cp, mkdtemp } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { startStatistics } from '../../server/workers/run.ts'
import { openDatabase } from '../../server/store/open.ts'
import { makeStores } from '../../server/store/stores.ts'
import { applyPush } from '../../server/sync/apply.ts'
import { NO_NEED } from '../../server/sync/ports.ts'
import type { Batch, StandingOf } from '../../server/sync/ports.ts'
import { prepare } from '../../server/sync/prepare.ts'
import { createDatabase } from '../support/postgres.ts'
import type { TestDatabase } from '../support/postgres.ts'
import { freePort, removeFolder } from '../support/product.ts'
import { flushingPostgres } from './engine.ts'
import { BATCH, CLIENTS, fleetOver, measured, push } from './fleet.ts'
import type { Handheld, Measured } from './fleet.ts'
import { processorMs } from './processor.ts'
import { report } from './report.ts'

/** BENCH_MAIN: another build of the product, to compare with. */
const MAIN = process.env['BENCH_MAIN'] ?? fileURLToPath(new URL('../../dist/server/main.js', import.meta.url))
const BUILD = new URL('../../bin/build.mjs', import.meta.url).href
const quiet = { info: () => {}, warn: () => {}, error: () => {} }

/** Where one installation keeps its data; the embedded store lies in the folder, PostgreSQL in a database of its own. */
type Place = { dataDir: string; database: TestDatabase | null }

/** Runs the built product for as long as `use` needs it. */
const product = async <T>(at: Place, use: (url: string, code: string, pid: number) => Promise<T>): Promise<T> => {
  const port = await freePort()
  const child = spawn(process.execPath, [...(process.env['BENCH_NODE'] ?? '').split(' ').filter(Boolean), MAIN], {
    env: {
      ...process.env,
      ...(at.database === null ? {} : { DATABASE_URL: at.database.url }),
      STOCKHAND_DATA: at.dataDir,
      PORT: String(port),
      LOG_LEVEL: 'error',
    },
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
    return await use(`http://127.0.0.1:${port}`, code, child.pid ?? 0)
  } finally {
    child.kill('SIGTERM')
    await new Promise(resolve => child.once('exit', resolve))
  }
}

/** Over HTTP, with real keys, proofs, chains and signatures. Sealing was done before the clock starts. */
const overHttp = (at: Place, fleet: readonly Handheld[], database: Spent): Promise<Measured> =>
  product(at, (url, _, pid) =>
    measured(
      async (client, batch) => {
        const one = fleet[client]
        if (one === undefined) throw new Error('no client')
        const answer = await push(one, batch, url)
        if (answer.push.acked !== (batch + 1) * BATCH || answer.push.results.some(r => r.outcome === 'quarantined'))
          throw new Error(JSON.stringify(answer.push.results[0]))
      },
      [() => processorMs(pid), database],
    ),
  )

type Written = { standing: StandingOf; batch: Batch }

/** What the product writes for each of these batches, taken down while it is judged in a database that is thrown away. */
const writtenBy = async (at: Place, fleet: readonly Handheld[]): Promise<readonly (readonly Written[])[]> => {
  const opened = await openDatabase(openAt(at))
  try {
    const { sync } = makeStores(opened.db)
    const all: Written[][] = []
    for (const { sealer, warehouse, batches } of fleet) {
      const own: Written[] = []
      for (const commands of batches) {
        const key = { warehouse, device: sealer.device, epoch: sealer.epoch }
        const prepared = await prepare(commands, key, () => Promise.resolve(true))
        const now = new Date().toISOString()
        await sync.apply({ ...key, now }, async tx => {
          const seen: Partial<Written> = {}
          const watched = {
            ...tx,
            standing: (of: StandingOf) => tx.standing((seen.standing = of)),
            write: (batch: Batch) => tx.write((seen.batch = batch)),
          }
          await applyPush(watched, { ...key, now, prepared, hole: undefined, lost: false })
          if (seen.standing === undefined || seen.batch === undefined) throw new Error('nothing was written')
          own.push({ standing: seen.standing, batch: seen.batch })
        })
      }
      all.push(own)
    }
    return all
  } finally {
    await opened.close()
  }
}

/**
 * The apply transaction alone: counter row, cursor and results, the whole apply statement with the same commands, movements,
 * work and change rows as the product writes, commit. Nothing is parsed, verified, loaded, judged or answered.
 */
const transactionAlone = async (
  at: Place,
  fleet: readonly Handheld[],
  written: readonly (readonly Written[])[],
  database: Spent,
): Promise<Measured> => {
  const opened = await openDatabase(openAt(at))
  try {
    const { sync, statistics } = makeStores(opened.db)
    const looking = startStatistics({ statistics, log: quiet }, 5_000)
    return await measured(
      async (client, batch) => {
        const one = fleet[client]
        const write = written[client]?.[batch]
        if (one === undefined || write === undefined) throw new Error('no client')
        const { warehouse, sealer } = one
        await sync.apply(
          { warehouse, device: sealer.device, epoch: sealer.epoch, now: new Date().toISOString() },
          async tx => {
            await tx.standing({ ...write.standing, need: NO_NEED })
            await tx.write(write.batch)
          },
        )
      },
      [() => processorMs(process.pid), database],
    ).finally(() => looking.stop())
  } finally {
    await opened.close()
  }
}

type Spent = () => number | null
const tenth = (n: number | null): number | string => (n === null ? '' : Math.round(n * 10) / 10)

const openAt = ({ dataDir, database }: Place) => ({
  dataDir,
  log: quiet,
  connections: CLIENTS,
  ...(database === null ? {} : { databaseUrl: database.url }),
})

/** Ingest over HTTP against the apply transaction alone, in one run. `engine`: postgres (default) or pglite. */
export const ingest = async (engine: string): Promise<void> => {
  // What is measured must be what the sources say.
  const { build } = (await import(BUILD)) as { build: () => number }
  if (build() !== 0) throw new Error('the build failed')
  const folder = await mkdtemp(path.join(tmpdir(), 'stockhand-bench-'))
  const postgres = engine === 'pglite' ? null : await flushingPostgres()
  const copyOf = async (of: Place | null, name: string): Promise<Place> => {
    const dataDir = path.join(folder, name)
    if (of !== null) await cp(of.dataDir, dataDir, { recursive: true })
    return {
      dataDir,
      database: postgres === null ? null : await createDatabase(postgres.url, of?.database ?? undefined),
    }
  }
  try {
    const site = await copyOf(null, 'site')
    const fleet = await product(site, fleetOver)
    const written = await writtenBy(await copyOf(site, 'judged'), fleet)
    const rows: { what: string; is: Measured; load: number }[] = []
    const run = async (what: string, measure: (at: Place) => Promise<Measured>): Promise<Measured> => {
      const at = await copyOf(site, `run-${rows.length}`)
      const load = loadavg()[0] ?? 0
      const is = await measure(at)
      rows.push({ what, is, load })
      return is
    }
    const database = (): number | null => (postgres?.pid ? processorMs(postgres.pid()) : null)
    const whole = await run('HTTP /api/sync, signed, judged', at => overHttp(at, fleet, database))
    const alone = await run('apply transaction alone', at => transactionAlone(at, fleet, written, database))
    report(
      rows.map(({ what, is, load }) => ({
        what,
        'movements/s': Math.round(is.perSecond),
        'p95 ms a batch': Math.round(is.p95),
        'processor ms a batch: server': tenth(is.processor[0] ?? null),
        database: tenth(is.processor[1] ?? null),
        'load before': tenth(load),
      })),
      { bench: `ingest ${engine}`, value: whole.perSecond, unit: 'movements/s', reference: alone.perSecond },
    )
  } finally {
    await postgres?.stop()
    await removeFolder(folder)
  }
}
