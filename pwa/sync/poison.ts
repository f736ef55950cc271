import { OWN_STATE } from './birth.ts'
import type { Ports, QueueStore } from './ports.ts'
import { contiguous, sealedOf } from './push-batch.ts'
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
  await ports.queue.changeMark(batch.epoch, before => {
    const mark = before ?? batch.mark
    return { ...mark, skipped: [...mark.skipped, head.seq] }
  })
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
 * A revoked handheld still hands in what it has: the server keeps such a push for review, not for stock, and refuses it.
 * What was handed in is noted, so that the next push goes on behind it; the queue itself is never touched.
 */
export const noteReviewed = async (queue: QueueStore, batch: Batch): Promise<void> => {
  const last = batch.commands.at(-1)
  if (last !== undefined) await queue.saveState({ key: REVIEWED + batch.epoch, value: last.seq })
}
export const unreviewed = async (queue: QueueStore, batch: Batch, limit: number): Promise<Batch> => {
  const noted = (await queue.state(REVIEWED + batch.epoch))?.value
  const after = Math.max(batch.mark.acked, typeof noted === 'number' ? noted : 0)
  const { hole: _, ...rest } = batch
  return { ...rest, hole: undefined, commands: contiguous(await queue.rows(batch.epoch, after, limit)) }
}
