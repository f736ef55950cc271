import type { Task, Worker } from '../../shared/catalogue.ts'
import { CHOICES, INTEGRATOR_KINDS } from '../../shared/exception-choices.ts'
import type { ExceptionKind, RefusalCode } from '../../shared/exception.ts'
import type { ClientId, DeviceId, DocumentId, ItemId, LineId, LocationId, LpnId, TaskId } from '../../shared/ids.ts'
import { isUuid, NO_LPN } from '../../shared/ids.ts'
import { merged, NOTHING } from '../../shared/ledger/effects.ts'
import type { Effects } from '../../shared/ledger/effects.ts'
import type { Movement } from '../../shared/ledger/stock.ts'
import { makeWorld } from '../../shared/ledger/world.ts'
import type { World } from '../../shared/ledger/world.ts'
import { returnOf } from '../../shared/process/return-state.ts'
import type { DecisionAnswer } from '../../shared/sync/decision.ts'
import { sha256Hex } from '../../shared/sync/seal.ts'
import type { ExceptionId, SettleAsk } from '../../shared/sync/settle.ts'
import { NO_NEED } from './ports.ts'
import type { DecisionTx, Need } from './ports.ts'
import { linkedOf } from './link-code.ts'
import type { CodeLink } from './link-code.ts'
import { hasRemedy, remedyOf } from './remedy.ts'
import { countsOf, deviceToCount, spotsOf } from './count-choice.ts'
import type { Spot } from './count-choice.ts'

export type InboxRow = {
  id: ExceptionId
  kind: ExceptionKind
  subject: string
  state: string
  hits: number
  body: Record<string, unknown>
}
export type Settlement = { choice: string; words: string; worker: Worker['id']; at: string }

/** The inbox inside the transaction of a decision. */
export interface Inbox {
  find(id: ExceptionId): Promise<InboxRow | null>
  settle(id: ExceptionId, settlement: Settlement): Promise<void>
  /** What the commands of an exception have moved and nobody has taken back, the newest first, at most so many. */
  moved(id: ExceptionId, limit: number): Promise<readonly Movement[]>
  /** Lots under an open recall, by `lotKey`. */
  recalled(): Promise<ReadonlySet<string>>
  /** Places that a handheld has touched last, or whose work it holds. */
  doubted(device: DeviceId): Promise<readonly Spot[]>
  /** Its token ends; what it still brings is kept for review. */
  revoke(device: DeviceId): Promise<void>
  /** Adds the code to its item for good, whatever the ERP sends of it; false = another item of the client has it. */
  link(link: CodeLink & { worker: Worker['id']; at: string }): Promise<boolean>
}

/** Movements of one cause that a remedy looks at; with more of them it moves nothing, rather than some. */
const MOVED_KEPT = 2_000

/** Who may settle it: the supervisor of the client, for master data and the ERP the integrator as well. */
export const mayHandle = (who: Worker, { kind, body }: Pick<InboxRow, 'kind' | 'body'>): boolean => {
  const client = typeof body['client'] === 'string' ? (body['client'] as ClientId) : null
  const isTheirs = who.clients === null || (client !== null && who.clients.includes(client))
  const hasRole = who.roles.includes('supervisor') || (who.roles.includes('integrator') && INTEGRATOR_KINDS.has(kind))
  return isTheirs && hasRole
}

type Desk = {
  rows: ReadonlyMap<ExceptionId, InboxRow & { movements: readonly Movement[] }>
  /** With what this transaction has decided so far. */
  world: World
  /** By `lotKey`. */
  recalled: ReadonlySet<string>
  settled: Set<ExceptionId>
  done: Effects[]
}

/**
 * Exceptions settled by a person, each taken or refused by itself; an id that was answered before gets the same answer. The
 * fact stays as it is: a choice says what is done about it, and what can be done from the desk is done in the same
 * transaction.
 */
export const settleExceptions = async (
  tx: DecisionTx,
  inbox: Inbox,
  who: Worker,
  asks: readonly SettleAsk[],
  now: string,
): Promise<readonly DecisionAnswer[]> => {
  const known = await tx.decisions.find(asks.map(ask => ask.id))
  const answers = new Map<string, { ask: SettleAsk; hash: string; answer: DecisionAnswer }>()
  const desk = await deskFor(
    tx,
    inbox,
    asks.filter(ask => !known.has(ask.id)),
  )
  const results: DecisionAnswer[] = []
  for (const ask of asks) {
    const hash = sha256Hex(JSON.stringify(ask))
    const before = known.get(ask.id) ?? answers.get(ask.id)
    if (before !== undefined) {
      results.push(before.hash === hash ? before.answer : refusal(ask, 'bad_request', null))
      continue
    }
    const answer = await settleOne(tx, inbox, desk, who, ask, now)
    answers.set(ask.id, { ask, hash, answer })
    results.push(answer)
  }
  if (answers.size === 0) return results
  await tx.write({
    body: { kind: 'exceptions', by: who.id, settled: [...answers.values()].map(({ ask }) => ask) },
    effects: merged(desk.done),
  })
  await keepAnswers(tx, who, [...answers.values()], now)
  return results
}

export const keepAnswers = (
  tx: DecisionTx,
  who: Worker,
  answers: readonly { ask: SettleAsk; hash: string; answer: DecisionAnswer }[],
  now: string,
): Promise<void> =>
  tx.decisions.keep(
    answers.map(({ ask, hash, answer }) => ({
      id: ask.id,
      kind: 'exception.settle',
      target: ask.exception,
      hash,
      answer,
      worker: who.id,
      at: now,
    })),
  )

export const refusal = ({ id }: SettleAsk, code: RefusalCode, of: InboxRow | null): DecisionAnswer => ({
  id,
  outcome: 'refused',
  code,
  version: of?.hits ?? null,
  state: of?.state ?? null,
})

const deskFor = async (tx: DecisionTx, inbox: Inbox, asks: readonly SettleAsk[]): Promise<Desk> => {
  const rows = new Map<ExceptionId, InboxRow & { movements: readonly Movement[] }>()
  for (const { exception } of asks) {
    const found = rows.has(exception) ? null : await inbox.find(exception)
    if (found !== null) rows.set(exception, { ...found, movements: await inbox.moved(exception, MOVED_KEPT + 1) })
  }
  const need = needOf([...rows.values()], asks)
  const { lines } = await tx.load(need)
  const documents = [...new Set([...need.documents, ...[...lines.values()].map(line => line.document)])]
  const items = [...new Set([...need.items, ...[...lines.values()].map(line => line.item)])]
  const world = makeWorld(await tx.load({ ...need, documents, items, everywhere: true }))
  const recalled = asks.some(ask => ask.choice === 'release') ? await inbox.recalled() : new Set<string>()
  return { rows, world, recalled, settled: new Set(), done: [] }
}

const needOf = (rows: readonly (InboxRow & { movements: readonly Movement[] })[], asks: readonly SettleAsk[]): Need => {
  const named = (key: string): string[] =>
    rows.flatMap(({ body }) => (typeof body[key] === 'string' && isUuid(body[key]) ? [body[key]] : []))
  const subjects = rows.flatMap(({ subject }) => subject.split('/')).filter(isUuid)
  const movements = rows.flatMap(row => row.movements)
  const items = [...named('item'), ...movements.map(m => m.item), ...asks.flatMap(({ args }) => args.item ?? [])]
  const said = ['location', 'to', 'from', 'place', 'said', 'books', 'tote'].flatMap(named)
  const places = [
    ...said,
    ...rows.flatMap(({ body }) => placesIn(body)),
    ...asks.flatMap(({ args }) => args.location ?? []),
    ...movements.flatMap(m => [m.from.location, m.to.location]),
  ]
  // What is called back may have a return already.
  const back = rows.flatMap(({ kind, subject }) => (kind === 'hold_ignored' ? returnOf(subject as DocumentId) : []))
  const orders = [...named('document'), ...named('order'), ...back, ...asks.flatMap(({ args }) => args.document ?? [])]
  const bound = rows.flatMap(({ body }) => (Array.isArray(body['tasks']) ? body['tasks'] : []))
  return {
    ...NO_NEED,
    // Who has reserved what was moved.
    takes: true,
    items: [...new Set([...items, ...subjects])] as ItemId[],
    locations: [...new Set(places)] as LocationId[],
    documents: [...new Set([...orders, ...subjects])] as DocumentId[],
    tasks: bound.filter(task => typeof task === 'string' && isUuid(task)) as TaskId[],
    lpns: [...new Set(named('lpn'))].filter(lpn => lpn !== NO_LPN) as LpnId[],
    lines: [...new Set([...named('line'), ...subjects])] as LineId[],
  }
}

/** Places that are said as an address. */
const placesIn = (body: Record<string, unknown>): readonly string[] =>
  Object.values(body).flatMap(value => {
    const { location } = (value ?? {}) as { location?: unknown }
    return typeof location === 'string' && isUuid(location) ? [location] : []
  })

const settleOne = async (
  tx: DecisionTx,
  inbox: Inbox,
  desk: Desk,
  who: Worker,
  ask: SettleAsk,
  now: string,
): Promise<DecisionAnswer> => {
  const found = desk.rows.get(ask.exception)
  if (found === undefined || !mayHandle(who, found)) return refusal(ask, 'not_found', null)
  const state = desk.settled.has(found.id) ? 'settled' : found.state
  if (state !== 'open' || found.hits !== ask.expectedVersion) return refusal(ask, 'stale', { ...found, state })
  if (!CHOICES[found.kind].includes(ask.choice)) return refusal(ask, 'bad_request', found)
  if (found.movements.length > MOVED_KEPT && hasRemedy(found.kind, ask.choice)) return refusal(ask, 'over_bulk', found)
  const cured =
    ask.choice === 'link'
      ? await linkOne(tx, inbox, desk, who, ask, now)
      : remedyOf({ view: desk.world, recalled: desk.recalled, trouble: found, args: ask.args, now }, ask.choice)
  if (typeof cured === 'string') return refusal(ask, cured, found)
  const counts = ask.choice === 'count' ? await toCount(tx, inbox, desk, found) : []
  if (counts === null) return refusal(ask, 'gone', found)
  if (ask.choice === 'revoke') await inbox.revoke(found.body['device'] as DeviceId)
  const effects = merged([cured, { ...NOTHING, tasks: counts }])
  desk.world.apply(effects)
  desk.done.push(effects)
  desk.settled.add(found.id)
  await inbox.settle(found.id, { choice: ask.choice, words: ask.words, worker: who.id, at: now })
  return { id: ask.id, outcome: 'done', version: found.hits, state: 'settled' }
}

/** The code means the item from now on, for every handheld; where goods were counted under it they are counted anew. */
const linkOne = async (
  tx: DecisionTx,
  inbox: Inbox,
  desk: Desk,
  who: Worker,
  { exception, args }: SettleAsk,
  now: string,
): Promise<Effects | RefusalCode> => {
  const found = desk.rows.get(exception)
  const item = args.item === undefined ? undefined : desk.world.item(args.item)
  if (found === undefined || item === undefined) return 'bad_request'
  const link = linkedOf(item, args.packaging ?? null, found)
  if (link === null) return 'bad_request'
  if (!(await inbox.link({ ...link, worker: who.id, at: now }))) return 'linked'
  const spots = spotsOf(desk.world, { ...found, body: { ...found.body, client: item.client, item: item.id } })
  return { ...NOTHING, tasks: await countsOf(tx, madeBy(desk), found.kind, spots) }
}

const madeBy = ({ done }: Desk): readonly Task[] => done.flatMap(effects => effects.tasks)

/** Null = nothing that it is about can be looked at. */
const toCount = async (
  tx: DecisionTx,
  inbox: Inbox,
  desk: Desk,
  found: InboxRow & { movements: readonly Movement[] },
): Promise<readonly Task[] | null> => {
  const device = deviceToCount(found)
  const spots = device === null ? spotsOf(desk.world, found) : await inbox.doubted(device)
  return spots.length === 0 ? null : countsOf(tx, madeBy(desk), found.kind, spots)
}
