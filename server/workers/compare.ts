import type { ConnectorId, WarehouseId } from '../../shared/ids.ts'
import { isoOf, msOf } from '../../shared/time.ts'
import { classify } from '../erp/compare/classify.ts'
import type { Drift, MoveEvidence, Verdict } from '../erp/compare/verdict.ts'
import type { ErpConnector } from '../erp/connector.ts'
import { isErpError } from '../erp/erp-error.ts'
import type { OutboundOp } from '../erp/operation.ts'
import { gatherEvidence } from './compare-evidence.ts'
import type { Known } from './compare-evidence.ts'
import { cursorOf, lookAtOurs, lookAtTheirs, readingOf, theirMoves } from './compare-look.ts'
import type { LotOf, Ours, Reading, TheirMove } from './compare-look.ts'
import type { CompareCause, CompareRun, CompareStore } from './compare-port.ts'
import type { ImportStore } from './import-port.ts'
import { gateIsOpen, notice } from './lane.ts'
import type { GateDeps } from './lane.ts'
import type { Mapper } from './mapper.ts'
import type { OutboxRow } from './outbox-port.ts'

export type CompareDeps = {
  connector: ErpConnector
  id: ConnectorId
  warehouse: WarehouseId
  store: CompareStore
  imports: Pick<ImportStore, 'remoteOf'>
  /** The mapping as it is now, with the zones of these places. */
  mapper: (places: readonly string[]) => Promise<Mapper>
  toOperation: (row: OutboxRow) => Promise<OutboundOp | null>
  gate?: GateDeps
  now: () => string
  newId: () => string
}

/** Figures that both sides keep moving are looked at so many times. */
const ROUNDS = 3
const ITEMS_AT_ONCE = 200

/**
 * Compares the books of both sides at the ERP's grain. Both go on meanwhile: what differs, or was touched, is looked at again,
 * between two looks at ours, until neither side has moved it. Finds and explains; nothing is changed here.
 */
export const compareRound = async (
  deps: CompareDeps,
  ask: { cause: CompareCause; items?: readonly string[]; known?: Known },
  signal: AbortSignal,
): Promise<CompareRun | null> => {
  if (deps.gate !== undefined && !(await gateIsOpen(deps.gate, signal))) return null
  const begun = { id: deps.newId(), connector: deps.id, cause: ask.cause, startedAt: deps.now() }
  await deps.store.begin(begun)
  try {
    const found = await compared(deps, ask, signal)
    const units = found.drifts.reduce((sum, drift) => sum + Math.abs(drift.drift), 0)
    const counts = { keys: found.keys, drifts: found.drifts.length, moving: found.moving.length, units }
    const run: CompareRun = { ...begun, endedAt: deps.now(), ...counts, outcome: null }
    await deps.store.end(run, { ...found, items: ask.items ?? null })
    if (deps.gate !== undefined) await notice(deps.gate, null)
    return run
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error)
    const none = { keys: 0, drifts: 0, moving: 0, units: 0 }
    const failed: CompareRun = { ...begun, endedAt: deps.now(), ...none, outcome: words }
    // What was open stays as it was: nothing was looked at to the end.
    await deps.store.end(failed, { drifts: [], moving: [], items: [], cursor: null })
    if (deps.gate !== undefined && isErpError(error)) await notice(deps.gate, error)
    throw error
  }
}

type Found = {
  keys: number
  drifts: (Drift & Verdict & { moves: readonly MoveEvidence[] })[]
  moving: string[]
  cursor: string | null
}

const compared = async (
  deps: CompareDeps,
  { items = null, known: told = [] }: { items?: readonly string[] | null; known?: Known },
  signal: AbortSignal,
): Promise<Found> => {
  const plainLot: LotOf = (_item, lot) => lot
  const known = await lookAtOurs(deps, items, plainLot)
  const remotes = [...new Set([...known.figures.values()].map(({ at }) => at.item))]
  const lotOf = await lotsOf(deps, remotes)
  const cursor = await deps.store.cursor(deps.id)
  const since = await theirMoves(deps, known, readingOf(cursor), lotOf, signal)
  // The first time all of the ERP's past comes: what people did there before us explains nothing, our own may.
  const before = cursor === null ? { ...since, moves: since.moves.filter(move => move.key !== null) } : since
  const ours = await lookAtOurs(deps, items, lotOf)
  const theirs = await lookAtTheirs(deps, ours, items, lotOf, signal)
  const after = await theirMoves(deps, ours, before.reading, lotOf, signal)
  const touched = new Set(after.moves.map(move => move.text))
  const keys = new Set([...ours.figures.keys(), ...theirs.keys()])
  const suspects = new Map<string, string>()
  for (const text of keys) {
    const at = ours.figures.get(text)?.at ?? theirs.get(text)?.at
    const differs = (ours.figures.get(text)?.n ?? 0) !== (theirs.get(text)?.n ?? 0)
    if (at !== undefined && (differs || touched.has(text))) suspects.set(text, at.item)
  }
  const looked = await lookAgain(deps, suspects, { lotOf, reading: after.reading, locations: ours }, signal)
  const moves = [...before.moves, ...after.moves, ...looked.moves]
  const drifts = looked.drifts.filter(drift => drift.drift !== 0)
  const evidence = await gatherEvidence(
    deps,
    { drifts, moves, ours, messages: looked.messages, lotOf, known: told },
    signal,
  )
  const verdicts = drifts.map(drift => {
    const proof = evidence(drift)
    return { ...drift, ...classify(drift, proof), moves: proof.moves.slice(-20) }
  })
  return { keys: keys.size, drifts: verdicts, moving: [...looked.moving], cursor: cursorOf(looked.reading) }
}

/** Which lot a figure is compared under, for these items of the ERP. */
export const lotsOf = async ({ store, id, connector }: CompareDeps, remotes: readonly string[]): Promise<LotOf> => {
  if (!connector.caps.lots) return () => ''
  if (connector.caps.serialsInStock === true) return (_item, lot) => lot
  const serial = new Set<string>()
  for (let from = 0; from < remotes.length; from += 5000)
    for (const [remote, item] of await store.items(id, remotes.slice(from, from + 5000)))
      if (item.serial) serial.add(remote)
  return (item, lot) => (serial.has(item) ? '' : lot)
}

type Again = { drifts: Drift[]; moving: Set<string>; moves: TheirMove[]; messages: OutboxRow[]; reading: Reading }

/** Between two looks at ours that are the same, and with no movement over there, the figures of both are of one instant. */
const lookAgain = async (
  deps: CompareDeps,
  suspects: ReadonlyMap<string, string>,
  at: { lotOf: LotOf; reading: Reading; locations: Pick<Ours, 'groupTheirs' | 'locations'> },
  signal: AbortSignal,
): Promise<Again> => {
  const moving = new Set(suspects.keys())
  const end: Again = { drifts: [], moving, moves: [], messages: [], reading: at.reading }
  for (let round = 0; round < ROUNDS && moving.size > 0; round += 1) {
    const items = [...new Set([...moving].map(text => suspects.get(text) ?? ''))]
    for (let from = 0; from < items.length; from += ITEMS_AT_ONCE) {
      const some = items.slice(from, from + ITEMS_AT_ONCE)
      const ours = await lookAtOurs(deps, some, at.lotOf)
      const theirs = await lookAtTheirs(deps, ours, some, at.lotOf, signal)
      const moved = await theirMoves(deps, ours, end.reading, at.lotOf, signal)
      const again = await lookAtOurs(deps, some, at.lotOf)
      end.reading = moved.reading
      end.moves.push(...moved.moves)
      end.messages.push(...again.messages)
      const touched = new Set(moved.moves.map(move => move.text))
      for (const text of [...moving].filter(one => some.includes(suspects.get(one) ?? ''))) {
        const [one, two] = [ours.figures.get(text), again.figures.get(text)]
        if (one?.n !== two?.n || one?.pending !== two?.pending || touched.has(text)) continue
        const figure = two?.at ?? theirs.get(text)?.at
        moving.delete(text)
        if (figure === undefined) continue
        const [there, here] = [theirs.get(text)?.n ?? 0, two?.n ?? 0]
        end.drifts.push({ ...figure, theirs: there, ours: here, drift: there - here })
      }
    }
  }
  return end
}

/** Whether it is time: after an outage at once, else every so often. Null = not yet. */
export const compareDue = (
  last: Pick<CompareRun, 'startedAt'> | null,
  at: { now: string; everyMs: number; reopened: boolean },
): CompareCause | null => {
  if (at.reopened) return 'outage'
  return last === null || msOf(at.now) >= msOf(isoOf(msOf(last.startedAt) + at.everyMs)) ? 'timer' : null
}
