import { readFileSync } from 'node:fs'
import { BUGS } from './bugs.ts'
import type { Plant } from './bugs.ts'
import { addCounters, noCounters, SOMETIMES } from './counters.ts'
import type { Counters } from './counters.ts'
import { run } from './run.ts'
import type { RunOptions, RunResult } from './run.ts'

export type SeedsEnd = { failed: readonly RunResult[]; movements: number; seen: Counters }

/** Many seeds of the product as it is. */
export const runSeeds = async (
  from: number,
  count: number,
  told: (result: RunResult) => void = () => undefined,
  options: RunOptions = {},
): Promise<SeedsEnd> => {
  const seen = noCounters()
  const failed: RunResult[] = []
  let movements = 0
  for (let seed = from; seed < from + count; seed += 1) {
    const result = await run(seed, options)
    movements += result.movements
    addCounters(seen, result.seen)
    if (result.failures.length > 0) failed.push(result)
    told(result)
  }
  return { failed, movements, seen }
}

export type Hunt = { name: string; plant: Plant; caught: RunResult | null; tried: number }

/** Looks for a planted bug, seed after seed, until it shows or its bound is reached. */
export const hunt = async (name: string, options: RunOptions = {}): Promise<Hunt> => {
  const plant = BUGS[name]
  if (plant === undefined) throw new Error(`no planted bug is called ${name}`)
  for (let seed = 1; seed <= plant.within; seed += 1) {
    const result = await run(seed, { ...options, plant })
    if (result.failures.length > 0) return { name, plant, caught: result, tried: seed }
  }
  return { name, plant, caught: null, tried: plant.within }
}

/** The same seed twice; null when both runs were the same. */
export const differsFromItself = async (seed: number): Promise<string | null> => {
  const [one, two] = [await run(seed), await run(seed)]
  return one.fingerprint === two.fingerprint ? null : `${one.fingerprint}\n${two.fingerprint}`
}

export const neverSeen = (seen: Counters): readonly string[] => SOMETIMES.filter(name => seen[name] === 0)

/** Every seed that ever failed, with its story; they run for ever. */
export const keptSeeds = (): readonly { seed: number; title: string }[] =>
  JSON.parse(readFileSync(new URL('seeds.json', import.meta.url), 'utf8')) as { seed: number; title: string }[]
