import type { FromWorker, RawRead, ToWorker } from './decode-messages.ts'
import type { View } from './frames.ts'

/** So many workers one after the other that ended without an answer: the next one would as well. */
const MAX_IN_VAIN = 4
/** Longer without an answer and the worker counts as hung. */
const WATCHDOG_MS = 3000

export type Decoder = {
  /** False: still busy or not ready; the caller keeps the frame. */ ready(): boolean
  send(bitmap: ImageBitmap, view: View): void
  kind(): 'wasm' | 'fallback'
  stop(): void
}

const start = (fallback: boolean): Worker =>
  fallback
    ? new Worker(new URL('./decode-fallback.worker.ts', import.meta.url), { type: 'module' })
    : new Worker(new URL('./decode.worker.ts', import.meta.url), { type: 'module' })

type Options = {
  /** Begins with the slower one. */
  plain?: boolean
  /** No worker answers any more: nothing is read from here on. Told once. */
  onDead?: () => void
  spawn?: (fallback: boolean) => Worker
}

/**
 * Decodes in a worker, one frame at a time. A dead or twice hung worker is replaced by the slower one in plain JavaScript;
 * where none of several answers it gives up and says so.
 */
export const makeDecoder = (
  onReads: (reads: readonly RawRead[]) => void,
  { plain = false, onDead = () => undefined, spawn = start }: Options = {},
): Decoder => {
  let fallback = plain
  let strikes = 0
  let inVain = 0
  let ready = false
  let busy = false
  let id = 0
  let watchdog: ReturnType<typeof setTimeout> | undefined
  let worker = listen(spawn(fallback))

  function listen(next: Worker): Worker {
    next.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
      if (next !== worker && data.type !== 'ready') return
      if (data.type === 'ready') ready = true
      else if (data.type === 'dead') replace(true)
      else {
        clearTimeout(watchdog)
        busy = false
        inVain = 0
        onReads(data.reads)
      }
    })
    next.addEventListener('error', () => {
      if (next === worker) replace(true)
    })
    return next
  }
  function replace(dead: boolean): void {
    clearTimeout(watchdog)
    worker.terminate()
    strikes += 1
    inVain += 1
    if (dead || strikes >= 2) fallback = true
    ready = false
    busy = false
    if (inVain < MAX_IN_VAIN) worker = listen(spawn(fallback))
    else if (inVain === MAX_IN_VAIN) onDead()
  }
  return {
    ready: () => ready && !busy,
    send: (bitmap, view) => {
      busy = true
      id += 1
      watchdog = setTimeout(() => replace(false), WATCHDOG_MS)
      worker.postMessage({ type: 'frame', id, view, bitmap } satisfies ToWorker, [bitmap])
    },
    kind: () => (fallback ? 'fallback' : 'wasm'),
    stop: () => {
      clearTimeout(watchdog)
      worker.terminate()
    },
  }
}
