import { classify } from '../erp/compare/classify.ts'
import { movesOf } from '../erp/compare/signs.ts'
import { stockText } from '../erp/effect.ts'
import { isErpError } from '../erp/erp-error.ts'
import type { Drift, Evidence, MessageEvidence, MoveEvidence } from '../erp/compare/verdict.ts'
import { isoOf, msOf } from '../../shared/time.ts'
import type { CompareDeps } from './compare.ts'
import { messageEffects, payloadOf, touches } from './compare-effects.ts'
import type { DriftRow } from './compare-port.ts'
import type { LotOf, Ours, TheirMove } from './compare-look.ts'
import type { OutboxRow } from './outbox-port.ts'

const WINDOW_MS = 30 * 24 * 3_600_000
const MAX_FINISHED = 20_000
/** The ERP is asked about so many messages of one figure, the newest first. */
const MAX_ASKED = 6
/** And about so many more of one run, where no one message explains a figure. */
const MAX_MORE = 200
const OPEN_PAGE = 5000

/** Movements that explained a figure whose difference is closed by now, and may explain what is left of it. */
export type Known = readonly Pick<DriftRow, 'item' | 'location' | 'lot' | 'moves'>[]

type Given = {
  drifts: readonly Drift[]
  moves: readonly TheirMove[]
  ours: Ours
  messages: readonly OutboxRow[]
  lotOf: LotOf
  known?: Known
}

/** Everything that may explain these differences; the ERP is asked only about messages that would, if they were not there. */
export const gatherEvidence = async (
  deps: CompareDeps,
  { drifts, moves, ours, messages, lotOf, known = [] }: Given,
  signal: AbortSignal,
): Promise<(drift: Drift) => Evidence> => {
  if (drifts.length === 0) return () => ({ mapped: true, messages: [], moves: [], ratios: [], sameItem: [] })
  const remotes = [...new Set(drifts.map(drift => drift.item))]
  const items = await deps.store.items(deps.id, remotes)
  const ids = new Set([...items.values()].map(item => item.id as string))
  const since = isoOf(msOf(deps.now()) - WINDOW_MS)
  const finished = (await deps.store.finished(deps.id, since, MAX_FINISHED)).filter(row => touches(row, ids))
  const byMessage = new Map([...finished, ...messages].map(row => [row.key, row]))
  const names = new Map([...items].map(([remote, { id }]) => [id as string, remote]))
  const told = grouped(
    [...byMessage.values()].flatMap(row => effectsIn(row, ours, item => names.get(item) ?? item, lotOf)),
    one => one.text,
  )
  const before = new Map([...known.map(drift => [stockText(drift), drift.moves] as const), ...(await openMoves(deps))])
  const moved = grouped(moves, move => move.text)
  const sameItem = grouped(drifts, drift => drift.item)
  const answers = new Map<string, Answer>()
  const evidence = (drift: Drift): Evidence => {
    const text = stockText(drift)
    const mine = (told.get(text) ?? []).map(({ text: _text, ...one }): MessageEvidence => ({
      ...one,
      ...answers.get(one.key),
    }))
    const all = new Map<string, MoveEvidence>((before.get(text) ?? []).map(move => [move.id, move]))
    for (const { id, n, key, at } of moved.get(text) ?? []) all.set(id, { id, n, key, at })
    return {
      mapped: items.has(drift.item),
      messages: mine,
      moves: [...all.values()],
      ratios: items.get(drift.item)?.ratios ?? [],
      sameItem: sameItem.get(drift.item) ?? [],
    }
  }
  const asking = { rows: byMessage, answers }
  await askAbout(deps, { ...asking, keys: drifts.flatMap(drift => likely(drift, evidence(drift))) }, signal)
  // What no one message explains may be several: those that the ERP does not show by their movements are asked for.
  const open = drifts.filter(drift => NOT_ONE.has(classify(drift, evidence(drift)).class))
  const more = open.flatMap(drift => silent(evidence(drift))).slice(0, MAX_MORE)
  await askAbout(deps, { ...asking, keys: more }, signal)
  return evidence
}

const NOT_ONE: ReadonlySet<string> = new Set(['several', 'unexplained'])
const newest = (messages: readonly MessageEvidence[]): string[] =>
  [...messages]
    .sort((a, b) => (a.at < b.at ? 1 : -1))
    .slice(0, MAX_ASKED)
    .map(message => message.key)

/** Posted messages that would explain the difference by themselves, if they were not there or were there more than once. */
const likely = ({ drift }: Drift, { messages }: Evidence): string[] =>
  newest(
    messages.filter(({ state, n }) => {
      const times = drift / n
      return state === 'posted' && (times === -1 || (Number.isInteger(times) && times >= 1))
    }),
  )

const silent = ({ messages, moves }: Evidence): string[] =>
  newest(
    messages.filter(
      message => message.state === 'posted' && message.found === null && movesOf(moves, message).length === 0,
    ),
  )

type Told = MessageEvidence & { text: string }

const effectsIn = (row: OutboxRow, ours: Ours, remoteOf: (item: string) => string, lotOf: LotOf): Told[] => {
  const payload = payloadOf(row)
  if (payload === null) return []
  const countedAt = payload.type === 'adjustment' ? (payload.count?.countedAt ?? null) : null
  return messageEffects(payload, ours.group, remoteOf).map(({ n, ...at }) => ({
    text: stockText({ ...at, lot: lotOf(at.item, at.lot) }),
    key: row.key,
    type: row.type,
    state: row.state,
    n,
    at: row.createdAt,
    countedAt,
    postedAt: row.postedAt,
    found: null,
    refs: 0,
  }))
}

/** Movements that explained an open difference before still do, although the cursor has gone on. */
const openMoves = async ({ store, id }: CompareDeps): Promise<ReadonlyMap<string, readonly MoveEvidence[]>> => {
  const open = await store.drifts(id, { open: true }, { after: null, limit: OPEN_PAGE })
  return new Map(open.map(drift => [stockText(drift), drift.moves]))
}

type Answer = Pick<MessageEvidence, 'found' | 'refs'>
type Asking = { keys: readonly string[]; rows: ReadonlyMap<string, OutboxRow>; answers: Map<string, Answer> }

const askAbout = async (deps: CompareDeps, { keys, rows, answers }: Asking, signal: AbortSignal): Promise<void> => {
  for (const key of new Set(keys)) {
    const row = rows.get(key)
    const answer = row === undefined || answers.has(key) ? null : await ask(deps, row, signal)
    if (answer !== null) answers.set(key, answer)
  }
}

/** What cannot be asked now is no evidence; what keeps the ERP from answering at all ends the run. */
const ask = async (
  { connector, toOperation }: CompareDeps,
  row: OutboxRow,
  signal: AbortSignal,
): Promise<Answer | null> => {
  try {
    const op = await toOperation(row)
    if (op === null) return null
    const found = await connector.find(op, row.remoteRef, signal)
    return { found: found.state, refs: found.state === 'many' ? found.refs.length : 1 }
  } catch (error) {
    if (isErpError(error) && ['config', 'conflict', 'rejected'].includes(error.class)) return null
    throw error
  }
}

const grouped = <T>(rows: readonly T[], keyOf: (row: T) => string): ReadonlyMap<string, T[]> => {
  const groups = new Map<string, T[]>()
  for (const row of rows) {
    const group = groups.get(keyOf(row))
    if (group === undefined) groups.set(keyOf(row), [row])
    else group.push(row)
  }
  return groups
}
