import type { Handheld } from '../sync/handheld.ts'

/**
 * Begins what comes behind the first screen; resolves when it has begun. What could not be had, without a network or on the
 * day of an update, is tried again when the network comes or goes and when somebody logs in or out, and never in between.
 */
export const begin = (
  handheld: Pick<Handheld, 'subscribe' | 'status' | 'session'>,
  start: () => Promise<unknown>,
): Promise<void> =>
  new Promise(resolve => {
    let tried = ''
    let isTrying = false
    const go = async (): Promise<void> => {
      const now = `${handheld.status().link} ${handheld.session()?.id ?? ''}`
      if (isTrying || now === tried) return
      tried = now
      isTrying = true
      try {
        await start()
      } catch {
        isTrying = false
        return go()
      }
      quiet()
      resolve()
    }
    const quiet = handheld.subscribe(() => void go())
    void go()
  })
