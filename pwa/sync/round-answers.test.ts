import { describe, expect, test } from 'vitest'
import { begun, OFFLINE, refused } from '../../test/support/test-engine.ts'
import type { Reply } from './ports.ts'
import type { RoundEnd } from './round.ts'

describe('answers of the server', () => {
  test.each<[string, Reply<never>, RoundEnd]>([
    ['offline: nothing changes', OFFLINE, { kind: 'offline' }],
    ['401 after every repair: set up again', refused(401, 'unauthorised'), { kind: 'unauthorised', foreign: false }],
    ['426: this app is too old', refused(426, 'unknown_proto'), { kind: 'outdated' }],
    ['429 with a time', refused(429, 'busy', 1000), { kind: 'wait', ms: 1000 }],
    ['503 without a time', refused(503), { kind: 'wait', ms: null }],
    ['500: a fault of theirs', refused(500, 'fault'), { kind: 'wait', ms: null }],
    ['400: counted', refused(400, 'bad_request'), { kind: 'rejected' }],
    ['413 for one command alone: counted', refused(413, 'too_large'), { kind: 'tooLarge' }],
  ])('[S40] %s; the queue is untouched', async (_, reply, end) => {
    const { scan, rounds, state, engine, queue, birth } = await begun()
    await rounds()
    await scan(1)
    const before = queue.snapshot()
    state.instead.push(reply)
    expect(await engine.round()).toEqual(end)
    expect(queue.snapshot()).toEqual(before)
    await rounds()
    expect((await queue.mark(birth.epoch))?.acked).toBe(1)
  })
  test('[S41] a batch that is too large is halved until it passes', async () => {
    const { scan, rounds, state, acked } = await begun()
    await rounds()
    await scan(8)
    state.instead.push(refused(413), refused(413))
    await rounds()
    expect(
      state.requests
        .map(r => r.push.commands.length)
        .filter(n => n > 0)
        .slice(0, 3),
    ).toEqual([8, 4, 2])
    expect(await acked()).toBe(8)
  })
  test('[S42] a revoked handheld forgets its copy, hands its steps in for review and keeps them', async () => {
    const { scan, rounds, state, engine, cache, queue, birth } = await begun()
    await rounds()
    await scan(2)
    for (let i = 0; i < 3; i += 1) {
      state.instead.push(refused(403, 'revoked'))
      expect(await engine.round()).toEqual({ kind: 'revoked' })
      await scan(1)
    }
    expect(await cache.head()).toBeNull()
    // The server keeps a refused push for review: each step goes there once.
    expect(state.requests.slice(-3).map(r => r.push.commands.map(c => c.seq))).toEqual([[1, 2], [3], [4]])
    expect(await queue.rows(birth.epoch, 0, 9)).toHaveLength(5)
    expect(engine.status().link).toBe('revoked')
    await rounds()
    expect([engine.status().waiting, state.last.get(birth.epoch)]).toEqual([0, 5])
  })
  test('[S43] offline is said after two failed rounds, online after the first good one', async () => {
    const { rounds, state, engine } = await begun()
    await rounds()
    state.instead.push({ kind: 'offline' }, { kind: 'offline' })
    await engine.round()
    expect(engine.status().link).toBe('online')
    await engine.round()
    expect(engine.status().link).toBe('offline')
    await engine.round()
    expect(engine.status().link).toBe('online')
  })
})
