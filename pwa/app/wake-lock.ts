import type { Controller } from './controller.ts'
import { books, openOf } from './state.ts'

/** The screen stays on during a task and may sleep on Home. The browser drops the lock with the page; so it is asked again. */
export const keepAwake = (controller: Controller): (() => void) => {
  let lock: WakeLockSentinel | null = null
  let asking = false
  const settle = async (): Promise<void> => {
    const open = openOf(controller.state())
    const isWorking = open !== null && books(open.process)
    if (!isWorking) {
      const held = lock
      lock = null
      await held?.release()
    } else if ((lock === null || lock.released) && !asking && document.visibilityState === 'visible') {
      asking = true
      // Refused when the battery is low, missing on some browsers: then the screen sleeps, nothing else.
      lock = await navigator.wakeLock?.request('screen').catch(() => null)
      asking = false
    }
  }
  const run = (): void => void settle()
  const unsubscribe = controller.subscribe(run)
  document.addEventListener('visibilitychange', run)
  run()
  return () => {
    unsubscribe()
    document.removeEventListener('visibilitychange', run)
    void lock?.release()
  }
}
