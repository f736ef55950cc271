import type { QueueLook } from './ports.ts'

export type Waiting = { count: number; oldest: number | null }

/** How many commands the server has not acknowledged, and the append (device clock, ms) of the oldest. */
export const waitingOf = ({ birth, epochs }: QueueLook): Waiting => {
  if (birth === null) return { count: 0, oldest: null }
  const count = epochs.reduce((sum, { epoch, mark, unsent, count }) => {
    const isPresent = epoch === birth.epoch && unsent.length > 0
    return sum + (isPresent ? birth.next - 1 - (mark?.acked ?? 0) : count)
  }, 0)
  const oldest = epochs.flatMap(({ unsent }) => unsent.slice(0, 1))[0]
  return { count, oldest: oldest?.appendedAt ?? null }
}
