import { sql } from 'kysely'
import type { AuditCheck, CommandsCheck } from '../../shared/desk/chain.ts'
import type { AuditEntry } from '../ports.ts'
import { chainHash, sha256Hex } from '../auth/seal.ts'
import { FIRST_HASH } from '../../shared/sync/seal.ts'
import { json } from './names.ts'
import type { Executor } from './names.ts'

/** Entries of no warehouse have a chain of their own. */
export const NO_WAREHOUSE = 0

/** Keys in one order: the database gives them back in another than they came. */
const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, one]) => [key, canonical(one)]))
}

/** What may have to be forgotten stands in the chain as a salted hash: without the salt it says nothing of the text. */
export const textHash = (salt: string, subject: string, body: unknown): string =>
  sha256Hex(JSON.stringify([salt, subject, canonical(body)]))

type Link = { n: number; at: string; worker: string | null; kind: string; text: string }
/** Each entry is bound to all before it: one that is changed, taken out or put in breaks every later one. */
export const linkHash = (before: string, { n, at, worker, kind, text }: Link): string =>
  chainHash(before, JSON.stringify([n, new Date(at).toISOString(), worker, kind, text]))

/** The next entry; the lock on the chain's head makes of two at once a row of two. */
export const appendAudit = async (
  trx: Executor,
  warehouse: number | null,
  { at, worker, kind, subject, body }: Omit<AuditEntry, 'warehouse'>,
): Promise<void> => {
  const chain = warehouse ?? NO_WAREHOUSE
  await sql`
    insert into audit_head (chain, n, hash) values (${chain}, 0, ${FIRST_HASH}) on conflict (chain) do nothing`.execute(
    trx,
  )
  const { rows } = await sql<{ n: number; hash: string; salt: string }>`
    select n, hash, gen_random_uuid()::text as salt from audit_head where chain = ${chain} for update`.execute(trx)
  const [head] = rows
  if (head === undefined) throw new Error('the audit log has no head')
  const n = head.n + 1
  const text = textHash(head.salt, subject, body)
  const hash = linkHash(head.hash, { n, at, worker, kind, text })
  await sql`
    with entry as (
      insert into audit (warehouse_id, at, worker, kind, subject, body, n, salt, text_hash, hash)
      values (${warehouse}, ${at}::timestamptz, ${worker}::uuid, ${kind}, ${subject}, ${json(body)}, ${n}, ${head.salt}, ${text}, ${hash}))
    update audit_head set n = ${n}, hash = ${hash} where chain = ${chain}`.execute(trx)
}

type Row = Omit<Link, 'at' | 'text'> & {
  id: number
  at: Date
  subject: string
  body: unknown
  salt: string | null
  textHash: string
  hash: string
}
const PIECE = 2_000

/** Walks through the whole chain, and compares its end with the head: a tail that was cut off is missed as well. */
export const checkAudit = async (db: Executor, warehouse: number): Promise<AuditCheck> => {
  const check: AuditCheck = { entries: 0, erased: 0, firstBreak: null }
  let [before, n] = [FIRST_HASH, 0]
  for (let more = true; more;) {
    const { rows } = await sql<Row>`
      select id, n, at, worker, kind, subject, body, salt, text_hash as "textHash", hash from audit
      where coalesce(warehouse_id, ${NO_WAREHOUSE}) = ${warehouse} and n > ${n} order by n limit ${PIECE}`.execute(db)
    for (const row of rows) {
      const isText = row.salt === null || textHash(row.salt, row.subject, row.body) === row.textHash
      const isLink = linkHash(before, { ...row, at: row.at.toISOString(), text: row.textHash }) === row.hash
      if ((row.n !== n + 1 || !isText || !isLink) && check.firstBreak === null) check.firstBreak = row.n
      if (row.salt === null) check.erased += 1
      check.entries += 1
      ;[before, n] = [row.hash, row.n]
    }
    more = rows.length === PIECE
  }
  const head = await sql<{
    n: number
    hash: string
  }>`select n, hash from audit_head where chain = ${warehouse}`.execute(db)
  const end = head.rows[0] ?? { n: 0, hash: FIRST_HASH }
  if (check.firstBreak === null && (end.n !== n || end.hash !== before)) check.firstBreak = n + 1
  return check
}

type Command = { epoch: string; seq: number; body: string; hash: string; reason: string | null }

/** What was kept because it could not be trusted breaks the chain by itself, and is said at its exception. */
const DISTRUSTED = new Set(['broken_chain', 'bad_signature', 'unreadable', 'forked', 'envelope_mismatch'])

/** The signed commands of a handheld, epoch by epoch: each names the one before it by its hash. */
export const checkDevice = async (db: Executor, warehouse: number, device: number): Promise<CommandsCheck> => {
  const check: CommandsCheck = { commands: 0, holes: 0, firstBreak: null }
  let last = { epoch: '', seq: 0, hash: FIRST_HASH }
  for (let more = true; more;) {
    const { rows } = await sql<Command>`
      select epoch, seq, body, hash, reason from command
      where warehouse_id = ${warehouse} and device_id = ${device} and (epoch, seq) > (${last.epoch}::text, ${last.seq}::bigint)
      order by epoch, seq limit ${PIECE}`.execute(db)
    for (const row of rows) {
      if (row.epoch !== last.epoch) last = { epoch: row.epoch, seq: 0, hash: FIRST_HASH }
      const isNext = row.seq === last.seq + 1
      if (!isNext) check.holes += 1
      const isLink = !isNext || DISTRUSTED.has(row.reason ?? '') || chainHash(last.hash, row.body) === row.hash
      if (!isLink && check.firstBreak === null) check.firstBreak = { epoch: row.epoch, seq: row.seq }
      check.commands += 1
      last = { epoch: row.epoch, seq: row.seq, hash: row.hash }
    }
    more = rows.length === PIECE
  }
  return check
}
