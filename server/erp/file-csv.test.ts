import { describe, expect, it } from 'vitest'
import { decodeText, encodeText, readCsv, writeCsv } from './file-csv.ts'
import type { Encoding } from './file-csv.ts'
import { dayText, decimalText, flagValue } from './file-value.ts'

const WORDS = 'sku;name\r\nA-1;ŞİŞE 5" ğüıöç\r\n'
const bytesOf = (text: string, encoding: 'utf-8' | 'utf-8-bom' | 'windows-1254'): Uint8Array =>
  encodeText(text, encoding) ?? new Uint8Array()
const cells = (text: string, separator: Parameters<typeof readCsv>[1] = 'auto'): unknown => {
  const table = readCsv(text, separator, 10)
  return 'problem' in table ? table.problem : table.rows.map(row => Object.fromEntries(row.cells))
}

describe('files of other people', () => {
  it('[EF2] Turkish letters come through in UTF-8 with and without a mark, UTF-16 and windows-1254', () => {
    for (const encoding of ['utf-8', 'utf-8-bom', 'windows-1254'] as const)
      expect([encoding, cells(decodeText(bytesOf(WORDS, encoding), 'auto') ?? '')]).toEqual([
        encoding,
        [{ sku: 'A-1', name: 'ŞİŞE 5" ğüıöç' }],
      ])
    const wide = new Uint8Array(Buffer.from(`\ufeff${WORDS}`, 'utf16le'))
    expect(decodeText(wide, 'auto')).toBe(WORDS)
    expect(bytesOf('Ş', 'windows-1254')).toEqual(Uint8Array.of(0xde))
    expect(encodeText('漢', 'windows-1254')).toBeNull()
  })
  it('[EF2] bytes that are no text of the encoding are refused, not replaced', () => {
    const broken: [Uint8Array, Encoding][] = [
      [Uint8Array.of(0x41, 0xde), 'utf-8'],
      [Uint8Array.of(0x41, 0x00, 0x01), 'auto'],
      [Uint8Array.of(0x41, 0x81), 'auto'],
    ]
    for (const [bytes, encoding] of broken) expect(decodeText(bytes, encoding)).toBeNull()
  })
  it('[EF2] the separator is the one that the header has most of', () => {
    for (const sign of [',', ';', '\t'])
      expect(cells(`Stok Kodu${sign}"a,b;c"${sign}x\n1${sign}2${sign}3\n`)).toEqual([
        { stok_kodu: '1', 'a,b;c': '2', x: '3' },
      ])
    expect(cells('a,b;c\n1,2;3\n', 'comma')).toEqual([{ a: '1', 'b;c': '2;3' }])
  })
  it('[EF4] a row with more or fewer cells than the header is named by its line', () => {
    const table = readCsv('a,b\n1,2\n3,4,5\n6\n7,8,\n', 'auto', 10)
    expect(table).toMatchObject({
      ragged: [
        { line: 3, cells: 3 },
        { line: 4, cells: 1 },
      ],
      rows: [{ line: 2 }, { line: 5 }],
    })
  })
  it('[EF5] too many rows, a cell without an end and a column that is there twice are no table', () => {
    expect(cells(`a\n${'1\n'.repeat(10)}`)).toHaveLength(10)
    expect(cells(`a\n${'1\n'.repeat(11)}`)).toMatch('more than 10 rows')
    expect(cells(`a,b\n"1,${'x'.repeat(70_000)}`)).toMatch('no CSV')
    expect(cells('a,A\n1,2\n')).toMatch('twice')
  })
  it('[EF9] what is written reads back as it was, whatever is in it', () => {
    const row = ['=1+1', 'a;b', 'c,d', 'say "so"', 'two\r\nlines', ' edge ', 'ı']
    for (const separator of [',', ';', '\t']) {
      const table = readCsv(writeCsv([row.map((_, i) => `c${i}`), row], separator), 'auto', 10)
      expect('problem' in table ? table : [...(table.rows[0]?.cells.values() ?? [])]).toEqual(row)
    }
  })
})

describe('numbers, days and flags', () => {
  it('[EF3] either decimal sign, thousands with the other', () => {
    const known = { '12': '12', '12.5': '12.5', '12,5': '12.5', '1.234,50': '1234.50', '1,234.50': '1234.50' }
    const more = {
      '-0,25': '-0.25',
      '0.125': '0.125',
      '1.234.567': '1234567',
      '12345.678': '12345.678',
      '1 250,5': '1250.5',
    }
    for (const [given, read] of Object.entries({ ...known, ...more }))
      expect([given, decimalText(given, 'auto')]).toEqual([given, read])
  })
  it('[EF3] a number that may mean two is none, until the connection says which sign it is', () => {
    for (const given of ['1.250', '12,500', '-1.000'])
      expect([given, decimalText(given, 'auto')]).toEqual([given, null])
    expect([decimalText('1.250', 'comma'), decimalText('1.250', 'point')]).toEqual(['1250', '1.250'])
    for (const given of ['', '1,2,3', '1.2.3', '12.34,5,6', '1e3', 'x', '1.23,4.5', '--1'])
      expect([given, decimalText(given, 'auto')]).toEqual([given, null])
    expect(decimalText('1.23', 'comma')).toBeNull()
  })
  it('[EF3] days are ISO or day first, and must be in the calendar', () => {
    expect(['2027-01-31', '31.01.2027', '31/1/2027', '1.2.2027'].map(dayText)).toEqual([
      '2027-01-31',
      '2027-01-31',
      '2027-01-31',
      '2027-02-01',
    ])
    expect(['2027-02-30', '31.02.2027', '01/31/2027', '2027', ''].map(dayText)).toEqual([null, null, null, null, null])
    expect(['evet', 'Hayır', 'X', '0', 'maybe'].map(flagValue)).toEqual([true, false, true, false, null])
  })
})
