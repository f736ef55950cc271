import { createHmac, timingSafeEqual } from 'node:crypto'
import * as v from 'valibot'
import type { DeviceId } from '../../shared/ids.ts'
import { uuid } from '../../shared/sync/fields.ts'
import { msOf } from '../../shared/time.ts'

export const ACCESS_S = 15 * 60

/** Access tokens of handhelds: they only spare a look-up of who asks; every request is proven by the device key besides. */
export type Tokens = {
  issue(device: DeviceId, now: string): { access: string; expiresInS: number }
  /** Null = not ours, changed, or run out at `now`. */
  read(access: string, now: string): { device: DeviceId; expiresAtMs: number } | null
}

const contentSchema = v.object({ d: uuid<DeviceId>(), e: v.pipe(v.number(), v.safeInteger()) })

/** `<base64url of JSON>.<base64url of its HMAC-SHA-256>`: nothing is stored, all processes with one key agree. */
export const makeTokens = (key: Buffer): Tokens => {
  const macOf = (content: string): Buffer => createHmac('sha256', key).update(content).digest()
  return {
    issue: (device, now) => {
      const content = Buffer.from(JSON.stringify({ d: device, e: msOf(now) + ACCESS_S * 1000 })).toString('base64url')
      return { access: `${content}.${macOf(content).toString('base64url')}`, expiresInS: ACCESS_S }
    },
    read: (access, now) => {
      const [content, mac, rest] = access.split('.')
      if (!content || !mac || rest !== undefined || !equal(Buffer.from(mac, 'base64url'), macOf(content))) return null
      const read = v.safeParse(contentSchema, JSON.parse(Buffer.from(content, 'base64url').toString()))
      return read.success && read.output.e > msOf(now) ? { device: read.output.d, expiresAtMs: read.output.e } : null
    },
  }
}

/** Compares secrets in a time that tells nothing about where they differ. */
export const equal = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b)
