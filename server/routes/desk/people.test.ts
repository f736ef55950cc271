import { sql } from 'kysely'
import { afterAll, describe, expect, it } from 'vitest'
import * as v from 'valibot'
import { peopleAnswerSchema, personAnswerSchema } from '../../../shared/desk/people.ts'
import { derivedId } from '../../../shared/ids.ts'
import { readLabel } from '../../../shared/scan/own-label.ts'
import { sha256Hex } from '../../../shared/sync/seal.ts'
import { deskApp, PASSWORD } from '../../../test/support/desk-app.ts'
import { browserOf } from './test-browser.ts'

describe('people at the desk', async () => {
  const desk = await deskApp()
  afterAll(() => desk.close())
  const { app, people, site, stores } = desk
  await desk.account(people.admin, 'admin')
  const page = browserOf(app.app, '10.0.0.3')
  await page.logIn('admin', PASSWORD)
  const list = async () => v.parse(peopleAnswerSchema, await (await page.get('/api/desk/people')).json())
  const put = async (over: object) => {
    const { version } = await list()
    const ask = { expectedVersion: version, id: null, name: 'Deniz Ak', roles: ['picker'], clients: null, active: true }
    return page.post('/api/desk/people', { ...ask, badge: false, ...over })
  }

  it('[DS9] a new person gets a badge that is shown once; its hash is what handhelds know', async () => {
    const before = (await list()).people.length
    const answer = v.parse(personAnswerSchema, await (await put({})).json())
    expect(readLabel(answer.badge ?? '')?.prefix).toBe('XB')
    const roster = (await stores.site.roster(site.warehouse.id))?.roster
    const added = roster?.workers.find(one => one.id === answer.id)
    expect(added).toMatchObject({ name: 'Deniz Ak', badgeHash: sha256Hex(answer.badge ?? ''), roles: ['picker'] })
    expect((await list()).people).toHaveLength(before + 1)
    const renamed = await put({ id: answer.id, name: 'Deniz Ak Kaya', roles: ['picker', 'counter'] })
    expect(await renamed.json()).toMatchObject({ badge: null })
    const again = v.parse(personAnswerSchema, await (await put({ id: answer.id, badge: true })).json())
    expect(again.badge).not.toBe(answer.badge)
    const { rows } = await sql<{ kind: string; body: unknown }>`
      select kind, body from audit where subject = ${answer.id} order by id`.execute(desk.opened.db)
    expect(rows.map(row => row.kind)).toEqual(['people.add', 'people.change', 'people.change'])
    expect(JSON.stringify(rows)).not.toContain(again.badge)
  })

  it('[DA8] limits of a person are kept and told, stay where a change does not speak of them, and stand in the audit log', async () => {
    const approves = { qty: 5, pct: null, value: 50_000 }
    const answer = v.parse(personAnswerSchema, await (await put({ roles: ['supervisor'], approves })).json())
    const shown = async () => (await list()).people.find(one => one.id === answer.id)?.approves
    const held = async () =>
      (await stores.site.roster(site.warehouse.id))?.roster.workers.find(one => one.id === answer.id)?.approves
    expect([await shown(), await held()]).toEqual([approves, approves])
    await put({ id: answer.id, roles: ['supervisor'] })
    expect(await shown()).toEqual(approves)
    await put({ id: answer.id, roles: ['supervisor'], approves: null })
    expect([await shown(), await held()]).toEqual([null, undefined])
    const { rows } = await sql<{ approves: unknown }>`
      select body->'approves' as approves from audit where subject = ${answer.id} order by id`.execute(desk.opened.db)
    expect(rows.map(row => row.approves)).toEqual([approves, approves, null])
    for (const bad of [{ ...approves, qty: -1 }, { ...approves, pct: 1001 }, { ...approves, value: 1.5 }, { qty: 5 }])
      expect((await put({ id: answer.id, roles: ['supervisor'], approves: bad })).status).toBe(400)
  })

  it('[DA8] nobody changes their own limits', async () => {
    const mine = { id: people.admin.id, name: 'Admin', roles: ['administrator', 'supervisor'] }
    expect((await put({ ...mine, approves: { qty: null, pct: null, value: 1 } })).status).toBe(403)
    expect((await put({ ...mine, roles: ['administrator'] })).status).toBe(200)
  })

  it('[DS9] of two changes on one version the second is refused', async () => {
    const { version } = await list()
    expect((await put({ expectedVersion: version - 1 })).status).toBe(409)
    const both = await Promise.all([put({ expectedVersion: version }), put({ expectedVersion: version })])
    expect(both.map(one => one.status).toSorted()).toEqual([200, 409])
  })

  it('[DS9] nobody takes their own administrator’s role or log-in; a client’s person needs clients of this warehouse', async () => {
    const mine = { id: people.admin.id, name: 'Admin' }
    expect((await put({ ...mine, roles: ['supervisor'] })).status).toBe(403)
    expect((await put({ ...mine, roles: ['administrator'], active: false })).status).toBe(403)
    expect((await page.post('/api/desk/account', { worker: people.admin.id, account: null })).status).toBe(403)
    expect((await put({ roles: ['client'] })).status).toBe(400)
    expect((await put({ roles: ['client'], clients: [derivedId('client', 'foreign')] })).status).toBe(404)
    expect((await put({ id: derivedId('worker', 'nobody') })).status).toBe(404)
    expect((await put({ name: '' })).status).toBe(400)
  })

  it('[DS9] a log-in is given with a password to be changed, is nobody else’s name, and ends with the person', async () => {
    const give = (worker: string, login: string) =>
      page.post('/api/desk/account', { worker, account: { login, password: PASSWORD } })
    expect((await give(people.berk.id, 'Berk')).status).toBe(200)
    expect((await give(people.deniz.id, 'berk')).status).toBe(409)
    expect((await give(derivedId('worker', 'nobody'), 'x-y')).status).toBe(404)
    const his = browserOf(app.app, '10.0.0.4')
    await his.logIn('berk', PASSWORD)
    expect(await (await his.get('/api/desk/session')).json()).toMatchObject({ login: 'berk', mustChange: true })
    const { berk } = people
    const off = await put({ id: berk.id, name: berk.name, roles: [...berk.roles], active: false })
    expect(off.status).toBe(200)
    expect((await his.get('/api/desk/session')).status).toBe(401)
    expect((await his.post('/api/desk/session', { login: 'berk', password: PASSWORD })).status).toBe(401)
  })
})
