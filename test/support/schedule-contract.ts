import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schedule, ScheduleStore } from '../../server/desk-ports.ts'
import type { OpenDatabase } from '../../server/store/open.ts'
import { MAX_SCHEDULES } from '../../shared/desk/schedules.ts'
import { derivedId } from '../../shared/ids.ts'
import type { WorkerId } from '../../shared/ids.ts'
import { testSite } from './site.ts'
import { NOW, sqlSite } from './sql-site.ts'

const LATER = '2099-01-01T00:00:00.000Z'
const EARLIER = '2000-01-01T00:00:00.000Z'

/** Files that are made every day, on every engine; `open` gives an empty database. */
export const describeSchedules = (engine: string, open: () => Promise<Pick<OpenDatabase, 'db' | 'close'>>): void => {
  describe(`files that are made every day: ${engine}`, () => {
    const site = testSite('schedules')
    const warehouse = site.warehouse.id
    const mine: WorkerId = derivedId('worker', 'schedules', 'mine')
    const theirs: WorkerId = derivedId('worker', 'schedules', 'theirs')
    let opened: Pick<OpenDatabase, 'db' | 'close'>
    let schedules: ScheduleStore
    beforeAll(async () => {
      opened = await open()
      schedules = (await sqlSite(opened, site)).schedules
    })
    afterAll(() => opened.close())

    const schedule = (name: string, owner = mine): Schedule => ({
      id: derivedId('schedule', name),
      warehouse,
      owner,
      name,
      hour: 5,
      query: {
        list: 'stock',
        format: 'csv',
        language: 'tr',
        q: '',
        state: 'all',
        client: '',
        days: '30',
        basis: 'booked',
        by: 'item',
        columns: '',
        machine: '0',
      },
    })
    const entry = (subject: string) => ({ warehouse, at: NOW, worker: mine, kind: 'schedule.saved', subject, body: {} })
    const save = (of: Schedule, nextAt = LATER) => schedules.save(of, nextAt, entry(of.id))
    const noted = async (): Promise<number> => {
      const { rows } = await sql<{ n: number }>`
        select count(*)::int as n from audit where kind = 'schedule.saved'`.execute(opened.db)
      return rows[0]?.n ?? 0
    }

    it('[XP5] is its owner’s alone: nobody else sees, changes or ends it; each change is in the audit log', async () => {
      expect(await save(schedule('a'))).toBe('saved')
      expect(await save({ ...schedule('a'), name: 'every morning', hour: 6 })).toBe('saved')
      expect(await save(schedule('a', theirs))).toBe('other')
      expect((await schedules.list({ warehouse, owner: mine })).map(({ name, hour }) => [name, hour])).toEqual([
        ['every morning', 6],
      ])
      expect(await schedules.list({ warehouse, owner: theirs })).toEqual([])
      expect(await noted()).toBe(2)
      expect(await schedules.remove(schedule('a', theirs), entry('x'))).toBe(false)
      expect(await schedules.remove(schedule('a'), entry('x'))).toBe(true)
      expect([await schedules.list({ warehouse, owner: mine }), await noted()]).toEqual([[], 3])
    })

    it('[XP5] of one person so many are taken and no more, also of two at once', async () => {
      for (let n = 1; n < MAX_SCHEDULES; n += 1) await save(schedule(`n${n}`))
      const last = await Promise.all([save(schedule('x')), save(schedule('y'))])
      expect(last.toSorted()).toEqual(['full', 'saved'])
      expect(await save({ ...schedule('n1'), name: 'still mine' })).toBe('saved')
      expect(await save(schedule('z', theirs))).toBe('saved')
      await sql`delete from export_schedule`.execute(opened.db)
    })

    it('[XP7] two servers never make one file; what a dead one had is made by the next, once its lease has run out', async () => {
      await save(schedule('due'), EARLIER)
      await save(schedule('not yet'))
      const claim = (lease: string, now = NOW) => schedules.claim({ now, until: '2027-06-01T00:00:00.000Z', lease })
      const both = await Promise.all([claim('one'), claim('two')])
      expect(both.map(one => one?.name ?? null).toSorted()).toEqual(['due', null])
      const again = await claim('three', '2027-06-01T00:00:00.000Z')
      expect([again?.name, again?.tries, again?.warehouse, again?.query.language]).toEqual(['due', 2, warehouse, 'tr'])
      const id = schedule('due').id
      const end = { last: { at: NOW, file: 'stock.csv', why: null, clients: null }, nextAt: LATER }
      const last = async () =>
        (await schedules.list({ warehouse, owner: mine })).find(one => one.id === id)?.last?.file ?? null
      await schedules.finish(id, 'one', end)
      expect(await last()).toBe(null)
      await schedules.finish(id, 'three', end)
      expect([await last(), await claim('four', '2027-06-01T00:00:00.000Z')]).toEqual(['stock.csv', null])
    })

    it('[XP7] what its owner changes while it is made is made as it is then', async () => {
      await save(schedule('due'), EARLIER)
      await schedules.claim({ now: NOW, until: LATER, lease: 'one' })
      await save({ ...schedule('due'), hour: 7 }, EARLIER)
      await schedules.finish(schedule('due').id, 'one', {
        last: { at: NOW, file: 'old.csv', why: null, clients: null },
        nextAt: LATER,
      })
      expect((await schedules.claim({ now: NOW, until: LATER, lease: 'two' }))?.hour).toBe(7)
    })
  })
}
