import { expect, test } from 'vitest'
import { derivedId } from '../../shared/ids.ts'
import type { Call } from '../../shared/sync/calls.ts'
import { virtualTime } from '../../test/support/handheld-world.ts'
import { PAUSE_MS, TICK_MS } from './call-bell.ts'
import { faultOf, logText, makeDiary, MOST_ENTRIES } from './diary.ts'
import { makeDuties } from './duties.ts'

const call = (kind: Call['kind'], at = '2027-01-15T10:00:00.000Z'): Call => ({
  id: derivedId('call', 'duties', kind),
  kind,
  text: '',
  by: 'Elif',
  at,
})

/** A handheld with somebody at it, and the calls that wait there. */
const handheld = (...sent: Call[]) => {
  const time = virtualTime()
  const seen = { waiting: sent, answered: [] as string[], out: [] as string[], logs: 0 }
  const at = { idleMs: 0, since: '2027-01-15T08:00:00.000Z' as string | null, online: true, stays: false }
  const listeners = new Set<() => void>()
  const duties = makeDuties({
    calls: {
      waiting: () => seen.waiting,
      answer: ids => {
        seen.answered.push(...seen.waiting.filter(one => ids.includes(one.id)).map(one => one.kind))
        seen.waiting = seen.waiting.filter(one => !ids.includes(one.id))
        for (const listener of listeners) listener()
      },
      hinted: () => undefined,
      wake: () => undefined,
      subscribe: listener => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    },
    timer: time.timer,
    idleMs: () => at.idleMs,
    since: () => at.since,
    logOut: async () => {
      if (!at.stays) at.since = null
    },
    sendLog: async () => {
      seen.logs += 1
      return at.online
    },
    onOut: one => void seen.out.push(one.by),
  })
  return { time, seen, at, duties }
}

test('[DV11] whoever scans is logged out at a pause, is told so, and the desk has its answer only then', async () => {
  const { time, seen, at } = handheld(call('out'))
  await time.advance(TICK_MS * 4)
  expect([at.since, seen.answered]).toEqual(['2027-01-15T08:00:00.000Z', []])
  at.idleMs = PAUSE_MS
  await time.advance(TICK_MS)
  expect([at.since, seen.answered, seen.out]).toEqual([null, ['out'], ['Elif']])
})

test('[DV11] who stays logged in is tried again at the next pause; nothing is answered meanwhile', async () => {
  const { time, seen, at } = handheld(call('out'))
  Object.assign(at, { idleMs: PAUSE_MS, stays: true })
  await time.advance(TICK_MS * 2)
  expect(seen.answered).toEqual([])
  at.stays = false
  await time.advance(TICK_MS)
  expect([seen.answered, seen.out]).toEqual([['out'], ['Elif']])
})

test('[DV11] who came after the call is not meant by it, nor is nobody', () => {
  for (const since of ['2027-01-15T10:00:01.000Z', null]) {
    const { seen, at, duties } = handheld()
    Object.assign(at, { since, idleMs: PAUSE_MS })
    seen.waiting = [call('out')]
    duties.wake()
    expect([at.since, seen.answered, seen.out]).toEqual([since, ['out'], []])
  }
})

test('[DV12] a log that does not arrive is sent again with the next sign of a network, never twice at once', async () => {
  const { seen, at, duties, time } = handheld()
  at.online = false
  seen.waiting = [call('logs'), call('ring')]
  duties.wake()
  duties.wake()
  await time.advance(1)
  expect([seen.logs, seen.answered]).toEqual([1, []])
  at.online = true
  duties.wake()
  await time.advance(1)
  expect([seen.logs, seen.answered]).toEqual([2, ['logs']])
  expect(seen.waiting.map(one => one.kind)).toEqual(['ring'])
})

test('[DV12] a log keeps the newest thousand entries, the same in a row once, and as much as there is room for', () => {
  let second = 0
  const diary = makeDiary(() => `t${(second += 1)}`)
  for (let n = 0; n < MOST_ENTRIES + 5; n += 1) diary.note(`link ${n}`)
  diary.note('work dup')
  diary.note('work dup')
  const lines = diary.lines()
  expect(lines).toHaveLength(MOST_ENTRIES)
  expect(lines.at(-1)).toBe('t1006 work dup ×2')
  expect(lines[0]).toBe('t7 link 6')
  expect(logText('{}', ['one', 'two', 'three'], 2 + 6 + 4)).toBe('{}\ntwo\nthree')
  expect(logText('{"a":1}', lines, 4)).toBe('{"a"')
})

test('[DV12] of a fault its kind and place are told, not its words', () => {
  const error = new TypeError('no item 8690000000001')
  error.stack = 'TypeError: no item 8690000000001\n    at pick (https://depo.test/assets/floor-1a2b.js:12:34)'
  expect(faultOf(error)).toBe('fault TypeError floor-1a2b.js:12:34')
  expect(faultOf('8690000000001')).toBe('fault')
})
