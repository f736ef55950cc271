import type { Input, Next, Verdict } from '../../shared/process/process.ts'

/** What the worker hears, feels and sees; tones, vibration and colours are in pwa/scanner and pwa/ui/tokens.css. */
export const FEEDBACK_EVENTS = [
  'right',
  'line',
  'task',
  'number',
  'note',
  'ask',
  'wrong',
  'unknown',
  'over',
  'duplicate',
  'undo',
  'offline',
  'online',
  'refused',
  'notSaved',
  'ring',
] as const
export type FeedbackEvent = (typeof FEEDBACK_EVENTS)[number]

/** Rejections that mean "too many", which sound unlike "the wrong thing". */
const TOO_MANY: ReadonlySet<string> = new Set(['over', 'qty.max'])

/** From the verdict of a step to the event; `asksNumber` says whether the next prompt wants a number. */
export const eventOf = (next: Next, input: Input | null, asksNumber: boolean): FeedbackEvent => {
  const isUndo = input?.kind === 'key' && input.command === 'XCUND'
  const events: Record<Verdict, FeedbackEvent> = {
    ok: isUndo ? 'undo' : asksNumber ? 'number' : 'right',
    done: next.finished ? 'task' : 'line',
    warn: 'note',
    ask: 'ask',
    wrong: TOO_MANY.has(next.message.key) ? 'over' : 'wrong',
    unknown: 'unknown',
    dup: 'duplicate',
  }
  return events[next.verdict]
}

/** Trouble writes nothing and is told at once; everything else only after the transaction is complete. */
export const isTrouble = (event: FeedbackEvent): boolean =>
  event === 'wrong' || event === 'unknown' || event === 'over' || event === 'duplicate'

/** These fill the centre with what was scanned and what is wanted, until the next right scan. */
export const fillsCentre = (event: FeedbackEvent): boolean =>
  event === 'wrong' || event === 'unknown' || event === 'over'
