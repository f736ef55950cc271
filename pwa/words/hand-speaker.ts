import type { HandKey, HandWords } from './en-hand.ts'
import { clockTime } from './clock-time.ts'
import type { Language } from './words.ts'

type Values = Readonly<Record<string, string | number>>

/** Words of the screens beside the work. Numbers keep Latin digits, as everywhere on the floor. */
export const makeHandSpeaker = (language: Language, words: HandWords) => {
  const number = new Intl.NumberFormat(`${language}-u-nu-latn`, { maximumFractionDigits: 1 })
  const known: Readonly<Partial<Record<string, string>>> = words
  return {
    language,
    say: (key: HandKey, values: Values = {}): string =>
      words[key].replaceAll(/\{(\w+)\}/g, (_, name: string) => {
        const value = values[name]
        return typeof value === 'number' ? number.format(value) : (value ?? '…')
      }),
    /** A word for something that the server or a process names; another one where we have none. */
    maybe: (family: string, name: string, otherwise: HandKey): string => known[`${family}.${name}`] ?? words[otherwise],
    /** The hour and minute that the warehouse's clock showed. */
    time: (iso: string, zone: string): string => clockTime(language, zone).format(new Date(iso)),
  }
}
export type HandSpeaker = ReturnType<typeof makeHandSpeaker>
