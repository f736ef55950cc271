import { expect, it } from 'vitest'
import { loop } from './loop.ts'

const AN_HOUR = 3_600_000
/** Rounds that are let through one by one. */
const turned = () => {
  const begun: (() => void)[] = []
  let next: (() => void) | null = null
  const run = (): Promise<boolean> => {
    next?.()
    return new Promise(resolve => begun.push(() => resolve(false)))
  }
  const begins = (): Promise<void> => new Promise(resolve => (next = resolve))
  return { run, begins, end: (): void => begun.shift()?.() }
}
const onFault = (): void => {}

it('[EH9] a round that is asked for in the pause begins at once', async () => {
  const rounds = turned()
  const worker = loop({ everyMs: AN_HOUR, run: rounds.run, onFault })
  rounds.end()
  await Promise.resolve()
  const second = rounds.begins()
  // The first round has to come to its pause.
  await new Promise(resolve => setImmediate(resolve))
  worker.wake()
  await expect(second).resolves.toBeUndefined()
  rounds.end()
  await worker.stop()
})
it('[EH9] one that is asked for while a round is under way is followed by another', async () => {
  const rounds = turned()
  const worker = loop({ everyMs: AN_HOUR, run: rounds.run, onFault })
  const second = rounds.begins()
  worker.wake()
  rounds.end()
  await expect(second).resolves.toBeUndefined()
  rounds.end()
  await worker.stop()
})
