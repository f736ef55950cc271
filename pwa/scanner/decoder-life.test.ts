import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { FromWorker } from './decode-messages.ts'
import { makeDecoder } from './decoder.ts'

/** A worker that does what the test says. */
class Puppet extends EventTarget {
  isTerminated = false
  postMessage(): void {}
  terminate(): void {
    this.isTerminated = true
  }
  says(data: FromWorker): void {
    this.dispatchEvent(new MessageEvent('message', { data }))
  }
  breaks(): void {
    this.dispatchEvent(new Event('error'))
  }
}
const world = () => {
  const workers: Puppet[] = []
  let deaths = 0
  const decoder = makeDecoder(() => undefined, {
    onDead: () => void (deaths += 1),
    spawn: () => {
      const worker = new Puppet()
      workers.push(worker)
      return worker as unknown as Worker
    },
  })
  return { decoder, workers, last: () => workers.at(-1)!, deaths: () => deaths }
}
const bitmap = {} as ImageBitmap

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('[K46] workers that end one after the other without an answer are not replaced for ever, and it is told once', () => {
  const { decoder, workers, last, deaths } = world()
  for (let n = 0; n < 20; n += 1) last().breaks()
  expect([workers.length, deaths(), decoder.ready(), decoder.kind()]).toEqual([4, 1, false, 'fallback'])
  expect(workers.every(worker => worker.isTerminated)).toBe(true)
})

test('[K46] so it is with workers that hang; one that answers in between counts anew', () => {
  const { decoder, workers, last, deaths } = world()
  const hang = (): void => {
    last().says({ type: 'ready' })
    decoder.send(bitmap, 'full')
    vi.advanceTimersByTime(3000)
  }
  for (let n = 0; n < 3; n += 1) hang()
  last().says({ type: 'ready' })
  decoder.send(bitmap, 'full')
  last().says({ type: 'result', id: 1, ms: 1, reads: [] })
  for (let n = 0; n < 3; n += 1) hang()
  expect([workers.length, deaths()]).toEqual([7, 0])
  hang()
  expect([workers.length, deaths(), decoder.ready()]).toEqual([7, 1, false])
})
