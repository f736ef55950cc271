import type { View } from '../ledger/world.ts'
import type { Draft } from '../sync/command.ts'
import { ask, confirmed, go, kept, sayNo, stay } from './answer.ts'
import type { Input, Moment, Process } from './process.ts'
import { badLabel } from './readings.ts'
import { stepNumber } from './receive-book.ts'
import { decideReceive } from './receive-decide.ts'
import { stepAsked, stepLine, stepPhoto } from './receive-goods.ts'
import { isOpen, startReceive, stepDocument, withoutDocument } from './receive-open.ts'
import { askReceive, promptReceive, RECEIVE_STATES } from './receive-prompt.ts'
import { undoReceive } from './receive-undo.ts'
import { unknownReceive } from './receive-unknown.ts'
import type { ReceiveNext, ReceiveState } from './receive-state.ts'

const stepKey = (state: ReceiveState, command: string, view: View, moment: Moment): ReceiveNext => {
  if (command === 'XCNAY') return sayNo(state, askReceive(state).message)
  if (command === 'XCNDC' && state.at === 'document') return withoutDocument(state, view, moment)
  if (command === 'XCDNE' && state.at === 'line') return close(state, view, moment)
  if (command === 'XCBAK' && state.at !== 'document' && state.at !== 'line')
    return go({ ...state, at: 'line', hand: null }, 'ok', 'scan.recv')
  return stay(state, 'wrong', 'no.key')
}

/** R8: DONE; with a rest it takes DONE twice. */
const close = (state: ReceiveState, view: View, moment: Moment): ReceiveNext => {
  const { document, client } = state
  const lines = document === null ? [] : view.linesOf(document)
  if (document === null || client === null || !lines.some(line => line.done > 0))
    return stay(state, 'wrong', 'rcv.nothing')
  const rest = lines.filter(line => line.state === 'open' && line.done < line.wanted).length
  if (rest > 0 && !confirmed(state, 'XCDNE', moment.monoMs))
    return ask(state, 'XCDNE', moment.monoMs, 'ask.rest', { n: rest })
  const task = view.taskOf(document)?.id ?? null
  const command: Draft = { type: 'close', process: 'receive', client, task, document, place: null }
  const no = view.document(document)?.number ?? ''
  return {
    ...go({ ...state, at: 'document', hand: null, photos: [], parked: null }, 'done', 'closed', { no }, [command]),
    finished: true,
  }
}

const answer = (state: ReceiveState, input: Input, view: View, moment: Moment): ReceiveNext => {
  switch (input.kind) {
    case 'key':
      return stepKey(state, input.command, view, moment)
    case 'photo':
      return stepPhoto(state, input.sha)
    case 'choice':
      return stay(state, 'wrong', 'no.key')
    case 'number':
      if (state.at === 'line') return stepNumber(state, input.value, view)
      return state.at === 'document'
        ? stay(state, 'wrong', 'first.item')
        : stepAsked(state, String(input.value), null, view, moment)
    case 'text':
      return state.at === 'document' || state.at === 'line'
        ? stay(state, 'unknown', 'unknown', { scanned: input.value })
        : stepAsked(state, input.value, null, view, moment)
    case 'scan': {
      const { resolved } = input
      const bad = badLabel(state, resolved)
      if (bad !== null) return bad
      if (state.at === 'document') return stepDocument(state, resolved, view, moment)
      if (state.at === 'line') return stepLine(state, resolved, view, moment)
      return stepAsked(state, resolved.scan.text, resolved, view, moment)
    }
  }
}

const step = (state: ReceiveState, input: Input, view: View, moment: Moment): ReceiveNext => {
  const document = state.document === null ? undefined : view.document(state.document)
  // Somebody else has closed it, or the ERP has cancelled it: what still comes needs a receipt of its own.
  if (state.at !== 'document' && document !== undefined && !isOpen(document))
    return { ...stay(state, 'wrong', 'rcv.closed', { no: document.number }), finished: true }
  return kept(state, answer(state, input, view, moment))
}

export const receive: Process<ReceiveState> = {
  name: 'receive',
  roles: ['receiver'],
  states: RECEIVE_STATES,
  commands: ['receive', 'unmatched', 'close'],
  start: startReceive,
  prompt: promptReceive,
  step,
  decide: decideReceive,
  unknown: unknownReceive,
  undo: undoReceive,
}
