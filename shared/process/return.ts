import type { View } from '../ledger/world.ts'
import type { Draft } from '../sync/command.ts'
import { go, kept, sayNo, stay } from './answer.ts'
import type { Input, Moment, Process } from './process.ts'
import { badLabel } from './readings.ts'
import { decideReturn, undoReturn, unknownReturn } from './return-decide.ts'
import { stepAsked, stepChoice, stepGoods, stepNumber, stepPhoto, withoutPhoto } from './return-goods.ts'
import { startReturn, stepDocument, withoutOrder } from './return-open.ts'
import { stepPlace } from './return-place.ts'
import { askReturn, promptReturn, RETURN_STATES } from './return-prompt.ts'
import { whole } from './return-state.ts'
import type { ReturnNext, ReturnState } from './return-state.ts'

/** One step back, as far as nothing is booked. */
const back = (state: ReturnState): ReturnNext => {
  if (state.at === 'place' || state.at === 'photo')
    return go({ ...state, at: 'state', disposition: null, pallet: null }, 'ok', 'ret.state')
  if (state.at === 'state') return go({ ...state, at: 'reason', reason: null }, 'ok', 'why')
  if (state.at === 'reason') return go({ ...state, at: 'goods' }, 'ok', 'ret.more')
  return go({ ...state, at: 'goods', hand: null, photos: [] }, 'ok', 'ret.item')
}

/** DONE ends the goods in hand, or, with nothing in hand, the return. */
const done = (state: ReturnState, view: View): ReturnNext => {
  if (state.hand !== null) return go({ ...state, at: 'reason' }, 'ok', 'why')
  const { document, client } = state
  const lines = document === null ? [] : view.linesOf(document)
  if (document === null || client === null || !lines.some(line => line.done > 0))
    return stay(state, 'wrong', 'ret.nothing')
  const task = view.taskOf(document)?.id ?? null
  const command: Draft = { type: 'close', process: 'return', client, task, document, place: null }
  const no = view.document(document)?.number ?? ''
  return { ...go({ ...state, at: 'document' }, 'done', 'closed', { no }, [command]), finished: true }
}

const stepKey = (state: ReturnState, command: string, view: View, moment: Moment): ReturnNext => {
  if (command === 'XCNAY') return sayNo(state, askReturn(state).message)
  if (command === 'XCNDC' && state.at === 'document') return withoutOrder(state, view, moment)
  if (command === 'XCSKP' && state.at === 'photo') return withoutPhoto(state, moment)
  if (command === 'XCDNE' && state.at === 'goods') return done(state, view)
  const mayGoBack = state.at !== 'document' && (state.at !== 'goods' || state.hand !== null)
  return command === 'XCBAK' && mayGoBack ? back(state) : stay(state, 'wrong', 'no.key')
}

const ASKED = new Set<ReturnState['at']>(['lot', 'expiry', 'serial'])

const answer = (state: ReturnState, input: Input, view: View, moment: Moment): ReturnNext => {
  switch (input.kind) {
    case 'key':
      return stepKey(state, input.command, view, moment)
    case 'choice':
      return stepChoice(state, input.n, view, moment)
    case 'photo':
      return stepPhoto(state, input.sha)
    case 'number':
      if (state.at === 'goods') return stepNumber(state, input.value, view, moment)
      return ASKED.has(state.at)
        ? stepAsked(state, String(input.value), null, view, moment)
        : stay(state, 'wrong', 'no.key')
    case 'text':
      return ASKED.has(state.at)
        ? stepAsked(state, input.value, null, view, moment)
        : stay(state, 'unknown', 'unknown', { scanned: input.value })
    case 'scan': {
      const { resolved } = input
      const bad = badLabel(state, resolved)
      if (bad !== null) return bad
      if (state.at === 'document') return stepDocument(state, resolved, view, moment)
      if (state.at === 'goods') return stepGoods(state, resolved, view, moment)
      if (state.at === 'place') return stepPlace(state, resolved, view, moment)
      if (ASKED.has(state.at)) return stepAsked(state, resolved.scan.text, resolved, view, moment)
      return stay(state, 'wrong', state.at === 'photo' ? 'photo.ask' : 'ret.choose')
    }
  }
}

const step = (saved: ReturnState, input: Input, view: View, moment: Moment): ReturnNext => {
  const state = whole(saved)
  return kept(state, answer(state, input, view, moment))
}

export const returns: Process<ReturnState> = {
  name: 'return',
  roles: ['receiver'],
  states: RETURN_STATES,
  commands: ['return', 'move', 'close'],
  start: startReturn,
  prompt: promptReturn,
  step,
  decide: decideReturn,
  unknown: unknownReturn,
  undo: undoReturn,
  // What leaves for the supplier is a supervisor's decision, as scrapping is.
  rolesOf: act =>
    act.type === 'move' || (act.type === 'undo' && act.act.type === 'move') ? ['supervisor'] : ['receiver'],
}
