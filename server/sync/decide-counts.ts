import type { Task, Worker } from '../../shared/catalogue.ts'
import { decideVariance } from '../../shared/count/decide.ts'
import type { CountDecision } from '../../shared/count/decide.ts'
import { isPendingState } from '../../shared/count/life.ts'
import { decideMove, isPair } from '../../shared/count/opposite.ts'
import { OF_COUNTS } from '../../shared/count/renew.ts'
import type { Variance, VarianceId } from '../../shared/count/variance.ts'
import type { RefusalCode } from '../../shared/exception.ts'
import type { LocationId, WarehouseId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import { stockKeyText } from '../../shared/ledger/stock.ts'
import type { DecisionAnswer, DecisionAsk, DecisionKind } from '../../shared/sync/decision.ts'
import { limitFor } from '../../shared/desk/approver.ts'
import { standingOf } from '../../shared/desk/tolerance.ts'
import { sha256Hex } from '../../shared/sync/seal.ts'
import type { CountFacts, Rounds } from './count-books.ts'
import { NO_WRITES } from './count-books.ts'
import { NO_NEED } from './ports.ts'
import type { DecisionTx, SyncStore } from './ports.ts'
import { countsFor, recountsOf, renewRows } from './renew-counts.ts'

const ON_VARIANCES: Readonly<Record<Exclude<DecisionKind, 'count.request' | 'count.move'>, CountDecision['kind']>> = {
  'count.approve': 'approve',
  'count.reject': 'reject',
  'count.recount': 'recount',
  'count.undo': 'undo',
}

type Desk = {
  /** More than one approval at once: each must be small by the policy. */
  isBulk: boolean
  /** Whoever decides, as the roster has them now. */
  approver: Pick<Worker, 'approves'>
  /** Value of what was approved in this go, found and missing together, in minor units. */
  gross: number
  /** Those that may be the other end of a move are looked at one by one. */
  opposed: ReadonlySet<VarianceId>
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
      who,
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
const deskFor = async (tx: DecisionTx, who: Worker, asks: readonly DecisionAsk[]): Promise<Desk> => {
  const targets = asks.flatMap(ask => (ask.kind === 'count.request' ? [] : varianceIdsOf(ask)))
  const newest = await newestOf(tx, targets)
  // Whoever takes back one end of a move takes back the other.
  const pairs = [...newest.values()].flatMap(one => one?.pair ?? [])
  for (const [id, one] of await newestOf(tx, pairs)) newest.set(id, one)
  const items = [...newest.values()].flatMap(one => (one === null ? [] : [one.key.item]))
  const approved = asks.filter(ask => ask.kind === 'count.approve').flatMap(varianceIdsOf)
  const isBulk = approved.length > 1
  const facts = await tx.counts.facts({ tasks: [], items: [...new Set(items)], places: [] })
  return {
    isBulk,
    approver: facts.roster?.workers.find(one => one.id === who.id) ?? who,
    gross: 0,
    opposed: new Set(isBulk ? (await tx.counts.opposites(approved)).keys() : []),
    rounds: newest,
    changed: new Map(),
    tasks: [],
    facts,
  }
}

const varianceIdsOf = ({ target, args }: DecisionAsk): VarianceId[] =>
  [target, ...(args.with === undefined ? [] : [args.with.target])].map(id => id as string as VarianceId)

const newestOf = async (tx: DecisionTx, ids: readonly VarianceId[]): Promise<Map<VarianceId, Variance | null>> => {
  const rounds = ids.length === 0 ? new Map<VarianceId, Rounds>() : await tx.counts.rounds([...new Set(ids)])
  return new Map(
    ids.map((id): [VarianceId, Variance | null] => {
      const found = rounds.get(id)
      return [id, found?.open ?? found?.settled ?? null]
    }),
  )
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
  const variance = seenBy(desk, who, ask.target)
  if (variance === null) return refusal(ask, 'not_found', null)
  if (ask.kind === 'count.move') return moveOne(desk, who, ask, variance, now)
  const { expectedVersion, reason, args } = ask
  const decision = { kind: ON_VARIANCES[ask.kind], expectedVersion, reason, early: args.early === true }
  const { cost } = desk.facts.worth.get(variance.key.item) ?? { cost: null }
  const { within, two } = standingOf(variance, cost, desk.facts.policies, desk.opposed.has(variance.id))
  const { over, upTo } = limitFor(variance, cost, desk.facts.policies, desk.approver)
  const decided = decideVariance(variance, decision, who, now, two || over)
  if (!decided.ok) return refusal(ask, decided.code, variance)
  if (decision.kind === 'approve' && desk.isBulk) {
    const gross = desk.gross + Math.abs(variance.delta) * (cost ?? 0)
    if (!within) return refusal(ask, 'over_bulk', variance)
    if (over || (upTo !== null && gross > upTo)) return refusal(ask, 'over_limit', variance)
    desk.gross = gross
  }
  const partner = variance.pair ? (desk.rounds.get(variance.pair) ?? null) : null
  if (decision.kind === 'undo' && isPair(variance, partner)) {
    const undone = decideVariance(partner, { ...decision, expectedVersion: partner.version }, who, now)
    if (undone.ok) put(desk, undone.variance)
  }
  return done(ask, put(desk, decided.variance))
}

/** Two opposite differences as one move. */
const moveOne = (desk: Desk, who: Worker, ask: DecisionAsk, variance: Variance, now: string): DecisionAnswer => {
  const { with: other } = ask.args
  if (other === undefined) return refusal(ask, 'bad_request', variance)
  const partner = seenBy(desk, who, other.target)
  if (partner === null) return refusal(ask, 'not_found', null)
  const { expectedVersion, reason, args } = ask
  const decided = decideMove(
    [variance, partner],
    [{ expectedVersion, reason, early: args.early === true }, { expectedVersion: other.expectedVersion }],
    who,
    now,
  )
  if (!decided.ok) return refusal(ask, decided.code, variance)
  const [next, opposite] = decided.variances
  put(desk, opposite)
  return done(ask, put(desk, next))
}

const seenBy = (desk: Desk, who: Worker, target: DecisionAsk['target']): Variance | null => {
  const variance = desk.rounds.get(target as string as VarianceId) ?? null
  return variance === null || (who.clients !== null && !who.clients.includes(variance.key.client)) ? null : variance
}

const put = (desk: Desk, next: Variance): Variance => {
  desk.rounds.set(next.id, next)
  desk.changed.set(next.id, next)
  return next
}

const done = ({ id }: DecisionAsk, { version, state }: Variance): DecisionAnswer => ({
  id,
  outcome: 'done',
  version,
  state,
})

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
  // What it held is free. One that still waits holds what it has held: a decision changes none of its numbers.
  if (ended.length > 0)
    await renewRows(
      tx.counts,
      ended.map(v => v.key),
      now,
    )
}
