/** Lets callers of one key go in the order they came, `atOnce` of them at a time. */
export type Turns = <T>(key: string, run: () => Promise<T>) => Promise<T>

export const makeTurns = (atOnce: number): Turns => {
  const lines = new Map<string, { running: number; waiting: (() => void)[] }>()
  return async (key, run) => {
    const line = lines.get(key) ?? { running: 0, waiting: [] }
    lines.set(key, line)
    if (line.running >= atOnce) await new Promise<void>(resolve => line.waiting.push(resolve))
    else line.running += 1
    try {
      return await run()
    } finally {
      // The place is handed on, so that nobody who comes just now slips in before those who wait.
      const next = line.waiting.shift()
      if (next !== undefined) next()
      else line.running -= 1
      if (line.running === 0) lines.delete(key)
    }
  }
}
