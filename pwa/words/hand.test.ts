import { expect, test } from 'vitest'
import { QUARANTINE } from '../../shared/exception.ts'
import { COMMAND_CODES } from '../../shared/scan/command-code.ts'
import { CARDS } from '../screens/cards.ts'
import { enHand } from './en-hand.ts'
import type { HandWords } from './en-hand.ts'
import { makeHandSpeaker } from './hand-speaker.ts'
import { trHand } from './tr-hand.ts'

const LANGUAGES: readonly (readonly [string, HandWords])[] = [
  ['English', enHand],
  ['Turkish', trHand],
]
const keys = Object.keys(enHand) as (keyof typeof enHand)[]
const places = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name).sort()

test.each(LANGUAGES)('[H27] buttons beside the work are short in %s', (_, words) => {
  expect(keys.filter(key => key.startsWith('b.') && words[key].length > 14)).toEqual([])
})
test.each(LANGUAGES)('[H26] [H30] prompts and sentences beside the work are short in %s', (_, words) => {
  const prompts = ['check.prompt', 'check.badge', 'problems.prompt'] as const
  expect(prompts.filter(key => words[key].length > 28)).toEqual([])
  expect(keys.filter(key => words[key].length > 120)).toEqual([])
  expect(keys.filter(key => key.endsWith('.title') && words[key].length > 16)).toEqual([])
})
test('[H31] both languages name the same values beside the work, and glue no ending to one', () => {
  expect(keys.filter(key => places(enHand[key]).join() !== places(trHand[key]).join())).toEqual([])
  expect(keys.filter(key => /\}['’]?\p{L}/u.test(trHand[key]))).toEqual([])
})
test('[HH7] there is something to do about every reason for which a step is kept back', () => {
  const hand = makeHandSpeaker('en', enHand)
  const other = enHand['todo.other']
  expect(Object.keys(QUARANTINE).filter(reason => hand.maybe('todo', reason, 'todo.other') === other)).toEqual([])
  expect(hand.maybe('todo', 'exception', 'todo.other')).not.toBe(other)
  expect(hand.maybe('todo', 'of a later server', 'todo.other')).toBe(other)
})
test('[HH9] the help names cards that there are, those that open the work among them', () => {
  const cards = keys.filter(key => key.startsWith('card.XC') && key.length > 'card.XCQ'.length)
  expect(cards.map(key => key.slice('card.'.length)).filter(code => !COMMAND_CODES.has(code))).toEqual([])
  const opening = ['RCV', 'RET', 'PUT', 'PCK', 'PAK', 'SHP', 'CNT', 'MVE', 'RPL', 'PBK'].map(code => `card.XC${code}`)
  expect(opening.filter(key => !cards.includes(key as (typeof cards)[number]))).toEqual([])
  expect(opening.map(key => key.slice('card.'.length)).filter(code => !CARDS.some(card => card.code === code))).toEqual(
    [],
  )
})
