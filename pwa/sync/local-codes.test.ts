import { describe, expect, test } from 'vitest'
import { testSite } from '../../test/support/site.ts'
import { labelCheck, placeCodes, placeLabel } from './local-codes.ts'

describe('codes of places', () => {
  test('[S86] the check character is the one of the printed labels', () => {
    expect([labelCheck('XLA1203'), labelCheck('XT0042')]).toEqual(['3', '5'])
    expect(placeLabel('A-12-03')).toBe('XLA12033')
  })
  test('[S86] a place is found by its text and by its own label, a wrong check character finds nothing', () => {
    const found = placeCodes(testSite('codes').locations)
    const label = placeLabel('A-01') ?? ''
    expect(found.get('A-01')).toHaveLength(1)
    expect(found.get(label)).toEqual(found.get('A-01'))
    expect(found.get(`${label.slice(0, -1)}${label.endsWith('0') ? '1' : '0'}`)).toBeUndefined()
    expect(found.get('SUPPLIER')).toBeUndefined()
  })
  test('[S86] a place whose text has I or O has no own label of its text', () => {
    expect(placeLabel('IO-1')).toBeNull()
  })
})
