import { describe, expect, test } from 'vitest'
import type { Location } from '../../shared/catalogue.ts'
import { derivedId } from '../../shared/ids.ts'
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
  test('[J17] a box that has left is found by its label and by its carrier’s number, one that was emptied by nothing', () => {
    const id = derivedId<'location'>('location', 'codes', 'box')
    const carton = { document: derivedId<'document'>('document', 'codes'), type: null, weightG: null, size: null }
    const box: Location = {
      id,
      code: 'SO-7-1',
      kind: 'carton',
      zone: null,
      sequence: 0,
      parent: null,
      active: false,
      carton: { ...carton, tracking: 'TRACK-7', closed: true, shipped: true },
    }
    const hit = { kind: 'carton', location: id }
    const found = placeCodes([box])
    expect([found.get('SO-7-1'), found.get('TRACK-7')]).toEqual([[hit], [hit]])
    const emptied = { ...box, carton: { ...carton, tracking: 'TRACK-7', closed: false, shipped: false } }
    expect(placeCodes([emptied]).size).toBe(0)
  })
  test('[S86] a place whose text has I or O has no own label of its text', () => {
    expect(placeLabel('IO-1')).toBeNull()
  })
})
