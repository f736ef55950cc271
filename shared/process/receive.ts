import type { Line } from '../catalogue.ts'
import type { View } from '../ledger/world.ts'
import type { Draft } from '../sync/command.ts'
import { ask, confirmed, go, kept, sayNo, stay } from './answer.ts'
import type { Input, Moment, Process } from './process.ts'
import { badLabel } from './readings.ts'
import {
  amountIs,
  ASIDE_KEYS,
  asideBack,
  stepAmount,
  stepAmountNumber,
  stepAside,
  stepReason,
} from './receive-aside.ts'
import { isOpen, restOf } from './receive-asn.ts'
import { stepNumber } from './receive-book.ts'
import { decideReceive } from './receive-decide.ts'
import { stepAsked, stepGoods, stepLine } from './receive-goods.ts'
import { startReceive, stepDocument, withoutDocument } from './receive-open.ts'
import { closePallet } from './receive-pallet.ts'
import { stepPhoto } from './receive-photo.ts'
import { askReceive, promptReceive, RECEIVE_STATES } from './receive-prompt.ts'
import { undoReceive } from './receive-undo.ts'
import { unknownReceive } from './receive-unknown.ts'
import { whole } from './receive-state.ts'
import type { ReceiveNext, ReceiveState } from './receive-state.ts'

const stepKey = (state: ReceiveState, command: string, view: View, moment: Moment): ReceiveNext => {
  const { at } = state
  if (command === 'XCNAY') return sayNo(state, askReceive(state).message)
  if (command === 'XCNDC' && at === 'document') return withoutDocument(state, view, moment)
  if (command === 'XCDNE' && at === 'line') return close(state, view, moment)
  if (command === 'XCDNE' && at === 'amount') return amountIs(state, state, view, moment)
  if (command === 'XCCLS' && at === 'line') return closePallet(state, view, moment)
  const aside = at === 'line' ? ASIDE_KEYS[command] : undefined
  if (aside !== undefined) return stepAside(state, aside, view)
  if (command !== 'XCBAK' || at === 'document' || at === 'line') return stay(state, 'wrong', 'no.key')
  return state.aside === null ? go({ ...state, at: 'line', hand: null }, 'ok', 'scan.recv') : asideBack(state, view)
}

const CLOSED = { at: 'document', hand: null, pallet: null, loose: [], beyond: 0, photos: [] } as const

/** Of a line whose figure is withheld only that nothing of it has come. */
const isMissing = (line: Line): boolean => (line.hidden === true ? line.done === 0 && !line.rejected : restOf(line) > 0)

/** R8: DONE; with a rest it takes DONE twice. */
const close = (state: ReceiveState, view: View, moment: Moment): ReceiveNext => {
  const { document, client } = state
  const lines = document === null ? [] : view.linesOf(document)
  if (document === null || client === null || !lines.some(line => line.done > 0))
    return stay(state, 'wrong', 'rcv.nothing')
  const rest = lines.filter(line => line.state === 'open' && isMissing(line)).length
  if (rest > 0 && !confirmed(state, 'XCDNE', moment.monoMs, 'ask.rest'))
    return ask(state, 'XCDNE', moment.monoMs, 'ask.rest', { n: rest })
  const task = view.taskOf(document)?.id ?? null
  const command: Draft = { type: 'close', process: 'receive', client, task, document, place: null }
  const no = view.document(document)?.number ?? ''
  return {
    ...go({ ...state, ...CLOSED }, 'done', 'closed', { no }, [command]),
    finished: true,
  }
}

const ASKED: ReadonlySet<ReceiveState['at']> = new Set(['lot', 'expiry', 'serial'])

const answer = (state: ReceiveState, input: Input, view: View, moment: Moment): ReceiveNext => {
  switch (input.kind) {
    case 'key':
      return stepKey(state, input.command, view, moment)
    case 'choice':
      return state.at === 'reason' ? stepReason(state, input.n, view) : stay(state, 'wrong', 'no.key')
    case 'photo':
      return stepPhoto(state, input.sha)
    case 'number':
      if (state.at === 'line') return stepNumber(state, input.value, view)
      if (state.at === 'amount') return stepAmountNumber(state, input.value, view, moment)
      return ASKED.has(state.at)
        ? stepAsked(state, String(input.value), null, view, moment)
        : stay(state, 'wrong', 'first.item')
    case 'text':
      return ASKED.has(state.at)
        ? stepAsked(state, input.value, null, view, moment)
        : stay(state, 'unknown', 'unknown', { scanned: input.value })
    case 'scan': {
      const { resolved } = input
      const bad = badLabel(state, resolved)
      if (bad !== null) return bad
      if (state.at === 'document') return stepDocument(state, resolved, view, moment)
      if (state.at === 'line') return stepLine(state, resolved, view, moment)
      if (state.at === 'aside') return stepGoods(state, resolved, view, moment)
      if (state.at === 'amount') return stepAmount(state, resolved, view)
      if (state.at === 'reason') return stay(state, 'wrong', 'ret.choose')
      return stepAsked(state, resolved.scan.text, resolved, view, moment)
    }
  }
}

const step = (saved: ReceiveState, input: Input, view: View, moment: Moment): ReceiveNext => {
  const state = whole(saved)
  const document = state.document === null ? undefined : view.document(state.document)
  // Somebody else has closed it, or the ERP has cancelled it: what still comes needs a receipt of its own.
  if (state.at !== 'document' && document !== undefined && !isOpen(document))
    return { ...stay(state, 'wrong', 'rcv.closed', { no: document.number }), finished: true }
  const next = kept(state, answer(state, input, view, moment))
  const goesOn = next.verdict === 'ok' || next.verdict === 'done' || next.verdict === 'warn'
  // Other work was done: a photo that comes now is no more of the code that was kept.
  return goesOn && input.kind !== 'photo' ? { ...next, state: { ...next.state, parked: null } } : next
}

export const receive: Process<ReceiveState> = {
  name: 'receive',
  roles: ['receiver'],
  states: RECEIVE_STATES,
  commands: ['receive', 'reject', 'move', 'unmatched', 'close'],
  start: startReceive,
  prompt: promptReceive,
  step,
  decide: decideReceive,
  unknown: unknownReceive,
  undo: undoReceive,
}
