import { isoOf, msOf } from '../../shared/time.ts'
import type { Found } from '../erp/connector.ts'
import { ErpError, isErpError } from '../erp/erp-error.ts'
import type { ErrorClass } from '../erp/erp-error.ts'
import { linesOf } from '../erp/operation.ts'
import type { OutboundOp, RemoteRef } from '../erp/operation.ts'
import { baseOf } from '../erp/quantity.ts'
import type { DeliverDeps } from './deliver.ts'
import type { Advance, OutboxRow, OutboxState, Try } from './outbox-port.ts'
import { MAX_ATTEMPTS, nextTry } from './retry.ts'

export const LEASE_MS = 300_000
/** The ERP says yes and shows a draft: after so many times a person has to look. */
const MAX_STUCK = 3

/** What is asked for all messages of a round at once. */
export type Round = {
  operationOf: (row: OutboxRow) => Promise<OutboundOp | null>
  guard: (op: OutboundOp, row: OutboxRow) => Promise<void>
}

/** One message on its way: what was tried so far is written with the next change of its state. */
type Journey = Claimed & { deps: DeliverDeps; signal: AbortSignal; tries: Try[]; touched: boolean }
type Claimed = { row: OutboxRow; token: string; round: Round }

/** Carries one claimed message as far as it goes. Returns what went wrong, null when it reached its end. */
export const deliverOne = async (
  deps: DeliverDeps,
  claimed: Claimed,
  signal: AbortSignal,
): Promise<ErpError | null> => {
  const { row } = claimed
  const journey: Journey = { ...claimed, deps, signal, tries: [], touched: row.touched }
  try {
    await carry(journey)
    return null
  } catch (error) {
    const known = isErpError(error) ? error : null
    if (known === null) deps.log.warn({ key: row.key, err: error }, 'delivering failed')
    const failure = known ?? new ErpError('unknownOutcome', error instanceof Error ? error.message : String(error))
    await failed(journey, failure)
    return failure
  }
}

const carry = async (journey: Journey): Promise<void> => {
  const { deps, row, round, signal } = journey
  const { connector } = deps
  const op = await attempt(journey, 'map', () => round.operationOf(row))
  if (op === null) return advance(journey, 'skipped', { question: 'Nothing that the ERP would see.' })
  // After an unknown outcome only the ERP itself can say what happened; a blind repeat is what destroys stock.
  const seen = row.state === 'unknown' ? await look(journey, op, row.remoteRef) : null
  if (seen !== null && (await settled(journey, op, seen))) return
  if (deps.mode === 'readOnly') return advance(journey, 'rehearsed')
  await attempt(journey, 'guard', () => round.guard(op, row))
  const known = seen !== null && seen.state === 'draft' ? seen.ref : row.remoteRef
  journey.touched = true
  const ref = await attempt(journey, 'prepare', () => connector.prepare(op, known, signal))
  if (deps.mode === 'shadow') return advance(journey, 'rehearsed', { remoteRef: ref })
  // The remote id is stored before the stock effect: after a crash `find` knows where to look.
  const leaseUntil = isoOf(msOf(deps.now()) + LEASE_MS)
  if (!(await write(journey, 'posting', { remoteRef: ref, release: false, leaseUntil }))) return
  const refused = await posted(journey, () => connector.post(op, ref, signal))
  const found = await look(journey, op, ref)
  // What the ERP shows decides where it shows an end; a draft or nothing leaves the refusal.
  if (refused !== null && (found.state === 'absent' || found.state === 'draft')) throw refused
  if (await settled(journey, op, found)) return
  await yesButDraft(journey)
}

/**
 * A conflict or refusal of the posting call itself may be the echo of the same call, carried out twice on the way ("is
 * submitted already"): the ERP is asked before a person is.
 */
const posted = async (journey: Journey, post: () => Promise<void>): Promise<ErpError | null> => {
  try {
    await attempt(journey, 'post', post)
    return null
  } catch (error) {
    if (isErpError(error) && (error.class === 'conflict' || error.class === 'rejected')) return error
    throw error
  }
}

const look = (journey: Journey, op: OutboundOp, ref: RemoteRef | null): Promise<Found> =>
  attempt(journey, 'find', () => journey.deps.connector.find(op, ref, journey.signal))

const write = async (journey: Journey, state: OutboxState, more: Partial<Advance> = {}): Promise<boolean> => {
  const { deps, row, token } = journey
  const tries = journey.tries.splice(0)
  const to: Advance = { state, now: deps.now(), release: true, ...(journey.touched ? { touched: true } : {}), ...more }
  return deps.outbox.advance(row.key, token, to, tries)
}
const advance = async (journey: Journey, state: OutboxState, more: Partial<Advance> = {}): Promise<void> => {
  await write(journey, state, more)
}

/** `find` is the only witness of success. True when the message has reached an end that it decides. */
const settled = async (journey: Journey, op: OutboundOp, found: Found): Promise<boolean> => {
  const held = async (question: string, ref?: RemoteRef): Promise<true> => {
    await write(journey, 'held', { errorClass: 'conflict', question, ...(ref === undefined ? {} : { remoteRef: ref }) })
    return true
  }
  switch (found.state) {
    case 'posted': {
      const wrong = found.lines === null ? null : differenceOf(op, found.lines)
      if (wrong !== null) return held(`The ERP has booked something else: ${wrong}`, found.ref)
      await write(journey, 'posted', { remoteRef: found.ref, documents: found.documents })
      return true
    }
    case 'many':
      return held(`Our key is in the ERP ${found.refs.length} times: ${found.refs.map(ref => ref.id).join(', ')}`)
    case 'cancelled':
      return held('The document was cancelled in the ERP.', found.ref)
    case 'absent':
    case 'draft':
      return false
  }
}

/** What was booked against what was sent, by item, lot and serial; null = the same. */
export const differenceOf = (op: OutboundOp, lines: (Found & { state: 'posted' })['lines']): string | null => {
  const sums = new Map<string, number>()
  const add = (row: { item: string; lot: string; serial: string }, n: number): void => {
    const at = `${row.item} ${row.lot} ${row.serial}`.trim()
    sums.set(at, (sums.get(at) ?? 0) + n)
  }
  for (const line of linesOf(op)) add(line, -(baseOf(line.qty) ?? Number.NaN))
  for (const line of lines ?? []) add(line, baseOf(line.qty) ?? Number.NaN)
  const wrong = [...sums].filter(([, n]) => n !== 0)
  return wrong.length === 0
    ? null
    : wrong
        .slice(0, 5)
        .map(([at, n]) => `${at} ${n > 0 ? '+' : ''}${n}`)
        .join(', ')
}

/** A 2xx that did nothing. Asked again by schedule; when it stays so a person has to look. */
const yesButDraft = async (journey: Journey): Promise<void> => {
  const { deps, row } = journey
  const stuck = deps.connector.caps.takesLater === true ? row.stuck : row.stuck + 1
  if (row.attempts >= MAX_ATTEMPTS)
    return advance(journey, 'dead', { errorClass: 'rejected', question: 'The ERP has not taken the document.' })
  if (stuck >= MAX_STUCK)
    return advance(journey, 'held', {
      errorClass: 'conflict',
      stuck,
      question: 'The ERP says that it has booked the document, but does not show it as booked.',
    })
  await advance(journey, 'unknown', {
    errorClass: 'unknownOutcome',
    stuck,
    nextAt: nextTry(deps.now(), row.attempts, deps.random()),
  })
}

const attempt = async <T>(journey: Journey, phase: Try['phase'], run: () => Promise<T>): Promise<T> => {
  const { deps, row } = journey
  const at = deps.now()
  const record = (error: ErpError | null, words: string | null): void => {
    const exchange = error?.exchange ?? null
    journey.tries.push({
      n: row.attempts,
      phase,
      at,
      ms: msOf(deps.now()) - msOf(at),
      errorClass: error?.class ?? (words === null ? null : 'unknownOutcome'),
      request: exchange?.request ?? null,
      answer: exchange?.answer ?? words,
    })
  }
  try {
    const value = await run()
    if (phase !== 'map' && phase !== 'guard') record(null, null)
    return value
  } catch (error) {
    if (isErpError(error)) record(error, error.message)
    else record(null, error instanceof Error ? error.message : String(error))
    throw error
  }
}

const END_STATE: Readonly<Record<ErrorClass, OutboxState | null>> = {
  conflict: 'held',
  needsDecision: 'held',
  rejected: 'dead',
  config: 'parked',
  transient: null,
  throttled: null,
  unknownOutcome: null,
  auth: null,
}

/** By the class of the error, never by its text. */
const failed = async (journey: Journey, error: ErpError): Promise<void> => {
  const { deps, row } = journey
  const errorClass = error.class
  const end = END_STATE[errorClass]
  if (end !== null)
    return advance(journey, end, { errorClass, question: error.message, ask: error.question, gap: error.gap })
  if (row.attempts >= MAX_ATTEMPTS) return advance(journey, 'dead', { errorClass, question: error.message })
  const now = deps.now()
  const unknown = errorClass === 'unknownOutcome'
  const settleMs = unknown && journey.touched ? deps.connector.caps.settleMs : 0
  const nextAt = nextTry(now, row.attempts, deps.random(), Math.max(settleMs, error.retryAfterMs ?? 0))
  await advance(journey, unknown || journey.touched ? 'unknown' : 'waiting', {
    errorClass,
    nextAt,
    ...(settleMs > 0 ? { settleUntil: isoOf(msOf(now) + settleMs) } : {}),
  })
}
