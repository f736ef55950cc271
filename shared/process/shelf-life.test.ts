import { describe, expect, it } from 'vitest'
import {
  TODAY,
  a1,
  a2,
  booker,
  demoSeed,
  demoWorld,
  dock,
  lineId,
  milk,
  one,
  orderOf,
  place,
  row,
  taskId,
  tote1,
  two,
  wants,
  warehouse,
} from '../../test/support/world.ts'
import type { WorldSeed } from '../../test/support/world.ts'
import type { Item } from '../catalogue.ts'
import { NO_LPN } from '../ids.ts'
import type { StockRow } from '../ledger/stock.ts'
import type { World } from '../ledger/world.ts'
import type { Policy } from '../policy.ts'
import { lpnId } from './lpn.ts'
import { elsewhere } from './pick-elsewhere.ts'
import { daysOut, goodFrom, leavesFrom, todayAt } from './shelf-life.ts'

const P = lpnId(warehouse, 'PLT-1')
/** L1 lasts 38 days from the day of the demo warehouse, L2 128. */
const OWN = { acceptDays: null, minDaysOut: 39, lifeDays: null }
const own: Item = { ...milk, shelf: OWN }

const worldWith = (item: Item, over: Partial<WorldSeed>): World => {
  const world = demoWorld({ documents: [], ...over })
  const known = world.item
  return Object.assign(world, { item: (id: Item['id']) => (id === item.id ? item : known(id)) })
}
const lotsOf = (world: World, line: string): string[] => world.line(lineId(line, 1))?.claims.map(c => c.lot) ?? []

describe('days that goods must have left when they leave', () => {
  it("[B10] the client's or the item's own, whichever is more; what asks for nothing asks for 0", () => {
    const shelf = (minDaysOut: number | null): Policy['shelf'] => ({
      ...demoWorld().policies.warehouse.shelf,
      minDaysOut,
    })
    const asked = (policy: number | null, item: number | null): number => {
      const { warehouse: all } = demoWorld().policies
      const policies = { version: 1, warehouse: { ...all, shelf: shelf(policy) }, clients: {} }
      return daysOut(policies, { client: one.id, shelf: { minDaysOut: item } })
    }
    expect([asked(null, null), asked(5, null), asked(null, 7), asked(5, 7), asked(9, 7)]).toEqual([0, 5, 7, 7, 9])
    const { policies } = demoWorld({ clientPolicy: { shelf: { minDaysOut: 3 } } })
    expect([daysOut(policies, { client: one.id }), daysOut(policies, { client: two.id, shelf: null })]).toEqual([3, 0])
    expect(leavesFrom(policies, { client: one.id }, TODAY)).toBe('2026-11-26')
  })

  it('[TZ6] goods are good until the end of their day where the warehouse is', () => {
    const istanbul = demoWorld({ policy: { site: { timeZone: 'Europe/Istanbul' } } })
    const [late, tomorrow] = ['2026-11-23T20:30:00.000Z', '2026-11-23T21:00:00.000Z'].map(at => todayAt(istanbul, at))
    expect([late, tomorrow]).toEqual(['2026-11-23', '2026-11-24'])
    expect(todayAt(demoWorld(), '2026-11-23T21:00:00.000Z')).toBe('2026-11-23')
    expect(
      goodFrom(istanbul, { ...milk, shelf: { acceptDays: 2, minDaysOut: null, lifeDays: null } }, '2026-11-24'),
    ).toBe('2026-11-26')
  })

  const stock: readonly StockRow[] = [row(milk, a1, 5, { lot: 'L1' }), row(milk, a2, 5, { lot: 'L2' })]
  it('[B10] after a short no lot is taken that the item would not let go', () => {
    const taken = (item: Item): string[] => {
      const world = worldWith(item, { stock, documents: [orderOf('SO-9', [wants(milk, 4)])] })
      const line = world.line(lineId('SO-9', 1))
      if (line === undefined) throw new Error('no line')
      return elsewhere(world, TODAY)
        .reserve(line, 4, () => true)
        .map(claim => claim.lot)
    }
    expect([taken(milk), taken(own), taken({ ...milk, shelf: { ...OWN, minDaysOut: 38 } })]).toEqual([
      ['L1'],
      ['L2'],
      ['L1'],
    ])
  })

  it('[B10] a pallet that is put away leaves its order only for lots that the item lets go', () => {
    const reserved = row(milk, dock, 5, { lot: 'L2', lpn: P })
    const claims = (item: Item): string[] => {
      const world = worldWith(item, {
        policy: { putaway: { steal: true } },
        stock: [reserved, row(milk, a1, 5, { lot: 'L1' })],
        documents: [orderOf('SO-9', [wants(milk, 4, [reserved, 4])], { state: 'ready', lease: null })],
      })
      const about = { client: one.id, lpn: P, label: 'PLT-1', task: null, fromPlace: dock.id, toPlace: a2.id }
      booker(world)({ type: 'lpn.move', process: 'putaway', ...about })
      return lotsOf(world, 'SO-9')
    }
    expect([claims(milk), claims(own)]).toEqual([['L1'], ['L2']])
  })

  it('[B10] what the table lacks is picked again from lots that the item lets go', () => {
    const inTote = row(milk, tote1, 4, { lot: 'L2' })
    const claims = (item: Item): string[] => {
      const world = worldWith(item, {
        stock: [inTote, ...stock],
        places: [...demoSeed().places, place('ASIDE-2', 'aside', 300)],
        documents: [orderOf('SO-9', [{ ...wants(milk, 4, [inTote, 4]), done: 4, state: 'done' }])],
      })
      booker(world)({
        type: 'short',
        process: 'pack',
        client: one.id,
        item: milk.id,
        lot: 'L2',
        serial: '',
        task: taskId('SO-9'),
        document: null,
        line: lineId('SO-9', 1),
        from: { location: tote1.id, lpn: NO_LPN, status: 'available' },
        reason: 'MISSING',
      })
      return lotsOf(world, 'SO-9')
    }
    expect([claims(milk), claims(own)]).toEqual([['L1'], ['L2']])
  })
})
