import type { Item } from '../catalogue.ts'
import { codeKey } from './code-key.ts'
import type { CodeHit } from './scan.ts'

/**
 * False where none of its codes can have one of these keys. A key is the code itself or the code after zeros, so nothing is
 * computed: a block of a hundred items is passed through at every look-up.
 */
export const mayHaveKey = (
  { sku, codes = [], packagings = [] }: Pick<Item, 'sku'> & Partial<Pick<Item, 'codes' | 'packagings'>>,
  keys: Iterable<string>,
): boolean => {
  for (const key of keys)
    if (
      key.endsWith(sku) ||
      codes.some(code => key.endsWith(code)) ||
      packagings.some(p => p.codes.some(code => key.endsWith(code)))
    )
      return true
  return false
}

/** Every code that means this item, by the key that it is looked up by: SKU and plain codes one unit, packagings theirs. */
export const itemCodes = ({ id, client, sku, codes, packagings }: Item): readonly (readonly [string, CodeHit])[] => {
  const hit = (packaging: string | null, quantity: number): CodeHit => ({
    kind: 'item',
    client,
    item: id,
    packaging,
    quantity,
  })
  const base = [...new Set([sku, ...codes].map(codeKey))].map(key => [key, hit(null, 1)] as const)
  const packs = packagings.flatMap(pack =>
    [...new Set(pack.codes.map(codeKey))].map(key => [key, hit(pack.id, pack.quantity)] as const),
  )
  return [...base, ...packs]
}
