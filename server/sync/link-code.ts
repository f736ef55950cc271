import type { Item } from '../../shared/catalogue.ts'
import type { ClientId, ItemId } from '../../shared/ids.ts'
import { keysOf } from '../../shared/scan/resolve.ts'
import { gtin14 } from '../../shared/scan/gtin.ts'
import type { Scan } from '../../shared/scan/scan.ts'

/** A code that a person gave an item: one base unit of it, or one of its packagings. */
export type CodeLink = { client: ClientId; item: ItemId; packaging: string | null; code: string }

/** Longer texts are no code of goods. */
const MAX_CODE = 80

/**
 * The code to link: of a label with many facts only the number of the goods, of everything else the text as it is. Null =
 * goods of another client, a packaging that the item has not, or no code.
 */
export const linkedOf = (
  item: Item,
  packaging: string | null,
  { subject, body }: { subject: string; body: Record<string, unknown> },
): CodeLink | null => {
  const scan = typeof body['scan'] === 'string' ? body['scan'] : subject
  const isOthers = typeof body['client'] === 'string' && body['client'] !== item.client
  if (isOthers || (packaging !== null && !item.packagings.some(one => one.id === packaging))) return null
  const code = (gtin14(scan) === null ? keysOf(plain(scan)).find(key => gtin14(key) === key) : undefined) ?? scan
  return code === '' || code.length > MAX_CODE ? null : { client: item.client, item: item.id, packaging, code }
}

const plain = (text: string): Scan => ({
  source: 'typed',
  raw: text,
  text,
  aim: null,
  symbology: null,
  t0: 0,
  equalReads: 1,
})

/** The item with a code that it may have already. */
export const withCode = (item: Item, { packaging, code }: Pick<CodeLink, 'packaging' | 'code'>): Item => {
  const added = (codes: readonly string[]): readonly string[] => (codes.includes(code) ? codes : [...codes, code])
  if (packaging === null) return { ...item, codes: added(item.codes) }
  return {
    ...item,
    packagings: item.packagings.map(one => (one.id === packaging ? { ...one, codes: added(one.codes) } : one)),
  }
}
