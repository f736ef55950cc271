import { sql } from 'kysely'
import type { ItemId, LocationId, TaskId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import { makeWorld } from '../../shared/ledger/world.ts'
import { topUpTask } from '../../shared/process/replenish-task.ts'
import type { WorkStore } from '../ports.ts'
import { NO_NEED } from '../sync/ports.ts'
import type { Executor, Names } from './names.ts'
import { decideIn } from './sync-store.ts'
import { transact } from './transaction.ts'

const PLACES: ReadonlySet<string> = new Set(['pickable', 'reserve', 'staging', 'pack'])

/** What people say of pick faces, under the warehouse's counter row like all other decisions. */
export const makeFaceWork = (db: Executor, names: Names): Pick<WorkStore, 'setFaces' | 'topUp'> => ({
  setFaces: ({ warehouse, now, worker, faces }) =>
    transact(db, trx =>
      decideIn(trx, names, { warehouse, now }, async tx => {
        const items = faces.flatMap(({ face }) => face?.item ?? [])
        const tables = await tx.load({ ...NO_NEED, items, locations: faces.map(({ place }) => place) })
        const isKnown = faces.every(({ place, face }) => {
          const kind = tables.locations.get(place)?.kind
          return kind !== undefined && PLACES.has(kind) && (face === null || isOf(tables.items.get(face.item), face))
        })
        if (!isKnown) return false
        await tx.write({
          body: { kind: 'faces', worker, faces },
          effects: {
            ...NOTHING,
            locations: faces.flatMap(({ place, face }) => {
              const row = tables.locations.get(place)
              return row === undefined ? [] : [{ ...row, face }]
            }),
          },
        })
        return true
      }),
    ),
  topUp: ({ warehouse, now, place, clients }) =>
    transact(db, trx =>
      decideIn(trx, names, { warehouse, now }, async tx => {
        const face = (await tx.load({ ...NO_NEED, locations: [place] })).locations.get(place)?.face
        if (face == null || clients?.includes(face.client) === false) return 'noFace' as const
        const tasks = await around(trx, await names.warehouse(trx, warehouse), place, face.item)
        const known = await tx.load({ ...NO_NEED, locations: [place], tasks })
        const goods = await tx.loadStockOf([face.item])
        const locations = new Map([...known.locations, ...goods.locations])
        const view = makeWorld({ ...known, ...goods, locations, tasks: known.tasks })
        const row = view.location(place)
        const task = row === undefined ? null : topUpTask(view, row, `${tx.feed.epoch}/${tx.feed.seq}`)
        if (task === null) return null
        await tx.write({ body: { kind: 'topUp', place, task: task.id }, effects: { ...NOTHING, tasks: [task] } })
        return task.id
      }),
    ),
})

const isOf = (item: { client: string } | undefined, face: { client: string }): boolean => item?.client === face.client

/** Open tasks that fill the face, and open counts where goods of the item lie. */
const around = async (
  trx: Executor,
  warehouse: number,
  place: LocationId,
  item: ItemId,
): Promise<readonly TaskId[]> => {
  const { rows } = await sql<{ id: TaskId }>`
    select t.id from work t where t.warehouse_id = ${warehouse}::int and t.kind = 'task' and t.state not in ('done', 'cancelled')
      and (t.body->>'kind' = 'replenish' and t.body->'goods'->>'to' = ${place}
        or t.body->>'kind' = 'count' and t.body->'count'->>'location' in (
          select l.uid::text from balance b join item i on i.id = b.item_id
          join location l on l.warehouse_id = b.warehouse_id and l.id = b.location_id
          where b.warehouse_id = ${warehouse}::int and i.uid = ${item}::uuid))`.execute(trx)
  return rows.map(row => row.id)
}
