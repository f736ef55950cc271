import { statfs } from 'node:fs/promises'
import type { Readiness } from './routes/ops.ts'

/** Below it the embedded store may soon be unable to write; a database needs room to tidy up as well. */
export const MIN_FREE_BYTES = 256 * 1024 * 1024

/** Null = this system does not say. */
export const freeBytes = (folder: string): Promise<number | null> =>
  statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => null,
  )

/** Asks everything at once; what throws is not ready. */
export const readiness = async (ask: {
  store: () => Promise<unknown>
  pending: () => Promise<readonly string[]>
  freeBytes: () => Promise<number | null>
}): Promise<Readiness> => {
  const [store, migrated, disk] = await Promise.all([
    ask.store().then(
      () => true,
      () => false,
    ),
    ask.pending().then(
      names => names.length === 0,
      () => false,
    ),
    ask.freeBytes().then(free => free === null || free >= MIN_FREE_BYTES),
  ])
  return { ready: store && migrated && disk, store, migrated, disk }
}
