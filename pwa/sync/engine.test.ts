import { describe, expect, test } from 'vitest'
import { device, receiveDraft, stamp, warehouse } from '../../test/support/commands.ts'
import { testPorts } from '../../test/support/handheld-world.ts'
import { laterAtHand } from '../../test/support/rules.ts'
import { backoffMs } from './backoff.ts'
import { ensureBirth } from './birth.ts'
import { makeEngine } from './engine.ts'
import type { EngineOptions } from './engine.ts'
import { StorageFull } from './ports.ts'
import type { Reply } from './ports.ts'

const begun = async (more: Partial<EngineOptions> = {}) => {
  const world = testPorts()
  const birth = await ensureBirth(world.ports, { device, warehouse, livedBefore: false })
  const engine = makeEngine(
    world.ports,
    {
      app: '1.0.0',
      later: laterAtHand,
      session: () => null,
      storage: async () => ({ quota: null, persisted: null }),
      stamp: () => stamp,
      changed: () => undefined,
      ...more,
    },
    {
      pageTaken: () => undefined,
      baseReplaced: async () => undefined,
      catalogueChanged: async () => undefined,
      answered: () => undefined,
    },
  )
  engine.start()
  await world.time.advance(0)
  const asked = () => world.server.state.requests.length
  return { ...world, ...world.server, birth, engine, asked }
}
const wait = (ms: number): Reply<never> => ({ kind: 'refused', status: 503, refusal: null, retryAfterMs: ms })

describe('when a round is due', () => {
  test('[H48] rounds that could not be loaded are as no network, and are tried again', async () => {
    let isThere = false
    const later = () => (isThere ? laterAtHand() : Promise.reject(new Error('no network')))
    const { engine, time, asked } = await begun({ later })
    expect(await engine.round()).toEqual({ kind: 'offline' })
    expect(asked()).toBe(0)
    isThere = true
    engine.wake('online')
    await time.settle()
    expect(asked()).toBeGreaterThan(0)
    await engine.stop()
  })

  test('[S50] scans in quick succession go out together, 300 ms after the first', async () => {
    const { engine, time, state, asked } = await begun()
    const before = asked()
    for (let i = 0; i < 3; i += 1) {
      await engine.append([receiveDraft(1)], null)
      await time.advance(50)
    }
    expect(asked()).toBe(before)
    await time.advance(150)
    expect(state.requests.find(request => request.push.commands.length > 0)?.push.commands).toHaveLength(3)
    await engine.stop()
  })
  test('[S50] twenty scans go out without waiting', async () => {
    const { engine, time, state } = await begun()
    for (let i = 0; i < 20; i += 1) await engine.append([receiveDraft(1)], null)
    await time.advance(0)
    expect(state.requests.find(request => request.push.commands.length > 0)?.push.commands).toHaveLength(20)
    await engine.stop()
  })
  test('[S50] a round steps aside for a scan that is being stored', async () => {
    const { engine, ports, time, asked } = await begun()
    const before = asked()
    let stored = (): void => undefined
    const { append } = ports.queue
    ports.queue.append = async (...all) => {
      await new Promise<void>(resolve => (stored = resolve))
      return append(...all)
    }
    const scan = engine.append([receiveDraft(1)], null)
    engine.wake('hand')
    await time.advance(1000)
    expect(asked()).toBe(before)
    stored()
    await scan
    await time.advance(0)
    expect(asked()).toBe(before + 1)
    await engine.stop()
  })
  test('[S50] a round that is due waits while the keys of a code come in', async () => {
    const { engine, time, asked } = await begun()
    const before = asked()
    engine.coming()
    engine.wake('hand')
    await time.advance(90)
    engine.coming()
    await time.advance(90)
    expect(asked()).toBe(before)
    await time.advance(10)
    expect(asked()).toBe(before + 1)
    await engine.stop()
  })
  test('[S50] a round waits until the scan is drawn, and the scan does not wait for that', async () => {
    let draw = (): void => undefined
    const { engine, time, asked } = await begun({ drawn: () => new Promise<void>(resolve => (draw = resolve)) })
    const before = asked()
    await engine.append([receiveDraft(1)], null)
    engine.wake('hand')
    await time.advance(1000)
    expect(asked()).toBe(before)
    draw()
    await time.advance(0)
    expect(asked()).toBe(before + 1)
    await engine.stop()
  })
  test('[S51] without any reason a round is due every 30 s', async () => {
    const { engine, time, asked } = await begun()
    const before = asked()
    await time.advance(29_000)
    expect(asked()).toBe(before)
    await time.advance(1_000)
    expect(asked()).toBe(before + 1)
    await engine.stop()
  })
  test('[S52] the doorbell leads to a look within 300 ms, unless that commit is here already', async () => {
    const { engine, time, asked, put } = await begun()
    put({ k: 'location', id: 'A', b: null })
    const before = asked()
    engine.wake({ n: 1 })
    await time.advance(300)
    expect(asked()).toBe(before + 1)
    engine.wake({ n: 1 })
    await time.advance(300)
    expect(asked()).toBe(before + 1)
    await engine.stop()
  })
  test('[S53] a scan does not cut a back-off short, coming online does', async () => {
    const { engine, time, asked, state } = await begun()
    state.instead.push({ kind: 'offline' })
    engine.wake('hand')
    await time.settle()
    const before = asked()
    await engine.append([receiveDraft(1)], null)
    await time.advance(500)
    expect(asked()).toBe(before)
    engine.wake('online')
    await time.settle()
    expect(asked()).toBe(before + 1)
    expect(engine.status().waiting).toBe(0)
    await engine.stop()
  })
  test('[S54] Retry-After is obeyed', async () => {
    const { engine, time, asked, state } = await begun()
    state.instead.push(wait(7000))
    engine.wake('hand')
    await time.settle()
    const before = asked()
    await time.advance(6999)
    expect(asked()).toBe(before)
    await time.advance(1)
    expect(asked()).toBe(before + 1)
    await engine.stop()
  })
  test('[S55] failures wait longer and longer, up to a minute, never in step with other handhelds', () => {
    expect([1, 2, 3].map(k => backoffMs(k, 1))).toEqual([2000, 4000, 8000])
    expect(backoffMs(50, 0.999)).toBeLessThan(60_000)
    expect(backoffMs(50, 0)).toBe(0)
  })
  test('[S56] a stopped handheld asks nothing more', async () => {
    const { engine, time, asked } = await begun()
    await engine.stop()
    const before = asked()
    await engine.append([receiveDraft(1)], null)
    await time.advance(120_000)
    expect(asked()).toBe(before)
    expect(time.due()).toEqual([])
  })
})

describe('a scan that cannot be stored', () => {
  test('[S57] is said, and the next one that fits clears it', async () => {
    const { engine, ports, queue } = await begun()
    ports.queue.append = async () => Promise.reject(new StorageFull('full'))
    await expect(engine.append([receiveDraft(1)], null)).rejects.toThrow(StorageFull)
    expect(engine.status()).toMatchObject({ storageFull: true, waiting: 0 })
    ports.queue.append = queue.append.bind(queue)
    await engine.stop()
  })
})

describe('clocks', () => {
  test('[S58] the offset comes from the quickest round trip, and a jump of the clock forgets it', async () => {
    const { engine, time, state, answer, server } = await begun()
    void server
    state.instead.push(request => {
      const reply = answer(request)
      return reply.kind === 'ok'
        ? {
            ...reply,
            sentAt: time.clock.now() - 100,
            body: { ...reply.body, now: new Date(time.clock.now() + 5000).toISOString() },
          }
        : reply
    })
    await engine.round()
    expect(engine.sample()).toEqual({ off: 0, unc: 0 })
    time.jump(-3_600_000)
    state.instead.push(request => {
      const reply = answer(request)
      return reply.kind === 'ok'
        ? { ...reply, body: { ...reply.body, now: new Date(time.clock.now() + 3_600_000).toISOString() } }
        : reply
    })
    await engine.round()
    expect(engine.sample()).toEqual({ off: 3_600_000, unc: 0 })
    await engine.stop()
  })
})
