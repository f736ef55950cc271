import { Migrator } from 'kysely/migration'
import type { Migration } from 'kysely/migration'
import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import { SERVER_DEVICE } from './server-device.ts'
import type { Database } from './database.ts'
import { MIGRATIONS } from './migrations/index.ts'

type Migrations = Readonly<Record<string, Migration>>

/** A large table takes its time: what ends a request that hangs would end a migration over and over, and the start with it. */
const unhurried = (migrations: Migrations): Record<string, Migration> =>
  Object.fromEntries(
    Object.entries(migrations).map(([name, one]) => [
      name,
      {
        ...one,
        up: async (db: Parameters<Migration['up']>[0]) => {
          await sql`set local statement_timeout = 0`.execute(db)
          await one.up(db)
        },
      },
    ]),
  )

const migratorOf = (db: Kysely<Database>, migrations: Migrations): Migrator =>
  new Migrator({ db, provider: { getMigrations: async () => unhurried(migrations) } })

/** Migrations that this version needs and the database has not had. */
export const pending = async (db: Kysely<Database>): Promise<readonly string[]> =>
  (await migratorOf(db, MIGRATIONS).getMigrations()).filter(one => one.executedAt === undefined).map(one => one.name)

/** Brings the schema up to date; throws with the name of the migration that failed, having changed nothing by it. */
export const migrate = async (
  db: Kysely<Database>,
  migrations: Migrations = MIGRATIONS,
): Promise<readonly string[]> => {
  const { error, results } = await migratorOf(db, migrations).migrateToLatest()
  if (error !== undefined) {
    const failed = results?.find(result => result.status === 'Error')?.migrationName ?? 'the first one'
    throw new Error(`migration ${failed} failed`, { cause: error })
  }
  // Decisions are archived like commands, under a device that is the server itself.
  await sql`insert into device (id, uid, number, state) overriding system value values (0, ${SERVER_DEVICE}, 0, 'server') on conflict do nothing`.execute(
    db,
  )
  return (results ?? []).map(result => result.migrationName)
}
