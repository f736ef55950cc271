/** What the update needs to know of the page; a test brings its own. */
export type UpdatePorts = {
  registration(): Promise<ServiceWorkerRegistration | undefined>
  /** Told when another worker has taken this page over, also when that was before. */
  whenTaken(listener: () => void): void
  reload(): void
  timer: { after(ms: number, run: () => void): () => void }
  /** Whether this tab is the one that scans. */
  isActive(): boolean
  /** On Home or the log-in screen, nothing half done. */
  isAtRest(): boolean
  idleMs(): number
  /** Steps that have not been sent. */
  waiting(): number
  /** The server takes no app that is as old as this one for good. */
  isTooOld(): boolean
  /** A band tells that a new version waits, or that one is needed. */
  offer(update: Update): void
}
export type Update = false | 'ready' | 'needed'

const LOOK_MS = 5000
const QUIET_MS = 30_000
/** This tab has asked for it: just not under somebody's hands. */
const ASKED_QUIET_MS = 2000
const CHECK_MS = 3_600_000
const NEEDED_CHECK_MS = 60_000

/** Whether a version comes before another, number by number; what is no version is never too old. */
export const isOlder = (version: string, than: string): boolean => {
  const [a, b] = [version, than].map(text => (/^\d+(?:\.\d+)*/.exec(text)?.[0] ?? '').split('.').map(Number))
  if (a === undefined || b === undefined || version === '' || !/^\d/.test(version) || !/^\d/.test(than)) return false
  for (let i = 0; i < Math.max(a.length, b.length); i += 1) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return false
}

/**
 * A new version is applied at a safe moment only, and by the tab that scans: nothing open and no scan for 30 seconds, or at a
 * log-in. One that the server needs does not wait for the 30 seconds once everything is sent. All tabs of the handheld are
 * under the same worker: one that was taken over by another’s doing loads anew at a safe moment of its own. The waiting
 * worker is read from the registration each time, because the `waiting` event of workbox-window stops coming on a page
 * that stays open for weeks (GoogleChrome/workbox #2470).
 */
export const watchUpdates = (ports: UpdatePorts): { atLogIn(): Promise<void>; stop(): void } => {
  let sinceCheck = 0
  let isAsked = false
  let isTaken = false
  let cancel = (): void => undefined
  const apply = (registration: ServiceWorkerRegistration): void => {
    isAsked = true
    registration.waiting?.postMessage({ type: 'SKIP_WAITING' })
  }
  const isQuiet = (ms: number): boolean => ports.isAtRest() && ports.idleMs() >= ms
  /** A tab that does not scan has nothing to lose. */
  const reloadWhen = (isSafe: boolean): boolean => {
    if (!isTaken || (ports.isActive() && !isSafe)) return false
    isTaken = false
    ports.reload()
    return true
  }
  const look = async (): Promise<void> => {
    if (reloadWhen(isQuiet(isAsked ? ASKED_QUIET_MS : QUIET_MS))) return
    const registration = await ports.registration()
    const isNeeded = ports.isTooOld()
    sinceCheck += LOOK_MS
    if (registration && sinceCheck >= (isNeeded ? NEEDED_CHECK_MS : CHECK_MS)) {
      sinceCheck = 0
      await check(registration)
    }
    const waiting = registration?.waiting ?? null
    ports.offer(isNeeded ? 'needed' : waiting !== null || isTaken ? 'ready' : false)
    if (!registration || !waiting || !ports.isActive()) return
    if (isQuiet(isNeeded && ports.waiting() === 0 ? 0 : QUIET_MS)) apply(registration)
  }
  const plan = (): void => {
    cancel = ports.timer.after(LOOK_MS, () => void look().finally(plan))
  }
  plan()
  ports.whenTaken(() => {
    isTaken = true
    reloadWhen(isAsked && ports.isAtRest())
  })
  return {
    atLogIn: async () => {
      if (reloadWhen(ports.isAtRest())) return
      const registration = await ports.registration()
      if (registration === undefined) return
      if (registration.waiting === null) await check(registration)
      else if (ports.isActive()) apply(registration)
    },
    stop: () => cancel(),
  }
}

/** Without a network there is nothing new to find. */
const check = async (registration: ServiceWorkerRegistration): Promise<void> => {
  try {
    await registration.update()
  } catch {
    // Offline, or the server is being replaced: the next look will do.
  }
}
