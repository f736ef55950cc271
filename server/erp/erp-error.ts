/**
 * transient: surely nothing happened, again by schedule · throttled: wait · unknownOutcome: it may have happened, ask
 * `find` · auth: log in · conflict: both sides differ, a person looks · needsDecision: the ERP asks something · rejected:
 * refused for good · config: a mapping, right or module is missing.
 */
export const ERROR_CLASSES = [
  'transient',
  'throttled',
  'unknownOutcome',
  'auth',
  'conflict',
  'needsDecision',
  'rejected',
  'config',
] as const
export type ErrorClass = (typeof ERROR_CLASSES)[number]

/** Reading has no effect; the same 500 is harmless there and an unknown outcome while writing. */
export type Phase = 'read' | 'write'

/** One call as it was, redacted and cut before it is given here: credentials, sessions and personal data are never in it. */
export type Exchange = { request: string; answer: string }

/** What the ERP asks before it goes on. `id` is stable (kind and method, never a text or a hash). */
export type Question = { id: string; text: string; answers: readonly { id: string; text: string }[] }

/**
 * What a missing mapping is missing: `item <uuid>`, `location <uuid>`, `reason <code>` … Messages that wait for the same gap
 * are released together when it is filled.
 */
export type Gap = { kind: string; key: string }

export type ErpErrorMore = {
  exchange?: Exchange | null
  retryAfterMs?: number | null
  /** Of `needsDecision`. */
  question?: Question | null
  /** Of `config`, where it is a mapping that is missing. */
  gap?: Gap | null
}

/** What a connector throws, whatever went wrong. The message is for people and holds no secret. */
export class ErpError extends Error {
  readonly class: ErrorClass
  readonly exchange: Exchange | null
  readonly retryAfterMs: number | null
  readonly question: Question | null
  readonly gap: Gap | null
  constructor(errorClass: ErrorClass, message: string, more: ErpErrorMore = {}) {
    super(message)
    this.name = 'ErpError'
    this.class = errorClass
    this.exchange = more.exchange ?? null
    this.retryAfterMs = more.retryAfterMs ?? null
    this.question = more.question ?? null
    this.gap = more.gap ?? null
  }
}
export const isErpError = (error: unknown): error is ErpError => error instanceof ErpError
