import { sql } from 'kysely'
import { DEFAULT_POLICY } from '../../shared/default-policy.ts'
import type { PolicyRestore } from '../../shared/desk/policy-versions.ts'
import type { WorkerId } from '../../shared/ids.ts'
import type { PolicySet } from '../../shared/policy.ts'
import type { DecisionAnswer } from '../../shared/sync/decision.ts'
import type { PolicyAsk } from '../../shared/sync/policy-change.ts'
import { sha256Hex } from '../../shared/sync/seal.ts'
import type { SiteStore } from '../ports.ts'
import { decisionBook } from './decision-book.ts'
import { raiseCommit } from './feed.ts'
import type { Executor, Names } from './names.ts'
import { transact } from './transaction.ts'

const REFUSED = { outcome: 'refused' as const }

type Made = { set: PolicySet; restored: number | null }
type Write = (
  trx: Executor,
  at: { warehouse: number; seq: number },
  set: PolicySet,
  by: { worker: WorkerId; at: string; restored: number | null },
) => Promise<void>

/** Policies as a person changes them: on the version that was seen, once for an id; every version is kept. */
export const policyStore = (
  db: Executor,
  names: Names,
  write: Write,
): Pick<SiteStore, 'changePolicy' | 'restorePolicy' | 'policyVersions'> => {
  /** `next` makes the new version; a code = it cannot. */
  const decide = (
    { warehouse, worker, now }: Pick<Parameters<SiteStore['changePolicy']>[0], 'warehouse' | 'worker' | 'now'>,
    ask: PolicyAsk | PolicyRestore,
    about: { kind: 'policy.change' | 'policy.restore'; target: string },
    next: (trx: Executor, id: number, present: PolicySet) => Promise<Made | 'not_found'>,
  ): Promise<DecisionAnswer> =>
    transact(db, async trx => {
      const id = await names.warehouse(trx, warehouse)
      const { seq } = await raiseCommit(trx, id)
      const book = decisionBook(trx, { warehouse, id })
      const hash = sha256Hex(JSON.stringify(ask))
      const before = (await book.find([ask.id])).get(ask.id)
      if (before !== undefined) {
        const same = before.hash === hash
        return { keep: false, answer: same ? before.answer : { ...before.answer, ...REFUSED, code: 'bad_request' } }
      }
      const { rows } = await sql<{ body: PolicySet }>`select body from policy where warehouse_id = ${id}`.execute(trx)
      const present = rows[0]?.body ?? { version: 0, warehouse: DEFAULT_POLICY, clients: {} }
      const seen = { id: ask.id, version: present.version, state: null }
      if (present.version !== ask.expectedVersion)
        return { keep: false, answer: { ...seen, ...REFUSED, code: 'stale' } }
      const made = await next(trx, id, present)
      if (made === 'not_found') return { keep: false, answer: { ...seen, ...REFUSED, code: made } }
      await write(trx, { warehouse: id, seq }, made.set, { worker, at: now, restored: made.restored })
      const answer = { ...seen, outcome: 'done' as const, version: made.set.version }
      await book.keep([{ id: ask.id, ...about, hash, answer, worker, at: now }])
      return { keep: true, answer }
    })
  return {
    changePolicy: ({ ask, ...by }) =>
      decide(by, ask, { kind: 'policy.change', target: ask.client ?? 'warehouse' }, async (_, __, present) => ({
        set: changedPolicies(present, ask),
        restored: null,
      })),
    restorePolicy: ({ ask, ...by }) =>
      decide(by, ask, { kind: 'policy.restore', target: String(ask.version) }, async (trx, id, present) => {
        const { rows } = await sql<{ body: PolicySet }>`
          select body from policy_version where warehouse_id = ${id} and version = ${ask.version}`.execute(trx)
        const [was] = rows
        if (was === undefined) return 'not_found'
        return { set: { ...was.body, version: present.version + 1 }, restored: ask.version }
      }),
    policyVersions: async (warehouse, { before, limit }) => {
      const id = await names.warehouse(db, warehouse)
      const older = before === null ? sql`true` : sql`version < ${before}::int`
      const { rows } = await sql<Awaited<ReturnType<SiteStore['policyVersions']>>[number]>`
        select version, body as set, worker, restored,
               to_char(at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at
        from policy_version where warehouse_id = ${id} and ${older} order by version desc limit ${limit}`.execute(db)
      return rows
    },
  }
}

const changedPolicies = (before: PolicySet, { client, policy }: PolicyAsk): PolicySet => {
  const version = before.version + 1
  if (client === null) return { ...before, version, warehouse: policy ?? before.warehouse }
  const { [client]: _, ...others } = before.clients
  return { ...before, version, clients: policy === null ? others : { ...others, [client]: policy } }
}
