import { prunable } from './marks.ts'
import type { Ports } from './ports.ts'

const EVERY_MS = 3_600_000

/** Removes what rule 3.3 of the protocol lets go, at most once an hour. `roomy`: keep what may still be of use. */
export const makePruner = ({ cache, clock, queue }: Pick<Ports, 'cache' | 'clock' | 'queue'>) => {
  let dueAt = 0
  return async (roomy: boolean): Promise<void> => {
    if (clock.mono() < dueAt) return
    dueAt = clock.mono() + EVERY_MS
    const head = await cache.head()
    const birth = await queue.birth()
    if (head === null || birth === null) return
    for (const epoch of await queue.epochs()) {
      const mark = await queue.mark(epoch)
      if (mark === null) continue
      const last = epoch === birth.epoch ? birth.next - 1 : mark.acked
      const upTo = prunable(mark, { through: head.through[epoch] ?? 0, last, now: clock.now(), roomy })
      if (upTo > 0) await queue.prune(epoch, upTo)
    }
  }
}
