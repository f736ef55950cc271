import { expect, test } from 'vitest'
import { CHOICES } from '../../shared/exception-choices.ts'
import { QUARANTINE } from '../../shared/exception.ts'
import { CHOICE_WORDS, DRIFT_WORDS, FACT_WORDS, VALUE_WORDS } from './desk-exceptions.ts'

test('[DX11] what an exception knows, every choice and every reason is said in words, in both languages alike', () => {
  for (const words of [CHOICE_WORDS, DRIFT_WORDS, FACT_WORDS, VALUE_WORDS])
    expect(Object.keys(words.tr).sort()).toEqual(Object.keys(words.en).sort())
  for (const language of ['en', 'tr'] as const) {
    const choices = [...new Set(Object.values(CHOICES).flat())]
    expect(choices.filter(choice => CHOICE_WORDS[language][choice] === undefined)).toEqual([])
    const reasons = Object.keys(QUARANTINE)
    expect(reasons.filter(reason => VALUE_WORDS[language][`reason.${reason}`] === undefined)).toEqual([])
  }
})
