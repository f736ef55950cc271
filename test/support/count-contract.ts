import { beforeEach, describe, expect, it } from 'vitest'
import { decideCounts } from '../../server/sync/decide-counts.ts'
import type { SyncStore } from '../../server/sync/ports.ts'
import { settleCounts } from '../../server/sync/settle-counts.ts'
import type { Task, Worker } from '../../shared/catalogue.ts'
import { EFFECTIVE_AFTER_MS } from '../../shared/count/decide.ts'
import { VARIANCE_STATES } from '../../shared/count/life.ts'
import { varianceId } from '../../shared/count/variance.ts'
import type { Variance } from '../../shared/count/variance.ts'
import { derivedId } from '../../shared/ids.ts'
import type { Id } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import type { Effects, Observation } from '../../shared/ledger/effects.ts'
import { stockKeyText } from '../../shared/ledger/stock.ts'
import type { StockKey } from '../../shared/ledger/stock.ts'
import { looseAt, virtualLocation } from '../../shared/ledger/world.ts'
import { bodyOf, emptyTables, putRow, stockOfBody } from '../../shared/sync/rows.ts'
import type { DecisionAsk } from '../../shared/sync/decision.ts'
import type { Row } from '../../shared/sync/wire.ts'
import { isoOf, msOf } from '../../shared/time.ts'
import { placeId, testSite } from './site.ts'
import type { SiteSeed } from './site.ts'

const START = msOf('2026-11-23T08:00:00.000Z')
const at = (seconds: number): string => isoOf(START + seconds * 1000)
const EPOCH = 'epoch0000001'

/** What of the store the suite needs besides its port: handhelds that have reported, and what is open. */
export type CountSubject = {
  store: SyncStore
  /** The handheld was heard at `seenAt` with nothing waiting, or with something from `oldest` on. */
  beat(device: number, seenAt: string, oldest: string | null): Promise<void>
  openExceptions(): Promise<readonly { kind: string; subject: string }[]>
}

/** One suite for counts on every store: PGlite, PostgreSQL and the simulator's memory. */
export const describeCounts = (name: string, make: (site: SiteSeed) => Promise<CountSubject>): void => {
  describe(`counts in the store: ${name}`, () => {
    let site: SiteSeed
    let subject: CountSubject
    let run = 0
    let seqs: number[] = []

    beforeEach(async () => {
      run += 1
      seqs = [0, 0]
      const made = testSite(`counts ${name} ${run}`)
      site = { ...made, costs: new Map(made.items.map(one => [one.id, 100])) }
      subject = await make(site)
    })

    const device = (n: number) => site.devices[n]!.id
    const item = () => site.items[0]!
    const key = (place = 'A-01'): StockKey => ({
      client: item().client,
      item: item().id,
      lot: '',
      serial: '',
      ...looseAt(placeId(site, place)),
    })
    const berk = (): Worker => site.roster.workers.find(one => one.name === 'BERK')!
    const cem = (): Worker => site.roster.workers.find(one => one.name === 'CEM')!
    /** A second supervisor, so that one who has counted finds somebody who decides. */
    const dora = (): Worker => ({ ...cem(), id: derivedId('worker', 'dora'), name: 'DORA' })

    const times = (seconds: number) => ({ takenAt: at(seconds), at: at(seconds), unc: 1000 })
    const moved = (qty: number, seconds: number, place = 'A-01'): Effects => {
      const outside = looseAt(virtualLocation(site.warehouse.id, qty > 0 ? 'supplier' : 'customer'))
      const { client, item: id, lot, serial } = key(place)
      const row = looseAt(placeId(site, place))
      const [from, to] = qty > 0 ? [outside, row] : [row, outside]
      return {
        ...NOTHING,
        movements: [{ client, item: id, lot, serial, from, to, qty: Math.abs(qty), ...times(seconds) }],
      }
    }
    const seen = (qty: number, seconds: number, over: Partial<Observation> = {}): Effects => ({
      ...NOTHING,
      observations: [
        {
          key: key(),
          seen: qty,
          kind: 'count',
          count: derivedId('count', name, run),
          task: null,
          mode: 'guided',
          attempt: 1,
          at: at(seconds),
          unc: 1000,
          reason: null,
          typed: false,
          photos: [],
          ...over,
        },
      ],
    })
    const left = (count = derivedId<'count'>('count', name, run) as string): Effects => ({
      ...NOTHING,
      closedCounts: [{ count, place: placeId(site, 'A-01'), item: null }],
    })
    const push = (n: number, effects: readonly Effects[], now: number, worker = berk()) =>
      subject.store.apply({ warehouse: site.warehouse.id, device: device(n), epoch: EPOCH, now: at(now) }, tx => {
        const from = seqs[n]! + 1
        seqs[n]! += effects.length
        return tx.write({
          messages: [],
          notes: [],
          applied: effects.map((one, i) => ({
            sealed: { seq: from + i, v: 1, body: '{}', hash: `${from + i}`.padStart(64, '0'), sig: 's' },
            outcome: 'applied' as const,
            reason: null,
            effects: one,
            awaits: null,
            worker: worker.id,
            at: at(now),
          })),
        })
      })
    const decideAt = (now: number) => ({ warehouse: site.warehouse.id, now: at(now) })
    const inside = <T>(read: (books: Parameters<Parameters<SyncStore['decide']>[1]>[0]['counts']) => Promise<T>) =>
      subject.store.decide(decideAt(0), tx => read(tx.counts))
    const rounds = async (of: StockKey = key()) => {
      const id = varianceId(site.warehouse.id, of)
      return (await inside(books => books.rounds([id]))).get(id) ?? null
    }
    const open = async (): Promise<Variance | null> => (await rounds())?.open ?? null
    const stock = async (of: StockKey = key()) => {
      const rows: Row[] = []
      await subject.store.snapshot(
        { warehouse: site.warehouse.id, device: device(0), worker: null, clients: null },
        async part => {
          rows.push(...part)
        },
      )
      const tables = emptyTables(site.warehouse.id)
      for (const row of rows) putRow(tables, row)
      const { onHand = 0, reserved = 0, held = 0 } = tables.stock.get(stockKeyText(of)) ?? {}
      return { onHand, reserved, held }
    }
    const settle = (now: number) => settleCounts(subject.store, decideAt(now))
    const everyoneHeard = async (seconds: number) => {
      for (const n of [0, 1]) await subject.beat(n, at(seconds), null)
    }
    const ask = (kind: DecisionAsk['kind'], expectedVersion: number, over: Partial<DecisionAsk> = {}): DecisionAsk => ({
      id: derivedId<'decision'>('decision', name, run, kind, expectedVersion),
      kind,
      target: varianceId(site.warehouse.id, key()) as string as Id<'target'>,
      expectedVersion,
      args: {},
      reason: 'MISSING',
      ...over,
    })
    const decide = (now: number, who: Worker, ...asks: DecisionAsk[]) =>
      decideCounts(subject.store, decideAt(now), who, asks)
    const kinds = async () =>
      (await subject.openExceptions())
        .filter(one => one.subject === stockKeyText(key()))
        .map(one => one.kind)
        .sort()

    it('[C60] a count becomes a variance in the transaction that brings it, and holds what is in doubt', async () => {
      await push(0, [moved(10, 0)], 1)
      await push(0, [seen(7, 100)], 101)
      expect(await open()).toMatchObject({
        state: 'counting',
        book: 10,
        delta: -3,
        round: 1,
        version: 1,
        counters: [berk().id],
      })
      expect(await stock()).toEqual({ onHand: 10, reserved: 0, held: 3 })
      await push(0, [left()], 102)
      expect(await open()).toMatchObject({ state: 'provisional', version: 1 })
    })

    it('[C60] the row that a hold has changed goes out once, with the figures after it', async () => {
      await push(0, [moved(10, 0)], 1)
      const before = (await subject.store.feed(site.warehouse.id)).seq
      await push(0, [moved(2, 50), seen(7, 100)], 101)
      const page = await subject.store.page({
        warehouse: site.warehouse.id,
        device: device(1),
        worker: null,
        epoch: EPOCH,
        after: before,
        limit: 1000,
        clients: null,
      })
      const rows = page.rows.flatMap(row =>
        row.k === 'balance' && row.b !== null ? [stockOfBody(bodyOf(row, 'balance')!)] : [],
      )
      const here = rows.filter(row => stockKeyText(row) === stockKeyText(key()))
      expect(here).toMatchObject([{ onHand: 12, held: 5 }])
      expect(new Set(page.rows.map(row => `${row.c} ${row.k} ${row.id}`)).size).toBe(page.rows.length)
    })

    it('[C61] a late movement from before the count explains it, one from after it does not; at 0 it closes by itself', async () => {
      await push(0, [moved(10, 0)], 1)
      await push(0, [seen(7, 100), left()], 101)
      await push(1, [moved(-2, 50)], 200)
      expect(await open()).toMatchObject({
        version: 2,
        book: 8,
        delta: -1,
        late: [{ qty: -2, worker: berk().id, at: at(50), arrivedAt: at(200) }],
      })
      expect(await stock()).toMatchObject({ onHand: 8, held: 1 })
      await push(1, [moved(-4, 150)], 210)
      expect(await open()).toMatchObject({ version: 2, book: 8, delta: -1 })
      await push(1, [moved(-1, 60)], 220)
      expect([await open(), (await rounds())?.settled?.state]).toEqual([null, 'closed'])
      expect(await stock()).toEqual({ onHand: 3, reserved: 0, held: 0 })
    })

    it('[BR11] a late movement that comes while its count is approved leaves what was seen, whichever was first', async () => {
      await push(0, [moved(100, 0)], 1)
      await push(0, [seen(90, 100), left()], 101)
      await everyoneHeard(200)
      await settle(201)
      const { version } = (await open())!
      const [[answer]] = await Promise.all([
        decide(300, cem(), ask('count.approve', version)),
        push(1, [moved(-2, 50)], 300),
      ])
      expect(answer).toMatchObject(answer?.outcome === 'done' ? { state: 'approved' } : { code: 'stale' })
      await everyoneHeard(310)
      await settle(311)
      const now = await open()
      if (now !== null && now.state !== 'approved') await decide(320, cem(), ask('count.approve', now.version))
      const later = 321 + EFFECTIVE_AFTER_MS / 1000
      await everyoneHeard(later)
      await settle(later)
      expect([await open(), await stock()]).toEqual([null, { onHand: 90, reserved: 0, held: 0 }])
    })

    it('[C61] on its own handheld the number decides, whatever the clock says', async () => {
      await push(0, [moved(10, 0), moved(-1, 500), seen(9, 100), moved(-5, 20), left()], 600)
      expect((await rounds())?.settled).toMatchObject({ state: 'closed', book: 9, delta: 0 })
      expect(await stock()).toMatchObject({ onHand: 4, held: 0 })
    })

    it('[C62] a movement whose order the clocks cannot tell is an exception; it goes when the doubt goes', async () => {
      await push(0, [moved(10, 0)], 1)
      await push(1, [moved(-1, 101)], 102)
      await push(0, [seen(9, 100), left()], 103)
      expect(await open()).toMatchObject({ book: 10, delta: -1, least: -1, most: 0, flags: ['orderUnknown'] })
      expect(await kinds()).toEqual(['order_unknown'])
      await everyoneHeard(500)
      expect(await settle(501)).toEqual({ posted: 0, looked: 1 })
      expect(await kinds()).toEqual(['count_variance', 'order_unknown'])
      await decide(510, cem(), ask('count.reject', 1))
      expect([await open(), await kinds()]).toEqual([null, []])
    })

    it('[C63] within the limits it posts by itself once all handhelds have reported, once, and the hold ends', async () => {
      await push(0, [moved(100, 0)], 1)
      await push(0, [seen(98, 100), left()], 101)
      await subject.beat(0, at(102), null)
      await subject.beat(1, at(99), null)
      expect(await settle(103)).toEqual({ posted: 0, looked: 0 })
      await subject.beat(1, at(200), at(100.5))
      expect(await settle(201)).toEqual({ posted: 0, looked: 0 })
      await subject.beat(1, at(300), null)
      expect(await settle(301)).toEqual({ posted: 1, looked: 0 })
      expect(await settle(302)).toEqual({ posted: 0, looked: 0 })
      expect(await stock()).toEqual({ onHand: 98, reserved: 0, held: 0 })
      const outside = { ...key(), ...looseAt(virtualLocation(site.warehouse.id, 'adjustment')) }
      expect((await stock(outside)).onHand).toBe(2)
      expect((await rounds())?.settled).toMatchObject({ state: 'posted', delta: -2, version: 2 })
    })

    it('[C63] above the limits, and for a short, a person looks', async () => {
      await push(0, [moved(100, 0)], 1)
      await push(0, [seen(90, 100), left()], 101)
      await everyoneHeard(200)
      expect(await settle(201)).toEqual({ posted: 0, looked: 1 })
      expect(await open()).toMatchObject({ state: 'review', flags: ['overLimit'] })
      expect(await kinds()).toEqual(['count_variance'])
      await push(0, [seen(99, 300, { kind: 'short', count: derivedId('count', 'short', run) })], 301)
      expect(await open()).toMatchObject({ kind: 'short', round: 2, delta: -1, state: 'provisional' })
      await everyoneHeard(400)
      expect(await settle(401)).toEqual({ posted: 0, looked: 1 })
    })

    it('[C64] a movement that arrives after the posting makes a new round with exception, never a silent correction', async () => {
      await push(0, [moved(100, 0)], 1)
      await push(0, [seen(98, 100), left()], 101)
      await everyoneHeard(200)
      await settle(201)
      await push(1, [moved(-2, 50)], 300)
      expect(await open()).toMatchObject({ round: 2, state: 'review', book: 96, delta: 2, flags: ['late'], version: 3 })
      expect(await kinds()).toEqual(['late_after_count'])
      await push(1, [moved(-3, 150)], 301)
      expect(await open()).toMatchObject({ book: 96, delta: 2, version: 3 })
      await decide(310, cem(), ask('count.approve', 3))
      await settle(310 + EFFECTIVE_AFTER_MS / 1000)
      // 98 were there at the count, 3 left after it.
      expect(await stock()).toMatchObject({ onHand: 95, held: 0 })
      expect(await kinds()).toEqual([])
    })

    it('[C65] approving posts the version that was seen, ten seconds later; a late movement or an undo takes it back', async () => {
      await push(0, [moved(100, 0)], 1)
      await push(0, [seen(90, 100), left()], 101)
      await everyoneHeard(200)
      await settle(201)
      expect(await decide(300, cem(), ask('count.approve', 2))).toMatchObject([
        { outcome: 'refused', code: 'stale', version: 1 },
      ])
      expect(await decide(300, cem(), ask('count.approve', 1))).toMatchObject([
        { outcome: 'done', version: 2, state: 'approved' },
      ])
      expect(await settle(305)).toEqual({ posted: 0, looked: 0 })
      await push(1, [moved(-1, 50)], 306)
      expect(await open()).toMatchObject({
        state: 'review',
        version: 3,
        delta: -9,
        flags: expect.arrayContaining(['broken']),
      })
      expect(await settle(320)).toEqual({ posted: 0, looked: 0 })
      await decide(330, cem(), ask('count.approve', 3))
      expect(await decide(331, cem(), ask('count.undo', 4, { reason: '' }))).toMatchObject([
        { outcome: 'done', state: 'review' },
      ])
      await decide(340, cem(), ask('count.approve', 5))
      expect(await settle(350)).toEqual({ posted: 1, looked: 0 })
      expect(await stock()).toEqual({ onHand: 90, reserved: 0, held: 0 })
      expect(await decide(360, cem(), ask('count.approve', 7))).toMatchObject([{ outcome: 'refused', code: 'stale' }])
    })

    it('[DA12] of two people who decide the same row at once one is told that it has changed, and it posts once', async () => {
      await push(0, [moved(100, 0)], 1)
      await push(0, [seen(90, 100), left()], 101)
      await everyoneHeard(200)
      await settle(201)
      const by = (who: Worker, kind: 'count.approve' | 'count.reject') =>
        decide(300, who, ask(kind, 1, { id: derivedId('decision', name, run, who.id, kind) }))
      const answers = (await Promise.all([by(cem(), 'count.approve'), by(dora(), 'count.approve')])).flat()
      expect(answers.map(({ outcome, code = null }) => [outcome, code]).toSorted()).toEqual([
        ['done', null],
        ['refused', 'stale'],
      ])
      expect(answers.map(({ version }) => version)).toEqual([2, 2])
      expect(await by(dora(), 'count.reject')).toMatchObject([{ outcome: 'refused', code: 'stale' }])
      expect(await settle(311)).toEqual({ posted: 1, looked: 0 })
      expect(await stock()).toEqual({ onHand: 90, reserved: 0, held: 0 })
    })

    /** 4 are missing at A-01, and so many too many at A-02; both wait for a person. */
    const oppositeCounts = async (tooMany: number) => {
      await push(0, [moved(10, 0), moved(10, 1, 'A-02')], 2)
      const there = { key: key('A-02'), count: derivedId<'count'>('count', name, run, 'there') }
      await push(0, [seen(6, 100), seen(10 + tooMany, 110, there), left(), left(there.count)], 111)
      await everyoneHeard(200)
      await settle(201)
    }
    const other = () => varianceId(site.warehouse.id, key('A-02'))
    const asMove = (expectedVersion: number, over: Partial<DecisionAsk> = {}) =>
      ask('count.move', 1, {
        args: { with: { target: other() as string as Id<'target'>, expectedVersion } },
        ...over,
      })
    const bothOpen = async () => [await open(), (await rounds(key('A-02')))?.open ?? null]

    it('[MV1] what is missing here and too much there is found from both ends', async () => {
      await oppositeCounts(4)
      const here = varianceId(site.warehouse.id, key())
      const found = await inside(books => books.opposites([here, other()]))
      expect([...found].map(([id, [first]]) => [id, first?.id]).toSorted()).toEqual(
        [
          [here, other()],
          [other(), here],
        ].toSorted(),
      )
      await decide(300, cem(), ask('count.reject', 1))
      expect((await inside(books => books.opposites([other()]))).size).toBe(0)
    })

    it('[MV2] one decision makes both a move, from before the counts; both books are right and nothing is adjusted', async () => {
      await oppositeCounts(4)
      expect(await bothOpen()).toMatchObject([{ delta: -4 }, { delta: 4 }])
      expect(await decide(300, cem(), asMove(2))).toMatchObject([{ outcome: 'refused', code: 'stale' }])
      expect(await decide(300, cem(), asMove(1, { id: derivedId('decision', name, run, 'good') }))).toMatchObject([
        { outcome: 'done', version: 2, state: 'approved' },
      ])
      expect(await bothOpen()).toMatchObject([
        { state: 'approved', version: 2, decided: { kind: 'move' } },
        { state: 'approved', version: 2, decided: { kind: 'move' } },
      ])
      expect(await settle(305)).toEqual({ posted: 0, looked: 0 })
      expect(await settle(311)).toEqual({ posted: 1, looked: 0 })
      expect(await bothOpen()).toEqual([null, null])
      expect([(await rounds())?.settled, (await rounds(key('A-02')))?.settled]).toMatchObject([
        { state: 'closed', delta: 0, book: 6 },
        { state: 'closed', delta: 0, book: 14 },
      ])
      expect([await stock(), await stock(key('A-02'))]).toEqual([
        { onHand: 6, reserved: 0, held: 0 },
        { onHand: 14, reserved: 0, held: 0 },
      ])
      expect(await subject.openExceptions()).toEqual([])
      expect(await settle(400)).toEqual({ posted: 0, looked: 0 })
    })

    it('[MV3] of unequal differences the rest waits for a person, as what it is', async () => {
      await oppositeCounts(1)
      await decide(300, cem(), asMove(1))
      await settle(311)
      expect(await bothOpen()).toMatchObject([{ state: 'review', delta: -3, book: 9, decided: { kind: 'move' } }, null])
      expect((await open())?.flags).not.toContain('broken')
      expect((await open())?.pair).toBeUndefined()
      expect([await stock(), await stock(key('A-02'))]).toMatchObject([
        { onHand: 9, held: 3 },
        { onHand: 11, held: 0 },
      ])
    })

    it('[MV4] taking back one end takes back the other; what changes one end sends the other to a person', async () => {
      await oppositeCounts(4)
      await decide(300, cem(), asMove(1))
      expect(await decide(301, cem(), ask('count.undo', 2, { reason: '' }))).toMatchObject([{ outcome: 'done' }])
      expect(await bothOpen()).toMatchObject([
        { state: 'review', version: 3 },
        { state: 'review', version: 3 },
      ])
      const again = asMove(3, { id: derivedId('decision', name, run, 'again'), expectedVersion: 3 })
      expect(await decide(310, cem(), again)).toMatchObject([{ outcome: 'done', state: 'approved' }])
      await push(1, [moved(-1, 50)], 311)
      expect(await bothOpen()).toMatchObject([
        { state: 'review', delta: -3 },
        { state: 'approved', delta: 4 },
      ])
      expect(await settle(330)).toEqual({ posted: 0, looked: 1 })
      expect(await bothOpen()).toMatchObject([
        { state: 'review', delta: -3 },
        { state: 'review', delta: 4, flags: expect.arrayContaining(['broken']) },
      ])
      expect([await stock(), await stock(key('A-02'))]).toMatchObject([{ onHand: 9 }, { onHand: 10 }])
    })

    it('[MV5] whoever has counted an end does not decide it; goods that are not opposite are refused', async () => {
      await oppositeCounts(4)
      const own = { ...cem(), id: berk().id }
      expect(await decide(300, own, asMove(1))).toMatchObject([{ outcome: 'refused', code: 'own_count' }])
      const self = asMove(1, { id: derivedId('decision', name, run, 'self') })
      const target = ask('count.move', 1).target
      expect(await decide(301, cem(), { ...self, args: { with: { target, expectedVersion: 1 } } })).toMatchObject([
        { outcome: 'refused', code: 'not_opposite' },
      ])
      expect(
        await decide(302, cem(), { ...self, id: derivedId('decision', name, run, 'none'), args: {} }),
      ).toMatchObject([{ outcome: 'refused', code: 'bad_request' }])
      expect(await bothOpen()).toMatchObject([{ state: 'review' }, { state: 'review' }])
    })

    it('[C66] the same decision again gets the same answer; another one under its id is refused', async () => {
      await push(0, [moved(100, 0)], 1)
      await push(0, [seen(90, 100), left()], 101)
      const one = ask('count.reject', 1)
      const [first] = await decide(300, cem(), one)
      expect(first).toMatchObject({ outcome: 'done', state: 'rejected' })
      expect(await decide(301, cem(), one, one)).toEqual([first, first])
      expect(await decide(302, cem(), { ...one, reason: 'OTHER' })).toMatchObject([
        { outcome: 'refused', code: 'bad_request' },
      ])
      expect(await stock()).toEqual({ onHand: 100, reserved: 0, held: 0 })
      const unknown = ask('count.reject', 1, {
        target: derivedId('target', 'nothing'),
        id: derivedId('decision', name, run, 'x'),
      })
      expect(await decide(303, cem(), unknown)).toMatchObject([{ outcome: 'refused', code: 'not_found' }])
    })

    it('[C67] nobody approves what they have counted, over the whole chain', async () => {
      await push(0, [moved(100, 0)], 1)
      await push(0, [seen(90, 100), left()], 101, cem())
      expect(await decide(200, cem(), ask('count.approve', 1, { args: { early: true } }))).toMatchObject([
        { outcome: 'refused', code: 'own_count' },
      ])
      await push(
        1,
        [seen(91, 300, { count: derivedId('count', 'again', run) }), left(derivedId('count', 'again', run))],
        301,
      )
      expect((await open())?.counters).toEqual([cem().id, berk().id])
      expect(await decide(400, cem(), ask('count.approve', 3, { args: { early: true } }))).toMatchObject([
        { code: 'own_count' },
      ])
      expect(
        await decide(
          400,
          dora(),
          ask('count.approve', 3, { args: { early: true }, id: derivedId('decision', name, run, 'd') }),
        ),
      ).toMatchObject([{ outcome: 'done' }])
    })

    it('[C68] a recount is a task for somebody else; what is in doubt stays held until it comes', async () => {
      await push(0, [moved(100, 0)], 1)
      await push(0, [seen(90, 100), left()], 101)
      expect(await decide(200, cem(), ask('count.recount', 1))).toMatchObject([{ outcome: 'done', state: 'recount' }])
      const [task] = await inside(books => books.openCounts([placeId(site, 'A-01')]))
      expect(task).toMatchObject({
        kind: 'count',
        state: 'ready',
        count: { item: item().id, mode: 'recount', index: 1, notBy: [berk().id], hidden: true },
      })
      expect(await stock()).toMatchObject({ held: 10 })
      const recount = { count: task!.id as string, task: task!.id, mode: 'recount' as const }
      await push(1, [seen(100, 300, recount), { ...left(task!.id), tasks: [{ ...task!, state: 'done' }] }], 301, cem())
      expect([await open(), await stock()]).toEqual([null, { onHand: 100, reserved: 0, held: 0 }])
    })

    it('[C69] blind: another look is asked for with the task while the counter is there, else it is a count of its own', async () => {
      const task = blindTask(site)
      await push(0, [moved(10, 0), { ...NOTHING, tasks: [task] }], 1)
      const blind = { count: task.id as string, task: task.id, mode: 'blind' as const }
      await push(0, [seen(8, 100, blind)], 101)
      const asked = async () =>
        (await inside(books => books.facts({ tasks: [task.id], items: [], places: [] }))).tasks.get(task.id)
      expect([(await open())?.state, (await asked())?.count?.again]).toMatchObject([
        'again',
        [{ item: item().id, attempt: 2 }],
      ])
      expect(JSON.stringify((await asked())?.count?.again)).not.toContain('"10"')
      await push(0, [seen(9, 110, { ...blind, attempt: 2 })], 111)
      expect([(await open())?.state, (await asked())?.count?.again]).toEqual(['counting', []])
      expect((await open())?.tries.map(one => one.seen)).toEqual([8, 9])
      await push(0, [{ ...left(task.id), tasks: [{ ...(await asked())!, state: 'done' }] }], 112)
      expect((await open())?.state).toBe('provisional')
    })

    it('[C69] blind and offline: one open count for somebody else, however often it is heard of', async () => {
      const task = blindTask(site)
      await push(0, [moved(10, 0), { ...NOTHING, tasks: [task] }], 1)
      const blind = { count: task.id as string, task: task.id, mode: 'blind' as const }
      await push(0, [seen(8, 100, blind), { ...left(task.id), tasks: [{ ...task, state: 'done', lease: null }] }], 101)
      await push(1, [moved(-1, 50)], 120)
      const tasks = await inside(books => books.openCounts([placeId(site, 'A-01')]))
      expect(tasks).toMatchObject([{ state: 'ready', count: { mode: 'recount', notBy: [berk().id] } }])
      expect(await open()).toMatchObject({ state: 'again', delta: -1 })
    })

    it('[C70] a statement is taken back before it is settled; afterwards a person is told', async () => {
      await push(0, [moved(100, 0)], 1)
      await push(0, [seen(90, 100)], 101)
      await push(0, [{ ...NOTHING, undone: [{ device: device(0), epoch: EPOCH, seq: 2 }] }], 102)
      expect([await open(), await stock()]).toEqual([null, { onHand: 100, reserved: 0, held: 0 }])
      await push(0, [seen(98, 200), left()], 201)
      await everyoneHeard(300)
      await settle(301)
      await push(0, [{ ...NOTHING, undone: [{ device: device(0), epoch: EPOCH, seq: 4 }] }], 302)
      expect([await stock(), await kinds()]).toEqual([{ onHand: 98, reserved: 0, held: 0 }, ['undo_late']])
    })

    it('[C71] a row below zero is counted by one task, whatever takes it there', async () => {
      const below = (seq: number): Effects => ({
        ...moved(-1, seq),
        exceptions: [
          {
            id: derivedId('exception', name, run, seq),
            kind: 'negative_stock',
            subject: stockKeyText(key()),
            body: { ...key(), onHand: -seq },
          },
        ],
      })
      await push(0, [below(1)], 1)
      await push(0, [below(2)], 2)
      const tasks = await inside(books => books.openCounts([placeId(site, 'A-01')]))
      expect(tasks).toMatchObject([{ client: item().client, cause: 'negative', count: { item: item().id } }])
    })

    it('[C72] a count on demand is one open task for each place and item', async () => {
      const target = placeId(site, 'A-02') as string as Id<'target'>
      const args = { client: item().client, item: item().id }
      const wish = (n: number) => ask('count.request', n, { target, args, reason: '' })
      expect(await decide(1, cem(), wish(1), wish(2))).toMatchObject([{ outcome: 'done' }, { outcome: 'done' }])
      await decide(2, cem(), wish(3))
      const tasks = await inside(books => books.openCounts([placeId(site, 'A-02')]))
      expect(tasks).toMatchObject([
        { state: 'ready', cause: 'asked', count: { item: item().id, mode: 'blind', hidden: true } },
      ])
      expect(await decide(3, berk(), wish(4))).toMatchObject([{ outcome: 'refused', code: 'role' }])
    })

    it('[C38] every state that a round can have is kept and read back', async () => {
      await push(0, [moved(100, 0)], 1)
      await push(0, [seen(90, 100), left()], 101)
      const one = (await open())!
      for (const state of VARIANCE_STATES) {
        await inside(books =>
          books.put({ variances: [{ ...one, state }], holds: [], raise: [], close: [], tasks: [], visits: [] }),
        )
        const found = await rounds()
        expect([found?.open?.state, found?.settled?.state, found?.last.version]).toEqual([
          ['posted', 'rejected', 'closed', 'superseded', 'withdrawn'].includes(state) ? undefined : state,
          ['posted', 'rejected', 'closed'].includes(state) ? state : undefined,
          one.version,
        ])
      }
    })
  })
}

const blindTask = (site: SiteSeed): Task => ({
  id: derivedId('task', site.warehouse.id, 'blind'),
  kind: 'count',
  client: site.clients[0]!.id,
  document: null,
  state: 'started',
  lease: { device: site.devices[0]!.id, worker: null },
  tote: null,
  count: { location: placeId(site, 'A-01'), item: null, mode: 'blind', index: 0, notBy: [], hidden: true },
})
