import { describe, expect, test } from 'vitest'
import { fixedRandom, virtualTime } from '../../test/support/handheld-world.ts'
import { makeDoorbell } from './doorbell.ts'

const rung = () => {
  const time = virtualTime()
  const streams: ReadableStreamDefaultController<Uint8Array>[] = []
  const seen = { opened: 0, rung: [] as number[], asked: 0, cancelled: 0 }
  const state = { answers: true }
  const bell = makeDoorbell(
    {
      send: async () => {
        seen.asked += 1
        if (!state.answers) return null
        const body = new ReadableStream<Uint8Array>({
          start: controller => void streams.push(controller),
          cancel: () => void (seen.cancelled += 1),
        })
        return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
      },
    },
    { clock: time.clock, timer: time.timer, random: fixedRandom() },
    { opened: () => (seen.opened += 1), rung: n => seen.rung.push(n) },
  )
  const write = async (text: string): Promise<void> => {
    streams.at(-1)?.enqueue(new TextEncoder().encode(text))
    await turn()
    await time.settle()
  }
  /** Streams hand their pieces on in tasks of their own. */
  const turn = (): Promise<void> => new Promise(resolve => void setImmediate(resolve))
  return { time, bell, seen, streams, state, write, turn }
}

describe('the doorbell', () => {
  test('[S70] says the newest commit, also when a line comes in two pieces', async () => {
    const { bell, seen, write, turn } = rung()
    bell.start()
    await turn()
    await write('id: 1\ndata: {"n":12')
    await write('391}\n\n: still here\n')
    expect(seen).toMatchObject({ opened: 1, rung: [12391] })
    bell.stop()
  })
  test('[S71] silence for 45 s closes the stream and it is opened again', async () => {
    const { bell, seen, time, turn } = rung()
    bell.start()
    await turn()
    await time.advance(44_000)
    expect(seen.cancelled).toBe(0)
    await time.advance(1_000)
    await turn()
    await time.settle()
    expect(seen.cancelled).toBe(1)
    await time.advance(15_000)
    expect(seen.asked).toBe(2)
    bell.stop()
  })
  test('[S72] three short lives mean a proxy that buffers: ten minutes without', async () => {
    const { bell, seen, time, streams, turn } = rung()
    bell.start()
    for (let life = 1; life <= 3; life += 1) {
      await turn()
      streams.at(-1)?.close()
      await turn()
      await time.settle()
      if (life < 3) await time.advance(15_000)
    }
    expect(seen.asked).toBe(3)
    await time.advance(599_000)
    expect(seen.asked).toBe(3)
    await time.advance(1_000)
    expect(seen.asked).toBe(4)
    bell.stop()
  })
  test('[S73] stopped, it lets the stream go and never rings again', async () => {
    const { bell, seen, time, turn } = rung()
    bell.start()
    await turn()
    bell.stop()
    await turn()
    await time.settle()
    await time.advance(700_000)
    expect([seen.cancelled, seen.asked]).toEqual([1, 1])
  })
})
