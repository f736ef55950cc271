import { describe, expect, it } from 'vitest'
import { NOTHING } from '../ledger/effects.ts'
import type { StockStatus } from '../ledger/stock.ts'
import { looseAt } from '../ledger/world.ts'
import { makeLabel } from '../scan/own-label.ts'
import {
  a1,
  asidePlace,
  booker,
  demoSeed,
  demoWorld,
  dock,
  mug,
  one,
  place,
  row,
  scanned,
  scanOf,
  warehouse,
  workerAt,
} from '../../test/support/world.ts'
import type { WorldSeed } from '../../test/support/world.ts'
import { lpnId } from './lpn.ts'
import { putaway } from './putaway.ts'

const hospital = place('HOSPITAL-1', 'hospital', 301)
const hospital2 = place('HOSPITAL-2', 'hospital', 302, { zone: 'Q' })
const reserve = place('R-01', 'reserve', 21)
const reserve2 = place('R-02', 'reserve', 22, { zone: 'Q' })
const PLACES = [...demoSeed().places, hospital, hospital2, reserve, reserve2]
const LABEL = makeLabel('XP', '0042')
const pallet = lpnId(warehouse, LABEL)

const at = (status: StockStatus, over: Partial<WorldSeed> = {}) => {
  const stock = [row(mug, dock, 4, { status }), ...(over.stock ?? [])]
  const world = demoWorld({ documents: [], places: PLACES, ...over, stock })
  const anna = workerAt(putaway, world, { nothing: true })
  const next = anna.scan(scanOf.item(mug))
  return { world, anna, goal: world.location(next.state.goal ?? ('' as never))?.code ?? null }
}
const goal = (status: StockStatus, over?: Partial<WorldSeed>) => at(status, over).goal
const without = (...kinds: readonly string[]) => PLACES.filter(one_ => !kinds.includes(one_.kind))
const zoned = { putaway: { apart: { damaged: ['Q'], inspection: ['Q'], blocked: [] } } }

describe('goods that nobody may take', () => {
  it.each(['damaged', 'inspection', 'blocked'] as const)('[V11] %s goods go to a place for problems first', status => {
    expect(goal(status)).toBe('HOSPITAL-1')
    expect(goal(status, { places: without('hospital') })).toBe('ASIDE')
  })
  it('[V11] what is to be inspected or blocked may stand in reserve, what is broken stands nowhere there', () => {
    const places = without('hospital', 'aside')
    expect(goal('inspection', { places })).toBe('R-01')
    expect(goal('blocked', { places })).toBe('R-01')
    expect(goal('damaged', { places })).toBeNull()
  })
  it('[V11] they go to where the same goods in the same status are, full and tight places are passed by', () => {
    expect(goal('damaged', { stock: [row(mug, hospital2, 1, { status: 'damaged' })] })).toBe('HOSPITAL-2')
    // Good ones and those in another status are no company.
    expect(goal('damaged', { stock: [row(mug, hospital2, 1, { status: 'blocked' })] })).toBe('HOSPITAL-1')
    const full = PLACES.map(one_ => (one_.id === hospital.id ? { ...hospital, full: true } : one_))
    expect(goal('damaged', { places: full })).toBe('HOSPITAL-2')
  })
  it('[V11] good goods never follow what is kept apart, nor are they sent to places for problems', () => {
    const places = without('pickable')
    expect(goal('available', { places, stock: [row(mug, reserve2, 3, { status: 'inspection' })] })).toBe('R-01')
    expect(goal('available', { places: without('pickable', 'reserve') })).toBeNull()
  })
  it('[V11] a load of good and broken goods has no place of its own: the worker chooses', () => {
    const w = demoWorld({
      documents: [],
      places: PLACES,
      stock: [row(mug, dock, 2, { lpn: pallet }), row(mug, dock, 2, { lpn: pallet, status: 'damaged' })],
    })
    w.apply({ ...NOTHING, lpns: [{ id: pallet, client: one.id, label: LABEL }] })
    const anna = workerAt(putaway, w, { nothing: true })
    expect(anna.scan(scanned(LABEL))).toMatchObject({ state: { goal: null }, message: { key: 'put.noPlace' } })
  })
  it('[V12] zones that the policy has for a status take its goods alone', () => {
    expect(goal('damaged', { policy: zoned })).toBe('HOSPITAL-2')
    expect(goal('inspection', { policy: zoned, places: without('hospital') })).toBe('R-02')
    expect(goal('blocked', { policy: zoned })).toBe('HOSPITAL-1')
    const w = at('damaged', { policy: zoned })
    expect(w.anna.scan(scanOf.place(hospital))).toMatchObject({ verdict: 'wrong', message: { key: 'put.status' } })
    w.anna.scan(scanOf.place(hospital2))
    expect(w.world.stockAt(hospital2.id)).toMatchObject([{ status: 'damaged', onHand: 1 }])
  })
  it('[V12] a place beside a pack station takes them whatever its zone; a shelf never does', () => {
    const w = at('damaged', { policy: zoned })
    expect(w.anna.scan(scanOf.place(a1))).toMatchObject({ verdict: 'wrong', message: { key: 'put.status' } })
    w.anna.scan(scanOf.place(asidePlace))
    w.anna.scan(scanOf.place(asidePlace))
    expect(w.world.stockAt(asidePlace.id)).toMatchObject([{ status: 'damaged', onHand: 1 }])
  })
  it('[V12] what is put elsewhere all the same is booked and told', () => {
    const world = demoWorld({
      documents: [],
      places: PLACES,
      policy: zoned,
      stock: [row(mug, dock, 4, { status: 'damaged' })],
    })
    const judged = booker(world)({
      type: 'putaway',
      client: one.id,
      item: mug.id,
      lot: '',
      serial: '',
      task: null,
      from: looseAt(dock.id, 'damaged'),
      to: looseAt(hospital.id, 'damaged'),
      qty: 4,
    })
    expect(judged.effects.exceptions).toMatchObject([{ kind: 'forbidden_place' }])
    expect(world.stockAt(hospital.id)).toMatchObject([{ onHand: 4 }])
  })
})
