import type { View } from '../ledger/world.ts'
import type { Resolved } from '../scan/scan.ts'
import { kept, stay } from './answer.ts'
import { decidePick } from './pick-decide.ts'
import { stepGoods, stepMark, stepPlace } from './pick-goods.ts'
import { leaveTotes, stepKey } from './pick-key.ts'
import type { Stop } from './pick-lines.ts'
import { filledTotes } from './pick-onward.ts'
import { nothingToFetch, startPick, stepStart } from './pick-open.ts'
import { FEFO_REASONS, PICK_STATES, promptPick } from './pick-prompt.ts'
import { stepDamagedNumber, stepElsewhere, stepPhoto, stepReason, stepShortNumber } from './pick-short.ts'
import { current } from './pick-state.ts'
import type { PickNext, PickState } from './pick-state.ts'
import { stepFefo, stepNumber } from './pick-take.ts'
import { stepFull, stepTote } from './pick-tote-step.ts'
import { ready, stepBind } from './pick-tote.ts'
import { barPick, undoPick } from './pick-undo.ts'
import { unknownPick } from './pick-unknown.ts'
import { isStation, stepPark, stepUnload } from './pick-unload.ts'
import { leftTheWalk } from './pick-walk.ts'
import { stepZero } from './pick-zero.ts'
import type { Input, Moment, Process } from './process.ts'
import { badLabel, mistaken, placesIn } from './readings.ts'

const stepScan = (state: PickState, resolved: Resolved, stop: Stop, view: View, moment: Moment): PickNext => {
  switch (state.at) {
    case 'place': {
      const [place] = placesIn(resolved)
      const isLeft = place !== undefined && place !== stop.claim.location && isStation(view, place)
      return isLeft && filledTotes(state, view).length > 0
        ? stepPark(state, place, resolved, view, moment, null)
        : stepPlace(state, resolved, stop, view, moment)
    }
    case 'goods':
      return stepGoods(state, resolved, stop, view, moment)
    case 'tote':
      return resolved.readings.some(r => r.kind === 'item') && state.short === null
        ? stepGoods(state, resolved, stop, view, moment)
        : stepTote(state, resolved, stop, view, moment)
    case 'lot':
    case 'serial':
      return stepMark(state, resolved.scan.text, resolved, stop, view, moment)
    case 'full':
      return stepFull(state, resolved, stop, view, moment)
    case 'elsewhere':
      return stepElsewhere(state, { scan: resolved }, stop, view, moment)
    case 'start':
    case 'bind':
    case 'unload':
    case 'zero':
    case 'fefo':
    case 'shortQty':
    case 'reason':
    case 'damaged':
      return mistaken(state, resolved)
  }
}

const stepInStop = (state: PickState, input: Input, stop: Stop, view: View, moment: Moment): PickNext => {
  switch (input.kind) {
    case 'scan':
      return stepScan(state, input.resolved, stop, view, moment)
    case 'number':
      if (state.at === 'shortQty') return stepShortNumber(state, input.value, stop)
      if (state.at === 'damaged') return stepDamagedNumber(state, input.value, stop, view, moment)
      return stepNumber(state, input.value, stop, view, moment)
    case 'choice': {
      if (state.at === 'reason') return stepReason(state, input.n, stop, view, moment)
      if (state.at === 'elsewhere') return stepElsewhere(state, { n: input.n }, stop, view, moment)
      const why = state.at === 'fefo' ? FEFO_REASONS[input.n - 1] : undefined
      return why === undefined ? stay(state, 'wrong', 'no.key') : stepFefo(state, why, stop, view, moment)
    }
    case 'photo':
      return stepPhoto(state, input.sha)
    case 'text':
      if (state.at === 'lot' || state.at === 'serial') return stepMark(state, input.value, null, stop, view, moment)
      return stay(state, 'unknown', 'unknown', { scanned: input.value })
    case 'key':
      return stepKey(state, input.command, stop, view, moment)
  }
}

/** States that are about no stop: before the walk, between two stops, after it. */
const stepOutside = (state: PickState, input: Input, view: View, moment: Moment): PickNext | null => {
  switch (state.at) {
    case 'start':
      return input.kind === 'scan' ? stepStart(state, input.resolved, view, moment) : stay(state, 'wrong', 'no.key')
    case 'bind':
      return input.kind === 'scan' ? stepBind(state, input.resolved, view, moment) : noKey(state, input, view, moment)
    case 'unload':
      if (input.kind === 'key' && input.command === 'XCSKP') return leaveTotes(state, view)
      return input.kind === 'scan' ? stepUnload(state, input.resolved, view, moment) : noKey(state, input, view, moment)
    case 'zero': {
      const next = stepZero(state, input, view)
      return 'goOn' in next ? answer(next.goOn, input, view, moment) : next
    }
    default:
      return null
  }
}

const noKey = (state: PickState, input: Input, view: View, moment: Moment): PickNext =>
  input.kind === 'key' ? stepKey(state, input.command, undefined, view, moment) : stay(state, 'wrong', 'no.key')

const answer = (state: PickState, input: Input, view: View, moment: Moment): PickNext => {
  const bad = input.kind === 'scan' ? badLabel(state, input.resolved) : null
  const outside = bad ?? stepOutside(state, input, view, moment)
  if (outside !== null) return outside
  const stop = current(state, view)
  if (stop !== undefined) return stepInStop(state, input, stop, view, moment)
  if (input.kind === 'key') return stepKey(state, input.command, undefined, view, moment)
  return { ...nothingToFetch(state, view), finished: true }
}

const ALONE: ReadonlySet<PickState['at']> = new Set(['start', 'unload', 'zero'])

const step = (before: PickState, input: Input, view: View, moment: Moment): PickNext => {
  const left = ALONE.has(before.at) ? null : leftTheWalk(before, view, moment)
  return left ?? kept(before, answer(ready(before, view), input, view, moment))
}

export const pick: Process<PickState> = {
  name: 'pick',
  roles: ['picker'],
  states: PICK_STATES,
  commands: ['pick', 'short', 'tote.bind', 'lpn.move', 'park', 'count.request'],
  start: startPick,
  prompt: promptPick,
  step,
  decide: decidePick,
  unknown: unknownPick,
  undo: undoPick,
  undoBarred: barPick,
}
