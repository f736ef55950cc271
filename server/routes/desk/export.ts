import { CSV_BOM, CSV_TYPE, csvLines } from '../../csv.ts'
import type { CsvCell } from '../../../shared/csv.ts'
import { exportQuery, HEADS, MAX_CSV_ROWS, MAX_XLSX_ROWS } from '../../../shared/desk/export.ts'
import type { ExportQuery, Head } from '../../../shared/desk/export.ts'
import { zoneOf } from '../../../shared/policy.ts'
import { mayDo } from '../../../shared/roles.ts'
import { dayOf } from '../../../shared/time.ts'
import { bytesOf } from '../answer.ts'
import { parseAs } from '../body.ts'
import type { AppDeps } from '../deps.ts'
import type { AtDesk } from '../desk-door.ts'
import { deskEndpoint, NOTHING } from '../endpoint.ts'
import { refused } from '../refused.ts'
import { LISTS } from './export-lists.ts'
import type { ExportCall, Names, Row } from './export-lists.ts'
import { LOOKERS, viewer } from './parts.ts'

const XLSX_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

const namesOf = async (at: Pick<AtDesk, 'who' | 'warehouse'>, { stores }: AppDeps): Promise<Names> => {
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

/** GET /api/desk/export: what a list shows, as a file. */
export const exportEndpoint = deskEndpoint(
  {
    method: 'GET',
    path: '/api/desk/export',
    summary:
      'A list of the desk as CSV (streamed) or XLSX, with its filters. Texts that a spreadsheet would take for formulas are guarded.',
    query: exportQuery,
    body: NOTHING,
    roles: LOOKERS,
    answers: { 200: { description: 'The file', type: 'text/csv' } },
    refusals: ['bad_request', 'not_found', 'too_large'],
  },
  async ({ c, deps, who, warehouse }) => {
    const query = parseAs(exportQuery, c.req.query())
    const { list, format } = query
    const { roles, heads: all, pages } = LISTS[list]
    if (!mayDo(who.roles, roles)) throw refused('role')
    const heads = headsOf(all, query)
    const at = { who, warehouse }
    const call: ExportCall = { at, deps, query, names: await namesOf(at, deps) }
    const rows = pages(call)
    // What is wrong with the question is said before a file begins.
    const first = await rows.next()
    const entry = { warehouse, at: deps.now(), worker: who.id, kind: 'export', subject: list, body: { format } }
    await deps.stores.audit.note(entry)
    const day = dayOf(deps.now(), zoneOf(await deps.stores.site.policies(warehouse)))
    const name = `${list}-${day}.${format}`
    c.header('content-disposition', `attachment; filename="${name}"`)
    c.header('content-type', format === 'csv' ? CSV_TYPE : XLSX_TYPE)
    if (format === 'csv') return c.body(csvStream(query, heads, rows, first))
    return c.body(bytesOf(await xlsx(query, heads, rows, first)))
  },
)
