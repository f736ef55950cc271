import { describe, expect, it } from 'vitest'
import type { Line, Location, Worker } from '../catalogue.ts'
import { derivedId, NO_LPN } from '../ids.ts'
import { NOTHING } from '../ledger/effects.ts'
import { keyOf } from '../ledger/stock.ts'
import type { World } from '../ledger/world.ts'
import { makeLabel } from '../scan/own-label.ts'
import type { Draft } from '../sync/command.ts'
import {
  a1,
  a2,
  allRows,
  booker,
  bowl,
  demoSeed,
  asidePlace as aside,
  packPlace as station,
  dock2,
  demoWorld,
  device,
  documentId,
  drill,
  lineId,
  milk,
  mug,
  one,
  orderOf,
  row,
  scanned,
  scanOf,
  taskId,
  tote1,
  tote2,
  unbalanced,
  virtual,
  wants,
  worker,
  workerAt,
  wrongReserved,
} from '../../test/support/world.ts'
import type { WorldSeed } from '../../test/support/world.ts'
import { pack } from './pack.ts'
import { ship } from './ship.ts'

const door = dock2
const places = demoSeed().places

/** Picked into the tote: 3 mugs, 2 milk of L1, drill S1. */
const inTote = [row(mug, tote1, 3), row(milk, tote1, 2, { lot: 'L1' }), row(drill, tote1, 1, { serial: 'S1' })]
const [mugs, milks, drills] = inTote
const picked = (n: string, more: Parameters<typeof orderOf>[3] = {}) =>
  orderOf(
    n,
    [
      { ...wants(mug, 3, [mugs!, 3]), done: 3, state: 'done' },
      { ...wants(milk, 2, [milks!, 2]), done: 2, state: 'done' },
      { ...wants(drill, 1, [drills!, 1]), done: 1, state: 'done' },
    ],
    { tote: tote1.id, state: 'done', lease: null },
    more,
  )
const hold = { by: worker.id, at: '2026-11-23T08:00:00.000Z', reason: 'Address is asked for' }
const packer = { ...worker, roles: ['packer' as const] }
const boss = { ...worker, roles: ['supervisor' as const] }

const at = (over: Partial<WorldSeed> = {}, who: Worker = packer) => {
  const world = demoWorld({
    stock: [row(mug, a1, 30), row(milk, a2, 10, { lot: 'L1' }), ...inTote],
    documents: [picked('SO-7')],
    places,
    ...over,
  })
  const anna = workerAt(pack, world, { nothing: true }, device, who)
  const check = (): void => {
    expect(unbalanced(allRows(world))).toEqual([])
    expect(wrongReserved(world)).toEqual([])
  }
  return { world, anna, check }
}
type At = ReturnType<typeof at>
const rejected = (w: At, run: () => { verdict: string; message: { key: string } }) => {
  const before = JSON.stringify([w.anna.state(), allRows(w.world), w.anna.judged.length])
  const next = run()
  expect(JSON.stringify([w.anna.state(), allRows(w.world), w.anna.judged.length])).toBe(before)
  return [next.verdict, next.message.key]
}
const boxes = (world: World) => [...world.locations()].filter(place => place.carton)
const inBox = (w: At): At => {
  w.anna.scan(scanOf.place(tote1))
  w.anna.choose(2)
  return w
}
const all = (w: At): At => {
  for (const item of [mug, mug, mug]) w.anna.scan(scanOf.item(item))
  w.anna.scan(scanOf.item(milk, { lot: 'L1' }))
  w.anna.scan(scanOf.item(milk, { lot: 'L1' }))
  w.anna.scan(scanOf.item(drill, { serial: 'S1' }))
  return w
}
const scanBox = (box: Location) => scanned(box.code, [{ kind: 'carton', location: box.id }])

describe('opening', () => {
  it.each([
    ['the tote', scanOf.place(tote1)],
    ['the order', scanOf.document('SO-7')],
    ['an item that only this order wants', scanOf.item(mug)],
  ])('[N1] %s opens the order and asks for a box', (_, scan) => {
    const w = at()
    expect(w.anna.scan(scan)).toMatchObject({ verdict: 'ok', state: { at: 'carton', document: documentId('SO-7') } })
  })
  it.each([
    ['a tote with nothing in it', {}, scanOf.place(tote2), 'pack.notPicked'],
    [
      'an order that nobody has picked',
      { documents: [orderOf('SO-8', [wants(mug, 1)])] },
      scanOf.document('SO-8'),
      'pack.notPicked',
    ],
    [
      'a cancelled order',
      { documents: [picked('SO-7', { state: 'cancelled' })] },
      scanOf.document('SO-7'),
      'pack.cancelled',
    ],
    [
      'an order that has left',
      { documents: [picked('SO-7', { state: 'closed' })] },
      scanOf.document('SO-7'),
      'pack.left',
    ],
    ['[OD9] an order on hold', { documents: [picked('SO-7', { hold })] }, scanOf.document('SO-7'), 'order.onHold'],
    ['a code that nobody knows', {}, scanned('???'), 'unknown'],
    ['a shelf', {}, scanOf.place(a1), 'wrong.kind'],
  ] as const)('[N1] %s is refused', (_, over, scan, key) => {
    const w = at(over)
    expect(rejected(w, () => w.anna.scan(scan))[1]).toBe(key)
  })
  it('[N2] a box is opened by its type, its own label, or a new text scanned twice', () => {
    const typed = at()
    typed.anna.scan(scanOf.place(tote1))
    expect(typed.anna.choose(2).commands).toMatchObject([
      { type: 'carton.open', label: 'SO-7-1', cartonType: 'M', parent: station.id },
    ])
    const labelled = at()
    labelled.anna.scan(scanOf.place(tote1))
    labelled.anna.scan(scanned(makeLabel('XS', '77')))
    expect(boxes(labelled.world)).toMatchObject([
      { code: makeLabel('XS', '77'), carton: { document: documentId('SO-7'), closed: false } },
    ])
    const free = at()
    free.anna.scan(scanOf.place(tote1))
    expect(free.anna.scan(scanned('BOX9'))).toMatchObject({ verdict: 'ask', commands: [] })
    expect(free.anna.scan(scanned('BOX9')).commands).toMatchObject([{ type: 'carton.open', label: 'BOX9' }])
  })
  it('[N2] a type that the carrier does not take, and a box of another order, are refused', () => {
    const cartons = [{ name: 'XL', size: null, emptyG: null, carriers: ['OTHER'] }]
    const w = at({ documents: [picked('SO-7', { carrier: 'DHL' })], policy: { pack: { cartons } } })
    w.anna.scan(scanOf.place(tote1))
    expect(rejected(w, () => w.anna.choose(1))).toEqual(['wrong', 'pack.carrier'])
    const foreign: Location = {
      ...a1,
      id: derivedId('location', 'x'),
      code: 'B',
      kind: 'carton',
      carton: {
        document: documentId('SO-1'),
        type: null,
        weightG: null,
        size: null,
        tracking: null,
        closed: false,
        shipped: false,
      },
    }
    const other = at({ places: [...places, foreign] })
    other.anna.scan(scanOf.place(tote1))
    expect(rejected(other, () => other.anna.scan(scanBox(foreign)))).toEqual(['wrong', 'pack.cartonOther'])
  })
})

describe('goods into the box', () => {
  it('[N3] every unit is booked tote → box at its scan and stays reserved for the order', () => {
    const w = all(inBox(at()))
    const [box] = boxes(w.world)
    expect(w.world.stockAt(tote1.id)).toEqual([])
    expect(
      w.world
        .stockAt(box!.id)
        .map(r => [r.onHand, r.reserved])
        .sort(),
    ).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ])
    expect(w.anna.prompt().ask.message.key).toBe('pack.done')
    w.check()
  })
  it('[N3] where the policy trusts, one scan takes all of the line', () => {
    const w = inBox(at({ policy: { pack: { verify: 'trust' } } }))
    expect(w.anna.scan(scanOf.item(mug)).commands).toMatchObject([{ type: 'pack', qty: 3 }])
  })
  it.each([
    ['an item that the order does not have', scanOf.item(bowl), 'pack.notInOrder'],
    ['another lot', scanOf.item(milk, { lot: 'L2' }), 'wrong.lot'],
    ['another serial', scanOf.item(drill, { serial: 'S2' }), 'wrong.serial'],
    ['a place', scanOf.place(a1), 'wrong.kind'],
  ])('[N4] %s changes nothing and says why', (_, scan, key) => {
    const w = inBox(at())
    expect(rejected(w, () => w.anna.scan(scan))[1]).toBe(key)
  })
  it('[N4] one more than picked is refused, a serial that is in the box already is a duplicate', () => {
    const w = all(inBox(at()))
    expect(rejected(w, () => w.anna.scan(scanOf.item(mug)))).toEqual(['wrong', 'over'])
    const s = inBox(at())
    s.anna.scan(scanOf.item(drill, { serial: 'S1' }))
    s.anna.scan(scanOf.item(mug))
    expect(rejected(s, () => s.anna.scan(scanOf.item(drill, { serial: 'S1' })))[1]).toBe('over')
  })
  it('[N5] in a shared tote every unit goes to the order that is due first, into a box of its own', () => {
    const share = [row(mug, tote1, 3)]
    const order = (n: string, qty: number, due: string) =>
      orderOf(
        n,
        [{ ...wants(mug, qty, [share[0]!, qty]), done: qty, state: 'done' }],
        { tote: tote1.id, state: 'done' },
        { due },
      )
    const w = at({
      stock: [row(mug, a1, 1), ...share],
      documents: [order('LATE', 2, '2026-12-02'), order('SOON', 1, '2026-12-01')],
    })
    expect(w.anna.scan(scanOf.place(tote1)).message.key).toBe('pack.sort')
    expect(w.anna.prompt().title.code).toBe('SOON')
    w.anna.choose(1)
    expect(w.anna.scan(scanOf.item(mug)).message).toMatchObject({ key: 'pack.sorted', values: { carton: 'SOON-1' } })
    expect(w.anna.prompt()).toMatchObject({ title: { code: 'LATE' }, facts: [{ value: 'SOON-1' }] })
    expect(w.anna.key('XCDNE').message).toMatchObject({ key: 'pack.rest', values: { n: 2 } })
    expect(w.anna.scan(scanOf.item(mug)).message.values).toMatchObject({ carton: 'LATE-1', left: 1 })
    expect(w.anna.prompt().facts).toMatchObject([{ value: 'LATE-1' }])
    w.anna.scan(scanOf.item(mug))
    const content = boxes(w.world).map(b => [b.code, w.world.stockAt(b.id).reduce((s, r) => s + r.onHand, 0)])
    expect(content.sort()).toEqual([
      ['LATE-1', 2],
      ['SOON-1', 1],
    ])
    w.check()
    for (const [number, isLast] of [
      ['SOON', false],
      ['LATE', true],
    ] as const) {
      expect(w.anna.prompt()).toMatchObject({ title: { code: number }, ask: { message: { key: 'pack.done' } } })
      expect(w.anna.key('XCDNE').message.key).toBe('pack.weight')
      expect(w.anna.key('XCSKP').message).toMatchObject({ key: 'pack.allClosed', values: { carton: `${number}-1` } })
      expect(w.anna.key('XCDNE')).toMatchObject({ message: { key: 'pack.ready' }, finished: isLast })
      expect(w.world.document(documentId(number))?.ready).toBe(true)
    }
  })
  it('[N5] in a shared tote a box is closed for its own order, and what is taken out comes out of it', () => {
    const share = [row(mug, tote1, 3)]
    const order = (n: string, qty: number, due: string) =>
      orderOf(
        n,
        [{ ...wants(mug, qty, [share[0]!, qty]), done: qty, state: 'done' }],
        { tote: tote1.id, state: 'done' },
        { due },
      )
    const w = at({
      stock: [row(mug, a1, 1), ...share],
      documents: [order('LATE', 2, '2026-12-02'), order('SOON', 1, '2026-12-01')],
    })
    w.anna.scan(scanOf.place(tote1))
    w.anna.choose(1)
    w.anna.scan(scanOf.item(mug))
    w.anna.key('XCUNP')
    expect(w.anna.scan(scanOf.item(mug)).message.key).toBe('pack.out')
    w.anna.scan(scanOf.item(mug))
    w.anna.key('XCCLS')
    const [closed] = w.anna.key('XCSKP').commands
    expect(closed).toMatchObject({ type: 'carton.close', document: documentId('SOON') })
    expect(w.anna.prompt()).toMatchObject({ title: { code: 'LATE' }, ask: { message: { key: 'pack.item' } } })
    expect(w.anna.scan(scanOf.item(mug)).message.values).toMatchObject({ carton: 'LATE-1' })
    w.check()
  })
})

describe('closing', () => {
  it('[N6] a box is weighed; an odd weight is questioned, an empty box is not closed', () => {
    const w = inBox(at())
    expect(rejected(w, () => w.anna.key('XCCLS'))).toEqual(['wrong', 'pack.empty'])
    all(w)
    expect(w.anna.key('XCCLS')).toMatchObject({ state: { at: 'weight' } })
    expect(w.anna.number(1500).commands).toMatchObject([{ type: 'carton.close', weightG: 1500, tracking: null }])
    expect(boxes(w.world)[0]?.carton).toMatchObject({ closed: true, weightG: 1500 })
  })
  it('[N6] a box closes with the dimensions of its type; one without a type has none', () => {
    const size = { l: 400, w: 300, h: 250 }
    const policy = { pack: { cartons: ['S', 'M', 'L'].map(name => ({ name, size, emptyG: null, carriers: [] })) } }
    const closed = (w: At) => {
      all(w).anna.key('XCCLS')
      w.anna.key('XCSKP')
      return boxes(w.world)[0]?.carton
    }
    expect(closed(inBox(at({ policy })))).toMatchObject({ closed: true, type: 'M', size })
    const plain = at({ policy })
    plain.anna.scan(scanOf.place(tote1))
    plain.anna.key('XCLSE')
    expect(closed(plain)).toMatchObject({ closed: true, type: null, size: null })
  })
  it('[N6] a required weight is not skipped, an optional one is', () => {
    const must = all(inBox(at({ policy: { pack: { weight: 'required' } } })))
    must.anna.key('XCCLS')
    expect(rejected(must, () => must.anna.key('XCSKP'))).toEqual(['wrong', 'pack.weight'])
    const may = all(inBox(at()))
    may.anna.key('XCCLS')
    expect(may.anna.key('XCSKP').commands).toMatchObject([{ type: 'carton.close', weightG: null }])
  })
  it('[N7] [N20] [H56] a tracking number is of the carrier’s form and used once; half a label is none', () => {
    const policy = { pack: { weight: 'none' as const, carriers: [{ name: 'DHL', tracking: true, prefix: 'JD' }] } }
    const w = all(inBox(at({ documents: [picked('SO-7', { carrier: 'DHL' })], policy })))
    w.anna.key('XCCLS')
    expect(rejected(w, () => w.anna.scan(scanned('123456789')))).toEqual(['wrong', 'pack.trackingBad'])
    expect(rejected(w, () => w.anna.scan({ ...scanOf.place(a1), scan: scanned('JD9999999').scan }))).toEqual([
      'wrong',
      'wrong.kind',
    ])
    for (const problem of ['checkDigit', 'unreadable', 'contradiction'] as const)
      expect(rejected(w, () => w.anna.scan({ ...scanned('JD0123456'), problem }))[0]).toBe('unknown')
    expect(w.anna.scan(scanned('JD0123456')).commands).toMatchObject([{ type: 'carton.close', tracking: 'JD0123456' }])
    w.anna.key('XCNBX')
    w.anna.choose(1)
    w.anna.key('XCUNP')
    expect(w.anna.state().mode).toBe('unpack')
  })
  it('[N16] PRINT AGAIN wants the label of the box that was closed last, each time anew; before that it says so', () => {
    const w = all(inBox(at()))
    expect(rejected(w, () => w.anna.key('XCPRT'))).toEqual(['wrong', 'pack.printNone'])
    w.anna.key('XCCLS')
    w.anna.key('XCSKP')
    const [box] = [...w.world.locations()].filter(place => place.carton?.closed)
    for (const prints of [1, 2]) {
      expect(w.anna.key('XCPRT')).toMatchObject({
        message: { key: 'pack.print' },
        commands: [{ type: 'carton.print', carton: box?.id }],
      })
      expect(w.world.location(box!.id)?.carton).toMatchObject({ closed: true, prints })
    }
  })
  it('[N8] DONE makes the order ready and its shipping due; a rest keeps it open unless a supervisor ships short', () => {
    const part = inBox(at())
    part.anna.scan(scanOf.item(mug))
    part.anna.key('XCCLS')
    part.anna.key('XCSKP')
    part.anna.key('XCNBX')
    part.anna.choose(1)
    expect(rejected(part, () => part.anna.key('XCDNE'))).toEqual(['wrong', 'pack.rest'])
    expect(rejected(part, () => part.anna.key('XCSHS'))).toEqual(['wrong', 'role'])
    const w = all(inBox(at()))
    expect(w.anna.key('XCDNE')).toMatchObject({ state: { at: 'weight' } })
    w.anna.key('XCSKP')
    expect(w.anna.key('XCDNE')).toMatchObject({
      verdict: 'done',
      finished: true,
      commands: [{ type: 'close', process: 'pack' }],
    })
    expect(w.world.document(documentId('SO-7'))).toMatchObject({ ready: true })
    expect(w.world.taskOf(documentId('SO-7'), 'ship')).toMatchObject({ state: 'ready' })
    const b = inBox(at({}, boss))
    b.anna.scan(scanOf.item(mug))
    b.anna.key('XCCLS')
    b.anna.key('XCSKP')
    b.anna.key('XCNBX')
    b.anna.choose(1)
    expect(b.anna.key('XCSHS').commands).toMatchObject([{ type: 'close', reason: 'SHIP_SHORT' }])
  })
})

describe('what is not as it should be', () => {
  it('[N9] MISSING: the tote is in doubt, the line is picked again from elsewhere', () => {
    const w = inBox(at())
    w.anna.key('XCMSS')
    expect(w.anna.prompt().choices.map(choice => choice.code)).toContain('mug')
    w.anna.choose(1)
    expect(w.anna.judged.at(-1)?.effects.exceptions.map(e => e.kind)).toEqual(['pack_mismatch'])
    expect(w.world.stock(keyOf(mugs!))).toMatchObject({ onHand: 3, reserved: 0, held: 3 })
    expect(w.world.line(lineId('SO-7', 1))).toMatchObject({
      done: 0,
      state: 'open',
      claims: [{ location: a1.id, qty: 3 }],
    })
    expect(w.world.task(taskId('SO-7'))).toMatchObject({ state: 'ready' })
    w.check()
  })
  it('[N10] damaged goods go aside as damaged and are picked again; an extra unit is put aside from nowhere', () => {
    const w = inBox(at())
    w.anna.key('XCDMG')
    w.anna.scan(scanOf.item(mug))
    expect(w.world.stock(keyOf(row(mug, aside, 0, { status: 'damaged' }))).onHand).toBe(1)
    expect(w.world.line(lineId('SO-7', 1))).toMatchObject({ done: 2, state: 'open' })
    w.anna.key('XCXTR')
    expect(w.anna.scan(scanOf.item(bowl)).commands).toMatchObject([
      { type: 'extra', to: { location: aside.id, status: 'blocked' } },
    ])
    w.check()
  })
  it('[N11] unpacked goods are in the tote again', () => {
    const w = inBox(at())
    w.anna.scan(scanOf.item(mug))
    w.anna.key('XCUNP')
    w.anna.scan(scanOf.item(mug))
    expect(w.world.stock(keyOf(mugs!))).toMatchObject({ onHand: 3, reserved: 3 })
    w.check()
  })
  it('[N12] goods that the order does not have, a cancelled order and a box of another order are booked with an exception', () => {
    const draft = (over: Partial<Extract<Draft, { type: 'pack' }>>): Draft => ({
      type: 'pack',
      client: one.id,
      item: mug.id,
      lot: '',
      serial: '',
      document: documentId('SO-7'),
      line: lineId('SO-7', 1),
      from: { location: tote1.id, lpn: NO_LPN, status: 'available' },
      to: { location: tote2.id, lpn: NO_LPN, status: 'available' },
      qty: 1,
      ...over,
    })
    const kinds = (w: At, d: Draft) => booker(w.world)(d).effects.exceptions.map(e => e.kind)
    expect(kinds(at(), draft({ qty: 5 }))).toContain('not_in_order')
    expect(kinds(at({ documents: [picked('SO-7', { state: 'cancelled' })] }), draft({}))).toContain('order_cancelled')
    expect(
      booker(at().world)(draft({ to: { location: one.id as never, lpn: NO_LPN, status: 'available' } })).outcome,
    ).toBe('quarantined')
  })
})

describe('shipping', () => {
  const ready = (more: Parameters<typeof picked>[1] = {}, over: Partial<WorldSeed> = {}) => {
    const w = all(inBox(at({ documents: [picked('SO-7', more)], ...over })))
    w.anna.key('XCDNE')
    w.anna.key('XCSKP')
    w.anna.key('XCDNE')
    return { ...w, berta: workerAt(ship, w.world, { nothing: true }, device, packer) }
  }
  it('[N13] boxes and a door: the goods are the customer’s, the lines are shipped, the ERP is told once', () => {
    const w = ready()
    const [box] = boxes(w.world)
    w.berta.scan(scanBox(box!))
    expect(w.berta.scan(scanBox(box!)).verdict).toBe('dup')
    const end = w.berta.scan(scanOf.place(door))
    expect(end.commands).toMatchObject([{ type: 'ship', cartons: [box!.id], door: door.id }])
    const { effects } = w.berta.judged.at(-1)!
    expect(effects.messages).toEqual([{ type: 'shipment', document: documentId('SO-7'), final: true }])
    expect(effects.exceptions).toEqual([])
    expect(w.world.document(documentId('SO-7'))?.state).toBe('closed')
    expect(w.world.line(lineId('SO-7', 1))).toMatchObject({ claims: [], shipped: 3 })
    expect(w.world.stock(keyOf(row(mug, virtual('customer'), 0))).onHand).toBe(3)
    expect(w.world.taskOf(documentId('SO-7'), 'ship')?.state).toBe('done')
    w.check()
  })
  it('[OD9] an order on hold is not loaded, nor sent when it was stopped since; what was begun is packed to its end', () => {
    const w = ready()
    const [box] = boxes(w.world)
    const order = w.world.document(documentId('SO-7'))!
    const stop = (on: boolean) => {
      w.world.apply({ ...NOTHING, documents: [{ ...w.world.document(order.id)!, hold: on ? hold : null }] })
    }
    stop(true)
    const refused = { verdict: 'wrong', message: { key: 'order.onHold', values: { no: 'SO-7', why: hold.reason } } }
    expect(w.berta.scan(scanBox(box!))).toMatchObject(refused)
    expect(w.berta.scan(scanOf.document('SO-7'))).toMatchObject(refused)
    stop(false)
    expect(w.berta.scan(scanBox(box!)).message.key).toBe('ship.loaded')
    stop(true)
    expect(w.berta.scan(scanOf.place(door))).toMatchObject({ ...refused, commands: [] })
    stop(false)
    expect(w.berta.scan(scanOf.place(door)).commands).toMatchObject([{ type: 'ship' }])
    const begun = inBox(at())
    begun.world.apply({ ...NOTHING, documents: [{ ...begun.world.document(order.id)!, hold }] })
    const other = workerAt(pack, begun.world, { nothing: true }, device, packer)
    expect(other.scan(scanOf.document('SO-7'))).toMatchObject({ verdict: 'ok', state: { at: 'verify' } })
  })
  it('[OD10] an order on hold that leaves all the same is booked, and the desk is told who stopped it, when and why', () => {
    const w = ready()
    const [box] = boxes(w.world)
    const order = w.world.document(documentId('SO-7'))!
    w.world.apply({ ...NOTHING, documents: [{ ...order, hold }] })
    const draft: Draft = { type: 'ship', client: one.id, document: order.id, cartons: [box!.id], door: null }
    const book = booker(w.world)
    const { effects } = book(draft)
    expect(effects.movements).toHaveLength(3)
    expect(effects.messages).toMatchObject([{ type: 'shipment' }])
    const { by: heldBy, at: heldAt, reason: why } = hold
    const body = { client: one.id, number: 'SO-7', heldBy, heldAt, why, leftAt: effects.movements[0]!.at }
    expect(effects.exceptions).toMatchObject([{ kind: 'hold_ignored', subject: order.id, body }])
    // The same box again moves nothing, and tells nobody twice.
    expect(book(draft).effects.exceptions).toEqual([])
  })
  it('[N13] the same box shipped twice counts once', () => {
    const w = ready()
    const [box] = boxes(w.world)
    const draft: Draft = { type: 'ship', client: one.id, document: documentId('SO-7'), cartons: [box!.id], door: null }
    const book = booker(w.world)
    book(draft)
    expect(book(draft).effects).toMatchObject({ movements: [], messages: [] })
  })
  it('[N14] an order that is not ready, and boxes of two carriers, are refused at the door', () => {
    const w = inBox(at())
    const berta = workerAt(ship, w.world, { nothing: true }, device, packer)
    expect(berta.scan(scanBox(boxes(w.world)[0]!)).message.key).toBe('ship.notReady')
    expect(berta.scan(scanOf.document('SO-7')).message.key).toBe('ship.notReady')
    expect(berta.scan(scanOf.place(a1)).message.key).toBe('ship.noDoor')
  })
  it('[N14] what leaves all the same is booked: not ready, or cancelled', () => {
    const kinds = (w: At) => {
      const [box] = boxes(w.world)
      const draft: Draft = {
        type: 'ship',
        client: one.id,
        document: documentId('SO-7'),
        cartons: [box!.id],
        door: null,
      }
      const judged = booker(w.world)(draft)
      expect(judged.effects.movements.length).toBeGreaterThan(0)
      return judged.effects.exceptions.map(e => e.kind)
    }
    expect(kinds(all(inBox(at())))).toEqual(['not_shipped'])
    const w = ready()
    w.world.apply({ ...NOTHING, documents: [{ ...w.world.document(documentId('SO-7'))!, state: 'cancelled' }] })
    expect(kinds(w)).toEqual(['order_cancelled'])
  })
})

describe('taking back', () => {
  it('[N15] packing, an extra, a damaged and a missing unit are taken back without a trace', () => {
    const shape = (world: World): string =>
      JSON.stringify([
        allRows(world).filter(r => r.onHand !== 0 || r.reserved !== 0 || r.held !== 0),
        ['SO-7'].map(n => ({ ...(world.line(lineId(n, 1)) as Line), reason: null })),
      ])
    const runs: ((w: At) => void)[] = [
      w => void w.anna.scan(scanOf.item(mug)),
      w => {
        w.anna.key('XCXTR')
        w.anna.scan(scanOf.item(bowl))
      },
      w => {
        w.anna.key('XCDMG')
        w.anna.scan(scanOf.item(mug))
      },
      w => {
        w.anna.key('XCMSS')
        w.anna.choose(1)
      },
    ]
    for (const run of runs) {
      const w = inBox(at())
      const before = shape(w.world)
      const drafts: Draft[] = []
      const input = w.anna.input
      w.anna.input = (given, pause) => {
        const next = input(given, pause)
        drafts.push(...next.commands)
        return next
      }
      const judged = w.anna.judged.length
      run({
        ...w,
        anna: {
          ...w.anna,
          scan: resolved => w.anna.input({ kind: 'scan', resolved }),
          key: command => w.anna.input({ kind: 'key', command }),
          choose: n => w.anna.input({ kind: 'choice', n }),
        },
      })
      expect(w.anna.judged.length).toBe(judged + 1)
      expect(shape(w.world)).not.toBe(before)
      const act = drafts.at(-1) as Extract<Draft, { type: 'undo' }>['act']
      booker(w.world)({ type: 'undo', client: one.id, of: { epoch: 'epoch0000009', seq: 1 }, act })
      expect(shape(w.world)).toBe(before)
      w.check()
    }
  })
  it('[N15] what has left is not taken back', () => {
    expect(ship.undoBarred?.(demoWorld(), {} as never)).toBe('undo.shipped')
    const gone = at({ documents: [picked('SO-7', { state: 'closed' })] })
    expect(pack.undoBarred?.(gone.world, { type: 'carton.close', document: documentId('SO-7') } as never)).toBe(
      'undo.shipped',
    )
  })
})
