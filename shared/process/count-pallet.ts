import { NO_LPN } from '../ids.ts'
import type { ClientId, LpnId } from '../ids.ts'
import { keyOf } from '../ledger/stock.ts'
import type { StockRow } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import type { Resolved } from '../scan/scan.ts'
import type { Draft } from '../sync/command.ts'
import { ask, confirmed, go, stay } from './answer.ts'
import { leaveRow, openRow } from './count-row.ts'
import type { CountNext, CountState } from './count-state.ts'
import type { palletIn } from './lpn.ts'
import type { Moment } from './process.ts'
import { isVirtual } from './virtual.ts'

type Pallet = NonNullable<ReturnType<typeof palletIn>>

/**
 * A pallet is opened: what follows stands on it. One that the books have elsewhere is moved here once the counter agrees: a
 * move, never a loss there and a find here.
 */
export const stepPallet = (
  state: CountState,
  pallet: Pallet,
  resolved: Resolved,
  view: View,
  moment: Moment,
): CountNext => {
  const { lpn, label, known } = pallet
  const { text, raw } = resolved.scan
  const { clients } = moment.worker
  if (known !== null && clients !== null && !clients.includes(known)) return stay(state, 'wrong', 'other.client')
  if (state.lpn?.id === lpn) return stay(state, 'dup', 'dup', { scanned: label })
  const rows = view
    .stockOn(lpn)
    .filter(row => (row.onHand !== 0 || row.hidden === true) && !isVirtual(view.location(row.location)))
  const wanted = state.only === null ? undefined : view.item(state.only)
  if (wanted !== undefined && rows.length > 0 && !rows.some(row => row.item === wanted.id))
    return stay(state, 'wrong', 'wrong.item', { scanned: label, wanted: wanted.name })
  const [first] = rows
  if (first === undefined) {
    if (!confirmed(state, text, moment.monoMs, 'ask.newLpn'))
      return ask(state, text, moment.monoMs, 'ask.newLpn', { lpn: label })
    return opened(state, lpn, label, [], [], view, moment)
  }
  if (rows.some(row => row.location === state.location)) {
    const here = rows.filter(row => row.location === state.location)
    return opened(state, lpn, label, here, [], view, moment)
  }
  const place = view.location(first.location)?.code ?? ''
  if (!confirmed(state, text, moment.monoMs, 'count.lpnHere'))
    return ask(state, text, moment.monoMs, 'count.lpnHere', { lpn: label, place })
  const moved = moveOf(state, { lpn, label, client: first.client }, first, raw, moment)
  return opened(state, lpn, label, rows, moved, view, moment)
}

const moveOf = (
  { location, task }: CountState,
  pallet: { lpn: LpnId; label: string; client: ClientId },
  from: StockRow,
  scan: string,
  moment: Moment,
): readonly Draft[] =>
  location === null
    ? []
    : [
        {
          type: 'lpn.move',
          process: 'count',
          ...pallet,
          task,
          fromPlace: from.location,
          toPlace: location,
          scan,
          takenAt: moment.now,
        },
      ]

/** With one row on it a number is enough; with several, or with serials, its goods are scanned. */
const opened = (
  before: CountState,
  id: LpnId,
  label: string,
  rows: readonly StockRow[],
  commands: readonly Draft[],
  view: View,
  moment: Moment,
): CountNext => {
  const left = leaveRow(before, view)
  const state: CountState = { ...left.state, at: 'goods', lpn: { id, label } }
  const asked = rows.filter(row => before.only === null || row.item === before.only)
  const [row] = asked
  const isPlain = asked.length === 1 && row !== undefined && view.item(row.item)?.tracking.serial === false
  const key = row === undefined || before.location === null ? null : { ...keyOf(row), location: before.location }
  const next =
    isPlain && key !== null && id !== NO_LPN ? { ...state, row: openRow(state, key, false, view, moment) } : state
  return go(next, 'ok', 'count.lpn', { lpn: label }, [...left.commands, ...commands])
}
