import type { WarehouseId } from '../../shared/ids.ts'

/** Tells the handhelds of a warehouse that there is something to look at. No state travels on it; nothing depends on it. */
export type Doorbell = {
  /**
   * `heard` gets the commit number: at once the present one, then every later one that was seen. `hungUp` is called
   * when the server stops. Returns how to stop.
   */
  listen(warehouse: WarehouseId, heard: (commit: number) => void, hungUp: () => void): () => void
  /** Something was written in this process: look now instead of at the next tick. */
  ring(warehouse: WarehouseId): void
  /** How many listen, in all warehouses. */
  listeners(): number
  close(): void
}

export type DoorbellDeps = {
  feed: (warehouse: WarehouseId) => Promise<{ seq: number }>
  every: (ms: number, run: () => void) => () => void
  onFault: (error: unknown) => void
}

export const POLL_MS = 100
/** Ticks that are left out after a fault, so that a broken database is not asked ten times a second. */
const REST_TICKS = 50

type Post = { listeners: Map<(commit: number) => void, () => void>; last: number; looking: boolean; again: boolean }

/** One poller per process, running only while somebody listens; commits of other processes are seen by it. */
export const makeDoorbell = (deps: DoorbellDeps): Doorbell => {
  const posts = new Map<WarehouseId, Post>()
  let stopPolling: (() => void) | null = null
  let rest = 0

  const look = async (warehouse: WarehouseId, post: Post): Promise<void> => {
    if (post.looking) {
      post.again = true
      return
    }
    post.looking = true
    try {
      do {
        post.again = false
        const { seq } = await deps.feed(warehouse)
        if (seq === post.last) continue
        post.last = seq
        for (const heard of post.listeners.keys()) heard(seq)
      } while (post.again)
    } catch (error) {
      rest = REST_TICKS
      deps.onFault(error)
    } finally {
      post.looking = false
    }
  }
  const tick = (): void => {
    if (rest > 0) {
      rest -= 1
      return
    }
    for (const [warehouse, post] of posts) void look(warehouse, post)
  }
  const silence = (): void => {
    stopPolling?.()
    stopPolling = null
  }

  return {
    listen: (warehouse, heard, hungUp) => {
      const post = posts.get(warehouse) ?? { listeners: new Map(), last: -1, looking: false, again: false }
      posts.set(warehouse, post)
      post.listeners.set(heard, hungUp)
      if (post.last >= 0) heard(post.last)
      void look(warehouse, post)
      stopPolling ??= deps.every(POLL_MS, tick)
      return () => {
        post.listeners.delete(heard)
        if (post.listeners.size === 0 && posts.get(warehouse) === post) posts.delete(warehouse)
        if (posts.size === 0) silence()
      }
    },
    ring: warehouse => {
      const post = posts.get(warehouse)
      if (post) void look(warehouse, post)
    },
    listeners: () => [...posts.values()].reduce((sum, post) => sum + post.listeners.size, 0),
    close: () => {
      const all = [...posts.values()].flatMap(post => [...post.listeners.values()])
      posts.clear()
      silence()
      for (const hungUp of all) hungUp()
    },
  }
}
