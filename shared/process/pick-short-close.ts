import type { LocationId } from '../ids.ts'
import { keyOf } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'
import type { Draft } from '../sync/command.ts'
import { go } from './answer.ts'
import { picksOf } from './pick-book.ts'
import { placesToChoose } from './pick-elsewhere.ts'
import { askedOf } from './pick-lines.ts'
import type { Stop } from './pick-lines.ts'
import { onward } from './pick-onward.ts'
import type { Booking, Said } from './pick-onward.ts'
import { atPlace, toteOf } from './pick-state.ts'
import type { PickNext, PickState, Piece, Shortage } from './pick-state.ts'
import type { Scanned } from './pick-tote.ts'
import type { Moment } from './process.ts'

/** So many units of the row that the stop has reserved. */
export const pieceAt = ({ claim }: Stop, qty: number): Piece => ({
  from: { location: claim.location, lpn: claim.lpn, status: claim.status },
  lot: claim.lot,
  serial: claim.serial,
  n: qty,
  qty,
  packaging: null,
  raw: '',
  reason: null,
})

/** What was there is picked, then the row is said to be short: all in one transaction. */
export const closeShort = (
  state: PickState,
  stop: Stop,
  scanned: Scanned | null,
  view: View,
  moment: Moment,
): PickNext => {
  const { short, held } = state
  const reason = short?.reason ?? null
  if (short === null || reason === null) return go(atPlace(state), 'ok', 'scan.place')
  const tote: LocationId | null = scanned?.tote ?? toteOf(state, view, stop.document.id)
  const picks = tote === null ? [] : picksOf(held, stop, tote, view)
  const qty = picks.reduce((sum, pick) => sum + pick.qty, 0)
  const commands: Draft[] = [...(scanned?.binds ?? []), ...picks, ...shortsOf(state, stop, reason, view)]
  const lines = picks.map(pick => ({ line: pick.line, qty: pick.qty }))
  const said: Said = {
    verdict: 'warn',
    key: 'short.done',
    values: { item: view.item(stop.line.item)?.name ?? '', n: qty },
  }
  const isLeft = leavesSome(short, stop, qty)
  if (isLeft || goesOn(short, stop, qty, view, moment)) {
    const { place } = state
    const next: PickState = isLeft && place !== null ? { ...atPlace(state), at: 'goods', place } : atPlace(state)
    return go(next, said.verdict, said.key, said.values, commands)
  }
  const here = rowOf(stop)
  const booking: Booking = { stop, lines, qty, asksZero: false }
  return onward(state, view, booking, said, commands, other => rowOf(other) === here)
}

/** Only broken pieces leave the row: the lines take the others. */
const leavesSome = ({ reason, spoilt }: Shortage, stop: Stop, taken: number): boolean =>
  reason === 'DAMAGED' && askedOf(stop) - taken > (spoilt ?? 0)

/** What these lines still want is reserved in another place, or, of broken goods, on what is left of the row. */
const goesOn = (short: Shortage, stop: Stop, taken: number, view: View, moment: Moment): boolean => {
  const { line, claim } = stop
  const { reallocation } = policyFor(view.policies, line.client).pick
  if (short.instead !== null) return true
  if (reallocation === 'none' || reallocation === 'manual') return false
  if (placesToChoose(stop, view, moment.today).length > 0) return true
  const row = view.stock(keyOf({ ...claim, client: line.client, item: line.item }))
  return (
    short.reason === 'DAMAGED' && row.onHand - row.held - row.reserved + askedOf(stop) - taken > (short.spoilt ?? 0)
  )
}

const rowOf = ({ line, claim }: Stop): string =>
  [line.item, claim.location, claim.lpn, claim.status, claim.lot].join('/')

/** One for the row; of serials one for each that was not found. */
const shortsOf = (state: PickState, stop: Stop, reason: string, view: View): readonly Draft[] => {
  const { short, held } = state
  const missing = stop.parts.filter(
    part => !held.some(piece => piece.serial !== '' && piece.serial === part.claim.serial),
  )
  const isSerial = stop.claim.serial !== ''
  return (isSerial ? missing : stop.parts.slice(0, 1)).flatMap(({ line, claim }): Draft[] => {
    const task = view.taskOf(line.document, 'pick')
    const damaged = isSerial && short?.spoilt !== null ? 1 : (short?.spoilt ?? 0)
    if (task === undefined) return []
    return [
      {
        type: 'short',
        process: 'pick',
        client: line.client,
        item: line.item,
        lot: claim.lot,
        serial: claim.serial,
        task: task.id,
        document: line.document,
        line: line.id,
        from: { location: claim.location, lpn: claim.lpn, status: claim.status },
        ...(damaged > 0 ? { damaged } : {}),
        ...(short?.instead ? { instead: short.instead } : {}),
        reason,
        ...(short && short.photos.length > 0 ? { photos: [...short.photos] } : {}),
      },
    ]
  })
}
