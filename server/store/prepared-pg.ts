import type { PostgresPool } from 'kysely'
import type { Pool, PoolClient } from 'pg'
import { makePreparedNames } from './prepared.ts'
import type { PreparedNames } from './prepared.ts'

/**
 * Begins a statement whose rows nobody reads: on PostgreSQL the next one follows it on the wire at once and reports its
 * failure as well. While a warehouse waits for its counter row, each way there and back that is spared counts.
 */
export const UNREAD = '/* unread */'

type Kept = { names: PreparedNames; unread: Promise<unknown> }

/** The pool as Kysely uses it, with every connection keeping the plans of what comes often. */
export const preparing = (pool: Pool): PostgresPool => {
  const connections = new WeakMap<PoolClient, Kept>()
  return {
    options: pool.options,
    end: () => pool.end(),
    connect: async () => {
      const client = await pool.connect()
      const kept = connections.get(client) ?? { names: makePreparedNames(), unread: NOTHING }
      connections.set(client, kept)
      return {
        query: ((text: string, values: readonly unknown[]) => run(client, kept, text, values)) as never,
        release: destroy => client.release(destroy),
      }
    },
  }
}

const NOTHING: Promise<unknown> = Promise.resolve()
const EMPTY = { command: 'UNREAD', rowCount: 0, rows: [] }

const run = async (client: PoolClient, kept: Kept, text: string, values: readonly unknown[]) => {
  const before = kept.unread
  const answer = send(client, kept.names, text, values)
  // Whoever comes next hears of a failure, of the first one first.
  answer.catch(() => {})
  if (text === 'begin' || text.trimStart().startsWith(UNREAD)) {
    kept.unread = before.then(() => answer)
    kept.unread.catch(() => {})
    return EMPTY
  }
  kept.unread = NOTHING
  // Who rolls back knows already that something has failed.
  if (text !== 'rollback') await before
  const { command } = await answer
  // PostgreSQL answers so when a statement of the transaction has failed; then nothing was kept.
  if (text === 'commit' && command !== 'COMMIT') throw new Error(`the transaction ended with ${command}`)
  return answer
}

const send = (client: PoolClient, names: PreparedNames, text: string, values: readonly unknown[]) => {
  const plan = values.length === 0 ? null : names.of(text)
  if (plan === null) return client.query(text, [...values])
  // Kept for nobody any more. When it fails, so does the statement that follows, with the true reason.
  if (plan.stale !== null) client.query(`deallocate ${plan.stale}`).catch(() => {})
  return client.query({ name: plan.name, text, values: [...values] })
}
