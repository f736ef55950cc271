import type { Timer } from './ports.ts'

/** Keys of one code come closer together than this, also where the processor is slow. */
const BETWEEN_KEYS_MS = 100

/**
 * Lets a scan go first: what the round does next waits while a code is coming in, until the step is on disk and has been
 * drawn.
 */
export const makeCourtesy = (timer: Timer, drawn: () => Promise<void>) => {
  let going = 0
  let waiting: (() => void)[] = []
  let forget: (() => void) | null = null
  const leave = (): void => {
    going -= 1
    if (going > 0) return
    const all = waiting
    waiting = []
    for (const go of all) go()
  }
  return {
    /** A key of a code was heard; the next ones and the scan itself are expected. */
    coming: (): void => {
      if (forget === null) going += 1
      else forget()
      forget = timer.after(BETWEEN_KEYS_MS, () => {
        forget = null
        leave()
      })
    },
    first: async <T>(scan: () => Promise<T>): Promise<T> => {
      going += 1
      try {
        return await scan()
      } finally {
        void drawn().then(leave)
      }
    },
    calm: (): Promise<void> => (going === 0 ? Promise.resolve() : new Promise(resolve => waiting.push(resolve))),
  }
}
