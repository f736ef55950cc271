import { expect, test } from 'vitest'
import { POLL_MS } from './doorbell.ts'
import { HEARTBEAT_MS } from './events.ts'
import { enrol, get, testApp } from './test-app.ts'
import { WAREHOUSE } from './test-stores.ts'

test('[W13] the doorbell rings at once, at each change, and asks the store only while somebody listens', async () => {
  const app = await testApp()
  const device = await enrol(app)
  expect(app.timers.size).toBe(0)
  const response = await get(app, device, '/api/events')
  expect(response.headers.get('content-type')).toContain('text/event-stream')
  expect(response.headers.get('cache-control')).toBe('no-store, no-transform')
  const reader = readerOf(response)
  expect(await reader.until('"n":7}')).toContain('id: 7\ndata: {"n":7}\n\n')
  app.feed.seq = 8
  app.turn(POLL_MS)
  await reader.until('{"n":8}')
  app.feed.seq = 9
  app.deps.doorbell.ring(WAREHOUSE)
  await reader.until('{"n":9}')
  app.turn(HEARTBEAT_MS)
  await reader.until('still here')
  await reader.cancel()
  expect(app.timers.size).toBe(0)
})

test('[W13] the doorbell ends with the access token and with the server', async () => {
  const app = await testApp()
  const device = await enrol(app)
  const [first, second] = [
    readerOf(await get(app, device, '/api/events')),
    readerOf(await get(app, device, '/api/events')),
  ]
  app.wait(15 * 60_000)
  app.turn(HEARTBEAT_MS)
  await first.end()
  await second.end()
  const third = readerOf(await get(app, device, '/api/events'))
  app.deps.doorbell.close()
  await third.end()
  expect(app.timers.size).toBe(0)
})

test('[W13] a listener that does not read is dropped, the others go on', async () => {
  const app = await testApp()
  const device = await enrol(app)
  await get(app, device, '/api/events')
  const awake = readerOf(await get(app, device, '/api/events'))
  await awake.until('{"n":7}')
  const before = app.timers.size
  for (let n = 0; n < 5_000; n += 1) app.turn(HEARTBEAT_MS)
  expect(app.timers.size).toBeLessThan(before)
})

test('[W13] a store that does not answer is asked less often and reported', async () => {
  const app = await testApp()
  const device = await enrol(app)
  const reader = readerOf(await get(app, device, '/api/events'))
  await reader.until('{"n":7}')
  app.feed.fails = true
  app.turn(POLL_MS)
  await expect.poll(() => app.faults.length).toBe(1)
  for (let i = 0; i < 50; i += 1) app.turn(POLL_MS)
  app.feed.fails = false
  app.feed.seq = 8
  app.turn(POLL_MS)
  await reader.until('{"n":8}')
  expect(app.faults).toHaveLength(1)
  await reader.cancel()
})

/** Reads a stream of events; every wait ends with what it waits for, or the test runs out of time. */
const readerOf = (response: Response) => {
  const reader = response.body?.getReader()
  if (!reader) throw new Error('no stream')
  let text = ''
  const more = async (): Promise<boolean> => {
    const part = await reader.read()
    if (part.value) text += new TextDecoder().decode(part.value)
    return !part.done
  }
  return {
    until: async (wanted: string): Promise<string> => {
      while (!text.includes(wanted)) if (!(await more())) throw new Error(`the stream ended before ${wanted}`)
      const all = text
      text = ''
      return all
    },
    end: async (): Promise<void> => {
      while (await more());
    },
    cancel: () => reader.cancel(),
  }
}
