import type { PublicKey } from '../../shared/sync/enrol.ts'

const CURVE = { name: 'ECDSA', namedCurve: 'P-256' } as const
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' } as const
const utf8 = new TextEncoder()

export const toBase64Url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')

const fromBase64Url = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), letter => letter.codePointAt(0) ?? 0)

/** A pair whose private half can sign and never leave: IndexedDB stores the CryptoKey itself. */
export const newKeyPair = async (): Promise<{ privateKey: CryptoKey; publicKey: PublicKey }> => {
  const pair = await crypto.subtle.generateKey(CURVE, false, ['sign', 'verify'])
  const { x, y } = await crypto.subtle.exportKey('jwk', pair.publicKey)
  if (x === undefined || y === undefined) throw new Error('the browser made a key without coordinates')
  return { privateKey: pair.privateKey, publicKey: { kty: 'EC', crv: 'P-256', x, y } }
}

/** base64url of the raw r‖s over utf8(text). */
export const signWith = async (key: CryptoKey, text: string): Promise<string> =>
  toBase64Url(new Uint8Array(await crypto.subtle.sign(SIGNING, key, utf8.encode(text))))

/** False for whatever is not this key's signature of exactly this text; never throws. */
export const verifyWith = async (key: PublicKey, text: string, sig: string): Promise<boolean> => {
  try {
    const imported = await crypto.subtle.importKey('jwk', key, CURVE, false, ['verify'])
    return await crypto.subtle.verify(SIGNING, imported, fromBase64Url(sig), utf8.encode(text))
  } catch {
    return false
  }
}
