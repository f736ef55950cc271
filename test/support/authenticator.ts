import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import * as v from 'valibot'

const sha256 = (bytes: Uint8Array | string): Buffer => createHash('sha256').update(bytes).digest()
const b64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')

/** CBOR of short byte strings, in the two lengths that are needed. */
const bytesHead = (length: number): Buffer =>
  length < 256 ? Buffer.from([0x58, length]) : Buffer.from([0x59, length >> 8, length & 255])
const text = (word: string): Buffer => Buffer.concat([Buffer.from([0x60 + word.length]), Buffer.from(word)])

const PRESENT_AND_VERIFIED = 0x05
const WITH_KEY = 0x40
const jwkSchema = v.object({ x: v.string(), y: v.string() })

type Told = { challenge: string; origin: string; host: string }
type How = { counter?: number; flags?: number; handle?: string }

/** A software authenticator as WebAuthn describes one: a P-256 key, no attestation. */
export const authenticator = () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const id = randomBytes(16)
  let counter = 0
  const clientData = (type: string, { challenge, origin }: Told): Buffer =>
    Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }))
  const head = (host: string, flags: number, count: number): Buffer => {
    const number = Buffer.alloc(4)
    number.writeUInt32BE(count)
    return Buffer.concat([sha256(host), Buffer.from([flags]), number])
  }
  const cose = (): Buffer => {
    const { x, y } = v.parse(jwkSchema, publicKey.export({ format: 'jwk' }))
    const coordinate = (name: number, value: string): Buffer =>
      Buffer.concat([Buffer.from([name]), bytesHead(32), Buffer.from(value, 'base64url')])
    // kty EC2, alg ES256, crv P-256, x, y
    return Buffer.concat([Buffer.from([0xa5, 1, 2, 3, 0x26, 0x20, 1]), coordinate(0x21, x), coordinate(0x22, y)])
  }
  return {
    id: b64(id),
    create: (told: Told, { flags = PRESENT_AND_VERIFIED }: How = {}) => {
      const about = Buffer.concat([Buffer.alloc(16), Buffer.from([0, id.length]), id, cose()])
      const data = Buffer.concat([head(told.host, flags | WITH_KEY, counter), about])
      const object = [Buffer.from([0xa3]), text('fmt'), text('none'), text('attStmt'), Buffer.from([0xa0])]
      const attestation = Buffer.concat([...object, text('authData'), bytesHead(data.length), data])
      const response = {
        clientDataJSON: b64(clientData('webauthn.create', told)),
        attestationObject: b64(attestation),
        transports: ['internal'],
      }
      return { id: b64(id), rawId: b64(id), type: 'public-key', response, clientExtensionResults: {} }
    },
    get: (told: Told, { flags = PRESENT_AND_VERIFIED, handle, ...how }: How = {}) => {
      counter = how.counter ?? counter + 1
      const data = head(told.host, flags, counter)
      const client = clientData('webauthn.get', told)
      const signature = sign('sha256', Buffer.concat([data, sha256(client)]), privateKey)
      const response = {
        clientDataJSON: b64(client),
        authenticatorData: b64(data),
        signature: b64(signature),
        ...(handle === undefined ? {} : { userHandle: handle }),
      }
      return { id: b64(id), rawId: b64(id), type: 'public-key', response, clientExtensionResults: {} }
    },
  }
}
