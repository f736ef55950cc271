import type { Line, Task } from '../../shared/catalogue.ts'
import type { DeviceId, DocumentId, ItemId, LocationId, WorkerId } from '../../shared/ids.ts'
import { isCountedBlind } from '../../shared/process/count-blind.ts'
import type { BalanceBody, HiddenBody } from '../../shared/sync/rows.ts'
import type { Row } from '../../shared/sync/wire.ts'

/** A place, or one item there. */
export type Spot = { location: LocationId; item: ItemId | null }

/** Who looks: a handheld, whoever is logged in there, and a person, wherever they are. Null = nobody's, nobody. */
export type Onlooker = { device: DeviceId | null; worker: WorkerId | null }

/**
 * What an onlooker must not know while they count blind. `own`: documents that the handheld works on; their reservations
 * stay, or their goods could not be found. Tasks that it has stay as well.
 */
export type Blind = { spots: readonly Spot[]; own: readonly DocumentId[]; device: DeviceId | null }
export const SEES_ALL: Blind = { spots: [], own: [], device: null }

export const isBlindFor = (task: Task, { device, worker }: Onlooker): boolean => {
  const { lease } = task
  return (
    isCountedBlind(task) && lease !== null && (lease.device === device || (worker !== null && lease.worker === worker))
  )
}

/** Places whose rows go out anew: a blind count of them begins, ends or changes hands. */
export const spotsOf = (tasks: readonly Task[]): readonly Spot[] =>
  tasks.flatMap(({ count }) => (count?.hidden === true ? [{ location: count.location, item: count.item }] : []))

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
