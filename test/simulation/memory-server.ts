import { NO_NEED } from '../../server/sync/ports.ts'
import type { PolicySet } from '../../shared/policy.ts'
import { maskRows } from '../../shared/sync/blind.ts'
import { blindClients, inQuestion, NOBODY_BLIND, withholdExpected } from '../../shared/sync/expected.ts'
import { isBlindFor, spotsOf } from '../../server/sync/blind.ts'
import type { Blind, Spot } from '../../shared/sync/blind.ts'
import type { Onlooker } from '../../server/sync/blind.ts'
import { needOfAll } from '../../server/sync/need.ts'
import type {
  ApplyTx,
  DecisionTx,
  GroupTx,
  Need,
  Page,
  Pusher,
  Standing,
  StandingOf,
  SyncStore,
} from '../../server/sync/ports.ts'
import type { Claim, Document, Line, Location, Lot, Task } from '../../shared/catalogue.ts'
import type { ClientId, DeviceId, DocumentId, ItemId, LocationId } from '../../shared/ids.ts'
import { isEmpty, stockKeyText } from '../../shared/ledger/stock.ts'
import type { Movement, StockKey } from '../../shared/ledger/stock.ts'
import { commandText } from '../../shared/ledger/world.ts'
import { bodyOfStock, emptyTables, putRow, rowId } from '../../shared/sync/rows.ts'
import type { MutableTables } from '../../shared/sync/rows.ts'
import { FIRST_HASH } from '../../shared/sync/seal.ts'
import type { Row } from '../../shared/sync/wire.ts'
import { msOf } from '../../shared/time.ts'
import type { SiteSeed } from '../support/site.ts'
import { commandKey, copyState, cursorKey, emptyState, rowKey, stockIn, undoable } from './memory-state.ts'
import type { ServerState, StoredRow, Writes } from './memory-state.ts'
import { memoryCounts, renewInMemory, SERVER_DEVICE } from './memory-counts.ts'
import { writeEntries, writeRow, writeStock } from './memory-write.ts'

/** The server's store in memory, with the image of its last backup. Passes the contract suite of the SQL stores. */
export type MemoryServer = {
  store: SyncStore
  state(): ServerState
  /** What the last backup holds decides what `durable` says. */
  backUp(): void
  /** Puts the last backup back and returns the state that was thrown away. The caller renews the feed. */
  restore(): ServerState
}

const DAY_MS = 86_400_000
const VIRTUAL = new Set(['supplier', 'customer', 'adjustment', 'scrap', 'transit', 'unknown'])

export const makeMemoryServer = (site: SiteSeed): MemoryServer => {
  let state = emptyState(site.warehouse.feedEpoch)
  seed(state, site)
  let backup = copyState(state)
  /** When the word of a handheld was last taken. */
  const words = new Map<DeviceId, number>()
  let last: Promise<unknown> = Promise.resolve()
  /** The counter row: one transaction after the other. */
  const locked = <T>(run: () => Promise<T>): Promise<T> => {
    const mine = last.then(run, run)
    last = mine.catch(() => undefined)
    return mine
  }
  const transact = <T>(run: (writes: Writes, wrote: () => void) => Promise<T>): Promise<T> =>
    locked(async () => {
      const writes = undoable(state)
      state.feed = { ...state.feed, seq: state.feed.seq + 1 }
      let kept = false
      try {
        const answer = await run(writes, () => {
          kept = true
        })
        if (!kept) writes.rollBack()
        return answer
      } catch (error) {
        writes.rollBack()
        throw error
      }
    })
  const store: SyncStore = {
    apply: (at, run) => transact((writes, wrote) => run(applyTx(state, site, writes, at, wrote))),
    applyTogether: ({ pushers, now }, run) =>
      transact((writes, wrote) => run(groupTx(state, site, writes, { pushers, now }, wrote))),
    decide: (at, run) => transact((writes, wrote) => run(decisionTx(state, site, writes, at.now, wrote))),
    page: at => locked(async () => pageOf(state, backup, at)),
    showCounted: async ({ device, workers, now }) => {
      const tasks = [...state.rows.values()].flatMap(row => (row.k === 'task' ? [row.b as Task] : []))
      const spots = spotsOf(
        tasks.filter(
          task => task.lease?.device !== device && workers.some(worker => isBlindFor(task, { device: null, worker })),
        ),
      )
      if (spots.length === 0) return
      await transact(async (writes, wrote) => {
        wrote()
        await memoryCounts(state, site, writes, now).showAnew(spots)
      })
    },
    showAnew: ({ spots, now }) =>
      transact(async (writes, wrote) => {
        wrote()
        await memoryCounts(state, site, writes, now).showAnew(spots)
      }),
    feed: async () => state.feed,
    renewFeed: async (_, epoch, { device, now }) => {
      if (device !== null) {
        const before = words.get(device)
        if (before !== undefined && msOf(now) - before < DAY_MS) return false
        words.set(device, msOf(now))
      }
      state.feed = { ...state.feed, epoch }
      return true
    },
    snapshot: (at, take) =>
      locked(async () => {
        const rows = expectedLeftOut(state, maskRows(snapshotRows(state, at.clients), blindFor(state, at)))
        for (let i = 0; i < rows.length; i += 50) await take(rows.slice(i, i + 50))
        const own = [...state.cursors.values()].filter(cursor => cursor.device === at.device)
        const acked = Object.fromEntries(own.map(cursor => [cursor.epoch, cursor.lastSeq]))
        return { feedEpoch: state.feed.epoch, commit: state.feed.seq, floor: state.feed.floor, through: acked, acked }
      }),
  }
  return {
    store,
    state: () => state,
    backUp: () => {
      backup = copyState(state)
    },
    restore: () => {
      const lost = state
      state = copyState(backup)
      return lost
    },
  }
}

const seed = (state: ServerState, site: SiteSeed): void => {
  const writes = undoable(state)
  state.feed = { ...state.feed, seq: 1 }
  for (const client of site.clients) writeRow(state, writes, 'client', client, client.id)
  for (const location of site.locations) writeRow(state, writes, 'location', location, null)
  writeRow(state, writes, 'policy', site.policies, null)
  writeRow(state, writes, 'roster', { text: JSON.stringify(site.roster), sig: 'test' }, null)
}

const standingCursor = (known: Standing['cursor'] | undefined): Standing['cursor'] =>
  known === undefined
    ? { lastSeq: 0, lastHash: FIRST_HASH, lastAt: null }
    : { lastSeq: known.lastSeq, lastHash: known.lastHash, lastAt: known.lastAt }

const archivedAt = (state: ServerState, at: Pusher, seq: number): readonly Standing['archived'][number][] => {
  const row = state.commands.get(commandKey(at.device, at.epoch, seq))
  if (row === undefined) return []
  const { outcome, reason, exceptions, hash } = row
  return [{ seq, outcome, exceptions: [...exceptions], hash, ...(reason === null ? {} : { reason }) }]
}

const applyTx = (
  state: ServerState,
  site: SiteSeed,
  writes: Writes,
  at: Parameters<SyncStore['apply']>[0],
  wrote: () => void,
): ApplyTx => {
  const name = cursorKey(at.device, at.epoch)
  return {
    standing: async of => standingIn(state, site, at, of, loadTables(state, site, of.need)),
    uncovered: async document => uncoveredIn(state, document),
    write: async batch => {
      wrote()
      const before = linesNow(state)
      const { applied: entries, messages, notes } = batch
      writeEntries(state, writes, at, { entries, messages, notes })
      await renewInMemory(state, site, writes, at.now, [{ at, entries }], before)
    },
    skipHole: async to => {
      wrote()
      const lastAt = state.cursors.get(name)?.lastAt ?? null
      writes.put(state.cursors, name, { device: at.device, epoch: at.epoch, lastSeq: to, lastHash: '*', lastAt })
    },
  }
}

const standingIn = (
  state: ServerState,
  site: SiteSeed,
  at: Pusher,
  { numbers, rosters }: StandingOf,
  tables: MutableTables,
): Standing => ({
  isActive: true,
  cursor: standingCursor(state.cursors.get(cursorKey(at.device, at.epoch))),
  archived: [...numbers].sort((a, b) => a - b).flatMap(seq => archivedAt(state, at, seq)),
  worker: (id, version) => {
    const found = site.roster.workers.find(worker => worker.id === id) ?? null
    return { then: version === site.roster.version && rosters.includes(version) ? found : null, now: found }
  },
  policy: () => null,
  tables,
})

const groupTx = (
  state: ServerState,
  site: SiteSeed,
  writes: Writes,
  { pushers, now }: { pushers: readonly Pusher[]; now: string },
  wrote: () => void,
): GroupTx => ({
  standings: async of => {
    const tables = loadTables(state, site, needOfAll(of.map(one => one.need)))
    return pushers.flatMap((at, n) => {
      const one = of[n]
      return one === undefined ? [] : [standingIn(state, site, at, one, tables)]
    })
  },
  uncovered: async document => uncoveredIn(state, document),
  write: async batches => {
    wrote()
    const before = linesNow(state)
    for (const [n, at] of pushers.entries()) {
      const { applied: entries = [], messages = [], notes = [] } = batches[n] ?? {}
      writeEntries(state, writes, { ...at, now }, { entries, messages, notes })
    }
    const all = pushers.map((at, n) => ({ at, entries: batches[n]?.applied ?? [] }))
    await renewInMemory(state, site, writes, now, all, before)
  },
})

const uncoveredIn = (state: ServerState, document: string) =>
  [...state.commands.values()]
    .filter(row => row.awaits === document && row.message === null)
    .map(({ device, epoch, seq, movements }) => ({
      command: { device, epoch, seq },
      movements,
      lots: lotsOf(state, movements),
    }))

const lotsOf = (state: ServerState, movements: readonly Movement[]): readonly Lot[] =>
  [...state.rows.values()].flatMap(row => {
    const lot = row.k === 'lot' ? (row.b as Lot) : null
    const isMoved = movements.some(m => m.client === lot?.client && m.item === lot.item && m.lot === lot.lot)
    return lot !== null && isMoved ? [lot] : []
  })

const linesNow = (state: ServerState): ReadonlyMap<string, Line> =>
  new Map([...state.rows.values()].flatMap(row => (row.k === 'line' ? [[row.id, row.b as Line]] : [])))

const decisionTx = (
  state: ServerState,
  site: SiteSeed,
  writes: Writes,
  now: string,
  wrote: () => void,
): DecisionTx => ({
  feed: state.feed,
  load: async need => loadTables(state, site, need),
  loadStockOf: async items => {
    const tables = loadTables(state, site, { ...NO_NEED, items })
    const wanted = new Set<string>(items)
    for (const row of state.stock.values()) if (wanted.has(row.item)) tables.stock.set(stockKeyText(row), row)
    for (const row of state.rows.values()) if (row.k === 'location' || row.k === 'lot') putRow(tables, row)
    return tables
  },
  write: async decision => {
    wrote()
    const { epoch, seq } = state.feed
    const sealed = { seq, v: 1, body: JSON.stringify(decision.body), hash: '', sig: '' }
    const outcome = decision.effects.exceptions.length > 0 ? 'exception' : 'applied'
    const { effects } = decision
    const awaits = decision.awaits ?? null
    const entry = { sealed, outcome, reason: null, effects, awaits, worker: null, at: null } as const
    const at = { device: SERVER_DEVICE, epoch, now }
    const before = linesNow(state)
    writeEntries(state, writes, at, { entries: [entry], messages: decision.messages ?? [], notes: [] })
    await renewInMemory(state, site, writes, now, [{ at, entries: [entry] }], before)
  },
  counts: {
    ...memoryCounts(state, site, writes, now),
    showAnew: async spots => {
      wrote()
      await memoryCounts(state, site, writes, now).showAnew(spots)
    },
    put: async more => {
      wrote()
      await memoryCounts(state, site, writes, now).put(more)
    },
  },
  decisions: {
    find: async ids => new Map([...state.decisions].filter(([id]) => ids.includes(id))),
    keep: async decided => {
      for (const { id, hash, answer } of decided) writes.put(state.decisions, id, { hash, answer })
    },
  },
  uncovered: async document => uncoveredIn(state, document),
  reserve: async wants => reserved(state, writes, wants),
})
const loadTables = (state: ServerState, site: SiteSeed, need: Need): MutableTables => {
  const tables = emptyTables(site.warehouse.id)
  const policy = state.rows.get(rowKey('policy', 'policy'))
  if (policy) putRow(tables, policy)
  const items = new Set<ItemId>(need.items)
  for (const item of site.items) if (items.has(item.id)) tables.items.set(item.id, item)
  const ids = new Set<string>([...need.documents, ...need.tasks, ...need.lines])
  const documents = new Set<string>(need.documents)
  if (need.batches) for (const id of batchMates(state, ids)) documents.add(id)
  const places = new Set<LocationId>(need.locations)
  for (const row of state.rows.values()) {
    if (!ids.has(row.id) && (row.document === null || !documents.has(row.document))) continue
    putRow(tables, row)
    if (row.k === 'line') for (const { location } of (row.b as Line).claims) places.add(location)
    const tote = row.k === 'task' ? (row.b as Task).tote : null
    if (tote !== null) places.add(tote)
  }
  for (const id of places) {
    const row = state.rows.get(rowKey('location', id))
    if (row) putRow(tables, row)
  }
  for (const { client, item, lot } of need.lots) {
    const id = rowId('lot', { client, item, lot, expiry: null, firstReceivedAt: null, blocked: false })
    const row = state.rows.get(rowKey('lot', id))
    if (row) putRow(tables, row)
  }
  for (const line of tables.lines.values()) items.add(line.item)
  const pallets = new Set<string>(need.lpns)
  for (const id of need.lpns) {
    const row = state.rows.get(rowKey('lpn', id))
    if (row) putRow(tables, row)
  }
  for (const row of state.stock.values()) {
    if (!pallets.has(row.lpn)) continue
    items.add(row.item)
    const place = state.rows.get(rowKey('location', row.location))
    if (place) putRow(tables, place)
  }
  for (const item of site.items) if (items.has(item.id)) tables.items.set(item.id, item)
  if (need.takes || need.lpns.length > 0)
    for (const claim of state.claims.values()) {
      if (claim.kind !== 'reserve' || claim.qty === 0 || !items.has(claim.key.item)) continue
      if (!places.has(claim.key.location) && !pallets.has(claim.key.lpn)) continue
      const line = state.rows.get(rowKey('line', claim.owner))
      const document = line === undefined ? undefined : state.rows.get(rowKey('document', line.document ?? ''))
      for (const row of [line, document]) if (row) putRow(tables, row)
    }
  if (need.takes || need.lpns.length > 0)
    for (const row of state.rows.values()) {
      const task = row.k === 'task' ? (row.b as Task) : null
      if (task?.count && places.has(task.count.location) && !['done', 'cancelled'].includes(task.state))
        putRow(tables, row)
      if (task?.tote && places.has(task.tote)) putRow(tables, row)
    }
  for (const key of need.undone)
    for (const command of state.commands.values())
      if (command.undone?.some(of => commandText(of) === commandText(key))) tables.undone.add(commandText(key))
  if (need.everywhere)
    for (const row of state.stock.values()) {
      if (!items.has(row.item)) continue
      const lot = rowId('lot', { ...row, expiry: null, firstReceivedAt: null, blocked: false })
      for (const key of [rowKey('location', row.location), rowKey('lot', lot)]) {
        const found = state.rows.get(key)
        if (found) putRow(tables, found)
      }
    }
  const whole = new Set<LocationId>(need.contents)
  for (const row of state.stock.values()) if (whole.has(row.location)) tables.stock.set(stockKeyText(row), row)
  const real = (place: Location | undefined): boolean => place !== undefined && !VIRTUAL.has(place.kind)
  for (const row of state.stock.values())
    if (items.has(row.item) && real(tables.locations.get(row.location))) tables.stock.set(stockKeyText(row), row)
  return tables
}

/** Documents whose tasks are in one batch with a task of these documents, or with one of these tasks. */
const batchMates = (state: ServerState, ids: ReadonlySet<string>): readonly DocumentId[] => {
  const tasks = [...state.rows.values()].flatMap(row => (row.k === 'task' ? [row.b as Task] : []))
  const batches = new Set(
    tasks
      .filter(task => ids.has(task.id) || ids.has(task.document ?? ''))
      .flatMap(task => (task.batch ? [task.batch.id] : [])),
  )
  return tasks.flatMap(task => (task.batch && task.document && batches.has(task.batch.id) ? [task.document] : []))
}

/** A stock row grants all that is wanted from it, or nothing. */
const reserved = (
  state: ServerState,
  writes: Writes,
  wants: readonly { line: Line; claims: readonly Claim[] }[],
): readonly Line[] => {
  const needed = new Map<string, { key: StockKey; qty: number }>()
  for (const { line, claims } of wants)
    for (const claim of claims) {
      const key = { ...claim, client: line.client, item: line.item }
      const text = stockKeyText(key)
      needed.set(text, { key, qty: (needed.get(text)?.qty ?? 0) + claim.qty })
    }
  const granted = new Set<string>()
  for (const [text, { key, qty }] of needed) {
    const row = stockIn(state, key)
    if (row.status !== 'available' || row.onHand - row.reserved - row.held < qty) continue
    granted.add(text)
    writeStock(state, writes, key, { onHand: 0, reserved: qty, held: 0 })
  }
  return wants.map(({ line, claims }) => {
    const mine = claims.filter(claim => granted.has(stockKeyText({ ...claim, client: line.client, item: line.item })))
    const after = { ...line, claims: [...line.claims, ...mine] }
    for (const claim of mine) {
      const key = { ...claim, client: line.client, item: line.item }
      const name = `reserve/${line.id}/${stockKeyText(key)}`
      const qty = (state.claims.get(name)?.qty ?? 0) + claim.qty
      writes.put(state.claims, name, { owner: line.id, kind: 'reserve' as const, key, qty })
    }
    writeRow(state, writes, 'line', after, line.client, line.document)
    return after
  })
}

const blindFor = (state: ServerState, eyes: Onlooker & { spots?: readonly Spot[] }): Blind => {
  const { device } = eyes
  const tasks = [...state.rows.values()].flatMap(row => (row.k === 'task' ? [row.b as Task] : []))
  const own = tasks.flatMap(task => (task.lease?.device === device && task.document ? [task.document] : []))
  return { spots: [...spotsOf(tasks.filter(task => isBlindFor(task, eyes))), ...(eyes.spots ?? [])], own, device }
}

const expectedLeftOut = (state: ServerState, rows: readonly Row[]): readonly Row[] => {
  const policies = state.rows.get(rowKey('policy', 'policy'))?.b as PolicySet | undefined
  const asked = inQuestion(rows, policies === undefined ? NOBODY_BLIND : blindClients(policies))
  const isDelivery = (id: string): boolean =>
    (state.rows.get(rowKey('document', id))?.b as Document | undefined)?.kind === 'receipt'
  return withholdExpected(rows, new Set(asked.filter(isDelivery)))
}

const mayRead = (row: StoredRow, clients: readonly ClientId[] | null): boolean =>
  clients === null || row.client === null || clients.includes(row.client)
const wire = ({ c, k, id, b }: StoredRow): Row => ({ c, k, id, b })

const pageOf = (state: ServerState, backup: ServerState, at: Parameters<SyncStore['page']>[0]): Page => {
  const { rows, upTo } = changesAfter(state, at)
  const known = state.cursors.get(cursorKey(at.device, at.epoch))
  let through = known?.lastSeq ?? 0
  for (; through > 0; through -= 1) {
    const command = state.commands.get(commandKey(at.device, at.epoch, through))
    if (command !== undefined && command.commit <= upTo) break
  }
  return {
    feedEpoch: state.feed.epoch,
    head: state.feed.seq,
    floor: state.feed.floor,
    rows: expectedLeftOut(state, maskRows(rows.map(wire), blindFor(state, at))),
    upTo,
    more: upTo < state.feed.seq,
    through,
    acked: known?.lastSeq ?? 0,
    durable: backup.cursors.get(cursorKey(at.device, at.epoch))?.lastSeq ?? 0,
    catalogue: 'sha256-simulated',
  }
}

/** Changes above a number, cut between commits; one commit above the limit is sent whole. */
const changesAfter = (
  state: ServerState,
  at: { after: number; limit: number; clients: readonly ClientId[] | null },
): { rows: readonly StoredRow[]; upTo: number } => {
  const head = state.feed.seq
  if (at.after >= head) return { rows: [], upTo: head }
  const rows: StoredRow[] = []
  for (let i = firstAfter(state.changes, at.after); i < state.changes.length; i += 1) {
    const row = state.changes[i]
    if (row === undefined || !mayRead(row, at.clients)) continue
    const first = rows[0]
    if (rows.length >= at.limit && first !== undefined && row.c !== first.c) {
      const whole = rows.filter(one => one.c < row.c)
      const cut = rows.at(-1)?.c === row.c ? whole : rows
      return { rows: cut, upTo: cut.at(-1)?.c ?? row.c - 1 }
    }
    rows.push(row)
  }
  return { rows, upTo: head }
}

/** Index of the first change of a commit above `after`; changes are in the order of their commits. */
const firstAfter = (changes: readonly StoredRow[], after: number): number => {
  let low = 0
  let high = changes.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((changes[middle]?.c ?? 0) > after) high = middle
    else low = middle + 1
  }
  return low
}

/** Every row of a state that a reader of these clients may see. */
export const snapshotRows = (state: ServerState, clients: readonly ClientId[] | null): Row[] => {
  const stock = [...state.stock.values()]
    .filter(row => !isEmpty(row) && (clients === null || clients.includes(row.client)))
    .map(row => ({ c: row.commit, k: 'balance' as const, id: stockKeyText(row), b: bodyOfStock(row) }))
  return [...[...state.rows.values()].filter(row => mayRead(row, clients)).map(wire), ...stock]
}
