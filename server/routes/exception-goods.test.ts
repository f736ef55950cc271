import { afterAll, describe, expect, it } from 'vitest'
import type { Lot } from '../../shared/catalogue.ts'
import { derivedId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import { stockKeyText } from '../../shared/ledger/stock.ts'
import type { StockKey } from '../../shared/ledger/stock.ts'
import { looseAt, virtualLocation } from '../../shared/ledger/world.ts'
import { sql } from 'kysely'
import { deskApp } from '../../test/support/desk-app.ts'
import { inboxOf } from '../../test/support/desk-inbox.ts'
import { placeId } from '../../test/support/site.ts'
import { audit } from '../store/audit.ts'

describe('the goods that a choice of the inbox moves', async () => {
  const desk = await deskApp()
  afterAll(() => desk.close())
  const { key, site, people, stores, opened } = desk
  const { happens, settle, takeBack, goes, stock, tote, line } = inboxOf(desk)
  const scrap = looseAt(virtualLocation(site.warehouse.id, 'scrap'))
  const at = (code: string) => looseAt(placeId(site, code))
  /** Goods of the item that has lots. */
  const ofLot = (name: string, place = 'A-01'): StockKey => ({ ...key(place, 1), lot: name })
  const lotOf = (name: string, over: Partial<Lot> = {}): Lot => {
    const { client, item } = ofLot(name)
    return { client, item, lot: name, expiry: '2027-01-01', firstReceivedAt: null, blocked: false, ...over }
  }
  const isBlocked = async (name: string) => {
    const { rows } = await sql<{ blocked: boolean }>`
      select (body->>'blocked')::boolean as blocked from lot where lot = ${name}`.execute(opened.db)
    return rows[0]?.blocked
  }
  const bodyOf = async (id: string) => {
    const { rows } = await sql<{ body: unknown }>`select body from work where id = ${id}::uuid`.execute(opened.db)
    return rows[0]?.body
  }

  it('[DX12] a receipt that was taken back since leaves nothing to send back, whatever else lies there of it', async () => {
    await desk.facts([desk.arrived(10, key('A-01'))])
    const came = desk.arrived(4, key('DOCK-1'))
    const document = derivedId('document', 'back')
    const id = await happens('late_line', document, { item: key().item, qty: 4, document }, came)
    await takeBack(came)
    for (const choice of ['return', 'block'])
      expect(await settle(id, choice)).toMatchObject({ outcome: 'refused', code: 'gone', state: 'open' })
    expect(await stock('A-01')).toMatchObject([{ status: 'available', n: 10 }])
  })

  it('[DX12] what was not picked after all is not thrown away, nor is anything freed for it', async () => {
    const { place, at: inTote } = tote('T-BACK')
    await desk.facts([{ ...desk.arrived(3, { ...ofLot('B1'), ...inTote }), locations: [place], lots: [lotOf('B1')] }])
    await desk.facts([{ ...NOTHING, lots: [lotOf('B1', { blocked: true })] }])
    const pick = goes(2, at('A-01'), inTote, ofLot('B1'))
    const id = await happens('not_available', stockKeyText(ofLot('B1')), { item: ofLot('B1').item, qty: 2 }, pick)
    await takeBack(pick)
    for (const choice of ['scrap', 'release'])
      expect(await settle(id, choice)).toMatchObject({ outcome: 'refused', code: 'gone' })
    expect(await stock('T-BACK')).toMatchObject([{ n: 3 }])
    expect(await isBlocked('B1')).toBe(true)
  })

  it('[DX12] of goods that wait for their scrapping none are thrown away that wait for something else', async () => {
    const blocked = { ...key('A-02', 2), status: 'blocked' as const }
    await desk.facts([desk.arrived(3, blocked)])
    const waits = desk.arrived(5, blocked)
    const id = await happens('scrap_pending', 'back', { ...key('A-02', 2), qty: 5, reason: 'broken', limit: 1 }, waits)
    await takeBack(waits)
    expect(await settle(id, 'accept')).toMatchObject({ outcome: 'refused', code: 'gone' })
    expect(await stock('A-02')).toMatchObject([{ status: 'blocked', n: 3 }])
  })

  it('[DX2] all goods go back or none: as soon as some have gone on it is refused, and nothing is moved', async () => {
    const document = derivedId('document', 'none')
    const body = { item: key('A-01', 3).item, qty: 5, document }
    const id = await happens('late_line', document, body, desk.arrived(5, key('DOCK-1', 3)))
    await happens('late_line', document, body, desk.arrived(5, key('A-03', 3)))
    await desk.facts([goes(1, at('A-03'), scrap, key('A-03', 3))])
    const before = [await stock('DOCK-1'), await stock('A-03')]
    expect(await settle(id, 'return', {}, 2)).toMatchObject({ outcome: 'refused', code: 'gone', state: 'open' })
    expect([await stock('DOCK-1'), await stock('A-03')]).toEqual(before)
    await desk.facts([desk.arrived(1, key('A-03', 3))])
    expect(await settle(id, 'return', {}, 2)).toMatchObject({ outcome: 'done' })
    expect([await stock('DOCK-1'), await stock('A-03')]).toEqual([[], []])
  })

  it('[DX2] of a closed delivery every item that came late goes back', async () => {
    const document = derivedId('document', 'two items')
    const [one, two] = [key('DOCK-1'), key('DOCK-1', 3)]
    const id = await happens('late_line', document, { item: one.item, qty: 2, document }, desk.arrived(2, one))
    await happens('late_line', document, { item: two.item, qty: 3, document }, desk.arrived(3, two))
    // Others of the second came in time.
    await desk.facts([desk.arrived(7, two)])
    expect(await settle(id, 'return', {}, 2)).toMatchObject({ outcome: 'done' })
    expect(await stock('DOCK-1')).toMatchObject([{ n: 7 }])
    await desk.facts([goes(7, at('DOCK-1'), scrap, two)])
  })

  it('[DX2] goods of more movements than one decision looks at are refused, not sent back by half', async () => {
    const document = derivedId('document', 'many')
    const one = desk.arrived(1, key('DOCK-1', 3)).movements
    const movements = Array.from({ length: 2001 }, () => one).flat()
    const id = await happens('late_line', document, { item: key('DOCK-1', 3).item, document }, { movements })
    expect(await settle(id, 'return')).toMatchObject({ outcome: 'refused', code: 'over_bulk', state: 'open' })
    expect(await stock('DOCK-1')).toMatchObject([{ n: 2001 }])
    expect(await settle(id, 'accept')).toMatchObject({ outcome: 'done' })
    await desk.facts([goes(2001, at('DOCK-1'), scrap, key('DOCK-1', 3))])
  })

  it('[DX4] all goods become another lot or none', async () => {
    const body = { item: ofLot('C1').item, qty: 4, known: '2027-01-01', came: '2027-06-30' }
    const subject = `${body.item}/C1`
    const came = { ...desk.arrived(4, ofLot('C1', 'DOCK-1')), lots: [lotOf('C1')] }
    const id = await happens('lot_date', subject, body, came)
    await happens('lot_date', subject, body, desk.arrived(4, ofLot('C1', 'A-04')))
    await desk.facts([goes(1, at('A-04'), scrap, ofLot('C1', 'A-04'))])
    expect(await settle(id, 'newLot', { lot: 'C2' }, 2)).toMatchObject({ outcome: 'refused', code: 'gone' })
    expect([await stock('DOCK-1'), await stock('A-04')]).toMatchObject([[{ lot: 'C1', n: 4 }], [{ lot: 'C1', n: 3 }]])
    expect(await isBlocked('C2')).toBeUndefined()
  })

  it('[DX1] what came too much is counted once: pieces that were blocked before are not blocked for the next ones', async () => {
    const over = key('PACK-1', 3)
    const { id, document, ...rest } = line('twice', { item: over.item })
    const receipt = { id: document, kind: 'receipt', client: over.client, state: 'open', number: 'T' } as never
    const came = (qty: number, done: number) => ({
      ...desk.arrived(qty, over),
      documents: [receipt],
      lines: [{ ...rest, id, document, done }],
    })
    const body = { item: over.item, document, limit: 10 }
    const first = await happens('over_receipt', id, { ...body, qty: 13, received: 13 }, came(13, 13))
    expect(await settle(first, 'block')).toMatchObject({ outcome: 'done' })
    const second = await happens('over_receipt', id, { ...body, qty: 1, received: 14 }, came(1, 14))
    expect(await settle(second, 'block')).toMatchObject({ outcome: 'done' })
    expect(await stock('PACK-1')).toMatchObject([
      { status: 'available', n: 10 },
      { status: 'blocked', n: 4 },
    ])
  })

  it('[DX13] of two picks into one tote no more is thrown away than is in it, and each line has picked so much less', async () => {
    const { place, at: inTote } = tote('T-TWO')
    const from = ofLot('D1')
    const claim = (qty: number) => ({ ...inTote, lot: 'D1', serial: '', qty })
    const [first, second] = [3, 1].map((qty, i) =>
      line(`two ${i}`, { item: from.item, wanted: qty, done: qty, state: 'done', claims: [claim(qty)] }),
    )
    const orders = [first!, second!].map(one => ({ ...order, id: one.document }))
    const body = (qty: number, of: string) => ({ item: from.item, qty, line: of })
    const picked = { locations: [place], lots: [lotOf('D1', { blocked: true })], documents: orders as never[] }
    const id = await happens('not_available', stockKeyText(from), body(3, first!.id), {
      ...desk.arrived(3, { ...from, ...inTote }),
      ...picked,
      lines: [first!],
    })
    await happens('not_available', stockKeyText(from), body(2, second!.id), {
      ...desk.arrived(2, { ...from, ...inTote }),
      lines: [second!],
    })
    // One piece of the second pick has left the tote since.
    await desk.facts([goes(1, inTote, scrap, { ...from, ...inTote })])
    const again = await happens('not_available', `${stockKeyText(from)} again`, body(3, first!.id), {
      movements: desk.arrived(3, { ...from, ...inTote }).movements,
    })
    await desk.facts([goes(3, inTote, scrap, { ...from, ...inTote })])
    expect(await settle(id, 'scrap', {}, 2)).toMatchObject({ outcome: 'done' })
    expect(await stock('T-TWO')).toEqual([])
    expect(await bodyOf(first!.id)).toMatchObject({ done: 0, claims: [], state: 'open' })
    expect(await bodyOf(second!.id)).toMatchObject({ done: 0, claims: [], state: 'open' })
    expect(await settle(again, 'scrap')).toMatchObject({ outcome: 'refused', code: 'gone' })
    expect(await audit(opened.db)).toEqual([])
  })
  const order = { kind: 'order', client: key().client, state: 'started', number: '8' }

  it('[DX13] what two picks too many have put into one tote is one way back, of all that is too much', async () => {
    const { place, at: inTote } = tote('T-MORE')
    const more = line('two too many', { wanted: 1, done: 5 })
    const body = { item: more.item, line: more.id, wanted: 1 }
    const pick = (qty: number) => desk.arrived(qty, { ...key(), ...inTote })
    const id = await happens('over_pick', more.id, body, { ...pick(3), locations: [place], lines: [more] })
    await happens('over_pick', more.id, body, pick(2))
    expect(await settle(id, 'putBack', {}, 2)).toMatchObject({ outcome: 'done' })
    const { rows } = await sql<{ qty: number }>`
      select (body->'goods'->>'qty')::int as qty from work where kind = 'task' and body->'goods'->>'line' = ${more.id}`.execute(
      opened.db,
    )
    expect(rows).toEqual([{ qty: 4 }])
  })

  it('[DX14] what was taken although it may not be sold is freed with all its lots', async () => {
    const { place, at: inTote } = tote('T-FREE')
    const body = { item: ofLot('E1').item, qty: 1 }
    const lots = ['E1', 'E2', 'E3'].map(name => lotOf(name, { blocked: true }))
    const taken = (name: string) => desk.arrived(1, { ...ofLot(name), ...inTote })
    const id = await happens('not_available', 'all lots', body, { ...taken('E1'), locations: [place], lots })
    await happens('not_available', 'all lots', body, taken('E2'))
    expect(await settle(id, 'release', {}, 2)).toMatchObject({ outcome: 'done' })
    expect([await isBlocked('E1'), await isBlocked('E2'), await isBlocked('E3')]).toEqual([false, false, true])
  })

  it('[DX14] a lot under an open recall is not freed, neither are goods of it that wait for their scrapping', async () => {
    const { place, at: inTote } = tote('T-RECALL')
    const body = { item: ofLot('R1').item, qty: 1 }
    const goods = { ...desk.arrived(1, { ...ofLot('R1'), ...inTote }), locations: [place], lots: [lotOf('R1')] }
    const taken = await happens('not_available', 'of a recall', body, goods)
    const broken = { ...ofLot('R1', 'PACK-1'), status: 'blocked' as const }
    const waits = await happens('scrap_pending', 'of a recall', { ...broken, qty: 2 }, desk.arrived(2, broken))
    const recall = (act: 'block' | 'release', expectedVersion: number) => {
      const { client, item, lot } = ofLot('R1')
      const id = derivedId<'decision'>('decision', 'recall of R1', act)
      const ask = { id, act, client, item, lot, reason: 'glass', expected: {}, expectedVersion }
      return stores.recalls.decide({ warehouse: site.warehouse.id, now: desk.app.deps.now() }, people.sevda.id, ask)
    }
    expect(await recall('block', 0)).toMatchObject({ outcome: 'done' })
    for (const id of [taken, waits])
      expect(await settle(id, 'release')).toMatchObject({ outcome: 'refused', code: 'recalled', state: 'open' })
    expect(await isBlocked('R1')).toBe(true)
    expect(await recall('release', 1)).toMatchObject({ outcome: 'done' })
    for (const id of [taken, waits]) expect(await settle(id, 'release')).toMatchObject({ outcome: 'done' })
  })
})
