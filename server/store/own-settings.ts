import { sql } from 'kysely'
import type { OwnSettings } from '../../shared/sync/own-settings.ts'
import type { OwnSettingsStore } from '../ports.ts'
import type { Executor } from './names.ts'

type Row = { at: Date | string; body: OwnSettings }

export const makeOwnSettingsStore = (db: Executor): OwnSettingsStore => ({
  get: async worker => {
    const { rows } = await sql<Row>`select at, body from own_settings where worker = ${worker}::uuid`.execute(db)
    const [row] = rows
    return row === undefined ? null : { at: new Date(row.at).toISOString(), settings: row.body }
  },
  put: async (worker, { at, settings }) => {
    await sql`
      insert into own_settings (worker, at, body) values (${worker}::uuid, ${at}::timestamptz, ${JSON.stringify(settings)}::jsonb)
      on conflict (worker) do update set at = excluded.at, body = excluded.body where own_settings.at < excluded.at`.execute(
      db,
    )
  },
})
