import { describe, expect, it } from 'vitest'
import {
  a1,
  a2,
  a3,
  allRows,
  bowl,
  countTaskOf,
  demoWorld,
  device,
  dock,
  drill,
  milk,
  mug,
  one,
  orderOf,
  otherDevice,
  receiptOf,
  row,
  scanOf,
  scanned,
  theirMug,
  tote1,
  two,
  wants,
  worker,
  workerAt,
} from '../../test/support/world.ts'
import type { CountTask, Lpn, Task } from '../catalogue.ts'
import { derivedId, NO_LPN } from '../ids.ts'
import { NOTHING } from '../ledger/effects.ts'
import type { World } from '../ledger/world.ts'
import { keyOf } from '../ledger/stock.ts'
import type { Role } from '../roles.ts'
import { lookup, startFrom } from './lookup.ts'
import type { Start } from './process.ts'

const idle = () => {
  const world = demoWorld()
  return { world, anna: workerAt(lookup, world, { nothing: true }) }
}

describe('looking up', () => {
  it('[U31] goods, orders and pallets of a client that the worker does not work for are not shown', () => {
    const world = demoWorld({ documents: [orderOf('SO-8', [wants(theirMug, 1)], {}, {}, two)] })
    const theirs = workerAt(lookup, world, { nothing: true }, device, { ...worker, clients: [one.id] })
    for (const scan of [scanOf.item(theirMug), scanOf.document('SO-8', two), scanOf.task('SO-8', two)])
      expect(theirs.scan(scan)).toMatchObject({
        verdict: 'wrong',
        message: { key: 'other.client' },
        state: { at: 'ask' },
      })
    expect(theirs.scan(scanOf.item(mug))).toMatchObject({ verdict: 'ok', state: { at: 'item', item: mug.id } })
    // A code of goods of both clients means those that may be seen.
    const both = { ...scanOf.item(mug), readings: [...scanOf.item(theirMug).readings, ...scanOf.item(mug).readings] }
    expect(theirs.scan(both)).toMatchObject({ verdict: 'ok', state: { at: 'item', item: mug.id } })
  })
  it('[U1] an item shows its totals and where it lies; the outside is no place', () => {
    const { anna } = idle()
    expect(anna.scan(scanOf.item(milk))).toMatchObject({ verdict: 'ok', message: { key: 'shown' }, commands: [] })
    const { facts, lines, hero } = anna.prompt()
    expect(hero).toEqual({ kind: 'text', value: 'milk' })
    expect(facts.map(fact => [fact.label, fact.value])).toEqual([
      ['fact.onHand', '20'],
      ['fact.reserved', '2'],
      ['fact.available', '18'],
    ])
    expect(lines.map(line => [line.place, line.title, line.done])).toEqual([
      ['A-02', 'L1', 10],
      ['A-02', 'L2', 10],
    ])
  })
  it('[U12] an item says the codes of one unit and of each packaging with its content', () => {
    const { anna } = idle()
    anna.scan(scanOf.item(mug))
    const codes = anna.prompt().facts.filter(fact => fact.kind === 'code')
    expect(codes.map(fact => fact.value)).toEqual([...mug.codes, '12 × 18690000000017'])
    expect(codes.map(fact => fact.label)).toEqual(['fact.codes', ...codes.slice(1).map(() => null)])
  })
  it('[U13] a place says which work is open there, and no work that is over', () => {
    const from = { location: a1.id, lpn: NO_LPN, status: 'available' as const }
    const goods = { item: mug.id, lot: '', serial: '', from, to: a3.id, qty: 6, line: null }
    const work = (kind: Task['kind'], state: Task['state']): Task => ({
      id: derivedId('task', 'demo', kind, state),
      kind,
      client: one.id,
      document: null,
      state,
      lease: null,
      tote: null,
      goods,
    })
    const world = demoWorld({
      documents: [orderOf('SO-7', [wants(mug, 5, [row(mug, a1, 30), 5])])],
      tasks: [countTaskOf('CNT-9', a1), work('replenish', 'ready'), work('putaway', 'done')],
    })
    const told = (place: typeof a1): readonly string[] =>
      workerAt(lookup, world, { location: place.id })
        .prompt()
        .facts.slice(1)
        .map(fact => `${fact.label} ${fact.value}`)
    expect(told(a1)).toEqual(['pick 1', 'replenish 1', 'count 1'])
    expect(told(a3)).toEqual([])
  })
  it('[PH32] the thumbnail of the item is named; other things have none', () => {
    const picture = 'c'.repeat(64)
    const world = demoWorld({ documents: [orderOf('SO-7', [wants(mug, 5)])] })
    expect(workerAt(lookup, world, { item: mug.id }).prompt().picture).toBe(picture)
    expect(workerAt(lookup, world, { item: milk.id }).prompt().picture).toBeNull()
    expect(workerAt(lookup, world, { location: a1.id }).prompt().picture).toBeNull()
  })
  it('[U2] a place or tote shows what lies there, of all clients', () => {
    const { anna } = idle()
    anna.scan(scanOf.place(a1))
    expect(anna.prompt()).toMatchObject({ hero: { kind: 'code', value: 'A-01' } })
    expect(anna.prompt().lines.map(line => [line.title, line.done])).toEqual([
      ['mug', 30],
      ['mug', 5],
    ])
    anna.scan(scanOf.place(tote1))
    expect(anna.prompt().lines).toEqual([])
  })
  it('[U3] what it does not know it says, and stays where it was; nothing is ever booked', () => {
    const { world, anna } = idle()
    anna.scan(scanOf.item(mug))
    const before = JSON.stringify([anna.state(), allRows(world)])
    const both = { ...scanOf.item(mug), readings: [...scanOf.item(mug).readings, ...scanOf.item(theirMug).readings] }
    const answers = [
      anna.scan(scanned('??')),
      anna.scan(scanned('XB', [{ kind: 'badge', text: 'XB' }])),
      anna.scan(both),
      anna.scan({ ...scanOf.item(milk), problem: 'contradiction' }),
      anna.key('XCDNE'),
      anna.number(3),
    ]
    expect(answers.map(next => next.message.key)).toEqual([
      'unknown',
      'wrong.kind',
      'many',
      'label.contradicts',
      'no.key',
      'no.key',
    ])
    expect(JSON.stringify([anna.state(), allRows(world)])).toBe(before)
    expect(lookup.commands).toEqual([])
  })
  it('[U4] it can be opened on an item or a place; an unknown one asks', () => {
    expect(workerAt(lookup, demoWorld(), { item: mug.id }).prompt().hero.value).toBe('mug')
    expect(workerAt(lookup, demoWorld(), { location: a1.id }).prompt().hero.value).toBe('A-01')
    expect(workerAt(lookup, demoWorld(), { item: one.id as never }).state().at).toBe('ask')
  })
  it('[U5] what is withheld while somebody counts blind is shown as such, and no sum is made of it', () => {
    const hidden = { ...row(mug, a1, 0), hidden: true as const }
    const world = demoWorld({ stock: [hidden, row(mug, a3, 7)], documents: [] })
    const anna = workerAt(lookup, world, { item: mug.id })
    expect(anna.prompt().facts.flatMap(fact => (fact.kind === 'quantity' ? fact.value : []))).toEqual(['–', '–', '–'])
    expect(anna.prompt().lines.map(line => [line.place, line.hidden ?? false])).toEqual([
      ['A-01', true],
      ['A-03', false],
    ])
    expect(workerAt(lookup, world, { location: a1.id }).prompt().facts[0]?.value).toBe('–')
  })
  it('[U5] what another handheld counts blind is withheld here, too, until that count is over', () => {
    const count = { mode: 'blind' as const, hidden: true }
    const held = (of: Partial<CountTask>, more: Partial<Task> = {}) =>
      demoWorld({
        stock: [row(mug, a1, 30), row(bowl, a1, 4), row(mug, a3, 7)],
        documents: [],
        tasks: [
          countTaskOf('CNT-1', a1, { ...count, ...of }, { lease: { device: otherDevice, worker: null }, ...more }),
        ],
      })
    const seen = (world: World) => {
      const anna = workerAt(lookup, world, { location: a1.id })
      return [anna.prompt().facts[0]?.value, ...anna.prompt().lines.map(line => [line.done, line.hidden ?? false])]
    }
    const whole = held({})
    expect(seen(whole)).toEqual(['–', [0, true], [0, true]])
    const item = workerAt(lookup, whole, { item: mug.id }).prompt()
    const figures = item.facts.flatMap(fact => (fact.kind === 'quantity' ? fact.value : []))
    expect([figures, item.lines.map(line => line.done)]).toEqual([
      ['–', '–', '–'],
      [0, 7],
    ])
    expect(seen(held({ item: mug.id }))).toEqual(['–', [0, true], [4, false]])
    for (const open of [
      held({}, { state: 'done' }),
      held({}, { state: 'ready', lease: null }),
      held({ mode: 'guided', hidden: false }),
    ])
      expect(seen(open)).toEqual(['34', [30, false], [4, false]])
  })
  it('[U5] how many serials there are is no less a figure: withheld ones are one row', () => {
    const hidden = ['S1', 'S2', 'S3'].map(serial => ({ ...row(drill, a3, 0, { serial }), hidden: true as const }))
    const lines = (world: World) =>
      workerAt(lookup, world, { location: a3.id })
        .prompt()
        .lines.map(line => [line.title, line.hidden ?? false])
    expect(lines(demoWorld({ stock: hidden, documents: [] }))).toEqual([['drill', true]])
    const count = { mode: 'blind' as const, hidden: true }
    const tasks = [countTaskOf('CNT-1', a3, count, { lease: { device: otherDevice, worker: null } })]
    expect(lines(demoWorld({ tasks }))).toEqual([['drill', true]])
    expect(lines(demoWorld())).toHaveLength(3)
  })
  it('[U6] a pallet shows what is on it and where it stands', () => {
    const pallet: Lpn = { id: derivedId('lpn', 'demo', 'P-1'), client: one.id, label: 'P-1' }
    const world = demoWorld({
      stock: [row(mug, a1, 30), row(milk, a3, 12, { lot: 'L1', lpn: pallet.id })],
      documents: [],
    })
    world.apply({ ...NOTHING, lpns: [pallet] })
    const anna = workerAt(lookup, world, { nothing: true })
    anna.scan(scanned('P-1', [{ kind: 'lpn', lpn: pallet.id, client: one.id }]))
    expect(anna.prompt()).toMatchObject({ hero: { kind: 'code', value: 'P-1' } })
    expect(anna.prompt().facts.map(fact => [fact.label, fact.value])).toEqual([
      ['fact.onHand', '12'],
      ['fact.place', 'A-03'],
    ])
    expect(anna.prompt().lines.map(line => [line.title, line.place, line.done])).toEqual([['milk · L1', 'A-03', 12]])
  })
  it('[U7] a label with item and lot shows that lot alone; a bare lot or serial is found by the goods that have it', () => {
    const { anna } = idle()
    anna.scan(scanOf.item(milk, { lot: 'L2' }))
    expect(
      anna
        .prompt()
        .facts.slice(0, 4)
        .map(fact => fact.value),
    ).toEqual(['10', '0', '10', 'L2'])
    expect(anna.prompt().lines.map(line => line.title)).toEqual(['L2'])
    anna.scan(scanned('L1'))
    expect(anna.prompt()).toMatchObject({ hero: { kind: 'code', value: 'L1' } })
    expect(anna.prompt().lines.map(line => [line.title, line.place, line.done])).toEqual([
      ['milk · L1', 'A-02', 10],
      ['milk · L1', 'A-02', 5],
    ])
    expect(anna.scan(scanned('L9')).message.key).toBe('unknown')
  })
  it('[U8] an order or a delivery shows its lines; what was ordered is not told where deliveries are received blind', () => {
    for (const blindExpected of [false, true]) {
      const documents = [orderOf('SO-7', [wants(mug, 5)]), receiptOf('PO-1', [wants(mug, 4)])]
      const world = demoWorld({ documents, policy: { receive: { blindExpected } } })
      const anna = workerAt(lookup, world, { nothing: true })
      anna.scan(scanOf.task('SO-7'))
      expect(anna.prompt()).toMatchObject({ hero: { value: 'SO-7' } })
      expect(anna.prompt().lines.map(line => [line.title, line.done, line.wanted])).toEqual([['mug', 0, 5]])
      anna.scan(scanOf.document('PO-1'))
      expect(anna.prompt().lines.map(line => line.wanted)).toEqual([blindExpected ? null : 4])
    }
  })

  it('[U10] a row says its status, pallet, lot, what is reserved and what is available; other statuses have a total each', () => {
    const pallet: Lpn = { id: derivedId('lpn', 'demo', 'P-1'), client: one.id, label: 'P-1' }
    const world = demoWorld({
      stock: [
        { ...row(milk, a1, 30, { lot: 'L1' }), reserved: 4, held: 1 },
        row(milk, a3, 12, { lot: 'L2', lpn: pallet.id, status: 'blocked' }),
        { ...row(milk, a2, 0, { lot: 'L3', lpn: pallet.id }), hidden: true },
      ],
      documents: [],
    })
    world.apply({ ...NOTHING, lpns: [pallet] })
    const told = (start: Start) =>
      workerAt(lookup, world, start)
        .prompt()
        .lines.map(line => [line.status, ...(line.facts ?? []).map(fact => `${fact.label} ${fact.value}`)])
    expect(told({ item: milk.id })).toEqual([
      ['available', 'fact.reserved 4', 'fact.held 1', 'fact.available 25'],
      ['blocked', 'fact.pallet P-1', 'fact.available 0'],
      ['available', 'fact.pallet P-1'],
    ])
    expect(workerAt(lookup, world, { item: milk.id }).prompt().facts.slice(3)).toEqual([])
    const open = demoWorld({ stock: [row(milk, a1, 30), row(milk, a3, 12, { status: 'blocked' })], documents: [] })
    expect(workerAt(lookup, open, { item: milk.id }).prompt().facts.slice(3)).toEqual([
      { label: 'status.blocked', value: '12', kind: 'quantity' },
    ])
  })

  it('[U11] a row is chosen by its number, and Move, Count and Put away begin with it, or with the only one, or with the place', () => {
    const world = demoWorld({ stock: [row(mug, a1, 30), row(bowl, a1, 3), row(mug, dock, 4)], documents: [] })
    const anna = workerAt(lookup, world, { item: mug.id })
    const from = () => startFrom(anna.state(), world)
    expect(anna.prompt()).toMatchObject({ picks: true })
    expect(from()).toBeNull()
    expect(anna.input({ kind: 'choice', n: 3 }).message.key).toBe('no.key')
    expect(anna.number(2).message).toEqual({ key: 'look.chosen', values: { item: 'mug', place: 'DOCK-1' } })
    expect(anna.prompt().lines.map(line => line.state)).toEqual(['open', 'next'])
    expect(from()).toEqual({ row: keyOf(row(mug, dock, 4)) })
    anna.scan(scanOf.item(bowl))
    expect(from()).toEqual({ row: keyOf(row(bowl, a1, 3)) })
    anna.scan(scanOf.place(a1))
    expect(from()).toEqual({ location: a1.id })
    expect(startFrom(workerAt(lookup, world, { nothing: true }).state(), world)).toBeNull()
  })

  it('[U11] what somebody counts blind opens with its place alone', () => {
    const world = demoWorld({ stock: [{ ...row(mug, a1, 0), hidden: true }], documents: [] })
    expect(startFrom(workerAt(lookup, world, { item: mug.id }).state(), world)).toEqual({ location: a1.id })
  })

  it('[U11] only what the worker may do is offered, and putting away only of what waits for it', () => {
    const world = demoWorld({ stock: [row(mug, a1, 30), row(bowl, dock, 4)], documents: [] })
    const offered = (start: Start, ...roles: Role[]) =>
      workerAt(lookup, world, start, device, { ...worker, roles })
        .prompt()
        .keys.map(key => key.command)
    expect(offered({ item: mug.id }, 'supervisor')).toEqual(['XCMVE', 'XCCNT', 'XCHIS', 'XCBAK'])
    expect(offered({ item: bowl.id }, 'supervisor')).toEqual(['XCPUT', 'XCMVE', 'XCCNT', 'XCHIS', 'XCBAK'])
    expect(offered({ item: bowl.id }, 'counter')).toEqual(['XCMVE', 'XCCNT', 'XCHIS', 'XCBAK'])
    expect(offered({ item: bowl.id }, 'packer')).toEqual(['XCMVE', 'XCHIS', 'XCBAK'])
    expect(offered({ location: a2.id }, 'counter')).toEqual(['XCCNT', 'XCHIS', 'XCBAK'])
    expect(offered({ nothing: true }, 'supervisor')).toEqual(['XCBAK'])
  })
})
