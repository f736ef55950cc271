import { derivedId } from '../../shared/ids.ts'
import type { ClientId, ItemId, LocationId, WarehouseId } from '../../shared/ids.ts'
import type { Address, Goods, Movement, StockKey } from '../../shared/ledger/stock.ts'
import { stockKeyText } from '../../shared/ledger/stock.ts'
import { virtualLocation } from '../../shared/ledger/world.ts'
import type { CommandRef, MessageWrite } from './ports.ts'

type Place = Pick<Address, 'location' | 'status'>
const placeOf = ({ location, status }: Address): Place => ({ location, status })

/** Why a figure was corrected, where a person counted and approved it. */
export type AdjustmentFacts = {
  key: StockKey
  counted: number
  bookAtCount: number
  countedAt: string
  reason: string
  approvedBy: string
  countLine: string
}
export type AdjustmentPayload = {
  v: 1
  type: 'adjustment'
  document: null
  client: ClientId
  item: ItemId
  lot: string
  serial: string
  place: Place
  /** Signed base units, never 0. */
  delta: number
  reason: string
  by: string
  count: Omit<AdjustmentFacts, 'key' | 'reason' | 'approvedBy'> | null
}
export type TransferPayload = {
  v: 1
  type: 'transfer'
  document: null
  client: ClientId
  item: ItemId
  by: string
  lines: { lot: string; serial: string; qty: number; from: Place; to: Place }[]
}
/** What one command or decision has moved, beyond what the message of a document tells. */
export type Moved = {
  ref: CommandRef
  movements: readonly Movement[]
  reason: string
  by: string
  facts: readonly AdjustmentFacts[]
}

const OUTSIDE = ['supplier', 'customer', 'adjustment', 'scrap', 'transit', 'unknown'] as const

/**
 * Movements that no document tells of: what came or went by correction, scrap or find is an adjustment; what crosses from one
 * location of an ERP to another is a transfer; the rest is nobody's affair but ours. One command is never mixed with another:
 * sent again after a restore, in whatever batch, it makes the same messages under the same keys.
 */
export const stockMessages = (
  moved: readonly Moved[],
  warehouse: WarehouseId,
  crosses: (from: Place, to: Place) => boolean,
): MessageWrite[] => {
  const outside = new Set(OUTSIDE.map((kind): LocationId => virtualLocation(warehouse, kind)))
  return moved.flatMap(one => [...adjustments(one, outside), ...transfers(one, outside, crosses)])
}

const messageOf = (
  { ref }: Moved,
  type: 'adjustment' | 'transfer',
  item: ItemId,
  client: ClientId,
  detail: string,
  payload: AdjustmentPayload | TransferPayload,
): MessageWrite => {
  const subject = `stock/${item}`
  return {
    key: derivedId('outbox', type, subject, detail, ref.device, ref.epoch, ref.seq),
    client,
    subject,
    type,
    payload,
    covers: [ref],
    closing: ref,
  }
}

const adjustments = (moved: Moved, outside: ReadonlySet<LocationId>): MessageWrite[] => {
  const sums = new Map<string, { key: StockKey; delta: number }>()
  const add = (goods: Goods, at: Address, n: number): void => {
    const { client, item, lot, serial } = goods
    const key: StockKey = { client, item, lot, serial, location: at.location, lpn: at.lpn, status: at.status }
    const text = stockKeyText(key)
    sums.set(text, { key, delta: (sums.get(text)?.delta ?? 0) + n })
  }
  for (const m of moved.movements) {
    const [fromOutside, toOutside] = [outside.has(m.from.location), outside.has(m.to.location)]
    if (fromOutside && !toOutside) add(m, m.to, m.qty)
    if (toOutside && !fromOutside) add(m, m.from, -m.qty)
  }
  const known = new Map(moved.facts.map(fact => [stockKeyText(fact.key), fact]))
  return [...sums]
    .filter(([, { delta }]) => delta !== 0)
    .map(([text, { key, delta }]) => {
      const facts = known.get(text)
      const { client, item, lot, serial } = key
      return messageOf(moved, 'adjustment', item, client, text, {
        v: 1,
        type: 'adjustment',
        document: null,
        client,
        item,
        lot,
        serial,
        place: { location: key.location, status: key.status },
        delta,
        reason: facts?.reason ?? moved.reason,
        by: facts?.approvedBy ?? moved.by,
        count:
          facts === undefined
            ? null
            : {
                counted: facts.counted,
                bookAtCount: facts.bookAtCount,
                countedAt: facts.countedAt,
                countLine: facts.countLine,
              },
      })
    })
}

const transfers = (
  moved: Moved,
  outside: ReadonlySet<LocationId>,
  crosses: (from: Place, to: Place) => boolean,
): MessageWrite[] => {
  const items = new Map<string, { client: ClientId; item: ItemId; lines: TransferPayload['lines'] }>()
  for (const m of moved.movements) {
    if (outside.has(m.from.location) || outside.has(m.to.location)) continue
    const [from, to] = [placeOf(m.from), placeOf(m.to)]
    if (!crosses(from, to)) continue
    const row = items.get(m.item) ?? { client: m.client, item: m.item, lines: [] }
    row.lines.push({ lot: m.lot, serial: m.serial, qty: m.qty, from, to })
    items.set(m.item, row)
  }
  return [...items.values()].map(({ client, item, lines }) =>
    messageOf(moved, 'transfer', item, client, '', {
      v: 1,
      type: 'transfer',
      document: null,
      client,
      item,
      by: moved.by,
      lines,
    }),
  )
}
