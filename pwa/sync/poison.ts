import { OWN_STATE } from './birth.ts'
import type { Ports } from './ports.ts'
import { sealedOf } from './push-batch.ts'
import type { Batch } from './push-batch.ts'

/** The head of the queue that may be what the server cannot take. */
export type Suspect = { epoch: string; seq: number; failures: number }

const MAX_FAILURES = 5

/**
 * Counts a refusal that is not the network's fault. The fifth one for the same head sends that one command alone to the
 * rescue door; only when it is kept there does the head move, and its number is declared as a hole. Nothing is dropped.
 * Returns whether the head moved.
 */
export const headFailed = async (
  ports: Pick<Ports, 'net' | 'queue'>,
  memory: { suspect: Suspect | null },
  batch: Batch,
): Promise<boolean> => {
  const head = batch.commands[0]
  if (head === undefined) return false
  const same = memory.suspect?.epoch === batch.epoch && memory.suspect.seq === head.seq
  const failures = same && memory.suspect ? memory.suspect.failures + 1 : 1
  memory.suspect = { epoch: batch.epoch, seq: head.seq, failures }
  if (failures < MAX_FAILURES) return false
  const reply = await ports.net.quarantine(rawOf(batch, [head]))
  if (reply.kind !== 'ok') return false
  memory.suspect = null
  await ports.queue.setMark({ ...batch.mark, skipped: [...batch.mark.skipped, head.seq] })
  return true
}

const rawOf = (batch: Batch, rows: Batch['commands']): string =>
  JSON.stringify({
    device: deviceOf(rows[0]?.body ?? ''),
    epoch: batch.epoch,
    warehouse: batch.warehouse,
    commands: rows.map(sealedOf),
  })

/** For the reader at the desk; the signed bodies say it too. */
const deviceOf = (body: string): string | null => /"device":"([0-9a-f-]{36})"/.exec(body)?.[1] ?? null

const REVIEWED = `${OWN_STATE}reviewed/`

/**
 * A revoked handheld still hands in what it has: for review, not for stock. What was handed in is noted, so that it goes
 * once; the queue itself is never touched.
 */
export const reviewRevoked = async (ports: Pick<Ports, 'net' | 'queue'>, batch: Batch): Promise<void> => {
  const key = REVIEWED + batch.epoch
  const noted = (await ports.queue.state(key))?.value
  const after = Math.max(batch.mark.acked, typeof noted === 'number' ? noted : 0)
  const rows = await ports.queue.rows(batch.epoch, after, 100)
  const last = rows.at(-1)
  if (last === undefined) return
  const reply = await ports.net.quarantine(rawOf(batch, rows))
  if (reply.kind === 'ok') await ports.queue.saveState({ key, value: last.seq })
}
