import { sql } from 'kysely'
import { afterAll, describe, expect, it } from 'vitest'
import type { Line, Lot } from '../../shared/catalogue.ts'
import { derivedId } from '../../shared/ids.ts'
import type { LineId } from '../../shared/ids.ts'
import type { Effects } from '../../shared/ledger/effects.ts'
import { looseAt, virtualLocation } from '../../shared/ledger/world.ts'
import { itemCodes } from '../../shared/scan/item-codes.ts'
import { emptyPage } from '../workers/import-port.ts'
import { CONNECTOR } from '../../test/support/sql-site.ts'
import { deskApp } from '../../test/support/desk-app.ts'
import { inboxOf } from '../../test/support/desk-inbox.ts'

describe('what a choice of the inbox does', async () => {
  const desk = await deskApp()
  afterAll(() => desk.close())
  const { people, key, site } = desk
  const { happens, settle, stock, line, goes } = inboxOf(desk)
  const told = async () =>
    (
      await sql<{ payload: Record<string, unknown> }>`
        select payload from outbox where type = 'adjustment' order by seq, key`.execute(desk.opened.db)
    ).rows.map(row => row.payload)
  const tasks = async () =>
    (
      await sql<{ body: Record<string, unknown> }>`select body from work where kind = 'task' order by id`.execute(
        desk.opened.db,
      )
    ).rows.map(row => row.body)
  const received = (name: string, done: number): Effects => ({
    ...desk.arrived(done, key('DOCK-1')),
    documents: [
      { id: derivedId('document', name), kind: 'receipt', client: key().client, state: 'open', number: name } as never,
    ],
    lines: [line(name, { done })],
  })
  const over = (name: string) =>
    happens(
      'over_receipt',
      line(name).id,
      { item: key().item, qty: 13, document: line(name).document, received: 13, limit: 10 },
      received(name, 13),
    )

  it('[DX1] blocks just what came too much, where it lies, and nothing that somebody has reserved', async () => {
    const id = await over('block')
    expect(await settle(id, 'block')).toMatchObject({ outcome: 'done', state: 'settled' })
    expect(await stock('DOCK-1')).toMatchObject([
      { status: 'available', n: 10 },
      { status: 'blocked', n: 3 },
    ])
    expect(await settle(id, 'block')).toMatchObject({ outcome: 'refused', code: 'stale' })
    const gone = await happens('late_line', 'nothing came', { item: key().item, document: line('block').document })
    expect(await settle(gone, 'block')).toMatchObject({ outcome: 'refused', code: 'gone', state: 'open' })
    // Movements of a decision are in the ledger under the server's own key, as the archive has it.
    const { rows } = await sql<{ body: string }>`
      select k.body from command k join movement m using (warehouse_id, device_id, epoch, seq)
      where m.to_status = 'blocked'`.execute(desk.opened.db)
    expect(JSON.parse(rows[0]?.body ?? '')).toMatchObject({ kind: 'exceptions', by: people.sevda.id })
  })

  it('[DX2] goods that go back to the supplier leave the books, blocked ones first, and the ERP is told once', async () => {
    const id = await over('return')
    const before = (await told()).length
    expect(await settle(id, 'return')).toMatchObject({ outcome: 'done' })
    expect((await told()).slice(before)).toMatchObject([{ delta: -3, item: key().item, reason: 'exceptions' }])
  })

  it('[DX3] an accepted delivery expects what has come, so that the next piece is a question again', async () => {
    const id = await over('accept')
    expect(await settle(id, 'accept')).toMatchObject({ outcome: 'done' })
    const { rows } = await sql<{ body: Line }>`
      select body from work where id = ${line('accept').id}::uuid`.execute(desk.opened.db)
    expect(rows[0]?.body).toMatchObject({ wanted: 13, done: 13 })
  })

  it('[DX4] corrects the date of a lot everywhere, or moves the goods to a lot of their own', async () => {
    const { client, item } = key()
    const lot: Lot = { client, item, lot: 'L1', expiry: '2027-01-01', firstReceivedAt: null, blocked: false }
    const there = { ...key('A-03'), lot: 'L1' }
    const goods = { ...desk.arrived(4, there), lots: [lot] }
    const body = { item, qty: 4, document: 'x', known: '2027-01-01', came: '2027-06-30' }
    const dated = async (name: string) => {
      const { rows } = await sql<{
        expiry: string
      }>`select body->>'expiry' as expiry from lot where lot = ${name}`.execute(desk.opened.db)
      return rows[0]?.expiry
    }
    const first = await happens('lot_date', `${item}/L1`, body, goods)
    expect(await settle(first, 'correct')).toMatchObject({ outcome: 'done' })
    expect(await dated('L1')).toBe('2027-06-30')
    const second = await happens('lot_date', `${item}/L1`, body, goods)
    expect(await settle(second, 'newLot')).toMatchObject({ outcome: 'refused', code: 'bad_request' })
    expect(await settle(second, 'newLot', { lot: 'L1-B' })).toMatchObject({ outcome: 'done' })
    expect(await dated('L1-B')).toBe('2027-06-30')
    expect(await stock('A-03')).toMatchObject([
      { lot: 'L1', n: 4 },
      { lot: 'L1-B', n: 4 },
    ])
  })

  it('[DX5] an unknown code becomes the item’s for good: in the catalogue, after an import, and a count where it was found', async () => {
    const [item] = site.items
    const place = { location: key('A-02').location, lpn: key().lpn, status: 'available' }
    const found = { scan: '8690000000012', client: item!.client, place, photos: [] }
    const id = await happens('unknown_code', found.scan, found)
    expect(await settle(id, 'link')).toMatchObject({ outcome: 'refused', code: 'bad_request' })
    const before = (await desk.stores.catalogue.manifest(site.warehouse.id)).version
    expect(await settle(id, 'link', { item: item!.id })).toMatchObject({ outcome: 'done' })
    expect((await desk.stores.catalogue.manifest(site.warehouse.id)).version).not.toBe(before)
    const kept = async () => {
      const { rows } = await sql<{ body: typeof item }>`select body from item where uid = ${item!.id}`.execute(
        desk.opened.db,
      )
      return itemCodes(rows[0]!.body!).map(([code]) => code)
    }
    expect(await kept()).toContain('08690000000012')
    await desk.stores.import.putPage(
      { warehouse: site.warehouse.id, connector: CONNECTOR, now: desk.app.deps.now() },
      { ...emptyPage('item', 'again'), items: [{ item: item!, cost: 100 }] },
      null,
    )
    expect(await kept()).toContain('08690000000012')
    expect(await tasks()).toContainEqual(
      expect.objectContaining({
        kind: 'count',
        cause: 'unknown_code',
        count: expect.objectContaining({ location: place.location, item: item!.id }),
      }),
    )
    const other = site.items.find(one => one.client === item!.client && one.id !== item!.id)
    const again = await happens('unknown_code', '0' + found.scan, { ...found, scan: '0' + found.scan })
    expect(await settle(again, 'link', { item: other!.id })).toMatchObject({ outcome: 'refused', code: 'linked' })
    const foreign = site.items.find(one => one.client !== item!.client)
    expect(await settle(again, 'link', { item: foreign!.id })).toMatchObject({
      outcome: 'refused',
      code: 'bad_request',
    })
  })

  it('[DX6] what was picked for a cancelled order, or too much, is somebody’s way back to a shelf, once', async () => {
    const tote = { ...site.locations[0]!, id: derivedId<'location'>('tote', '1'), kind: 'tote' as const, code: 'T-1' }
    const inTote = { ...key(), ...looseAt(tote.id) }
    const claim = { ...looseAt(tote.id), lot: '', serial: '', qty: 2 }
    const document = { id: line('gone').document, kind: 'order', client: key().client, state: 'cancelled', number: '7' }
    const id = await happens(
      'order_cancelled',
      line('gone').document,
      { number: '7' },
      {
        ...desk.arrived(2, inTote),
        locations: [tote],
        documents: [document as never],
        lines: [line('gone', { done: 2, state: 'cancelled', claims: [claim] })],
      },
    )
    expect(await settle(id, 'putBack')).toMatchObject({ outcome: 'done' })
    const wanted = (cause: string, qty: number) =>
      expect.objectContaining({ kind: 'putback', state: 'ready', cause, goods: expect.objectContaining({ qty }) })
    expect(await tasks()).toContainEqual(wanted('cancelled', 2))
    const more = await happens(
      'over_pick',
      line('more').id,
      { item: key().item, qty: 3, line: line('more').id, picked: 12, wanted: 10 },
      { ...desk.arrived(3, inTote), lines: [line('more', { done: 12 })] },
    )
    expect(await settle(more, 'putBack')).toMatchObject({ outcome: 'done' })
    expect(await tasks()).toContainEqual(wanted('over_pick', 2))
    const none = await happens('over_pick', 'x', { item: key().item, qty: 1, line: 'x' as LineId })
    expect(await settle(none, 'putBack')).toMatchObject({ outcome: 'refused', code: 'gone' })
  })

  it('[DX7] goods that wait for their scrapping are scrapped or free again', async () => {
    const at = { ...key('A-04'), status: 'blocked' as const }
    const body = { ...key('A-04'), qty: 5, reason: 'broken', limit: 1 }
    await desk.facts([desk.arrived(3, at)])
    const first = await happens('scrap_pending', 'one', body, desk.arrived(5, at))
    expect(await settle(first, 'release')).toMatchObject({ outcome: 'done' })
    expect(await stock('A-04')).toMatchObject([
      { status: 'available', n: 5 },
      { status: 'blocked', n: 3 },
    ])
    const second = await happens('scrap_pending', 'two', body, desk.arrived(5, at))
    expect(await settle(second, 'accept')).toMatchObject({ outcome: 'done' })
    expect(await stock('A-04')).toMatchObject([
      { status: 'available', n: 5 },
      { status: 'blocked', n: 3 },
    ])
  })

  it('[DX8] in one request each decision sees what the ones before it have done', async () => {
    const at = { ...key('PACK-1'), status: 'blocked' as const }
    const body = { ...key('PACK-1'), qty: 5, reason: 'broken', limit: 1 }
    const first = await happens('scrap_pending', 'three', body, desk.arrived(5, at))
    // The goods of the second have left the books since.
    const second = await happens('scrap_pending', 'four', body, desk.arrived(5, at))
    await desk.facts([goes(5, looseAt(at.location, 'blocked'), looseAt(virtualLocation(site.warehouse.id, 'scrap')))])
    const decisions = [first, second].map((exception, i) => ({
      id: derivedId('decision', 'both', i),
      exception,
      expectedVersion: 1,
      choice: 'release',
      words: 'seen',
    }))
    const answer = await desk.write('/api/exceptions', { worker: people.sevda.id, decisions })
    expect(answer.body).toMatchObject({ results: [{ outcome: 'done' }, { outcome: 'refused', code: 'gone' }] })
  })
})
