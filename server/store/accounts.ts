import { sql } from 'kysely'
import type { WorkerId } from '../../shared/ids.ts'
import type { Account, AccountStore, DeskSession } from '../account-ports.ts'
import type { AuditEntry } from '../ports.ts'
import { writeAudit } from './audit-book.ts'
import type { Executor, Names } from './names.ts'
import { transact } from './transaction.ts'

/** A page asks often; when it was used last is written once a minute. */
const USED_MS = 60_000

const COLUMNS = sql`worker, login, must_change as "mustChange", company`

const endSessions = async (trx: Executor, worker: WorkerId): Promise<void> => {
  await sql`delete from desk_session where worker = ${worker}::uuid`.execute(trx)
}

/** The log-in of a person ends with all their sessions. */
export const endAccount = async (trx: Executor, worker: WorkerId): Promise<void> => {
  await endSessions(trx, worker)
  await endKeys(trx, worker)
  await sql`delete from account where worker = ${worker}::uuid`.execute(trx)
}

/** All ways in besides the password: whoever gets a log-in anew begins anew. */
const endKeys = async (trx: Executor, worker: WorkerId): Promise<void> => {
  await sql`delete from passkey where worker = ${worker}::uuid`.execute(trx)
  await sql`delete from identity where worker = ${worker}::uuid`.execute(trx)
}

/** The provider may give a name to somebody else: whoever is called by another one begins anew. */
const endIdentity = async (trx: Executor, worker: WorkerId, company: string | null): Promise<void> => {
  await sql`
    delete from identity where worker = ${worker}::uuid
      and not exists (select 1 from account where worker = ${worker}::uuid and company = ${company}::text)`.execute(trx)
}

export const makeAccountStore = (db: Executor, names: Names): AccountStore => {
  /** With its entry of the audit log; nothing of either when `run` says that nothing was done. */
  const audited = (entry: AuditEntry | null, run: (trx: Executor) => Promise<boolean>): Promise<boolean> =>
    transact(db, async trx => {
      const isDone = await run(trx)
      if (isDone && entry !== null) await writeAudit(trx, names, entry)
      return { keep: isDone, answer: isDone }
    })
  return {
    any: async () => (await sql`select 1 from account limit 1`.execute(db)).rows.length > 0,
    list: async () =>
      (
        await sql<Account & { linked: boolean }>`
          select ${COLUMNS}, exists (select 1 from identity i where i.worker = account.worker) as linked
          from account order by login`.execute(db)
      ).rows,
    find: async login => {
      const { rows } = await sql<Account & { password: string | null }>`
        select ${COLUMNS}, password from account where login = ${login}`.execute(db)
      return rows[0] ?? null
    },
    put: ({ worker, login, password, mustChange, company, now }, entry) =>
      audited(entry, async trx => {
        await endSessions(trx, worker)
        if (mustChange) await endKeys(trx, worker)
        if (company !== undefined) await endIdentity(trx, worker, company)
        const { rows } = await sql`
          insert into account (worker, login, password, must_change, company, changed_at)
          select ${worker}::uuid, ${login}::text, ${password}::text, ${mustChange}::boolean, ${company ?? null}::text,
            ${now}::timestamptz
          where not exists (select 1 from account where worker <> ${worker}::uuid
            and (login = ${login}::text or company = ${company ?? null}::text))
          on conflict (worker) do update set login = excluded.login,
            password = coalesce(excluded.password, account.password),
            must_change = case when excluded.password is null then account.must_change else excluded.must_change end,
            company = case when ${company === undefined}::boolean then account.company else excluded.company end,
            changed_at = excluded.changed_at
          returning worker`.execute(trx)
        return rows.length > 0
      }),
    remove: async (worker, entry) => {
      await audited(entry, async trx => {
        await endAccount(trx, worker)
        return true
      })
    },
    ...makeTries(db),
    ...makeSessions(db, names, audited),
  }
}

const makeTries = (db: Executor): Pick<AccountStore, 'attempt' | 'forgive'> => ({
  attempt: ({ login, now, forgetBefore, waitAfter }) =>
    transact(db, async trx => {
      await sql`delete from login_failure where at <= ${forgetBefore}::timestamptz`.execute(trx)
      await sql`
        insert into login_failure (login, n, until, at) values (${login}, 0, ${now}::timestamptz, ${now}::timestamptz)
        on conflict (login) do nothing`.execute(trx)
      // Its lock makes of many tries at once a row of them.
      const { rows } = await sql<{ n: number; until: Date }>`
        select n, until from login_failure where login = ${login} for update`.execute(trx)
      const [held = { n: 0, until: new Date(now) }] = rows
      const waitMs = held.until.getTime() - Date.parse(now)
      if (waitMs > 0) return { keep: true, answer: { waitMs, failures: held.n } }
      const failures = held.n + 1
      const until = new Date(Date.parse(now) + waitAfter(failures)).toISOString()
      await sql`
        update login_failure set n = ${failures}, until = ${until}::timestamptz, at = ${now}::timestamptz
        where login = ${login}`.execute(trx)
      return { keep: true, answer: { waitMs: 0, failures } }
    }),
  forgive: async login => {
    await sql`delete from login_failure where login = ${login}`.execute(db)
  },
})

type Audited = (entry: AuditEntry | null, run: (trx: Executor) => Promise<boolean>) => Promise<boolean>

const makeSessions = (
  db: Executor,
  names: Names,
  audited: Audited,
): Pick<AccountStore, 'open' | 'session' | 'close'> => ({
  open: async ({ hash, worker, warehouse, now, begunSince, way, agent }, entry) => {
    await audited(entry, async trx => {
      await sql`delete from desk_session where created_at <= ${begunSince}::timestamptz`.execute(trx)
      await sql`
        insert into desk_session (hash, worker, warehouse_id, created_at, used_at, way, agent)
        values (${hash}, ${worker}, ${await names.warehouse(trx, warehouse)}, ${now}::timestamptz, ${now}::timestamptz,
          ${way}, ${agent})`.execute(trx)
      return true
    })
  },
  session: async (hash, { now, usedSince, begunSince }) => {
    const { rows } = await sql<DeskSession & { usedAt: Date }>`
      select s.worker, w.uid as warehouse, a.login, s.way, a.must_change and s.way = 'password' as "mustChange",
        s.used_at as "usedAt"
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
