export type Worker = { stop(): Promise<void> }

export type Loop = {
  everyMs: number
  run: (signal: AbortSignal) => Promise<boolean>
  onFault: (error: unknown) => void
}

const MAX_PAUSE_MS = 60_000

/** `wake` ends the pause: somebody knows that there is something to do. */
export type Looping = Worker & { wake: () => void }

/** Runs again and again until it is stopped; at once while there is more to do, slower after faults, one run at a time. */
export const loop = ({ everyMs, run, onFault }: Loop): Looping => {
  const abort = new AbortController()
  let wake: (() => void) | null = null
  let woken = false
  const pause = (ms: number): Promise<void> =>
    new Promise(resolve => {
      const timer = setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  const work = (async () => {
    let faults = 0
    while (!abort.signal.aborted) {
      let more = false
      woken = false
      try {
        more = await run(abort.signal)
        faults = 0
      } catch (error) {
        faults += 1
        if (!abort.signal.aborted) onFault(error)
      }
      // What somebody told of while this round was under way may have come too late for it.
      if (!abort.signal.aborted && !more && !woken)
        await pause(Math.min(MAX_PAUSE_MS, everyMs * 2 ** Math.min(faults, 6)))
    }
  })()
  return {
    wake: () => {
      woken = true
      wake?.()
    },
    stop: async () => {
      abort.abort()
      wake?.()
      await work
    },
  }
}
