import { STRANGERS } from '../../shared/desk/rescue.ts'
import type { Rescue } from '../../shared/desk/rescue.ts'
import type { QuarantineReason } from '../../shared/exception.ts'
import { derivedId } from '../../shared/ids.ts'
import type { DeviceId, WarehouseId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import type { ExceptionDraft } from '../../shared/ledger/effects.ts'
import { MAX_COMMANDS } from '../../shared/sync/limits.ts'
import type { Sealed } from '../../shared/sync/wire.ts'
import { chainHash } from '../auth/seal.ts'
import type { Device } from '../ports.ts'
import { ANY_HASH, applyPush, NotActive } from './apply.ts'
import type { PushEnd } from './apply.ts'
import type { DecisionTx, SyncStore } from './ports.ts'
import { prepare } from './prepare.ts'
import type { Prepared, Verify } from './prepare.ts'
import { byDevice, byEpoch, readRescue } from './rescue-text.ts'
import type { RescuedRow } from './rescue-text.ts'
import { strangersIn } from './strangers.ts'
import type { FoundStranger } from './strangers.ts'

type Where = { warehouse: WarehouseId; device: DeviceId; epoch: string }

export interface RescueBook {
  /** Where an epoch stands, and the hashes of those numbers that were booked. */
  standing(
    at: Where,
    numbers: readonly number[],
  ): Promise<{ last: number; hash: string; hashes: ReadonlyMap<number, string> }>
  /** Once for a handheld and a series; what was booked by an earlier try of the same series stays counted as booked. */
  note(at: { warehouse: WarehouseId; device: DeviceId; series: string; now: string }, rescue: Rescue): Promise<void>
  /** What no handheld of this server is known for, once for each series; gives the warehouses where it is new. */
  strange(of: { series: string; now: string }, found: readonly FoundStranger[]): Promise<readonly WarehouseId[]>
}

export type RescueDeps = {
  store: Pick<SyncStore, 'apply' | 'decide'>
  book: RescueBook
  device: (id: DeviceId) => Promise<Device | null>
  verifierOf: (key: Device['publicKey']) => Verify
  /** Keeps steps until somebody decides; gives what is wrong with those that are new. */
  keep: (
    at: Where & { now: string },
    prepared: readonly Prepared[],
    hole: { to: number } | null,
  ) => Promise<readonly (QuarantineReason | null)[]>
  now: () => string
  ring: (warehouse: WarehouseId) => void
  onForked: (device: DeviceId) => Promise<void>
  onBroken: (key: { device: DeviceId; epoch: string; seq: number }, error: unknown) => void
  onApplied: (results: PushEnd['fresh']) => void
}

export type Tally = Pick<Rescue, 'steps' | 'known' | 'booked' | 'inbox' | 'waits' | 'missing'>
const NO_TALLY: Tally = { steps: 0, known: 0, booked: 0, inbox: 0, waits: 0, missing: 0 }
const sumOf = (a: Tally, b: Tally): Tally => ({
  steps: a.steps + b.steps,
  known: a.known + b.known,
  booked: a.booked + b.booked,
  inbox: a.inbox + b.inbox,
  waits: a.waits + b.waits,
  missing: a.missing + b.missing,
})

/**
 * Opens what has come through the rescue door. Anybody may have brought it, so that only what the handheld has signed, in
 * the order of its chain, is handled as its push; nothing else moves its numbers. The rest waits for a person.
 */
export const openRescue = async (deps: RescueDeps, series: string, text: string): Promise<Tally> => {
  const { rows, scans, isWhole } = readRescue(text)
  let all = NO_TALLY
  const strange = rows.filter(row => row.device === null)
  for (const [id, theirs] of byDevice(rows)) {
    const device = await deps.device(id)
    if (device === null) {
      strange.push(...theirs)
      continue
    }
    let tally = NO_TALLY
    const anew: (QuarantineReason | null)[] = []
    for (const [epoch, sealed] of byEpoch(theirs)) {
      const end = await openEpoch(deps, device, epoch, sealed, isWhole)
      tally = sumOf(tally, end.tally)
      anew.push(...end.anew)
    }
    const at = { warehouse: device.warehouse, device: id, series, now: deps.now() }
    await deps.book.note(at, { ...tally, at: at.now, scans, isPartial: !isWhole })
    if (tally.booked + tally.inbox + tally.missing + anew.length > 0)
      await deps.store.decide(at, tx => tell(tx, device, { series, tally, anew }))
    deps.ring(device.warehouse)
    all = sumOf(all, tally)
  }
  await keepStrangers(deps, series, strange)
  return sumOf(all, { ...NO_TALLY, steps: strange.length })
}

/** Nothing of it is handled: a person hears that it is here, and decides. One cause, however much anybody brings. */
const keepStrangers = async (deps: RescueDeps, series: string, rows: readonly RescuedRow[]): Promise<void> => {
  if (rows.length === 0) return
  const now = deps.now()
  for (const warehouse of await deps.book.strange({ series, now }, strangersIn(rows))) {
    await deps.store.decide({ warehouse, now }, tx =>
      tx.write({
        body: { kind: 'rescue', device: null, series, steps: rows.length },
        effects: { ...NOTHING, exceptions: [strangersCause(tx)] },
      }),
    )
    deps.ring(warehouse)
  }
}

const strangersCause = ({ feed }: DecisionTx): ExceptionDraft => ({
  id: derivedId('exception', feed.epoch, feed.seq, 'rescued', STRANGERS),
  kind: 'rescued',
  subject: STRANGERS,
  body: {},
})

/**
 * Kept with a handheld that a person says they are of. Its key has not signed them, so that none is booked; what they say is
 * for people to read.
 */
export const giveStrangers = async (
  deps: RescueDeps,
  { series, text, device: of }: { series: string; text: string; device: string },
  to: Device,
): Promise<number> => {
  const { rows, scans, isWhole } = readRescue(text)
  const theirs = rows.filter(row => (row.device ?? '') === of)
  const anew: (QuarantineReason | null)[] = []
  const now = deps.now()
  for (const [epoch, sealed] of byEpoch(theirs)) {
    const at = { warehouse: to.warehouse, device: to.id, epoch }
    const { chain, others } = inOrder(await prepare(sealed, at, deps.verifierOf(to.publicKey)))
    for (const run of [...consecutive(chain), ...others.map(p => [p])])
      anew.push(...(await deps.keep({ ...at, now }, run, null)))
  }
  const tally = { ...NO_TALLY, steps: anew.length, waits: anew.length }
  const at = { warehouse: to.warehouse, device: to.id, series, now }
  await deps.book.note(at, { ...tally, at: now, scans, isPartial: !isWhole })
  await deps.store.decide(at, tx => tell(tx, to, { series, tally, anew }))
  deps.ring(to.warehouse)
  return anew.length
}

const isForeign = ({ flaw }: Prepared): boolean => flaw === 'bad_signature' || flaw === 'envelope_mismatch'

/** One for each number, the better one first, each said to continue the one before it or not; and those that are too many. */
const inOrder = (prepared: readonly Prepared[]): { chain: readonly Prepared[]; others: readonly Prepared[] } => {
  const bySeq = new Map<number, Prepared>()
  const others: Prepared[] = []
  for (const p of prepared) {
    const before = bySeq.get(p.sealed.seq)
    const isBetter = before === undefined || (isForeign(before) && !isForeign(p))
    if (isBetter) bySeq.set(p.sealed.seq, p)
    if (before !== undefined) others.push(isBetter ? before : p)
  }
  const chain = [...bySeq.values()].map((p, i, all) => {
    const before = all[i - 1]?.sealed
    const isNext = before !== undefined && before.seq === p.sealed.seq - 1
    return { ...p, linked: isNext ? chainHash(before.hash, p.sealed.body) === p.sealed.hash : null }
  })
  return { chain, others }
}

const openEpoch = async (
  deps: RescueDeps,
  device: Device,
  epoch: string,
  sealed: readonly Sealed[],
  isWhole: boolean,
): Promise<{ tally: Tally; anew: readonly (QuarantineReason | null)[] }> => {
  const at = { warehouse: device.warehouse, device: device.id, epoch }
  const { chain, others } = inOrder(await prepare(sealed, at, deps.verifierOf(device.publicKey)))
  const { last, hash, hashes } = await deps.book.standing(
    at,
    sealed.flatMap(({ seq }) => [seq - 1, seq]),
  )
  const isKnown = (p: Prepared): boolean => hashes.get(p.sealed.seq) === p.sealed.hash
  const known = chain.filter(isKnown)
  const above = chain.filter(p => p.sealed.seq > last)
  const runs = device.state === 'active' ? runsOf(above, { last, hash, isWhole }) : []
  const pushed = await pushRuns(deps, at, runs)
  const waits = [
    // Of another hash, or from a hole that was declared before.
    ...chain.filter(p => p.sealed.seq <= last && !isKnown(p)),
    ...above.slice(pushed.taken),
  ]
  const extra = others.filter(p => !isKnown(p))
  const anew: (QuarantineReason | null)[] = []
  const holeBefore = (seq: number): { to: number } | null => {
    const isHole = seq <= last || (device.state !== 'active' && isWhole)
    return isHole && seq - 1 !== last && seq > 1 && !hashes.has(seq - 1) ? { to: seq - 1 } : null
  }
  for (const run of [...consecutive(waits), ...extra.map(p => [p])])
    anew.push(...(await deps.keep({ ...at, now: deps.now() }, run, holeBefore(run[0]?.sealed.seq ?? 0))))
  const { booked, inbox, missing } = pushed
  const steps = chain.length + extra.length
  return { tally: { steps, known: known.length, booked, inbox, missing, waits: waits.length + extra.length }, anew }
}

type Run = { hole: { from: number; to: number } | null; steps: readonly Prepared[] }

/** What goes on as a push of the handheld: up to the first that is not of its chain, or that stands behind a doubtful gap. */
const runsOf = (
  above: readonly Prepared[],
  { last, hash, isWhole }: { last: number; hash: string; isWhole: boolean },
): readonly Run[] => {
  const runs: { hole: Run['hole']; steps: Prepared[] }[] = []
  let expected = last + 1
  let anchor = hash
  for (const p of above) {
    const { seq, body } = p.sealed
    if (isForeign(p)) break
    if (seq > expected) {
      // Where something could not be read the numbers may be there.
      if (!isWhole) break
      runs.push({ hole: { from: expected, to: seq - 1 }, steps: [p] })
    } else {
      if (anchor !== ANY_HASH && chainHash(anchor, body) !== p.sealed.hash) break
      const run = runs.at(-1)
      if (run === undefined) runs.push({ hole: null, steps: [p] })
      else run.steps.push(p)
    }
    expected = seq + 1
    anchor = p.sealed.hash
  }
  return runs
}

const HOLE = 'not in what was rescued'

const pushRuns = async (
  deps: RescueDeps,
  at: Where,
  runs: readonly Run[],
): Promise<{ taken: number; booked: number; inbox: number; missing: number }> => {
  const end = { taken: 0, booked: 0, inbox: 0, missing: 0 }
  try {
    for (const { hole, steps } of runs)
      for (let from = 0; from < steps.length; from += MAX_COMMANDS) {
        const prepared = steps.slice(from, from + MAX_COMMANDS)
        const declared = from === 0 && hole !== null ? { ...hole, reason: HOLE } : undefined
        const fresh = await push(deps, at, prepared, declared)
        end.taken += prepared.length
        end.missing += declared === undefined ? 0 : declared.to - declared.from + 1
        const kept = fresh.filter(one => one.outcome === 'quarantined').length
        end.inbox += kept
        end.booked += fresh.length - kept
      }
  } catch (error) {
    // It was given up meanwhile: what is left waits as all that it brings.
    if (!(error instanceof NotActive)) throw error
  }
  return end
}

const push = async (
  deps: RescueDeps,
  at: Where,
  prepared: readonly Prepared[],
  hole: { from: number; to: number; reason: string } | undefined,
): Promise<PushEnd['fresh']> => {
  const now = deps.now()
  const { device, epoch } = at
  const broke = (seq: number, error: unknown): void => deps.onBroken({ device, epoch, seq }, error)
  const end = await deps.store.apply({ ...at, now }, tx =>
    applyPush(tx, { ...at, now, prepared, hole, lost: false, broke }),
  )
  // It has sent something else under one of these numbers while this was under way.
  if (end.forked.length > 0) await deps.onForked(device)
  deps.onApplied(end.fresh)
  return end.fresh
}

const consecutive = (steps: readonly Prepared[]): readonly (readonly Prepared[])[] => {
  const runs: Prepared[][] = []
  for (const p of steps) {
    const run = runs.at(-1)
    if (run?.at(-1)?.sealed.seq === p.sealed.seq - 1) run?.push(p)
    else runs.push([p])
  }
  return runs
}

/** A person hears what came; of what cannot be trusted there is a row for each cause. */
const tell = async (
  tx: DecisionTx,
  { id: device, number }: Device,
  { series, tally, anew }: { series: string; tally: Tally; anew: readonly (QuarantineReason | null)[] },
): Promise<void> => {
  const named = (kind: ExceptionDraft['kind'], subject: string, body: Record<string, unknown>): ExceptionDraft => ({
    // The same may come again after it was settled.
    id: derivedId('exception', tx.feed.epoch, tx.feed.seq, kind, subject),
    kind,
    subject,
    body: { device, number: String(number), ...body },
  })
  const reasons = new Map<QuarantineReason, number>()
  for (const reason of anew) if (reason !== null) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
  const { steps, known, booked, inbox, waits, missing } = tally
  await tx.write({
    body: { kind: 'rescue', device, series, ...tally },
    effects: {
      ...NOTHING,
      exceptions: [
        named('rescued', device, { steps, alreadyKnown: known, booked, inbox, waits, missing }),
        ...[...reasons].map(([reason, n]) => named('quarantined', `${device}/rescue/${reason}`, { reason, waits: n })),
      ],
    },
  })
}
