import { sql } from 'kysely'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mineSchema } from '../../../shared/desk/mine.ts'
import { peopleAnswerSchema } from '../../../shared/desk/people.ts'
import { DEFAULT_POLICY } from '../../../shared/default-policy.ts'
import { derivedId, timeId } from '../../../shared/ids.ts'
import type { Role } from '../../../shared/roles.ts'
import { msOf } from '../../../shared/time.ts'
import { deskApp, PASSWORD } from '../../../test/support/desk-app.ts'
import { endpoints } from '../../app.ts'
import { verifierOf } from '../../auth/key.ts'
import { nextRoster, signRoster } from '../../auth/roster.ts'
import { OTHER_WAREHOUSE } from '../test-stores.ts'
import { browserOf } from './test-browser.ts'

const OWN = '482915'
const GIVEN = '7395'

describe('a PIN besides the badge, over HTTP', async () => {
  const desk = await deskApp()
  afterAll(() => desk.close())
  const { app, people, opened, site, stores } = desk
  const { berk, sevda } = people
  let addresses = 0
  const logged = async (login: string) => {
    const page = browserOf(app.app, `10.4.0.${(addresses += 1)}`)
    await page.logIn(login, PASSWORD)
    return page
  }
  const rosterOf = async (warehouse = site.warehouse.id) => {
    const held = await stores.site.roster(warehouse)
    if (held === null) throw new Error('no roster')
    return held
  }
  const pinOf = async (worker: string, warehouse = site.warehouse.id) =>
    (await rosterOf(warehouse)).roster.workers.find(one => one.id === worker)?.pin
  type Page = Awaited<ReturnType<typeof logged>>
  let admin: Page
  let her: Page
  const mine = async () => v.parse(mineSchema, await (await her.get('/api/desk/mine')).json())
  const own = async (pin: string, password = PASSWORD) =>
    (await her.post('/api/desk/mine/pin', { pin, password })).status
  const give = async (pin: string | null, worker: string = berk.id) =>
    (await admin.post('/api/desk/people/pin', { worker, pin })).status
  const audited = async () =>
    (
      await sql<{ kind: string; worker: string; body: object }>`
        select kind, worker, body from audit where kind like 'pin.%' order by id`.execute(opened.db)
    ).rows
  const policy = async (pin: readonly Role[]) => {
    const seen = (await stores.site.policies(site.warehouse.id)) ?? { version: 0, warehouse: DEFAULT_POLICY }
    const id = timeId<'decision'>(msOf(app.deps.now()) + seen.version, app.deps.random(10))
    const { warehouse } = seen
    const next = { ...warehouse, worker: { ...warehouse.worker, pin } }
    const me = { worker: people.admin.id, session: derivedId('session', 'pin') }
    const ask = { ...me, id, expectedVersion: seen.version, client: null, policy: next }
    const answer = await admin.post('/api/policies', ask)
    expect(await answer.json()).toMatchObject({ outcome: 'done' })
  }
  beforeAll(async () => {
    await desk.account(people.admin, 'admin')
    await desk.account(sevda, 'sevda')
    ;[admin, her] = [await logged('admin'), await logged('sevda')]
  })

  it('[PN4] a person sets and changes their own PIN with the password once more, and sees only that there is one', async () => {
    expect((await mine()).pin).toEqual({ set: false, least: 6, asked: false })
    expect(await own(OWN, 'wrong')).toBe(401)
    expect(await pinOf(sevda.id)).toBeUndefined()
    expect(await own(OWN)).toBe(200)
    const first = await pinOf(sevda.id)
    expect(first).toMatchObject({ rounds: 600_000 })
    expect((await mine()).pin).toMatchObject({ set: true })
    expect(await own(OWN)).toBe(200)
    // The same PIN again has another salt: nobody sees that it is the same.
    expect((await pinOf(sevda.id))?.salt).not.toBe(first?.salt)
    expect(await audited()).toEqual([0, 1].map(() => ({ kind: 'pin.set', worker: sevda.id, body: {} })))
  })

  it('[PN4] it is good in every warehouse that the person works in', async () => {
    const { roster } = await rosterOf(OTHER_WAREHOUSE)
    const there = nextRoster({ ...roster, workers: [...roster.workers, sevda] }, app.deps.now(), 7)
    await stores.site.putRoster(OTHER_WAREHOUSE, there, signRoster(app.deps.serverKey, there))
    expect(await own('139462')).toBe(200)
    expect(await pinOf(sevda.id, OTHER_WAREHOUSE)).toBeDefined()
  })

  it('[PN4] an administrator gives somebody a PIN or takes it away, nobody else does', async () => {
    expect(await give(GIVEN)).toBe(200)
    expect(await pinOf(berk.id)).toBeDefined()
    expect(await give(null)).toBe(200)
    expect(await pinOf(berk.id)).toBeUndefined()
    expect((await audited()).slice(-2).map(({ kind, worker }) => [kind, worker])).toEqual([
      ['pin.set', people.admin.id],
      ['pin.end', people.admin.id],
    ])
    expect(await give(GIVEN, derivedId('worker', 'nobody'))).toBe(404)
    expect((await her.post('/api/desk/people/pin', { worker: berk.id, pin: GIVEN })).status).toBe(403)
  })

  it('[PN4] an administrator of one client gives nobody a PIN', async () => {
    const { roster } = await rosterOf()
    const part = { ...people.narrow, roles: ['administrator'] as const }
    const workers = roster.workers.map(one => (one.id === part.id ? part : one))
    const next = nextRoster({ ...roster, workers }, app.deps.now(), 7)
    await stores.site.putRoster(site.warehouse.id, next, signRoster(app.deps.serverKey, next))
    await desk.account(part, 'narrow')
    const page = await logged('narrow')
    expect((await page.post('/api/desk/people/pin', { worker: berk.id, pin: GIVEN })).status).toBe(403)
  })

  it('[PN2] what is no PIN for the roles of the person is refused, whoever sets it', async () => {
    for (const pin of ['48291', '111111', '123456', '4829a5', '', '4829154829154'])
      expect([pin, await own(pin)]).toEqual([pin, 400])
    for (const pin of ['739', '7777', '4321']) expect([pin, await give(pin)]).toEqual([pin, 400])
    expect(await give(GIVEN, people.deniz.id)).toBe(400)
  })

  it('[PN2] a PIN that may be too short for new roles ends, and so does that of somebody who leaves', async () => {
    const change = async (roles: readonly Role[], active = true) => {
      const { version } = await rosterOf().then(({ roster }) => roster)
      const { id, name } = berk
      const ask = { expectedVersion: version, id, name, roles, clients: null, active, badge: false }
      return (await admin.post('/api/desk/people', ask)).json()
    }
    await give(GIVEN)
    expect(await change(['counter', 'picker'])).toMatchObject({ pinEnded: false })
    expect(await pinOf(berk.id)).toBeDefined()
    expect(await change(['counter', 'supervisor'])).toMatchObject({ pinEnded: true })
    expect(await pinOf(berk.id)).toBeUndefined()
    expect(await give(OWN)).toBe(200)
    expect(await change(['counter'])).toMatchObject({ pinEnded: false })
    expect(await change(['counter'], false)).toMatchObject({ pinEnded: true })
    expect(await pinOf(berk.id)).toBeUndefined()
    await change(['counter'])
  })

  it('[PN1] a policy that asks for PINs signs the roster anew, and one that asks no more as well', async () => {
    const before = await rosterOf()
    await policy(['counter', 'picker'])
    const { roster, signed } = await rosterOf()
    expect(roster).toMatchObject({ version: before.roster.version + 1, pin: ['counter', 'picker'] })
    expect(await verifierOf(app.deps.serverKey.publicKey)(signed.text, signed.sig)).toBe(true)
    await give(GIVEN)
    expect((await rosterOf()).roster.pin).toEqual(['counter', 'picker'])
    await policy(['supervisor'])
    expect((await mine()).pin.asked).toBe(true)
    await policy([])
    expect((await rosterOf()).roster.pin).toBeUndefined()
    expect((await mine()).pin.asked).toBe(false)
    const { version } = (await rosterOf()).roster
    await policy([])
    expect((await rosterOf()).roster.version).toBe(version)
  })

  it('[PN3] nothing but the roster has the verifier, and nothing at all the PIN', async () => {
    await Promise.all([own(OWN), give(GIVEN)])
    const secrets = [await pinOf(sevda.id), await pinOf(berk.id)].flatMap(pin => [pin?.salt ?? '?', pin?.hash ?? '?'])
    expect(secrets.every(secret => secret.length >= 22)).toBe(true)
    const listed = v.parse(peopleAnswerSchema, await (await admin.get('/api/desk/people')).json())
    expect(
      listed.people
        .filter(one => one.pin)
        .map(one => one.name)
        .toSorted(),
    ).toEqual(['BERK', 'SEVDA'])
    for (const page of [admin, her])
      for (const { method, path } of endpoints().filter(
        one => one.method === 'GET' && /desk|policies/.test(one.path),
      )) {
        if (path.includes('events')) continue
        const text = await (await page.get(path)).text()
        expect([method, path, secrets.some(secret => text.includes(secret))]).toEqual([method, path, false])
      }
    const tables = await sql<{ name: string }>`
      select table_name as name from information_schema.tables
      where table_schema = 'public' and table_type = 'BASE TABLE'`.execute(opened.db)
    for (const { name } of tables.rows) {
      const { rows } = await sql<{ text: string }>`select t::text as text from ${sql.table(name)} t`.execute(opened.db)
      const text = rows.map(row => row.text).join('\n')
      // Rows of the feed are how the roster reaches handhelds.
      if (name !== 'roster' && name !== 'change')
        expect([name, secrets.some(one => text.includes(one))]).toEqual([name, false])
      expect([name, [`"${OWN}"`, `"${GIVEN}"`].some(pin => text.includes(pin))]).toEqual([name, false])
    }
    expect(JSON.stringify(app.logged)).not.toMatch(new RegExp([OWN, ...secrets].join('|')))
  })
})
