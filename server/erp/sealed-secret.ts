import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

/**
 * Secrets at rest: AES-256-GCM under a key from the environment, bound to the connection that they belong to, so that a row
 * copied to another connection does not open. Text form: `v1.<key>.<iv>.<tag>.<ciphertext>`, base64url; <key> is the first
 * 8 hex digits of the key's SHA-256 and tells which of several keys it was.
 */
export type SecretKeys = readonly Buffer[]

const KEY_BYTES = 32

/**
 * One or more keys of 32 bytes, base64, separated by commas. The first seals, any opens: that is how a key is changed.
 * Null where the text is not that.
 */
export const readSecretKeys = (text: string): SecretKeys | null => {
  const keys = text.split(',').map(part => Buffer.from(part.trim(), 'base64'))
  return keys.every(key => key.length === KEY_BYTES) ? keys : null
}

const nameOf = (key: Buffer): string => createHash('sha256').update(key).digest('hex').slice(0, 8)

export const sealSecrets = (
  keys: SecretKeys,
  connection: string,
  secrets: Readonly<Record<string, string>>,
): string => {
  const key = keys[0]
  if (key === undefined) throw new Error('there is no key to seal secrets with')
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(connection))
  const text = Buffer.concat([cipher.update(JSON.stringify(secrets), 'utf8'), cipher.final()])
  return ['v1', nameOf(key), ...[iv, cipher.getAuthTag(), text].map(part => part.toString('base64url'))].join('.')
}

/** Null where none of the keys opens it, or it was changed, or it belongs to another connection. */
export const openSecrets = (
  keys: SecretKeys,
  connection: string,
  sealed: string,
): Readonly<Record<string, string>> | null => {
  const [version, name, iv, tag, text] = sealed.split('.')
  const key = keys.find(candidate => nameOf(candidate) === name)
  if (version !== 'v1' || key === undefined || iv === undefined || tag === undefined || text === undefined) return null
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64url'))
      .setAAD(Buffer.from(connection))
      .setAuthTag(Buffer.from(tag, 'base64url'))
    const opened = Buffer.concat([decipher.update(Buffer.from(text, 'base64url')), decipher.final()]).toString('utf8')
    return JSON.parse(opened) as Record<string, string>
  } catch {
    return null
  }
}
