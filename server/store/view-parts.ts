import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import type { ClientId } from '../../shared/ids.ts'

export type Clients = readonly ClientId[] | null

/** Rows whose `client_id` somebody who sees these clients may read. */
export const seen = (clients: Clients, table: string): RawBuilder<unknown> =>
  clients === null
    ? sql`true`
    : sql`${sql.ref(`${table}.client_id`)} in (select id from client where uid = any(${[...clients]}::uuid[]))`

/** What people type as a part of a word, whatever letters it is made of. */
export const like = (typed: string): string => `%${typed.replaceAll(/[\\%_]/g, letter => `\\${letter}`)}%`

/** A page ends with the key of its last row, which the next one begins behind. */
export const paged = <R extends { key: string }>(
  rows: readonly R[],
  limit: number,
): { rows: R[]; next: string | null } => ({
  rows: [...rows],
  next: rows.length === limit ? (rows.at(-1)?.key ?? null) : null,
})

export const withoutKey = <R extends { key: string }>(keyed: R): Omit<R, 'key'> => {
  const { key: _, ...row } = keyed
  return row
}

export const iso = (column: RawBuilder<unknown>) =>
  sql<string>`to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

/** The highest number of the present epoch of the device `d` that has come. */
export const ACKED = sql`coalesce((
  select c.last_seq::int from device_cursor c where c.warehouse_id = d.warehouse_id and c.device_id = d.id
  order by c.seen_at desc limit 1), 0)`
