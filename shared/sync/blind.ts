import type { Line, Task } from '../catalogue.ts'
import type { DeviceId, DocumentId, ItemId, LocationId } from '../ids.ts'
import type { BalanceBody, HiddenBody } from './rows.ts'
import type { Row } from './wire.ts'

/** A place, or one item there. */
export type Spot = { location: LocationId; item: ItemId | null }

export const isSameSpot = (a: Spot, b: Spot): boolean => a.location === b.location && a.item === b.item

/** Spots as an address says them: `place` or `place:item`, with commas. */
export const writeSpots = (spots: readonly Spot[]): string =>
  spots.map(({ location, item }) => (item === null ? location : `${location}:${item}`)).join()
export const readSpots = (text: string): readonly Spot[] =>
  text === ''
    ? []
    : text.split(',').map(spot => {
        const [location, item] = spot.split(':')
        return { location: location as LocationId, item: (item ?? null) as ItemId | null }
      })

/**
 * What an onlooker must not know while they count blind. `own`: documents that the handheld works on; their reservations
 * stay, or their goods could not be found. Tasks that it has stay as well.
 */
export type Blind = { spots: readonly Spot[]; own: readonly DocumentId[]; device: DeviceId | null }

export const isHiddenFrom = ({ spots }: Blind, location: string, item: string): boolean =>
  spots.some(spot => spot.location === location && (spot.item === null || spot.item === item))

/** How many are to be fetched from there, or were put on hold there: of a whole pallet it is the figure. */
const isTelling = ({ state, goods, before = [], held = [], lease }: Task, blind: Blind): boolean => {
  if (lease !== null && lease.device === blind.device) return false
  const fetched = [goods, ...before.map(one => one.goods)].some(
    one => one != null && one.qty !== null && one.item !== null && isHiddenFrom(blind, one.from.location, one.item),
  )
  // What was fetched says nothing of what is left.
  return (fetched && state !== 'done') || held.some(({ key }) => isHiddenFrom(blind, key.location, key.item))
}

/**
 * Rows as the onlooker may have them: figures and reservations of what they count blind are left out, the rows stay. Tasks
 * that tell how many to fetch from there are gone until the count is over.
 */
export const maskRows = (rows: readonly Row[], blind: Blind): readonly Row[] =>
  blind.spots.length === 0 ? rows : rows.map(row => maskRow(row, blind))

const maskRow = (row: Row, blind: Blind): Row => {
  if (row.b === null) return row
  if (row.k === 'balance') {
    const { oh: _, rs: __, hd: ___, ...key } = row.b as BalanceBody
    const hidden: HiddenBody = { ...key, hidden: true }
    return isHiddenFrom(blind, key.l, key.i) ? { ...row, b: hidden } : row
  }
  if (row.k === 'task') return isTelling(row.b as Task, blind) ? { ...row, b: null } : row
  if (row.k !== 'line') return row
  const line = row.b as Line
  if (blind.own.includes(line.document)) return row
  const claims = line.claims.filter(claim => !isHiddenFrom(blind, claim.location, line.item))
  const held = line.held?.filter(({ key }) => !isHiddenFrom(blind, key.location, key.item))
  const isWhole = claims.length === line.claims.length && held?.length === line.held?.length
  return isWhole ? row : { ...row, b: { ...line, claims, ...(held === undefined ? {} : { held }) } }
}
