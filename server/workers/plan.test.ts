import { sql } from 'kysely'
import { afterAll, describe, expect, it } from 'vitest'
import { DEFAULT_POLICY } from '../../shared/default-policy.ts'
import type { Effects } from '../../shared/ledger/effects.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import { looseAt, virtualLocation } from '../../shared/ledger/world.ts'
import { deskApp } from '../../test/support/desk-app.ts'
import { makePlanRound } from './plan.ts'

const DAY = 86_400_000

describe('counts by plan', async () => {
  const desk = await deskApp()
  afterAll(() => desk.close())
  const { site, stores, key } = desk
  const { id } = site.warehouse
  let wait = 0
  const now = () => new Date(Date.parse(desk.app.deps.now()) + wait).toISOString()
  const round = makePlanRound({ site: stores.site, plans: stores.plans, now, ring: () => {} })
  const plans = (...of: (typeof DEFAULT_POLICY)['count']['plans']) =>
    stores.site.putPolicies(id, {
      version: 2,
      warehouse: { ...DEFAULT_POLICY, count: { ...DEFAULT_POLICY.count, plans: of } },
      clients: {},
    })
  const open = async () => {
    const { rows } = await sql<{ code: string; item: string | null; cause: string }>`
      select l.body->>'code' as code, t.body->'count'->>'item' as item, t.body->>'cause' as cause
      from work t join location l on l.uid::text = t.body->'count'->>'location'
      where t.kind = 'task' and t.state = 'ready' order by 1, 2`.execute(desk.opened.db)
    return rows
  }
  const codes = async () => (await open()).map(row => row.code)
  const done = () =>
    sql`update work set state = 'done', body = jsonb_set(body, '{state}', '"done"') where kind = 'task'`.execute(
      desk.opened.db,
    )

  it('[Z15] places of the zone with goods, at most so many a day, the longest not counted first, none twice', async () => {
    await desk.facts(['A-01', 'A-02', 'A-03'].map(place => desk.arrived(10, key(place))))
    await desk.facts([desk.counted(10, key('A-01'))])
    await round()
    expect(await codes()).toEqual([])
    await plans({ zone: 'A', abc: null, everyDays: 30, perDay: 1 }, { zone: 'Z', abc: null, everyDays: 1, perDay: 9 })
    await round()
    await round()
    expect(await open()).toEqual([{ code: 'A-02', item: null, cause: 'plan' }])
    wait += DAY
    await round()
    expect(await codes()).toEqual(['A-02', 'A-03'])
    // A-01 was counted yesterday: it is due when thirty days are over.
    wait += DAY
    await round()
    expect(await codes()).toEqual(['A-02', 'A-03'])
    wait += 29 * DAY
    await round()
    expect(await codes()).toEqual(['A-01', 'A-02', 'A-03'])
  })

  it('[Z16] the class of an item comes from what has left, once a day; a plan of a class counts its items', async () => {
    await done()
    const other = key('A-04', 2)
    const out: Effects['movements'][number] = {
      ...key('A-04', 2),
      from: looseAt(other.location),
      to: looseAt(virtualLocation(id, 'customer')),
      qty: 1,
      takenAt: now(),
      at: now(),
      unc: 5,
    }
    await desk.facts([desk.arrived(10, other), { ...NOTHING, movements: [out] }])
    await plans({ zone: null, abc: 'A', everyDays: 7, perDay: 5 })
    wait += DAY
    await round()
    expect(await open()).toEqual([{ code: 'A-04', item: other.item, cause: 'plan' }])
  })

  it('[TZ5] what was counted on one day is due from the begin of another, by the days of the place', async () => {
    await done()
    const days = [{ zone: 'A', abc: null, everyDays: 1, perDay: 9 }] as const
    await desk.facts(['A-01', 'A-02', 'A-03'].map(place => desk.counted(10, key(place))))
    await plans()
    // Counted at 08:00 of UTC, which is 11:00 in Istanbul: at 23:30 it is still that day, half an hour later it is not.
    const { policies } = site
    wait = 12.5 * 3_600_000
    await stores.site.putPolicies(id, {
      ...policies,
      version: 3,
      warehouse: {
        ...DEFAULT_POLICY,
        site: { timeZone: 'Europe/Istanbul' },
        count: { ...DEFAULT_POLICY.count, plans: [...days] },
      },
      clients: {},
    })
    await round()
    // Nobody has counted A-04 ever.
    expect(await codes()).toEqual(['A-04'])
    wait += 0.5 * 3_600_000
    await round()
    expect(await codes()).toEqual(['A-01', 'A-02', 'A-03', 'A-04'])
  })
})
