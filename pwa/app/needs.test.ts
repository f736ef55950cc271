import { expect, test } from 'vitest'
import { derivedId } from '../../shared/ids.ts'
import type { Command } from '../../shared/sync/command.ts'
import { needsOf } from './needs.ts'
import type { Need } from './needs.ts'
import { troublesOf } from '../sync/troubles.ts'

const anna = derivedId<'worker'>('worker', 'anna')
const berk = derivedId<'worker'>('worker', 'berk')
const AT = '2027-01-15T10:00:00.000Z'
const unknown = (scan: string, worker = anna): Command =>
  ({ type: 'unmatched', process: 'receive', scan, worker, at: AT, client: null, document: null }) as Command
const moved = (worker: typeof anna): Command => ({ type: 'move', worker, at: AT }) as Command
const need = (seq: number, command: Command | null, outcome = 'exception'): Need => ({
  seq,
  outcome,
  reason: null,
  command,
})

test('[HH7] my own troubles come first, those of others on this handheld apart', () => {
  const { mine, others } = needsOf([need(1, moved(berk)), need(2, moved(anna)), need(3, null)], [], anna)
  expect(mine.map(one => one.seq)).toEqual([2, 3])
  expect(others.map(one => one.seq)).toEqual([1])
  expect(needsOf([need(1, moved(berk))], [], null).mine).toHaveLength(1)
})

test('[HH26] a call for a supervisor is no trouble of whoever called', () => {
  const call = { type: 'note', worker: anna, at: AT, text: 'home' } as Command
  expect(troublesOf({ needsMe: [need(1, call)] })).toEqual([])
  expect(troublesOf({ needsMe: [need(1, call, 'quarantined')] })).toHaveLength(1)
})

test('[HH8] a code that was kept needs nobody here: neither the dot nor a tone calls for it', () => {
  expect(troublesOf({ needsMe: [need(1, unknown('X')), need(2, moved(anna))] }).map(one => one.seq)).toEqual([2])
  expect(troublesOf({ needsMe: [need(1, unknown('X'), 'quarantined'), need(2, null)] })).toHaveLength(2)
})

test('[HH8] a code that was kept is listed once, whether it has been sent or still waits', () => {
  const { kept, mine } = needsOf([need(1, unknown('X'))], [unknown('X'), unknown('Y')], anna)
  expect(kept).toEqual([
    { text: 'X', at: AT, sent: true },
    { text: 'Y', at: AT, sent: false },
  ])
  // As it was read by two scanners, one of which says what kind of code it is.
  expect(needsOf([need(1, unknown(']C0X'))], [unknown(' X')], anna).kept).toEqual([{ text: 'X', at: AT, sent: true }])
  expect(mine).toEqual([])
  expect(needsOf([need(1, unknown('X'), 'quarantined')], [], anna).mine).toHaveLength(1)
})
