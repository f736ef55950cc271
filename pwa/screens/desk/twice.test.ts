import { describe, expect, test } from 'vitest'
import { derivedId } from '../../../shared/ids.ts'
import { alsoOn } from './twice.ts'

const AS_OF = '2027-01-15T10:00:00.000Z'
const ANNA = derivedId<'worker'>('worker', 'anna')
const row = (number: number, over: Partial<Parameters<typeof alsoOn>[0]> = {}) =>
  ({ number, state: 'active', worker: ANNA, seenAt: '2027-01-15T09:59:30.000Z', ...over }) as const

describe('one person on two handhelds', () => {
  const rows = [row(1), row(3), row(2)]
  test('[PN9] each card names the others', () => {
    expect(rows.map(one => alsoOn(one, rows, AS_OF))).toEqual([
      [2, 3],
      [1, 2],
      [1, 3],
    ])
  })
  test.each([
    ['somebody else is on it', { worker: derivedId<'worker'>('worker', 'berk') }],
    ['nobody is logged in on it', { worker: null }],
    ['it was put away a while ago', { seenAt: '2027-01-15T09:56:59.000Z' }],
    ['it has never been heard of', { seenAt: null }],
    ['it is revoked', { state: 'revoked' }],
  ] as const)('[PN9] not where %s', (_, over) => {
    const other = row(2, over)
    expect(alsoOn(row(1), [row(1), other], AS_OF)).toEqual([])
    expect(alsoOn(other, [row(1), other], AS_OF)).toEqual([])
  })
})
