/** What the update needs to know of the page; a test brings its own. */
export type UpdatePorts = {
  registration(): Promise<ServiceWorkerRegistration | undefined>
  timer: { after(ms: number, run: () => void): () => void }
  /** On Home or the log-in screen, nothing half done. */
  isAtRest(): boolean
  idleMs(): number
  /** A band tells that a new version waits. */
  offer(waiting: boolean): void
}

const LOOK_MS = 5000
const QUIET_MS = 30_000
const CHECK_MS = 3_600_000

/**
 * A new version is applied at a safe moment only: nothing open and no scan for 30 seconds, or at a log-in. The waiting
 * worker is read from the registration each time, because the `waiting` event of workbox-window stops coming on a page
 * that stays open for weeks (GoogleChrome/workbox #2470).
 */
export const watchUpdates = (ports: UpdatePorts): { atLogIn(): Promise<void>; stop(): void } => {
  let sinceCheck = 0
  let cancel = (): void => undefined
  const apply = (registration: ServiceWorkerRegistration): void =>
    registration.waiting?.postMessage({ type: 'SKIP_WAITING' })
  const look = async (): Promise<void> => {
    const registration = await ports.registration()
    sinceCheck += LOOK_MS
    if (registration && sinceCheck >= CHECK_MS) {
      sinceCheck = 0
      await check(registration)
    }
    const waiting = registration?.waiting ?? null
    ports.offer(waiting !== null)
    if (registration && waiting && ports.isAtRest() && ports.idleMs() >= QUIET_MS) apply(registration)
  }
  const plan = (): void => {
    cancel = ports.timer.after(LOOK_MS, () => void look().finally(plan))
  }
  plan()
  return {
    atLogIn: async () => {
      const registration = await ports.registration()
      if (registration === undefined) return
      if (registration.waiting) apply(registration)
      else await check(registration)
    },
    stop: () => cancel(),
  }
}

/** Without a network there is nothing new to find. */
const check = async (registration: ServiceWorkerRegistration): Promise<void> => {
  try {
    await registration.update()
  } catch {
    // Offline, or the server is being replaced: the next hour will do.
  }
}
