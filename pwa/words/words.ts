import type { MessageKey, Values } from '../../shared/process/message.ts'
import type { WordKey } from '../../shared/process/word.ts'
import type { AppMessageKey, AppWordKey } from './keys.ts'

/**
 * A sentence with {places}; where a number decides the form, the forms by the plural rules of the language. `none` is for
 * 0, where the number says nothing (goods that nobody has ordered).
 */
export type Sentence = string | { by: string; none?: string; one?: string; other: string }

type WordsOf<M extends string, W extends string> = {
  say: Readonly<Record<M, Sentence>>
  word: Readonly<Record<W, string>>
}
/** A language, in two files: what the app says itself, and what the processes say. A missing key does not compile. */
export type AppWords = WordsOf<AppMessageKey, AppWordKey | ButtonKey>
export type FloorWords = WordsOf<MessageKey, Exclude<WordKey, ButtonKey>>
/** Buttons of the floor that screens without a log-in have too. */
type ButtonKey = Extract<WordKey, `key.${string}`>

export type Language = 'en' | 'tr'

/** A piece of a sentence: our own text, or a value that is drawn in its own direction and never translated. */
export type Piece = { text: string; isValue: boolean }

const PLACE = /\{(\w+)\}/g

/** Shown for a value that is missing, and for what the floor says before its words are loaded. */
const ABSENT = '…'

/** Words for people in one language. Quantities keep Latin digits, so that the screen shows what the label shows. */
export const makeSpeaker = (language: Language, app: AppWords, floor: FloorWords | null) => {
  const says: Readonly<Partial<Record<string, Sentence>>> = { ...app.say, ...floor?.say }
  const words: Readonly<Partial<Record<string, string>>> = { ...app.word, ...floor?.word }
  const plural = new Intl.PluralRules(language)
  const number = new Intl.NumberFormat(`${language}-u-nu-latn`, { maximumFractionDigits: 3 })
  const sentence = (key: MessageKey | AppMessageKey, values: Values): string => {
    const found = says[key] ?? ABSENT
    if (typeof found === 'string') return found
    const n = Number(values[found.by] ?? 0)
    if (n === 0 && found.none !== undefined) return found.none
    return plural.select(n) === 'one' ? (found.one ?? found.other) : found.other
  }
  const shown = (name: string, value: string | number): Piece => {
    if (typeof value === 'number') return { text: number.format(value), isValue: true }
    const word = FAMILIES.has(name) ? words[`${name}.${value}`] : undefined
    return word === undefined ? { text: value, isValue: true } : { text: word, isValue: false }
  }
  const pieces = (key: MessageKey | AppMessageKey, values: Values): readonly Piece[] => {
    const text = sentence(key, values)
    const out: Piece[] = []
    let at = 0
    for (const match of text.matchAll(PLACE)) {
      const value = values[match[1] ?? '']
      if (match.index > at) out.push({ text: text.slice(at, match.index), isValue: false })
      out.push(value === undefined ? { text: ABSENT, isValue: false } : shown(match[1] ?? '', value))
      at = match.index + match[0].length
    }
    if (at < text.length) out.push({ text: text.slice(at), isValue: false })
    return out
  }
  return {
    language,
    number: (value: number): string => number.format(value),
    word: (key: WordKey | AppWordKey): string => words[key] ?? ABSENT,
    pieces,
    say: (key: MessageKey | AppMessageKey, values: Values = {}): string =>
      pieces(key, values)
        .map(piece => piece.text)
        .join(''),
  }
}
export type Speaker = ReturnType<typeof makeSpeaker>

/** Values that name a kind, a role or a reason are words of ours, not names: they are said in the worker's language. */
const FAMILIES: ReadonlySet<string> = new Set(['kind', 'role', 'reason', 'why', 'thing'])
