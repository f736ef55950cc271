import type { StockStatus } from '../ledger/stock.ts'
import { STATUSES } from '../ledger/stock.ts'
import { mayDo } from '../roles.ts'
import type { Draft } from '../sync/command.ts'
import { go, stay } from './answer.ts'
import { emptyHanded } from './move-state.ts'
import type { MoveNext, MoveState } from './move-state.ts'
import type { Moment } from './process.ts'

export const CHANGE_REASONS = ['DAMAGED', 'EXPIRED', 'CORRECTION', 'FOUND', 'OTHER'] as const
export const SCRAP_REASONS = ['DAMAGED', 'EXPIRED', 'SAMPLE', 'INTERNAL_USE', 'OTHER'] as const

/** Statuses that the goods in hand can get. */
export const statusesFor = ({ load }: MoveState): readonly StockStatus[] =>
  load?.kind === 'goods' ? STATUSES.filter(status => status !== load.status) : []

/** STATUS, SCRAP and DAMAGED change what may be done with the goods in hand; they stay where they are. */
export const stepChange = (state: MoveState, command: string, moment: Moment): MoveNext => {
  if (state.load?.kind !== 'goods') return stay(state, 'wrong', 'first.item')
  // Everybody may say that something is broken; everything else is a supervisor's.
  if (command === 'XCDMG') return go({ ...state, at: 'reason', change: 'damaged' }, 'ok', 'why')
  if (!mayDo(moment.worker.roles, ['supervisor'])) return stay(state, 'wrong', 'role', { role: 'supervisor' })
  return command === 'XCSCR'
    ? go({ ...state, at: 'reason', change: 'scrap' }, 'ok', 'why')
    : go({ ...state, at: 'status' }, 'ok', 'which.status')
}

export const stepStatus = (state: MoveState, n: number): MoveNext => {
  const status = statusesFor(state)[n - 1]
  return status === undefined
    ? stay(state, 'wrong', 'no.key')
    : go({ ...state, at: 'reason', change: status }, 'ok', 'why')
}

export const reasonsFor = ({ change }: MoveState): readonly string[] =>
  change === 'scrap' ? SCRAP_REASONS : CHANGE_REASONS

export const stepReason = (state: MoveState, n: number): MoveNext => {
  const { load, from, change } = state
  const reason = reasonsFor(state)[n - 1]
  if (reason === undefined) return stay(state, 'wrong', 'no.key')
  if (load?.kind !== 'goods' || from === null || change === null) return go({ ...state, at: 'from' }, 'ok', 'move.from')
  const { client, item, lot, serial, lpn, status, qty, raw } = load
  const row = { client, item, lot, serial, from: { location: from, lpn, status }, qty, reason, scan: raw }
  const command: Draft =
    change === 'scrap'
      ? { type: 'scrap', process: 'move', ...row }
      : { type: 'status', process: 'move', ...row, to: { location: from, lpn, status: change } }
  const next: MoveState = { ...emptyHanded(state), at: 'goods' }
  return go(next, 'done', change === 'scrap' ? 'scrap.done' : 'status.done', { n: qty }, [command])
}
