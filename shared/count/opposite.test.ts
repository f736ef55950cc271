import { describe, expect, it } from 'vitest'
import { derivedId } from '../ids.ts'
import type { LocationId } from '../ids.ts'
import { looseAt } from '../ledger/world.ts'
import { isOpposite, moveOf } from './opposite.ts'
import { varianceId } from './variance.ts'
import type { Variance } from './variance.ts'

const warehouse = derivedId<'warehouse'>('warehouse', 'opposite')
const [here, there] = ['here', 'there'].map(name => derivedId<'location'>('location', name)) as [LocationId, LocationId]
const [anna, berk] = ['anna', 'berk'].map(name => derivedId<'worker'>('worker', name)) as [never, never]

const variance = (location: LocationId, delta: number, over: Partial<Variance> = {}, goods: object = {}): Variance => {
  const key = {
    client: derivedId<'client'>('client', 'opposite'),
    item: derivedId<'item'>('item', 'opposite'),
    lot: 'L1',
    serial: '',
    ...looseAt(location),
    ...goods,
  }
  return {
    id: varianceId(warehouse, key),
    key,
    delta,
    state: 'review',
    counters: [anna],
    point: {
      device: derivedId<'device'>('device', 1),
      epoch: 'e',
      seq: 1,
      commit: 1,
      at: '2026-11-23T10:00:00.000Z',
      unc: 500,
    },
    ...over,
  } as Variance
}
const at = (when: string) => ({ point: { ...variance(here, 0).point, at: when } })
const oneZone = () => 'A'
const apart = (place: LocationId) => (place === here ? 'A' : 'B')

describe('two differences that are one move', () => {
  it('[MV1] the same goods and status, opposite signs, counted within a day in one zone or by one person, still to be decided', () => {
    const missing = variance(here, -2)
    const is = (other: Variance, zones: (place: LocationId) => string | null = oneZone) =>
      isOpposite(missing, other, zones)
    expect(is(variance(there, 3))).toBe(true)
    expect([is(variance(there, 3), apart), is(variance(there, 3, { counters: [berk] }), apart)]).toEqual([true, false])
    expect(is(variance(there, 3, { counters: [berk] }), () => null)).toBe(false)
    expect([is(variance(there, 0)), is(variance(there, -3)), is(missing)]).toEqual([false, false, false])
    expect(
      [at('2026-11-24T10:00:00.000Z'), at('2026-11-24T10:00:00.001Z')].map(over => is(variance(there, 3, over))),
    ).toEqual([true, false])
    for (const goods of [{ lot: 'L2' }, { serial: 'S' }, { status: 'damaged' }, { item: derivedId('item', 'x') }])
      expect(is(variance(there, 3, {}, goods))).toBe(false)
    for (const state of ['approved', 'posted', 'counting'] as const)
      expect(is(variance(there, 3, { state }))).toBe(false)
  })

  it('[MV2] the move goes from where they are missing, as many as both differences hold, from surely before both counts', () => {
    const late = variance(there, 3, at('2026-11-23T09:00:00.000Z'))
    for (const pair of [
      [variance(here, -2), late],
      [late, variance(here, -2)],
    ] as const)
      expect(moveOf(...pair)).toMatchObject({
        from: { location: here },
        to: { location: there },
        qty: 2,
        at: '2026-11-23T08:59:59.499Z',
        unc: 0,
      })
  })
})
