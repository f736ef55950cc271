import type { WarehouseId } from '../../shared/ids.ts'
import type { CommandResult } from '../../shared/sync/wire.ts'
import type { EpochMark } from './ports.ts'

const RESULTS_KEPT = 50
const HOUR = 3_600_000
const DAY = 24 * HOUR
/** One checkpoint per six hours keeps the list short over the thirty days that it may have to reach back. */
const CHECKPOINT_MS = 6 * HOUR
const CHECKPOINTS_KEPT = 125

export const noMark = (epoch: string, warehouse: WarehouseId): EpochMark => ({
  epoch,
  warehouse,
  acked: 0,
  durable: null,
  acks: [],
  skipped: [],
  results: [],
})

/** `kept`: it answers a code that was kept. */
export type Result = CommandResult & { kept?: true }

export type Said = {
  acked: number
  durable: number | null
  results: readonly Result[]
  /** The server was restored or named a gap: its word counts downwards too. */
  exactly: boolean
}

/** What the server has said, taken into the mark. Pure; `now` is the device's wall clock in ms. */
export const heard = (mark: EpochMark, said: Said, now: number): EpochMark => {
  const acked = said.exactly ? said.acked : Math.max(mark.acked, said.acked)
  return {
    ...mark,
    acked,
    durable: said.durable,
    acks: checkpoints(mark, acked, now),
    skipped: mark.skipped.filter(seq => seq > acked),
    results: merged(mark, said.results),
  }
}

/** Whether an answer says anything that the mark does not hold: most rounds of a handheld at rest bring nothing. */
export const isNews = (mark: EpochMark, { acked, durable, results, exactly }: Said): boolean =>
  exactly || acked > mark.acked || durable !== mark.durable || results.length > 0

const checkpoints = (mark: EpochMark, acked: number, now: number): EpochMark['acks'] => {
  const kept = mark.acks.filter(one => one.seq <= acked)
  const last = kept.at(-1)
  if (acked === 0 || last?.seq === acked) return kept
  const lastBut = kept.at(-2)
  // The newest checkpoint moves along until it is six hours behind the one before it; then it stands.
  const moves = last !== undefined && lastBut !== undefined && last.at - lastBut.at < CHECKPOINT_MS
  return [...(moves ? kept.slice(0, -1) : kept), { seq: acked, at: now }].slice(-CHECKPOINTS_KEPT)
}

const merged = (mark: EpochMark, results: readonly Result[]): EpochMark['results'] => {
  const bySeq = new Map(mark.results.map(result => [result.seq, result]))
  for (const { seq, outcome, reason, kept } of results) {
    const isKept = kept ?? bySeq.get(seq)?.kept
    if (outcome === 'applied') bySeq.delete(seq)
    else bySeq.set(seq, { seq, outcome, ...(reason === undefined ? {} : { reason }), ...(isKept && { kept: isKept }) })
  }
  // Codes that were kept take no room from what needs somebody.
  const all = [...bySeq.values()].sort((a, b) => a.seq - b.seq)
  const [codes, needs] = [true, undefined].map(kept => all.filter(one => one.kept === kept).slice(-RESULTS_KEPT))
  return all.filter(one => codes?.includes(one) || needs?.includes(one))
}

const KEPT_COMMANDS = 5000
const KEPT_MS = 7 * DAY
const WITHOUT_BACKUP_MS = 30 * DAY

/**
 * Up to where the commands of an epoch may go: acknowledged, contained in a backup, contained in the confirmed rows and
 * acknowledged for a day (thirty, where the server has no backup). While there is room, a week or 5,000 commands stay.
 */
export const prunable = (
  mark: EpochMark,
  at: { through: number; last: number; now: number; roomy: boolean },
): number => {
  const ackedBefore = (ms: number): number =>
    mark.acks.reduce((seq, one) => (one.at <= at.now - ms ? Math.max(seq, one.seq) : seq), 0)
  const aged = ackedBefore(mark.durable === null ? WITHOUT_BACKUP_MS : DAY)
  const must = Math.min(mark.acked, mark.durable ?? mark.acked, at.through, aged)
  if (!at.roomy || mark.durable === null) return must
  return Math.min(must, Math.max(ackedBefore(KEPT_MS), at.last - KEPT_COMMANDS))
}
