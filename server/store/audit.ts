import { sql } from 'kysely'
import type { Executor } from './names.ts'
import { SERVER_DEVICE_ROW } from './server-device.ts'

/** One rule of the books that does not hold, with the keys that break it (at most 20). */
export type Finding = { rule: string; meaning: string; rows: readonly Record<string, unknown>[] }

const KEY = sql`warehouse_id, location_id, lpn, client_id, item_id, lot, serial, status`

/**
 * Compares every projection with what it is a projection of. An empty list means: the books are right. Differences are
 * reported, never repaired.
 */
export const audit = async (db: Executor): Promise<readonly Finding[]> => {
  const checks: { rule: string; meaning: string; query: { execute(db: Executor): Promise<{ rows: unknown[] }> } }[] = [
    {
      rule: 'B1',
      meaning: 'the sum over all addresses, virtual ones included, is 0 for each client, item, lot and serial',
      query: sql`
        select warehouse_id, client_id, item_id, lot, serial, sum(on_hand) as sum from balance
        group by warehouse_id, client_id, item_id, lot, serial having sum(on_hand) <> 0 limit 20`,
    },
    {
      rule: 'B2',
      meaning: 'on-hand is the fold of the movements',
      query: sql`
        with leg as (
          select warehouse_id, from_id as location_id, from_lpn as lpn, client_id, item_id, lot, serial, from_status as status, -qty::bigint as q from movement
          union all
          select warehouse_id, to_id, to_lpn, client_id, item_id, lot, serial, to_status, qty from movement
        ), fold as (select ${KEY}, sum(q) as q from leg group by ${KEY})
        select ${KEY}, fold.q as fold, balance.on_hand from fold full join balance using (${KEY})
        where coalesce(fold.q, 0) <> coalesce(balance.on_hand, 0) limit 20`,
    },
    ...(['reserve', 'hold'] as const).map(kind => ({
      rule: kind === 'reserve' ? 'B3' : 'B4',
      meaning:
        kind === 'reserve'
          ? 'reserved is the fold of what lines claim'
          : 'held is the fold of what pending variances hold',
      query: sql`
        with fold as (select ${KEY}, sum(qty) as q from claim where kind = ${kind} group by ${KEY})
        select ${KEY}, fold.q as fold, ${sql.ref(kind === 'reserve' ? 'balance.reserved' : 'balance.held')} as booked
        from fold full join balance using (${KEY})
        where coalesce(fold.q, 0) <> coalesce(${sql.ref(kind === 'reserve' ? 'balance.reserved' : 'balance.held')}, 0) limit 20`,
    })),
    {
      rule: 'B5',
      meaning: 'what a line says it claims is what is claimed for it',
      query: sql`
        with said as (
          select w.warehouse_id, w.id as owner, sum((c->>'qty')::bigint) as q
          from work w, jsonb_array_elements(w.body->'claims') c where w.kind = 'line' group by w.warehouse_id, w.id
        ), kept as (select warehouse_id, owner, sum(qty) as q from claim where kind = 'reserve' group by warehouse_id, owner)
        select warehouse_id, owner, said.q as said, kept.q as kept from said full join kept using (warehouse_id, owner)
        where coalesce(said.q, 0) <> coalesce(kept.q, 0) limit 20`,
    },
    {
      rule: 'B6',
      meaning: 'the numbers of every epoch are gapless up to the last one, apart from declared holes',
      query: sql`
        select c.warehouse_id, c.device_id, c.epoch, d.last_seq, count(*) as known from command c
        join device_cursor d using (warehouse_id, device_id, epoch)
        where c.device_id <> ${SERVER_DEVICE_ROW}
          and not exists (select 1 from exception e where e.warehouse_id = c.warehouse_id and e.kind = 'movements_missing' and e.body->>'epoch' = c.epoch)
        group by c.warehouse_id, c.device_id, c.epoch, d.last_seq having count(*) <> d.last_seq or max(c.seq) <> d.last_seq limit 20`,
    },
    {
      rule: 'B7',
      meaning: 'no change and no command is numbered above the feed',
      query: sql`
        select f.warehouse_id, f.seq, m.top from feed f
        join (select warehouse_id, max(seq) as top from (select warehouse_id, seq from change union all select warehouse_id, feed_seq from command) r
              group by warehouse_id) m using (warehouse_id) where m.top > f.seq limit 20`,
    },
    {
      rule: 'B8',
      meaning: 'every command that crossed to or from the outside is in at most one message, and its message exists',
      query: sql`
        select c.warehouse_id, c.device_id, c.epoch, c.seq, c.message from command c
        where c.message is not null and not exists (select 1 from outbox o where o.warehouse_id = c.warehouse_id and o.message = c.message) limit 20`,
    },
  ]
  const findings: Finding[] = []
  for (const check of checks) {
    const { rows } = await check.query.execute(db)
    if (rows.length > 0)
      findings.push({ rule: check.rule, meaning: check.meaning, rows: rows.map(row => row as Record<string, unknown>) })
  }
  return findings
}
