import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OpenDatabase } from '../../server/store/open.ts'
import { audit } from '../../server/store/audit.ts'
import type { Document, Line, Task } from '../../shared/catalogue.ts'
import { derivedId, NO_LPN } from '../../shared/ids.ts'
import type { DeviceId, LocationId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import { looseAt, virtualLocation } from '../../shared/ledger/world.ts'
import { kindsFor } from '../../shared/process/next-task.ts'
import { emptyTables, putRow } from '../../shared/sync/rows.ts'
import { placeId, testSite } from './site.ts'
import { NOW, sqlSite } from './sql-site.ts'

const DEVICES = 6

/** What every store of work guarantees; `open` gives an empty database. */
export const describeWorkStore = (name: string, open: () => Promise<Pick<OpenDatabase, 'db' | 'close'>>): void => {
  describe(`the work store: ${name}`, () => {
    const base = testSite('work', DEVICES)
    const pick = { ...base.policies.warehouse.pick, clusterSize: 2, prefetchTasks: 1 }
    const site = { ...base, policies: { ...base.policies, warehouse: { ...base.policies.warehouse, pick } } }
    const warehouse = site.warehouse.id
    const [item] = site.items
    const [worker] = site.roster.workers
    let opened: Pick<OpenDatabase, 'db' | 'close'>
    let stores: Awaited<ReturnType<typeof sqlSite>>
    beforeAll(async () => {
      opened = await open()
      stores = await sqlSite(opened, site)
    })
    afterAll(() => opened.close())

    const task = (number: string) => derivedId<'task'>('task', number)
    /** An order of one piece from a shelf that is full of them. */
    const order = async (number: string, code: string, due: string, more: Partial<Task> = {}): Promise<void> => {
      if (item === undefined) throw new Error('no item')
      const { client, id } = item
      const document = derivedId<'document'>('document', number)
      const about = { number, partner: 'P', due, priority: 0, blind: false, state: 'open' as const }
      const claim = {
        location: placeId(site, code),
        lpn: NO_LPN,
        status: 'available' as const,
        lot: '',
        serial: '',
        qty: 1,
      }
      const documents: Document[] = [{ id: document, kind: 'order', client, ...about }]
      const line: Line = {
        id: derivedId('line', number),
        document,
        client,
        item: id,
        source: null,
        no: 1,
        wanted: 1,
        done: 0,
        state: 'open',
        claims: [claim],
        reason: null,
      }
      const work: Task = {
        id: task(number),
        kind: 'pick',
        client,
        document,
        state: 'ready',
        lease: null,
        tote: null,
        ...more,
      }
      const from = looseAt(virtualLocation(warehouse, 'supplier'))
      const moved = { takenAt: NOW, at: NOW, unc: null, client, item: id, lot: '', serial: '', qty: 1 }
      await stores.sync.decide({ warehouse, now: NOW }, tx =>
        tx.write({
          body: {},
          effects: {
            ...NOTHING,
            documents,
            lines: [line],
            tasks: [work],
            movements: [{ ...moved, from, to: looseAt(claim.location) }],
          },
        }),
      )
    }
    const device = (n: number): DeviceId => site.devices[n]?.id ?? ('' as DeviceId)
    const next = async (n: number, near: LocationId | null = null) => {
      if (worker === undefined) throw new Error('no worker')
      const asker = { device: device(n), worker, kinds: kindsFor(worker), near }
      return stores.work.next({ warehouse, now: NOW, asker })
    }
    const tasks = async (): Promise<readonly Task[]> => {
      const tables = emptyTables(warehouse)
      await stores.sync.snapshot({ warehouse, device: device(0), worker: null, clients: null }, async rows => {
        for (const row of rows) putRow(tables, row)
      })
      return [...tables.tasks.values()]
    }
    const heldBy = async (n: number): Promise<readonly string[]> =>
      (await tasks()).filter(one => one.lease?.device === device(n)).map(one => one.id)

    it('[Z3] the work that is due is given out, and so much ahead as the policy says, each walk by its first task', async () => {
      expect(await next(0)).toEqual({ tasks: [], taken: false })
      await order('LATE', 'A-01', '2026-12-24')
      await order('SOON', 'A-01', '2026-11-24')
      await order('FAR', 'A-04', '2026-12-01')
      await order('NEAR', 'A-01', '2026-12-20')
      await order('LAST', 'A-02', '2026-12-31')
      // SOON goes with NEAR, which lies where it lies and is more urgent than LATE; then FAR, with the shorter way to LAST.
      expect(await next(0)).toEqual({ tasks: [task('SOON'), task('FAR')], taken: true })
      expect([...(await heldBy(0))].sort()).toEqual([task('SOON'), task('NEAR'), task('FAR'), task('LAST')].sort())
      const [soon, near] = (await tasks()).filter(one => [task('SOON'), task('NEAR')].includes(one.id))
      expect(soon?.batch).toMatchObject({ totes: 'each' })
      expect(near?.batch).toEqual(soon?.batch)
    })

    it('[Z4] asked again it says the same and takes nothing more; another handheld gets what is left', async () => {
      expect(await next(0)).toEqual({ tasks: expect.arrayContaining([task('SOON'), task('FAR')]), taken: false })
      expect(await next(1)).toEqual({ tasks: [task('LATE')], taken: true })
      expect(await next(2)).toEqual({ tasks: [], taken: false })
      expect(await audit(opened.db)).toEqual([])
    })

    it('[Z5] however many ask at once, no task is given out twice', async () => {
      for (let n = 0; n < 12; n += 1) await order(`N-${n}`, `A-0${(n % 4) + 1}`, '2026-12-25')
      await Promise.all(Array.from({ length: DEVICES - 2 }, (_, n) => next(n + 2)))
      const held = await Promise.all(Array.from({ length: DEVICES }, (_, n) => heldBy(n)))
      expect(new Set(held.flat()).size).toBe(held.flat().length)
      expect(held.slice(2).flat()).toHaveLength(12)
    })

    const take = async (n: number, number: string, takeOver: boolean) => {
      if (worker === undefined) throw new Error('no worker')
      const who = { device: device(n), worker: worker.id }
      return stores.work.lease({ warehouse, now: NOW, task: task(number), takeOver, ...who })
    }
    const among = async (n: number, ...numbers: string[]): Promise<readonly string[]> => {
      const held = await heldBy(n)
      return numbers.filter(number => held.includes(task(number)))
    }
    it('[Z7] whoever asks for what another has is told who and since when; one order of a walk that is taken over leaves the others', async () => {
      const held = { kind: 'taken', worker: worker?.id, device: device(0), since: NOW }
      expect(await take(1, 'SOON', false)).toEqual(held)
      expect(await take(1, 'SOON', true)).toEqual({ kind: 'ok' })
      expect(await among(0, 'SOON', 'NEAR', 'FAR', 'LAST')).toEqual(['NEAR', 'FAR', 'LAST'])
      expect(await among(1, 'LATE', 'SOON')).toEqual(['LATE', 'SOON'])
      expect(await take(0, 'SOON', true)).toEqual({ kind: 'ok' })
    })

    it('[Z7] an order of a walk takes along what nobody has of it, and nothing that somebody has', async () => {
      const batch = { id: 'walk', totes: 'each' as const }
      await order('W-1', 'A-02', '2027-12-24', { batch })
      await order('W-2', 'A-02', '2027-12-24', { batch })
      await order('W-3', 'A-02', '2027-12-24', {
        batch,
        state: 'started',
        lease: { device: device(5), worker: null },
      })
      expect(await take(2, 'W-1', false)).toEqual({ kind: 'ok' })
      expect(await among(2, 'W-1', 'W-2', 'W-3')).toEqual(['W-1', 'W-2'])
      expect(await among(5, 'W-1', 'W-2', 'W-3')).toEqual(['W-3'])
      expect(await audit(opened.db)).toEqual([])
    })

    it('[Z17] what tells how much lies where somebody counts blind is not given to them, by name neither, until that is over', async () => {
      if (item === undefined || worker === undefined) throw new Error('no site')
      const about = { client: item.client, document: null, tote: null, lease: null }
      const from = looseAt(placeId(site, 'A-03'))
      const to = placeId(site, 'A-01')
      const goods = { item: item.id, lot: '', serial: '', from, to, qty: 83, line: null }
      const fetch: Task = { ...about, id: task('FETCH'), kind: 'replenish', state: 'ready', goods }
      const place = { location: from.location, item: null, mode: 'blind' as const, index: 0, notBy: [], hidden: true }
      const count = (state: Task['state'], lease: Task['lease']): Task => ({
        ...about,
        id: task('BLIND'),
        kind: 'count',
        state,
        lease,
        count: place,
      })
      const write = (tasks: readonly Task[]) =>
        stores.sync.decide({ warehouse, now: NOW }, tx => tx.write({ body: {}, effects: { ...NOTHING, tasks } }))
      const asked = (n: number, who = worker) =>
        stores.work.next({
          warehouse,
          now: NOW,
          asker: { device: device(n), worker: who, kinds: ['replenish'], near: null },
        })
      const other = { ...worker, id: derivedId<'worker'>('worker', 'somebody else') }
      const given = { tasks: [task('FETCH')], taken: true }
      await write([fetch, count('started', { device: device(4), worker: worker.id })])
      expect(await asked(3)).toEqual({ tasks: [], taken: false })
      expect(await asked(4, other)).toEqual({ tasks: [], taken: false })
      expect(await take(3, 'FETCH', false)).toEqual({ kind: 'gone' })
      expect(await asked(5, other)).toEqual(given)
      await write([fetch, count('done', null)])
      expect(await asked(4)).toEqual(given)
    })
  })
}
