import { sql } from 'kysely'
import { afterAll, describe, expect, it } from 'vitest'
import type { Claim, Document, Line, Location, Task } from '../../shared/catalogue.ts'
import { derivedId } from '../../shared/ids.ts'
import type { LocationId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import { stockKeyText } from '../../shared/ledger/stock.ts'
import type { Address, StockKey } from '../../shared/ledger/stock.ts'
import { looseAt } from '../../shared/ledger/world.ts'
import { lpnId } from '../../shared/process/lpn.ts'
import { deskApp } from '../../test/support/desk-app.ts'
import { inboxOf } from '../../test/support/desk-inbox.ts'
import { audit } from '../store/audit.ts'

/** Each test has items and places of its own, so that what one leaves behind is nothing to the others. */
describe('the work that a choice of the inbox makes', async () => {
  const desk = await deskApp()
  afterAll(() => desk.close())
  const { key, site, opened } = desk
  const { happens, settle, goes, stock, tote, line } = inboxOf(desk)

  const bodyOf = async <T>(id: string): Promise<T | undefined> => {
    const { rows } = await sql<{ body: T }>`select body from work where id = ${id}::uuid`.execute(opened.db)
    return rows[0]?.body
  }
  const tasksOf = async (kind: string, cause: string | null = null): Promise<Task[]> => {
    const { rows } = await sql<{ body: Task }>`
      select body from work where kind = 'task' and body->>'kind' = ${kind} and (${cause}::text is null or body->>'cause' = ${cause}) order by id`.execute(
      opened.db,
    )
    return rows.map(row => row.body)
  }
  const placeOf = async (code: string): Promise<Location | undefined> => {
    const { rows } = await sql<{ body: Location }>`select body from location where body->>'code' = ${code}`.execute(
      opened.db,
    )
    return rows[0]?.body
  }
  const shelf = (code: string, over: Partial<Location> = {}): Location => ({
    ...site.locations[0]!,
    id: derivedId<'location'>('shelf', code),
    kind: 'pickable',
    code,
    ...over,
  })
  const onShelf = (place: { id: LocationId }, n = 0): StockKey => ({ ...key('A-01', n), ...looseAt(place.id) })
  const claim = (at: Address, qty: number, lot = ''): Claim => ({ ...at, lot, serial: '', qty })
  const orderOf = (one: Line, over: Partial<Document> = {}): Document => ({
    id: one.document,
    kind: 'order',
    client: one.client,
    number: one.document.slice(0, 8),
    partner: 'p',
    state: 'started',
    due: null,
    priority: 0,
    blind: false,
    ...over,
  })
  const pickTask = (one: Line, over: Partial<Task> = {}): Task => ({
    id: derivedId<'task'>('pick of', one.document),
    kind: 'pick',
    client: one.client,
    document: one.document,
    state: 'done',
    lease: null,
    tote: null,
    ...over,
  })

  it('[DX16] picked again: what should not have been taken becomes a way back to its shelf', async () => {
    for (const kind of ['wrong_lot', 'lot_swapped_late', 'fefo_broken'] as const) {
      const { place, at } = tote(`T-${kind}`)
      const from = shelf(`S-${kind}`)
      const one = line(kind, { wanted: 4, done: 4, state: 'done', claims: [claim(at, 4)] })
      await desk.facts([{ ...desk.arrived(4, onShelf(from)), locations: [from] }])
      const picked = goes(4, looseAt(from.id), at)
      const more = { locations: [place], documents: [orderOf(one)], lines: [one], tasks: [pickTask(one)] }
      const id = await happens(kind, one.id, { item: one.item, qty: 4, line: one.id }, { ...picked, ...more })
      expect(await settle(id, 'repick')).toMatchObject({ outcome: 'done' })
      expect(await tasksOf('putback', kind)).toMatchObject([
        { state: 'ready', document: one.document, goods: { line: one.id, from: at, to: from.id, qty: 4 } },
      ])
    }
  })

  it('[DX17] a recalled lot in the hands of an order goes back, and nothing else of the order', async () => {
    const { place, at } = tote('T-RECALLED')
    const { client, item } = key('A-01', 1)
    const one = line('recalled', { client, item, wanted: 5, done: 5, claims: [claim(at, 3, 'X1'), claim(at, 2, 'X2')] })
    const goods = (lot: string, qty: number) => desk.arrived(qty, { ...key('A-01', 1), lot, ...at }).movements
    const movements = [...goods('X1', 3), ...goods('X2', 2)]
    const facts = { movements, locations: [place], documents: [orderOf(one)], lines: [one] }
    const body = { client, item, lot: 'X1', document: one.document, qty: 3 }
    const id = await happens('lot_blocked', `${one.document}/${item}/X1`, body, facts)
    expect(await settle(id, 'putBack')).toMatchObject({ outcome: 'done' })
    expect(await tasksOf('putback', 'recall')).toMatchObject([{ goods: { lot: 'X1', qty: 3, line: one.id } }])
  })

  it('[DX18] an order that the ERP changed: the rest is reserved and picked, what is too much goes back', async () => {
    const { place, at } = tote('T-CHANGED')
    const from = shelf('S-CHANGED')
    const [more, less] = [
      line('more', {
        document: derivedId('document', 'changed'),
        wanted: 6,
        done: 2,
        state: 'open',
        claims: [claim(at, 2)],
      }),
      line('less', { document: derivedId('document', 'changed'), no: 2, wanted: 1, done: 3, claims: [claim(at, 3)] }),
    ]
    const arrived = desk.arrived(9, onShelf(from))
    const inTote = desk.arrived(5, { ...key(), ...at }).movements
    const id = await happens(
      'order_changed',
      more.document,
      { number: 'C' },
      {
        ...arrived,
        movements: [...arrived.movements, ...inTote],
        locations: [place, from],
        documents: [orderOf(more, { ready: true })],
        lines: [more, less],
        tasks: [pickTask(more)],
      },
    )
    expect(await settle(id, 'putBack')).toMatchObject({ outcome: 'done' })
    expect(await tasksOf('putback', 'changed')).toMatchObject([{ goods: { line: less.id, qty: 2, to: null } }])
    const again = await happens('order_changed', more.document, { number: 'C' })
    expect(await settle(again, 'pickRest')).toMatchObject({ outcome: 'done' })
    const after = await bodyOf<Line>(more.id)
    expect(after).toMatchObject({ state: 'open', done: 2 })
    expect(after?.claims.reduce((sum, { qty }) => sum + qty, 0)).toBe(6)
    expect(await bodyOf<Task>(pickTask(more).id)).toMatchObject({ state: 'ready' })
    expect(await bodyOf<Document>(more.document)).toMatchObject({ ready: false })
  })

  it('[DX19] goods packed beyond the order are added to it, or put back', async () => {
    const { place, at } = tote('T-EXTRA')
    const box = tote('T-BOX')
    const one = line('extra', { wanted: 2, done: 2, state: 'done', claims: [claim(box.at, 2)] })
    const came = desk.arrived(5, { ...key(), ...at })
    const packed = goes(5, at, box.at)
    await desk.facts([
      { ...came, locations: [place, box.place], documents: [orderOf(one)], lines: [{ ...one, claims: [] }] },
    ])
    const body = { item: one.item, qty: 5, line: one.id, document: one.document, claimed: 2 }
    const id = await happens('not_in_order', one.id, body, { ...packed, lines: [one] })
    expect(await settle(id, 'add')).toMatchObject({ outcome: 'done' })
    expect(await bodyOf<Line>(one.id)).toMatchObject({
      wanted: 5,
      done: 5,
      claims: [{ location: box.at.location, qty: 5 }],
    })
    const nothing = await happens('not_in_order', `${one.id} again`, { ...body, claimed: 5 }, {})
    expect(await settle(nothing, 'add')).toMatchObject({ outcome: 'refused', code: 'gone' })
  })

  it('[DX20] a reservation with nothing under it takes other stock, or the line is short; who has begun keeps theirs', async () => {
    const [bare, full] = [shelf('S-BARE'), shelf('S-FULL')]
    const here = claim(looseAt(bare.id), 3)
    const begun = line('begun', { wanted: 4, done: 1, claims: [here] })
    const fresh = line('fresh', { wanted: 3, claims: [here] })
    const row = onShelf(bare)
    const broken = { ...row, onHand: 3, reserved: 6 }
    const id = await happens('reservation_broken', stockKeyText(row), broken, {
      ...desk.arrived(3, row),
      locations: [bare, full],
      documents: [orderOf(begun), orderOf(fresh)],
      lines: [begun, fresh],
      tasks: [pickTask(begun, { state: 'started' }), pickTask(fresh, { state: 'ready' })],
    })
    await desk.facts([desk.arrived(8, onShelf(full))])
    expect(await settle(id, 'elsewhere')).toMatchObject({ outcome: 'done' })
    const moved = await bodyOf<Line>(fresh.id)
    expect(moved?.claims.some(one => one.location === bare.id)).toBe(false)
    expect(moved?.claims.reduce((sum, { qty }) => sum + qty, 0)).toBe(3)
    expect(await bodyOf<Line>(begun.id)).toMatchObject({ claims: [here] })
    const healed = await happens('reservation_broken', `${stockKeyText(row)} healed`, broken)
    expect(await settle(healed, 'short')).toMatchObject({ outcome: 'refused', code: 'gone' })
  })

  it('[DX20] what a short left open is taken elsewhere, or the order leaves without it', async () => {
    const from = shelf('S-SHORT')
    const lack = { wanted: 5, done: 0, state: 'open' as const, reason: 'NOT_FOUND' }
    const [first, second] = [line('short one', lack), line('short two', lack)]
    const stray = { ...onShelf(from), reason: 'NOT_FOUND', missing: 5 }
    await desk.facts([{ ...desk.arrived(7, onShelf(from)), locations: [from] }])
    const shorted = (one: Line) =>
      happens(
        'short_pick',
        `${stockKeyText(onShelf(from))} ${one.id}`,
        { ...stray, line: one.id, document: one.document },
        { documents: [orderOf(one)], lines: [one], tasks: [pickTask(one, { state: 'started' })] },
      )
    expect(await settle(await shorted(first), 'elsewhere')).toMatchObject({ outcome: 'done' })
    const found = await bodyOf<Line>(first.id)
    expect(found).toMatchObject({ state: 'open', reason: null })
    expect(found?.claims.reduce((sum, { qty }) => sum + qty, 0)).toBe(5)
    expect(await settle(await shorted(second), 'short')).toMatchObject({ outcome: 'done' })
    expect(await bodyOf<Line>(second.id)).toMatchObject({ state: 'short', claims: [] })
    expect(await bodyOf<Task>(pickTask(second).id)).toMatchObject({ state: 'done' })
  })

  it('[DX20] a line that still has something reserved goes on with that, and nothing stays reserved for a line that is over', async () => {
    const from = shelf('S-PART')
    const kept = claim(looseAt(from.id), 2)
    const one = line('short in part', { wanted: 5, state: 'open', reason: 'NOT_FOUND', claims: [kept] })
    const task = pickTask(one, { state: 'started' })
    const facts = { ...desk.arrived(2, onShelf(from)), locations: [from], documents: [orderOf(one)], lines: [one] }
    const body = { ...onShelf(from), reason: 'NOT_FOUND', missing: 3, line: one.id, document: one.document }
    const id = await happens('short_pick', `part ${one.id}`, body, { ...facts, tasks: [task] })
    expect(await settle(id, 'short')).toMatchObject({ outcome: 'done' })
    expect(await bodyOf<Line>(one.id)).toMatchObject({ state: 'open', claims: [kept] })
    expect(await bodyOf<Task>(task.id)).toMatchObject({ state: 'started' })
  })

  it('[DX21] what was carried off from where others had reserved it is brought there again', async () => {
    const [home, away] = [shelf('S-HOME'), shelf('S-AWAY')]
    await desk.facts([{ ...desk.arrived(5, onShelf(home)), locations: [home, away] }])
    const row = onShelf(home)
    const id = await happens(
      'reservation_broken',
      stockKeyText(row),
      { ...row, onHand: 1, reserved: 3 },
      goes(4, looseAt(home.id), looseAt(away.id)),
    )
    expect(await settle(id, 'moveBack')).toMatchObject({ outcome: 'done' })
    expect(await tasksOf('putback', 'reservation_broken')).toMatchObject([
      { document: null, goods: { line: null, from: looseAt(away.id), to: home.id, qty: 4 } },
    ])
  })

  it('[DX22] of two orders in one tote the later one asks for its own', async () => {
    const { place, at } = tote('T-BOTH')
    const [one, other] = [line('both one'), line('both two')]
    const bound = [one, other].map(each => pickTask(each, { state: 'started', tote: at.location }))
    const body = { tasks: [bound[0]!.id, bound[1]!.id], tote: 'T-BOTH' }
    const facts = { locations: [place], documents: [orderOf(one), orderOf(other)], lines: [one, other], tasks: bound }
    const id = await happens('tote_conflict', at.location, body, facts)
    expect(await settle(id, 'split')).toMatchObject({ outcome: 'done' })
    expect(await bodyOf<Task>(bound[0]!.id)).toMatchObject({ tote: null })
    expect(await bodyOf<Task>(bound[1]!.id)).toMatchObject({ tote: at.location })
  })

  it('[DX23] goods in a forbidden place are put away from there, or the place takes them from now on', async () => {
    const cases = [
      ['closed', { active: false }, { active: true }],
      ['lpn', { lpnRequired: true }, { lpnRequired: false }],
      ['mix', { mix: 'item' }, { mix: null }],
    ] as const
    for (const [trouble, was, then] of cases) {
      const place = shelf(`S-${trouble}`, was)
      const row = onShelf(place)
      const body = { client: row.client, item: row.item, lot: '', serial: '', to: looseAt(place.id), trouble }
      const facts = { ...desk.arrived(2, row), locations: [place] }
      const id = await happens('forbidden_place', stockKeyText(row), body, facts)
      expect(await settle(id, 'allow')).toMatchObject({ outcome: 'done' })
      expect(await placeOf(`S-${trouble}`)).toMatchObject(then)
    }
    const place = shelf('S-WRONG')
    const row = onShelf(place)
    const body = { client: row.client, item: row.item, to: looseAt(place.id), trouble: 'storage' }
    const facts = { ...desk.arrived(2, row), locations: [place] }
    const id = await happens('forbidden_place', stockKeyText(row), body, facts)
    expect(await settle(id, 'move')).toMatchObject({ outcome: 'done' })
    expect(await tasksOf('putaway')).toContainEqual(
      expect.objectContaining({
        state: 'ready',
        goods: expect.objectContaining({ from: looseAt(place.id), item: row.item }),
      }),
    )
  })

  it('[DX24] a pallet whose place is in doubt stands where the person says, else where it was read last', async () => {
    const [said, found, there] = [shelf('S-SAID'), shelf('S-FOUND'), shelf('S-THERE')]
    const lpn = lpnId(site.warehouse.id, 'XP77')
    const row = { ...onShelf(found), lpn }
    const label = { id: lpn, client: row.client, label: 'XP77' }
    await desk.facts([{ ...desk.arrived(6, row), locations: [said, found, there], lpns: [label] }])
    const body = { lpn, label: 'XP77', books: found.id, said: said.id }
    const first = await happens('lpn_elsewhere', lpn, body)
    expect(await settle(first, 'move')).toMatchObject({ outcome: 'done' })
    expect([await stock('S-SAID'), await stock('S-FOUND')]).toMatchObject([[{ n: 6 }], []])
    const second = await happens('moved_twice', lpn, body)
    expect(await settle(second, 'move', { location: there.id })).toMatchObject({ outcome: 'done' })
    expect([await stock('S-THERE'), await stock('S-SAID')]).toMatchObject([[{ n: 6 }], []])
    const nothing = await happens('moved_twice', lpnId(site.warehouse.id, 'XP78'), {
      ...body,
      lpn: lpnId(site.warehouse.id, 'XP78'),
    })
    expect(await settle(nothing, 'move')).toMatchObject({ outcome: 'refused', code: 'gone' })
  })

  it('[DX25] a serial that came in twice is one piece: the older entry leaves the books, unless somebody has reserved it', async () => {
    const [old, now] = [shelf('S-OLD'), shelf('S-NOW')]
    const serial = (place: Location, name: string): StockKey => ({ ...onShelf(place), serial: name })
    await desk.facts([{ ...desk.arrived(1, serial(old, 'Z1')), locations: [old, now] }])
    const body = { item: key().item, serial: 'Z1', place: old.id, qty: 1 }
    const id = await happens('serial_twice', 'z1', body, desk.arrived(1, serial(now, 'Z1')))
    expect(await settle(id, 'move')).toMatchObject({ outcome: 'done' })
    expect([await stock('S-OLD'), await stock('S-NOW')]).toMatchObject([[], [{ n: 1 }]])
    const kept = line('kept', { wanted: 1, claims: [{ ...looseAt(old.id), lot: '', serial: 'Z2', qty: 1 }] })
    await desk.facts([{ ...desk.arrived(1, serial(old, 'Z2')), lines: [kept], documents: [orderOf(kept)] }])
    const again = await happens('serial_twice', 'z2', { ...body, serial: 'Z2' }, desk.arrived(1, serial(now, 'Z2')))
    expect(await settle(again, 'move')).toMatchObject({ outcome: 'refused', code: 'gone' })
  })

  it('[DX26] another client’s goods are booked to that client, and counted as what they are', async () => {
    const theirs = site.items.find(item => item.client !== key().client)!
    const dock = shelf('S-DOCK', { kind: 'dock' })
    const document = derivedId<'document'>('document', 'theirs')
    const receipt = { ...orderOf(line('x')), id: document, kind: 'receipt' as const, client: theirs.client }
    const wrong = line('as ours', { document, wanted: 0, done: 4, source: null, reason: 'UNEXPECTED' })
    const right = line('as theirs', { document, client: theirs.client, item: theirs.id, wanted: 4, done: 0 })
    const came = { ...desk.arrived(4, onShelf(dock)), locations: [dock], documents: [receipt], lines: [wrong, right] }
    const body = { client: key().client, item: key().item, qty: 4, document }
    const id = await happens('other_client', document, body, came)
    expect(await settle(id, 'rebook')).toMatchObject({ outcome: 'refused', code: 'bad_request' })
    expect(await settle(id, 'rebook', { item: key().item })).toMatchObject({ outcome: 'refused', code: 'bad_request' })
    expect(await settle(id, 'rebook', { item: theirs.id })).toMatchObject({ outcome: 'done' })
    expect(await bodyOf<Line>(wrong.id)).toMatchObject({ done: 0 })
    expect(await bodyOf<Line>(right.id)).toMatchObject({ done: 4, state: 'done' })
    const { rows } = await sql<{ client: string; n: number }>`
      select c.uid as client, b.on_hand::int as n from balance b join location l on l.warehouse_id = b.warehouse_id and l.id = b.location_id
      join client c on c.id = b.client_id where l.body->>'code' = 'S-DOCK' and b.on_hand <> 0`.execute(opened.db)
    expect(rows).toEqual([{ client: theirs.client, n: 4 }])
  })

  it('[DX27] goods of an order that had not left belong to the order that a person names, or to none', async () => {
    const returns = shelf('S-RETURNS', { kind: 'returns' })
    const sent = line('sent', { wanted: 3, done: 3, state: 'done', shipped: 3 })
    const unsent = line('unsent')
    const back = line('back', { document: derivedId('document', 'back'), wanted: 0, done: 2, source: null })
    const document = { ...orderOf(back), kind: 'return' as const, origin: unsent.document }
    const orders = [orderOf(sent, { state: 'closed' }), orderOf(unsent), document]
    const facts = {
      ...desk.arrived(2, onShelf(returns)),
      locations: [returns],
      documents: orders,
      lines: [sent, unsent, back],
    }
    const body = { item: back.item, qty: 2, order: unsent.document }
    const id = await happens('not_shipped', `${document.id}/${back.item}`, body, facts)
    for (const args of [{}, { document: unsent.document }])
      expect(await settle(id, 'match', args)).toMatchObject({ outcome: 'refused', code: 'bad_request' })
    expect(await settle(id, 'match', { document: sent.document })).toMatchObject({ outcome: 'done' })
    expect(await bodyOf<Document>(document.id)).toMatchObject({ origin: sent.document, blind: false })
    expect(await bodyOf<Line>(back.id)).toMatchObject({ wanted: 3 })
    const again = await happens('not_shipped', `${document.id}/${back.item}`, body)
    expect(await settle(again, 'blindReturn')).toMatchObject({ outcome: 'done' })
    expect(await bodyOf<Document>(document.id)).toMatchObject({ origin: null, blind: true })
  })

  it('[DX8] after all of it the books still hold', async () => {
    expect(await audit(opened.db)).toEqual([])
  })

  it('[DX28] a count is asked for wherever a row says, its goods moved or its pallet stands; where nothing is known, not', async () => {
    const [here, there] = [shelf('S-count-1'), shelf('S-count-2')]
    const { client, item } = key()
    const pallet = lpnId(site.warehouse.id, 'PLT-COUNT')
    const places = { locations: [here, there], lpns: [{ id: pallet, client, label: 'PLT-COUNT' }] }
    const arrived = desk.arrived(3, onShelf(there))
    const onPallet = desk.arrived(2, { ...onShelf(there), lpn: pallet })
    const both = [here.id, there.id].toSorted()
    const rows = [
      ['lpn_elsewhere', { item, qty: 1, lpn: pallet, books: here.id, said: there.id }, places, both],
      ['moved_twice', { lpn: pallet, label: 'PLT-COUNT', said: here.id, books: null, to: there.id }, places, both],
      ['serial_twice', { item, qty: 1, serial: 'S-1', place: 'A-02' }, arrived, [there.id]],
      ['asn_difference', { lpn: pallet, difference: 'less' }, onPallet, [there.id]],
      ['undo_late', { ...onShelf(here), of: {}, qty: 1 }, {}, [here.id]],
    ] as const
    for (const [kind, body, effects, wanted] of rows) {
      const id = await happens(kind, `count ${kind}`, body, effects)
      expect([kind, await settle(id, 'count')]).toMatchObject([kind, { outcome: 'done' }])
      const tasks = await tasksOf('count', kind)
      expect([kind, tasks.flatMap(task => task.count?.location ?? []).toSorted()]).toEqual([kind, [...wanted]])
      // What is asked for here is done before the next one asks: one count is open for a place.
      await desk.facts([{ ...NOTHING, tasks: tasks.map(task => ({ ...task, state: 'done' as const })) }])
    }
    const lost = await happens('lpn_elsewhere', 'count nowhere', { lpn: lpnId(site.warehouse.id, 'PLT-NOWHERE') })
    expect(await settle(lost, 'count')).toMatchObject({ outcome: 'refused', code: 'gone' })
    // Of a handheld: what its last numbers have moved.
    const [device] = site.devices
    await desk.facts([desk.arrived(1, onShelf(here))])
    const silent = await happens('device_silent', device!.id, { device: device!.id, missing: 2 })
    expect(await settle(silent, 'count')).toMatchObject({ outcome: 'done' })
    const counted = (await tasksOf('count', 'device_silent')).map(task => task.count?.location)
    expect(counted).toEqual(expect.arrayContaining(both))
  })

  it('[DX29] two commands under one number: the handheld is revoked by the choice that says so', async () => {
    const device = site.devices[1]!
    const states = async () => {
      const { rows } = await sql<{ state: string }>`select state from device where uid = ${device.id}`.execute(
        opened.db,
      )
      return rows.map(row => row.state)
    }
    const looked = await happens('device_forked', 'fork 1', { device: device.id, seq: 4 })
    expect([await settle(looked, 'review'), await states()]).toMatchObject([{ outcome: 'done' }, ['active']])
    const revoked = await happens('device_forked', 'fork 2', { device: device.id, seq: 5 })
    expect([await settle(revoked, 'revoke'), await states()]).toMatchObject([{ outcome: 'done' }, ['revoked']])
  })
})
