import { sql } from 'kysely'
import type { LocationId } from '../../shared/ids.ts'
import { grainOf, locate } from '../sync/grain.ts'
import type { Grain } from '../sync/grain.ts'
import type { CommandRef, MessageWrite } from '../sync/ports.ts'
import { stockMessages } from '../sync/stock-message.ts'
import type { Moved } from '../sync/stock-message.ts'
import type { Entry } from './batch.ts'
import type { Scope } from './load.ts'
import type { Executor, Names } from './names.ts'

const MAX_KEPT = 100

/** Mappings of a warehouse by the number that every change of them raises: read once, kept while it stays. */
const grainsOf = async (db: Executor, { grains: kept }: Names, at: Scope, grain: number): Promise<readonly Grain[]> => {
  if (grain === 0) return []
  const name = `${at.warehouse} ${grain}`
  const known = kept.get(name)
  if (known !== undefined) return known
  const { rows } = await sql<{ connector: string; ours: string; theirs: string }>`
    select m.connector, m.ours, m.theirs from erp_map m join connector c on c.uid = m.connector
    where c.warehouse_id = ${at.id} and c.mode <> 'off' and m.kind = 'location' order by m.connector`.execute(db)
  const connectors = [...new Set(rows.map(row => row.connector))]
  const grains = connectors
    .map(connector => grainOf(rows.filter(row => row.connector === connector)))
    .filter(one => !one.trivial)
  if (kept.size >= MAX_KEPT) kept.clear()
  kept.set(name, grains)
  return grains
}

const zonesOf = async (
  db: Executor,
  at: Scope,
  places: readonly LocationId[],
): Promise<ReadonlyMap<string, string | null>> => {
  const { rows } = await sql<{ uid: string; zone: string | null }>`
    select uid, body->>'zone' as zone from location where warehouse_id = ${at.id} and uid = any(${[...places]}::uuid[])`.execute(
    db,
  )
  return new Map(rows.map(row => [row.uid, row.zone]))
}

/**
 * Messages about stock that no document tells of, of all commands of a batch. Nothing is asked of the database where nothing
 * can cross: no correction, no second location in any ERP.
 */
export const stockRows = async (
  db: Executor,
  names: Names,
  at: Scope,
  grain: number,
  entries: readonly Entry[],
  refOf: (entry: Entry) => CommandRef,
): Promise<readonly MessageWrite[]> => {
  const telling = entries.filter(e => e.awaits === null && e.silent !== true && e.effects.movements.length > 0)
  if (telling.length === 0) return []
  const grains = await grainsOf(db, names, at, grain)
  const places = [...new Set(telling.flatMap(e => e.effects.movements.flatMap(m => [m.from.location, m.to.location])))]
  const zones = grains.some(one => one.needsZones) ? await zonesOf(db, at, places) : new Map<string, string | null>()
  const zoneOf = (place: LocationId): string | null => zones.get(place) ?? null
  const moved = telling.map((entry): Moved => ({
    ref: refOf(entry),
    movements: entry.effects.movements,
    facts: entry.facts ?? [],
    ...wordsOf(entry),
  }))
  return stockMessages(moved, at.warehouse, (from, to) =>
    grains.some(one => locate(one, from, zoneOf) !== locate(one, to, zoneOf)),
  )
}

/** Reason and worker as the command has them; what says no reason is named by its type. */
const wordsOf = ({ sealed, worker }: Entry): { reason: string; by: string } => {
  try {
    const body = JSON.parse(sealed.body) as { type?: unknown; kind?: unknown; reason?: unknown }
    const [type = ''] = [body.type, body.kind].filter(name => typeof name === 'string')
    const reason = typeof body.reason === 'string' ? `${type} ${body.reason}` : type
    return { reason, by: worker ?? '' }
  } catch {
    return { reason: '', by: worker ?? '' }
  }
}
