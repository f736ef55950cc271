import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { renewFeeds } from '../../server/backup.ts'
import { audit } from '../../server/store/audit.ts'
import { makeBackupStore } from '../../server/store/backups.ts'
import type { OpenDatabase } from '../../server/store/open.ts'
import { makeStores } from '../../server/store/stores.ts'
import { derivedId } from '../../shared/ids.ts'
import type { Draft } from '../../shared/sync/command.ts'
import { looseAt } from '../../shared/ledger/world.ts'
import { placeId, testSite } from './site.ts'
import type { SiteSeed } from './site.ts'
import { sqlHandheld } from './sql-handheld.ts'
import type { Reached } from './sql-handheld.ts'
import { NOW, sqlSite } from './sql-site.ts'

/** A database that can be copied, lost, and put back from its last whole copy. */
export type Restorable = {
  opened(): OpenDatabase
  backUp(): Promise<void>
  /** A copy that breaks off: rejects. */
  cutBackUp(): Promise<void>
  /** The database is gone; the last whole copy stands in its place, opened. Nobody has told it so yet. */
  putBack(): Promise<void>
  end(): Promise<void>
}

export const describeRestore = (name: string, make: () => Promise<Restorable>): void => {
  describe(`backup and restore: ${name}`, () => {
    const setUp = async (run: string) => {
      const on = await make()
      const site = testSite(`restore ${name} ${run}`)
      await sqlSite(on.opened(), site)
      const reached = (): Reached => ({
        stores: makeStores(on.opened().db),
        newFeedEpoch: () => {
          throw new Error('a handheld had to say that the server was restored')
        },
      })
      let now = reached()
      const handheld = sqlHandheld(site, () => now)
      const other = sqlHandheld(site, () => now, 1)
      await handheld.begin()
      await other.begin()
      const receive = (qty: number) => handheld.append([receiveOf(site, qty)])
      return {
        on,
        site,
        handheld,
        other,
        receive,
        restore: async (): Promise<void> => {
          await on.putBack()
          await renewFeeds(on.opened(), null, () => NOW)
          now = reached()
        },
        onHand: () => onHandIn(on.opened(), site),
        booked: () => bookedIn(on.opened()),
      }
    }

    it('[BR1] [BR2] [BR3] what a backup holds is let go of, the rest comes again after the database was lost, and is booked once', async () => {
      const { on, handheld, other, receive, restore, onHand, booked } = await setUp('circle')
      try {
        await receive(5)
        await handheld.sync()
        await other.sync()
        expect(await handheld.mark()).toMatchObject({ acked: 1, durable: null })

        await on.backUp()
        await receive(7)
        await handheld.sync()
        expect(await handheld.mark()).toMatchObject({ acked: 2, durable: 1 })
        await handheld.days(2)
        await handheld.sync()
        await handheld.prune()
        expect(await handheld.kept()).toEqual([2])
        expect(await onHand()).toBe(12)

        await restore()
        expect([await onHand(), await booked()]).toEqual([5, [1]])
        await receive(11)
        await handheld.sync()
        expect(await handheld.mark()).toMatchObject({ acked: 3, durable: 1 })
        expect([await onHand(), await booked()]).toEqual([23, [1, 2, 3]])
        await handheld.sync()
        await other.sync()
        expect([await onHand(), await booked()]).toEqual([23, [1, 2, 3]])
        expect((await other.stockRows()).map(row => row.b)).toEqual((await handheld.stockRows()).map(row => row.b))
        expect(await audit(on.opened().db)).toEqual([])
      } finally {
        await on.end()
      }
    })

    it('[BR1] a handheld that is idle steps back as well, and what it had sent before the loss comes again', async () => {
      const { on, handheld, receive, restore, onHand } = await setUp('idle')
      try {
        await on.backUp()
        await receive(5)
        await handheld.sync()
        expect(await handheld.mark()).toMatchObject({ acked: 1, durable: 0 })
        await handheld.days(40)
        await handheld.sync()
        await handheld.prune()
        expect(await handheld.kept()).toEqual([1])
        await restore()
        await handheld.sync()
        expect(await onHand()).toBe(5)
      } finally {
        await on.end()
      }
    })

    it('[BR2] a copy that breaks off secures nothing', async () => {
      const { on, handheld, receive } = await setUp('cut')
      try {
        await receive(5)
        await handheld.sync()
        await expect(on.cutBackUp()).rejects.toThrow(/nowhere|ended with/)
        await handheld.sync()
        expect(await handheld.mark()).toMatchObject({ acked: 1, durable: null })
        expect(await makeBackupStore(on.opened().db).lastAt()).toBe(null)
      } finally {
        await on.end()
      }
    })

    it('[BR2] numbers are secured as they were before the copy, never above what is here, and never less than before', async () => {
      const { on, handheld, receive } = await setUp('numbers')
      try {
        const backups = makeBackupStore(on.opened().db)
        await receive(5)
        await handheld.sync()
        await backups.begin('11111111-1111-4111-8111-111111111111', NOW)
        await receive(6)
        await handheld.sync()
        const held = await backups.begun('11111111-1111-4111-8111-111111111111')
        expect(await backups.begun('22222222-2222-4222-8222-222222222222')).toBe(null)
        await backups.secured(held ?? [], NOW)
        await handheld.sync()
        expect((await handheld.mark())?.durable).toBe(1)
        expect(await backups.begun('11111111-1111-4111-8111-111111111111')).toBe(null)
        const all = await backups.held()
        await backups.secured(
          all.map(row => ({ ...row, seq: row.seq + 50 })),
          NOW,
        )
        await backups.secured(held ?? [], NOW)
        await handheld.sync()
        expect((await handheld.mark())?.durable).toBe(2)
      } finally {
        await on.end()
      }
    })
  })
}

export const receiveOf = (site: SiteSeed, qty: number): Draft => {
  const item = site.items[0]
  if (item === undefined) throw new Error('no item')
  return {
    type: 'receive',
    client: item.client,
    item: item.id,
    lot: '',
    serial: '',
    document: derivedId('document', site.warehouse.id),
    blind: true,
    expiry: null,
    to: looseAt(placeId(site, 'DOCK-1')),
    qty,
  }
}

export const onHandIn = async ({ db }: OpenDatabase, site: SiteSeed): Promise<number> => {
  const { rows } = await sql<{ n: number | null }>`
    select sum(b.on_hand)::int as n from balance b join location l on l.warehouse_id = b.warehouse_id and l.id = b.location_id
    where l.uid = ${placeId(site, 'DOCK-1')}`.execute(db)
  return rows[0]?.n ?? 0
}

export const bookedIn = async ({ db }: OpenDatabase): Promise<readonly number[]> => {
  const { rows } = await sql<{ seq: number }>`select seq from command where device_id <> 0 order by seq`.execute(db)
  return rows.map(row => row.seq)
}
