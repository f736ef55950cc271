import { beforeAll, describe, expect, test } from 'vitest'
import { QUARANTINE } from '../../shared/exception.ts'
import { PROCESSES } from '../../shared/process/index.ts'
import { MESSAGES } from '../../shared/process/message.ts'
import { WORDS } from '../../shared/process/word.ts'
import { en } from './en.ts'
import { enApp } from './en-app.ts'
import { enHand } from './en-hand.ts'
import { trHand } from './tr-hand.ts'
import { APP_MESSAGES } from './keys.ts'
import { learn, learnFloor, speakerOf } from './speak.ts'
import { tr } from './tr.ts'
import { trApp } from './tr-app.ts'
import type { AppWords, FloorWords, Sentence } from './words.ts'

const PROMPTS = new Set<string>([
  'ready.any',
  'enrol.code',
  'login',
  'unlock',
  'pin',
  'pin.busy',
  'scan.doc',
  'scan.recv',
  'scan.lot',
  'scan.expiry',
  'scan.serial',
  'scan.place',
  'scan.task',
  'scan.item',
  'scan.next',
  'scan.tote',
  'scan.anything',
  'take.item',
  'how.many',
  'why',
  'again.confirm',
  'done.ask',
  'qty',
  'test.scan',
  'count.place',
  'count.next',
  'move.from',
  'move.to',
  'which.status',
  'scan.tote.mark',
  'tote.next',
  'zero.place',
  'zero.item',
  'scan.station',
  'where.else',
  'how.many.broken',
  'put.what',
  'put.to',
  'pack.start',
  'pack.box',
  'pack.item',
  'pack.itemOut',
  'pack.itemBad',
  'pack.itemExtra',
  'pack.weight',
  'pack.tracking',
  'pack.done',
  'pack.which.missing',
  'ship.box',
  'ship.more',
])
const BUTTONS = /^(key|b|reason)\./
const whole = (app: AppWords, floor: FloorWords) => ({
  say: { ...app.say, ...floor.say },
  word: { ...app.word, ...floor.word },
})
const LANGUAGES = [
  ['English', whole(enApp, en)],
  ['Turkish', whole(trApp, tr)],
] as const
const formsOf = (sentence: Sentence): string[] =>
  typeof sentence === 'string' ? [sentence] : [sentence.none, sentence.one, sentence.other].flatMap(form => form ?? [])
const placesOf = (sentence: Sentence): string[] =>
  [...new Set(formsOf(sentence).flatMap(form => [...form.matchAll(/\{(\w+)\}/g)].map(match => match[1] ?? '')))].sort()

describe.each(LANGUAGES)('%s words', (_, words) => {
  test('[H26] a prompt has at most 28 characters', () => {
    const long = Object.entries(words.say).filter(
      ([key, sentence]) => PROMPTS.has(key) && formsOf(sentence).some(form => form.length > 28),
    )
    expect(long).toEqual([])
  })

  test('[H27] a button has at most 14 characters', () => {
    expect(Object.entries(words.word).filter(([key, word]) => BUTTONS.test(key) && word.length > 14)).toEqual([])
  })

  test('[H28] no ending is glued to a name or number', () => {
    const glued = Object.entries(words.say).filter(([, sentence]) =>
      formsOf(sentence).some(form => /\}['’]?\p{Letter}|\}['’]/u.test(form)),
    )
    expect(glued).toEqual([])
  })

  test('[H29] every question, rejection and prompt of the processes has words', () => {
    for (const key of [...MESSAGES, ...APP_MESSAGES])
      expect(formsOf(words.say[key]).every(form => form.length > 0)).toBe(true)
    for (const key of WORDS) expect(words.word[key].length).toBeGreaterThan(0)
    for (const process of PROCESSES) expect(words.word[process.name].length).toBeGreaterThan(0)
  })

  test('[H30] an answer is no longer than its band', () => {
    const long = Object.entries(words.say).filter(([, sentence]) => formsOf(sentence).some(form => form.length > 120))
    expect(long).toEqual([])
  })
})

describe('a handheld before its first log-in', () => {
  test('[H48] speaks the words of the app; those of the floor come with the rules', async () => {
    const before = await learn('en')
    expect(before.say('login')).toBe('Scan your badge')
    expect(before.say('got', { item: 'Blue mug', have: 3, wanted: 5 })).toBe('…')
    const after = await learnFloor('en')
    expect(after.say('got', { item: 'Blue mug', have: 3, wanted: 5 })).toBe('Got it. Blue mug 3/5')
    expect((await learn('tr')).word('receive')).not.toBe('…')
  })
})

describe('speaking', () => {
  beforeAll(async () => {
    await Promise.all([learnFloor('en'), learnFloor('tr')])
  })
  test('[H31] both languages name the same values', () => {
    for (const key of [...MESSAGES, ...APP_MESSAGES])
      expect([key, placesOf(LANGUAGES[1][1].say[key])]).toEqual([key, placesOf(LANGUAGES[0][1].say[key])])
  })

  test('[H32] a number chooses its form by the rules of the language', () => {
    expect(speakerOf('en').say('ask.rest', { n: 1 })).toBe('1 line missing. DONE again to close')
    expect(speakerOf('en').say('ask.rest', { n: 3 })).toBe('3 lines missing. DONE again to close')
    expect(speakerOf('tr').say('ask.rest', { n: 1 })).toBe('1 satır eksik. Kapatmak için yine BİTTİ')
  })

  test('[H33] what nobody has ordered is counted without a total', () => {
    expect(speakerOf('en').say('got', { item: 'Blue mug', have: 3, wanted: 0 })).toBe('Got it. Blue mug 3')
    expect(speakerOf('en').say('got', { item: 'Blue mug', have: 3, wanted: 5 })).toBe('Got it. Blue mug 3/5')
  })

  test('[H34] kinds and roles are said in words, names and codes as they are', () => {
    expect(speakerOf('tr').say('role', { role: 'picker' })).toBe('Bunu yapma yetkin yok. Sor: toplayıcı')
    expect(
      speakerOf('en')
        .pieces('wrong.place', { scanned: '12-A-03', wanted: 'A-01' })
        .filter(piece => piece.isValue),
    ).toEqual([
      { text: '12-A-03', isValue: true },
      { text: 'A-01', isValue: true },
    ])
  })

  test('[H56] what was scanned is said with its article, where the language has one', () => {
    expect(speakerOf('en').say('wrong.kind', { thing: 'item' })).toBe('This is an item')
    expect(speakerOf('tr').say('wrong.kind', { thing: 'location' })).toBe('Bu bir yer')
  })

  test('[H34] why the server did not simply take a step is said in words, for every reason that there is', () => {
    for (const words of [enHand, trHand]) {
      const known = Object.keys(words).filter(key => key.startsWith('why.'))
      expect(known.toSorted()).toEqual([...Object.keys(QUARANTINE), 'exception'].map(why => `why.${why}`).toSorted())
    }
  })

  test('[H35] a value that is missing is shown as missing, never as a bracket', () => {
    expect(speakerOf('en').say('opened', {})).toBe('Opened …')
  })
})
