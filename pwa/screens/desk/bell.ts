/** Lists are read anew at most so often, however much happens. */
export const REST_MS = 3_000

export type Bell = {
  listen: (heard: () => void) => () => void
  close: () => void
}

type Source = { close: () => void }
type Ports = {
  open: (hear: (data: string) => void) => Source
  /** Whether somebody looks at the page. */
  isSeen: () => boolean
  later: (run: () => void, ms: number) => void
}

/** The doorbell of the desk: one stream for the page, and one call after a rest for all that has rung meanwhile. */
export const makeBell = ({ open, isSeen, later }: Ports): Bell => {
  const listeners = new Set<() => void>()
  let source: Source | null = null
  let last: string | null = null
  let rests = false
  const ring = (): void => {
    rests = false
    if (isSeen()) for (const heard of listeners) heard()
  }
  const hear = (data: string): void => {
    // The first event says where the warehouse is: the lists have just been read.
    const isNews = last !== null && last !== data
    last = data
    if (!isNews || rests) return
    rests = true
    later(ring, REST_MS)
  }
  return {
    listen: heard => {
      listeners.add(heard)
      source ??= open(hear)
      return () => void listeners.delete(heard)
    },
    close: () => {
      source?.close()
      source = null
      listeners.clear()
    },
  }
}

export const pageBell = (): Bell =>
  makeBell({
    open: hear => {
      const source = new EventSource('/api/desk/events')
      source.addEventListener('message', ({ data }) => hear(String(data)))
      return source
    },
    isSeen: () => document.visibilityState === 'visible',
    later: (run, ms) => void setTimeout(run, ms),
  })
