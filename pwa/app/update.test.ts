import { describe, expect, it } from 'vitest'
import { isOlder, watchUpdates } from './update.ts'
import type { Update } from './update.ts'

/** A page with a service worker, a clock that is turned by hand, and what became of them. */
const page = (over: { isActive?: boolean } = {}) => {
  const seen = { skips: 0, reloads: 0, checks: 0, offers: [] as Update[] }
  const world = { isWaiting: false, isActive: true, isAtRest: true, idleMs: 0, waiting: 0, isTooOld: false, ...over }
  const registration = {
    get waiting() {
      return world.isWaiting ? { postMessage: () => void (seen.skips += 1) } : null
    },
    update: async () => {
      seen.checks += 1
    },
  } as unknown as ServiceWorkerRegistration
  let next: (() => void) | null = null
  let taken = (): void => undefined
  const updates = watchUpdates({
    registration: async () => registration,
    whenTaken: listener => {
      taken = listener
    },
    reload: () => void (seen.reloads += 1),
    timer: {
      after: (_, run) => {
        next = run
        return () => undefined
      },
    },
    isActive: () => world.isActive,
    isAtRest: () => world.isAtRest,
    idleMs: () => world.idleMs,
    waiting: () => world.waiting,
    isTooOld: () => world.isTooOld,
    offer: update => void seen.offers.push(update),
  })
  const look = async (times = 1): Promise<void> => {
    for (let n = 0; n < times; n += 1) {
      next?.()
      for (let turn = 0; turn < 10; turn += 1) await Promise.resolve()
    }
  }
  return { world, seen, updates, look, taken: () => taken() }
}

describe('a new version of the app', () => {
  it('[HH19] is taken at a safe moment of the tab that scans, and at a log-in', async () => {
    const { world, seen, look, updates } = page()
    world.isWaiting = true
    world.idleMs = 29_000
    await look()
    expect([seen.skips, seen.offers.at(-1)]).toEqual([0, 'ready'])
    world.isAtRest = false
    world.idleMs = 60_000
    await look()
    expect(seen.skips).toBe(0)
    world.isAtRest = true
    await look()
    expect(seen.skips).toBe(1)
    await updates.atLogIn()
    expect(seen.skips).toBe(2)
  })

  it('[HH19] is never taken by a tab that does not scan, neither at its rest nor at a log-in', async () => {
    const { world, seen, look, updates } = page({ isActive: false })
    Object.assign(world, { isWaiting: true, idleMs: 900_000 })
    await look(3)
    await updates.atLogIn()
    expect(seen.skips).toBe(0)
  })

  it('[HH20] loads a tab that was taken over by another at a safe moment of its own, and one that does not scan at once', async () => {
    const { world, seen, look, taken } = page()
    Object.assign(world, { isAtRest: false, idleMs: 900_000 })
    taken()
    await look()
    expect(seen.reloads).toBe(0)
    Object.assign(world, { isAtRest: true, idleMs: 3000 })
    await look()
    expect([seen.reloads, seen.offers.at(-1)]).toEqual([0, 'ready'])
    world.idleMs = 30_000
    await look(2)
    expect(seen.reloads).toBe(1)
    const quiet = page({ isActive: false })
    quiet.taken()
    expect(quiet.seen.reloads).toBe(1)
  })

  it('[HH20] that this tab has asked for does not load under the hands of somebody who has begun meanwhile', async () => {
    const { world, seen, look, taken } = page()
    Object.assign(world, { isWaiting: true, idleMs: 30_000 })
    await look()
    expect(seen.skips).toBe(1)
    Object.assign(world, { isWaiting: false, isAtRest: false, idleMs: 10 })
    taken()
    await look()
    expect(seen.reloads).toBe(0)
    Object.assign(world, { isAtRest: true, idleMs: 2000 })
    await look()
    expect(seen.reloads).toBe(1)
    const still = page()
    Object.assign(still.world, { isWaiting: true, idleMs: 30_000 })
    await still.look()
    still.taken()
    expect(still.seen.reloads).toBe(1)
  })

  it('[HH21] that the server needs is said, looked for every minute, and taken as soon as everything is sent and nothing is open', async () => {
    const { world, seen, look } = page()
    world.isTooOld = true
    await look(12)
    expect([seen.offers.at(-1), seen.checks]).toEqual(['needed', 1])
    Object.assign(world, { isWaiting: true, waiting: 3, idleMs: 100 })
    await look()
    expect(seen.skips).toBe(0)
    Object.assign(world, { waiting: 0, isAtRest: false })
    await look()
    expect(seen.skips).toBe(0)
    world.isAtRest = true
    await look()
    expect(seen.skips).toBe(1)
  })

  it('[HH21] that the server needs is taken at a log-in also when nothing could be sent', async () => {
    const { world, seen, updates } = page()
    Object.assign(world, { isTooOld: true, isWaiting: true, waiting: 40 })
    await updates.atLogIn()
    expect(seen.skips).toBe(1)
  })

  it.each([
    ['1.9.0', '1.10.0', true],
    ['1.10.0', '1.9.0', false],
    ['1.2', '1.2.0', false],
    ['0.1.0', '0.1.1', true],
    ['2.0.0-beta', '1.0.0', false],
    ['dev', '9.0.0', false],
    ['1.0.0', '', false],
  ])('[HH21] version %s before %s: %s', (version, than, older) => expect(isOlder(version, than)).toBe(older))
})
