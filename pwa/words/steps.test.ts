import { expect, test } from 'vitest'
import { PROCESSES } from '../../shared/process/index.ts'
import { STEP_WORDS, stepHelp } from './steps.ts'

const STEPS = PROCESSES.flatMap(process => process.states.map(at => ({ process: process.name, at })))

test.each(['en', 'tr'] as const)('[HH23] every step of every process has a sentence of help: %s', async language => {
  const words = await STEP_WORDS[language]()
  expect(STEPS.filter(({ process, at }) => stepHelp(words, process, at) === null)).toEqual([])
  expect(Object.keys(words).toSorted()).toEqual(STEPS.map(({ process, at }) => `${process}.${at}`).toSorted())
})

test.each(['en', 'tr'] as const)('[HH23] it is a sentence that fits the smallest screen: %s', async language => {
  const sentences = Object.values(await STEP_WORDS[language]())
  expect(sentences.filter(sentence => sentence.length > 120 || !/^\p{Lu}.*\.$/u.test(sentence))).toEqual([])
})

test('[HH23] a step of a later version has none', async () => {
  expect(stepHelp(await STEP_WORDS.en(), 'pick', 'of a later version')).toBeNull()
})
