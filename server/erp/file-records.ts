import { cellsOf } from './file-cells.ts'
import type { Cells, Reading } from './file-cells.ts'
import type { Row, Table } from './file-csv.ts'
import type { Flaw } from './inbound.ts'
import { baseQty } from './quantity.ts'
import { documentRemote, lineRemote } from './remote-id.ts'

/** What lies in `in/`: the kind of a file is how its name begins. The columns without which it is refused. */
export const IN_FILES = {
  item: { name: 'items', columns: ['sku', 'name'] },
  partner: { name: 'partners', columns: ['id', 'name'] },
  location: { name: 'locations', columns: ['id'] },
  purchaseOrder: { name: 'purchase-orders', columns: ['order', 'line', 'item', 'quantity'] },
  salesOrder: { name: 'sales-orders', columns: ['order', 'line', 'item', 'quantity'] },
  stock: { name: 'stock', columns: ['item', 'location', 'quantity'] },
  movement: { name: 'movements', columns: ['id', 'at', 'item', 'quantity', 'from', 'to'] },
} as const
export type InFile = keyof typeof IN_FILES

export type RawRecord = { id: string; record: unknown }
export type FileRecords = { raw: readonly RawRecord[]; flaws: readonly Flaw[] }
const MAX_FLAWS = 500

/** Rows as records of the port, not yet checked by its schemas. A record with a row that cannot be read is left out whole. */
export const recordsOf = (
  kind: InFile,
  table: Exclude<Table, { problem: string }>,
  reading: Reading,
): FileRecords & { wrong: number } => {
  const flaws: Flaw[] = table.ragged.map(({ line, cells }) => ({
    id: `${reading.file}:${line}`,
    field: '',
    problem: `line ${line} of ${reading.file}: ${cells} cells, the header has ${table.columns.length}`,
    value: '',
  }))
  const at = (row: Row, id: string): Cells => cellsOf(row, id, reading, flaws)
  const groups = new Map<string, Row[]>()
  for (const [i, row] of table.rows.entries()) {
    const id = idOf(kind, at(row, `${reading.file}:${row.line}`), i)
    if (id === '') flaws.push(nameless(row, reading))
    else groups.set(id, [...(groups.get(id) ?? []), row])
  }
  const raw: RawRecord[] = []
  // A row with more cells than it should have may belong to any order: orders of its file cannot be known to be whole.
  const isWhole = table.ragged.length === 0 || !isOrder(kind)
  for (const [id, rows] of groups) {
    const before = flaws.length
    const record = build(kind, id, rows, row => at(row, id))
    if (isWhole && flaws.length === before) raw.push({ id, record })
  }
  return { raw, flaws: flaws.slice(0, MAX_FLAWS), wrong: flaws.length }
}

const isOrder = (kind: InFile): kind is 'purchaseOrder' | 'salesOrder' =>
  kind === 'purchaseOrder' || kind === 'salesOrder'

const nameless = (row: Row, { file }: Reading): Flaw => ({
  id: `${file}:${row.line}`,
  field: 'id',
  problem: `line ${row.line} of ${file}: nothing names it`,
  value: '',
})

/** Rows with the same id are one record; of a picture of stock every row is one. */
const idOf = (kind: InFile, cells: Cells, n: number): string => {
  if (isOrder(kind)) return cells.text('order') === '' ? '' : documentRemote(kind, cells.text('order'))
  if (kind === 'stock') return String(n)
  return cells.text('id') || (kind === 'item' ? cells.text('sku') : '')
}

const build = (kind: InFile, id: string, rows: readonly Row[], at: (row: Row) => Cells): unknown => {
  const [first] = rows.slice(-1).map(at)
  if (first === undefined) return null
  switch (kind) {
    case 'item':
      return itemOf(id, first)
    case 'partner':
      return partnerOf(id, first)
    case 'location':
      return {
        id,
        code: first.text('code') || id,
        name: first.text('name') || id,
        kind: first.text('kind') || 'storage',
        active: first.flag('active', true),
      }
    case 'stock':
      return goodsOf(first)
    case 'movement':
      return { id, ...goodsOf(first), ...sidesOf(first) }
    case 'purchaseOrder':
    case 'salesOrder':
      return orderOf(kind, id, rows.map(at))
  }
}

const itemOf = (id: string, cells: Cells): unknown => ({
  id,
  client: cells.text('client'),
  sku: cells.text('sku'),
  name: cells.text('name'),
  unit: cells.text('unit') || 'pcs',
  barcodes: cells.list('barcodes'),
  category: cells.orNull('category'),
  packagings: cells.list('packagings').map(part => packagingOf(part, cells)),
  tracking: { lot: cells.flag('lot', false), serial: cells.flag('serial', false), expiry: cells.flag('expiry', false) },
  value: costOf(cells),
  weightG: cells.whole('weight_g'),
  shelfLifeDays: cells.whole('shelf_life_days'),
  active: cells.flag('active', true),
})

/** "case=12" or "case=12=8690001+8690002": name, base units in one, barcodes. */
const packagingOf = (part: string, cells: Cells): unknown => {
  const [name = '', quantity = '', codes = ''] = part.split('=').map(text => text.trim())
  return { id: name, name, ratio: cells.ratio(quantity), barcodes: codes.split('+').filter(code => code !== '') }
}

/** The cost of one base unit, in the currency's own minor units: two digits. */
const costOf = (cells: Cells): unknown => {
  const cost = cells.quantity('cost')
  if (cost === null) return null
  return { minor: Math.round((cost.n * cost.num * 100) / cost.den), currency: cells.text('currency') || 'TRY' }
}

const addressOf = (cells: Cells, name: string): unknown =>
  cells.text('street') === '' && cells.text('city') === ''
    ? null
    : {
        name,
        lines: [cells.text('street'), cells.text('street2')].filter(line => line !== ''),
        postcode: cells.text('postcode'),
        city: cells.text('city'),
        region: cells.text('region'),
        country: cells.text('country').toUpperCase(),
        phone: cells.text('phone'),
        email: cells.text('email'),
      }

const partnerOf = (id: string, cells: Cells): unknown => ({
  id,
  client: cells.text('client'),
  number: cells.orNull('number'),
  name: cells.text('name'),
  supplier: cells.flag('supplier', false),
  customer: cells.flag('customer', false),
  address: addressOf(cells, cells.text('name')),
  active: cells.flag('active', true),
})

const goodsOf = (cells: Cells) => ({
  item: cells.must('item', cells.orNull('item')) ?? '',
  lot: cells.text('serial') || cells.text('lot'),
  quantity: cells.must('quantity', cells.quantity('quantity')) ?? baseQty(0),
  location: cells.text('location'),
  expiry: cells.day('expiry'),
  asOf: cells.text('as_of'),
})

const sidesOf = (cells: Cells) => {
  const at = cells.must('at', cells.orNull('at')) ?? ''
  if (at !== '' && Number.isNaN(Date.parse(at))) cells.wrong('at', 'is no time (2027-01-31T08:00:00Z)')
  // The sides say which way it went.
  if ((cells.quantity('quantity')?.n ?? 0) < 0) cells.wrong('quantity', 'is negative')
  return {
    at,
    from: cells.orNull('from'),
    to: cells.orNull('to'),
    key: cells.orNull('key'),
    document: cells.orNull('document'),
  }
}

const STATES = new Set(['open', 'closed', 'cancelled'])

/** One row a line; what stands at the head is read from the last row. A row without item and line is a head alone. */
const orderOf = (kind: 'purchaseOrder' | 'salesOrder', id: string, rows: readonly Cells[]): unknown => {
  const head = rows.at(-1)
  if (head === undefined) return null
  const state = head.text('state') || 'open'
  if (!STATES.has(state)) head.wrong('state', 'is none of open, closed, cancelled')
  const lines = rows
    .filter(cells => cells.text('line') !== '' || cells.text('item') !== '')
    .map(cells => ({
      id: lineRemote(id, cells.must('line', cells.orNull('line')) ?? ''),
      item: cells.must('item', cells.orNull('item')) ?? '',
      quantity: cells.must('quantity', cells.quantity('quantity')) ?? baseQty(0),
      done: cells.quantity('done') ?? baseQty(0),
      closed: cells.flag('line_closed', false),
      ...(kind === 'salesOrder' ? { lot: cells.orNull('lot') } : {}),
    }))
  const twice = lines.find((line, i) => lines.findIndex(other => other.id === line.id) !== i)
  if (twice !== undefined) head.wrong('line', `the line ${twice.id} is there twice`)
  const more =
    kind === 'salesOrder'
      ? {
          customer: head.orNull('partner_id'),
          shipTo: addressOf(head, head.text('ship_to') || head.text('partner')),
          carrier: head.orNull('carrier'),
          service: head.orNull('service'),
        }
      : {}
  return {
    id,
    number: head.text('number') || head.text('order'),
    client: head.text('client'),
    partner: head.text('partner'),
    partnerId: head.orNull('partner_id'),
    due: head.day('due'),
    priority: head.whole('priority') ?? 0,
    state,
    note: head.orNull('note'),
    lines,
    ...more,
  }
}
