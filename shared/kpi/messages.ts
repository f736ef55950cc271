import type { ClientId } from '../ids.ts'
import { msOf } from '../time.ts'
import { makeTally, within } from './day-rows.ts'
import type { DayRow, Range } from './day-rows.ts'
import { secondsBetween } from './histogram.ts'

/** One message to one ERP, with all its tries. */
export type MessageFact = {
  client: ClientId | null
  connector: string
  type: string
  createdAt: string
  /** Posted: the ERP shows it. */
  postedAt: string | null
  /** Skipped by a person. */
  skippedAt: string | null
  /** Answered, edited, replayed or skipped by a person. */
  byPerson: boolean
  /** It stopped until somebody did something (a missing mapping, a question), whatever came of it. */
  stopped: boolean
  /** Class of its last failed try. */
  errorClass: string | null
  attempts: number
  failedAttempts: number
  /** When the commands that it covers, and that moved stock, were captured. */
  captured: readonly string[]
}

/** A transfer that takes longer has not succeeded by itself. */
export const TRANSFER_LIMIT_MS = 15 * 60_000

/** Seconds from the server's books to the ERP's, and from the floor to the ERP's: of the messages that were posted in the range. */
export const messageRows = (messages: readonly MessageFact[], range: Range, now: number): readonly DayRow[] => {
  const tally = makeTally()
  for (const message of messages) {
    const where = { client: message.client, zone: '' }
    if (message.postedAt !== null && within(msOf(message.postedAt), range)) {
      const posted = msOf(message.postedAt)
      tally.value('sync.out', where, secondsBetween(msOf(message.createdAt), posted))
      for (const at of message.captured) tally.value('sync.endToEnd', where, secondsBetween(msOf(at), posted))
    }
    const over = transferOver(message, now)
    if (over !== null && within(over.at, range)) {
      const split = `${message.connector}|${message.type}|${over.class}`
      tally.count('transfer.settled', where, 1, split)
      if (over.class !== '') tally.count('transfer.failed', where, 1, split)
      tally.count('transfer.attempts', where, message.attempts)
      tally.count('transfer.failedAttempts', where, message.failedAttempts)
    }
    // A transfer that failed stays failed; that it was healed belongs to the day on which it was.
    if (message.postedAt !== null && isFailed(message) && within(msOf(message.postedAt), range))
      tally.count('transfer.healed', where)
  }
  return tally.rows()
}

const settledAt = ({ postedAt, skippedAt }: MessageFact): number | null => {
  const at = postedAt ?? skippedAt
  return at === null ? null : msOf(at)
}
const limitOf = ({ createdAt }: MessageFact): number => msOf(createdAt) + TRANSFER_LIMIT_MS
const isFailed = (message: MessageFact): boolean => {
  const at = settledAt(message)
  return at === null || at > limitOf(message) || message.byPerson || message.stopped
}

/** A transfer counts once: when it is settled, or when its time has run out. `class` '' = it succeeded by itself. */
export const transferOver = (message: MessageFact, now: number): { at: number; class: string } | null => {
  const at = Math.min(settledAt(message) ?? Number.POSITIVE_INFINITY, limitOf(message))
  if (at > now) return null
  return { at, class: isFailed(message) ? (message.errorClass ?? 'late') : '' }
}

/** One message that is open, with instants in ms. */
export type OpenMessage = { client: ClientId | null; createdMs: number; capturedMs: readonly number[] }
/** What is open enters with its present age, so that a stuck queue cannot make a figure look good. */
export const openRows = (messages: readonly OpenMessage[], now: number): readonly DayRow[] => {
  const tally = makeTally()
  for (const { client, createdMs, capturedMs } of messages) {
    const where = { client, zone: '' }
    const age = secondsBetween(createdMs, now)
    tally.value('sync.out', where, age)
    tally.value('transfer.unsent', where, age)
    for (const at of capturedMs) tally.value('sync.endToEnd', where, secondsBetween(at, now))
  }
  return tally.rows()
}
