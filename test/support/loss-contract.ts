import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CALL_KINDS, FIRST_KINDS } from '../../shared/sync/calls.ts'
import type { CallKind } from '../../shared/sync/calls.ts'
import { audit } from '../../server/store/audit.ts'
import type { OpenDatabase } from '../../server/store/open.ts'
import { lossOf } from '../../server/sync/lose-device.ts'
import type { Document, Line, Task } from '../../shared/catalogue.ts'
import { derivedId, NO_LPN } from '../../shared/ids.ts'
import type { DeviceId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import type { Effects, Observation } from '../../shared/ledger/effects.ts'
import { looseAt, virtualLocation } from '../../shared/ledger/world.ts'
import { emptyTables, putRow } from '../../shared/sync/rows.ts'
import type { SyncRequest } from '../../shared/sync/wire.ts'
import { isoOf, msOf } from '../../shared/time.ts'
import { placeId, testSite } from './site.ts'
import { NOW, sqlSite } from './sql-site.ts'

/** What a lost handheld, and a call to one, guarantee on every engine; `open` gives an empty database. */
export const describeLoss = (name: string, open: () => Promise<Pick<OpenDatabase, 'db' | 'close'>>): void => {
  describe(`lost handhelds: ${name}`, () => {
    const site = testSite('loss', 4)
    const [one] = site.clients
    const [plain] = site.items
    const [anna, berk, cem] = site.roster.workers
    const [lost, other, quiet, revoked] = site.devices.map(device => device.id)
    if (!one || !plain || !anna || !berk || !cem || !lost || !other || !quiet || !revoked) throw new Error('no site')
    const warehouse = site.warehouse.id
    let opened: Pick<OpenDatabase, 'db' | 'close'>
    let stores: Awaited<ReturnType<typeof sqlSite>>
    let clock = 0
    const now = (): string => isoOf(msOf(NOW) + clock * 60_000)
    const at = () => ({ warehouse, now: now() })
    const seqs = new Map<DeviceId, number>()
    const facts = (device: DeviceId, effects: Partial<Effects>) =>
      stores.sync.apply({ warehouse, device, epoch: 'epoch0000001', now: now() }, tx => {
        const seq = (seqs.get(device) ?? 0) + 1
        seqs.set(device, seq)
        const sealed = { seq, v: 1, body: '{}', hash: `${seq}`.padStart(64, '0'), sig: 's' }
        const judged = { sealed, outcome: 'applied' as const, reason: null, awaits: null, worker: anna.id, at: now() }
        return tx.write({ messages: [], notes: [], applied: [{ ...judged, effects: { ...NOTHING, ...effects } }] })
      })
    const arrive = (place: string, qty: number): Effects['movements'][number] => ({
      client: one.id,
      item: plain.id,
      lot: '',
      serial: '',
      from: looseAt(virtualLocation(warehouse, 'supplier')),
      to: looseAt(placeId(site, place)),
      qty,
      takenAt: now(),
      at: now(),
      unc: 0,
    })
    const move = (from: string, to: string): Effects['movements'][number] => ({
      ...arrive(to, 1),
      from: looseAt(placeId(site, from)),
    })
    const heard = (device: DeviceId, head: Partial<SyncRequest['head']>, worker: typeof anna | null) =>
      stores.devices.seen(device, {
        now: now(),
        head: { seq: 0, pending: 0, oldest: null, quota: null, persisted: true, lost: false, acked: 0, ...head },
        app: '0.1.0',
        worker: worker?.id ?? null,
        clients: null,
      })
    const known = async (device: DeviceId) => {
      const found = await stores.losses.read(warehouse, device)
      if (found === null) throw new Error('no handheld')
      return found
    }
    const decision = (nth: string) => derivedId<'decision'>('decision', 'loss', nth)
    const declare = (
      nth: string,
      device: DeviceId,
      seen: { version: number; acked: number },
      reason = 'fell overboard',
    ) =>
      stores.losses.decide(at(), cem.id, {
        id: decision(nth),
        device,
        expectedVersion: seen.version,
        acked: seen.acked,
        reason,
      })
    const tables = async () => {
      const all = emptyTables(warehouse)
      await stores.sync.snapshot({ warehouse, device: other, worker: null, clients: null }, async rows => {
        for (const row of rows) putRow(all, row)
      })
      return all
    }
    const tote = placeId(site, 'XT00018')
    const document: Document = {
      id: derivedId('document', 'loss', 'ORD-1'),
      kind: 'order',
      client: one.id,
      number: 'ORD-1',
      partner: 'Partner',
      due: null,
      priority: 0,
      blind: false,
      state: 'started',
    }
    const claim = (location: Line['claims'][number]['location'], qty: number): Line['claims'][number] => ({
      location,
      lpn: NO_LPN,
      status: 'available',
      lot: '',
      serial: '',
      qty,
    })
    const line: Line = {
      id: derivedId('line', 'loss', 1),
      document: document.id,
      client: one.id,
      item: plain.id,
      source: null,
      no: 1,
      wanted: 5,
      done: 2,
      state: 'open',
      claims: [claim(placeId(site, 'A-02'), 3), claim(tote, 2)],
      reason: null,
    }
    const pick: Task = {
      id: derivedId('task', 'loss', 'pick'),
      kind: 'pick',
      client: one.id,
      document: document.id,
      state: 'started',
      lease: { device: lost, worker: anna.id },
      tote,
    }
    const count: Task = {
      ...pick,
      id: derivedId('task', 'loss', 'count'),
      kind: 'count',
      document: null,
      state: 'leased',
      tote: null,
      count: { location: placeId(site, 'A-03'), item: null, mode: 'guided', index: 0, notBy: [], hidden: false },
      cause: 'zero',
    }
    const counted = (place: string, seen: number): Partial<Effects> => {
      const id = derivedId<'count'>('count', 'loss', place, clock)
      const goods = { client: one.id, item: plain.id, lot: '', serial: '' }
      const about = { key: { ...goods, ...looseAt(placeId(site, place)) }, seen, kind: 'count' as const, count: id }
      const how = { task: null, mode: 'guided' as const, attempt: 1, at: now(), unc: 0, reason: null, typed: false }
      const observation: Observation = { ...about, ...how, photos: [] }
      return { observations: [observation], closedCounts: [{ count: id, place: placeId(site, place), item: null }] }
    }

    beforeAll(async () => {
      opened = await open()
      stores = await sqlSite(opened, site)
      await facts(other, { movements: [arrive('A-01', 9), arrive('A-02', 9), arrive('A-04', 9), arrive('XT00018', 2)] })
      await facts(other, { documents: [document], lines: [line], tasks: [pick, count] })
      // 25 steps between A-04 and the packing table, of which the first went through A-01.
      await facts(lost, { movements: [move('A-01', 'PACK-1')] })
      for (let n = 0; n < 19; n += 1)
        await facts(lost, { movements: [move(n % 2 ? 'PACK-1' : 'A-04', n % 2 ? 'A-04' : 'PACK-1')] })
      await heard(lost, { seq: 32, pending: 12, oldest: NOW, acked: 20 }, anna)
      await heard(quiet, { seq: 0, pending: 0 }, null)
      clock = 10
    })
    afterAll(() => opened.close())

    it('[LD1] shows what is known of a handheld, what it holds, and which places are in doubt', async () => {
      const found = await known(lost)
      expect(found).toMatchObject({ number: 1, version: 1, loss: null, beyond: 0, handedIn: 0 })
      expect(found.known).toMatchObject({
        announced: 32,
        acked: 20,
        missing: 12,
        waiting: 12,
        worker: anna.id,
        holes: 0,
      })
      expect(found.held).toEqual({ tasks: 2, totes: ['XT00018'], reserved: 5 })
      expect(await stores.losses.read(warehouse, derivedId<'device'>('device', 'nobody'))).toBeNull()
      const elsewhere = {
        id: derivedId<'warehouse'>('warehouse', 'loss', 'other'),
        name: 'other',
        feedEpoch: 'feedepoch002',
      }
      await stores.site.addWarehouse(elsewhere)
      expect(await stores.losses.read(elsewhere.id, lost)).toBeNull()
    })

    it('[LD3] in doubt are the places of its work, and those of its last twenty numbers where steps may be missing', async () => {
      const places = async (device: DeviceId) =>
        (await known(device)).places.map(({ code, cause }) => `${cause} ${code}`)
      expect(await places(lost)).toEqual(['work A-02', 'work A-03', 'last A-04', 'last PACK-1', 'last A-01'])
      // One step more, and the one through A-01 is not among the last twenty.
      await facts(lost, { movements: [move('A-04', 'PACK-1')] })
      expect(await places(lost)).toEqual(['work A-02', 'work A-03', 'last A-04', 'last PACK-1'])
      await facts(quiet, { movements: [move('A-04', 'PACK-1')] })
      await heard(quiet, { seq: 1, acked: 1 }, null)
      expect(await places(quiet)).toEqual([])
      await heard(quiet, { seq: 1, acked: 1 }, berk)
      expect(await places(quiet)).toEqual(['last A-04', 'last PACK-1'])
    })

    it('[LD2] a handheld that was heard of since is not lost; nothing is written', async () => {
      expect(await declare('early', lost, { version: 1, acked: 20 })).toMatchObject({
        outcome: 'refused',
        code: 'stale',
      })
      expect(await declare('version', lost, { version: 2, acked: 21 })).toMatchObject({ code: 'stale', version: 1 })
      expect(await declare('nobody', derivedId<'device'>('device', 'x'), { version: 1, acked: 0 })).toMatchObject({
        code: 'not_found',
      })
      expect((await stores.devices.get(lost))?.state).toBe('active')
      expect((await tables()).tasks.get(pick.id)?.state).toBe('started')
    })

    it('[LD2] one decision revokes it, frees its work and has the places counted; the same again gets the same answer', async () => {
      const [first, again] = await Promise.all([
        declare('lost', lost, { version: 1, acked: 21 }),
        declare('lost', lost, { version: 1, acked: 21 }),
      ])
      expect(first).toEqual({ id: decision('lost'), outcome: 'done', version: 2, state: 'lost' })
      expect(again).toEqual(first)
      expect(await declare('lost', lost, { version: 1, acked: 21 }, 'other words')).toMatchObject({
        code: 'bad_request',
      })
      expect(await declare('twice', lost, { version: 2, acked: 21 })).toMatchObject({ code: 'stale' })
      expect((await stores.devices.get(lost))?.state).toBe('revoked')
      const all = await tables()
      expect(all.tasks.get(pick.id)).toMatchObject({ state: 'parked', lease: null, tote })
      expect(all.lines.get(line.id)?.claims).toEqual(line.claims)
      const counts = [...all.tasks.values()].filter(task => task.kind === 'count')
      expect(
        counts.map(task => `${all.locations.get(task.count!.location)?.code} ${task.state} ${task.cause}`).toSorted(),
      ).toEqual(['A-02 ready lost', 'A-03 ready zero lost', 'A-04 ready lost', 'PACK-1 ready lost'])
      expect(counts.every(task => task.lease === null)).toBe(true)
      const { rows } = await stores.views.audit(warehouse, { after: '', limit: 50 })
      expect(rows.filter(row => row.kind === 'device.lost')).toMatchObject([
        { subject: lost, worker: cem.id, outcome: 'done' },
      ])
    })

    it('[LD4] the loss is an exception, and the handheld says how many numbers are missing and how many places are counted', async () => {
      const open = {
        warehouse,
        device: null,
        worker: null,
        clients: null,
        state: 'open',
        location: null,
        item: null,
        after: null,
        limit: 50,
      }
      const inbox = await stores.desk.exceptions({ ...open, state: 'open', kinds: ['device_lost'] })
      expect(inbox).toMatchObject([
        {
          subject: lost,
          body: { loss: lossOf(decision('lost')), number: '1', missing: 11, places: 4, reason: 'fell overboard' },
        },
      ])
      const card = async () => (await stores.views.devices(warehouse)).find(row => row.id === lost)?.loss
      expect(await card()).toMatchObject({ missing: 11, places: 4, counted: 0 })
      clock = 20
      await facts(other, counted('A-04', 9))
      await facts(other, counted('A-02', 8))
      expect(await card()).toMatchObject({ missing: 11, places: 4, counted: 2 })
      const { places, loss } = await known(lost)
      expect(loss).toMatchObject({ worker: cem.id, reason: 'fell overboard' })
      expect(places.map(({ code, state }) => `${code} ${state}`)).toEqual([
        expect.stringMatching(/^A-02 (counted|settled)$/),
        'A-03 open',
        expect.stringMatching(/^A-04 (counted|settled)$/),
        'PACK-1 open',
      ])
    })

    it('[LD5] what it brings afterwards is kept for review and counted on the loss; what was known stays as it was', async () => {
      const raw = { warehouse, device: lost, source: 'revoked' as const, body: '{"commands":[]}' }
      await stores.quarantine.keep({ ...raw, now: now() })
      const found = await known(lost)
      expect(found.handedIn).toBe(1)
      expect(found.known).toMatchObject({ missing: 11, worker: anna.id })
      expect(found.held).toMatchObject({ tasks: 2 })
    })

    it('[LD2] a revoked handheld can be said to be lost as well', async () => {
      await stores.devices.revoke(revoked, 'revoked', null)
      expect(await declare('revoked', revoked, { version: 1, acked: 0 })).toMatchObject({ code: 'stale' })
      expect(await declare('revoked again', revoked, { version: 2, acked: 0 })).toMatchObject({ outcome: 'done' })
      expect((await known(revoked)).places).toEqual([])
      expect(await audit(opened.db)).toEqual([])
    })

    const call = (nth: number) => derivedId<'call'>('call', 'loss', nth)
    const text = (nth: number, words: string) =>
      stores.calls.send(at(), cem.id, { kind: 'text', id: call(nth), device: other, text: words })
    const ask = (nth: number, kind: 'out' | 'logs') =>
      stores.calls.send(at(), cem.id, { kind, id: call(nth), device: other })
    const ring = (nth: number, device = other) =>
      stores.calls.send(at(), cem.id, { kind: 'ring', id: call(nth), device })
    const take = (got: number[] = [], read: number[] = [], knows: readonly CallKind[] = CALL_KINDS) =>
      stores.calls.take(other, { got: got.map(call), read: read.map(call), worker: berk.id, now: now(), knows })
    const cards = async () => (await stores.views.devices(warehouse)).find(row => row.id === other)?.calls ?? []

    it('[CL1] a call is sent once, under a commit number, to a handheld that may still ask', async () => {
      const before = (await stores.sync.feed(warehouse)).seq
      expect((await stores.devices.get(other))?.call).toBeNull()
      expect(await text(1, 'Come to the dock')).toBe('sent')
      expect(await text(1, 'Come to the dock')).toBe('again')
      expect(await text(1, 'Other words')).toBe('other')
      expect(await ring(2)).toBe('sent')
      expect(await ring(3, lost)).toBe('gone')
      expect((await stores.sync.feed(warehouse)).seq).toBe(before + 2)
      expect((await stores.devices.get(other))?.call).toBeGreaterThan(0)
      const { rows } = await sql<{ kind: string; subject: string; body: unknown }>`
        select kind, subject, body from audit where kind like 'device.%' order by id`.execute(opened.db)
      expect(rows).toEqual([
        { kind: 'device.text', subject: other, body: { number: 2, call: call(1) } },
        { kind: 'device.ring', subject: other, body: { number: 2, call: call(2) } },
      ])
    })

    it('[CL3] the desk sees when it came and when it was answered, each the first time', async () => {
      clock = 30
      expect(await take()).toMatchObject([
        { id: call(1), kind: 'text', text: 'Come to the dock', worker: cem.id },
        { id: call(2), kind: 'ring', text: '' },
      ])
      expect((await cards()).map(row => [row.kind, row.gotAt, row.readAt])).toEqual([
        ['ring', null, null],
        ['text', null, null],
      ])
      await take([1, 2])
      const gotAt = now()
      clock = 31
      expect(await take([1, 2], [1])).toMatchObject([{ id: call(2) }])
      const readAt = now()
      clock = 40
      await take([], [1])
      const [, shown] = await cards()
      expect(msOf(shown?.gotAt ?? '')).toBe(msOf(gotAt))
      expect(msOf(shown?.readAt ?? '')).toBe(msOf(readAt))
      expect(shown?.readBy).toBe(berk.id)
      expect(await take([], [2])).toEqual([])
      expect((await stores.devices.get(other))?.call).toBeNull()
    })

    it('[CL1] twenty wait on one handheld; fifty are kept', async () => {
      for (let nth = 10; nth < 30; nth += 1) expect(await ring(nth)).toBe('sent')
      expect(await ring(30)).toBe('full')
      for (let nth = 30; nth < 100; nth += 1) {
        await take([], [nth - 20])
        expect(await ring(nth)).toBe('sent')
      }
      const { rows } = await sql<{ n: number; waiting: number }>`
        select count(*)::int as n, (count(*) filter (where read_at is null))::int as waiting from device_call`.execute(
        opened.db,
      )
      expect(rows).toEqual([{ n: 50, waiting: 20 }])
      expect((await cards()).length).toBe(5)
    })

    it('[DV11] [DV12] what a handheld does not know yet waits for it, and hides nothing else', async () => {
      const open = (await take()).map(one => one.id)
      await take([], [])
      await stores.calls.take(other, { got: [], read: open, worker: null, now: now(), knows: CALL_KINDS })
      expect([await ask(181, 'out'), await ask(182, 'logs'), await text(183, 'Come')]).toEqual(['sent', 'sent', 'sent'])
      expect((await take([], [], FIRST_KINDS)).map(one => one.kind)).toEqual(['text'])
      expect((await take()).map(one => one.kind)).toEqual(['out', 'logs', 'text'])
    })

    it('[DV12] a log is kept once, of the handheld that was asked; it answers the call, and the newest five stay', async () => {
      const keep = (nth: number, words: string, device = other) =>
        stores.calls.keepLog(device, { call: call(nth), text: words, now: now() })
      expect(await keep(182, 'of another', lost)).toBe(false)
      expect(await keep(181, 'was not asked')).toBe(false)
      expect(await keep(182, 'first')).toBe(true)
      expect(await keep(182, 'again')).toBe(true)
      expect(await stores.calls.log(warehouse, call(182))).toMatchObject({ device: other, text: 'first' })
      expect((await take()).map(one => one.kind)).toEqual(['out', 'text'])
      for (let nth = 184; nth < 189; nth += 1) {
        clock += 1
        expect(await ask(nth, 'logs')).toBe('sent')
        expect(await keep(nth, `log ${nth}`)).toBe(true)
      }
      expect(await stores.calls.log(warehouse, call(182))).toBeNull()
      expect((await stores.calls.log(warehouse, call(184)))?.text).toBe('log 184')
    })
  })
}
