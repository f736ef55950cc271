import type { Item } from '../../shared/catalogue.ts'
import type { LocationId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import type { Effects } from '../../shared/ledger/effects.ts'
import { looseAt, virtualLocation } from '../../shared/ledger/world.ts'
import { sha256Hex } from '../../shared/sync/seal.ts'
import { baseOf } from '../erp/quantity.ts'
import type { ImportDeps } from './import.ts'
import { emptyPage } from './import-port.ts'

const PAGE = 400
const KIND = 'openingStock'
const DONE = 'done'

/**
 * Takes the ERP's figures over, once, while the ledger is empty: ADJUSTMENT → place, without a message, because the ERP
 * has them already. The position is stored with each page, so a crash in the middle goes on where it was. An item's lots
 * lie side by side in one place, so that a worker meets more than one.
 */
export const importOpeningStock = async (deps: ImportDeps, signal: AbortSignal): Promise<void> => {
  const position = await deps.store.cursor(deps.id, KIND)
  if (position === DONE || (position === null && !(await deps.store.ledgerIsEmpty(deps.warehouse)))) return
  const places = await deps.openingPlaces()
  if (places.length === 0) return
  const rows: OpeningRow[] = []
  for await (const row of deps.connector.stock({ locations: deps.openingLocations ?? [] }, signal)) {
    const quantity = baseOf(row.quantity)
    if (quantity !== null && quantity > 0) rows.push({ item: row.item, lot: row.lot, expiry: row.expiry, quantity })
  }
  rows.sort((a, b) => (`${a.item} ${a.lot}` < `${b.item} ${b.lot}` ? -1 : 1))
  const items = await deps.store.itemsByRemote(deps.id, [...new Set(rows.map(row => row.item))])
  for (let from = Number(position ?? 0); from < rows.length; from += PAGE) {
    const page = rows.slice(from, from + PAGE)
    const next = from + PAGE < rows.length ? String(from + PAGE) : DONE
    await deps.store.putPage(
      { warehouse: deps.warehouse, connector: deps.id, now: deps.now() },
      emptyPage(KIND, next),
      tx =>
        tx.write({
          body: { kind: KIND, connector: deps.id, from },
          silent: true,
          effects: openingEffects(deps, page, items, places),
        }),
    )
  }
  deps.ring()
}

type OpeningRow = { item: string; lot: string; expiry: string | null; quantity: number }

const openingEffects = (
  deps: ImportDeps,
  page: readonly OpeningRow[],
  items: ReadonlyMap<string, Item>,
  places: readonly LocationId[],
): Effects => {
  const now = deps.now()
  const booked = page.flatMap(row => {
    const item = items.get(row.item)
    return item === undefined ? [] : [{ row, item, place: placeOf(places, item) }]
  })
  return {
    ...NOTHING,
    movements: booked.map(({ row, item, place }) => ({
      client: item.client,
      item: item.id,
      lot: isNumber(row, item) ? '' : row.lot,
      serial: isNumber(row, item) ? row.lot : '',
      from: looseAt(virtualLocation(deps.warehouse, 'adjustment')),
      to: looseAt(place),
      qty: row.quantity,
      takenAt: now,
      at: now,
      unc: 0,
    })),
    lots: booked.flatMap(({ row, item }) =>
      row.lot === '' || isNumber(row, item)
        ? []
        : [
            {
              client: item.client,
              item: item.id,
              lot: row.lot,
              expiry: row.expiry,
              firstReceivedAt: now,
              blocked: false,
            },
          ],
    ),
  }
}

/** ERPs show the number of a single unit as its lot. */
const isNumber = (row: OpeningRow, item: Item): boolean => item.tracking.serial && row.lot !== '' && row.quantity === 1

const placeOf = (places: readonly LocationId[], item: Item): LocationId => {
  const n = Number.parseInt(sha256Hex(item.id).slice(0, 8), 16) % places.length
  const place = places[n]
  if (place === undefined) throw new Error('no place for opening stock')
  return place
}
