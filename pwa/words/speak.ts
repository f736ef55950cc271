import { makeSpeaker } from './words.ts'
import type { AppWords, FloorWords, Language, Speaker } from './words.ts'

/** Each language is files of its own: a handheld loads the one that its worker reads. */
const APP: Readonly<Record<Language, () => Promise<AppWords>>> = {
  en: async () => (await import('./en-app.ts')).enApp,
  tr: async () => (await import('./tr-app.ts')).trApp,
}
const FLOOR: Readonly<Record<Language, () => Promise<FloorWords>>> = {
  en: async () => (await import('./en.ts')).en,
  tr: async () => (await import('./tr.ts')).tr,
}
const apps = new Map<Language, AppWords>()
const floors = new Map<Language, FloorWords>()
const speakers = new Map<Language, Speaker>()
let speaksFloor = false

export const LANGUAGES: readonly { code: Language; name: string }[] = [
  { code: 'en', name: 'English' },
  { code: 'tr', name: 'Türkçe' },
]

/** Loads a language. It must have been learnt before anything is drawn in it. */
export const learn = async (language: Language): Promise<Speaker> => {
  const app = apps.get(language) ?? (await APP[language]())
  const floor = speaksFloor ? (floors.get(language) ?? (await FLOOR[language]())) : null
  apps.set(language, app)
  if (floor !== null) floors.set(language, floor)
  const speaker = makeSpeaker(language, app, floor)
  speakers.set(language, speaker)
  return speaker
}

/** What the processes say is loaded with their rules; from then on a language is learnt whole. */
export const learnFloor = (language: Language): Promise<Speaker> => {
  speaksFloor = true
  return learn(language)
}

/** Throws for a language that was not learnt: a screen without words would be worse. */
export const speakerOf = (language: Language): Speaker => {
  const speaker = speakers.get(language)
  if (speaker === undefined) throw new Error(`the words of ${language} are not loaded`)
  return speaker
}
