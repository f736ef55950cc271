import type { Task, Worker } from '../../shared/catalogue.ts'
import { decideVariance } from '../../shared/count/decide.ts'
import type { CountDecision } from '../../shared/count/decide.ts'
import { isPendingState } from '../../shared/count/life.ts'
import { OF_COUNTS } from '../../shared/count/renew.ts'
import type { Variance, VarianceId } from '../../shared/count/variance.ts'
import type { RefusalCode } from '../../shared/exception.ts'
import type { LocationId, WarehouseId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import { stockKeyText } from '../../shared/ledger/stock.ts'
import type { DecisionAnswer, DecisionAsk, DecisionKind } from '../../shared/sync/decision.ts'
import { standingOf } from '../../shared/desk/tolerance.ts'
import { sha256Hex } from '../../shared/sync/seal.ts'
import type { CountFacts } from './count-books.ts'
import { NO_WRITES } from './count-books.ts'
import { NO_NEED } from './ports.ts'
import type { DecisionTx, SyncStore } from './ports.ts'
import { countsFor, recountsOf, renewRows } from './renew-counts.ts'

const ON_VARIANCES: Readonly<Record<Exclude<DecisionKind, 'count.request'>, CountDecision['kind']>> = {
  'count.approve': 'approve',
  'count.reject': 'reject',
  'count.recount': 'recount',
  'count.undo': 'undo',
}

type Desk = {
  /** More than one approval at once: each must be small by the policy. */
  isBulk: boolean
  rounds: Map<VarianceId, Variance | null>
  changed: Map<VarianceId, Variance>
  tasks: Task[]
  facts: CountFacts
}

/**
 * Decisions of one person in one transaction, each taken or refused by itself. An `id` that was answered before gets the same
 * answer; under another content it is refused. Facts are never touched by a decision.
 */
export const decideCounts = (
  store: SyncStore,
  at: { warehouse: WarehouseId; now: string },
  who: Worker,
  asks: readonly DecisionAsk[],
): Promise<readonly DecisionAnswer[]> =>
  store.decide(at, async tx => {
    const known = await tx.decisions.find(asks.map(ask => ask.id))
    const desk = await deskFor(
      tx,
      asks.filter(ask => !known.has(ask.id)),
    )
    const answers: DecisionAnswer[] = []
    const fresh = new Map<string, { ask: DecisionAsk; hash: string; answer: DecisionAnswer }>()
    for (const ask of asks) {
      const hash = sha256Hex(JSON.stringify(ask))
      const before = known.get(ask.id) ?? fresh.get(ask.id)
      const answer =
        before === undefined
          ? await decideOne(tx, desk, who, ask, at.now)
          : before.hash === hash
            ? before.answer
            : refusal(ask, 'bad_request', null)
      answers.push(answer)
      if (before === undefined) fresh.set(ask.id, { ask, hash, answer })
    }
    if (fresh.size === 0) return answers
    await writeAll(tx, desk, who, at.now)
    await tx.decisions.keep(
      [...fresh.values()].map(({ ask, hash, answer }) => {
        const { id, kind, target } = ask
        return { id, kind, target, hash, answer, worker: who.id, at: at.now }
      }),
    )
    return answers
  })

/** Everything that the decisions are about, read at once: the counter row is held meanwhile. */
const deskFor = async (tx: DecisionTx, asks: readonly DecisionAsk[]): Promise<Desk> => {
  const targets = asks.flatMap(ask => (ask.kind === 'count.request' ? [] : [ask.target as string as VarianceId]))
  const rounds = await tx.counts.rounds([...new Set(targets)])
  const newest = new Map(
    targets.map((id): [VarianceId, Variance | null] => {
      const found = rounds.get(id)
      return [id, found?.open ?? found?.settled ?? null]
    }),
  )
  const items = [...newest.values()].flatMap(one => (one === null ? [] : [one.key.item]))
  return {
    isBulk: asks.filter(ask => ask.kind === 'count.approve').length > 1,
    rounds: newest,
    changed: new Map(),
    tasks: [],
    facts: await tx.counts.facts({ tasks: [], items: [...new Set(items)], places: [] }),
  }
}

const refusal = ({ id }: DecisionAsk, code: RefusalCode, of: Variance | null): DecisionAnswer => ({
  id,
  outcome: 'refused',
  code,
  version: of?.version ?? null,
  state: of?.state ?? null,
})

const decideOne = async (
  tx: DecisionTx,
  desk: Desk,
  who: Worker,
  ask: DecisionAsk,
  now: string,
): Promise<DecisionAnswer> => {
  if (ask.kind === 'count.request') return requestOne(tx, desk, who, ask)
  const id = ask.target as string as VarianceId
  const variance = desk.rounds.get(id) ?? null
  if (variance === null || (who.clients !== null && !who.clients.includes(variance.key.client)))
    return refusal(ask, 'not_found', null)
  const { expectedVersion, reason, args } = ask
  const decision = { kind: ON_VARIANCES[ask.kind], expectedVersion, reason, early: args.early === true }
  const { cost } = desk.facts.worth.get(variance.key.item) ?? { cost: null }
  const { within, two } = standingOf(variance, cost, desk.facts.policies)
  const decided = decideVariance(variance, decision, who, now, two)
  if (decided.ok && decision.kind === 'approve' && desk.isBulk && !within) return refusal(ask, 'over_bulk', variance)
  if (!decided.ok) return refusal(ask, decided.code, variance)
  const next = decided.variance
  desk.rounds.set(id, next)
  desk.changed.set(id, next)
  return { id: ask.id, outcome: 'done', version: next.version, state: next.state }
}

/** On demand: a count of a place, or of one item there. */
const requestOne = async (tx: DecisionTx, desk: Desk, who: Worker, ask: DecisionAsk): Promise<DecisionAnswer> => {
  const { client, item = null, mode } = ask.args
  if (!who.roles.includes('supervisor')) return refusal(ask, 'role', null)
  if (client === undefined) return refusal(ask, 'bad_request', null)
  if (who.clients !== null && !who.clients.includes(client)) return refusal(ask, 'not_found', null)
  const place = ask.target as string as LocationId
  const tables = await tx.load({ ...NO_NEED, locations: [place], items: item === null ? [] : [item] })
  if (!tables.locations.has(place) || (item !== null && tables.items.get(item)?.client !== client))
    return refusal(ask, 'not_found', null)
  const open = [...(await tx.counts.openCounts([place])), ...desk.tasks]
  const made = countsFor(
    tx.counts,
    [{ client, place, item, cause: 'asked' }],
    open,
    desk.facts.policies,
    desk.tasks.length,
  )
  desk.tasks.push(
    ...made.map(task => (mode === undefined || open.some(one => one.id === task.id) ? task : inMode(task, mode))),
  )
  return { id: ask.id, outcome: 'done', version: null, state: null }
}

const HIDDEN = new Set(['blind', 'recount'])
const inMode = (task: Task, mode: NonNullable<DecisionAsk['args']['mode']>): Task =>
  task.count ? { ...task, count: { ...task.count, mode, hidden: HIDDEN.has(mode) } } : task

const writeAll = async (tx: DecisionTx, desk: Desk, who: Worker, now: string): Promise<void> => {
  const variances = [...desk.changed.values()]
  const recounts = variances.filter(v => v.state === 'recount')
  const tasks = [...desk.tasks, ...(await recountsOf(tx.counts, recounts, desk.facts))]
  const decided = variances.map(({ id, round, version, decided }) => ({ id, round, version, ...decided }))
  await tx.write({
    body: { kind: 'decisions', by: who.id, decided, asked: desk.tasks.map(task => task.id) },
    effects: { ...NOTHING, tasks },
  })
  const ended = variances.filter(v => !isPendingState(v.state))
  await tx.counts.put({
    ...NO_WRITES,
    variances,
    close: ended.flatMap(v => OF_COUNTS.map(kind => ({ kind, subject: stockKeyText(v.key) }))),
  })
  if (variances.length > 0)
    await renewRows(
      tx.counts,
      variances.map(v => v.key),
      now,
    )
}
