import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import type { WorkerId } from '../../shared/ids.ts'
import type { Blind, Spot } from '../../shared/sync/blind.ts'
import type { Onlooker } from '../sync/blind.ts'
import { SEES_ALL } from '../sync/blind.ts'
import { json } from './names.ts'
import type { Executor } from './names.ts'

/** Blind counts that somebody has, of table `work ct`. */
const COUNTED_BLIND = sql`ct.kind = 'task' and ct.state in ('leased', 'started', 'parked') and ct.body->'count'->>'hidden' = 'true'`

/** Those that the handheld has or, with whichever handheld, the person. */
const countedBlind = (warehouse: number, { device, worker }: Onlooker) => sql`
  ct.warehouse_id = ${warehouse} and ${COUNTED_BLIND}
  and (ct.body->'lease'->>'device' = ${device}::text or ct.body->'lease'->>'worker' = ${worker}::text)`

/**
 * One value for a question: what the handheld must not know; null = nothing. The second part is read only if the first is
 * there. `said`: what the handheld counts blind by its own word.
 */
export const blindPart = (warehouse: number, eyes: Onlooker, said: readonly Spot[] = []) => sql<Blind | null>`
  (select json_build_object(
     'spots', coalesce(jsonb_agg(jsonb_build_object('location', ct.body->'count'->>'location', 'item', ct.body->'count'->>'item'))
                         filter (where ct.id is not null), '[]'::jsonb) || ${json(said)},
     'own', (select coalesce(json_agg(o.document), '[]'::json) from work o where o.warehouse_id = ${warehouse} and o.kind = 'task'
               and o.state in ('leased', 'started') and o.document is not null and o.body->'lease'->>'device' = ${eyes.device}::text),
     'device', ${eyes.device}::text)
   from work ct where ${countedBlind(warehouse, eyes)} having count(*) > 0 or ${said.length > 0})`

export const readBlind = async (
  db: Executor,
  warehouse: number,
  eyes: Onlooker,
  said?: readonly Spot[],
): Promise<Blind> => {
  const { rows } = await sql<{ blind: Blind | null }>`select ${blindPart(warehouse, eyes, said)} as blind`.execute(db)
  return rows[0]?.blind ?? SEES_ALL
}

/** What these people count blind with another handheld than the one that they have come to or left. */
export const countedElsewhere = async (
  db: Executor,
  warehouse: number,
  { device, workers }: { device: Onlooker['device']; workers: readonly WorkerId[] },
): Promise<readonly Spot[]> => {
  const { rows } = await sql<Spot>`
    select ct.body->'count'->>'location' as location, ct.body->'count'->>'item' as item from work ct
    where ct.warehouse_id = ${warehouse} and ${COUNTED_BLIND}
      and ct.body->'lease'->>'device' <> ${device}::text and ct.body->'lease'->>'worker' = any(${[...workers]}::text[])`.execute(
    db,
  )
  return rows
}

/** Whether a person counts what lies there blind: its figures are null for them. Nearly always nothing of it is asked. */
export type Withheld = (at: { location: RawBuilder<unknown>; item: RawBuilder<unknown> }) => RawBuilder<unknown>
export const withheldFrom = async (db: Executor, warehouse: number, worker: WorkerId | null): Promise<Withheld> => {
  const { spots } = worker === null ? SEES_ALL : await readBlind(db, warehouse, { device: null, worker })
  if (spots.length === 0) return () => sql`false`
  return at => {
    const here = spots.map(
      ({ location, item }) =>
        sql`(${at.location} = ${location}::uuid ${item === null ? sql`` : sql`and ${at.item} = ${item}::uuid`})`,
    )
    return sql`(${sql.join(here, sql` or `)})`
  }
}

/** True of a place and item that the onlooker does not count blind. */
export const notBlind = (
  warehouse: number,
  eyes: Onlooker,
  at: { location: RawBuilder<unknown>; item: RawBuilder<unknown> },
) =>
  eyes.device === null && eyes.worker === null
    ? sql`true`
    : sql`not exists (select 1 from work ct where ${countedBlind(warehouse, eyes)}
        and ct.body->'count'->>'location' = ${at.location}
        and coalesce(ct.body->'count'->>'item', ${at.item}) = ${at.item})`
