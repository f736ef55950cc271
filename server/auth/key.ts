import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import type { JsonWebKey } from 'node:crypto'
import * as v from 'valibot'
import { publicKeySchema } from '../../shared/sync/enrol.ts'
import type { PublicKey } from '../../shared/sync/enrol.ts'
import type { SiteStore } from '../ports.ts'
import { verifyInThread } from './verify-thread.ts'

/** WebCrypto gives and takes the raw r‖s of ECDSA, not the DER that node:crypto uses by default. */
const encoding = { dsaEncoding: 'ieee-p1363' } as const

/** The key that rosters are signed with; its public half goes to every handheld at enrolment. */
export type ServerKey = {
  publicKey: PublicKey
  /** base64url of r‖s of ECDSA P-256 with SHA-256 over utf8(text). */
  sign(text: string): string
}

/** What the installation keeps secret: the signing key, and the root that token and nonce keys are derived from. */
export type Secrets = { serverKey: ServerKey; tokenKey: Buffer; nonceKey: Buffer }

const storedSchema = v.object({
  key: v.object({ ...publicKeySchema.entries, d: v.string() }),
  root: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
})

/** Reads the secrets of the installation, or makes them at its first start. Throws when the stored ones are not readable. */
export const loadSecrets = async (
  site: Pick<SiteStore, 'setting' | 'saveSetting'>,
  random: (bytes: number) => Uint8Array,
): Promise<Secrets> => {
  const stored = await site.setting('secrets')
  if (stored !== null) return secretsOf(v.parse(storedSchema, stored))
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const made = v.parse(storedSchema, {
    key: privateKey.export({ format: 'jwk' }),
    root: Buffer.from(random(32)).toString('hex'),
  })
  await site.saveSetting('secrets', made)
  return secretsOf(made)
}

const secretsOf = ({ key, root }: v.InferOutput<typeof storedSchema>): Secrets => {
  const derived = (use: string): Buffer => createHmac('sha256', Buffer.from(root, 'hex')).update(use).digest()
  return { serverKey: serverKeyOf(key), tokenKey: derived('token'), nonceKey: derived('nonce') }
}

export const serverKeyOf = (jwk: PublicKey & { d: string }): ServerKey => {
  const key = createPrivateKey({ key: jwk satisfies JsonWebKey, format: 'jwk' })
  return {
    publicKey: { kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y },
    sign: text => sign('sha256', Buffer.from(text), { key, ...encoding }).toString('base64url'),
  }
}

/** Signatures of one handheld. Never throws: what is not a signature, or a key that is no point of the curve, is false. */
export type Verify = (text: string, sig: string) => Promise<boolean>

export const verifierOf =
  (publicKey: PublicKey): Verify =>
  (text, sig) =>
    verifyInThread(publicKey, text, sig)

/** Whether both are the same key. */
export const sameKey = (a: PublicKey, b: PublicKey): boolean => a.x === b.x && a.y === b.y

/** Whether the coordinates are a point of P-256: another key would lock its handheld out for ever. */
export const isKey = (publicKey: PublicKey): boolean => {
  try {
    createPublicKey({ key: publicKey satisfies JsonWebKey, format: 'jwk' })
    return true
  } catch {
    return false
  }
}
