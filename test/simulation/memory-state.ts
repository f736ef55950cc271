import type { MessageWrite } from '../../server/sync/ports.ts'
import type { Seen, Variance } from '../../shared/count/variance.ts'
import type { ClientId, DeviceId, DocumentId, WorkerId } from '../../shared/ids.ts'
import { stockKeyText } from '../../shared/ledger/stock.ts'
import type { Movement, StockKey, StockRow } from '../../shared/ledger/stock.ts'
import type { CommandKey } from '../../shared/sync/command.ts'
import type { DecisionAnswer } from '../../shared/sync/decision.ts'
import type { Kind, Outcome, Row } from '../../shared/sync/wire.ts'

export type StoredCommand = {
  device: DeviceId
  epoch: string
  seq: number
  body: string
  hash: string
  outcome: Outcome
  reason: string | null
  exceptions: readonly string[]
  movements: readonly Movement[]
  awaits: DocumentId | null
  message: string | null
  worker: WorkerId | null
  receivedAt: string
  /** What it took back. */
  undone: readonly CommandKey[]
  /** The commit that wrote it. */
  commit: number
}
export type StoredRow = Row & { client: ClientId | null; document: DocumentId | null }
export type DeviceCursor = { device: DeviceId; epoch: string; lastSeq: number; lastHash: string; lastAt: string | null }
export type OpenException = { kind: string; subject: string; id: string; hits: number; open: boolean }
export type StoredClaim = { owner: string; kind: 'reserve' | 'hold'; key: StockKey; qty: number }

/** All tables of one warehouse. Values are never changed in place, so a shallow copy of the maps is a backup. */
export type ServerState = {
  feed: { epoch: string; seq: number; floor: number }
  cursors: Map<string, DeviceCursor>
  commands: Map<string, StoredCommand>
  stock: Map<string, StockRow & { commit: number }>
  claims: Map<string, StoredClaim>
  /** Everything in the feed but stock, by `rowKey`. */
  rows: Map<string, StoredRow>
  changes: StoredRow[]
  exceptions: Map<string, OpenException>
  outbox: Map<string, MessageWrite>
  /** Keys of messages that the ERP has confirmed. */
  delivered: Map<string, true>
  /** In the order of their arrival. */
  observations: Map<string, Seen>
  /** By row and round. */
  variances: Map<string, Variance>
  /** When places (and items in them) were counted last. */
  visits: Map<string, string>
  /** What handhelds have said of themselves. */
  beats: Map<DeviceId, Beat>
  decisions: Map<string, { hash: string; answer: DecisionAnswer }>
}

/** The last contact of a handheld; `waits`: something was not sent then, the oldest of it at `report`. */
export type Beat = { seenAt: string; report: string; waits: boolean; worker: WorkerId | null }

export const rowKey = (kind: Kind, id: string): string => `${kind}\u0000${id}`
export const commandKey = (device: string, epoch: string, seq: number): string => `${device}/${epoch}/${seq}`
export const cursorKey = (device: string, epoch: string): string => `${device}/${epoch}`

export const emptyState = (epoch: string): ServerState => ({
  feed: { epoch, seq: 0, floor: 0 },
  cursors: new Map(),
  commands: new Map(),
  stock: new Map(),
  claims: new Map(),
  rows: new Map(),
  changes: [],
  exceptions: new Map(),
  outbox: new Map(),
  delivered: new Map(),
  observations: new Map(),
  variances: new Map(),
  visits: new Map(),
  beats: new Map(),
  decisions: new Map(),
})

export const copyState = (state: ServerState): ServerState => ({
  feed: { ...state.feed },
  cursors: new Map(state.cursors),
  commands: new Map(state.commands),
  stock: new Map(state.stock),
  claims: new Map(state.claims),
  rows: new Map(state.rows),
  changes: state.changes.slice(),
  exceptions: new Map(state.exceptions),
  outbox: new Map(state.outbox),
  delivered: new Map(state.delivered),
  observations: new Map(state.observations),
  variances: new Map(state.variances),
  visits: new Map(state.visits),
  beats: new Map(state.beats),
  decisions: new Map(state.decisions),
})

/** A stock row of the state, zero where there is none. */
export const stockIn = (state: ServerState, key: StockKey): StockRow & { commit: number } =>
  state.stock.get(stockKeyText(key)) ?? {
    client: key.client,
    item: key.item,
    lot: key.lot,
    serial: key.serial,
    location: key.location,
    lpn: key.lpn,
    status: key.status,
    onHand: 0,
    reserved: 0,
    held: 0,
    commit: 0,
  }

/** Writes with a way back: a transaction that fails leaves no trace. */
export const undoable = (state: ServerState) => {
  const undo: (() => void)[] = []
  const feed = { ...state.feed }
  const changes = state.changes.length
  return {
    put: <V>(map: Map<string, V>, key: string, value: V): void => {
      const had = map.has(key)
      const before = map.get(key)
      undo.push(() => {
        if (had && before !== undefined) map.set(key, before)
        else map.delete(key)
      })
      map.set(key, value)
    },
    rollBack: (): void => {
      for (const back of undo.reverse()) back()
      state.feed = feed
      state.changes.length = changes
    },
  }
}
export type Writes = ReturnType<typeof undoable>
