import { CHOICE_WORDS, KIND_WORDS } from '../../words/desk-exceptions.ts'
import type { ExceptionKind } from '../../../shared/exception.ts'
import type { Language } from '../../words/words.ts'

export const kindWords = (language: Language, kind: ExceptionKind): string => KIND_WORDS[language][kind]
export const choiceWords = (language: Language, choice: string): string => CHOICE_WORDS[language][choice] ?? choice
