import { isoOf } from '../../../shared/time.ts'

/** Virtual time. What is due on the way happens at its own instant, one after the other. */
export const makeClock = (start: string) => {
  let ms = Date.parse(start)
  let due: { at: number; run: () => Promise<void> }[] = []
  return {
    ms: (): number => ms,
    now: (): string => isoOf(ms),
    at: (time: number, run: () => Promise<void>): void => {
      due = [...due, { at: time, run }].sort((a, b) => a.at - b.at)
    },
    pass: async (by: number): Promise<void> => {
      const end = ms + by
      for (let next = due[0]; next !== undefined && next.at <= end; next = due[0]) {
        due = due.slice(1)
        ms = Math.max(ms, next.at)
        await next.run()
      }
      ms = Math.max(ms, end)
    },
  }
}
export type Clock = ReturnType<typeof makeClock>
