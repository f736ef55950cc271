import { keysOf, resolve } from '../scan/resolve.ts'
import { readLabel } from '../scan/own-label.ts'
import { scanOf } from '../scan/symbology.ts'

/** What a text at the desk may name, typed or scanned. */
export type Searched = {
  /** As it was typed, for parts of names and numbers. */
  text: string
  /** Codes that it means as a whole: of goods, pallets, documents and places. A label of many facts means what it names. */
  codes: readonly string[]
  /** What stands on the label of a place (`XL…`), without what keyboards move about. */
  place: string | null
  /** The lot that a label of many facts names beside the goods. */
  lot: string | null
}

/** A GTIN is kept as it came, with 8, 12, 13 or 14 digits. */
const shorter = (code: string): readonly string[] =>
  /^0\d{13}$/.test(code)
    ? [8, 12, 13].flatMap(length => (/^0*$/.test(code.slice(0, 14 - length)) ? [code.slice(14 - length)] : []))
    : []

/** `today` = a day, by which years of two digits are read. */
export const searchedFor = (typed: string, today: string): Searched => {
  const scan = scanOf(typed.trim(), 'typed', 0)
  const keys = keysOf(scan, today)
  const options = { today, client: null, gsSeen: true, measureRules: [], upperCase: false }
  const { fields } = resolve(scan, [], { find: () => [] }, options)
  const label = readLabel(scan.text)
  return {
    text: scan.text,
    codes: [...new Set(keys.flatMap(key => [key, ...shorter(key)]))],
    place: label?.prefix === 'XL' ? label.body : null,
    lot: fields.lot ?? null,
  }
}
