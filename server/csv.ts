import { stringify } from 'csv-stringify/sync'
import type { CsvCell, CsvLanguage } from '../shared/csv.ts'

/** Comes once, in front: without it spreadsheets take UTF-8 for something else. */
export const CSV_BOM = '\ufeff'
export const CSV_TYPE = 'text/csv; charset=utf-8'

/**
 * Lines of a CSV file, each with its end (CRLF, as RFC 4180 says), so that pages can be written one behind the other. A text
 * that begins with = + - @ Tab or CR gets a ' in front; a guard on negative numbers would break sums.
 */
export const csvLines = (rows: readonly (readonly CsvCell[])[], language: CsvLanguage): string =>
  rows.length === 0
    ? ''
    : stringify([...rows], {
        delimiter: language === 'tr' ? ';' : ',',
        record_delimiter: '\r\n',
        escape_formulas: true,
        // A lone LF or CR begins a line as well, for most readers.
        quoted_match: /[\r\n]/,
        cast: { number: value => (language === 'tr' ? String(value).replace('.', ',') : String(value)) },
      })
