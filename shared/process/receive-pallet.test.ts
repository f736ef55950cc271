import { describe, expect, it } from 'vitest'
import {
  NOW,
  a1,
  allRows,
  booker,
  bowl,
  demoSeed,
  demoWorld,
  dock,
  dock2,
  documentId,
  drill,
  milk,
  mug,
  one,
  otherDevice,
  receiptOf,
  row,
  scanOf,
  scanned,
  theirMug,
  two,
  unbalanced,
  wants,
  warehouse,
  worker,
  workerAt,
} from '../../test/support/world.ts'
import type { LineSeed, WorldSeed } from '../../test/support/world.ts'
import type { Item } from '../catalogue.ts'
import { NO_LPN } from '../ids.ts'
import type { LpnId } from '../ids.ts'
import { NOTHING } from '../ledger/effects.ts'
import { keyOf } from '../ledger/stock.ts'
import type { World } from '../ledger/world.ts'
import { makeLabel } from '../scan/own-label.ts'
import type { Draft } from '../sync/command.ts'
import { lpnId } from './lpn.ts'
import { putawayTaskId } from './putaway-task.ts'
import { receive } from './receive.ts'
import type { ReceiveState } from './receive-state.ts'

const LABEL = makeLabel('XP', '0042')
const OTHER = makeLabel('XP', '0043')
const SSCC = '106141412345678908'
const P = lpnId(warehouse, LABEL)
const Q = lpnId(warehouse, OTHER)
const S = lpnId(warehouse, SSCC)
const SSCC_2 = '106141412345678915'

const at = (over: Partial<WorldSeed> = {}, number = 'PO-1') => {
  const world = demoWorld(over)
  return { world, anna: workerAt(receive, world, { document: documentId(number) }) }
}
type Anna = ReturnType<typeof at>['anna']
const label = (text: string) => scanned(text)
const open = (anna: Anna, text = LABEL) => {
  anna.scan(label(text))
  return anna.scan(label(text))
}
const on = (world: World, lpn: LpnId, item: Item = mug, more: object = {}): number =>
  world.stock(keyOf(row(item, dock, 0, { lpn, ...more }))).onHand
const kinds = (anna: Anna): string[] => anna.judged.flatMap(judged => judged.effects.exceptions.map(one => one.kind))
const rejects = (anna: Anna, act: () => ReturnType<Anna['scan']>, key: string, verdict = 'wrong') => {
  const before = JSON.stringify(anna.state())
  const next = act()
  expect([next.verdict, next.message.key, next.commands]).toEqual([verdict, key, []])
  expect(JSON.stringify(anna.state())).toBe(before)
  return next
}

describe('pallets at the dock', () => {
  it('[R32] a new label is asked about, then what follows goes onto it until CLOSE', () => {
    const { world, anna } = at()
    expect(anna.scan(label(LABEL))).toMatchObject({ verdict: 'ask', message: { key: 'ask.newLpn' }, commands: [] })
    expect(anna.scan(label(LABEL))).toMatchObject({ verdict: 'ok', message: { key: 'rcv.onPallet' } })
    expect(anna.prompt()).toMatchObject({
      facts: [{ label: 'fact.pallet', value: LABEL }],
      keys: [{ command: 'XCCLS' }, { command: 'XCDNE' }, {}, {}, {}, {}],
    })
    const next = anna.scan(scanOf.pack(mug, 'case', 12))
    expect(next.commands[0]).toMatchObject({ label: LABEL, qty: 12, to: { location: dock.id, lpn: P } })
    anna.number(13)
    expect([on(world, P), world.lpn(P)]).toEqual([13, { id: P, client: one.id, label: LABEL }])
    expect(anna.key('XCCLS')).toMatchObject({ verdict: 'ok', message: { key: 'rcv.lpnClosed' } })
    rejects(anna, () => anna.key('XCCLS'), 'no.key')
    // What was counted for the pallet is over: a number would set the total of another step.
    rejects(anna, () => anna.number(20), 'first.item')
    anna.scan(scanOf.item(mug))
    expect([on(world, P), on(world, NO_LPN)]).toEqual([13, 1])
    expect(unbalanced(allRows(world))).toEqual([])
  })

  it('[R32] what was received loose since the last label goes onto the next one; a pallet is put away as one', () => {
    const { world, anna } = at()
    anna.scan(scanOf.item(mug))
    anna.number(5)
    anna.scan(scanOf.item(bowl))
    anna.scan(scanOf.item(bowl))
    anna.scan(label(LABEL))
    const opened = anna.scan(label(LABEL))
    expect(opened.commands).toMatchObject([
      { type: 'move', process: 'receive', label: LABEL, item: mug.id, qty: 5 },
      { type: 'move', process: 'receive', item: bowl.id, qty: 1, to: { lpn: P } },
    ])
    expect([on(world, P), on(world, P, bowl), on(world, NO_LPN)]).toEqual([5, 1, 0])
    const loose = keyOf(row(mug, dock, 0))
    expect(world.task(putawayTaskId(loose))?.state).toBe('done')
    expect(world.task(putawayTaskId({ ...loose, lpn: P }))).toMatchObject({ state: 'ready', goods: { item: null } })
    // Nothing is gathered twice, and what went onto a label is not loose.
    anna.scan(scanOf.item(mug))
    expect(open(anna, OTHER).commands).toEqual([])
    expect([on(world, P), on(world, Q)]).toEqual([6, 0])
  })

  it('[R32] an SSCC is a label like one of ours, and the same label again changes nothing', () => {
    const { world, anna } = at()
    open(anna, SSCC)
    anna.scan(scanOf.item(mug))
    expect(anna.scan(label(SSCC))).toMatchObject({ verdict: 'ok', commands: [] })
    anna.scan(scanOf.item(mug))
    expect(on(world, S)).toBe(2)
  })

  it('[R32] another dock leaves the pallet and the loose goods where they stand', () => {
    const { world, anna } = at()
    anna.scan(scanOf.item(mug))
    anna.scan(scanOf.place(dock2))
    expect(open(anna).commands).toEqual([])
    anna.scan(scanOf.item(mug))
    anna.scan(scanOf.place(dock))
    expect(anna.state().pallet).toBeNull()
    rejects(anna, () => anna.scan(label(LABEL)), 'rcv.lpnElsewhere')
    expect([on(world, NO_LPN), world.stock(keyOf(row(mug, dock2, 0, { lpn: P }))).onHand]).toEqual([1, 1])
  })

  it('[R33] a pallet of another client, elsewhere or of broken goods is refused by its label', () => {
    const stock = [row(theirMug, dock, 2, { lpn: P }), row(mug, a1, 2, { lpn: Q })]
    const broken = row(mug, dock, 1, { lpn: S, status: 'damaged' })
    const { anna } = at({ stock: [...demoSeed().stock, ...stock, broken] })
    rejects(anna, () => anna.scan(label(LABEL)), 'other.client')
    expect(rejects(anna, () => anna.scan(label(OTHER)), 'rcv.lpnElsewhere').message.values).toEqual({
      lpn: OTHER,
      place: 'A-01',
    })
    rejects(anna, () => anna.scan(label(SSCC)), 'rcv.lpnMixed')
    const theirs = scanned('PLT-7', [{ kind: 'lpn', lpn: P, client: two.id }])
    rejects(anna, () => anna.scan(theirs), 'other.client')
  })

  it('[R33] a pallet that changed under the hand is refused at the goods', () => {
    const { world, anna } = at({ policy: { receive: { inspection: 'item' } } })
    open(anna)
    anna.scan(scanOf.item(mug))
    const from = { location: dock.id, lpn: P, status: 'available' as const }
    const leg = { client: one.id, item: mug.id, lot: '', serial: '', qty: 1, takenAt: NOW, at: NOW, unc: 0 }
    world.apply({ ...NOTHING, movements: [{ ...leg, from, to: { ...from, status: 'inspection' } }] })
    rejects(anna, () => anna.scan(scanOf.item(mug)), 'rcv.lpnMixed')
    rejects(anna, () => anna.number(3), 'rcv.lpnMixed')
    const away = { ...from, location: a1.id, status: 'inspection' as const }
    world.apply({ ...NOTHING, movements: [{ ...leg, from: { ...from, status: 'inspection' }, to: away }] })
    rejects(anna, () => anna.scan(scanOf.item(mug)), 'rcv.lpnElsewhere')
  })

  it('[R33] a receipt without document takes the client of the pallet', () => {
    const world = demoWorld({ policy: { receive: { blindReceipt: 'yes' } } })
    world.apply({ ...NOTHING, lpns: [{ id: P, client: two.id, label: LABEL }] })
    const anna = workerAt(receive, world, { blind: true })
    anna.scan(label(LABEL))
    rejects(anna, () => anna.scan(scanOf.item(mug)), 'other.client')
    expect(anna.scan(scanOf.item(theirMug)).commands).toMatchObject([{ client: two.id, to: { lpn: P } }])
  })

  const onto = (item: Item, over: Partial<Extract<Draft, { type: 'receive' }>> = {}): Draft => ({
    type: 'receive',
    label: LABEL,
    client: item.client,
    item: item.id,
    lot: '',
    serial: '',
    document: documentId(item.client === two.id ? 'PO-8' : 'PO-1'),
    blind: false,
    expiry: null,
    to: { location: dock.id, lpn: P, status: 'available' },
    qty: 1,
    ...over,
  })
  it('[R33] two handhelds that use one label offline are both booked, in either order, and one has the exception', () => {
    const documents = [...demoSeed().documents, receiptOf('PO-8', [wants(theirMug, 5)], {}, two)]
    const there = { location: dock2.id, lpn: P, status: 'available' as const }
    const checked = { location: dock.id, lpn: P, status: 'inspection' as const }
    const pairs: [Draft, Draft, string][] = [
      [onto(mug), onto(theirMug), 'other_client'],
      [onto(mug), onto(mug, { to: there }), 'lpn_elsewhere'],
      [onto(mug), onto(mug, { to: checked }), 'forbidden_place'],
    ]
    for (const [first, second, kind] of pairs)
      for (const [a, b] of [
        [first, second],
        [second, first],
      ] as const) {
        const world = demoWorld({ documents })
        expect(booker(world)(a).effects.exceptions).toEqual([])
        expect(booker(world, otherDevice)(b).effects.exceptions.map(e => [e.kind, e.subject])).toEqual([[kind, P]])
        expect(world.stockOn(P).reduce((sum, stock) => sum + stock.onHand, 0)).toBe(2)
      }
  })

  it('[R34] where every pallet needs a label, goods without one are refused, broken ones are not', () => {
    const { anna } = at({ policy: { receive: { lpnRequired: true } } })
    rejects(anna, () => anna.scan(scanOf.item(mug)), 'rcv.lpnFirst')
    rejects(anna, () => anna.scan(scanOf.item(milk)), 'rcv.lpnFirst')
    open(anna)
    expect(anna.scan(scanOf.item(mug)).commands).toHaveLength(1)
    anna.key('XCCLS')
    anna.key('XCDMG')
    anna.scan(scanOf.item(mug))
    anna.number(1)
    expect(anna.choose(1).commands).toMatchObject([{ to: { lpn: NO_LPN, status: 'damaged' } }])
  })

  it('[R35] a label that says what is on it opens the pallet and receives it by one yes', () => {
    const { world, anna } = at()
    const both = {
      ...scanned('00 02 37', [{ kind: 'item', client: one.id, item: mug.id, packaging: null, quantity: 1 }]),
      fields: { sscc: SSCC, count: 20 },
    }
    expect(anna.scan(both)).toMatchObject({ verdict: 'ask', message: { key: 'ask.newLpn' } })
    expect(anna.scan(both).commands).toMatchObject([{ qty: 20, label: SSCC, to: { lpn: S } }])
    expect(on(world, S)).toBe(20)
    rejects(anna, () => anna.scan(both), 'over')
    const strange = {
      ...scanned('00 02', [{ kind: 'item', client: one.id, item: bowl.id, packaging: null, quantity: 1 }]),
      fields: { sscc: SSCC_2 },
    }
    expect(anna.scan(strange).message.key).toBe('ask.newLpn')
    // The yes was for the pallet: what is on it has a question of its own.
    expect(anna.scan(strange)).toMatchObject({ message: { key: 'ask.notHere' }, state: { pallet: { id: S } } })
    expect(anna.scan(strange)).toMatchObject({ verdict: 'ok', state: { pallet: { label: SSCC_2 } } })
  })
})

const announced = (item: Item, wanted: number, lpn: LpnId | null, more: Partial<LineSeed> = {}): LineSeed => ({
  ...wants(item, wanted),
  lpn,
  ...more,
})
const ASN = [
  announced(mug, 10, S),
  announced(milk, 6, S, { lot: 'L1' }),
  announced(mug, 4, Q),
  announced(bowl, 2, null),
]
const asn = (
  asnTrust: 'off' | 'check' | 'trust' | boolean,
  lines: readonly LineSeed[] = ASN,
  over: Partial<WorldSeed> = {},
) => {
  const documents = [...demoSeed().documents, receiptOf('ASN-1', lines, { asn: true })]
  const world = demoWorld({ documents, ...over, policy: { ...over.policy, receive: { asnTrust } } })
  world.apply({
    ...NOTHING,
    lpns: [
      { id: S, client: one.id, label: SSCC },
      { id: Q, client: one.id, label: OTHER },
    ],
  })
  return { world, anna: workerAt(receive, world, { nothing: true }) }
}
const sscc = scanned(SSCC, [{ kind: 'lpn', lpn: S, client: one.id }])
const done = (world: World): number[] => world.linesOf(documentId('ASN-1')).map(line => line.done)

describe('what a supplier has announced', () => {
  it.each([['trust' as const], [true]])(
    '[R36] under %s one scan opens the delivery and receives all that was announced on the pallet, once',
    policy => {
      const { world, anna } = asn(policy)
      const next = anna.scan(sscc)
      expect(next).toMatchObject({ verdict: 'done', message: { key: 'rcv.asnDone', values: { n: 16, lpn: SSCC } } })
      expect(next.commands).toMatchObject([
        { item: mug.id, qty: 10, to: { lpn: S, status: 'available' } },
        { item: milk.id, lot: 'L1', qty: 6, to: { lpn: S } },
      ])
      expect([done(world), on(world, S), on(world, S, milk, { lot: 'L1' })]).toEqual([[10, 6, 0, 0], 10, 6])
      expect(anna.state()).toMatchObject({ at: 'line', document: documentId('ASN-1'), pallet: null })
      rejects(anna, () => anna.scan(sscc), 'dup', 'dup')
      expect(kinds(anna)).toEqual([])
      expect(unbalanced(allRows(world))).toEqual([])
    },
  )

  it('[R36] of two deliveries that announce it the oldest due one is opened; a pallet nobody announced opens none', () => {
    const older = receiptOf('ASN-0', [announced(mug, 1, S)], { due: '2026-11-20' })
    const newer = receiptOf('ASN-1', ASN)
    const world = demoWorld({ documents: [newer, older] })
    const anna = workerAt(receive, world, { nothing: true })
    rejects(anna, () => anna.scan(label(LABEL)), 'rcv.none')
    // Its label is no new one, although nobody has told this handheld of it.
    expect(anna.scan(label(SSCC)).state).toMatchObject({ document: documentId('ASN-0'), pallet: { id: S } })
  })

  it('[R37] serials, a missing lot, another date and too short a life are not believed: they are scanned by hand', () => {
    const lines = [
      announced(mug, 3, S),
      announced(drill, 2, S),
      announced(milk, 4, S),
      announced(milk, 5, S, { lot: 'L1', expiry: '2027-01-05' }),
      announced(milk, 6, S, { lot: 'L7', expiry: '2026-11-22' }),
      announced(milk, 7, S, { lot: 'L2' }),
    ]
    const { world, anna } = asn('trust', lines)
    const next = anna.scan(sscc)
    expect(next).toMatchObject({ verdict: 'warn', message: { key: 'rcv.asnPart', values: { n: 17, lpn: SSCC } } })
    expect(done(world)).toEqual([3, 0, 0, 0, 0, 7])
    expect(anna.state().pallet).toEqual({ id: S, label: SSCC })
    anna.scan(scanOf.item(drill, { serial: 'N1' }))
    expect([done(world)[1], on(world, S, drill, { serial: 'N1' })]).toEqual([1, 1])
  })

  it('[R38] to be checked: only what was announced on it is shown, and CLOSE with a rest takes CLOSE twice', () => {
    const { world, anna } = asn('check')
    expect(anna.scan(sscc)).toMatchObject({ verdict: 'ok', commands: [], state: { pallet: { id: S } } })
    expect(anna.prompt().lines.map(line => [line.title, line.wanted])).toEqual([
      ['mug', 10],
      ['milk', 6],
    ])
    anna.scan(scanOf.item(mug))
    anna.number(10)
    expect(anna.key('XCCLS')).toMatchObject({ verdict: 'ask', message: { key: 'ask.lpnRest', values: { n: 6 } } })
    expect(anna.key('XCCLS').state.pallet).toBeNull()
    expect(anna.prompt().lines).toHaveLength(4)
    expect(done(world)).toEqual([10, 0, 0, 0])
  })

  it.each([['off' as const], [false]])('[R38] under %s an announced pallet is a label like others', policy => {
    const { anna } = asn(policy)
    anna.scan(sscc)
    expect(anna.state().pallet).toEqual({ id: S, label: SSCC })
    expect(anna.prompt().lines).toHaveLength(4)
    anna.scan(scanOf.item(mug))
    anna.number(11)
    expect(anna.key('XCCLS').verdict).toBe('ok')
    expect(kinds(anna)).toEqual([])
  })

  it('[R39] goods count on the lines of their pallet, loose ones on lines without one, the same lot first', () => {
    const lines = [
      announced(mug, 10, S),
      announced(mug, 4, Q),
      announced(mug, 3, null),
      announced(milk, 5, null, { lot: 'L1' }),
      announced(milk, 5, null, { lot: 'L2' }),
    ]
    const { world, anna } = asn('check', lines)
    anna.scan(scanned(OTHER, [{ kind: 'lpn', lpn: Q, client: one.id }]))
    anna.scan(scanOf.item(mug))
    anna.number(2)
    anna.key('XCCLS')
    anna.key('XCCLS')
    anna.scan(scanOf.item(mug))
    anna.scan(scanOf.item(milk, { lot: 'L2' }))
    expect(done(world)).toEqual([0, 2, 1, 0, 1])
  })

  it('[R40] more, another lot and other goods than announced are booked, and each pallet has one exception', () => {
    const more = asn('check')
    more.anna.scan(scanned(OTHER, [{ kind: 'lpn', lpn: Q, client: one.id }]))
    more.anna.scan(scanOf.item(mug))
    more.anna.number(4)
    expect(kinds(more.anna)).toEqual([])
    more.anna.number(5)
    expect(kinds(more.anna)).toEqual(['asn_difference'])
    expect(done(more.world)).toEqual([0, 0, 5, 0])
    const other = asn('check')
    other.anna.scan(sscc)
    other.anna.scan(scanOf.item(bowl))
    other.anna.scan(scanOf.item(milk, { lot: 'L2' }))
    const found = other.anna.judged.flatMap(judged => judged.effects.exceptions)
    expect(found.map(e => [e.kind, e.subject, e.body['difference']])).toEqual([
      ['asn_difference', `${documentId('ASN-1')}/${S}`, 'item'],
      ['asn_difference', `${documentId('ASN-1')}/${S}`, 'lot'],
    ])
  })

  it('[R40] what has not come when the delivery is closed is one exception for each pallet, each with a name', () => {
    const { anna } = asn('check')
    anna.scan(sscc)
    anna.scan(scanOf.item(mug))
    anna.number(9)
    anna.key('XCDNE')
    expect(anna.key('XCDNE').finished).toBe(true)
    const found = anna.judged.at(-1)?.effects.exceptions ?? []
    expect(found.map(e => [e.kind, e.body['missing']])).toEqual([
      [
        'asn_difference',
        [
          { item: mug.id, qty: 1 },
          { item: milk.id, qty: 6 },
        ],
      ],
      ['asn_difference', [{ item: mug.id, qty: 4 }]],
    ])
    expect(new Set(found.map(e => e.id)).size).toBe(2)
  })
})

describe('goods that were counted before the label of their pallet was read', () => {
  const FREE = [...ASN, announced(mug, 10, null)]
  const loose = (anna: Anna, item: Item, qty: number, fields: object = {}) => {
    anna.scan(scanOf.item(item, fields))
    return qty === 1 ? undefined : anna.number(qty)
  }
  const begun = (policy: 'off' | 'check' | 'trust', lines: readonly LineSeed[] = FREE) => {
    const { world } = asn(policy, lines)
    return { world, anna: workerAt(receive, world, { document: documentId('ASN-1') }) }
  }

  it('[R48] they go onto it and count on its lines; their rest is scanned, what nobody has counted is believed', () => {
    const { world, anna } = begun('trust')
    loose(anna, mug, 4)
    expect(done(world)).toEqual([0, 0, 0, 0, 4])
    const next = anna.scan(sscc)
    expect(next).toMatchObject({
      verdict: 'warn',
      message: { key: 'rcv.asnPart', values: { n: 6, lpn: SSCC } },
      state: { pallet: { id: S }, loose: [] },
    })
    expect(next.commands).toMatchObject([
      { type: 'move', item: mug.id, qty: 4, document: documentId('ASN-1') },
      { type: 'receive', item: milk.id, qty: 6 },
    ])
    expect([done(world), on(world, S), on(world, NO_LPN)]).toEqual([[4, 6, 0, 0, 0], 4, 0])
    loose(anna, mug, 6)
    expect([done(world), on(world, S)]).toEqual([[10, 6, 0, 0, 0], 10])
    expect([kinds(anna), unbalanced(allRows(world))]).toEqual([[], []])
  })

  it('[R48] when all of it was counted nothing is received twice, lot by lot', () => {
    const { world, anna } = begun('trust')
    loose(anna, mug, 10)
    loose(anna, milk, 6, { lot: 'L1' })
    expect(anna.scan(sscc)).toMatchObject({ verdict: 'ok', message: { key: 'rcv.onPallet' } })
    expect([done(world), on(world, S), on(world, S, milk, { lot: 'L1' })]).toEqual([[10, 6, 0, 0, 0], 10, 6])
    expect(kinds(anna)).toEqual([])
    rejects(anna, () => anna.scan(sscc), 'dup', 'dup')
  })

  it('[R48] on a delivery of pallets only they move from the line that they were counted on', () => {
    const { world, anna } = begun('trust', [announced(mug, 10, S), announced(mug, 4, Q)])
    loose(anna, mug, 3)
    expect(done(world)).toEqual([3, 0])
    anna.scan(scanned(OTHER, [{ kind: 'lpn', lpn: Q, client: one.id }]))
    expect([done(world), on(world, Q)]).toEqual([[0, 3], 3])
    anna.scan(scanOf.item(mug))
    anna.key('XCCLS')
    expect(anna.scan(sscc)).toMatchObject({ verdict: 'done', message: { values: { n: 10 } } })
    expect([done(world), on(world, S)]).toEqual([[10, 4], 10])
    const own = begun('trust', [announced(mug, 10, S), announced(mug, 4, Q)])
    loose(own.anna, mug, 3)
    own.anna.scan(sscc)
    expect([done(own.world), on(own.world, S)]).toEqual([[3, 0], 3])
  })

  const broken = (anna: Anna, n: number) => {
    anna.key('XCDMG')
    anna.scan(scanOf.item(mug))
    anna.number(n)
    return anna.choose(1)
  }
  it.each([true, false])('[R48] broken goods on its lines are none that stand on the pallet (open: %s)', isOpen => {
    const { world, anna } = begun('check', [announced(mug, 10, S), announced(mug, 10, Q)])
    if (isOpen) anna.scan(sscc)
    broken(anna, 2)
    if (isOpen) for (const key of ['XCCLS', 'XCCLS']) anna.key(key)
    loose(anna, mug, 10)
    expect(done(world)).toEqual([10, 2])
    anna.scan(sscc)
    expect([done(world), on(world, S)]).toEqual([[12, 0], 10])
  })

  it('[R48] goods that have left their pallet already are none of those that were counted loose', () => {
    const { world, anna } = begun('trust', [announced(mug, 10, S), announced(mug, 10, Q)])
    anna.scan(sscc)
    const from = { location: dock.id, lpn: S, status: 'available' as const }
    const leg = { client: one.id, item: mug.id, lot: '', serial: '', takenAt: NOW, at: NOW, unc: 0 }
    const to = { location: a1.id, lpn: NO_LPN, status: 'available' as const }
    world.apply({ ...NOTHING, movements: [{ ...leg, qty: 10, from, to }] })
    loose(anna, mug, 4)
    expect(done(world)).toEqual([10, 4])
    anna.scan(sscc)
    expect([done(world), on(world, S)]).toEqual([[14, 0], 4])
  })

  it.each(['off', 'check'] as const)('[R48] under %s they count on its lines as well', policy => {
    const { world, anna } = begun(policy)
    loose(anna, mug, 4)
    expect(anna.scan(sscc)).toMatchObject({ verdict: 'ok', message: { key: 'rcv.onPallet' } })
    expect([done(world), on(world, S)]).toEqual([[4, 0, 0, 0, 0], 4])
  })

  it('[R40] more and other goods than announced, gathered by the label, are the difference of the pallet', () => {
    const { world, anna } = begun('check', [announced(mug, 3, S), announced(mug, 9, null), announced(bowl, 2, null)])
    loose(anna, mug, 4)
    loose(anna, bowl, 1)
    anna.scan(sscc)
    const found = anna.judged.flatMap(judged => judged.effects.exceptions)
    expect(found.map(e => [e.kind, e.subject, e.body['difference']])).toEqual([
      ['asn_difference', `${documentId('ASN-1')}/${S}`, 'more'],
      ['asn_difference', `${documentId('ASN-1')}/${S}`, 'item'],
    ])
    expect(done(world)).toEqual([4, 0, 1])
  })

  it('[R50] goods that do not come along, for their status or because they have left, are told', () => {
    const { world, anna } = begun('off')
    loose(anna, mug, 4)
    const from = { location: dock.id, lpn: NO_LPN, status: 'available' as const }
    const leg = { client: one.id, item: mug.id, lot: '', serial: '', takenAt: NOW, at: NOW, unc: 0 }
    world.apply({
      ...NOTHING,
      movements: [
        { ...leg, qty: 1, from, to: { ...from, status: 'inspection' } },
        { ...leg, qty: 1, from, to: { ...from, location: a1.id } },
      ],
    })
    const next = anna.scan(sscc)
    expect(next).toMatchObject({ verdict: 'warn', message: { key: 'rcv.looseLeft', values: { n: 2, lpn: SSCC } } })
    expect([next.commands.length, on(world, S), next.state.pallet?.id]).toEqual([1, 2, S])
    expect(anna.scan(label(OTHER))).toMatchObject({ verdict: 'ok', message: { key: 'rcv.onPallet' } })
  })

  /** Of five bowls that were counted loose nothing stands there any more: somebody has put them away. */
  const putAway = (world: World, anna: Anna) => {
    loose(anna, bowl, 5)
    const from = { location: dock.id, lpn: NO_LPN, status: 'available' as const }
    const leg = { client: one.id, item: bowl.id, lot: '', serial: '', takenAt: NOW, at: NOW, unc: 0 }
    world.apply({ ...NOTHING, movements: [{ ...leg, qty: 5, from, to: { ...from, location: a1.id } }] })
  }
  const full = {
    ...scanned('00 02 37', [
      { kind: 'lpn', lpn: S, client: one.id },
      { kind: 'item', client: one.id, item: mug.id, packaging: null, quantity: 1 },
    ]),
    fields: { sscc: SSCC, count: 40 },
  }
  it('[R50] a label that says what is on it is believed once, although loose goods stay behind', () => {
    for (const more of [[], [announced(drill, 2, S)]]) {
      const { world, anna } = begun('trust', [announced(mug, 40, S), announced(mug, 40, Q), wants(bowl, 5), ...more])
      putAway(world, anna)
      const next = anna.scan(full)
      expect(next).toMatchObject({ verdict: 'warn', message: { key: 'rcv.looseLeft', values: { n: 5, lpn: SSCC } } })
      expect(next.commands).toMatchObject([{ type: 'receive', item: mug.id, qty: 40 }])
      expect([on(world, S), done(world).slice(0, 3)]).toEqual([40, [40, 0, 5]])
    }
  })

  it('[R50] a pallet that was believed whole is closed, although loose goods stay behind', () => {
    const { world, anna } = begun('trust', [...ASN.slice(0, 3), wants(bowl, 6)])
    putAway(world, anna)
    expect(anna.scan(sscc)).toMatchObject({
      verdict: 'warn',
      message: { key: 'rcv.looseLeft', values: { n: 5, lpn: SSCC } },
      state: { pallet: null, beyond: 0 },
    })
    loose(anna, bowl, 1)
    expect([on(world, S), on(world, S, bowl), on(world, NO_LPN, bowl)]).toEqual([10, 0, 1])
  })

  it('[R50] of more kinds than can be gathered the label tells how many pieces stay; nothing is believed then', () => {
    const lines = [wants(drill, 200), announced(mug, 5, S), announced(milk, 6, S, { lot: 'L1' })]
    const { world, anna } = begun('trust', lines)
    loose(anna, mug, 4)
    for (let i = 0; i < 101; i += 1) expect(anna.scan(scanOf.item(drill, { serial: `N${i}` })).verdict).toBe('ok')
    const next = anna.scan(sscc)
    expect(next).toMatchObject({ verdict: 'warn', message: { key: 'rcv.looseLeft', values: { n: 5, lpn: SSCC } } })
    expect(next.commands.map(command => command.type)).toEqual(Array(100).fill('move'))
    expect([on(world, NO_LPN), done(world)]).toEqual([4, [101, 4, 0]])
    expect(anna.scan(label(OTHER))).toMatchObject({ verdict: 'ok', message: { key: 'rcv.onPallet' } })
  })
})

describe('inspection and shelf life', () => {
  const flagged: Item = { ...mug, inspect: true }
  const withItem = (item: Item, policy: WorldSeed['policy']) => {
    const found = at({ policy })
    const known = found.world.item
    Object.assign(found.world, { item: (id: Item['id']) => (id === item.id ? item : known(id)) })
    return found
  }
  it('[R45] under item those that are flagged arrive with status inspection, others do not', () => {
    const { world, anna } = withItem(flagged, { receive: { inspection: 'item' } })
    anna.scan(scanOf.item(mug))
    anna.number(3)
    anna.scan(scanOf.item(bowl))
    anna.scan(scanOf.item(bowl))
    expect([on(world, NO_LPN, mug, { status: 'inspection' }), on(world, NO_LPN, bowl)]).toEqual([3, 1])
    const none = withItem(flagged, {})
    none.anna.scan(scanOf.item(mug))
    expect(on(none.world, NO_LPN)).toBe(1)
  })
  it('[R45] goods to be inspected and good ones do not share a pallet, nor does a label gather both', () => {
    const { world, anna } = withItem(flagged, { receive: { inspection: 'item', unexpected: 'yes' } })
    anna.scan(scanOf.item(mug))
    anna.scan(scanOf.item(bowl))
    open(anna)
    expect([on(world, P, bowl), on(world, NO_LPN, mug, { status: 'inspection' })]).toEqual([1, 1])
    rejects(anna, () => anna.scan(scanOf.item(mug)), 'rcv.lpnMixed')
  })

  it("[R44] per cent of the item's whole life, the client's days and the item's own days, each at its edge", () => {
    const label = (expiry: string) => scanOf.item(milk, { lot: 'N', expiry })
    const long = (shelf: Item['shelf']): Item => ({ ...milk, shelf: shelf ?? null })
    const life = { acceptDays: null, minDaysOut: null, lifeDays: 101 }
    // 33 % of 101 days is 33.33: 34 whole days from the 23rd of November.
    const share = withItem(long(life), { shelf: { acceptPct: 33 } })
    expect(rejects(share.anna, () => share.anna.scan(label('2026-12-26')), 'rcv.shortLife').message.values['n']).toBe(
      34,
    )
    expect(share.anna.scan(label('2026-12-27')).message.key).toBe('ask.newLot')
    const stricter = withItem(long(life), { shelf: { acceptPct: 33, acceptDays: 40 } })
    rejects(stricter.anna, () => stricter.anna.scan(label('2027-01-01')), 'rcv.shortLife')
    expect(stricter.anna.scan(label('2027-01-02')).message.key).toBe('ask.newLot')
    const own = withItem(long({ ...life, acceptDays: 2 }), { shelf: { acceptPct: 33, acceptDays: 40 } })
    rejects(own.anna, () => own.anna.scan(label('2026-11-24')), 'rcv.shortLife')
    expect(own.anna.scan(label('2026-11-25')).message.key).toBe('ask.newLot')
    const unknown = withItem(long({ ...life, lifeDays: null }), { shelf: { acceptPct: 99 } })
    expect(unknown.anna.scan(label('2026-11-23')).message.key).toBe('ask.newLot')
  })

  it('[R44] what the handheld would refuse is an exception where it arrives all the same', () => {
    const { world } = withItem(
      { ...milk, shelf: { acceptDays: null, minDaysOut: null, lifeDays: 100 } },
      { shelf: { acceptPct: 50 } },
    )
    const came = (expiry: string, status: 'available' | 'damaged'): Draft => ({
      type: 'receive',
      client: one.id,
      item: milk.id,
      lot: `N${expiry}`,
      serial: '',
      document: documentId('PO-1'),
      blind: false,
      expiry,
      to: { location: dock.id, lpn: NO_LPN, status },
      qty: 1,
    })
    const book = booker(world)
    expect(book(came('2027-01-11', 'available')).effects.exceptions.map(e => e.kind)).toEqual(['short_life'])
    expect(book(came('2027-01-12', 'available')).effects.exceptions).toEqual([])
    expect(book(came('2026-11-01', 'damaged')).effects.exceptions).toEqual([])
  })
})

describe('what is taken back, and what an earlier version wrote', () => {
  const undo = (world: World, act: Draft, seq: number): void => {
    if (act.type !== 'move' && act.type !== 'receive') throw new Error('not an act')
    const book = booker(world, otherDevice)
    book({ type: 'undo', client: one.id, of: { epoch: 'epoch0000009', seq }, act })
  }
  it('[R46] goods that a label had gathered stand loose again, with their own put-away task', () => {
    const { world, anna } = at()
    anna.scan(scanOf.item(mug))
    const [act] = open(anna).commands
    if (act === undefined) throw new Error('nothing gathered')
    undo(world, act, 2)
    expect([on(world, P), on(world, NO_LPN)]).toEqual([0, 1])
    const loose = keyOf(row(mug, dock, 0))
    expect(world.task(putawayTaskId(loose))?.state).toBe('ready')
    expect(world.task(putawayTaskId({ ...loose, lpn: P }))?.state).toBe('done')
  })
  it('[R46] goods that were counted loose first count on the loose lines again when the label is taken back', () => {
    const { world } = asn('check', [announced(mug, 10, S), announced(mug, 10, null)])
    const anna = workerAt(receive, world, { document: documentId('ASN-1') })
    const [came] = anna.scan(scanOf.item(mug)).commands
    const [act] = anna.scan(sscc).commands
    if (act === undefined || came === undefined) throw new Error('nothing gathered')
    expect(done(world)).toEqual([1, 0])
    undo(world, act, 2)
    expect([done(world), on(world, NO_LPN)]).toEqual([[0, 1], 1])
    undo(world, came, 1)
    expect([done(world), on(world, NO_LPN)]).toEqual([[0, 0], 0])
  })
  it('[R46] on a delivery of pallets only they are counted loose again, and another label gathers them', () => {
    const { world } = asn('check', [announced(mug, 10, S), announced(mug, 10, Q)])
    const anna = workerAt(receive, world, { document: documentId('ASN-1') })
    const [came] = anna.scan(scanOf.item(mug)).commands
    const [act] = anna.scan(sscc).commands
    if (act === undefined || came === undefined) throw new Error('nothing gathered')
    undo(world, act, 2)
    expect([done(world), on(world, NO_LPN)]).toEqual([[1, 0], 1])
    const other = { lpn: Q, location: dock.id, status: 'available' as const }
    booker(world, otherDevice)({ ...act, label: OTHER, to: other } as Draft)
    expect([done(world), on(world, Q)]).toEqual([[0, 1], 1])
    undo(world, came, 1)
    expect(done(world)).toEqual([0, 0])
  })
  it('[R46] goods that are taken back after a label has gathered them are wanted on the line of the pallet', () => {
    const { world } = asn('check', [announced(mug, 10, S), announced(mug, 10, null)])
    const anna = workerAt(receive, world, { document: documentId('ASN-1') })
    const [came] = anna.scan(scanOf.item(mug)).commands
    anna.scan(sscc)
    if (came === undefined) throw new Error('nothing received')
    undo(world, came, 1)
    expect(done(world)).toEqual([0, 0])
  })
  it('[R46] of two lots the one that is taken back is wanted again on its own line', () => {
    const lines = [announced(milk, 5, null, { lot: 'L1' }), announced(milk, 5, null, { lot: 'L2' })]
    const { world } = asn('check', lines)
    const anna = workerAt(receive, world, { document: documentId('ASN-1') })
    const [first] = anna.scan(scanOf.item(milk, { lot: 'L1' })).commands
    anna.scan(scanOf.item(milk, { lot: 'L2' }))
    if (first === undefined) throw new Error('nothing received')
    undo(world, first, 1)
    expect(done(world)).toEqual([0, 1])
  })
  it('[R46] goods of an announced pallet are wanted again on its own line', () => {
    const { world, anna } = asn('trust')
    const [act] = anna.scan(sscc).commands
    if (act === undefined) throw new Error('nothing received')
    undo(world, act, 1)
    expect(done(world)).toEqual([0, 6, 0, 0])
  })
  it('[R47] a step that was saved before there were pallets goes on', () => {
    const { world, anna } = at()
    const { pallet: _, loose: __, aside: ___, photos: ____, ...old } = anna.state()
    const moment = { now: NOW, today: NOW.slice(0, 10), monoMs: 9000, device: otherDevice, worker }
    const next = receive.step(old as ReceiveState, { kind: 'scan', resolved: scanOf.item(mug) }, world, moment)
    expect([next.verdict, next.state.loose.length]).toEqual(['ok', 1])
    expect(receive.prompt(old as ReceiveState, world, moment).ask.kind).toBe('item')
  })
})
