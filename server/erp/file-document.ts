import type { PostedLine } from './connector.ts'
import { numberOf } from './effect.ts'
import { ErpError } from './erp-error.ts'
import { decodeText, encodeText, readCsv, SEPARATORS, writeCsv } from './file-csv.ts'
import type { OutEncoding } from './file-csv.ts'
import type { Line, OutboundOp, Package, Shipping } from './operation.ts'
import { baseOf, baseQty } from './quantity.ts'
import { documentName, lineName } from './remote-id.ts'

/** One layout for every document; what a row does not say is empty. */
export const OUT_COLUMNS = [
  'row',
  'key',
  'type',
  'seq',
  'at',
  'by',
  'client',
  'order',
  'order_line',
  'item',
  'lot',
  'serial',
  'expiry',
  'quantity',
  'from',
  'to',
  'final',
  'shorts',
  'reason',
  'counted',
  'book',
  'counted_at',
  'approved_by',
  'status',
  'carton',
  'carton_type',
  'weight_g',
  'length_mm',
  'width_mm',
  'height_mm',
  'carrier',
  'tracking',
] as const
type Column = (typeof OUT_COLUMNS)[number]
type OutRow = Partial<Record<Column, string | number | null>>

export type OutFormat = { encoding: OutEncoding; separator: keyof typeof SEPARATORS }
const MAX_LINES = 100_000

const unitsOf = (qty: Line['qty'], item: string): number => {
  const n = baseOf(qty)
  if (n === null) throw new ErpError('config', `${item}: a fraction of a unit`)
  return n
}

/** `goods` rows move stock; `carton` and `content` rows say how it was packed; a `status` row says how far an order is. */
const rowsOf = (op: OutboundOp): OutRow[] => {
  const order = 'order' in op && op.order !== null ? op.order.id : null
  const goods = (line: Omit<Line, 'qty' | 'location'>, n: number, more: OutRow): OutRow => ({
    row: 'goods',
    order_line: line.line === null ? null : lineName(order, line.line),
    item: line.item,
    lot: line.lot,
    serial: line.serial,
    expiry: line.expiry,
    quantity: n,
    ...more,
  })
  switch (op.type) {
    case 'receipt':
      return op.lines.map(line =>
        goods(line, unitsOf(line.qty, line.item), { to: line.location, final: op.final ? 'yes' : 'no' }),
      )
    case 'return':
      return op.lines.map(line =>
        goods(line, unitsOf(line.qty, line.item), { to: line.location, reason: op.reason, final: 'yes' }),
      )
    case 'shipment':
      return [
        ...op.lines.map(line =>
          goods(line, unitsOf(line.qty, line.item), { from: line.location, shorts: op.shorts, ...sentBy(op.shipping) }),
        ),
        ...cartonsOf(op.packages, order),
      ]
    case 'transfer':
      return op.lines.map(line => goods(line, unitsOf(line.qty, line.item), { from: line.from, to: line.to }))
    case 'adjustment': {
      const { line, delta, reason, counted, bookAtCount, countedAt, approvedBy } = op
      const seen = { reason, counted, book: bookAtCount, counted_at: countedAt, approved_by: approvedBy }
      const side: OutRow = delta > 0 ? { to: line.location } : { from: line.location }
      return [goods({ ...line, line: null }, delta, { ...side, ...seen })]
    }
    case 'orderStatus':
      return [{ row: 'status', status: op.status, ...sentBy(op.shipping) }, ...cartonsOf(op.packages, order)]
    case 'reservation':
      throw new ErpError('config', 'reservations are not told by files')
  }
}

const sentBy = ({ carrier, tracking }: Shipping): OutRow => ({ carrier, tracking: tracking.join('|') })

const cartonsOf = (packages: readonly Package[], order: string | null): OutRow[] =>
  packages.flatMap(({ label, type, weightG, size, tracking, lines }) => [
    {
      row: 'carton',
      carton: label,
      carton_type: type,
      weight_g: weightG,
      length_mm: size?.l ?? null,
      width_mm: size?.w ?? null,
      height_mm: size?.h ?? null,
      tracking,
    },
    ...lines.map((line): OutRow => ({
      row: 'content',
      carton: label,
      order_line: line.line === null ? null : lineName(order, line.line),
      item: line.item,
      lot: line.lot,
      serial: line.serial,
      expiry: line.expiry,
      quantity: unitsOf(line.qty, line.item),
    })),
  ])

/** The file of one operation: the same bytes whenever it is written. */
export const documentBytes = (op: OutboundOp, format: OutFormat): Uint8Array => {
  const { key, type, seq, at, by, client } = op
  const order = 'order' in op && op.order !== null ? documentName(op.order.id) : null
  const rows = rowsOf(op).map(row => {
    const all: OutRow = { key, type, seq, at, by, client, order, ...row }
    return OUT_COLUMNS.map(column => String(all[column] ?? ''))
  })
  const bytes = encodeText(writeCsv([[...OUT_COLUMNS], ...rows], SEPARATORS[format.separator]), format.encoding)
  if (bytes === null) throw new ErpError('config', `a letter of it does not exist in ${format.encoding}`)
  return bytes
}

/** What a document says that was moved; null where it cannot be read any more. */
export const documentLines = (bytes: Uint8Array, format: OutFormat): readonly PostedLine[] | null => {
  const text = decodeText(bytes, format.encoding === 'windows-1254' ? 'windows-1254' : 'utf-8')
  const table = text === null ? null : readCsv(text, format.separator, MAX_LINES)
  if (table === null || 'problem' in table || table.ragged.length > 0) return null
  return table.rows
    .filter(({ cells }) => cells.get('row') === 'goods')
    .map(({ cells }) => ({
      item: cells.get('item') ?? '',
      lot: cells.get('lot') ?? '',
      serial: cells.get('serial') ?? '',
      qty: baseQty(Math.abs(Number(cells.get('quantity') ?? 0))),
    }))
}

/** What a document does to the stock of places, for a picture of stock that does not have it yet. */
export const documentMoves = (
  bytes: Uint8Array,
  format: OutFormat,
): readonly { item: string; location: string; lot: string; n: number }[] => {
  const text = decodeText(bytes, format.encoding === 'windows-1254' ? 'windows-1254' : 'utf-8')
  const table = text === null ? null : readCsv(text, format.separator, MAX_LINES)
  if (table === null || 'problem' in table) return []
  return table.rows
    .filter(({ cells }) => cells.get('row') === 'goods')
    .flatMap(({ cells }) => {
      const goods = { lot: cells.get('lot') ?? '', serial: cells.get('serial') ?? '' }
      const at = { item: cells.get('item') ?? '', lot: numberOf(goods) }
      const n = Math.abs(Number(cells.get('quantity') ?? 0))
      const [from = '', to = ''] = [cells.get('from'), cells.get('to')]
      return [
        ...(from === '' ? [] : [{ ...at, location: from, n: -n }]),
        ...(to === '' ? [] : [{ ...at, location: to, n }]),
      ]
    })
}
