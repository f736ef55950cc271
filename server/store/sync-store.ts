import { sql } from 'kysely'
import type { Line, Lot } from '../../shared/catalogue.ts'
import type { DeviceId, WarehouseId } from '../../shared/ids.ts'
import type { Movement } from '../../shared/ledger/stock.ts'
import { needOfAll } from '../sync/need.ts'
import type { ApplyTx, CommandRef, DecisionTx, GroupTx, SyncStore, Uncovered } from '../sync/ports.ts'
import { renewCounts } from '../sync/renew-counts.ts'
import { touchedRows } from '../sync/touched.ts'
import { applyBatch } from './apply.ts'
import { documentOf } from './batch.ts'
import type { Entry, Origin } from './batch.ts'
import { countedElsewhere } from './blind.ts'
import { renewIn } from './continuity.ts'
import { countBooks } from './counts.ts'
import { decisionBook } from './decision-book.ts'
import { feedPart, lockFeed, raiseCommit, readFeed, readPage, readSnapshot } from './feed.ts'
import type { Commit } from './feed.ts'
import { loadStockOf, loadTables } from './load.ts'
import type { Scope } from './load.ts'
import { MOVEMENT, movementOf } from './movement-rows.ts'
import type { MovementRow } from './movement-rows.ts'
import { idOf } from './names.ts'
import type { Executor, Names } from './names.ts'
import { reserveLines } from './reserve.ts'
import { SERVER_DEVICE, SERVER_DEVICE_ROW } from './server-device.ts'
import { standingParts, standingsOf } from './standing.ts'
import type { StandingFound } from './standing.ts'
import { transact } from './transaction.ts'
import { makeTurns } from './turns.ts'

type At = Origin & { scope: Scope; now: string }

/**
 * Pushes of one warehouse that are in the database at once: one writes, the next has begun and waits for the counter row.
 * More would wait there as well, but in no order, until they time out, and each with a connection that readers need.
 */
const PUSHES_AT_ONCE = 2

/** The protocol's store on PostgreSQL or PGlite. */
export const makeSyncStore = (db: Executor, names: Names, turns = makeTurns(PUSHES_AT_ONCE)): SyncStore => ({
  apply: (at, run) =>
    turns(at.warehouse, () =>
      transact(db, async trx => {
        const id = await names.warehouse(trx, at.warehouse)
        const device = idOf(await names.device(trx, [at.device]), 'device', at.device)
        await lockFeed(trx, id)
        const scope = { warehouse: at.warehouse, id }
        const inside = applyTx(trx, names, { scope, name: at.device, device, epoch: at.epoch, now: at.now })
        const answer = await run(inside.tx)
        return { keep: inside.wrote(), answer }
      }),
    ),
  applyTogether: ({ warehouse, pushers, now }, run) =>
    turns(warehouse, () =>
      transact(db, async trx => {
        const id = await names.warehouse(trx, warehouse)
        const devices = await names.device(
          trx,
          pushers.map(({ device }) => device),
        )
        await lockFeed(trx, id)
        const origins = pushers.map(({ device, epoch }): Origin => {
          return { name: device, device: idOf(devices, 'device', device), epoch }
        })
        const inside = groupTx(trx, names, { scope: { warehouse, id }, origins, now })
        const answer = await run(inside.tx)
        return { keep: inside.wrote(), answer }
      }),
    ),
  decide: (at, run) => transact(db, trx => decideIn(trx, names, at, run)),
  page: at => readPage(db, names, at),
  showCounted: async at => {
    const spots = await countedElsewhere(db, await names.warehouse(db, at.warehouse), at)
    if (spots.length === 0) return
    await showAnew(db, names, { ...at, spots })
  },
  showAnew: at => showAnew(db, names, at),
  feed: async warehouse => readFeed(db, await names.warehouse(db, warehouse)),
  renewFeed: async (warehouse, epoch, by) => {
    const isTaken = await transact(db, async trx => {
      const taken = by.device === null || (await takeWord(trx, by.device, by.now))
      const id = await names.warehouse(trx, warehouse)
      if (taken) await renewIn(trx, { id, epoch, why: by.device === null ? 'restored' : 'handheld', now: by.now })
      return { keep: taken, answer: taken }
    })
    if (isTaken) names.forget()
    return isTaken
  },
  snapshot: (at, rows) => readSnapshot(db, names, at, rows),
})

/** Whether a handheld's word begins a new epoch: once a day, because everybody else has to begin anew for it. */
const takeWord = async (trx: Executor, device: DeviceId, now: string): Promise<boolean> => {
  const { rows } = await sql`
    update device set word_at = ${now}::timestamptz
    where uid = ${device} and (word_at is null or word_at <= ${now}::timestamptz - interval '1 day') returning id`.execute(
    trx,
  )
  return rows.length > 0
}

const showAnew = async (
  db: Executor,
  names: Names,
  { spots, ...at }: Parameters<SyncStore['showAnew']>[0],
): Promise<void> => {
  await transact(db, trx => decideIn(trx, names, at, tx => tx.counts.showAnew(spots)))
}

/** A decision inside a transaction that the caller holds (the import worker adds its cursor to it). */
export const decideIn = async <T>(
  trx: Executor,
  names: Names,
  at: { warehouse: WarehouseId; now: string },
  run: (tx: DecisionTx) => Promise<T>,
): Promise<{ keep: boolean; answer: T }> => {
  const id = await names.warehouse(trx, at.warehouse)
  const feed = await raiseCommit(trx, id)
  const inside = decisionTx(trx, names, {
    scope: { warehouse: at.warehouse, id },
    name: SERVER_DEVICE,
    device: SERVER_DEVICE_ROW,
    epoch: feed.epoch,
    feed,
    now: at.now,
  })
  const answer = await run(inside.tx)
  return { keep: inside.wrote(), answer }
}

type GroupAt = { scope: Scope; origins: readonly Origin[]; now: string }

const groupTx = (trx: Executor, names: Names, at: GroupAt): { tx: GroupTx; wrote: () => boolean } => {
  let wrote = false
  const loaded = new Map<string, Line>()
  let ids: ReadonlyMap<string, number> = new Map()
  let feed: Commit | null = null
  const before = (line: Line): Line | undefined => loaded.get(line.id)
  const tx: GroupTx = {
    standings: async of => {
      const own = standingParts(at.scope.id, at.origins, of)
      const parts = sql<StandingFound & { feed: Commit | null }>`${own}${feedPart(at.scope.id)}`
      const need = needOfAll(of.map(one => one.need))
      const found = await loadTables(trx, at.scope, need, parts)
      feed = found.also.feed
      for (const line of found.tables.lines.values()) loaded.set(line.id, line)
      ids = found.ids
      return standingsOf(found.also).map(standing => ({ ...standing, tables: found.tables }))
    },
    uncovered: document => readUncovered(trx, at.scope, document),
    write: async batches => {
      wrote = true
      const commit = feed ?? (await readFeed(trx, at.scope.id))
      const { seq, grain } = commit
      const entries = batches.flatMap(({ applied }, n) => {
        const origin = at.origins[n]
        if (origin === undefined) throw new Error('a batch of nobody')
        return applied.map((row): Entry => ({ ...row, origin }))
      })
      const messages = batches.flatMap(batch => batch.messages)
      const notes = batches.flatMap(batch => batch.notes)
      const doc = await documentOf(trx, names, at.scope, entries, { messages, notes, before, ids, grain })
      // A commit numbers a thousand messages (apply.ts); each push by itself has its own.
      if (batches.length > 1 && doc.messages.length > 999) throw new Error('too many messages for one commit')
      await applyBatch(trx, { warehouse: at.scope.id, commit: seq, now: at.now }, doc)
      await renewCounts(countBooks(trx, names, { scope: at.scope, now: at.now, feed: commit }), {
        now: at.now,
        entries: entries.map(({ origin, sealed, worker, effects }) => ({
          command: refOf(origin, sealed.seq),
          worker,
          effects,
        })),
        touched: entries.flatMap(({ effects }) => touchedRows(effects, before)),
      })
    },
  }
  return { tx, wrote: () => wrote }
}

const refOf = ({ name, epoch }: Origin, seq: number): CommandRef => ({ device: name, epoch, seq })

const applyTx = (trx: Executor, names: Names, at: At): { tx: ApplyTx; wrote: () => boolean } => {
  const group = groupTx(trx, names, { scope: at.scope, origins: [at], now: at.now })
  let skipped = false
  const tx: ApplyTx = {
    standing: async of => {
      const [standing] = await group.tx.standings([of])
      if (standing === undefined) throw new Error('the question has no answer')
      return standing
    },
    uncovered: group.tx.uncovered,
    write: batch => group.tx.write([batch]),
    skipHole: async to => {
      skipped = true
      await sql`
        insert into device_cursor (warehouse_id, device_id, epoch, last_seq, last_hash)
        values (${at.scope.id}, ${at.device}, ${at.epoch}, ${to}, '*')
        on conflict (warehouse_id, device_id, epoch) do update set last_seq = excluded.last_seq, last_hash = excluded.last_hash`.execute(
        trx,
      )
    },
  }
  return { tx, wrote: () => skipped || group.wrote() }
}

const decisionTx = (
  trx: Executor,
  names: Names,
  at: At & { feed: Commit },
): { tx: DecisionTx; wrote: () => boolean } => {
  let wrote = false
  const loaded = new Map<string, Line>()
  const ids = new Map<string, number>()
  const before = (line: Line): Line | undefined => loaded.get(line.id)
  const counts = countBooks(trx, names, at)
  const tx: DecisionTx = {
    feed: at.feed,
    load: async need => {
      const found = await loadTables(trx, at.scope, need)
      for (const line of found.tables.lines.values()) loaded.set(line.id, line)
      for (const [uid, id] of found.ids) ids.set(uid, id)
      return found.tables
    },
    loadStockOf: items => loadStockOf(trx, at.scope, items),
    write: async decision => {
      wrote = true
      const body = JSON.stringify(decision.body)
      const entry: Entry = {
        origin: { name: at.name, device: at.device, epoch: at.epoch },
        sealed: { seq: at.feed.seq, v: 1, body, hash: '', sig: '' },
        outcome: decision.effects.exceptions.length > 0 ? 'exception' : 'applied',
        reason: null,
        effects: decision.effects,
        awaits: decision.awaits ?? null,
        worker: null,
        at: at.now,
        // What the decision tells by itself is not told again.
        silent: decision.silent === true || (decision.messages ?? []).length > 0,
        facts: decision.adjustments ?? [],
      }
      const doc = await documentOf(trx, names, at.scope, [entry], {
        messages: decision.messages ?? [],
        notes: [],
        before,
        ids,
        grain: at.feed.grain,
      })
      await applyBatch(trx, { warehouse: at.scope.id, commit: at.feed.seq, now: at.now }, doc)
      await renewCounts(counts, {
        now: at.now,
        entries: [{ command: counts.self, worker: null, effects: decision.effects }],
        touched: touchedRows(decision.effects, before),
      })
    },
    counts: {
      ...counts,
      showAnew: async spots => {
        wrote = true
        await counts.showAnew(spots)
      },
      put: async writes => {
        wrote = true
        await counts.put(writes)
      },
    },
    decisions: decisionBook(trx, at.scope),
    uncovered: document => readUncovered(trx, at.scope, document),
    reserve: wants => reserveLines(trx, names, { ...at.scope, commit: at.feed.seq }, wants),
  }
  return { tx, wrote: () => wrote }
}

/** Commands of a receipt that crossed to or from the outside and that no message covers yet, with their movements. */
const readUncovered = async (trx: Executor, scope: Scope, document: string): Promise<readonly Uncovered[]> => {
  const { rows } = await sql<MovementRow & Uncovered['command'] & { known: Lot | null }>`
    select d.uid as device, m.epoch, m.seq, ${MOVEMENT}, o.body as known
    from command k
    join movement m using (warehouse_id, device_id, epoch, seq)
    join device d on d.id = m.device_id join client c on c.id = m.client_id join item i on i.id = m.item_id
    join location f on f.warehouse_id = m.warehouse_id and f.id = m.from_id
    join location t on t.warehouse_id = m.warehouse_id and t.id = m.to_id
    left join lot o on o.warehouse_id = m.warehouse_id and o.client_id = m.client_id and o.item_id = m.item_id and o.lot = m.lot
    where k.warehouse_id = ${scope.id} and k.awaits = ${document}::uuid and k.message is null
    order by m.device_id, m.epoch, m.seq, m.n`.execute(trx)
  const found = new Map<string, Uncovered & { movements: Movement[]; lots: Lot[] }>()
  for (const row of rows) {
    const key = `${row.device}/${row.epoch}/${row.seq}`
    const { device, epoch, seq, known } = row
    const entry = found.get(key) ?? { command: { device, epoch, seq }, movements: [], lots: [] }
    entry.movements.push(movementOf(row))
    if (known !== null) entry.lots.push(known)
    found.set(key, entry)
  }
  return [...found.values()]
}
