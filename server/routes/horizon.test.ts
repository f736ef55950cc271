import { afterAll, describe, expect, it } from 'vitest'
import type { Document, Line, Task } from '../../shared/catalogue.ts'
import { DEFAULT_POLICY } from '../../shared/default-policy.ts'
import { derivedId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import { deskApp } from '../../test/support/desk-app.ts'
import { horizonRound } from '../workers/horizon.ts'
import { get } from './test-app.ts'

describe('deliveries that are not due for long', async () => {
  const desk = await deskApp()
  afterAll(() => desk.close())
  const { app, device, people, site, stores } = desk
  const warehouse = site.warehouse.id
  const [one, two] = site.clients
  if (one === undefined || two === undefined) throw new Error('two clients')
  const item = site.items.find(({ client }) => client === one.id)
  if (item === undefined) throw new Error('no item')

  const about = { partner: '', priority: 0, blind: false, client: one.id }
  const document = (number: string, due: string | null, more: Partial<Document> = {}): Document => ({
    ...about,
    id: derivedId('document', number),
    kind: 'receipt',
    state: 'open',
    number,
    due,
    ...more,
  })
  const lineOf = (of: Document): Line => ({
    id: derivedId('line', of.number),
    document: of.id,
    client: of.client,
    item: item.id,
    source: '1',
    no: 1,
    wanted: 5,
    done: 0,
    state: 'open',
    claims: [],
    reason: null,
  })
  const taskOf = (of: Document): Task => ({
    id: derivedId('task', of.number),
    kind: 'receive',
    client: of.client,
    document: of.id,
    state: 'ready',
    lease: null,
    tote: null,
  })
  const documents = [
    document('NEAR', '2026-12-07'),
    document('FAR', '2026-12-08T09:00:00.000Z'),
    document('SOME DAY', null),
    document('BEGUN', '2027-01-01', { state: 'started' }),
    document('ORDER', '2027-01-01', { kind: 'order' }),
  ]
  await desk.facts([{ ...NOTHING, documents, lines: documents.map(lineOf), tasks: documents.map(taskOf) }])

  const eyes = { warehouse, device: site.devices[0]!.id, worker: null, clients: null }
  /** Deliveries that are whole on a handheld, or of which nothing is there; anything between is a mistake. */
  const known = (rows: readonly { id: string; b: unknown }[]): readonly string[] =>
    documents.flatMap(one_ => {
      const parts = [one_.id, lineOf(one_).id, taskOf(one_).id].filter(id => rows.findLast(row => row.id === id)?.b)
      expect([0, 3]).toContain(parts.length)
      return parts.length === 3 ? [one_.number] : []
    })
  const page = async (after: number, today?: string) =>
    (
      await stores.sync.page({
        ...eyes,
        epoch: 'epoch0000001',
        after,
        limit: 1000,
        ...(today === undefined ? {} : { today }),
      })
    ).rows
  const snapshot = async (today: string) => {
    const rows: { id: string; b: unknown }[] = []
    await stores.sync.snapshot({ ...eyes, today }, async part => void rows.push(...part))
    return rows
  }
  const head = async () => (await stores.sync.feed(warehouse)).seq
  const ALL = ['NEAR', 'FAR', 'SOME DAY', 'BEGUN', 'ORDER']

  it('[R53] what is due later than the policy says goes to no handheld, with its lines and its task', async () => {
    const without = ALL.filter(number => number !== 'FAR')
    expect(known(await page(0, '2026-11-23'))).toEqual(without)
    expect(known(await snapshot('2026-11-23'))).toEqual(without)
    expect(known(await page(0, '2026-11-24'))).toEqual(ALL)
    expect(known(await page(0))).toEqual(ALL)
  })
  it('[R53] handhelds ask with the day of the server', async () => {
    const never = document('NEVER', '2099-01-01')
    await desk.facts([{ ...NOTHING, documents: [never] }])
    const text = await (await get(app, device, '/api/snapshot')).text()
    expect(text).toContain('SOME DAY')
    expect(text).not.toContain('NEVER')
  })
  it('[R53] when its day has come it goes out by itself, once', async () => {
    const rung: string[] = []
    const round = (day: string) =>
      horizonRound({ site: stores.site, now: () => `${day}T00:01:00.000Z`, ring: id => void rung.push(id) })
    await round('2026-11-23')
    const before = await head()
    await round('2026-11-23')
    expect([await head(), rung]).toEqual([before, []])
    await round('2026-11-25')
    expect(rung).toEqual([warehouse])
    expect(known(await page(before, '2026-11-25'))).toEqual(['FAR'])
    const after = await head()
    await round('2026-11-26')
    expect([await head(), rung.length]).toEqual([after, 1])
  })
  it('[R53] another horizon of the client shows or takes back what it changes', async () => {
    const change = async (horizonDays: number): Promise<number> => {
      const before = await head()
      const { version = 0 } = (await stores.site.policies(warehouse)) ?? {}
      const policy = { ...DEFAULT_POLICY, receive: { ...DEFAULT_POLICY.receive, horizonDays } }
      const ask = {
        id: derivedId<'decision'>('decision', 'horizon', horizonDays),
        expectedVersion: version,
        client: one.id,
        policy,
      }
      await stores.site.changePolicy({ warehouse, worker: people.admin.id, now: '2026-11-23T08:00:00.000Z', ask })
      return before
    }
    expect(known(await page(await change(1), '2026-11-23'))).toEqual(['SOME DAY', 'BEGUN'])
    expect(known(await page(await change(30), '2026-11-23'))).toEqual(['NEAR', 'FAR', 'SOME DAY', 'BEGUN'])
    expect(known(await snapshot('2026-11-23'))).toEqual(ALL)
  })
})
