import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'

/**
 * Bytes as a series of QR codes that another device reads in any order, for a handheld that has no other way out:
 *
 *   XR1:<series, 16 hex>:<n>/<total>:<sum, 8 hex>:<base45>.
 *
 * Only characters of the QR code's alphanumeric set, which carries them in 5.5 bits each. `series` is the beginning of the
 * SHA-256 of all bytes, `sum` of this part's; the dot keeps a last space from being trimmed by what pastes or types it.
 */
const FORM = /^XR1:([0-9A-F]{16}):(\d{1,4})\/(\d{1,4}):([0-9A-F]{8}):(.*)\.$/
/** A code of this size still reads from a screen 55 mm wide. */
const PART_BYTES = 560
const TOTAL_MAX = 2000

const digest = (bytes: Uint8Array, chars: number): string => bytesToHex(sha256(bytes)).slice(0, chars).toUpperCase()

export const seriesOf = (bytes: Uint8Array): readonly string[] => {
  const id = digest(bytes, 16)
  const total = Math.max(1, Math.ceil(bytes.length / PART_BYTES))
  if (total > TOTAL_MAX) throw new RangeError('too much for a series of codes')
  return Array.from({ length: total }, (_, i) => {
    const part = bytes.subarray(i * PART_BYTES, (i + 1) * PART_BYTES)
    return `XR1:${id}:${i + 1}/${total}:${digest(part, 8)}:${base45(part)}.`
  })
}

export type Part = { series: string; n: number; total: number; bytes: Uint8Array }

/** Null: not a part of a series, or damaged. */
export const partOf = (text: string): Part | null => {
  const [, series, n, total, sum, data] = FORM.exec(text.trim()) ?? []
  if (series === undefined || data === undefined) return null
  const bytes = fromBase45(data)
  const at = { series, n: Number(n), total: Number(total) }
  if (bytes === null || digest(bytes, 8) !== sum || at.n < 1 || at.n > at.total || at.total > TOTAL_MAX) return null
  return { ...at, bytes }
}

/** What has come of one series. */
export type Collected = { series: string; total: number; parts: ReadonlyMap<number, Uint8Array> }

/** Another series begins anew: two handhelds that are read one after the other never mix. */
export const collect = (before: Collected | null, part: Part): Collected => {
  const same = before?.series === part.series && before.total === part.total
  const parts = new Map(same ? before.parts : []).set(part.n, part.bytes)
  return { series: part.series, total: part.total, parts }
}

export const missingOf = ({ parts, total }: Collected): readonly number[] =>
  Array.from({ length: total }, (_, i) => i + 1).filter(n => !parts.has(n))

/** Null while parts are missing, and when the whole is not what the series says. */
export const wholeOf = (collected: Collected): Uint8Array | null => {
  if (missingOf(collected).length > 0) return null
  const parts = [...collected.parts].sort(([a], [b]) => a - b).map(([, bytes]) => bytes)
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return digest(whole, 16) === collected.series ? whole : null
}

/** RFC 9285. */
const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:'

const base45 = (bytes: Uint8Array): string => {
  let text = ''
  for (let i = 0; i < bytes.length; i += 2) {
    const isPair = i + 1 < bytes.length
    let value = isPair ? (bytes[i] ?? 0) * 256 + (bytes[i + 1] ?? 0) : (bytes[i] ?? 0)
    for (let n = isPair ? 3 : 2; n > 0; n -= 1) {
      text += LETTERS[value % 45]
      value = Math.floor(value / 45)
    }
  }
  return text
}

const fromBase45 = (text: string): Uint8Array | null => {
  const bytes: number[] = []
  for (let i = 0; i < text.length; i += 3) {
    const group = Array.from(text.slice(i, i + 3), letter => LETTERS.indexOf(letter))
    if (group.length === 1 || group.includes(-1)) return null
    const value = group.reduceRight((sum, digit) => sum * 45 + digit, 0)
    if (value > (group.length === 3 ? 0xffff : 0xff)) return null
    if (group.length === 3) bytes.push(value >> 8)
    bytes.push(value & 0xff)
  }
  return Uint8Array.from(bytes)
}
