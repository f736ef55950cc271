import { describe, expect, it } from 'vitest'
import {
  allRows,
  booker,
  bowl,
  demoWorld,
  device,
  dock,
  documentId,
  drill,
  lineId,
  milk,
  mug,
  one,
  otherDevice,
  receiptOf,
  row,
  scanOf,
  scanned,
  taskId,
  unbalanced,
  wants,
  warehouse,
  worker,
  workerAt,
} from '../../test/support/world.ts'
import type { LineSeed, WorldSeed } from '../../test/support/world.ts'
import type { Item } from '../catalogue.ts'
import { NO_LPN } from '../ids.ts'
import { NOTHING } from '../ledger/effects.ts'
import { keyOf } from '../ledger/stock.ts'
import type { World } from '../ledger/world.ts'
import { makeLabel } from '../scan/own-label.ts'
import type { Draft } from '../sync/command.ts'
import { lpnId } from './lpn.ts'
import { receive } from './receive.ts'

const LABEL = makeLabel('XP', '0042')
const SHA = 'a'.repeat(64)
const boss = { ...worker, roles: ['supervisor' as const] }

const at = (over: Partial<WorldSeed> = {}, who = worker) => {
  const world = demoWorld({
    documents: [receiptOf('PO-7', [wants(mug, 10), wants(milk, 5), wants(drill, 2)])],
    ...over,
  })
  return { world, anna: workerAt(receive, world, { document: documentId('PO-7') }, device, who) }
}
type Anna = ReturnType<typeof at>['anna']
const stands = (world: World, status: 'available' | 'inspection' | 'damaged', item: Item = mug, more: object = {}) =>
  world.stock(keyOf(row(item, dock, 0, { status, ...more }))).onHand
const line = (world: World, no: number) => world.line(lineId('PO-7', no))
const kinds = (anna: Anna): string[] => anna.judged.flatMap(judged => judged.effects.exceptions.map(one => one.kind))
const keys = (anna: Anna): string[] => anna.prompt().keys.map(key => key.command)

describe('broken goods', () => {
  it('[R41] DAMAGED: the goods that are scanned next, how many, why by number; they are damaged and received', () => {
    const { world, anna } = at()
    expect(keys(anna)).toEqual(['XCDNE', 'XCDMG', 'XCREJ', 'XCASK', 'XCPHT'])
    expect(anna.key('XCDMG')).toMatchObject({ verdict: 'ok', message: { key: 'rcv.scanDamaged' } })
    expect(anna.scan(scanOf.item(mug)).state.at).toBe('amount')
    expect(anna.prompt()).toMatchObject({ ask: { kind: 'quantity' }, hero: { value: '1' } })
    expect(anna.scan(scanOf.item(mug))).toMatchObject({ message: { values: { n: 2 } }, commands: [] })
    expect(anna.number(3)).toMatchObject({ state: { at: 'reason' }, commands: [] })
    expect(anna.prompt().choices.map(choice => choice.value)).toEqual(['DAMAGED', 'EXPIRED', 'DEFECT', 'OTHER'])
    anna.input({ kind: 'photo', sha: SHA })
    anna.input({ kind: 'photo', sha: SHA })
    const end = anna.choose(1)
    expect(end).toMatchObject({
      verdict: 'ok',
      message: { key: 'rcv.damaged', values: { n: 3 } },
      state: { at: 'line' },
    })
    expect(end.commands).toMatchObject([{ type: 'receive', qty: 3, reason: 'DAMAGED', photos: [SHA] }])
    expect([stands(world, 'damaged'), stands(world, 'available'), line(world, 1)?.done]).toEqual([3, 0, 3])
    expect([kinds(anna), unbalanced(allRows(world))]).toEqual([[], []])
  })

  it('[R41] never on the label of good goods, nor gathered by the next one', () => {
    const { world, anna } = at()
    anna.key('XCDMG')
    anna.scan(scanOf.item(mug))
    anna.key('XCDNE')
    anna.choose(2)
    anna.scan(scanned(LABEL))
    expect(anna.scan(scanned(LABEL)).commands).toEqual([])
    anna.key('XCDMG')
    anna.scan(scanOf.pack(mug, 'case', 2))
    anna.key('XCDNE')
    expect(anna.choose(1).commands).toMatchObject([
      { qty: 2, entered: { n: 1, packaging: 'case' }, to: { lpn: NO_LPN, status: 'damaged' } },
    ])
    expect(anna.state().pallet).toMatchObject({ label: LABEL })
    expect(stands(world, 'damaged')).toBe(3)
  })

  it('[R41] lot and date are asked for, but not how long it would live; each piece has its serial', () => {
    const { world, anna } = at()
    anna.key('XCDMG')
    anna.scan(scanOf.item(milk))
    expect(anna.scan(scanned('OLD')).message.key).toBe('ask.newLot')
    anna.scan(scanned('OLD'))
    expect(anna.type('2026-11-01').state.at).toBe('amount')
    anna.key('XCDNE')
    anna.choose(2)
    expect([stands(world, 'damaged', milk, { lot: 'OLD' }), kinds(anna)]).toEqual([1, []])
    anna.key('XCDMG')
    anna.scan(scanOf.item(drill))
    expect(anna.scan(scanned('S1')).message.key).toBe('ask.serialHere')
    expect(anna.scan(scanned('N1')).state.at).toBe('reason')
    expect(anna.choose(3).commands).toMatchObject([{ serial: 'N1', qty: 1 }])
  })

  it('[R41] not more than the delivery may take; another item, 0 and what is no reason change nothing', () => {
    const { anna } = at()
    anna.key('XCDMG')
    expect(anna.scan(scanned('??'))).toMatchObject({ verdict: 'unknown', commands: [] })
    expect(anna.scan(scanOf.place(dock))).toMatchObject({ verdict: 'wrong', state: { at: 'aside' } })
    expect(anna.scan(scanOf.item(bowl)).message.key).toBe('ask.notHere')
    anna.scan(scanOf.item(mug))
    expect(anna.scan(scanOf.item(bowl))).toMatchObject({ message: { key: 'wrong.kind' } })
    expect(anna.number(0)).toMatchObject({ message: { key: 'qty.bad' } })
    expect(anna.number(11)).toMatchObject({ message: { key: 'over' }, state: { at: 'amount', hand: { qty: 1 } } })
    anna.number(10)
    expect(anna.choose(5)).toMatchObject({ message: { key: 'no.key' }, state: { at: 'reason' } })
    expect(anna.scan(scanOf.item(mug))).toMatchObject({ message: { key: 'ret.choose' } })
  })

  it('[R41] BACK goes one step back and books nothing', () => {
    const { anna } = at()
    anna.key('XCDMG')
    anna.scan(scanOf.item(mug))
    anna.number(2)
    const seen = ['XCBAK', 'XCBAK', 'XCBAK'].map(key => anna.key(key).state)
    expect(seen.map(state => [state.at, state.aside])).toEqual([
      ['amount', 'damaged'],
      ['aside', 'damaged'],
      ['line', null],
    ])
    anna.key('XCDMG')
    anna.scan(scanOf.item(milk))
    expect(anna.key('XCBAK').state).toMatchObject({ at: 'aside', hand: null })
    anna.scan(scanOf.item(drill, { serial: 'N1' }))
    expect(anna.key('XCBAK').state).toMatchObject({ at: 'aside', hand: null })
    expect(anna.judged).toEqual([])
  })
})

describe('goods that are refused', () => {
  const refuse = (anna: Anna, item: Item, n: number, reason: number) => {
    anna.key('XCREJ')
    anna.scan(scanOf.item(item))
    anna.number(n)
    return anna.choose(reason)
  }
  it('[R42] REJECT is written on the line with its reason; nothing moves and the ERP is told of nothing', () => {
    const { world, anna } = at()
    const end = refuse(anna, mug, 4, 2)
    expect(end).toMatchObject({ message: { key: 'rcv.rejected', values: { n: 4 } }, state: { at: 'line' } })
    expect(end.commands).toMatchObject([
      { type: 'reject', qty: 4, reason: 'WRONG_GOODS', document: documentId('PO-7') },
    ])
    expect(line(world, 1)).toMatchObject({ done: 0, rejected: 4, reason: 'WRONG_GOODS', state: 'open' })
    expect(anna.judged[0]?.effects).toMatchObject({ movements: [], messages: [], exceptions: [] })
    expect(world.document(documentId('PO-7'))?.state).toBe('started')
  })

  it('[R42] neither limit, lot nor date bar it; what the delivery does not name is a row of its own', () => {
    const { world, anna } = at({ policy: { receive: { unexpected: 'no' } } })
    refuse(anna, mug, 40, 3)
    refuse(anna, milk, 1, 5)
    refuse(anna, bowl, 2, 4)
    expect([line(world, 1)?.rejected, line(world, 2)?.rejected]).toEqual([40, 1])
    const strange = world.linesOf(documentId('PO-7')).filter(one => one.item === bowl.id)
    expect(strange).toMatchObject([{ source: null, wanted: 0, done: 0, rejected: 2, reason: 'UNEXPECTED' }])
    // It was refused: that lets none in.
    expect(anna.scan(scanOf.item(bowl)).message.key).toBe('rcv.notHere')
  })

  it('[R42] what was refused is not missing at DONE; a delivery of which nothing was received stays open', () => {
    const { world, anna } = at({ documents: [receiptOf('PO-7', [wants(mug, 5)])] })
    refuse(anna, mug, 2, 1)
    expect(anna.key('XCDNE')).toMatchObject({ message: { key: 'rcv.nothing' } })
    anna.scan(scanOf.item(mug))
    anna.number(3)
    expect(anna.prompt().progress).toEqual({ done: 1, all: 1 })
    expect(anna.key('XCDNE').finished).toBe(true)
    expect(world.task(taskId('PO-7'))?.state).toBe('done')
    expect(line(world, 1)).toMatchObject({ done: 3, rejected: 2, state: 'open' })
  })

  it('[R42] before the first goods of a receipt without document there is nothing to refuse them on', () => {
    const world = demoWorld({ policy: { receive: { blindReceipt: 'yes' } } })
    const anna = workerAt(receive, world, { blind: true })
    expect(anna.key('XCREJ')).toMatchObject({ verdict: 'wrong', message: { key: 'rcv.nothing' } })
    anna.scan(scanOf.item(mug))
    expect(refuse(anna, mug, 1, 1).commands).toHaveLength(1)
  })

  it('[R46] what was refused is taken back from its line, and a row of its own is gone', () => {
    const { world, anna } = at()
    const acts = [refuse(anna, mug, 4, 2), refuse(anna, bowl, 2, 4)].flatMap(next => next.commands)
    const book = booker(world, otherDevice)
    acts.forEach((act: Draft, i) => {
      if (act.type !== 'reject') throw new Error('not refused')
      book({ type: 'undo', client: one.id, of: { epoch: 'epoch0000009', seq: i + 1 }, act })
    })
    expect(line(world, 1)).toMatchObject({ rejected: 0, reason: null, state: 'open' })
    expect(world.linesOf(documentId('PO-7')).at(-1)).toMatchObject({ item: bowl.id, rejected: 0, state: 'cancelled' })
  })
})

describe('broken and refused goods of a pallet', () => {
  const SSCC = '106141412345678908'
  const S = lpnId(warehouse, SSCC)
  const sscc = scanned(SSCC, [{ kind: 'lpn', lpn: S, client: one.id }])
  const opened = (lines: readonly LineSeed[] = [wants(mug, 10), { ...wants(mug, 6), lpn: S }]) => {
    const found = at({
      documents: [receiptOf('PO-7', lines, { asn: true })],
      policy: { receive: { asnTrust: 'check' } },
    })
    found.world.apply({ ...NOTHING, lpns: [{ id: S, client: one.id, label: SSCC }] })
    found.anna.scan(sscc)
    const aside = (key: 'XCDMG' | 'XCREJ' | 'XCASK', item: Item, n: number) => {
      found.anna.key(key)
      found.anna.scan(scanOf.item(item))
      const next = found.anna.number(n)
      return key === 'XCASK' ? next.commands : found.anna.choose(1).commands
    }
    return {
      ...found,
      aside,
      dones: () => [1, 2].map(no => [line(found.world, no)?.done, line(found.world, no)?.rejected]),
    }
  }

  it('[R49] while it is open they count on what was announced on it, although they stand or go elsewhere', () => {
    const { world, anna, aside, dones } = opened()
    aside('XCDMG', mug, 2)
    aside('XCREJ', mug, 1)
    aside('XCASK', mug, 1)
    expect(dones()).toEqual([
      [0, undefined],
      [3, 1],
    ])
    expect([stands(world, 'damaged'), stands(world, 'inspection'), world.stockOn(S)]).toEqual([2, 1, []])
    expect(anna.judged.map(judged => judged.effects.lpns)).toEqual([[], [], []])
    anna.scan(scanOf.item(mug))
    anna.number(2)
    // Nothing of the pallet is missing.
    expect(anna.key('XCCLS')).toMatchObject({ verdict: 'ok', message: { key: 'rcv.lpnClosed' } })
    aside('XCREJ', mug, 4)
    expect(dones()[0]).toEqual([0, 4])
    expect(kinds(anna)).toEqual([])
  })

  it('[R40] more broken ones than were announced on it are a difference', () => {
    const { anna, aside } = opened()
    aside('XCDMG', mug, 7)
    expect(kinds(anna)).toEqual(['asn_difference'])
  })

  it('[R46] taken back, they are wanted on its line again', () => {
    const { world, aside, dones } = opened()
    const acts = [...aside('XCDMG', mug, 2), ...aside('XCREJ', mug, 1)]
    const book = booker(world, otherDevice)
    acts.forEach((act, i) => {
      if (act?.type !== 'receive' && act?.type !== 'reject') throw new Error('not put aside')
      book({ type: 'undo', client: one.id, of: { epoch: 'epoch0000009', seq: i + 1 }, act })
    })
    expect(dones()).toEqual([
      [0, undefined],
      [0, 0],
    ])
  })
})

describe('what was refused of several lines', () => {
  const two = () => at({ documents: [receiptOf('PO-7', [wants(mug, 5), wants(mug, 3)])] })
  const state = (world: World) => [1, 2].map(no => [line(world, no)?.rejected ?? 0, line(world, no)?.reason ?? null])
  const refused = (anna: Anna, n: number, reason: number): Draft => {
    anna.key('XCREJ')
    anna.scan(scanOf.item(mug))
    anna.number(n)
    const [act] = anna.choose(reason).commands
    if (act === undefined) throw new Error('not refused')
    return act
  }
  const undo = (world: World, act: Draft, seq: number) => {
    if (act.type !== 'reject') throw new Error('not refused')
    booker(world, otherDevice)({ type: 'undo', client: one.id, of: { epoch: `epoch000000${seq}`, seq }, act })
  }

  it('[R49] it fills what the lines still want, in their order; what is over stays with the last one', () => {
    const { world, anna } = two()
    anna.scan(scanOf.item(mug))
    anna.number(2)
    refused(anna, 4, 1)
    expect(state(world)).toEqual([
      [3, 'DAMAGED'],
      [1, 'DAMAGED'],
    ])
    refused(anna, 4, 2)
    expect(state(world)).toEqual([
      [3, 'DAMAGED'],
      [5, 'WRONG_GOODS'],
    ])
    expect(anna.prompt().progress).toEqual({ done: 2, all: 2 })
  })

  it('[R49] goods that are good count on what was not refused, and then on what was', () => {
    const { world, anna } = two()
    refused(anna, 4, 1)
    anna.scan(scanOf.item(mug))
    anna.number(4)
    expect([line(world, 1)?.done, line(world, 2)?.done]).toEqual([1, 3])
    anna.number(8)
    expect([line(world, 1)?.done, line(world, 2)?.done]).toEqual([5, 3])
  })

  it('[R46] taken back, a line keeps the reason of what is refused of it still, and none otherwise', () => {
    const { world, anna } = two()
    const first = refused(anna, 6, 1)
    const second = refused(anna, 1, 2)
    expect(state(world)).toEqual([
      [5, 'DAMAGED'],
      [2, 'WRONG_GOODS'],
    ])
    undo(world, second, 1)
    expect(state(world)).toEqual([
      [5, 'DAMAGED'],
      [1, 'DAMAGED'],
    ])
    undo(world, first, 2)
    expect(state(world)).toEqual([
      [0, null],
      [0, null],
    ])
  })

  it('[R46] what an earlier version has written down with one reason for all is taken back as well', () => {
    const { world, anna } = two()
    const act = refused(anna, 2, 1)
    const old = world.line(lineId('PO-7', 1))
    if (old === undefined) throw new Error('no line')
    const { refusals: _, ...before } = old
    world.apply({ ...NOTHING, lines: [{ ...before, rejected: 3, reason: 'OVER' }] })
    undo(world, act, 1)
    expect(state(world)[0]).toEqual([1, 'OVER'])
  })
})

describe('goods that a supervisor decides on', () => {
  it('[R43] more than ordered: ASK, the quantity, DONE twice; it waits as inspection, and is an exception', () => {
    const { world, anna } = at()
    anna.scan(scanOf.item(mug))
    anna.number(10)
    expect(anna.scan(scanOf.item(mug)).message.key).toBe('over')
    expect(anna.key('XCASK').message.key).toBe('rcv.scanAsk')
    anna.scan(scanOf.item(mug))
    expect(anna.number(3)).toMatchObject({
      verdict: 'ask',
      message: { key: 'ask.over', values: { n: 3 } },
      commands: [],
    })
    const end = anna.key('XCDNE')
    expect(end).toMatchObject({ verdict: 'ok', message: { key: 'rcv.asked' }, state: { at: 'line', aside: null } })
    expect(end.commands).toMatchObject([{ qty: 3, reason: 'OVER', to: { status: 'inspection', lpn: NO_LPN } }])
    expect([stands(world, 'available'), stands(world, 'inspection'), kinds(anna)]).toEqual([10, 3, ['over_receipt']])
  })

  it('[R43] NO leaves the quantity to be said again; within the limit nothing is asked', () => {
    const { world, anna } = at()
    anna.key('XCASK')
    anna.scan(scanOf.item(mug))
    anna.number(11)
    expect(anna.key('XCNAY').state).toMatchObject({ at: 'amount', confirm: null })
    expect(anna.number(2).commands).toHaveLength(1)
    expect([stands(world, 'inspection'), kinds(anna)]).toEqual([2, []])
  })

  it('[R43] goods that are too old, have another date or are not on the delivery are asked about in the same way', () => {
    const { world, anna } = at({ policy: { receive: { unexpected: 'no' }, shelf: { acceptDays: 30 } } })
    const ask = (scan: ReturnType<typeof scanOf.item>) => {
      anna.key('XCASK')
      anna.scan(scan)
      if (anna.state().at === 'aside') anna.scan(scan)
      return anna.key('XCDNE')
    }
    expect(ask(scanOf.item(milk, { lot: 'N', expiry: '2026-11-22' })).commands).toHaveLength(1)
    expect(ask(scanOf.item(milk, { lot: 'L1', expiry: '2027-01-30' })).commands).toHaveLength(1)
    expect(ask(scanOf.item(bowl)).commands).toHaveLength(1)
    expect(kinds(anna)).toEqual(['short_life', 'lot_date', 'unexpected_item'])
    expect([stands(world, 'inspection', bowl), stands(world, 'inspection', milk, { lot: 'N' })]).toEqual([1, 1])
  })

  it("[R43] with a supervisor's badge the yes takes it like other goods, but nothing that has expired", () => {
    const { world, anna } = at({}, boss)
    anna.key('XCASK')
    anna.scan(scanOf.item(mug))
    anna.number(12)
    anna.key('XCDNE')
    expect([stands(world, 'available'), stands(world, 'inspection'), kinds(anna)]).toEqual([12, 0, ['over_receipt']])
    anna.key('XCASK')
    const old = scanOf.item(milk, { lot: 'N', expiry: '2026-11-22' })
    anna.scan(old)
    anna.scan(old)
    anna.key('XCDNE')
    expect(stands(world, 'inspection', milk, { lot: 'N' })).toBe(1)
  })

  it('[R43] a serial is one piece', () => {
    const { world, anna } = at()
    anna.key('XCASK')
    anna.scan(scanOf.item(drill, { serial: 'N1' }))
    expect(anna.number(2)).toMatchObject({ verdict: 'wrong', message: { key: 'which.serial' } })
    expect(anna.number(1).commands).toMatchObject([{ serial: 'N1', qty: 1 }])
    expect(stands(world, 'inspection', drill, { serial: 'N1' })).toBe(1)
  })
})
