import { sql } from 'kysely'
import type { DecisionAnswer } from '../../shared/sync/decision.ts'
import type { DecisionBook } from '../sync/ports.ts'
import type { Scope } from './load.ts'
import { json } from './names.ts'
import type { Executor } from './names.ts'

export const decisionBook = (trx: Executor, scope: Scope): DecisionBook => ({
  find: async ids => {
    const { rows } = await sql<{ id: string; hash: string; result: DecisionAnswer }>`
      select id, hash, result from decision where warehouse_id = ${scope.id} and id = any(${[...ids]}::uuid[])`.execute(
      trx,
    )
    return new Map(rows.map(({ id, hash, result }) => [id, { hash, answer: result }]))
  },
  keep: async decided => {
    await sql`
      insert into decision (warehouse_id, id, hash, kind, target, worker, result, at)
      select ${scope.id}::int, x.id, x.hash, x.kind, x.target, x.worker, x.answer, x.at
      from jsonb_to_recordset(${json(decided)})
           as x(id uuid, hash text, kind text, target text, worker uuid, answer jsonb, at timestamptz)`.execute(trx)
  },
})
