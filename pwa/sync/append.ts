import { timeId } from '../../shared/ids.ts'
import type { SessionId, WorkerId } from '../../shared/ids.ts'
import { COMMAND_VERSION } from '../../shared/sync/command.ts'
import type { Draft } from '../../shared/sync/command.ts'
import type { ClockSample } from '../../shared/sync/clock.ts'
import { chainHash } from '../../shared/sync/seal.ts'
import { isoOf, msOf } from '../../shared/time.ts'
import type { Birth, Ports, QueueRow, SavedState, StateAt } from './ports.ts'

/** Who acts, and by which rules; stamped at the scan, never when it is sent. */
export type Stamp = { worker: WorkerId; session: SessionId; roster: number; policy: number; app: string }

const MAX_RACES = 5

/**
 * One accepted scan: ONE strict transaction of numbers, commands and the worker's next step. Resolves when it is on disk:
 * only then may anything beep. Rejects having written nothing.
 */
export const appendDrafts = async (
  ports: Pick<Ports, 'clock' | 'random' | 'signer' | 'queue'>,
  drafts: readonly Draft[],
  state: SavedState | StateAt | null,
  stamp: Stamp | null,
  sample: ClockSample | null,
  /** The marker row as far as it is known here: spares the read, and is not trusted. */
  known: Birth | null = null,
): Promise<{ rows: readonly QueueRow[]; birth: Birth }> => {
  if (drafts.length > 0 && stamp === null) throw new Error('nobody is logged in')
  for (let race = 0; race < MAX_RACES; race += 1) {
    const birth = (race === 0 ? known : null) ?? (await ports.queue.birth())
    if (birth === null) throw new Error('the queue has no marker row')
    // Signed before the transaction: inside it, IndexedDB may commit at an await that is not its own.
    const rows = stamp === null ? [] : await sealAll(ports, drafts, birth, stamp, sample)
    const next: Birth = {
      ...birth,
      n: birth.n + rows.length,
      next: birth.next + rows.length,
      prevHash: rows.at(-1)?.hash ?? birth.prevHash,
    }
    const saved = typeof state === 'function' ? state({ epoch: birth.epoch, first: birth.next }) : state
    if (await ports.queue.append(birth, next, rows, saved)) return { rows, birth: next }
  }
  throw new Error('five other tabs were faster')
}

const sealAll = async (
  { clock, random, signer }: Pick<Ports, 'clock' | 'random' | 'signer'>,
  drafts: readonly Draft[],
  birth: Birth,
  stamp: Stamp,
  sample: ClockSample | null,
): Promise<readonly QueueRow[]> => {
  const now = clock.now()
  const rows: QueueRow[] = []
  let previous = birth.prevHash
  for (const [i, draft] of drafts.entries()) {
    const seq = birth.next + i
    const body = JSON.stringify({
      ...onDeviceClock(draft, sample),
      v: COMMAND_VERSION,
      id: timeId(now, random.bytes(10)),
      device: birth.device,
      epoch: birth.epoch,
      seq,
      warehouse: birth.warehouse,
      ...stamp,
      at: isoOf(now),
      mono: clock.mono(),
      off: sample?.off ?? null,
      unc: sample?.unc ?? null,
    })
    const hash = chainHash(previous, body)
    const sig = await signer.sign(hash)
    rows.push({
      n: birth.n + i,
      epoch: birth.epoch,
      warehouse: birth.warehouse,
      seq,
      v: COMMAND_VERSION,
      body,
      hash,
      sig,
      appendedAt: now,
    })
    previous = hash
  }
  return rows
}

/** Processes think in corrected time; a body holds device time beside the offset, so that nothing is corrected twice. */
const onDeviceClock = (draft: Draft, sample: ClockSample | null): Draft =>
  'takenAt' in draft && draft.takenAt !== undefined
    ? { ...draft, takenAt: isoOf(msOf(draft.takenAt) - (sample?.off ?? 0)) }
    : draft
