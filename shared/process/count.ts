import { stockKeyText } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import { go, kept, sayNo, stay } from './answer.ts'
import { closePlace, stepEmpty, stepMissing, stepUnmatched } from './count-close.ts'
import { decideCount, undoCount, unknownCount } from './count-decide.ts'
import { stepAsked, stepGoods, stepNumber, stepStatus } from './count-goods.ts'
import { leaveRow } from './count-row.ts'
import { startCount, stepPlace } from './count-place.ts'
import { askCount, COUNT_STATES, promptCount } from './count-prompt.ts'
import { isOverTask, settledCount } from './count-state.ts'
import type { CountNext, CountState } from './count-state.ts'
import { withPhoto } from './photo.ts'
import type { Input, Moment, Process } from './process.ts'
import { badLabel } from './readings.ts'

const AMONG_GOODS: ReadonlySet<CountState['at']> = new Set(['goods', 'again'])
const ASKED: ReadonlySet<CountState['at']> = new Set(['lot', 'expiry', 'serial'])

const stepKey = (state: CountState, command: string, view: View, moment: Moment): CountNext => {
  if (command === 'XCNAY') return sayNo(state, askCount(state, view).message)
  if (command === 'XCBAK') return stepBack(state)
  if (state.at === 'missing') {
    if (command === 'XCMPT') return stepMissing(state, true, view, moment)
    return command === 'XCSKP' ? stepMissing(state, false, view, moment) : stay(state, 'wrong', 'no.key')
  }
  if (state.at === 'unmatched')
    return command === 'XCDNE' ? stepUnmatched(state, 'send', view, moment) : stay(state, 'wrong', 'no.key')
  const isInside = AMONG_GOODS.has(state.at) || state.at === 'serial'
  if (command === 'XCDNE' && isInside)
    return closePlace({ ...state, hand: null }, state.leaving ?? 'done', view, moment)
  if (command === 'XCMPT' && AMONG_GOODS.has(state.at)) return stepEmpty(state, view, moment)
  if (command === 'XCUNM' && isInside && state.unmatched.length > 0)
    return go({ ...state, at: 'unmatched' }, 'ok', 'count.unmatched', { n: state.unmatched.length })
  return stay(state, 'wrong', 'no.key')
}

/** Out of a half done step, or out of closing; nothing that was stated is lost. */
const stepBack = (state: CountState): CountNext =>
  state.at === 'place' || (state.at === 'goods' && state.leaving === null)
    ? stay(state, 'wrong', 'no.key')
    : go({ ...state, at: 'goods', hand: null, leaving: null }, 'ok', 'count.next')

const stepScan = (
  state: CountState,
  input: Extract<Input, { kind: 'scan' }>,
  view: View,
  moment: Moment,
): CountNext => {
  const { resolved } = input
  const bad = badLabel(state, resolved)
  if (bad !== null) return bad
  switch (state.at) {
    case 'place':
      return stepPlace(state, resolved, view, moment)
    case 'lot':
    case 'expiry':
    case 'serial':
      return stepAsked(state, resolved.scan.text, resolved, view, moment)
    case 'status':
      return stay(state, 'wrong', 'which.status')
    case 'missing':
    case 'unmatched':
      // What is found after all is counted; the place is closed anew after it.
      return stepGoods({ ...state, at: 'goods', leaving: null }, resolved, view, moment)
    case 'goods':
    case 'again':
      return stepGoods(state, resolved, view, moment)
  }
}

const stepChoice = (state: CountState, n: number, view: View, moment: Moment): CountNext => {
  if (state.at === 'status') return stepStatus(state, n, view, moment)
  if (state.at === 'missing' && (n === 1 || n === 2)) return stepMissing(state, n === 1, view, moment)
  return state.at === 'unmatched' ? stepUnmatched(state, n, view, moment) : stay(state, 'wrong', 'no.key')
}

/** A picture belongs to the row in hand, else to the code that was kept last. */
const stepPhoto = (state: CountState, sha: string): CountNext => {
  const { row, unmatched } = state
  const last = unmatched.at(-1)
  const photos = withPhoto((row ?? last)?.photos ?? [], sha)
  if (photos === null) return stay(state, 'wrong', 'no.key')
  if (row !== null) return go({ ...state, row: { ...row, photos } }, 'ok', 'count.photo')
  if (last === undefined) return stay(state, 'wrong', 'no.key')
  return go({ ...state, unmatched: [...unmatched.slice(0, -1), { ...last, photos }] }, 'ok', 'count.photo')
}

const answer = (state: CountState, input: Input, view: View, moment: Moment): CountNext => {
  switch (input.kind) {
    case 'key':
      return stepKey(state, input.command, view, moment)
    case 'scan':
      return stepScan(state, input, view, moment)
    case 'number':
      if (ASKED.has(state.at) && state.at !== 'serial') return stepAsked(state, String(input.value), null, view, moment)
      return AMONG_GOODS.has(state.at) || state.at === 'serial'
        ? stepNumber(state, input.value, view, moment)
        : stay(state, 'wrong', 'first.item')
    case 'choice':
      return stepChoice(state, input.n, view, moment)
    case 'text':
      return ASKED.has(state.at)
        ? stepAsked(state, input.value, null, view, moment)
        : stay(state, 'unknown', 'unknown', { scanned: input.value })
    case 'photo':
      return stepPhoto(state, input.sha)
  }
}

/** Whether this input goes on to something else: only then was the row in hand counted to its end. */
const isLeft = (before: CountState, input: Input, view: View, moment: Moment): boolean => {
  const { row } = before
  const next = answer(before, input, view, moment).state.row
  return row !== null && (next?.attempt !== row.attempt || stockKeyText(next.key) !== stockKeyText(row.key))
}

const step = (before: CountState, input: Input, view: View, moment: Moment): CountNext => {
  const task = before.task === null ? undefined : view.task(before.task)
  if (task !== undefined && isOverTask(task)) {
    // Somebody else has finished it, or it was called off.
    const left = isLeft(before, input, view, moment)
      ? leaveRow(before, view)
      : { state: { ...before, row: null, hand: null }, commands: [] }
    return { ...go(left.state, 'warn', 'count.over', {}, left.commands), finished: true }
  }
  return kept(before, answer(settledCount(before, view), input, view, moment))
}

export const count: Process<CountState> = {
  name: 'count',
  roles: ['counter'],
  states: COUNT_STATES,
  commands: ['count.observed', 'lpn.move', 'unmatched', 'close'],
  start: startCount,
  prompt: promptCount,
  step,
  decide: decideCount,
  unknown: unknownCount,
  undo: undoCount,
}
