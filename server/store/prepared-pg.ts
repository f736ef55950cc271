import type { PostgresPool } from 'kysely'
import type { Pool, PoolClient } from 'pg'
import { makePreparedNames } from './prepared.ts'
import type { PreparedNames } from './prepared.ts'

/** The pool as Kysely uses it, with every connection keeping the plans of what comes often. */
export const preparing = (pool: Pool): PostgresPool => {
  const plans = new WeakMap<PoolClient, PreparedNames>()
  return {
    options: pool.options,
    end: () => pool.end(),
    connect: async () => {
      const client = await pool.connect()
      const names = plans.get(client) ?? makePreparedNames()
      plans.set(client, names)
      return {
        query: ((text: string, values: readonly unknown[]) => run(client, names, text, values)) as never,
        release: destroy => client.release(destroy),
      }
    },
  }
}

const run = (client: PoolClient, names: PreparedNames, text: string, values: readonly unknown[]) => {
  const plan = values.length === 0 ? null : names.of(text)
  if (plan === null) return client.query(text, [...values])
  // Kept for nobody any more. When it fails, so does the statement that follows, with the true reason.
  if (plan.stale !== null) client.query(`deallocate ${plan.stale}`).catch(() => {})
  return client.query({ name: plan.name, text, values: [...values] })
}
