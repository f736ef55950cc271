import type { Worker } from '../../shared/catalogue.ts'
import type { QuarantineReason } from '../../shared/exception.ts'
import { derivedId } from '../../shared/ids.ts'
import type { DeviceId, DocumentId, WarehouseId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import type { Effects, ExceptionDraft } from '../../shared/ledger/effects.ts'
import { makeWorld } from '../../shared/ledger/world.ts'
import type { World } from '../../shared/ledger/world.ts'
import { processOf } from '../../shared/process/index.ts'
import { judge } from '../../shared/process/judge.ts'
import { mayDo } from '../../shared/roles.ts'
import { correctedTimes } from '../../shared/sync/clock.ts'
import type { Command } from '../../shared/sync/command.ts'
import { chainHash } from '../auth/seal.ts'
import type { CommandResult, SyncRequest } from '../../shared/sync/wire.ts'
import { needOf } from './need.ts'
import type { Applied, ApplyTx, Batch, GroupTx, MessageWrite, Standing, StandingOf, Uncovered } from './ports.ts'
import type { Prepared } from './prepare.ts'
import { outboundMessage } from './outbound-message.ts'

/** Chain position behind a declared hole: what came before is unknown, so the next command may link to anything. */
export const ANY_HASH = '*'

/** Larger numbers are no version of ours and no number of the database. */
const MAX_POLICY = 2_147_483_647

export type Push = {
  warehouse: WarehouseId
  device: DeviceId
  epoch: string
  now: string
  prepared: readonly Prepared[]
  hole: SyncRequest['push']['hole']
  lost: boolean
  /** A rule threw: the command is kept, and whoever can mend it is told. */
  broke?: (seq: number, error: unknown) => void
}

export type PushEnd = {
  acked: number
  /** The seq expected, when the push began above it. */
  gap: number | null
  results: readonly CommandResult[]
  /** Those of them that were not known before. */
  fresh: readonly CommandResult[]
  /** Numbers under which another command was known: the device has a twin. */
  forked: readonly Prepared[]
}

/** Revoked, frozen or said to be lost while its push was under way: nothing of it is booked. */
export class NotActive extends Error {}

/** One batch in one transaction: dedupe, gap, chain, then every command judged on a view that holds the ones before it. */
export const applyPush = async (tx: ApplyTx, push: Push): Promise<PushEnd> => {
  const standing = await tx.standing(standingOf(push))
  const found = lookAt(push, standing)
  if (found.skipTo !== null) await tx.skipHole(found.skipTo)
  const { batch, end } = await booked(tx, push, standing, found, emptyBook(standing))
  if (batch !== null) await tx.write(batch)
  return end
}

/**
 * Batches of several handhelds in one transaction, judged in the order of the list: each sees what those before it have
 * done. One that may book nothing gets the reason and keeps nobody else from it.
 */
export const applyTogether = async (
  tx: GroupTx,
  pushes: readonly Push[],
): Promise<readonly (PushEnd | NotActive)[]> => {
  const standings = await tx.standings(pushes.map(standingOf))
  const [first] = standings
  if (first === undefined) return []
  const book = emptyBook(first)
  const ends: (PushEnd | NotActive)[] = []
  const batches: Batch[] = []
  for (const [i, push] of pushes.entries()) {
    const standing = standings[i]
    if (standing === undefined) throw new Error('a push without its standing')
    if (push.hole !== undefined) throw new Error('a declared hole goes alone')
    const one = standing.isActive ? await booked(tx, push, standing, lookAt(push, standing), book) : null
    ends.push(one?.end ?? notActive())
    batches.push(one?.batch ?? NO_BATCH)
  }
  if (batches.some(batch => batch !== NO_BATCH)) await tx.write(batches)
  return ends
}

const NO_BATCH: Batch = { applied: [], messages: [], notes: [] }
const notActive = (): NotActive => new NotActive('the handheld is not active any more')

/** What a push is, beside what is known of its handheld. */
type Found = {
  /** The last number behind which the fresh ones come: of what is known, or of the hole that is declared. */
  last: number
  lastHash: string
  skipTo: number | null
  fresh: readonly Prepared[]
  gap: number | null
  forked: readonly Prepared[]
  notes: readonly ExceptionDraft[]
}

const lookAt = (push: Push, standing: Standing): Found => {
  if (!standing.isActive) throw notActive()
  const { lastSeq: known, lastHash: knownHash } = standing.cursor
  const old = push.prepared.filter(p => p.sealed.seq <= known)
  const forked = old.filter(p => standing.archived.some(row => row.seq === p.sealed.seq && row.hash !== p.sealed.hash))
  const notes = [...lostNote(push, known), ...holeNote(push, known), ...forkNote(push, forked)]

  const skipTo = push.hole !== undefined && push.hole.from === known + 1 && push.hole.to > known ? push.hole.to : null
  const last = skipTo ?? known
  const fresh = contiguous(
    push.prepared.filter(p => p.sealed.seq > last),
    last,
  )
  const above = push.prepared.find(p => p.sealed.seq > last)
  const gap = above !== undefined && fresh.length === 0 ? last + 1 : null
  return { last, lastHash: skipTo === null ? knownHash : ANY_HASH, skipTo, fresh, gap, forked, notes }
}

/** What is to be written of one push, null = nothing, and what its handheld is told once that is done. */
const booked = async (
  tx: Pick<ApplyTx, 'uncovered'>,
  push: Push,
  standing: Standing,
  { last, lastHash, fresh, gap, forked, notes }: Found,
  book: Book,
): Promise<{ batch: Batch | null; end: PushEnd }> => {
  const repeated = standing.archived.map(withoutHash)
  if (fresh.length === 0 && notes.length === 0)
    return { batch: null, end: { acked: last, gap, results: repeated, fresh: [], forked } }
  const applied = await judgeAll(tx, push, fresh, standing, lastHash, book)
  const results = applied.rows.map(row => ({
    seq: row.sealed.seq,
    outcome: row.outcome,
    exceptions: row.effects.exceptions.map(e => e.id),
    ...(row.reason === null ? {} : { reason: row.reason }),
  }))
  const acked = fresh.at(-1)?.sealed.seq ?? last
  return {
    batch: { applied: applied.rows, messages: applied.messages, notes },
    end: { acked, gap, results: [...repeated, ...results], fresh: results, forked },
  }
}

/** A number that comes again loads what is not needed; to know better would take a question more. */
const standingOf = ({ prepared, warehouse }: Push): StandingOf => {
  const commands = prepared.flatMap(p => (p.command ? [p.command] : []))
  return {
    numbers: prepared.map(p => p.sealed.seq),
    rosters: [...new Set(commands.map(command => command.roster))],
    policies: [...new Set(commands.map(command => Math.min(command.policy, MAX_POLICY)))],
    need: needOf(warehouse, commands),
  }
}

const withoutHash = (row: CommandResult & { hash: string }): CommandResult => ({
  seq: row.seq,
  outcome: row.outcome,
  exceptions: row.exceptions,
  ...(row.reason === undefined ? {} : { reason: row.reason }),
})

const contiguous = (prepared: readonly Prepared[], last: number): readonly Prepared[] => {
  const end = prepared.findIndex((p, i) => p.sealed.seq !== last + 1 + i)
  return end < 0 ? prepared : prepared.slice(0, end)
}

const note = (
  push: Push,
  kind: ExceptionDraft['kind'],
  subject: string,
  body: Record<string, unknown>,
): ExceptionDraft => ({
  id: derivedId('note', push.warehouse, kind, subject),
  kind,
  subject,
  body: { device: push.device, epoch: push.epoch, ...body },
})
const lostNote = (push: Push, known: number): ExceptionDraft[] =>
  push.lost && known === 0 && push.prepared.length > 0
    ? [note(push, 'storage_lost', `${push.device}/${push.epoch}`, {})]
    : []
const holeNote = (push: Push, known: number): ExceptionDraft[] =>
  push.hole !== undefined && push.hole.from === known + 1
    ? [note(push, 'movements_missing', `${push.device}/${push.epoch}/${push.hole.from}`, { ...push.hole })]
    : []
const forkNote = (push: Push, forked: readonly Prepared[]): ExceptionDraft[] =>
  forked.map(p =>
    note(push, 'device_forked', `${push.device}/${push.epoch}/${p.sealed.seq}`, {
      seq: p.sealed.seq,
      body: p.sealed.body,
      hash: p.sealed.hash,
      sig: p.sealed.sig,
    }),
  )

type Judged = { rows: readonly Applied[]; messages: readonly MessageWrite[] }

/** What the pushes of one transaction have done so far: a message covers what crossed in any of them. */
type Book = {
  world: World
  crossed: (Uncovered & { document: DocumentId })[]
  messages: MessageWrite[]
}
const emptyBook = ({ tables }: Standing): Book => ({ world: makeWorld(tables), crossed: [], messages: [] })

const judgeAll = async (
  tx: Pick<ApplyTx, 'uncovered'>,
  push: Push,
  fresh: readonly Prepared[],
  standing: Standing,
  lastHash: string,
  book: Book,
): Promise<Judged> => {
  const { world } = book
  const rows: Applied[] = []
  const messages: MessageWrite[] = []
  let notBefore = standing.cursor.lastAt
  for (const [i, p] of fresh.entries()) {
    const linked =
      i === 0 ? lastHash === ANY_HASH || chainHash(lastHash, p.sealed.body) === p.sealed.hash : p.linked === true
    const row = judgeOne(push, p, linked, standing, world, notBefore)
    rows.push(row)
    if (row.at !== null) notBefore = row.at
    const crossed = crossedBy(push, row)
    if (crossed !== null) book.crossed.push(crossed)
    for (const draft of row.effects.messages) {
      const before = await tx.uncovered(draft.document)
      const here = book.crossed.filter(one => one.document === draft.document)
      const isTold = ({ command }: Uncovered): boolean => book.messages.some(m => m.covers.some(c => same(c, command)))
      const all = [...before, ...here].filter(one => !isTold(one))
      if (all.length === 0) continue
      const message = outboundMessage(draft, all, { device: push.device, epoch: push.epoch, seq: p.sealed.seq }, world)
      messages.push(message)
      book.messages.push(message)
    }
  }
  return { rows, messages }
}

const same = (
  a: { device: string; epoch: string; seq: number },
  b: { device: string; epoch: string; seq: number },
): boolean => a.seq === b.seq && a.epoch === b.epoch && a.device === b.device

const crossedBy = (push: Push, { sealed, awaits, outcome, effects }: Applied): Book['crossed'][number] | null =>
  awaits === null || outcome === 'quarantined' || effects.movements.length === 0
    ? null
    : {
        document: awaits,
        command: { device: push.device, epoch: push.epoch, seq: sealed.seq },
        movements: effects.movements,
        lots: effects.lots,
      }

/** A bug in a rule must not stop the batch: the command is kept and the ones behind it go on. */
const judgeOne = (
  push: Push,
  p: Prepared,
  linked: boolean,
  standing: Standing,
  world: World,
  notBefore: string | null,
): Applied => {
  const quarantined = (reason: QuarantineReason): Applied => ({
    sealed: p.sealed,
    outcome: 'quarantined',
    reason,
    effects: { ...NOTHING, exceptions: [quarantineException(push, p, reason)] },
    awaits: null,
    worker: p.command?.worker ?? null,
    at: null,
  })
  if (p.flaw === 'bad_signature') return quarantined('bad_signature')
  if (!linked) return quarantined('broken_chain')
  if (p.flaw !== null || p.command === null) return quarantined(p.flaw ?? 'unreadable')
  const command = p.command
  const held = standing.worker(command.worker, command.roster)
  if (!authorised(held.then, command)) return quarantined('not_authorised')
  const times = correctedTimes(command, { notBefore, notAfter: push.now })
  const key = { device: push.device, epoch: push.epoch, seq: p.sealed.seq }
  try {
    const policies = standing.policy(command.policy)
    const judged = judge(policies === null ? world : { ...world, policies }, command, key, times)
    const effects = authorised(held.now, command)
      ? judged.effects
      : { ...judged.effects, exceptions: [...judged.effects.exceptions, roleMissing(push, command)] }
    world.apply(judged.effects)
    const outcome =
      judged.outcome === 'quarantined' ? 'quarantined' : effects.exceptions.length > 0 ? 'exception' : 'applied'
    const all =
      judged.reason === null
        ? effects
        : { ...effects, exceptions: [...effects.exceptions, quarantineException(push, p, judged.reason)] }
    return {
      sealed: p.sealed,
      outcome,
      reason: judged.reason,
      effects: all,
      awaits: awaitsOf(command, effects),
      worker: command.worker,
      at: times.at,
    }
  } catch (error) {
    push.broke?.(p.sealed.seq, error)
    return quarantined('handler_failed')
  }
}

/** Goods that cross to or from the outside are told to the ERP by the message of their document. */
export const awaitsOf = (command: Command, effects: Effects): DocumentId | null => {
  const act = command.type === 'undo' ? command.act : command
  const crosses = act.type === 'receive' || act.type === 'ship' || act.type === 'return'
  return crosses && effects.movements.length > 0 ? act.document : null
}

/** Whether somebody may do this, by the roster that their handheld knew. */
export const authorised = (worker: Worker | null, command: Command): boolean => {
  if (worker === null || !worker.active) return false
  const process = processOf(command)
  const client = command.client
  return (
    process !== undefined &&
    mayDo(worker.roles, process.rolesOf?.(command) ?? process.roles) &&
    (worker.clients === null || client === null || worker.clients.includes(client))
  )
}

const roleMissing = (push: Push, command: Command): ExceptionDraft => ({
  id: derivedId('exception', push.device, push.epoch, command.seq, 'role'),
  kind: 'role_missing',
  subject: `${command.worker}/${command.type}`,
  body: { worker: command.worker, type: command.type, client: command.client },
})

const quarantineException = (push: Push, p: Prepared, reason: QuarantineReason): ExceptionDraft => ({
  id: derivedId('exception', push.device, push.epoch, p.sealed.seq, 'quarantine'),
  kind: 'quarantined',
  subject: `${push.device}/${push.epoch}/${p.sealed.seq}`,
  body: { reason, seq: p.sealed.seq, device: push.device },
})
