import type { Item } from '../catalogue.ts'
import type { LocationId } from '../ids.ts'
import { isQuantity, unitsOf } from '../quantity.ts'
import type { CodeHit, Resolved } from '../scan/scan.ts'
import { stay } from './answer.ts'
import type { Next, ProcessState } from './process.ts'

export type ItemHit = Extract<CodeHit, { kind: 'item' }>

export const itemsIn = ({ readings }: Pick<Resolved, 'readings'>): readonly ItemHit[] =>
  readings.flatMap(r => (r.kind === 'item' ? [r] : []))
export const placesIn = (resolved: Resolved): readonly LocationId[] =>
  resolved.readings.flatMap(r => (r.kind === 'location' ? [r.location] : []))

/** A label that contradicts itself or lost a separator is never guessed at; null = it may be used. */
export const badLabel = <S extends ProcessState>(state: S, resolved: Resolved): Next<S> | null => {
  const scanned = resolved.scan.text
  switch (resolved.problem) {
    case null:
      return null
    case 'separatorLost':
      return stay(state, 'unknown', 'label.separator', { scanned })
    case 'contradiction':
      return stay(state, 'unknown', 'label.contradicts', { scanned })
    case 'unreadable':
      return stay(state, 'unknown', 'label.bad', { scanned })
    case 'checkDigit':
      return stay(state, 'unknown', 'unknown', { scanned })
  }
}

/** "That is a {kind}", or that nobody knows the code. */
export const mistaken = <S extends ProcessState>(state: S, resolved: Resolved, wanted = ''): Next<S> => {
  const [first] = resolved.readings
  return first === undefined
    ? stay(state, 'unknown', 'unknown', { scanned: resolved.scan.text })
    : stay(state, 'wrong', 'wrong.kind', {
        scanned: resolved.scan.text,
        kind: first.kind,
        thing: first.kind,
        wanted,
      })
}

/** A label that names other goods than those in hand: whatever else it says is not about these. Null = it does not. */
export const otherItem = <S extends ProcessState>(
  state: S,
  resolved: Resolved | null,
  item: Item,
  nameOf: (hit: ItemHit) => string,
): Next<S> | null => {
  const hits = resolved === null ? [] : itemsIn(resolved)
  const [first] = hits
  return first === undefined || hits.some(hit => hit.item === item.id)
    ? null
    : stay(state, 'wrong', 'wrong.item', { scanned: nameOf(first), wanted: item.name })
}

export type Amount = { n: number; qty: number; packaging: string | null }

/**
 * What one scan of an item adds, in base units: its packaging, times the count of the label, or the label's measure where
 * the item is kept in that unit. A serial names one piece whatever stands on its box. Null = the label names no quantity.
 */
export const amountOf = (item: Item, hit: ItemHit, fields: Resolved['fields']): Amount | null => {
  if (item.tracking.serial) return { n: 1, qty: 1, packaging: null }
  const n = fields.count ?? 1
  const per = fields.measure?.unit === item.unit ? fields.measure.value : hit.quantity
  const qty = unitsOf(n, per)
  return qty === null || !isQuantity(n) ? null : { n, qty, packaging: hit.packaging }
}

/** A lot or serial as it may stand in a command: 1 to 40 characters, none of them invisible. */
export const isMark = (text: string): boolean => text.length <= 40 && /^\P{Cc}+$/u.test(text)
