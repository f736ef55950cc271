import { createRequire } from 'node:module'
import { setImmediate } from 'node:timers/promises'
import Pdf from 'pdfkit'
import { MOST_MODULE, QR_QUIET } from '../../shared/label/code.ts'
import { QUIET_MODULES } from '../../shared/label/code128.ts'
import type { Mark } from '../../shared/label/drawing.ts'
import type { Page } from '../../shared/label/paper.ts'
import { symbolOf } from './symbol.ts'

type Doc = PDFKit.PDFDocument
const PT = 72 / 25.4
/** Where letters stand in their line, from its top; what `size` means to label printers, too. */
const BASELINE = 0.8
const TURN_PAGES = 10

/** Free fonts with Turkish letters (and Greek and Cyrillic ones), narrow as labels need them. */
const FONTS = { regular: 'DejaVuSansCondensed', bold: 'DejaVuSansCondensed-Bold' } as const
const fontFile = (name: string): string => createRequire(import.meta.url).resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`)

const drawCode = (doc: Doc, mark: Extract<Mark, { is: 'code' }>): void => {
  const { x, y, width, height, code } = mark
  const symbol = symbolOf(code)
  if (symbol.is === 'bars') {
    const modules = symbol.widths.reduce((sum, wide) => sum + wide, 0) + 2 * QUIET_MODULES
    const module = Math.min(MOST_MODULE, width / modules)
    let at = x + QUIET_MODULES * module
    for (const [i, wide] of symbol.widths.entries()) {
      if (i % 2 === 0) doc.rect(at * PT, y * PT, wide * module * PT, height * PT)
      at += wide * module
    }
    doc.fill('black')
    return
  }
  const module = Math.min(width, height) / (symbol.side + 2 * QR_QUIET)
  for (let row = 0; row < symbol.side; row += 1)
    for (let column = 0; column < symbol.side; column += 1) {
      // Runs of dark squares as one rectangle: no hair lines between them, and a smaller file.
      let run = 0
      while (column + run < symbol.side && symbol.dark(column + run, row)) run += 1
      if (run === 0) continue
      const [left, top] = [x + (QR_QUIET + column) * module, y + (QR_QUIET + row) * module]
      doc.rect(left * PT, top * PT, run * module * PT, module * PT)
      column += run
    }
  doc.fill('black')
}

const drawMark = (doc: Doc, mark: Mark): void => {
  switch (mark.is) {
    case 'bar':
      doc.rect(mark.x * PT, mark.y * PT, mark.width * PT, mark.height * PT).fill('black')
      return
    case 'text':
      doc
        .font(mark.bold ? 'bold' : 'regular')
        .fontSize(mark.size * PT)
        .text(mark.text, mark.x * PT, (mark.y + BASELINE * mark.size) * PT, {
          lineBreak: false,
          baseline: 'alphabetic',
        })
      return
    case 'code':
      drawCode(doc, mark)
  }
}

/** Pages as a PDF with its fonts inside. The server goes on answering between pages. */
export const pdfOf = async (pages: readonly Page[], about: { title: string; now: string }): Promise<Buffer> => {
  const at = new Date(about.now)
  const doc = new Pdf({
    autoFirstPage: false,
    margin: 0,
    info: { Title: about.title, Creator: 'Stockhand', CreationDate: at, ModDate: at },
  })
  const chunks: Buffer[] = []
  doc.on('data', (chunk: Buffer) => chunks.push(chunk))
  const ended = new Promise<void>((resolve, reject) => {
    doc.once('end', resolve)
    doc.once('error', reject)
  })
  doc.registerFont('regular', fontFile(FONTS.regular))
  doc.registerFont('bold', fontFile(FONTS.bold))
  for (const [n, page] of pages.entries()) {
    doc.addPage({ size: [page.width * PT, page.height * PT], margin: 0 })
    for (const { x, y, drawing, outlined } of page.placed) {
      doc.save().translate(x * PT, y * PT)
      for (const mark of drawing.marks) drawMark(doc, mark)
      if (outlined)
        doc
          .lineWidth(0.3)
          .rect(0, 0, drawing.width * PT, drawing.height * PT)
          .stroke('#999999')
      doc.restore()
    }
    if (n % TURN_PAGES === TURN_PAGES - 1) await setImmediate()
  }
  doc.end()
  await ended
  return Buffer.concat(chunks)
}
