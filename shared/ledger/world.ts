import type {
  Document,
  DocumentKind,
  Item,
  Line,
  Location,
  Lot,
  Lpn,
  Task,
  TaskKind,
  VirtualKind,
} from '../catalogue.ts'
import { derivedId, NO_LPN } from '../ids.ts'
import type { ClientId, DocumentId, ItemId, LineId, LocationId, LpnId, TaskId, WarehouseId } from '../ids.ts'
import type { PolicySet } from '../policy.ts'
import type { CommandKey } from '../sync/command.ts'
import type { Effects } from './effects.ts'
import { keyAt, keyOf, stockKeyText } from './stock.ts'
import type { Balance, StockKey, StockRow } from './stock.ts'

/** The confirmed rows: what the server sent (handheld) or what it loaded for a batch (server). Never written by a World. */
export type Tables = {
  warehouse: WarehouseId
  policies: PolicySet
  items: ReadonlyMap<ItemId, Item>
  locations: ReadonlyMap<LocationId, Location>
  /** By `lotKey`. */
  lots: ReadonlyMap<string, Lot>
  documents: ReadonlyMap<DocumentId, Document>
  lines: ReadonlyMap<LineId, Line>
  tasks: ReadonlyMap<TaskId, Task>
  /** By `stockKeyText`. */
  stock: ReadonlyMap<string, StockRow>
  lpns: ReadonlyMap<LpnId, Lpn>
  /** Commands that were taken back, by `commandText`; the server loads what it is asked about. */
  undone: ReadonlySet<string>
}

export const commandText = (key: CommandKey): string => `${key.device}/${key.epoch}/${key.seq}`

/** The work that a document is opened for, where nothing else is said. */
const MAIN: Record<DocumentKind, TaskKind> = { receipt: 'receive', order: 'pick', return: 'return' }

export const lotKey = (client: ClientId, item: ItemId, lot: string): string => [client, item, lot].join('\u001f')

/** Virtual places have the same name on every device and server of a warehouse, without asking. */
export const virtualLocation = (warehouse: WarehouseId, kind: VirtualKind): LocationId => {
  if (virtual.warehouse !== warehouse) virtual = { warehouse, places: new Map() }
  const known = virtual.places.get(kind) ?? derivedId<'location'>('location', warehouse, kind)
  virtual.places.set(kind, known)
  return known
}
/** Every movement asks for them: those of the warehouse that was asked for last are kept. */
let virtual: { warehouse: WarehouseId | null; places: Map<VirtualKind, LocationId> } = {
  warehouse: null,
  places: new Map(),
}

/** Reading the local copy of the warehouse: the confirmed rows with everything pending folded in. */
export interface View {
  readonly warehouse: WarehouseId
  readonly policies: PolicySet
  /** Places, or one item there, that whoever looks counts blind without the books saying so. */
  readonly counting?: readonly { location: LocationId; item: ItemId | null }[]
  item(id: ItemId): Item | undefined
  location(id: LocationId): Location | undefined
  locations(): Iterable<Location>
  lot(client: ClientId, item: ItemId, lot: string): Lot | undefined
  document(id: DocumentId): Document | undefined
  documents(): Iterable<Document>
  line(id: LineId): Line | undefined
  linesOf(document: DocumentId): readonly Line[]
  task(id: TaskId): Task | undefined
  /** The document's task of a kind; without a kind, the work that it is opened for (receive, pick, return). */
  taskOf(document: DocumentId, kind?: TaskKind): Task | undefined
  tasks(): Iterable<Task>
  /** Zero balance where there is no row. */
  stock(key: StockKey): StockRow
  /** Rows that are not empty. */
  stockAt(location: LocationId): readonly StockRow[]
  stockOf(client: ClientId, item: ItemId): readonly StockRow[]
  /** What is on a pallet, wherever the books have it. */
  stockOn(lpn: LpnId): readonly StockRow[]
  /** Rows of goods with this lot or serial, of whatever item; goes through all rows. */
  stockLabelled(label: string): readonly StockRow[]
  lpn(id: LpnId): Lpn | undefined
  /** Lines that have reserved goods on a stock row. */
  linesClaiming(key: StockKey): readonly Line[]
  isUndone(key: CommandKey): boolean
}

/** A View that effects can be applied to. `reset` forgets them all: the rebase is reset + replay. */
export interface World extends View {
  apply(effects: Effects): void
  reset(): void
  /** Rows that differ from the confirmed ones, for drawing "pending" and for what the server writes. */
  changedStock(): Iterable<StockRow>
}

const ZERO: Balance = { onHand: 0, reserved: 0, held: 0 }

/** Confirmed rows below, pending ones above; a missing pending row falls through. */
const layered = <K, V>(base: ReadonlyMap<K, V>) => {
  const over = new Map<K, V>()
  return {
    over,
    get: (key: K): V | undefined => over.get(key) ?? base.get(key),
    *all(): Iterable<V> {
      for (const [key, value] of base) if (!over.has(key)) yield value
      yield* over.values()
    },
  }
}

/**
 * Layered rows that are asked for by their document. Those that are pending alone are kept by it as well: a batch makes
 * hundreds of lines, and each command asks for those of its own document.
 */
const layeredByDocument = <K, V extends { document: DocumentId | null }>(base: ReadonlyMap<K, V>) => {
  const layer = layered(base)
  const { over } = layer
  const confirmed = indexed(base, ([, row]) => row.document)
  const pending = new Map<DocumentId | null, Map<K, V>>()
  return {
    get: layer.get,
    all: layer.all,
    over,
    put: (key: K, row: V): void => {
      const before = over.get(key)
      over.set(key, row)
      if (base.has(key)) return
      if (before !== undefined && before.document !== row.document) pending.get(before.document)?.delete(key)
      const there = pending.get(row.document) ?? new Map<K, V>()
      pending.set(row.document, there.set(key, row))
    },
    /** Confirmed rows in their present state, then the pending ones. */
    of: (document: DocumentId): V[] => [
      ...(confirmed.get(document) ?? []).map(([key, row]) => over.get(key) ?? row),
      ...(pending.get(document)?.values() ?? []),
    ],
    clear: (): void => {
      over.clear()
      pending.clear()
    },
  }
}

/** Rows by a second key. Confirmed rows are indexed once per World, pending ones as they come. */
const indexed = <T, K>(rows: Iterable<T>, by: (row: T) => K): Map<K, T[]> => {
  const index = new Map<K, T[]>()
  for (const row of rows) {
    const at = index.get(by(row))
    if (at) at.push(row)
    else index.set(by(row), [row])
  }
  return index
}

const clientItem = (client: ClientId, item: ItemId): string => `${client}\u001f${item}`

/** Differences of two lists of claims, as changes of `reserved` per stock row. */
export const claimChanges = (before: Line | undefined, after: Line): { key: StockKey; qty: number }[] => {
  const changes = new Map<string, { key: StockKey; qty: number }>()
  const add = (line: Line, sign: number): void => {
    for (const claim of line.claims) {
      const key = { ...keyOf({ ...claim, client: line.client, item: line.item }) }
      const text = stockKeyText(key)
      const change = changes.get(text) ?? { key, qty: 0 }
      change.qty += sign * claim.qty
      changes.set(text, change)
    }
  }
  if (before) add(before, -1)
  add(after, 1)
  return [...changes.values()].filter(change => change.qty !== 0)
}

const claimKeys = (line: Line): readonly string[] =>
  line.claims.map(claim => stockKeyText({ ...claim, client: line.client, item: line.item }))

/** Builds the world over confirmed tables. The tables may be replaced only by making a new World. */
export const makeWorld = (tables: Tables): World => {
  const locations = layered(tables.locations)
  const lots = layered(tables.lots)
  const documents = layered(tables.documents)
  const lines = layeredByDocument(tables.lines)
  const tasks = layeredByDocument(tables.tasks)
  const stock = layered(tables.stock)
  const stockByLocation = indexed(tables.stock.values(), row => row.location)
  const stockByItem = indexed(tables.stock.values(), row => clientItem(row.client, row.item))
  const onPallets = [...tables.stock.values()].filter(row => row.lpn !== NO_LPN)
  const stockByLpn = indexed(onPallets, row => row.lpn)
  const lpns = layered(tables.lpns)
  const undone = new Set<string>()
  const claimRows = [...tables.lines.values()].flatMap(line => claimKeys(line).map(key => ({ key, line })))
  const linesByClaim = indexed(claimRows, row => row.key)

  /** Base rows of an index in their present state, then the pending rows that the base does not have. */
  const current = <K, V>(
    base: readonly V[] | undefined,
    layer: { over: Map<K, V>; get(key: K): V | undefined },
    known: ReadonlyMap<K, V>,
    keyOfRow: (row: V) => K,
    fits: (row: V) => boolean,
  ): V[] => {
    const rows = (base ?? []).map(row => layer.get(keyOfRow(row)) ?? row)
    for (const [key, row] of layer.over) if (!known.has(key) && fits(row)) rows.push(row)
    return rows
  }

  const rowOf = (key: StockKey): StockRow => stock.get(stockKeyText(key)) ?? { ...keyOf(key), ...ZERO }
  const add = (key: StockKey, change: Partial<Balance>): void => {
    const text = stockKeyText(key)
    const row = stock.get(text) ?? { ...keyOf(key), ...ZERO }
    stock.over.set(text, {
      ...row,
      onHand: row.onHand + (change.onHand ?? 0),
      reserved: row.reserved + (change.reserved ?? 0),
      held: row.held + (change.held ?? 0),
    })
  }
  const filled = (rows: StockRow[]): StockRow[] =>
    rows.filter(row => row.onHand !== 0 || row.reserved !== 0 || row.held !== 0 || row.hidden === true)

  const apply = (effects: Effects): void => {
    for (const m of effects.movements) {
      add(keyAt(m, m.from), { onHand: -m.qty })
      add(keyAt(m, m.to), { onHand: m.qty })
    }
    for (const line of effects.lines) {
      for (const { key, qty } of claimChanges(lines.get(line.id), line)) add(key, { reserved: qty })
      lines.put(line.id, line)
    }
    for (const hold of effects.holds) add(hold.key, { held: hold.qty })
    for (const row of effects.documents) documents.over.set(row.id, row)
    for (const row of effects.tasks) tasks.put(row.id, row)
    for (const row of effects.locations) locations.over.set(row.id, row)
    for (const row of effects.lots) lots.over.set(lotKey(row.client, row.item, row.lot), row)
    for (const row of effects.lpns) lpns.over.set(row.id, row)
    for (const key of effects.undone) undone.add(commandText(key))
  }

  const linesClaiming = (key: StockKey): readonly Line[] => {
    const text = stockKeyText(key)
    const found = new Map<LineId, Line>()
    for (const { line } of linesByClaim.get(text) ?? []) found.set(line.id, lines.get(line.id) ?? line)
    for (const line of lines.over.values()) found.set(line.id, line)
    return [...found.values()].filter(line => claimKeys(line).includes(text)).sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  return {
    warehouse: tables.warehouse,
    policies: tables.policies,
    item: id => tables.items.get(id),
    location: locations.get,
    locations: locations.all,
    lot: (client, item, lot) => lots.get(lotKey(client, item, lot)),
    document: documents.get,
    documents: documents.all,
    line: lines.get,
    linesOf: id => lines.of(id).sort((a, b) => a.no - b.no),
    task: tasks.get,
    taskOf: (id, kind) => {
      const document = documents.get(id)
      const wanted = kind ?? (document === undefined ? undefined : MAIN[document.kind])
      return tasks.of(id).find(task => task.kind === wanted)
    },
    tasks: tasks.all,
    stock: rowOf,
    stockAt: id =>
      filled(current(stockByLocation.get(id), stock, tables.stock, stockKeyText, row => row.location === id)),
    stockOf: (client, item) =>
      filled(
        current(
          stockByItem.get(clientItem(client, item)),
          stock,
          tables.stock,
          stockKeyText,
          row => row.client === client && row.item === item,
        ),
      ),
    stockOn: id => filled(current(stockByLpn.get(id), stock, tables.stock, stockKeyText, row => row.lpn === id)),
    stockLabelled: label =>
      label === '' ? [] : filled([...stock.all()].filter(row => row.lot === label || row.serial === label)),
    lpn: lpns.get,
    linesClaiming,
    isUndone: key => undone.has(commandText(key)) || tables.undone.has(commandText(key)),
    apply,
    reset: () => {
      for (const layer of [locations, lots, documents, stock, lpns]) layer.over.clear()
      lines.clear()
      tasks.clear()
      undone.clear()
    },
    changedStock: () => stock.over.values(),
  }
}

/** A loose, available address: the usual case. */
export const looseAt = (location: LocationId, status: StockRow['status'] = 'available') => ({
  location,
  lpn: NO_LPN,
  status,
})
