import { sql } from 'kysely'
import type * as v from 'valibot'
import { afterAll, describe, expect, it } from 'vitest'
import type { Document, Line, Task } from '../../shared/catalogue.ts'
import { derivedId, NO_LPN } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import { lpnId } from '../../shared/process/lpn.ts'
import { deskApp, PASSWORD } from '../../test/support/desk-app.ts'
import { fieldsOf, valueOf } from '../../test/support/schema-values.ts'
import { placeId } from '../../test/support/site.ts'
import { endpoints } from '../app.ts'
import { makeWorker, nextRoster, signRoster } from '../auth/roster.ts'
import { browserOf } from './desk/test-browser.ts'
import type { Endpoint } from './endpoint.ts'

/** What things are called by; each client has its own, and nobody has the last. */
const NAMES = [
  'client',
  'item',
  'lot',
  'document',
  'number',
  'line',
  'task',
  'lpn',
  'label',
  'exception',
  'variance',
  'count',
  'countTask',
] as const
type Names = Readonly<Record<(typeof NAMES)[number], string>>

type Fields = Readonly<Record<string, { type: string; options?: readonly unknown[] }>>
const entriesOf = (schema: v.GenericSchema | null | undefined): Fields =>
  (schema as { entries?: Fields } | null | undefined)?.entries ?? {}

describe('a person of one client, and every id of another’s things', async () => {
  const desk = await deskApp()
  afterAll(() => desk.close())
  const { app, site, stores } = desk
  const [foreign, own] = [site.clients[0]!, site.clients[1]!]
  const key = { ...desk.key('A-01', 0), lot: 'THEIRLOT' }
  const theirs: Names = {
    client: foreign.id,
    item: key.item,
    lot: key.lot,
    document: derivedId('document', 'foreign'),
    number: 'SO-THEIRS',
    line: derivedId('line', 'foreign'),
    task: derivedId('task', 'foreign'),
    lpn: lpnId(site.warehouse.id, 'PLT-THEIRS'),
    label: 'PLT-THEIRS',
    exception: derivedId('exception', 'foreign'),
    variance: desk.varianceOf(key),
    count: derivedId('count', 'foreign'),
    countTask: derivedId('task', 'foreign', 'count'),
  }
  const nobodys: Names = {
    client: derivedId('client', 'nobody'),
    item: derivedId('item', 'nobody'),
    lot: 'NONESLOT',
    document: derivedId('document', 'nobody'),
    number: 'SO-NOBODY',
    line: derivedId('line', 'nobody'),
    task: derivedId('task', 'nobody'),
    lpn: lpnId(site.warehouse.id, 'PLT-NOBODY'),
    label: 'PLT-NOBODY',
    exception: derivedId('exception', 'nobody'),
    variance: desk.varianceOf({ ...key, lot: 'NONESLOT' }),
    count: derivedId('count', 'nobody'),
    countTask: derivedId('task', 'nobody', 'count'),
  }
  const person = (login: string, clients: readonly (typeof own.id)[] | null) => ({
    ...makeWorker({
      id: derivedId('worker', 'foreign ids', login),
      name: login,
      badge: `XB${login}`,
      roles: ['administrator', 'integrator', 'supervisor'],
    }),
    clients,
  })
  const people = { limited: person('limited', [own.id]), whole: person('whole', null) }
  const held = (await stores.site.roster(site.warehouse.id))!.roster
  const roster = nextRoster({ ...held, workers: [...held.workers, ...Object.values(people)] }, app.deps.now(), 7)
  await stores.site.putRoster(site.warehouse.id, roster, signRoster(app.deps.serverKey, roster))
  for (const [login, who] of Object.entries(people)) await desk.account(who, login)

  const document: Document = {
    id: theirs.document as Document['id'],
    kind: 'order',
    client: foreign.id,
    number: theirs.number,
    partner: 'Theirs alone',
    state: 'open',
    due: null,
    priority: 0,
    blind: false,
  }
  const line: Line = {
    id: theirs.line as Line['id'],
    document: document.id,
    client: foreign.id,
    item: key.item,
    source: '1',
    no: 1,
    wanted: 2,
    done: 0,
    state: 'open',
    claims: [],
    reason: null,
  }
  const task: Task = {
    id: theirs.task as Task['id'],
    kind: 'pick',
    client: foreign.id,
    document: document.id,
    state: 'ready',
    lease: null,
    tote: null,
  }
  const pallet = { ...key, lpn: theirs.lpn as typeof key.lpn }
  await desk.facts([
    {
      ...NOTHING,
      documents: [document],
      lines: [line],
      tasks: [task],
      lots: [
        {
          client: foreign.id,
          item: key.item,
          lot: key.lot,
          expiry: '2026-12-01',
          firstReceivedAt: null,
          blocked: false,
        },
      ],
      lpns: [{ id: pallet.lpn, client: foreign.id, label: theirs.label }],
      exceptions: [
        {
          id: theirs.exception,
          kind: 'short_pick',
          subject: theirs.line,
          body: { client: foreign.id, item: key.item, document: document.id, location: placeId(site, 'A-01') },
        },
      ],
    },
    desk.arrived(7, key),
    desk.arrived(4, pallet),
    desk.counted(3, key),
  ])

  /** Ends the session, or locks the name after some wrong passwords. */
  const ENDS = ['/api/desk/session/end', '/api/desk/password', '/api/desk/mine/sessions', '/api/desk/passkey/ask']
  const walked = endpoints().filter(({ door, path }) => (door === 'desk' || door === 'person') && !ENDS.includes(path))
  const pageOf = async (login: keyof typeof people) => {
    const page = browserOf(app.app, `10.7.0.${login.length}`)
    await page.logIn(login, PASSWORD)
    return page
  }
  type Page = Awaited<ReturnType<typeof pageOf>>

  /** Of the fields that stand for one thing each, all at once: some questions need a client, an item and a lot. */
  const byField = (of: Names, name: (typeof NAMES)[number]): Readonly<Record<string, string>> => ({
    client: of.client,
    item: of.item,
    lot: of.lot,
    location: placeId(site, 'A-01'),
    id: of[name],
    q: of[name],
    subject: of[name],
    key: of[name],
  })
  /**
   * One question a field, and one with all of them; with each choice of the first field that has to be chosen. A field that is
   * called as a thing is asked for that thing only.
   */
  const questions = (endpoint: Endpoint, of: Names, name: (typeof NAMES)[number]): readonly URLSearchParams[] => {
    const fields = entriesOf(endpoint.query)
    const choices = Object.entries(fields).filter(([, { type }]) => type === 'picklist')
    const [first = [], ...rest] = choices.map(([field, { options = [] }]) => options.map(one => [field, String(one)]))
    const all: Readonly<Record<string, string>> = { ...byField(of, name), day: '2026-11-23', days: '90' }
    const names = Object.keys(fields).filter(field => fields[field]?.type !== 'picklist' && field !== 'worker')
    const single = names.filter(
      field =>
        choices.length === 0 &&
        (field === name || !NAMES.some(other => other === field)) &&
        !['after', 'before', 'limit', 'machine', 'lang', 'language', 'day', 'days', 'from', 'to'].includes(field),
    )
    // Nothing can be named to it.
    if (names.length === 0 && !endpoint.path.includes(':')) return []
    const asked = [
      ...single.map(field => [[field, of[name]]]),
      names.flatMap(field => (all[field] === undefined ? [] : [[field, all[field]]])),
    ]
    const bases = first.length === 0 ? [[]] : first.map(one => [one, ...rest.map(options => options[0] ?? [])])
    return bases.flatMap(base => asked.map(more => new URLSearchParams([...base, ...more] as string[][])))
  }
  const same = (text: string, of: Names): string => NAMES.reduce((said, name) => said.replaceAll(of[name], name), text)
  /** What one person is answered about a thing, without its name. A doorbell never ends and says nothing of a thing. */
  const answered = async (answer: Response, of: Names): Promise<string> => {
    if (answer.headers.get('content-type')?.startsWith('text/event-stream') === true) {
      await answer.body?.cancel()
      return 'events'
    }
    // A drawing says nothing that was not sent, but when it was drawn.
    if (answer.headers.get('content-type')?.includes('pdf') === true) return `${answer.status} pdf`
    return `${answer.status} ${same(await answer.text(), of)}`
  }
  const asks = async (page: Page, endpoint: Endpoint, of: Names, name: (typeof NAMES)[number], worker: string) => {
    const path = endpoint.path.replace(/:\w+/g, encodeURIComponent(of[name]))
    const answers: string[] = []
    for (const query of questions(endpoint, of, name)) {
      if (fieldsOf(endpoint.query).includes('worker')) query.set('worker', worker)
      answers.push(await answered(await page.get(`${path}?${query}`), of))
    }
    return answers
  }
  /** Nothing in it but lists, and those are empty; a file has its heads only. */
  const isEmpty = (answer: string): boolean => {
    const text = answer.slice(4)
    if (!text.startsWith('{') && !text.startsWith('[')) return text.trim().split('\n').length <= 1
    const lists = (value: unknown): readonly unknown[] =>
      Array.isArray(value)
        ? value
        : typeof value === 'object' && value !== null
          ? Object.values(value).flatMap(lists)
          : []
    return lists(JSON.parse(text)).length === 0
  }

  it('[DV10] every question by the id of another client’s thing is answered as by an id that nobody has: not found, or an empty list', async () => {
    const told: string[] = []
    const known = new Map<string, Set<string>>()
    const pages = { limited: await pageOf('limited'), whole: await pageOf('whole') }
    for (const endpoint of walked.filter(({ method }) => method === 'GET')) {
      const ask = (login: keyof typeof people, of: Names, name: (typeof NAMES)[number]) =>
        asks(pages[login], endpoint, of, name, people[login].id)
      for (const name of NAMES) {
        const [seen, none] = [await ask('limited', theirs, name), await ask('limited', nobodys, name)]
        for (const [n, answer] of seen.entries())
          if (answer !== none[n]) told.push(`${endpoint.path} ${name} ${n}: ${answer.slice(0, 200)}`)
        // Whoever sees all clients is answered otherwise than about nothing: the thing is there to be asked for.
        const all = await ask('whole', theirs, name)
        if (all.every((answer, n) => answer === seen[n])) continue
        const gone = await ask('whole', nobodys, name)
        for (const [n, answer] of all.entries()) {
          if (answer === gone[n]) continue
          const said = seen[n] ?? ''
          const end = said.startsWith('404')
            ? 'not_found'
            : said.startsWith('200') && isEmpty(said)
              ? 'empty'
              : said.slice(0, 3)
          known.set(endpoint.path, (known.get(endpoint.path) ?? new Set()).add(end))
        }
      }
    }
    expect(told.map(one => one.slice(0, 220))).toEqual([])
    expect(known.size).toBeGreaterThan(10)
  })

  it('[DV10] every change by the id of another client’s thing is answered as by an id that nobody has, and changes nothing', async () => {
    const rows = async (): Promise<string> => {
      const found: string[] = []
      for (const name of ['balance', 'variance', 'exception', 'work', 'policy', 'lot', 'movement']) {
        const { rows } = await sql<{ sum: string | null }>`
          select md5(string_agg(t::text, '|' order by t::text)) as sum from ${sql.table(name)} t`.execute(
          desk.opened.db,
        )
        found.push(`${name} ${rows[0]?.sum ?? ''}`)
      }
      return found.join('\n')
    }
    const before = await rows()
    const told: string[] = []
    let asked = 0
    const page = await pageOf('limited')
    for (const endpoint of walked.filter(({ method }) => method === 'POST')) {
      const schema = endpoint.body?.schema ?? null
      if (schema === null) continue
      for (const name of NAMES)
        for (const turn of [0]) {
          const ask = async (of: Names): Promise<string> => {
            const rest = NAMES.map(one => of[one])
            const value = valueOf(schema, [of[name], ...rest], turn)
            const body = { ...(typeof value === 'object' ? value : {}), worker: people.limited.id }
            const path = endpoint.path.replace(/:\w+/g, encodeURIComponent(of[name]))
            return answered(await page.post(path, body), of)
          }
          const [seen, none] = [await ask(theirs), await ask(nobodys)]
          asked += 1
          if (seen !== none)
            told.push(`${endpoint.path} ${name} ${turn}: ${seen.slice(0, 160)} <> ${none.slice(0, 160)}`)
        }
    }
    expect(told.map(one => one.slice(0, 220))).toEqual([])
    expect(await rows()).toBe(before)
    expect(asked).toBeGreaterThan(300)
  })
  it('[DV10] what is told apart is seen: the names of nobody are none of this site', () => {
    expect(NAMES.filter(name => theirs[name] === nobodys[name])).toEqual([])
    expect(nobodys.lpn).not.toBe(NO_LPN)
  })
})
