import { describe, expect, it } from 'vitest'
import type { Task } from '../catalogue.ts'
import { looseAt } from '../ledger/world.ts'
import type { Act } from '../sync/act.ts'
import type { Draft } from '../sync/command.ts'
import {
  a1,
  a3,
  allRows,
  booker,
  bowl,
  demoSeed,
  demoWorld,
  documentId,
  lineId,
  mug,
  one,
  orderOf,
  otherDevice,
  row,
  scanOf,
  taskId,
  theirMug,
  tote1,
  tote2,
  unbalanced,
  wants,
  workerAt,
  wrongReserved,
} from '../../test/support/world.ts'
import { putback } from './putback.ts'
import { isWaiting, putBackTask } from './putback-task.ts'

const inTote = row(mug, tote1, 4)
const bowls = row(bowl, tote1, 2)
const cancelled = orderOf(
  'SO-9',
  [
    { ...wants(mug, 6, [inTote, 4]), done: 4, state: 'cancelled' },
    { ...wants(bowl, 2, [bowls, 2]), done: 2, state: 'cancelled' },
  ],
  { state: 'cancelled', lease: null, tote: tote1.id },
  { state: 'cancelled' },
)
const goodsOf = (no: number, item: typeof mug, qty: number) => ({
  client: one.id,
  document: documentId('SO-9'),
  line: lineId('SO-9', no),
  item: item.id,
  lot: '',
  serial: '',
  from: looseAt(tote1.id),
  to: a1.id,
  qty,
  cause: 'cancelled',
})

const putMugsBack = (task: Task, qty: number): Draft & Act => ({
  type: 'move',
  process: 'putback',
  client: one.id,
  item: mug.id,
  lot: '',
  serial: '',
  from: looseAt(tote1.id),
  to: looseAt(a1.id),
  qty,
  task: task.id,
  line: lineId('SO-9', 1),
})

const at = (begin: 'task' | 'nothing' = 'nothing') => {
  const bare = demoWorld({ stock: [...demoSeed().stock, inTote, bowls], documents: [cancelled] })
  const mugs = putBackTask(bare, goodsOf(1, mug, 4))
  const tasks = [mugs, putBackTask(bare, goodsOf(2, bowl, 2))]
  const world = demoWorld({ stock: [...demoSeed().stock, inTote, bowls], documents: [cancelled], tasks })
  const anna = workerAt(putback, world, begin === 'task' ? { task: mugs.id } : { nothing: true })
  const waiting = () =>
    [...world.tasks()]
      .filter(isWaiting)
      .map(task => task.goods?.qty ?? 0)
      .sort((a, b) => a - b)
  const onShelf = () => world.stock({ ...inTote, ...looseAt(a1.id) }).onHand
  const check = (): void => {
    expect(unbalanced(allRows(world))).toEqual([])
    expect(wrongReserved(world)).toEqual([])
  }
  return { world, anna, waiting, onShelf, check, mugs }
}

describe('putting back', () => {
  it('[M15] tote, item, place: three scans, and the next goods of the tote', () => {
    const { anna, waiting, onShelf, check } = at()
    expect(anna.scan(scanOf.place(tote1)).message.key).toBe('scan.item')
    const taken = anna.scan(scanOf.item(mug))
    expect([taken.message.key, taken.state.load]).toMatchObject(['put.to', { qty: 4 }])
    expect(anna.scan(scanOf.place(a1))).toMatchObject({ verdict: 'ok', finished: false })
    expect([onShelf(), waiting()]).toEqual([34, [2]])
    anna.scan(scanOf.item(bowl))
    expect(anna.scan(scanOf.place(a1))).toMatchObject({ finished: true })
    expect(waiting()).toEqual([])
    check()
  })

  it('[M15] a number says how much; what is left waits on', () => {
    const { anna, waiting, onShelf, check } = at('task')
    anna.scan(scanOf.place(tote1))
    anna.scan(scanOf.item(mug))
    expect(anna.number(5)).toMatchObject({ verdict: 'wrong', message: { key: 'qty.max' } })
    anna.number(3)
    anna.scan(scanOf.place(a1))
    expect([onShelf(), waiting()]).toEqual([33, [1, 2]])
    check()
  })

  it('[M15] another tote, another item and a place that is closed change nothing', () => {
    const { anna, waiting } = at('task')
    const judged = () => anna.judged.length
    expect(anna.scan(scanOf.place(tote2))).toMatchObject({ verdict: 'wrong', message: { key: 'wrong.tote' } })
    anna.scan(scanOf.place(tote1))
    expect(anna.scan(scanOf.item(theirMug))).toMatchObject({ verdict: 'wrong' })
    expect([judged(), waiting()]).toEqual([0, [2, 4]])
    const free = at('nothing')
    expect(free.anna.scan(scanOf.place(tote2))).toMatchObject({ verdict: 'wrong', message: { key: 'back.none' } })
  })

  it('[M15] OTHER PLACE names another one; a place instead of the wanted one is said', () => {
    const { anna, onShelf, world } = at('task')
    anna.scan(scanOf.place(tote1))
    anna.scan(scanOf.item(mug))
    expect(anna.key('XCALT').state.passed).toEqual([a1.id])
    anna.scan(scanOf.place(a3))
    anna.scan(scanOf.place(a3))
    expect([onShelf(), world.stock({ ...inTote, ...looseAt(a3.id) }).onHand]).toEqual([30, 4])
  })

  it('[M16] the line lets go, and undo gives it all back', () => {
    const { world, mugs, check, waiting } = at()
    const act = putMugsBack(mugs, 4)
    const line = () => world.line(lineId('SO-9', 1))
    const before = [line(), waiting(), allRows(world)]
    const book = booker(world)
    book(act)
    expect(line()).toMatchObject({ done: 0, claims: [] })
    check()
    book({ type: 'undo', client: one.id, of: { epoch: 'epoch0000001', seq: 1 }, act })
    expect([line(), waiting(), allRows(world).filter(row => row.onHand !== 0)]).toEqual([
      before[0],
      before[1],
      (before[2] as ReturnType<typeof allRows>).filter(row => row.onHand !== 0),
    ])
    check()
  })

  it('[M12] two handhelds put the same goods back: both are booked, and the books say what cannot be', () => {
    const { world, mugs } = at()
    const act = putMugsBack(mugs, 4)
    booker(world)(act)
    const second = booker(world, otherDevice)(act)
    expect(second.effects.exceptions.map(one => one.kind)).toEqual(['negative_stock'])
    expect(unbalanced(allRows(world))).toEqual([])
    expect(world.task(taskId('SO-9'))?.state).toBe('cancelled')
  })

  it('[M16] of two handhelds that put the same goods back one takes it back: line and task are as after the other alone', () => {
    for (const undone of ['first', 'second'] as const) {
      const { world, mugs, check } = at()
      const act = putMugsBack(mugs, 4)
      const books = { first: booker(world), second: booker(world, otherDevice) }
      const now = () => [world.line(lineId('SO-9', 1)), world.task(mugs.id)?.state, world.task(mugs.id)?.goods?.qty]
      books.first(act)
      const afterOne = now()
      books.second(act)
      books[undone]({ type: 'undo', client: one.id, of: { epoch: 'epoch0000001', seq: 1 }, act })
      expect(now()).toEqual(afterOne)
      expect(world.stock(inTote).onHand).toBe(0)
      check()
    }
  })

  it('[M17] what an order that goes on still wants is picked again: reserved where it is free, its walk begun anew; undo ends it', () => {
    const picked = row(mug, tote1, 4)
    const going = orderOf(
      'SO-9',
      [{ ...wants(mug, 4, [picked, 4]), done: 4, state: 'done' }],
      { state: 'done', lease: null, tote: tote1.id },
      { state: 'started', ready: true },
    )
    const stock = [row(mug, a1, 3), row(mug, a3, 5), picked]
    const bare = demoWorld({ stock, documents: [going] })
    const task = putBackTask(bare, { ...goodsOf(1, mug, 4), cause: 'wrong_lot' })
    const world = demoWorld({ stock, documents: [going], tasks: [task] })
    const line = () => world.line(lineId('SO-9', 1))
    const before = line()
    const book = booker(world)
    const act = putMugsBack(task, 4)
    book(act)
    expect(line()).toMatchObject({ state: 'open', done: 0 })
    expect(line()?.claims.reduce((sum, claim) => sum + claim.qty, 0)).toBe(4)
    expect(line()?.claims.some(claim => claim.location === tote1.id)).toBe(false)
    expect(world.task(taskId('SO-9'))).toMatchObject({ state: 'ready', lease: null })
    expect(world.document(documentId('SO-9'))).toMatchObject({ ready: false })
    expect(wrongReserved(world)).toEqual([])
    book({ type: 'undo', client: one.id, of: { epoch: 'epoch0000001', seq: 1 }, act })
    expect(line()).toEqual(before)
    expect(world.task(taskId('SO-9'))?.state).toBe('done')
    expect(world.taskOf(documentId('SO-9'), 'pack')).toMatchObject({ state: 'ready' })
    expect([unbalanced(allRows(world)), wrongReserved(world)]).toEqual([[], []])
  })

  it('[M17] what a line has too much of leaves it as it is', () => {
    const picked = row(mug, tote1, 6)
    const going = orderOf(
      'SO-9',
      [{ ...wants(mug, 4, [picked, 4]), done: 6, state: 'done' }],
      { state: 'done', lease: null, tote: tote1.id },
      { state: 'started' },
    )
    const world = demoWorld({ stock: [row(mug, a3, 5), picked], documents: [going] })
    booker(world)(putMugsBack(putBackTask(world, goodsOf(1, mug, 2)), 2))
    expect(world.line(lineId('SO-9', 1))).toMatchObject({ state: 'done', done: 4 })
    expect(world.task(taskId('SO-9'))?.state).toBe('done')
  })
})
