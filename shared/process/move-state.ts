import type { ClientId, ItemId, LocationId, LpnId } from '../ids.ts'
import type { StockStatus } from '../ledger/stock.ts'
import type { Next, ProcessState } from './process.ts'

/** What is on its way: loose goods, a whole pallet, everything in the place, or a tote, carton or cart with what is in it. */
export type Load =
  | {
      kind: 'goods'
      client: ClientId
      item: ItemId
      lot: string
      serial: string
      lpn: LpnId
      status: StockStatus
      n: number
      qty: number
      packaging: string | null
      raw: string
    }
  | { kind: 'pallet'; client: ClientId; lpn: LpnId; label: string }
  | { kind: 'whole' }
  | { kind: 'mobile'; mobile: LocationId }

export type MoveState = ProcessState & {
  process: 'move'
  at: 'from' | 'goods' | 'lot' | 'serial' | 'to' | 'status' | 'reason'
  from: LocationId | null
  load: Load | null
  /** Instant of the scan that took the goods up: they are not at their old place from then on. */
  takenAt: string | null
  /** The status that the goods shall get, or scrapping; the reason is still to come. */
  change: StockStatus | 'scrap' | null
}
export type MoveNext = Next<MoveState>

export const FRESH: MoveState = {
  process: 'move',
  key: 'move',
  at: 'from',
  confirm: null,
  from: null,
  load: null,
  takenAt: null,
  change: null,
}
