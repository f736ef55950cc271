import { isWholeDay } from '../../../shared/due.ts'
import { dayOf, isZone, UTC } from '../../../shared/time.ts'
import type { DeskKey } from '../../words/en-desk.ts'
import type { Language } from '../../words/words.ts'

const WORDS: Readonly<Record<Language, () => Promise<Readonly<Record<DeskKey, string>>>>> = {
  en: async () => (await import('../../words/en-desk.ts')).enDesk,
  tr: async () => (await import('../../words/tr-desk.ts')).trDesk,
}

type Parts = Intl.DateTimeFormatOptions
const DAY: Parts = { day: 'numeric', month: 'short', year: 'numeric' }

/**
 * Words, numbers, money and times as people of one language read them, the times by the warehouse's clock. Codes are never
 * part of it.
 */
export const makeDeskSpeaker = (
  language: Language,
  words: Readonly<Record<DeskKey, string>>,
  timeZone: string = UTC,
) => {
  const clock = (parts: Parts, zone: string = timeZone) =>
    new Intl.DateTimeFormat(language, { ...parts, hourCycle: 'h23', timeZone: isZone(zone) ? zone : UTC })
  const number = new Intl.NumberFormat(language)
  const signed = new Intl.NumberFormat(language, { signDisplay: 'exceptZero' })
  const money = new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 })
  const percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 2 })
  const time = clock({ hour: '2-digit', minute: '2-digit' })
  const stamp = clock({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })
  const [dayHere, day] = [clock(DAY), clock(DAY, UTC)]
  const units = (['minute', 'hour', 'day'] as const).map(
    unit => new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'narrow' }),
  )
  return {
    language,
    say: (key: DeskKey, values: Readonly<Record<string, string | number>> = {}): string =>
      words[key].replaceAll(/\{(\w+)\}/g, (_, name: string) => {
        const value = values[name]
        return typeof value === 'number' ? number.format(value) : (value ?? '…')
      }),
    /** A word for something that the server names; its own name where we have none. */
    maybe: (family: string, name: string): string =>
      (words as Readonly<Record<string, string>>)[`${family}.${name}`] ?? name,
    number: (value: number): string => number.format(value),
    /** Null = withheld from whoever counts it blind. */
    figure: (value: number | null): string => (value === null ? words['t.hidden'] : number.format(value)),
    signed: (value: number): string => signed.format(value),
    /** Minor units of the warehouse's currency. */
    money: (minor: number): string => money.format(minor / 100),
    percent: (rate: number): string => percent.format(rate),
    /** How long something has waited, in the largest unit of which there are two. */
    age: (ms: number): string => {
      const minutes = Math.max(0, Math.floor(ms / 60_000))
      const [unit, n] =
        minutes < 120 ? [0, minutes] : minutes < 2880 ? [1, Math.floor(minutes / 60)] : [2, Math.floor(minutes / 1440)]
      return units[unit]?.format(n) ?? ''
    },
    time: (at: string): string => time.format(new Date(at)),
    stamp: (at: string | null): string => (at === null ? '–' : stamp.format(new Date(at))),
    /** A day of the calendar is the same one everywhere; an instant has the day of the warehouse. */
    day: (at: string | null): string => (at === null ? '–' : (isWholeDay(at) ? day : dayHere).format(new Date(at))),
    timeZone,
    today: (): string => dayOf(new Date().toISOString(), timeZone),
  }
}
export type DeskSpeaker = ReturnType<typeof makeDeskSpeaker>
export type SpeakerIn = (timeZone: string) => DeskSpeaker

/** Which clock people read is known once they are logged in. */
export const learnDesk = async (language: Language): Promise<SpeakerIn> => {
  const words = await WORDS[language]()
  return timeZone => makeDeskSpeaker(language, words, timeZone)
}
