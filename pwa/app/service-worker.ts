let isTaken = false
const listeners = new Set<() => void>()

/** Told when another worker has taken this page over, at once where it has already: what to do is a matter of the moment. */
export const whenTaken = (listener: () => void): void => {
  listeners.add(listener)
  if (isTaken) listener()
}

/** Registers the service worker of a built app; null where there is none (development, or no secure context). */
export const registerWorker = async (): Promise<ServiceWorkerRegistration | undefined> => {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return undefined
  const hadController = navigator.serviceWorker.controller !== null
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    // The first worker ever takes nothing over; later ones do so only after SKIP_WAITING.
    if (!hadController || isTaken) return
    isTaken = true
    for (const listener of listeners) listener()
  })
  // A browser that keeps no worker (private window) still scans; it only needs the network to load the page.
  try {
    const { Workbox } = await import('workbox-window')
    return await new Workbox('/sw.js').register()
  } catch {
    return undefined
  }
}
