import { NO_LPN } from '../ids.ts'
import type { View } from '../ledger/world.ts'
import type { Draft } from '../sync/command.ts'
import { go, stay } from './answer.ts'
import { askedOf, visitId } from './pick-lines.ts'
import type { Visit } from './pick-lines.ts'
import { atPlace, toteOf, walk } from './pick-state.ts'
import type { PickNext, PickState } from './pick-state.ts'

export const SHORT_REASONS = ['NOT_FOUND', 'EMPTY', 'DAMAGED', 'MISPLACED', 'UNREACHABLE'] as const

/** SHORT asks how much can be taken; EMPTY says that it is nothing. */
export const stepShort = (state: PickState, command: 'XCSHT' | 'XCMPT', visit: Visit): PickNext => {
  const next = { ...state, hand: null, visit: visitId(visit) }
  return command === 'XCSHT'
    ? go({ ...next, at: 'shortQty', short: null }, 'ok', 'how.many', { n: askedOf(visit) })
    : go({ ...next, at: 'reason', short: 0 }, 'ok', 'why')
}

/** What can be taken is less than what is asked; a typed 0 is 0. */
export const stepShortNumber = (state: PickState, value: number, visit: Visit): PickNext => {
  if (!Number.isSafeInteger(value) || value < 0) return stay(state, 'wrong', 'qty.bad')
  if (value >= askedOf(visit)) return stay(state, 'wrong', 'qty.max', { n: askedOf(visit) - 1 })
  return go({ ...state, short: value, at: 'reason' }, 'ok', 'why')
}

/** What was there is picked, then the row is said to be short: both in one transaction. */
export const stepReason = (state: PickState, n: number, visit: Visit, view: View): PickNext => {
  const reason = SHORT_REASONS[n - 1]
  const { task, document, short } = state
  const { claim, line } = visit
  if (reason === undefined) return stay(state, 'wrong', 'no.key')
  const tote = toteOf(state, view)
  if (task === null || document === null || short === null || tote === null)
    return go(atPlace(state), 'ok', 'scan.place')
  const goods = { client: line.client, item: line.item, lot: claim.lot, serial: claim.serial }
  const from = { location: claim.location, lpn: claim.lpn, status: claim.status }
  const work = { ...goods, task, document, line: line.id, from }
  const to = { location: tote, lpn: NO_LPN, status: 'available' as const }
  const picked: Draft[] =
    short > 0 ? [{ type: 'pick', ...work, to, qty: short, entered: { n: short, packaging: null } }] : []
  const commands: Draft[] = [...picked, { type: 'short', process: 'pick', ...work, reason }]
  // The row gives nothing more to this order, so its other lines on the row end with it.
  const rest = walk(state, view).filter(other => rowOf(other) !== rowOf(visit))
  const values = { item: view.item(line.item)?.name ?? '', n: short }
  return { ...go(atPlace(state), 'warn', 'short.done', values, commands), finished: rest.length === 0 }
}

const rowOf = ({ line, claim }: Visit): string =>
  [line.item, claim.location, claim.lpn, claim.status, claim.lot, claim.serial].join('/')
