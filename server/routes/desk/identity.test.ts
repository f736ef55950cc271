import { sql } from 'kysely'
import * as v from 'valibot'
import { afterAll, describe, expect, it } from 'vitest'
import { peopleAnswerSchema } from '../../../shared/desk/people.ts'
import { meSchema, startSchema } from '../../../shared/desk/session.ts'
import { msOf } from '../../../shared/time.ts'
import { deskApp, PASSWORD } from '../../../test/support/desk-app.ts'
import { oidcProvider } from '../../../test/support/oidc-provider.ts'
import type { OidcPerson } from '../../../test/support/oidc-provider.ts'
import { BACK, makeIdentityProvider } from '../../auth/identity.ts'
import type { IdentitySettings } from '../../auth/identity.ts'
import { browserOf } from './test-browser.ts'

const HOME = 'https://depo.test'
const ISSUER = 'https://login.test'
const SECRET = 'a secret & of + signs'

type Browser = ReturnType<typeof browserOf>

describe('the company log-in', async () => {
  const desk = await deskApp()
  afterAll(() => desk.close())
  const { app, people } = desk
  const nowS = (): number => Math.floor(msOf(app.deps.now()) / 1000)
  const redirects = [`${HOME}${BACK}`]
  const provider = await oidcProvider({
    issuer: ISSUER,
    client: { id: 'stockhand', secret: encodeURIComponent(SECRET).replaceAll('%20', '+'), redirects },
    nowS,
  })
  const identityOf = (over: Partial<IdentitySettings> = {}) =>
    makeIdentityProvider(
      {
        issuer: new URL(ISSUER),
        clientId: 'stockhand',
        clientSecret: SECRET,
        claim: 'email',
        home: new URL(HOME),
        ...over,
      },
      { fetch: provider.fetch, now: app.deps.now, nowMs: Date.now },
    )
  app.deps.identity = identityOf()
  await desk.account(people.admin, 'admin')
  let addresses = 0
  const browser = (): Browser => browserOf(app.app, `10.4.0.${(addresses += 1)}`)
  const admin = browser()
  await admin.logIn('admin', PASSWORD)

  const put = (worker: string, account: object | null) => admin.post('/api/desk/account', { worker, account })
  /** Lets a person in by this name of the provider, without a password. */
  const named = async (who: { id: string }, login: string, company: string | null): Promise<number> =>
    (await put(who.id, { login, password: null, company })).status
  const someone = (sub: string, email: string, over: object = {}): OidcPerson => ({
    sub,
    claims: { email, email_verified: true, ...over },
  })
  const begin = (page: Browser, origin = HOME) => page.post('/api/desk/identity/start', {}, { origin })
  /** The provider's answer: where it sends the browser of somebody who is logged in there. */
  const atProvider = async (page: Browser, person: OidcPerson | null): Promise<string> => {
    const { to }: { to: string } = await (await begin(page)).json()
    provider.state.person = person
    const sent = await provider.app.request(to)
    return sent.headers.get('location') ?? `${sent.status}`
  }
  const back = (page: Browser, address: string) => page.get(address.slice(HOME.length))
  const endOf = (response: Response) => [response.status, response.headers.get('location')]
  /** Where the whole way leads. */
  const logIn = async (page: Browser, person: OidcPerson | null) =>
    endOf(await back(page, await atProvider(page, person)))
  const IN = [303, `${HOME}/desk`]
  const not = (why: string) => [303, `${HOME}/desk?login=${why}`]
  const me = async (page: Browser) => (await page.get('/api/desk/session')).status
  const entries = async (worker: string, kinds: readonly string[]) =>
    (
      await sql<{ kind: string; subject: string; body: object }>`
        select kind, subject, body from audit where worker = ${worker}::uuid and kind = any(${[...kinds]}::text[]) order by id`.execute(
        desk.opened.db,
      )
    ).rows

  it('[DO1] who comes back from the provider has a session like any other, and the audit log says by which way', async () => {
    expect(await named(people.sevda, 'sevda', 'Sevda@Firm.example')).toBe(200)
    const page = browser()
    const started = await begin(page)
    expect(started.headers.get('set-cookie')).toMatch(
      /^stockhand-identity=[\w-]{43}; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/,
    )
    const { to }: { to: string } = await started.json()
    expect(Object.fromEntries(new URL(to).searchParams)).toMatchObject({
      response_type: 'code',
      client_id: 'stockhand',
      redirect_uri: `${HOME}${BACK}`,
      code_challenge_method: 'S256',
    })
    provider.state.person = someone('u-1', 'sevda@firm.example')
    const answer = await back(page, (await provider.app.request(to)).headers.get('location') ?? '')
    expect(endOf(answer)).toEqual(IN)
    expect(answer.headers.getSetCookie().find(one => one.startsWith('stockhand-desk='))).toMatch(
      /^stockhand-desk=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
    )
    const who = v.parse(meSchema, await (await page.get('/api/desk/session')).json())
    expect(who).toMatchObject({ worker: people.sevda.id, login: 'sevda', roles: ['supervisor'], mustChange: false })
    expect(await entries(people.sevda.id, ['identity.link', 'desk.logIn'])).toEqual([
      { kind: 'identity.link', subject: 'sevda', body: { issuer: ISSUER } },
      { kind: 'desk.logIn', subject: 'sevda', body: { way: 'identity', issuer: ISSUER } },
    ])
    // A change asks for the word of the session, as everywhere.
    const own = { headers: { cookie: [...page.jar].map(pair => pair.join('=')).join('; ') } }
    const forged = await app.app.request('/api/desk/session/end', { ...own, method: 'POST' })
    expect([forged.status, await me(page)]).toEqual([403, 200])
    const safe = await app.app.request(`${HOME}/api/desk/identity/start`, { method: 'POST', headers: { origin: HOME } })
    expect(safe.headers.get('set-cookie')).toMatch(/^__Host-stockhand-identity=.*; Secure; SameSite=Lax$/)
  })

  it('[DO1] where none is configured there is no way to one, and no name of one can be entered', async () => {
    const start = async () => v.parse(startSchema, await (await browser().get('/api/desk/start')).json()).company
    expect(await start()).toBe(true)
    const kept = app.deps.identity
    app.deps.identity = null
    try {
      expect(await start()).toBe(false)
      expect((await begin(browser())).status).toBe(404)
      expect((await browser().get(`${BACK}?code=x&state=y`)).status).toBe(404)
      expect(await named(people.deniz, 'deniz', 'deniz@firm.example')).toBe(400)
      expect((await put(people.deniz.id, { login: 'deniz', password: null })).status).toBe(400)
    } finally {
      app.deps.identity = kept
    }
  })

  it('[DO2] once known a person is who the provider says, whatever they are called by then', async () => {
    expect(await logIn(browser(), someone('u-1', 'another@firm.example', { email_verified: false }))).toEqual(IN)
    // The address is somebody else's now, and opens nothing of hers.
    expect(await logIn(browser(), someone('u-9', 'sevda@firm.example'))).toEqual(not('unknown'))
  })

  it('[DO2] nobody is let in who was not entered, or whose address is not verified; nobody gets a role by it', async () => {
    const before = await sql<{ n: number }>`select count(*)::int as n from account`.execute(desk.opened.db)
    const page = browser()
    expect(await logIn(page, someone('u-2', 'stranger@firm.example', { roles: ['administrator'] }))).toEqual(
      not('unknown'),
    )
    expect(await me(page)).toBe(401)
    expect(await named(people.deniz, 'deniz', 'deniz@firm.example')).toBe(200)
    for (const email_verified of [false, undefined, 'true', 1])
      expect(await logIn(page, someone('u-3', 'deniz@firm.example', { email_verified }))).toEqual(not('unverified'))
    expect(await logIn(page, { sub: 'u-3', claims: {} })).toEqual(not('unverified'))
    const after = await sql<{ n: number }>`select count(*)::int as n from account`.execute(desk.opened.db)
    expect((after.rows[0]?.n ?? 0) - (before.rows[0]?.n ?? 0)).toBe(1)
    expect(await logIn(page, someone('u-3', 'Deniz@Firm.Example'))).toEqual(IN)
    const answer = v.parse(peopleAnswerSchema, await (await admin.get('/api/desk/people')).json())
    const deniz = answer.people.find(one => one.id === people.deniz.id)
    expect(deniz).toMatchObject({ company: 'deniz@firm.example', linked: true, roles: ['supervisor'] })
  })

  it('[DO2] a name is one person’s; another name, a log-in anew, and one that is taken away end what was known', async () => {
    expect(await named(people.berk, 'berk', 'deniz@firm.example')).toBe(409)
    const page = browser()
    const deniz = someone('u-3', 'deniz@firm.example')
    expect(await logIn(page, deniz)).toEqual(IN)
    expect(await named(people.deniz, 'deniz', 'deniz@firm.example')).toBe(200)
    // All sessions have ended; the same name forgets nothing.
    expect([await me(page), await logIn(page, someone('u-3', 'x@y.example'))]).toEqual([401, IN])
    expect(await named(people.deniz, 'deniz', 'd.k@firm.example')).toBe(200)
    expect(await logIn(page, deniz)).toEqual(not('unknown'))
    expect(await logIn(page, someone('u-3', 'd.k@firm.example'))).toEqual(IN)
    expect((await put(people.deniz.id, { login: 'deniz', password: PASSWORD })).status).toBe(200)
    expect(await logIn(page, someone('u-3', 'x@y.example'))).toEqual(not('unknown'))
    expect(await named(people.deniz, 'deniz', null)).toBe(200)
    expect(await logIn(page, someone('u-3', 'd.k@firm.example'))).toEqual(not('unknown'))
    expect((await put(people.deniz.id, null)).status).toBe(200)
  })

  it('[DO2] what another claim says counts as it is; it may stand at the userinfo endpoint alone', async () => {
    const kept = app.deps.identity
    app.deps.identity = identityOf({ claim: 'preferred_username' })
    try {
      expect(await named(people.integrator, 'inge', 'INGE')).toBe(200)
      const inge = { sub: 'u-5', claims: { preferred_username: 'inge' }, atUserinfo: true }
      provider.asked.length = 0
      expect(await logIn(browser(), inge)).toEqual(IN)
      expect(provider.asked).toContain('/userinfo')
    } finally {
      app.deps.identity = kept
    }
  })

  it('[DO3] the way back is good once, for ten minutes, in the browser that began it', async () => {
    const sevda = someone('u-1', 'sevda@firm.example')
    const [page, thief] = [browser(), browser()]
    const address = await atProvider(page, sevda)
    expect(endOf(await back(thief, address))).toEqual(not('again'))
    // Another browser that has begun a way of its own.
    await begin(thief)
    expect(endOf(await back(thief, address))).toEqual(not('wrong'))
    const cookie = new Map(page.jar)
    expect(endOf(await back(page, address))).toEqual(IN)
    for (const [name, value] of cookie) page.jar.set(name, value)
    expect(endOf(await back(page, address))).toEqual(not('again'))
    const late = await atProvider(page, sevda)
    app.wait(600_000)
    expect(endOf(await back(page, late))).toEqual(not('again'))
    const { rows } = await sql<{ hash: string; body: object }>`
      select hash, body from sign_in_ask where kind = 'identity'`.execute(desk.opened.db)
    const secrets = [...page.jar.values(), ...thief.jar.values()]
    for (const row of rows) for (const secret of secrets) expect(JSON.stringify(row)).not.toContain(secret)
  })

  it('[DO3] a code that was used already, another state and another issuer open nothing', async () => {
    const sevda = someone('u-1', 'sevda@firm.example')
    const first = browser()
    const used = new URL(await atProvider(first, sevda)).searchParams.get('code') ?? ''
    const page = browser()
    const address = new URL(await atProvider(page, sevda))
    expect(
      endOf(await back(first, `${HOME}${BACK}?${new URLSearchParams({ code: used, state: 'x', iss: ISSUER })}`)),
    ).toEqual(not('wrong'))
    address.searchParams.set('code', used)
    // The code is of another way: PKCE holds it to that one.
    expect(endOf(await back(page, address.href))).toEqual(not('wrong'))
    for (const wrong of [{ state: 'somebody-elses' }, { iss: 'https://evil.test' }]) {
      provider.state.wrong = wrong
      expect([wrong, await logIn(browser(), sevda)]).toEqual([wrong, not('wrong')])
    }
    provider.state.wrong = {}
    expect(await logIn(browser(), null)).toEqual(not('denied'))
    expect(await logIn(browser(), sevda)).toEqual(IN)
  })

  it('[DO4] an ID token of another issuer, audience, nonce or key, or of another time, opens nothing', async () => {
    const sevda = someone('u-1', 'sevda@firm.example')
    const now = nowS()
    const wrong = [
      { claims: { iss: 'https://evil.test' } },
      { claims: { aud: 'another-client' } },
      { claims: { aud: ['stockhand', 'another-client'], azp: 'another-client' } },
      { claims: { nonce: 'of-another-way' } },
      { claims: { exp: now - 31 } },
      { claims: { nbf: now + 31 } },
      { key: true },
    ]
    for (const one of wrong) {
      provider.state.wrong = one
      expect([one, await logIn(browser(), sevda)]).toEqual([one, not('wrong')])
    }
    // The clocks of two machines.
    for (const claims of [{ exp: now - 25 }, { nbf: now + 25 }, { iat: now + 25 }]) {
      provider.state.wrong = { claims }
      expect([claims, await logIn(browser(), sevda)]).toEqual([claims, IN])
    }
    provider.state.wrong = {}
    const kept = app.deps.identity
    app.deps.identity = identityOf({ clientSecret: 'another' })
    expect(await logIn(browser(), sevda)).toEqual(not('wrong'))
    app.deps.identity = kept
  })

  it('[DO5] while the provider is away that is said, and passwords go on', async () => {
    const page = browser()
    const address = await atProvider(page, someone('u-1', 'sevda@firm.example'))
    provider.state.isDown = true
    try {
      expect(endOf(await back(page, address))).toEqual(not('away'))
      const start = await begin(browser())
      expect([start.status, await start.json()]).toMatchObject([429, { code: 'busy' }])
      await browser().logIn('admin', PASSWORD)
      await expect(identityOf().check()).rejects.toThrow('unexpected HTTP response status code')
    } finally {
      provider.state.isDown = false
    }
    await identityOf().check()
    const nowhere = makeIdentityProvider(
      { issuer: new URL(ISSUER), clientId: 'stockhand', clientSecret: null, claim: 'email', home: new URL(HOME) },
      { fetch: () => Promise.reject(new TypeError('fetch failed')), now: app.deps.now, nowMs: Date.now },
    )
    expect([await nowhere.begin('x'), await nowhere.end(), await nowhere.finish('?code=x', 'x')]).toMatchObject([
      null,
      null,
      { kind: 'away' },
    ])
    expect(JSON.stringify(app.logged)).not.toContain(encodeURIComponent(SECRET))
  })

  it('[DO6] a log-in without a password opens by none, and a first password is not asked of who came by the company', async () => {
    const answers = await Promise.all(
      ['', 'undefined', 'null', PASSWORD].map(password =>
        browser().post('/api/desk/session', { login: 'sevda', password }),
      ),
    )
    expect(answers.map(answer => answer.status)).toEqual([401, 401, 401, 401])
    const both = { login: 'deniz', password: PASSWORD, company: 'deniz@firm.example' }
    expect((await put(people.deniz.id, both)).status).toBe(200)
    const page = browser()
    expect(await logIn(page, someone('u-7', 'deniz@firm.example'))).toEqual(IN)
    expect((await page.get('/api/desk/mine')).status).toBe(200)
    await page.logIn('deniz', PASSWORD)
    expect((await page.get('/api/desk/mine')).status).toBe(403)
  })

  it('[DO6] whoever does not work here any more has no company log-in either', async () => {
    expect(await named(people.berk, 'berk', 'berk@firm.example')).toBe(200)
    expect(await logIn(browser(), someone('u-8', 'berk@firm.example'))).toEqual(IN)
    const { version }: { version: number } = await (await admin.get('/api/desk/people')).json()
    const gone = {
      expectedVersion: version,
      id: people.berk.id,
      name: 'BERK',
      roles: ['counter'],
      clients: null,
      active: false,
      badge: false,
    }
    expect((await admin.post('/api/desk/people', gone)).status).toBe(200)
    expect(await logIn(browser(), someone('u-8', 'berk@firm.example'))).toEqual(not('unknown'))
  })

  it('[DO7] a log-out leads to the provider’s, where it was the way in; the desk has to be opened by the configured address', async () => {
    const page = browser()
    expect(await logIn(page, someone('u-1', 'sevda@firm.example'))).toEqual(IN)
    await page.get('/api/desk/session')
    const csrf = v.parse(meSchema, await (await page.get('/api/desk/session')).json()).csrf
    const out = await page.post('/api/desk/session/end', {}, { 'x-stockhand-csrf': csrf })
    const { to }: { to: string } = await out.json()
    expect([out.status, new URL(to).pathname, await me(page)]).toEqual([200, '/end', 401])
    expect(new URL(to).searchParams.get('post_logout_redirect_uri')).toBe(`${HOME}/desk`)
    const typed = browser()
    await typed.logIn('admin', PASSWORD)
    expect(await (await typed.post('/api/desk/session/end', {})).json()).toEqual({ to: null })
    const foreign = await begin(browser(), 'https://evil.test')
    expect([foreign.status, await foreign.json()]).toMatchObject([403, { code: 'forged' }])
    const other = await browserOf(app.app, '10.4.1.1').post(
      '/api/desk/identity/start',
      {},
      { origin: 'http://localhost' },
    )
    expect([other.status, await other.json()]).toMatchObject([403, { message: expect.stringContaining(HOME) }])
  })
})
