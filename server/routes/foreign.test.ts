import { sql } from 'kysely'
import { afterAll, describe, expect, it } from 'vitest'
import { DEFAULT_POLICY } from '../../shared/default-policy.ts'
import { CSRF_HEADER } from '../../shared/desk/session.ts'
import { derivedId } from '../../shared/ids.ts'
import { deskApp, PASSWORD } from '../../test/support/desk-app.ts'
import { fieldsOf, valueOf } from '../../test/support/schema-values.ts'
import { endpoints } from '../app.ts'
import { makeWorker, nextRoster, signRoster } from '../auth/roster.ts'
import { browserOf } from './desk/test-browser.ts'
import type { Endpoint } from './endpoint.ts'

const codeOf = async (response: Response): Promise<string> => {
  const { code = '' }: { code?: string } = await response.json()
  return code
}
/** A doorbell never ends: its first words are all that it says of itself. */
const textOf = async (answer: Response): Promise<string> => {
  if (answer.headers.get('content-type')?.startsWith('text/event-stream') !== true) return answer.text()
  const reader = answer.body!.getReader()
  const { value } = await reader.read()
  await reader.cancel()
  return new TextDecoder().decode(value)
}
const atDesk = endpoints().filter(({ door }) => door === 'desk' || door === 'person')
const changing = atDesk.filter(({ method }) => method === 'POST')

describe('requests that somebody else has made', async () => {
  const desk = await deskApp()
  afterAll(() => desk.close())
  await desk.account(desk.people.admin, 'admin')
  await desk.account(desk.people.sevda, 'sevda')

  /** Everything that is kept, but when a session was used last and figures that are prepared from the rest. */
  const books = async (): Promise<string> => {
    const tables = await sql<{ name: string }>`
      select tablename as name from pg_tables where schemaname = 'public' and tablename <> 'desk_session'
        and tablename not like 'kpi%'
      order by tablename`.execute(desk.opened.db)
    const sums: string[] = []
    for (const { name } of tables.rows) {
      const { rows } = await sql<{ sum: string | null }>`
        select md5(string_agg(t::text, '|' order by t::text)) as sum from ${sql.table(name)} t`.execute(desk.opened.db)
      sums.push(`${name} ${rows[0]?.sum ?? ''}`)
    }
    return sums.join('\n')
  }

  it('[DS2] every changing route of the desk refuses what its own page has not sent, before it is read', async () => {
    for (const login of ['admin', 'sevda']) {
      const page = browserOf(desk.app.app, `10.3.0.${login.length}`)
      await page.logIn(login, PASSWORD)
      const before = await books()
      for (const { path } of changing)
        for (const headers of [
          { [CSRF_HEADER]: '' },
          { [CSRF_HEADER]: 'x'.repeat(43) },
          { origin: 'https://evil.test' },
          { origin: 'null' },
        ]) {
          const answer = await page.post(path.replace(/:\w+/g, 'x'), {}, headers)
          expect([path, headers, answer.status, await codeOf(answer)]).toEqual([path, headers, 403, 'forged'])
        }
      expect(await books()).toBe(before)
    }
    expect(changing.length).toBeGreaterThan(15)
  })

  it('[DS2] no question changes anything, so that a link on another page cannot either', async () => {
    const page = browserOf(desk.app.app, '10.3.1.1')
    await page.logIn('admin', PASSWORD)
    const before = await books()
    for (const { path } of atDesk.filter(({ method }) => method === 'GET'))
      await page.get(`${path.replace(/:\w+/g, 'x')}?worker=${desk.people.admin.id}`)
    expect(await books()).toBe(before)
  })

  it('[DS2] the cookie of the desk opens no door of handhelds or of the command line', async () => {
    const page = browserOf(desk.app.app, '10.3.2.1')
    await page.logIn('admin', PASSWORD)
    for (const { door, method, path } of endpoints().filter(one => ['device', 'admin', 'metrics'].includes(one.door))) {
      const at = path.replace(/:\w+/g, 'x')
      const answer = method === 'GET' ? await page.get(at) : await page.post(at, {})
      expect([door, path, [401, 403, 404].includes(answer.status)]).toEqual([door, path, true])
    }
  })
})

describe('a person of one client, and the goods of another', async () => {
  const desk = await deskApp()
  afterAll(() => desk.close())
  const { app, site, stores, people } = desk
  const [foreign, own] = [site.clients[0]!, site.clients[1]!]
  const theirs = {
    ...makeWorker({ id: derivedId('worker', 'foreign', 'client'), name: 'Client', badge: 'XBCLI', roles: ['client'] }),
    clients: [own.id],
  }
  const limited = {
    ...makeWorker({
      id: derivedId('worker', 'foreign', 'limited'),
      name: 'Limited',
      badge: 'XBLIM',
      roles: ['administrator', 'integrator', 'supervisor'],
    }),
    clients: [own.id],
  }
  const held = (await stores.site.roster(site.warehouse.id))!.roster
  const roster = nextRoster({ ...held, workers: [...held.workers, theirs, limited] }, app.deps.now(), 7)
  await stores.site.putRoster(site.warehouse.id, roster, signRoster(app.deps.serverKey, roster))
  await desk.account(people.narrow, 'narrow')
  await desk.account(theirs, 'theirs')
  await desk.account(limited, 'limited')
  const policies = (await stores.site.policies(site.warehouse.id))!
  await stores.site.putPolicies(site.warehouse.id, {
    ...policies,
    version: policies.version + 1,
    clients: { [foreign.id]: policies.warehouse, [own.id]: policies.warehouse },
  })
  await desk.facts([desk.arrived(7, desk.key('A-01', 0)), desk.counted(3, desk.key('A-01', 0))])

  const items = site.items.filter(item => item.client === foreign.id)
  const variance = desk.varianceOf(desk.key('A-01', 0))
  /** What a stranger might have heard of. */
  const texts = [foreign.id, ...items.slice(0, 1).flatMap(item => [item.id, item.codes[0] ?? '', item.sku]), variance]
  /** What an answer must not hold: it is the other client's alone. Codes and SKUs are given twice in this site. */
  const secrets = [foreign.id, foreign.name, ...items.map(item => item.id), variance]

  const askings = (endpoint: Endpoint, worker: string): string[] => {
    const at = texts.map(text => endpoint.path.replace(/:\w+/g, encodeURIComponent(text)))
    const fields = fieldsOf(endpoint.query)
    return [...new Set(at)].flatMap(path => [
      `${path}?worker=${worker}`,
      ...texts.flatMap(text => fields.map(field => `${path}?worker=${worker}&${field}=${encodeURIComponent(text)}`)),
    ])
  }
  /** What they asked for in vain is in the log, and nothing else of it. */
  const done = async (): Promise<number> =>
    (await sql`select 1 from decision where result->>'outcome' = 'done'`.execute(desk.opened.db)).rows.length
  const about = async (): Promise<string> => {
    const tables = ['balance', 'variance', 'exception', 'work', 'policy']
    const found: string[] = []
    for (const name of tables) {
      const { rows } = await sql<{ row: string }>`
        select t::text as row from ${sql.table(name)} t order by 1`.execute(desk.opened.db)
      found.push(...rows.map(({ row }) => `${name} ${row}`))
    }
    return found.join('\n')
  }

  it('[DS10] [GL17] what is the whole warehouse’s is not decided by an administrator of one client', async () => {
    const page = browserOf(app.app, '10.5.0.1')
    await page.logIn('limited', PASSWORD)
    const worker = limited.id
    const { version } = (await stores.site.roster(site.warehouse.id))!.roster
    const person = { id: null, name: 'All', roles: ['administrator'], clients: null, active: true, badge: true }
    const account = { worker: people.berk.id, account: { login: 'berk', password: 'a long enough password' } }
    const policy = (client: string | null) => ({
      worker,
      session: derivedId('session', 'limited'),
      id: derivedId('decision', 'limited', client ?? ''),
      expectedVersion: 1,
      client,
      policy: DEFAULT_POLICY,
    })
    const asked: Readonly<Record<string, object>> = {
      '/api/desk/people': { ...person, expectedVersion: version },
      '/api/desk/account': account,
      '/api/desk/people/erase': { worker: people.berk.id, expectedVersion: version },
      '/api/desk/intake/preview?kind=places': {},
      [`/api/desk/intake/apply?kind=places&name=x.csv&hash=${'0'.repeat(64)}`]: {},
      '/api/desk/going-live': { step: 'labels', done: true },
    }
    const ends: unknown[] = []
    for (const [path, body] of Object.entries(asked)) {
      const answer = await page.post(path, body)
      ends.push([path, answer.status, await codeOf(answer)])
    }
    expect(ends).toEqual(Object.keys(asked).map(path => [path, 403, 'role']))
    for (const path of ['/api/desk/people', '/api/desk/going-live', '/api/desk/audit', '/api/desk/chain'])
      expect([path, (await page.get(path)).status]).toEqual([path, 403])
    for (const client of [null, foreign.id]) {
      const answer = await page.post('/api/policies', policy(client))
      expect([client, answer.status, await codeOf(answer)]).toEqual([client, 403, 'role'])
    }
    const back = { worker, session: derivedId('session', 'limited'), id: derivedId('decision', 'back'), version: 1 }
    const answer = await page.post('/api/policies/restore', { ...back, expectedVersion: 1 })
    expect([answer.status, await codeOf(answer)]).toEqual([403, 'role'])
    expect((await page.post('/api/policies', policy(own.id))).status).toBe(200)
  })
  it.each([
    ['narrow', people.narrow.id],
    ['theirs', theirs.id],
    ['limited', limited.id],
  ])(
    '[DV1] no route tells %s anything of another client’s, whichever id it is asked by, and none changes it',
    async (login, id) => {
      const leaks: string[] = []
      const before = await about()
      let asked = 0
      for (const [n, endpoint] of atDesk.entries()) {
        // These end the session, or lock the name after some wrong passwords.
        if (
          ['/api/desk/session/end', '/api/desk/password', '/api/desk/mine/sessions', '/api/desk/passkey/ask'].includes(
            endpoint.path,
          )
        )
          continue
        const page = browserOf(app.app, `10.4.${login.length}.${n}`)
        await page.logIn(login, PASSWORD)
        const tell = async (what: string, answer: Response, sent: string): Promise<void> => {
          asked += 1
          const text = await textOf(answer)
          for (const secret of secrets)
            // What was sent itself may come back.
            if (text.includes(secret) && !sent.includes(secret)) leaks.push(`${what}: ${secret}`)
          if (answer.status >= 500) leaks.push(`${what}: ${answer.status}`)
        }
        if (endpoint.method === 'GET') {
          for (const path of askings(endpoint, id)) await tell(path, await page.get(path), path)
          continue
        }
        const schema = endpoint.body?.schema ?? null
        for (const turn of [0, 1, 2, 3, 4, 5])
          for (const first of texts) {
            const ordered = [first, ...texts]
            const value = schema === null ? {} : valueOf(schema, ordered, turn)
            const body = { ...(typeof value === 'object' ? value : {}), worker: id }
            const sent = JSON.stringify(body)
            await tell(`${endpoint.path} ${sent}`, await page.post(endpoint.path.replace(/:\w+/g, first), body), sent)
          }
      }
      expect(leaks).toEqual([])
      expect(await about()).toBe(before)
      expect(await done()).toBe(0)
      expect(asked).toBeGreaterThan(300)
    },
  )
})
