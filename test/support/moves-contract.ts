import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OpenDatabase } from '../../server/store/open.ts'
import type { Task } from '../../shared/catalogue.ts'
import { derivedId, NO_LPN } from '../../shared/ids.ts'
import type { LocationId, LpnId, WorkerId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import type { Effects } from '../../shared/ledger/effects.ts'
import { virtualLocation } from '../../shared/ledger/world.ts'
import type { Spot } from '../../shared/sync/blind.ts'
import { MOST_MOVES } from '../../shared/sync/moves.ts'
import type { MovesOf } from '../../shared/sync/moves.ts'
import { placeId, testSite } from './site.ts'
import { sqlSite } from './sql-site.ts'

type Movement = Effects['movements'][number]

/** What every store tells of the last movements; `open` gives an empty database. */
export const describeMoveStore = (name: string, open: () => Promise<Pick<OpenDatabase, 'db' | 'close'>>): void => {
  describe(`the last movements: ${name}`, () => {
    const site = testSite('moves')
    const warehouse = site.warehouse.id
    const [one, two] = site.clients
    const [plain, lots] = site.items.filter(item => item.client === one?.id)
    const theirs = site.items.find(item => item.client === two?.id)
    const device = site.devices[0]?.id
    const [worker, other] = site.roster.workers
    if (!one || !two || !plain || !lots || !theirs || !device || !worker || !other) throw new Error('no site')
    let opened: Pick<OpenDatabase, 'db' | 'close'>
    let stores: Awaited<ReturnType<typeof sqlSite>>
    const pallet = derivedId<'lpn'>('lpn', 'moves', name)
    const place = (code: string): LocationId => placeId(site, code)
    const [supplier, customer] = [virtualLocation(warehouse, 'supplier'), virtualLocation(warehouse, 'customer')]

    const move = (
      item: typeof plain,
      [from, to]: readonly [LocationId, LocationId],
      qty: number,
      at: string,
      { lot = '', lpns = [NO_LPN, NO_LPN] }: { lot?: string; lpns?: readonly [LpnId, LpnId] } = {},
    ): Movement => ({
      client: item.client,
      item: item.id,
      lot,
      serial: '',
      from: { location: from, lpn: lpns[0], status: 'available' },
      to: { location: to, lpn: lpns[1], status: 'available' },
      qty,
      takenAt: at,
      at,
      unc: null,
    })
    const write = (effects: Partial<Effects>) =>
      stores.sync.decide({ warehouse, now: '2026-11-23T08:00:00.000Z' }, async tx => {
        await tx.write({ body: { kind: 'test' }, effects: { ...NOTHING, ...effects } })
        return { keep: true, answer: null }
      })
    beforeAll(async () => {
      opened = await open()
      stores = await sqlSite(opened, site)
      await write({
        lpns: [{ id: pallet, client: one.id, label: 'XP1' }],
        movements: [
          move(plain, [supplier, place('A-01')], 50, '2026-11-20T07:00:00.000Z'),
          move(lots, [supplier, place('DOCK-1')], 8, '2026-11-20T08:00:00.000Z', { lot: 'L1', lpns: [NO_LPN, pallet] }),
          move(theirs, [supplier, place('A-01')], 9, '2026-11-20T09:00:00.000Z'),
        ],
      })
      await write({
        movements: [
          move(lots, [place('DOCK-1'), place('A-02')], 8, '2026-11-21T08:00:00.000Z', {
            lot: 'L1',
            lpns: [pallet, pallet],
          }),
          move(lots, [supplier, place('A-02')], 1, '2026-11-21T09:00:00.000Z', { lot: 'L2' }),
        ],
      })
      // Known last, though done before: a handheld was offline.
      await write({ movements: [move(plain, [place('A-01'), customer], 20, '2026-11-20T12:00:00.000Z')] })
    })
    afterAll(() => opened.close())

    const last = (
      of: MovesOf,
      who: { worker?: WorkerId; clients?: readonly (typeof one.id)[] | null; spots?: readonly Spot[] } = {},
    ) => stores.moves.last({ warehouse, device, worker: worker.id, clients: null, spots: [], of, ...who })
    const said = async (...asked: Parameters<typeof last>) =>
      (await last(...asked)).moves.map(({ name: goods, from, to, qty, lot }) =>
        [goods, from.kind ?? from.code, to.kind ?? to.code, qty, lot].join(' '),
      )

    it('[U15] of goods, the newest first by when it was done; of one lot that alone', async () => {
      expect(await said({ kind: 'item', item: plain.id, label: null })).toEqual([
        `${plain.name} A-01 customer 20 `,
        `${plain.name} supplier A-01 50 `,
      ])
      expect(await said({ kind: 'item', item: lots.id, label: 'L2' })).toEqual([`${lots.name} supplier A-02 1 L2`])
      const { moves } = await last({ kind: 'item', item: plain.id, label: null })
      expect(moves[0]).toMatchObject({ at: '2026-11-20T12:00:00.000000Z', item: plain.id, serial: '' })
    })
    it('[U15] of a place what came and went, of a pallet wherever it stood, of a lot whatever has it', async () => {
      expect(await said({ kind: 'location', location: place('A-02') })).toEqual([
        `${lots.name} supplier A-02 1 L2`,
        `${lots.name} DOCK-1 A-02 8 L1`,
      ])
      const ofPallet = [`${lots.name} DOCK-1 A-02 8 L1`, `${lots.name} supplier DOCK-1 8 L1`]
      expect(await said({ kind: 'lpn', lpn: pallet })).toEqual(ofPallet)
      expect(await said({ kind: 'label', label: 'L1' })).toEqual(ofPallet)
      expect(await last({ kind: 'label', label: 'NEVER' })).toEqual({ moves: [], hidden: false })
    })
    it('[U15] of the clients that the worker sees only, twenty at the most', async () => {
      expect(await said({ kind: 'location', location: place('A-01') }, { clients: [two.id] })).toEqual([
        `${theirs.name} supplier A-01 9 `,
      ])
      const many = Array.from({ length: 30 }, (_, n) =>
        move(theirs, [supplier, place('A-04')], n + 1, `2026-11-22T07:00:${n + 10}.000Z`),
      )
      await write({ movements: many })
      const { moves } = await last({ kind: 'location', location: place('A-04') })
      expect([moves.length, moves[0]?.qty]).toEqual([MOST_MOVES, 30])
    })
    it('[U16] what the handheld or the person counts blind, by a task or by its own word, is left out and said', async () => {
      const of: MovesOf = { kind: 'item', item: lots.id, label: null }
      const own = await last(of, { spots: [{ location: place('A-02'), item: null }] })
      expect([own.moves.map(({ to }) => to.code), own.hidden]).toEqual([['DOCK-1'], true])
      const count: Task = {
        id: derivedId('task', 'moves', name),
        kind: 'count',
        client: one.id,
        document: null,
        state: 'started',
        lease: { device: derivedId('device', 'elsewhere'), worker: worker.id },
        tote: null,
        count: { location: place('A-02'), item: null, mode: 'blind', index: 0, notBy: [], hidden: true },
      }
      await write({ tasks: [count] })
      expect(await last(of)).toMatchObject({ moves: [{ to: { code: 'DOCK-1' } }], hidden: true })
      expect(await last({ kind: 'location', location: place('A-02') })).toEqual({ moves: [], hidden: true })
      expect(await last({ kind: 'lpn', lpn: pallet }, { worker: other.id })).toMatchObject({ hidden: false })
      await write({ tasks: [{ ...count, lease: { device, worker: other.id } }] })
      expect(await last({ kind: 'lpn', lpn: pallet })).toMatchObject({ hidden: true })
    })
  })
}
