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
  erase: async ask => {
    // Whatever takes long is read before others have to wait for the warehouse.
    const known = await knownOf(db, ask)
    return transact<Awaited<ReturnType<EraseStore['erase']>>>(db, async trx => {
      const { worker } = ask
      const id = await names.warehouse(trx, ask.warehouse)
      const { seq } = await raiseCommit(trx, id)
      const held = await rostersWith(trx, worker)
      const code = await refusalOf(trx, ask, id, held)
      if (code !== null) return { keep: false, answer: { kind: 'refused', code } }
      for (const row of held) await putRoster(trx, row, ask)
      for (const row of held.filter(one => one.isNewest)) {
        const at = row.warehouse === id ? seq : (await raiseCommit(trx, row.warehouse)).seq
        await nextRoster(trx, row, at, ask)
      }
      const people = held.flatMap(row => row.roster.workers.filter(one => one.id === worker))
      const late = await entriesOf(trx, worker, known.logins, known.upTo)
      await forget(trx, worker, [...known.entries, ...late], [...people.map(one => one.name), ...known.texts])
      await forgetBadges(
        trx,
        people.map(one => one.badgeHash),
      )
      await sql`delete from setting where name = ${`views ${worker}`}`.execute(trx)
      await sql`delete from own_settings where worker = ${worker}::uuid`.execute(trx)
      await sql`delete from login_failure where login = any(${[...known.logins]}::text[])`.execute(trx)
      await writeAudit(trx, names, ask.entry)
      return { keep: true, answer: { kind: 'done', name: erasedName(worker), notes: known.notes } }
    })
  },
})

type Entry = { id: number; kind: string; subject: string; body: Record<string, unknown> }
/** `texts`: what the person may be known by besides the names in the rosters. */
type Known = {
  notes: number
  logins: readonly string[]
  texts: readonly string[]
  entries: readonly Entry[]
  /** The newest entry of the audit log by then. */
  upTo: number
}

/** Nothing more of them comes: they have no log-in and no work, which the transaction asks again. */
const knownOf = async (db: Executor, { worker }: EraseAsk): Promise<Known> => {
  const newest = await sql<{ id: number | null }>`select max(id) as id from audit`.execute(db)
  const logins = await loginsOf(db, worker)
  const entries = await entriesOf(db, worker, logins, 0)
  // A passkey has the name that its owner gave it.
  const keys = entries.filter(({ kind }) => kind.startsWith('passkey.')).map(({ subject }) => subject)
  const notes = await notesOf(db, worker)
  return { notes, logins, texts: [...logins, ...keys], entries, upTo: newest.rows[0]?.id ?? 0 }
}

/** Commits of one look, so that none takes long. */
const COMMITS = 20_000

/** Notes are signed and stay: how many there are to be read. */
const notesOf = async (db: Executor, worker: WorkerId): Promise<number> => {
  const feeds = await sql<{ warehouse: number; seq: number }>`select warehouse_id as warehouse, seq from feed`.execute(
    db,
  )
  let notes = 0
  for (const { warehouse, seq } of feeds.rows)
    for (let from = 0; from < seq; from += COMMITS) {
      const { rows } = await sql<{ n: number }>`
        select count(*)::int as n from command where warehouse_id = ${warehouse} and feed_seq > ${from} and feed_seq <= ${from + COMMITS}
          and worker = ${worker}::uuid and body like '%"type":"note"%'`.execute(db)
      notes += rows[0]?.n ?? 0
    }
  return notes
}

type Held = { warehouse: number; uid: WarehouseId; roster: Roster; isNewest: boolean; seq: number }

const rostersWith = async (trx: Executor, worker: WorkerId): Promise<readonly Held[]> => {
  const { rows } = await sql<{ warehouse: number; uid: WarehouseId; body: string; isNewest: boolean; seq: number }>`
    select r.warehouse_id as warehouse, w.uid, r.body, r.feed_seq as seq,
      r.version = max(r.version) over (partition by r.warehouse_id) as "isNewest"
    from roster r join warehouse w on w.id = r.warehouse_id
    where r.body like ${`%${worker}%`} order by r.warehouse_id, r.version`.execute(trx)
  return rows.map(({ body, ...row }) => ({ ...row, roster: JSON.parse(body) as Roster }))
}

const refusalOf = async (
  trx: Executor,
  { worker, expectedVersion }: EraseAsk,
  warehouse: number,
  held: readonly Held[],
): Promise<'not_found' | 'stale' | 'leased' | null> => {
  const newest = held.filter(row => row.isNewest)
  const mine = newest.find(row => row.warehouse === warehouse)
  if (mine === undefined) return 'not_found'
  if (mine.roster.version !== expectedVersion) return 'stale'
  const isAtWork = newest.some(row => row.roster.workers.some(one => one.id === worker && one.active))
  return isAtWork || (await isBusy(trx, worker)) ? 'leased' : null
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
    update change set body = ${json(signed)}
    where warehouse_id = ${held.warehouse} and seq = ${held.seq} and kind = 'roster'`.execute(trx)
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
    select name from audit, lateral (values (body->>'login'), (body->>'company')) as n(name)
    where subject = ${worker} and kind = 'account.put' and name is not null`.execute(trx)
  return rows.map(row => row.login)
}

/** What the person did and what was done to them; where nobody is named, what a log-in of theirs is named in. */
const entriesOf = async (
  trx: Executor,
  worker: WorkerId,
  logins: readonly string[],
  after: number,
): Promise<readonly Entry[]> => {
  const { rows } = await sql<Entry>`
    select id, kind, subject, body from audit
    where id > ${after} and (worker = ${worker}::uuid or subject = ${worker} or (worker is null and subject = any(${[...logins]}::text[])))
    order by id`.execute(trx)
  return rows
}

/** Texts of the audit log: the salt goes with the name, so that no guess can be tried against the hash that stays. */
const forget = async (
  trx: Executor,
  worker: WorkerId,
  entries: readonly Entry[],
  texts: readonly string[],
): Promise<void> => {
  const known = new Set(texts.filter(text => text !== ''))
  const clean = (value: unknown, key: string): unknown => {
    if (typeof value === 'string') return known.has(value) && !NO_NAMES.has(key) ? erasedName(worker) : value
    if (Array.isArray(value)) return value.map(one => clean(one, key))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, clean(one, name)]))
  }
  for (const { id, subject, body } of entries) {
    const next = { subject: clean(subject, ''), body: clean(body, '') }
    if (JSON.stringify(next) === JSON.stringify({ subject, body })) continue
    await sql`
      update audit set subject = ${next.subject}::text, body = ${json(next.body)}, salt = null where id = ${id}`.execute(
      trx,
    )
  }
  const calls = await sql<{ n: number; body: string }>`
    select n, body from device_call
    where exists (select 1 from unnest(${[...texts]}::text[]) x where position(x in body) > 0)`.execute(trx)
  const losses = await sql<{ id: string; reason: string }>`
    select id, reason from device_loss
    where exists (select 1 from unnest(${[...texts]}::text[]) x where position(x in reason) > 0)`.execute(trx)
  for (const { id, reason } of losses.rows)
    await sql`update device_loss set reason = ${without(reason, known, erasedName(worker))} where id = ${id}::uuid`.execute(
      trx,
    )
  for (const { n, body } of calls.rows)
    await sql`update device_call set body = ${without(body, known, erasedName(worker))} where n = ${n}`.execute(trx)
}

/** A text that people wrote, with other words for names that stand in it as words of their own. */
const without = (text: string, names: ReadonlySet<string>, instead: string): string =>
  [...names].reduce((left, name) => {
    const quoted = name.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
    return left.replaceAll(new RegExp(String.raw`(?<![\p{L}\p{N}])${quoted}(?![\p{L}\p{N}])`, 'gu'), () => instead)
  }, text)

/** Fields of the audit log whose words are ours, although somebody may be called so. */
const NO_NAMES: ReadonlySet<string> = new Set(['roles', 'way', 'format'])

/** What was to be printed of a badge has name and code on it: a job that still waits ends as one that cannot be drawn. */
const forgetBadges = async (trx: Executor, hashes: readonly string[]): Promise<void> => {
  await sql`
    update print_job set body = null where kind = 'badge' and body is not null
      and encode(sha256(convert_to(body->'label'->>'code', 'UTF8')), 'hex') = any(${[...new Set(hashes)]}::text[])`.execute(
    trx,
  )
}
