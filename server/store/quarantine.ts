import { sql } from 'kysely'
import type { QuarantineStore } from '../ports.ts'
import type { Executor } from './names.ts'

export const makeQuarantineStore = (db: Executor): QuarantineStore => ({
  keep: async raw => {
    await sql`insert into quarantine_raw (warehouse, device, source, body, received_at)
      values (${raw.warehouse}, ${raw.device}, ${raw.source}, ${raw.body}, ${raw.now}::timestamptz)`.execute(db)
  },
})
