import type { WarehouseId } from '../../shared/ids.ts'
import { MAX_PUSH_BYTES } from '../../shared/sync/limits.ts'
import type { Sealed, SyncRequest } from '../../shared/sync/wire.ts'
import { isOurs } from './earlier.ts'
import { noMark } from './marks.ts'
import type { Birth, CacheHead, EpochMark, QueueLook, QueueRow, QueueStore } from './ports.ts'

/** What one round sends of which epoch. Read anew for every round, so that another tab or a crash cannot confuse it. */
export type Batch = {
  epoch: string
  warehouse: WarehouseId
  mark: EpochMark
  commands: readonly QueueRow[]
  hole: SyncRequest['push']['hole']
  /** Highest number of the epoch that is known here. */
  last: number
  /** The epoch that new steps get their numbers from. */
  isPresent: boolean
}

const encoder = new TextEncoder()

/**
 * The oldest epoch that still has something unsent; of the warehouse on the screen also one whose effects the confirmed
 * rows do not contain yet: `through` is told for the pushed epoch only. Otherwise the present one. Epochs of an earlier id of
 * the handheld never go out so (earlier.ts).
 */
export const nextBatch = async (
  queue: QueueStore,
  look: QueueLook,
  birth: Birth,
  head: CacheHead | null,
  heldBack: ReadonlySet<string>,
): Promise<Batch> => {
  for (const { epoch, mark: said, unsent } of look.epochs) {
    if (epoch === birth.epoch || heldBack.has(epoch)) continue
    const mark = said ?? noMark(epoch, birth.warehouse)
    const warehouse = unsent[0]?.warehouse ?? mark.warehouse
    const behind = head !== null && warehouse === head.warehouse && (await isBehind(queue, mark, head, birth))
    if ((unsent.length === 0 && !behind) || !isOurs(unsent[0], birth)) continue
    return batchOf({ ...mark, warehouse }, unsent, unsent.at(-1)?.seq ?? mark.acked, false)
  }
  const present = look.epochs.find(one => one.epoch === birth.epoch)
  const mark = present?.mark ?? noMark(birth.epoch, birth.warehouse)
  return batchOf(mark, present?.unsent ?? [], birth.next - 1, true)
}

/** Acknowledged commands that the confirmed rows do not contain yet; what was pruned is contained by the rule of pruning. */
const isBehind = async (queue: QueueStore, mark: EpochMark, head: CacheHead, birth: Birth): Promise<boolean> => {
  const through = head.through[mark.epoch] ?? 0
  if (head.cursor === null || through >= mark.acked) return false
  const [first] = await queue.rows(mark.epoch, through, 1)
  // What went out under an earlier id is never told of to this one: waiting for it would hold back all that came later.
  return first !== undefined && isOurs(first, birth)
}

const batchOf = (mark: EpochMark, rows: readonly QueueRow[], last: number, isPresent: boolean): Batch => {
  let from = mark.acked + 1
  while (mark.skipped.includes(from)) from += 1
  const present = rows.filter(row => row.seq >= from)
  const first = present[0]
  const end = first === undefined ? last : first.seq - 1
  const hole =
    end > mark.acked
      ? {
          from: mark.acked + 1,
          to: end,
          reason: from > mark.acked + 1 ? 'sent to the rescue door' : 'storage partly lost',
        }
      : undefined
  return { epoch: mark.epoch, warehouse: mark.warehouse, mark, commands: contiguous(present), hole, last, isPresent }
}

/** As many as fit, without a gap and without one that went to the rescue door before. */
export const contiguous = (rows: readonly QueueRow[]): readonly QueueRow[] => {
  let bytes = 0
  const end = rows.findIndex((row, i) => {
    bytes += encoder.encode(JSON.stringify(sealedOf(row))).length + 1
    return row.seq !== (rows[0]?.seq ?? 0) + i || (i > 0 && bytes > MAX_PUSH_BYTES)
  })
  return end < 0 ? rows : rows.slice(0, end)
}

/** Only what travels: the local number and the instant of the append stay here. */
export const sealedOf = ({ seq, v, body, hash, sig }: QueueRow): Sealed => ({ seq, v, body, hash, sig })
