import { use } from 'react'
import type { HandSpeaker } from '../words/hand-speaker.ts'
import { comingHand, handHere } from '../words/hand.ts'
import type { Language } from '../words/words.ts'

/** Words of the screens beside the work; a screen waits for them as for itself, and never twice. */
export const useHand = (language: Language): HandSpeaker => handHere(language) ?? use(comingHand(language))
