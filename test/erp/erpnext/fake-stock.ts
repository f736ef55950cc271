import { Thrown } from './fake-db.ts'
import type { Db, Row } from './fake-db.ts'

/** What a posted row moves: signed pieces at one warehouse. */
type Effect = { row: Row; item: string; warehouse: string; n: number; batch: string; serials: string[] }
type Voucher = { doctype: string; doc: Row }

const text = (row: Row, field: string): string => (typeof row[field] === 'string' ? row[field] : '')
const number = (row: Row, field: string): number => Number(row[field] ?? 0)
const serialsIn = (row: Row): string[] =>
  text(row, 'serial_no')
    .split('\n')
    .map(one => one.trim())
    .filter(Boolean)
export const itemsOf = (doc: Row): Row[] => (doc['items'] ?? []) as Row[]
export const rounded = (n: number): number => Math.round(n * 1000) / 1000

/** The stock ledger: every posting writes rows of it, in bundles of batches from version 15 on. */
export const makeStock = (db: Db, deps: { version: number; company: string; negative: () => boolean }) => {
  const bin = (item: string, warehouse: string): Row | undefined =>
    db.rowsOf('Bin').find(row => row['item_code'] === item && row['warehouse'] === warehouse)
  const onHand = (item: string, warehouse: string): number => {
    const found = bin(item, warehouse)
    return found === undefined ? 0 : number(found, 'actual_qty')
  }
  const change = (item: string, warehouse: string, n: number): number => {
    const found = bin(item, warehouse) ?? db.insert('Bin', { item_code: item, warehouse, actual_qty: 0 })
    const after = rounded(number(found, 'actual_qty') + n)
    db.save('Bin', found.name, { actual_qty: after })
    return after
  }
  /** By the ledger itself, which the connector sums as well but reads in another way. */
  const onHandOf = (item: string, warehouse: string, batch: string): number =>
    db.rowsOf('Stock Ledger Entry').reduce((sum, row) => {
      if (row['item_code'] !== item || row['warehouse'] !== warehouse || number(row, 'is_cancelled') === 1) return sum
      return sum + (batchIn(row) === batch ? number(row, 'actual_qty') : 0)
    }, 0)
  const batchIn = (row: Row): string => {
    const bundle = text(row, 'serial_and_batch_bundle')
    if (bundle === '') return text(row, 'batch_no')
    return text(((db.get('Serial and Batch Bundle', bundle)['entries'] ?? []) as Row[])[0] as Row, 'batch_no')
  }
  const effectsOf = ({ doctype, doc }: Voucher): Effect[] =>
    itemsOf(doc).flatMap(row => {
      const item = text(row, 'item_code')
      const one = { row, item, batch: text(row, 'batch_no'), serials: serialsIn(row) }
      if (doctype === 'Stock Entry') {
        const n = number(row, 'transfer_qty')
        const out = text(row, 's_warehouse') === '' ? [] : [{ ...one, warehouse: text(row, 's_warehouse'), n: -n }]
        return [
          ...out,
          ...(text(row, 't_warehouse') === '' ? [] : [{ ...one, warehouse: text(row, 't_warehouse'), n }]),
        ]
      }
      const n = doctype === 'Delivery Note' ? -number(row, 'stock_qty') : number(row, 'stock_qty')
      return [{ ...one, warehouse: text(row, 'warehouse'), n }]
    })
  const refuse = (effects: readonly Effect[]): void => {
    const sums = new Map<string, number>()
    for (const { item, warehouse, n, batch, serials } of effects) {
      const goods = db.get('Item', item)
      if (number(goods, 'has_batch_no') === 1 && batch === '')
        throw new Thrown('ValidationError', `Batch No of ${item}?`)
      if (number(goods, 'has_serial_no') === 1 && serials.length !== Math.abs(n))
        throw new Thrown('ValidationError', `Serial Nos of ${item}?`)
      for (const serial of serials) {
        const there = db.get('Serial No', serial)
        if (n < 0 && there['warehouse'] !== warehouse)
          throw new Thrown('SerialNoWarehouseError', `${serial} is not in ${warehouse}`)
      }
      const of = batch === '' ? onHand(item, warehouse) : onHandOf(item, warehouse, batch)
      const key = `${item}|${warehouse}|${batch}`
      sums.set(key, (sums.get(key) ?? of) + n)
    }
    for (const [key, left] of sums)
      if (left < 0 && !(deps.negative() && key.endsWith('|')))
        throw new Thrown('NegativeStockError', `${-left} units of <a href="#">${key}</a> needed`)
  }
  const bundle = (effect: Effect, voucher: string): string => {
    const { item, warehouse, n, batch, serials } = effect
    const entry = { batch_no: batch, warehouse }
    const entries =
      serials.length > 0
        ? serials.map(serial_no => ({ ...entry, serial_no, qty: Math.sign(n) }))
        : [{ ...entry, serial_no: '', qty: n }]
    return db.insert('Serial and Batch Bundle', { item_code: item, warehouse, voucher_no: voucher, entries }).name
  }
  const write = ({ doctype, doc }: Voucher, effect: Effect, more: Record<string, unknown> = {}): void => {
    const tracked = effect.batch !== '' || effect.serials.length > 0
    const bundled = deps.version >= 15 && tracked
    const fields = bundled
      ? { serial_and_batch_bundle: bundle(effect, doc.name) }
      : { batch_no: effect.batch, serial_no: effect.serials.join('\n') }
    const entry = db.insert('Stock Ledger Entry', {
      item_code: effect.item,
      warehouse: effect.warehouse,
      actual_qty: effect.n,
      company: deps.company,
      posting_date: doc['posting_date'],
      posting_time: doc['posting_time'],
      voucher_type: doctype,
      voucher_no: doc.name,
      voucher_detail_no: effect.row.name,
      qty_after_transaction: change(effect.item, effect.warehouse, effect.n),
      is_cancelled: 0,
      ...fields,
      ...more,
    })
    if (bundled) effect.row['serial_and_batch_bundle'] = entry['serial_and_batch_bundle']
    for (const serial of effect.serials)
      db.save('Serial No', serial, { warehouse: effect.n > 0 ? effect.warehouse : '', status: 'Active' })
  }
  return {
    onHand,
    onHandOf,
    post: (voucher: Voucher): void => {
      const effects = effectsOf(voucher)
      refuse(effects)
      for (const effect of effects) write(voucher, effect)
    },
    /** A count: without batches its row in the ledger carries the new figure and no difference. */
    count: (doc: Row): void => {
      for (const row of itemsOf(doc)) {
        const batch = text(row, 'batch_no')
        const n = rounded(number(row, 'qty') - number(row, 'current_qty'))
        const effect = { row, item: text(row, 'item_code'), warehouse: text(row, 'warehouse'), n, batch, serials: [] }
        write({ doctype: 'Stock Reconciliation', doc }, effect, batch === '' ? { actual_qty: 0 } : {})
      }
    },
    /** The ledger keeps both rows, and says of both that they are cancelled. */
    cancel: (voucher: Voucher): void => {
      for (const entry of db.rowsOf('Stock Ledger Entry').filter(row => row['voucher_no'] === voucher.doc.name))
        db.save('Stock Ledger Entry', entry.name, { is_cancelled: 1 })
      for (const effect of effectsOf(voucher)) write(voucher, { ...effect, n: -effect.n }, { is_cancelled: 1 })
    },
  }
}
export type Stock = ReturnType<typeof makeStock>
