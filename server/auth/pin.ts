import { pbkdf2 } from 'node:crypto'
import { promisify } from 'node:util'
import type { PinVerifier, Worker } from '../../shared/catalogue.ts'
import type { Role } from '../../shared/roles.ts'
import { leastDigits } from '../../shared/pin.ts'

/** As OWASP's Password Storage Cheat Sheet asks of PBKDF2 with SHA-256; a handheld needs a moment for one try. */
const ROUNDS = 600_000
const SALT_BYTES = 16
const HASH_BYTES = 32

/** What is kept of a PIN: handhelds check it by WebCrypto, which has PBKDF2 and nothing slower. */
export const pinVerifier = async (pin: string, random: (bytes: number) => Uint8Array): Promise<PinVerifier> => {
  const salt = Buffer.from(random(SALT_BYTES))
  const hash = await promisify(pbkdf2)(pin, salt, ROUNDS, HASH_BYTES, 'sha256')
  return { salt: salt.toString('base64url'), rounds: ROUNDS, hash: hash.toString('base64url') }
}

/** A PIN that may be too short for the new roles ends: how long it is nobody knows. So does that of somebody who leaves. */
export const outlives = (before: Pick<Worker, 'roles'>, after: { roles: readonly Role[]; active: boolean }): boolean =>
  after.active && leastDigits(after.roles) <= leastDigits(before.roles)
