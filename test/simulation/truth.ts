import type { DeviceId, WarehouseId } from '../../shared/ids.ts'
import { NO_LPN } from '../../shared/ids.ts'
import { stockKeyText } from '../../shared/ledger/stock.ts'
import type { Address, Movement } from '../../shared/ledger/stock.ts'
import { looseAt, virtualLocation } from '../../shared/ledger/world.ts'
import type { Device } from './device.ts'
import type { Draft } from '../../shared/sync/command.ts'

/** What one act moves: stock key text and signed quantity. Knows nothing of the protocol. */
export type Leg = { key: string; qty: number }

export type LostStorage = Pick<Device, 'acts' | 'actedAt' | 'heard'> & { device: Device; epoch: string }

/** What really lies where, moved at the instant of the beep, and everything that was beeped. */
export type Truth = {
  lies: Map<string, number>
  beeped: { device: DeviceId; epoch: string; seq: number }[]
  /** What the books have too much of (or too little) because goods went without anybody saying so. */
  unbooked: Map<string, number>
  /** Storages that were lost whole, with what was done under their numbers. */
  storages: LostStorage[]
  /** The same as `unbooked`, with the time at which they went, ms. */
  gone: { key: string; qty: number; at: number }[]
}

export const makeTruth = (opening: readonly Movement[], lost: readonly Leg[]): Truth => {
  const truth: Truth = { lies: new Map(), beeped: [], unbooked: new Map(), gone: [], storages: [] }
  move(
    truth.lies,
    opening.flatMap(m => [
      { key: stockKeyText({ ...m, ...m.from }), qty: -m.qty },
      { key: stockKeyText({ ...m, ...m.to }), qty: m.qty },
    ]),
  )
  lose(truth, lost, 0)
  return truth
}

/** Goods that go without a command: only a count finds out. */
export const lose = (truth: Truth, legs: readonly Leg[], at: number): void => {
  truth.gone.push(...legs.map(({ key, qty }) => ({ key, qty: -qty, at })))
  move(truth.lies, legs)
  move(
    truth.unbooked,
    legs.map(({ key, qty }) => ({ key, qty: -qty })),
  )
}

export const move = (lies: Map<string, number>, legs: readonly Leg[]): void => {
  for (const { key, qty } of legs) lies.set(key, (lies.get(key) ?? 0) + qty)
}

/** What the hands do in one act, told without the rules of the product. */
export const legsOf = (warehouse: WarehouseId, draft: Draft): readonly Leg[] => {
  const legs = (from: Address, to: Address, qty: number): readonly Leg[] =>
    'item' in draft && 'lot' in draft
      ? [
          { key: stockKeyText({ ...draft, ...from }), qty: -qty },
          { key: stockKeyText({ ...draft, ...to }), qty },
        ]
      : []
  switch (draft.type) {
    case 'receive':
      return legs(looseAt(virtualLocation(warehouse, 'supplier')), draft.to, draft.qty)
    case 'pick':
    case 'putaway':
    case 'move':
      return legs(draft.from, draft.to, draft.qty)
    case 'short':
      // Broken pieces are laid aside where they were found.
      return legs(draft.from, { ...draft.from, lpn: NO_LPN, status: 'damaged' }, draft.damaged ?? 0)
    default:
      return []
  }
}
