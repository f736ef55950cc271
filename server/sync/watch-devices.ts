import type { ExceptionKind } from '../../shared/exception.ts'
import { derivedId } from '../../shared/ids.ts'
import type { DeviceId, WorkerId } from '../../shared/ids.ts'
import { CLOCK_WRONG_MS } from '../../shared/sync/clock.ts'
import { msOf } from '../../shared/time.ts'
import { NO_WRITES } from './count-books.ts'
import type { DecisionTx } from './ports.ts'

/** A handheld as it was last heard of. */
export type WatchedDevice = {
  id: DeviceId
  number: number
  isActive: boolean
  worker: WorkerId | null
  seenAt: string | null
  /** Numbers that it has announced and that have not come. */
  missing: number
  /** What its last step had to be corrected by, and since when that is too much. */
  clockOffMs: number | null
  clockWrongSince: string | null
}
/** What was raised of these kinds before, open or not: the newest of each kind and handheld. */
export type RaisedBefore = { kind: ExceptionKind; subject: string; isOpen: boolean; since: string | null }

export interface WatchBook {
  devices(): Promise<readonly WatchedDevice[]>
  raised(kinds: readonly ExceptionKind[]): Promise<readonly RaisedBefore[]>
}

const MINUTE_MS = 60_000
const KINDS = ['device_silent', 'clock_wrong'] as const
type Kind = (typeof KINDS)[number]
type Cause = { kind: Kind; device: WatchedDevice; since: string; body: Record<string, unknown> }

export const isClockWrong = (offMs: number): boolean => Math.abs(offMs) > CLOCK_WRONG_MS

/** What is wrong with a handheld now, and since when. One that was given up is nobody's worry any more. */
const causesOf = (device: WatchedDevice, now: string, silentMinutes: number): readonly Cause[] => {
  const { isActive, seenAt, missing, clockOffMs, clockWrongSince } = device
  if (!isActive) return []
  const causes: Cause[] = []
  if (seenAt !== null && missing > 0 && msOf(now) - msOf(seenAt) > silentMinutes * MINUTE_MS)
    causes.push({ kind: 'device_silent', device, since: seenAt, body: { missing } })
  if (clockWrongSince !== null && clockOffMs !== null) {
    const offMinutes = Math.round(Math.abs(clockOffMs) / MINUTE_MS)
    // The server's clock less the handheld's.
    const clock = clockOffMs > 0 ? 'slow' : 'fast'
    causes.push({ kind: 'clock_wrong', device, since: clockWrongSince, body: { clock, offMinutes } })
  }
  return causes
}

/**
 * One open row for each handheld and cause, which closes by itself when the cause is gone. What a person has settled comes
 * again with the next cause only: since when it is so names the cause. Gives how many rows have changed.
 */
export const watchDevices = async (
  tx: DecisionTx,
  book: WatchBook,
  { now, silentMinutes }: { now: string; silentMinutes: number },
): Promise<number> => {
  const causes = (await book.devices()).flatMap(device => causesOf(device, now, silentMinutes))
  const before = await book.raised(KINDS)
  const isOf = (cause: Cause, row: RaisedBefore): boolean => row.kind === cause.kind && row.subject === cause.device.id
  const close = before.filter(row => row.isOpen && !causes.some(cause => isOf(cause, row)))
  const raise = causes
    .filter(cause => !before.some(row => isOf(cause, row) && (row.isOpen || row.since === cause.since)))
    .map(({ kind, device: { id, number, worker }, since, body }) => ({
      id: derivedId('exception', kind, id, since),
      kind,
      subject: id,
      body: { device: id, number: String(number), ...(worker === null ? {} : { worker }), ...body, since },
    }))
  if (close.length + raise.length > 0)
    await tx.counts.put({ ...NO_WRITES, raise, close: close.map(({ kind, subject }) => ({ kind, subject })) })
  return close.length + raise.length
}
