import { describe, expect, it } from 'vitest'
import type { Task, Worker } from '../catalogue.ts'
import { NOTHING } from '../ledger/effects.ts'
import { keyOf } from '../ledger/stock.ts'
import type { StockRow } from '../ledger/stock.ts'
import { makeLabel } from '../scan/own-label.ts'
import type { Resolved } from '../scan/scan.ts'
import type { Act } from '../sync/act.ts'
import {
  a1,
  a2,
  a3,
  allRows,
  booker,
  demoSeed,
  demoWorld,
  device,
  dock,
  dock2,
  EPOCH,
  milk,
  mug,
  one,
  place,
  row,
  scanned,
  scanOf,
  unbalanced,
  warehouse,
  worker,
  workerAt,
  wrongReserved,
} from '../../test/support/world.ts'
import type { WorldSeed } from '../../test/support/world.ts'
import { lpnId } from './lpn.ts'
import type { MoveNext } from './move-state.ts'
import { putaway } from './putaway.ts'
import { putawayTask, putawayTaskId } from './putaway-task.ts'

const LABEL = makeLabel('XP', '0042')
const pallet = lpnId(warehouse, LABEL)
const loose = row(mug, dock, 12)
const mugs = row(mug, dock, 10, { lpn: pallet })
const milks = row(milk, dock, 3, { lpn: pallet, lot: 'L1' })
const hospital = place('HOSPITAL-1', 'hospital', 301)
const places = [...demoSeed().places, hospital]

const at = (stock: readonly StockRow[], over: Partial<WorldSeed> = {}) => {
  const world = demoWorld({ documents: [], places, ...over, stock })
  const tasks = stock.flatMap((one_): Task[] => {
    const task = putawayTask(world, one_)
    return task === null ? [] : [task]
  })
  world.apply({ ...NOTHING, lpns: [{ id: pallet, client: one.id, label: LABEL }], tasks })
  const check = (): void => {
    expect(unbalanced(allRows(world))).toEqual([])
    expect(wrongReserved(world)).toEqual([])
  }
  const anna = (of?: StockRow) => {
    const who = workerAt(putaway, world, of ? { task: putawayTaskId(of) } : { nothing: true })
    const done: Act[] = []
    const kept = (next: MoveNext): MoveNext => {
      done.push(...(next.commands as readonly Act[]))
      return next
    }
    /** Everything is taken back, the newest first. */
    const back = (): void => {
      const book = booker(world)
      for (const [i, act] of [...done.entries()].reverse())
        book({ type: 'undo', client: one.id, of: { epoch: EPOCH, seq: i + 1 }, act })
    }
    return {
      ...who,
      scan: (resolved: Resolved) => kept(who.scan(resolved)),
      key: (command: string) => kept(who.key(command)),
      back,
    }
  }
  return { world, check, anna }
}
const stateOf = (w: ReturnType<typeof at>, of: StockRow) => w.world.task(putawayTaskId(of))?.state

describe('not found', () => {
  it('[V14] goods of a task that are not there are held and counted, and the task is over', () => {
    const w = at([loose])
    const anna = w.anna(loose)
    expect(anna.prompt().keys.map(key => key.command)).toContain('XCNTF')
    const next = anna.key('XCNTF')
    expect(next).toMatchObject({ verdict: 'warn', message: { key: 'rep.short' }, finished: true })
    expect(next.commands).toMatchObject([{ type: 'short', process: 'putaway', reason: 'NOT_FOUND' }])
    expect(anna.judged.flatMap(one_ => one_.effects.exceptions).map(e => e.kind)).toEqual(['short_pick'])
    expect(w.world.stock(keyOf(loose))).toMatchObject({ onHand: 12, held: 12 })
    expect(stateOf(w, loose)).toBe('cancelled')
    expect([...w.world.tasks()].filter(task => task.kind === 'count')).toMatchObject([
      { count: { location: dock.id, item: mug.id }, cause: 'short' },
    ])
    w.check()
  })
  it('[V14] of a pallet each row is held, and what orders have reserved is left to them', () => {
    const w = at([{ ...mugs, reserved: 0 }, milks])
    const next = w.anna(mugs).key('XCNTF')
    expect(next.commands.map(command => command.type)).toEqual(['short', 'short'])
    expect([mugs, milks].map(one_ => w.world.stock(keyOf(one_)).held)).toEqual([10, 3])
    expect(w.world.task(putawayTaskId(mugs))?.held).toHaveLength(2)
    w.check()
  })
  it('[V14] what was scanned is here: only what a task says can be missing', () => {
    const w = at([loose])
    const anna = w.anna()
    anna.scan(scanOf.item(mug))
    expect(anna.key('XCNTF')).toMatchObject({ verdict: 'wrong', message: { key: 'no.key' }, commands: [] })
    expect(anna.prompt().keys.map(key => key.command)).not.toContain('XCNTF')
  })
  it('[V14] LATER leaves the task as it is', () => {
    const w = at([loose])
    const anna = w.anna(loose)
    expect(anna.key('XCSKP')).toMatchObject({ finished: true, commands: [], message: { key: 'rep.later' } })
    expect(stateOf(w, loose)).toBe('ready')
    expect(w.anna().key('XCSKP').verdict).toBe('wrong')
  })
})

describe('damaged', () => {
  it('[V15] what is in hand becomes damaged goods off its pallet and is carried to a place for them', () => {
    const w = at([mugs])
    const anna = w.anna()
    anna.scan(scanned(LABEL))
    anna.key('XCPAR')
    anna.scan(scanOf.item(mug))
    anna.number(2)
    const next = anna.key('XCDMG')
    expect(next).toMatchObject({ verdict: 'warn', message: { key: 'put.broken', values: { n: 2 } } })
    expect(next.state.goal).toBe(hospital.id)
    const broken = row(mug, dock, 2, { status: 'damaged' })
    expect([mugs, broken].map(one_ => w.world.stock(keyOf(one_)).onHand)).toEqual([8, 2])
    expect(stateOf(w, broken)).toBe('ready')
    expect(anna.key('XCDMG').message.key).toBe('no.key')
    anna.scan(scanOf.place(hospital))
    expect(w.world.stockAt(hospital.id)).toMatchObject([{ status: 'damaged', onHand: 2 }])
    expect([mugs, broken].map(one_ => stateOf(w, one_))).toEqual(['ready', 'done'])
    w.check()
  })
  it('[V15] with the last sound piece the task is over', () => {
    const w = at([loose])
    const anna = w.anna(loose)
    anna.scan(scanOf.item(mug))
    anna.number(12)
    anna.key('XCDMG')
    expect(stateOf(w, loose)).toBe('done')
  })
})

describe('taking it back', () => {
  const world = (w: ReturnType<typeof at>) =>
    JSON.stringify([
      allRows(w.world).filter(one_ => one_.onHand !== 0),
      [...w.world.tasks()].filter(task => task.kind === 'putaway' && task.state === 'ready').map(task => task.id),
      [...w.world.tasks()].filter(task => task.kind === 'count' && task.state === 'ready'),
    ])
  it('[V16] not found: the goods are free and the task is there again', () => {
    const w = at([mugs, milks])
    const before = world(w)
    const anna = w.anna(mugs)
    anna.key('XCNTF')
    expect(world(w)).not.toBe(before)
    anna.back()
    expect(world(w)).toBe(before)
    expect([mugs, milks].map(one_ => w.world.stock(keyOf(one_)).held)).toEqual([0, 0])
    expect(w.world.task(putawayTaskId(mugs))?.held).toBeUndefined()
  })
  it('[V16] damaged: the pieces are sound again, on their pallet', () => {
    const w = at([loose])
    const before = world(w)
    const anna = w.anna(loose)
    anna.scan(scanOf.item(mug))
    anna.number(12)
    anna.key('XCDMG')
    anna.back()
    expect(world(w)).toBe(before)
  })
  it.each(['loose', 'pallet'] as const)('[V16] put away: %s goods wait again where they were', kind => {
    const of = kind === 'loose' ? loose : mugs
    const w = at([of])
    const before = world(w)
    const anna = w.anna(of)
    if (kind === 'loose') {
      anna.scan(scanOf.item(mug))
      anna.number(12)
    }
    anna.scan(scanOf.place(a3))
    if (w.world.stockAt(a3.id).length === 0) anna.scan(scanOf.place(a3))
    expect(stateOf(w, of)).toBe('done')
    anna.back()
    expect(world(w)).toBe(before)
  })
})

describe('zones of the worker', () => {
  const b = { ...a3, zone: 'B' }
  const inB = places.map(one_ => (one_.id === a3.id ? b : one_.id === dock2.id ? { ...dock2, zone: 'B' } : one_))
  const ofB = { ...worker, zones: ['B'] }
  const begin = (w: ReturnType<typeof at>, who: Worker = ofB) =>
    workerAt(putaway, w.world, { nothing: true }, device, who)
  it('[V13] a place of the worker’s zones is named before any other', () => {
    const w = at([loose], { places: inB })
    expect(begin(w, worker).scan(scanOf.item(mug)).state.goal).toBe(a1.id)
    expect(begin(w).scan(scanOf.item(mug)).state.goal).toBe(b.id)
  })
  it('[V13] where none of them takes the goods another one is named', () => {
    const w = at([loose], { places: inB.map(one_ => (one_.id === a3.id ? { ...b, full: true } : one_)) })
    expect(begin(w).scan(scanOf.item(mug)).state.goal).toBe(a1.id)
  })
  it('[V13] what stands in another zone is not theirs, by its place, its pallet, its goods or its task', () => {
    const other = places.map(one_ => (one_.id === dock.id ? { ...dock, zone: 'A' } : one_))
    const w = at([loose, mugs], { places: other })
    for (const resolved of [scanOf.place(dock), scanned(LABEL), scanOf.item(mug)]) {
      const anna = begin(w)
      const before = anna.state()
      expect(anna.scan(resolved)).toMatchObject({
        verdict: 'wrong',
        message: { key: 'put.notHere', values: { zones: 'B' } },
      })
      expect(anna.state()).toEqual(before)
    }
    const moment = { now: '2026-11-23T09:00:00.000Z', today: '2026-11-23', monoMs: 0, device, worker: ofB }
    expect(putaway.start({ task: putawayTaskId(loose) }, w.world, moment).message.key).toBe('put.notHere')
  })
  it('[V13] goods that stand at two docks are those of the own zone', () => {
    const zoned = inB.map(one_ => (one_.id === dock.id ? { ...dock, zone: 'A' } : one_))
    const w = at([loose, row(mug, dock2, 5), row(mug, a2, 1)], { places: zoned })
    expect(begin(w).scan(scanOf.item(mug)).state.from).toBe(dock2.id)
  })
})
