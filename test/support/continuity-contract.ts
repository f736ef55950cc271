import { sql } from 'kysely'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { makeContinuity } from '../../server/continuity.ts'
import type { Renewal } from '../../server/continuity-ports.ts'
import type { OpenDatabase } from '../../server/store/open.ts'
import type { Stores } from '../../server/ports.ts'
import { makeStores } from '../../server/store/stores.ts'
import type { ErpStores } from '../../server/workers/ports.ts'
import { derivedId } from '../../shared/ids.ts'
import type { ConnectorId } from '../../shared/ids.ts'
import { isoOf, msOf } from '../../shared/time.ts'
import { testSite } from './site.ts'
import type { SiteSeed } from './site.ts'
import { CONNECTOR, NOW, sqlSite } from './sql-site.ts'

const AFTER = isoOf(msOf(NOW) + 3_600_000)
const LATER = isoOf(msOf(NOW) + 7_200_000)
const LEASE = isoOf(msOf(NOW) + 14_400_000)
const uuid = (name: string): string => derivedId('x', name)

/** A database that is not what it was, and what is held until somebody has looked: PGlite and PostgreSQL. */
export const describeContinuity = (name: string, open: () => Promise<OpenDatabase>): void => {
  describe(`a database that has lost something: ${name}`, async () => {
    const opened = await open()
    afterAll(() => opened.close())
    const { db } = opened
    let run = 0
    let site: SiteSeed
    let stores: Stores & ErpStores & Pick<ReturnType<typeof makeStores>, 'continuity'>
    beforeEach(async () => {
      run += 1
      site = testSite(`continuity ${name} ${run}`)
      stores = await sqlSite(opened, site)
      await sql`update connector set held_at = null, renewed_at = null`.execute(db)
    })
    const epoch = async () => (await stores.sync.feed(site.warehouse.id)).epoch
    const watch = (lineage: () => string, told: Renewal[] = []) => {
      const { continuity: store } = stores
      return makeContinuity({ store, dataDir: null, lineage, now: () => NOW, onRenewed: why => void told.push(why) })
    }
    const lose = () => sql`delete from pulse`.execute(db)
    /** Something is written, as a handheld would. */
    const move = () => stores.site.putClients(site.warehouse.id, site.clients)

    it('[BR5] nothing is renewed while the database is what it was, and nothing is written while it rests', async () => {
      const told: Renewal[] = []
      const { check } = watch(() => opened.lineage(), told)
      const before = await epoch()
      const pulses = async () => (await sql`select id from pulse order by id`.execute(db)).rows
      await check()
      await check()
      const rested = await pulses()
      await check()
      expect(await pulses()).toEqual(rested)
      await move()
      await check()
      expect(await pulses()).not.toEqual(rested)
      expect([await epoch(), told]).toEqual([before, []])
    })

    it('[BR5] a database that lacks what was written here gets new feed epochs, once, whoever else has seen it', async () => {
      const [one, two]: [Renewal[], Renewal[]] = [[], []]
      const [first, second] = [watch(() => opened.lineage(), one), watch(() => opened.lineage(), two)]
      await first.check()
      await second.check()
      const before = await epoch()
      await lose()
      await first.check()
      const renewed = await epoch()
      await second.check()
      await first.check()
      expect(renewed).not.toBe(before)
      expect([await epoch(), one, two]).toEqual([renewed, ['lost'], []])
    })

    it('[BR5] another server, another database of it, or a replica that took over is another lineage', async () => {
      const told: Renewal[] = []
      let lineage = opened.lineage()
      const { check } = watch(() => lineage, told)
      await check()
      const before = await epoch()
      lineage = `${lineage}2`
      await check()
      expect([(await epoch()) === before, told]).toEqual([false, ['lineage']])
      await watch(() => lineage, told).check()
      expect(told).toEqual(['lineage'])
      await watch(() => opened.lineage()).check()
    })

    it('[BR6] what was read of it is not believed any more: a name that has another integer now is read anew', async () => {
      const { check } = watch(() => opened.lineage())
      await check()
      const [one, two] = site.devices
      const acked = async (device = one) => {
        const at = {
          warehouse: site.warehouse.id,
          worker: null,
          epoch: 'epoch0000001',
          after: 0,
          limit: 1,
          clients: null,
        }
        return (await stores.sync.page({ ...at, device: device!.id })).acked
      }
      await sql`
        insert into device_cursor (warehouse_id, device_id, epoch, last_seq, last_hash)
        select warehouse_id, id, 'epoch0000001', 7, '*' from device where uid = ${one!.id}`.execute(db)
      expect([await acked(one), await acked(two)]).toEqual([7, 0])
      // As it is when the commits that made them are lost, and others took their integers.
      await sql`update device set uid = ${uuid('swap')} where uid = ${one!.id}`.execute(db)
      await sql`update device set uid = ${one!.id} where uid = ${two!.id}`.execute(db)
      await sql`update device set uid = ${two!.id} where uid = ${uuid('swap')}`.execute(db)
      await lose()
      await check()
      expect([await acked(one), await acked(two)]).toEqual([0, 7])
    })

    const message = (key: string, seq: number, capturedAt: string) =>
      sql`
      insert into outbox (warehouse_id, key, message, seq, connector, subject, type, payload, covers, next_at, created_at, captured_at)
      select id, ${uuid(key)}::uuid, ${uuid(key)}::uuid, ${seq}, ${CONNECTOR}::uuid, ${key}, 'receipt', '{}', '[]', ${NOW}::timestamptz,
             ${LATER}::timestamptz, ${capturedAt}::timestamptz from warehouse where uid = ${site.warehouse.id}`.execute(
        db,
      )
    const claim = async (now = LATER) =>
      (
        await stores.outbox.claim({
          connector: CONNECTOR,
          now,
          limit: 10,
          token: uuid(`token ${now}`),
          leaseUntil: LEASE,
        })
      ).map(row => [row.subject, row.state, row.touched])
    const held = async () => (await stores.connections.get(CONNECTOR))?.held ?? null
    const entry = () => ({
      warehouse: site.warehouse.id,
      at: LATER,
      worker: site.roster.workers[0]!.id,
      kind: 'erp.letGo',
      subject: CONNECTOR,
      body: {},
    })
    const report = (n: number, now: string, pending: number) =>
      stores.devices.seen(site.devices[n]!.id, {
        now,
        head: { seq: 9, pending, oldest: null, quota: null, persisted: true, lost: false, acked: 9 - pending },
        app: 'test',
        worker: null,
        clients: null,
      })

    it('[BR7] nothing is delivered after a restore until a person lets it go; what was captured before is asked for first', async () => {
      await message('before', 1, NOW)
      await watch(() => opened.lineage()).check(true)
      await message('after', 2, AFTER)
      expect(await claim()).toEqual([])
      expect(await held()).toEqual({ since: NOW, why: 'restored', missing: ['1', '2'] })
      expect(await stores.connections.letGo(CONNECTOR, entry())).toBe(true)
      expect(await stores.connections.letGo(CONNECTOR, entry())).toBe(false)
      expect(await claim()).toEqual([
        ['before', 'unknown', true],
        ['after', 'preparing', false],
      ])
      const { rows } = await sql`select kind from audit where kind = 'erp.letGo' and warehouse_id =
        (select id from warehouse where uid = ${site.warehouse.id})`.execute(db)
      expect(rows.length).toBe(1)
    })

    it('[BR7] it goes on by itself when every active handheld has reported with nothing left, and the books were compared', async () => {
      await watch(() => opened.lineage()).check(true)
      const compared = (from: string, id: ConnectorId = CONNECTOR) => stores.connections.letGoReported(id, from)
      expect(await compared(LATER)).toBe(false)
      await report(0, AFTER, 0)
      await report(1, AFTER, 3)
      expect([await compared(LATER), (await held())?.missing]).toEqual([false, ['2']])
      await report(1, AFTER, 0)
      expect([await compared(NOW), (await held()) === null]).toEqual([false, false])
      expect([await compared(LATER), await held()]).toEqual([true, null])
    })

    it('[BR7] another warehouse goes on delivering when one handheld has made the feed of this one begin anew', async () => {
      const by = { device: site.devices[0]!.id, now: NOW }
      const other = testSite(`continuity ${name} ${run} other`)
      await stores.site.addWarehouse(other.warehouse)
      await stores.sync.renewFeed(other.warehouse.id, 'feedepoch009', by)
      expect(await held()).toBe(null)
    })
  })
}
