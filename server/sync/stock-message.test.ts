import { describe, expect, it } from 'vitest'
import { derivedId, NO_LPN } from '../../shared/ids.ts'
import type { LocationId } from '../../shared/ids.ts'
import type { Movement, StockStatus } from '../../shared/ledger/stock.ts'
import { virtualLocation } from '../../shared/ledger/world.ts'
import { grainOf, locate } from './grain.ts'
import { stockMessages } from './stock-message.ts'
import type { Moved } from './stock-message.ts'

const warehouse = derivedId<'warehouse'>('warehouse', 'x')
const device = derivedId<'device'>('device', 'x')
const place = (name: string): LocationId => derivedId('location', name)
const goods = { client: derivedId<'client'>('client', 'c'), item: derivedId<'item'>('item', 'i'), lot: '', serial: '' }
const at = (location: LocationId, status: StockStatus = 'available') => ({ location, lpn: NO_LPN, status })
const move = (from: Movement['from'], to: Movement['to'], qty: number): Movement => ({
  ...goods,
  from,
  to,
  qty,
  takenAt: '',
  at: '',
  unc: null,
})
const scrap = at(virtualLocation(warehouse, 'scrap'))
const [shelf, bin] = [at(place('A')), at(place('B'))]
const moved = (seq: number, ...movements: Movement[]): Moved => ({
  ref: { device, epoch: 'e', seq },
  movements,
  reason: 'scrap DAMAGED',
  by: 'w',
  facts: [],
})
const messages = (all: readonly Moved[], rules: { ours: string; theirs: string }[] = []) => {
  const grain = grainOf(rules)
  return stockMessages(all, warehouse, (from, to) => locate(grain, from, () => 'Z') !== locate(grain, to, () => 'Z'))
}

describe('what the ERP is told of stock that no document moves', () => {
  it('[E123] a scrap is an adjustment by its difference, with its reason; taken back in one command it is nothing', () => {
    const [message] = messages([moved(1, move(shelf, scrap, 2), move(shelf, scrap, 1))])
    expect(message).toMatchObject({ type: 'adjustment', subject: `stock/${goods.item}`, closing: { device, seq: 1 } })
    expect(message?.payload).toMatchObject({
      delta: -3,
      reason: 'scrap DAMAGED',
      by: 'w',
      place: { location: place('A') },
    })
    expect(messages([moved(1, move(shelf, scrap, 2), move(scrap, shelf, 2))])).toEqual([])
  })
  it('[E123] a posted count carries what was seen, the book at its point and who approved it', () => {
    const key = { ...goods, ...shelf }
    const facts = [
      { key, counted: 7, bookAtCount: 10, countedAt: 't', reason: 'count', approvedBy: 'Ayşe', countLine: 'l' },
    ]
    const adjustment = at(virtualLocation(warehouse, 'adjustment'))
    const [message] = messages([{ ...moved(1, move(shelf, adjustment, 3)), facts }])
    expect(message?.payload).toMatchObject({
      delta: -3,
      reason: 'count',
      by: 'Ayşe',
      count: { counted: 7, bookAtCount: 10, countedAt: 't', countLine: 'l' },
    })
  })
  it('[E124] only what crosses is a transfer, one message per item and command', () => {
    const rules = [
      { ours: '* *', theirs: 'MAIN' },
      { ours: '* damaged', theirs: 'DAMAGED' },
    ]
    const other = { ...move(shelf, at(place('B'), 'damaged'), 4), item: derivedId<'item'>('item', 'other') }
    const all = messages([moved(1, move(shelf, bin, 5), move(shelf, at(place('A'), 'damaged'), 2), other)], rules)
    expect(all.map(m => [m.type, m.subject])).toEqual([
      ['transfer', `stock/${goods.item}`],
      ['transfer', `stock/${other.item}`],
    ])
    expect(all[0]?.payload).toMatchObject({ lines: [{ qty: 2, to: { status: 'damaged' } }] })
    expect(messages([moved(1, move(shelf, bin, 5))])).toEqual([])
  })
  it('[E125] the closest rule wins: place, zone, any; and its status before any', () => {
    const grain = grainOf([
      { ours: '* *', theirs: 'any' },
      { ours: '* damaged', theirs: 'broken' },
      { ours: 'zone:COLD *', theirs: 'cold' },
      { ours: `${place('A')} *`, theirs: 'A' },
      { ours: `${place('A')} damaged`, theirs: 'A-broken' },
    ])
    const zoneOf = (of: LocationId) => (of === place('B') ? 'COLD' : null)
    const to = (name: string, status: StockStatus) => locate(grain, at(place(name), status), zoneOf)
    expect([
      to('A', 'damaged'),
      to('A', 'available'),
      to('B', 'damaged'),
      to('C', 'damaged'),
      to('C', 'blocked'),
    ]).toEqual(['A-broken', 'A', 'cold', 'broken', 'any'])
    expect(locate(grainOf([]), shelf, zoneOf)).toBeNull()
  })
  it('[E127] the same commands in other batches make the same messages under the same keys', () => {
    const commands = [1, 2, 3].map(seq => moved(seq, move(shelf, scrap, seq)))
    const together = messages(commands)
    const apart = commands.flatMap(one => messages([one]))
    expect(together).toEqual(apart)
    expect(new Set(together.map(m => m.key)).size).toBe(3)
  })
})
