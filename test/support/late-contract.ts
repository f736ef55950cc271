import { createPublicKey, verify } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { audit } from '../../server/store/audit.ts'
import type { OpenDatabase } from '../../server/store/open.ts'
import { prepare } from '../../server/sync/prepare.ts'
import type { LateAsk } from '../../shared/desk/late.ts'
import { derivedId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import type { Effects, Observation } from '../../shared/ledger/effects.ts'
import { looseAt, virtualLocation } from '../../shared/ledger/world.ts'
import type { Draft } from '../../shared/sync/command.ts'
import type { Sealed } from '../../shared/sync/wire.ts'
import { isoOf, msOf } from '../../shared/time.ts'
import { makeSealer } from './sealer.ts'
import { placeId, testSite } from './site.ts'
import { NOW, sqlSite } from './sql-site.ts'

/** What becomes of the steps that a lost handheld brings later, on every engine; `open` gives an empty database. */
export const describeLate = (name: string, open: () => Promise<Pick<OpenDatabase, 'db' | 'close'>>): void => {
  describe(`steps that come late: ${name}`, () => {
    const site = testSite('late', 3)
    const [one] = site.clients
    const [plain] = site.items
    const [boss] = site.roster.workers
    const [lost, other] = site.devices.map(device => device.id)
    if (!one || !plain || !boss || !lost || !other) throw new Error('no site')
    const warehouse = site.warehouse.id
    const sealer = makeSealer(site, lost)
    const key = createPublicKey({ key: { ...sealer.publicKey }, format: 'jwk' })
    const isSigned = async (text: string, sig: string): Promise<boolean> =>
      verify('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(sig, 'base64url'))
    let opened: Pick<OpenDatabase, 'db' | 'close'>
    let stores: Awaited<ReturnType<typeof sqlSite>>
    let clock = 60
    const at = (minute: number): string => isoOf(msOf(NOW) + minute * 60_000)
    const now = (): string => at(clock)

    const facts = async (effects: Partial<Effects>, minute: number): Promise<void> => {
      seq += 1
      const sealed = { seq, v: 1, body: '{}', hash: `${seq}`.padStart(64, '0'), sig: 's' }
      const judged = {
        sealed,
        outcome: 'applied' as const,
        reason: null,
        awaits: null,
        worker: boss.id,
        at: at(minute),
      }
      await stores.sync.apply({ warehouse, device: other, epoch: 'epoch0000001', now: now() }, tx =>
        tx.write({ messages: [], notes: [], applied: [{ ...judged, effects: { ...NOTHING, ...effects } }] }),
      )
    }
    let seq = 0
    const goods = { client: one.id, item: plain.id, lot: '', serial: '' }
    const arrive = (place: string, qty: number): Partial<Effects> => {
      const times = { takenAt: at(0), at: at(0), unc: 0 }
      const from = looseAt(virtualLocation(warehouse, 'supplier'))
      return { movements: [{ ...goods, from, to: looseAt(placeId(site, place)), qty, ...times }] }
    }
    const counted = (place: string, seen: number, minute: number): Partial<Effects> => {
      const count = derivedId<'count'>('count', 'late', place, minute)
      const about = { key: { ...goods, ...looseAt(placeId(site, place)) }, seen, kind: 'count' as const, count }
      const how = {
        task: null,
        mode: 'guided' as const,
        attempt: 1,
        at: at(minute),
        unc: 0,
        reason: null,
        typed: false,
      }
      const observation: Observation = { ...about, ...how, photos: [] }
      return { observations: [observation], closedCounts: [{ count, place: placeId(site, place), item: null }] }
    }
    const move = (from: string, to: string, qty: number): Extract<Draft, { type: 'move' }> => ({
      type: 'move',
      ...goods,
      process: 'move',
      line: null,
      task: null,
      from: looseAt(placeId(site, from)),
      to: looseAt(placeId(site, to)),
      qty,
    })
    const bring = async (commands: readonly Sealed[], hole: { to: number } | null = null): Promise<void> => {
      const where = { device: lost, epoch: sealer.epoch, warehouse }
      await stores.late.keep({ ...where, now: now() }, await prepare(commands, where, isSigned), hole)
    }
    const read = async () => {
      const found = await stores.late.read(warehouse, lost)
      if (found === null) throw new Error('no handheld')
      return found
    }
    let n = 0
    const ask = (step: Pick<Sealed, 'seq' | 'hash'>, over: Partial<LateAsk> = {}): LateAsk => {
      n += 1
      const { seq: no, hash } = step
      const id = derivedId<'decision'>('decision', 'late', n)
      return { id, epoch: sealer.epoch, seq: no, hash, choice: 'book', words: '', ...over }
    }
    const decide = async (...decisions: LateAsk[]) => {
      const broken: unknown[] = []
      const answers = await stores.late.decide(
        { warehouse, now: now() },
        boss,
        { device: lost, decisions },
        (_, e) => void broken.push(e),
      )
      expect(broken).toEqual([])
      return (answers ?? []).map(one => one.code ?? one.state)
    }
    const onHand = async (place: string): Promise<number> => {
      const { rows } = await sql<{ qty: string | number }>`
        select coalesce(sum(b.on_hand), 0) as qty from balance b join location l on l.warehouse_id = b.warehouse_id and l.id = b.location_id
        where l.uid = ${placeId(site, place)}::uuid`.execute(opened.db)
      return Number(rows[0]?.qty ?? 0)
    }

    beforeAll(async () => {
      opened = await open()
      stores = await sqlSite(opened, site)
      await facts(arrive('A-01', 20), 0)
      await facts(arrive('A-02', 5), 0)
      await stores.devices.revoke(lost, 'revoked', null)
    })
    afterAll(() => opened.close())

    const first = sealer.seal(move('A-01', 'A-03', 4), at(10))
    const second = sealer.seal(move('A-03', 'A-04', 4), at(11))
    const third = sealer.seal(move('A-02', 'A-04', 9), at(12))

    it('[LD6] what it brings is kept step by step, once each however often it comes, and nothing of it is booked', async () => {
      for (let time = 0; time < 3; time += 1) await bring([first, second])
      await bring([third])
      const { rows, waiting } = await read()
      expect([waiting, rows.map(row => [row.seq, row.state, row.bar])]).toEqual([
        3,
        [1, 2, 3].map(no => [no, 'kept', null]),
      ])
      expect([await onHand('A-01'), await onHand('A-03')]).toEqual([20, 0])
      expect(await stores.late.read(warehouse, derivedId<'device'>('device', 'nobody'))).toBeNull()
    })

    it('[LD6] each says who did what and when, what it would do after those before it, and what was counted since', async () => {
      await facts(counted('A-02', 5, 5), 5)
      await facts(counted('A-01', 16, 30), 30)
      const [a, b, c] = (await read()).rows
      expect(a).toMatchObject({
        act: { type: 'move', worker: boss.id, at: at(10) },
        moves: [{ item: plain.id, qty: 4, from: placeId(site, 'A-01'), to: placeId(site, 'A-03') }],
        troubles: [],
        since: [{ place: placeId(site, 'A-01') }],
      })
      expect(msOf(a?.since[0]?.at ?? '')).toBe(msOf(at(30)))
      // It stands on the one before, which is not booked yet.
      expect(b).toMatchObject({ troubles: [], since: [] })
      expect(c).toMatchObject({ troubles: ['negative_stock'], since: [] })
    })

    it('[LD7] steps are booked in their order, each once, on what was seen; the same decision gets the same answer', async () => {
      expect(await decide(ask(second))).toEqual(['unsettled'])
      const asks = [ask(first), ask(second)]
      expect(await decide(...asks)).toEqual(['booked', 'booked'])
      expect(await decide(...asks)).toEqual(['booked', 'booked'])
      expect(await decide(ask(first), ask(second, { choice: 'discard', words: 'no' }))).toEqual(['stale', 'stale'])
      expect(await decide({ ...asks[0]!, words: 'other' })).toEqual(['bad_request'])
      expect(await decide(ask(first, { epoch: 'epoch0000009' }))).toEqual(['not_found'])
      expect([await onHand('A-03'), await onHand('A-04')]).toEqual([0, 4])
      expect((await read()).rows.filter(row => row.state === 'booked').map(row => row.decided?.worker)).toEqual([
        boss.id,
        boss.id,
      ])
    })

    it('[LD7] a count since is corrected by it instead of being counted twice', async () => {
      // Twenty by the books, sixteen counted: the four are what the step has moved, before the count.
      const { rows } = await sql<{ delta: string | number; state: string }>`
        select (v.body->>'delta')::int as delta, v.state from variance v join location l on l.warehouse_id = v.warehouse_id and l.id = v.location_id
        where l.uid = ${placeId(site, 'A-01')}::uuid`.execute(opened.db)
      expect([await onHand('A-01'), rows.map(row => Number(row.delta))]).toEqual([16, [0]])
    })

    it('[LD7] what contradicts the books is booked all the same, and is an exception', async () => {
      expect(await decide(ask(third))).toEqual(['booked'])
      expect(await onHand('A-02')).toBe(-4)
      const { rows } = await sql<{
        kind: string
      }>`select kind from exception where kind = 'negative_stock' and state = 'open'`.execute(opened.db)
      expect(rows).toHaveLength(1)
    })

    it('[LD7] what is discarded moves nothing, says why, and cannot be taken back by an undo of its own', async () => {
      const act = move('A-04', 'A-03', 1)
      const step = sealer.seal(act, at(13))
      const undo = sealer.seal(
        { type: 'undo', client: one.id, of: { epoch: sealer.epoch, seq: step.seq }, act },
        at(14),
      )
      await bring([step, undo])
      expect(await decide(ask(step, { choice: 'discard', words: 'put back by hand' }))).toEqual(['discarded'])
      expect((await read()).rows.map(row => [row.seq, row.bar])[0]).toEqual([undo.seq, 'gone'])
      expect(await decide(ask(undo))).toEqual(['gone'])
      expect(await decide(ask(undo, { choice: 'discard', words: 'of the same' }))).toEqual(['discarded'])
      expect(await onHand('A-03')).toBe(0)
      const found = (await read()).rows.find(row => row.seq === step.seq)
      expect(found).toMatchObject({ state: 'discarded', decided: { worker: boss.id, words: 'put back by hand' } })
      const { rows } = await stores.views.audit(warehouse, { after: '', limit: 50 })
      expect(
        rows.filter(row => row.kind === 'device.late').map(row => [row.subject, row.worker, row.outcome]),
      ).toContainEqual([lost, boss.id, 'done'])
    })

    it('[LD8] what is not signed by it, breaks its chain, is another’s or somebody’s who might not is never booked', async () => {
      const good = sealer.seal(move('A-04', 'A-03', 1), at(15))
      const forged = { ...good, sig: first.sig }
      const skipped = sealer.seal(move('A-04', 'A-03', 1), at(16))
      const broken = sealer.seal(move('A-04', 'A-03', 1), at(17))
      const foreign = sealer.seal(move('A-04', 'A-03', 1), at(18), body => ({ ...body, device: other }))
      const nobody = sealer.seal(move('A-04', 'A-03', 1), at(19), body => ({
        ...body,
        worker: derivedId('worker', 'nobody'),
      }))
      await bring([forged])
      await bring([broken])
      await bring([foreign, nobody], { to: broken.seq })
      const kept = (await read()).rows.filter(row => row.state === 'kept')
      expect(kept.map(row => [row.seq, row.bar, row.act])).toEqual([
        [forged.seq, 'bad_signature', null],
        [broken.seq, 'broken_chain', null],
        [foreign.seq, 'envelope_mismatch', null],
        [nobody.seq, 'not_authorised', null],
      ])
      for (const row of kept) {
        expect([row.seq, await decide(ask(row))]).toEqual([row.seq, ['untrusted']])
        expect(await decide(ask(row, { choice: 'discard', words: 'not ours' }))).toEqual(['discarded'])
      }
      expect(skipped.seq).toBe(broken.seq - 1)
      expect([await onHand('A-03'), (await read()).waiting]).toEqual([0, 0])
    })

    it('[LD8] a number that was booked is not kept again; another step under it is a fork', async () => {
      await sql`insert into command (warehouse_id, device_id, epoch, seq, v, body, hash, sig, outcome, exceptions, feed_seq)
        select warehouse_id, device_id, epoch, seq + 100, v, body, hash, sig, 'applied', '[]', 1 from late_step where seq = 1`.execute(
        opened.db,
      )
      const twin = makeSealer(site, lost, sealer.epoch, 0, sealer)
      for (let no = 1; no < 101; no += 1) twin.seal(move('A-04', 'A-03', 1))
      const other101 = twin.seal(move('A-04', 'A-03', 2))
      const before = (await read()).rows.length
      await bring([{ ...other101, hash: first.hash }])
      expect((await read()).rows).toHaveLength(before)
      await bring([other101], { to: 100 })
      expect((await read()).rows[0]).toMatchObject({ seq: 101, bar: 'forked' })
      expect(await decide(ask(other101))).toEqual(['untrusted'])
      await sql`delete from command where seq > 100`.execute(opened.db)
      expect(await audit(opened.db)).toEqual([])
    })
  })
}
