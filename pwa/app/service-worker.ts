import { Workbox } from 'workbox-window'

/** Registers the service worker of a built app; null where there is none (development, or no secure context). */
export const registerWorker = (): Promise<ServiceWorkerRegistration | undefined> => {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return Promise.resolve(undefined)
  const hadController = navigator.serviceWorker.controller !== null
  let reloaded = false
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    // The first worker ever takes nothing over; later ones do so only after SKIP_WAITING, at a safe moment.
    if (!hadController || reloaded) return
    reloaded = true
    location.reload()
  })
  // A browser that keeps no worker (private window) still scans; it only needs the network to load the page.
  return new Workbox('/sw.js').register().catch(() => undefined)
}
