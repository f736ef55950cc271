import { openDatabase } from '../../server/store/open.ts'
import type { OpenDatabase } from '../../server/store/open.ts'
import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { postgresBinaries, startCluster } from './postgres-cluster.ts'

export interface PostgresForTests {
  /** A server's address with the right to create databases. */
  url: string
  /** Empty, or a copy of the database of that name, which nobody may be connected to. */
  createDatabase: (copyOf?: TestDatabase) => Promise<TestDatabase>
  stop: () => Promise<void>
}

export interface TestDatabase {
  url: string
  drop: () => Promise<void>
}

let running: Promise<PostgresForTests | null> | undefined

/**
 * A real PostgreSQL: the server of `TEST_DATABASE_URL`, or one from the installed binaries, started once per process
 * and ended by `stop`, at the latest when the process ends. Null with a loud line where there is none; on CI
 * (`CI=true`) it throws instead, for there nobody reads the line.
 */
export function postgresForTests(): Promise<PostgresForTests | null> {
  running ??= find()
  return running
}

async function find(): Promise<PostgresForTests | null> {
  const given = process.env['TEST_DATABASE_URL']
  if (given) return { url: given, createDatabase: copyOf => createDatabase(given, copyOf), stop: async () => {} }
  const binaries = postgresBinaries()
  if (binaries) {
    const cluster = await startCluster(binaries)
    return { url: cluster.url, createDatabase: copyOf => createDatabase(cluster.url, copyOf), stop: cluster.stop }
  }
  const message = 'no PostgreSQL: install its server, or set TEST_DATABASE_URL'
  if (process.env['CI'] === 'true') throw new Error(message)
  console.error(`\n*** ${message}. Every test that needs it is SKIPPED. ***\n`)
  return null
}

/** A fresh database on the server of `url`: empty, or a copy. */
export async function createDatabase(url: string, copyOf?: TestDatabase): Promise<TestDatabase> {
  const name = `t_${randomUUID().replaceAll('-', '')}`
  const template = copyOf === undefined ? '' : ` template ${new URL(copyOf.url).pathname.slice(1)}`
  await run(url, `create database ${name}${template}`)
  const own = new URL(url)
  own.pathname = `/${name}`
  return { url: own.href, drop: () => run(url, `drop database if exists ${name} with (force)`) }
}

async function run(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

/** A fresh database opened by the store; closing it drops it. */
export const openFresh = async (url: string): Promise<OpenDatabase> => {
  const database = await createDatabase(url)
  const quiet = { info: () => {}, warn: () => {}, error: () => {} }
  const opened = await openDatabase({ databaseUrl: database.url, dataDir: '', log: quiet })
  return {
    ...opened,
    close: async () => {
      await opened.close()
      await database.drop()
    },
  }
}
