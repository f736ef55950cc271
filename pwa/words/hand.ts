import { makeHandSpeaker } from './hand-speaker.ts'
import type { HandSpeaker } from './hand-speaker.ts'
import type { HandWords } from './en-hand.ts'
import type { Language } from './words.ts'

const WORDS: Readonly<Record<Language, () => Promise<HandWords>>> = {
  en: async () => (await import('./en-hand.ts')).enHand,
  tr: async () => (await import('./tr-hand.ts')).trHand,
}
const learnt = new Map<Language, Promise<HandSpeaker>>()
const ready = new Map<Language, HandSpeaker>()

/** What is here already needs no waiting. */
export const handHere = (language: Language): HandSpeaker | null => ready.get(language) ?? null

/** What set-up, help and the other screens beside the work say. One promise a language, so that a screen may wait for it. */
export const learnHand = (language: Language): Promise<HandSpeaker> => {
  const known = learnt.get(language)
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
    // Without a network on the very first day: the next screen asks again.
    learnt.delete(language)
    throw error
  }
}
