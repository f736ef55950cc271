import * as v from 'valibot'
import { isTaken } from './erpnext-answer.ts'
import { ErpError } from './erp-error.ts'
import { batchNames } from './erpnext-items.ts'
import { number, text, tick } from './erpnext-rpc.ts'
import type { Filter, Frappe } from './erpnext-rpc.ts'
import { nameOf } from './erpnext-sweep.ts'
import type { Line } from './operation.ts'
import { baseOf } from './quantity.ts'

/** A row of a message with the warehouses that it moves between; null = outside. */
export type Wanted = Pick<Line, 'item' | 'lot' | 'serial' | 'expiry' | 'qty' | 'unit' | 'line'> & {
  from: string | null
  to: string | null
}
/** One row of goods in ERPNext's names; pieces of one batch are one row, with all their serial numbers. */
export type Goods = {
  item: string
  unit: string
  batch: string
  serials: readonly string[]
  pieces: number
  from: string | null
  to: string | null
  /** The order's line, where it is known. */
  orderLine: string | null
}

const itemRow = v.object({ name: text, item_name: text, stock_uom: text, has_batch_no: tick, has_serial_no: tick })
type Item = v.InferOutput<typeof itemRow>

/** Whole base units, or refused: a fraction of a piece is a mistake of the mapping. */
export const wholeOf = (line: Pick<Line, 'item' | 'qty'>): number => {
  const n = baseOf(line.qty)
  if (n !== null && n > 0) return n
  throw new ErpError('config', `${line.item}: ${line.qty.n} × ${line.qty.num}/${line.qty.den} is no whole quantity`, {
    gap: { kind: 'unit', key: line.item },
  })
}

/**
 * The goods of a message as ERPNext knows them now. Refuses what would be booked wrongly: an item that is gone, one whose unit
 * is another than when it came in, one that is tracked there and not here or the other way round. `arrives`: batches and
 * serial numbers that ERPNext does not know are made.
 */
export const readGoods = async (
  frappe: Frappe,
  wanted: readonly Wanted[],
  arrives: boolean,
  signal: AbortSignal,
): Promise<Goods[]> => {
  const items = await readItems(frappe, wanted, signal)
  const itemOf = (line: Wanted): Item => items.get(nameOf('Item', line.item)) ?? gone(line)
  for (const line of wanted) fits(line, itemOf(line))
  const batchOf = await readBatches(frappe, wanted, arrives, signal)
  if (arrives) await makeSerials(frappe, wanted, signal)
  const rows = new Map<string, Goods>()
  for (const line of wanted) {
    const { name: item, stock_uom: unit } = itemOf(line)
    const orderLine = line.line === null ? null : line.line.slice(line.line.indexOf(',') + 1)
    const one = { item, unit, batch: batchOf(line), from: line.from, to: line.to, orderLine }
    const key = JSON.stringify(one)
    const before = rows.get(key)
    const serials = [...(before?.serials ?? []), ...(line.serial === '' ? [] : [line.serial])]
    rows.set(key, { ...one, serials, pieces: (before?.pieces ?? 0) + wholeOf(line) })
  }
  return [...rows.values()]
}

const gone = (line: Wanted): never => {
  throw new ErpError('config', `${line.item} is no longer in ERPNext: map the item anew, or skip the message`, {
    gap: { kind: 'item', key: line.item },
  })
}

const readItems = async (
  frappe: Frappe,
  wanted: readonly Wanted[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Item>> => {
  const names = [...new Set(wanted.map(line => nameOf('Item', line.item)))]
  const rows = await frappe.rows('Item', itemRow, { filters: [['name', 'in', names]] }, signal)
  return new Map(rows.map(row => [row.name, row]))
}

const fits = (line: Wanted, item: Item): void => {
  const { unit } = line
  if (unit !== undefined && unit !== null && unit !== item.stock_uom)
    throw new ErpError(
      'config',
      `ERPNext now counts ${item.item_name} in ${item.stock_uom}, we count in ${unit}: correct the unit there`,
      { gap: { kind: 'unit', key: line.item } },
    )
  const tracked = (there: boolean, here: boolean, what: string): void => {
    if (there && !here)
      throw new ErpError('rejected', `ERPNext keeps ${item.item_name} by ${what}, and these goods have none`)
    if (!there && here)
      throw new ErpError('config', `These goods have a ${what}, and ERPNext does not keep ${item.item_name} by it`, {
        gap: { kind: 'item', key: line.item },
      })
  }
  tracked(item.has_batch_no, line.lot !== '', 'batch')
  tracked(item.has_serial_no, line.serial !== '', 'serial number')
}

const batchRow = v.object({ name: text, item: text })

const readBatches = async (
  frappe: Frappe,
  wanted: readonly Wanted[],
  arrives: boolean,
  signal: AbortSignal,
): Promise<(line: Pick<Wanted, 'item' | 'lot'>) => string> => {
  const named = wanted.filter(line => line.lot !== '')
  const found = await findBatches(frappe, named, signal)
  for (const line of named) {
    const item = nameOf('Item', line.item)
    if (nameIn(found, line.lot, item) !== null) continue
    if (!arrives) throw new ErpError('conflict', `ERPNext does not know batch ${line.lot} of ${item}`)
    const [alone, together] = batchNames(line.lot, item)
    const batch = found.has(alone) ? together : alone
    const expiry = line.expiry === null ? {} : { expiry_date: line.expiry.slice(0, 10) }
    // Somebody may have made it meanwhile: whose it is is looked at again.
    await frappe.create('Batch', { batch_id: batch, item, ...expiry }, signal).catch(unlessTaken)
    for (const [name, owner] of await findBatches(frappe, [line], signal)) found.set(name, owner)
  }
  return line => {
    if (line.lot === '') return ''
    const name = nameIn(found, line.lot, nameOf('Item', line.item))
    // Another item has taken the number between our two looks.
    if (name === null) throw new ErpError('transient', `batch ${line.lot} has just been made for another item`)
    return name
  }
}
const nameIn = (found: ReadonlyMap<string, string>, lot: string, item: string): string | null =>
  batchNames(lot, item).find(name => found.get(name) === item) ?? null

/** Batches by name, with the item that each belongs to. */
const findBatches = async (
  frappe: Frappe,
  lines: readonly Wanted[],
  signal: AbortSignal,
): Promise<Map<string, string>> => {
  if (lines.length === 0) return new Map()
  const names = new Set(lines.flatMap(line => batchNames(line.lot, nameOf('Item', line.item))))
  const rows = await frappe.rows('Batch', batchRow, { filters: [['name', 'in', [...names]]] }, signal)
  return new Map(rows.map(row => [row.name, row.item]))
}

const unlessTaken = (error: unknown): void => {
  if (!isTaken(error)) throw error
}

const serialRow = v.object({ name: text, item_code: text })
/** Serial numbers are records over there; those that arrive for the first time are made without a place. */
const makeSerials = async (frappe: Frappe, wanted: readonly Wanted[], signal: AbortSignal): Promise<void> => {
  const lines = wanted.filter(line => line.serial !== '')
  if (lines.length === 0) return
  const names = lines.map(line => line.serial)
  const rows = await frappe.rows('Serial No', serialRow, { filters: [['name', 'in', names]] }, signal)
  const owners = new Map(rows.map(row => [row.name, row.item_code]))
  for (const line of lines) {
    const item = nameOf('Item', line.item)
    const owner = owners.get(line.serial)
    if (owner !== undefined && owner !== item)
      throw new ErpError('conflict', `In ERPNext serial number ${line.serial} belongs to ${owner}, not to ${item}`)
    if (owner === undefined)
      await frappe.create('Serial No', { serial_no: line.serial, item_code: item }, signal).catch(unlessTaken)
  }
}

const binRow = v.object({ item_code: text, warehouse: text, actual_qty: number })

/**
 * Refuses to take more than ERPNext has in a warehouse. It does so itself unless somebody has allowed negative stock there;
 * then it would go below zero without a word.
 */
export const refuseShortage = async (
  frappe: Frappe,
  taken: readonly { item: string; from: string; pieces: number }[],
  signal: AbortSignal,
): Promise<void> => {
  if (taken.length === 0) return
  const wanted = new Map<string, { item: string; from: string; pieces: number }>()
  for (const row of taken) {
    const key = `${row.item}|${row.from}`
    wanted.set(key, { ...row, pieces: (wanted.get(key)?.pieces ?? 0) + row.pieces })
  }
  const filters: Filter[] = [
    ['item_code', 'in', [...new Set(taken.map(row => row.item))]],
    ['warehouse', 'in', [...new Set(taken.map(row => row.from))]],
  ]
  const rows = await frappe.rows('Bin', binRow, { filters }, signal)
  const there = new Map(rows.map(row => [`${row.item_code}|${row.warehouse}`, row.actual_qty]))
  for (const [key, { item, from, pieces }] of wanted)
    if ((there.get(key) ?? 0) < pieces)
      throw new ErpError(
        'conflict',
        `ERPNext has ${there.get(key) ?? 0} of ${item} in ${from}, ${pieces} are to leave: its stock would fall below zero`,
      )
}
