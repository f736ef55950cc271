import type { Line, Task } from '../../shared/catalogue.ts'
import type { DocumentId, ItemId, LocationId } from '../../shared/ids.ts'
import type { BalanceBody, HiddenBody } from '../../shared/sync/rows.ts'
import type { Row } from '../../shared/sync/wire.ts'

/** A place, or one item there. */
export type Spot = { location: LocationId; item: ItemId | null }

/**
 * What a handheld must not know while somebody counts blind with it, whoever is logged in there. `own`: documents that it
 * works on; their reservations stay, or their goods could not be found.
 */
export type Blind = { spots: readonly Spot[]; own: readonly DocumentId[] }
export const SEES_ALL: Blind = { spots: [], own: [] }

/** States in which a handheld has a task. */
const HELD = new Set<Task['state']>(['leased', 'started', 'parked'])
export const isBlindOn = (task: Task, device: string): boolean =>
  HELD.has(task.state) && task.lease?.device === device && task.count?.hidden === true

/** Places whose rows go out anew: a blind count of them begins, ends or changes hands. */
export const spotsOf = (tasks: readonly Task[]): readonly Spot[] =>
  tasks.flatMap(({ count }) => (count?.hidden === true ? [{ location: count.location, item: count.item }] : []))

export const isHiddenFrom = ({ spots }: Blind, location: string, item: string): boolean =>
  spots.some(spot => spot.location === location && (spot.item === null || spot.item === item))

/** Rows as the handheld may have them: figures and reservations of what it counts blind are left out, the rows stay. */
export const maskRows = (rows: readonly Row[], blind: Blind): readonly Row[] =>
  blind.spots.length === 0 ? rows : rows.map(row => maskRow(row, blind))

const maskRow = (row: Row, blind: Blind): Row => {
  if (row.b === null) return row
  if (row.k === 'balance') {
    const { oh: _, rs: __, hd: ___, ...key } = row.b as BalanceBody
    const hidden: HiddenBody = { ...key, hidden: true }
    return isHiddenFrom(blind, key.l, key.i) ? { ...row, b: hidden } : row
  }
  if (row.k !== 'line') return row
  const line = row.b as Line
  if (blind.own.includes(line.document)) return row
  const shown = line.claims.filter(claim => !isHiddenFrom(blind, claim.location, line.item))
  return shown.length === line.claims.length ? row : { ...row, b: { ...line, claims: shown } }
}
