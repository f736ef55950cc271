import { sql } from 'kysely'
import * as v from 'valibot'
import { afterAll, describe, expect, it } from 'vitest'
import { mineSchema } from '../../../shared/desk/mine.ts'
import { authenticator } from '../../../test/support/authenticator.ts'
import { deskApp, PASSWORD } from '../../../test/support/desk-app.ts'
import { browserOf } from './test-browser.ts'

const ORIGIN = 'https://depo.test'
const HOST = 'depo.test'

const codeOf = async (response: Response): Promise<string> => {
  const { code = '' }: { code?: string } = await response.json()
  return code
}
type Browser = ReturnType<typeof browserOf>

const challengeOf = async (response: Response): Promise<string> => {
  const { options }: { options: { challenge: string } } = await response.json()
  return options.challenge
}
const asked = async (page: Browser, origin = ORIGIN, password = PASSWORD): Promise<string> =>
  challengeOf(await page.post('/api/desk/passkey/ask', { password }, { origin }))
const begun = async (page: Browser, origin = ORIGIN): Promise<string> =>
  challengeOf(await page.post('/api/desk/passkey/start', {}, { origin }))

describe('passkeys', async () => {
  const desk = await deskApp()
  afterAll(() => desk.close())
  const { app, people } = desk
  let addresses = 0
  const browser = (): Browser => browserOf(app.app, `10.2.0.${(addresses += 1)}`)
  await desk.account(people.sevda, 'sevda')
  await desk.account(people.deniz, 'deniz')
  const told = (challenge: string, over: object = {}) => ({ challenge, origin: ORIGIN, host: HOST, ...over })

  const withKey = async (login: string, name: string) => {
    const page = browser()
    await page.logIn(login, PASSWORD)
    const key = authenticator()
    const body = { name, credential: key.create(told(await asked(page))) }
    const added = await page.post('/api/desk/passkey', body, { origin: ORIGIN })
    return { page, key, added }
  }
  const mine = async (page: Browser) => v.parse(mineSchema, await (await page.get('/api/desk/mine')).json())
  const logIn = (page: Browser, credential: object) =>
    page.post('/api/desk/passkey/session', credential, { origin: ORIGIN })

  it('[DP1] a person adds passkeys of their own under a name, and logs in by one without a name or a password', async () => {
    const { page, key, added } = await withKey('sevda', 'Laptop')
    expect(added.status).toBe(200)
    const second = await withKey('sevda', 'Phone')
    expect((await mine(page)).passkeys.map(one => [one.name, one.host, one.usedAt])).toEqual([
      ['Laptop', HOST, null],
      ['Phone', HOST, null],
    ])
    const fresh = browser()
    for (const one of [key, second.key]) {
      const answer = await logIn(fresh, one.get(told(await begun(fresh))))
      expect([answer.status, await answer.json()]).toMatchObject([200, { login: 'sevda', worker: people.sevda.id }])
      expect((await fresh.get('/api/desk/people')).status).toBe(403)
    }
    expect((await mine(fresh)).passkeys.every(one => one.usedAt === app.deps.now())).toBe(true)
    const { rows } = await sql<{ kind: string; body: object }>`
      select kind, body from audit where worker = ${people.sevda.id}::uuid and kind <> 'desk.logIn' or body ? 'way'
      order by id`.execute(desk.opened.db)
    expect(rows.map(row => row.kind)).toEqual(['passkey.add', 'passkey.add', 'desk.logIn', 'desk.logIn'])
    expect(rows.at(-1)?.body).toEqual({ way: 'passkey', passkey: 'Phone' })
  })

  it('[DP2] a challenge is answered once, within five minutes, by whom it was asked, and only a hash of it is kept', async () => {
    const { page, key } = await withKey('sevda', 'Once')
    const challenge = await begun(page)
    const kept = await sql<{ hash: string }>`select hash from sign_in_ask`.execute(desk.opened.db)
    expect(kept.rows.length).toBeGreaterThan(0)
    expect(JSON.stringify(kept.rows)).not.toContain(challenge)
    expect((await logIn(browser(), key.get(told(challenge)))).status).toBe(200)
    expect((await logIn(browser(), key.get(told(challenge)))).status).toBe(401)
    const late = await begun(page)
    const early = await begun(page)
    app.wait(299_000)
    expect((await logIn(browser(), key.get(told(early)))).status).toBe(200)
    app.wait(1_000)
    expect((await logIn(browser(), key.get(told(late)))).status).toBe(401)
    // What one person was asked is no answer of another, and a log-in none of a new key.
    const [hers, his] = [browser(), browser()]
    await hers.logIn('sevda', PASSWORD)
    await his.logIn('deniz', PASSWORD)
    for (const foreign of [await asked(hers), await begun(his)]) {
      const body = { name: 'Mine', credential: authenticator().create(told(foreign)) }
      expect((await his.post('/api/desk/passkey', body, { origin: ORIGIN })).status).toBe(401)
    }
    expect((await logIn(browser(), key.get(told(await asked(hers))))).status).toBe(401)
    app.wait(300_001)
    await begun(hers)
    const { rows } = await sql`select 1 from sign_in_ask`.execute(desk.opened.db)
    expect(rows).toHaveLength(1)
  })

  it('[DP3] a key works for the name of the server that it was made for, on its own page, with its person verified', async () => {
    const { key, page } = await withKey('sevda', 'Strict')
    const wrong = [{ origin: 'https://evil.test' }, { origin: 'http://depo.test' }, { host: 'evil.test' }]
    for (const over of wrong) {
      const answer = await logIn(browser(), key.get(told(await begun(page), over)))
      expect([over, answer.status, await codeOf(answer)]).toEqual([over, 401, 'credentials'])
      const body = { name: 'Mine', credential: authenticator().create(told(await asked(page), over)) }
      expect([over, (await page.post('/api/desk/passkey', body, { origin: ORIGIN })).status]).toEqual([over, 401])
    }
    // Somebody was there, but nobody looked who.
    expect((await logIn(browser(), key.get(told(await begun(page)), { flags: 0x01 }))).status).toBe(401)
    const unseen = { name: 'Mine', credential: authenticator().create(told(await asked(page)), { flags: 0x01 }) }
    expect((await page.post('/api/desk/passkey', unseen, { origin: ORIGIN })).status).toBe(401)
    // Another person's handle, and another key's id.
    const handle = Buffer.from(people.deniz.id.replaceAll('-', ''), 'hex').toString('base64url')
    expect((await logIn(browser(), key.get(told(await begun(page)), { handle }))).status).toBe(401)
    const forged = { ...authenticator().get(told(await begun(page))), id: key.id, rawId: key.id }
    expect((await logIn(browser(), forged)).status).toBe(401)
    // A browser makes none for an address of numbers, so the server asks for none.
    const numbers = await page.post('/api/desk/passkey/start', {}, { origin: 'https://10.0.0.5', host: '10.0.0.5' })
    expect([numbers.status, await codeOf(numbers)]).toEqual([400, 'bad_request'])
    const evil = await page.post('/api/desk/passkey/start', {}, { origin: 'https://evil.test' })
    expect([evil.status, await codeOf(evil)]).toEqual([403, 'forged'])
  })

  it('[DP3] where an address was configured, keys are made for it only, whatever a proxy calls the server', async () => {
    app.deps.publicUrl = 'https://stock.example/app'
    try {
      const page = browser()
      const other = await page.post('/api/desk/passkey/start', {}, { origin: 'https://inner', host: 'inner' })
      expect([other.status, await codeOf(other)]).toEqual([403, 'forged'])
      const own = { origin: 'https://stock.example', host: 'stock.example' }
      const answer = await page.post('/api/desk/passkey/start', {}, own)
      expect(await answer.json()).toMatchObject({ options: { rpId: 'stock.example' } })
    } finally {
      app.deps.publicUrl = null
    }
  })

  it('[DP4] a key whose counter went back is a copy: it opens nothing, and the audit log says so', async () => {
    const { key, page } = await withKey('deniz', 'Counts')
    for (const [counter, status] of [
      [5, 200],
      [5, 401],
      [4, 401],
      [0, 401],
      [6, 200],
    ] as const) {
      const answer = await logIn(browser(), key.get(told(await begun(page)), { counter }))
      expect([counter, answer.status]).toEqual([counter, status])
    }
    const { rows } = await sql`select subject from audit where kind = 'passkey.copied'`.execute(desk.opened.db)
    expect(rows).toEqual([{ subject: 'Counts' }, { subject: 'Counts' }, { subject: 'Counts' }])
  })

  it('[DP5] a new key takes the password once more; a key that is taken away opens nothing; nobody takes another’s', async () => {
    const { key, page } = await withKey('sevda', 'Gone')
    const wrong = await page.post('/api/desk/passkey/ask', { password: 'wrong' }, { origin: ORIGIN })
    expect([wrong.status, await codeOf(wrong)]).toEqual([401, 'credentials'])
    const twice = { name: 'Again', credential: key.create(told(await asked(page))) }
    expect((await page.post('/api/desk/passkey', twice, { origin: ORIGIN })).status).toBe(409)
    const his = browser()
    await his.logIn('deniz', PASSWORD)
    expect((await his.post('/api/desk/passkey/remove', { id: key.id })).status).toBe(404)
    expect((await page.post('/api/desk/passkey/remove', { id: key.id })).status).toBe(200)
    expect((await logIn(browser(), key.get(told(await begun(page))))).status).toBe(401)
  })

  it('[DP5] a log-in that an administrator gives anew, or takes away, ends every other way in', async () => {
    const { key, page } = await withKey('deniz', 'Old')
    await page.post('/api/desk/password', { before: PASSWORD, password: 'my own new password' })
    expect((await logIn(browser(), key.get(told(await begun(page))))).status).toBe(200)
    await desk.account(people.deniz, 'deniz', { mustChange: true })
    expect((await logIn(browser(), key.get(told(await begun(page))))).status).toBe(401)
    await desk.account(people.deniz, 'deniz')
  })

  it('[DP6] a person sees where they are logged in and ends the other sessions, one or all, and nobody else’s', async () => {
    const [one, two, three, his] = [browser(), browser(), browser(), browser()]
    await one.logIn('sevda', PASSWORD)
    await one.post('/api/desk/mine/sessions', { id: null })
    for (const page of [two, three]) await page.logIn('sevda', PASSWORD)
    await his.logIn('deniz', PASSWORD)
    const { sessions } = await mine(one)
    expect(sessions.map(session => session.here)).toHaveLength(3)
    expect(sessions.filter(session => session.here)).toHaveLength(1)
    const other = (await mine(two)).sessions.find(session => session.here)?.id ?? ''
    expect((await his.post('/api/desk/mine/sessions', { id: other })).status).toBe(200)
    const status = async (page: Browser) => (await page.get('/api/desk/mine')).status
    expect(await status(two)).toBe(200)
    expect(await (await one.post('/api/desk/mine/sessions', { id: other })).json()).toEqual({ ended: 1 })
    expect([await status(one), await status(two), await status(three)]).toEqual([200, 401, 200])
    const own = (await mine(one)).sessions.find(session => session.here)?.id ?? ''
    expect(await (await one.post('/api/desk/mine/sessions', { id: own })).json()).toEqual({ ended: 0 })
    await two.logIn('sevda', PASSWORD)
    expect(await (await one.post('/api/desk/mine/sessions', { id: null })).json()).toEqual({ ended: 2 })
    expect([await status(one), await status(two), await status(his)]).toEqual([200, 401, 200])
  })
})
