import { describe, expect, it } from 'vitest'
import type { Item, Location, Lot } from '../catalogue.ts'
import { derivedId, NO_LPN } from '../ids.ts'
import type { ClientId, LocationId } from '../ids.ts'
import { allocate } from './reservation.ts'
import type { StockRow } from './stock.ts'

const client: ClientId = derivedId('client', 'c')
const item: Item = {
  id: derivedId('item', 'mug'),
  client,
  sku: 'MUG',
  name: 'Mug',
  unit: 'pcs',
  packagings: [],
  codes: [],
  active: true,
  tracking: { lot: true, serial: false, expiry: true },
}
const place = (code: string, kind: Location['kind'] = 'pickable', sequence = 1): Location => ({
  id: derivedId('location', code),
  kind,
  code,
  zone: null,
  sequence,
  parent: null,
  active: true,
})
const places = [
  place('A-01', 'pickable', 1),
  place('A-02', 'pickable', 2),
  place('R-01', 'reserve', 0),
  place('DOCK', 'dock', 0),
  { ...place('A-09', 'pickable', 0), active: false },
]
const at = (code: string): LocationId => places.find(p => p.code === code)?.id ?? derivedId('location', code)
const row = (code: string, onHand: number, more: Partial<StockRow> = {}): StockRow => ({
  client,
  item: item.id,
  lot: '',
  serial: '',
  location: at(code),
  lpn: NO_LPN,
  status: 'available',
  onHand,
  reserved: 0,
  held: 0,
  ...more,
})
const lots: Lot[] = [
  {
    client,
    item: item.id,
    lot: 'LATE',
    expiry: '2027-06-30',
    firstReceivedAt: '2026-01-01T00:00:00.000Z',
    blocked: false,
  },
  {
    client,
    item: item.id,
    lot: 'SOON',
    expiry: '2026-12-31',
    firstReceivedAt: '2026-05-01T00:00:00.000Z',
    blocked: false,
  },
  {
    client,
    item: item.id,
    lot: 'HELD',
    expiry: '2026-11-24',
    firstReceivedAt: '2026-01-01T00:00:00.000Z',
    blocked: true,
  },
  { client, item: item.id, lot: 'OLD', expiry: null, firstReceivedAt: '2025-01-01T00:00:00.000Z', blocked: false },
  { client, item: item.id, lot: 'NEW', expiry: null, firstReceivedAt: '2026-10-01T00:00:00.000Z', blocked: false },
]
const wish = (qty: number, rows: readonly StockRow[], notExpiringBefore = '2026-11-23') =>
  allocate({
    item,
    qty,
    rows,
    notExpiringBefore,
    lot: r => lots.find(l => l.lot === r.lot),
    location: r => places.find(p => p.id === r.location),
  }).map(claim => [places.find(p => p.id === claim.location)?.code, claim.lot, claim.qty])

describe('where an order takes its goods from', () => {
  it('[B10] the lot that expires first goes first, whatever place it lies in', () => {
    expect(wish(5, [row('A-01', 9, { lot: 'LATE' }), row('A-02', 9, { lot: 'SOON' })])).toEqual([['A-02', 'SOON', 5]])
  })
  it('[B10] without expiry the lot that came in first goes first', () => {
    expect(wish(5, [row('A-01', 9, { lot: 'NEW' }), row('A-02', 9, { lot: 'OLD' })])).toEqual([['A-02', 'OLD', 5]])
  })
  it('[B10] a lot on hold and a lot that expires too soon are left alone (example H)', () => {
    const rows = [row('A-01', 9, { lot: 'HELD' }), row('A-02', 9, { lot: 'SOON' }), row('A-02', 9, { lot: 'LATE' })]
    expect(wish(5, rows)).toEqual([['A-02', 'SOON', 5]])
    expect(wish(5, rows, '2027-01-01')).toEqual([['A-02', 'LATE', 5]])
  })
  it('[B11] only free stock that is available, at an open place for picking, is promised', () => {
    const rows = [
      row('A-01', 9, { reserved: 4, held: 3 }),
      row('A-02', 9, { status: 'damaged' }),
      row('DOCK', 9),
      row('A-09', 9),
      row('R-01', -2),
    ]
    expect(wish(5, rows)).toEqual([['A-01', '', 2]])
  })
  it('[B12] one place that covers all goes before two that share it, then the pick face, then the walk', () => {
    expect(wish(5, [row('A-01', 3), row('A-02', 8)])).toEqual([['A-02', '', 5]])
    expect(wish(2, [row('R-01', 8), row('A-02', 8), row('A-01', 8)])).toEqual([['A-01', '', 2]])
    expect(wish(10, [row('A-01', 3), row('A-02', 8)])).toEqual([
      ['A-01', '', 3],
      ['A-02', '', 7],
    ])
  })
})
