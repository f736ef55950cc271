import { expect, test } from 'vitest'
import { derivedId, NO_LPN } from '../../shared/ids.ts'
import { bodyOfStock, rowId } from '../../shared/sync/rows.ts'
import type { Row } from '../../shared/sync/wire.ts'
import type { CacheHead, CacheStore } from '../sync/ports.ts'

const headOf = async (store: CacheStore): Promise<CacheHead> => {
  const head = await store.head()
  if (head === null) throw new Error('no head')
  return head
}

/** Figures of this place are numbers that are nowhere else: 7913 there, 7912 reserved by somebody, 7914 to be fetched. */
const telling = () => {
  const location = derivedId<'location'>('location', 'contract')
  const item = derivedId<'item'>('item', 'contract')
  const key = {
    lpn: NO_LPN,
    client: derivedId<'client'>('client', 'contract'),
    item,
    lot: '',
    serial: '',
    status: 'available' as const,
  }
  const stock = (place: typeof location, onHand: number): Row => {
    const b = bodyOfStock({ ...key, location: place, onHand, reserved: 0, held: 0 })
    return { c: 11, k: 'balance', id: rowId('balance', b), b }
  }
  const from = { location, lpn: NO_LPN, status: 'available' }
  const claims = [{ ...from, lot: '', serial: '', qty: 7912 }]
  const other = derivedId<'location'>('location', 'contract', 'other')
  const rows: readonly Row[] = [
    stock(location, 7913),
    stock(other, 5),
    { c: 11, k: 'line', id: 'theirs', b: { id: 'theirs', document: 'd1', item, claims } },
    { c: 11, k: 'line', id: 'ours', b: { id: 'ours', document: 'd2', item, claims: [{ ...claims[0], qty: 3 }] } },
    { c: 11, k: 'task', id: 't', b: { id: 't', state: 'ready', lease: null, goods: { item, from, qty: 7914 } } },
  ]
  const blind = { spots: [{ location, item: null }], own: ['d2' as never], device: null }
  return { location, rows, blind }
}

/** What every cache must do where something is counted blind. `filled` has a head and rows of places. */
export const withholdContract = (make: () => Promise<CacheStore>, filled: () => Promise<CacheStore>): void => {
  const begun = async () => {
    const store = await filled()
    const told = telling()
    const head = await headOf(store)
    await store.applyPage(head, { ...head, cursor: 'f1.all.11' }, told.rows)
    const all = async (): Promise<string> => {
      const tables = await store.load()
      return JSON.stringify([...(tables?.stock ?? []), ...(tables?.lines ?? []), ...(tables?.tasks ?? [])])
    }
    return { store, all, ...told }
  }
  const NOBODY = { own: [], device: null }

  test('[Q34] what tells how much lies where a count is blind is taken out, and all else stays', async () => {
    const { store, all, blind } = await begun()
    expect(await all()).toMatch(/791[234].*791[234].*791[234]/)
    await store.withhold(blind)
    expect(await all()).not.toMatch(/791\d/)
    const kept = await all()
    for (const one of ['"hidden":true', '"onHand":5', '"id":"theirs"', '"id":"ours"', '"qty":3'])
      expect(kept).toContain(one)
    expect(await store.head()).toMatchObject({ cursor: 'f1.all.11', blind: blind.spots, again: [] })
    await store.forget('work')
    expect((await store.head())?.blind).toEqual(blind.spots)
  })
  test('[Q34] what was asked for before the count began is not kept: neither a page nor a snapshot', async () => {
    const { store, all, blind, rows } = await begun()
    const before = await headOf(store)
    await store.beginSnapshot(2)
    await store.addSnapshot(2, rows)
    await store.withhold(blind)
    expect(await store.applyPage(before, { ...before, cursor: 'f1.all.12' }, rows)).toBe(false)
    expect(await store.finishSnapshot({ ...before, generation: 2 })).toBe(false)
    expect(await all()).not.toMatch(/791\d/)
    const after = await headOf(store)
    expect(await store.applyPage(after, { ...after, cursor: 'f1.all.12' }, [])).toBe(true)
  })
  test('[Q34] a place that is not counted blind any more is noted once, until its rows have come again', async () => {
    const { store, blind, location, all, rows } = await begun()
    const elsewhere = { location: derivedId<'location'>('location', 'elsewhere'), item: null }
    await store.withhold(blind)
    await store.withhold({ ...NOBODY, spots: [elsewhere] })
    expect(await store.head()).toMatchObject({ blind: [elsewhere], again: [{ location, item: null }] })
    await store.withhold(blind)
    await store.withhold({ ...NOBODY, spots: [] })
    await store.withhold({ ...NOBODY, spots: [] })
    const head = await headOf(store)
    expect(head.blind).toEqual([])
    expect(head.again).toEqual([elsewhere, { location, item: null }])
    const fresh = rows.map(row => ({ ...row, c: 12 }))
    expect(await store.applyPage(head, { ...head, cursor: 'f1.all.12', again: [] }, fresh)).toBe(true)
    expect(await all()).toMatch(/791[234].*791[234].*791[234]/)
  })
  test('[Q34] before the first snapshot there is nothing to take out', async () => {
    const store = await make()
    await store.withhold(telling().blind)
    expect(await store.head()).toBeNull()
  })
}
