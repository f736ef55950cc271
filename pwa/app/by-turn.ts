type Subscribe = (listener: () => void) => () => void

/**
 * One drawing for all changes of a turn: a scan changes the state six times until it is answered. Drawn in the next task, not
 * in the next frame, so that the work of drawing is done while the frame is waited for.
 */
export const byTurn = (subscribe: Subscribe): Subscribe => {
  const { port1, port2 } = new MessageChannel()
  const listeners = new Set<() => void>()
  let isDue = false
  port1.addEventListener('message', () => {
    isDue = false
    for (const listener of listeners) listener()
  })
  port1.start()
  let stop = (): void => undefined
  return listener => {
    if (listeners.size === 0)
      stop = subscribe(() => {
        if (!isDue) port2.postMessage(null)
        isDue = true
      })
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0) stop()
    }
  }
}
