import type { Worker } from '../../shared/catalogue.ts'
import { CHOICES } from '../../shared/exception-choices.ts'
import { TRUSTED_QUARANTINE } from '../../shared/exception.ts'
import type { QuarantineReason, RefusalCode } from '../../shared/exception.ts'
import { derivedId } from '../../shared/ids.ts'
import type { DeviceId, DocumentId, WarehouseId, WorkerId } from '../../shared/ids.ts'
import { merged, NOTHING } from '../../shared/ledger/effects.ts'
import type { Effects, ExceptionDraft } from '../../shared/ledger/effects.ts'
import type { Movement } from '../../shared/ledger/stock.ts'
import { makeWorld } from '../../shared/ledger/world.ts'
import type { World } from '../../shared/ledger/world.ts'
import { judge } from '../../shared/process/judge.ts'
import { correctedTimes } from '../../shared/sync/clock.ts'
import type { Command, CommandKey } from '../../shared/sync/command.ts'
import type { DecisionAnswer } from '../../shared/sync/decision.ts'
import { sha256Hex } from '../../shared/sync/seal.ts'
import type { ExceptionId, SettleAsk } from '../../shared/sync/settle.ts'
import { authorised, awaitsOf } from './apply.ts'
import { needOf } from './need.ts'
import { outboundMessage } from './outbound-message.ts'
import type { DecisionTx, MessageWrite } from './ports.ts'
import { envelopeFits, readBody } from './prepare.ts'
import { keepAnswers, mayHandle, refusal } from './settle-exceptions.ts'
import type { Inbox, InboxRow } from './settle-exceptions.ts'

/** A command as it was kept, with what it has moved already (to the unknown place, as its own was not known). */
export type KeptCommand = {
  device: DeviceId
  epoch: string
  seq: number
  v: number
  body: string
  receivedAt: string
  movements: readonly Movement[]
  /** Its handheld has taken it back meanwhile. */
  isTakenBack: boolean
}
export interface Roll {
  /** The person by that version of the roster. */
  worker(id: WorkerId, roster: number): Promise<Worker | null>
}
export interface Quarantine extends Inbox, Roll {
  command(id: ExceptionId): Promise<KeptCommand | null>
}

/** A rule threw: whoever can mend it is told. */
export type Broke = (command: CommandKey, error: unknown) => void

/**
 * A command that was kept because it could not be booked is judged once more, by the rules and with the goods, places and
 * documents of today, in a transaction of its own. Its bytes stay as they are; what it does is written under the key of the
 * decision. What cannot be trusted is never booked.
 */
export const reprocess = async (
  tx: DecisionTx,
  inbox: Quarantine,
  who: Worker,
  ask: SettleAsk,
  now: string,
  broke: Broke,
): Promise<DecisionAnswer> => {
  const hash = sha256Hex(JSON.stringify(ask))
  const before = (await tx.decisions.find([ask.id])).get(ask.id)
  if (before !== undefined) return before.hash === hash ? before.answer : refusal(ask, 'bad_request', null)
  const found = await inbox.find(ask.exception)
  const again = await againOf(tx, inbox, who, ask, found, now, broke)
  const answer: DecisionAnswer =
    typeof again === 'string'
      ? refusal(ask, again, again === 'not_found' ? null : found)
      : { id: ask.id, outcome: 'done', version: found?.hits ?? null, state: 'settled' }
  const body = { kind: 'exceptions', by: who.id, settled: [ask] }
  if (typeof again === 'string') await tx.write({ body, effects: NOTHING })
  else {
    const { kept, ...decision } = again
    const of = { device: kept.device, epoch: kept.epoch, seq: kept.seq }
    await tx.write({ ...decision, body: { ...body, of, command: kept.body } })
    await inbox.settle(ask.exception, { choice: ask.choice, words: ask.words, worker: who.id, at: now })
  }
  await keepAnswers(tx, who, [{ ask, hash, answer }], now)
  return answer
}

type Again = {
  kept: KeptCommand
  effects: Effects
  awaits: DocumentId | null
  messages: readonly MessageWrite[]
}

const againOf = async (
  tx: DecisionTx,
  inbox: Quarantine,
  who: Worker,
  ask: SettleAsk,
  found: InboxRow | null,
  now: string,
  broke: Broke,
): Promise<Again | RefusalCode> => {
  if (found === null || !mayHandle(who, found)) return 'not_found'
  if (found.state !== 'open' || found.hits !== ask.expectedVersion) return 'stale'
  if (!CHOICES[found.kind].includes(ask.choice)) return 'bad_request'
  if (!TRUSTED_QUARANTINE.includes(found.body['reason'] as QuarantineReason)) return 'untrusted'
  const kept = await inbox.command(ask.exception)
  if (kept === null) return 'still'
  const booked = await bookKept(tx, inbox, kept, now, broke)
  return typeof booked === 'string' ? booked : { kept, ...booked }
}

/** Whether it is of the handheld that it came under, and of somebody who might do it. */
export const mayBe = async (
  roll: Roll,
  command: Command,
  kept: Pick<KeptCommand, 'device' | 'epoch' | 'seq'> & { warehouse: WarehouseId },
): Promise<boolean> =>
  envelopeFits(command, kept, kept) && authorised(await roll.worker(command.worker, command.roster), command)

/** What a kept command does when it is booked now, after what it has moved already is put back. */
export const bookKept = async (
  tx: DecisionTx,
  roll: Roll,
  kept: Omit<KeptCommand, 'isTakenBack'> & { isTakenBack?: boolean },
  now: string,
  broke: Broke,
): Promise<Omit<Again, 'kept'> | RefusalCode> => {
  const { command } = readBody(kept)
  if (command === null) return 'still'
  // It may not have been readable when it came: only now it can be told whose it is, and whether they may.
  if (!(await mayBe(roll, command, { ...kept, warehouse: tx.counts.warehouse }))) return 'untrusted'
  // What it had moved was put back by its undo.
  if (kept.isTakenBack === true && kept.movements.length > 0) return { effects: NOTHING, awaits: null, messages: [] }
  const world = makeWorld(await tx.load(needOf(tx.counts.warehouse, [command])))
  const back: Effects = { ...NOTHING, movements: kept.movements.map(m => backOf(m, now)) }
  // It is judged with its goods where they were before it.
  world.apply(back)
  const judged = judgedAgain(world, command, kept, broke)
  if (typeof judged === 'string') return judged
  world.apply(judged)
  const effects = merged([back, { ...judged, exceptions: judged.exceptions.map(one => namedAnew(tx, one)) }])
  const messages: MessageWrite[] = []
  const awaits = awaitsOf(command, judged)
  for (const draft of judged.messages) {
    const here =
      draft.document === awaits ? [{ command: tx.counts.self, movements: judged.movements, lots: judged.lots }] : []
    const all = [...(await tx.uncovered(draft.document)), ...here]
    if (all.length > 0) messages.push(outboundMessage(draft, all, tx.counts.self, world))
  }
  return { effects, awaits, messages }
}

/** What it has said before may have been settled: what it says now is a row of its own, named by this commit. */
const namedAnew = ({ feed }: DecisionTx, draft: ExceptionDraft): ExceptionDraft => ({
  ...draft,
  id: derivedId('exception', feed.epoch, feed.seq, draft.id),
})

export const judgedAgain = (
  world: World,
  command: Command,
  { device, epoch, seq, receivedAt }: Pick<KeptCommand, 'device' | 'epoch' | 'seq' | 'receivedAt'>,
  broke: Broke,
): Effects | Extract<RefusalCode, 'still' | 'fault'> => {
  const key = { device, epoch, seq }
  const times = correctedTimes(command, { notBefore: null, notAfter: receivedAt })
  try {
    const { outcome, effects } = judge(world, command, key, times)
    return outcome === 'quarantined' ? 'still' : effects
  } catch (error) {
    broke(key, error)
    return 'fault'
  }
}

/** Goods that were booked to nowhere come back from there first. */
const backOf = (m: Movement, now: string): Movement => ({ ...m, from: m.to, to: m.from, takenAt: now, at: now })
