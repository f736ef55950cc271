import * as v from 'valibot'
import { BEFORE_UPDATE } from '../sync/any-queue.ts'
import type { QueueLook } from '../sync/ports.ts'

const count = v.pipe(v.number(), v.integer(), v.minValue(0))
const epochSchema = v.object({ epoch: v.string(), acked: count, waiting: count })
/** What waited before the app was loaded anew; or what was found to be missing after it, until somebody has rescued. */
const notedSchema = v.union([
  v.object({ missing: count }),
  v.object({ present: v.nullable(v.object({ epoch: v.string(), next: count })), epochs: v.array(epochSchema) }),
])
type Noted = v.InferOutput<typeof notedSchema>
type Memory = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

/** Noted beside IndexedDB, so that a queue that comes back shorter is noticed. */
export const noteQueue = (memory: Memory, { birth, epochs }: QueueLook): void => {
  // What is missing already is not forgotten by another update.
  if (missingIn(memory) > 0) return
  const noted: Noted = {
    present: birth && { epoch: birth.epoch, next: birth.next },
    epochs: epochs.map(({ epoch, mark, count: waiting }) => ({ epoch, acked: mark?.acked ?? 0, waiting })),
  }
  memory.setItem(BEFORE_UPDATE, JSON.stringify(noted))
}

/**
 * How many steps are gone since the note was made: what the server has acknowledged meanwhile may go, nothing else.
 * `look`: the queue before anything was sent; null where there was no note then.
 */
export const missingSince = (memory: Memory, look: QueueLook | null): number => {
  const noted = notedIn(memory)
  if (noted === null) return 0
  const missing = 'missing' in noted ? noted.missing : look === null ? 0 : goneOf(noted, look)
  if (missing === 0) memory.removeItem(BEFORE_UPDATE)
  else memory.setItem(BEFORE_UPDATE, JSON.stringify({ missing } satisfies Noted))
  return missing
}

const goneOf = ({ present, epochs }: Extract<Noted, { epochs: unknown }>, look: QueueLook): number => {
  const rows = epochs.reduce((sum, before) => {
    const now = look.epochs.find(one => one.epoch === before.epoch)
    const sent = Math.max(0, (now?.mark?.acked ?? 0) - before.acked)
    return sum + Math.max(0, before.waiting - sent - (now?.count ?? 0))
  }, 0)
  // Numbers that were given already and would be given again.
  const again = present === null || look.birth?.epoch !== present.epoch ? 0 : present.next - look.birth.next
  return Math.max(rows, again)
}

const missingIn = (memory: Memory): number => {
  const noted = notedIn(memory)
  return noted !== null && 'missing' in noted ? noted.missing : 0
}

/** Written by any version of this app. */
const notedIn = (memory: Memory): Noted | null => {
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), notedSchema), memory.getItem(BEFORE_UPDATE))
  return read.success ? read.output : null
}
