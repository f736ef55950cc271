import type { WarehouseId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import { makeWorld } from '../../shared/ledger/world.ts'
import { replenishTasks } from '../../shared/process/replenish-task.ts'
import { NO_NEED } from '../sync/ports.ts'
import type { SyncStore } from '../sync/ports.ts'
import type { FaceStore } from './ports.ts'

export type ReplenishDeps = {
  warehouses: () => Promise<readonly { id: WarehouseId }[]>
  faces: FaceStore
  sync: SyncStore
  now: () => string
  ring: (warehouse: WarehouseId) => void
}

/** Faces of one transaction: the warehouse's counter row is held that long. */
const FACES_MAX = 200

/** Pick faces that run low, or of which orders want more, get tasks. Looks only where something was booked after the last look. */
export const makeReplenishRound = (deps: ReplenishDeps): (() => Promise<void>) => {
  const lookedAt = new Map<WarehouseId, string>()
  return async () => {
    for (const { id } of await deps.warehouses()) {
      const { epoch, seq } = await deps.sync.feed(id)
      const mark = `${epoch}.${seq}`
      if (lookedAt.get(id) === mark) continue
      if (await lookAt(deps, id)) deps.ring(id)
      lookedAt.set(id, mark)
    }
  }
}

const lookAt = async (deps: ReplenishDeps, warehouse: WarehouseId): Promise<boolean> => {
  const due = await deps.faces.due(warehouse, FACES_MAX)
  if (due.places.length === 0) return false
  return deps.sync.decide({ warehouse, now: deps.now() }, async tx => {
    const { places, items, tasks, documents } = due
    const known = await tx.load({ ...NO_NEED, locations: places, tasks, documents })
    const goods = await tx.loadStockOf(items)
    const view = makeWorld({
      ...known,
      ...goods,
      locations: new Map([...known.locations, ...goods.locations]),
      documents: known.documents,
      lines: known.lines,
      tasks: known.tasks,
    })
    const faces = places.flatMap(id => view.location(id) ?? [])
    const changed = replenishTasks(view, faces, `${tx.feed.epoch}/${tx.feed.seq}`)
    if (changed.length === 0) return false
    const body = { kind: 'replenish', tasks: changed.map(task => task.id) }
    await tx.write({ body, effects: { ...NOTHING, tasks: changed } })
    return true
  })
}
