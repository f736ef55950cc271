import { CHOICE_WORDS, DRIFT_WORDS, FACT_WORDS, KIND_WORDS, VALUE_WORDS } from '../../words/desk-exceptions.ts'
import type { ExceptionKind } from '../../../shared/exception.ts'
import type { Language } from '../../words/words.ts'

export const kindWords = (language: Language, kind: ExceptionKind): string => KIND_WORDS[language][kind]
export const choiceWords = (language: Language, choice: string): string => CHOICE_WORDS[language][choice] ?? choice
/** Null = nothing that a person reads. */
export const factWords = (language: Language, key: string): string | null => FACT_WORDS[language][key] ?? null
export const valueWords = (language: Language, key: string, value: string): string =>
  VALUE_WORDS[language][`${key}.${value}`] ?? value
export const driftWords = (language: Language, name: string): string => DRIFT_WORDS[language][name] ?? name
