import type { Captions } from './captions.ts'
import type { Drawing, Mark } from './drawing.ts'
import { fitCode } from './code.ts'
import type { Sheet } from './label.ts'
import { A4 } from './size.ts'
import { textMark, wholeText } from './text-mark.ts'
import { fitSize, oneLine, wrapWords } from './text-width.ts'

const MARGIN = 14
const COLUMNS = 3
const GAP = 4
const CELL = { width: (A4.width - 2 * MARGIN - (COLUMNS - 1) * GAP) / COLUMNS, height: 27 }
const TITLE = 8
const HEADING = 5
const WORD = 4.2
const BARS = 11
const CODE = 3.2
const HEAD_HEIGHT = 16
const HEADING_HEIGHT = 9

/** Word, bars of at least a third of a millimetre for the five letters of a command, and the letters under them. */
const cellMarks = ({ code, word }: { code: string; word: string }, x: number, y: number): Mark[] => {
  const area = { x, y: y + WORD * 1.3 + BARS + 0.8, width: CELL.width }
  return [
    textMark(x + 2, y, WORD, true, oneLine(word, CELL.width - 4, WORD)),
    {
      is: 'code',
      x,
      y: y + WORD * 1.3,
      width: CELL.width,
      height: BARS,
      code: fitCode({ symbology: 'code128', text: code }, CELL.width),
    },
    ...wholeText(code, { ...area, x: x + 2, width: CELL.width - 4 }, CODE, false).marks,
  ]
}

type Page = { marks: Mark[]; y: number }
const newPage = (): Page => ({ marks: [], y: MARGIN + HEAD_HEIGHT })

/** A sheet of codes with their words: commands by screen, or what somebody practises with. A4, three in a row. */
export const drawSheet = (sheet: Sheet, captions: Captions): Drawing[] => {
  const { width, height } = A4
  const inner = width - 2 * MARGIN
  const pages = [newPage()]
  const pageWith = (room: number): Page => {
    const last = pages.at(-1)
    if (last !== undefined && last.y + room <= height - MARGIN) return last
    const next = newPage()
    pages.push(next)
    return next
  }
  for (const line of wrapWords(sheet.hint, inner, WORD, 3)) {
    const page = pageWith(WORD)
    page.marks.push(textMark(MARGIN, page.y, WORD, false, line))
    page.y += WORD * 1.3
  }
  for (const { heading, cells } of sheet.groups) {
    // A heading stays with its first row.
    const page = pageWith(HEADING_HEIGHT + CELL.height)
    page.marks.push(textMark(MARGIN, page.y + 2, HEADING, true, oneLine(heading, inner, HEADING)), {
      is: 'bar',
      x: MARGIN,
      y: page.y + HEADING_HEIGHT - 1,
      width: inner,
      height: 0.3,
    })
    page.y += HEADING_HEIGHT + 1
    for (let i = 0; i < cells.length; i += COLUMNS) {
      const row = pageWith(CELL.height)
      for (const [column, cell] of cells.slice(i, i + COLUMNS).entries())
        row.marks.push(...cellMarks(cell, MARGIN + column * (CELL.width + GAP), row.y))
      row.y += CELL.height
    }
  }
  return pages.map(({ marks }, i) => {
    const number = `${captions.page} ${i + 1}/${pages.length}`
    const size = fitSize(sheet.title, inner - 40, TITLE, TITLE / 2)
    const head = [
      textMark(MARGIN, MARGIN, size, true, oneLine(sheet.title, inner - 40, size)),
      textMark(width - MARGIN - 30, MARGIN + 2, WORD, false, number),
    ]
    return { width, height, marks: [...head, ...marks] }
  })
}
