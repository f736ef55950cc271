import type { Sheet } from '../../shared/label/label.ts'
import { ROWS } from '../practice/rows.ts'
import { learnHand } from './hand.ts'
import type { Language } from './words.ts'

const TITLE: Readonly<Record<Language, string>> = { en: 'Practice sheet', tr: 'Deneme sayfası' }
const HEADING: Readonly<Record<Language, string>> = { en: 'In this order', tr: 'Bu sırayla' }

/** The codes of the practice on paper: a newcomer walks them with any handheld whose practice is on. */
export const practiceSheet = async (language: Language): Promise<Sheet> => {
  const hand = await learnHand(language)
  const cells = ROWS.map(({ word, code }) => ({ code, word: hand.say(word) }))
  return {
    kind: 'practice',
    title: TITLE[language],
    hint: hand.say('practice.hint'),
    groups: [{ heading: HEADING[language], cells }],
  }
}
