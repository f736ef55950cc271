import { sql } from 'kysely'
import { afterAll, describe, expect, it } from 'vitest'
import { deskApp } from '../../test/support/desk-app.ts'
import { nextRoster } from '../auth/roster.ts'
import { derivedId } from '../../shared/ids.ts'
import { settleRound } from '../workers/settle.ts'

describe('counts at the desk, over HTTP', async () => {
  const desk = await deskApp()
  afterAll(() => desk.close())
  const { app, people, key, stores } = desk
  const settle = () =>
    settleRound({
      warehouses: async () => [desk.site.warehouse],
      desk: stores.desk,
      sync: stores.sync,
      now: app.deps.now,
      ring: () => {},
    })
  const list = async (who = people.sevda, more = '') => {
    const { status, body } = await desk.read(`/api/variances?worker=${who.id}${more}`)
    return { status, ...(body as { code?: string; next: string | null; variances: Record<string, unknown>[] }) }
  }
  const decide = async (who: { id: string }, ...decisions: object[]) => {
    const { status, body } = await desk.write('/api/decisions', { worker: who.id, decisions })
    return { status, ...(body as { code?: string; results: Record<string, unknown>[] }) }
  }
  const ask = (name: string, kind: string, expectedVersion: number, of = key()) => ({
    id: derivedId('decision', name),
    kind,
    target: desk.varianceOf(of),
    expectedVersion,
    reason: 'MISSING',
  })
  const told = async () =>
    (
      await sql<{ payload: Record<string, unknown> }>`
        select payload from outbox where type = 'adjustment' and payload->>'count' is not null order by payload->>'item'`.execute(
        desk.opened.db,
      )
    ).rows.map(row => row.payload)

  it('[C73] the list of differences is for supervisors, and shows only goods of their clients', async () => {
    await desk.facts([desk.arrived(100), desk.counted(40)])
    await settle()
    expect(await list()).toMatchObject({
      status: 200,
      next: null,
      variances: [
        { ...key(), counted: 40, book: 100, delta: -60, value: -6000, state: 'review', flags: ['overLimit'] },
      ],
    })
    expect(await list(people.narrow)).toMatchObject({ status: 200, variances: [] })
    for (const who of [people.berk, people.admin]) expect(await list(who)).toMatchObject({ status: 403, code: 'role' })
    expect(await decide(people.berk, ask('by a counter', 'count.approve', 1))).toMatchObject({ status: 403 })
  })

  it('[DA10] [DA11] a row shows what the counts before it have found, and up to what it goes with others', async () => {
    const here = key('A-03')
    await desk.facts([desk.arrived(10, here), desk.counted(9, here)])
    await settle()
    const row = async () =>
      (await list()).variances.find(one => one['location'] === here.location && one['item'] === here.item)
    expect(await row()).toMatchObject({ past: [], bulk: { qty: 5, pct: 10, value: 50_000 } })
    const rejected = {
      ...ask('rejected before', 'count.reject', Number((await row())?.['version']), here),
      reason: 'seen',
    }
    expect((await decide(people.sevda, rejected)).results).toMatchObject([{ outcome: 'done' }])
    await desk.facts([desk.counted(7, here)])
    await settle()
    expect(await row()).toMatchObject({ delta: -3, past: [{ delta: -1 }] })
    expect(
      (
        await decide(people.sevda, {
          ...rejected,
          id: derivedId('decision', 'twice'),
          expectedVersion: (await row())?.['version'],
        })
      ).results,
    ).toMatchObject([{ outcome: 'done' }])
  })

  it('[C73] a page ends with the key of the next; what is no key, state or number is refused', async () => {
    await desk.facts([desk.arrived(100, key('A-02')), desk.counted(40, key('A-02'))])
    await settle()
    const first = await list(people.sevda, '&limit=1')
    expect(first.variances).toHaveLength(1)
    const second = await list(people.sevda, `&limit=1&after=${encodeURIComponent(first.next ?? '')}`)
    expect(second.variances.map(one => one.id)).not.toEqual(first.variances.map(one => one.id))
    for (const bad of ['&after=x~y~z', '&limit=0', '&limit=201', '&limit=1e2', '&state=gone'])
      expect(await list(people.sevda, bad)).toMatchObject({ status: 400, code: 'bad_request' })
  })

  it('[C74] an approval reaches the ERP once, as a difference with the book at the count, whatever came after it', async () => {
    const [{ version = 0 } = {}] = (await list()).variances.filter(one => one.id === desk.varianceOf())
    const approve = ask('approve', 'count.approve', Number(version))
    expect(await decide(people.sevda, { ...approve, expectedVersion: 99 })).toMatchObject({
      results: [{ outcome: 'refused', code: 'stale' }],
    })
    const good = { ...approve, id: derivedId('decision', 'good') }
    const answer = await decide(people.sevda, good)
    expect(answer).toMatchObject({ status: 200, results: [{ outcome: 'done', state: 'approved' }] })
    expect((await decide(people.sevda, good)).results).toEqual(answer.results)
    expect(await told()).toEqual([])
    app.wait(10_001)
    await settle()
    await settle()
    expect(await told()).toMatchObject([
      { delta: -60, reason: 'MISSING', by: people.sevda.id, count: { counted: 40, bookAtCount: 100 } },
    ])
    const { rows } = await sql<Record<string, unknown>>`
      select kind, worker, target, result->>'outcome' as outcome from decision order by at, id`.execute(desk.opened.db)
    expect(rows).toContainEqual({
      kind: 'count.approve',
      worker: people.sevda.id,
      target: desk.varianceOf(),
      outcome: 'done',
    })
  })

  it('[DA4] above the limit of the policy a second person must approve, and nobody is both', async () => {
    const { id } = desk.site.warehouse
    const policies = await stores.site.policies(id)
    const { warehouse } = policies!
    const second = { qty: 10, pct: null, value: null }
    await stores.site.putPolicies(id, {
      ...policies!,
      version: policies!.version + 1,
      warehouse: { ...warehouse, approve: { ...warehouse.approve!, second } },
    })
    const big = key('A-04')
    await desk.facts([desk.arrived(100, big), desk.counted(40, big)])
    await settle()
    const row = async () => (await list()).variances.find(one => one.id === desk.varianceOf(big))
    expect(await row()).toMatchObject({ two: true, within: false, first: null })
    const approve = async (who: { id: string }, name: string) =>
      (await decide(who, ask(name, 'count.approve', Number((await row())?.version), big))).results[0]
    expect(await approve(people.sevda, 'first of two')).toMatchObject({ outcome: 'done', state: 'review' })
    expect(await row()).toMatchObject({ two: true, first: people.sevda.id, state: 'review' })
    expect(await approve(people.sevda, 'first again')).toMatchObject({ outcome: 'refused', code: 'second' })
    expect(await approve(people.deniz, 'second of two')).toMatchObject({ outcome: 'done', state: 'approved' })
    await decide(people.sevda, { ...ask('back', 'count.undo', 3, big), expectedVersion: 99 })
    app.wait(10_001)
    await settle()
    expect((await told()).at(-1)).toMatchObject({ by: people.deniz.id })
    await stores.site.putPolicies(id, { ...policies!, version: policies!.version + 2 })
  })

  it('[DA8] above the limit of a person their approval is the first of two; whose is enough stands in the list', async () => {
    const held = (await stores.site.roster(desk.site.warehouse.id))!.roster
    const withLimits = async (limits: Readonly<Record<string, object>>) => {
      const workers = held.workers.map(one => ({ ...one, ...limits[one.id] }))
      const { roster } = (await stores.site.roster(held.warehouse))!
      await stores.site.putRoster(held.warehouse, nextRoster({ ...roster, workers }, app.deps.now(), 7), {
        text: JSON.stringify({ ...roster, version: roster.version + 1, workers }),
        sig: 'test',
      })
    }
    await withLimits({ [people.sevda.id]: { approves: { qty: null, pct: null, value: 500 } } })
    const [big, small] = [
      { ...key(), lot: 'BIG' },
      { ...key(), lot: 'SMALL' },
    ]
    await desk.facts([desk.arrived(100, big), desk.counted(40, big), desk.arrived(100, small), desk.counted(97, small)])
    await settle()
    const row = async (of: typeof big, who = people.sevda) =>
      (await list(who, '&limit=200')).variances.find(one => one.id === desk.varianceOf(of))
    expect(await row(big)).toMatchObject({ over: true, upTo: 500, two: false, approvers: [people.deniz.id] })
    expect(await row(big, people.deniz)).toMatchObject({ over: false, upTo: null })
    expect(await row(small)).toMatchObject({ over: false, approvers: [people.sevda.id, people.deniz.id] })
    const approve = async (who: { id: string }, name: string, of = big) =>
      (await decide(who, ask(name, 'count.approve', Number((await row(of))?.version), of))).results[0]
    expect(await approve(people.sevda, 'over')).toMatchObject({ outcome: 'done', state: 'review' })
    expect(await approve(people.sevda, 'over again')).toMatchObject({ outcome: 'refused', code: 'second' })
    expect(await row(big)).toMatchObject({ first: people.sevda.id, approvers: [people.deniz.id] })
    expect(await approve(people.deniz, 'second above')).toMatchObject({ outcome: 'done', state: 'approved' })
    expect(await approve(people.sevda, 'under', small)).toMatchObject({ outcome: 'done', state: 'approved' })
    await withLimits({})
  })

  it('[DA9] in one go the gross value stays within the limit of the approver; what does not fit is refused by itself', async () => {
    const { id } = desk.site.warehouse
    const policies = (await stores.site.policies(id))!
    const { warehouse } = policies
    const limit = { qty: null, pct: null, value: 700 }
    await stores.site.putPolicies(id, {
      ...policies,
      version: policies.version + 1,
      warehouse: { ...warehouse, approve: { ...warehouse.approve!, limit } },
    })
    // Worth 300, 500, 300: the second does not fit beside the first, the third does.
    const seen = [97, 105, 103]
    const keys = ['G0', 'G1', 'G2'].map(lot => ({ ...key('A-01', 1), lot }))
    await desk.facts(keys.flatMap((of, n) => [desk.arrived(100, of), desk.counted(seen[n]!, of)]))
    await settle()
    const rows = (await list(people.sevda, '&limit=200')).variances
    const asks = keys.map((of, n) => {
      const one = rows.find(row => row.id === desk.varianceOf(of))
      expect(one).toMatchObject({ within: true, over: false, upTo: 700 })
      return ask(`gross ${n}`, 'count.approve', Number(one?.version), of)
    })
    expect((await decide(people.sevda, ...asks)).results).toMatchObject([
      { outcome: 'done' },
      { outcome: 'refused', code: 'over_limit', state: 'review' },
      { outcome: 'done' },
    ])
    await stores.site.putPolicies(id, { ...policies, version: policies.version + 2 })
  })

  it('[DA5] in one go only what is small is approved, by the policy and not by the screen; the rest is refused by itself', async () => {
    const [small, big] = [key('A-03', 1), key('A-04', 1)]
    await desk.facts([desk.arrived(100, small), desk.counted(97, small), desk.arrived(100, big), desk.counted(40, big)])
    await settle()
    const rows = (await list(people.sevda, '&limit=200')).variances
    const one = (of: typeof small) => rows.find(row => row.id === desk.varianceOf(of))
    expect([one(small), one(big)]).toMatchObject([{ within: true }, { within: false }])
    const both = [small, big].map((of, i) => ask(`bulk ${i}`, 'count.approve', Number(one(of)?.version), of))
    expect(await decide(people.sevda, ...both)).toMatchObject({
      results: [{ outcome: 'done' }, { outcome: 'refused', code: 'over_bulk', state: 'review' }],
    })
    const alone = ask('alone', 'count.approve', Number(one(big)?.version), big)
    expect(await decide(people.sevda, alone)).toMatchObject({ results: [{ outcome: 'done' }] })
  })

  it('[MV6] the list names the other end of a move; in bulk neither is approved; as a move the ERP is told of no adjustment', async () => {
    const [here, there] = [key('A-01', 2), key('A-02', 2)]
    await desk.facts([
      desk.arrived(100, here),
      desk.counted(97, here),
      desk.arrived(100, there),
      desk.counted(103, there),
    ])
    await settle()
    const rows = (await list(people.sevda, '&limit=200')).variances
    const one = (of: typeof here) => rows.find(row => row.id === desk.varianceOf(of))
    expect([one(here), one(there)]).toMatchObject([
      { within: false, opposites: [{ id: desk.varianceOf(there), location: there.location, delta: 3 }] },
      { within: false, opposites: [{ id: desk.varianceOf(here), location: here.location, delta: -3 }] },
    ])
    const both = [here, there].map((of, i) => ask(`opposed ${i}`, 'count.approve', Number(one(of)?.version), of))
    expect(await decide(people.sevda, ...both)).toMatchObject({
      results: [
        { outcome: 'refused', code: 'over_bulk' },
        { outcome: 'refused', code: 'over_bulk' },
      ],
    })
    const move = ask('a move', 'count.move', Number(one(here)?.version), here)
    const other = { target: desk.varianceOf(there), expectedVersion: Number(one(there)?.version) }
    expect(await decide(people.sevda, { ...move, args: { with: other } })).toMatchObject({
      results: [{ outcome: 'done', state: 'approved' }],
    })
    app.wait(10_001)
    await settle()
    expect((await told()).filter(one => one.item === here.item)).toEqual([])
    const { rows: stock } = await sql<{ place: string; onHand: number }>`
      select l.body->>'code' as place, b.on_hand as "onHand" from balance b join location l on l.id = b.location_id
      join item i on i.id = b.item_id where i.uid = ${here.item} and b.on_hand > 0 order by 1`.execute(desk.opened.db)
    expect(stock).toEqual([
      { place: 'A-01', onHand: 97 },
      { place: 'A-02', onHand: 103 },
    ])
  })

  it('[C74] nobody approves their own count; a recount goes to somebody else; a rejected one leaves the book', async () => {
    const own = key('A-03')
    await desk.facts([desk.arrived(100, own), desk.counted(40, own)], people.deniz)
    // A supervisor's difference posts by itself as soon as somebody looks; until then it is provisional.
    const pending = (await list(people.sevda, '&state=provisional')).variances
    const [{ version = 0 } = {}] = pending.filter(one => one.id === desk.varianceOf(own))
    const by = (name: string, kind: string) => ({ ...ask(name, kind, Number(version), own), args: { early: true } })
    expect(await decide(people.deniz, by('own', 'count.approve'))).toMatchObject({
      results: [{ outcome: 'refused', code: 'own_count' }],
    })
    expect(await decide(people.sevda, by('again', 'count.recount'))).toMatchObject({ results: [{ outcome: 'done' }] })
    const { rows } = await sql<{ count: Record<string, unknown> }>`
      select body->'count' as count from work where kind = 'task'`.execute(desk.opened.db)
    expect(rows.map(row => row.count)).toMatchObject([
      { mode: 'recount', location: own.location, notBy: [people.deniz.id], hidden: true },
    ])
    const before = (await told()).length
    const other = key('A-02')
    const [{ version: seen = 0 } = {}] = (await list()).variances.filter(one => one.id === desk.varianceOf(other))
    expect(await decide(people.sevda, ask('no', 'count.reject', Number(seen), other))).toMatchObject({
      results: [{ outcome: 'done', state: 'rejected' }],
    })
    expect(await told()).toHaveLength(before)
  })
})
