import { hash, verify } from '@node-rs/argon2'

/** Argon2id as OWASP's Password Storage Cheat Sheet asks at least: 19 MiB, two passes, one lane. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

export const hashPassword = (password: string): Promise<string> => hash(password.normalize('NFC'), COST)

/** Of a password that nobody has: an unknown name takes as long as a wrong password. */
let nobody: Promise<string> | null = null

/** `held` null = there is no such account. */
export const isPassword = async (password: string, held: string | null): Promise<boolean> => {
  const against = held ?? (await (nobody ??= hashPassword('nobody has this password')))
  return (await verify(against, password.normalize('NFC'))) && held !== null
}
