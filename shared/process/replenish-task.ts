import type { Item, Location, Task } from '../catalogue.ts'
import { derivedId, NO_LPN } from '../ids.ts'
import type { LocationId, TaskId } from '../ids.ts'
import { available } from '../ledger/stock.ts'
import type { StockRow } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import { openCount } from './count-task.ts'
import { isMobile } from './pick-lines.ts'

type Face = NonNullable<Location['face']>
type Faced = { place: Location; face: Face; item: Item }

/** Goods still have to be brought. */
export const isToBring = (task: Task): boolean =>
  task.kind === 'replenish' && task.state !== 'done' && task.state !== 'cancelled'

const sum = (rows: readonly StockRow[], of: (row: StockRow) => number): number =>
  rows.reduce((total, row) => total + of(row), 0)

/** The open task that fills a face; there is one for each. */
export const fillingOf = (view: View, face: LocationId): Task | undefined =>
  [...view.tasks()].find(task => isToBring(task) && task.goods?.to === face)

/**
 * What faces need to be brought (flows 9), as tasks to make and to call off: below `min` they are filled up to `max`, and so
 * they are when orders still want more of the item than lies there; such a task comes before the others. One task for each
 * face, from one stock row of a reserve place by FEFO, in whole packagings as far as one fits. `name` tells this look from
 * earlier ones. A task that somebody has begun is left alone.
 */
export const replenishTasks = (view: View, places: readonly Location[], name: string): readonly Task[] =>
  places.flatMap((place): Task[] => {
    const { face } = place
    const item = face == null ? undefined : view.item(face.item)
    if (face == null || item === undefined || !place.active) return []
    const faced = { place, face, item }
    const open = fillingOf(view, place.id)
    const wanted = place.full === true ? null : wantedAt(view, faced)
    if (open !== undefined) {
      // What a person has asked for stays wanted until the face is full.
      const still = open.cause === 'topUp' ? toppedUp(view, faced) : wanted
      return open.state === 'ready' && !isStill(view, faced, open, still) ? [calledOff(open)] : []
    }
    return wanted === null ? [] : (made(view, faced, wanted, name) ?? [])
  })

/** A person wants the face full, whatever lies there: null where it is full, or where there is nothing to take. */
export const topUpTask = (view: View, place: Location, name: string): Task | null => {
  const { face } = place
  const item = face == null ? undefined : view.item(face.item)
  if (face == null || item === undefined || !place.active || fillingOf(view, place.id) !== undefined) return null
  const faced = { place, face, item }
  const wanted = toppedUp(view, faced)
  return wanted === null ? null : (made(view, faced, wanted, name)?.[0] ?? null)
}

type Wanted = { qty: number; cause: 'min' | 'demand' | 'topUp' }

const liesAt = (view: View, { place, face }: Faced): number =>
  sum(
    view.stockAt(place.id).filter(row => row.item === face.item && row.client === face.client),
    row => row.onHand,
  )

const toppedUp = (view: View, faced: Faced): Wanted | null => {
  const qty = faced.face.max - liesAt(view, faced)
  return qty <= 0 ? null : { qty, cause: 'topUp' }
}

const wantedAt = (view: View, faced: Faced): Wanted | null => {
  const { face } = faced
  const lies = liesAt(view, faced)
  const qty = face.max - lies
  if (qty <= 0) return null
  if (toPick(view, face) > lies) return { qty, cause: 'demand' }
  return lies < face.min ? { qty, cause: 'min' } : null
}

/** What open orders have still to take of the item, wherever it is reserved. */
const toPick = (view: View, { client, item }: Face): number => {
  let pieces = 0
  for (const document of view.documents()) {
    if (document.kind !== 'order' || document.client !== client) continue
    if (document.state !== 'open' && document.state !== 'started') continue
    for (const line of view.linesOf(document.id)) {
      if (line.item !== item || line.state !== 'open') continue
      const picked = line.claims.filter(claim => isMobile(view, claim.location)).reduce((n, claim) => n + claim.qty, 0)
      pieces += Math.max(0, line.wanted - picked)
    }
  }
  return pieces
}

const LAST = '9999-12-31'

/** Rows of reserve places that goods may be taken from, by expiry, then by arrival, then in walking order. */
const sources = (view: View, { place, face }: Faced): readonly StockRow[] => {
  const lots = new Set(
    view
      .stockAt(place.id)
      .filter(row => row.onHand > 0)
      .map(row => row.lot),
  )
  const lotOf = (row: StockRow) => view.lot(row.client, row.item, row.lot)
  const fits = (row: StockRow): boolean => {
    const from = view.location(row.location)
    const isOneLot = place.mix !== 'lot' || lots.size === 0 || lots.has(row.lot)
    const isSound = available(row) > 0 && lotOf(row)?.blocked !== true && isOneLot
    return isSound && from?.kind === 'reserve' && from.active && from.id !== place.id && !isDoubted(view, row)
  }
  return view
    .stockOf(face.client, face.item)
    .filter(fits)
    .sort(
      (a, b) =>
        compare(lotOf(a)?.expiry ?? LAST, lotOf(b)?.expiry ?? LAST) ||
        compare(lotOf(a)?.firstReceivedAt ?? '', lotOf(b)?.firstReceivedAt ?? '') ||
        compare(view.location(a.location)?.sequence ?? 0, view.location(b.location)?.sequence ?? 0) ||
        compare(a.location + a.lpn + a.lot + a.serial, b.location + b.lpn + b.lot + b.serial),
    )
}
const compare = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0)

/** Somebody is to look what is really there. */
const isDoubted = (view: View, row: StockRow): boolean =>
  openCount(view, { place: row.location, item: row.item }) !== undefined

/** Whole packagings, the largest that fits first; loose pieces only where none fits. */
const inPacks = ({ packagings }: Item, qty: number): number => {
  const pack = packagings
    .map(({ quantity }) => quantity)
    .filter(quantity => quantity <= qty)
    .toSorted((a, b) => b - a)[0]
  return pack === undefined ? qty : Math.floor(qty / pack) * pack
}

const made = (view: View, faced: Faced, { qty, cause }: Wanted, name: string): Task[] | null => {
  const { place, face, item } = faced
  const [row] = sources(view, faced)
  if (row === undefined) return null
  const { location, lpn, status, lot, serial } = row
  // A pallet that fits goes as it is; else whole packagings of it.
  const isWhole = lpn !== NO_LPN && available(row) === row.onHand && row.onHand <= qty
  const take = isWhole ? row.onHand : inPacks(item, Math.min(qty, available(row)))
  return [
    {
      id: derivedId<'task'>('task', 'replenish', place.id, name) satisfies TaskId,
      kind: 'replenish',
      client: face.client,
      document: null,
      state: 'ready',
      lease: null,
      tote: null,
      goods: { item: item.id, lot, serial, from: { location, lpn, status }, to: place.id, qty: take, line: null },
      priority: cause === 'min' ? 0 : 1,
      cause,
    },
  ]
}

/** Still wanted, as urgently as it says, and still there to be taken. */
const isStill = (view: View, { item }: Faced, task: Task, wanted: Wanted | null): boolean => {
  const { goods } = task
  if (goods == null || wanted === null || wanted.cause !== task.cause) return false
  const row = view.stock({ ...goods, ...goods.from, client: task.client, item: item.id })
  const qty = goods.qty ?? 0
  return available(row) >= qty && qty <= wanted.qty && !isDoubted(view, row)
}

const calledOff = (task: Task): Task => ({ ...task, state: 'cancelled', lease: null })
