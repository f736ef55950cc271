/** One heap of events, ordered by (time, insertion), and one virtual clock in ms. */
export type Schedule = {
  now(): number
  after(ms: number, run: () => void): void
  /** Takes the next event, moves the clock to it and runs it; false when nothing is left or the next one is after `end`. */
  step(end: number): boolean
  events(): number
}

type Event = { at: number; n: number; run: () => void }
const before = (x: Event, y: Event): boolean => x.at < y.at || (x.at === y.at && x.n < y.n)

export const makeSchedule = (): Schedule => {
  const heap: Event[] = []
  let now = 0
  let count = 0
  let done = 0
  const push = (event: Event): void => {
    let i = heap.push(event) - 1
    while (i > 0) {
      const parent = (i - 1) >> 1
      const above = heap[parent]
      if (above === undefined || before(above, event)) break
      heap[i] = above
      heap[parent] = event
      i = parent
    }
  }
  const pop = (): void => {
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      const left = heap[child]
      const right = heap[child + 1]
      if (left === undefined) break
      if (right !== undefined && before(right, left)) child += 1
      const least = heap[child]
      if (least === undefined || before(last, least)) break
      heap[i] = least
      i = child
    }
    heap[i] = last
  }
  return {
    now: () => now,
    after: (ms, run) => push({ at: now + Math.max(0, ms), n: (count += 1), run }),
    step: end => {
      const next = heap[0]
      if (next === undefined || next.at > end) {
        now = Math.max(now, end)
        return false
      }
      pop()
      now = next.at
      done += 1
      next.run()
      return true
    },
    events: () => done,
  }
}

/** Waits until every promise that needs no outside event has run: macrotasks come after all microtasks. */
export const settled = (): Promise<void> => new Promise(resolve => setImmediate(resolve))
