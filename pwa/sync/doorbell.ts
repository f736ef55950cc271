import type { Api } from './api.ts'
import { linesOf } from './lines.ts'
import type { ByteReader } from './lines.ts'
import type { Ports } from './ports.ts'

/** Rung with the number of the newest commit; `opened` when the stream stands. It only says "look": no state comes this way. */
export type Doorbell = { start(): void; stop(): void }

/** The server sends a comment every 20 s; longer silence is a dead connection. */
const SILENCE_MS = 45_000
const RETRY_MS = 15_000
const SOON_MS = 1_000
/** Three closes within ten seconds of opening: a proxy that buffers. The timer of the engine does the work meanwhile. */
const SHORT_LIFE_MS = 10_000
const SHORT_LIVES = 3
const GIVE_UP_MS = 600_000

export const makeDoorbell = (
  api: Pick<Api, 'send'>,
  ports: Pick<Ports, 'clock' | 'timer' | 'random'>,
  on: { opened: () => void; rung: (n: number) => void },
): Doorbell => {
  let running = 0
  let cancel: (() => void) | null = null
  let live: ByteReader | null = null
  let shortLives = 0

  const listen = async (id: number): Promise<void> => {
    const began = ports.clock.mono()
    let pause = RETRY_MS
    const response = await api.send({ method: 'GET', path: '/api/events', timeoutMs: null })
    const isStream =
      response?.ok === true && (response.headers.get('content-type') ?? '').startsWith('text/event-stream')
    if (response !== null && isStream && response.body !== null && id === running) {
      on.opened()
      live = response.body.getReader()
      await ring(live, id)
      live = null
      const isShort = ports.clock.mono() - began < SHORT_LIFE_MS
      shortLives = isShort ? shortLives + 1 : 0
      // A stream ends with its token: one that had lived is opened again at once, only not in step with the others.
      if (!isShort) pause = SOON_MS
    } else {
      void response?.body?.cancel().catch(() => undefined)
    }
    if (id !== running) return
    const givesUp = shortLives >= SHORT_LIVES
    if (givesUp) shortLives = 0
    const wait = givesUp ? GIVE_UP_MS : pause * (0.5 + ports.random.next())
    cancel = ports.timer.after(wait, () => void listen(id))
  }
  const ring = async (reader: ByteReader, id: number): Promise<void> => {
    const lines = linesOf(reader)
    for (;;) {
      let isSilent = false
      let stopWaiting = (): void => undefined
      const silence = new Promise<null>(resolve => {
        stopWaiting = ports.timer.after(SILENCE_MS, () => {
          isSilent = true
          resolve(null)
        })
      })
      const step = await Promise.race([lines.next(), silence])
      stopWaiting()
      if (step === null || isSilent || step.done === true || id !== running) break
      const n = /^data:\s*\{"n":(\d{1,15})\}/.exec(step.value)?.[1]
      if (n !== undefined) on.rung(Number(n))
    }
    void reader.cancel().catch(() => undefined)
  }
  return {
    start: () => {
      running += 1
      void listen(running)
    },
    stop: () => {
      running += 1
      cancel?.()
      cancel = null
      void live?.cancel().catch(() => undefined)
    },
  }
}
