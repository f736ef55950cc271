import { CsvError, parse } from 'csv-parse/sync'
import type { Problem, ProblemCode } from '../../shared/desk/intake.ts'
import { INTAKE_COLUMNS, MAX_ROWS, SEPARATORS } from '../../shared/desk/intake.ts'
import type { IntakeKind } from '../../shared/desk/intake.ts'
import { folded } from './fold.ts'

/** One row, or the header, at most so many characters. */
const MAX_ROW = 16_000

/** Control characters that no text has: bytes that were no text, or text of another encoding. */
const NO_TEXT = /[\u0000-\u0008\u000e-\u001f\u0080-\u009f\ufffd]/

const decoded = (bytes: Uint8Array, encoding: string): string | null => {
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes)
    return NO_TEXT.test(text) ? null : text
  } catch {
    return null
  }
}

/** Latin text in UTF-16 is zeros at every other byte. */
const zerosAt = (bytes: Uint8Array, odd: 0 | 1): boolean => {
  const head = bytes.subarray(0, 200)
  const half = head.filter((byte, i) => i % 2 === odd && byte === 0).length
  return head.length >= 4 && half > head.length / 4
}

/**
 * A byte order mark decides; else zeros show UTF-16; else UTF-8 where all of it is, else windows-1254 (what Turkish Excel
 * writes, and windows-1252 but for six letters). Null = a byte does not decode.
 */
export const decodeText = (bytes: Uint8Array): string | null => {
  const [a, b, c] = bytes
  if (a === 0xef && b === 0xbb && c === 0xbf) return decoded(bytes, 'utf-8')
  if (a === 0xff && b === 0xfe) return decoded(bytes, 'utf-16le')
  if (a === 0xfe && b === 0xff) return decoded(bytes, 'utf-16be')
  if (zerosAt(bytes, 1)) return decoded(bytes, 'utf-16le')
  if (zerosAt(bytes, 0)) return decoded(bytes, 'utf-16be')
  return decoded(bytes, 'utf-8') ?? decoded(bytes, 'windows-1254')
}

/** Names of columns are compared without case and with one kind of gap. */
const columnName = (text: string): string => folded(text.normalize('NFC').trim()).replaceAll(/[\s-]+/g, '_')

/** The sign that the header has most of. */
const separatorOf = (text: string): string => {
  const header = (/^[^\r\n]*/.exec(text)?.[0] ?? '').replaceAll(/"[^"]*"/g, '')
  const counts = Object.values(SEPARATORS).map(sign => ({ sign, n: header.split(sign).length }))
  return counts.reduce((most, one) => (one.n > most.n ? one : most)).sign
}

export const problem = (row: number, column: string, value: string, code: ProblemCode, about = ''): Problem => ({
  row,
  column,
  value: value.slice(0, 120),
  code,
  about,
})

/** A row by our names of the columns; `row` is its line in the file. */
export type Row = { row: number; cells: ReadonlyMap<string, string> }
export type Table = {
  columns: readonly string[]
  ignored: readonly string[]
  rows: readonly Row[]
  problems: readonly Problem[]
}

const nothing = (code: ProblemCode, value = '', about = ''): Table => ({
  columns: [],
  ignored: [],
  rows: [],
  problems: [problem(0, '', value, code, about)],
})

type Read = { record: string[]; info: { lines: number } }

const recordsOf = (text: string): Read[] | CsvError => {
  try {
    return parse(text, {
      bom: true,
      delimiter: separatorOf(text),
      info: true,
      max_record_size: MAX_ROW,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      // One more than may be, to know that there are more; the rest of a huge file is not looked at.
      to: MAX_ROWS + 2,
      trim: true,
    }) as unknown as Read[]
  } catch (error) {
    if (error instanceof CsvError) return error
    throw error
  }
}

/** Our names of the columns of a header, null where one means nothing here; what is missing or there twice is a problem. */
const headerOf = (kind: IntakeKind, header: readonly string[]): { names: (string | null)[]; problems: Problem[] } => {
  const known = new Map<string, string>()
  for (const { name, tr } of INTAKE_COLUMNS[kind]) known.set(name, name).set(columnName(tr), name)
  const names = header.map(cell => known.get(columnName(cell)) ?? null)
  const twice = names.filter((name, i) => name !== null && names.indexOf(name) !== i)
  const missing = INTAKE_COLUMNS[kind].filter(({ name, required }) => required === true && !names.includes(name))
  return {
    names,
    problems: [
      ...twice.map(name => problem(1, name ?? '', '', 'column_twice')),
      ...missing.map(({ name }) => problem(1, name, header.join(' | '), 'column_missing')),
    ],
  }
}

/**
 * A file as rows by column. A row with more or fewer cells than the header is named and left out: a decimal comma in a file
 * with commas would otherwise shift every cell behind it.
 */
export const readTable = (kind: IntakeKind, bytes: Uint8Array): Table => {
  const text = decodeText(bytes)
  if (text === null) return nothing('encoding')
  const read = recordsOf(text)
  if (read instanceof CsvError) return nothing('no_csv', read.code)
  const [head, ...records] = read
  if (head === undefined || records.length === 0) return nothing('empty')
  if (records.length > MAX_ROWS) return nothing('rows', '', String(MAX_ROWS))
  const { names, problems } = headerOf(kind, head.record)
  const columns = names.filter(name => name !== null)
  const ignored = head.record.filter((cell, i) => names[i] === null && cell !== '')
  if (problems.length > 0) return { columns, ignored, rows: [], problems }
  const rows: Row[] = []
  for (const { record, info } of records) {
    if (record.every(cell => cell === '')) continue
    const spare = record.slice(head.record.length)
    if (record.length < head.record.length || spare.some(cell => cell !== '')) {
      const about = `${record.length} / ${head.record.length}`
      problems.push(problem(info.lines, '', record.join(' | '), 'cells', about))
      continue
    }
    const cells = new Map<string, string>()
    for (const [i, name] of names.entries())
      if (name !== null) cells.set(name, (record[i] ?? '').normalize('NFC').trim())
    rows.push({ row: info.lines, cells })
  }
  return { columns, ignored, rows, problems }
}

const QUOTED = /["\r\n,;\t]|^\s|\s$/
/** Rows as CSV with CRLF, quoted where they must be. */
export const writeCsv = (rows: readonly (readonly string[])[], separator: string): string =>
  rows
    .map(
      row => `${row.map(cell => (QUOTED.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(separator)}\r\n`,
    )
    .join('')
