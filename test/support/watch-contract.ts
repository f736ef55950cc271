import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { audit } from '../../server/store/audit.ts'
import type { OpenDatabase } from '../../server/store/open.ts'
import { watchRound } from '../../server/workers/watch.ts'
import { DEFAULT_POLICY } from '../../shared/default-policy.ts'
import { derivedId } from '../../shared/ids.ts'
import type { DeviceId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import type { ExceptionId } from '../../shared/sync/settle.ts'
import { isoOf, msOf } from '../../shared/time.ts'
import { testSite } from './site.ts'
import { NOW, sqlSite } from './sql-site.ts'

/** What is raised of handhelds by how they were last heard of, on every engine; `open` gives an empty database. */
export const describeWatch = (name: string, open: () => Promise<Pick<OpenDatabase, 'db' | 'close'>>): void => {
  describe(`handhelds that are watched: ${name}`, () => {
    const site = testSite('watch', 3)
    const [first] = site.roster.workers
    const [one, two] = site.devices.map(device => device.id)
    if (!first || !one || !two) throw new Error('no site')
    const boss = { ...first, roles: ['supervisor' as const], clients: null }
    const warehouse = site.warehouse.id
    let opened: Pick<OpenDatabase, 'db' | 'close'>
    let stores: Awaited<ReturnType<typeof sqlSite>>
    let minute = 0
    const now = (): string => isoOf(msOf(NOW) + minute * 60_000)
    const seen = (id: DeviceId, seq: number, clockOff?: number) =>
      stores.devices.seen(id, {
        now: now(),
        app: 'test',
        worker: boss.id,
        clients: null,
        head: { seq, pending: 0, oldest: null, quota: null, persisted: true, lost: false, acked: 0 },
        ...(clockOff === undefined ? {} : { clockOff }),
      })
    const come = (device: DeviceId, seq: number) =>
      stores.sync.apply({ warehouse, device, epoch: 'epoch0000001', now: now() }, tx => {
        const sealed = { seq, v: 1, body: '{}', hash: `${seq}`.padStart(64, '0'), sig: 's' }
        const judged = { sealed, outcome: 'applied' as const, reason: null, awaits: null, worker: boss.id, at: now() }
        return tx.write({ messages: [], notes: [], applied: [{ ...judged, effects: NOTHING }] })
      })
    let rings = 0
    const round = () => watchRound({ site: stores.site, watch: stores.watch, now, ring: () => void (rings += 1) })
    const rows = async (kind: string) => {
      const found = await sql<{ id: ExceptionId; state: string; hits: number; body: Record<string, unknown> }>`
        select id, state, hits, body from exception where kind = ${kind} order by feed_seq, id`.execute(opened.db)
      return found.rows
    }
    const states = async (kind: string) => (await rows(kind)).map(row => row.state)
    const settle = async (kind: string) => {
      const [row] = (await rows(kind)).filter(({ state }) => state === 'open')
      if (row === undefined) throw new Error('nothing open')
      const id = derivedId<'decision'>('decision', 'watch', row.id)
      const ask = { id, exception: row.id, expectedVersion: row.hits, choice: 'note', words: 'known', args: {} }
      const [answer] = await stores.desk.settle({ warehouse, now: now() }, boss, [ask], () => {})
      return answer?.code ?? answer?.state
    }

    beforeAll(async () => {
      opened = await open()
      stores = await sqlSite(opened, site)
    })
    afterAll(() => opened.close())

    it('[DV8] a handheld with steps that have not come and that is not heard of is one open exception, and closes by itself', async () => {
      await seen(one, 3)
      await seen(two, 0)
      minute = 10
      await round()
      expect(await states('device_silent')).toEqual([])
      minute = 11
      await round()
      await round()
      minute = 30
      await round()
      expect(await rows('device_silent')).toMatchObject([
        { state: 'open', hits: 1, body: { device: one, number: '1', missing: 3, worker: boss.id } },
      ])
      expect(msOf(String((await rows('device_silent'))[0]?.body['since']))).toBe(msOf(NOW))
      expect(rings).toBe(1)
      // Heard of again, its steps come with the same round.
      await seen(one, 3)
      for (const seq of [1, 2, 3]) await come(one, seq)
      await round()
      expect([await states('device_silent'), rings]).toEqual([['closed'], 2])
      minute = 60
      await round()
      expect(await states('device_silent')).toEqual(['closed'])
    })

    it('[DV8] what was settled comes again with the next silence only, and not of a handheld that was given up', async () => {
      await seen(one, 5)
      minute = 75
      await round()
      expect([await settle('device_silent'), await states('device_silent')]).toEqual(['settled', ['closed', 'settled']])
      minute = 80
      await round()
      expect(await states('device_silent')).toEqual(['closed', 'settled'])
      await seen(one, 6)
      await round()
      minute = 95
      await round()
      expect(await states('device_silent')).toEqual(['closed', 'settled', 'open'])
      await stores.devices.revoke(one, 'revoked', null)
      await round()
      expect(await states('device_silent')).toEqual(['closed', 'settled', 'closed'])
    })

    it('[DV8] the policy of the warehouse says how long', async () => {
      const policy = { ...DEFAULT_POLICY, device: { silentMinutes: 60 } }
      await stores.site.putPolicies(warehouse, { version: 2, warehouse: policy, clients: {} })
      await seen(two, 2)
      minute = 150
      await round()
      expect((await states('device_silent')).filter(state => state === 'open')).toEqual([])
      minute = 156
      await round()
      expect((await states('device_silent')).filter(state => state === 'open')).toEqual(['open'])
    })

    it('[DV9] a clock that is more than two minutes off is one open exception until a step comes whose clock is right', async () => {
      await seen(two, 2, 120_000)
      await round()
      expect(await states('clock_wrong')).toEqual([])
      await seen(two, 2, -121_000)
      await round()
      // A round without a step says nothing of the clock; another wrong step is the same cause.
      await seen(two, 2)
      await seen(two, 2, -400_000)
      await round()
      expect(await rows('clock_wrong')).toMatchObject([
        { state: 'open', hits: 1, body: { clock: 'fast', offMinutes: 2 } },
      ])
      await seen(two, 2, 900)
      await round()
      expect(await states('clock_wrong')).toEqual(['closed'])
      minute += 1
      await seen(two, 2, 600_000)
      await round()
      expect(await settle('clock_wrong')).toBe('settled')
      await seen(two, 2, 600_000)
      await round()
      expect((await rows('clock_wrong')).map(row => [row.state, row.body['clock']])).toEqual([
        ['closed', 'fast'],
        ['settled', 'slow'],
      ])
      expect((await audit(opened.db)).filter(({ rule }) => rule !== 'B6')).toEqual([])
    })
  })
}
