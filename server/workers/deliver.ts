import type { ErpConnector, Found } from '../erp/connector.ts'
import { isErpError } from '../erp/erp-error.ts'
import type { ErpError } from '../erp/erp-error.ts'
import type { OutboundOp, RemoteRef } from '../erp/operation.ts'
import type { ConnectorId } from '../../shared/ids.ts'
import { isoOf, msOf } from '../../shared/time.ts'
import type { OutboxRow, OutboxState, OutboxStore } from './ports.ts'

export type DeliverDeps = {
  connector: ErpConnector
  id: ConnectorId
  outbox: OutboxStore
  /** Maps our payload to the ERP's words. Throws an ErpError of class `config` where a mapping is missing. */
  toOperation: (row: OutboxRow) => Promise<OutboundOp>
  now: () => string
  /** 0 ≤ x < 1, for the jitter. */
  random: () => number
  newToken: () => string
  log: { warn: (fields: Record<string, unknown>, message: string) => void }
}

const LEASE_MS = 90_000
/** Delays after the n-th failed attempt; the last one repeats until GIVE_UP. */
const SCHEDULE_MS = [2_000, 10_000, 60_000, 300_000, 900_000, 1_800_000] as const
const GIVE_UP_MS = 72 * 3_600_000

/** One round: claims what is due and carries each message as far as it goes. Returns how many were claimed. */
export const deliverRound = async (deps: DeliverDeps, limit: number, signal: AbortSignal): Promise<number> => {
  const now = deps.now()
  const token = deps.newToken()
  const rows = await deps.outbox.claim({
    connector: deps.id,
    now,
    limit,
    token,
    leaseUntil: isoOf(msOf(now) + LEASE_MS),
  })
  const lanes = Math.max(1, deps.connector.caps.concurrent)
  for (let i = 0; i < rows.length; i += lanes)
    await Promise.all(rows.slice(i, i + lanes).map(row => deliverOne(deps, row, token, signal)))
  return rows.length
}

const deliverOne = async (deps: DeliverDeps, row: OutboxRow, token: string, signal: AbortSignal): Promise<void> => {
  const to = (state: OutboxState, more: Partial<Parameters<OutboxStore['advance']>[2]> = {}) =>
    deps.outbox.advance(row.key, token, { state, now: deps.now(), release: state !== 'posting', ...more })
  try {
    const op = await deps.toOperation(row)
    const known = row.remoteRef === null || row.remoteRef === undefined ? null : (row.remoteRef as RemoteRef)
    // After an unknown outcome only the ERP itself can say what happened; a blind repeat is what destroys stock.
    const seen =
      row.state === 'unknown' ? await attempt(deps, row, 'find', () => deps.connector.find(op, known, signal)) : null
    if (seen !== null && (await settled(seen, to))) return
    const ref =
      seen !== null && seen.state === 'draft'
        ? seen.ref
        : await attempt(deps, row, 'prepare', () => deps.connector.prepare(op, known, signal))
    // The remote id is stored before the stock effect: after a crash `find` knows where to look.
    if (!(await to('posting', { remoteRef: ref }))) return
    await attempt(deps, row, 'post', () => deps.connector.post(op, ref, signal))
    const found = await attempt(deps, row, 'find', () => deps.connector.find(op, ref, signal))
    if (await settled(found, to)) return
    await to('unknown', { nextAt: later(deps, row), errorClass: 'unknownOutcome' })
  } catch (error) {
    await failed(deps, row, error, to)
  }
}

type To = (state: OutboxState, more?: Partial<Parameters<OutboxStore['advance']>[2]>) => Promise<boolean>

/** `find` is the only witness of success. True when the row has reached an end that it decides. */
const settled = async (found: Found, to: To): Promise<boolean> => {
  switch (found.state) {
    case 'posted':
      await to('posted', { remoteRef: found.ref })
      return true
    case 'many':
      await to('held', { errorClass: 'conflict', question: 'Our key is in the ERP more than once.' })
      return true
    case 'cancelled':
      await to('held', { errorClass: 'conflict', question: 'The document was cancelled in the ERP.' })
      return true
    case 'absent':
    case 'draft':
      return false
  }
}

const attempt = async <T>(deps: DeliverDeps, row: OutboxRow, phase: string, run: () => Promise<T>): Promise<T> => {
  const at = deps.now()
  try {
    const value = await run()
    await deps.outbox.tried(row.key, {
      n: row.attempts,
      phase,
      at,
      ms: msOf(deps.now()) - msOf(at),
      errorClass: null,
      answer: null,
    })
    return value
  } catch (error) {
    const known = isErpError(error) ? error : null
    await deps.outbox.tried(row.key, {
      n: row.attempts,
      phase,
      at,
      ms: msOf(deps.now()) - msOf(at),
      errorClass: known?.class ?? 'unknownOutcome',
      answer: known?.message ?? String(error),
    })
    throw error
  }
}

const later = (deps: DeliverDeps, row: OutboxRow, atLeastMs = 0): string => {
  const base = SCHEDULE_MS[Math.min(row.attempts, SCHEDULE_MS.length) - 1] ?? SCHEDULE_MS[0]
  const jittered = base * (0.8 + deps.random() * 0.4)
  return isoOf(msOf(deps.now()) + Math.round(Math.max(jittered, atLeastMs)))
}

const END_STATE: Partial<Record<ErpError['class'], OutboxState>> = {
  conflict: 'held',
  needsDecision: 'held',
  rejected: 'dead',
  config: 'parked',
}

/** By the class of the error, never by its text. What is no ErpError is a fault of ours: outcome unknown, logged. */
const failed = async (deps: DeliverDeps, row: OutboxRow, error: unknown, to: To): Promise<void> => {
  if (!isErpError(error)) {
    deps.log.warn({ key: row.key, error: String(error) }, 'delivering failed')
    await to('unknown', { errorClass: 'unknownOutcome', nextAt: later(deps, row, deps.connector.caps.settleMs) })
    return
  }
  const end = END_STATE[error.class]
  if (end !== undefined) {
    await to(end, { errorClass: error.class, question: error.message })
    return
  }
  const old = msOf(deps.now()) - msOf(row.createdAt) > GIVE_UP_MS
  if (error.class === 'unknownOutcome')
    await to(old ? 'dead' : 'unknown', {
      errorClass: error.class,
      nextAt: later(deps, row, deps.connector.caps.settleMs),
    })
  else
    await to(old ? 'dead' : row.state === 'unknown' ? 'unknown' : 'waiting', {
      errorClass: error.class,
      nextAt: later(deps, row),
    })
}
