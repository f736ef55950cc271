import type { ClientId, LocationId } from '../ids.ts'
import { keyOf, stockKeyText } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import type { Draft } from '../sync/command.ts'
import { go, stay } from './answer.ts'
import { openPlace, placeBar } from './count-place.ts'
import { itemsSeen, leaveRow, statedNone } from './count-row.ts'
import { dueAgain, expectedRows, FRESH, keyAt, missingItem, seenOf } from './count-state.ts'
import type { CountNext, CountState } from './count-state.ts'
import type { Moment } from './process.ts'

/** C3: DONE or the next place. What is still open is asked, one thing at a time; then the place is closed. */
export const closePlace = (state: CountState, to: LocationId | 'done', view: View, moment: Moment): CountNext => {
  const bar = to === 'done' ? null : placeBar(view.location(to), view)
  if (bar !== null) return stay(state, 'wrong', bar.key, bar.values)
  const isRecounted = state.row !== null && state.row.touched
  const left = leaveRow(state, view)
  const wrong = left.state.detail.length > state.detail.length ? left.state.detail.at(-1) : undefined
  if (wrong !== undefined)
    return go({ ...left.state, at: 'goods' }, 'warn', 'count.detail', { item: nameOf(view, wrong) })
  // DONE once more instead of another look: the last number stands.
  const gaveUp = state.at === 'again' && !isRecounted ? passAgain(left.state, view) : left.state
  return onwards({ ...gaveUp, leaving: to }, left.commands, view, moment)
}

const passAgain = (state: CountState, view: View): CountState => {
  const due = dueAgain(state, view)
  if (due === undefined || state.location === null) return state
  const text = stockKeyText(keyAt(state.location, due))
  return {
    ...state,
    seen: state.seen.map(row => (row === due ? { ...row, due: false } : row)),
    passed: [...state.passed, text],
  }
}

const nameOf = (view: View, item: Parameters<View['item']>[0]): string => view.item(item)?.name ?? ''

/** The next thing that keeps the place from being closed, or the close. `commands`: what was said on the way. */
export const onwards = (state: CountState, commands: readonly Draft[], view: View, moment: Moment): CountNext => {
  const due = dueAgain(state, view)
  if (due !== undefined)
    return go({ ...state, at: 'again' }, 'warn', 'count.again', { item: nameOf(view, due.item) }, commands)
  if (state.unmatched.length > 0)
    return go({ ...state, at: 'unmatched' }, 'warn', 'count.unmatched', { n: state.unmatched.length }, commands)
  const missing = missingItem(state, view)
  if (missing !== null)
    return go({ ...state, at: 'missing' }, 'warn', 'count.none', { item: nameOf(view, missing.item) }, commands)
  return closed(state, commands, view, moment)
}

/** C5: nothing more is coming of this count. A spot count that has stated nothing leaves no trace. */
const closed = (state: CountState, commands: readonly Draft[], view: View, moment: Moment): CountNext => {
  const { location, task, count, leaving } = state
  const place = location === null ? '' : (view.location(location)?.code ?? '')
  const client = clientOf(state, view)
  const hasSaid = task !== null || state.seen.length > 0
  const close: Draft[] =
    client === null || !hasSaid
      ? []
      : [{ type: 'close', process: 'count', client, task, document: null, place: location, count }]
  const values = { place, n: itemsSeen(state) }
  const all = [...commands, ...close]
  if (leaving === null || leaving === 'done')
    return { ...go(FRESH, 'done', 'count.placeDone', values, all), finished: task !== null }
  const next = openPlace(FRESH, leaving, view, moment)
  return { ...next, message: { key: 'count.placeDone', values }, verdict: 'done', commands: all }
}

const clientOf = (state: CountState, view: View): ClientId | null => {
  const task = state.task === null ? undefined : view.task(state.task)
  return task?.client ?? state.seen[0]?.client ?? null
}

/** EMPTY: all that the books have here is not here. */
export const stepEmpty = (state: CountState, view: View, moment: Moment): CountNext => {
  const hasCounted =
    state.seen.some(row => row.qty > 0) || (state.row !== null && state.row.touched && state.row.qty > 0)
  if (hasCounted) return stay(state, 'wrong', 'count.empty')
  const left = leaveRow(state, view)
  const rows = expectedRows(left.state, view).filter(row => seenOf(left.state, keyOf(row)) === undefined)
  const none = statedNone(left.state, rows, moment.now)
  const next: CountState = { ...none.state, at: 'goods', lpn: null }
  const place = state.location === null ? '' : (view.location(state.location)?.code ?? '')
  return go(next, 'ok', 'count.isEmpty', { place }, [...left.commands, ...none.commands])
}

/** "None there, or not counted?" Not counted is no statement. */
export const stepMissing = (state: CountState, isNone: boolean, view: View, moment: Moment): CountNext => {
  const missing = missingItem(state, view)
  if (missing === null) return onwards(state, [], view, moment)
  if (!isNone) {
    const texts = missing.rows.map(row => stockKeyText(keyOf(row)))
    return onwards({ ...state, passed: [...state.passed, ...texts] }, [], view, moment)
  }
  const none = statedNone(state, missing.rows, moment.now)
  return onwards(none.state, none.commands, view, moment)
}

/** Codes that nobody knows: one is settled (its goods were counted by another code), or DONE sends them all. */
export const stepUnmatched = (state: CountState, n: number | 'send', view: View, moment: Moment): CountNext => {
  if (n !== 'send') {
    if (state.unmatched[n - 1] === undefined) return stay(state, 'wrong', 'no.key')
    return onwards({ ...state, unmatched: state.unmatched.filter((_, i) => i !== n - 1) }, [], view, moment)
  }
  const client = clientOf(state, view)
  const sent = state.unmatched.map(({ scan, photos }): Draft => ({
    type: 'unmatched',
    process: 'count',
    client,
    document: null,
    place: state.location,
    scan,
    ...(photos.length > 0 ? { photos: [...photos] } : {}),
  }))
  return onwards({ ...state, unmatched: [] }, sent, view, moment)
}
