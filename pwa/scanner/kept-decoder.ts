import type { RawRead } from './decode-messages.ts'
import { makeDecoder } from './decoder.ts'
import type { Decoder } from './decoder.ts'

type OnReads = (reads: readonly RawRead[]) => void

/** In the background for so long and not in use, the worker is let go. */
const HIDDEN_MS = 300_000

/** The worker is kept from one opening of the camera to the next: it takes longer to start than a code to be read. */
let kept: Decoder | null = null
let user: { onReads: OnReads; onDead: () => void } | null = null
let watched = false

const start = (): Decoder => {
  if (!watched) document.addEventListener('visibilitychange', letGoWhenHidden())
  watched = true
  kept ??= makeDecoder(reads => user?.onReads(reads), {
    onDead: () => {
      // The next opening may have more luck.
      kept = null
      user?.onDead()
    },
  })
  return kept
}

const letGoWhenHidden = (): (() => void) => {
  let timer: ReturnType<typeof setTimeout> | undefined
  let isLetGo = false
  return () => {
    clearTimeout(timer)
    if (!document.hidden) {
      if (isLetGo) start()
      isLetGo = false
      return
    }
    timer = setTimeout(() => {
      if (user !== null) return
      kept?.stop()
      kept = null
      isLetGo = true
    }, HIDDEN_MS)
  }
}

/** Starts the worker before the camera is opened. */
export const prewarm = (): void => void start()

/** The decoder for one opening of the camera. `rest` ends it: late reads are heard by nobody. */
export const takeDecoder = (
  onReads: OnReads,
  onDead: () => void = () => undefined,
): { decoder: Decoder; rest: () => void } => {
  const mine = { onReads, onDead }
  user = mine
  const rest = (): void => {
    if (user === mine) user = null
  }
  return { decoder: start(), rest }
}
