import { stockText } from '../erp/effect.ts'
import { isErpError } from '../erp/erp-error.ts'
import type { Drift, Evidence, MessageEvidence, MoveEvidence } from '../erp/compare/verdict.ts'
import { isoOf, msOf } from '../../shared/time.ts'
import type { CompareDeps } from './compare.ts'
import { messageEffects, payloadOf, touches } from './compare-effects.ts'
import type { Ours, TheirMove } from './compare-look.ts'
import type { OutboxRow } from './outbox-port.ts'

const WINDOW_MS = 30 * 24 * 3_600_000
const MAX_FINISHED = 20_000
/** The ERP is asked about so many messages of one figure, the newest first. */
const MAX_ASKED = 6
const OPEN_PAGE = 5000

type Given = { drifts: readonly Drift[]; moves: readonly TheirMove[]; ours: Ours; messages: readonly OutboxRow[] }

/** Everything that may explain these differences; the ERP is asked only about messages that would, if they were not there. */
export const gatherEvidence = async (
  deps: CompareDeps,
  { drifts, moves, ours, messages }: Given,
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
    [...byMessage.values()].flatMap(row => effectsIn(row, ours, item => names.get(item) ?? item, items)),
    one => one.text,
  )
  const before = await openMoves(deps)
  const moved = grouped(moves, move => move.text)
  const sameItem = grouped(drifts, drift => drift.item)
  const asked = await askAbout(deps, { drifts, told, rows: byMessage }, signal)
  return drift => {
    const text = stockText(drift)
    const mine = (told.get(text) ?? []).map(({ text: _text, ...one }): MessageEvidence => ({
      ...one,
      ...asked.get(one.key),
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
}

type Told = MessageEvidence & { text: string }

const effectsIn = (
  row: OutboxRow,
  ours: Ours,
  remoteOf: (item: string) => string,
  items: ReadonlyMap<string, { serial: boolean }>,
): Told[] => {
  const payload = payloadOf(row)
  if (payload === null) return []
  const countedAt = payload.type === 'adjustment' ? (payload.count?.countedAt ?? null) : null
  return messageEffects(payload, ours.group, remoteOf).map(({ n, ...at }) => ({
    text: stockText(items.get(at.item)?.serial === true ? { ...at, lot: '' } : at),
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

type Asking = {
  drifts: readonly Drift[]
  told: ReadonlyMap<string, readonly Told[]>
  rows: ReadonlyMap<string, OutboxRow>
}

const askAbout = async (
  deps: CompareDeps,
  { drifts, told, rows }: Asking,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Pick<MessageEvidence, 'found' | 'refs'>>> => {
  const wanted = new Set<string>()
  for (const drift of drifts) {
    const would = (told.get(stockText(drift)) ?? []).filter(({ state, n }) => {
      const times = drift.drift / n
      return state === 'posted' && (times === -1 || (Number.isInteger(times) && times >= 1))
    })
    for (const { key } of would.sort((a, b) => (a.at < b.at ? 1 : -1)).slice(0, MAX_ASKED)) wanted.add(key)
  }
  const answers = new Map<string, Pick<MessageEvidence, 'found' | 'refs'>>()
  for (const key of wanted) {
    const row = rows.get(key)
    const answer = row === undefined ? null : await ask(deps, row, signal)
    if (answer !== null) answers.set(key, answer)
  }
  return answers
}

/** What cannot be asked now is no evidence; what keeps the ERP from answering at all ends the run. */
const ask = async (
  { connector, toOperation }: CompareDeps,
  row: OutboxRow,
  signal: AbortSignal,
): Promise<Pick<MessageEvidence, 'found' | 'refs'> | null> => {
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
