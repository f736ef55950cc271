import { v7 } from './id.ts'
import type { ShownVariance } from '../../../shared/desk/variances.ts'
import { decisionsAnswerSchema, MAX_DECISIONS } from '../../../shared/sync/decision.ts'
import type { DecisionAnswer, DecisionKind } from '../../../shared/sync/decision.ts'
import type { Desk } from './context.ts'

/** Why a count may be posted; which one is meant is chosen by sign until somebody says otherwise. */
export const REASONS = [
  'FOUND',
  'MISSING',
  'DAMAGED',
  'STOLEN',
  'CONSUMED',
  'DATA_ENTRY_ERROR',
  'CORRECTION',
  'INBOUND_NOT_RECORDED',
  'OUTBOUND_NOT_RECORDED',
  'WRONG_LOT_PICKED',
  'OTHER',
] as const
export const reasonFor = (delta: number): string => (delta > 0 ? 'FOUND' : 'MISSING')

/** `with`: the other end, where both are to be one move. */
export type Decided = Pick<ShownVariance, 'id' | 'version' | 'delta' | 'book' | 'state'> & {
  early?: boolean
  with?: { target: string; expectedVersion: number }
}

/** Decides each on the version that is shown; the answers name the variance. */
export const decide = async (
  { api, me }: Pick<Desk, 'api' | 'me'>,
  rows: readonly Decided[],
  kind: DecisionKind,
  reason: (row: Pick<ShownVariance, 'id' | 'delta'>) => string,
): Promise<readonly DecisionAnswer[]> => {
  const answers: DecisionAnswer[] = []
  for (let from = 0; from < rows.length; from += MAX_DECISIONS) {
    const part = rows.slice(from, from + MAX_DECISIONS)
    const decisions = part.map(row => ({
      id: v7(),
      kind,
      target: row.id,
      expectedVersion: row.version,
      // Whoever approves one that waits for handhelds has been asked before.
      args: { early: row.early ?? row.state !== 'review', ...(row.with === undefined ? {} : { with: row.with }) },
      reason: reason(row),
      seen: { delta: row.delta, bookAtCount: row.book },
    }))
    const of = new Map(decisions.map(({ id, target }) => [id, target]))
    const body = { worker: me.worker, session: v7(), decisions }
    const { results } = await api.post('/api/decisions', body, decisionsAnswerSchema)
    answers.push(...results.map(result => ({ ...result, id: of.get(result.id) ?? result.id })))
  }
  return answers
}
