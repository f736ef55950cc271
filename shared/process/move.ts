import type { View } from '../ledger/world.ts'
import type { Act } from '../sync/act.ts'
import type { Command } from '../sync/command.ts'
import type { Role } from '../roles.ts'
import { go, kept, sayNo, stay } from './answer.ts'
import { stepChange, stepReason, stepStatus } from './move-change.ts'
import { palletOf } from './lpn.ts'
import { decideMove, undoMove, unknownMove } from './move-decide.ts'
import { askMove, promptMove, MOVE_STATES } from './move-prompt.ts'
import { stepTo } from './move-put.ts'
import { nextInHand, stepAnother } from './move-several.ts'
import { emptyHanded, fresh } from './move-state.ts'
import type { MoveNext, MoveState } from './move-state.ts'
import {
  fromPlace,
  openPallet,
  OPENS,
  stepFrom,
  stepGoods,
  stepMark,
  stepMore,
  stepNumber,
  stepWhich,
  takePallet,
  takeRow,
  takeWhole,
} from './move-take.ts'
import type { Input, Moment, Process, Start } from './process.ts'
import { badLabel } from './readings.ts'

const start = (start: Start, view: View, moment: Moment): MoveNext => {
  if ('row' in start) return takeRow(fresh('move'), start.row, view, moment)
  if ('lpn' in start) return takePallet(fresh('move'), palletOf(start.lpn, view), view, moment)
  return 'location' in start ? fromPlace(fresh('move'), start.location, view) : go(fresh('move'), 'ok', 'move.from')
}

/** BACK lets go of what is in hand, then of the place; nothing booked is ever lost by it. */
const stepBack = (state: MoveState): MoveNext => {
  if (state.at === 'from') return stay(state, 'wrong', 'no.key')
  if (state.at === 'status' || state.at === 'reason') return go({ ...state, at: 'to', change: null }, 'ok', 'move.to')
  const empty = emptyHanded(state)
  return state.at === 'goods' || state.from === null || state.load?.kind === 'pallet'
    ? go({ ...empty, at: 'from', from: null, only: null }, 'ok', 'move.from')
    : go({ ...empty, at: 'goods' }, 'ok', 'scan.item')
}

const stepKey = (state: MoveState, command: string, view: View, moment: Moment): MoveNext => {
  const { message } = askMove(state)
  if (command === 'XCNAY') return sayNo(state, message)
  if (command === 'XCBAK') return stepBack(state)
  if (command === 'XCALL' && state.at === 'goods') return takeWhole(state, view, moment, 'move.to')
  const opened = OPENS.has(command) ? openPallet(state) : null
  if (opened !== null) return opened
  if (['XCDMG', 'XCSTA', 'XCSCR'].includes(command) && state.at === 'to') return stepChange(state, command, moment)
  return stay(state, 'wrong', 'no.key')
}

const stepScan = (state: MoveState, input: Extract<Input, { kind: 'scan' }>, view: View, moment: Moment): MoveNext => {
  const { resolved } = input
  const bad = badLabel(state, resolved)
  if (bad !== null) return bad
  switch (state.at) {
    case 'from':
      return stepFrom(state, resolved, view, moment)
    case 'goods':
      return stepGoods(state, resolved, view, moment)
    case 'lot':
    case 'serial':
      return stepMark(state, resolved.scan.text, resolved, view)
    case 'to':
      return (
        stepMore(state, resolved, view) ??
        stepAnother(state, resolved, view, moment) ??
        stepTo(state, resolved, view, moment)
      )
    case 'which':
      return stay(state, 'wrong', 'which.status')
    case 'status':
    case 'reason':
      return stay(state, 'wrong', 'why')
  }
}

const answer = (state: MoveState, input: Input, view: View, moment: Moment): MoveNext => {
  switch (input.kind) {
    case 'key':
      return stepKey(state, input.command, view, moment)
    case 'scan':
      return stepScan(state, input, view, moment)
    case 'number':
      return stepNumber(state, input.value, view)
    case 'choice':
      if (state.at === 'status') return stepStatus(state, input.n)
      if (state.at === 'which') return stepWhich(state, input.n, view)
      return state.at === 'reason' ? stepReason(state, input.n) : stay(state, 'wrong', 'no.key')
    case 'text':
      return state.at === 'lot' || state.at === 'serial'
        ? stepMark(state, input.value, null, view)
        : stay(state, 'unknown', 'unknown', { scanned: input.value })
    case 'photo':
      return stay(state, 'wrong', 'no.key')
  }
}

/** A change of status and scrapping are a supervisor's; that something is broken anybody may say. */
const rolesOf = (act: Act | Command): readonly Role[] =>
  act.type === 'scrap' || (act.type === 'status' && act.to.status !== 'damaged') ? ['supervisor'] : ROLES
const ROLES: readonly Role[] = ['receiver', 'picker', 'packer', 'counter']

export const move: Process<MoveState> = {
  name: 'move',
  roles: ROLES,
  states: MOVE_STATES,
  commands: ['move', 'lpn.move', 'status', 'scrap', 'park'],
  start,
  prompt: promptMove,
  step: (state, input, view, moment) => kept(state, nextInHand(state, answer(state, input, view, moment))),
  decide: decideMove,
  unknown: unknownMove,
  undo: undoMove,
  rolesOf,
}
