import { describe, expect, test } from 'vitest'
import { derivedId, NO_LPN } from '../../shared/ids.ts'
import type { DeviceId, WarehouseId } from '../../shared/ids.ts'
import { bodyOfStock } from '../../shared/sync/rows.ts'
import { sha256Hex } from '../../shared/sync/seal.ts'
import type { Manifest, Row } from '../../shared/sync/wire.ts'
import { noMark } from '../sync/marks.ts'
import type { Birth, CacheHead, CacheStore, EpochMark, QueueRow, QueueStore } from '../sync/ports.ts'
import { withholdContract } from './withhold-contract.ts'

const device: DeviceId = derivedId('device', 'contract')
const warehouse: WarehouseId = derivedId('warehouse', 'contract')

const born = (epoch: string, n = 1): Birth => ({ device, warehouse, epoch, n, next: 1, prevHash: '0'.repeat(64) })

const rowsAfter = (birth: Birth, count: number): QueueRow[] =>
  Array.from({ length: count }, (_, i) => ({
    n: birth.n + i,
    epoch: birth.epoch,
    warehouse,
    seq: birth.next + i,
    v: 1,
    body: `{"seq":${birth.next + i},"name":"Çay bardağı \\u0131"}`,
    hash: sha256Hex(`${birth.epoch}${birth.next + i}`),
    sig: 'sig',
    appendedAt: 1000 + i,
  }))

const moved = (birth: Birth, rows: readonly QueueRow[]): Birth => ({
  ...birth,
  n: birth.n + rows.length,
  next: birth.next + rows.length,
  prevHash: rows.at(-1)?.hash ?? birth.prevHash,
})

const append = async (store: QueueStore, count: number, state: unknown = null): Promise<readonly QueueRow[]> => {
  const birth = await store.birth()
  if (birth === null) throw new Error('no birth')
  const rows = rowsAfter(birth, count)
  const taken = await store.append(
    birth,
    moved(birth, rows),
    rows,
    state === null ? null : { key: 'task', value: state },
  )
  if (!taken) throw new Error('raced')
  return rows
}

/** What every strict store must do, Dexie's and the simulator's. `make` gives an empty one each time. */
export const queueContract = (make: () => Promise<QueueStore>): void => {
  describe('queue store: append', () => {
    appendContract(make)
  })
  describe('queue store: epochs', () => {
    epochContract(make)
  })
}

const appendContract = (make: () => Promise<QueueStore>): void => {
  test('[Q1] a store that was never begun says so', async () => {
    const store = await make()
    expect(await store.birth()).toBeNull()
    expect(await store.epochs()).toEqual([])
    const birth = born('aaaaaaaaaaaa')
    expect(await store.append(birth, birth, [], null)).toBe(false)
  })
  test('[Q2] commands, number and step of the worker are stored together and byte for byte', async () => {
    const store = await make()
    await store.begin(born('aaaaaaaaaaaa'))
    const rows = await append(store, 3, { at: 'place' })
    expect(await store.rows('aaaaaaaaaaaa', 0, 10)).toEqual(rows)
    expect(await store.birth()).toEqual(moved(born('aaaaaaaaaaaa'), rows))
    expect(await store.state('task')).toEqual({ key: 'task', value: { at: 'place' } })
  })
  test('[Q3] an append that another tab has overtaken writes nothing at all', async () => {
    const store = await make()
    const birth = born('aaaaaaaaaaaa')
    await store.begin(birth)
    const first = await append(store, 1)
    const rows = rowsAfter(birth, 2)
    expect(await store.append(birth, moved(birth, rows), rows, { key: 'task', value: 1 })).toBe(false)
    expect(await store.rows('aaaaaaaaaaaa', 0, 10)).toEqual(first)
    expect((await store.birth())?.next).toBe(2)
    expect(await store.state('task')).toBeNull()
  })
  test('[Q3] of two appends at the same instant one wins and the other writes nothing', async () => {
    const store = await make()
    const birth = born('aaaaaaaaaaaa')
    await store.begin(birth)
    const one = rowsAfter(birth, 1)
    const two = rowsAfter(birth, 2)
    const taken = await Promise.all([
      store.append(birth, moved(birth, one), one, null),
      store.append(birth, moved(birth, two), two, null),
    ])
    expect(taken.filter(Boolean)).toHaveLength(1)
    expect(await store.rows('aaaaaaaaaaaa', 0, 10)).toHaveLength(taken[0] ? 1 : 2)
  })
  test('[Q4] a local number is never used twice', async () => {
    const store = await make()
    const birth = born('aaaaaaaaaaaa')
    await store.begin(birth)
    const rows = await append(store, 1)
    const now = await store.birth()
    if (now === null) throw new Error('no birth')
    await expect(store.append(now, { ...now, next: 3 }, rows, null)).rejects.toThrow(/./)
    expect((await store.birth())?.next).toBe(2)
  })
  test('[Q5] the step of a worker is stored without a command too, and can be dropped', async () => {
    const store = await make()
    await store.begin(born('aaaaaaaaaaaa'))
    await append(store, 0, 'asked')
    await store.saveState({ key: 'other', value: [1] })
    expect((await store.states()).map(state => state.key).sort()).toEqual(['other', 'task'])
    await store.dropState('task')
    expect(await store.state('task')).toBeNull()
    expect((await store.birth())?.next).toBe(1)
  })
}

const epochContract = (make: () => Promise<QueueStore>): void => {
  test('[Q6] epochs are kept apart and come oldest first', async () => {
    const store = await make()
    await store.begin(born('zzzzzzzzzzzz'))
    const old = await append(store, 3)
    await store.begin(born('aaaaaaaaaaaa', 4))
    const young = await append(store, 2)
    expect(await store.epochs()).toEqual(['zzzzzzzzzzzz', 'aaaaaaaaaaaa'])
    expect(await store.rows('zzzzzzzzzzzz', 1, 10)).toEqual(old.slice(1))
    expect(await store.rows('aaaaaaaaaaaa', 0, 1)).toEqual(young.slice(0, 1))
    expect(await store.rows('bbbbbbbbbbbb', 0, 1)).toEqual([])
  })
  test('[Q7] what the server has said of an epoch is kept', async () => {
    const store = await make()
    const mark: EpochMark = {
      epoch: 'aaaaaaaaaaaa',
      warehouse,
      acked: 3,
      durable: null,
      acks: [],
      skipped: [],
      results: [],
    }
    expect(await store.mark(mark.epoch)).toBeNull()
    expect(await store.changeMark(mark.epoch, before => before ?? mark)).toBeNull()
    const next = { ...mark, acked: 2, results: [{ seq: 1, outcome: 'exception' }] }
    expect(await store.changeMark(mark.epoch, () => next)).toEqual(mark)
    expect(await store.mark(mark.epoch)).toEqual(next)
  })
  test('[Q30] one look tells of every epoch what was said of it and what is unsent', async () => {
    const store = await make()
    expect(await store.look(9)).toEqual({ birth: null, epochs: [], noted: new Map() })
    await store.begin(born('zzzzzzzzzzzz'))
    const old = await append(store, 3)
    await store.begin(born('aaaaaaaaaaaa', 4))
    const young = await append(store, 2, 'step')
    await store.saveState({ key: '~own', value: 7 })
    const mark = await store.changeMark('zzzzzzzzzzzz', () => ({ ...noMark('zzzzzzzzzzzz', warehouse), acked: 1 }))
    expect(mark).toBeNull()
    expect(await store.look(1)).toEqual({
      birth: moved(born('aaaaaaaaaaaa', 4), young),
      epochs: [
        { epoch: 'zzzzzzzzzzzz', mark: { ...noMark('zzzzzzzzzzzz', warehouse), acked: 1 }, unsent: [old[1]], count: 2 },
        { epoch: 'aaaaaaaaaaaa', mark: null, unsent: [young[0]], count: 2 },
      ],
      noted: new Map([['~own', 7]]),
    })
  })
  test('[Q8] pruning takes the rows of that epoch up to that number and no other', async () => {
    const store = await make()
    await store.begin(born('zzzzzzzzzzzz'))
    await append(store, 2)
    await store.begin(born('aaaaaaaaaaaa', 3))
    await append(store, 3)
    await store.prune('zzzzzzzzzzzz', 0)
    await store.prune('zzzzzzzzzzzz', 99)
    await store.prune('aaaaaaaaaaaa', 1)
    expect(await store.rows('zzzzzzzzzzzz', 0, 9)).toEqual([])
    expect((await store.rows('aaaaaaaaaaaa', 0, 9)).map(row => row.seq)).toEqual([2, 3])
    const next = await append(store, 1)
    expect(next[0]?.seq).toBe(4)
  })
}

const place = (id: string, c: number, code: string | null): Row => ({
  c,
  k: 'location',
  id,
  b: code === null ? null : { id, code, kind: 'pickable', zone: null, sequence: 1, parent: null, active: true },
})
const headAt = (cursor: string | null, generation = 1): CacheHead => ({
  warehouse,
  feedEpoch: 'f1',
  cursor,
  floor: 0,
  through: { aaaaaaaaaaaa: 0 },
  generation,
  catalogue: null,
})
const codes = async (store: CacheStore): Promise<string[]> =>
  [...((await store.load())?.locations.values() ?? [])].map(location => location.code).sort()

const filled = async (make: () => Promise<CacheStore>): Promise<CacheStore> => {
  const store = await make()
  await store.beginSnapshot(1)
  await store.addSnapshot(1, [place('a', 5, 'A'), place('b', 6, 'B')])
  await store.finishSnapshot(headAt('f1.all.10'))
  return store
}

/** What every cache must do. `make` gives an empty one each time. */
export const cacheContract = (make: () => Promise<CacheStore>): void => {
  describe('cache store: snapshot and pages', () => {
    pageContract(make)
  })
  describe('cache store: single rows', () => {
    rowContract(make)
  })
  describe('cache store: figures that are withheld', () => {
    maskContract(make)
  })
  describe('cache store: figures that are withheld here', () => {
    withholdContract(make, () => filled(make))
  })
  describe('cache store: catalogue', () => {
    catalogueContract(make)
  })
}

const pageContract = (make: () => Promise<CacheStore>): void => {
  test('[Q10] an empty cache has no head and no rows', async () => {
    const store = await make()
    expect(await store.head()).toBeNull()
    expect(await store.load()).toBeNull()
    expect(await store.applyPage(headAt(null), headAt('f1.all.1'), [place('a', 1, 'A')])).toBe(false)
  })
  test('[Q11] a half-written snapshot is never shown, a finished one replaces all that was before', async () => {
    const store = await filled(make)
    await store.beginSnapshot(2)
    await store.addSnapshot(2, [place('c', 12, 'C')])
    expect(await codes(store)).toEqual(['A', 'B'])
    await store.beginSnapshot(2)
    await store.addSnapshot(2, [place('d', 12, 'D')])
    await store.finishSnapshot(headAt('f1.all.12', 2))
    expect(await codes(store)).toEqual(['D'])
    expect((await store.head())?.generation).toBe(2)
  })
  test('[Q12] a page and what it says about itself are taken together, once', async () => {
    const store = await filled(make)
    const before = headAt('f1.all.10')
    const after = { ...headAt('f1.all.12'), through: { aaaaaaaaaaaa: 7 } }
    expect(await store.applyPage(before, after, [place('a', 12, 'A2')])).toBe(true)
    expect(await store.applyPage(before, headAt('f1.all.11'), [place('b', 99, 'late')])).toBe(false)
    expect(await codes(store)).toEqual(['A2', 'B'])
    expect(await store.head()).toEqual(after)
  })
  test('[Q12] a reply of another feed epoch is not taken', async () => {
    const store = await filled(make)
    const before = { ...headAt('f1.all.10'), feedEpoch: 'f0' }
    expect(await store.applyPage(before, headAt('f1.all.11'), [place('b', 99, 'old server')])).toBe(false)
    expect(await codes(store)).toEqual(['A', 'B'])
  })
}

const maskContract = (make: () => Promise<CacheStore>): void => {
  test('[Q33] a row without its figures takes the place of the figures, and they come back with a later one', async () => {
    const store = await filled(make)
    const key = {
      location: derivedId<'location'>('location', 'contract'),
      lpn: NO_LPN,
      client: derivedId<'client'>('client', 'contract'),
      item: derivedId<'item'>('item', 'contract'),
      lot: '',
      serial: '',
      status: 'available' as const,
    }
    const whole = bodyOfStock({ ...key, onHand: 7913, reserved: 7912, held: 7911 })
    const { oh: _, rs: __, hd: ___, ...rest } = whole
    const rowAt = (c: number, b: unknown): Row => ({ c, k: 'balance', id: 's', b })
    const task = (c: number, b: unknown): Row => ({ c, k: 'task', id: 't', b })
    const taken = async (from: number, to: number, ...rows: readonly Row[]) => {
      await store.applyPage(headAt(`f1.all.${from}`), headAt(`f1.all.${to}`), rows)
      const tables = await store.load()
      return JSON.stringify([...(tables?.stock ?? []), ...(tables?.tasks ?? [])])
    }
    const fetch = { id: 't', goods: { qty: 7914 } }
    expect(await taken(10, 11, rowAt(11, whole), task(11, fetch))).toMatch(/7913.*7914/)
    const masked = await taken(11, 12, rowAt(12, { ...rest, hidden: true }), task(12, null))
    expect(masked).toContain('"hidden":true')
    expect(masked).not.toMatch(/791\d/)
    expect(await taken(12, 13, rowAt(13, whole), task(13, fetch))).toMatch(/7913.*7914/)
  })
}

const rowContract = (make: () => Promise<CacheStore>): void => {
  test('[Q13] an older row never replaces a newer one, and what is gone stays gone', async () => {
    const store = await filled(make)
    const next = headAt('f1.all.12')
    await store.applyPage(headAt('f1.all.10'), next, [place('a', 4, 'older'), place('b', 12, null)])
    await store.applyPage(next, headAt('f1.all.13'), [place('b', 11, 'ghost'), place('b', 10, 'ghost')])
    expect(await codes(store)).toEqual(['A'])
  })
  test('[Q13] of two states of one thing in one page the newer counts', async () => {
    const store = await filled(make)
    await store.applyPage(headAt('f1.all.10'), headAt('f1.all.13'), [place('a', 13, 'new'), place('a', 12, 'old')])
    expect(await codes(store)).toEqual(['B', 'new'])
  })
  test('[Q14] clients and roster are read by their kind', async () => {
    const store = await filled(make)
    const roster: Row = { c: 11, k: 'roster', id: 'roster', b: { text: '{}', sig: 's' } }
    await store.applyPage(headAt('f1.all.10'), headAt('f1.all.11'), [roster])
    expect(await store.rowsOf('roster')).toEqual([roster])
    expect(await store.rowsOf('client')).toEqual([])
  })
  test('[Q15] log-out forgets tasks and the cursor, another scope all but the roster', async () => {
    const store = await filled(make)
    const stock = {
      location: 'a',
      lpn: 'p',
      client: 'c',
      item: 'i',
      lot: '',
      serial: '',
      status: 'available',
    } as never
    await store.applyPage(headAt('f1.all.10'), headAt('f1.all.11'), [
      { c: 11, k: 'task', id: 't', b: { id: 't' } },
      { c: 11, k: 'balance', id: 's', b: bodyOfStock(Object.assign({ onHand: 3, reserved: 0, held: 0 }, stock)) },
      { c: 11, k: 'roster', id: 'roster', b: { text: '{}', sig: 's' } },
    ])
    await store.forget('work')
    const tables = await store.load()
    expect([tables?.tasks.size, tables?.stock.size]).toEqual([0, 1])
    expect(await store.head()).toMatchObject({ cursor: null, feedEpoch: 'f1', through: { aaaaaaaaaaaa: 0 } })
    await store.forget('base')
    expect((await store.load())?.stock.size).toBe(0)
    expect(await store.rowsOf('roster')).toHaveLength(1)
  })
  test('[Q16] everything can be thrown away', async () => {
    const store = await filled(make)
    await store.putBlocks([{ sha: 'x', bytes: bytes('[]') }])
    await store.clear()
    expect(await store.head()).toBeNull()
    expect(await store.blocks(['x'])).toEqual([null])
  })
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const manifestOf = (version: string, blocks: readonly (string | null)[]): Manifest => ({
  version,
  asOf: '2026-11-23T08:00:00.000Z',
  families: { 'item/c': { k: 1, blocks: [...blocks] } },
})

const catalogueContract = (make: () => Promise<CacheStore>): void => {
  test('[Q17] only blocks that are not there yet are missing, and loading goes on where it broke off', async () => {
    const store = await filled(make)
    const manifest = manifestOf('v1', ['s1', null, 's2'])
    expect([...(await store.missingBlocks(manifest))].sort()).toEqual(['s1', 's2'])
    await store.putBlocks([{ sha: 's1', bytes: bytes('one') }])
    expect(await store.missingBlocks(manifest)).toEqual(['s2'])
    expect(await store.manifest()).toBeNull()
  })
  test('[Q18] the present catalogue is named in the head, and blocks of older ones go', async () => {
    const store = await filled(make)
    await store.putBlocks([
      { sha: 's1', bytes: bytes('1') },
      { sha: 's2', bytes: bytes('2') },
    ])
    await store.useManifest(manifestOf('v1', ['s1', 's2']))
    await store.useManifest(manifestOf('v2', ['s2']))
    expect((await store.manifest())?.version).toBe('v2')
    expect((await store.head())?.catalogue).toBe('v2')
    expect(await store.blocks(['s2', 's1'])).toEqual([bytes('2'), null])
  })
}
