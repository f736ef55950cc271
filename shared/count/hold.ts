import type { StockStatus } from '../ledger/stock.ts'
import { isPendingState } from './life.ts'
import type { Variance } from './variance.ts'

/**
 * Doubtful stock is not promised: a pending shortage holds as much of it as nobody has reserved. Goods that nobody may take
 * anyway need no hold.
 */
export const holdOf = (
  variance: Pick<Variance, 'state' | 'delta'> | null,
  row: { onHand: number; reserved: number; status: StockStatus },
): number =>
  variance === null || !isPendingState(variance.state) || variance.delta >= 0 || row.status !== 'available'
    ? 0
    : Math.max(0, Math.min(-variance.delta, row.onHand - row.reserved))
