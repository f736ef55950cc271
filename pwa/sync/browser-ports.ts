import type { Clock, Random, Timer } from './ports.ts'

/** The browser's own clock, chance and timers. */
export const browserClock: Clock = { now: () => Date.now(), mono: () => performance.now() }

export const browserRandom: Random = {
  next: () => Math.random(),
  bytes: n => crypto.getRandomValues(new Uint8Array(n)),
}

export const browserTimer: Timer = {
  after: (ms, run) => {
    const id = setTimeout(run, ms)
    return () => clearTimeout(id)
  },
}

const HIDDEN_MS = 100

/** After the next frame; a hidden page draws none and goes on without. */
export const afterFrame = (): Promise<void> =>
  new Promise(resolve => {
    setTimeout(resolve, HIDDEN_MS)
    requestAnimationFrame(() => setTimeout(resolve, 0))
  })

/** What the heartbeat says of the disk; null where the browser does not tell. */
export const browserStorage = async (): Promise<{ quota: number | null; persisted: boolean | null }> => {
  try {
    const [{ quota }, persisted] = await Promise.all([navigator.storage.estimate(), navigator.storage.persisted()])
    return { quota: quota ?? null, persisted }
  } catch {
    return { quota: null, persisted: null }
  }
}
