import type { Task } from '../../shared/catalogue.ts'
import type { Stocktake, StocktakeAct, StocktakeId, StocktakeReport } from '../../shared/desk/stocktake.ts'
import { MAX_PLACES } from '../../shared/desk/stocktake.ts'
import type { RefusalCode } from '../../shared/exception.ts'
import { derivedId } from '../../shared/ids.ts'
import type { ClientId, LocationId, TaskId, WorkerId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import type { DecisionAnswer } from '../../shared/sync/decision.ts'
import { sha256Hex } from '../../shared/sync/seal.ts'
import type { DecisionTx } from './ports.ts'
import { wholeCounts } from './whole-counts.ts'

/** A place to be counted, and whose goods lie there first. */
export type StocktakePlace = { location: LocationId; client: ClientId }

/** Stocktakes inside the transaction of a decision. */
export interface StocktakeBook {
  running(): Promise<StocktakeId | null>
  find(id: StocktakeId): Promise<Stocktake | null>
  places(zones: readonly string[], limit: number): Promise<readonly StocktakePlace[]>
  open(stocktake: {
    id: StocktakeId
    zones: readonly string[]
    blind: boolean
    worker: WorkerId
    now: string
    commit: number
    places: readonly StocktakePlace[]
  }): Promise<void>
  /** False = the place is none of it. */
  skip(id: StocktakeId, place: LocationId, reason: string, by: WorkerId): Promise<boolean>
  report(id: StocktakeId): Promise<StocktakeReport>
  /** Counts of it that nobody has begun. */
  waitingTasks(id: StocktakeId): Promise<readonly Task[]>
  close(id: StocktakeId, by: WorkerId, now: string, commit: number, report: StocktakeReport): Promise<void>
}

type At = { who: WorkerId; now: string }
type Outcome = { code: RefusalCode } | { stocktake: StocktakeId; kind: 'open' | 'skip' | 'close'; state: string }

/** Opens a stocktake, leaves a place out of it, or closes it. The same id again gets the same answer. */
export const decideStocktake = async (
  tx: DecisionTx,
  book: StocktakeBook,
  ask: StocktakeAct,
  at: At,
): Promise<DecisionAnswer> => {
  const hash = sha256Hex(JSON.stringify(ask))
  const before = (await tx.decisions.find([ask.id])).get(ask.id)
  if (before !== undefined)
    return before.hash === hash ? before.answer : { ...before.answer, outcome: 'refused', code: 'bad_request' }
  const done = await act(tx, book, ask, at)
  if ('code' in done) return { id: ask.id, outcome: 'refused', code: done.code, version: null, state: null }
  const answer: DecisionAnswer = { id: ask.id, outcome: 'done', version: null, state: done.state }
  const kind = `stocktake.${done.kind}` as const
  await tx.decisions.keep([{ id: ask.id, kind, target: done.stocktake, hash, answer, worker: at.who, at: at.now }])
  return answer
}

const act = (tx: DecisionTx, book: StocktakeBook, ask: StocktakeAct, at: At): Promise<Outcome> => {
  switch (ask.act) {
    case 'open':
      return open(tx, book, ask, at)
    case 'skip':
      return skip(tx, book, ask, at)
    case 'close':
      return close(tx, book, ask, at)
  }
}

export const stocktakeOf = (decision: string): StocktakeId => derivedId<'stocktake'>('stocktake', decision)

/** One count for every place, empty ones too; a count of the whole place that is open already serves as well. */
const open = async (
  tx: DecisionTx,
  book: StocktakeBook,
  { id, zones, blind }: Extract<StocktakeAct, { act: 'open' }>,
  { who, now }: At,
): Promise<Outcome> => {
  if ((await book.running()) !== null) return { code: 'stale' }
  const places = await book.places(zones, MAX_PLACES + 1)
  if (places.length === 0) return { code: 'not_found' }
  if (places.length > MAX_PLACES) return { code: 'too_large' }
  const stocktake = stocktakeOf(id)
  const idOf = (place: LocationId): TaskId => stocktakeTask(stocktake, place)
  const tasks = await wholeCounts(tx, places, { cause: CAUSE, idOf, isBlind: () => blind })
  await tx.write({
    body: { kind: 'stocktake.open', by: who, stocktake, zones, blind, places: places.length },
    effects: { ...NOTHING, tasks },
  })
  await book.open({ id: stocktake, zones, blind, worker: who, now, commit: tx.feed.seq, places })
  return { stocktake, kind: 'open', state: 'open' }
}

const CAUSE = 'stocktake'

export const stocktakeTask = (stocktake: StocktakeId, location: LocationId): TaskId =>
  derivedId<'task'>('task', 'stocktake', stocktake, location)

const skip = async (
  tx: DecisionTx,
  book: StocktakeBook,
  { stocktake, place, reason }: Extract<StocktakeAct, { act: 'skip' }>,
  { who }: At,
): Promise<Outcome> => {
  const found = await book.find(stocktake)
  if (found === null) return { code: 'not_found' }
  if (found.state !== 'open') return { code: 'stale' }
  if (!(await book.skip(stocktake, place, reason, who))) return { code: 'not_found' }
  await tx.write({ body: { kind: 'stocktake.skip', by: who, stocktake, place, reason }, effects: NOTHING })
  return { stocktake, kind: 'skip', state: 'open' }
}

/** Not while a place is neither settled nor left out with a reason, nor (unless asked twice) while handhelds hold steps back. */
const close = async (
  tx: DecisionTx,
  book: StocktakeBook,
  ask: Extract<StocktakeAct, { act: 'close' }>,
  { who, now }: At,
): Promise<Outcome> => {
  const found = await book.find(ask.stocktake)
  if (found === null) return { code: 'not_found' }
  if (found.state !== 'open' || found.version !== ask.expectedVersion) return { code: 'stale' }
  const report = await book.report(ask.stocktake)
  if (report.all.settled + report.all.skipped < report.all.places) return { code: 'unsettled' }
  if (report.waiting > 0 && !ask.early) return { code: 'provisional' }
  const tasks = (await book.waitingTasks(ask.stocktake)).map((task): Task => ({ ...task, state: 'cancelled' }))
  await tx.write({
    body: { kind: 'stocktake.close', by: who, stocktake: ask.stocktake, totals: report.totals },
    effects: { ...NOTHING, tasks },
  })
  await book.close(ask.stocktake, who, now, tx.feed.seq, report)
  return { stocktake: ask.stocktake, kind: 'close', state: 'closed' }
}
