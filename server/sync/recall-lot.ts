import type { Claim, Line, Task } from '../../shared/catalogue.ts'
import type { LotKey, RecallAsk } from '../../shared/desk/recall.ts'
import { derivedId } from '../../shared/ids.ts'
import type { DocumentId, TaskId, WorkerId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import type { Effects, ExceptionDraft } from '../../shared/ledger/effects.ts'
import { keyOf, stockKeyText } from '../../shared/ledger/stock.ts'
import type { Movement, StockKey, StockRow, StockStatus } from '../../shared/ledger/stock.ts'
import { makeWorld } from '../../shared/ledger/world.ts'
import type { View } from '../../shared/ledger/world.ts'
import { isMobile } from '../../shared/process/pick-lines.ts'
import { putBackTask } from '../../shared/process/putback-task.ts'
import { isVirtual } from '../../shared/process/virtual.ts'
import type { DecisionAnswer } from '../../shared/sync/decision.ts'
import { sha256Hex } from '../../shared/sync/seal.ts'
import { NO_NEED } from './ports.ts'
import type { DecisionTx } from './ports.ts'

/** `wasBlocked`: somebody else keeps the lot blocked, the recall or not. */
export type Recall = { id: string; state: 'open' | 'ended'; version: number; wasBlocked: boolean }
/** A stock row as it was blocked, and what it was before. */
export type BlockedRow = { key: StockKey; was: StockStatus; qty: number }

/** Recalls inside the transaction of a decision. */
export interface RecallBook {
  /** The newest one of the lot. */
  newest(lot: LotKey): Promise<Recall | null>
  /** Orders that hold goods of the lot, and tasks that carry them and that nobody has begun. */
  concerned(lot: LotKey): Promise<{ documents: readonly DocumentId[]; tasks: readonly TaskId[] }>
  open(recall: {
    id: string
    lot: LotKey
    reason: string
    worker: WorkerId
    now: string
    wasBlocked: boolean
  }): Promise<void>
  /** Whoever kept the lot blocked besides the recall does so no longer. */
  freed(recall: string): Promise<void>
  end(recall: { id: string; reason: string; worker: WorkerId; now: string }): Promise<void>
  remember(recall: string, rows: readonly BlockedRow[]): Promise<void>
  remembered(recall: string): Promise<readonly BlockedRow[]>
}

type At = { who: WorkerId; now: string }

/** Blocks a lot or ends that, on the version that was seen. The same id again gets the same answer. */
export const decideRecall = async (
  tx: DecisionTx,
  book: RecallBook,
  ask: RecallAsk & { expectedVersion: number },
  at: At,
): Promise<DecisionAnswer> => {
  const hash = sha256Hex(JSON.stringify([ask.act, ask.client, ask.item, ask.lot, ask.reason, ask.expectedVersion]))
  const before = (await tx.decisions.find([ask.id])).get(ask.id)
  if (before !== undefined)
    return before.hash === hash ? before.answer : refusal(ask.id, 'bad_request', before.answer.version)
  const lot: LotKey = { client: ask.client, item: ask.item, lot: ask.lot }
  const present = await book.newest(lot)
  const version = present?.version ?? 0
  const isOpen = present?.state === 'open'
  if (version !== ask.expectedVersion || isOpen === (ask.act === 'block')) return refusal(ask.id, 'stale', version)
  if (ask.act === 'block') await block(tx, book, lot, { ...at, id: ask.id, reason: ask.reason })
  else if (present !== null) await release(tx, book, lot, { ...at, ...present, reason: ask.reason })
  const answer: DecisionAnswer = {
    id: ask.id,
    outcome: 'done',
    version: version + 1,
    state: ask.act === 'block' ? 'open' : 'ended',
  }
  const target = isOpen ? present.id : ask.id
  const kind = ask.act === 'block' ? ('lot.block' as const) : ('lot.release' as const)
  await tx.decisions.keep([{ id: ask.id, kind, target, hash, answer, worker: at.who, at: at.now }])
  return answer
}

const refusal = (id: string, code: string, version: number | null): DecisionAnswer => ({
  id,
  outcome: 'refused',
  code,
  version,
  state: null,
})

const block = async (
  tx: DecisionTx,
  book: RecallBook,
  lot: LotKey,
  { id, reason, who, now }: At & { id: string; reason: string },
): Promise<void> => {
  const { effects, rows, told } = await blockOf(tx, book, lot, now)
  await tx.write({ body: { kind: 'lot.block', by: who, ...lot, reason }, effects: { ...effects, exceptions: told } })
  await book.open({ id, lot, reason, worker: who, now, wasBlocked: effects.lots.length === 0 })
  await book.remember(id, rows)
}

/** Goods of a recalled lot that have turned up since: received, returned, found, or left open by the ERP. */
export const blockArrived = async (
  tx: DecisionTx,
  book: RecallBook,
  lot: LotKey,
  recall: string,
  now: string,
): Promise<boolean> => {
  const present = await book.newest(lot)
  // It may have ended since somebody looked.
  if (present?.id !== recall || present.state !== 'open') return false
  const { effects, rows } = await blockOf(tx, book, lot, now)
  if (rows.length === 0 && effects.lots.length === 0) return false
  const exceptions = rows.length === 0 ? [] : [turnedUp(tx, lot, rows)]
  await tx.write({ body: { kind: 'lot.arrived', ...lot, recall }, effects: { ...effects, exceptions } })
  if (effects.lots.length > 0) await book.freed(recall)
  await book.remember(recall, rows)
  return true
}

/** Named by the commit: each time that something turns up is a row of its own, however the last one was settled. */
const toldId = ({ feed }: DecisionTx, ...of: readonly string[]): string =>
  derivedId('exception', 'lot_blocked', feed.epoch, feed.seq, ...of)

const turnedUp = (tx: DecisionTx, lot: LotKey, rows: readonly BlockedRow[]): ExceptionDraft => ({
  id: toldId(tx, lot.item, lot.lot),
  kind: 'lot_blocked',
  subject: `${lot.item}/${lot.lot}`,
  body: { ...lot, location: rows[0]?.key.location ?? '', qty: rows.reduce((sum, row) => sum + row.qty, 0) },
})

/**
 * Everything that blocking does; rows that are blocked or damaged already stay as they are. `told`: the orders that have goods
 * of it in hand, whom only the decision itself tells.
 */
const blockOf = async (
  tx: DecisionTx,
  book: RecallBook,
  lot: LotKey,
  now: string,
): Promise<{ effects: Effects; rows: readonly BlockedRow[]; told: readonly ExceptionDraft[] }> => {
  const { documents, tasks } = await book.concerned(lot)
  const tables = await tx.load({ ...NO_NEED, items: [lot.item], lots: [lot], documents, tasks, everywhere: true })
  const view = makeWorld(tables)
  const isMine = (one: { lot: string }): boolean => one.lot === lot.lot
  const lines = [...tables.lines.values()].filter(line => line.item === lot.item && line.claims.some(isMine))
  const rows = view.stockOf(lot.client, lot.item).flatMap(row => blockable(view, row, lot, lines))
  const before = view.lot(lot.client, lot.item, lot.lot)
  const whole = before ?? { ...lot, expiry: null, firstReceivedAt: null, blocked: false }
  return {
    rows,
    told: ordersTold(tx, view, lines, lot),
    effects: {
      ...NOTHING,
      movements: rows.map(row => statusMove(row.key, 'blocked', row.qty, now)),
      // Nobody has these goods in hand yet: the line looks for others.
      lines: lines
        .filter(line => line.claims.some(claim => isMine(claim) && !isMobile(view, claim.location)))
        .map(line => ({
          ...line,
          claims: line.claims.filter(claim => !isMine(claim) || isMobile(view, claim.location)),
        })),
      tasks: [...lines.flatMap(line => putBacks(view, line, lot)), ...[...tables.tasks.values()].flatMap(goodsOf(lot))],
      lots: whole.blocked ? [] : [{ ...whole, blocked: true }],
    },
  }
}

const GOOD: ReadonlySet<StockStatus> = new Set(['available', 'inspection'])

/** What is picked stays its order's until it is put back; then it is blocked where it lies. */
const blockable = (view: View, row: StockRow, { lot }: LotKey, lines: readonly Line[]): BlockedRow[] => {
  if (row.lot !== lot || !GOOD.has(row.status) || isVirtual(view.location(row.location))) return []
  const picked = isMobile(view, row.location)
    ? lines
        .flatMap(line => line.claims)
        .filter(claim => claim.location === row.location && claim.lpn === row.lpn && isSame(claim, row))
        .reduce((sum, claim) => sum + claim.qty, 0)
    : 0
  const qty = row.onHand - picked
  return qty > 0 ? [{ key: keyOf(row), was: row.status, qty }] : []
}

const isSame = (claim: Claim, row: StockRow): boolean =>
  claim.status === row.status && claim.lot === row.lot && claim.serial === row.serial

const statusMove = (key: StockKey, status: StockStatus, qty: number, now: string): Movement => {
  const { client, item, lot, serial, location, lpn } = key
  const from = { location, lpn, status: key.status }
  return { client, item, lot, serial, from, to: { location, lpn, status }, qty, takenAt: now, at: now, unc: 0 }
}

const pickedOf = (view: View, line: Line, { lot }: LotKey): readonly Claim[] =>
  line.claims.filter(claim => claim.lot === lot && isMobile(view, claim.location))

/** Once for what lies in a tote: a task that waits for it already is not made larger. */
const putBacks = (view: View, line: Line, lot: LotKey): Task[] =>
  pickedOf(view, line, lot).flatMap(claim => {
    const { location, lpn, status, serial, qty } = claim
    const goods = { client: line.client, document: line.document, line: line.id, item: line.item, lot: lot.lot, serial }
    const task = putBackTask(view, { ...goods, to: null, qty, from: { location, lpn, status }, cause: 'recall' })
    return view.task(task.id) === undefined || (task.goods?.qty ?? 0) === qty ? [task] : []
  })

/** Nobody has begun them: what goes to a shelf goes there blocked, what would fill a pick face is not wanted any more. */
const goodsOf =
  ({ item, lot }: LotKey) =>
  (task: Task): Task[] => {
    const { goods, state, kind } = task
    if (goods?.item !== item || goods.lot !== lot || !GOOD.has(goods.from.status) || kind === 'putback') return []
    if (state !== 'ready' && state !== 'planned') return []
    if (kind !== 'putaway') return [{ ...task, state: 'cancelled', lease: null }]
    return [{ ...task, goods: { ...goods, from: { ...goods.from, status: 'blocked' } } }]
  }

/** Orders that have goods of the lot in hand: a person sees to each. */
const ordersTold = (tx: DecisionTx, view: View, lines: readonly Line[], lot: LotKey): ExceptionDraft[] => {
  const documents = new Map<DocumentId, number>()
  for (const line of lines)
    for (const claim of pickedOf(view, line, lot))
      documents.set(line.document, (documents.get(line.document) ?? 0) + claim.qty)
  return [...documents].map(([id, qty]) => ({
    id: toldId(tx, id, lot.item, lot.lot),
    kind: 'lot_blocked',
    subject: `${id}/${lot.item}/${lot.lot}`,
    body: { ...lot, document: id, number: view.document(id)?.number ?? '', qty },
  }))
}

/**
 * Gives back what this recall has blocked and what still lies where it was blocked; the rest is a person's to look at. A lot
 * that was blocked before stays blocked.
 */
const release = async (
  tx: DecisionTx,
  book: RecallBook,
  lot: LotKey,
  { id, wasBlocked, reason, who, now }: At & Pick<Recall, 'id' | 'wasBlocked'> & { reason: string },
): Promise<void> => {
  const tables = await tx.load({ ...NO_NEED, items: [lot.item], lots: [lot], everywhere: true })
  const view = makeWorld(tables)
  const left = new Map<string, number>()
  const movements = (await book.remembered(id)).flatMap(({ key, was, qty }) => {
    const blocked: StockKey = { ...key, status: 'blocked' }
    const name = stockKeyText(blocked)
    const onHand = left.get(name) ?? view.stock(blocked).onHand
    const back = Math.min(qty, Math.max(0, onHand))
    left.set(name, onHand - back)
    return back > 0 ? [statusMove(blocked, was, back, now)] : []
  })
  const before = view.lot(lot.client, lot.item, lot.lot)
  const lots = before === undefined || wasBlocked ? [] : [{ ...before, blocked: false }]
  await tx.write({
    body: { kind: 'lot.release', by: who, ...lot, reason },
    effects: { ...NOTHING, movements, lots },
  })
  await book.end({ id, reason, worker: who, now })
}
