import type { Birth, CacheHead } from '../../pwa/sync/ports.ts'
import type { Handheld } from '../../pwa/sync/handheld.ts'
import { readCursor } from '../../shared/sync/cursor.ts'
import type { StockRow } from '../../shared/ledger/stock.ts'
import type { World } from '../../shared/ledger/world.ts'
import type { ProcessState } from '../../shared/process/process.ts'
import type { Row } from '../../shared/sync/wire.ts'
import type { Device } from './device.ts'
import { adjustmentsIn } from './check-counts.ts'
import { checkBlind, checkEnded, sees } from './check-scope.ts'
import { changesIn, firstDifference, onHandAt, ownUpTo, rowsAt } from './feed-history.ts'
import { commandKey, cursorKey, rowKey } from './memory-state.ts'
import type { ServerState, StoredRow } from './memory-state.ts'
import type { Stage } from './stage.ts'
import { unheardAt } from './check-storage.ts'
import { move } from './truth.ts'

/**
 * The slot of the worker's step: the highest number that was handed over with it, the how-manieth step it is, and the
 * process that the worker is at after it.
 */
export const STEP = 'task/simulated'
export type Step = { last: number; n: number; hand: ProcessState | null }
const NO_STEP: Step = { last: 0, n: 0, hand: null }

export const stepIn = (device: Device): Step =>
  (device.queue.snapshot().states.get(STEP)?.value as Step | undefined) ?? NO_STEP

type Position = { state: ServerState; commit: number }
const positionOf = (stage: Stage, head: CacheHead | null): Position | null => {
  const cursor = head?.cursor == null ? null : readCursor(head.cursor)
  const state = cursor === null ? undefined : stage.feeds.get(cursor.feedEpoch)
  return cursor === null || state === undefined ? null : { state, commit: cursor.commit }
}

/** The base of the cache, by `rowKey`. */
export const baseOf = (device: Device): ReadonlyMap<string, Row> => {
  const { head, base } = device.cache.snapshot()
  return (head && base.get(head.generation)) ?? new Map()
}

/** Every page is the committed feed from where the handheld stood to where it stands now. */
export const checkPage = (stage: Stage, device: Device, before: CacheHead | null, rows: readonly Row[]): void => {
  const from = positionOf(stage, before)
  const to = positionOf(stage, device.cache.snapshot().head)
  if (from === null || to === null || from.state !== to.state)
    return stage.fail('I5', `${device.name} took a page of another feed`)
  if (to.commit < from.commit) return stage.fail('I5', `${device.name} went back from ${from.commit} to ${to.commit}`)
  if (to.commit > to.state.feed.seq) return stage.fail('I5', `${device.name} stands at a commit that never was`)
  const committed = changesIn(to.state, from.commit, to.commit).filter(row => sees(device, row.client))
  const names = (list: readonly Row[]): string => list.map(row => `${row.c} ${row.k} ${row.id}`).join()
  if (names(committed) !== names(rows))
    stage.fail(
      'I5',
      `${device.name} got ${rows.length} of ${committed.length} rows after ${from.commit} to ${to.commit}`,
    )
  checkEnded(stage, device, to, baseOf(device))
  if (to.state === stage.memory.state()) checkBlind(stage, device, baseOf(device))
}

/** A snapshot is the whole base at one commit. */
export const checkSnapshot = (stage: Stage, device: Device): void => {
  const at = positionOf(stage, device.cache.snapshot().head)
  if (at === null) return stage.fail('I12', `${device.name} took a snapshot of no feed that ever was`)
  checkEnded(stage, device, at, baseOf(device))
  const differs = firstDifference(byKey(baseOf(device)), seenBy(device, rowsAt(at.state, at.commit)))
  if (differs !== null) stage.fail('I12', `${device.name} has another ${differs} than commit ${at.commit}`)
}
const seenBy = (device: Device, rows: ReadonlyMap<string, StoredRow>): ReadonlyMap<string, StoredRow> =>
  device.clients === null ? rows : new Map([...rows].filter(([, row]) => sees(device, row.client)))

const byKey = (base: ReadonlyMap<string, Row>): Map<string, Row> =>
  new Map([...base.values()].map(row => [rowKey(row.k, row.id), row]))

/** After a start the prompt is the one after the last beep, and every beeped command is there. */
export const checkStart = (stage: Stage, device: Device): void => {
  const { birth } = device.queue.snapshot()
  const last = (birth?.next ?? 1) - 1
  if (last < device.heard) stage.fail('I8', `${device.name} beeped ${device.heard}, its queue ends at ${last}`)
  checkStep(stage, device, last)
}
const checkStep = (stage: Stage, device: Device, last: number): void => {
  const said = stepIn(device)
  if (said.last !== last)
    return stage.fail('I8', `${device.name} prompts for the step after ${said.last}, its queue ends at ${last}`)
  if (said.n < device.step) return stage.fail('I8', `${device.name} has beeped step ${device.step}, it is at ${said.n}`)
  if (JSON.stringify(said.hand) !== device.told.get(said.n))
    stage.fail('I8', `${device.name} prompts for another step than the one after beep ${said.n}`)
}

/** What is on the screen: confirmed rows and each own command that they do not contain, once. */
export const checkScreen = async (stage: Stage, device: Device, handheld: Handheld): Promise<void> => {
  const { birth } = device.queue.snapshot()
  const { head, manifest } = device.cache.snapshot()
  if (birth === null) return
  const at = positionOf(stage, head)
  if (at !== null && at.commit > at.state.feed.seq)
    return stage.fail('I5', `${device.name} stands at a commit that never was`)
  const last = birth.next - 1
  checkStep(stage, device, last)
  const confirmed = at === null ? prunedUpTo(device, birth) : ownUpTo(at.state, device.id, birth.epoch, at.commit)
  const shown = new Set((await handheld.pending()).map(command => command.seq))
  for (const seq of shown)
    if (seq <= confirmed) return stage.fail('I7', `${device.name} counts its command ${seq} twice`)
  for (let seq = confirmed + 1; seq <= last; seq += 1)
    if (!shown.has(seq))
      return stage.fail(
        seq <= (head?.through[birth.epoch] ?? 0) ? 'I7' : 'I8',
        `${device.name} shows its command ${seq} neither as confirmed nor as pending`,
      )
  if (at === null || manifest === null) return
  const expected = onHandAt(at.state, at.commit)
  for (let seq = confirmed + 1; seq <= last; seq += 1) move(expected, device.acts.get(seq) ?? [])
  const differs = stockDifference(handheld.world(), expected, device)
  if (differs !== null) stage.fail('I7', `${device.name} shows ${differs}`)
}

/** Without a cache nothing confirmed is there to be shown: what has been pruned comes again with the snapshot. */
const prunedUpTo = (device: Device, { epoch, next }: Birth): number => {
  const first = device.queue.snapshot().rows.find(row => row.epoch === epoch)
  return (first?.seq ?? next) - 1
}

const stockDifference = (world: World, expected: ReadonlyMap<string, number>, device: Device): string | null => {
  for (const [text, qty] of expected) {
    const key = keyOfText(text)
    if (!sees(device, key.client)) continue
    const { onHand: shown, hidden } = world.stock(key)
    if (hidden !== true && shown !== qty) return `${shown} instead of ${qty} at ${text.replaceAll('\u001f', ' ')}`
  }
  return null
}
const keys = new Map<string, StockRow>()
/** The key that `stockKeyText` has made a text of. */
const keyOfText = (text: string): StockRow => {
  const known = keys.get(text)
  if (known) return known
  const [location, lpn, status, client, item, lot, serial] = text.split('\u001f')
  const key = { location, lpn, status, client, item, lot, serial, onHand: 0, reserved: 0, held: 0 } as StockRow
  keys.set(text, key)
  return key
}

/** Handheld and server agree on everything, nothing waits. */
export const isQuiet = (stage: Stage, device: Device): boolean => {
  const { birth, marks } = device.queue.snapshot()
  const at = positionOf(stage, device.cache.snapshot().head)
  if (birth === null || at === null || device.handheld === null) return false
  const acked = marks.get(birth.epoch)?.acked ?? 0
  return acked === birth.next - 1 && at.state === stage.memory.state() && at.commit === at.state.feed.seq
}

/** At rest: every beeped command has ended, every base equals the server's, and the books say what lies where. */
export const checkRest = (stage: Stage): void => {
  const state = stage.memory.state()
  const lost = new Set(stage.truth.storages.map(({ device, epoch }) => cursorKey(device.id, epoch)))
  for (const { device, epoch, seq } of stage.truth.beeped) {
    if (lost.has(cursorKey(device, epoch))) continue
    const row = state.commands.get(commandKey(device, epoch, seq))
    if (row === undefined) return stage.fail('I3', `${commandKey(device, epoch, seq)} was beeped and never applied`)
  }
  const all = rowsAt(state, state.feed.seq)
  for (const device of stage.devices) {
    const differs = firstDifference(byKey(baseOf(device)), seenBy(device, all))
    if (differs !== null) stage.fail('I6', `${device.name} has another ${differs} than the server`)
  }
  const adjustments = adjustmentsIn(state)
  const unheard = unheardAt(stage)
  for (const key of new Set([...state.stock.keys(), ...stage.truth.lies.keys()])) {
    const booked = state.stock.get(key)?.onHand ?? 0
    const lies =
      (stage.truth.lies.get(key) ?? 0) -
      (unheard.get(key) ?? 0) +
      (stage.truth.unbooked.get(key) ?? 0) +
      (adjustments.get(key) ?? 0)
    if (booked !== lies)
      return stage.fail('I19', `${lies} lie at ${key.replaceAll('\u001f', ' ')}, the books say ${booked}`)
  }
}
