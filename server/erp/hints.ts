import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import * as v from 'valibot'
import type { ErpConnector, Hint, InboundKind } from './connector.ts'
import { ErpError } from './erp-error.ts'

export type HintRequest = Parameters<NonNullable<ErpConnector['webhook']>>[0]

/** Texts of any length are compared in the same time. */
export const isSame = (given: string, wanted: string): boolean => {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(wanted))
}

/** Short secrets are guessed. */
const MIN_SECRET = 16
const refuse = (): never => {
  throw new ErpError('auth', 'the signature does not fit')
}
const secretOr = (secret: string): string => (secret.length < MIN_SECRET ? refuse() : secret)

/** `X-…-Signature`: base64 HMAC-SHA256 of the body, without a time. */
export const signedBody = (secret: string, header: string, { headers, raw }: HintRequest): void => {
  const mac = createHmac('sha256', secretOr(secret)).update(raw).digest('base64')
  if (!isSame(headers[header] ?? '', mac)) refuse()
}

/** For ERPs that sign nothing: the secret stands in the address that they were given. */
export const secretInAddress = (secret: string, request: HintRequest): void => {
  if (!isSame(request.secret ?? '', secretOr(secret))) refuse()
}

/** A hint that brings no id and no time: the same words count once a minute. A repeated one costs a pull, nothing else. */
const idOf = ({ raw, now }: HintRequest): string =>
  `${createHash('sha256').update(raw).digest('hex')} ${now.slice(0, 16)}`

/** What has changed is read from one field of the body by the names that the ERP has for its tables. */
export const hintsIn = (
  request: HintRequest,
  field: string,
  kinds: Readonly<Record<string, InboundKind>>,
): { id: string; hints: Hint[] } => {
  const body = v.pipe(v.string(), v.maxLength(65_536), v.parseJson(), v.record(v.string(), v.unknown()))
  const read = v.safeParse(body, new TextDecoder().decode(request.raw))
  const named = read.success ? read.output[field] : undefined
  const kind = typeof named === 'string' && Object.hasOwn(kinds, named) ? kinds[named] : undefined
  return { id: idOf(request), hints: kind === undefined ? [] : [{ kind, id: null }] }
}
