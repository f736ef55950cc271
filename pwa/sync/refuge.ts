import { isQuotaError } from '../store/quota.ts'
import { StorageFull } from './ports.ts'
import type { QueueStore } from './ports.ts'

/** A disk that is full has its own words and its own cure; faults of ours are no broken database either. */
const isBroken = (error: unknown): boolean =>
  error instanceof Error &&
  !(error instanceof StorageFull) &&
  !isQuotaError(error) &&
  !/^(?:Type|Range|Reference|Syntax|Constraint|Bulk)Error$/.test(error.name)

/**
 * Goes on in another store when the first one breaks under a running handheld. `open` gives one that has begun a new epoch;
 * an append that fails over answers false, as if another tab had been faster, and is sealed again with the new numbers.
 * Everything is tried twice before: Dexie reopens a connection that the browser has dropped.
 */
export const withRefuge = (
  first: QueueStore,
  { isClosed, open }: { isClosed: () => boolean; open: () => Promise<QueueStore> },
): QueueStore => {
  let refuge: Promise<QueueStore> | null = null
  const use = async <T>(run: (store: QueueStore) => Promise<T>): Promise<T> => {
    if (refuge !== null) return run(await refuge)
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await run(first)
      } catch (error) {
        if (!isBroken(error) || isClosed()) throw error
        if (attempt > 0) break
      }
    }
    refuge ??= open()
    return run(await refuge)
  }
  return {
    birth: () => use(store => store.birth()),
    begin: (birth, kept) => use(store => store.begin(birth, kept)),
    append: (expected, next, rows, state) => use(store => store.append(expected, next, rows, state)),
    state: key => use(store => store.state(key)),
    states: () => use(store => store.states()),
    saveState: state => use(store => store.saveState(state)),
    dropState: key => use(store => store.dropState(key)),
    rows: (epoch, after, limit) => use(store => store.rows(epoch, after, limit)),
    epochs: () => use(store => store.epochs()),
    mark: epoch => use(store => store.mark(epoch)),
    look: limit => use(store => store.look(limit)),
    changeMark: (epoch, change) => use(store => store.changeMark(epoch, change)),
    prune: (epoch, upTo) => use(store => store.prune(epoch, upTo)),
  }
}
