import { CSV_BOM, CSV_TYPE, csvLines } from '../../csv.ts'
import type { CsvCell } from '../../../shared/csv.ts'
import { HEADS, MAX_CSV_ROWS, MAX_XLSX_ROWS } from '../../../shared/desk/export.ts'
import type { ExportQuery, Head } from '../../../shared/desk/export.ts'
import { zoneOf } from '../../../shared/policy.ts'
import { mayDo } from '../../../shared/roles.ts'
import { dayOf } from '../../../shared/time.ts'
import type { AtDesk } from '../desk-door.ts'
import { refused } from '../refused.ts'
import { LISTS } from './export-lists.ts'
import type { ExportDeps, Names, Row } from './export-lists.ts'
import { viewer } from './parts.ts'

export const XLSX_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

const namesOf = async (at: Pick<AtDesk, 'who' | 'warehouse'>, { stores }: ExportDeps): Promise<Names> => {
  const site = await stores.views.site(viewer(at))
  const clients = new Map(site.clients.map(({ id, name }) => [id, name]))
  const isClient = at.who.roles.every(role => role === 'client')
  const held = isClient ? null : await stores.site.roster(at.warehouse)
  const people = new Map((held?.roster.workers ?? []).map(({ id, name }) => [id as string, name]))
  return { client: id => clients.get(id) ?? '', person: id => (id === null ? '' : (people.get(id) ?? '')) }
}

const cells = (heads: readonly Head[], row: Row): CsvCell[] => heads.map(head => row[head] ?? null)

/** The columns that were asked for, in that order; all of the list where none were. */
const headsOf = (all: readonly Head[], { columns }: ExportQuery): readonly Head[] => {
  if (columns === '') return all
  return [...new Set(columns.split('.'))].map(name => {
    const head = all.find(one => one === name)
    if (head === undefined) throw refused('bad_request', `This list has the columns ${all.join(', ')}.`)
    return head
  })
}

/** Words for people, and below them, where asked for, names for programs. */
const headRows = (heads: readonly Head[], { language, machine }: ExportQuery): string[][] => [
  heads.map(one => HEADS[language][one]),
  ...(machine === '1' ? [[...heads]] : []),
]

/** Page by page: nothing is read before the reader has taken what came before it. */
const csvStream = (
  query: ExportQuery,
  heads: readonly Head[],
  pages: AsyncGenerator<readonly Row[]>,
  first: IteratorResult<readonly Row[]>,
): ReadableStream<Uint8Array> => {
  const { language } = query
  const bytes = new TextEncoder()
  const head = CSV_BOM + csvLines(headRows(heads, query), language)
  let rows = 0
  let page: IteratorResult<readonly Row[]> | null = first
  let isBegun = false
  return new ReadableStream({
    pull: async controller => {
      const next = page ?? (await pages.next())
      page = null
      const value: readonly Row[] = next.done === true ? [] : next.value
      rows += value.length
      if (rows > MAX_CSV_ROWS) throw new Error(`an export has at most ${MAX_CSV_ROWS} rows`)
      const lines = csvLines(
        value.map(row => cells(heads, row)),
        language,
      )
      controller.enqueue(bytes.encode((isBegun ? '' : head) + lines))
      isBegun = true
      if (next.done === true) controller.close()
    },
    cancel: async () => void (await pages.return([])),
  })
}

/** Cells have types: a text is a text, whatever it begins with, and a code keeps its zeros. */
const xlsx = async (
  query: ExportQuery,
  heads: readonly Head[],
  pages: AsyncGenerator<readonly Row[]>,
  first: IteratorResult<readonly Row[]>,
): Promise<Buffer> => {
  const rows: CsvCell[][] = []
  for (let page = first; page.done !== true; page = await pages.next()) {
    rows.push(...page.value.map(row => cells(heads, row)))
    if (rows.length > MAX_XLSX_ROWS)
      throw refused('too_large', `A spreadsheet has at most ${MAX_XLSX_ROWS} rows; take CSV.`)
  }
  const head = headRows(heads, query).map(row =>
    row.map(value => ({ value, type: String, fontWeight: 'bold' as const })),
  )
  const data = rows.map(row =>
    row.map(cell => {
      if (cell === null || cell === '') return null
      return typeof cell === 'number' ? { value: cell, type: Number } : { value: cell, type: String }
    }),
  )
  // Not read by a server that never makes a spreadsheet.
  const { default: writeXlsxFile } = await import('write-excel-file/node')
  return writeXlsxFile([...head, ...data], { sheet: query.list, stickyRowsCount: head.length }).toBuffer()
}

/** Whoever may not see the list is refused here. */
export const listFor = ({ who }: Pick<AtDesk, 'who'>, { list }: Pick<ExportQuery, 'list'>) => {
  if (!mayDo(who.roles, LISTS[list].roles)) throw refused('role')
  return LISTS[list]
}

/** Refuses what a file cannot be asked for by, before anybody waits for it. */
export const checkExport = (at: Pick<AtDesk, 'who'>, query: ExportQuery): void => {
  const { heads, sorts = [] } = listFor(at, query)
  headsOf(heads, query)
  if (query.sort !== undefined && !sorts.includes(query.sort))
    throw refused('bad_request', 'This list has no such order.')
}

/**
 * The file with what the person may see, and its entry of the audit log. What is wrong with the question is refused before
 * the file begins; CSV is read while it is taken.
 */
export const makeExport = async (
  at: Pick<AtDesk, 'who' | 'warehouse'>,
  query: ExportQuery,
  deps: ExportDeps,
  about: Readonly<Record<string, string>> = {},
): Promise<{ day: string; type: string; body: ReadableStream<Uint8Array> | Buffer }> => {
  const { list, format } = query
  const { heads: all, pages } = listFor(at, query)
  const heads = headsOf(all, query)
  const rows = pages({ at, deps, query, names: await namesOf(at, deps) })
  const first = await rows.next()
  const { warehouse, who } = at
  const entry = { warehouse, at: deps.now(), worker: who.id, kind: 'export', subject: list, body: { format, ...about } }
  await deps.stores.audit.note(entry)
  const day = dayOf(deps.now(), zoneOf(await deps.stores.site.policies(warehouse)))
  if (format === 'csv') return { day, type: CSV_TYPE, body: csvStream(query, heads, rows, first) }
  return { day, type: XLSX_TYPE, body: await xlsx(query, heads, rows, first) }
}
