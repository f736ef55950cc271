import type { Ports } from './ports.ts'
import { backoffMs } from './backoff.ts'
import type { RoundEnd } from './round.ts'

const IDLE_MS = 30_000

/** When the next round is due. One round at a time; what comes in meanwhile is one more round. */
export const makeLoop = (
  ports: { timer: Ports['timer']; random: () => number; mono: () => number },
  round: () => Promise<RoundEnd>,
  failures: () => number,
) => {
  let running: Promise<void> | null = null
  const state = { started: false }
  let again = false
  let due: { at: number; cancel: () => void } | null = null
  let notBefore = 0
  const plan = (ms: number): void => {
    if (!state.started) return
    const at = Math.max(ports.mono() + ms, notBefore)
    if (due !== null && due.at <= at) return
    due?.cancel()
    due = { at, cancel: ports.timer.after(Math.max(0, at - ports.mono()), fire) }
  }
  const fire = (): void => {
    due = null
    if (running !== null) {
      again = true
      return
    }
    running = run().finally(() => {
      running = null
      const wanted = again
      again = false
      plan(wanted ? 0 : IDLE_MS)
    })
  }
  const run = async (): Promise<void> => {
    let end = await round()
    while (state.started && end.kind === 'good' && end.more) end = await round()
    if (end.kind === 'good' || end.kind === 'idle') {
      notBefore = 0
      return
    }
    const wait = end.kind === 'wait' && end.ms !== null ? end.ms : backoffMs(failures(), ports.random())
    notBefore = ports.mono() + wait
    again = true
  }
  return {
    start: () => {
      state.started = true
      plan(0)
    },
    stop: async () => {
      state.started = false
      due?.cancel()
      due = null
      await running
    },
    /** Ends a back-off. */
    now: () => {
      notBefore = 0
      due?.cancel()
      due = null
      if (state.started) fire()
    },
    soon: plan,
    isResting: () => running === null,
  }
}
