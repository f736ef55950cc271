import { sql } from 'kysely'
import type { QuarantineStore } from '../ports.ts'
import type { Executor } from './names.ts'

/**
 * PostgreSQL's text holds neither U+0000 nor half a character. They are written as their JSON escapes, so that nothing else
 * about the bytes changes.
 */
export const storable = (text: string): string => (SUSPECT.test(text) ? escaped(text) : text)
/** Looked for before anything is replaced: nearly no text has one, and whole pairs are found as well. */
const SUSPECT = /[\u0000\ud800-\udfff]/

const escaped = (text: string): string =>
  text.replaceAll(/\u0000|\p{Surrogate}/gu, letter => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)

export const makeQuarantineStore = (db: Executor): QuarantineStore => ({
  keep: async raw => {
    await sql`insert into quarantine_raw (warehouse, device, source, body, received_at)
      values (${raw.warehouse}, ${raw.device}, ${raw.source}, ${storable(raw.body)}, ${raw.now}::timestamptz)`.execute(
      db,
    )
  },
})
