import type { Task, Worker } from '../../shared/catalogue.ts'
import { CHOICES, INTEGRATOR_KINDS } from '../../shared/exception-choices.ts'
import type { ExceptionKind, RefusalCode } from '../../shared/exception.ts'
import type { ItemId, LocationId, ClientId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import type { DecisionAnswer } from '../../shared/sync/decision.ts'
import { sha256Hex } from '../../shared/sync/seal.ts'
import type { ExceptionId, SettleAsk } from '../../shared/sync/settle.ts'
import type { DecisionTx } from './ports.ts'
import { countsFor } from './renew-counts.ts'

export type InboxRow = {
  id: ExceptionId
  kind: ExceptionKind
  state: string
  hits: number
  body: Record<string, unknown>
}
export type Settlement = { choice: string; words: string; worker: Worker['id']; at: string }

/** The inbox inside the transaction of a decision. */
export interface Inbox {
  find(id: ExceptionId): Promise<InboxRow | null>
  settle(id: ExceptionId, settlement: Settlement): Promise<void>
}

/** Who may settle it: the supervisor of the client, for master data and the ERP the integrator as well. */
const mayHandle = (who: Worker, { kind, body }: InboxRow): boolean => {
  const client = typeof body['client'] === 'string' ? (body['client'] as ClientId) : null
  const isTheirs = who.clients === null || (client !== null && who.clients.includes(client))
  const hasRole = who.roles.includes('supervisor') || (who.roles.includes('integrator') && INTEGRATOR_KINDS.has(kind))
  return isTheirs && hasRole
}

/**
 * Exceptions settled by a person, each taken or refused by itself; an id that was answered before gets the same answer. The
 * fact stays as it is: a choice says what is done about it, and a count is asked for at once.
 */
export const settleExceptions = async (
  tx: DecisionTx,
  inbox: Inbox,
  who: Worker,
  asks: readonly SettleAsk[],
  now: string,
): Promise<readonly DecisionAnswer[]> => {
  const known = await tx.decisions.find(asks.map(ask => ask.id))
  const answers = new Map<string, { ask: SettleAsk; hash: string; answer: DecisionAnswer; isNew: boolean }>()
  const tasks: Task[] = []
  const results: DecisionAnswer[] = []
  for (const ask of asks) {
    const hash = sha256Hex(JSON.stringify(ask))
    const before = known.get(ask.id) ?? answers.get(ask.id)
    if (before !== undefined) {
      results.push(before.hash === hash ? before.answer : refusal(ask, 'bad_request', null))
      continue
    }
    const answer = await settleOne(tx, inbox, who, ask, now, tasks)
    answers.set(ask.id, { ask, hash, answer, isNew: true })
    results.push(answer)
  }
  if (answers.size === 0) return results
  await tx.write({
    body: { kind: 'exceptions', by: who.id, settled: [...answers.values()].map(({ ask }) => ask) },
    effects: { ...NOTHING, tasks },
  })
  await tx.decisions.keep(
    [...answers.values()].map(({ ask, hash, answer }) => ({
      id: ask.id,
      kind: 'exception.settle',
      target: ask.exception,
      hash,
      answer,
      worker: who.id,
      at: now,
    })),
  )
  return results
}

const refusal = ({ id }: SettleAsk, code: RefusalCode, of: InboxRow | null): DecisionAnswer => ({
  id,
  outcome: 'refused',
  code,
  version: of?.hits ?? null,
  state: of?.state ?? null,
})

const settleOne = async (
  tx: DecisionTx,
  inbox: Inbox,
  who: Worker,
  ask: SettleAsk,
  now: string,
  tasks: Task[],
): Promise<DecisionAnswer> => {
  const found = await inbox.find(ask.exception)
  if (found === null || !mayHandle(who, found)) return refusal(ask, 'not_found', null)
  if (found.state !== 'open' || found.hits !== ask.expectedVersion) return refusal(ask, 'stale', found)
  if (!CHOICES[found.kind].includes(ask.choice)) return refusal(ask, 'bad_request', found)
  if (ask.choice === 'count') tasks.push(...(await countOf(tx, found, tasks)))
  await inbox.settle(found.id, { choice: ask.choice, words: ask.words, worker: who.id, at: now })
  return { id: ask.id, outcome: 'done', version: found.hits, state: 'settled' }
}

/** Of the place that it is about, where it is about one; else people count as they see fit. */
const countOf = async (tx: DecisionTx, { kind, body }: InboxRow, before: readonly Task[]): Promise<readonly Task[]> => {
  const { client, location, item } = body as { client?: ClientId; location?: LocationId; item?: ItemId }
  if (client === undefined || location === undefined) return []
  const { policies } = await tx.counts.facts({ tasks: [], items: [], places: [] })
  const open = [...(await tx.counts.openCounts([location])), ...before]
  return countsFor(
    tx.counts,
    [{ client, place: location, item: item ?? null, cause: kind }],
    open,
    policies,
    before.length,
  )
}
