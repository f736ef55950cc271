import type { WorkerId } from '../ids.ts'
import { msOf } from '../time.ts'
import { makeTally, within } from './day-rows.ts'
import type { DayRow, Range, Where } from './day-rows.ts'
import { secondsBetween } from './histogram.ts'

/** A command of a handheld, as far as figures need it. */
export type StepFact = Where & {
  id: string
  type: string
  process: string
  worker: WorkerId | null
  /** On the corrected clock, never after the receipt. */
  at: string
  receivedAt: string
  /** The handheld's clock, corrected, was ahead of the receipt. */
  skewed: boolean
  /** The line of work that it belongs to; null = none (a note, a tote that is bound). */
  line: string | null
  /** Of counts: which one, and where. */
  count: string | null
  /** Taken back by a later command. */
  undone: boolean
  /** It contradicted the books. */
  trouble: boolean
}

/** A longer pause is not work. */
export const MAX_GAP_MS = 5 * 60_000
/** Whoever is connected hands in within seconds; what took longer was captured without a network. */
export const CONNECTED_MS = 60_000

/**
 * Lines, active time, shorts, and the way of commands to the server. `steps` in the order of their capture and from
 * MAX_GAP_MS before the range on; what is before it only begins a gap.
 */
export const stepRows = (steps: readonly StepFact[], range: Range): readonly DayRow[] => {
  const tally = makeTally()
  const lines = new Map<string, Line>()
  const lastAt = new Map<string, number>()
  for (const step of steps) {
    const at = msOf(step.at)
    const who = `${step.worker} ${step.process}`
    const gap = at - (lastAt.get(who) ?? Number.NEGATIVE_INFINITY)
    lastAt.set(who, at)
    if (!within(at, range)) continue
    if (step.worker !== null && gap <= MAX_GAP_MS) tally.count('active.ms', step, gap, step.process)
    const up = msOf(step.receivedAt) - at
    tally.value('sync.up', step, secondsBetween(0, up), up <= CONNECTED_MS ? 'connected' : 'offline')
    if (step.skewed) tally.count('sync.skewed', step)
    if (step.line !== null) addToLine(lines, step, step.line)
  }
  for (const line of lines.values()) addLine(tally, line)
  for (const close of emptyPlaces(steps, range)) {
    tally.count('count.lines', close)
    tally.count('count.places', close)
  }
  return tally.rows()
}

type Line = Where & { process: string; isDone: boolean; isShort: boolean; isRight: boolean }

const addToLine = (lines: Map<string, Line>, step: StepFact, name: string): void => {
  const key = `${step.process} ${name}`
  const { client, zone, process } = step
  const line = lines.get(key) ?? { client, zone, process, isDone: false, isShort: false, isRight: true }
  lines.set(key, line)
  if (!step.undone && step.type === 'short') line.isShort = true
  else if (!step.undone) line.isDone = true
  if (step.undone || step.trouble || step.type === 'short') line.isRight = false
}

const addLine = (tally: ReturnType<typeof makeTally>, line: Line): void => {
  if (line.isDone) tally.count('lines.done', line, 1, line.process)
  if (line.isDone && line.isRight) tally.count('lines.right', line, 1, line.process)
  if (line.process !== 'pick' || (!line.isDone && !line.isShort)) return
  tally.count('pick.lines', line)
  if (line.isShort) tally.count('pick.shorted', line)
}

/** A count that was closed and saw nothing: the books had nothing there, and that was right. */
const emptyPlaces = (steps: readonly StepFact[], range: Range): readonly StepFact[] => {
  const seen = new Set(steps.filter(step => step.type === 'count.observed').map(step => step.count))
  const closes = steps.filter(
    step => step.type === 'close' && step.count !== null && !seen.has(step.count) && within(msOf(step.at), range),
  )
  return [...new Map(closes.map(step => [step.count, step])).values()]
}
