import * as v from 'valibot'
import { ErpError } from './erp-error.ts'
import type { Odoo } from './odoo-rpc.ts'

/**
 * What changed since a cursor, by id.
 *
 * A record counts as changed when it or one of its children (`watch`) was written since the last sweep began. A sweep goes
 * through the changed records by id and remembers when it began; what is written behind its back is written after that and
 * belongs to the next one. So no order by date is needed (Odoo's dates are read in whole seconds, and a thousand records of
 * one import share one), and a page may have any size.
 */
export type Watched = {
  model: string
  /** Always. */
  domain: readonly unknown[]
  /** For the first sweep: what is over need not be read. */
  first?: readonly unknown[]
  /** Paths to the records whose change counts, '' for the record itself, `order_line` for its lines. */
  watch: readonly string[]
}

/**
 * Read again at every sweep: dates are those of a transaction's begin, so a long one commits into the past; and the clock
 * that we are told may be a proxy's, ten minutes off.
 */
const OVERLAP_MS = 15 * 60_000

const position = v.object({
  /** When the sweep before this one began; null = there was none. */
  since: v.nullable(v.pipe(v.string(), v.isoTimestamp())),
  /** The sweep under way, null = the next page begins one. */
  sweep: v.nullable(
    v.object({ began: v.pipe(v.string(), v.isoTimestamp()), after: v.pipe(v.number(), v.safeInteger()) }),
  ),
})
type Position = v.InferOutput<typeof position>

const readCursor = (cursor: string | null): Position => {
  if (cursor === null || cursor === '') return { since: null, sweep: null }
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), position), cursor)
  if (!read.success) throw new ErpError('config', 'this cursor is not one of the Odoo connector')
  return read.output
}

/** "2026-11-23 06:49:07": how Odoo reads and writes a moment, in UTC. */
export const odooTime = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ')
export const isoTime = (odoo: string): string => `${odoo.replace(' ', 'T')}.000Z`

const changedSince = (watch: readonly string[], since: string): unknown[] => {
  const from = odooTime(Date.parse(since) - OVERLAP_MS)
  const parts = watch.map(path => [path === '' ? 'write_date' : `${path}.write_date`, '>=', from])
  return [...parts.slice(1).map(() => '|'), ...parts]
}

const onlyId = v.object({ id: v.pipe(v.number(), v.safeInteger()) })
const byId = { order: 'id' }

export const sweep = async (
  odoo: Odoo,
  watched: Watched,
  cursor: string | null,
  limit: number,
  signal: AbortSignal,
): Promise<{ ids: number[]; next: string; more: boolean }> => {
  const { since, sweep } = readCursor(cursor)
  const { began, after } = sweep ?? { began: await odoo.clock(signal), after: 0 }
  const domain = [
    ...watched.domain,
    ['id', '>', after],
    ...(since === null ? (watched.first ?? []) : changedSince(watched.watch, since)),
  ]
  const rows = await odoo.rows(watched.model, onlyId, { domain, ...byId, limit: limit + 1 }, signal)
  const ids = rows.slice(0, limit).map(row => row.id)
  const more = rows.length > limit
  const next: Position = more ? { since, sweep: { began, after: ids.at(-1) ?? after } } : { since: began, sweep: null }
  return { ids, next: JSON.stringify(next), more }
}

const ID_PAGE = 1000

/** Every id of a model, in order. */
export async function* everyId(odoo: Odoo, watched: Watched, signal: AbortSignal): AsyncIterable<number> {
  for (let after = 0, more = true; more;) {
    const domain = [...watched.domain, ['id', '>', after]]
    const rows = await odoo.rows(watched.model, onlyId, { domain, ...byId, limit: ID_PAGE }, signal)
    for (const row of rows) yield row.id
    after = rows.at(-1)?.id ?? after
    more = rows.length === ID_PAGE
  }
}

/** Remote ids carry their model in front. */
export const remoteId = (model: string, id: number): string => `${model},${id}`
export const idOf = (model: string, remote: string): number => {
  const id = remote.startsWith(`${model},`) ? Number(remote.slice(model.length + 1)) : Number.NaN
  if (!Number.isSafeInteger(id) || id <= 0)
    throw new ErpError('config', `"${remote.slice(0, 60)}" is no ${model} of this Odoo`, {
      gap: { kind: model, key: remote },
    })
  return id
}
