import { makeSpeaker } from './words.ts'
import type { Language, Speaker, Words } from './words.ts'

/** Each language is a file of its own: a handheld loads the one that its worker reads. */
const FILES: Readonly<Record<Language, () => Promise<Words>>> = {
  en: async () => (await import('./en.ts')).en,
  tr: async () => (await import('./tr.ts')).tr,
}
const known = new Map<Language, Speaker>()

export const LANGUAGES: readonly { code: Language; name: string }[] = [
  { code: 'en', name: 'English' },
  { code: 'tr', name: 'Türkçe' },
]

/** Loads a language. It must have been learnt before anything is drawn in it. */
export const learn = async (language: Language): Promise<Speaker> => {
  const speaker = known.get(language) ?? makeSpeaker(language, await FILES[language]())
  known.set(language, speaker)
  return speaker
}

/** Throws for a language that was not learnt: a screen without words would be worse. */
export const speakerOf = (language: Language): Speaker => {
  const speaker = known.get(language)
  if (speaker === undefined) throw new Error(`the words of ${language} are not loaded`)
  return speaker
}
