import * as v from 'valibot'
import { ErpError } from './erp-error.ts'
import type { ErrorClass, Phase } from './erp-error.ts'
import { retryAfterMs } from './http.ts'
import type { HttpAnswer } from './http.ts'

/** Whoever says one of these was not let in. A header that cannot be read is told with a status of its own. */
const NOT_IN = /^(AuthenticationError|SessionExpired|SecurityException|CSRFTokenError|InvalidAuthorization\w+)$/
const TOO_MANY = /^(TooManyRequestsError|RateLimitExceededError)$/
/** Rolled back, or not begun: somebody else was there between our reading and our writing, or the site is being updated. */
const NOTHING_HAPPENED =
  /^(QueryDeadlockError|QueryTimeoutError|TimestampMismatchError|DocumentLockedError|InReadOnlyMode|SessionStopped)$/
/** Both sides differ: less there than was taken, more than the order has, a document that is posted already, a name that is taken. */
const DIFFERS =
  /^(NegativeStockError|BatchNegativeStockError|OverAllowanceError|DuplicateEntryError|UniqueValidationError|DocstatusTransitionError|UpdateAfterSubmitError)$/
/** A field, link or doctype that is not there, a right that is not given, a field that somebody made mandatory over there. */
const NOT_THERE = /^(PermissionError|DoesNotExistError|LinkValidationError|MandatoryError|DataError)$/
/** Python's and the database's own words for it: only while reading, where nothing can have happened. */
const UNKNOWN_FIELD = /^(OperationalError|ProgrammingError|AttributeError|KeyError|TypeError|ImportError)$/

/**
 * The class of an answer by status, name of the exception (`exc_type`) and phase, never by its text, which is translated. An
 * answer without a name is not one of Frappe's: harmless while reading and an unknown outcome while writing.
 */
export const classify = (status: number, name: string, phase: Phase): ErrorClass => {
  if (status === 401 || NOT_IN.test(name)) return 'auth'
  if (status === 429 || TOO_MANY.test(name)) return 'throttled'
  if (NOTHING_HAPPENED.test(name)) return 'transient'
  if (DIFFERS.test(name) || status === 409) return 'conflict'
  if (NOT_THERE.test(name) || (phase === 'read' && UNKNOWN_FIELD.test(name))) return 'config'
  if (status === 417 || status === 413) return name === '' && status === 417 ? unknown(phase) : 'rejected'
  if (status >= 300 && status < 500 && status !== 408) return 'config'
  return unknown(phase)
}
const unknown = (phase: Phase): ErrorClass => (phase === 'read' ? 'transient' : 'unknownOutcome')

/** A refusal with the name of the exception: what is there already may be what we wanted. */
export class FrappeError extends ErpError {
  readonly exception: string
  constructor(
    errorClass: ErrorClass,
    exception: string,
    words: string,
    more: ConstructorParameters<typeof ErpError>[2],
  ) {
    super(errorClass, words, more)
    this.exception = exception
  }
}
/** The document is there already: our key or its name is taken. */
export const isTaken = (error: unknown): boolean =>
  error instanceof FrappeError && /^(DuplicateEntryError|UniqueValidationError)$/.test(error.exception)
export const isMissing = (error: unknown): boolean =>
  error instanceof FrappeError && error.exception === 'DoesNotExistError'

const refusal = v.object({
  exc_type: v.optional(v.nullable(v.string()), ''),
  exception: v.optional(v.nullable(v.string()), ''),
  /** JSON inside JSON, twice. */
  _server_messages: v.optional(v.nullable(v.string()), ''),
})
const messages = v.pipe(
  v.string(),
  v.parseJson(),
  v.array(v.pipe(v.string(), v.parseJson(), v.looseObject({ message: v.optional(v.string(), '') }))),
)

/** Frappe's messages are HTML and hold links. */
export const plainText = (html: string): string =>
  html
    .replaceAll(/<(br|\/p|\/div|\/li)[^>]*>/gi, ' ')
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll('&amp;', '&')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll(/&(nbsp|#160);/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()

/** The sentence that a person over there would have read; a traceback is not one. */
const sentenceOf = (said: v.InferOutput<typeof refusal>): string => {
  const read = v.safeParse(messages, said._server_messages)
  const first = read.success ? read.output.map(row => plainText(row.message)).find(words => words !== '') : undefined
  return (first ?? plainText((said.exception ?? '').replace(/^[\w.]+:\s*/, ''))).slice(0, 280)
}

const wordsOf = (status: number, name: string, sentence: string): string => {
  if (classify(status, name, 'read') === 'auth')
    return 'ERPNext does not take the key and secret: they are wrong, were withdrawn, or the user is disabled'
  if (name === 'PermissionError' || status === 403) return `ERPNext lacks a right for this user: ${sentence}`.trim()
  if (status === 404 && name === '') return 'There is no ERPNext under this address'
  if (name === '' && sentence === '') return `answer ${status} that is not ERPNext's`
  return `ERPNext: ${sentence === '' ? name : sentence}`
}

/** What the answer holds, or what is wrong with it. */
export const bodyOf = (answer: HttpAnswer, phase: Phase, now: string): unknown => {
  const { status, json, exchange } = answer
  if (status >= 200 && status < 300 && json !== undefined) return json
  const read = v.safeParse(refusal, json)
  const said = read.success ? read.output : { exc_type: '', exception: '', _server_messages: '' }
  const name = said.exc_type ?? ''
  const errorClass = classify(status, name, phase)
  throw new FrappeError(errorClass, name, wordsOf(status, name, sentenceOf(said)), {
    exchange,
    retryAfterMs: retryAfterMs(answer.headers, now),
    ...(name === 'PermissionError' ? { gap: { kind: 'right', key: 'ERPNext' } } : {}),
  })
}
