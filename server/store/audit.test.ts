import { sql } from 'kysely'
import { afterAll, describe, expect, it } from 'vitest'
import { derivedId, NO_LPN } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import { looseAt, virtualLocation } from '../../shared/ledger/world.ts'
import { makeSealer } from '../../test/support/sealer.ts'
import { NOW, sqlSite } from '../../test/support/sql-site.ts'
import { placeId, testSite } from '../../test/support/site.ts'
import { applyPush } from '../sync/apply.ts'
import { prepare } from '../sync/prepare.ts'
import { audit } from './audit.ts'
import { openDatabase } from './open.ts'

const EPOCH = 'auditepoch01'
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
  // An order that claims one of the five, and two steps of a handheld.
  const order = derivedId<'document'>('document', 'audit')
  const { client, id } = item
  const place = { lpn: NO_LPN, status: 'available' as const, lot: '', serial: '' }
  const claim = { ...place, location: placeId(site, 'A-01'), qty: 1 }
  const rest = { source: null, no: 1, done: 0, state: 'open' as const, reason: null, wanted: 1 }
  const line = { id: derivedId<'line'>('line', 'audit'), document: order, client, item: id, ...rest, claims: [] }
  await stores.sync.decide({ warehouse: site.warehouse.id, now: NOW }, async tx => {
    await tx.write({ body: {}, effects: { ...NOTHING, lines: [line] } })
    await tx.reserve([{ line, claims: [claim] }])
  })
  const device = site.devices[0]?.id ?? derivedId<'device'>('device', '')
  const sealer = makeSealer(site, device, EPOCH)
  const receive = { type: 'receive', client, item: id, lot: '', serial: '', blind: true, expiry: null, qty: 1 } as const
  const to = looseAt(placeId(site, 'DOCK-1'))
  const sealed = [1, 2].map(n => sealer.seal({ ...receive, to, document: derivedId('document', 'audit', n) }))
  const at = { warehouse: site.warehouse.id, device, epoch: EPOCH }
  const prepared = await prepare(sealed, at, async () => true)
  await stores.sync.apply({ ...at, now: NOW }, tx =>
    applyPush(tx, { ...at, now: NOW, prepared, hole: undefined, lost: false }),
  )
  const rules = async () => (await audit(opened.db)).map(finding => finding.rule)

  it('[B2] finds nothing while every projection equals its ledger', async () => {
    expect(await audit(opened.db)).toEqual([])
  })

  it.each([
    [
      '[B1] [B2] a balance that somebody edited',
      sql`update balance set on_hand = 6 where on_hand = 5`,
      sql`update balance set on_hand = 5 where on_hand = 6`,
      ['B1', 'B2'],
    ],
    [
      '[B3] a reservation that nobody claims',
      sql`update balance set reserved = 2 where on_hand = 5`,
      sql`update balance set reserved = 1 where on_hand = 5`,
      ['B3'],
    ],
    [
      '[B4] a hold without a variance',
      sql`update balance set held = 2 where on_hand = 5`,
      sql`update balance set held = 0`,
      ['B4'],
    ],
    [
      '[B5] a line that claims what is not claimed for it',
      sql`update work set body = jsonb_set(body, '{claims,0,qty}', '2') where kind = 'line'`,
      sql`update work set body = jsonb_set(body, '{claims,0,qty}', '1') where kind = 'line'`,
      ['B5'],
    ],
    [
      '[B6] a number of an epoch that is missing',
      sql`update command set seq = 3 where epoch = ${EPOCH} and seq = 2`,
      sql`update command set seq = 2 where epoch = ${EPOCH} and seq = 3`,
      ['B6'],
    ],
    [
      '[B6] a cursor that stands below what is known',
      sql`update device_cursor set last_seq = 1 where epoch = ${EPOCH}`,
      sql`update device_cursor set last_seq = 2 where epoch = ${EPOCH}`,
      ['B6'],
    ],
    [
      '[B8] a command in a message that is not there',
      sql`update command set message = gen_random_uuid() where epoch = ${EPOCH} and seq = 1`,
      sql`update command set message = null where epoch = ${EPOCH} and seq = 1`,
      ['B8'],
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
