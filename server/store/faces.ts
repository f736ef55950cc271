import { sql } from 'kysely'
import type { DocumentId, ItemId, LocationId, TaskId } from '../../shared/ids.ts'
import type { FaceStore } from '../workers/ports.ts'
import type { Executor, Names } from './names.ts'

const OPEN = sql`t.kind = 'task' and t.state not in ('done', 'cancelled')`

/** Pick faces that may want something, with all that says whether they do: what exactly is decided by the rules of the floor. */
export const makeFaceStore = (db: Executor, names: Names): FaceStore => ({
  due: async (uid, limit) => {
    const warehouse = await names.warehouse(db, uid)
    const { rows: faces } = await sql<{ place: LocationId; item: ItemId; task: TaskId | null }>`
      with face as (
        select l.uid as place, l.id as location_id, i.id as item_id, i.uid as item, c.id as client_id, (l.body->'face'->>'min')::bigint as min
        from location l
        join item i on i.uid = (l.body->'face'->>'item')::uuid
        join client c on c.uid = (l.body->'face'->>'client')::uuid
        where l.warehouse_id = ${warehouse}::int and jsonb_typeof(l.body->'face') = 'object'
      ), lies as (
        select f.place, coalesce(sum(b.on_hand), 0) as n from face f
        left join balance b on b.warehouse_id = ${warehouse}::int and b.location_id = f.location_id and b.item_id = f.item_id and b.client_id = f.client_id
        group by f.place
      ), ordered as (
        select w.body->>'item' as item, sum((w.body->>'wanted')::bigint) as n from work w
        join work d on d.warehouse_id = w.warehouse_id and d.id = w.document and d.kind = 'document' and d.state in ('open', 'started')
        where w.warehouse_id = ${warehouse}::int and w.kind = 'line' and w.state = 'open' and d.body->>'kind' = 'order'
          and w.body->>'item' in (select item::text from face)
        group by w.body->>'item'
      ), filling as (
        select (t.body->'goods'->>'to')::uuid as place, t.id from work t
        where t.warehouse_id = ${warehouse}::int and ${OPEN} and t.body->>'kind' = 'replenish'
      )
      select f.place, f.item, o.id as task from face f
      join lies using (place) left join filling o using (place) left join ordered d on d.item = f.item::text
      where o.id is not null or lies.n < f.min or coalesce(d.n, 0) > lies.n
      order by f.place limit ${limit}::int`.execute(db)
    const items = [...new Set(faces.map(face => face.item))]
    if (items.length === 0) return { places: [], items, tasks: [], documents: [] }
    const { rows: documents } = await sql<{ id: DocumentId }>`
      select distinct d.id from work w
      join work d on d.warehouse_id = w.warehouse_id and d.id = w.document and d.kind = 'document' and d.state in ('open', 'started')
      where w.warehouse_id = ${warehouse}::int and w.kind = 'line' and w.state = 'open' and d.body->>'kind' = 'order'
        and w.body->>'item' = any(${items.map(String)}::text[])`.execute(db)
    const { rows: counts } = await sql<{ id: TaskId }>`
      select t.id from work t
      where t.warehouse_id = ${warehouse}::int and ${OPEN} and t.body->>'kind' = 'count' and t.body->'count'->>'location' in (
        select l.uid::text from balance b join item i on i.id = b.item_id
        join location l on l.warehouse_id = b.warehouse_id and l.id = b.location_id
        where b.warehouse_id = ${warehouse}::int and i.uid = any(${items}::uuid[]))`.execute(db)
    return {
      places: faces.map(face => face.place),
      items,
      tasks: [...faces.flatMap(face => face.task ?? []), ...counts.map(count => count.id)],
      documents: documents.map(document => document.id),
    }
  },
})
