import { createPublicKey, verify } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { audit } from '../../server/store/audit.ts'
import type { OpenDatabase } from '../../server/store/open.ts'
import { applyPush } from '../../server/sync/apply.ts'
import { prepare } from '../../server/sync/prepare.ts'
import { giveStrangers, openRescue } from '../../server/sync/rescue.ts'
import type { RescueDeps } from '../../server/sync/rescue.ts'
import type { LateAsk } from '../../shared/desk/late.ts'
import type { ExceptionKind } from '../../shared/exception.ts'
import { derivedId } from '../../shared/ids.ts'
import type { DeviceId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import { looseAt, virtualLocation } from '../../shared/ledger/world.ts'
import type { Draft } from '../../shared/sync/command.ts'
import { endLine, partsOf } from '../../shared/sync/rescue-parts.ts'
import { sha256Hex } from '../../shared/sync/seal.ts'
import type { Sealed } from '../../shared/sync/wire.ts'
import { makeSealer } from './sealer.ts'
import type { Sealer } from './sealer.ts'
import { placeId, testSite } from './site.ts'
import { NOW, sqlSite } from './sql-site.ts'

/** What becomes of a queue that comes through the rescue door, on every engine; `open` gives an empty database. */
export const describeRescue = (name: string, open: () => Promise<Pick<OpenDatabase, 'db' | 'close'>>): void => {
  describe(`what is rescued: ${name}`, () => {
    const site = testSite('rescue', 6)
    const [one] = site.clients
    const [plain] = site.items
    const [boss] = site.roster.workers
    if (!one || !plain || !boss) throw new Error('no site')
    const warehouse = site.warehouse.id
    const sealers = new Map(site.devices.map(({ id }, n) => [id, makeSealer(site, id, `epoch000000${n}`)]))
    const sealerOf = (nth: number): Sealer => {
      const device = site.devices[nth]?.id
      const sealer = device === undefined ? undefined : sealers.get(device)
      if (sealer === undefined) throw new Error('no handheld')
      return sealer
    }
    const verifierOf = (device: DeviceId) => {
      const key = createPublicKey({ key: { ...sealers.get(device)?.publicKey }, format: 'jwk' })
      return async (text: string, sig: string): Promise<boolean> =>
        verify('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(sig, 'base64url'))
    }
    let opened: Pick<OpenDatabase, 'db' | 'close'>
    let stores: Awaited<ReturnType<typeof sqlSite>>
    const forked: DeviceId[] = []
    const broken: unknown[] = []

    const deps = (): RescueDeps => ({
      store: stores.sync,
      book: stores.rescues,
      device: async id => {
        const found = await stores.devices.get(id)
        // The site's own keys are not those of the sealers.
        return found === null ? null : { ...found, publicKey: sealers.get(id)?.publicKey ?? found.publicKey }
      },
      verifierOf: key => {
        const [id] = [...sealers].find(([, sealer]) => sealer.publicKey.x === key.x) ?? []
        return id === undefined ? async () => false : verifierOf(id)
      },
      keep: (at, prepared, hole) => stores.late.keep(at, prepared, hole),
      now: () => NOW,
      ring: () => {},
      onForked: async device => void forked.push(device),
      onBroken: (_, error) => void broken.push(error),
      onApplied: () => {},
    })
    const line = (epoch: string, sealed: Sealed): string =>
      JSON.stringify({ database: 'stockhand-queue', store: 'cmd', row: { n: sealed.seq, epoch, ...sealed } })
    const inFile = (epoch: string, sealed: readonly Sealed[]): string =>
      JSON.stringify({
        file: `queue-${epoch}.jsonl`,
        line: JSON.stringify({ rows: sealed.map(s => ({ epoch, ...s })) }),
      })
    const whole = (lines: readonly string[]): string => [...lines, endLine(lines.length)].join('\n')
    const queue = ({ epoch }: Sealer, ...steps: Sealed[]): string => whole(steps.map(step => line(epoch, step)))
    const rescue = async (text: string) => {
      const { steps: _, ...end } = await openRescue(deps(), sha256Hex(text), text)
      return Object.fromEntries(Object.entries(end).filter(([, n]) => n > 0))
    }
    /** As the handheld sends it itself. */
    const push = async ({ device, epoch }: Sealer, ...commands: Sealed[]) => {
      const at = { warehouse, device, epoch }
      const prepared = await prepare(commands, at, verifierOf(device))
      return stores.sync.apply({ ...at, now: NOW }, tx =>
        applyPush(tx, { ...at, now: NOW, prepared, hole: undefined, lost: false }),
      )
    }
    const goods = { client: one.id, item: plain.id, lot: '', serial: '' }
    const move = (to: string): Extract<Draft, { type: 'move' }> => ({
      type: 'move',
      ...goods,
      process: 'move',
      line: null,
      task: null,
      from: looseAt(placeId(site, 'A-01')),
      to: looseAt(placeId(site, to)),
      qty: 1,
    })
    const steps = (sealer: Sealer, n: number, to: string): Sealed[] =>
      Array.from({ length: n }, () => sealer.seal(move(to)))
    const onHand = async (place: string): Promise<number> => {
      const { rows } = await sql<{ qty: string | number }>`
        select coalesce(sum(b.on_hand), 0) as qty from balance b join location l on l.warehouse_id = b.warehouse_id and l.id = b.location_id
        where l.uid = ${placeId(site, place)}::uuid`.execute(opened.db)
      return Number(rows[0]?.qty ?? 0)
    }
    const inbox = async (sealer: Sealer, kind: ExceptionKind) => {
      const { rows } = await sql<{ body: Record<string, unknown>; hits: number }>`
        select body, hits from exception where kind = ${kind} and state = 'open' and body->>'device' = ${sealer.device}
        order by subject`.execute(opened.db)
      return rows
    }
    const late = async ({ device }: Sealer) => {
      const found = await stores.late.read(warehouse, device)
      return (found?.rows ?? []).filter(row => row.state === 'kept').map(row => [row.seq, row.bar])
    }
    let n = 0
    const decide = async ({ device, epoch }: Sealer, { seq, hash }: Sealed, over: Partial<LateAsk> = {}) => {
      n += 1
      const ask = { epoch, seq, hash, choice: 'book', words: '', id: derivedId<'decision'>('decision', 'rescue', n) }
      const act = { device, decisions: [{ ...ask, ...over } as LateAsk] }
      const answers = await stores.late.decide({ warehouse, now: NOW }, boss, act, () => {})
      return answers?.map(one => one.code ?? one.state)
    }

    beforeAll(async () => {
      opened = await open()
      stores = await sqlSite(opened, site)
      const from = looseAt(virtualLocation(warehouse, 'supplier'))
      const times = { takenAt: NOW, at: NOW, unc: 0 }
      const movements = [{ ...goods, from, to: looseAt(placeId(site, 'A-01')), qty: 1000, ...times }]
      await stores.sync.decide({ warehouse, now: NOW }, tx =>
        tx.write({ body: { kind: 'test' }, effects: { ...NOTHING, movements } }),
      )
    })
    afterAll(() => opened.close())

    it('[F7] what the handheld has signed is booked once, in its order, whether it comes by the rescue, again, or by the handheld', async () => {
      const hand = sealerOf(0)
      const all = steps(hand, 7, 'A-02')
      await push(hand, ...all.slice(0, 2))
      // The database and the file beside it hold the same steps; the order of the lines is nobody's business.
      const text = whole([...all.slice(3).map(step => line(hand.epoch, step)), inFile(hand.epoch, all)])
      expect(await rescue(text)).toEqual({ known: 2, booked: 5 })
      expect(await onHand('A-02')).toBe(7)
      expect(await rescue(text)).toEqual({ known: 7 })
      const { acked, fresh } = await push(hand, ...all)
      expect([acked, fresh.length, await onHand('A-02')]).toEqual([7, 0, 7])
      expect((await inbox(hand, 'rescued'))[0]).toMatchObject({
        hits: 1,
        body: { alreadyKnown: 2, booked: 5, waits: 0 },
      })
      expect(await stores.rescues.read(warehouse, hand.device)).toMatchObject([
        { steps: 7, known: 2, booked: 5, inbox: 0, waits: 0, missing: 0, scans: 0, isPartial: false },
      ])
      expect([await inbox(hand, 'quarantined'), forked, broken]).toEqual([[], [], []])
    })

    it('[F7] what it has signed and nobody can read is a row of the inbox under its number, and the steps behind it are booked', async () => {
      const hand = sealerOf(1)
      const [first] = steps(hand, 1, 'A-03')
      const strange = hand.seal(move('A-03'), NOW, body => ({ ...body, type: 'dance' }))
      const [last] = steps(hand, 1, 'A-03')
      if (!first || !last) throw new Error('no steps')
      expect(await rescue(queue(hand, first, strange, last))).toEqual({ booked: 2, inbox: 1 })
      expect(await onHand('A-03')).toBe(2)
      expect((await inbox(hand, 'quarantined'))[0]?.body).toMatchObject({ reason: 'unknown_type', seq: 2 })
    })

    it('[F8] numbers that are in nothing that was found are a declared hole; where something could not be read nothing is declared', async () => {
      const hand = sealerOf(2)
      const all = steps(hand, 6, 'A-04')
      await push(hand, ...all.slice(0, 1))
      const later = all.slice(3, 5)
      const troubled = whole([
        JSON.stringify({ trouble: 'stockhand-queue', error: 'x' }),
        ...later.map(s => line(hand.epoch, s)),
      ])
      expect(await rescue(troubled)).toEqual({ waits: 2 })
      // Cut off: the line that says how many there were is missing.
      expect(await rescue(later.map(s => line(hand.epoch, s)).join('\n'))).toEqual({ waits: 2 })
      expect([await onHand('A-04'), await inbox(hand, 'movements_missing')]).toEqual([1, []])
      expect(await rescue(queue(hand, ...later))).toEqual({ booked: 2, missing: 2 })
      expect((await inbox(hand, 'movements_missing'))[0]?.body).toMatchObject({ from: 2, to: 3 })
      expect(await onHand('A-04')).toBe(3)
      // They waited; now nothing of them is left to decide.
      expect(await late(hand)).toEqual([])
      // The missing ones turn up after all: a person books them, once.
      expect(await rescue(queue(hand, ...all.slice(1, 3)))).toEqual({ waits: 2 })
      expect(await late(hand)).toEqual([
        [2, null],
        [3, null],
      ])
      expect([await decide(hand, all[1]!), await decide(hand, all[1]!), await decide(hand, all[2]!)]).toEqual([
        ['booked'],
        ['stale'],
        ['booked'],
      ])
      expect((await push(hand, ...all)).fresh).toHaveLength(1)
      expect(await onHand('A-04')).toBe(6)
    })

    it('[F9] what is not signed by it, or breaks its chain, moves no number of it, waits as quarantined, and is never booked', async () => {
      const hand = sealerOf(3)
      const before = await onHand('A-02')
      const all = steps(hand, 4, 'A-02')
      const forged = { ...all[1]!, sig: all[0]!.sig }
      expect(await rescue(queue(hand, all[0]!, forged, all[2]!))).toEqual({ booked: 1, waits: 2 })
      expect(await late(hand)).toEqual([
        [2, 'bad_signature'],
        [3, 'expected'],
      ])
      expect((await inbox(hand, 'quarantined')).map(row => row.body)).toMatchObject([
        { reason: 'bad_signature', waits: 1 },
      ])
      expect([await decide(hand, all[1]!), await decide(hand, all[2]!)]).toEqual([['untrusted'], ['expected']])
      const stranger = makeSealer(site, hand.device, hand.epoch)
      expect(await rescue(queue(hand, ...steps(stranger, 3, 'A-04')))).toEqual({ waits: 3 })
      // The handheld works again: its own steps are booked as ever, and nothing is left of what it has sent itself.
      expect((await push(hand, ...all)).acked).toBe(4)
      expect([(await onHand('A-02')) - before, forked]).toEqual([4, []])
      expect((await late(hand)).every(([, bar]) => bar === 'bad_signature')).toBe(true)
    })

    it('[F9] of a lost handheld all waits for a person; of one that nobody knows nothing is booked', async () => {
      const hand = sealerOf(4)
      const before = await onHand('A-03')
      const all = steps(hand, 2, 'A-03')
      await stores.devices.revoke(hand.device, 'revoked', null)
      expect(await rescue(queue(hand, ...all))).toEqual({ waits: 2 })
      expect(await late(hand)).toEqual([
        [1, null],
        [2, null],
      ])
      expect([await decide(hand, all[0]!), (await onHand('A-03')) - before]).toEqual([['booked'], 1])
      const nobody = makeSealer(site, derivedId('device', 'rescue', 'nobody'))
      expect(await rescue(queue(nobody, ...steps(nobody, 2, 'A-03')))).toEqual({})
      expect((await onHand('A-03')) - before).toBe(1)
    })

    it('[F11] of a handheld that is not known the steps wait at the desk, once for each rescue, with what they say; everybody’s are one cause', async () => {
      const nobody = makeSealer(site, derivedId('device', 'rescue', 'stranger'))
      const all = steps(nobody, 3, 'A-03')
      const mute = { ...all[2]!, seq: 4, body: '{', hash: 'f'.repeat(64) }
      // The same steps lie in a file beside the database.
      const text = whole([
        ...all.map(step => line(nobody.epoch, step)),
        inFile(nobody.epoch, all),
        line('muteepoch000', mute),
      ])
      const before = await onHand('A-03')
      const waiting = async () =>
        (await stores.rescues.strangers(warehouse)).rows.filter(one => one.series === sha256Hex(text))
      await rescue(text)
      await rescue(text)
      expect(await waiting()).toMatchObject([
        { device: '', steps: 1, state: 'waits', decided: null, shown: [{ seq: 4, type: null, item: null }] },
        {
          device: nobody.device,
          steps: 3,
          shown: [
            {
              seq: 1,
              type: 'move',
              worker: boss.id,
              item: plain.id,
              qty: 1,
              from: placeId(site, 'A-01'),
              to: placeId(site, 'A-03'),
            },
            { seq: 2 },
            { seq: 3 },
          ],
        },
      ])
      await rescue(queue(nobody, all[0]!))
      const { rows } = await sql<{ hits: number }>`
        select hits from exception where kind = 'rescued' and subject = 'strangers' and state = 'open'`.execute(
        opened.db,
      )
      expect(rows).toHaveLength(1)
      expect((await onHand('A-03')) - before).toBe(0)
    })

    it('[F12] opened again when the handheld is known, its steps are booked by its own signature, and the wait is over', async () => {
      const id = derivedId<'device'>('device', 'rescue', 'back again')
      const hand = makeSealer(site, id)
      const all = steps(hand, 2, 'A-04')
      const text = queue(hand, ...all)
      const series = sha256Hex(text)
      const before = await onHand('A-04')
      await stores.rescues.keep({ series, n: 1, parts: 1, body: text, now: NOW })
      await rescue(text)
      await stores.devices.add({ id, publicKey: hand.publicKey, warehouse, agent: '', now: NOW })
      sealers.set(id, hand)
      expect(await rescue((await stores.rescues.textOf(series)) ?? '')).toEqual({ booked: 2 })
      expect((await onHand('A-04')) - before).toBe(2)
      const row = (await stores.rescues.strangers(warehouse)).rows.find(one => one.series === series)
      expect(row).toMatchObject({ state: 'opened', decided: { worker: null, to: null } })
      const by = { warehouse, now: NOW, worker: boss.id }
      const aside = { series, device: id, state: 'aside' as const, words: 'x', to: null }
      expect(await stores.rescues.settleStranger(by, aside)).toBe(false)
    })

    it('[F13] what a person keeps with another handheld waits there and is never booked; what they put aside has their words; each is decided once', async () => {
      const nobody = makeSealer(site, derivedId('device', 'rescue', 'replaced'))
      const all = steps(nobody, 2, 'A-04')
      const text = queue(nobody, ...all)
      const series = sha256Hex(text)
      const before = await onHand('A-04')
      await rescue(text)
      const by = { warehouse, now: NOW, worker: boss.id }
      const other = sealerOf(5)
      const device = nobody.device
      const given = { series, device, state: 'given' as const, words: 'it was number 6', to: other.device }
      expect(await stores.rescues.settleStranger(by, given)).toBe(true)
      expect(await stores.rescues.settleStranger(by, given)).toBe(false)
      const to = await deps().device(other.device)
      if (to === null) throw new Error('no handheld')
      expect(await giveStrangers(deps(), { series, text, device }, to)).toBe(2)
      const kept = (await stores.late.read(warehouse, other.device))?.rows ?? []
      expect(kept.map(row => [row.seq, row.state, row.bar])).toEqual([
        [1, 'kept', 'bad_signature'],
        [2, 'kept', 'bad_signature'],
      ])
      expect(await decide({ ...other, epoch: nobody.epoch }, all[0]!)).toEqual(['untrusted'])
      expect((await onHand('A-04')) - before).toBe(0)
      expect((await stores.rescues.strangers(warehouse)).rows.find(one => one.series === series)).toMatchObject({
        state: 'given',
        decided: { worker: boss.id, words: 'it was number 6', to: to.number },
      })
    })

    it('[Q41] steps of an earlier id of a handheld are booked once when they are handed in; pushed under its new id they book nothing', async () => {
      const { device } = sealerOf(0)
      const old = makeSealer(site, device, 'earlier00000', 0, sealerOf(0))
      const before = await onHand('A-02')
      const all = steps(old, 3, 'A-02')
      await push(old, all[0]!)
      // The same hands, under another id and another key; and one that has kept the key.
      const [other, keeper] = [sealerOf(2).device, sealerOf(3).device]
      for (const [renamed, key] of [
        [other, other],
        [keeper, device],
      ] as const) {
        const at = { warehouse, device: renamed, epoch: old.epoch }
        const prepared = await prepare(all, at, verifierOf(key))
        const end = await stores.sync.apply({ ...at, now: NOW }, tx =>
          applyPush(tx, { ...at, now: NOW, prepared, hole: undefined, lost: false }),
        )
        expect(end.results.map(one => one.outcome)).toEqual(['quarantined', 'quarantined', 'quarantined'])
      }
      expect((await onHand('A-02')) - before).toBe(1)
      expect(await rescue(queue(old, ...all))).toEqual({ known: 1, booked: 2 })
      expect(await rescue(queue(old, ...all))).toEqual({ known: 3 })
      expect((await onHand('A-02')) - before).toBe(3)
    })

    it('[F6] parts come in any order and more than once; the queue is whole when all are here and make its name', async () => {
      const text = whole(
        Array.from({ length: 30 }, (_, i) => JSON.stringify({ database: 'x', store: 'meta', row: { k: i } })),
      )
      const series = sha256Hex(text)
      const parts = partsOf(text, 900)
      expect(parts.length).toBeGreaterThan(2)
      const keep = (i: number, body = parts[i] ?? '') =>
        stores.rescues.keep({ series, n: i + 1, parts: parts.length, body, now: NOW })
      const rawRows = async (): Promise<number> => {
        const { rows } = await sql<{
          n: number
        }>`select count(*)::int as n from quarantine_raw where source = 'rescue'`.execute(opened.db)
        return rows[0]?.n ?? 0
      }
      for (let i = parts.length - 1; i > 0; i -= 1) expect(await keep(i)).toBeNull()
      expect(await keep(0, 'something else')).toBeNull()
      const before = await rawRows()
      expect(await keep(1)).toBeNull()
      expect(await keep(0)).toBe(text)
      expect(await keep(1)).toBe(text)
      expect(await rawRows()).toBe(before + 1)
    })

    it('[F7] the books hold', async () => {
      expect(await audit(opened.db)).toEqual([])
    })
  })
}
