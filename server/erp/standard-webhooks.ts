import { createHmac, timingSafeEqual } from 'node:crypto'
import { msOf } from '../../shared/time.ts'

/**
 * Signatures as standardwebhooks.com says: HMAC-SHA256 over `id.timestamp.body`, base64, behind "v1,". Made here, because the
 * library of that name looks at the clock by itself.
 */
const TOLERANCE_MS = 300_000
const PREFIX = 'whsec_'
const MIN_BYTES = 24
const MAX_ID = 255

/** "whsec_…", base64 of 24 bytes or more; several, separated by commas, while one is changed for another. Null = not that. */
export const readSigningKeys = (text: string): readonly Buffer[] | null => {
  const keys = text.split(',').map(part => Buffer.from(part.trim().replace(PREFIX, ''), 'base64'))
  return keys.every(key => key.length >= MIN_BYTES) ? keys : null
}

const signatureOf = (key: Buffer, id: string, seconds: string, body: Uint8Array): Buffer =>
  createHmac('sha256', key).update(`${id}.${seconds}.`).update(body).digest()

/** The three headers of a signed message; with several keys it carries a signature of each. */
export const signedHeaders = (
  keys: readonly Buffer[],
  message: { id: string; now: string; body: string },
): Record<string, string> => {
  const seconds = String(Math.floor(msOf(message.now) / 1000))
  const body = new TextEncoder().encode(message.body)
  return {
    'webhook-id': message.id,
    'webhook-timestamp': seconds,
    'webhook-signature': keys
      .map(key => `v1,${signatureOf(key, message.id, seconds, body).toString('base64')}`)
      .join(' '),
  }
}

/** The id of a message that one of the keys has signed within five minutes; null = anything else. */
export const verifiedId = (
  keys: readonly Buffer[],
  request: { headers: Readonly<Record<string, string>>; raw: Uint8Array; now: string },
): string | null => {
  const { headers, raw, now } = request
  const [id = '', seconds = '', given = ''] = ['id', 'timestamp', 'signature'].map(name => headers[`webhook-${name}`])
  if (id === '' || id.length > MAX_ID || !/^\d{1,12}$/.test(seconds)) return null
  if (Math.abs(msOf(now) - Number(seconds) * 1000) > TOLERANCE_MS) return null
  const signatures = given
    .split(' ')
    .slice(0, 10)
    .filter(one => one.startsWith('v1,'))
    .map(one => Buffer.from(one.slice(3), 'base64'))
  const wanted = keys.map(key => signatureOf(key, id, seconds, raw))
  const fits = signatures.some(one => wanted.some(other => one.length === other.length && timingSafeEqual(one, other)))
  return fits ? id : null
}
