import { describe, expect, it } from 'vitest'
import { derivedId, NO_LPN } from '../ids.ts'
import { stockKeyText } from '../ledger/stock.ts'
import type { StockRow } from '../ledger/stock.ts'
import type { World } from '../ledger/world.ts'
import { makeLabel } from '../scan/own-label.ts'
import {
  a1,
  a2,
  a3,
  allRows,
  booker,
  bowl,
  closedDock,
  countTaskOf,
  demoSeed,
  demoWorld,
  device,
  drill,
  juice,
  milk,
  mug,
  one,
  otherDevice,
  row,
  scanned,
  scanOf,
  taskId,
  theirMug,
  tote1,
  unbalanced,
  virtual,
  warehouse,
  worker,
  workerAt,
} from '../../test/support/world.ts'
import type { WorldSeed } from '../../test/support/world.ts'
import { NOTHING } from '../ledger/effects.ts'
import type { Effects } from '../ledger/effects.ts'
import { count } from './count.ts'
import { lpnId } from './lpn.ts'

const counter = { ...worker, roles: ['counter' as const] }
const LABEL = makeLabel('XP', '0009')
const PALLET = lpnId(warehouse, LABEL)

const at = (world: World, start: Parameters<typeof count.start>[0] = { nothing: true }, who = counter) =>
  workerAt(count, world, start, device, who)
type Counter = ReturnType<typeof at>

const guided = (over: Partial<WorldSeed> = {}, more: Parameters<typeof countTaskOf>[2] = {}, place = a1) => {
  const world = demoWorld({ ...over, tasks: [countTaskOf('CNT-1', place, more)] })
  const anna = at(world, { task: taskId('CNT-1') })
  anna.scan(scanOf.place(place))
  return { world, anna }
}
const spot = (over: Partial<WorldSeed> = {}, place = a1) => {
  const world = demoWorld(over)
  const anna = at(world)
  anna.scan(scanOf.place(place))
  return { world, anna }
}

/** What was stated, as "sku lot serial status pallet = units (look)". */
const stated = (anna: Counter): string[] =>
  anna.judged.flatMap(({ effects }) =>
    effects.observations.map(({ key, seen, attempt }) =>
      [
        skus.get(key.item),
        key.lot,
        key.serial,
        key.status === 'available' ? '' : key.status,
        key.lpn === NO_LPN ? '' : 'on pallet',
        `= ${seen} (${attempt})`,
      ]
        .filter(Boolean)
        .join(' '),
    ),
  )
const skus = new Map([mug, bowl, milk, juice, drill, theirMug].map(item => [item.id, item.sku]))
const moved = (anna: Counter): Effects['movements'] => anna.judged.flatMap(({ effects }) => effects.movements)
const closedBy = (anna: Counter): number => anna.judged.flatMap(({ effects }) => effects.closedCounts).length
const said = (anna: Counter) => anna.prompt().ask.message.key

/** Rejected: the place is kept, nothing is said or booked. */
const refuses = (world: World, anna: Counter, input: Parameters<Counter['input']>[0], key: string): void => {
  const before = JSON.stringify([anna.state(), allRows(world), anna.judged.length])
  const next = anna.input(input)
  expect([next.message.key, ['wrong', 'unknown', 'dup'].includes(next.verdict)]).toEqual([key, true])
  expect(JSON.stringify([anna.state(), allRows(world), anna.judged.length])).toBe(before)
}
const scan = (resolved: Parameters<Counter['scan']>[0]) => ({ kind: 'scan' as const, resolved })

describe('C1 the place', () => {
  it('[C1] the place of the task opens the count; another one, a closed or a virtual one does not', () => {
    const world = demoWorld({ tasks: [countTaskOf('CNT-1', a1)] })
    const anna = at(world, { task: taskId('CNT-1') })
    refuses(world, anna, scan(scanOf.place(a2)), 'wrong.place')
    refuses(world, anna, scan(scanOf.item(mug)), 'wrong.kind')
    expect(anna.scan(scanOf.place(a1))).toMatchObject({ verdict: 'ok', message: { key: 'count.begun' } })
    const free = at(world)
    refuses(world, free, scan(scanOf.place(closedDock)), 'place.closed')
    refuses(world, free, scan(scanOf.place(virtual('customer'))), 'place.closed')
    expect(free.scan(scanOf.place(tote1)).verdict).toBe('ok')
  })

  it('[C2] a spot count is begun anywhere by any counter; a task that is ours at the place is taken up', () => {
    const { anna } = spot()
    expect(anna.state()).toMatchObject({ task: null, mode: 'spot', at: 'goods' })
    const ours = at(demoWorld({ tasks: [countTaskOf('CNT-1', a1)] }))
    ours.scan(scanOf.place(a1))
    expect(ours.state()).toMatchObject({ task: taskId('CNT-1'), mode: 'guided' })
    const theirs = countTaskOf('CNT-1', a1, {}, { lease: { device: otherDevice, worker: null } })
    const beside = at(demoWorld({ tasks: [theirs] }))
    beside.scan(scanOf.place(a1))
    expect(beside.state().task).toBeNull()
  })

  it('[C24] a spot count beside a blind one of another handheld, or one that waits, does not say what is right', () => {
    const again = (tasks: WorldSeed['tasks']) => {
      const { anna } = spot({ tasks: tasks ?? [] })
      anna.scan(scanOf.item(mug))
      anna.number(29)
      const { hidden } = anna.state()
      anna.key('XCDNE')
      return [hidden, anna.state().at === 'again']
    }
    const blind = { mode: 'blind' as const, hidden: true }
    const theirs = { lease: { device: otherDevice, worker: null } }
    expect(again([])).toEqual([false, true])
    expect(again([countTaskOf('CNT-1', a1, blind, theirs)])).toEqual([true, false])
    expect(again([countTaskOf('CNT-1', a1, blind, { state: 'ready', lease: null })])).toEqual([true, false])
    expect(again([countTaskOf('CNT-1', a2, blind, theirs)])).toEqual([false, true])
    expect(again([countTaskOf('CNT-1', a1, blind, { ...theirs, state: 'done' })])).toEqual([false, true])
  })

  it('[C3] a recount is not for somebody who has counted; a count that is over is not opened', () => {
    const barred = demoWorld({ tasks: [countTaskOf('CNT-1', a1, { notBy: [counter.id], mode: 'recount' })] })
    expect(at(barred, { task: taskId('CNT-1') }).first).toMatchObject({
      verdict: 'wrong',
      message: { key: 'count.notYou' },
    })
    const over = demoWorld({ tasks: [countTaskOf('CNT-1', a1, {}, { state: 'done' })] })
    expect(at(over, { task: taskId('CNT-1') }).first).toMatchObject({
      verdict: 'wrong',
      message: { key: 'count.over' },
    })
  })

  it('[C4] under count.freeze a place where picking goes on is not counted', () => {
    const seed = demoSeed()
    const begun = seed.documents.map(one => ({ ...one, task: { ...one.task, state: 'started' as const } }))
    const world = demoWorld({ policy: { count: { freeze: true } }, documents: begun })
    refuses(world, at(world), scan(scanOf.place(a1)), 'count.frozen')
    const open = demoWorld({ documents: begun })
    expect(at(open).scan(scanOf.place(a1)).verdict).toBe('ok')
  })
})

describe('C2 the goods', () => {
  it('[C5] scans add, a number sets, 0 is 0; the statement is made when the row is left, at its last scan', () => {
    const { anna } = spot()
    anna.scan(scanOf.item(mug))
    anna.scan(scanOf.pack(mug, 'case', 12))
    expect(anna.prompt().hero.value).toBe('13')
    anna.number(30)
    expect([stated(anna), anna.prompt().hero.value]).toEqual([[], '30'])
    const counted = anna.state().row?.takenAt
    anna.scan(scanOf.item(bowl))
    expect(stated(anna)).toEqual(['MUG = 30 (1)'])
    expect(anna.judged[0]?.effects.observations[0]).toMatchObject({ typed: true, mode: 'spot' })
    expect(counted).toBeDefined()
    anna.number(0)
    anna.key('XCDNE')
    expect(stated(anna)).toEqual(['MUG = 30 (1)', 'BOWL = 0 (1)'])
    expect(moved(anna)).toEqual([])
  })

  it('[C5] whoever comes back to a row goes on where it was left', () => {
    const { anna } = spot()
    for (const item of [mug, mug, bowl, mug]) anna.scan(scanOf.item(item))
    expect(anna.prompt().hero.value).toBe('3')
    anna.key('XCDNE')
    expect(stated(anna)).toEqual(['MUG = 2 (1)', 'BOWL = 1 (1)', 'MUG = 3 (1)'])
  })

  it('[C6] a number without goods, a negative one or a fraction is refused', () => {
    const { world, anna } = spot()
    refuses(world, anna, { kind: 'number', value: 5 }, 'first.item')
    anna.scan(scanOf.item(mug))
    for (const value of [-1, 1.5, 1_000_000_001]) refuses(world, anna, { kind: 'number', value }, 'qty.bad')
  })

  it('[C7] a lot is asked for once; a new one is agreed to by a second scan and asked for its date', () => {
    const { world, anna } = spot({}, a2)
    anna.scan(scanOf.item(milk))
    expect(said(anna)).toBe('scan.lot')
    refuses(world, anna, scan(scanOf.place(a3)), 'wrong.kind')
    anna.scan(scanned('L1'))
    anna.scan(scanOf.item(milk))
    expect(anna.prompt().hero.value).toBe('2')
    expect(anna.scan(scanOf.item(milk, { lot: 'NEW' }))).toMatchObject({
      verdict: 'ask',
      message: { key: 'ask.newLot' },
    })
    expect(stated(anna)).toEqual([])
    anna.scan(scanOf.item(milk, { lot: 'NEW' }))
    expect(said(anna)).toBe('scan.expiry')
    anna.type('31.03.2027')
    anna.key('XCDNE')
    expect(stated(anna)).toEqual(['MILK L1 = 2 (1)', 'MILK NEW = 1 (1)'])
    expect(world.lot(milk.client, milk.id, 'NEW')).toMatchObject({ expiry: '2027-03-31' })
    const again = spot({}, a2)
    refuses(again.world, again.anna, scan(scanOf.item(milk, { lot: 'L1', expiry: '2027-09-09' })), 'rcv.lotDate')
  })

  it('[C8] each serial is a row of one; twice is a duplicate; a strange one is agreed to by a second scan', () => {
    const { world, anna } = spot({}, a3)
    anna.scan(scanned('S1'))
    anna.scan(scanned('S2'))
    refuses(world, anna, scan(scanned('S2')), 'dup')
    refuses(world, anna, scan(scanned('S1')), 'dup')
    expect(anna.scan(scanned('S9'))).toMatchObject({ verdict: 'ask', message: { key: 'count.newSerial' } })
    anna.scan(scanned('S9'))
    refuses(world, anna, { kind: 'number', value: 2 }, 'which.serial')
    anna.key('XCDNE')
    expect(stated(anna)).toEqual(['DRILL S1 = 1 (1)', 'DRILL S2 = 1 (1)', 'DRILL S9 = 1 (1)'])
    const elsewhere = spot({}, a1)
    elsewhere.anna.scan(scanOf.item(drill))
    expect(elsewhere.anna.scan(scanned('S3'))).toMatchObject({ verdict: 'ask', message: { key: 'ask.serialHere' } })
  })

  it('[C9] goods that the books do not have here are added; goods of several states are asked for theirs', () => {
    const { anna } = spot({}, a3)
    anna.scan(scanOf.item(bowl))
    anna.key('XCDNE')
    expect(stated(anna)).toEqual(['BOWL = 1 (1)'])
    const mixed = spot({ stock: [...demoSeed().stock, row(mug, a1, 2, { status: 'damaged' })] })
    mixed.anna.scan(scanOf.item(mug))
    expect([said(mixed.anna), mixed.anna.prompt().choices.map(one => one.value)]).toEqual([
      'which.status',
      ['available', 'damaged'],
    ])
    mixed.anna.choose(2)
    mixed.anna.key('XCDNE')
    expect(stated(mixed.anna)).toEqual(['MUG damaged = 1 (1)'])
  })

  it('[C10] a code of two clients means the goods that are booked here; goods of others are refused', () => {
    const code = scanned('MUG', [
      { kind: 'item', client: one.id, item: mug.id, packaging: null, quantity: 1 },
      { kind: 'item', client: theirMug.client, item: theirMug.id, packaging: null, quantity: 1 },
    ])
    const both = spot()
    refuses(both.world, both.anna, scan(code), 'many')
    const ours = spot({ stock: demoSeed().stock.filter(one => one.item !== theirMug.id) })
    ours.anna.scan(code)
    expect(ours.anna.state().row?.key.client).toBe(one.id)
    const world = demoWorld()
    const anna = at(world, { nothing: true }, { ...counter, clients: [one.id] })
    anna.scan(scanOf.place(a1))
    refuses(world, anna, scan(scanOf.item(theirMug)), 'other.client')
  })

  it('[C11] a count of one item takes no other', () => {
    const { world, anna } = guided({}, { item: mug.id })
    refuses(world, anna, scan(scanOf.item(bowl)), 'wrong.item')
    anna.scan(scanOf.item(mug))
    anna.number(30)
    expect(anna.key('XCDNE')).toMatchObject({ verdict: 'done', finished: true })
  })

  it('[C12] EMPTY says 0 of all that is booked here, unless goods were counted', () => {
    const { world, anna } = guided()
    anna.key('XCMPT')
    expect(stated(anna)).toEqual(['MUG = 0 (1)', 'MUG = 0 (1)'])
    expect(anna.key('XCDNE')).toMatchObject({ verdict: 'done', finished: true })
    const full = guided()
    full.anna.scan(scanOf.item(mug))
    refuses(full.world, full.anna, { kind: 'key', command: 'XCMPT' }, 'count.empty')
    expect(world.task(taskId('CNT-1'))?.state).toBe('done')
  })
})

describe('pallets', () => {
  const standing = (place = a1, qty = 9): Partial<WorldSeed> => ({
    stock: [...demoSeed().stock, row(mug, place, qty, { lpn: PALLET })],
  })
  const pallet = scanned(LABEL, [{ kind: 'lpn', lpn: PALLET, client: one.id }])

  it('[C13] a pallet that is here is opened: with one row on it a number is enough, the place again closes it', () => {
    const { world, anna } = spot(standing())
    expect(anna.scan(pallet)).toMatchObject({ verdict: 'ok', message: { key: 'count.lpn' } })
    refuses(world, anna, scan(pallet), 'dup')
    anna.number(9)
    anna.scan(scanOf.place(a1))
    anna.scan(scanOf.item(mug))
    anna.key('XCDNE')
    expect(stated(anna)).toEqual(['MUG on pallet = 9 (1)', 'MUG = 1 (1)'])
  })

  it('[C14] example E: a pallet that is booked elsewhere is moved by a second scan, never lost there and found here', () => {
    const { world, anna } = spot(standing(a2), a3)
    const before = allRows(world).reduce(
      (sum, one) => sum + (one.item === mug.id && one.onHand > 0 ? one.onHand : 0),
      0,
    )
    expect(anna.scan(pallet)).toMatchObject({
      verdict: 'ask',
      message: { key: 'count.lpnHere', values: { place: a2.code } },
    })
    expect(anna.judged).toEqual([])
    anna.scan(pallet)
    anna.number(9)
    anna.key('XCDNE')
    expect(moved(anna).map(m => [m.from.location, m.to.location, m.qty])).toEqual([[a2.id, a3.id, 9]])
    expect(stated(anna)).toEqual(['MUG on pallet = 9 (1)'])
    expect(world.stock({ ...row(mug, a3, 0, { lpn: PALLET }) }).onHand).toBe(9)
    expect(allRows(world).reduce((sum, one) => sum + (one.item === mug.id && one.onHand > 0 ? one.onHand : 0), 0)).toBe(
      before,
    )
    expect(unbalanced(allRows(world))).toEqual([])
  })

  it('[C15] a new pallet is agreed to by a second scan and gets its label; goods on several pallets ask for theirs', () => {
    const { world, anna } = spot({}, a3)
    const fresh = scanned(makeLabel('XP', '0077'))
    expect(anna.scan(fresh)).toMatchObject({ verdict: 'ask', message: { key: 'ask.newLpn' } })
    anna.scan(fresh)
    anna.scan(scanOf.item(bowl))
    anna.key('XCDNE')
    expect(stated(anna)).toEqual(['BOWL on pallet = 1 (1)'])
    expect(world.lpn(lpnId(warehouse, fresh.scan.text))?.label).toBe(fresh.scan.text)
    const two = [PALLET, lpnId(warehouse, 'other')].map(lpn => row(bowl, a1, 3, { lpn }))
    const many = spot({ stock: [...demoSeed().stock, ...two] })
    refuses(many.world, many.anna, scan(scanOf.item(bowl)), 'which.lpn')
  })
})

describe('codes that nobody knows', () => {
  it('[C16] are kept with the place and settled or sent before it is closed', () => {
    const { world, anna } = spot()
    expect(anna.scan(scanned('???'))).toMatchObject({ verdict: 'warn', message: { key: 'count.kept' } })
    refuses(world, anna, scan(scanned('???')), 'dup')
    anna.input({ kind: 'photo', sha: 'a'.repeat(64) })
    anna.scan(scanned('!!!'))
    anna.scan(scanOf.item(mug))
    anna.number(30)
    expect(anna.key('XCDNE')).toMatchObject({ verdict: 'warn', message: { key: 'count.unmatched', values: { n: 2 } } })
    anna.choose(2)
    expect(anna.state().unmatched.map(one => one.scan)).toEqual(['???'])
    expect(anna.key('XCDNE')).toMatchObject({ verdict: 'done' })
    const unknown = anna.judged.flatMap(({ effects }) => effects.exceptions)
    expect(unknown).toMatchObject([
      { kind: 'unknown_code', subject: '???', body: { place: a1.id, photos: ['a'.repeat(64)] } },
    ])
    expect(closedBy(anna)).toBe(1)
  })

  it('[PH28] five photos of a row or a code, each picture once; the sixth is told', () => {
    const sha = (n: number) => ({ kind: 'photo' as const, sha: `${n}`.repeat(64) })
    const { world, anna } = spot()
    refuses(world, anna, sha(1), 'no.key')
    anna.scan(scanned('???'))
    const five = [1, 1, 2, 3, 4, 5, 5].map(n => anna.input(sha(n)).message.key)
    expect(five).toEqual(Array(7).fill('count.photo'))
    expect(anna.state().unmatched[0]?.photos).toHaveLength(5)
    refuses(world, anna, sha(6), 'no.key')
    anna.scan(scanOf.item(mug))
    for (const n of [1, 1, 2, 3, 4, 5, 5]) anna.input(sha(n))
    expect(anna.state().row?.photos).toHaveLength(5)
    refuses(world, anna, sha(6), 'no.key')
  })

  it('[C17] a label that cannot be trusted is refused, neither kept nor guessed at', () => {
    const { world, anna } = spot()
    refuses(world, anna, scan({ ...scanned('01...'), problem: 'separatorLost' }), 'label.separator')
    refuses(world, anna, scan({ ...scanned('x'), problem: 'contradiction' }), 'label.contradicts')
  })
})

describe('C3 closing', () => {
  it('[C18] guided: what was not named is asked for; "not counted" is no statement', () => {
    const { anna } = guided({}, {}, a2)
    anna.scan(scanOf.item(milk, { lot: 'L1' }))
    anna.number(10)
    anna.key('XCDNE')
    expect([said(anna), anna.prompt().hero.value]).toEqual(['count.none', milk.name])
    anna.choose(1)
    expect(said(anna)).toBe('count.none')
    expect(anna.choose(2)).toMatchObject({ verdict: 'done', finished: true })
    expect(stated(anna)).toEqual(['MILK L1 = 10 (1)', 'MILK L2 = 0 (1)'])
  })

  it('[C18] what turns up while it is asked for is simply counted', () => {
    const { anna } = guided()
    anna.key('XCDNE')
    expect(said(anna)).toBe('count.none')
    anna.scan(scanOf.item(mug))
    anna.number(30)
    anna.key('XCDNE')
    anna.key('XCSKP')
    expect(stated(anna)).toEqual(['MUG = 30 (1)'])
  })

  it('[C19] spot: what was not named is not asked for; nothing stated leaves no trace', () => {
    const { anna } = spot()
    expect(anna.key('XCDNE')).toMatchObject({ verdict: 'done', commands: [], finished: false })
    expect(anna.state()).toMatchObject({ at: 'place', location: null })
  })

  it('[C19] blind: a whole place is counted to its end by count.fullLocation, one item is not', () => {
    const hidden = (over: object) =>
      guided({ policy: { count: { fullLocation: true } } }, { mode: 'blind', hidden: true, ...over })
    const whole = hidden({}).anna
    whole.key('XCDNE')
    expect(said(whole)).toBe('count.none')
    expect(hidden({ item: mug.id }).anna.key('XCDNE')).toMatchObject({ verdict: 'done', finished: true })
    const free = guided({ policy: { count: { fullLocation: false } } }, { mode: 'blind', hidden: true }).anna
    expect(free.key('XCDNE')).toMatchObject({ verdict: 'done', finished: true })
  })

  it('[C20] the next place closes this one and opens itself; one that cannot be counted closes nothing', () => {
    const { world, anna } = spot()
    anna.scan(scanOf.item(mug))
    refuses(world, anna, scan(scanOf.place(closedDock)), 'place.closed')
    expect(anna.scan(scanOf.place(a2))).toMatchObject({ verdict: 'warn', message: { key: 'count.again' } })
    anna.number(30)
    expect(anna.scan(scanOf.place(a2))).toMatchObject({
      verdict: 'done',
      message: { key: 'count.placeDone', values: { place: a1.code, n: 1 } },
    })
    expect(anna.state()).toMatchObject({ at: 'goods', location: a2.id, seen: [] })
    expect([stated(anna), closedBy(anna)]).toEqual([['MUG = 1 (1)', 'MUG = 30 (2)'], 1])
  })

  it('[C21] a count that was called off or finished elsewhere ends: a row that is left is said, one that goes on is not', () => {
    const over = (input: Parameters<Counter['input']>[0]): string[] => {
      const { world, anna } = guided()
      anna.scan(scanOf.item(mug))
      const task = world.task(taskId('CNT-1'))!
      world.apply({ ...NOTHING, tasks: [{ ...task, state: 'cancelled' }] })
      expect(anna.input(input)).toMatchObject({ finished: true, message: { key: 'count.over' } })
      return stated(anna)
    }
    expect(over(scan(scanOf.item(bowl)))).toEqual(['MUG = 1 (1)'])
    expect(over(scan(scanOf.place(a2)))).toEqual(['MUG = 1 (1)'])
    expect(over(scan(scanOf.item(mug)))).toEqual([])
    expect(over({ kind: 'number', value: 12 })).toEqual([])
    expect(over(scan(scanned('?')))).toEqual([])
  })
})

describe('C4 once more', () => {
  it('[C22] where figures can be seen the handheld asks for another look at once, in neutral words, from nothing', () => {
    const { anna } = guided({}, { item: mug.id })
    anna.scan(scanOf.item(mug))
    anna.number(28)
    expect(anna.key('XCDNE')).toMatchObject({
      verdict: 'warn',
      message: { key: 'count.again', values: { item: mug.name } },
    })
    const prompt = anna.prompt()
    const lines = prompt.lines.map(({ done, wanted }) => [done, wanted])
    expect(JSON.stringify([prompt.ask, prompt.hero, lines, prompt.facts])).not.toMatch(/28|30/)
    anna.scan(scanOf.item(mug))
    expect(anna.prompt().hero.value).toBe('1')
    anna.number(27)
    expect(anna.key('XCDNE')).toMatchObject({ verdict: 'done', finished: true })
    expect(stated(anna)).toEqual(['MUG = 28 (1)', 'MUG = 27 (2)'])
  })

  it('[C22] a count that agrees is not asked for again; DONE once more keeps the last number; again: 0 never asks', () => {
    const right = guided({}, { item: mug.id }).anna
    right.scan(scanOf.item(mug))
    right.number(30)
    expect(right.key('XCDNE').verdict).toBe('done')
    const firm = guided({}, { item: mug.id }).anna
    firm.scan(scanOf.item(mug))
    firm.key('XCDNE')
    expect(firm.key('XCDNE')).toMatchObject({ verdict: 'done', finished: true })
    expect(stated(firm)).toEqual(['MUG = 1 (1)'])
    const never = guided({ policy: { count: { again: 0 } } }, { item: mug.id }).anna
    never.scan(scanOf.item(mug))
    expect(never.key('XCDNE').verdict).toBe('done')
  })

  it('[C23] where figures are hidden the server asks: the prompt comes next when nothing is in hand', () => {
    const { world, anna } = guided({}, { item: mug.id, mode: 'blind', hidden: true })
    anna.scan(scanOf.item(mug))
    anna.number(28)
    anna.scan(scanOf.place(a1))
    expect(said(anna)).toBe('count.next')
    const task = world.task(taskId('CNT-1'))!
    const { client, item, lot, serial, lpn, status } = row(mug, a1, 0)
    const again = [{ client, item, lot, serial, lpn, status, attempt: 2 }]
    world.apply({ ...NOTHING, tasks: [{ ...task, count: { ...task.count!, again } }] })
    expect([said(anna), JSON.stringify(anna.prompt()).includes('28')]).toEqual(['count.again', true])
    anna.number(29)
    expect(anna.key('XCDNE')).toMatchObject({ verdict: 'done', finished: true })
    expect(stated(anna)).toEqual(['MUG = 28 (1)', 'MUG = 29 (2)'])
  })

  it('[C24] blind: no figure of the books is on the screen, in any state', () => {
    const seed = { stock: [row(mug, a1, 7919, {})], documents: [] }
    const { anna } = guided(seed, { mode: 'blind', hidden: true })
    const shown = (): string => JSON.stringify(anna.prompt())
    const seen = [shown()]
    anna.scan(scanOf.item(mug))
    seen.push(shown())
    anna.key('XCDNE')
    seen.push(shown())
    expect(seen.filter(text => text.includes('7919'))).toEqual([])
    const open = guided(seed).anna
    expect(JSON.stringify(open.prompt())).toContain('7919')
  })
})

describe('total first', () => {
  it('[C25] a total that is right confirms every lot; one that is not asks for each', () => {
    const right = guided({}, { mode: 'total', item: milk.id }, a2).anna
    right.scan(scanOf.item(milk))
    right.number(20)
    expect(right.key('XCDNE')).toMatchObject({ verdict: 'done', finished: true })
    expect(stated(right)).toEqual(['MILK L1 = 10 (1)', 'MILK L2 = 10 (1)'])
    const wrong = guided({}, { mode: 'total', item: milk.id }, a2).anna
    wrong.scan(scanOf.item(milk))
    wrong.number(19)
    expect(wrong.key('XCDNE')).toMatchObject({ verdict: 'warn', message: { key: 'count.detail' } })
    wrong.scan(scanOf.item(milk, { lot: 'L1' }))
    wrong.number(9)
    expect(stated(wrong)).toEqual([])
    wrong.scan(scanOf.item(milk, { lot: 'L2' }))
    wrong.number(10)
    wrong.key('XCDNE')
    wrong.key('XCDNE')
    expect(stated(wrong)).toEqual(['MILK L1 = 9 (1)', 'MILK L2 = 10 (1)'])
  })
})

describe('crash, undo and the books', () => {
  it('[C26] the row in hand survives a battery change in every state', () => {
    const { anna } = guided({}, {}, a2)
    const states: string[] = []
    const check = (): void => {
      const before = JSON.stringify(anna.prompt())
      anna.reload()
      expect(JSON.stringify(anna.prompt())).toBe(before)
      states.push(anna.state().at)
    }
    check()
    anna.scan(scanOf.item(milk))
    check()
    anna.scan(scanned('L1'))
    check()
    anna.number(9)
    anna.scan(scanned('???'))
    anna.key('XCDNE')
    check()
    anna.number(9)
    anna.key('XCDNE')
    check()
    anna.key('XCDNE')
    check()
    expect(states).toEqual(['goods', 'lot', 'goods', 'again', 'unmatched', 'missing'])
  })

  it('[C27] a statement books nothing, takes the task on and names who took it; the same on both sides', () => {
    const world = demoWorld({ tasks: [countTaskOf('CNT-1', a1)] })
    const before = JSON.stringify(allRows(world))
    const anna = at(world, { task: taskId('CNT-1') })
    anna.scan(scanOf.place(a1))
    anna.scan(scanOf.item(mug))
    anna.scan(scanOf.item(bowl))
    expect(world.task(taskId('CNT-1'))).toMatchObject({ state: 'started', lease: { device } })
    expect(JSON.stringify(allRows(world))).toBe(before)
    const late = demoWorld({ tasks: [countTaskOf('CNT-1', a1, {}, { lease: { device: otherDevice, worker: null } })] })
    const judged = booker(late)(observedOf(row(mug, a1, 0), 3))
    expect(judged.effects.exceptions.map(e => e.kind)).toEqual(['lease_lost'])
  })

  it('[C28] a statement about a virtual or unknown place is quarantined; an inactive place is an exception', () => {
    const world = demoWorld()
    const book = booker(world)
    expect(book(observedOf(row(mug, virtual('supplier'), 0), 1)).outcome).toBe('quarantined')
    expect(book(observedOf({ ...row(mug, a1, 0), location: derivedId('location', 'nowhere') }, 1)).outcome).toBe(
      'quarantined',
    )
    expect(book(observedOf(row(mug, closedDock, 0), 1)).effects.exceptions.map(e => e.kind)).toEqual([
      'forbidden_place',
    ])
    expect(
      book({ ...observedOf(row(milk, a2, 0, { lot: 'L1' }), 1), expiry: '2030-01-01' }).effects.exceptions.map(
        e => e.kind,
      ),
    ).toEqual(['lot_date'])
  })

  it('[C29] statements, unknown codes and pallets that were fetched are taken back, once', () => {
    const world = demoWorld({ stock: [...demoSeed().stock, row(mug, a2, 9, { lpn: PALLET })] })
    const before = JSON.stringify(allRows(world).filter(one => one.onHand !== 0))
    const book = booker(world)
    const act = observedOf(row(mug, a1, 0), 3)
    book(act)
    const undo = { type: 'undo' as const, client: act.client, of: { epoch: 'epoch0000001', seq: 1 }, act }
    expect(book(undo).effects.undone).toMatchObject([{ seq: 1 }])
    expect(book(undo).effects.undone).toEqual([])
    const fetched = {
      type: 'lpn.move' as const,
      process: 'count' as const,
      client: one.id,
      lpn: PALLET,
      label: LABEL,
      task: null,
      fromPlace: a2.id,
      toPlace: a1.id,
    }
    book(fetched)
    book({ type: 'undo', client: one.id, of: { epoch: 'epoch0000001', seq: 4 }, act: fetched })
    expect(JSON.stringify(allRows(world).filter(one => one.onHand !== 0))).toBe(before)
  })
})

const observedOf = (key: StockRow, qty: number) => ({
  type: 'count.observed' as const,
  client: key.client,
  item: key.item,
  lot: key.lot,
  serial: key.serial,
  count: derivedId<'count'>('count', stockKeyText(key)),
  task: taskId('CNT-1'),
  place: { location: key.location, lpn: key.lpn, status: key.status },
  attempt: 1,
  mode: 'guided' as const,
  qty,
  typed: false,
  expiry: null as string | null,
})
