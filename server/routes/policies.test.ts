import { sql } from 'kysely'
import { afterAll, describe, expect, it } from 'vitest'
import { DEFAULT_POLICY } from '../../shared/default-policy.ts'
import type { PolicyVersions } from '../../shared/desk/policy-versions.ts'
import { derivedId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import { looseAt } from '../../shared/ledger/world.ts'
import { deskApp } from '../../test/support/desk-app.ts'
import { makeSealer } from '../../test/support/sealer.ts'
import { placeId } from '../../test/support/site.ts'
import { applyPush } from '../sync/apply.ts'
import { prepare } from '../sync/prepare.ts'

describe('policies over HTTP', async () => {
  const desk = await deskApp()
  afterAll(() => desk.close())
  const { people, site, stores } = desk
  const client = site.clients[0]!.id
  const read = (who: { id: string }) => desk.read(`/api/policies?worker=${who.id}`)
  const change = (name: string, over: object, who: { id: string } = people.admin) =>
    desk.write('/api/policies', {
      worker: who.id,
      id: derivedId('decision', name),
      expectedVersion: 1,
      client: null,
      policy: DEFAULT_POLICY,
      ...over,
    })
  const generous = { ...DEFAULT_POLICY, receive: { ...DEFAULT_POLICY.receive, over: 'allow', overPct: null } }

  it('[Z13] [TZ1] administrators change them, supervisors look, nobody else; what is not whole or not valid is refused', async () => {
    expect(await read(people.sevda)).toMatchObject({ status: 200, body: { version: 1, clients: {} } })
    expect(await read(people.berk)).toMatchObject({ status: 403 })
    for (const who of [people.sevda, people.berk])
      expect(await change('no role', {}, who)).toMatchObject({ status: 403, body: { code: 'role' } })
    const { count: _, ...part } = DEFAULT_POLICY
    const wrong = { ...DEFAULT_POLICY, count: { ...DEFAULT_POLICY.count, again: -1 } }
    const nowhere = { ...DEFAULT_POLICY, site: { timeZone: '+03:00' } }
    const shut = { ...DEFAULT_POLICY, worker: { ...DEFAULT_POLICY.worker, rosterDays: 0 } }
    for (const policy of [part, wrong, nowhere, shut, null])
      expect(await change('bad', { policy })).toMatchObject({ status: 400 })
    expect(await change('nobody', { client: derivedId('client', 'nobody') })).toMatchObject({ status: 404 })
    expect(await read(people.admin)).toMatchObject({ body: { version: 1 } })
  })

  it('[Z13] a change makes a new version, once for an id; on an old version it is refused; all versions are kept', async () => {
    const first = await change('first', { client, policy: generous })
    expect(first).toMatchObject({ status: 200, body: { outcome: 'done', version: 2 } })
    expect(await change('first', { client, policy: generous })).toEqual(first)
    expect(await change('first', { client })).toMatchObject({ body: { outcome: 'refused', code: 'bad_request' } })
    expect(await change('late', {})).toMatchObject({ body: { outcome: 'refused', code: 'stale', version: 2 } })
    expect(await read(people.admin)).toMatchObject({
      body: { version: 2, clients: { [client]: { receive: { over: 'allow' } } } },
    })
    const { rows } = await sql<{ version: number; worker: string | null }>`
      select version, worker from policy_version order by version`.execute(desk.opened.db)
    expect(rows).toEqual([
      { version: 1, worker: null },
      { version: 2, worker: people.admin.id },
    ])
  })

  it('[GL13] [GL17] one press makes what an earlier version said a new one, once, on the version that was seen', async () => {
    const versions = async (after = '') => {
      const answer = await desk.read(`/api/policies/versions?worker=${people.admin.id}&after=${after}`)
      return answer.body as PolicyVersions
    }
    const restore = (name: string, over: object, who: { id: string } = people.admin) =>
      desk.write('/api/policies/restore', {
        worker: who.id,
        id: derivedId('decision', name),
        expectedVersion: 2,
        version: 1,
        ...over,
      })
    const receive = { ...DEFAULT_POLICY.receive, over: 'allow', overPct: 12 }
    expect(await change('generous', { expectedVersion: 2, policy: { ...DEFAULT_POLICY, receive } })).toMatchObject({
      body: { outcome: 'done', version: 3 },
    })
    for (const who of [people.sevda, people.berk])
      expect(await restore('no role', { expectedVersion: 3 }, who)).toMatchObject({ status: 403 })
    expect(await restore('late', {})).toMatchObject({ body: { outcome: 'refused', code: 'stale', version: 3 } })
    expect(await restore('never', { expectedVersion: 3, version: 9 })).toMatchObject({ status: 404 })
    const first = await restore('back', { expectedVersion: 3 })
    expect(first).toMatchObject({ status: 200, body: { outcome: 'done', version: 4 } })
    expect(await restore('back', { expectedVersion: 3 })).toEqual(first)
    const held = (await read(people.admin)).body as { version: number; warehouse: unknown; clients: unknown }
    expect(held).toEqual({ version: 4, warehouse: DEFAULT_POLICY, clients: {} })
    const { rows, next } = await versions()
    expect(next).toBeNull()
    expect(rows.map(({ version, worker, restored }) => [version, worker, restored])).toEqual([
      [4, people.admin.id, 1],
      [3, people.admin.id, null],
      [2, people.admin.id, null],
      [1, null, null],
    ])
    expect(rows[0]?.at).toBe(desk.app.deps.now())
    expect(rows.map(({ changes }) => changes)).toEqual([
      [
        { client: null, key: 'receive.over', before: 'allow', after: 'block' },
        { client: null, key: 'receive.overPct', before: 12, after: null },
        { client, key: '', before: true, after: false },
      ],
      [
        { client: null, key: 'receive.over', before: 'block', after: 'allow' },
        { client: null, key: 'receive.overPct', before: null, after: 12 },
      ],
      [{ client, key: '', before: false, after: true }],
      [],
    ])
    expect((await versions('3')).rows.map(({ version }) => version)).toEqual([2, 1])
    // What was allowed once and is not any more does not come back.
    await sql`update policy_version set body = jsonb_set(body, '{warehouse,worker,rosterDays}', '0') where version = 3`.execute(
      desk.opened.db,
    )
    expect(await restore('shut', { expectedVersion: 4, version: 3 })).toMatchObject({ status: 400 })
    // The tests behind go on where the client has policies of its own.
    expect(await restore('again', { expectedVersion: 4, version: 2 })).toMatchObject({ body: { version: 5 } })
  })

  it('[Z14] a command is judged by the version that it names', async () => {
    const item = site.items[0]!
    const document = derivedId<'document'>('document', 'policies')
    const about = {
      id: document,
      kind: 'receipt' as const,
      client: item.client,
      number: 'PO-1',
      partner: 'P',
      due: null,
    }
    await stores.sync.decide({ warehouse: site.warehouse.id, now: desk.app.deps.now() }, tx =>
      tx.write({
        body: {},
        effects: {
          ...NOTHING,
          documents: [{ ...about, priority: 0, blind: false, state: 'open' }],
          lines: [
            {
              id: derivedId('line', 'policies'),
              document,
              client: item.client,
              item: item.id,
              source: 'sim:PO-1/1',
              no: 1,
              wanted: 1,
              done: 0,
              state: 'open',
              claims: [],
              reason: null,
            },
          ],
        },
      }),
    )
    const roster = { ...site.roster, version: 2, workers: [people.sevda] }
    const push = async (epoch: string, policy: number) => {
      const sealer = makeSealer({ ...site, roster }, site.devices[1]!.id, epoch)
      const command = sealer.seal(
        {
          type: 'receive',
          client: item.client,
          item: item.id,
          lot: '',
          serial: '',
          document,
          blind: false,
          expiry: null,
          to: looseAt(placeId(site, 'DOCK-1')),
          qty: 5,
        },
        undefined,
        body => ({ ...body, policy }),
      )
      const at = { warehouse: site.warehouse.id, device: sealer.device, epoch }
      const prepared = await prepare([command], at, async () => true)
      const now = desk.app.deps.now()
      const end = await stores.sync.apply({ ...at, now }, tx =>
        applyPush(tx, { ...at, now, prepared, hole: undefined, lost: false }),
      )
      return end.results.map(one => one.outcome)
    }
    expect(await push('epochpolicy2', 2)).toEqual(['applied'])
    expect(await push('epochpolicy1', 1)).toEqual(['exception'])
    expect(await push('epochpolicy9', 9_007_199_254_740_991)).toEqual(['applied'])
  })

  it('[R51] when deliveries are received blind, or no more, the lines of open ones go out anew', async () => {
    const document = derivedId<'document'>('document', 'blind')
    const line = {
      client,
      document,
      id: derivedId<'line'>('line', 'blind'),
      item: site.items.find(item => item.client === client)!.id,
      source: '1',
      no: 1,
      wanted: 91,
      done: 0,
      state: 'open' as const,
      claims: [],
      reason: null,
    }
    const about = { number: 'R-1', partner: '', due: null, priority: 0, blind: false }
    const receipt = { ...about, id: document, client, kind: 'receipt' as const, state: 'open' as const }
    await desk.facts([{ ...NOTHING, documents: [receipt], lines: [line] }])
    const blind = { ...DEFAULT_POLICY, receive: { ...DEFAULT_POLICY.receive, blindExpected: true } }
    const wanted = async (name: string, policy: unknown): Promise<unknown[]> => {
      const { seq } = await stores.sync.feed(site.warehouse.id)
      const { version = 0 } = (await stores.site.policies(site.warehouse.id)) ?? {}
      expect(await change(name, { client, policy, expectedVersion: version })).toMatchObject({
        body: { outcome: 'done' },
      })
      const at = { warehouse: site.warehouse.id, device: site.devices[0]!.id, worker: null, clients: null }
      const page = await stores.sync.page({ ...at, epoch: 'epoch0000001', after: seq, limit: 100 })
      return page.rows.flatMap(row => (row.id === line.id ? [(row.b as { wanted: number }).wanted] : []))
    }
    expect(await wanted('blind', blind)).toEqual([0])
    expect(await wanted('the same', blind)).toEqual([])
    expect(await wanted('seen', DEFAULT_POLICY)).toEqual([91])
  })
})
