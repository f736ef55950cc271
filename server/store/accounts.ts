import { sql } from 'kysely'
import type { Account, AccountStore, DeskSession } from '../ports.ts'
import type { Executor, Names } from './names.ts'

/** A page asks often; when it was used last is written once a minute. */
const USED_MS = 60_000

const COLUMNS = sql`worker, login, must_change as "mustChange"`

export const makeAccountStore = (db: Executor, names: Names): AccountStore => ({
  any: async () => (await sql`select 1 from account limit 1`.execute(db)).rows.length > 0,
  list: async () => (await sql<Account>`select ${COLUMNS} from account order by login`.execute(db)).rows,
  find: async login => {
    const { rows } = await sql<Account & { password: string }>`
      select ${COLUMNS}, password from account where login = ${login}`.execute(db)
    return rows[0] ?? null
  },
  put: async ({ worker, login, password, mustChange, now }) => {
    const { rows } = await sql`
      with ended as (delete from desk_session where worker = ${worker}::uuid)
      insert into account (worker, login, password, must_change, changed_at)
      select ${worker}::uuid, ${login}::text, ${password}::text, ${mustChange}::boolean, ${now}::timestamptz
      where not exists (select 1 from account where login = ${login}::text and worker <> ${worker}::uuid)
      on conflict (worker) do update set login = excluded.login, password = excluded.password,
        must_change = excluded.must_change, changed_at = excluded.changed_at
      returning worker`.execute(db)
    return rows.length > 0
  },
  remove: async worker => {
    await sql`
      with ended as (delete from desk_session where worker = ${worker}::uuid)
      delete from account where worker = ${worker}::uuid`.execute(db)
  },
  failures: async (login, since) => {
    const { rows } = await sql<{ n: number; until: Date }>`
      select n, until from login_failure where login = ${login} and at > ${since}::timestamptz`.execute(db)
    return rows[0] ? { n: rows[0].n, until: rows[0].until.toISOString() } : null
  },
  fail: async ({ login, n, until, now }) => {
    await sql`
      insert into login_failure (login, n, until, at) values (${login}, ${n}, ${until}::timestamptz, ${now}::timestamptz)
      on conflict (login) do update set n = excluded.n, until = excluded.until, at = excluded.at`.execute(db)
  },
  forgive: async login => {
    await sql`delete from login_failure where login = ${login}`.execute(db)
  },
  open: async ({ hash, worker, warehouse, now }) => {
    await sql`
      insert into desk_session (hash, worker, warehouse_id, created_at, used_at)
      values (${hash}, ${worker}, ${await names.warehouse(db, warehouse)}, ${now}::timestamptz, ${now}::timestamptz)`.execute(
      db,
    )
  },
  session: async (hash, { now, usedSince, begunSince }) => {
    const { rows } = await sql<DeskSession & { usedAt: Date }>`
      select s.worker, w.uid as warehouse, a.login, a.must_change as "mustChange", s.used_at as "usedAt"
      from desk_session s join account a on a.worker = s.worker join warehouse w on w.id = s.warehouse_id
      where s.hash = ${hash} and s.used_at > ${usedSince}::timestamptz and s.created_at > ${begunSince}::timestamptz`.execute(
      db,
    )
    const found = rows[0]
    if (found === undefined) return null
    const { usedAt, ...session } = found
    if (Date.parse(now) - usedAt.getTime() > USED_MS)
      await sql`update desk_session set used_at = ${now}::timestamptz where hash = ${hash}`.execute(db)
    return session
  },
  close: async hash => {
    await sql`delete from desk_session where hash = ${hash}`.execute(db)
  },
})
