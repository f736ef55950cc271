import { sql } from 'kysely'
import type { Roster } from '../../shared/catalogue.ts'
import type { WarehouseId, WorkerId } from '../../shared/ids.ts'
import { withoutPin } from '../../shared/pin.ts'
import type { EraseAsk, EraseStore } from '../desk-ports.ts'
import { writeAudit } from './audit-book.ts'
import { raiseCommit } from './feed.ts'
import { json } from './names.ts'
import type { Executor, Names } from './names.ts'
import { writeChanges } from './site.ts'
import { transact } from './transaction.ts'

/** What stands everywhere instead of a name: it tells people apart and says nothing of who they are. */
export const erasedName = (worker: WorkerId): string => `Worker ${worker.slice(-4).toUpperCase()}`

/** Names leave, ids stay: the ledger, the signed commands and the chains go on to hold. */
export const makeEraseStore = (db: Executor, names: Names): EraseStore => ({
  erase: ask =>
    transact<Awaited<ReturnType<EraseStore['erase']>>>(db, async trx => {
      const { worker } = ask
      const id = await names.warehouse(trx, ask.warehouse)
      const { seq } = await raiseCommit(trx, id)
      const held = await rostersWith(trx, worker)
      const newest = held.filter(row => row.isNewest)
      const mine = newest.find(row => row.warehouse === id)
      if (mine === undefined) return { keep: false, answer: { kind: 'refused', code: 'not_found' } }
      if (mine.roster.version !== ask.expectedVersion)
        return { keep: false, answer: { kind: 'refused', code: 'stale' } }
      const isAtWork = newest.some(row => row.roster.workers.some(one => one.id === worker && one.active))
      if (isAtWork || (await isBusy(trx, worker))) return { keep: false, answer: { kind: 'refused', code: 'leased' } }
      const person = mine.roster.workers.find(one => one.id === worker)
      const logins = await loginsOf(trx, worker)
      for (const row of held) await putRoster(trx, row, ask)
      for (const row of newest) {
        const at = row.warehouse === id ? seq : (await raiseCommit(trx, row.warehouse)).seq
        await nextRoster(trx, row, at, ask)
      }
      await forget(
        trx,
        worker,
        [person?.name ?? '', ...logins].filter(text => text !== ''),
      )
      await sql`delete from login_failure where login = any(${logins}::text[])`.execute(trx)
      const { rows } = await sql<{ n: number }>`
        select count(*)::int as n from command where worker = ${worker}::uuid and body like '%"type":"note"%'`.execute(
        trx,
      )
      await writeAudit(trx, names, ask.entry)
      return { keep: true, answer: { kind: 'done', name: erasedName(worker), notes: rows[0]?.n ?? 0 } }
    }),
})

type Held = { warehouse: number; uid: WarehouseId; roster: Roster; isNewest: boolean }

const rostersWith = async (trx: Executor, worker: WorkerId): Promise<readonly Held[]> => {
  const { rows } = await sql<{ warehouse: number; uid: WarehouseId; body: string; isNewest: boolean }>`
    select r.warehouse_id as warehouse, w.uid, r.body,
      r.version = max(r.version) over (partition by r.warehouse_id) as "isNewest"
    from roster r join warehouse w on w.id = r.warehouse_id
    where r.body like ${`%${worker}%`} order by r.warehouse_id, r.version`.execute(trx)
  return rows.map(({ body, ...row }) => ({ ...row, roster: JSON.parse(body) as Roster }))
}

/** A handheld with unsent steps would be judged by who they were; a task in hand is somebody's still. */
const isBusy = async (trx: Executor, worker: WorkerId): Promise<boolean> => {
  const { rows } = await sql`
    select 1 from work where kind = 'task' and state in ('leased', 'started', 'parked') and body->'lease'->>'worker' = ${worker}
    union all
    select 1 from device where worker = ${worker}::uuid and state = 'active' and (head->>'pending')::int > 0
    union all
    select 1 from account where worker = ${worker}::uuid limit 1`.execute(trx)
  return rows.length > 0
}

const withoutName = ({ roster }: Held, worker: WorkerId): Roster => ({
  ...roster,
  workers: roster.workers.map(one =>
    one.id === worker ? { ...withoutPin(one), name: erasedName(worker), badgeHash: '' } : one,
  ),
})

/** Every version is signed anew, and the feed's rows of it with it: a handheld that comes late must not be told either. */
const putRoster = async (trx: Executor, held: Held, { worker, sign }: EraseAsk): Promise<void> => {
  const signed = sign(withoutName(held, worker))
  await sql`
    update change set body = ${json(signed)} where warehouse_id = ${held.warehouse} and kind = 'roster'
      and (body->>'text')::jsonb->>'version' = ${String(held.roster.version)}`.execute(trx)
  await sql`
    update roster set body = ${signed.text}, sig = ${signed.sig}
    where warehouse_id = ${held.warehouse} and version = ${held.roster.version}`.execute(trx)
}

/** One version more, so that every handheld fetches it. */
const nextRoster = async (trx: Executor, held: Held, seq: number, { worker, sign }: EraseAsk): Promise<void> => {
  const roster = { ...withoutName(held, worker), version: held.roster.version + 1 }
  const signed = sign(roster)
  await sql`
    insert into roster (warehouse_id, version, body, sig, feed_seq)
    values (${held.warehouse}, ${roster.version}, ${signed.text}, ${signed.sig}, ${seq})`.execute(trx)
  await writeChanges(trx, held.warehouse, seq, [{ kind: 'roster', id: 'roster', client: null, body: signed }])
}

/** Names that the person has logged in by, as the audit log has them. */
const loginsOf = async (trx: Executor, worker: WorkerId): Promise<readonly string[]> => {
  const { rows } = await sql<{ login: string }>`
    select subject as login from audit where worker = ${worker}::uuid and kind in ('desk.logIn', 'desk.password', 'desk.first')
    union
    select body->>'login' from audit where subject = ${worker} and kind = 'account.put' and body->>'login' is not null`.execute(
    trx,
  )
  return rows.map(row => row.login)
}

/** Texts of the audit log: the salt goes with the name, so that no guess can be tried against the hash that stays. */
const forget = async (trx: Executor, worker: WorkerId, texts: readonly string[]): Promise<void> => {
  const { rows } = await sql<{ id: number; subject: string; body: Record<string, unknown> }>`
    select id, subject, body from audit a
    where exists (select 1 from unnest(${[...texts]}::text[]) x where position(x in a.subject) > 0 or position(x in a.body::text) > 0)
      and (a.worker = ${worker}::uuid or a.subject = ${worker}
        or exists (select 1 from unnest(${[...texts]}::text[]) x where a.subject = x))`.execute(trx)
  const clean = (text: string): string => texts.reduce((all, one) => all.replaceAll(one, erasedName(worker)), text)
  for (const { id, subject, body } of rows) {
    const next = JSON.parse(clean(JSON.stringify(body))) as Record<string, unknown>
    await sql`
      update audit set subject = ${clean(subject)}, body = ${json(next)}, salt = null where id = ${id}`.execute(trx)
  }
}
