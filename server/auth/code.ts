import type { WarehouseId } from '../../shared/ids.ts'
import { sha256Hex } from '../../shared/sync/seal.ts'
import { isoOf, msOf } from '../../shared/time.ts'
import type { DeviceStore } from '../ports.ts'
import { makeLabel } from '../../shared/scan/own-label.ts'

export const CODE_MINUTES = 10
const LENGTH = 16
const ALPHABET = '0123456789ABCDEFGHJKLMNPQRSTUVWXYZ'

/** Letters of our labels, each as likely as the others. */
export const randomBody = (random: (bytes: number) => Uint8Array, length: number): string => {
  let body = ''
  while (body.length < length) {
    // 7 × 34 = 238: bytes above would make the first letters likelier than the last.
    for (const byte of random(length)) if (byte < 238 && body.length < length) body += ALPHABET[byte % 34] ?? ''
  }
  return body
}

/** What the first administrator types from the terminal: 60 random bits in three groups. */
export const newSecret = (random: (bytes: number) => Uint8Array): string =>
  [1, 2, 3].map(() => randomBody(random, 4)).join('-')

/** A set-up code: an `XE` label with 80 random bits, so that linear scanners read it and nobody guesses it. */
export const newCode = (random: (bytes: number) => Uint8Array): string => makeLabel('XE', randomBody(random, LENGTH))

/** What people may type: lower case, blanks around it. */
export const codeHash = (code: string): string => sha256Hex(code.trim().toUpperCase())

/** Makes a set-up code known. It works once and for ten minutes, or, in the demo, until it is replaced. */
export const issueCode = async (
  devices: Pick<DeviceStore, 'addCode'>,
  want: { warehouse: WarehouseId; now: string; reusable: boolean; code: string },
): Promise<{ code: string; expiresAt: string | null }> => {
  const expiresAt = want.reusable ? null : isoOf(msOf(want.now) + CODE_MINUTES * 60_000)
  await devices.addCode({ hash: codeHash(want.code), warehouse: want.warehouse, expiresAt, reusable: want.reusable })
  return { code: want.code, expiresAt }
}

/** Where the QR of a set-up code leads: the code is in the fragment, so that it reaches no log. */
export const enrolUrl = (origin: string, code: string): string => `${origin}/enrol#t=${code}`
