import { isFixedAi } from '../scan/gs1.ts'
import type { Element } from '../scan/gs1.ts'

/** A Code 128 symbol as characters of its sets: B holds one character, C two digits (ISO/IEC 15417). */
export type Part = { set: 'B' | 'C'; text: string } | 'FNC1'

const PRINTABLE = /^[\x20-\x7e]+$/
/** From here on two digits in one character save more than the change of the set costs. */
const PAIRS_FROM = 4

/** Runs of at least four digits go in pairs. Throws for letters that Code 128 B has not. */
export const partsOf = (text: string): Part[] => {
  if (!PRINTABLE.test(text)) throw new RangeError('no text for Code 128')
  const parts: Part[] = []
  const add = (set: 'B' | 'C', piece: string): void => {
    const last = parts.at(-1)
    if (last !== undefined && last !== 'FNC1' && last.set === set) last.text += piece
    else if (piece !== '') parts.push({ set, text: piece })
  }
  for (const run of text.match(/\d+|\D+/g) ?? []) {
    if (!/\d/.test(run) || run.length < PAIRS_FROM) {
      add('B', run)
      continue
    }
    // An odd digit stands before the pairs where letters stand before it already, else behind them.
    const isOdd = run.length % 2 === 1
    const leads = isOdd && parts.length > 0
    if (leads) add('B', run.slice(0, 1))
    add('C', run.slice(leads ? 1 : 0, isOdd && !leads ? -1 : undefined))
    if (isOdd && !leads) add('B', run.slice(-1))
  }
  return parts
}

/** FNC1 begins it and ends each value without predefined length that something follows (GS1 General Specifications 7.8). */
export const gs1Parts = (elements: readonly Element[]): Part[] => {
  const parts: Part[] = []
  let open = ''
  const close = (): void => {
    if (open !== '') parts.push(...partsOf(open))
    open = ''
  }
  for (const [i, { ai, value }] of elements.entries()) {
    if (i === 0 || !isFixedAi(elements[i - 1]?.ai ?? '')) {
      close()
      parts.push('FNC1')
    }
    open += ai + value
  }
  close()
  return parts
}

/** Set in which a symbol begins: that of its first text. */
export const startOf = (parts: readonly Part[]): 'B' | 'C' => {
  for (const part of parts) if (part !== 'FNC1') return part.set
  return 'B'
}

/** Symbol characters with start, changes of the set and check character; without stop. */
const characters = (parts: readonly Part[]): number => {
  let set = startOf(parts)
  let n = 2
  for (const part of parts) {
    if (part === 'FNC1') n += 1
    else {
      n += (part.set === set ? 0 : 1) + (part.set === 'C' ? part.text.length / 2 : part.text.length)
      set = part.set
    }
  }
  return n
}

export const QUIET_MODULES = 10
/** Width in modules: 11 a character, 13 the stop, and both quiet zones. */
export const modulesOf = (parts: readonly Part[]): number => characters(parts) * 11 + 13 + 2 * QUIET_MODULES
