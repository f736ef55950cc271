import * as v from 'valibot'
import { ErpError } from './erp-error.ts'
import type { ErrorClass, Exchange, Phase } from './erp-error.ts'

/** What Tryton says with HTTP 200 and `error: [kind, …]`. A `UserWarning` is a question: nothing has been done yet. */
export type Refusal =
  | { kind: 'UserError'; text: string }
  | { kind: 'UserWarning'; name: string; text: string }
  | { kind: 'ConcurrencyException' }
  | { kind: 'LoginException' }
  /** A Python exception of the server, its text in place of a kind. */
  | { kind: 'bare'; text: string }

/** Python's KeyError prints as 'name': a model or field that a missing module would have brought. */
const KEY_ERROR = /^'[^'\n]{1,100}'$/

/**
 * The class of an answer by status, kind and phase, never by its text: texts are translated. A `bare` exception while
 * writing may have come after the change, from a task that runs behind it.
 */
export const classify = (answer: { status: number } | Refusal, phase: Phase): ErrorClass => {
  const lost = phase === 'read' ? 'transient' : 'unknownOutcome'
  if ('status' in answer) {
    if (answer.status === 401) return 'auth'
    if (answer.status === 403 || answer.status === 404) return 'config'
    if (answer.status === 429) return 'throttled'
    if (answer.status === 413) return 'rejected'
    return lost
  }
  switch (answer.kind) {
    case 'UserError':
      return 'rejected'
    case 'UserWarning':
      return 'needsDecision'
    case 'ConcurrencyException':
      return 'conflict'
    case 'LoginException':
      return 'auth'
    case 'bare':
      return KEY_ERROR.test(answer.text) ? 'config' : lost
  }
}

const envelope = v.union([
  v.object({ id: v.number(), error: v.pipe(v.array(v.unknown()), v.minLength(1)) }),
  v.object({ id: v.number(), result: v.unknown() }),
])

/** The result, or what Tryton refused; null when it is no answer of Tryton at all (cut, a page, other JSON). */
export const readAnswer = (json: unknown): { result: unknown } | { refusal: Refusal } | null => {
  const read = v.safeParse(envelope, json)
  if (!read.success) return null
  return 'error' in read.output ? { refusal: refusalOf(read.output.error) } : { result: read.output.result }
}

const MAX_TEXT = 1000
const textOf = (value: unknown): string =>
  (typeof value === 'string' ? value : JSON.stringify(value ?? '')).slice(0, MAX_TEXT)

const refusalOf = ([kind, details]: readonly unknown[]): Refusal => {
  const parts = (Array.isArray(details) ? details : [details]).map(part => (part === null ? '' : textOf(part)))
  switch (kind) {
    case 'UserError':
      return { kind, text: [parts[0], parts[1]].filter(Boolean).join(' ') }
    case 'UserWarning':
      return { kind, name: parts[0] ?? '', text: [parts[1], parts[2]].filter(Boolean).join(' ') }
    case 'ConcurrencyException':
    case 'LoginException':
      return { kind }
    default:
      return { kind: 'bare', text: textOf(kind).trim() }
  }
}

const HASH = /[0-9a-f]{32}/g
const RECORD = /(?:stock|sale|purchase|product|party|account)\.[a-z._]+,\d+/g
/**
 * A question by what stays the same: what it is about and who asks. Warnings are named after the records that they warn of,
 * by a hash or by number: "<md5>.done", "stock.move,5.check_expiration_dates", "shipment_out_no_carrier_stock.shipment.out,1".
 */
export const questionId = (warning: string, method: string): string => {
  const about = warning
    .replace(HASH, '')
    .replace(RECORD, '')
    .replace(/^[._]+|[._]+$/g, '')
  return `${about}@${method.replace(/^model\./, '')}`.slice(0, 200)
}

const wordsOf = (refusal: Refusal, method: string): string => {
  switch (refusal.kind) {
    case 'UserError':
    case 'UserWarning':
      return `Tryton says: ${refusal.text}`
    case 'ConcurrencyException':
      return 'The document was changed in Tryton at the same moment.'
    case 'LoginException':
      return 'Tryton does not accept the user name and password.'
    case 'bare':
      return `Tryton failed at ${method}: ${refusal.text}`
  }
}

/** A refusal as an error of the port. */
export class TrytonError extends ErpError {
  readonly refusal: Refusal
  constructor(refusal: Refusal, method: string, phase: Phase, exchange: Exchange) {
    super(classify(refusal, phase), wordsOf(refusal, method), {
      exchange,
      question:
        refusal.kind === 'UserWarning'
          ? {
              id: questionId(refusal.name, method),
              text: refusal.text,
              answers: [{ id: 'yes', text: 'Go on' }],
            }
          : null,
    })
    this.refusal = refusal
  }
}
export const refusalIn = (error: unknown): Refusal | null => (error instanceof TrytonError ? error.refusal : null)
