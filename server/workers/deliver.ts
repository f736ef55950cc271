import { isoOf, msOf } from '../../shared/time.ts'
import type { OutboundOp } from '../erp/operation.ts'
import { deliverOne, LEASE_MS } from './deliver-one.ts'
import type { Round } from './deliver-one.ts'
import { allowance, gateIsOpen, notice, spend } from './lane.ts'
import type { GateDeps } from './lane.ts'
import type { OutboxRow, OutboxStore } from './outbox-port.ts'

/** `readOnly`: everything is made up, nothing is written there. `shadow`: drafts are made, nothing is posted. */
export type DeliverMode = 'readOnly' | 'shadow' | 'live'

export type DeliverDeps = GateDeps & {
  outbox: OutboxStore
  mode: DeliverMode
  /**
   * Our payload in the ERP's words; null = nothing that the ERP would see. Throws an ErpError of class `config` with its gap
   * where a mapping is missing.
   */
  toOperation: (row: OutboxRow) => Promise<OutboundOp | null>
  /** Before a figure is corrected: throws an ErpError of class `conflict` when the books do not stand where we think. */
  guard?: (op: OutboundOp, row: OutboxRow, signal: AbortSignal) => Promise<void>
  /** 0 ≤ x < 1, for the jitter. */
  random: () => number
  newToken: () => string
  log: { warn: (fields: Record<string, unknown>, message: string) => void }
}

/**
 * One round: claims what is due, in order per subject and as many at once as the ERP takes, and carries each message as far
 * as it goes. Returns how many reached an end or a wait; 0 = nothing to do for now.
 */
export const deliverRound = async (deps: DeliverDeps, limit: number, signal: AbortSignal): Promise<number> => {
  if (!(await gateIsOpen(deps, signal))) return 0
  const { perSecond } = deps.connector.caps
  const concurrent = Math.max(1, deps.connector.caps.concurrent)
  const now = deps.now()
  const allowed = allowance(deps.lane, perSecond, now, Math.min(limit, concurrent * 16))
  if (allowed < 1) return 0
  const token = deps.newToken()
  const leaseUntil = isoOf(msOf(now) + LEASE_MS)
  const rows = await deps.outbox.claim({ connector: deps.id, now, limit: allowed, token, leaseUntil })
  spend(deps.lane, rows.length)
  const round = roundOf(deps, rows, signal)
  const left = [...rows]
  let stopped = false
  const run = async (): Promise<void> => {
    for (let row = left.shift(); row !== undefined; row = left.shift()) {
      // Near the end of its lease a message may be somebody else's before we are through with it.
      const late = msOf(deps.now()) > msOf(leaseUntil) - LEASE_MS / 2
      if (stopped || late || signal.aborted) await giveBack(deps, row, token)
      else stopped = (await notice(deps, await deliverOne(deps, { row, token, round }, signal))) || stopped
    }
  }
  await Promise.all(Array.from({ length: Math.min(concurrent, rows.length) }, run))
  return rows.length
}

/**
 * What all messages of a round need is asked for all of them at once: their words, and how the books stand. A message of
 * unknown outcome may be there already: how the books stand is asked when it is known that it is not.
 */
const roundOf = (deps: DeliverDeps, rows: readonly OutboxRow[], signal: AbortSignal): Round => {
  const guard = async (op: OutboundOp | null, row: OutboxRow): Promise<void> => {
    if (op !== null) await deps.guard?.(op, row, signal)
  }
  const asked = new Map(
    rows.map(row => {
      const op = deps.toOperation(row)
      const isEarly = deps.mode !== 'readOnly' && row.state !== 'unknown'
      const guarded = isEarly ? op.then(one => guard(one, row)) : null
      // Who is not carried in this round has nobody who waits for it.
      guarded?.catch(() => {})
      op.catch(() => {})
      return [row.key, { op, guarded }]
    }),
  )
  return {
    operationOf: row => asked.get(row.key)?.op ?? deps.toOperation(row),
    guard: (op, row) => asked.get(row.key)?.guarded ?? guard(op, row),
  }
}

/** Claimed but not tried: as it was before. */
const giveBack = async (deps: DeliverDeps, row: OutboxRow, token: string): Promise<void> => {
  await deps.outbox.advance(row.key, token, {
    state: row.state === 'unknown' ? 'unknown' : 'waiting',
    now: deps.now(),
    release: true,
    untried: true,
    errorClass: row.errorClass,
    question: row.question,
  })
}
