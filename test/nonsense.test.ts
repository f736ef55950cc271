import { beforeAll, describe, expect, it } from 'vitest'
import { learnFloor } from '../pwa/words/speak.ts'
import type { Speaker } from '../pwa/words/words.ts'
import type { Item } from '../shared/catalogue.ts'
import { PROCESSES } from '../shared/process/index.ts'
import type { Next, Process, ProcessName } from '../shared/process/process.ts'
import { codeKey } from '../shared/scan/code-key.ts'
import { resolve } from '../shared/scan/resolve.ts'
import { GS } from '../shared/scan/scan.ts'
import type { CodeHit, Resolved } from '../shared/scan/scan.ts'
import { scanOf } from '../shared/scan/symbology.ts'
import type { Draft } from '../shared/sync/command.ts'
import { boss, walk, walked } from './support/process-walk.ts'
import type { Here, Stop } from './support/process-walk.ts'
import { a3, drill, milk, one, theirMug, TODAY } from './support/world.ts'

/**
 * Scans that make no sense, as a scanner sends them and as they are read, in every state of every process: the state stays,
 * nothing is booked of what is missing or wrong, and the worker is told what to do.
 */
const hit = ({ client, id }: Item): CodeHit => ({ kind: 'item', client, item: id, packaging: null, quantity: 1 })
const [MILK, DRILL, THEIRS, NOBODYS] = ['08690000000012', '08690000000029', '08690000000036', '08690000000043'] as const
const CODES = new Map<string, readonly CodeHit[]>([
  ['A-03', [{ kind: 'location', location: a3.id }]],
  [codeKey(MILK), [hit(milk)]],
  [codeKey(DRILL), [hit(drill)]],
  [codeKey(THEIRS), [hit(theirMug)]],
])
const endless = ['240', '241', '242', '243', '251'].map(ai => `${ai}${'X'.repeat(30)}`).join(GS)
const LONG = `]C101${NOBODYS}10ABCDEFGHIJKLMNOP${GS}${endless}`.slice(0, 200)
const SERIAL = `]C101${DRILL}21S1`
/** Of the client that they do not work for they see nothing. */
const anna = { ...boss, clients: [one.id] }

const read = (here: Here, raw: string): Resolved => {
  const { expects, client } = here.prompt()
  return resolve(
    scanOf(raw, 'wedge', 0),
    expects,
    { find: key => CODES.get(key) ?? [] },
    {
      today: TODAY,
      client: client === one.id ? one.id : null,
      gsSeen: true,
      measureRules: [],
      upperCase: false,
    },
  )
}

/** A place ends a count and begins the next one, goods are counted as they are, and a look books nothing. */
const COUNTS: ReadonlySet<ProcessName> = new Set(['count', 'lookup'])
/** Codes that nobody knows are kept for the desk; what the counter leaves is said; a unit too many is put aside, blocked. */
const SAYS: ReadonlySet<Draft['type']> = new Set<Draft['type']>(['unmatched', 'count.observed', 'extra'])
const REJECTIONS: ReadonlySet<string> = new Set(['wrong', 'unknown', 'dup'])

let speakers: readonly Speaker[]
beforeAll(async () => {
  speakers = await Promise.all([learnFloor('en'), learnFloor('tr')])
})

type Answer = { where: string; here: Here; resolved: Resolved; next: Next }
const answers = (process: Process, stops: readonly Stop[], raw: string): readonly Answer[] =>
  stops.flatMap(stop => {
    const here = walked(process, stop, anna).anna
    const resolved = read(here, raw)
    const { next, prompt } = here.peek({ kind: 'scan', resolved })
    const now = prompt().ask.message
    // In every language: what was wrong, and what is to be done.
    for (const speaker of speakers)
      for (const { key, values } of [next.message, now]) expect(speaker.say(key, values)).toMatch(/\p{L}/u)
    return [{ where: `${stop.at} ${next.message.key}`, here, resolved, next }]
  })

/** A rejection leaves everything as it was; whatever else may be answered books nothing but what nobody doubts. */
const sound = ({ where, here, next }: Answer): void => {
  const rejected = REJECTIONS.has(next.verdict) && next.commands.length === 0
  if (rejected) expect([where, next.state]).toEqual([where, here.state()])
  expect([where, next.commands.map(({ type }) => type).filter(type => !SAYS.has(type))]).toEqual([where, []])
}
/** Said no to; or what was said already is said again, and nothing changes. */
const refused = (all: readonly Answer[]): void => {
  for (const answer of all) {
    sound(answer)
    const { where, here, next } = answer
    const isKept = next.commands.length === 0 && JSON.stringify(next.state) === JSON.stringify(here.state())
    expect([where, isKept || REJECTIONS.has(next.verdict)]).toEqual([where, true])
  }
}

describe.each(PROCESSES.map(process => [process.name, process] as const))('%s', (name, process) => {
  const stops = walk(process)

  it('[L31] a place where none is wanted', () => {
    const all = answers(process, stops, 'A-03').filter(({ here }) => !here.prompt().expects.includes('location'))
    if (!COUNTS.has(name)) refused(all)
  })
  it('[L31] the label of a foreign client', () => {
    refused(answers(process, stops, `]C101${THEIRS}`))
  })
  it('[L31] a lot that has expired is never booked as good', () => {
    for (const answer of answers(process, stops, `]C101${MILK}1726010110OLD`)) sound(answer)
  })
  it('[L31] a serial that was seen before is booked once', () => {
    for (const stop of stops) {
      const here = walked(process, stop, anna).anna
      const first = here.scan(read(here, SERIAL))
      if (first.finished) continue
      const again = here.scan(read(here, SERIAL))
      const both = [...first.commands, ...again.commands].filter(({ type }) => !SAYS.has(type))
      expect([stop.at, again.message.key, both.length <= 1]).toEqual([stop.at, again.message.key, true])
    }
  })
  it('[L31] a message of 200 characters about goods that nobody has', () => {
    expect(LONG).toHaveLength(200)
    for (const answer of answers(process, stops, LONG)) sound(answer)
  })
  it.each([
    ['its number is cut off', `]C101${MILK.slice(0, 7)}`],
    ['its day is cut off', `]C101${MILK}1727`],
    ['its lot is cut off', `]C101${MILK}10`],
    ['its count is cut off', `]C101${MILK}37`],
    ['its lot is too long for any', `]C101${MILK}10${'L'.repeat(180)}`],
  ])('[L31] half a message: %s', (_, raw) => {
    for (const answer of answers(process, stops, raw)) {
      sound(answer)
      if (answer.resolved.problem !== null) refused([answer])
    }
  })
})
