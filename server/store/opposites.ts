import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import { VARIANCE_STATES, LIFE } from '../../shared/count/life.ts'
import { isOpposite } from '../../shared/count/opposite.ts'
import type { Variance, VarianceId } from '../../shared/count/variance.ts'
import type { Executor } from './names.ts'

/** As text: by parameters the index of those that wait would not be found. */
const DECIDABLE = sql.join(VARIANCE_STATES.filter(state => LIFE[state].approve !== null).map(state => sql.lit(state)))

const same = (part: 'lot' | 'serial') => sql`o.body->'key'->>${sql.lit(part)} = v.body->'key'->>${sql.lit(part)}`

/** Of each of these variances the pending ones that may be the other end of a move: few, by goods and sign; then by the rule. */
export const oppositesOf = async (
  db: Executor,
  warehouse: number,
  ids: readonly VarianceId[],
  /** Of the other end, `o`. */
  mayBeSeen: RawBuilder<unknown> = sql`true`,
): Promise<ReadonlyMap<VarianceId, readonly Variance[]>> => {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<{ one: Variance; other: Variance; here: string | null; there: string | null }>`
    select v.body as one, o.body as other, h.body->>'zone' as here, t.body->>'zone' as there
    from variance v
    join variance o on o.warehouse_id = v.warehouse_id and o.item_id = v.item_id and o.client_id = v.client_id and o.id <> v.id
      and ${same('lot')} and ${same('serial')}
    join location h on h.warehouse_id = v.warehouse_id and h.id = v.location_id
    join location t on t.warehouse_id = o.warehouse_id and t.id = o.location_id
    where v.warehouse_id = ${warehouse} and v.id = any(${[...ids]}::uuid[])
      and v.state in (${DECIDABLE}) and o.state in (${DECIDABLE})
      and sign((v.body->>'delta')::bigint) * sign((o.body->>'delta')::bigint) = -1
      and ${mayBeSeen}
    order by v.id, o.id`.execute(db)
  const found = new Map<VarianceId, Variance[]>()
  for (const { one, other, here, there } of rows)
    if (isOpposite(one, other, place => (place === one.key.location ? here : there)))
      found.set(one.id, [...(found.get(one.id) ?? []), other])
  return found
}
