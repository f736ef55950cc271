import * as v from 'valibot'
import { number, text } from './erpnext-rpc.ts'
import type { Frappe } from './erpnext-rpc.ts'

/** Up to version 14 batch and serial numbers stand in the row itself; from 15 on in a bundle beside it, and here too if given so. */
type Row = { batch_no: string; serial_no: string; serial_and_batch_bundle: string }
export type Part = { batch: string; serial: string; pieces: number }
/** A row of goods in parts of one batch and serial number each; all of it where it is not tracked. */
export type Tracked = (row: Row, pieces: number) => Part[]

const entryRow = v.object({ parent: text, batch_no: text, serial_no: text, qty: number })

/** Reads the bundles of these rows at once. */
export const readTracked = async (
  frappe: Frappe,
  rows: readonly Row[],
  signal: AbortSignal,
  /** The bundle is what has moved in the end; a draft's row may say more than it. */
  from: 'row' | 'bundle' = 'row',
): Promise<Tracked> => {
  const named = (row: Row): boolean => row.batch_no !== '' || row.serial_no.trim() !== ''
  const bundles = new Set(
    rows.flatMap(row =>
      row.serial_and_batch_bundle === '' || (from === 'row' && named(row)) ? [] : [row.serial_and_batch_bundle],
    ),
  )
  const entries = new Map<string, Part[]>()
  if (bundles.size > 0) {
    const query = { filters: [['parent', 'in', [...bundles]]], parent: 'Serial and Batch Bundle' } as const
    const order = { ...query, order: 'parent asc, idx asc' }
    for (const entry of await frappe.rows('Serial and Batch Entry', entryRow, order, signal)) {
      const part = { batch: entry.batch_no, serial: entry.serial_no, pieces: Math.abs(entry.qty) }
      entries.set(entry.parent, [...(entries.get(entry.parent) ?? []), part])
    }
  }
  return (row, pieces) => {
    const parts = entries.get(row.serial_and_batch_bundle)
    if (parts !== undefined && parts.length > 0) return parts
    const serials = row.serial_no
      .split('\n')
      .map(one => one.trim())
      .filter(Boolean)
    if (serials.length === 0) return [{ batch: row.batch_no, serial: '', pieces }]
    return serials.map(serial => ({ batch: row.batch_no, serial, pieces: pieces / serials.length }))
  }
}
