import { browserSupportsWebAuthn, startAuthentication, startRegistration } from '@simplewebauthn/browser'
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/browser'
import * as v from 'valibot'
import { passkeyOptionsSchema } from '../../../shared/desk/mine.ts'
import { meSchema } from '../../../shared/desk/session.ts'
import type { Me } from '../../../shared/desk/session.ts'
import type { Api } from './api.ts'

/** Over HTTPS or on this machine, and by a name: browsers make no passkeys for addresses of numbers. */
export const canPasskey = (): boolean =>
  window.isSecureContext && browserSupportsWebAuthn() && !/^[\d.]+$|^\[/.test(location.hostname)

/** What the browser said no to: the person took their finger away, or it knows no key. */
export class NoPasskey extends Error {
  readonly isKnown: boolean
  constructor(cause: unknown) {
    super('no passkey', { cause })
    this.isKnown = cause instanceof Error && cause.name === 'InvalidStateError'
  }
}
const orNone = async <T>(ask: Promise<T>): Promise<T> => {
  try {
    return await ask
  } catch (error) {
    throw new NoPasskey(error)
  }
}

// The server writes them as WebAuthn wants them, and the browser looks at every field itself.
const optionsOf = async <T>(api: Api, path: string, body: object): Promise<T> =>
  (await api.post(path, body, passkeyOptionsSchema)).options as unknown as T

export const addPasskey = async (api: Api, name: string, password: string): Promise<void> => {
  const optionsJSON = await optionsOf<PublicKeyCredentialCreationOptionsJSON>(api, '/api/desk/passkey/ask', {
    password,
  })
  const credential = await orNone(startRegistration({ optionsJSON }))
  await api.post('/api/desk/passkey', { name, credential }, v.object({}))
}

export const logInByPasskey = async (api: Api): Promise<Me> => {
  const optionsJSON = await optionsOf<PublicKeyCredentialRequestOptionsJSON>(api, '/api/desk/passkey/start', {})
  return api.post('/api/desk/passkey/session', await orNone(startAuthentication({ optionsJSON })), meSchema)
}
