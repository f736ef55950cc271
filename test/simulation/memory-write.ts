import type { CommandRef, MessageWrite } from '../../server/sync/ports.ts'
import type { ClientId, DeviceId, DocumentId, WorkerId } from '../../shared/ids.ts'
import type { Effects, ExceptionDraft } from '../../shared/ledger/effects.ts'
import { stockKeyText } from '../../shared/ledger/stock.ts'
import type { StockKey, StockRow } from '../../shared/ledger/stock.ts'
import { claimChanges } from '../../shared/ledger/world.ts'
import { bodyOfStock, rowId } from '../../shared/sync/rows.ts'
import type { Bodies } from '../../shared/sync/rows.ts'
import type { Line } from '../../shared/catalogue.ts'
import type { Kind, Outcome, Sealed } from '../../shared/sync/wire.ts'
import { commandKey, cursorKey, rowKey, stockIn } from './memory-state.ts'
import type { ServerState, StoredRow, Writes } from './memory-state.ts'

export type Entry = {
  sealed: Sealed
  outcome: Outcome
  reason: string | null
  effects: Effects
  awaits: DocumentId | null
  worker: WorkerId | null
  at: string | null
}
export type WriteAt = { device: DeviceId; epoch: string; now: string }

type Change = { onHand: number; reserved: number; held: number }

/** What one apply statement does in SQL: commands, movements, claims, balances, work, exceptions, changes, outbox, cursor. */
export const writeEntries = (
  state: ServerState,
  writes: Writes,
  at: WriteAt,
  batch: { entries: readonly Entry[]; messages: readonly MessageWrite[]; notes: readonly ExceptionDraft[] },
): void => {
  const touched = new Map<string, { key: StockKey; change: Change }>()
  const add = (key: StockKey, change: Partial<Change>): void => {
    const text = stockKeyText(key)
    const sum = touched.get(text)?.change ?? { onHand: 0, reserved: 0, held: 0 }
    touched.set(text, {
      key,
      change: {
        onHand: sum.onHand + (change.onHand ?? 0),
        reserved: sum.reserved + (change.reserved ?? 0),
        held: sum.held + (change.held ?? 0),
      },
    })
  }
  const work = new Map<string, () => void>()
  for (const entry of batch.entries) {
    writeCommand(state, writes, at, entry)
    for (const m of entry.effects.movements) {
      add({ ...m, ...m.from }, { onHand: -m.qty })
      add({ ...m, ...m.to }, { onHand: m.qty })
    }
    for (const line of entry.effects.lines) {
      const before = state.rows.get(rowKey('line', line.id))?.b as Line | undefined
      for (const { key, qty } of claimChanges(before, line)) {
        addClaim(state, writes, 'reserve', line.id, key, qty)
        add(key, { reserved: qty })
      }
      // The next command of the batch must see this line; its change row is written once, at the end.
      writes.put(state.rows, rowKey('line', line.id), stored(state, 'line', line, line.client, line.document))
    }
    for (const hold of entry.effects.holds) {
      addClaim(state, writes, 'hold', hold.owner, hold.key, hold.qty)
      add(hold.key, { held: hold.qty })
    }
    workOf(state, writes, entry.effects, work)
    for (const draft of entry.effects.exceptions) raise(state, writes, draft)
  }
  for (const note of batch.notes) raise(state, writes, note)
  for (const { key, change } of touched.values()) writeStock(state, writes, key, change)
  for (const write of work.values()) write()
  for (const message of batch.messages) deliver(state, writes, message)
  const last = batch.entries.at(-1)
  if (last === undefined) return
  const known = state.cursors.get(cursorKey(at.device, at.epoch))
  const times = batch.entries.flatMap(entry => (entry.at === null ? [] : [entry.at])).sort()
  writes.put(state.cursors, cursorKey(at.device, at.epoch), {
    device: at.device,
    epoch: at.epoch,
    lastSeq: last.sealed.seq,
    lastHash: last.sealed.hash,
    lastAt: times.at(-1) ?? known?.lastAt ?? null,
  })
}

const writeCommand = (state: ServerState, writes: Writes, at: WriteAt, entry: Entry): void => {
  const { device, epoch } = at
  const key = commandKey(at.device, at.epoch, entry.sealed.seq)
  if (state.commands.has(key)) throw new Error(`${key} is known: nothing may be committed`)
  writes.put(state.commands, key, {
    device,
    epoch,
    worker: entry.worker,
    receivedAt: at.now,
    seq: entry.sealed.seq,
    body: entry.sealed.body,
    hash: entry.sealed.hash,
    outcome: entry.outcome,
    reason: entry.reason,
    exceptions: entry.effects.exceptions.map(draft => draft.id),
    movements: entry.effects.movements,
    awaits: entry.awaits,
    message: null,
    undone: entry.effects.undone,
    commit: state.feed.seq,
  })
}

export const addClaim = (
  state: ServerState,
  writes: Writes,
  kind: 'reserve' | 'hold',
  owner: string,
  key: StockKey,
  qty: number,
): void => {
  const name = `${kind}/${owner}/${stockKeyText(key)}`
  writes.put(state.claims, name, { owner, kind, key, qty: (state.claims.get(name)?.qty ?? 0) + qty })
}

const stored = <K extends Kind>(
  state: ServerState,
  kind: K,
  body: Bodies[K],
  client: ClientId | null,
  document: DocumentId | null,
) => ({ c: state.feed.seq, k: kind, id: rowId(kind, body), b: body, client, document })

/** Writes a row and its change row. */
export const writeRow = <K extends Kind>(
  state: ServerState,
  writes: Writes,
  kind: K,
  body: Bodies[K],
  client: ClientId | null,
  document: DocumentId | null = null,
): void => {
  const row = stored(state, kind, body, client, document)
  writes.put(state.rows, rowKey(kind, row.id), row)
  putChange(state, row)
}

/** One change row for each thing and commit: a reader takes the first one of a commit and no second. */
const putChange = (state: ServerState, row: StoredRow): void => {
  for (let i = state.changes.length - 1; i >= 0; i -= 1) {
    const before = state.changes[i]
    if (before === undefined || before.c < row.c) break
    if (before.k === row.k && before.id === row.id) {
      state.changes[i] = row
      return
    }
  }
  state.changes.push(row)
}

/** The last state of each thing, so that a commit has one change row of it. */
const workOf = (state: ServerState, writes: Writes, effects: Effects, work: Map<string, () => void>): void => {
  for (const body of effects.documents)
    work.set(body.id, () => writeRow(state, writes, 'document', body, body.client, body.id))
  for (const body of effects.lines)
    work.set(body.id, () => writeRow(state, writes, 'line', body, body.client, body.document))
  for (const body of effects.tasks)
    work.set(body.id, () => writeRow(state, writes, 'task', body, body.client, body.document))
  for (const body of effects.locations) work.set(body.id, () => writeRow(state, writes, 'location', body, null))
  for (const body of effects.lpns) work.set(body.id, () => writeRow(state, writes, 'lpn', body, body.client))
  for (const body of effects.lots) work.set(rowId('lot', body), () => writeRow(state, writes, 'lot', body, body.client))
}

/** One open row for each kind and subject: a second hit raises its counter. */
export const raise = (state: ServerState, writes: Writes, draft: ExceptionDraft): void => {
  const open = [...state.exceptions.values()].find(
    row => row.open && row.kind === draft.kind && row.subject === draft.subject,
  )
  if (open) writes.put(state.exceptions, open.id, { ...open, hits: open.hits + 1 })
  else
    writes.put(state.exceptions, draft.id, {
      kind: draft.kind,
      subject: draft.subject,
      id: draft.id,
      hits: 1,
      open: true,
    })
}

/** Adds to one stock row and writes its absolute figures into the feed. */
export const writeStock = (state: ServerState, writes: Writes, key: StockKey, change: Change): void => {
  if (change.onHand === 0 && change.reserved === 0 && change.held === 0) return
  const before = stockIn(state, key)
  const row = {
    ...before,
    onHand: before.onHand + change.onHand,
    reserved: before.reserved + change.reserved,
    held: before.held + change.held,
    commit: state.feed.seq,
  }
  writes.put(state.stock, stockKeyText(key), row)
  showStock(state, row)
}

/** The change row of a stock row as it is. */
export const showStock = (state: ServerState, row: StockRow): void =>
  putChange(state, {
    c: state.feed.seq,
    k: 'balance',
    id: stockKeyText(row),
    b: bodyOfStock(row),
    client: row.client,
    document: null,
  })

const deliver = (state: ServerState, writes: Writes, message: MessageWrite): void => {
  if (state.outbox.has(message.key)) throw new Error(`message ${message.key} is known: nothing may be committed`)
  writes.put(state.outbox, message.key, message)
  for (const ref of message.covers) cover(state, writes, ref, message.key)
}
const cover = (state: ServerState, writes: Writes, ref: CommandRef, message: string): void => {
  const key = commandKey(ref.device, ref.epoch, ref.seq)
  const command = state.commands.get(key)
  if (command) writes.put(state.commands, key, { ...command, message })
}
