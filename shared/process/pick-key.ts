import type { View } from '../ledger/world.ts'
import { go, sayNo, stay } from './answer.ts'
import { endOf } from './pick-onward.ts'
import type { Stop } from './pick-lines.ts'
import { askPick } from './pick-prompt.ts'
import { stepDamaged, stepElsewhere, stepShort } from './pick-short.ts'
import { atPlace } from './pick-state.ts'
import type { PickHand, PickNext, PickState } from './pick-state.ts'
import { fullTote } from './pick-tote-step.ts'
import type { Moment } from './process.ts'

const IN_LINE: ReadonlySet<PickState['at']> = new Set(['place', 'goods', 'lot', 'serial', 'tote'])
const INSIDE: ReadonlySet<PickState['at']> = new Set([
  'lot',
  'serial',
  'fefo',
  'tote',
  'full',
  'shortQty',
  'reason',
  'elsewhere',
  'damaged',
])

/** Exception keys of the step that is due; where a key means nothing it says so. */
export const stepKey = (
  state: PickState,
  command: string,
  stop: Stop | undefined,
  view: View,
  moment: Moment,
): PickNext => {
  if (command === 'XCNAY' && state.at === 'elsewhere' && stop !== undefined)
    return stepElsewhere(state, { none: true }, stop, view, moment)
  if (command === 'XCNAY') return sayNo(state, askPick(state, view).message)
  if (stop === undefined) return stay(state, 'wrong', 'no.key')
  const inLine = IN_LINE.has(state.at) && state.short === null
  switch (command) {
    case 'XCSHT':
      return inLine ? stepShort(state, command, stop, view) : stay(state, 'wrong', 'no.key')
    case 'XCMPT':
      return inLine || state.at === 'shortQty' ? stepShort(state, command, stop, view) : stay(state, 'wrong', 'no.key')
    case 'XCDMG':
      return inLine ? stepDamaged(state, stop, view) : stay(state, 'wrong', 'no.key')
    case 'XCWLT':
      return inLine ? otherLot(state, stop, view) : stay(state, 'wrong', 'no.key')
    case 'XCFUL':
      return inLine && fullTote(state, stop, view)
        ? go({ ...state, at: 'full', full: stop.document.id }, 'ok', 'tote.next')
        : stay(state, 'wrong', 'no.key')
    case 'XCSKP':
      return inLine ? skipped(state, stop) : stay(state, 'wrong', 'no.key')
    case 'XCBAK':
      return INSIDE.has(state.at) || state.hand !== null || state.held.length > 0
        ? back(state, view)
        : stay(state, 'wrong', 'no.key')
    default:
      return stay(state, 'wrong', 'no.key')
  }
}

const skipped = (state: PickState, { parts }: Stop): PickNext => {
  const lines = [...new Set(parts.map(part => part.line.id))]
  const postponed = [...state.postponed.filter(id => !lines.includes(id)), ...lines]
  return go({ ...atPlace(state), postponed }, 'ok', 'skipped')
}

/** WRONG LOT: the next units are of the lot that is scanned now. */
const otherLot = (state: PickState, stop: Stop, view: View): PickNext => {
  const item = view.item(stop.line.item)
  if (item?.tracking.lot !== true || state.place === null) return stay(state, 'wrong', 'no.key')
  const hand: PickHand = { lot: '', serial: '', n: 0, qty: 0, packaging: null, raw: '', sure: false, reason: null }
  return go({ ...state, at: 'lot', stop: stop.id, hand, last: null }, 'ok', 'scan.lot', { item: item.name })
}

/** One step back inside the stop: what is in hand and not booked goes back to the shelf. */
const back = (state: PickState, view: View): PickNext => {
  const keeps = state.at === 'full' || state.at === 'lot' || state.at === 'serial'
  const next: PickState = {
    ...state,
    at: state.place === null ? 'place' : 'goods',
    hand: null,
    held: keeps ? state.held : [],
    stop: null,
    short: null,
    full: null,
  }
  const { key, values } = askPick(next, view).message
  return go(next, 'ok', key, values)
}

/** Later at the station: the totes stay on the cart. */
export const leaveTotes = (state: PickState, view: View): PickNext => {
  const end = endOf(state, view, null)
  return { ...go(atPlace(state), end.verdict, end.key, end.values), finished: true }
}
