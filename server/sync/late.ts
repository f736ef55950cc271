import type { Worker } from '../../shared/catalogue.ts'
import type { LateAsk, LateState, LateStep } from '../../shared/desk/late.ts'
import { TRUSTED_QUARANTINE } from '../../shared/exception.ts'
import type { QuarantineReason, RefusalCode } from '../../shared/exception.ts'
import type { DeviceId, ItemId, LocationId, WarehouseId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import type { Effects } from '../../shared/ledger/effects.ts'
import { makeWorld } from '../../shared/ledger/world.ts'
import type { World } from '../../shared/ledger/world.ts'
import type { Command } from '../../shared/sync/command.ts'
import type { DecisionAnswer } from '../../shared/sync/decision.ts'
import { sha256Hex } from '../../shared/sync/seal.ts'
import { needOf } from './need.ts'
import type { DecisionTx } from './ports.ts'
import { readBody } from './prepare.ts'
import type { Prepared } from './prepare.ts'
import { bookKept, judgedAgain, mayBe } from './reprocess.ts'
import type { Broke, Roll } from './reprocess.ts'

/** A step that a handheld brought after it had been given up. */
export type KeptStep = Pick<LateAsk, 'epoch' | 'seq' | 'hash'> & {
  v: number
  body: string
  /** What was wrong with it when it came; null = nothing. */
  flaw: QuarantineReason | null
  receivedAt: string
  state: LateState
  decided: LateStep['decided']
}

/** The steps of one handheld inside the transaction of a decision. */
export interface LateBook extends Roll {
  device: DeviceId
  /** Under a lock. */
  find(of: Pick<LateAsk, 'epoch' | 'seq' | 'hash'>): Promise<KeptStep | null>
  /** Whether a step before this number of its epoch waits still. */
  hasEarlier(of: Pick<LateAsk, 'epoch' | 'seq'>): Promise<boolean>
  /** Its handheld works and has not come to this number: it will send the step itself, and twice is wrong. */
  mayStillCome(of: Pick<LateAsk, 'epoch' | 'seq'>): Promise<boolean>
  /** What was decided of the step of this number; null = it is none of these. */
  stateOf(of: Pick<LateAsk, 'epoch' | 'seq'>): Promise<LateState | null>
  settle(ask: LateAsk, state: LateState, by: { worker: Worker['id']; at: string }): Promise<void>
  /** When these places were counted last: whole by their id, one item of them by `countKey`. */
  countedAt(places: readonly LocationId[]): Promise<ReadonlyMap<string, string>>
}

export const countKey = (place: string, item: string): string => `${place} ${item}`

/** What is wrong with the steps of a push that is kept: as at a push that is booked, but for what needs the books. */
export const flawsOf = (
  prepared: readonly Prepared[],
  isFirstLinked: (first: Prepared) => boolean,
): readonly (Prepared & { flaw: QuarantineReason | null })[] => {
  let isChained = true
  return prepared.map((p, i) => {
    // Behind a break nothing is known of whose the bodies are.
    isChained &&= i === 0 ? isFirstLinked(p) : p.linked === true
    return { ...p, flaw: p.flaw === 'bad_signature' || isChained ? p.flaw : 'broken_chain' }
  })
}

/**
 * One step is booked as it would have been, by the rules and with the goods of today and with the time at which it was done,
 * so that a count since is corrected by it; or it is discarded, with words. Booked are the steps of an epoch in their order.
 */
export const decideLate = async (
  tx: DecisionTx,
  book: LateBook,
  who: Worker,
  ask: LateAsk,
  at: { now: string; broke: Broke },
): Promise<DecisionAnswer> => {
  const hash = sha256Hex(JSON.stringify([book.device, ask]))
  const before = (await tx.decisions.find([ask.id])).get(ask.id)
  if (before !== undefined) return before.hash === hash ? before.answer : refusal(ask, 'bad_request')
  const step = await book.find(ask)
  if (step === null) return refusal(ask, 'not_found')
  const state = ask.choice === 'book' ? 'booked' : 'discarded'
  const code = step.state === 'kept' ? null : 'stale'
  const done = code ?? (ask.choice === 'book' ? await bookedOf(tx, book, step, at) : DISCARDED)
  const answer: DecisionAnswer =
    typeof done === 'string' ? refusal(ask, done) : { id: ask.id, outcome: 'done', version: null, state }
  const { epoch, seq } = step
  const of = { device: book.device, epoch, seq }
  const body = { kind: 'device.late', by: who.id, of, command: step.body, choice: ask.choice, words: ask.words }
  if (typeof done === 'string') await tx.write({ body, effects: NOTHING })
  else {
    await tx.write({ ...done, body })
    await book.settle(ask, state, { worker: who.id, at: at.now })
  }
  const kept = { id: ask.id, kind: 'device.late' as const, target: book.device, hash, answer }
  await tx.decisions.keep([{ ...kept, worker: who.id, at: at.now }])
  return answer
}

const DISCARDED = { effects: NOTHING, awaits: null, messages: [] }

const refusal = ({ id }: LateAsk, code: RefusalCode): DecisionAnswer => {
  return { id, outcome: 'refused', code, version: null, state: null }
}

const isTrusted = ({ flaw }: KeptStep): boolean => flaw === null || TRUSTED_QUARANTINE.includes(flaw)

const bookedOf = async (
  tx: DecisionTx,
  book: LateBook,
  step: KeptStep,
  { now, broke }: { now: string; broke: Broke },
): Promise<Exclude<Awaited<ReturnType<typeof bookKept>>, RefusalCode> | RefusalCode> => {
  if (!isTrusted(step)) return 'untrusted'
  if (await book.mayStillCome(step)) return 'expected'
  if (await book.hasEarlier(step)) return 'unsettled'
  if (await takesNothingBack(book, readBody(step).command)) return 'gone'
  return bookKept(tx, book, { ...step, device: book.device, movements: [] }, now, broke)
}

/** An undo of what was discarded: there is nothing to be taken back. */
const takesNothingBack = async (book: LateBook, command: Command | null): Promise<boolean> =>
  command?.type === 'undo' && (await book.stateOf(command.of)) === 'discarded'

/** What each step is and would do, one after the other; nothing is written. */
export const previewLate = async (
  tx: DecisionTx,
  book: LateBook,
  steps: readonly KeptStep[],
): Promise<readonly LateStep[]> => {
  const { warehouse } = tx.counts
  const read = await Promise.all(steps.map(step => readOf(book, step, warehouse)))
  const commands = read.flatMap(({ step, command }) => (step.state === 'kept' && command !== null ? [command] : []))
  const world = makeWorld(await tx.load(needOf(warehouse, commands)))
  const would = read.map(one =>
    one.step.state === 'kept' ? wouldDo(world, book.device, one) : { ...one, effects: NOTHING },
  )
  const places = would.flatMap(one => spotsOf(one.effects).map(spot => spot.place))
  const counted = await book.countedAt([...new Set(places)])
  return would.map(one => shown(one, counted))
}

type Read = { step: KeptStep; command: Command | null; bar: string | null }

const readOf = async (book: LateBook, step: KeptStep, warehouse: WarehouseId): Promise<Read> => {
  const { command, flaw } = readBody(step)
  if (!isTrusted(step) || command === null) return { step, command: null, bar: step.flaw ?? flaw ?? 'unreadable' }
  if (!(await mayBe(book, command, { ...step, device: book.device, warehouse })))
    return { step, command: null, bar: 'not_authorised' }
  if (await book.mayStillCome(step)) return { step, command, bar: 'expected' }
  return { step, command, bar: (await takesNothingBack(book, command)) ? 'gone' : null }
}

const wouldDo = (world: World, device: DeviceId, { step, command, bar }: Read): Read & { effects: Effects } => {
  if (command === null || bar !== null) return { step, command, bar, effects: NOTHING }
  const judged = judgedAgain(world, command, { ...step, device }, () => {})
  if (typeof judged === 'string') return { step, command, bar: judged, effects: NOTHING }
  world.apply(judged)
  return { step, command, bar, effects: judged }
}

/** Which goods it touches where. */
const spotsOf = ({ movements, observations }: Effects): readonly { place: LocationId; item: ItemId }[] => [
  ...movements.flatMap(({ item, from, to }) => [from.location, to.location].map(place => ({ place, item }))),
  ...observations.map(({ key }) => ({ place: key.location, item: key.item })),
]

const shown = (
  { step, command, bar, effects }: Read & { effects: Effects },
  counted: ReadonlyMap<string, string>,
): LateStep => {
  const { epoch, seq, hash, state, receivedAt, decided } = step
  const since = new Map<string, string>()
  for (const { place, item } of spotsOf(effects))
    for (const at of [counted.get(place), counted.get(countKey(place, item))])
      if (at !== undefined && command !== null && at >= command.at) since.set(place, at)
  return {
    epoch,
    seq,
    hash,
    state,
    receivedAt,
    decided,
    bar,
    act: command === null ? null : { type: command.type, worker: command.worker, at: command.at },
    moves: effects.movements.map(({ item, lot, serial, qty, from, to }) => {
      return { item, lot, serial, qty, from: from.location, to: to.location }
    }),
    counts: effects.observations.map(({ key, seen }) => {
      return { item: key.item, lot: key.lot, serial: key.serial, seen, place: key.location }
    }),
    troubles: effects.exceptions.map(one => one.kind),
    since: [...since].map(([place, at]) => ({ place, at })),
  }
}
