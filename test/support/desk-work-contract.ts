import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OpenDatabase } from '../../server/store/open.ts'
import { audit } from '../../server/store/audit.ts'
import { applyPush } from '../../server/sync/apply.ts'
import { NO_NEED } from '../../server/sync/ports.ts'
import { prepare } from '../../server/sync/prepare.ts'
import type { Viewer } from '../../server/ports.ts'
import type { Document, Line, Task, Worker } from '../../shared/catalogue.ts'
import { workActSchema } from '../../shared/desk/work.ts'
import { derivedId, NO_LPN } from '../../shared/ids.ts'
import type { DeviceId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import type { Effects } from '../../shared/ledger/effects.ts'
import { looseAt, virtualLocation } from '../../shared/ledger/world.ts'
import { kindsFor } from '../../shared/process/next-task.ts'
import { returnOf } from '../../shared/process/return-state.ts'
import type { ExceptionId } from '../../shared/sync/settle.ts'
import { emptyTables, putRow } from '../../shared/sync/rows.ts'
import * as v from 'valibot'
import { makeSealer } from './sealer.ts'
import { placeId, testSite } from './site.ts'
import { NOW, sqlSite } from './sql-site.ts'

const later = (minutes: number): string => new Date(Date.parse(NOW) + minutes * 60_000).toISOString()

/** What every store of the desk's decisions about work guarantees; `open` gives an empty database. */
export const describeDeskWorkStore = (name: string, open: () => Promise<Pick<OpenDatabase, 'db' | 'close'>>): void => {
  describe(`work as the desk steers it: ${name}`, () => {
    const site = testSite('desk-work', 3)
    const warehouse = site.warehouse.id
    const [item] = site.items
    const [anna, berk, cem] = site.roster.workers
    if (!item || !anna || !berk || !cem) throw new Error('no site')
    const viewer: Viewer = { warehouse, clients: null, worker: null }
    let opened: Pick<OpenDatabase, 'db' | 'close'>
    let stores: Awaited<ReturnType<typeof sqlSite>>
    beforeAll(async () => {
      opened = await open()
      stores = await sqlSite(opened, site)
    })
    afterAll(() => opened.close())

    const device = (n: number): DeviceId => site.devices[n]?.id ?? ('' as DeviceId)
    const task = (number: string) => derivedId<'task'>('task', 'dw', number)
    const paper = (number: string) => derivedId<'document'>('document', 'dw', number)
    const write = (effects: Partial<Effects>) =>
      stores.sync.decide({ warehouse, now: NOW }, async tx => {
        // What a line has claimed until now is let go of.
        await tx.load({ ...NO_NEED, documents: (effects.lines ?? []).map(line => line.document) })
        await tx.write({ body: { kind: 'test' }, effects: { ...NOTHING, ...effects } })
      })
    const { client } = item
    const goods = { client, item: item.id, lot: '', serial: '' }
    const from = looseAt(virtualLocation(warehouse, 'supplier'))
    const moved = { ...goods, takenAt: NOW, at: NOW, unc: null }
    const about = { client, partner: 'P', priority: 0, blind: false, state: 'open' as const }
    const order = async (number: string, due: string, at = 'A-01', work: Partial<Task> = {}): Promise<void> => {
      const documents: Document[] = [{ id: paper(number), kind: 'order', number, due, ...about }]
      const place = looseAt(placeId(site, at))
      const line: Line = {
        id: derivedId('line', 'dw', number),
        document: paper(number),
        client,
        item: item.id,
        source: null,
        no: 1,
        wanted: 2,
        done: at.startsWith('XT') ? 2 : 0,
        state: 'open',
        claims: [{ ...place, lpn: NO_LPN, lot: '', serial: '', qty: 2 }],
        reason: null,
      }
      const pick: Task = {
        id: task(number),
        kind: 'pick',
        client,
        document: paper(number),
        state: 'ready',
        lease: null,
        tote: null,
      }
      const movements = [{ ...moved, from, to: place, qty: 2 }]
      await write({ documents, lines: [line], tasks: [{ ...pick, ...work }], movements })
    }
    const rows = async () => {
      const tables = emptyTables(warehouse)
      await stores.sync.snapshot({ warehouse, device: device(0), worker: null, clients: null }, async all => {
        for (const row of all) putRow(tables, row)
      })
      return tables
    }
    const next = (n: number, worker: Worker = anna) =>
      stores.work.next({
        warehouse,
        now: NOW,
        asker: { device: device(n), worker, kinds: kindsFor(worker), near: null },
      })
    const version = async (id: string): Promise<number> => {
      const found = await sql<{ version: number }>`select version from work where id = ${id}::uuid`.execute(opened.db)
      return found.rows[0]?.version ?? 0
    }
    let n = 0
    const decide = async (act: Record<string, unknown>, who: Worker = cem, now = NOW) => {
      n += 1
      const target = String(act['document'] ?? act['task'])
      const ask = { id: derivedId('decision', 'dw', n), expectedVersion: await version(target), ...act }
      return stores.deskWork.decide({ warehouse, now }, who, v.parse(workActSchema, ask))
    }
    const code = async (act: Record<string, unknown>, who?: Worker, now?: string) =>
      (await decide(act, who, now)).code ?? 'done'
    const heard = (nth: number, worker: Worker, pending = 0, now = NOW) =>
      stores.devices.seen(device(nth), {
        now,
        head: { seq: 0, pending, oldest: null, quota: null, persisted: true, lost: false, acked: 0 },
        app: '1',
        worker: worker.id,
        clients: null,
      })

    it('[OD1] nobody is given work of an order on hold; what was prepared comes back, and its release lets it go on', async () => {
      await order('HOLD', '2026-11-24')
      expect((await next(0)).tasks).toEqual([task('HOLD')])
      expect(await code({ act: 'hold', document: paper('HOLD'), reason: 'address is wrong' })).toBe('done')
      expect((await rows()).tasks.get(task('HOLD'))).toMatchObject({ state: 'ready', lease: null })
      expect((await next(0)).tasks).toEqual([])
      const want = { warehouse, task: task('HOLD'), device: device(1), worker: anna.id, takeOver: true, now: NOW }
      expect(await stores.work.lease(want)).toEqual({ kind: 'gone' })
      expect((await rows()).lines.get(derivedId('line', 'dw', 'HOLD'))?.claims).toHaveLength(1)
      expect(await code({ act: 'release', document: paper('HOLD') })).toBe('done')
      expect(await code({ act: 'release', document: paper('HOLD') })).toBe('stale')
      expect((await next(0)).tasks).toEqual([task('HOLD')])
      // What somebody has begun is theirs.
      await write({ tasks: [{ ...(await rows()).tasks.get(task('HOLD'))!, state: 'started' }] })
      expect(await code({ act: 'hold', document: paper('HOLD'), reason: 'again' })).toBe('done')
      expect((await rows()).tasks.get(task('HOLD'))).toMatchObject({ state: 'started', lease: { device: device(0) } })
      expect(await code({ act: 'cancel', document: paper('HOLD'), reason: 'not wanted' })).toBe('done')
    })

    it('[OD5] a decision is taken on the version that was seen, once, and stands in the audit log', async () => {
      await order('CAS', '2026-12-01', 'A-02')
      const ask = { id: derivedId('decision', 'dw', 'cas'), act: 'priority', document: paper('CAS'), priority: 7 }
      const seen = await version(paper('CAS'))
      const take = (more: object) =>
        stores.deskWork.decide({ warehouse, now: NOW }, cem, v.parse(workActSchema, { ...ask, ...more }))
      expect(await take({ expectedVersion: seen + 1 })).toMatchObject({ outcome: 'refused', code: 'stale' })
      const done = await take({ expectedVersion: seen })
      expect(done).toMatchObject({ outcome: 'done', version: seen + 1 })
      expect(await take({ expectedVersion: seen })).toEqual(done)
      expect(await take({ expectedVersion: seen, priority: 8 })).toMatchObject({ code: 'bad_request' })
      expect((await rows()).documents.get(paper('CAS'))).toMatchObject({ priority: 7, ranked: true })
      const { rows: log } = await stores.views.audit(warehouse, { after: '', limit: 50 })
      expect(log.filter(row => row.kind === 'work.priority').map(row => [row.subject, row.outcome])).toEqual([
        [paper('CAS'), 'done'],
      ])
      const narrow = { ...cem, clients: [site.clients[1]!.id] }
      expect(await code({ act: 'turn', document: paper('CAS'), turn: 'first' }, narrow)).toBe('not_found')
    })

    it('[OD2] what the desk wants first or later comes so, whatever its date says, also without a document', async () => {
      await order('SOON', '2026-11-24', 'A-03')
      await order('LAST', '2026-12-31', 'A-03')
      const bring = {
        item: item.id,
        lot: '',
        serial: '',
        from: looseAt(placeId(site, 'A-04')),
        to: placeId(site, 'A-01'),
        qty: null,
        line: null,
      }
      const put: Task = {
        id: task('PUT'),
        kind: 'move',
        client,
        document: null,
        state: 'ready',
        lease: null,
        tote: null,
        goods: bring,
      }
      await write({ tasks: [put] })
      await decide({ act: 'turn', document: paper('SOON'), turn: 'later' })
      await decide({ act: 'turn', document: paper('LAST'), turn: 'first' })
      const { rows: board } = await stores.deskWork.board(viewer, { part: 'free', q: '', after: '', limit: 50 })
      expect(board.map(row => row.number)).toEqual(['LAST', 'CAS', null, 'SOON'])
      expect((await next(0)).tasks[0]).toBe(task('LAST'))
      expect(await code({ act: 'taskTurn', task: task('PUT'), turn: 'later' })).toBe('done')
      expect((await rows()).tasks.get(task('PUT'))?.turn).toBe('later')
      expect(await code({ act: 'taskTurn', task: task('SOON'), turn: 'later' })).toBe('bad_request')
    })

    it('[OD4] work goes to who is logged in somewhere and may do it, or back; steps that may be missing are asked about', async () => {
      await order('GIVE', '2026-11-25', 'A-04')
      const give = { act: 'assign', task: task('GIVE'), worker: anna.id }
      expect(await code({ ...give, worker: berk.id })).toBe('role')
      expect(await code(give)).toBe('nobody')
      await heard(1, anna)
      expect(await code(give)).toBe('done')
      expect((await rows()).tasks.get(task('GIVE'))).toMatchObject({
        state: 'leased',
        lease: { device: device(1), worker: anna.id },
      })
      await heard(2, cem)
      await heard(1, anna, 3)
      expect(await code({ ...give, worker: cem.id })).toBe('unsent')
      await heard(1, anna, 0)
      expect(await code({ ...give, worker: cem.id }, cem, later(11))).toBe('unsent')
      expect(await code({ ...give, worker: cem.id, sure: true }, cem, later(11))).toBe('done')
      expect((await rows()).tasks.get(task('GIVE'))?.lease).toMatchObject({ device: device(2), worker: cem.id })
      expect(await code({ act: 'free', task: task('GIVE'), sure: true })).toBe('done')
      expect(await code({ act: 'free', task: task('GIVE'), sure: true })).toBe('stale')
      await decide({ act: 'hold', document: paper('GIVE'), reason: 'wait' })
      expect(await code(give)).toBe('held')
    })

    it('[OD4] what is walked together goes together, and what has been counted before goes to nobody who did', async () => {
      const batch = { id: 'walk-1', totes: 'each' as const }
      const lease = { device: device(0), worker: anna.id, since: NOW }
      const mine: Partial<Task> = { batch, lease, state: 'leased' }
      await order('WALK-1', '2026-11-26', 'A-01', mine)
      await order('WALK-2', '2026-11-26', 'A-01', mine)
      await heard(0, anna)
      expect(await code({ act: 'assign', task: task('WALK-1'), worker: cem.id })).toBe('done')
      const { tasks } = await rows()
      expect(['WALK-1', 'WALK-2'].map(one => tasks.get(task(one))?.lease?.device)).toEqual([device(2), device(2)])
      const count = {
        location: placeId(site, 'A-01'),
        item: null,
        mode: 'recount' as const,
        index: 1,
        notBy: [cem.id],
        hidden: false,
      }
      const again: Task = {
        id: task('AGAIN'),
        kind: 'count',
        client,
        document: null,
        state: 'ready',
        lease: null,
        tote: null,
        count,
      }
      await write({ tasks: [again] })
      expect(await code({ act: 'assign', task: task('AGAIN'), worker: cem.id })).toBe('role')
    })

    it('[OD6] the board says who has what, how far it is, and when something was heard of the handheld', async () => {
      const { rows: taken } = await stores.deskWork.board(viewer, { part: 'taken', q: 'WALK', after: '', limit: 1 })
      expect(taken).toEqual([
        expect.objectContaining({
          number: 'WALK-1',
          worker: cem.id,
          device: 3,
          lines: 1,
          linesDone: 0,
          zone: 'A',
          held: false,
        }),
      ])
      const page = await stores.deskWork.board(viewer, { part: 'taken', q: 'WALK', after: '', limit: 1 })
      const rest = await stores.deskWork.board(viewer, { part: 'taken', q: 'WALK', after: page.next ?? '', limit: 5 })
      expect(rest.rows.map(row => row.number)).toEqual(['WALK-2'])
      const narrow = { ...viewer, clients: [site.clients[1]!.id] }
      expect((await stores.deskWork.board(narrow, { part: 'all', q: '', after: '', limit: 9 })).rows).toEqual([])
      const found = await stores.views.document(viewer, paper('GIVE'))
      expect(found?.document).toMatchObject({ hold: 'wait', turn: null, version: await version(paper('GIVE')) })
      expect(found?.tasks.map(row => [row.id, row.held])).toEqual([[task('GIVE'), true]])
    })

    it('[OD3] a cancelled order lets go of its shelves; what is picked is put back, and what has left stays gone', async () => {
      await order('BACK', '2026-11-27', 'XT00018')
      expect(await code({ act: 'cancel', document: paper('BACK'), reason: 'customer rang' })).toBe('done')
      const { tasks, documents, lines } = await rows()
      expect(documents.get(paper('BACK'))?.state).toBe('cancelled')
      expect(tasks.get(task('BACK'))?.state).toBe('cancelled')
      const [putBack] = [...tasks.values()].filter(one => one.kind === 'putback' && one.document === paper('BACK'))
      expect(putBack).toMatchObject({ state: 'ready', goods: { qty: 2 } })
      expect(lines.get(derivedId('line', 'dw', 'BACK'))?.claims).toHaveLength(1)
      const open =
        await sql`select 1 from exception where kind = 'order_cancelled' and subject = ${paper('BACK')}`.execute(
          opened.db,
        )
      expect(open.rows).toHaveLength(1)
      expect(await code({ act: 'cancel', document: paper('BACK'), reason: 'again' })).toBe('stale')
      const line = (await rows()).lines.get(derivedId('line', 'dw', 'CAS'))!
      await write({ lines: [{ ...line, shipped: 1 }] })
      expect(await code({ act: 'cancel', document: paper('CAS'), reason: 'too late' })).toBe('gone')
    })

    it('[OD8] free goods of a stock row are brought by one task, never more than are free', async () => {
      await write({ movements: [{ ...moved, from, to: looseAt(placeId(site, 'A-02')), qty: 6 }] })
      const row = { ...goods, from: looseAt(placeId(site, 'A-02')) }
      const { rows: stock } = await stores.views.stock(viewer, { q: 'A-02', after: '', limit: 9 })
      const free = stock.reduce((sum, one) => sum + (one.onHand ?? 0) - (one.reserved ?? 0) - (one.held ?? 0), 0)
      const bring = async (to: string, qty: number, who = cem) => {
        n += 1
        const ask = { act: 'bring', id: derivedId('decision', 'dw', n), ...row, to: placeId(site, to), qty }
        const answer = await stores.deskWork.decide({ warehouse, now: NOW }, who, v.parse(workActSchema, ask))
        return answer.code ?? 'done'
      }
      expect(await bring('A-04', free + 1)).toBe('gone')
      expect(await bring('A-02', 1)).toBe('bad_request')
      expect(await bring('XT00018', 1)).toBe('bad_request')
      expect(await bring('A-04', 1, { ...cem, clients: [site.clients[1]!.id] })).toBe('not_found')
      expect(await bring('A-04', free)).toBe('done')
      const [task] = [...(await rows()).tasks.values()].filter(one => one.kind === 'replenish')
      expect(task).toMatchObject({ state: 'ready', goods: { to: placeId(site, 'A-04'), qty: free } })
      const place = site.locations.find(one => one.code === 'A-04')!
      await stores.site.putLocations(warehouse, [{ ...place, face: { client, item: item.id, min: 1, max: 9 } }])
      expect(await bring('A-04', 1)).toBe('taken')
    })

    it('[OD10] an order on hold that has left all the same is somebody’s: it may go, or is expected back', async () => {
      const left = async (number: string, boxes: number): Promise<string> => {
        const id = paper(number)
        const cartons = Array.from({ length: boxes }, (_, at) => derivedId<'location'>('carton', number, at))
        const carton = { document: id, type: null, weightG: null, size: null, tracking: null, closed: true }
        const places = cartons.map((box, at) => ({
          ...site.locations[0]!,
          id: box,
          kind: 'carton' as const,
          code: `XS${number}${at}`,
          carton: { ...carton, shipped: false },
        }))
        const claims = cartons.map(box => ({ ...looseAt(box), lot: '', serial: '', qty: 2 }))
        const all = boxes * 2
        const line = { item: item.id, source: null, no: 1, wanted: all, done: all, reason: null, client, document: id }
        await write({
          locations: places,
          documents: [{ id, kind: 'order', number, due: null, ...about, state: 'started', ready: true }],
          lines: [{ ...line, id: derivedId('line', 'dw', number), state: 'done', claims }],
          movements: cartons.map(box => ({ ...moved, from, to: looseAt(box), qty: 2 })),
        })
        expect(await code({ act: 'hold', document: id, reason: 'paid for twice' }, cem)).toBe('done')
        // Sealed by a handheld that has not heard of it; the first box only.
        const sealer = makeSealer(
          site,
          device(2),
          `epoch${number.toLowerCase()}`.padEnd(12, '0'),
          site.roster.workers.indexOf(cem),
        )
        const command = sealer.seal({ type: 'ship', client, document: id, cartons: cartons.slice(0, 1), door: null })
        const at = { warehouse, device: device(2), epoch: sealer.epoch, now: NOW }
        const prepared = await prepare([command], at, async () => true)
        const end = await stores.sync.apply(at, tx => applyPush(tx, { ...at, prepared, hole: undefined, lost: false }))
        expect(end.results.map(one => one.outcome)).toEqual(['exception'])
        const found = await sql<{ id: string; body: unknown }>`
          select id, body from exception where kind = 'hold_ignored' and subject = ${id}::text`.execute(opened.db)
        const body = { number, client, heldBy: cem.id, heldAt: NOW, why: 'paid for twice' }
        expect(found.rows).toMatchObject([{ body }])
        return found.rows[0]?.id ?? ''
      }
      let settled = 0
      const settle = async (exception: string, choice: string) => {
        settled += 1
        const id = derivedId<'decision'>('decision', 'dw hold', settled)
        const ask = { id, exception: exception as ExceptionId, expectedVersion: 1, choice, words: 'seen', args: {} }
        const [answer] = await stores.desk.settle({ warehouse, now: NOW }, cem, [ask], () => undefined)
        return answer?.code ?? answer?.outcome
      }
      const held = async (number: string) => Boolean((await rows()).documents.get(paper(number))?.hold)
      const may = await left('HELD1', 1)
      expect([await held('HELD1'), await settle(may, 'goOn'), await held('HELD1')]).toEqual([true, 'done', false])
      // Half of it is here still, and stays on hold.
      const back = await left('HELD2', 2)
      expect(await settle(back, 'callBack')).toBe('done')
      const { documents, lines } = await rows()
      const expected = { kind: 'return', number: 'R-HELD2', state: 'open', origin: paper('HELD2'), blind: false }
      expect(documents.get(returnOf(paper('HELD2')))).toMatchObject(expected)
      const awaited = [...lines.values()].filter(line => line.document === returnOf(paper('HELD2')))
      expect(awaited).toMatchObject([{ item: item.id, wanted: 2, done: 0, state: 'open' }])
      expect(await held('HELD2')).toBe(true)
      expect(await audit(opened.db)).toEqual([])
      // Another one whose return has been closed at the dock already.
      const late = await left('HELD3', 1)
      const over = { id: returnOf(paper('HELD3')), kind: 'return' as const, number: 'R-HELD3', due: null }
      await write({ documents: [{ ...about, ...over, state: 'closed' }] })
      expect(await settle(late, 'callBack')).toBe('gone')
      expect(await settle(late, 'note')).toBe('done')
      expect(await held('HELD3')).toBe(true)
    })

    it('[OD7] a delivery is closed and told once; opened again, what comes after is a supplement', async () => {
      const id = paper('IN')
      const arrived = async (seq: number, qty: number): Promise<void> => {
        await stores.sync.apply({ warehouse, device: device(0), epoch: 'epoch0000001', now: NOW }, tx =>
          tx.write({
            messages: [],
            notes: [],
            applied: [
              {
                sealed: { seq, v: 1, body: '{}', hash: `${seq}`.padStart(64, '0'), sig: 's' },
                outcome: 'applied',
                reason: null,
                effects: { ...NOTHING, movements: [{ ...moved, from, to: looseAt(placeId(site, 'DOCK-1')), qty }] },
                awaits: id,
                worker: anna.id,
                at: NOW,
              },
            ],
          }),
        )
      }
      const receive: Task = {
        id: task('IN'),
        kind: 'receive',
        client,
        document: id,
        state: 'started',
        lease: null,
        tote: null,
      }
      await write({
        documents: [{ id, kind: 'receipt', number: 'IN', due: null, ...about, state: 'started' }],
        tasks: [receive],
      })
      await arrived(1, 4)
      expect(await code({ act: 'hold', document: id, reason: 'no order' })).toBe('bad_request')
      expect(await code({ act: 'close', document: id })).toBe('done')
      expect((await rows()).tasks.get(task('IN'))?.state).toBe('done')
      const told = async () => {
        const { rows: sent } = await sql<{ payload: { final: boolean; lines: { qty: number }[] } }>`
          select payload from outbox where payload->>'document' = ${id}::text order by seq`.execute(opened.db)
        return sent.map(({ payload }) => [payload.final, payload.lines.map(line => line.qty)])
      }
      expect(await told()).toEqual([[true, [4]]])
      expect(await code({ act: 'close', document: id })).toBe('stale')
      expect(await code({ act: 'reopen', document: id, reason: 'a pallet was behind the door' })).toBe('done')
      expect((await rows()).documents.get(id)).toMatchObject({ state: 'started', reopened: true })
      expect((await rows()).tasks.get(task('IN'))?.state).toBe('started')
      await arrived(2, 3)
      expect(await code({ act: 'close', document: id })).toBe('done')
      expect(await told()).toEqual([
        [true, [4]],
        [false, [3]],
      ])
    })
  })
}
