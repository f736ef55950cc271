import { sql } from 'kysely'
import { afterAll, describe, expect, it } from 'vitest'
import { CSRF_HEADER, meSchema } from '../../../shared/desk/session.ts'
import { MAX_VIEWS } from '../../../shared/desk/views.ts'
import * as v from 'valibot'
import { deskApp, PASSWORD } from '../../../test/support/desk-app.ts'
import { waitAfter } from '../../auth/lockout.ts'
import { nextRoster, signRoster } from '../../auth/roster.ts'
import { HEARTBEAT_MS } from '../events.ts'
import { OTHER_WAREHOUSE } from '../test-stores.ts'
import { browserOf } from './test-browser.ts'

describe('log-in at the desk', async () => {
  const desk = await deskApp({ firstSecret: 'AAAA-BBBB-CCCC' })
  afterAll(() => desk.close())
  const { app, people } = desk
  const browser = (from = '10.0.0.9') => browserOf(app.app, from)
  await desk.account(people.sevda, 'sevda')
  await desk.account(people.admin, 'admin')

  it('[DS1] a name and a password open a session whose token no script can read and no other site can use', async () => {
    const page = browser()
    expect((await page.get('/api/desk/session')).status).toBe(401)
    const answer = await page.post('/api/desk/session', { login: ' SEVDA ', password: PASSWORD })
    expect(answer.status).toBe(200)
    const cookie = answer.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/^stockhand-desk=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/)
    const me = v.parse(meSchema, await (await page.get('/api/desk/session')).json())
    expect(me).toMatchObject({ worker: people.sevda.id, login: 'sevda', mustChange: false })
    const { rows } = await sql<{ hash: string }>`select hash from desk_session`.execute(desk.opened.db)
    expect(cookie).not.toContain(rows[0]?.hash ?? 'none')
    const kept = await sql<{ password: string }>`select password from account`.execute(desk.opened.db)
    for (const { password } of kept.rows) expect(password).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    const safe = await app.app.request('https://depo.test/api/desk/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ login: 'sevda', password: PASSWORD }),
    })
    expect(safe.headers.get('set-cookie')).toMatch(/^__Host-stockhand-desk=[\w-]{43}; Path=\/; HttpOnly; Secure/)
  })

  it('[DG6] views are kept by name, for their person alone; an address elsewhere is none', async () => {
    const page = browser('10.0.0.31')
    await page.logIn('sevda', PASSWORD)
    const keep = (name: string, path: string | null) => page.post('/api/desk/views', { name, path })
    const mine = async (of = page): Promise<unknown> => (await of.get('/api/desk/views')).json()
    expect(await mine()).toEqual({ views: [] })
    await keep(' Returns ', '/desk/receipts?kind=return')
    await keep('Late', '/desk/orders?state=open')
    await keep('Late', '/desk/orders?state=all&q=%C5%9Fi%C5%9Fe')
    const late = { name: 'Late', path: '/desk/orders?state=all&q=%C5%9Fi%C5%9Fe' }
    expect(await mine()).toEqual({ views: [late, { name: 'Returns', path: '/desk/receipts?kind=return' }] })
    for (const path of ['https://evil.test/', '//evil.test', '/desk/../api', 'javascript:alert(1)', '/desk/x#y', ''])
      expect([path, (await keep('Bad', path)).status]).toEqual([path, 400])
    const other = browser('10.0.0.32')
    await other.logIn('admin', PASSWORD)
    expect(await mine(other)).toEqual({ views: [] })
    expect(await (await keep('Returns', null)).json()).toEqual({ views: [late] })
    // Two windows at once: nothing of either is lost.
    const more = Array.from({ length: MAX_VIEWS - 1 }, (_, n) => `View ${n}`)
    await Promise.all(more.map(name => keep(name, '/desk/stock')))
    expect(((await mine()) as { views: unknown[] }).views).toHaveLength(MAX_VIEWS)
    expect((await keep('One more', '/desk/stock')).status).toBe(413)
  })

  it('[GL11] whoever works in two warehouses chooses where, with a session of its own; nobody goes where they do not work', async () => {
    const { site } = desk.stores
    const roster = nextRoster({ warehouse: OTHER_WAREHOUSE, version: 5, workers: [people.deniz] }, app.deps.now(), 7)
    await site.putRoster(OTHER_WAREHOUSE, roster, signRoster(app.deps.serverKey, roster))
    await desk.account(people.deniz, 'deniz')
    const page = browser('10.0.0.21')
    await page.logIn('deniz', PASSWORD)
    const me = v.parse(meSchema, await (await page.get('/api/desk/session')).json())
    expect(me.warehouses.map(one => one.id).sort()).toEqual([desk.site.warehouse.id, OTHER_WAREHOUSE].sort())
    const there = me.warehouses.find(one => one.id !== me.warehouse.id)!.id
    const moved = await page.post('/api/desk/warehouse', { warehouse: there })
    expect(v.parse(meSchema, await moved.json()).warehouse.id).toBe(there)
    expect(v.parse(meSchema, await (await page.get('/api/desk/session')).json()).warehouse.id).toBe(there)
    const only = browser('10.0.0.22')
    await only.logIn('sevda', PASSWORD)
    expect((await only.post('/api/desk/warehouse', { warehouse: OTHER_WAREHOUSE })).status).toBe(404)
    const { rows } = await sql<{ kind: string }>`select kind from audit where kind = 'desk.warehouse'`.execute(
      desk.opened.db,
    )
    expect(rows).toHaveLength(1)
  })

  it('[DS2] a change that the desk’s own page has not sent is refused, and changes nothing', async () => {
    const page = browser()
    await page.logIn('sevda', PASSWORD)
    const body = { worker: people.sevda.id, session: people.sevda.id, decisions: [desk.request('forged')] }
    for (const headers of [
      { [CSRF_HEADER]: '' },
      { [CSRF_HEADER]: 'x'.repeat(43) },
      { origin: 'https://evil.test' },
      { origin: 'null' },
    ]) {
      const answer = await page.post('/api/decisions', body, headers)
      expect([answer.status, await codeOf(answer)]).toEqual([403, 'forged'])
    }
    const login = { login: 'sevda', password: PASSWORD }
    expect((await page.post('/api/desk/session', login, { origin: 'https://evil.test' })).status).toBe(403)
    const { rows } = await sql`select 1 from decision`.execute(desk.opened.db)
    expect(rows).toEqual([])
    expect((await page.post('/api/decisions', body, { origin: 'http://localhost' })).status).toBe(200)
    // A proxy may ask for us by another name than people do.
    expect((await page.post('/api/decisions', body, { origin: 'https://depo.test' })).status).toBe(200)
  })

  it('[DS3] a wrong name and a wrong password answer alike; after five the name has to wait, longer each time', async () => {
    const page = browser()
    for (const login of ['sevda', 'nobody.here']) {
      for (let n = 1; n <= 5; n += 1) {
        const answer = await page.post('/api/desk/session', { login, password: 'wrong' })
        expect([answer.status, await codeOf(answer)]).toEqual([401, 'credentials'])
      }
      const waiting = await page.post('/api/desk/session', { login, password: PASSWORD })
      expect([waiting.status, waiting.headers.get('retry-after')]).toEqual([429, '30'])
    }
    app.wait(30_001)
    expect((await page.post('/api/desk/session', { login: 'sevda', password: PASSWORD })).status).toBe(200)
    expect((await page.post('/api/desk/session', { login: 'sevda', password: 'wrong' })).status).toBe(401)
    expect([4, 5, 6, 12, 40].map(waitAfter)).toEqual([0, 30_000, 60_000, 3_600_000, 3_600_000])
  })

  it('[DS3] a hundred tries at once are a hundred: no more than five passwords are looked at', async () => {
    const tries = Array.from({ length: 20 }, (_, n) => browser(`10.7.0.${n}`))
    const answers = await Promise.all(
      tries.map(page => page.post('/api/desk/session', { login: 'admin', password: 'wrong' })),
    )
    const statuses = answers.map(answer => answer.status).toSorted()
    expect(statuses).toEqual([...Array.from({ length: 5 }, () => 401), ...Array.from({ length: 15 }, () => 429)])
    app.wait(24 * 3_600_000)
    await browser().post('/api/desk/session', { login: 'somebody', password: 'wrong' })
    // What was typed long ago is not kept.
    const { rows } = await sql<{ login: string }>`select login from login_failure`.execute(desk.opened.db)
    expect(rows).toEqual([{ login: 'somebody' }])
    await browser().logIn('admin', PASSWORD)
  })

  it('[DS3] one address cannot try many names', async () => {
    const page = browser('10.9.9.9')
    const statuses: number[] = []
    for (let n = 0; n < 31; n += 1)
      statuses.push((await page.post('/api/desk/session', { login: `name${n}`, password: 'x' })).status)
    expect(statuses.filter(status => status === 401)).toHaveLength(30)
    expect(statuses.at(-1)).toBe(429)
  })

  it('[DS4] a session ends by itself when nobody uses it, after a day of work, at log-out and with a new password', async () => {
    const status = async (page: ReturnType<typeof browser>) => (await page.get('/api/desk/session')).status
    const page = browser()
    await page.logIn('sevda', PASSWORD)
    for (let hour = 0; hour < 13; hour += 1) {
      app.wait(3_600_000)
      expect(await status(page)).toBe(200)
    }
    app.wait(3_600_001)
    expect(await status(page)).toBe(401)
    await page.logIn('sevda', PASSWORD)
    app.wait(2 * 3_600_000 + 1)
    expect(await status(page)).toBe(401)
    const other = browser()
    for (const one of [page, other]) await one.logIn('sevda', PASSWORD)
    expect((await page.post('/api/desk/session/end', {})).status).toBe(200)
    expect([await status(page), await status(other)]).toEqual([401, 200])
    await page.logIn('sevda', PASSWORD)
    expect((await page.post('/api/desk/password', { before: 'wrong', password: 'a new long one' })).status).toBe(401)
    expect((await page.post('/api/desk/password', { before: PASSWORD, password: 'short' })).status).toBe(400)
    expect((await page.post('/api/desk/password', { before: PASSWORD, password: PASSWORD })).status).toBe(400)
    expect((await page.post('/api/desk/password', { before: PASSWORD, password: 'a new long one' })).status).toBe(200)
    expect([await status(page), await status(other)]).toEqual([200, 401])
    await desk.account(people.sevda, 'sevda')
  })

  it('[DS5] whoever was given a password chooses their own before anything else', async () => {
    await desk.account(people.narrow, 'narrow', { mustChange: true })
    const page = browser()
    await page.logIn('narrow', PASSWORD)
    const list = await page.get(`/api/variances?worker=${people.narrow.id}`)
    expect([list.status, await codeOf(list)]).toEqual([403, 'password_change'])
    expect((await page.post('/api/desk/password', { before: PASSWORD, password: 'my own password' })).status).toBe(200)
    expect((await page.get(`/api/variances?worker=${people.narrow.id}`)).status).toBe(200)
  })

  it('[DS6] a session speaks for its person only', async () => {
    const page = browser()
    await page.logIn('sevda', PASSWORD)
    for (const who of [people.admin, people.narrow]) {
      const answer = await page.get(`/api/variances?worker=${who.id}`)
      expect([answer.status, await codeOf(answer)]).toEqual([403, 'role'])
    }
    expect((await page.get('/api/desk/people')).status).toBe(403)
  })

  it('[DS7] the secret of the terminal makes the first administrator once, and never where somebody can log in', async () => {
    const ask = { secret: 'AAAA-BBBB-CCCC', warehouse: 'Depo', name: 'Derya', login: 'derya', password: PASSWORD }
    const page = browser()
    expect((await page.post('/api/desk/first', ask)).status).toBe(401)
    const fresh = await deskApp({ firstSecret: 'AAAA-BBBB-CCCC' })
    try {
      const first = browserOf(fresh.app.app, '10.0.0.1')
      expect(await (await first.get('/api/desk/start')).json()).toEqual({ first: true, demo: false, company: false })
      expect((await first.post('/api/desk/first', { ...ask, secret: 'AAAA-BBBB-CCCD' })).status).toBe(401)
      expect((await first.post('/api/desk/first', { ...ask, password: 'short' })).status).toBe(400)
      const done = await first.post('/api/desk/first', ask)
      const me = v.parse(meSchema, await done.json())
      expect(me.roles).toEqual(['administrator', 'supervisor'])
      expect((await first.post('/api/desk/first', { ...ask, login: 'second' })).status).toBe(401)
      expect(await (await first.get('/api/desk/start')).json()).toMatchObject({ first: false })
    } finally {
      await fresh.close()
    }
  })

  it('[DA6] the desk hears the doorbell by its session, and for five minutes only', async () => {
    expect((await browser().get('/api/desk/events')).status).toBe(401)
    const page = browser()
    await page.logIn('sevda', PASSWORD)
    const answer = await page.get('/api/desk/events')
    expect(answer.headers.get('content-type')).toContain('text/event-stream')
    const reader = answer.body!.getReader()
    const heard = async (): Promise<string> => new TextDecoder().decode((await reader.read()).value)
    expect(await heard()).toContain('still here')
    expect(await heard()).toMatch(/^id: \d+\ndata: \{"n":\d+\}/)
    app.wait(5 * 60_000)
    app.turn(HEARTBEAT_MS)
    while (!(await reader.read()).done);
  })
})

const codeOf = async (response: Response): Promise<string> => {
  const { code }: { code: string } = await response.json()
  return code
}
