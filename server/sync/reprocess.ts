import type { Worker } from '../../shared/catalogue.ts'
import { CHOICES } from '../../shared/exception-choices.ts'
import { TRUSTED_QUARANTINE } from '../../shared/exception.ts'
import type { QuarantineReason, RefusalCode } from '../../shared/exception.ts'
import type { DeviceId, DocumentId } from '../../shared/ids.ts'
import { merged, NOTHING } from '../../shared/ledger/effects.ts'
import type { Effects } from '../../shared/ledger/effects.ts'
import type { Movement } from '../../shared/ledger/stock.ts'
import { makeWorld } from '../../shared/ledger/world.ts'
import type { World } from '../../shared/ledger/world.ts'
import { judge } from '../../shared/process/judge.ts'
import { correctedTimes } from '../../shared/sync/clock.ts'
import type { Command } from '../../shared/sync/command.ts'
import type { DecisionAnswer } from '../../shared/sync/decision.ts'
import { sha256Hex } from '../../shared/sync/seal.ts'
import type { ExceptionId, SettleAsk } from '../../shared/sync/settle.ts'
import { awaitsOf } from './apply.ts'
import { needOf } from './need.ts'
import { outboundMessage } from './outbound-message.ts'
import type { DecisionTx, MessageWrite } from './ports.ts'
import { readBody } from './prepare.ts'
import { keepAnswers, mayHandle, refusal } from './settle-exceptions.ts'
import type { Inbox, InboxRow } from './settle-exceptions.ts'

/** A command as it was kept, with what it has moved already (goods of an unknown place). */
export type KeptCommand = {
  device: DeviceId
  epoch: string
  seq: number
  v: number
  body: string
  receivedAt: string
  movements: readonly Movement[]
}
export interface Quarantine extends Inbox {
  command(id: ExceptionId): Promise<KeptCommand | null>
}

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
): Promise<DecisionAnswer> => {
  const hash = sha256Hex(JSON.stringify(ask))
  const before = (await tx.decisions.find([ask.id])).get(ask.id)
  if (before !== undefined) return before.hash === hash ? before.answer : refusal(ask, 'bad_request', null)
  const found = await inbox.find(ask.exception)
  const again = await againOf(tx, inbox, who, ask, found, now)
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
): Promise<Again | RefusalCode> => {
  if (found === null || !mayHandle(who, found)) return 'not_found'
  if (found.state !== 'open' || found.hits !== ask.expectedVersion) return 'stale'
  if (!CHOICES[found.kind].includes(ask.choice)) return 'bad_request'
  if (!TRUSTED_QUARANTINE.includes(found.body['reason'] as QuarantineReason)) return 'untrusted'
  const kept = await inbox.command(ask.exception)
  const command = kept === null ? null : readBody(kept).command
  if (kept === null || command === null) return 'still'
  const world = makeWorld(await tx.load(needOf(tx.counts.warehouse, [command])))
  const judged = judgedAgain(world, command, kept)
  if (judged === null) return 'still'
  const effects = merged([{ ...NOTHING, movements: kept.movements.map(m => backOf(m, now)) }, judged])
  world.apply(effects)
  const messages: MessageWrite[] = []
  const awaits = awaitsOf(command, judged)
  for (const draft of judged.messages) {
    const here = draft.document === awaits ? [{ command: tx.counts.self, movements: judged.movements }] : []
    const all = [...(await tx.uncovered(draft.document)), ...here]
    if (all.length > 0) messages.push(outboundMessage(draft, all, tx.counts.self, world))
  }
  return { kept, effects, awaits, messages }
}

/** Null = it still cannot be booked. */
const judgedAgain = (
  world: World,
  command: Command,
  { device, epoch, seq, receivedAt }: KeptCommand,
): Effects | null => {
  const times = correctedTimes(command, { notBefore: null, notAfter: receivedAt })
  try {
    const { outcome, effects } = judge(world, command, { device, epoch, seq }, times)
    return outcome === 'quarantined' ? null : effects
  } catch {
    return null
  }
}

/** Goods that were booked to nowhere come back from there first. */
const backOf = (m: Movement, now: string): Movement => ({ ...m, from: m.to, to: m.from, takenAt: now, at: now })
