import { sql } from 'kysely'
import type { Document, Line, Location, Lot, Lpn, Task } from '../../shared/catalogue.ts'
import { claimChanges } from '../../shared/ledger/world.ts'
import type { Effects, ExceptionDraft } from '../../shared/ledger/effects.ts'
import { stockKeyText } from '../../shared/ledger/stock.ts'
import type { StockKey } from '../../shared/ledger/stock.ts'
import { rowId } from '../../shared/sync/rows.ts'
import type { Sealed } from '../../shared/sync/wire.ts'
import type { DeviceId, WorkerId } from '../../shared/ids.ts'
import type { CommandRef, MessageWrite } from '../sync/ports.ts'
import type { AdjustmentFacts } from '../sync/stock-message.ts'
import type { Scope } from './load.ts'
import { messageRows } from './message-rows.ts'
import { stockRows } from './stock-rows.ts'
import { idOf } from './names.ts'
import type { Executor, Names } from './names.ts'
import { storable } from './quarantine.ts'

/** Whose commands are written: a handheld, or the server's own device for decisions. */
export type Origin = { name: DeviceId; device: number; epoch: string }

/** One command with its judged effects, or a decision in the form of a command. */
export type Entry = {
  origin: Origin
  sealed: Sealed
  outcome: string
  reason: string | null
  effects: Effects
  awaits: string | null
  worker: WorkerId | null
  at: string | null
  /** The ERP has it already: no message. */
  silent?: boolean
  facts?: readonly AdjustmentFacts[]
}

export type BatchDocument = {
  commands: Record<string, unknown>[]
  movements: Record<string, unknown>[]
  claims: Record<string, unknown>[]
  work: Record<string, unknown>[]
  lots: Record<string, unknown>[]
  locations: Record<string, unknown>[]
  exceptions: Record<string, unknown>[]
  messages: Record<string, unknown>[]
  covers: Record<string, unknown>[]
}

/** Turns judged entries into the rows of the one apply statement. `before` gives a line as it was loaded. */
export const documentOf = async (
  db: Executor,
  names: Names,
  at: Scope,
  entries: readonly Entry[],
  extras: {
    messages: readonly MessageWrite[]
    notes: readonly ExceptionDraft[]
    before: (line: Line) => Line | undefined
    /** Integers of names that this transaction has read. */
    ids: ReadonlyMap<string, number>
    grain: number
  },
): Promise<BatchDocument> => {
  const refOf = ({ origin, sealed }: Entry): CommandRef => ({
    device: origin.name,
    epoch: origin.epoch,
    seq: sealed.seq,
  })
  const keyOf = ({ origin, sealed }: Entry) => ({ device_id: origin.device, epoch: origin.epoch, seq: sealed.seq })
  const messages = [...extras.messages, ...(await stockRows(db, names, at, extras.grain, entries, refOf))]
  const effects = entries.map(entry => entry.effects)
  const goods = [
    ...effects.flatMap(e => e.movements),
    ...effects.flatMap(e => e.lines),
    ...effects.flatMap(e => e.holds.map(hold => hold.key)),
    ...effects.flatMap(e => e.lots),
  ]
  const { ids } = extras
  const unread = (uids: readonly string[]): string[] => uids.filter(uid => !ids.has(uid))
  const items = await names.item(db, unread(goods.map(g => g.item)))
  const clients = await names.client(
    db,
    unread([
      ...goods.map(g => g.client),
      ...effects.flatMap(e => [...e.documents, ...e.tasks, ...e.lpns].map(row => row.client)),
    ]),
  )
  const locations = await writeLocations(
    db,
    at,
    effects.flatMap(e => e.locations),
  )
  const places = await locationRows(db, at, effects, extras)
  const place = (uid: string): number => ids.get(uid) ?? idOf(places, 'location', uid)
  const item = (uid: string): number => ids.get(uid) ?? idOf(items, 'item', uid)
  const client = (uid: string): number => ids.get(uid) ?? idOf(clients, 'client', uid)
  const covers = await coverRows(db, names, entries, messages)
  const coveredBy = new Map(covers.flatMap(c => (c.own ? [[`${c.device_id}/${c.epoch}/${c.seq}`, c.key]] : [])))
  const messageOf = ({ origin, sealed }: Entry): string | null =>
    coveredBy.size === 0 ? null : (coveredBy.get(`${origin.device}/${origin.epoch}/${sealed.seq}`) ?? null)

  return {
    commands: entries.map(entry => ({
      device_id: entry.origin.device,
      epoch: entry.origin.epoch,
      seq: entry.sealed.seq,
      v: entry.sealed.v,
      body: storable(entry.sealed.body),
      hash: entry.sealed.hash,
      sig: entry.sealed.sig,
      outcome: entry.outcome,
      reason: entry.reason,
      exceptions: entry.effects.exceptions.map(e => e.id),
      worker: entry.worker,
      awaits: entry.awaits,
      at: entry.at,
      undoes: undoesOf(entry.effects),
      message: messageOf(entry),
    })),
    movements: entries.flatMap(entry =>
      entry.effects.movements.map((m, n) => ({
        device_id: entry.origin.device,
        epoch: entry.origin.epoch,
        seq: entry.sealed.seq,
        n,
        client_id: client(m.client),
        item_id: item(m.item),
        lot: m.lot,
        serial: m.serial,
        from_id: place(m.from.location),
        from_lpn: m.from.lpn,
        from_status: m.from.status,
        to_id: place(m.to.location),
        to_lpn: m.to.lpn,
        to_status: m.to.status,
        qty: m.qty,
        taken_at: m.takenAt,
        at: m.at,
        unc: m.unc,
      })),
    ),
    claims: claimRows(effects, extras.before).map(({ kind, owner, key, qty }) => ({
      kind,
      owner,
      location_id: place(key.location),
      lpn: key.lpn,
      client_id: client(key.client),
      item_id: item(key.item),
      lot: key.lot,
      serial: key.serial,
      status: key.status,
      qty,
    })),
    work: workRows(effects).map(row => ({ ...row, client_id: client(row.client) })),
    lots: lastOf(
      effects.flatMap(e => e.lots),
      lot => rowId('lot', lot),
    ).map(lot => ({
      id: rowId('lot', lot),
      client_id: client(lot.client),
      item_id: item(lot.item),
      lot: lot.lot,
      body: lot satisfies Lot,
    })),
    locations,
    exceptions: [
      ...entries.flatMap(entry => entry.effects.exceptions.map(e => ({ ...keyOf(entry), ...e }))),
      ...extras.notes.map(e => ({ seq: null, ...e })),
    ].map((e, n) => ({ n, ...e })),
    messages: await messageRows(db, at, messages, entries),
    covers: covers.filter(c => !c.own),
  }
}

/** The command of the same handheld that this one takes back. */
const undoesOf = ({ undone: [of] }: Effects): string | null => (of === undefined ? null : `${of.epoch}/${of.seq}`)

const lastOf = <T>(rows: readonly T[], by: (row: T) => string): T[] => [
  ...new Map(rows.map(row => [by(row), row])).values(),
]

const workRows = (effects: readonly Effects[]) => {
  const rows = [
    ...effects.flatMap(e =>
      e.documents.map((b: Document) => ({
        kind: 'document',
        id: b.id,
        document: b.id,
        client: b.client,
        state: b.state,
        body: b as unknown,
      })),
    ),
    ...effects.flatMap(e =>
      e.lines.map((b: Line) => ({
        kind: 'line',
        id: b.id,
        document: b.document,
        client: b.client,
        state: b.state,
        body: b as unknown,
      })),
    ),
    ...effects.flatMap(e =>
      e.lpns.map((b: Lpn) => ({
        kind: 'lpn',
        id: b.id,
        document: null,
        client: b.client,
        state: 'open',
        body: b as unknown,
      })),
    ),
    ...effects.flatMap(e =>
      e.tasks.map((b: Task) => ({
        kind: 'task',
        id: b.id,
        document: b.document,
        client: b.client,
        state: b.state,
        body: b as unknown,
      })),
    ),
  ]
  return lastOf(rows, row => row.id)
}

/** Signed changes per owner and stock row over the whole batch, zeros left out. */
const claimRows = (effects: readonly Effects[], before: (line: Line) => Line | undefined) => {
  const sums = new Map<string, { kind: 'reserve' | 'hold'; owner: string; key: StockKey; qty: number }>()
  const add = (kind: 'reserve' | 'hold', owner: string, key: StockKey, qty: number): void => {
    const text = `${kind}\u001f${owner}\u001f${stockKeyText(key)}`
    const row = sums.get(text) ?? { kind, owner, key, qty: 0 }
    row.qty += qty
    sums.set(text, row)
  }
  const known = new Map<string, Line | undefined>()
  for (const e of effects) {
    for (const line of e.lines) {
      const was = known.has(line.id) ? known.get(line.id) : before(line)
      for (const { key, qty } of claimChanges(was, line)) add('reserve', line.id, key, qty)
      known.set(line.id, line)
    }
    for (const hold of e.holds) add('hold', hold.owner, hold.key, hold.qty)
  }
  return [...sums.values()].filter(row => row.qty !== 0)
}

const coverRows = async (
  db: Executor,
  names: Names,
  entries: readonly Entry[],
  messages: readonly MessageWrite[],
): Promise<{ device_id: number; epoch: string; seq: number; key: string; own: boolean }[]> => {
  if (messages.length === 0) return []
  const batch = new Set(entries.map(({ origin, sealed }) => `${origin.device}/${origin.epoch}/${sealed.seq}`))
  const refs = messages.flatMap(m => m.covers.map(ref => ({ ...ref, key: m.key })))
  const devices = await names.device(
    db,
    refs.map(ref => ref.device),
  )
  return refs.map(ref => {
    const device_id = idOf(devices, 'device', ref.device)
    return {
      device_id,
      epoch: ref.epoch,
      seq: ref.seq,
      key: ref.key,
      own: batch.has(`${device_id}/${ref.epoch}/${ref.seq}`),
    }
  })
}

/** New or moved totes and cartons are written first, as their own statement, so that movements can name them. */
const writeLocations = async (
  db: Executor,
  at: Scope,
  locations: readonly Location[],
): Promise<Record<string, unknown>[]> => {
  const rows = lastOf(locations, location => location.id)
  if (rows.length === 0) return []
  await sql`
    insert into location (warehouse_id, uid, body, feed_seq)
    select ${at.id}::int, x.id, x.body, (select seq from feed where warehouse_id = ${at.id})
    from jsonb_to_recordset(${JSON.stringify(rows.map(body => ({ id: body.id, body })))}::jsonb) as x(id uuid, body jsonb)
    on conflict (warehouse_id, uid) do update set body = excluded.body, feed_seq = excluded.feed_seq`.execute(db)
  return rows.map(body => ({ id: body.id, body }))
}

/** Integers of the places that are not among `ids`. */
const locationRows = async (
  db: Executor,
  at: Scope,
  effects: readonly Effects[],
  { before, ids }: { before: (line: Line) => Line | undefined; ids: ReadonlyMap<string, number> },
): Promise<ReadonlyMap<string, number>> => {
  const lines = effects.flatMap(e => e.lines)
  const uids = new Set<string>([
    ...effects.flatMap(e => e.movements.flatMap(m => [m.from.location, m.to.location])),
    ...effects.flatMap(e => e.holds.map(hold => hold.key.location)),
    ...lines.flatMap(line => [...line.claims, ...(before(line)?.claims ?? [])].map(claim => claim.location)),
  ])
  const unread = [...uids].filter(uid => !ids.has(uid))
  if (unread.length === 0) return new Map()
  const { rows } = await sql<{ uid: string; id: number }>`
    select uid, id from location where warehouse_id = ${at.id} and uid = any(${unread}::uuid[])`.execute(db)
  return new Map(rows.map(row => [row.uid, row.id]))
}
