import { en } from './en.ts'
import { tr } from './tr.ts'
import { makeSpeaker } from './words.ts'
import type { Language, Speaker } from './words.ts'

const SPEAKERS: Readonly<Record<Language, Speaker>> = { en: makeSpeaker('en', en), tr: makeSpeaker('tr', tr) }

export const LANGUAGES: readonly { code: Language; name: string }[] = [
  { code: 'en', name: 'English' },
  { code: 'tr', name: 'Türkçe' },
]
export const speakerOf = (language: Language): Speaker => SPEAKERS[language]
