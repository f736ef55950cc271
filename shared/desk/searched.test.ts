import { expect, test } from 'vitest'
import { makeLabel } from '../scan/own-label.ts'
import { searchedFor } from './searched.ts'

const DAY = '2026-11-27'
const GS = '\u001d'

test('[DG7] a scan at the desk means the goods and the lot of its label, in every form that a code is kept in', () => {
  expect(searchedFor(' 9780764544200 ', DAY)).toMatchObject({ text: '9780764544200', place: null, lot: null })
  const label = searchedFor(`]C101097807645442001727013110L77${GS}3712`, DAY)
  expect(label.lot).toBe('L77')
  for (const code of ['09780764544200', '9780764544200']) expect(label.codes).toContain(code)
  expect(searchedFor('https://id.gs1.org/01/09780764544200/10/L78', DAY)).toMatchObject({ lot: 'L78' })
  expect(searchedFor('96385074', DAY).codes).toContain('96385074')
})

test('[DG7] labels of pallets and places name them; a wrong check character names nothing but its text', () => {
  expect(searchedFor(']C100386900000000000013', DAY).codes).toContain('386900000000000013')
  const place = makeLabel('XL', 'A1203')
  expect(searchedFor(place, DAY).place).toBe('A1203')
  expect(searchedFor(`${place.slice(0, -1)}${place.endsWith('A') ? 'B' : 'A'}`, DAY).place).toBeNull()
  expect(searchedFor('', DAY)).toMatchObject({ codes: [], lot: null })
})
