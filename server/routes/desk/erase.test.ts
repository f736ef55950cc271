import { sql } from 'kysely'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chainAnswerSchema, erasedSchema } from '../../../shared/desk/chain.ts'
import { peopleAnswerSchema, personAnswerSchema } from '../../../shared/desk/people.ts'
import type { Person } from '../../../shared/desk/people.ts'
import { derivedId } from '../../../shared/ids.ts'
import { CAPTIONS, captionsSchema } from '../../../shared/label/captions.ts'
import { labelSchema } from '../../../shared/label/label.ts'
import type { Roster } from '../../../shared/catalogue.ts'
import { deskApp, PASSWORD } from '../../../test/support/desk-app.ts'
import { newBadge } from '../../auth/badge.ts'
import { verifierOf } from '../../auth/key.ts'
import { signRoster } from '../../auth/roster.ts'
import { audit } from '../../store/audit.ts'
import { makeBackupStore } from '../../store/backups.ts'
import { makeEraseStore } from '../../store/erase.ts'
import { makeNames } from '../../store/names.ts'
import { browserOf } from './test-browser.ts'

const NAME = 'Zeynep Kaçar'
const LOGIN = 'zeynep.kacar'
/** The log-in that she had first: a part of the name of her role. */
const FIRST_LOGIN = 'count'

describe('the audit log and those who leave, over HTTP', async () => {
  const desk = await deskApp()
  afterAll(() => desk.close())
  const { app, people, opened, site, stores } = desk
  const { db } = opened
  const admin = browserOf(app.app, '10.0.3.1')
  const seen = async () => v.parse(peopleAnswerSchema, await (await admin.get('/api/desk/people')).json())
  const chain = async (query = '') =>
    v.parse(chainAnswerSchema, await (await admin.get(`/api/desk/chain${query}`)).json())
  const change = async (over: Omit<Partial<Person>, 'id'> & { id: Person['id'] | null }) => {
    const { version } = await seen()
    const whole = { name: NAME, roles: ['counter'], clients: null, active: true, badge: over.id === null, ...over }
    const { id, name, roles, clients, active, badge } = whole
    return admin.post('/api/desk/people', { expectedVersion: version, id, name, roles, clients, active, badge })
  }
  const erase = async (worker: string) =>
    admin.post('/api/desk/people/erase', { worker, expectedVersion: (await seen()).version })
  const status = async (response: Promise<Response>): Promise<unknown> => {
    const answer = await response
    const { code = '' }: { code?: string } = await answer.json()
    return [answer.status, code]
  }
  /** Every text in the database, whatever table it is in. */
  const everything = async (): Promise<string> => {
    const tables = await sql<{ name: string }>`
      select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`.execute(
      db,
    )
    const texts: string[] = []
    for (const { name } of tables.rows) {
      const { rows } = await sql<{ text: string }>`select t::text as text from ${sql.table(name)} t`.execute(db)
      texts.push(...rows.map(row => `${name}: ${row.text}`))
    }
    return texts.join('\n')
  }
  const at = { warehouse: site.warehouse.id, worker: people.admin.id, device: null, now: app.deps.now() }
  const printer = derivedId<'printer'>('printer', 'erase')
  /** Into the queue of a printer that nobody has switched on. */
  const printBadge = async (code: string, name: string) => {
    const label = v.parse(labelSchema, { kind: 'badge', code, name })
    const body = {
      label,
      captions: v.parse(captionsSchema, Object.fromEntries(CAPTIONS.map(caption => [caption, caption]))),
    }
    const about = { name: 'P', host: 'p', port: 9100, kind: 'zpl' as const, dpi: 203 as const, size: '50x30' as const }
    await stores.print.putPrinter(at, { id: printer, ...about, active: true, station: null }, 0)
    const job = { id: derivedId<'print job'>('job', code), printer, body, copies: 1 }
    expect(await stores.print.add({ ...at, most: 10 }, [job])).toBe('added')
  }
  it('[BR14] administrators see when the last backup was made, and that one is due', async () => {
    expect((await chain()).backup).toEqual({ at: null, isDue: true })
    const now = Date.parse(app.deps.now())
    const [fresh, old] = [90_000_000, 90_000_001].map(ms => new Date(now - ms).toISOString())
    await makeBackupStore(db).secured([], old ?? '')
    expect((await chain()).backup).toEqual({ at: old, isDue: true })
    await makeBackupStore(db).secured([], fresh ?? '')
    expect((await chain()).backup).toEqual({ at: fresh, isDue: false })
  })
  let her: Person['id']
  let verifier: string | undefined
  beforeAll(async () => {
    await desk.account(people.admin, 'admin')
    await admin.logIn('admin', PASSWORD)
    const added = v.parse(personAnswerSchema, await (await change({ id: null })).json())
    const found = (await seen()).people.find(one => one.name === NAME)
    if (found === undefined) throw new Error('she was not added')
    her = found.id
    for (const login of [FIRST_LOGIN, LOGIN])
      await admin.post('/api/desk/account', { worker: her, account: { login, password: PASSWORD } })
    await printBadge(added.badge ?? '', NAME)
    await printBadge(newBadge(app.deps.random), 'Somebody else')
    await admin.post('/api/desk/people/pin', { worker: her, pin: '7395' })
    // Somebody who leaves has none any more; the rosters of before still have it.
    verifier = (await desk.stores.site.roster(site.warehouse.id))?.roster.workers.find(one => one.id === her)?.pin?.hash
    const page = browserOf(app.app, '10.0.3.2')
    await page.logIn(LOGIN, PASSWORD)
    await page.post('/api/desk/session', { login: LOGIN, password: 'wrong' })
    await desk.facts([desk.arrived(10), desk.counted(10)], { ...people.berk, id: her })
    const call = { kind: 'text', id: her, device: desk.device.answer.device, text: `Give it to ${NAME}, please` }
    const { status: sent } = await admin.post('/api/desk/devices/call', call)
    if (sent !== 200) throw new Error('the text was not sent')
  })

  it('[AC1] every entry of the audit log is bound to the ones before it: a change, a gap and a cut tail are found', async () => {
    const whole = await chain()
    expect(whole.audit.firstBreak).toBeNull()
    expect(whole.audit.entries).toBeGreaterThan(3)
    const broken = async (harm: string, mend: string): Promise<number | null> => {
      await sql.raw(harm).execute(db)
      const { firstBreak } = (await chain()).audit
      await sql.raw(mend).execute(db)
      return firstBreak
    }
    expect(
      await broken(
        `update audit set kind = 'x' || kind where n = 2`,
        `update audit set kind = substr(kind, 2) where n = 2`,
      ),
    ).toBe(2)
    expect(
      await broken(
        `update audit set subject = subject || 'x' where n = 1`,
        `update audit set subject = left(subject, -1) where n = 1`,
      ),
    ).toBe(1)
    expect(await broken(`update audit set n = -n where n = 2`, `update audit set n = -n where n = -2`)).toBe(3)
    const last = whole.audit.entries
    expect(
      await broken(`update audit set n = -n where n = ${last}`, `update audit set n = -n where n = -${last}`),
    ).toBe(last)
    expect((await chain()).audit.firstBreak).toBeNull()
  })

  it('[AC2] the signed commands of a handheld are checked by their own chain', async () => {
    const device = site.devices[0]?.id ?? ''
    // Facts of this test have no chain: the second does not name the first.
    expect((await chain(`?device=${device}`)).device).toEqual({
      commands: 2,
      holes: 0,
      firstBreak: { epoch: 'epoch0000001', seq: 1 },
    })
    expect(await status(admin.get(`/api/desk/chain?device=${her}`))).toEqual([404, 'not_found'])
  })

  it('[LE1] nobody who works here, and nobody with steps or work in hand, loses the name', async () => {
    expect(await status(erase(her))).toEqual([409, 'leased'])
    expect((await change({ id: her, active: false })).status).toBe(200)
    await sql`update device set worker = ${her}::uuid, head = '{"pending": 3}' where uid = ${site.devices[0]?.id}`.execute(
      db,
    )
    expect(await status(erase(her))).toEqual([409, 'leased'])
    await sql`update device set head = '{"pending": 0}' where uid = ${site.devices[0]?.id}`.execute(db)
    expect(await status(erase(people.admin.id))).toEqual([409, 'leased'])
    const { version } = await seen()
    expect(await status(admin.post('/api/desk/people/erase', { worker: her, expectedVersion: version - 1 }))).toEqual([
      409,
      'stale',
    ])
  })

  it('[LE2] [PN3] name, badge, PIN and log-in leave every table and every text; ids, ledger and chains stay as they are', async () => {
    const ledger = async () => (await sql`select * from movement order by device_id, epoch, seq, n`.execute(db)).rows
    const commands = async () =>
      (await sql`select seq, body, hash, worker from command order by device_id, epoch, seq`.execute(db)).rows
    const before = [await ledger(), await commands()]
    expect(await everything()).toContain(NAME)
    expect(await everything()).toContain(LOGIN)
    expect(await everything()).toContain(verifier ?? 'no verifier')
    const done = v.parse(erasedSchema, await (await erase(her)).json())
    expect(done).toEqual({ name: `Worker ${her.slice(-4).toUpperCase()}`, notes: 0 })
    const after = await everything()
    for (const text of [NAME, 'Zeynep', LOGIN, verifier ?? '']) expect(after).not.toContain(text)
    expect(after).toContain('Somebody else')
    expect([await ledger(), await commands()]).toEqual(before)
    expect((await seen()).people.find(one => one.id === her)).toMatchObject({
      name: done.name,
      active: false,
      login: null,
    })
    const { audit: check } = await chain()
    expect([check.firstBreak, check.erased > 0]).toEqual([null, true])
    expect(await audit(db)).toEqual([])
    // Handhelds check the signature of what they get.
    const held = await desk.stores.site.roster(site.warehouse.id)
    const isSigned = verifierOf(app.deps.serverKey.publicKey)
    expect(await isSigned(held?.signed.text ?? '', held?.signed.sig ?? '')).toBe(true)
    // What only looks like the name is left as it was.
    const of = async (kind: string) => {
      const { rows } = await sql<{ body: unknown }>`
        select body from audit where kind = ${kind} and subject = ${her} order by id`.execute(db)
      return rows.map(row => row.body)
    }
    expect(await of('people.add')).toMatchObject([{ roles: ['counter'] }])
    expect(await of('account.put')).toEqual([{ login: done.name }, { login: done.name }])
    const { rows } = await sql<{ subject: string }>`select subject from audit where kind = 'worker.erase'`.execute(db)
    expect(rows).toEqual([{ subject: her }])
  })

  it('[LE2] while others wait for the warehouse no table is read from end to end', async () => {
    const said: string[] = []
    const heard = db.withPlugin({
      transformQuery: ({ node }) => {
        if (node.kind === 'RawNode') said.push(node.sqlFragments.join('?').replaceAll(/\s+/g, ' ').trim())
        return node
      },
      transformResult: async ({ result }) => result,
    })
    await sql`update command set worker = ${people.berk.id}::uuid, body = '{"type":"note"}' where seq = 1`.execute(db)
    await change({ id: people.berk.id, name: 'BERK', active: false })
    const { version } = await seen()
    const entry = { ...at, kind: 'worker.erase', subject: people.berk.id, body: {}, at: at.now }
    const ask = { warehouse: at.warehouse, worker: people.berk.id, expectedVersion: version, entry }
    const sign = (roster: Roster) => signRoster(app.deps.serverKey, roster)
    expect(await makeEraseStore(heard, makeNames()).erase({ ...ask, sign })).toMatchObject({ kind: 'done', notes: 1 })
    const locked = said.slice(said.findIndex(one => one.startsWith('update feed set seq')))
    expect(locked.length).toBeGreaterThan(5)
    expect(said.some(one => /from command/.test(one))).toBe(true)
    expect(locked.filter(one => /from command/.test(one))).toEqual([])
    // By the commits that the rosters came with, and by number.
    for (const one of locked.filter(text => /(update|from) (change|audit) /.test(text)))
      expect(one).toMatch(/ seq = | id (=|>) /)
  })
})
