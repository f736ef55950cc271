import { REFUSALS } from '../../shared/exception.ts'
import type { RefusalCode } from '../../shared/exception.ts'

export type RefusalStatus = 400 | 401 | 403 | 404 | 409 | 410 | 413 | 426 | 429 | 500

export const STATUS: Readonly<Record<RefusalCode, RefusalStatus>> = {
  bad_request: 400,
  use_nonce: 401,
  unauthorised: 401,
  revoked: 403,
  foreign_device: 403,
  role: 403,
  not_found: 404,
  stale: 409,
  own_count: 403,
  provisional: 409,
  reason: 400,
  leased: 409,
  token_spent: 410,
  too_large: 413,
  unknown_proto: 426,
  busy: 429,
  credentials: 401,
  forged: 403,
  password_change: 403,
  taken: 409,
  expected: 409,
  unsettled: 409,
  unsent: 409,
  nobody: 409,
  held: 409,
  rate_limited: 429,
  gone: 409,
  second: 403,
  not_opposite: 409,
  over_bulk: 403,
  over_limit: 403,
  linked: 409,
  recalled: 409,
  untrusted: 403,
  still: 409,
  fault: 500,
}

export type Refused = Error & { refusal: RefusalCode; retryAfterS: number | null }

/** Thrown by routes, answered in one place as `{ code, message }`. `detail` is for the reader and holds nothing secret. */
export const refused = (refusal: RefusalCode, detail?: string, retryAfterS: number | null = null): Refused =>
  Object.assign(new Error(detail ?? REFUSALS[refusal]), { name: 'Refused', refusal, retryAfterS })

export const isRefused = (error: unknown): error is Refused => error instanceof Error && error.name === 'Refused'
