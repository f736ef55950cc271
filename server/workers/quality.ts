import { checkDigitHolds } from '../../shared/scan/check-digit.ts'
import type { Item } from '../../shared/catalogue.ts'
import type { ClientId, ItemId } from '../../shared/ids.ts'
import type { Inbound } from '../erp/connector.ts'
import type { Flaw } from '../erp/inbound.ts'
import { baseOf } from '../erp/quantity.ts'
import type { ProblemKind, RecordFlaw } from './import-port.ts'

/** Eight, twelve, thirteen or fourteen digits are a GTIN, and its last digit is checked by every scanner. */
const looksLikeGtin = (code: string): boolean => /^(\d{8}|\d{12,14})$/.test(code)

export const flawOf =
  (remote: string, name: string) =>
  (problem: ProblemKind, field: string, value: string, effect: RecordFlaw['effect']): RecordFlaw => ({
    remote,
    name: name.slice(0, 120),
    field,
    problem,
    value: value.slice(0, 120),
    effect,
  })

/** What the connector could not read, one row each. */
export const unreadable = (flaws: readonly Flaw[]): RecordFlaw[] =>
  flaws.map(({ id, field, problem, value }) => flawOf(id, '')('unreadable', field, `${problem}: ${value}`, 'waits'))

/**
 * An item as far as it can be used, and everything that is wrong with it. Codes that another item of the client has already
 * stay with that one: a scan must mean one thing. `taken` is told of the codes of this item, for the rest of its page.
 */
export const cleanItem = (
  record: Inbound['item'],
  at: { id: ItemId; client: ClientId },
  taken: Map<string, ItemId>,
): { item: Item; flaws: RecordFlaw[] } => {
  const flaws: RecordFlaw[] = []
  const flaw = flawOf(record.id, record.sku || record.name)
  const note = (...args: Parameters<typeof flaw>): void => void flaws.push(flaw(...args))
  const own = (code: string, field: string, problem: ProblemKind): boolean => {
    const owner = taken.get(code)
    if (owner !== undefined && owner !== at.id) {
      note(problem, field, code, 'part')
      return false
    }
    taken.set(code, at.id)
    return true
  }
  const codes = (list: readonly string[], field: string): string[] =>
    [...new Set(list.map(code => code.trim()).filter(code => code !== ''))].filter(code => {
      if (looksLikeGtin(code) && !checkDigitHolds(code)) note('barcode_check_digit', field, code, 'kept')
      return own(code, field, 'barcode_duplicate')
    })
  const sku = record.sku.trim()
  if (sku === '') note('sku_missing', 'sku', '', 'kept')
  else own(sku, 'sku', 'sku_duplicate')
  if (record.name.trim() === '') note('name_missing', 'name', '', 'kept')
  const base = codes(record.barcodes, 'barcodes')
  const packagings = record.packagings.flatMap(p => {
    const quantity = p.ratio === null ? null : baseOf({ n: 1, ...p.ratio })
    if (quantity === null || quantity < 1) {
      note('unit_ratio', 'packagings', `${p.name} ${p.ratio === null ? '?' : `${p.ratio.num}/${p.ratio.den}`}`, 'part')
      return []
    }
    return [{ id: p.id, name: p.name, quantity, codes: codes(p.barcodes, `packagings.${p.name}`) }]
  })
  if (base.length === 0 && packagings.every(p => p.codes.length === 0)) note('barcode_missing', 'barcodes', '', 'kept')
  return {
    flaws,
    item: {
      id: at.id,
      client: at.client,
      sku: sku === '' ? record.id : sku,
      name: record.name.trim() === '' ? sku || record.id : record.name,
      unit: record.unit,
      packagings,
      codes: base,
      tracking: record.tracking,
      active: record.active,
      ...(record.category === null ? {} : { category: record.category }),
      ...(record.weightG === null ? {} : { weightG: record.weightG }),
      ...(record.shelfLifeDays === null
        ? {}
        : { shelf: { acceptDays: null, minDaysOut: null, lifeDays: record.shelfLifeDays } }),
    },
  }
}

/** The codes that an item is found by, its SKU among them. */
export const codesOf = (item: Pick<Item, 'sku' | 'codes' | 'packagings'>): readonly string[] => [
  ...new Set([item.sku, ...item.codes, ...item.packagings.flatMap(p => p.codes)]),
]
