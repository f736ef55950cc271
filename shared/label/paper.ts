import type { Drawing } from './drawing.ts'
import { A4, FRAMES } from './size.ts'
import type { LabelSize } from './size.ts'

export type Placed = { x: number; y: number; drawing: Drawing; outlined: boolean }
export type Page = { width: number; height: number; placed: readonly Placed[] }

/** Sheets of A4 with labels of 99.1 × 38.1 mm in 2 × 7, a common cut; and cards with a line to cut along, 2 × 5. */
const SHEETS = {
  'a4-2x7': { columns: 2, rows: 7, left: 4.65, top: 15.15, gapX: 2.5, gapY: 0, outlined: false },
  card: { columns: 2, rows: 5, left: 15, top: 8, gapX: 8.8, gapY: 2.7, outlined: true },
} as const

/** One label a page on a roll, else so many on a sheet as fit, row by row. `skip`: labels that a begun sheet lacks. */
export const onPaper = (drawings: readonly Drawing[], size: LabelSize, skip = 0): Page[] => {
  if (size === '50x30' || size === '100x150') return drawings.map(alone)
  const { columns, rows, left, top, gapX, gapY, outlined } = SHEETS[size]
  const { width, height } = FRAMES[size]
  const pages: { width: number; height: number; placed: Placed[] }[] = []
  for (const [n, drawing] of drawings.entries()) {
    const at = (n + skip) % (columns * rows)
    if (at === 0 || n === 0) pages.push({ ...A4, placed: [] })
    const x = left + (at % columns) * (width + gapX)
    const y = top + Math.floor(at / columns) * (height + gapY)
    pages.at(-1)?.placed.push({ x, y, drawing, outlined })
  }
  return pages
}

/** A page that is one drawing. */
export const alone = (drawing: Drawing): Page => ({
  width: drawing.width,
  height: drawing.height,
  placed: [{ x: 0, y: 0, drawing, outlined: false }],
})
