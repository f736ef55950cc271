import type { ExceptionKind, RefusalCode } from '../../shared/exception.ts'
import { NO_LPN } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import type { Effects } from '../../shared/ledger/effects.ts'
import { keyOf, stockKeyText } from '../../shared/ledger/stock.ts'
import type { Address, Movement, StockKey, StockStatus } from '../../shared/ledger/stock.ts'
import { lotKey, virtualLocation } from '../../shared/ledger/world.ts'
import type { View } from '../../shared/ledger/world.ts'
import { isMobile } from '../../shared/process/pick-lines.ts'
import { isVirtual } from '../../shared/process/virtual.ts'
import type { SettleAsk } from '../../shared/sync/settle.ts'

/** What contradicts the books, with all that its commands have moved and nobody has taken back. */
export type Trouble = {
  kind: ExceptionKind
  subject: string
  body: Record<string, unknown>
  movements: readonly Movement[]
}
export type At = {
  view: View
  trouble: Trouble
  args: SettleAsk['args']
  now: string
  /** Lots under an open recall, by `lotKey`. */
  recalled: ReadonlySet<string>
}
/** What is done about it; a text is the refusal. */
export type Cure = (at: At) => Effects | RefusalCode

export const text = (body: Record<string, unknown>, key: string): string => {
  const value = body[key]
  return typeof value === 'string' ? value : ''
}
export const whole = (body: Record<string, unknown>, key: string): number => {
  const value = body[key]
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : 0
}

export const nowOf = ({ now: at }: At) => ({ takenAt: at, at, unc: 0 })
export const goodsOf = ({ client, item, lot, serial }: StockKey) => ({ client, item, lot, serial })
const goodsText = ({ client, item, lot, serial }: StockKey): string => [client, item, lot, serial].join('\u001f')
export const addressOf = ({ location, lpn, status }: StockKey): Address => ({ location, lpn, status })

/** The stock row that its facts name; what they do not name is empty. */
export const keyIn = (body: Record<string, unknown>): StockKey => ({
  client: text(body, 'client') as StockKey['client'],
  item: text(body, 'item') as StockKey['item'],
  lot: text(body, 'lot'),
  serial: text(body, 'serial'),
  location: text(body, 'location') as StockKey['location'],
  lpn: (text(body, 'lpn') || NO_LPN) as StockKey['lpn'],
  status: (text(body, 'status') || 'available') as StockStatus,
})

/** What came of the goods that it is about, where its commands say so. A closed delivery is one row, whatever came of it. */
export const broughtBy = ({ view, trouble: { kind, movements, body } }: At): readonly Movement[] => {
  const item = kind === 'late_line' ? '' : text(body, 'item')
  return movements.filter(m => !isVirtual(view.location(m.to.location)) && (item === '' || m.item === item))
}

export type Part = { key: StockKey; qty: number }
export const piecesIn = (parts: readonly Part[]): number => parts.reduce((sum, { qty }) => sum + qty, 0)

/** What its commands have brought, by where they put it, the newest first: so many at most, and no row gives more than it has. */
export const stillThere = (at: At, wanted = Infinity): readonly (Part & { from: Address })[] => {
  const parts = new Map<string, Part & { from: Address }>()
  let rest = wanted
  for (const m of broughtBy(at)) {
    const key = keyOf({ ...m, ...m.to })
    const name = stockKeyText(key)
    const { qty: before, from } = parts.get(name) ?? { qty: 0, from: m.from }
    const qty = Math.min(rest, m.qty, at.view.stock(key).onHand - before)
    if (qty <= 0) continue
    rest -= qty
    parts.set(name, { key, from, qty: before + qty })
  }
  return [...parts.values()]
}

/**
 * Where so many of the goods lie now, nobody having reserved them: first where they came to, then wherever the books have the
 * same goods, of each as many as came. Pieces without lot and serial are like one another.
 */
export const whereabouts = (at: At, wanted: number, statuses: readonly StockStatus[]): readonly Part[] => {
  const { view } = at
  const came = new Map<string, Part>()
  const there = new Map<string, StockKey>()
  for (const m of broughtBy(at)) {
    const key = keyOf({ ...m, ...m.to })
    came.set(goodsText(key), { key, qty: m.qty + (came.get(goodsText(key))?.qty ?? 0) })
    there.set(stockKeyText(key), key)
  }
  const elsewhere = [...came.values()].flatMap(({ key }) =>
    view.stockOf(key.client, key.item).filter(row => goodsText(row) === goodsText(key)),
  )
  for (const row of elsewhere)
    if (!isVirtual(view.location(row.location)))
      there.set(stockKeyText(row), there.get(stockKeyText(row)) ?? keyOf(row))
  const left = new Map([...came].map(([name, { qty }]) => [name, qty]))
  const parts: Part[] = []
  let rest = wanted
  for (const key of there.values()) {
    const { onHand, reserved, held } = view.stock(key)
    if (!statuses.includes(key.status) || isMobile(view, key.location)) continue
    const most = left.get(goodsText(key)) ?? 0
    const qty = Math.min(onHand - reserved - held, rest, most)
    if (qty <= 0) continue
    rest -= qty
    left.set(goodsText(key), most - qty)
    parts.push({ key, qty })
  }
  return parts
}

export const moved = (at: At, parts: readonly Part[], to: (key: StockKey) => Address): Effects | RefusalCode =>
  parts.length === 0
    ? 'gone'
    : {
        ...NOTHING,
        movements: parts.map(({ key, qty }) => ({
          ...goodsOf(key),
          from: addressOf(key),
          to: to(key),
          qty,
          ...nowOf(at),
        })),
      }

export const outside = ({ view }: At, kind: 'supplier' | 'scrap' | 'adjustment'): Address => ({
  location: virtualLocation(view.warehouse, kind),
  lpn: NO_LPN,
  status: 'available',
})

export const isRecalled = (
  { recalled }: At,
  { client, item, lot }: Pick<StockKey, 'client' | 'item' | 'lot'>,
): boolean => recalled.has(lotKey(client, item, lot))
