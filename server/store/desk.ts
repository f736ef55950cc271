import { sql } from 'kysely'
import type { Variance, VarianceId } from '../../shared/count/variance.ts'
import type { ClientId } from '../../shared/ids.ts'
import type { DeskStore, InboxEntry } from '../inbox-ports.ts'
import type { Owned } from '../../shared/desk/exceptions.ts'
import type { DecisionAnswer } from '../../shared/sync/decision.ts'
import type { SettleAsk } from '../../shared/sync/settle.ts'
import { reprocess } from '../sync/reprocess.ts'
import { mayHandle, settleExceptions } from '../sync/settle-exceptions.ts'
import { writeAudit } from './audit-book.ts'
import { notBlind } from './blind.ts'
import { raiseCommit } from './feed.ts'
import { inboxOf, quarantineOf } from './inbox.ts'
import { oppositesOf } from './opposites.ts'
import type { Executor, Names } from './names.ts'
import { decideIn } from './sync-store.ts'
import { transact } from './transaction.ts'

/** Rows of a table with `client_id` that somebody who sees these clients may read. */
const seenBy = (clients: readonly ClientId[] | null, table: string) =>
  clients === null
    ? sql`true`
    : sql`${sql.ref(`${table}.client_id`)} in (select id from client where uid = any(${[...clients]}::uuid[]))`

const KEY_OF_OPPOSITE = { location: sql`o.body->'key'->>'location'`, item: sql`o.body->'key'->>'item'` }
const KEY_OF_VARIANCE = { location: sql`v.body->'key'->>'location'`, item: sql`v.body->'key'->>'item'` }

const PAST_COUNTS = 5

/** What people at the desk read. Nothing is locked: what they decide names the version that they have seen. */
export const makeDeskStore = (db: Executor, names: Names): DeskStore => ({
  variances: async ({ warehouse, device, worker, clients, states, after, limit }) => {
    const id = await names.warehouse(db, warehouse)
    const behind =
      after === null
        ? sql`true`
        : sql`(v.body->>'openedAt', v.id, v.round) > (${after.openedAt}::text, ${after.id}::uuid, ${after.round}::int)`
    const { rows } = await sql<{ variance: Variance; cost: number | null }>`
      select v.body as variance, i.cost from variance v join item i on i.id = v.item_id
      where v.warehouse_id = ${id} and v.state = any(${[...states]}::text[]) and ${seenBy(clients, 'v')} and ${behind}
        and ${notBlind(id, { device, worker }, KEY_OF_VARIANCE)}
      order by v.body->>'openedAt', v.id, v.round limit ${limit}`.execute(db)
    return rows
  },
  opposites: async ({ warehouse, device, worker }, ids) => {
    const id = await names.warehouse(db, warehouse)
    return oppositesOf(db, id, ids, notBlind(id, { device, worker }, KEY_OF_OPPOSITE))
  },
  pastCounts: async (warehouse, ids) => {
    const id = await names.warehouse(db, warehouse)
    const { rows } = await sql<{ id: VarianceId; at: string; delta: number }>`
      select w.id, p.body->'point'->>'at' as at, (p.body->>'delta')::int as delta
      from unnest(${[...new Set(ids)]}::uuid[]) w(id)
      cross join lateral (
        select v.round, v.body from variance v
        where v.warehouse_id = ${id} and v.id = w.id and v.state in ('posted', 'rejected', 'closed')
        order by v.round desc limit ${PAST_COUNTS}) p
      order by w.id, p.round desc`.execute(db)
    const found = new Map<VarianceId, { at: string; delta: number }[]>()
    for (const { id: of, ...one } of rows) found.set(of, [...(found.get(of) ?? []), one])
    return found
  },
  exceptions: async ({ warehouse, device, worker, clients, state, kinds, location, item, after, limit }) => {
    const id = await names.warehouse(db, warehouse)
    const behind =
      after === null ? sql`true` : sql`(e.opened_at, e.id) > (${after.openedAt}::timestamptz, ${after.id}::uuid)`
    const { rows } = await sql<InboxEntry>`
      select e.id, e.kind, e.subject, e.state, e.hits, e.body, e.settled, e.owner, ${instant(sql`e.opened_at`)} as "openedAt",
             ${instant(sql`e.closed_at`)} as "closedAt",
             array(select distinct k.worker::text from exception_command x join command k using (warehouse_id, device_id, epoch, seq)
                   where x.warehouse_id = e.warehouse_id and x.exception_id = e.id and k.worker is not null limit 10) as workers
      from exception e
      where e.warehouse_id = ${id} and e.state = ${state} and e.kind = any(${[...kinds]}::text[]) and ${behind}
        and ${clients === null ? sql`true` : sql`e.body->>'client' = any(${[...clients]}::text[])`}
        and ${location === null ? sql`true` : sql`e.body->>'location' = ${location}::text`}
        and ${item === null ? sql`true` : sql`e.body->>'item' = ${item}::text`}
        and ${notBlind(id, { device, worker }, KEY_OF_EXCEPTION)}
      order by e.opened_at, e.id limit ${limit}`.execute(db)
    return rows
  },
  settle: settleIn(db, names),
  own: ownIn(db, names),
})

/** All in one transaction, but for commands that are judged once more: each of them is written under a key of its own. */
const settleIn =
  (db: Executor, names: Names): DeskStore['settle'] =>
  async (at, who, asks, broke) => {
    const answers = new Map<SettleAsk, DecisionAnswer>()
    const scopeIn = async (trx: Executor) => ({
      warehouse: at.warehouse,
      id: await names.warehouse(trx, at.warehouse),
    })
    const others = asks.filter(ask => ask.choice !== 'repair')
    if (others.length > 0) {
      const results = await transact(db, trx =>
        decideIn(trx, names, at, async tx =>
          settleExceptions(tx, inboxOf(trx, await scopeIn(trx), names), who, others, at.now),
        ),
      )
      others.forEach((ask, n) => results[n] !== undefined && answers.set(ask, results[n]))
    }
    for (const ask of asks.filter(one => one.choice === 'repair'))
      answers.set(
        ask,
        await transact(db, trx =>
          decideIn(trx, names, at, async tx =>
            reprocess(tx, quarantineOf(trx, await scopeIn(trx), names), who, ask, at.now, broke),
          ),
        ),
      )
    return asks.flatMap(ask => answers.get(ask) ?? [])
  }

type OwnedRow = Pick<InboxEntry, 'id' | 'kind' | 'subject' | 'state' | 'hits' | 'body' | 'owner'>

/** On what was seen: whoever took it first has it. A row that is as it is wanted already was asked for twice. */
const ownIn =
  (db: Executor, names: Names): DeskStore['own'] =>
  (at, who, owner, ask) =>
    transact(db, async trx => {
      const warehouse = await names.warehouse(trx, at.warehouse)
      await raiseCommit(trx, warehouse)
      const ids = ask.exceptions.map(one => one.exception)
      const { rows } = await sql<OwnedRow>`
        select id, kind, subject, state, hits, body, owner from exception
        where warehouse_id = ${warehouse} and id = any(${ids}::uuid[]) for update`.execute(trx)
      const found = new Map(rows.map(row => [row.id, row]))
      const wanted = owner?.id ?? null
      const taken: string[] = []
      const results = ask.exceptions.map(({ exception, seen }): Owned['results'][number] => {
        const row = found.get(exception)
        if (row === undefined || !mayHandle(who, row)) return { outcome: 'refused', code: 'not_found' }
        if (owner !== null && !mayHandle(owner, row)) return { outcome: 'refused', code: 'role' }
        if (row.owner === wanted) return { outcome: 'done' }
        if (row.state !== 'open' || row.owner !== seen) return { outcome: 'refused', code: 'stale' }
        taken.push(exception)
        return { outcome: 'done' }
      })
      if (taken.length === 0) return { keep: false, answer: results }
      await sql`
        update exception set owner = ${wanted}::uuid where warehouse_id = ${warehouse} and id = any(${taken}::uuid[])`.execute(
        trx,
      )
      const entry = { warehouse: at.warehouse, at: at.now, worker: who.id, kind: 'exception.owner' }
      await writeAudit(trx, names, {
        ...entry,
        subject: wanted ?? 'nobody',
        body: { owner: wanted, exceptions: taken },
      })
      return { keep: true, answer: results }
    })

const KEY_OF_EXCEPTION = { location: sql`e.body->>'location'`, item: sql`coalesce(e.body->>'item', '')` }

/** To the microsecond: a page begins where the last one has ended. */
const instant = (column: ReturnType<typeof sql>) =>
  sql`to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
