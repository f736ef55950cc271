import { expect, it } from 'vitest'
import { makeErp } from './erp.ts'
import { numbered } from './numbered.ts'
import { emptyState, stockKey } from './state.ts'

it('[ER32] a demo whose books are older finds the numbers of its units in its documents, once', () => {
  const state = emptyState()
  const erp = makeErp(state, () => '2026-11-23T08:00:00.000Z')
  const about = { client: 'demo', sku: 'S', name: 'Drill', unit: 'pcs', barcodes: [], packagings: [] }
  erp.addItem({ id: 'item,1', ...about, tracking: { lot: false, serial: true, expiry: false }, active: true })
  const line = { item: 'item,1', lot: '', serial: '', expiry: null, quantity: 1, line: null, from: null, to: 'MAIN' }
  for (const serial of ['SN-1', 'SN-2']) erp.byHand('adjustment', [{ ...line, serial }])
  erp.byHand('transfer', [{ ...line, serial: 'SN-2', from: 'MAIN', to: 'DAMAGED' }])
  const rows = (of: typeof state) => Object.values(of.stock).map(row => [row.place, row.lot, row.quantity])
  const there = [
    ['MAIN', 'SN-1', 1],
    ['DAMAGED', 'SN-2', 1],
  ]
  const full = (of: typeof state) => rows(of).filter(([, , n]) => n !== 0)
  expect(full(state)).toEqual(there)
  // As it was written before: one sum for each place.
  const { byNumber: _kept, ...old } = state
  const sum = { item: 'item,1', lot: '', expiry: null, quantity: 1, row: 0 }
  const stock = Object.fromEntries(
    ['MAIN', 'DAMAGED'].map(place => [stockKey('item,1', place, ''), { ...sum, place }] as const),
  )
  const renewed = numbered({ ...old, stock })
  expect(full(renewed).sort()).toEqual([...there].sort())
  expect(numbered(renewed)).toBe(renewed)
})
