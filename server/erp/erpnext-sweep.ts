import * as v from 'valibot'
import { ErpError } from './erp-error.ts'
import { text } from './erpnext-rpc.ts'
import type { Filter, Frappe } from './erpnext-rpc.ts'
import { wallBefore } from './erpnext-time.ts'

/**
 * What changed since a cursor, by `modified`.
 *
 * A sweep goes through one list after the other, each in the order of `modified` from the overlap before the last sweep began
 * on. A record that is written meanwhile moves to the end of its list and is met there; what is written behind the sweep's
 * back is written after it began and belongs to the next one. Rows of child tables are lists of their own, because a receipt
 * writes into the rows of an order without touching its head; the heads come last, so that no cursor leads past them.
 */
export type Watched = {
  /** What the ids are of: the heads. */
  heads: readonly Head[]
  /** Child tables whose change counts as one of the head. Left out in the first sweep: there the heads tell all. */
  children?: readonly Child[]
}
export type Head = {
  doctype: string
  filters: readonly Filter[]
  /** For the first sweep: what is over need not be read. */
  first?: readonly Filter[]
  /** For the list of everything that is active. */
  active?: readonly Filter[]
}
export type Child = { doctype: string; of: string }

/**
 * Read again at every sweep: `modified` is set when a document begins to be saved, and a large one is committed minutes later;
 * and the clock that we are told may be a proxy's, ten minutes off.
 */
const OVERLAP_MS = 15 * 60_000

const wall = v.pipe(v.string(), v.maxLength(40))
const position = v.object({
  /** The wall clock over there behind which everything has been seen; null = nothing has. */
  since: v.nullable(wall),
  /** The sweep under way, null = the next page begins one. */
  sweep: v.nullable(
    v.object({ began: wall, list: v.pipe(v.number(), v.safeInteger(), v.minValue(0)), at: v.nullable(wall) }),
  ),
})
type Position = v.InferOutput<typeof position>

const readCursor = (cursor: string | null): Position => {
  if (cursor === null || cursor === '') return { since: null, sweep: null }
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), position), cursor)
  if (!read.success) throw new ErpError('config', 'this cursor is not one of the ERPNext connector')
  return read.output
}

const headRow = v.object({ name: text, modified: text })
const childRow = v.object({ name: text, parent: text, modified: text })
type Seen = { id: string; modified: string }
type List = (from: string | null, limit: number) => Promise<Seen[]>

const listsOf = (frappe: Frappe, watched: Watched, first: boolean, signal: AbortSignal): List[] => {
  const since = (from: string | null): Filter[] => (from === null ? [] : [['modified', '>=', from]])
  const order = 'modified asc, name asc'
  const children = (first ? [] : (watched.children ?? [])).map(
    (child): List =>
      async (from, limit) =>
        (
          await frappe.rows(child.doctype, childRow, { filters: since(from), order, limit, parent: child.of }, signal)
        ).map(row => ({ id: remoteId(child.of, row.parent), modified: row.modified })),
  )
  const heads = watched.heads.map((head): List => async (from, limit) => {
    const filters = [...head.filters, ...(first ? (head.first ?? []) : []), ...since(from)]
    const rows = await frappe.rows(head.doctype, headRow, { filters, order, limit }, signal)
    return rows.map(row => ({ id: remoteId(head.doctype, row.name), modified: row.modified }))
  })
  return [...children, ...heads]
}

/** From `from` on, at least one step further: rows of one moment (an import writes thousands) are read together. */
const pageOf = async (list: List, from: string | null, limit: number): Promise<{ rows: Seen[]; at: string | null }> => {
  for (let asked = limit + 1; ; asked *= 4) {
    const rows = await list(from, asked)
    if (rows.length < asked) return { rows, at: null }
    const at = rows.at(-1)?.modified ?? ''
    // The last moment is not complete: its rows belong to the next page.
    const whole = rows.filter(row => row.modified !== at)
    if (whole.length > 0) return { rows: whole, at }
  }
}

export const sweep = async (
  frappe: Frappe,
  watched: Watched,
  at: { cursor: string | null; limit: number; zone: string },
  signal: AbortSignal,
): Promise<{ ids: string[]; next: string; more: boolean }> => {
  const { since, sweep: under } = readCursor(at.cursor)
  const {
    began,
    list,
    at: from,
  } = under ?? {
    began: wallBefore(await frappe.clock(signal), at.zone, OVERLAP_MS),
    list: 0,
    at: null,
  }
  const lists = listsOf(frappe, watched, since === null, signal)
  const current = lists[list]
  const page = current === undefined ? { rows: [], at: null } : await pageOf(current, from ?? since, at.limit)
  const goesOn = page.at !== null || list + 1 < lists.length
  const step = page.at === null ? { list: list + 1, at: null } : { list, at: page.at }
  const next: Position = goesOn ? { since, sweep: { began, ...step } } : { since: began, sweep: null }
  return { ids: [...new Set(page.rows.map(row => row.id))], next: JSON.stringify(next), more: goesOn }
}

const ID_PAGE = 5000
const onlyName = v.object({ name: text })

/** Every id that is active. */
export async function* everyId(frappe: Frappe, watched: Watched, signal: AbortSignal): AsyncIterable<string> {
  for (const head of watched.heads)
    for (let after = '', more = true; more;) {
      const filters: Filter[] = [...head.filters, ...(head.active ?? []), ['name', '>', after]]
      const rows = await frappe.rows(head.doctype, onlyName, { filters, limit: ID_PAGE }, signal)
      for (const row of rows) yield remoteId(head.doctype, row.name)
      after = rows.at(-1)?.name ?? after
      more = rows.length === ID_PAGE
    }
}

/** Remote ids carry their doctype in front: names are unique in their doctype only, and may hold commas themselves. */
export const remoteId = (doctype: string, name: string): string => `${doctype},${name}`
export const nameOf = (doctype: string, remote: string): string => {
  if (remote.startsWith(`${doctype},`) && remote.length > doctype.length + 1) return remote.slice(doctype.length + 1)
  throw new ErpError('config', `"${remote.slice(0, 60)}" is no ${doctype} of this ERPNext`, {
    gap: { kind: doctype === 'Item' ? 'item' : doctype === 'Warehouse' ? 'location' : doctype, key: remote },
  })
}
