import type { DeviceId, WarehouseId } from '../../shared/ids.ts'
import { stockKeyText } from '../../shared/ledger/stock.ts'
import type { Movement } from '../../shared/ledger/stock.ts'
import { looseAt, virtualLocation } from '../../shared/ledger/world.ts'
import type { Draft } from '../../shared/sync/command.ts'

/** What one act moves: stock key text and signed quantity. Knows nothing of the protocol. */
export type Leg = { key: string; qty: number }

/** What really lies where, moved at the instant of the beep, and everything that was beeped. */
export type Truth = {
  lies: Map<string, number>
  beeped: { device: DeviceId; epoch: string; seq: number }[]
}

export const makeTruth = (opening: readonly Movement[]): Truth => {
  const truth: Truth = { lies: new Map(), beeped: [] }
  move(
    truth.lies,
    opening.flatMap(m => [
      { key: stockKeyText({ ...m, ...m.from }), qty: -m.qty },
      { key: stockKeyText({ ...m, ...m.to }), qty: m.qty },
    ]),
  )
  return truth
}

export const move = (lies: Map<string, number>, legs: readonly Leg[]): void => {
  for (const { key, qty } of legs) lies.set(key, (lies.get(key) ?? 0) + qty)
}

/** What the hands do in one act, told without the rules of the product. */
export const legsOf = (warehouse: WarehouseId, draft: Draft): readonly Leg[] => {
  if (draft.type !== 'receive' && draft.type !== 'pick') return []
  const from = draft.type === 'pick' ? draft.from : looseAt(virtualLocation(warehouse, 'supplier'))
  return [
    { key: stockKeyText({ ...draft, ...from }), qty: -draft.qty },
    { key: stockKeyText({ ...draft, ...draft.to }), qty: draft.qty },
  ]
}
