import type { TaskId } from '../ids.ts'
import type { View } from '../ledger/world.ts'
import type { Reading, Resolved } from '../scan/scan.ts'
import type { Act } from '../sync/act.ts'
import { go, kept, sayNo, stay } from './answer.ts'
import type { MessageKey } from './message.ts'
import { stepClose, stepDone, stepMissing, stepPrint, stepTracking, stepWeight } from './pack-close.ts'
import { decidePack, undoPack, unknownPack } from './pack-decide.ts'
import { stepMark, stepVerify } from './pack-goods.ts'
import { inBox, startPack, stepCarton, stepStart, stepType } from './pack-open.ts'
import { askPack, PACK_STATES, promptPack } from './pack-prompt.ts'
import { FRESH, orderOf } from './pack-state.ts'
import type { PackNext, PackState } from './pack-state.ts'
import type { Input, Moment, Process } from './process.ts'
import { badLabel, mistaken } from './readings.ts'

const MODES: Readonly<Record<string, PackState['mode']>> = { XCXTR: 'extra', XCDMG: 'damaged', XCUNP: 'unpack' }

const stepKey = (state: PackState, command: string, view: View, moment: Moment): PackNext => {
  if (command === 'XCNAY') return sayNo(state, askPack(state, view).message)
  if (command === 'XCBAK') return stepBack(state, view)
  if (state.at === 'carton') return command === 'XCLSE' ? stepType(state, null, view) : stay(state, 'wrong', 'no.key')
  if (state.at === 'weight')
    return command === 'XCSKP' ? stepWeight(state, null, view, moment) : stay(state, 'wrong', 'no.key')
  if (state.at !== 'verify') return stay(state, 'wrong', 'no.key')
  const mode = MODES[command]
  if (mode !== undefined) {
    const next: PackState = { ...state, mode }
    return go(next, 'ok', askPack(next, view).message.key)
  }
  switch (command) {
    case 'XCNBX':
      return go({ ...state, at: 'carton', carton: null }, 'ok', 'pack.box')
    case 'XCCLS':
      return stepClose(state, view)
    case 'XCPRT':
      return stepPrint(state, view)
    case 'XCMSS':
      return go({ ...state, at: 'missing' }, 'ok', 'pack.which.missing')
    case 'XCDNE':
    case 'XCSHS':
      return stepDone(state, command === 'XCSHS', view, moment)
    default:
      return stay(state, 'wrong', 'no.key')
  }
}

/** BACK ends a mode, then a question for more, then the choice of a box; what is booked stays. */
const stepBack = (state: PackState, view: View): PackNext => {
  if (state.mode !== 'pack') return go({ ...state, mode: 'pack', at: 'verify', hand: null }, 'ok', 'pack.item')
  if (state.at === 'start') return stay(state, 'wrong', 'no.key')
  const back = inBox({ ...state, hand: null, weightG: null }, view)
  return back.at === 'verify' ? go(back, 'ok', 'pack.item') : go(FRESH, 'ok', 'pack.start')
}

const OURS: ReadonlySet<string> = new Set(['location', 'item', 'tote', 'carton', 'cart', 'document', 'task'])

/** Half a label is no number of a carrier; whether a separator is missing in one, only they know. */
const brokenLabel = (state: PackState, resolved: Resolved): PackNext | null =>
  resolved.problem === 'separatorLost' ? null : badLabel(state, resolved)

const answer = (state: PackState, input: Input, view: View, moment: Moment): PackNext => {
  switch (input.kind) {
    case 'key':
      return stepKey(state, input.command, view, moment)
    case 'number':
      if (state.at === 'weight') return stepWeight(state, input.value, view, moment)
      return state.at === 'tracking'
        ? stepTracking(state, String(input.value), view)
        : stay(state, 'wrong', 'first.item')
    case 'choice':
      if (state.at === 'carton') return stepType(state, input.n, view)
      return state.at === 'missing' ? stepMissing(state, input.n, view) : stay(state, 'wrong', 'no.key')
    case 'photo':
      return stay(state, 'wrong', 'no.key')
    case 'text':
      if (state.at === 'tracking') return stepTracking(state, input.value, view)
      if (state.at === 'lot' || state.at === 'serial') return stepMark(state, input.value, null, view)
      return stay(state, 'unknown', 'unknown', { scanned: input.value })
    case 'scan': {
      const { resolved } = input
      const { text } = resolved.scan
      // A carrier's number may look like many a code, and yet it is no place, item or box of ours.
      if (state.at === 'tracking')
        return resolved.readings.some(reading => OURS.has(reading.kind) && !isTracking(reading, text, view))
          ? mistaken(state, resolved)
          : (brokenLabel(state, resolved) ?? stepTracking(state, text, view))
      if (state.at === 'weight' && /^\d{1,8}$/.test(text)) return stepWeight(state, Number(text), view, moment)
      const bad = badLabel(state, resolved)
      if (bad !== null) return bad
      if (state.at === 'start') return stepStart(state, resolved, view)
      if (state.at === 'carton') return stepCarton(state, resolved, view, moment)
      if (state.at === 'verify') return stepVerify(state, resolved, view)
      if (state.at === 'lot' || state.at === 'serial') return stepMark(state, text, resolved, view)
      return stay(state, 'wrong', 'no.key')
    }
  }
}

/** The code of a box that is found by its carrier's number: that number has been used. */
const isTracking = (reading: Reading, text: string, view: View): boolean =>
  reading.kind === 'carton' && view.location(reading.location)?.carton?.tracking === text

const step = (before: PackState, input: Input, view: View, moment: Moment): PackNext => {
  const document = orderOf(before, view)
  if (before.at !== 'start' && document?.state === 'cancelled')
    return { ...stay(before, 'wrong', 'pack.cancelled'), finished: true }
  // Every order of a shared tote is packed: back to the table's start.
  if (before.at !== 'start' && document === undefined) return go(FRESH, 'ok', 'pack.start')
  return kept(before, answer(before, input, view, moment))
}

const undoBarred = (view: View, act: Act): MessageKey | null => {
  const document = 'document' in act && act.document ? view.document(act.document) : undefined
  return document?.state === 'closed' ? 'undo.shipped' : null
}

/** Of a shared tote nobody is asked: its orders are packed as they come. */
const workOf = ({ document }: PackState, view: View): TaskId | null =>
  document === null ? null : (view.taskOf(document, 'pack')?.id ?? null)

export const pack: Process<PackState> = {
  name: 'pack',
  roles: ['packer'],
  states: PACK_STATES,
  commands: ['pack', 'carton.open', 'carton.close', 'carton.print', 'extra', 'move', 'short', 'close'],
  start: startPack,
  prompt: promptPack,
  step,
  decide: decidePack,
  unknown: unknownPack,
  undo: undoPack,
  undoBarred,
  workOf,
}
