import { describe, expect, test } from 'vitest'
import { warehouse } from '../../test/support/commands.ts'
import { heard, noMark, prunable } from './marks.ts'
import type { EpochMark } from './ports.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const said = (acked: number, exactly = false) => ({ acked, durable: acked, results: [], exactly })

describe('what the server has said of an epoch', () => {
  test('[S10] an acknowledgement only rises, unless the server was restored or names a gap', () => {
    const mark = heard(noMark('e', warehouse), said(9), 0)
    expect(heard(mark, said(5), 1).acked).toBe(9)
    expect(heard(mark, said(5, true), 1).acked).toBe(5)
  })
  test('[S11] what was not simply applied is kept for the worker, fifty at most, each number once', () => {
    const results = Array.from({ length: 60 }, (_, i) => ({
      seq: i + 1,
      outcome: 'exception' as const,
      exceptions: [],
      reason: 'r',
    }))
    const first = heard(noMark('e', warehouse), { ...said(60), results }, 0)
    const again = heard(first, { ...said(60), results: [{ seq: 60, outcome: 'quarantined', exceptions: [] }] }, 0)
    expect(again.results).toHaveLength(50)
    expect(again.results.at(-1)).toEqual({ seq: 60, outcome: 'quarantined' })
  })
})

describe('pruning', () => {
  const mark: EpochMark = {
    ...noMark('e', warehouse),
    acked: 9000,
    durable: 8500,
    acks: [
      { seq: 1000, at: 0 },
      { seq: 8000, at: 8 * DAY },
      { seq: 9000, at: 10 * DAY },
    ],
  }
  const at = { through: 9000, last: 9000, now: 10 * DAY, roomy: true }

  test('[S12] a command goes only when acknowledged a day ago, in a backup and in the confirmed rows', () => {
    const tight = { ...at, roomy: false }
    expect(prunable(mark, tight)).toBe(8000)
    expect(prunable({ ...mark, durable: 700 }, tight)).toBe(700)
    expect(prunable(mark, { ...tight, through: 600 })).toBe(600)
    expect(prunable({ ...mark, acked: 500 }, tight)).toBe(500)
    expect(prunable({ ...mark, acks: [{ seq: 9000, at: 10 * DAY - 1 }] }, tight)).toBe(0)
  })
  test('[S13] while there is room, a week or five thousand commands stay', () => {
    expect(prunable(mark, at)).toBe(4000)
    expect(prunable(mark, { ...at, last: 3000 })).toBe(1000)
  })
  test('[S14] a server without any backup: thirty days stay', () => {
    const unsafe = { ...mark, durable: null }
    expect(prunable(unsafe, { ...at, roomy: false })).toBe(0)
    expect(prunable(unsafe, { ...at, roomy: false, now: 31 * DAY })).toBe(1000)
  })
  test('[S12] a day without a break of acknowledgements still lets old commands go', () => {
    let busy = noMark('e', warehouse)
    for (let hour = 0; hour <= 72; hour += 1) busy = heard(busy, said((hour + 1) * 10), hour * HOUR)
    expect(busy.acks.length).toBeLessThan(20)
    const upTo = prunable(busy, { through: 9999, last: 9999, now: 72 * HOUR, roomy: false })
    expect(upTo).toBeGreaterThanOrEqual(410)
    expect(upTo).toBeLessThanOrEqual(490)
  })
})
