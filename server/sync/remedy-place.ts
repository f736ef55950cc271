import type { Location } from '../../shared/catalogue.ts'
import { isUuid } from '../../shared/ids.ts'
import type { ItemId, LocationId, LpnId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import { keyOf } from '../../shared/ledger/stock.ts'
import type { StockKey, StockRow } from '../../shared/ledger/stock.ts'
import { carriedPallet } from '../../shared/process/carry.ts'
import { taskFor } from '../../shared/process/putaway-task.ts'
import { isVirtual } from '../../shared/process/virtual.ts'
import { broughtBy, keyIn, moved, outside, text } from './remedy-parts.ts'
import type { At, Cure } from './remedy-parts.ts'

/** Rows of the goods that stand where they may not. */
const standing = (at: At): readonly StockKey[] => {
  const { view, trouble } = at
  const lpn = text(trouble.body, 'lpn') as LpnId
  const came = broughtBy(at).map(m => keyOf({ ...m, ...m.to }))
  const keys = came.length > 0 ? came : [keyIn(trouble.body)]
  const rows = [...keys, ...(isUuid(lpn) ? view.stockOn(lpn).map(keyOf) : [])].map(key => view.stock(key))
  const there = rows.filter(row => row.onHand > 0 && !isVirtual(view.location(row.location)))
  return [...new Map(there.map(row => [nameOf(row), keyOf(row)])).values()]
}

/** A pallet is moved as a whole. */
const nameOf = ({ location, lpn, ...key }: StockRow): string =>
  isUuid(lpn) ? lpn : [location, key.client, key.item, key.lot, key.serial, key.status].join('/')

/** Somebody puts them away from there; the rules of the warehouse name the place. */
export const putElsewhere: Cure = at => {
  const keys = standing(at)
  if (keys.length === 0) return 'gone'
  return { ...NOTHING, tasks: keys.flatMap(key => taskFor(at.view, key) ?? []) }
}

/** The place takes such goods from now on. Where orders are picked no rule lets goods stand that nobody may take. */
export const allowPlace: Cure = at => {
  const { view, trouble } = at
  const [key = keyIn(trouble.body)] = standing(at)
  const place = view.location(key.location)
  if (place === undefined) return 'gone'
  const storage = view.item(key.item)?.storage
  const allowed: Readonly<Record<string, Partial<Location>>> = {
    closed: { active: true },
    storage: { accepts: [...new Set([...(place.accepts ?? []), ...(storage ? [storage] : [])])] },
    lpn: { lpnRequired: false },
    mix: { mix: null },
  }
  const change = allowed[text(trouble.body, 'trouble')]
  return change === undefined ? NOTHING : { ...NOTHING, locations: [{ ...place, ...change }] }
}

/** The pallet stands where the person says, else where it was read last. */
export const movePallet: Cure = at => {
  const { view, trouble, args, now } = at
  const lpn = text(trouble.body, 'lpn') as LpnId
  const place = args.location ?? ((text(trouble.body, 'to') || text(trouble.body, 'said')) as LocationId)
  const rows = isUuid(lpn) ? view.stockOn(lpn).filter(row => row.onHand > 0) : []
  if (rows.length === 0) return 'gone'
  const to = view.location(place)
  if (to === undefined || isVirtual(to)) return 'bad_request'
  return { ...NOTHING, ...carriedPallet(view, lpn, place, { takenAt: now, at: now, unc: 0 }) }
}

/** There is one piece of a serial: what the books have besides the newest arrival leaves them. */
export const onePiece: Cure = at => {
  const { view, trouble } = at
  const [newest] = broughtBy(at)
  const serial = text(trouble.body, 'serial')
  if (newest === undefined || serial === '') return 'gone'
  const here = keyOf({ ...newest, ...newest.to })
  const others = view
    .stockOf(newest.client, text(trouble.body, 'item') as ItemId)
    .filter(row => row.serial === serial && row.onHand > 0 && !isVirtual(view.location(row.location)))
    .filter(row => row.location !== here.location || row.lpn !== here.lpn || row.status !== here.status)
  if (others.some(row => row.reserved > 0 || row.held > 0)) return 'gone'
  return moved(
    at,
    others.map(row => ({ key: keyOf(row), qty: row.onHand })),
    () => outside(at, 'adjustment'),
  )
}
