import { describe, expect, it } from 'vitest'
import type { Resolved } from '../scan/scan.ts'
import {
  TODAY,
  a1,
  allRows,
  bowl,
  closedDock,
  demoSeed,
  demoWorld,
  dock,
  dock2,
  documentId,
  drill,
  juice,
  lineId,
  lotOf,
  milk,
  mug,
  one,
  receiptOf,
  row,
  scanOf,
  scanned,
  taskId,
  theirMug,
  two,
  unbalanced,
  vial,
  wants,
  workerAt,
} from '../../test/support/world.ts'
import type { WorldSeed } from '../../test/support/world.ts'
import { NOTHING } from '../ledger/effects.ts'
import { keyOf } from '../ledger/stock.ts'
import type { World } from '../ledger/world.ts'
import type { Next } from './process.ts'
import { receive } from './receive.ts'

const at = (over: Partial<WorldSeed> = {}, number = 'PO-1') => {
  const world = demoWorld(over)
  return { world, anna: workerAt(receive, world, { document: documentId(number) }) }
}
type Anna = ReturnType<typeof at>['anna']

/** A rejection leaves state, stock and queue byte-equal. */
const rejects = (world: World, anna: Anna, act: () => Next, key: string, verdict = 'wrong'): Next => {
  const before = JSON.stringify([anna.state(), allRows(world), anna.judged.length])
  const next = act()
  expect([next.verdict, next.message.key]).toEqual([verdict, key])
  expect(next.commands).toEqual([])
  expect(JSON.stringify([anna.state(), allRows(world), anna.judged.length])).toBe(before)
  return next
}
const onDock = (world: World, item = mug, more: Partial<ReturnType<typeof row>> = {}) =>
  world.stock(keyOf(row(item, dock, 0, more))).onHand
const bad = (problem: Resolved['problem']): Resolved => ({ ...scanned('x'), problem })

describe('the delivery', () => {
  const idle = (over: Partial<WorldSeed> = {}) => {
    const world = demoWorld(over)
    return { world, anna: workerAt(receive, world, { nothing: true }) }
  }
  it('[R1] a delivery is opened by its number, its task or its row in the list', () => {
    expect(idle().anna.scan(scanOf.document('PO-1'))).toMatchObject({ verdict: 'ok', message: { key: 'opened' } })
    expect(idle().anna.scan(scanOf.task('PO-1')).state.at).toBe('line')
    expect(workerAt(receive, demoWorld(), { task: taskId('PO-1') }).first.state.at).toBe('line')
    expect(idle().anna.prompt()).toMatchObject({ ask: { kind: 'document' }, keys: [{ command: 'XCNDC' }] })
  })
  it('[R1] a closed, unknown or foreign delivery is not opened, and an order is none', () => {
    const closed = receiptOf('PO-9', [wants(mug, 1)], { state: 'closed' })
    const { world, anna } = idle({ documents: [...demoSeed().documents, closed] })
    rejects(world, anna, () => anna.scan(scanOf.document('PO-9')), 'rcv.closed')
    rejects(world, anna, () => anna.scan(scanOf.document('SO-1')), 'rcv.none', 'unknown')
    rejects(world, anna, () => anna.scan(scanned('??')), 'unknown', 'unknown')
    rejects(world, anna, () => anna.scan(scanOf.place(a1)), 'wrong.kind')
    rejects(world, anna, () => anna.scan(scanOf.item(bowl)), 'rcv.none')
    rejects(world, anna, () => anna.number(4711), 'first.item')
    rejects(world, anna, () => anna.type('4711'), 'unknown', 'unknown')
    rejects(world, anna, () => anna.choose(1), 'no.key')
    rejects(world, anna, () => anna.key('XCDNE'), 'no.key')
    rejects(world, anna, () => anna.key('XCNAY'), 'no.key')
  })
  it('[R2] an item opens the oldest due delivery that wants it and counts on it; the note names it', () => {
    const older = receiptOf('PO-0', [wants(mug, 5)], { due: '2026-11-20' })
    const { world, anna } = idle({ documents: [...demoSeed().documents, older] })
    const next = anna.scan(scanOf.item(mug))
    expect(next).toMatchObject({ verdict: 'warn', message: { key: 'rcv.oldest', values: { no: 'PO-0' } } })
    expect(world.line(lineId('PO-0', 1))?.done).toBe(1)
    expect(idle().anna.scan(scanOf.item(mug)).message.key).toBe('got')
  })
  it('[R2] of two deliveries that are due on one day the lower number is taken', () => {
    const same = receiptOf('PO-0', [wants(mug, 5)])
    expect(idle({ documents: [...demoSeed().documents, same] }).anna.scan(scanOf.item(mug)).state.document).toBe(
      documentId('PO-0'),
    )
  })
  it('[R3] one code on goods of two clients opens neither delivery', () => {
    const theirs = receiptOf('PO-2', [wants(theirMug, 5)], {}, two)
    const { world, anna } = idle({ documents: [...demoSeed().documents, theirs] })
    const both = { ...scanOf.item(mug), readings: [...scanOf.item(mug).readings, ...scanOf.item(theirMug).readings] }
    rejects(world, anna, () => anna.scan(both), 'many', 'unknown')
  })
  it('[R4] without a dock nothing can be received', () => {
    const { world, anna } = idle({ places: demoSeed().places.filter(place => place.kind !== 'dock') })
    rejects(world, anna, () => anna.scan(scanOf.document('PO-1')), 'rcv.noDock')
    rejects(world, anna, () => anna.key('XCNDC'), 'rcv.noDock')
  })
  it('[R4] goods go to the first open dock until another one is scanned', () => {
    const { world, anna } = at()
    anna.scan(scanOf.item(mug))
    expect(onDock(world)).toBe(1)
    rejects(world, anna, () => anna.scan(scanOf.place(closedDock)), 'place.closed')
    rejects(world, anna, () => anna.scan(scanOf.place(a1)), 'rcv.placeNo')
    expect(anna.scan(scanOf.place(dock2)).message.key).toBe('place.ok')
    anna.scan(scanOf.item(mug))
    expect(world.stock(keyOf(row(mug, dock2, 0))).onHand).toBe(1)
  })
})

describe('the goods', () => {
  it('[R5] a scan adds one unit or its packaging, booked at once from the supplier to the dock', () => {
    const { world, anna } = at()
    expect(anna.scan(scanOf.item(mug))).toMatchObject({ verdict: 'ok', message: { values: { have: 1, wanted: 24 } } })
    const next = anna.scan(scanOf.pack(mug, 'case', 12))
    expect(next.commands[0]).toMatchObject({ qty: 12, entered: { n: 1, packaging: 'case' } })
    expect(onDock(world)).toBe(13)
    expect(unbalanced(allRows(world))).toEqual([])
    expect(world.line(lineId('PO-1', 1))).toMatchObject({ done: 13, state: 'open' })
    expect(world.document(documentId('PO-1'))?.state).toBe('started')
    expect(world.task(taskId('PO-1'))?.state).toBe('started')
    expect(anna.prompt().hero).toEqual({ kind: 'number', value: '13', of: '24' })
  })
  it('[R5] a count on the label multiplies the packaging; a label that counts nothing is refused', () => {
    const { world, anna } = at()
    anna.scan(scanOf.pack(mug, 'case', 12, { count: 2 }))
    expect(onDock(world)).toBe(24)
    rejects(world, anna, () => anna.scan(scanOf.item(mug, { count: 0 })), 'qty.bad')
  })
  it('[R6] a typed number sets the total of the step; the command carries the difference', () => {
    const { world, anna } = at()
    rejects(world, anna, () => anna.number(5), 'first.item')
    anna.scan(scanOf.item(mug))
    const next = anna.number(10)
    expect(next.commands[0]).toMatchObject({ qty: 9, entered: { n: 9, packaging: null } })
    expect(onDock(world)).toBe(10)
    expect(anna.number(10).commands).toEqual([])
    rejects(world, anna, () => anna.number(9), 'qty.less')
    rejects(world, anna, () => anna.number(0), 'qty.less')
    rejects(world, anna, () => anna.number(10.5), 'qty.bad')
    rejects(world, anna, () => anna.number(-1), 'qty.bad')
    expect(anna.number(24)).toMatchObject({ verdict: 'done', message: { key: 'line.done' } })
  })
  it('[R7] goods to be inspected arrive with that status, whether scanned or typed', () => {
    const { world, anna } = at({ policy: { receive: { inspection: 'all' } } })
    anna.scan(scanOf.item(mug))
    anna.number(4)
    expect(onDock(world, mug, { status: 'inspection' })).toBe(4)
    expect(onDock(world)).toBe(0)
  })
  it('[R8] an item that the delivery does not name is questioned, refused or taken, as the policy says', () => {
    const asking = at()
    expect(asking.anna.scan(scanOf.item(bowl))).toMatchObject({ verdict: 'ask', message: { key: 'ask.notHere' } })
    expect(onDock(asking.world, bowl)).toBe(0)
    asking.anna.scan(scanOf.item(bowl))
    expect(onDock(asking.world, bowl)).toBe(1)
    expect(asking.anna.judged.at(-1)?.effects.exceptions.map(e => e.kind)).toEqual(['unexpected_item'])
    expect(asking.anna.scan(scanOf.item(bowl)).verdict).toBe('ok')
    const lines = asking.world.linesOf(documentId('PO-1')).filter(line => line.item === bowl.id)
    expect(lines).toMatchObject([{ source: null, wanted: 0, done: 2, reason: 'UNEXPECTED' }])

    const no = at({ policy: { receive: { unexpected: 'no' } } })
    rejects(no.world, no.anna, () => no.anna.scan(scanOf.item(bowl)), 'rcv.notHere')
    const yes = at({ policy: { receive: { unexpected: 'yes' } } })
    expect(yes.anna.scan(scanOf.item(bowl)).verdict).toBe('ok')
  })
  it('[R9] a question is answered by the same code 800 ms later, begun anew by another, dropped by any other scan', () => {
    const { world, anna } = at()
    anna.scan(scanOf.item(bowl))
    expect(anna.scan(scanOf.item(bowl), 799).verdict).toBe('ask')
    expect(anna.scan(scanOf.item(bowl), 1).verdict).toBe('ok')
    anna.scan(scanOf.item(juice))
    expect(anna.prompt().confirm?.code).toBe('JUICE')
    rejects(world, anna, () => anna.scan(scanOf.place(a1)), 'rcv.placeNo')
    expect(anna.prompt().confirm?.code).toBe('JUICE')
    anna.scan(scanOf.item(mug))
    expect(anna.prompt().confirm).toBeNull()
    anna.scan(scanOf.item(juice))
    expect(anna.key('XCNAY').verdict).toBe('ok')
    expect(anna.prompt().confirm).toBeNull()
  })
  it('[R9] a question from before a battery change can still be answered', () => {
    const { anna } = at()
    anna.scan(scanOf.item(bowl), 60_000)
    anna.reload()
    expect(anna.scan(scanOf.item(bowl), 100).verdict).toBe('ask')
    expect(anna.scan(scanOf.item(bowl), 900).verdict).toBe('ok')
  })
  it('[R10] an unknown code is kept as it was read and work goes on', () => {
    const { world, anna } = at()
    const next = anna.scan(scanned('NEVER SEEN'))
    expect(next).toMatchObject({ verdict: 'unknown', message: { key: 'kept' } })
    expect(next.commands).toMatchObject([{ type: 'unmatched', scan: 'NEVER SEEN', document: documentId('PO-1') }])
    expect(anna.judged[0]?.effects).toMatchObject({
      movements: [],
      exceptions: [{ kind: 'unknown_code', subject: 'NEVER SEEN' }],
    })
    expect(anna.scan(scanOf.item(mug)).verdict).toBe('ok')
    expect(onDock(world)).toBe(1)
  })
  it('[PH20] a photo of a code that was kept tells it again with the photo, until other work is done', () => {
    const { anna } = at()
    anna.scan(scanned('NEVER SEEN'))
    expect(anna.prompt().keys.at(-1)).toMatchObject({ command: 'XCPHT' })
    const [one, two] = ['1'.repeat(64), '2'.repeat(64)]
    expect(anna.input({ kind: 'photo', sha: one })).toMatchObject({
      verdict: 'ok',
      message: { key: 'photo.kept', values: { n: 1 } },
      commands: [{ type: 'unmatched', scan: 'NEVER SEEN', document: documentId('PO-1'), photos: [one] }],
    })
    anna.reload()
    expect(anna.input({ kind: 'photo', sha: two }).commands).toMatchObject([{ photos: [one, two] }])
    expect(anna.judged.at(-1)?.effects).toMatchObject({
      exceptions: [{ kind: 'unknown_code', subject: 'NEVER SEEN', body: { photos: [one, two] } }],
    })
    expect(anna.prompt().facts).toMatchObject([{ label: 'fact.photos', value: '2' }])
    expect(anna.scan(scanOf.item(mug)).commands[0]).not.toHaveProperty('photos')
    expect(anna.input({ kind: 'photo', sha: one }).commands).toEqual([])
  })
  it('[PH21] a photo taken before the goods are scanned is named by their booking, and by that one only', () => {
    const { world, anna } = at()
    const shot = '3'.repeat(64)
    expect(anna.input({ kind: 'photo', sha: shot })).toMatchObject({ message: { key: 'photo.kept' }, commands: [] })
    expect(anna.prompt().facts).toMatchObject([{ label: 'fact.photos', value: '1' }])
    expect(anna.scan(scanOf.item(mug)).commands).toMatchObject([{ type: 'receive', photos: [shot] }])
    expect(anna.scan(scanOf.item(mug)).commands[0]).not.toHaveProperty('photos')
    expect(anna.number(3).commands[0]).not.toHaveProperty('photos')
    expect(onDock(world)).toBe(3)
    // Broken goods that are photographed before DAMAGED is said: the picture goes along.
    anna.input({ kind: 'photo', sha: shot })
    anna.key('XCDMG')
    anna.scan(scanOf.item(mug))
    anna.key('XCDNE')
    expect(anna.choose(1).commands).toMatchObject([{ type: 'receive', reason: 'DAMAGED', photos: [shot] }])
    expect(anna.scan(scanOf.item(mug)).commands[0]).not.toHaveProperty('photos')
    const fresh = workerAt(receive, world, { nothing: true })
    expect(fresh.input({ kind: 'photo', sha: shot })).toMatchObject({ verdict: 'wrong', message: { key: 'no.key' } })
  })
  it('[R11] a broken label is never guessed at, nor kept as an unknown code', () => {
    const { world, anna } = at()
    rejects(world, anna, () => anna.scan(bad('separatorLost')), 'label.separator', 'unknown')
    rejects(world, anna, () => anna.scan(bad('contradiction')), 'label.contradicts', 'unknown')
    rejects(world, anna, () => anna.scan(bad('unreadable')), 'label.bad', 'unknown')
    rejects(world, anna, () => anna.scan(bad('checkDigit')), 'unknown', 'unknown')
  })
  it('[R12] goods of another client are not taken on a delivery, and an ambiguous code is not guessed', () => {
    const { world, anna } = at()
    rejects(world, anna, () => anna.scan(scanOf.item(theirMug)), 'other.client')
    const each = scanOf.item(mug)
    const both = { ...each, readings: [...each.readings, ...scanOf.pack(mug, 'case', 12).readings] }
    rejects(world, anna, () => anna.scan(both), 'many', 'unknown')
    const shared = { ...each, readings: [...scanOf.item(theirMug).readings, ...each.readings] }
    expect(anna.scan(shared).commands[0]).toMatchObject({ client: one.id, item: mug.id })
    rejects(world, anna, () => anna.scan(scanOf.document('PO-1')), 'wrong.kind')
  })
})

describe('more than ordered', () => {
  const full = (receivePolicy: WorldSeed['policy']['receive']) => {
    const found = at(
      {
        policy: receivePolicy === undefined ? {} : { receive: receivePolicy },
        documents: [receiptOf('PO-7', [wants(mug, 7)])],
      },
      'PO-7',
    )
    found.anna.scan(scanOf.item(mug))
    return found
  }
  it('[R13] with block nothing passes what was ordered, by scan or by number', () => {
    const { world, anna } = full({ over: 'block', overPct: 50 })
    rejects(world, anna, () => anna.number(8), 'over')
    rejects(world, anna, () => anna.scan(scanOf.pack(mug, 'case', 12)), 'over')
    expect(anna.number(7).verdict).toBe('done')
    rejects(world, anna, () => anna.scan(scanOf.item(mug)), 'over')
    expect(onDock(world)).toBe(7)
  })
  it('[R13] with allow the percentage is rounded down to whole units', () => {
    const { world, anna } = full({ over: 'allow', overPct: 20 })
    rejects(world, anna, () => anna.number(9), 'over')
    expect(anna.number(8)).toMatchObject({ verdict: 'warn', message: { key: 'over.ok', values: { n: 1 } } })
    expect(anna.judged.at(-1)?.outcome).toBe('applied')
  })
  it('[R13] with allow and no percentage there is no limit', () => {
    expect(full({ over: 'allow', overPct: null }).anna.number(1000).verdict).toBe('warn')
  })
  it('[R13] with blockIfClosed a line that the ERP has closed takes nothing, an open one goes by its percentage', () => {
    const closed = receiptOf('PO-7', [{ ...wants(mug, 7), state: 'cancelled' }, wants(milk, 1)])
    const strict = at({ policy: { receive: { over: 'blockIfClosed', overPct: null } }, documents: [closed] }, 'PO-7')
    rejects(strict.world, strict.anna, () => strict.anna.scan(scanOf.item(mug)), 'over')
    const asking = at({ policy: { receive: { over: 'allow' } }, documents: [closed] }, 'PO-7')
    expect(asking.anna.scan(scanOf.item(mug)).message.key).toBe('ask.notHere')
    expect(full({ over: 'blockIfClosed', overPct: 0 }).anna.number(7).verdict).toBe('done')
  })
  it("[R13] a client's own policy counts before the warehouse's", () => {
    const clientPolicy = { receive: { over: 'allow' as const, overPct: 100 } }
    const { world, anna } = at({ clientPolicy, documents: [receiptOf('PO-7', [wants(mug, 7)])] }, 'PO-7')
    anna.scan(scanOf.item(mug))
    rejects(world, anna, () => anna.number(15), 'over')
    expect(anna.number(14).verdict).toBe('warn')
  })
})

describe('lot, date and serial', () => {
  const lotScan = (lot: string): Resolved => scanned(lot)
  it('[R14] one label fills item, lot and date; a known lot is booked at once', () => {
    const { world, anna } = at({ lots: [lotOf(milk, 'L1', '2026-12-31')] })
    expect(anna.scan(scanOf.item(milk, { lot: 'L1', expiry: '2026-12-31' })).commands).toHaveLength(1)
    expect(onDock(world, milk, { lot: 'L1' })).toBe(1)
  })
  it('[R14] what the label does not say is asked for one at a time, lot before date', () => {
    const { world, anna } = at()
    expect(anna.scan(scanOf.item(milk)).state.at).toBe('lot')
    expect(anna.prompt()).toMatchObject({ ask: { kind: 'lot' }, expects: ['lot'] })
    expect(anna.scan(lotScan('NEW')).message).toMatchObject({ key: 'ask.newLot', values: { lot: 'NEW' } })
    expect(anna.scan(lotScan('NEW')).state.at).toBe('expiry')
    rejects(world, anna, () => anna.type('31.02.2027'), 'date.bad')
    rejects(world, anna, () => anna.type('soon'), 'date.bad')
    expect(anna.type('270331').commands[0]).toMatchObject({ lot: 'NEW', expiry: '2027-03-31', qty: 1 })
    expect(world.lot(one.id, milk.id, 'NEW')).toMatchObject({ expiry: '2027-03-31', blocked: false })
    // The second unit of the lot needs neither question nor date.
    anna.scan(scanOf.item(milk))
    expect(anna.scan(lotScan('NEW')).commands).toHaveLength(1)
  })
  it('[R15] a new lot is questioned also when a label says it, and another lot begins the question anew', () => {
    const { world, anna } = at()
    const label = scanOf.item(milk, { lot: 'N1', expiry: '2027-01-01' })
    expect(anna.scan(label).message.key).toBe('ask.newLot')
    expect(anna.scan(scanOf.item(milk, { lot: 'N2', expiry: '2027-02-02' })).message.values).toEqual({ lot: 'N2' })
    expect(anna.scan(label).message.values).toEqual({ lot: 'N1' })
    expect(anna.scan(label).commands[0]).toMatchObject({ lot: 'N1', expiry: '2027-01-01' })
    expect(world.lot(one.id, milk.id, 'N2')).toBeUndefined()
  })
  it('[R15] one yes answers one question: goods that are not on the delivery and a new lot are asked for one after the other', () => {
    const { world, anna } = at({ documents: [receiptOf('PO-7', [wants(juice, 5)])] }, 'PO-7')
    const label = scanOf.item(milk, { lot: 'N1', expiry: '2027-01-01' })
    expect(anna.scan(label).message.key).toBe('ask.notHere')
    expect(anna.scan(label)).toMatchObject({ verdict: 'ask', message: { key: 'ask.newLot' }, commands: [] })
    expect(world.lot(one.id, milk.id, 'N1')).toBeUndefined()
    expect(anna.scan(label).commands[0]).toMatchObject({ lot: 'N1', expiry: '2027-01-01' })
  })
  it('[R15] the date of a lot that was not taken does not stick to the next one', () => {
    const { anna } = at()
    anna.scan(scanOf.item(milk))
    expect(anna.scan({ ...scanned('A'), fields: { lot: 'A', expiry: '2027-01-01' } }).verdict).toBe('ask')
    anna.scan(lotScan('B'))
    expect(anna.scan(lotScan('B')).state).toMatchObject({ at: 'expiry', hand: { lot: 'B', expiry: null } })
  })
  it('[R16] a lot number belongs to its item: the same number on another item is another lot', () => {
    const { anna } = at({ documents: [receiptOf('PO-7', [wants(juice, 5), wants(milk, 5)])] }, 'PO-7')
    // L1 is a lot of the milk; under the juice it is new.
    expect(anna.scan(scanOf.item(juice, { lot: 'L1', expiry: '2027-01-01' })).message.key).toBe('ask.newLot')
  })
  it('[R17] a code that means something else is no lot and no serial, unless it is a known lot of the item', () => {
    const { world, anna } = at({ lots: [lotOf(milk, 'A-01', '2027-01-01')] })
    anna.scan(scanOf.item(milk))
    rejects(world, anna, () => anna.scan(scanOf.item(milk)), 'wrong.kind')
    rejects(world, anna, () => anna.scan(scanOf.place(dock)), 'wrong.kind')
    // The lot of another item's label is not about the goods in hand.
    rejects(world, anna, () => anna.scan(scanOf.item(juice, { lot: 'J1' })), 'wrong.item')
    rejects(world, anna, () => anna.type('x'.repeat(41)), 'label.bad')
    rejects(world, anna, () => anna.scan(scanned('a\u001db')), 'label.bad')
    expect(anna.scan(scanOf.place(a1)).commands[0]).toMatchObject({ lot: 'A-01' })
  })
  it('[R18] a date that is over, too near or unlike the known one is refused, each at its edge', () => {
    const { world, anna } = at({ policy: { shelf: { acceptDays: 10 } }, lots: [lotOf(milk, 'L1', '2026-12-31')] })
    const label = (lot: string, expiry: string) => scanOf.item(milk, { lot, expiry })
    rejects(world, anna, () => anna.scan(label('N', '2026-11-22')), 'rcv.expired')
    rejects(world, anna, () => anna.scan(label('N', '2026-12-02')), 'rcv.shortLife')
    rejects(world, anna, () => anna.scan(label('L1', '2026-12-30')), 'rcv.lotDate')
    expect(anna.scan(label('N', '2026-12-03')).message.key).toBe('ask.newLot')
    const easy = at({ lots: [] })
    expect(easy.anna.scan(label('N', TODAY)).message.key).toBe('ask.newLot')
    easy.anna.scan(scanOf.item(milk))
    easy.anna.scan(lotScan('M'))
    easy.anna.scan(lotScan('M'))
    rejects(easy.world, easy.anna, () => easy.anna.type('2026-11-22'), 'rcv.expired')
    expect(easy.anna.key('XCBAK').state).toMatchObject({ at: 'line', hand: null })
  })
  it('[R18] goods that are older than what is here are taken with a note', () => {
    const { anna } = at()
    const label = scanOf.item(milk, { lot: 'OLD', expiry: '2026-12-01' })
    anna.scan(label)
    expect(anna.scan(label)).toMatchObject({
      verdict: 'warn',
      message: { key: 'older.stock', values: { place: 'A-02' } },
    })
  })
  it('[R19] serials are scanned one by one until the line is full; each is one unit whatever the box says', () => {
    const { world, anna } = at()
    expect(anna.scan(scanOf.pack(drill, 'case', 6)).state.at).toBe('serial')
    expect(anna.scan(scanned('N1')).commands[0]).toMatchObject({ serial: 'N1', qty: 1 })
    rejects(world, anna, () => anna.scan(scanned('N1')), 'dup', 'dup')
    expect(anna.state().at).toBe('serial')
    anna.scan(scanned('N2'))
    expect(anna.scan(scanned('N3'))).toMatchObject({ verdict: 'done', state: { at: 'line', hand: null } })
    rejects(world, anna, () => anna.scan(scanOf.item(drill, { serial: 'N4' })), 'over')
    rejects(world, anna, () => anna.number(2), 'first.item')
    expect(onDock(world, drill, { serial: 'N2' })).toBe(1)
  })
  it('[R19] between serials another item may come, and BACK leaves them', () => {
    const { world, anna } = at()
    anna.scan(scanOf.item(drill))
    rejects(world, anna, () => anna.scan(scanOf.place(a1)), 'wrong.kind')
    expect(anna.scan(scanOf.item(mug)).commands[0]).toMatchObject({ item: mug.id })
    anna.scan(scanOf.item(drill))
    const theirs = anna.scan(scanOf.item(vial, { serial: 'V1' }))
    expect(theirs.state).toMatchObject({ at: 'lot', hand: { item: vial.id } })
    expect(anna.key('XCBAK').state.at).toBe('line')
    rejects(world, anna, () => anna.key('XCBAK'), 'no.key')
  })
  it('[R20] a serial that the books have in another place is questioned; the yes books it and is an exception', () => {
    const { world, anna } = at()
    anna.scan(scanOf.item(drill))
    expect(anna.scan(scanned('S1')).message).toMatchObject({ key: 'ask.serialHere', values: { place: 'A-03' } })
    expect(onDock(world, drill, { serial: 'S1' })).toBe(0)
    expect(anna.scan(scanned('S1')).commands).toHaveLength(1)
    expect(anna.judged[0]?.effects.exceptions.map(e => e.kind)).toEqual(['serial_twice'])
  })
  it('[R21] an item with lot, date and serial is asked for all three, in this order', () => {
    const { anna } = at()
    const seen = [anna.scan(scanOf.item(vial)).state.at]
    anna.scan(lotScan('V'))
    seen.push(anna.scan(lotScan('V')).state.at, anna.type('2027-05-05').state.at)
    expect(seen).toEqual(['lot', 'expiry', 'serial'])
    expect(anna.scan(scanned('V1')).commands[0]).toMatchObject({ lot: 'V', expiry: '2027-05-05', serial: 'V1' })
    expect(anna.state()).toMatchObject({ at: 'serial', hand: { lot: 'V', serial: '' } })
  })
})

describe('the end, and no document', () => {
  it('[R22] DONE closes a full delivery; with a rest it takes DONE twice; with nothing it is refused', () => {
    const { world, anna } = at({ documents: [receiptOf('PO-7', [wants(mug, 2), wants(bowl, 1)])] }, 'PO-7')
    rejects(world, anna, () => anna.key('XCDNE'), 'rcv.nothing')
    anna.scan(scanOf.item(mug))
    expect(anna.key('XCDNE')).toMatchObject({ verdict: 'ask', message: { key: 'ask.rest', values: { n: 2 } } })
    expect(anna.key('XCDNE', 100).verdict).toBe('ask')
    anna.scan(scanOf.item(mug))
    expect(anna.key('XCDNE').message.values).toEqual({ n: 1 })
    const end = anna.key('XCDNE')
    expect(end).toMatchObject({ verdict: 'done', message: { key: 'closed' }, finished: true })
    expect(end.commands).toEqual([
      {
        type: 'close',
        process: 'receive',
        place: null,
        client: one.id,
        task: taskId('PO-7'),
        document: documentId('PO-7'),
      },
    ])
    expect(world.document(documentId('PO-7'))?.state).toBe('closed')
    expect(world.task(taskId('PO-7'))?.state).toBe('done')
    expect(anna.judged.at(-1)?.effects.messages).toEqual([
      { type: 'receipt', document: documentId('PO-7'), final: true },
    ])
  })
  it('[R22] a full delivery closes at the first DONE', () => {
    const { anna } = at({ documents: [receiptOf('PO-7', [wants(mug, 1)])] }, 'PO-7')
    anna.scan(scanOf.item(mug))
    expect(anna.key('XCDNE')).toMatchObject({ verdict: 'done', finished: true })
  })
  it('[R23] where the delivery was closed meanwhile, the worker is told and goes home', () => {
    const { world, anna } = at()
    anna.scan(scanOf.item(mug))
    const document = world.document(documentId('PO-1'))
    world.apply({ ...NOTHING, documents: [{ ...document!, state: 'closed' }] })
    expect(anna.scan(scanOf.item(mug))).toMatchObject({ message: { key: 'rcv.closed' }, finished: true, commands: [] })
  })
  it('[R24] NO DOCUMENT follows the policy: asked twice, at once, or not at all', () => {
    const begin = (blindReceipt: 'ask' | 'no' | 'yes') => {
      const world = demoWorld({ policy: { receive: { blindReceipt } } })
      return { world, anna: workerAt(receive, world, { nothing: true }) }
    }
    const no = begin('no')
    rejects(no.world, no.anna, () => no.anna.key('XCNDC'), 'no.key')
    expect(begin('yes').anna.key('XCNDC').state).toMatchObject({ at: 'line', blind: true })
    const { anna } = begin('ask')
    expect(anna.key('XCNDC').message.key).toBe('ask.blind')
    expect(anna.key('XCNDC').message.key).toBe('opened')
    expect(workerAt(receive, demoWorld(), { blind: true }).first.state.blind).toBe(true)
  })
  it('[R24] a receipt without document is made by its first command, on both sides alike, and closes like any other', () => {
    const world = demoWorld({ policy: { receive: { blindReceipt: 'yes' } } })
    const anna = workerAt(receive, world, { blind: true })
    const opened = anna.first.message.values['no']
    anna.scan(scanOf.item(bowl))
    anna.scan(scanOf.item(mug))
    rejects(world, anna, () => anna.scan(scanOf.item(theirMug)), 'other.client')
    const id = anna.state().document!
    expect(world.document(id)).toMatchObject({ kind: 'receipt', blind: true, client: one.id, number: opened })
    expect(world.linesOf(id).map(line => [line.item, line.done])).toEqual([
      [bowl.id, 1],
      [mug.id, 1],
    ])
    expect(anna.judged.map(j => j.outcome)).toEqual(['applied', 'applied'])
    expect(world.taskOf(id)).toMatchObject({ kind: 'receive', state: 'started' })
    expect(anna.key('XCDNE')).toMatchObject({ finished: true })
    expect(world.document(id)?.state).toBe('closed')
  })
  it('[R25] every state is plain text: written down and read back it asks the same', () => {
    const { anna } = at()
    const steps = [
      () => anna.scan(scanOf.item(milk)),
      () => anna.scan(lotScanNew),
      () => anna.scan(lotScanNew),
      () => anna.type('2027-01-01'),
      () => anna.scan(scanOf.item(drill)),
      () => anna.scan(scanned('N1')),
    ]
    for (const act of steps) {
      act()
      const before = anna.prompt()
      expect(JSON.parse(JSON.stringify(anna.state()))).toEqual(anna.state())
      anna.reload()
      expect(anna.prompt()).toEqual(before)
    }
  })
})
const lotScanNew = scanned('NEW')
