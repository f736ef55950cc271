import { sql } from 'kysely'
import { expect, it } from 'vitest'
import type { OpenDatabase } from '../../server/store/open.ts'
import { applyPush } from '../../server/sync/apply.ts'
import { prepare } from '../../server/sync/prepare.ts'
import { derivedId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import { looseAt, virtualLocation } from '../../shared/ledger/world.ts'
import { describeCompare } from './compare-contract.ts'
import { makeSealer } from './sealer.ts'
import { placeId, testSite } from './site.ts'
import { CONNECTOR, NOW, sqlSite } from './sql-site.ts'

/** The history on an opened database, and the picture that is made of real books. */
export const describeSqlCompare = (name: string, opened: () => Pick<OpenDatabase, 'db'>): void => {
  const site = testSite('compare')
  let made: ReturnType<typeof sqlSite> | null = null
  const stores = () => (made ??= sqlSite(opened(), site))
  describeCompare(name, async () => {
    const { compare } = await stores()
    for (const table of ['erp_compare', 'erp_drift', 'import_cursor'])
      await sql`delete from ${sql.table(table)}`.execute(opened().db)
    return { compare, connector: CONNECTOR }
  })

  it(`[ER15] ${name}: the picture is stock at real places, without what no message tells of yet, and messages under way`, async () => {
    const { compare, sync } = await stores()
    const at = { warehouse: site.warehouse.id, now: NOW }
    const [item] = site.items
    const place = placeId(site, 'A-01')
    const document = derivedId<'document'>('document', 'compare')
    const goods = { client: item!.client, item: item!.id, lot: '', serial: '', takenAt: NOW, at: NOW, unc: 0 }
    await sync.decide(at, tx =>
      tx.write({
        body: { kind: 'opening' },
        silent: true,
        effects: {
          ...NOTHING,
          documents: [
            {
              id: document,
              kind: 'receipt',
              client: item!.client,
              number: 'PO-1',
              partner: 'P',
              due: null,
              priority: 0,
              blind: false,
              state: 'open',
            },
          ],
          movements: [
            { ...goods, from: looseAt(virtualLocation(at.warehouse, 'adjustment')), to: looseAt(place), qty: 10 },
          ],
        },
      }),
    )
    const picture = async (items: readonly string[] | null = null) => {
      const { stock, messages } = await compare.picture({ warehouse: at.warehouse, connector: CONNECTOR }, items)
      const mine = stock.filter(row => row.item === item!.id)
      return [
        mine.map(row => [row.remote, row.location, row.status, row.n]),
        messages.map(row => [row.type, row.state]),
      ]
    }
    const remote = `item,${item!.id}`
    expect(await picture()).toEqual([[[remote, place, 'available', 10]], []])
    const sealer = makeSealer(site, site.devices[0]!.id, 'epochcompare')
    const push = async (seal: Parameters<typeof sealer.seal>[0]) => {
      const where = { warehouse: at.warehouse, device: sealer.device, epoch: 'epochcompare' }
      const prepared = await prepare([sealer.seal(seal)], where, async () => true)
      const end = await sync.apply({ ...where, now: NOW }, tx =>
        applyPush(tx, { ...where, now: NOW, prepared, hole: undefined, lost: false }),
      )
      expect(end.results.map(one => one.outcome)).not.toContain('quarantined')
    }
    await push({
      type: 'receive',
      client: item!.client,
      item: item!.id,
      lot: '',
      serial: '',
      document,
      blind: false,
      expiry: null,
      to: looseAt(placeId(site, 'DOCK-1')),
      qty: 5,
    })
    // Received, but the receipt is open: no message tells of it, the ERP cannot know.
    expect(await picture()).toEqual([[[remote, place, 'available', 10]], []])
    const close = { document, process: 'receive', place: null, task: null } as const
    await push({ type: 'close', client: item!.client, ...close })
    const [stock, messages] = await picture([remote])
    expect(stock).toHaveLength(2)
    expect(messages).toEqual([['receipt', 'waiting']])
    // What says nothing of these goods is not read: of each correction the books are asked anew.
    expect(await picture(['item,other'])).toEqual([[], []])
    expect([...(await compare.items(CONNECTOR, [remote, 'item,other'])).entries()]).toEqual([
      [remote, { id: item!.id, ratios: [{ num: 12, den: 1 }], serial: false }],
    ])
  })
}
