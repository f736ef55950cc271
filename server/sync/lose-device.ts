import { MAX_LOSS_PLACES, placesInDoubt } from '../../shared/desk/loss.ts'
import type { InDoubt, LossAct, LossHeld, LossId, LossKnown } from '../../shared/desk/loss.ts'
import type { RefusalCode } from '../../shared/exception.ts'
import { derivedId } from '../../shared/ids.ts'
import type { ClientId, LocationId, TaskId, WorkerId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import type { ExceptionDraft } from '../../shared/ledger/effects.ts'
import { makeWorld } from '../../shared/ledger/world.ts'
import { policyFor } from '../../shared/policy.ts'
import type { DecisionAnswer } from '../../shared/sync/decision.ts'
import { sha256Hex } from '../../shared/sync/seal.ts'
import { givenBack } from './lease.ts'
import { NO_NEED } from './ports.ts'
import type { DecisionTx } from './ports.ts'
import { wholeCounts } from './whole-counts.ts'

/** A place in doubt, and whose goods lie there first. */
export type LossPlace = InDoubt & { client: ClientId }
/** A handheld as the server knows it. */
export type LosingDevice = {
  number: number
  version: number
  isLost: boolean
  known: LossKnown
  held: LossHeld
  tasks: readonly TaskId[]
}

/** Handhelds inside the transaction of a decision. */
export interface LossBook {
  find(): Promise<LosingDevice | null>
  /** Every place of its work, then those of its last numbers, the latest first. */
  places(): Promise<readonly LossPlace[]>
  /** Revokes it under the next version, and keeps what was known. */
  lose(loss: {
    id: LossId
    reason: string
    worker: WorkerId
    now: string
    known: LossKnown
    held: LossHeld
    places: readonly LossPlace[]
    beyond: number
  }): Promise<void>
}

type At = { who: WorkerId; now: string }

/** Says that a handheld is lost, on what was seen of it. The same id again gets the same answer. */
export const loseDevice = async (tx: DecisionTx, book: LossBook, ask: LossAct, at: At): Promise<DecisionAnswer> => {
  const hash = sha256Hex(JSON.stringify([ask.device, ask.expectedVersion, ask.acked, ask.reason]))
  const before = (await tx.decisions.find([ask.id])).get(ask.id)
  if (before !== undefined) return before.hash === hash ? before.answer : refusal(ask.id, 'bad_request', null)
  const device = await book.find()
  if (device === null) return refusal(ask.id, 'not_found', null)
  const { version, known } = device
  // Whoever is heard of again is not lost: somebody looks once more.
  if (device.isLost || version !== ask.expectedVersion || known.acked !== ask.acked)
    return refusal(ask.id, 'stale', version)
  await lose(tx, book, device, ask, at)
  const answer: DecisionAnswer = { id: ask.id, outcome: 'done', version: version + 1, state: 'lost' }
  const kept = { id: ask.id, kind: 'device.lost' as const, target: ask.device, hash, answer }
  await tx.decisions.keep([{ ...kept, worker: at.who, at: at.now }])
  return answer
}

const refusal = (id: string, code: RefusalCode, version: number | null): DecisionAnswer => ({
  id,
  outcome: 'refused',
  code,
  version,
  state: null,
})

export const lossOf = (decision: string): LossId => derivedId<'loss'>('loss', decision)
export const lossTask = (loss: LossId, location: LocationId): TaskId =>
  derivedId<'task'>('task', 'loss', loss, location)

/** Its work is free, the places in doubt are to be counted, and one exception stands for it until a person closes it. */
const lose = async (
  tx: DecisionTx,
  book: LossBook,
  { number, known, held, tasks }: LosingDevice,
  { id, device, reason }: LossAct,
  { who, now }: At,
): Promise<void> => {
  const loss = lossOf(id)
  const all = placesInDoubt(await book.places(), known)
  const places = all.slice(0, MAX_LOSS_PLACES)
  const beyond = all.length - places.length
  const tables = await tx.load({ ...NO_NEED, tasks })
  const freed = tasks.flatMap(task => tables.tasks.get(task) ?? []).map(givenBack)
  const { policies } = makeWorld(tables)
  const isBlind = (client: ClientId): boolean => policyFor(policies, client).count.blind.plan
  const idOf = (place: LocationId): TaskId => lossTask(loss, place)
  const counts = await wholeCounts(tx, places, { cause: CAUSE, idOf, isBlind })
  const had = new Set(tasks)
  const free = counts.map(task => (had.has(task.id) ? givenBack(task) : task))
  const changed = new Map([...freed, ...free].map(task => [task.id, task]))
  const exception: ExceptionDraft = {
    id: derivedId('exception', 'device_lost', loss),
    kind: 'device_lost',
    subject: device,
    body: { device, number: String(number), loss, missing: known.missing, places: places.length, by: who, reason },
  }
  await tx.write({
    body: { kind: 'device.lost', by: who, device, loss, reason, missing: known.missing, places: places.length },
    effects: { ...NOTHING, tasks: [...changed.values()], exceptions: [exception] },
  })
  await book.lose({ id: loss, reason, worker: who, now, known, held, places, beyond })
}

const CAUSE = 'lost'
