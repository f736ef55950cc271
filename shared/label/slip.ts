import type { Captions } from './captions.ts'
import { fitCode } from './code.ts'
import type { Drawing, Mark } from './drawing.ts'
import type { Slip } from './label.ts'
import { A4, FRAMES } from './size.ts'
import type { PageSize } from './size.ts'
import { LEADING, textMark, wholeText } from './text-mark.ts'
import { fitSize, oneLine, wrapWords } from './text-width.ts'

/** Measures of a page by its size: edge, letters of title and lines, height of the bars. */
const LOOKS = {
  a4: { ...A4, margin: 15, title: 8, line: 4, bars: 12 },
  '100x150': {
    width: FRAMES['100x150'].width,
    height: FRAMES['100x150'].height,
    margin: 4,
    title: 6,
    line: 3,
    bars: 9,
  },
} as const
type Look = { width: number; height: number; margin: number; title: number; line: number; bars: number }

type Row = { marks: Mark[]; height: number }

/** A row of the table at y = 0: three columns, as high as its highest. Numbers and SKUs are never cut. */
const rowOf = (cells: { sku: string; name: string; quantity: string }, look: Look, bold: boolean): Row => {
  const { margin, line } = look
  const inner = look.width - 2 * margin
  const [sku, name, quantity] = [inner * 0.25, inner * 0.57, inner * 0.18]
  const first = wholeText(cells.sku, { x: margin, y: 0, width: sku - 2 }, line, bold)
  const names = wrapWords(cells.name, name - 2, line, 2)
  const last = wholeText(cells.quantity, { x: margin + sku + name, y: 0, width: quantity }, line, true)
  const middle = names.map((text, i) => textMark(margin + sku, i * line * LEADING, line, bold, text))
  const height = Math.max(first.end, names.length * line * LEADING, last.end) + line * 0.4
  return { marks: [...first.marks, ...middle, ...last.marks], height }
}

const moved = (marks: readonly Mark[], down: number): Mark[] => marks.map(mark => ({ ...mark, y: mark.y + down }))

/** Title, number in bars and whom it goes to; on the first page only. */
const headOf = (slip: Slip, look: Look, captions: Captions): Row => {
  const { width, margin, title, line, bars } = look
  const inner = width - 2 * margin
  const size = fitSize(slip.title, inner, title, title / 2)
  const marks: Mark[] = [textMark(margin, 0, size, true, oneLine(slip.title, inner, size))]
  let y = size * 1.4
  const code = fitCode({ symbology: 'code128', text: slip.number }, inner)
  const height = code.symbology === 'qr' ? bars * 2 : bars
  marks.push({ is: 'code', x: margin, y, width: inner, height, code })
  y += height + 0.8
  const number = wholeText(`${captions.order} ${slip.number}`, { x: margin, y, width: inner }, line * 1.2, true)
  marks.push(...number.marks)
  y = number.end + line
  for (const words of slip.to) {
    marks.push(textMark(margin, y, line * 1.1, false, oneLine(words, inner, line * 1.1)))
    y += line * 1.1 * LEADING
  }
  return { marks, height: y + line }
}

/** What is in a parcel, for whoever opens it: on A4 or on the label of the parcel, as many pages as it takes. */
export const drawSlip = (slip: Slip, captions: Captions, size: PageSize): Drawing[] => {
  const look: Look = LOOKS[size]
  const { width, height, margin, line } = look
  const inner = width - 2 * margin
  const header = rowOf({ sku: 'SKU', name: captions.item, quantity: captions.quantity }, look, true)
  const rule = (y: number): Mark => ({ is: 'bar', x: margin, y, width: inner, height: 0.3 })
  const foot = height - margin - line * 1.5
  const pages: { marks: Mark[]; y: number }[] = []
  const begin = (lead: Row | null): { marks: Mark[]; y: number } => {
    const top = margin + (lead?.height ?? 0)
    const marks = [...(lead === null ? [] : moved(lead.marks, margin)), ...moved(header.marks, top)]
    const page = { marks: [...marks, rule(top + header.height - line * 0.2)], y: top + header.height + line * 0.3 }
    pages.push(page)
    return page
  }
  let page = begin(headOf(slip, look, captions))
  const add = (row: Row): void => {
    if (page.y + row.height > foot) page = begin(null)
    page.marks.push(...moved(row.marks, page.y))
    page.y += row.height
  }
  for (const cells of slip.rows) add(rowOf(cells, look, false))
  add({ marks: [rule(0)], height: line * 0.5 })
  add(rowOf({ sku: '', name: captions.total, quantity: String(slip.rows.length) }, look, true))
  for (const words of wrapWords(slip.note, inner, line, 4))
    add({ marks: [textMark(margin, 0, line, false, words)], height: line * LEADING })
  return pages.map(({ marks }, i) => {
    const number = textMark(
      margin,
      foot + line * 0.4,
      line,
      false,
      `${slip.number} · ${captions.page} ${i + 1}/${pages.length}`,
    )
    return { width, height, marks: [...marks, number] }
  })
}
