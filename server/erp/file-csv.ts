import { CsvError, parse } from 'csv-parse/sync'

export const ENCODINGS = ['auto', 'utf-8', 'windows-1254'] as const
export type Encoding = (typeof ENCODINGS)[number]
export const SEPARATORS = { comma: ',', semicolon: ';', tab: '\t' } as const
export type Separator = 'auto' | keyof typeof SEPARATORS
/** One row, or the header, at most so long. */
const MAX_ROW = 64_000

/** Control characters that no text has: bytes that were no text, or text of another encoding. */
// oxlint-disable-next-line no-control-regex
const NO_TEXT = /[\u0000-\u0008\u000e-\u001f\u0080-\u009f\ufffd]/

const decoded = (bytes: Uint8Array, encoding: string): string | null => {
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes)
    return NO_TEXT.test(text) ? null : text
  } catch {
    return null
  }
}

/** `auto`: a byte order mark decides; else UTF-8 where all of it is, else windows-1254. Null = a byte does not decode. */
export const decodeText = (bytes: Uint8Array, encoding: Encoding): string | null => {
  const [a, b, c] = bytes
  if (a === 0xef && b === 0xbb && c === 0xbf) return decoded(bytes, 'utf-8')
  if (a === 0xff && b === 0xfe) return decoded(bytes, 'utf-16le')
  if (encoding !== 'auto') return decoded(bytes, encoding)
  return decoded(bytes, 'utf-8') ?? decoded(bytes, 'windows-1254')
}

/** `line` is where the row ends in the file; `cells` by name of the column. */
export type Row = { line: number; cells: ReadonlyMap<string, string> }
export type Table =
  | { columns: readonly string[]; rows: readonly Row[]; ragged: readonly { line: number; cells: number }[] }
  | { problem: string }

/** Names of columns are compared without case and with one kind of gap. */
export const columnName = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_')

const separatorOf = (text: string, separator: Separator): string => {
  if (separator !== 'auto') return SEPARATORS[separator]
  const header = (/^[^\r\n]*/.exec(text)?.[0] ?? '').replace(/"[^"]*"/g, '')
  const counts = Object.values(SEPARATORS).map(sign => ({ sign, n: header.split(sign).length }))
  return counts.reduce((most, one) => (one.n > most.n ? one : most)).sign
}

/**
 * A file with a header as rows by column. A row with more or fewer cells than the header is named and left out: a decimal
 * comma in a file with commas would otherwise shift every cell behind it.
 */
export const readCsv = (text: string, separator: Separator, maxRows: number): Table => {
  let read: { record: string[]; info: { lines: number } }[]
  try {
    read = parse(text, {
      bom: true,
      delimiter: separatorOf(text, separator),
      info: true,
      max_record_size: MAX_ROW,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      to: maxRows + 2,
      trim: true,
    }) as unknown as typeof read
  } catch (error) {
    return { problem: error instanceof CsvError ? `it is no CSV: ${error.code}` : 'it is no CSV' }
  }
  const columns = (read[0]?.record ?? []).map(columnName)
  if (read.length > maxRows + 1) return { problem: `it has more than ${maxRows} rows` }
  const twice = columns.find((name, i) => name !== '' && columns.indexOf(name) !== i)
  if (twice !== undefined) return { problem: `the column ${twice} is there twice` }
  const rows: Row[] = []
  const ragged: { line: number; cells: number }[] = []
  for (const { record, info } of read.slice(1)) {
    const spare = record.slice(columns.length)
    if (record.length < columns.length || spare.some(cell => cell !== ''))
      ragged.push({ line: info.lines, cells: record.length })
    else rows.push({ line: info.lines, cells: new Map(columns.map((name, i) => [name, record[i] ?? ''])) })
  }
  return { columns, rows, ragged }
}

const QUOTED = /["\r\n,;\t]|^\s|\s$/

/** Rows as CSV with CRLF, quoted where they must be. */
export const writeCsv = (rows: readonly (readonly string[])[], separator: string): string =>
  rows
    .map(
      row => `${row.map(cell => (QUOTED.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(separator)}\r\n`,
    )
    .join('')

export const OUT_ENCODINGS = ['utf-8', 'utf-8-bom', 'windows-1254'] as const
export type OutEncoding = (typeof OUT_ENCODINGS)[number]

/** Text as bytes; null = it has a letter that windows-1254 does not. */
export const encodeText = (text: string, encoding: OutEncoding): Uint8Array | null => {
  if (encoding !== 'windows-1254') return new TextEncoder().encode(encoding === 'utf-8' ? text : `\ufeff${text}`)
  const letters = new TextDecoder('windows-1254').decode(Uint8Array.from({ length: 256 }, (_, i) => i))
  const bytes = new Map([...letters].map((letter, i) => [letter, i]))
  const found = [...text].map(letter => bytes.get(letter) ?? -1)
  return found.includes(-1) ? null : Uint8Array.from(found)
}
