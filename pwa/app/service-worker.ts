/** Registers the service worker of a built app; null where there is none (development, or no secure context). */
export const registerWorker = async (): Promise<ServiceWorkerRegistration | undefined> => {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return undefined
  const hadController = navigator.serviceWorker.controller !== null
  let reloaded = false
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    // The first worker ever takes nothing over; later ones do so only after SKIP_WAITING, at a safe moment.
    if (!hadController || reloaded) return
    reloaded = true
    location.reload()
  })
  // A browser that keeps no worker (private window) still scans; it only needs the network to load the page.
  try {
    const { Workbox } = await import('workbox-window')
    return await new Workbox('/sw.js').register()
  } catch {
    return undefined
  }
}
