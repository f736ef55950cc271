import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { Grain } from '../sync/grain.ts'
import type { Database } from './database.ts'

export type Executor = Kysely<Database>

/**
 * UUIDs ↔ the integers of this database. A pair never changes while it exists, so pairs that were read are kept; what a
 * transaction has just made is read without keeping it, because the transaction may still roll back.
 */
export type Names = {
  warehouse(db: Executor, uid: string): Promise<number>
  item(db: Executor, uids: readonly string[]): Promise<ReadonlyMap<string, number>>
  client(db: Executor, uids: readonly string[]): Promise<ReadonlyMap<string, number>>
  device(db: Executor, uids: readonly string[]): Promise<ReadonlyMap<string, number>>
  /** Mappings of places that were read, by warehouse and number: see stock-rows.ts. */
  readonly grains: Map<string, readonly Grain[]>
  /** The database is not what it was: an integer that was given to one thing may have been given to another since. */
  forget(): void
}

export class UnknownName extends Error {
  constructor(table: string, uid: string) {
    super(`no ${table} ${uid}`)
  }
}

const reader = (table: 'warehouse' | 'item' | 'client' | 'device') => {
  const kept = new Map<string, number>()
  const read = async (db: Executor, uids: readonly string[]): Promise<ReadonlyMap<string, number>> => {
    const missing = [...new Set(uids)].filter(uid => !kept.has(uid))
    if (missing.length > 0) {
      const { rows } = await sql<{
        uid: string
        id: number
      }>`select uid, id from ${sql.table(table)} where uid = any(${missing}::uuid[])`.execute(db)
      for (const row of rows) kept.set(row.uid, row.id)
    }
    return kept
  }
  return { read, forget: () => kept.clear() }
}

export const makeNames = (): Names => {
  const warehouses = reader('warehouse')
  const items = reader('item')
  const clients = reader('client')
  const devices = reader('device')
  const grains: Names['grains'] = new Map()
  return {
    warehouse: async (db, uid) => {
      const id = (await warehouses.read(db, [uid])).get(uid)
      if (id === undefined) throw new UnknownName('warehouse', uid)
      return id
    },
    item: items.read,
    client: clients.read,
    device: devices.read,
    grains,
    forget: () => {
      for (const kept of [warehouses, items, clients, devices]) kept.forget()
      grains.clear()
    },
  }
}

/** The integer of a name that must exist: what refers to it was judged on loaded rows. */
export const idOf = (names: ReadonlyMap<string, number>, table: string, uid: string): number => {
  const id = names.get(uid)
  if (id === undefined) throw new UnknownName(table, uid)
  return id
}

/** JSON parameters are always text: an array would otherwise become an array of the driver. */
export const json = (value: unknown) => sql`${JSON.stringify(value)}::jsonb`
