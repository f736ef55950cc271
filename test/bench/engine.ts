import { postgresBinaries, startCluster } from '../support/postgres-cluster.ts'

/** A PostgreSQL that flushes its commits: the server of TEST_DATABASE_URL, or one of the bench's own. */
export const flushingPostgres = async (): Promise<{
  url: string
  /** Of the postmaster; null = it is somebody else's. */
  pid: (() => number) | null
  stop: () => Promise<void>
}> => {
  const given = process.env['TEST_DATABASE_URL']
  if (given !== undefined) return { url: given, pid: null, stop: async () => {} }
  const binaries = postgresBinaries()
  if (binaries === undefined) throw new Error('the bench needs PostgreSQL')
  return startCluster(binaries, { flush: true })
}
