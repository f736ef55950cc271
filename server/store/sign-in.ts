import { sql } from 'kysely'
import type { WorkerId } from '../../shared/ids.ts'
import type { AuditEntry } from '../ports.ts'
import type { OwnSession, Passkey, SignInAsk, SignInStore } from '../account-ports.ts'
import { writeAudit } from './audit-book.ts'
import { json } from './names.ts'
import type { Executor, Names } from './names.ts'
import { transact } from './transaction.ts'

type PasskeyRow = Omit<Passkey, 'counter' | 'madeAt' | 'usedAt'> & {
  counter: string | number
  madeAt: Date
  usedAt: Date | null
}
const PASSKEY = sql`id, worker, name, host, public_key as "publicKey", counter, transports, made_at as "madeAt", used_at as "usedAt"`

const passkeyOf = (row: PasskeyRow): Passkey => ({
  ...row,
  counter: Number(row.counter),
  madeAt: row.madeAt.toISOString(),
  usedAt: row.usedAt?.toISOString() ?? null,
})

type SessionRow = Omit<OwnSession, 'begunAt' | 'usedAt'> & { begunAt: Date; usedAt: Date }

export const makeSignInStore = (db: Executor, names: Names): SignInStore => ({
  ...makePasskeys(db, names),
  ...makeIdentities(db, names),
  ...makeAsks(db),
  sessions: async (worker, { usedSince, begunSince }) => {
    const { rows } = await sql<SessionRow>`
      select left(hash, 16) as id, hash, way, agent, created_at as "begunAt", used_at as "usedAt" from desk_session
      where worker = ${worker}::uuid and used_at > ${usedSince}::timestamptz and created_at > ${begunSince}::timestamptz
      order by created_at desc, hash limit 200`.execute(db)
    return rows.map(row => ({ ...row, begunAt: row.begunAt.toISOString(), usedAt: row.usedAt.toISOString() }))
  },
  endSessions: ({ worker, id, but }, entry) =>
    transact(db, async trx => {
      const { rows } = await sql`
        delete from desk_session where worker = ${worker}::uuid and hash <> ${but}
          and (${id}::text is null or left(hash, 16) = ${id}::text)
        returning hash`.execute(trx)
      if (rows.length > 0) await writeAudit(trx, names, { ...entry, body: { ended: rows.length } })
      return { keep: true, answer: rows.length }
    }),
})

const makePasskeys = (
  db: Executor,
  names: Names,
): Pick<SignInStore, 'passkeys' | 'passkey' | 'addPasskey' | 'usePasskey' | 'removePasskey'> => {
  const audited = (entry: AuditEntry, run: (trx: Executor) => Promise<number>): Promise<boolean> =>
    transact(db, async trx => {
      const isDone = (await run(trx)) > 0
      if (isDone) await writeAudit(trx, names, entry)
      return { keep: isDone, answer: isDone }
    })
  return {
    passkeys: async worker =>
      (
        await sql<PasskeyRow>`select ${PASSKEY} from passkey where worker = ${worker}::uuid order by made_at, name, id`.execute(
          db,
        )
      ).rows.map(passkeyOf),
    passkey: async id => {
      const { rows } = await sql<PasskeyRow>`select ${PASSKEY} from passkey where id = ${id}`.execute(db)
      return rows[0] === undefined ? null : passkeyOf(rows[0])
    },
    addPasskey: ({ id, worker, name, host, publicKey, counter, transports, madeAt }, most, entry) =>
      audited(entry, async trx => {
        // Its lock makes of two keys at once two, one after the other.
        const account = await sql`select 1 from account where worker = ${worker}::uuid for update`.execute(trx)
        if (account.rows.length === 0) return 0
        const { rows } = await sql`
          insert into passkey (id, worker, name, host, public_key, counter, transports, made_at)
          select ${id}::text, ${worker}::uuid, ${name}::text, ${host}::text, ${publicKey}::text, ${counter}::bigint,
            ${json(transports)}, ${madeAt}::timestamptz
          where (select count(*) from passkey where worker = ${worker}::uuid) < ${most}::int
          on conflict (id) do nothing returning id`.execute(trx)
        return rows.length
      }),
    usePasskey: async ({ id, before, counter, now }) => {
      const { rows } = await sql`
        update passkey set counter = ${counter}::bigint, used_at = ${now}::timestamptz
        where id = ${id} and counter = ${before}::bigint returning id`.execute(db)
      return rows.length > 0
    },
    removePasskey: (worker, id, entry) =>
      audited(entry, async trx => {
        const { rows } = await sql`
          delete from passkey where worker = ${worker}::uuid and id = ${id} returning id`.execute(trx)
        return rows.length
      }),
  }
}

const makeIdentities = (db: Executor, names: Names): Pick<SignInStore, 'identity' | 'named' | 'link'> => ({
  identity: async ({ issuer, subject }) => {
    const { rows } = await sql<{ worker: WorkerId }>`
      select worker from identity where issuer = ${issuer} and subject = ${subject}`.execute(db)
    return rows[0]?.worker ?? null
  },
  named: async company => {
    const { rows } = await sql<{ worker: WorkerId }>`select worker from account where company = ${company}`.execute(db)
    return rows[0]?.worker ?? null
  },
  link: ({ issuer, subject, worker, name }, entry) =>
    transact(db, async trx => {
      // Its lock keeps an administrator from changing the name in between.
      const { rows: held } = await sql`
        select 1 from account where worker = ${worker}::uuid and company = ${name} for update`.execute(trx)
      if (held.length === 0) return { keep: false, answer: false }
      const { rows } = await sql`
        insert into identity (issuer, subject, worker) values (${issuer}, ${subject}, ${worker}::uuid)
        on conflict do nothing returning worker`.execute(trx)
      if (rows.length > 0) await writeAudit(trx, names, entry)
      return { keep: rows.length > 0, answer: rows.length > 0 }
    }),
})

const makeAsks = (db: Executor): Pick<SignInStore, 'ask' | 'answered'> => ({
  ask: async ({ hash, kind, worker, body, now, until }) => {
    await sql`delete from sign_in_ask where until <= ${now}::timestamptz`.execute(db)
    await sql`
      insert into sign_in_ask (hash, kind, worker, body, until)
      values (${hash}, ${kind}, ${worker}, ${json(body)}, ${until}::timestamptz)`.execute(db)
  },
  answered: async (hash, kind, now) => {
    const { rows } = await sql<SignInAsk & { until: Date }>`
      delete from sign_in_ask where hash = ${hash} and kind = ${kind} returning kind, worker, body, until`.execute(db)
    const row = rows[0]
    if (row === undefined || row.until.getTime() <= Date.parse(now)) return null
    return { kind: row.kind, worker: row.worker, body: row.body }
  },
})
