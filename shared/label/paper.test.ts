import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { SAMPLES, SHEET, SLIP, TURKISH } from '../../test/support/sample-labels.ts'
import { linearParts } from './code.ts'
import { modulesOf } from './code128.ts'
import type { Drawing } from './drawing.ts'
import { commandSheetSchema, practiceSheetSchema } from './label.ts'
import { drawLabel } from './layout.ts'
import { onPaper } from './paper.ts'
import { drawSheet } from './sheet.ts'
import { A4 } from './size.ts'
import { drawSlip } from './slip.ts'

const textsOf = ({ marks }: Drawing): string[] => marks.flatMap(mark => (mark.is === 'text' ? [mark.text] : []))

describe('labels and sheets on paper', () => {
  it('[PL10] labels fill sheets of 2 × 7 behind those that are gone, cards of 2 × 5; a roll has one a page', () => {
    const many = (n: number, size: 'a4-2x7' | 'card' | '50x30') =>
      Array.from({ length: n }, () => drawLabel(SAMPLES.item, TURKISH, size))
    const pages = onPaper(many(16, 'a4-2x7'), 'a4-2x7', 3)
    expect(pages.map(page => page.placed.length)).toEqual([11, 5])
    expect(pages[0]?.placed[0]).toMatchObject({ x: 4.65 + 99.1 + 2.5, y: 15.15 + 38.1, outlined: false })
    expect(pages[1]?.placed[0]).toMatchObject({ x: 4.65, y: 15.15 })
    const cards = onPaper(many(11, 'card'), 'card')
    expect(cards.map(page => page.placed.length)).toEqual([10, 1])
    expect(onPaper(many(3, '50x30'), '50x30')).toHaveLength(3)
    for (const page of [...pages, ...cards])
      for (const { x, y, drawing } of page.placed) {
        expect(x + drawing.width).toBeLessThanOrEqual(A4.width)
        expect(y + drawing.height).toBeLessThanOrEqual(A4.height)
      }
    expect(cards[0]?.placed.every(card => card.outlined)).toBe(true)
  })

  it('[PL11] each command stands under its word in wide bars, once; a heading never ends a page', () => {
    const pages = drawSheet(SHEET, TURKISH)
    const codes = pages.flatMap(({ marks }) => marks.flatMap(mark => (mark.is === 'code' ? [mark] : [])))
    const wanted = SHEET.groups.flatMap(group => group.cells.map(cell => cell.code))
    expect(codes.map(({ code }) => (code.symbology === 'code128' ? code.text : null))).toEqual(wanted)
    for (const { code, width } of codes)
      if (code.symbology !== 'qr') expect(width / modulesOf(linearParts(code))).toBeGreaterThanOrEqual(0.33)
    expect(pages.flatMap(textsOf)).toEqual(expect.arrayContaining(['Söz', '20', 'Sayılar', 'Sayfa 1/2', 'Sayfa 2/2']))
    // 24 rows of one group leave no room for the next heading with a row on that page.
    const rows = (n: number) => Array.from({ length: n * 3 }, () => ({ code: 'XCDNE', word: 'w' }))
    for (let n = 1; n < 12; n += 1) {
      const groups = [
        { heading: 'first', cells: rows(n) },
        { heading: 'second', cells: rows(1) },
      ]
      for (const { marks } of drawSheet({ ...SHEET, hint: '', groups }, TURKISH)) {
        const headings = marks.flatMap(mark => (mark.is === 'text' && mark.text === 'second' ? [mark.y] : []))
        for (const y of headings) expect(marks.some(mark => mark.is === 'code' && mark.y > y)).toBe(true)
      }
    }
  })

  it('[PL11] a command sheet takes commands only, a practice sheet any code', () => {
    const other = [{ heading: 'h', cells: [{ code: 'A-01-01', word: 'place' }] }]
    expect(v.safeParse(commandSheetSchema, SHEET).success).toBe(true)
    expect(v.safeParse(commandSheetSchema, { ...SHEET, groups: other }).success).toBe(false)
    expect(v.safeParse(practiceSheetSchema, { ...SHEET, kind: 'practice', groups: other }).success).toBe(true)
  })

  it.each(['a4', '100x150'] as const)('[PL12] a slip has every row once and its number on each page: %s', size => {
    const long = { sku: 'S'.repeat(40), name: 'uzun bir ad '.repeat(12).trim(), quantity: '1.000.000 adet' }
    const pages = drawSlip({ ...SLIP, rows: [...SLIP.rows, long] }, TURKISH, size)
    expect(pages.length).toBeGreaterThan(1)
    const texts = pages.map(textsOf)
    for (const row of SLIP.rows) expect(texts.flat().filter(text => text === row.sku)).toHaveLength(1)
    expect(texts.flat().join('')).toContain(long.sku)
    for (const [i, page] of texts.entries()) expect(page).toContain(`SO-1001 · Sayfa ${i + 1}/${pages.length}`)
    for (const { marks, height } of pages)
      for (const mark of marks) expect(mark.y + (mark.is === 'text' ? mark.size : mark.height)).toBeLessThan(height)
  })
})
