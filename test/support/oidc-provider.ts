import { createHash, randomUUID } from 'node:crypto'
import { Hono } from 'hono'
import type { Context } from 'hono'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { JWTPayload } from 'jose'

/** Whoever is logged in at the provider: its claims, and whether it tells them in the ID token or at the userinfo endpoint. */
export type OidcPerson = { sub: string; claims: Readonly<Record<string, unknown>>; atUserinfo?: boolean }

type Grant = { person: OidcPerson; redirect: string; challenge: string; nonce: string; until: number }
const CODE_S = 60
const TOKEN_S = 300

/**
 * An OpenID provider with one client: discovery, authorization code flow with PKCE demanded (RFC 7636), codes that are
 * good once and for a minute, client authentication by HTTP Basic, ID tokens signed by ES256, userinfo, RP-initiated
 * log-out, and the issuer in its answer (RFC 9207). What a test wants to be wrong it changes in `wrong`.
 */
export const oidcProvider = async (at: {
  issuer: string
  client: { id: string; secret: string; redirects: readonly string[] }
  /** Seconds. */
  nowS: () => number
}) => {
  const { issuer, client, nowS } = at
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const stranger = await generateKeyPair('ES256')
  const codes = new Map<string, Grant>()
  const tokens = new Map<string, OidcPerson>()
  const asked: string[] = []
  const state = {
    /** Null = they say no. */
    person: null as OidcPerson | null,
    isDown: false,
    wrong: {} as { claims?: JWTPayload; state?: string; iss?: string; key?: boolean },
  }
  const app = new Hono()
  app.use(async (c, next) => {
    asked.push(new URL(c.req.url).pathname)
    await (state.isDown ? Promise.resolve() : next())
    return state.isDown ? c.text('away', 503) : undefined
  })
  app.get('/.well-known/openid-configuration', c =>
    c.json({
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      userinfo_endpoint: `${issuer}/userinfo`,
      jwks_uri: `${issuer}/keys`,
      end_session_endpoint: `${issuer}/end`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES256'],
      token_endpoint_auth_methods_supported: ['client_secret_basic'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
    }),
  )
  app.get('/keys', async c =>
    c.json({ keys: [{ ...(await exportJWK(publicKey)), kid: 'one', use: 'sig', alg: 'ES256' }] }),
  )
  app.get('/authorize', c => {
    const ask = c.req.query()
    const redirect = ask['redirect_uri'] ?? ''
    if (ask['client_id'] !== client.id || !client.redirects.includes(redirect))
      return c.text('unknown client or address', 400)
    const back = new URL(redirect)
    const answer = (told: Record<string, string>): Response => {
      const whole = { ...told, iss: state.wrong.iss ?? issuer, state: state.wrong.state ?? ask['state'] ?? '' }
      for (const [name, value] of Object.entries(whole)) back.searchParams.set(name, value)
      return c.redirect(back.href)
    }
    const fits = ask['response_type'] === 'code' && ask['scope']?.split(' ').includes('openid') === true
    const isProven = ask['code_challenge_method'] === 'S256' && /^[\w-]{43}$/.test(ask['code_challenge'] ?? '')
    if (!fits || !isProven || !ask['nonce']) return answer({ error: 'invalid_request' })
    if (state.person === null) return answer({ error: 'access_denied' })
    const code = randomUUID()
    const { code_challenge: challenge = '', nonce = '' } = ask
    codes.set(code, { person: state.person, redirect, challenge, nonce, until: nowS() + CODE_S })
    return answer({ code })
  })
  app.post('/token', async c => {
    const basic = Buffer.from((c.req.header('authorization') ?? '').replace(/^Basic /, ''), 'base64').toString()
    if (basic !== `${client.id}:${client.secret}`) return c.json({ error: 'invalid_client' }, 401)
    const form = new URLSearchParams(await c.req.text())
    const grant = codes.get(form.get('code') ?? '')
    codes.delete(form.get('code') ?? '')
    const proof = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    const isGood =
      form.get('grant_type') === 'authorization_code' &&
      grant !== undefined &&
      grant.until > nowS() &&
      grant.redirect === form.get('redirect_uri') &&
      grant.challenge === proof
    if (!isGood) return c.json({ error: 'invalid_grant' }, 400)
    const token = randomUUID()
    tokens.set(token, grant.person)
    const idToken = await sign(grant)
    return c.json({ access_token: token, token_type: 'Bearer', expires_in: TOKEN_S, id_token: idToken })
  })
  const sign = ({ person, nonce }: Grant): Promise<string> => {
    const { sub, claims, atUserinfo = false } = person
    const times = { iat: nowS(), exp: nowS() + TOKEN_S }
    const told = { ...(atUserinfo ? {} : claims), iss: issuer, aud: client.id, sub, nonce, ...times }
    return new SignJWT({ ...told, ...state.wrong.claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .sign(state.wrong.key === true ? stranger.privateKey : privateKey)
  }
  app.get('/userinfo', c => {
    const person = tokens.get((c.req.header('authorization') ?? '').replace(/^Bearer /, ''))
    return person === undefined ? c.json({}, 401) : c.json({ sub: person.sub, ...person.claims })
  })
  app.get('/end', (c: Context) => {
    state.person = null
    return c.redirect(c.req.query('post_logout_redirect_uri') ?? issuer)
  })
  return {
    app,
    state,
    /** Paths that were asked for. */
    asked,
    fetch: (async (url, init) =>
      app.request(url instanceof Request ? url.url : String(url), init)) satisfies typeof fetch,
  }
}
