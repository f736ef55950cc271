import { sql } from 'kysely'
import { afterAll, describe, expect, it } from 'vitest'
import { NOTHING } from '../../shared/ledger/effects.ts'
import { looseAt, virtualLocation } from '../../shared/ledger/world.ts'
import { NOW, sqlSite } from '../../test/support/sql-site.ts'
import { placeId, testSite } from '../../test/support/site.ts'
import { audit } from './audit.ts'
import { openDatabase } from './open.ts'

const quiet = { info: () => {}, warn: () => {}, error: () => {} }

describe('the audit of the books', async () => {
  const opened = await openDatabase({ memory: true, dataDir: '', allowNotDurable: true, log: quiet })
  afterAll(() => opened.close())
  const site = testSite('audit')
  const stores = await sqlSite(opened, site)
  const item = site.items[0]
  if (!item) throw new Error('no item')
  const movement = {
    client: item.client,
    item: item.id,
    lot: '',
    serial: '',
    from: looseAt(virtualLocation(site.warehouse.id, 'supplier')),
    to: looseAt(placeId(site, 'A-01')),
    qty: 5,
    takenAt: NOW,
    at: NOW,
    unc: null,
  }
  await stores.sync.decide({ warehouse: site.warehouse.id, now: NOW }, tx =>
    tx.write({ body: {}, effects: { ...NOTHING, movements: [movement] } }),
  )
  const rules = async () => (await audit(opened.db)).map(finding => finding.rule)

  it('[B2] finds nothing while every projection equals its ledger', async () => {
    expect(await audit(opened.db)).toEqual([])
  })

  it.each([
    [
      '[B1] [B2] a balance that somebody edited',
      sql`update balance set on_hand = on_hand + 1 where on_hand > 0`,
      sql`update balance set on_hand = on_hand - 1 where on_hand > 0`,
      ['B1', 'B2'],
    ],
    [
      '[B3] a reservation that nobody claims',
      sql`update balance set reserved = 2 where on_hand > 0`,
      sql`update balance set reserved = 0`,
      ['B3'],
    ],
    [
      '[B4] a hold without a variance',
      sql`update balance set held = 2 where on_hand > 0`,
      sql`update balance set held = 0`,
      ['B4'],
    ],
    [
      '[B7] a change numbered above the feed',
      sql`update feed set seq = seq - 1`,
      sql`update feed set seq = seq + 1`,
      ['B7'],
    ],
  ])('%s is found', async (_, breakIt, repair, expected) => {
    await breakIt.execute(opened.db)
    expect(await rules()).toEqual(expected)
    await repair.execute(opened.db)
    expect(await rules()).toEqual([])
  })
})
