import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_ROWS } from '../../shared/desk/intake.ts'
import { readDay, readNumber } from './cells.ts'
import { readTable, writeCsv } from './csv.ts'
import { contentHash } from './plan.ts'

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const utf16 = (text: string, mark: boolean, big = false): Uint8Array => {
  const bytes = Buffer.from(mark ? `\ufeff${text}` : text, 'utf16le')
  return big ? bytes.swap16() : bytes
}
const cp1254 = (text: string): Uint8Array => {
  const letters = new TextDecoder('windows-1254').decode(Uint8Array.from({ length: 256 }, (_, i) => i))
  return Uint8Array.from([...text], letter => letters.indexOf(letter))
}
const cellsOf = (bytes: Uint8Array): unknown[] =>
  readTable('places', bytes).rows.map(({ cells }) => Object.fromEntries(cells))
const codesOf = (text: string): string[] => readTable('places', utf8(text)).problems.map(({ code }) => code)

describe('a CSV file', () => {
  const text = 'code;zone\r\nA-1;Şişli Ğ\r\nA-2;İğdır\r\n'

  it.each([
    ['UTF-8', utf8(text)],
    ['UTF-8 with mark', utf8(`\ufeff${text}`)],
    ['UTF-16', utf16(text, true)],
    ['UTF-16, the big end first', utf16(text, true, true)],
    ['UTF-16 without mark', utf16(text, false)],
    ['UTF-16 without mark, the big end first', utf16(text, false, true)],
    ['windows-1254', cp1254(text)],
  ])('[GL1] is read as %s, and is the same content', (_name, bytes) => {
    expect(cellsOf(bytes)).toEqual([
      { code: 'A-1', zone: 'Şişli Ğ' },
      { code: 'A-2', zone: 'İğdır' },
    ])
    expect(contentHash('places', readTable('places', bytes))).toBe(
      contentHash('places', readTable('places', utf8(text))),
    )
  })

  it.each([',', ';', '\t'])('[GL1] with %j between its cells is read, quoted or not', separator => {
    const rows = [
      ['zone', 'CODE'],
      ['a, b; "c"', 'A-1'],
      ['', ' A-2'],
    ]
    expect(cellsOf(utf8(writeCsv(rows, separator)))).toEqual([
      { code: 'A-1', zone: 'a, b; "c"' },
      { code: 'A-2', zone: '' },
    ])
  })

  it('[GL1] columns go by Turkish names as well, in capitals too; others are named and left out', () => {
    const table = readTable('places', utf8('KOD,Bölge,Renk,SIRA\nA-1,A,mavi,5\n\nA-2,B,,6\n'))
    expect(table.ignored).toEqual(['Renk'])
    expect(table.rows.map(({ row, cells }) => [row, cells.get('code'), cells.get('sequence')])).toEqual([
      [2, 'A-1', '5'],
      [4, 'A-2', '6'],
    ])
  })

  it('[GL1] [GL3] what is no CSV, is empty, or has wrong columns is said, each with its row', () => {
    expect(readTable('places', Uint8Array.from([0x50, 0x4b, 3, 4, 0, 1, 2, 0])).problems[0]).toMatchObject({
      code: 'encoding',
    })
    expect(codesOf('')).toEqual(['empty'])
    expect(codesOf('code\n')).toEqual(['empty'])
    expect(readTable('stock', utf8('place,qty\nA,1\n')).problems).toMatchObject([
      { row: 1, column: 'sku', code: 'column_missing', value: 'place | qty' },
      { row: 1, column: 'quantity', code: 'column_missing' },
    ])
    expect(codesOf('code,kod\nA,A\n')).toEqual(['column_twice'])
    // A decimal comma in a file with commas.
    expect(readTable('places', utf8('code,sequence\nA-1,1,5\nA-2,3\n')).problems).toMatchObject([
      { row: 2, code: 'cells', value: 'A-1 | 1 | 5', about: '3 / 2' },
    ])
    expect(codesOf(`code\n"${'x'.repeat(20_000)}\n`)).toEqual(['no_csv'])
  })

  it('[GL3] a million rows are answered as too many without reading them all', () => {
    const bytes = utf8(`code\n${'A\n'.repeat(1_000_000)}`)
    expect(readTable('places', bytes)).toMatchObject({
      rows: [],
      problems: [{ row: 0, code: 'rows', about: String(MAX_ROWS) }],
    })
  })

  it('[GL1] no bytes make it fail', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), bytes => {
        const { rows, problems } = readTable('stock', bytes)
        expect(rows.length > 0 || problems.length > 0 || bytes.length > 0).toBe(true)
      }),
    )
  })
})

describe('cells', () => {
  it.each([
    ['12', 12],
    ['12,50', 12.5],
    ['12.5', 12.5],
    ['1.234,56', 1234.56],
    ['1,234.56', 1234.56],
    ['1.234.567', 1_234_567],
    ['1 200', 1200],
    ['1.200', 'ambiguous'],
    ['1,200', 'ambiguous'],
    ['-3', -3],
    ['1e3', 'number'],
    ['1.23.4', 'number'],
    ['twelve', 'number'],
    ['1,2,3', 'number'],
  ])('[GL2] %s is read as %s', (text, value) => expect(readNumber(text)).toBe(value))

  it.each([
    ['2027-01-31', '2027-01-31'],
    ['31.01.2027', '2027-01-31'],
    ['1/2/2027', '2027-02-01'],
    ['2027-02-30', null],
    ['31-01-2027', null],
    ['01.2027', null],
  ])('[GL2] the day %s is %s', (text, day) => expect(readDay(text)).toBe(day))
})
