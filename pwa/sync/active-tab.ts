/** One tab scans, syncs and listens; the others say "Open in another window". Correctness does not depend on it. */
export type ActiveTab = {
  /** Waits until no other tab is active. */
  claim(): void
  /** "Use it here": the other tab stops at once. */
  steal(): void
  leave(): void
  /** To the other tabs and desk windows of this origin. */
  tell(what: TabNews): void
}

export type TabNews = 'appended' | 'pull now' | 'cache changed'

export const LOCK = 'stockhand-active'
const CHANNEL = 'stockhand'

const isNews = (data: unknown): data is TabNews =>
  data === 'appended' || data === 'pull now' || data === 'cache changed'

/** `changed(false)` comes at once when the lock is stolen: this tab must stop scanning and syncing there and then. */
export const makeActiveTab = (
  on: { changed: (active: boolean) => void; heard: (what: TabNews) => void },
  locks: LockManager = navigator.locks,
): ActiveTab => {
  const channel = new BroadcastChannel(CHANNEL)
  channel.addEventListener('message', event => {
    if (isNews(event.data)) on.heard(event.data)
  })
  let release: (() => void) | null = null
  let waiting: AbortController | null = null
  let claimed = 0

  const ask = async (options: LockOptions): Promise<void> => {
    claimed += 1
    const mine = claimed
    let held = false
    try {
      await locks.request(LOCK, options, () => {
        held = true
        on.changed(true)
        return new Promise<void>(resolve => {
          release = resolve
        })
      })
    } catch (error) {
      // Robbed, or no longer waiting: both end in "not active".
      if (!(error instanceof DOMException)) throw error
    }
    if (held && mine === claimed) {
      release = null
      on.changed(false)
    }
  }
  return {
    claim: () => {
      waiting = new AbortController()
      void ask({ signal: waiting.signal })
    },
    steal: () => {
      waiting?.abort()
      void ask({ steal: true })
    },
    leave: () => {
      waiting?.abort()
      release?.()
      channel.close()
    },
    tell: what => channel.postMessage(what),
  }
}
