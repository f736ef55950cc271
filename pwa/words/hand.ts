import { makeHandSpeaker } from './hand-speaker.ts'
import type { HandSpeaker } from './hand-speaker.ts'
import type { HandWords } from './en-hand.ts'
import type { Language } from './words.ts'

const WORDS: Readonly<Record<Language, () => Promise<HandWords>>> = {
  en: async () => (await import('./en-hand.ts')).enHand,
  tr: async () => (await import('./tr-hand.ts')).trHand,
}
const learnt = new Map<Language, Promise<HandSpeaker>>()
const failed = new Set<Language>()
const ready = new Map<Language, HandSpeaker>()

/** What is here already needs no waiting. */
export const handHere = (language: Language): HandSpeaker | null => ready.get(language) ?? null

/** For a screen that waits: one promise a language. What has failed stays so until it is learnt anew, or it would ask without end. */
export const comingHand = (language: Language): Promise<HandSpeaker> => learnt.get(language) ?? learnHand(language)

/** What set-up, help and the other screens beside the work say; what has failed before is tried again. */
export const learnHand = (language: Language): Promise<HandSpeaker> => {
  const known = failed.delete(language) ? undefined : learnt.get(language)
  if (known !== undefined) return known
  const coming = load(language)
  learnt.set(language, coming)
  return coming
}

const load = async (language: Language): Promise<HandSpeaker> => {
  try {
    const speaker = makeHandSpeaker(language, await WORDS[language]())
    ready.set(language, speaker)
    return speaker
  } catch (error) {
    failed.add(language)
    throw error
  }
}
