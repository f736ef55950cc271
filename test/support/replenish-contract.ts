import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { audit } from '../../server/store/audit.ts'
import type { OpenDatabase } from '../../server/store/open.ts'
import { makeReplenishRound } from '../../server/workers/replenish.ts'
import type { Document, Line, Task } from '../../shared/catalogue.ts'
import { derivedId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import type { Effects } from '../../shared/ledger/effects.ts'
import { looseAt, virtualLocation } from '../../shared/ledger/world.ts'
import { emptyTables, putRow } from '../../shared/sync/rows.ts'
import { placeId, testSite } from './site.ts'
import { NOW, sqlSite } from './sql-site.ts'

/** What the filling of pick faces guarantees on every engine; `open` gives an empty database. */
export const describeReplenish = (name: string, open: () => Promise<Pick<OpenDatabase, 'db' | 'close'>>): void => {
  describe(`filling pick faces: ${name}`, () => {
    const base = testSite('replenish')
    const [item] = base.items
    if (!item) throw new Error('no item')
    const { client } = item
    const [face, bulk] = [placeId(base, 'A-01'), placeId(base, 'A-02')]
    const site = {
      ...base,
      locations: base.locations.map(place => {
        if (place.id === face) return { ...place, face: { client, item: item.id, min: 5, max: 20 } }
        return place.id === bulk ? { ...place, kind: 'reserve' as const } : place
      }),
    }
    const warehouse = site.warehouse.id
    let opened: Pick<OpenDatabase, 'db' | 'close'>
    let stores: Awaited<ReturnType<typeof sqlSite>>
    beforeAll(async () => {
      opened = await open()
      stores = await sqlSite(opened, site)
    })
    afterAll(() => opened.close())

    const write = (effects: Partial<Effects>) =>
      stores.sync.decide({ warehouse, now: NOW }, tx => tx.write({ body: {}, effects: { ...NOTHING, ...effects } }))
    const move = (from: typeof face, to: typeof face, qty: number) => {
      const goods = { client, item: item.id, lot: '', serial: '', qty }
      return write({
        movements: [{ ...goods, from: looseAt(from), to: looseAt(to), takenAt: NOW, at: NOW, unc: null }],
      })
    }
    const arrive = (at: typeof face, qty: number) => move(virtualLocation(warehouse, 'supplier'), at, qty)
    const tasks = async (): Promise<readonly Task[]> => {
      const tables = emptyTables(warehouse)
      await stores.sync.snapshot(
        { warehouse, device: site.devices[0]!.id, worker: null, clients: null },
        async rows => {
          for (const row of rows) putRow(tables, row)
        },
      )
      return [...tables.tasks.values()].filter(task => task.kind === 'replenish')
    }
    const open_ = async () =>
      (await tasks()).filter(task => task.state === 'ready').map(task => [task.cause, task.goods?.qty])
    const rung: string[] = []
    let asked = 0
    const rounds = () =>
      makeReplenishRound({
        warehouses: () => stores.site.warehouses(),
        faces: {
          due: (id, limit) => {
            asked += 1
            return stores.faces.due(id, limit)
          },
        },
        sync: stores.sync,
        now: () => NOW,
        ring: id => void rung.push(id),
      })

    it('[M20] [M21] an empty face with goods in reserve gets one task, and no second one by looking again', async () => {
      await arrive(bulk, 100)
      const round = rounds()
      await round()
      expect(await open_()).toEqual([['min', 12]])
      expect(rung).toEqual([warehouse])
      const questions = asked
      await round()
      expect(asked).toBe(questions + 1)
      await round()
      expect(asked).toBe(questions + 1)
      // A server that starts again knows nothing of earlier looks.
      await rounds()()
      expect(await open_()).toEqual([['min', 12]])
    })
    it('[M21] what was filled otherwise is called off', async () => {
      await move(bulk, face, 20)
      await rounds()()
      expect(await open_()).toEqual([])
    })
    it('[M20] an order for more than lies there asks before min does', async () => {
      await move(face, bulk, 8)
      await rounds()()
      expect(await open_()).toEqual([])
      const document = derivedId<'document'>('document', 'big')
      const about = { number: 'BIG', partner: 'P', due: null, priority: 0, blind: false, state: 'open' as const }
      const documents: Document[] = [{ id: document, kind: 'order', client, ...about }]
      const line: Line = {
        id: derivedId('line', 'big'),
        document,
        client,
        item: item.id,
        source: null,
        no: 1,
        wanted: 15,
        done: 0,
        state: 'open',
        claims: [],
        reason: null,
      }
      await write({ documents, lines: [line] })
      await rounds()()
      expect(await open_()).toEqual([['demand', 8]])
      expect(await audit(opened.db)).toEqual([])
    })
  })
}
