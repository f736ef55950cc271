import { describe, expect, it } from 'vitest'
import { derivedId } from '../ids.ts'
import { looseAt } from '../ledger/world.ts'
import type { Draft } from '../sync/command.ts'
import {
  a1,
  allRows,
  booker,
  bowl,
  demoSeed,
  demoWorld,
  device,
  documentId,
  drill,
  lotOf,
  milk,
  mug,
  one,
  orderOf,
  otherDevice,
  returnsPlace,
  row,
  scanned,
  scanOf,
  theirMug,
  TODAY,
  tote1,
  unbalanced,
  virtual,
  wants,
  warehouse,
  worker,
  workerAt,
} from '../../test/support/world.ts'
import type { WorldSeed } from '../../test/support/world.ts'
import { makeLabel } from '../scan/own-label.ts'
import { lpnId } from './lpn.ts'
import { returns } from './return.ts'
import { returnOf } from './return-state.ts'
import type { ReturnState } from './return-state.ts'

const SHIPPED = documentId('SO-7')
const shippedOrder = orderOf(
  'SO-7',
  [
    { ...wants(mug, 3), done: 3, shipped: 3, state: 'done' },
    { ...wants(milk, 2), done: 2, shipped: 2, state: 'done' },
    { ...wants(drill, 1), done: 1, shipped: 1, state: 'done' },
  ],
  { state: 'done', lease: null },
  { state: 'closed' },
)
const SHOT = 'a'.repeat(64)
const world = (over: Partial<WorldSeed> = {}) =>
  demoWorld({ documents: [...demoSeed().documents, shippedOrder], ...over })

const at = (over: Partial<WorldSeed> = {}, who = worker) => {
  const there = world(over)
  const anna = workerAt(returns, there, { nothing: true }, device, who)
  const open = () => anna.scan(scanOf.document('SO-7'))
  const stands = (item: typeof mug, status: 'available' | 'inspection' | 'damaged' | 'blocked', more: object = {}) =>
    there.stock({ ...row(item, returnsPlace, 0), status, ...more }).onHand
  const back = () => there.linesOf(returnOf(SHIPPED)).map(line => [line.item, line.wanted, line.done])
  /** DONE, a reason, what becomes of it, and a place. */
  const finish = (disposition: number, place = returnsPlace) => {
    anna.key('XCDNE')
    anna.choose(1)
    anna.choose(disposition)
    if (anna.state().at === 'photo') anna.input({ kind: 'photo', sha: SHOT })
    return anna.scan(scanOf.place(place))
  }
  return { there, anna, open, stands, back, finish }
}
const kinds = (judged: { effects: { exceptions: readonly { kind: string }[] } }): string[] =>
  judged.effects.exceptions.map(one => one.kind)

const came = (
  qty: number,
  over: Partial<Extract<Draft, { type: 'return' }>> = {},
): Extract<Draft, { type: 'return' }> => ({
  type: 'return',
  client: one.id,
  item: mug.id,
  lot: '',
  serial: '',
  document: returnOf(SHIPPED),
  blind: false,
  order: SHIPPED,
  expiry: null,
  to: { ...looseAt(returnsPlace.id), status: 'inspection' },
  qty,
  disposition: 'check',
  reason: 'NOT_WANTED',
  ...over,
})

describe('taking goods back', () => {
  it('[J1] order, item, reason, what becomes of it, place: only the place books', () => {
    const { there, anna, open, stands, back, finish } = at()
    expect(open()).toMatchObject({ verdict: 'ok', message: { key: 'opened', values: { no: 'R-SO-7' } } })
    anna.scan(scanOf.item(mug))
    expect(anna.scan(scanOf.item(mug))).toMatchObject({ verdict: 'ok', commands: [], state: { hand: { qty: 2 } } })
    expect(finish(1)).toMatchObject({ verdict: 'done', finished: false, message: { key: 'ret.done' } })
    expect([stands(mug, 'inspection'), back()]).toEqual([2, [[mug.id, 3, 2]]])
    expect(there.document(returnOf(SHIPPED))).toMatchObject({ kind: 'return', origin: SHIPPED, state: 'started' })
    expect(unbalanced(allRows(there))).toEqual([])
  })

  it('[J1] DONE with nothing in hand closes the return, and the ERP is told once', () => {
    const { there, anna, open, finish } = at()
    open()
    expect(anna.key('XCDNE')).toMatchObject({ verdict: 'wrong', message: { key: 'ret.nothing' } })
    anna.scan(scanOf.item(mug))
    finish(1)
    expect(anna.key('XCDNE')).toMatchObject({ finished: true, message: { key: 'closed', values: { no: 'R-SO-7' } } })
    expect(there.document(returnOf(SHIPPED))?.state).toBe('closed')
    expect(anna.judged.map(one => one.effects.messages)).toEqual([
      [],
      [{ type: 'return', document: returnOf(SHIPPED), final: true }],
    ])
  })

  it('[J2] never more than was sent less what has come back, by scan and by number', () => {
    const { anna, open, finish } = at()
    open()
    anna.scan(scanOf.item(mug))
    expect(anna.number(4)).toMatchObject({ verdict: 'wrong', message: { key: 'over' } })
    anna.number(3)
    expect(anna.scan(scanOf.item(mug))).toMatchObject({ verdict: 'wrong', message: { key: 'over' } })
    anna.number(2)
    finish(1)
    anna.scan(scanOf.item(mug))
    expect(anna.scan(scanOf.item(mug))).toMatchObject({ verdict: 'wrong', message: { key: 'over' } })
    expect(anna.state().hand?.qty).toBe(1)
  })

  it('[J2] two handhelds that take back the same goods are both booked, and what is too much is an exception', () => {
    const orders = [
      [device, otherDevice],
      [otherDevice, device],
    ] as const
    for (const [first, second] of orders) {
      const { there, stands } = at()
      expect(kinds(booker(there, first)(came(2)))).toEqual([])
      expect(kinds(booker(there, second)(came(2)))).toEqual(['over_return'])
      expect(stands(mug, 'inspection')).toBe(4)
    }
  })

  it('[J3] what was not sent needs a second scan or is refused, by policy; the server says it too', () => {
    const { there, anna, open, finish } = at()
    open()
    expect(anna.scan(scanOf.item(bowl))).toMatchObject({ verdict: 'ask', message: { key: 'ask.notInOrder' } })
    anna.scan(scanOf.item(bowl))
    finish(1)
    expect(kinds(anna.judged[0] as never)).toEqual(['not_in_order'])
    expect(there.linesOf(returnOf(SHIPPED))[0]).toMatchObject({ item: bowl.id, wanted: 0, done: 1 })
    const strict = at({ policy: { return: { unexpected: 'no' } } })
    strict.open()
    expect(strict.anna.scan(scanOf.item(bowl))).toMatchObject({ verdict: 'wrong', message: { key: 'ret.notInOrder' } })
  })

  it('[J4] an order that has not left, other clients, places and codes that nobody knows change nothing', () => {
    const { anna } = at()
    for (const [scan, key] of [
      [scanOf.document('SO-1'), 'ret.notShipped'],
      [scanOf.document('PO-1'), 'ret.none'],
      [scanOf.place(a1), 'wrong.kind'],
      [scanned('x'.repeat(200)), 'unknown'],
    ] as const) {
      expect(anna.scan(scan)).toMatchObject({ message: { key }, commands: [], state: { at: 'document' } })
    }
    anna.scan(scanOf.document('SO-7'))
    expect(anna.scan(scanOf.item(theirMug))).toMatchObject({ verdict: 'wrong', message: { key: 'other.client' } })
    anna.scan(scanOf.item(mug))
    expect(anna.scan(scanOf.item(milk))).toMatchObject({ verdict: 'wrong', message: { key: 'ret.first' } })
    anna.key('XCDNE')
    expect(anna.scan(scanOf.item(mug))).toMatchObject({ verdict: 'wrong', message: { key: 'ret.choose' } })
  })

  it('[J4] without an order: asked first, by policy not at all; the goods are booked all the same', () => {
    const { there, anna, finish } = at()
    expect(anna.key('XCNDC')).toMatchObject({ verdict: 'ask' })
    anna.key('XCNDC')
    anna.scan(scanOf.item(mug))
    finish(1)
    const made = [...there.documents()].find(one => one.kind === 'return')
    expect(made).toMatchObject({ blind: true, origin: null, client: one.id })
    expect(kinds(anna.judged[0] as never)).toEqual([])
    const strict = at({ policy: { return: { blind: 'no' } } })
    expect(strict.anna.key('XCNDC')).toMatchObject({ verdict: 'wrong' })
  })

  it('[J5] lot, day and serial are asked for; a piece that stands here already cannot come back', () => {
    const { anna, open, stands, finish } = at({
      stock: [...demoSeed().stock, row(drill, a1, 1, { serial: 'S-77' })],
    })
    open()
    anna.scan(scanOf.item(milk))
    anna.scan(scanned('L9'))
    expect(anna.state().at).toBe('expiry')
    anna.type('2027-05-31')
    finish(1)
    expect(stands(milk, 'inspection', { lot: 'L9' })).toBe(1)
    anna.scan(scanOf.item(drill))
    expect(anna.scan(scanned('S-77'))).toMatchObject({ verdict: 'dup', state: { at: 'serial' } })
    expect(anna.scan(scanned('S-1'))).toMatchObject({ message: { key: 'ret.got' } })
  })

  it('[J6] what becomes of it decides the status; expired goods never become available, scrapping is a supervisor’s', () => {
    const restock = { policy: { return: { restock: true } } }
    const values = (who = worker, over: Partial<WorldSeed> = restock, item = mug, lot = '') => {
      const { anna, open } = at(over, who)
      open()
      anna.scan(scanOf.item(item, lot === '' ? {} : { lot }))
      anna.key('XCDNE')
      anna.choose(1)
      return anna.prompt().choices.map(choice => choice.value)
    }
    const boss = { ...worker, roles: ['supervisor' as const] }
    expect(values()).toEqual(['check', 'restock', 'damaged', 'quarantine'])
    expect(values(worker, {})).toEqual(['check', 'damaged', 'quarantine'])
    expect(values(boss)).toEqual(['check', 'restock', 'damaged', 'quarantine', 'scrap', 'supplier'])
    const old = { ...restock, lots: [lotOf(milk, 'OLD', '2026-01-01')] }
    expect(TODAY > '2026-01-01').toBe(true)
    expect(values(worker, old, milk, 'OLD')).toEqual(['check', 'damaged', 'quarantine'])
  })

  it('[J6] restocked goods wait for put-away, damaged ones do not lie where orders are picked, scrapped ones are gone', () => {
    const boss = { ...worker, roles: ['supervisor' as const] }
    const { there, anna, open, stands, finish } = at({ policy: { return: { restock: true } } }, boss)
    const take = (disposition: number, place = returnsPlace) => {
      anna.scan(scanOf.item(mug))
      return finish(disposition, place)
    }
    open()
    take(2)
    expect([...there.tasks()].filter(task => task.kind === 'putaway' && task.state === 'ready')).toHaveLength(1)
    expect(take(3, a1)).toMatchObject({ verdict: 'wrong', message: { key: 'put.status' } })
    anna.scan(scanOf.place(returnsPlace))
    take(5)
    expect(anna.judged.at(-1)?.effects.movements[0]?.to.location).toBe(virtual('scrap').id)
    expect([stands(mug, 'available'), stands(mug, 'damaged')]).toEqual([1, 1])
  })

  it('[J7] undo takes it back from the place and from the return; after closing the ERP gets a supplement', () => {
    const { there, stands, back } = at()
    const book = booker(there)
    book(came(2))
    book(came(1))
    book({ type: 'close', process: 'return', client: one.id, task: null, document: returnOf(SHIPPED), place: null })
    const undo = book({ type: 'undo', client: one.id, of: { epoch: 'epoch0000001', seq: 2 }, act: came(1) })
    expect([stands(mug, 'inspection'), back()]).toEqual([2, [[mug.id, 3, 2]]])
    expect(undo.effects.messages).toEqual([{ type: 'return', document: returnOf(SHIPPED), final: false }])
    const late = booker(there, otherDevice)(came(1))
    expect(late.effects.messages).toEqual([{ type: 'return', document: returnOf(SHIPPED), final: false }])
  })

  it('[J8] an order that has not left, and goods of another client, are booked and somebody is told', () => {
    const { there } = at()
    const book = booker(there)
    const open = documentId('SO-1')
    expect(kinds(book(came(1, { document: returnOf(open), order: open })))).toEqual(['not_shipped'])
    expect(kinds(book(came(1, { client: theirMug.client, item: theirMug.id })))).toContain('other_client')
    expect(book(came(1, { to: looseAt(derivedId('location', 'nowhere')) })).outcome).not.toBe('applied')
  })

  it('[J1] a battery change in any state goes on where it was', () => {
    const { anna, open, stands } = at()
    open()
    for (const act of [
      () => anna.scan(scanOf.item(mug)),
      () => anna.key('XCDNE'),
      () => anna.choose(3),
      () => anna.choose(2),
      () => anna.input({ kind: 'photo', sha: SHOT }),
      () => anna.scan(scanOf.place(returnsPlace)),
    ]) {
      anna.reload()
      expect(act().verdict).not.toBe('wrong')
    }
    expect(stands(mug, 'damaged')).toBe(1)
  })

  it('[PH22] of damaged and scrapped goods a photo is asked for before the place, and the booking names it', () => {
    const { anna, open, stands } = at()
    open()
    anna.scan(scanOf.item(mug))
    anna.key('XCDNE')
    anna.choose(1)
    expect(anna.choose(2)).toMatchObject({ verdict: 'ok', message: { key: 'photo.ask' }, state: { at: 'photo' } })
    expect(anna.prompt()).toMatchObject({
      ask: { kind: 'photo' },
      keys: [{ command: 'XCPHT' }, { command: 'XCSKP' }, {}],
    })
    const early = anna.scan(scanOf.place(returnsPlace))
    expect(early).toMatchObject({ verdict: 'wrong', message: { key: 'photo.ask' }, commands: [] })
    anna.reload()
    expect(anna.input({ kind: 'photo', sha: SHOT })).toMatchObject({
      message: { key: 'photo.kept' },
      state: { at: 'place' },
    })
    const booked = anna.scan(scanOf.place(returnsPlace))
    expect(booked).toMatchObject({ commands: [{ type: 'return', photos: [SHOT] }], state: { photos: [] } })
    expect(stands(mug, 'damaged')).toBe(1)
    // The next goods have no photo yet.
    anna.scan(scanOf.item(mug))
    anna.key('XCDNE')
    anna.choose(1)
    expect(anna.choose(2).state.at).toBe('photo')
  })

  it('[PH22] who cannot take one says so twice, and the goods come back all the same', () => {
    const { anna, open, stands } = at()
    open()
    anna.scan(scanOf.item(mug))
    anna.key('XCDNE')
    anna.choose(1)
    anna.choose(2)
    expect(anna.key('XCSKP')).toMatchObject({ verdict: 'ask', message: { key: 'ask.noPhoto' } })
    expect(anna.key('XCNAY').state.at).toBe('photo')
    anna.key('XCSKP')
    expect(anna.key('XCSKP', 100)).toMatchObject({ verdict: 'ask' })
    expect(anna.key('XCSKP').state.at).toBe('place')
    expect(anna.scan(scanOf.place(returnsPlace)).commands[0]).not.toHaveProperty('photos')
    expect(stands(mug, 'damaged')).toBe(1)
  })

  it('[PH22] the policy asks always, never, or of damaged goods only; a photo that was taken before is enough', () => {
    const after = (photo: 'always' | 'damaged' | 'never', choice: number, shots = 0): string => {
      const { anna, open } = at({ policy: { return: { photo } } })
      open()
      anna.scan(scanOf.item(mug))
      for (let n = 0; n < shots; n += 1) anna.input({ kind: 'photo', sha: `${n}`.repeat(64) })
      anna.key('XCDNE')
      anna.choose(1)
      return anna.choose(choice).state.at
    }
    expect([after('always', 1), after('damaged', 1), after('never', 2)]).toEqual(['photo', 'place', 'place'])
    expect([after('damaged', 2, 1), after('damaged', 2, 6)]).toEqual(['place', 'place'])
  })

  it('[PH22] of more than five photos the sixth is told, and one of nothing in hand', () => {
    const { anna, open } = at()
    const shoot = (n: number) => anna.input({ kind: 'photo', sha: `${n}`.repeat(64) })
    open()
    expect(shoot(1)).toMatchObject({ verdict: 'wrong', message: { key: 'no.key' } })
    anna.scan(scanOf.item(mug))
    for (const n of [1, 2, 3, 4, 5, 5]) expect(shoot(n).verdict).toBe('ok')
    expect(shoot(6)).toMatchObject({ verdict: 'wrong', message: { key: 'no.key' } })
    anna.key('XCBAK')
    anna.scan(scanOf.item(mug))
    expect(anna.state().photos).toEqual([])
  })
})

describe('what was sent', () => {
  const sentOrder = (drills: readonly string[] = ['S1'], lots: readonly string[] = ['L1']) => {
    const sent = (marks: readonly string[], field: 'lot' | 'serial') =>
      marks.map(mark => ({ lot: '', serial: '', [field]: mark, qty: field === 'lot' ? 2 : 1 }))
    return orderOf(
      'SO-7',
      [
        { ...wants(milk, 2), done: 2, shipped: 2, state: 'done', sent: sent(lots, 'lot') },
        { ...wants(drill, 1), done: 1, shipped: 1, state: 'done', sent: sent(drills, 'serial') },
      ],
      { state: 'done', lease: null },
      { state: 'closed' },
    )
  }
  const opened = (order = sentOrder()) => {
    const found = at({
      documents: [order],
      stock: [],
      lots: [lotOf(milk, 'L1', '2026-12-31'), lotOf(milk, 'L2', '2027-03-31')],
    })
    found.open()
    return found
  }

  it('[J9] a lot or serial that was sent is taken; another one needs its code again and is an exception', () => {
    const { anna, finish } = opened()
    expect(anna.scan(scanOf.item(milk, { lot: 'L1' })).message.key).toBe('ret.got')
    finish(1)
    expect(anna.scan(scanOf.item(milk, { lot: 'L2' }))).toMatchObject({
      verdict: 'ask',
      message: { key: 'ask.lotNotSent', values: { lot: 'L2' } },
      commands: [],
    })
    expect(anna.scan(scanOf.item(milk, { lot: 'L2' })).message.key).toBe('ret.got')
    finish(1)
    anna.scan(scanOf.item(drill))
    expect(anna.scan(scanned('S9'))).toMatchObject({ message: { key: 'ask.serialNotSent', values: { serial: 'S9' } } })
    expect(anna.scan(scanned('S9')).message.key).toBe('ret.got')
    finish(1)
    expect(anna.judged.map(kinds)).toEqual([[], ['wrong_serial_returned'], ['wrong_serial_returned']])
  })

  it('[J9] one yes to a lot is enough for all of it, scanned or typed', () => {
    const { anna } = opened()
    anna.scan(scanOf.item(milk))
    expect(anna.scan(scanned('L2')).message.key).toBe('ask.lotNotSent')
    expect(anna.scan(scanned('L2')).message.key).toBe('ret.got')
    expect(anna.scan(scanOf.item(milk, { lot: 'L2' })).state.hand?.qty).toBe(2)
  })

  it('[J9] where not all that left was written down, nothing is compared', () => {
    const { anna, finish } = opened(sentOrder([], []))
    anna.scan(scanOf.item(milk, { lot: 'L2' }))
    finish(1)
    anna.scan(scanOf.item(drill, { serial: 'S9' }))
    finish(1)
    expect(anna.judged.flatMap(kinds)).toEqual([])
  })

  it('[J9] shipping writes the lots and serials of the boxes on the lines', () => {
    const box = {
      ...tote1,
      id: derivedId<'location'>('location', 'demo', 'BOX-7'),
      kind: 'carton' as const,
      code: 'BOX-7',
    }
    const carton = {
      document: documentId('SO-8'),
      type: null,
      weightG: null,
      size: null,
      tracking: null,
      closed: true,
      shipped: false,
    }
    const rows = [
      row(milk, box, 1, { lot: 'L1' }),
      row(milk, box, 2, { lot: 'L2' }),
      ...['S1', 'S2'].map(serial => row(drill, box, 1, { serial })),
    ] as const
    const order = orderOf('SO-8', [
      { ...wants(milk, 3, [rows[0], 1], [rows[1], 2]), done: 3, state: 'done' },
      { ...wants(drill, 2, ...rows.slice(2).map(one => [one, 1] as const)), done: 2, state: 'done' },
    ])
    const there = demoWorld({
      documents: [order],
      stock: rows,
      places: [...demoSeed().places, { ...box, carton }],
    })
    const ship: Draft = { type: 'ship', client: one.id, document: documentId('SO-8'), cartons: [box.id], door: null }
    booker(there)(ship)
    expect(there.linesOf(documentId('SO-8')).map(line => line.sent)).toEqual([
      [
        { lot: 'L1', serial: '', qty: 1 },
        { lot: 'L2', serial: '', qty: 2 },
      ],
      [
        { lot: '', serial: 'S1', qty: 1 },
        { lot: '', serial: 'S2', qty: 1 },
      ],
    ])
  })
})

describe('onto a pallet, and to the supplier', () => {
  const LABEL = makeLabel('XP', '0077')
  const lpn = lpnId(warehouse, LABEL)
  const chosen = (disposition: number, over: Partial<WorldSeed> = {}, who = worker) => {
    const found = at(over, who)
    found.open()
    found.anna.scan(scanOf.item(mug))
    found.anna.key('XCDNE')
    found.anna.choose(1)
    found.anna.choose(disposition)
    return found
  }

  it('[J10] a new label is asked about and its place scanned after it; one that stands somewhere is the place', () => {
    const { there, anna, stands, finish } = chosen(1)
    expect(anna.scan(scanned(LABEL)).message.key).toBe('ask.newLpn')
    expect(anna.scan(scanned(LABEL))).toMatchObject({
      message: { key: 'ret.onPallet' },
      state: { at: 'place' },
      commands: [],
    })
    expect(anna.scan(scanOf.place(returnsPlace)).commands).toMatchObject([{ label: LABEL, to: { lpn } }])
    expect([stands(mug, 'inspection', { lpn }), there.lpn(lpn)?.label]).toEqual([1, LABEL])
    anna.scan(scanOf.item(mug))
    finish(1)
    expect(anna.state().pallet).toBeNull()
    anna.scan(scanOf.item(mug))
    anna.key('XCDNE')
    anna.choose(1)
    anna.choose(1)
    expect(anna.scan(scanned(LABEL))).toMatchObject({
      verdict: 'done',
      commands: [{ to: { lpn, location: returnsPlace.id } }],
    })
    expect([stands(mug, 'inspection', { lpn }), stands(mug, 'inspection')]).toEqual([2, 1])
  })

  it('[J10] a pallet of another client or of goods in another state is refused', () => {
    const theirs = chosen(1, { stock: [row(theirMug, returnsPlace, 1, { lpn, status: 'inspection' })] })
    expect(theirs.anna.scan(scanned(LABEL))).toMatchObject({ message: { key: 'other.client' }, commands: [] })
    const good = chosen(1, { stock: [row(mug, returnsPlace, 1, { lpn })] })
    expect(good.anna.scan(scanned(LABEL))).toMatchObject({ message: { key: 'rcv.lpnMixed' }, state: { at: 'place' } })
  })

  it('[J10] two handhelds that use one label are both booked, and somebody is told', () => {
    const { there } = at()
    const to = { ...looseAt(returnsPlace.id), lpn, status: 'inspection' as const }
    expect(kinds(booker(there)(came(1, { label: LABEL, to })))).toEqual([])
    const moved = came(1, { label: LABEL, to: { ...to, location: a1.id } })
    expect(kinds(booker(there, otherDevice)(moved))).toEqual(['lpn_elsewhere'])
    expect(kinds(booker(there, otherDevice)(came(1, { to: { ...to, status: 'damaged' } })))).toContain(
      'forbidden_place',
    )
  })

  it('[J11] to the supplier is blocked and leaves by a command of its own, which a supervisor may give and take back', () => {
    const { there, anna, stands } = chosen(5, {}, { ...worker, roles: ['supervisor' as const] })
    expect(anna.state().disposition).toBe('supplier')
    const { commands } = anna.scan(scanOf.place(returnsPlace))
    expect(commands).toMatchObject([
      { type: 'return', disposition: 'quarantine', to: { status: 'blocked' } },
      { type: 'move', process: 'return', to: { location: virtual('supplier').id } },
    ])
    const [, gone] = commands
    if (gone?.type !== 'move') throw new Error('nothing left')
    expect(returns.rolesOf?.(gone)).toEqual(['supervisor'])
    expect([stands(mug, 'blocked'), unbalanced(allRows(there)), anna.judged.flatMap(kinds)]).toEqual([0, [], []])
    booker(there, otherDevice)({ type: 'undo', client: one.id, of: { epoch: 'epoch0000009', seq: 1 }, act: gone })
    expect(stands(mug, 'blocked')).toBe(1)
  })

  it('[J12] a step that was saved before there were pallets goes on', () => {
    const { there, anna } = chosen(1)
    const { pallet: _, ...old } = anna.state()
    const moment = { now: `${TODAY}T09:00:00.000Z`, today: TODAY, monoMs: 90_000, device, worker }
    const resolved = scanOf.place(returnsPlace)
    const next = returns.step(old as ReturnState, { kind: 'scan', resolved }, there, moment)
    expect([next.verdict, next.commands.length]).toEqual(['done', 1])
  })
})
