import type { View } from '../ledger/world.ts'
import { go, kept, sayNo, stay } from './answer.ts'
import { decidePick } from './pick-decide.ts'
import { stepGoods, stepMark, stepNumber, stepPlace } from './pick-goods.ts'
import { nothingToFetch, startPick, stepStart, stepTote } from './pick-open.ts'
import { askPick, PICK_STATES, promptPick } from './pick-prompt.ts'
import { stepReason, stepShort, stepShortNumber } from './pick-short.ts'
import { atPlace, current, settled } from './pick-state.ts'
import type { PickNext, PickState } from './pick-state.ts'
import type { Visit } from './pick-lines.ts'
import { undoPick } from './pick-undo.ts'
import { unknownPick } from './pick-unknown.ts'
import type { Input, Moment, Process } from './process.ts'
import { badLabel, mistaken } from './readings.ts'

const IN_LINE: ReadonlySet<PickState['at']> = new Set(['place', 'goods', 'lot', 'serial'])
const INSIDE: ReadonlySet<PickState['at']> = new Set(['lot', 'serial', 'shortQty', 'reason'])

const stepKey = (state: PickState, command: string, visit: Visit | undefined, view: View): PickNext => {
  if (command === 'XCNAY') return sayNo(state, askPick(state, view).message)
  if (visit === undefined) return stay(state, 'wrong', 'no.key')
  const inLine = IN_LINE.has(state.at)
  if (command === 'XCSHT' && inLine) return stepShort(state, command, visit)
  if (command === 'XCMPT' && (inLine || state.at === 'shortQty')) return stepShort(state, command, visit)
  if (command === 'XCSKP' && inLine) {
    const postponed = [...state.postponed.filter(id => id !== visit.line.id), visit.line.id]
    return go({ ...atPlace(state), postponed }, 'ok', 'skipped')
  }
  if (command === 'XCBAK' && (INSIDE.has(state.at) || state.hand !== null)) {
    const back: PickState = {
      ...state,
      at: state.place === null ? 'place' : 'goods',
      hand: null,
      visit: null,
      short: null,
    }
    const { key, values } = askPick(back, view).message
    return go(back, 'ok', key, values)
  }
  return stay(state, 'wrong', 'no.key')
}

const stepScan = (
  state: PickState,
  resolved: Extract<Input, { kind: 'scan' }>['resolved'],
  visit: Visit,
  view: View,
  moment: Moment,
): PickNext => {
  switch (state.at) {
    case 'place':
      return stepPlace(state, resolved, visit, view, moment)
    case 'goods':
      return stepGoods(state, resolved, visit, view, moment)
    case 'lot':
    case 'serial':
      return stepMark(state, resolved.scan.text, resolved, visit, view, moment)
    case 'start':
    case 'tote':
    case 'shortQty':
    case 'reason':
      return mistaken(state, resolved)
  }
}

const answer = (state: PickState, input: Input, view: View, moment: Moment): PickNext => {
  const bad = input.kind === 'scan' ? badLabel(state, input.resolved) : null
  if (bad !== null) return bad
  if (input.kind === 'scan' && state.at === 'start') return stepStart(state, input.resolved, view)
  if (input.kind === 'scan' && state.at === 'tote') return stepTote(state, input.resolved, view, moment)
  const visit = current(state, view)
  if (input.kind === 'key') return stepKey(state, input.command, visit, view)
  if (state.at === 'start' || state.at === 'tote') return stay(state, 'wrong', 'no.key')
  if (visit === undefined) return { ...nothingToFetch(state, state.document, view), finished: true }
  switch (input.kind) {
    case 'scan':
      return stepScan(state, input.resolved, visit, view, moment)
    case 'number':
      if (state.at === 'shortQty') return stepShortNumber(state, input.value, visit)
      return stepNumber(state, input.value, visit, view, moment)
    case 'choice':
      return state.at === 'reason' ? stepReason(state, input.n, visit, view) : stay(state, 'wrong', 'no.key')
    case 'photo':
      return stay(state, 'wrong', 'no.key')
    case 'text':
      if (state.at === 'lot' || state.at === 'serial') return stepMark(state, input.value, null, visit, view, moment)
      return stay(state, 'unknown', 'unknown', { scanned: input.value })
  }
}

const step = (before: PickState, input: Input, view: View, moment: Moment): PickNext => {
  const document = before.document === null ? undefined : view.document(before.document)
  if (document?.state === 'cancelled') return { ...stay(before, 'wrong', 'cancelled'), finished: true }
  return kept(before, answer(settled(before, view), input, view, moment))
}

export const pick: Process<PickState> = {
  name: 'pick',
  roles: ['picker'],
  states: PICK_STATES,
  commands: ['pick', 'short', 'tote.bind'],
  start: startPick,
  prompt: promptPick,
  step,
  decide: decidePick,
  unknown: unknownPick,
  undo: undoPick,
}
