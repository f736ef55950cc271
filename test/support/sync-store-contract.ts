import { beforeEach, describe, expect, it } from 'vitest'
import { NO_NEED } from '../../server/sync/ports.ts'
import type { ApplyTx, Need, SyncStore } from '../../server/sync/ports.ts'
import type { Document, Line, Task } from '../../shared/catalogue.ts'
import { derivedId } from '../../shared/ids.ts'
import type { WorkerId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import type { Effects } from '../../shared/ledger/effects.ts'
import { looseAt, makeWorld, virtualLocation } from '../../shared/ledger/world.ts'
import type { World } from '../../shared/ledger/world.ts'
import { bodyOf, emptyTables, putRow, stockOfBody } from '../../shared/sync/rows.ts'
import type { MutableTables } from '../../shared/sync/rows.ts'
import { FIRST_HASH } from '../../shared/sync/seal.ts'
import type { Spot } from '../../shared/sync/blind.ts'
import type { Row } from '../../shared/sync/wire.ts'
import { needOf } from '../../server/sync/need.ts'
import { judge } from '../../shared/process/judge.ts'
import type { Draft } from '../../shared/sync/command.ts'
import { placeId, testSite } from './site.ts'
import type { SiteSeed } from './site.ts'
import { stamped } from './world.ts'

const NOW = '2026-11-23T08:00:00.000Z'
const EPOCH = 'epoch0000001'

/** One suite for every store of the protocol: PGlite, PostgreSQL and the simulator's memory. */
export const describeSyncStore = (name: string, make: (site: SiteSeed) => Promise<SyncStore>): void => {
  describe(`the sync store: ${name}`, () => {
    let site: SiteSeed
    let store: SyncStore
    let run = 0

    beforeEach(async () => {
      run += 1
      site = testSite(`${name} ${run}`)
      store = await make(site)
    })

    const warehouse = () => site.warehouse.id
    const device = (n = 0) => {
      const found = site.devices[n]
      if (!found) throw new Error(`no device ${n}`)
      return found.id
    }
    const item = (n: number) => {
      const found = site.items[n]
      if (!found) throw new Error(`no item ${n}`)
      return found
    }
    const receive = (qty: number, at = 'DOCK-1', n = 0): Effects => ({
      ...NOTHING,
      movements: [
        {
          client: item(n).client,
          item: item(n).id,
          lot: '',
          serial: '',
          from: looseAt(virtualLocation(warehouse(), 'supplier')),
          to: looseAt(placeId(site, at)),
          qty,
          takenAt: NOW,
          at: NOW,
          unc: 5,
        },
      ],
    })
    const entry = (seq: number, effects: Effects) => ({
      sealed: { seq, v: 1, body: `{"n":${seq}}`, hash: `${seq}`.padStart(64, '0'), sig: 's' },
      outcome: effects.exceptions.length > 0 ? ('exception' as const) : ('applied' as const),
      reason: null,
      effects,
      awaits: null,
      worker: null,
      at: NOW,
    })
    const write = (from: number, all: readonly Effects[], n = 0) =>
      store.apply({ warehouse: warehouse(), device: device(n), epoch: EPOCH, now: NOW }, tx =>
        tx.write({ applied: all.map((effects, i) => entry(from + i, effects)), messages: [], notes: [] }),
      )
    const page = (after: number, limit = 1000, clients: SiteSeed['clients'] | null = null) =>
      store.page({
        warehouse: warehouse(),
        device: device(),
        worker: null,
        epoch: EPOCH,
        after,
        limit,
        clients: clients?.map(c => c.id) ?? null,
      })
    const start = async () => (await store.feed(warehouse())).seq
    const inside = <T>(read: (tx: ApplyTx) => Promise<T>) =>
      store.apply({ warehouse: warehouse(), device: device(), epoch: EPOCH, now: NOW }, read)
    const standing = (numbers: readonly number[], rosters: readonly number[] = []) =>
      inside(tx => tx.standing({ numbers, rosters, policies: [], need: NO_NEED }))
    const load = (need: Need) =>
      inside(async tx => (await tx.standing({ numbers: [], rosters: [], policies: [], need })).tables)
    const balances = (rows: readonly Row[]) =>
      rows.flatMap(row => (row.k === 'balance' && row.b !== null ? [stockOfBody(bodyOf(row, 'balance')!)] : []))
    const tablesOf = (rows: readonly Row[]): MutableTables => {
      const tables = emptyTables(warehouse())
      for (const row of rows) putRow(tables, row)
      return tables
    }
    const snapshot = async (clients: SiteSeed['clients'] | null = null) => {
      const rows: Row[] = []
      const end = await store.snapshot(
        { warehouse: warehouse(), device: device(), worker: null, clients: clients?.map(c => c.id) ?? null },
        async part => void rows.push(...part),
      )
      return { rows, end }
    }

    it('[Y1] a movement changes both its addresses and the page shows them as absolute figures', async () => {
      const before = await start()
      await write(1, [receive(5), receive(7)])
      const { rows, upTo, more, through, acked } = await page(before)
      expect(
        balances(rows)
          .map(row => row.onHand)
          .sort((a, b) => a - b),
      ).toEqual([-12, 12])
      expect({ upTo, more, through, acked }).toEqual({ upTo: before + 1, more: false, through: 2, acked: 2 })
    })

    it('[Y2] a transaction that writes nothing takes no commit number', async () => {
      const before = await start()
      expect((await standing([])).cursor).toEqual({ lastSeq: 0, lastHash: FIRST_HASH, lastAt: null })
      expect(await start()).toBe(before)
      await write(1, [receive(1)])
      expect(await start()).toBe(before + 1)
    })

    it('[Y3] the cursor and the archive answer for numbers that were applied before', async () => {
      await write(1, [receive(1), receive(2)])
      const seen = await standing([1, 2, 3])
      expect(seen.cursor).toEqual({ lastSeq: 2, lastHash: '2'.padStart(64, '0'), lastAt: NOW })
      expect(seen.archived.map(row => [row.seq, row.outcome, row.hash])).toEqual([
        [1, 'applied', '1'.padStart(64, '0')],
        [2, 'applied', '2'.padStart(64, '0')],
      ])
      expect((await standing([2])).archived.map(row => row.seq)).toEqual([2])
    })

    it('[Y19] a worker is given as the roster of the command has them and as the present one does', async () => {
      const { workers, version } = site.roster
      const [anna] = workers
      if (!anna) throw new Error('no worker')
      const known = await standing([], [version, version + 7])
      expect(known.worker(anna.id, version)).toEqual({ then: anna, now: anna })
      expect(known.worker(anna.id, version + 7)).toEqual({ then: null, now: anna })
      expect(known.worker(derivedId('worker', 'stranger'), version)).toEqual({ then: null, now: null })
      expect((await standing([], [Number.MAX_SAFE_INTEGER])).worker(anna.id, version).now).toEqual(anna)
    })

    it('[Y4] a number that is applied already is not booked a second time', async () => {
      await write(1, [receive(4)])
      await expect(write(1, [receive(4)])).rejects.toThrow(/nothing may be committed/)
      const { rows } = await snapshot()
      expect(tablesOf(rows).stock.size).toBe(2)
      expect(balances(rows).find(row => row.onHand > 0)?.onHand).toBe(4)
    })

    it('[Y5] pages are cut between commits, chain without a gap, and through belongs to the returned position', async () => {
      const before = await start()
      for (let seq = 1; seq <= 5; seq += 1) await write(seq, [receive(seq, `A-0${(seq % 4) + 1}`)])
      const first = await page(before, 5)
      expect(first.more).toBe(true)
      expect(first.rows.length).toBeLessThanOrEqual(5)
      expect(new Set(first.rows.map(row => row.c)).size).toBe(first.upTo - before)
      expect(first.through).toBe(first.upTo - before)
      const second = await page(first.upTo, 5)
      expect(second.rows[0]?.c).toBe(first.upTo + 1)
      const last = await page(second.upTo, 1000)
      expect({ upTo: last.upTo, through: last.through }).toEqual({ upTo: before + 5, through: 5 })
    })

    it('[Y6] a single commit above the limit is sent whole', async () => {
      const before = await start()
      await write(
        1,
        ['A-01', 'A-02', 'A-03', 'A-04'].map(at => receive(1, at)),
      )
      const { rows, upTo } = await page(before, 2)
      expect(rows.length).toBe(5)
      expect(upTo).toBe(before + 1)
    })

    it('[Y7] rows of another client never reach a reader of one client', async () => {
      const before = await start()
      await write(1, [receive(3, 'A-01', 0), receive(4, 'A-02', 4)])
      const mine = site.clients.slice(0, 1)
      const served = await page(before, 1000, mine)
      expect(balances(served.rows).every(row => row.client === mine[0]?.id)).toBe(true)
      expect(balances(served.rows).length).toBe(2)
      expect(served.upTo).toBe(before + 1)
      const { rows } = await snapshot(mine)
      expect(JSON.stringify(rows)).not.toContain(site.clients[1]?.id)
    })

    it('[Y8] a snapshot equals the fold of all pages', async () => {
      await write(1, [receive(3), receive(4, 'A-02', 1)])
      await write(1, [receive(9, 'A-03', 2)], 1)
      const all: Row[] = []
      for (let after = 0, more = true; more;) {
        const next = await page(after, 3)
        all.push(...next.rows)
        after = next.upTo
        more = next.more
      }
      const { rows, end } = await snapshot()
      const plain = (tables: MutableTables) => ({
        stock: [...tables.stock].sort(),
        locations: [...tables.locations].sort(),
        policies: tables.policies,
      })
      expect(plain(tablesOf(rows))).toEqual(plain(tablesOf(all)))
      expect(end.commit).toBe(await start())
      expect(end.through).toEqual({ [EPOCH]: 2 })
    })

    it('[Y9] loading gives judging the same stock that was written', async () => {
      await write(1, [receive(6, 'A-01')])
      const need = { ...NO_NEED, items: [item(0).id], locations: [placeId(site, 'A-01')] }
      const world: World = makeWorld(await load(need))
      expect(world.stockAt(placeId(site, 'A-01')).map(row => row.onHand)).toEqual([6])
      expect(world.item(item(0).id)?.sku).toBe('SKU-1')
    })

    it('[Y10] reserving grants only what is free and writes the granted claims into the line', async () => {
      await write(1, [receive(6, 'A-01')])
      const document: Document = {
        id: derivedId('document', name, run),
        kind: 'order',
        client: item(0).client,
        number: 'SO-1',
        partner: 'P',
        state: 'open',
        due: null,
        priority: 0,
        blind: false,
      }
      const line = (n: number): Line => ({
        id: derivedId('line', name, run, n),
        document: document.id,
        client: item(0).client,
        item: item(0).id,
        source: `${n}`,
        no: n,
        wanted: 4,
        done: 0,
        state: 'open',
        claims: [],
        reason: null,
      })
      const claim = {
        location: placeId(site, 'A-01'),
        lpn: looseAt(placeId(site, 'A-01')).lpn,
        status: 'available' as const,
        lot: '',
        serial: '',
        qty: 4,
      }
      const reserve = (n: number) =>
        store.decide({ warehouse: warehouse(), now: NOW }, async tx => {
          await tx.write({ body: { kind: 'test' }, effects: { ...NOTHING, documents: [document], lines: [line(n)] } })
          return tx.reserve([{ line: line(n), claims: [claim] }])
        })
      expect((await reserve(1)).map(l => l.claims.length)).toEqual([1])
      expect((await reserve(2)).map(l => l.claims.length)).toEqual([0])
      const pulled = (await page(0)).rows
      expect(new Set(pulled.map(r => `${r.c} ${r.k} ${r.id}`)).size).toBe(pulled.length)
      expect(tablesOf(pulled).lines).toEqual(tablesOf((await snapshot()).rows).lines)
      const { rows } = await snapshot()
      const tables = tablesOf(rows)
      expect([...tables.stock.values()].find(row => row.location === claim.location)).toMatchObject({
        onHand: 6,
        reserved: 4,
        held: 0,
      })
      expect([...tables.lines.values()].map(l => [l.no, l.claims.length])).toEqual(
        expect.arrayContaining([
          [1, 1],
          [2, 0],
        ]),
      )
    })

    it('[Y11] a receipt message covers commands of earlier batches, with the dates of their lots, and marks them', async () => {
      const document = derivedId<'document'>('document', name, run)
      const { client, id } = item(0)
      const lot = { client, item: id, lot: 'Y11', expiry: '2027-05-31', firstReceivedAt: NOW, blocked: false }
      const came = (seq: number): Effects => {
        const { movements, ...rest } = receive(seq)
        return { ...rest, movements: movements.map(m => ({ ...m, lot: lot.lot })), lots: [lot] }
      }
      const awaiting = (seq: number) => ({ ...entry(seq, came(seq)), awaits: document })
      await store.apply({ warehouse: warehouse(), device: device(), epoch: EPOCH, now: NOW }, tx =>
        tx.write({ applied: [awaiting(1)], messages: [], notes: [] }),
      )
      const open = await inside(tx => tx.uncovered(document))
      expect(open.map(row => [row.command.seq, row.movements.length, row.movements[0]?.qty])).toEqual([[1, 1, 1]])
      expect(open.flatMap(row => row.lots.map(known => known.expiry))).toEqual([lot.expiry])
      const ref = (seq: number) => ({ device: device(), epoch: EPOCH, seq })
      await store.apply({ warehouse: warehouse(), device: device(), epoch: EPOCH, now: NOW }, tx =>
        tx.write({
          applied: [awaiting(2)],
          notes: [],
          messages: [
            {
              key: derivedId('outbox', name, run),
              client: null,
              subject: `receipt/${document}`,
              type: 'receipt',
              payload: {},
              covers: [ref(1), ref(2)],
              closing: ref(2),
            },
          ],
        }),
      )
      expect(await inside(tx => tx.uncovered(document))).toEqual([])
    })

    it('[Y25] pushes of several handhelds are one commit, and each handheld reads its own cursor and `through`', async () => {
      await write(1, [receive(1)], 1)
      const before = await start()
      const pushers = [0, 1].map(n => ({ device: device(n), epoch: EPOCH }))
      const of = { numbers: [1, 2], rosters: [], policies: [], need: NO_NEED }
      const found = await store.applyTogether({ warehouse: warehouse(), pushers, now: NOW }, async tx => {
        const standings = await tx.standings([of, of])
        await tx.write([
          { applied: [entry(1, receive(2)), entry(2, receive(3))], messages: [], notes: [] },
          { applied: [entry(2, receive(4))], messages: [], notes: [] },
        ])
        return standings.map(({ cursor, archived }) => [cursor.lastSeq, archived.map(row => row.seq)])
      })
      expect(found).toEqual([
        [0, []],
        [1, [1]],
      ])
      expect(await start()).toBe(before + 1)
      const { rows, through, acked } = await page(before)
      expect(balances(rows).map(row => row.onHand)).toEqual(expect.arrayContaining([10, -10]))
      expect({ through, acked }).toEqual({ through: 2, acked: 2 })
      const other = await store.page({
        warehouse: warehouse(),
        device: device(1),
        worker: null,
        epoch: EPOCH,
        after: before,
        limit: 1000,
        clients: null,
      })
      expect({ through: other.through, acked: other.acked }).toEqual({ through: 2, acked: 2 })
    })

    it('[Y26] when one of them fails nothing of any is kept, and no commit number is taken', async () => {
      const before = await start()
      const pushers = [0, 1].map(n => ({ device: device(n), epoch: EPOCH }))
      const of = { numbers: [1], rosters: [], policies: [], need: NO_NEED }
      await write(1, [receive(1)], 1)
      const both = store.applyTogether({ warehouse: warehouse(), pushers, now: NOW }, async tx => {
        await tx.standings([of, of])
        await tx.write([
          { applied: [entry(1, receive(2))], messages: [], notes: [] },
          { applied: [entry(1, receive(4))], messages: [], notes: [] },
        ])
      })
      await expect(both).rejects.toThrow('nothing may be committed')
      expect(await start()).toBe(before + 1)
      expect((await standing([1])).cursor.lastSeq).toBe(0)
      expect(balances((await page(before)).rows).map(row => Math.abs(row.onHand))).toEqual([1, 1])
    })

    it('[Y12] a declared hole moves the cursor and lets the chain begin anew', async () => {
      await write(1, [receive(1)])
      await inside(tx => tx.skipHole(4))
      expect((await standing([])).cursor).toMatchObject({ lastSeq: 4, lastHash: '*' })
    })

    it('[Y14] a pallet comes with what is on it wherever it lies, its label, and the lines that have reserved it', async () => {
      const lpn = derivedId<'lpn'>('lpn', name, run)
      const on = { location: placeId(site, 'A-02'), lpn, status: 'available' as const }
      const document = derivedId<'document'>('document', name, run)
      const claim = { ...on, lot: '', serial: '', qty: 2 }
      const common = { client: item(0).client, document }
      const stocked = receive(6, 'A-02')
      await write(1, [
        {
          ...stocked,
          movements: stocked.movements.map(m => ({ ...m, to: on })),
          lpns: [{ id: lpn, client: item(0).client, label: 'XP1' }],
          documents: [
            {
              ...common,
              id: document,
              kind: 'order',
              number: 'SO-9',
              partner: '',
              state: 'open',
              due: null,
              priority: 0,
              blind: false,
            },
          ],
          lines: [
            {
              ...common,
              id: derivedId('line', name, run),
              item: item(0).id,
              source: '1',
              no: 1,
              wanted: 2,
              done: 0,
              state: 'open',
              claims: [claim],
              reason: null,
            },
          ],
        },
      ])
      const tables = await load({ ...NO_NEED, lpns: [lpn] })
      const world = makeWorld(tables)
      expect(world.stockOn(lpn)).toMatchObject([{ location: on.location, onHand: 6, reserved: 2 }])
      expect(world.lpn(lpn)?.label).toBe('XP1')
      expect(world.item(item(0).id)?.sku).toBe('SKU-1')
      expect([...tables.lines.values()].map(line => line.document)).toEqual([document])
      expect(tablesOf((await snapshot()).rows).lpns.get(lpn)?.label).toBe('XP1')
    })

    it('[R48] goods that a label gathers are judged with all lines of the delivery that they name', async () => {
      const lpn = derivedId<'lpn'>('lpn', name, run)
      const { client } = item(0)
      const document = derivedId<'document'>('document', name, run)
      const line = (no: number, done: number, on: typeof lpn | null): Line => ({
        id: derivedId('line', name, run, no),
        document,
        client,
        item: item(0).id,
        source: `${no}`,
        no,
        wanted: 6,
        done,
        state: 'open',
        claims: [],
        reason: null,
        lpn: on,
      })
      const lines = [line(1, 0, lpn), line(2, 4, null)]
      const about = { id: document, client, number: 'PO-9', partner: '', due: null, priority: 0, blind: false }
      const documents: Document[] = [{ ...about, kind: 'receipt', state: 'started' }]
      await write(1, [{ ...receive(4), documents, lines, lpns: [{ id: lpn, client, label: 'XP1' }] }])
      const from = looseAt(placeId(site, 'DOCK-1'))
      const goods = { client, item: item(0).id, lot: '', serial: '', qty: 4 }
      const gather: Draft = {
        type: 'move',
        process: 'receive',
        label: 'XP1',
        ...goods,
        document,
        task: null,
        line: null,
        from,
        to: { ...from, lpn },
      }
      const key = { device: device(), epoch: EPOCH, seq: 2 }
      const command = stamped(gather, key)
      const world = makeWorld(await load(needOf(warehouse(), [command])))
      const { outcome, effects } = judge(world, command, key, { takenAt: NOW, at: NOW, unc: 5 })
      expect([outcome, effects.lines.map(one => [one.no, one.done])]).toEqual([
        'applied',
        [
          [2, 0],
          [1, 4],
        ],
      ])
      await write(2, [effects])
      const after = makeWorld(await load(needOf(warehouse(), [command])))
      expect([after.linesOf(document).map(one => one.done), after.stockOn(lpn).map(row => row.onHand)]).toEqual([
        [4, 0],
        [4],
      ])
    })

    it('[Y15] whether a command was taken back is known afterwards, of that one only', async () => {
      const key = (seq: number) => ({ device: device(), epoch: EPOCH, seq })
      await write(1, [receive(6), receive(1), { ...NOTHING, undone: [key(1)] }])
      const { undone } = await load({ ...NO_NEED, undone: [key(1), key(2)] })
      expect([...undone]).toEqual([`${device()}/${EPOCH}/1`])
    })

    it('[Y16] where reservations may move, all stock of the items comes with its places', async () => {
      await write(1, [receive(6, 'A-01'), receive(3, 'A-02')])
      const near = await load({ ...NO_NEED, items: [item(0).id], locations: [placeId(site, 'A-01')] })
      expect([...near.stock.values()].map(row => row.onHand)).toEqual([6])
      const far = makeWorld(
        await load({ ...NO_NEED, items: [item(0).id], locations: [placeId(site, 'A-01')], everywhere: true }),
      )
      expect(far.stockAt(placeId(site, 'A-02')).map(row => row.onHand)).toEqual([3])
      expect(far.location(placeId(site, 'A-02'))?.code).toBe('A-02')
    })

    it('[Y17] the orders of one walk come together, with the open counts of the places and all that lies in one', async () => {
      const order = (n: number) => derivedId<'document'>('document', name, run, n)
      const task = (n: number, more: Partial<Task>): Task => ({
        id: derivedId('task', name, run, n),
        kind: 'pick',
        client: item(0).client,
        document: order(n),
        state: 'ready',
        lease: null,
        tote: null,
        ...more,
      })
      const line = (n: number): Line => ({
        id: derivedId('line', name, run, n),
        document: order(n),
        client: item(0).client,
        item: item(0).id,
        source: `${n}`,
        no: 1,
        wanted: 4,
        done: 0,
        state: 'open',
        claims: [],
        reason: null,
      })
      const batch = { id: `batch ${run}`, totes: 'each' as const }
      const count = (n: number, state: Task['state']): Task =>
        task(n, {
          kind: 'count',
          document: null,
          state,
          count: {
            location: placeId(site, 'A-01'),
            item: null,
            mode: 'blind',
            index: 0,
            notBy: [],
            hidden: true,
          },
        })
      await write(1, [
        receive(6, 'A-01'),
        receive(2, 'A-01', 2),
        receive(3, 'A-02', 2),
        {
          ...NOTHING,
          tasks: [task(1, { batch }), task(2, { batch }), task(3, {}), count(4, 'ready'), count(5, 'done')],
          lines: [line(1), line(2), line(3)],
        },
      ])
      const need = { ...NO_NEED, items: [item(0).id], locations: [placeId(site, 'A-01')], documents: [order(1)] }
      const alone = await load(need)
      expect([...alone.lines.keys()]).toEqual([line(1).id])
      expect([...alone.tasks.keys()]).toEqual([task(1, {}).id])
      const { lines, tasks, stock } = await load({
        ...need,
        batches: true,
        takes: true,
        contents: [placeId(site, 'A-01')],
      })
      expect([...lines.keys()].sort()).toEqual([line(1).id, line(2).id].sort())
      expect([...tasks.keys()].sort()).toEqual([1, 2, 4].map(n => task(n, {}).id).sort())
      expect([...stock.values()].map(row => row.onHand).sort()).toEqual([2, 6])
    })

    /** DOCK-1 with a figure that is nowhere else, an order that has reserved there, goods to be fetched, and a blind count. */
    const counted = () => {
      const berk = site.roster.workers[0]!.id
      const dock = looseAt(placeId(site, 'DOCK-1'))
      const goods = { client: item(0).client, item: item(0).id, lot: '', serial: '' }
      const count = { location: dock.location, item: null, mode: 'blind' as const, index: 0, notBy: [], hidden: true }
      const about = { client: item(0).client, document: null, tote: null }
      const blind = (state: Task['state'], on: number | null, worker: WorkerId | null = berk): Task => ({
        ...about,
        id: derivedId('task', name, run, 'blind'),
        kind: 'count',
        state,
        lease: on === null ? null : { device: device(on), worker },
        count,
      })
      const fetch: Task = {
        ...about,
        id: derivedId('task', name, run, 'fetch'),
        kind: 'replenish',
        state: 'ready',
        lease: null,
        goods: { item: item(0).id, lot: '', serial: '', from: dock, to: placeId(site, 'A-01'), qty: 7882, line: null },
      }
      const line: Line = {
        id: derivedId('line', name, run),
        document: derivedId('document', name, run),
        client: item(0).client,
        item: item(0).id,
        source: null,
        no: 1,
        wanted: 31,
        done: 0,
        state: 'open',
        claims: [{ ...dock, lot: '', serial: '', qty: 31 }],
        reason: null,
        held: [{ by: 'a', owner: 'b', key: { ...dock, ...goods }, qty: 7881 }],
      }
      const at = (n: number, worker: WorkerId | null) => ({
        warehouse: warehouse(),
        device: device(n),
        worker,
        clients: null,
      })
      const changes = async (n: number, worker: WorkerId | null, after: number) =>
        (await store.page({ ...at(n, worker), epoch: EPOCH, after, limit: 1000 })).rows
      const sent = async (n: number, worker: WorkerId | null, after: number): Promise<string> => {
        const rows: Row[] = []
        await store.snapshot(at(n, worker), async part => void rows.push(...part))
        return JSON.stringify([rows, await changes(n, worker, after)])
      }
      const begin = () => write(1, [receive(7913), receive(5, 'A-01'), { ...NOTHING, lines: [line], tasks: [fetch] }])
      return { berk, blind, fetch, line, begin, at, changes, sent }
    }
    const FIGURES = /7913|788[12]|"(qty|rs|oh)":31\b/

    it('[Y20] a handheld that counts a place blind gets no figure of it, the others do; it gets them when the count is over', async () => {
      const before = await start()
      const { blind, fetch, line, begin, changes, sent } = counted()
      await begin()
      const from = await start()
      await write(4, [{ ...NOTHING, tasks: [blind('leased', 0)] }])
      expect(await sent(0, null, before)).not.toMatch(FIGURES)
      expect(await sent(0, null, before)).toContain('"hidden":true')
      expect(await sent(1, null, before)).toMatch(/7913.*7913/)
      // What it has of them is replaced: the rows come anew, a task that tells of them as gone.
      const begun = await changes(0, null, from)
      expect(balances(begun)).toMatchObject([{ hidden: true, onHand: 0, reserved: 0 }])
      expect(begun.find(row => row.id === line.id)?.b).toMatchObject({ claims: [], held: [] })
      expect(begun.find(row => row.id === fetch.id)).toMatchObject({ k: 'task', b: null })
      await write(5, [{ ...NOTHING, tasks: [blind('done', null)] }])
      const over = await changes(0, null, from)
      expect(balances(over).at(-1)).toMatchObject({ onHand: 7913, reserved: 31 })
      expect(over.findLast(row => row.id === line.id)?.b).toEqual(line)
      expect(over.findLast(row => row.id === fetch.id)?.b).toEqual(fetch)
    })

    it('[Y22] places that a handheld says to count blind are left out for it alone, its own work stays whole, and they are written anew', async () => {
      const before = await start()
      const { line, fetch, begin, at, changes } = counted()
      await begin()
      const dock = placeId(site, 'DOCK-1')
      const spots = [{ location: dock, item: null }]
      const got = async (n: number, said: readonly Spot[], after: number): Promise<string> => {
        const rows: Row[] = []
        const asked = { ...at(n, null), spots: said }
        await store.snapshot(asked, async part => void rows.push(...part))
        const page = await store.page({ ...asked, epoch: EPOCH, after, limit: 1000 })
        return JSON.stringify([rows, page.rows])
      }
      expect(await got(0, spots, before)).not.toMatch(FIGURES)
      expect(await got(0, spots, before)).toContain('"hidden":true')
      expect(await got(1, [], before)).toMatch(/7913.*7913/)
      expect(await got(0, [{ location: dock, item: item(1).id }], before)).toMatch(FIGURES)

      const from = await start()
      await store.showAnew({ warehouse: warehouse(), spots, now: NOW })
      const anew = await changes(0, null, from)
      expect(balances(anew)).toMatchObject([{ onHand: 7913, reserved: 31 }])
      expect(anew.find(row => row.id === line.id)?.b).toEqual(line)
      expect(anew.find(row => row.id === fetch.id)?.b).toEqual(fetch)
      const leased: Task = { ...fetch, state: 'leased', lease: { device: device(0), worker: null } }
      await write(4, [{ ...NOTHING, tasks: [leased] }])
      expect(await got(0, spots, from)).toContain('"qty":7882')
    })

    it('[R51] what was ordered goes to no handheld where deliveries are received blind, and nothing else is left out', async () => {
      site = testSite(`${name} ${run} blind`)
      const [other] = site.clients.filter(one => one.id !== item(0).client)
      const policy = site.policies.warehouse
      const blind = { ...policy, receive: { ...policy.receive, blindExpected: true } }
      const clients = other === undefined ? {} : { [other.id]: policy }
      site = { ...site, policies: { ...site.policies, warehouse: blind, clients } }
      store = await make(site)
      const document = (kind: 'receipt' | 'order', client: Line['client'], n: number): Document => ({
        id: derivedId('document', name, run, kind, n),
        kind,
        client,
        number: `${kind} ${n}`,
        partner: 'P',
        state: 'open',
        due: null,
        priority: 0,
        blind: false,
      })
      const theirs = other?.id ?? item(0).client
      const documents = [
        document('receipt', item(0).client, 1),
        document('order', item(0).client, 2),
        document('receipt', theirs, 3),
      ]
      const line = (of: Document, no: number, wanted: number, more: Partial<Line> = {}): Line => ({
        id: derivedId('line', of.id, no),
        document: of.id,
        client: of.client,
        item: item(0).id,
        source: `${no}`,
        no,
        wanted,
        done: 0,
        state: 'open',
        claims: [],
        reason: null,
        ...more,
      })
      const lines = documents.flatMap((of, i) => [
        line(of, 1, 9001 + i),
        line(of, 2, 8001 + i, { done: 8001 + i, state: 'done' }),
      ])
      const before = await start()
      await write(1, [{ ...NOTHING, documents, lines }])
      for (const rows of [(await page(before)).rows, (await snapshot()).rows]) {
        const sent = rows.flatMap(row => (row.k === 'line' ? [row.b as Line] : []))
        const of = (n: number): unknown[] =>
          sent
            .filter(one => one.document === documents[n]?.id)
            .sort((a, b) => a.no - b.no)
            .map(({ wanted, done, state, hidden }) => [wanted, done, state, hidden === true])
        expect(of(0)).toEqual([
          [0, 0, 'open', true],
          [0, 8001, 'open', true],
        ])
        expect(of(1)).toEqual([
          [9002, 0, 'open', false],
          [8002, 8002, 'done', false],
        ])
        expect(of(2)[0]).toEqual(other === undefined ? [0, 0, 'open', true] : [9003, 0, 'open', false])
        expect(JSON.stringify(rows)).not.toContain('9001')
      }
    })

    it('[Y20] work that the handheld has itself stays whole while it counts blind', async () => {
      const { blind, fetch, begin, changes } = counted()
      await begin()
      const from = await start()
      await write(4, [
        { ...NOTHING, tasks: [{ ...fetch, state: 'leased', lease: { device: device(0), worker: null } }] },
      ])
      await write(5, [{ ...NOTHING, tasks: [blind('leased', 0)] }])
      expect((await changes(0, null, from)).findLast(row => row.id === fetch.id)?.b).toMatchObject({
        goods: { qty: 7882 },
      })
    })

    it('[Y21] the figures are withheld from every handheld at which the counter is logged in, and nowhere else', async () => {
      const before = await start()
      const { berk, blind, begin, changes, sent } = counted()
      const other = site.roster.workers[1]!.id
      await begin()
      await write(4, [{ ...NOTHING, tasks: [blind('leased', 0)] }])
      const from = await start()
      expect(await sent(1, berk, before)).not.toMatch(FIGURES)
      expect(await sent(1, berk, before)).toContain('"hidden":true')
      expect(await sent(1, other, before)).toMatch(FIGURES)
      expect(await sent(0, other, before)).not.toMatch(FIGURES)

      // What the other handheld has already is written anew when the counter comes to it and when they leave it.
      const seen = { warehouse: warehouse(), now: NOW }
      await store.showCounted({ ...seen, device: device(0), workers: [berk] })
      await store.showCounted({ ...seen, device: device(1), workers: [other] })
      expect(await start()).toBe(from)
      await store.showCounted({ ...seen, device: device(1), workers: [berk, other] })
      expect(balances(await changes(1, berk, from))).toMatchObject([{ hidden: true }])
      expect(JSON.stringify(await changes(1, berk, from))).not.toMatch(FIGURES)
      expect(balances(await changes(1, other, from))).toMatchObject([{ onHand: 7913, reserved: 31 }])
      await write(5, [{ ...NOTHING, tasks: [blind('done', null)] }])
      expect(balances(await changes(1, berk, from)).at(-1)).toMatchObject({ onHand: 7913 })
    })

    it('[Y13] a new feed epoch shows in every page from then on', async () => {
      expect(await store.renewFeed(warehouse(), 'feedepoch002', { device: null, now: NOW })).toBe(true)
      expect((await page(0)).feedEpoch).toBe('feedepoch002')
    })

    it('[BR10] the word of one handheld begins a new feed epoch once a day, that of another one all the same', async () => {
      const say = (n: number, now: string, epoch: string) =>
        store.renewFeed(warehouse(), epoch, { device: device(n), now })
      expect(await say(0, NOW, 'feedepoch003')).toBe(true)
      expect(await say(0, '2026-11-24T07:59:00.000Z', 'feedepoch004')).toBe(false)
      expect((await page(0)).feedEpoch).toBe('feedepoch003')
      expect(await say(1, NOW, 'feedepoch005')).toBe(true)
      expect(await say(0, '2026-11-24T08:00:00.000Z', 'feedepoch006')).toBe(true)
      expect((await page(0)).feedEpoch).toBe('feedepoch006')
    })
  })
}
