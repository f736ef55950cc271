import { message } from './answer.ts'
import type { MessageKey } from './message.ts'
import type { Input, Next, Process, ProcessState } from './process.ts'

/** Answers that say what the step wants and nothing of what was scanned. */
const SILENT: ReadonlySet<MessageKey> = new Set([
  'no.key',
  'why',
  'which.status',
  'ret.choose',
  'photo.ask',
  'zero.first',
  'date.bad',
  'move.notHere',
  'wrong.lot',
  'wrong.serial',
  'pack.trackingBad',
  'rcv.none',
])

/** Asked on the screen: a scan is never the answer, known or not. */
const CHOSEN: ReadonlySet<MessageKey> = new Set([
  'no.key',
  'why',
  'which.status',
  'ret.choose',
  'photo.ask',
  'zero.first',
])

/**
 * A code of a kind that the step cannot want is named as what it is, and one that nobody knows as unknown, whatever else
 * would be said to it; the screen adds what is wanted. Nothing but the words of the rejection changes.
 */
export const namingMistakes = <S extends ProcessState>(process: Process<S>): Process<S> => ({
  ...process,
  step: (state, input, view, moment) => {
    const next = process.step(state, input, view, moment)
    if (!isSilent(next, input)) return next
    return named(next, input, () => process.prompt(state, view, moment).expects)
  },
})

type ScanInput = Extract<Input, { kind: 'scan' }>

const isSilent = (next: Next, input: Input): input is ScanInput =>
  input.kind === 'scan' &&
  input.resolved.problem === null &&
  next.commands.length === 0 &&
  (next.verdict === 'wrong' || next.verdict === 'unknown') &&
  SILENT.has(next.message.key)

const named = <S extends ProcessState>(
  next: Next<S>,
  { resolved }: ScanInput,
  expects: () => readonly string[],
): Next<S> => {
  const [first] = resolved.readings
  const scanned = resolved.scan.text
  if (first === undefined)
    return CHOSEN.has(next.message.key)
      ? { ...next, verdict: 'unknown', message: message('unknown', { scanned }) }
      : next
  if (resolved.readings.some(reading => expects().includes(reading.kind))) return next
  const { kind } = first
  return { ...next, verdict: 'wrong', message: message('wrong.kind', { scanned, kind, thing: kind, wanted: '' }) }
}
