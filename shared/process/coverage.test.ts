import { describe, expect, it } from 'vitest'
import { INPUTS, KEYS, walk, walked } from '../../test/support/process-walk.ts'
import type { Here, Path } from '../../test/support/process-walk.ts'
import type { Resolved } from '../scan/scan.ts'
import { PROCESSES } from './index.ts'
import { MESSAGES } from './message.ts'
import type { Input, Next, Process } from './process.ts'

/** Every state × every kind of input of every process in the registry: no pair is undefined. */
const tried = (process: Process, anna: Here, path: Path, input: Input): Next => {
  const before = anna.state()
  const { next, prompt } = anna.peek(input)
  expect(MESSAGES).toContain(next.message.key)
  expect(JSON.parse(JSON.stringify(next.state))).toEqual(next.state)
  expect(process.states).toContain(next.state.at)
  if (['wrong', 'unknown', 'dup'].includes(next.verdict) && next.commands.length === 0)
    expect(next.state).toEqual(before)
  if (input.kind === 'scan') saysWhat(next, input.resolved, () => anna.prompt().expects)
  if (next.commands.length === 0) {
    expect(MESSAGES).toContain(prompt().ask.message.key)
    return next
  }
  // What is booked is booked in a world of its own, so that the next input finds this one as it was.
  const again = walked(process, path)
  again.anna.input(input)
  expect(MESSAGES).toContain(again.anna.prompt().ask.message.key)
  for (const judged of again.anna.judged) expect(judged.outcome).not.toBe('quarantined')
  return next
}

/** [H56] What is of no kind that the step wants is named, and what nobody knows is no answer to a choice. */
const saysWhat = (
  { verdict, message, commands }: Next,
  { readings, problem }: Resolved,
  expects: () => readonly string[],
): void => {
  if (problem !== null || commands.length > 0 || (verdict !== 'wrong' && verdict !== 'unknown')) return
  if (message.key === 'wrong.kind') expect(readings.map(reading => reading.kind)).toContain(message.values['thing'])
  const mute = readings.length === 0 ? NO_ANSWERS : [...NO_ANSWERS, ...ABOUT_MARKS]
  if (!mute.includes(message.key)) return
  expect([message.key, readings.some(reading => expects().includes(reading.kind))]).toEqual([message.key, true])
}
const NO_ANSWERS = ['no.key', 'why', 'which.status', 'ret.choose', 'photo.ask', 'zero.first']
const ABOUT_MARKS = ['date.bad', 'move.notHere', 'wrong.lot', 'wrong.serial', 'pack.trackingBad', 'unknown']

const everyPair = (process: Process) => {
  const pairs = new Set<string>()
  let named = 0
  const stops = walk(process, (anna, path, input) => {
    const next = tried(process, anna, path, input)
    if (next.message.key === 'wrong.kind') named += 1
    pairs.add(`${anna.state().at} ${input.kind}`)
    return next
  })
  return { reached: new Set(stops.map(({ at }) => at)), pairs, named }
}

describe.each(PROCESSES.map(process => [process.name, process] as const))('%s', (_, process) => {
  const { reached, pairs, named } = everyPair(process)
  it('[L25] every state is reached', () => {
    expect([...reached].sort()).toEqual([...process.states].sort())
  })
  it('[H56] a code of a kind that a step cannot want is named in every state', () => {
    // Each answer of the walk was looked at on the way.
    expect(named).toBeGreaterThan(0)
  })
  it('[L25] every card is tried, those of the work that begin like a tile as well', () => {
    expect(KEYS).toEqual(expect.arrayContaining(['XCREJ', 'XCRCV', 'XCRET', 'XCRPL', 'XCRPT']))
  })
  it('[L25] every state answers every kind of input', () => {
    const kinds = new Set(INPUTS.map(input => input.kind))
    expect(pairs.size).toBe(process.states.length * kinds.size)
  })
})
