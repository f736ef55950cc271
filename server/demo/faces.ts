import type { Location } from '../../shared/catalogue.ts'
import type { DeviceId, WarehouseId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import { looseAt } from '../../shared/ledger/world.ts'
import type { StockRow } from '../../shared/ledger/stock.ts'
import { emptyTables, putRow } from '../../shared/sync/rows.ts'
import type { MutableTables } from '../../shared/sync/rows.ts'
import type { Stores } from '../ports.ts'

const FACES = 4
const LEFT = 4
const MIN = 6
const MAX = 40
const SETTING = 'demoFaces'

type From = { stores: Pick<Stores, 'sync' | 'site'>; warehouse: WarehouseId; device: DeviceId; now: string }

/**
 * Gives a few items that no document names a pick face, and puts most of their opening stock into the reserve above, so that
 * there is something to replenish. Once; false = the opening stock is not there yet.
 */
export const seedFaces = async ({ stores, warehouse, device, now }: From): Promise<boolean> => {
  if ((await stores.site.setting(SETTING)) === 'seeded') return true
  const rows = emptyTables(warehouse)
  await stores.sync.snapshot({ warehouse, device, worker: null, clients: null }, async page => {
    for (const row of page) putRow(rows, row)
  })
  const isListed = (['receipt', 'order'] as const).every(kind =>
    [...rows.documents.values()].some(d => d.kind === kind),
  )
  const chosen = candidates(rows).slice(0, FACES)
  if (!isListed || chosen.length < FACES) return false
  await stores.sync.decide({ warehouse, now }, tx =>
    tx.write({
      body: { kind: SETTING },
      silent: true,
      effects: {
        ...NOTHING,
        locations: chosen.map(({ row, place }) => ({
          ...place,
          face: { client: row.client, item: row.item, min: MIN, max: MAX },
        })),
        movements: chosen.map(({ row, up }) => ({
          client: row.client,
          item: row.item,
          lot: row.lot,
          serial: row.serial,
          from: looseAt(row.location),
          to: looseAt(up.id),
          qty: row.onHand - LEFT,
          takenAt: now,
          at: now,
          unc: 0,
        })),
      },
    }),
  )
  await stores.site.saveSetting(SETTING, 'seeded')
  return true
}

type Chosen = { row: StockRow; place: Location; up: Location }

/** Plain goods that lie alone at a place for picking, each with an empty reserve place of its zone. */
const candidates = (rows: MutableTables): readonly Chosen[] => {
  const named = new Set([...rows.lines.values()].map(line => line.item))
  const stock = [...rows.stock.values()].filter(row => row.onHand > 0)
  const at = (id: Location['id']): readonly StockRow[] => stock.filter(row => row.location === id)
  const free = [...rows.locations.values()]
    .filter(place => place.kind === 'reserve' && at(place.id).length === 0)
    .sort((a, b) => a.sequence - b.sequence)
  return stock
    .filter(row => row.onHand > LEFT + MIN && row.reserved + row.held === 0 && row.lot + row.serial === '')
    .filter(row => !named.has(row.item) && at(row.location).length === 1)
    .sort((a, b) => (a.item < b.item ? -1 : 1))
    .flatMap(row => {
      const place = rows.locations.get(row.location)
      const i = free.findIndex(up => up.zone === place?.zone)
      const [up] = place === undefined || i < 0 ? [] : free.splice(i, 1)
      return place === undefined || up === undefined ? [] : [{ row, place, up }]
    })
}
