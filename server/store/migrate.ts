import { Migrator } from 'kysely/migration'
import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import { SERVER_DEVICE } from './server-device.ts'
import type { Database } from './database.ts'
import { MIGRATIONS } from './migrations/index.ts'

const migratorOf = (db: Kysely<Database>): Migrator =>
  new Migrator({ db, provider: { getMigrations: async () => ({ ...MIGRATIONS }) } })

/** Migrations that this version needs and the database has not had. */
export const pending = async (db: Kysely<Database>): Promise<readonly string[]> =>
  (await migratorOf(db).getMigrations()).filter(one => one.executedAt === undefined).map(one => one.name)

/** Brings the schema up to date; throws with the name of the migration that failed, having changed nothing by it. */
export const migrate = async (db: Kysely<Database>): Promise<readonly string[]> => {
  const { error, results } = await migratorOf(db).migrateToLatest()
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
