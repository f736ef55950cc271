import { describe, expect, it } from 'vitest'
import { CSV_BOM, csvLines } from './csv.ts'

describe('CSV', () => {
  it('[KP70] a text that a spreadsheet would take for a formula gets a sign in front; a number stays a number', () => {
    const texts = ['=1+1', '+49', '-5', '@a', '\ta', '\ra', 'a=b', '']
    expect(csvLines([texts], 'en')).toBe(`'=1+1,'+49,'-5,'@a,'\ta,"'\ra",a=b,\r\n`)
    expect(csvLines([[-5, 0, -1.5, null, 1_234_567]], 'en')).toBe('-5,0,-1.5,,1234567\r\n')
  })

  it('[KP71] Turkish has ; and a decimal comma, English , and a point; what needs quotes gets them, lines end with CRLF', () => {
    const rows = [
      ['Kırmızı; "kase"', -1.5, 'a,b'],
      ['x\ny', 2, '007'],
    ]
    expect(csvLines(rows, 'tr')).toBe('"Kırmızı; ""kase""";-1,5;a,b\r\n"x\ny";2;007\r\n')
    expect(csvLines(rows, 'en')).toBe('"Kırmızı; ""kase""",-1.5,"a,b"\r\n"x\ny",2,007\r\n')
    expect(csvLines([], 'tr')).toBe('')
    expect([...new TextEncoder().encode(CSV_BOM)]).toEqual([0xef, 0xbb, 0xbf])
  })
})
