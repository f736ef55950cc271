import type { DocumentId, WarehouseId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import { makeWorld } from '../../shared/ledger/world.ts'
import { todayAt } from '../../shared/process/shelf-life.ts'
import { NO_NEED } from '../sync/ports.ts'
import type { SyncStore } from '../sync/ports.ts'
import { wishes } from './documents.ts'
import type { WaitingStore } from './ports.ts'

export type ReserveDeps = {
  warehouses: () => Promise<readonly { id: WarehouseId }[]>
  waiting: WaitingStore
  sync: SyncStore
  now: () => string
  ring: (warehouse: WarehouseId) => void
}

const WAITING_MAX = 1_000
/** Orders of one transaction: the warehouse's counter row is held that long. */
const PAGE = 50

/** Orders that wait get what has come since. Looks only where something was booked after the last look. */
export const makeReserveRound = (deps: ReserveDeps): (() => Promise<void>) => {
  const lookedAt = new Map<WarehouseId, string>()
  return async () => {
    for (const { id } of await deps.warehouses()) {
      const { epoch, seq } = await deps.sync.feed(id)
      const mark = `${epoch}.${seq}`
      if (lookedAt.get(id) === mark) continue
      const documents = await deps.waiting.orders(id, WAITING_MAX)
      for (let from = 0; from < documents.length; from += PAGE)
        if (await reserveMore(deps, id, documents.slice(from, from + PAGE))) deps.ring(id)
      lookedAt.set(id, mark)
    }
  }
}

const reserveMore = (deps: ReserveDeps, warehouse: WarehouseId, documents: readonly DocumentId[]): Promise<boolean> =>
  deps.sync.decide({ warehouse, now: deps.now() }, async tx => {
    const view = makeWorld(await tx.load({ ...NO_NEED, documents }))
    const open = documents.flatMap(id => view.linesOf(id)).filter(line => line.state === 'open')
    const world = makeWorld(await tx.loadStockOf([...new Set(open.map(line => line.item))]))
    const wanted = wishes(world, open, todayAt(world, deps.now()))
    if (wanted.length === 0) return false
    const lines = wanted.map(({ line }) => line)
    await tx.write({ body: { kind: 'reserve', lines: lines.map(line => line.id) }, effects: { ...NOTHING, lines } })
    await tx.reserve(wanted)
    return true
  })
