import type { WorkerId } from '../../shared/ids.ts'
import type { Passkey } from '../account-ports.ts'

/** For whom a passkey is made: a name of the server, and the address of its page. */
export type Party = { host: string; origin: string }

/** Loaded by the first passkey: most starts of the server meet none. */
const library = () => import('@simplewebauthn/server')

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(text, 'base64url'))
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')

/** What a key says whom it belongs to: the person's id, and nothing that is read by anybody. */
const handleOf = (worker: WorkerId): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(Buffer.from(worker.replaceAll('-', ''), 'hex'))

/** What a browser is asked for a new passkey: one that is found without a name being typed, behind a finger, a face or a PIN. */
export const newPasskeyOptions = async (
  party: Party,
  who: { worker: WorkerId; login: string; name: string },
  held: readonly Passkey[],
  challenge: Uint8Array,
) =>
  (await library()).generateRegistrationOptions({
    rpName: 'Stockhand',
    rpID: party.host,
    userName: who.login,
    userDisplayName: who.name,
    userID: handleOf(who.worker),
    challenge: Uint8Array.from(challenge),
    attestationType: 'none',
    excludeCredentials: held.filter(({ host }) => host === party.host).map(({ id }) => ({ id })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  })

export const logInOptions = async (party: Party, challenge: Uint8Array) =>
  (await library()).generateAuthenticationOptions({
    rpID: party.host,
    challenge: Uint8Array.from(challenge),
    userVerification: 'required',
    allowCredentials: [],
  })

/** The part of a browser's answer that says which question it answers; looked up once, by whoever keeps the questions. */
type IsAsked = (challenge: string) => Promise<boolean>

export type NewPasskey = Pick<Passkey, 'id' | 'publicKey' | 'counter'>

/** The new key, if the answer is one to our question, from our page, and a person was there. Null = it is not. */
export const readNewPasskey = async (
  party: Party,
  credential: {
    id: string
    rawId: string
    type: 'public-key'
    response: { clientDataJSON: string; attestationObject: string }
  },
  isAsked: IsAsked,
): Promise<NewPasskey | null> => {
  const { verifyRegistrationResponse } = await library()
  try {
    const read = await verifyRegistrationResponse({
      response: { ...credential, clientExtensionResults: {} },
      expectedChallenge: isAsked,
      expectedOrigin: party.origin,
      expectedRPID: party.host,
      requireUserVerification: true,
    })
    if (!read.verified) return null
    const { id, publicKey, counter } = read.registrationInfo.credential
    return { id, publicKey: textOf(publicKey), counter }
  } catch {
    // The library throws for everything that does not fit.
    return null
  }
}

export type UsedPasskey = { kind: 'good'; counter: number } | { kind: 'wrong' } | { kind: 'copied' }

/** Whether a known key has answered our question. `copied`: its counter went back, so that there are two of it. */
export const readLogIn = async (
  party: Party,
  credential: {
    id: string
    rawId: string
    type: 'public-key'
    response: { clientDataJSON: string; authenticatorData: string; signature: string; userHandle?: string | null }
  },
  held: Passkey,
  isAsked: IsAsked,
): Promise<UsedPasskey> => {
  const { userHandle } = credential.response
  if (userHandle != null && userHandle !== textOf(handleOf(held.worker))) return { kind: 'wrong' }
  const { verifyAuthenticationResponse } = await library()
  const { clientDataJSON, authenticatorData, signature } = credential.response
  try {
    const read = await verifyAuthenticationResponse({
      response: {
        ...credential,
        response: { clientDataJSON, authenticatorData, signature },
        clientExtensionResults: {},
      },
      expectedChallenge: isAsked,
      expectedOrigin: party.origin,
      expectedRPID: party.host,
      // Its counter is compared below: a wrong signature and a copied key are two things.
      credential: { id: held.id, publicKey: bytesOf(held.publicKey), counter: 0 },
      requireUserVerification: true,
    })
    if (!read.verified) return { kind: 'wrong' }
    const counter = read.authenticationInfo.newCounter
    return (counter > 0 || held.counter > 0) && counter <= held.counter ? { kind: 'copied' } : { kind: 'good', counter }
  } catch {
    return { kind: 'wrong' }
  }
}
