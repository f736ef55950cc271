import { createHash } from 'node:crypto'
import { companyName } from '../../shared/desk/session.ts'
import { msOf } from '../../shared/time.ts'
import * as v from 'valibot'

/** How the company's identity provider (OpenID Connect) knows us, and we a person of it. */
export type IdentitySettings = {
  issuer: URL
  clientId: string
  /** Null = a public client: PKCE alone proves that the code was ours. */
  clientSecret: string | null
  /** The claim that an administrator has entered of a person. */
  claim: string
  /** The address of ours that people open. */
  home: URL
}

/** `name`: what the claim says, in small letters; null = nothing that can be trusted. `why` is for the log and holds no secret. */
export type Finished =
  | { kind: 'good'; issuer: string; subject: string; name: string | null }
  /** The person has said no, the provider cannot be asked, or its answer does not fit what was asked. */
  | { kind: 'denied' | 'away' | 'wrong'; why: string }

export type IdentityProvider = Pick<IdentitySettings, 'home'> & {
  /** Where the browser is sent to, bound to `secret`, which that browser alone brings back. Null = the provider cannot be asked. */
  begin(secret: string): Promise<URL | null>
  /** What the browser came back with. `search` is the question of its address. */
  finish(search: string, secret: string): Promise<Finished>
  /** Where the person logs out of the provider, too; null = it has no such page, or cannot be asked. */
  end(): Promise<URL | null>
  /** Whether the provider is there and is the one that was configured. Throws what is wrong. */
  check(): Promise<void>
}

export const BACK = '/api/desk/identity/back'
const TIMEOUT_S = 10
/** Clocks of two machines. */
const TOLERANCE_S = 30

/** State, nonce and PKCE's verifier come of one secret: what is known of one of them tells nothing of the others. */
const drawn = (secret: string, use: string): string =>
  createHash('sha256').update(`${use} ${secret}`).digest('base64url')

/** Loaded where a provider is configured. */
const library = () => import('openid-client')
type Library = Awaited<ReturnType<typeof library>>
type Claims = Readonly<Record<string, unknown>>

/** `nowMs` is the machine's clock, which the library reads by itself; it is told how far that is from `now`. */
type World = { fetch: typeof fetch; now: () => string; nowMs: () => number }

const discoverBy = (client: Library, { issuer, clientId, clientSecret }: IdentitySettings, deps: World) =>
  client.discovery(
    issuer,
    clientId,
    {
      ...(clientSecret === null ? {} : { client_secret: clientSecret }),
      [client.clockSkew]: Math.round((msOf(deps.now()) - deps.nowMs()) / 1000),
      [client.clockTolerance]: TOLERANCE_S,
    },
    proofOf(client, clientSecret),
    {
      timeout: TIMEOUT_S,
      [client.customFetch]: (url, options) => deps.fetch(url, options as RequestInit),
      // Not by TLS alone: the signature over who the person is, is looked at, too.
      execute: [
        client.enableNonRepudiationChecks,
        ...(issuer.protocol === 'http:' ? [client.allowInsecureRequests] : []),
      ],
    },
  )

/**
 * Authorization code flow with PKCE (OpenID Connect Core 1.0, RFC 7636, RFC 9207). The provider is asked anew for its
 * addresses and keys at each log-in: there are a few a day, and it may move them.
 */
export const makeIdentityProvider = (settings: IdentitySettings, deps: World): IdentityProvider => {
  const { claim, home } = settings
  const redirect = new URL(BACK, home)
  const discover = (client: Library) => discoverBy(client, settings, deps)
  const finish: IdentityProvider['finish'] = async (search, secret) => {
    const client = await library()
    try {
      const config = await discover(client)
      const tokens = await client.authorizationCodeGrant(config, new URL(search, redirect), {
        expectedState: drawn(secret, 'state'),
        expectedNonce: drawn(secret, 'nonce'),
        pkceCodeVerifier: drawn(secret, 'verifier'),
        idTokenExpected: true,
      })
      const told = tokens.claims()
      if (told === undefined) return { kind: 'wrong', why: 'no ID token' }
      const { iss, sub } = told
      const isAsked = told[claim] === undefined && config.serverMetadata().userinfo_endpoint !== undefined
      const claims: Claims = isAsked ? { ...(await client.fetchUserInfo(config, tokens.access_token, sub)) } : told
      return { kind: 'good', issuer: iss, subject: sub, name: nameOf(claims, claim) }
    } catch (error) {
      return troubleOf(client, error)
    }
  }
  return {
    home,
    finish,
    begin: async secret => {
      const client = await library()
      try {
        return client.buildAuthorizationUrl(await discover(client), {
          redirect_uri: redirect.href,
          scope: 'openid email profile',
          state: drawn(secret, 'state'),
          nonce: drawn(secret, 'nonce'),
          code_challenge: await client.calculatePKCECodeChallenge(drawn(secret, 'verifier')),
          code_challenge_method: 'S256',
        })
      } catch {
        return null
      }
    },
    end: async () => {
      const client = await library()
      try {
        const config = await discover(client)
        if (config.serverMetadata().end_session_endpoint === undefined) return null
        return client.buildEndSessionUrl(config, { post_logout_redirect_uri: new URL('/desk', home).href })
      } catch {
        return null
      }
    },
    check: async () => {
      await discover(await library())
    },
  }
}

/** The secret travels as the provider takes it; where it says nothing, as the standard's default: HTTP Basic. */
const proofOf = (client: Library, secret: string | null): ReturnType<Library['None']> => {
  if (secret === null) return client.None()
  return (server, metadata, body, headers) => {
    const takes = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
    const proof = takes.includes('client_secret_basic') ? client.ClientSecretBasic : client.ClientSecretPost
    return proof(secret)(server, metadata, body, headers)
  }
}

/** An e-mail address counts where the provider has verified that it is the person's. */
const nameOf = (claims: Claims, claim: string): string | null => {
  if (claim === 'email' && claims['email_verified'] !== true) return null
  const read = v.safeParse(companyName, claims[claim])
  return read.success ? read.output : null
}

const troubleOf = (client: Library, error: unknown): Exclude<Finished, { kind: 'good' }> => {
  if (error instanceof client.AuthorizationResponseError)
    return { kind: error.error === 'access_denied' ? 'denied' : 'wrong', why: error.error }
  if (error instanceof client.ResponseBodyError)
    return { kind: error.status >= 500 ? 'away' : 'wrong', why: error.error }
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  // `fetch` throws a TypeError where nobody answers.
  const isAway = (error instanceof TypeError && code === '') || code === 'OAUTH_TIMEOUT' || isBusy(error)
  return {
    kind: isAway ? 'away' : 'wrong',
    why: error instanceof Error ? `${code} ${error.message}`.trim() : 'unknown',
  }
}

const isBusy = (error: unknown): boolean =>
  error instanceof Error && error.cause instanceof Response && error.cause.status >= 500
