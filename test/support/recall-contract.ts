import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { audit } from '../../server/store/audit.ts'
import { makeNames } from '../../server/store/names.ts'
import type { OpenDatabase } from '../../server/store/open.ts'
import { makeRecallStore } from '../../server/store/recall.ts'
import { NO_NEED } from '../../server/sync/ports.ts'
import { makeRecallRound } from '../../server/workers/recall.ts'
import type { Document, Line, Task } from '../../shared/catalogue.ts'
import type { RecallAsk } from '../../shared/desk/recall.ts'
import { derivedId, NO_LPN } from '../../shared/ids.ts'
import type { LocationId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import type { Effects } from '../../shared/ledger/effects.ts'
import { looseAt, virtualLocation } from '../../shared/ledger/world.ts'
import { emptyTables, putRow } from '../../shared/sync/rows.ts'
import { placeId, testSite } from './site.ts'
import { NOW, sqlSite } from './sql-site.ts'

/** What a recall guarantees on every engine; `open` gives an empty database. */
export const describeRecall = (name: string, open: () => Promise<Pick<OpenDatabase, 'db' | 'close'>>): void => {
  describe(`recalls: ${name}`, () => {
    const site = testSite('recall')
    const warehouse = site.warehouse.id
    const [one, two] = site.clients
    const item = site.items.find(it => it.tracking.lot)
    const cem = site.roster.workers.find(worker => worker.name === 'CEM')
    if (!one || !two || !item || !cem) throw new Error('no site')
    const lot = { client: one.id, item: item.id, lot: 'L77' }
    const viewer = { warehouse, clients: null, worker: null }
    const [shelf, tote, dock] = ['A-01', 'XT00018', 'DOCK-1'].map(code => placeId(site, code))
    if (!shelf || !tote || !dock) throw new Error('no places')
    let opened: Pick<OpenDatabase, 'db' | 'close'>
    let stores: Awaited<ReturnType<typeof sqlSite>>

    const write = (effects: Partial<Effects>) =>
      stores.sync.decide({ warehouse, now: NOW }, async tx => {
        await tx.load({ ...NO_NEED, lines: (effects.lines ?? []).map(one => one.id) })
        await tx.write({ body: {}, effects: { ...NOTHING, ...effects } })
      })
    const move = (from: LocationId, to: LocationId, qty: number, which = 'L77'): Effects['movements'][number] => ({
      client: one.id,
      item: item.id,
      lot: which,
      serial: '',
      from: looseAt(from),
      to: looseAt(to),
      qty,
      takenAt: NOW,
      at: NOW,
      unc: null,
    })
    const supplier = virtualLocation(warehouse, 'supplier')
    const document = derivedId<'document'>('document', 'recall', 'ORD-1')
    const line: Line = {
      id: derivedId('line', 'recall', 1),
      document,
      client: one.id,
      item: item.id,
      source: null,
      no: 1,
      wanted: 8,
      done: 3,
      state: 'open',
      claims: [
        { location: shelf, lpn: NO_LPN, status: 'available', lot: 'L77', serial: '', qty: 5 },
        { location: tote, lpn: NO_LPN, status: 'available', lot: 'L77', serial: '', qty: 3 },
      ],
      reason: null,
    }
    const order: Document = {
      id: document,
      kind: 'order',
      client: one.id,
      number: 'ORD-1',
      partner: 'Shop 1',
      state: 'started',
      due: null,
      priority: 0,
      blind: false,
    }
    const putaway: Task = {
      id: derivedId('task', 'recall', 'putaway'),
      kind: 'putaway',
      client: one.id,
      document: null,
      state: 'ready',
      lease: null,
      tote: null,
      goods: { item: item.id, lot: 'L77', serial: '', from: looseAt(dock), to: null, qty: 4, line: null },
    }
    beforeAll(async () => {
      opened = await open()
      stores = await sqlSite(opened, site)
      const lots = ['L77', 'L78'].map(number => ({
        ...lot,
        lot: number,
        expiry: null,
        firstReceivedAt: NOW,
        blocked: false,
      }))
      await write({
        lots,
        movements: [move(supplier, shelf, 23), move(supplier, dock, 4), move(supplier, shelf, 9, 'L78')],
      })
      await write({ movements: [move(shelf, tote, 3)], documents: [order], lines: [line], tasks: [putaway] })
      await write({ movements: [move(shelf, virtualLocation(warehouse, 'scrap'), 2)] })
    })
    afterAll(() => opened.close())

    const tables = async () => {
      const all = emptyTables(warehouse)
      await stores.sync.snapshot(
        { warehouse, device: site.devices[0]!.id, worker: null, clients: null },
        async rows => {
          for (const row of rows) putRow(all, row)
        },
      )
      return all
    }
    const rows = async () =>
      (await stores.recalls.trace(warehouse, lot, null)).lies.map(row => [
        row.place,
        row.status,
        row.onHand,
        row.reserved,
      ])
    const ask = (act: RecallAsk['act'], nth: string, expectedVersion: number, which = 'L77') =>
      stores.recalls.decide({ warehouse, now: NOW }, cem.id, {
        id: derivedId('decision', 'recall', nth),
        act,
        ...lot,
        lot: which,
        reason: 'glass in it',
        expected: {},
        expectedVersion,
      })
    const round = () =>
      makeRecallRound({
        warehouses: () => stores.site.warehouses(),
        recalls: stores.recalls,
        sync: stores.sync,
        now: () => NOW,
        ring: () => {},
      })()
    const told = async (which = 'L77') => {
      const open = await stores.desk.exceptions({
        warehouse,
        device: null,
        worker: null,
        clients: [one.id],
        state: 'open',
        kinds: ['lot_blocked'],
        location: null,
        item: null,
        after: null,
        limit: 10,
      })
      return open.filter(row => row.body['lot'] === which)
    }
    const isBlocked = async (which: string) =>
      (await tables()).lots.get([one.id, item.id, which].join('\u001f'))?.blocked
    const other = { ...lot, lot: 'L78', expiry: null, firstReceivedAt: NOW }

    it('[RC1] a lot is found with where it lies, where it came from and what went otherwise, and the sums agree', async () => {
      const trace = await stores.recalls.trace(warehouse, lot, null)
      expect(trace.lies.map(row => [row.place, row.onHand, row.reserved])).toEqual([
        ['A-01', 18, 5],
        ['DOCK-1', 4, 0],
        ['XT00018', 3, 3],
      ])
      expect(trace.totals).toEqual({ lies: 25, came: 27, went: 0, otherwise: -2 })
      expect(trace.otherwise).toEqual([{ kind: 'scrap', qty: -2 }])
      expect(trace.orders.map(row => [row.number, row.place, row.qty, row.picked])).toEqual([
        ['ORD-1', 'A-01', 5, false],
        ['ORD-1', 'XT00018', 3, true],
      ])
      expect((await stores.recalls.lots(viewer, 'l77', 10)).map(row => [row.lot, row.onHand])).toEqual([['L77', 25]])
      expect(await stores.recalls.lots({ warehouse, clients: [two.id], worker: null }, '', 10)).toEqual([])
      expect(await stores.recalls.lot({ warehouse, clients: [two.id], worker: null }, lot)).toBeNull()
    })

    it('[RC2] one decision blocks it in every place, lets go of what nobody has picked, and asks for the rest back', async () => {
      expect((await ask('block', 'late', 3)).code).toBe('stale')
      expect(await ask('block', 'one', 0)).toMatchObject({ outcome: 'done', version: 1, state: 'open' })
      expect(await ask('block', 'one', 0)).toMatchObject({ outcome: 'done', version: 1 })
      expect(await rows()).toEqual([
        ['A-01', 'blocked', 18, 0],
        ['DOCK-1', 'blocked', 4, 0],
        ['XT00018', 'available', 3, 3],
      ])
      const all = await tables()
      expect(all.lots.get([one.id, item.id, 'L77'].join('\u001f'))?.blocked).toBe(true)
      expect(all.lots.get([one.id, item.id, 'L78'].join('\u001f'))?.blocked).toBe(false)
      expect(all.lines.get(line.id)?.claims.map(claim => [claim.location, claim.qty])).toEqual([[tote, 3]])
      expect(all.tasks.get(putaway.id)?.goods?.from.status).toBe('blocked')
      const back = [...all.tasks.values()].filter(task => task.kind === 'putback')
      expect(back.map(task => [task.cause, task.goods?.qty, task.document])).toEqual([['recall', 3, document]])
      expect(await audit(opened.db)).toEqual([])
    })

    it('[RC2] of a recall there is one entry in the audit log, with who and when', async () => {
      const entries = (await stores.views.audit(warehouse, { after: '', limit: 100 })).rows
      expect(entries.map(row => [row.kind, row.worker, row.outcome])).toEqual([['lot.block', cem.id, 'done']])
    })

    it('[RC3] what turns up later, and what is put back, is blocked where it lies, and a person is told', async () => {
      await write({ movements: [move(supplier, dock, 6)] })
      await write({ movements: [move(tote, shelf, 3)], lines: [{ ...line, done: 0, claims: [] }] })
      await round()
      expect(await rows()).toEqual([
        ['A-01', 'blocked', 21, 0],
        ['DOCK-1', 'blocked', 10, 0],
      ])
      expect((await told()).map(row => row.body['qty']).toSorted()).toEqual([3, 9])
      const { seq } = await stores.sync.feed(warehouse)
      await round()
      expect((await stores.sync.feed(warehouse)).seq).toBe(seq)
      expect(await audit(opened.db)).toEqual([])
    })

    it('[RC3] a lot that the ERP frees meanwhile stays blocked', async () => {
      await write({ lots: [{ ...lot, expiry: null, firstReceivedAt: NOW, blocked: false }] })
      await round()
      expect((await tables()).lots.get([one.id, item.id, 'L77'].join('\u001f'))?.blocked).toBe(true)
    })

    it('[RC4] the end of a recall gives back what it has blocked, and nothing that was blocked before or lies elsewhere', async () => {
      await write({
        movements: [
          {
            ...move(dock, placeId(site, 'A-04'), 2),
            from: { ...looseAt(dock), status: 'blocked' },
            to: { ...looseAt(placeId(site, 'A-04')), status: 'blocked' },
          },
        ],
      })
      expect((await ask('release', 'two', 0)).code).toBe('stale')
      expect(await ask('release', 'three', 1)).toMatchObject({ outcome: 'done', version: 2, state: 'ended' })
      expect(await rows()).toEqual([
        ['A-01', 'available', 21, 0],
        ['A-04', 'blocked', 2, 0],
        ['DOCK-1', 'available', 8, 0],
      ])
      expect((await tables()).lots.get([one.id, item.id, 'L77'].join('\u001f'))?.blocked).toBe(false)
      await round()
      expect((await rows())[0]).toEqual(['A-01', 'available', 21, 0])
      expect(await ask('block', 'four', 2)).toMatchObject({ outcome: 'done', version: 3 })
      expect(await audit(opened.db)).toEqual([])
    })

    it('[RC3] an order is told when the lot is blocked and never again; goods that come again are told again', async () => {
      const picked = { ...line.claims[1]!, lot: 'L78', qty: 2 }
      await write({
        movements: [move(shelf, tote, 2, 'L78')],
        lines: [{ ...line, id: derivedId('line', 'recall', 2), no: 2, wanted: 2, done: 2, claims: [picked] }],
      })
      expect((await ask('block', 'other', 0, 'L78')).outcome).toBe('done')
      expect((await told('L78')).map(row => [row.body['number'], row.body['qty']])).toEqual([['ORD-1', 2]])
      await write({ movements: [move(supplier, dock, 1, 'L78')] })
      await round()
      const first = await told('L78')
      expect(first.map(row => [row.body['number'] ?? '', row.body['qty'], row.hits])).toEqual([
        ['ORD-1', 2, 1],
        ['', 1, 1],
      ])
      const noted = first.map(({ id }) => ({
        id: derivedId<'decision'>('decision', 'noted', id),
        exception: id,
        expectedVersion: 1,
        choice: 'note',
        words: 'seen',
        args: {},
      }))
      const settled = await stores.desk.settle({ warehouse, now: NOW }, cem, noted, () => {})
      expect(settled.map(one => one.outcome)).toEqual(['done', 'done'])
      await write({ movements: [move(supplier, dock, 1, 'L78')] })
      await round()
      expect((await told('L78')).map(row => [row.body['number'] ?? '', row.body['qty'], row.hits])).toEqual([
        ['', 1, 1],
      ])
      expect(await audit(opened.db)).toEqual([])
    })

    it('[RC4] a recall that ends while the round looks blocks nothing any more', async () => {
      await write({ movements: [move(supplier, dock, 5, 'L78')] })
      const { seq } = await stores.sync.feed(warehouse)
      let ended = 0
      const { db } = opened
      // Between the look of the round and its transaction.
      const racing = new Proxy(db, {
        get: (target, name) => {
          const value: unknown = Reflect.get(target, name, target)
          if (name !== 'transaction') return typeof value === 'function' ? value.bind(target) : value
          return () => ({
            execute: async (run: Parameters<ReturnType<typeof db.transaction>['execute']>[0]) => {
              if ((ended += 1) === 1) expect((await ask('release', 'meanwhile', 1, 'L78')).outcome).toBe('done')
              return target.transaction().execute(run)
            },
          })
        },
      })
      expect(await makeRecallStore(racing, makeNames()).sweep({ warehouse, now: NOW })).toBe(0)
      expect(ended).toBe(1)
      expect((await stores.sync.feed(warehouse)).seq).toBe(seq + 1)
      expect(await isBlocked('L78')).toBe(false)
      expect(
        (await stores.recalls.trace(warehouse, other, null)).lies.map(row => [row.place, row.status]),
      ).toContainEqual(['DOCK-1', 'available'])
    })

    it('[RC4] a lot that was blocked before its recall stays blocked after it, unless the ERP has freed it meanwhile', async () => {
      await write({ lots: [{ ...other, blocked: true }] })
      expect((await ask('block', 'five', 2, 'L78')).outcome).toBe('done')
      expect((await ask('release', 'six', 3, 'L78')).outcome).toBe('done')
      expect(await isBlocked('L78')).toBe(true)
      expect((await ask('block', 'seven', 4, 'L78')).outcome).toBe('done')
      await write({ lots: [{ ...other, blocked: false }] })
      await round()
      expect(await isBlocked('L78')).toBe(true)
      expect((await ask('release', 'eight', 5, 'L78')).outcome).toBe('done')
      expect(await isBlocked('L78')).toBe(false)
      expect(await audit(opened.db)).toEqual([])
    })
  })
}
