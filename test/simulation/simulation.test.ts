import { describe, expect, it } from 'vitest'
import { BUGS } from './bugs.ts'
import { run } from './run.ts'
import { differsFromItself, hunt, keptSeeds, neverSeen, runSeeds } from './suite.ts'

const told = (results: readonly { seed: number; failures: readonly string[]; trail: readonly string[] }[]): string[] =>
  results.flatMap(({ seed, failures, trail }) => [`seed ${seed}`, ...failures, ...trail])

describe('simulated shifts', () => {
  it('[I0] the same seed gives the same shift, event for event', async () => {
    expect(await differsFromItself(7)).toBeNull()
  })

  it('[I1-I19] nothing is lost and nothing doubled, whatever breaks', async () => {
    const end = await runSeeds(1, 24)
    expect(told(end.failed)).toEqual([])
    expect(end.movements).toBeGreaterThan(2000)
    expect(neverSeen(end.seen)).toEqual([])
  })

  it.each(keptSeeds())('[I0] seed $seed once failed: $title', async ({ seed }) => {
    expect(told([await run(seed)])).toEqual([`seed ${seed}`, ...(await run(seed)).trail])
  })
})

describe('planted bugs', () => {
  it.each(Object.entries(BUGS))('[I0] %s is noticed', async (name, { title }) => {
    const { caught } = await hunt(name)
    expect(caught?.failures.length ?? 0, title).toBeGreaterThan(0)
  })
})
