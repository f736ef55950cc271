import type { ConnectorId } from '../../shared/ids.ts'
import { isoOf, msOf } from '../../shared/time.ts'
import type { ErpConnector, Health } from '../erp/connector.ts'
import { isErpError } from '../erp/erp-error.ts'
import type { ErpError, ErrorClass } from '../erp/erp-error.ts'
import type { Circuit, OutboxStore } from './outbox-port.ts'

/** Transient failures in a row that open the circuit, and how often the ERP is then looked at. */
const OPENS_AFTER = 5
const CHECK_EVERY_MS = 30_000
/** After "slow down" the lane runs at half its rate for an hour. */
const SLOW_MS = 3_600_000
/** Calls that one message takes as a rule: prepare, post, find. */
const CALLS_PER_MESSAGE = 3

export type GateDeps = {
  connector: ErpConnector
  id: ConnectorId
  /** Rises when settings or credentials change: an ERP that refused the old ones is tried once with the new. */
  version: number
  outbox: Pick<OutboxStore, 'circuit' | 'saveCircuit' | 'dueNow'>
  lane: Lane
  now: () => string
  /** What a check found, for the desk. */
  onHealth?: (health: Health | null, words: string) => Promise<void>
}

/**
 * How a connection runs at present. In memory: it begins anew with the process, and nothing is lost by that; the circuit is
 * kept in the store, so that a restart does not try a wrong password again.
 */
export type Lane = {
  failures: number
  pausedUntilMs: number
  slowUntilMs: number
  /** Messages that may be sent now, and when that was counted. */
  allowance: number
  countedAtMs: number
  /** The ERP was away and is back: the books are to be compared. */
  reopened: boolean
  /** The look at the ERP that is under way: everybody waits for the one, so that a wrong password is tried once. */
  checking: Promise<boolean> | null
}
export const makeLane = (): Lane => ({
  failures: 0,
  pausedUntilMs: 0,
  slowUntilMs: 0,
  allowance: 0,
  countedAtMs: 0,
  reopened: false,
  checking: null,
})

/** How many messages may go now, by the rate that the ERP is allowed. */
export const allowance = (lane: Lane, perSecond: number, now: string, limit: number): number => {
  const nowMs = msOf(now)
  if (nowMs < lane.pausedUntilMs) return 0
  const rate = ((nowMs < lane.slowUntilMs ? 0.5 : 1) * perSecond) / CALLS_PER_MESSAGE
  const most = Math.max(1, rate)
  const earned = lane.countedAtMs === 0 ? most : (Math.max(0, nowMs - lane.countedAtMs) * rate) / 1000
  lane.allowance = Math.min(most, lane.allowance + earned)
  lane.countedAtMs = nowMs
  return Math.min(limit, Math.floor(lane.allowance))
}
export const spend = (lane: Lane, messages: number): void => {
  lane.allowance -= messages
}

/** Whether the connection may be used now. An open circuit is tried by `check` alone, when its time has come. */
export const gateIsOpen = async (deps: GateDeps, signal: AbortSignal): Promise<boolean> => {
  const circuit = await deps.outbox.circuit(deps.id)
  if (circuit.state === 'closed') return true
  const due = circuit.cause === 'auth' ? circuit.version !== deps.version : msOf(deps.now()) >= msOf(circuit.checkAt)
  if (!due) return false
  deps.lane.checking ??= looked(deps, signal).finally(() => (deps.lane.checking = null))
  return deps.lane.checking
}

const looked = async (deps: GateDeps, signal: AbortSignal): Promise<boolean> => {
  try {
    const health = await deps.connector.check(signal)
    await deps.onHealth?.(health, '')
    await deps.outbox.saveCircuit(deps.id, { state: 'closed' })
    await deps.outbox.dueNow(deps.id, deps.now())
    deps.lane.failures = 0
    deps.lane.reopened = true
    return true
  } catch (error) {
    const words = error instanceof Error ? error.message : 'no answer'
    await deps.onHealth?.(null, words)
    await deps.outbox.saveCircuit(deps.id, opened(deps, isErpError(error) ? error.class : 'transient', words))
    return false
  }
}

const opened = (deps: GateDeps, errorClass: ErrorClass, words: string): Circuit => {
  const since = deps.now()
  return errorClass === 'auth'
    ? { state: 'open', cause: 'auth', since, version: deps.version, words }
    : { state: 'open', cause: 'transient', since, checkAt: isoOf(msOf(since) + CHECK_EVERY_MS), words }
}

/** Takes notice of how a call went. True = the connection is not to be used any more for now. */
export const notice = async (deps: GateDeps, error: ErpError | null): Promise<boolean> => {
  const { lane } = deps
  if (error === null) {
    lane.failures = 0
    return false
  }
  if (error.class === 'throttled') {
    const nowMs = msOf(deps.now())
    lane.pausedUntilMs = Math.max(lane.pausedUntilMs, nowMs + (error.retryAfterMs ?? 2_000))
    lane.slowUntilMs = nowMs + SLOW_MS
    return true
  }
  const broken = error.class === 'transient' || error.class === 'unknownOutcome'
  lane.failures = broken ? lane.failures + 1 : 0
  if (error.class !== 'auth' && lane.failures < OPENS_AFTER) return false
  lane.failures = 0
  await deps.outbox.saveCircuit(deps.id, opened(deps, error.class, error.message))
  return true
}
