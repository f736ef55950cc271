type Subscribe = (listener: () => void) => () => void

/**
 * One drawing for all changes of a turn: a scan changes the state six times until it is answered. Drawn in the next task, not
 * in the next frame, so that the work of drawing is done while the frame is waited for.
 */
export const byTurn =
  (subscribe: Subscribe): Subscribe =>
  listener => {
    const { port1, port2 } = new MessageChannel()
    let isDue = false
    port1.addEventListener('message', () => {
      isDue = false
      listener()
    })
    port1.start()
    const stop = subscribe(() => {
      if (!isDue) port2.postMessage(null)
      isDue = true
    })
    return () => {
      stop()
      port1.close()
    }
  }
