import { sql } from 'kysely'
import type { WarehouseId } from '../../shared/ids.ts'
import type { ContinuityStore, Remembered, Renewal } from '../continuity-ports.ts'
import { json } from './names.ts'
import type { Executor, Names } from './names.ts'
import { transact } from './transaction.ts'

type Feed = { warehouse: WarehouseId; id: number; epoch: string; seq: number }

/**
 * A new epoch for a feed, in a transaction that the caller holds. What the ERP may have had already must not be told it
 * blindly: deliveries wait, and what was captured until now is asked for before it is posted.
 */
export const renewIn = async (
  trx: Executor,
  at: { id: number; epoch: string; why: Renewal; now: string },
): Promise<void> => {
  await sql`
    update feed set epoch = ${at.epoch}, renewed_at = ${at.now}::timestamptz, renewed_why = ${at.why}
    where warehouse_id = ${at.id}`.execute(trx)
  await sql`
    update connector set held_at = coalesce(held_at, ${at.now}::timestamptz), renewed_at = ${at.now}::timestamptz
    where warehouse_id = ${at.id}`.execute(trx)
}

export const makeContinuityStore = (db: Executor, names: Pick<Names, 'forget'>): ContinuityStore => ({
  look: async at => {
    const before = await readState(db, at.remembered)
    const { remembered } = at
    if (remembered !== null && isAtRest(before.feeds, remembered) && whyOf(at, before) === null)
      return { renewed: null, warehouses: [], remembered }
    const looked = await transact(db, async trx => ({ keep: true, answer: await lookIn(trx, at) }))
    if (isRenewedSince(remembered, before.feeds) || looked.renewed !== null) names.forget()
    return looked
  },
})

type At = Parameters<ContinuityStore['look']>[0]
type State = { lineage: string | null; hasPulse: boolean; feeds: readonly Feed[] }

const LINEAGE = 'lineage'

const readState = async (db: Executor, remembered: Remembered | null): Promise<State> => {
  const { rows } = await sql<{ lineage: string | null; pulses: number; feeds: readonly Feed[] | null }>`
    select (select value#>>'{}' from setting where name = ${LINEAGE}) as lineage,
           (select count(*)::int from pulse where id = ${remembered?.pulse ?? null}::uuid) as pulses,
           (select json_agg(json_build_object('warehouse', w.uid, 'id', w.id, 'epoch', f.epoch, 'seq', f.seq) order by w.id)
            from feed f join warehouse w on w.id = f.warehouse_id) as feeds`.execute(db)
  const row = rows[0]
  return { lineage: row?.lineage ?? null, hasPulse: (row?.pulses ?? 0) > 0, feeds: row?.feeds ?? [] }
}

const lookIn = async (trx: Executor, at: At): ReturnType<ContinuityStore['look']> => {
  // The row is there to be locked, also the first time: of two processes that notice it, one renews.
  await sql`insert into setting (name, value) values (${LINEAGE}, 'null') on conflict (name) do nothing`.execute(trx)
  await sql`select from setting where name = ${LINEAGE} for update`.execute(trx)
  const state = await readState(trx, at.remembered)
  const why = whyOf(at, state)
  const due = why === null ? [] : state.feeds.filter(feed => why !== 'lost' || isAsBefore(at.remembered, feed))
  const epochs = Object.fromEntries(state.feeds.map(feed => [feed.warehouse, feed.epoch]))
  for (const { id, warehouse } of due) {
    const epoch = at.newFeedEpoch()
    await renewIn(trx, { id, epoch, why: why ?? 'lost', now: at.now })
    epochs[warehouse] = epoch
  }
  if (at.lineage !== '') await sql`update setting set value = ${json(at.lineage)} where name = ${LINEAGE}`.execute(trx)
  await sql`delete from pulse where id = ${at.remembered?.before ?? null}::uuid`.execute(trx)
  await sql`insert into pulse (id, at) values (${at.pulse}::uuid, ${at.now}::timestamptz)`.execute(trx)
  const heads = Object.fromEntries(state.feeds.map(feed => [feed.warehouse, feed.seq]))
  return {
    renewed: due.length === 0 ? null : why,
    warehouses: due.map(feed => feed.warehouse),
    remembered: { pulse: at.pulse, before: at.remembered?.pulse ?? null, epochs, heads },
  }
}

const whyOf = ({ lineage, remembered, isRestored }: At, state: State): Renewal | null => {
  if (isRestored) return 'restored'
  // A role that may not ask who the server is has no lineage.
  if (lineage !== '' && state.lineage !== null && state.lineage !== lineage) return 'lineage'
  return remembered !== null && !state.hasPulse ? 'lost' : null
}

/** A feed that another process has renewed since is not renewed for the same loss once more. */
const isAsBefore = (remembered: Remembered | null, { warehouse, epoch }: Feed): boolean => {
  const known = remembered?.epochs[warehouse]
  return known === undefined || known === epoch
}
const isRenewedSince = (remembered: Remembered | null, feeds: readonly Feed[]): boolean =>
  remembered !== null && feeds.some(feed => !isAsBefore(remembered, feed))

const isAtRest = (feeds: readonly Feed[], { epochs, heads }: Remembered): boolean =>
  feeds.every(({ warehouse, epoch, seq }) => epochs[warehouse] === epoch && heads[warehouse] === seq)
