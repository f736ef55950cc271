import { sql } from 'kysely'
import { dueInstant } from '../../shared/kpi/orders.ts'
import { PARTS } from '../../shared/kpi/day-rows.ts'
import { zoneOf } from '../../shared/policy.ts'
import type { PolicySet } from '../../shared/policy.ts'
import { UTC } from '../../shared/time.ts'
import { json } from './names.ts'
import type { Executor } from './names.ts'

/** The zone of the days that are being folded. */
export const roundZone = async (db: Executor, warehouse: number): Promise<string> => {
  const { rows } = await sql<{ zone: string }>`
    select time_zone as zone from kpi_round where warehouse_id = ${warehouse}`.execute(db)
  return rows[0]?.zone ?? UTC
}

/**
 * Every day that was folded, and its neighbours, are due anew when the warehouse's zone has changed; orders that are due on a
 * day are due at its other end. True = it has changed. The row of the round is locked by whoever asks.
 */
export const newZone = async (trx: Executor, warehouse: number): Promise<boolean> => {
  const { rows } = await sql<{ body: PolicySet }>`select body from policy where warehouse_id = ${warehouse}`.execute(
    trx,
  )
  const zone = zoneOf(rows[0]?.body ?? null)
  const { numAffectedRows } = await sql<object>`
    update kpi_round set time_zone = ${zone} where warehouse_id = ${warehouse} and time_zone <> ${zone}`.execute(trx)
  if (Number(numAffectedRows ?? 0n) === 0) return false
  await moveDue(trx, warehouse, zone)
  await sql`
    insert into kpi_due (warehouse_id, day, part)
    select distinct ${warehouse}::int, k.day + d, p
    from (select day from kpi_made where warehouse_id = ${warehouse} union select day from kpi_due where warehouse_id = ${warehouse}) k,
         generate_series(-1, 1) d, unnest(${[...PARTS]}::text[]) p
    on conflict do nothing`.execute(trx)
  return true
}

const moveDue = async (trx: Executor, warehouse: number, zone: string): Promise<void> => {
  const { rows } = await sql<{ due: string }>`
    select distinct body->>'due' as due from work
    where warehouse_id = ${warehouse} and kind = 'document' and body->>'kind' = 'order' and length(body->>'due') = 10`.execute(
    trx,
  )
  const ends = rows.map(({ due }) => ({ due, at: dueInstant(due, zone) }))
  await sql`
    update kpi_order k set due_at = x.at from jsonb_to_recordset(${json(ends)}) as x(due text, at timestamptz), work w
    where k.warehouse_id = ${warehouse} and w.warehouse_id = ${warehouse} and w.id = k.document and w.body->>'due' = x.due`.execute(
    trx,
  )
}
