import { beforeAll, describe, expect, it } from 'vitest'
import { drawLabel } from '../../shared/label/layout.ts'
import type { Label } from '../../shared/label/label.ts'
import { alone, onPaper } from '../../shared/label/paper.ts'
import { drawSheet } from '../../shared/label/sheet.ts'
import { FRAMES, LABEL_SIZES } from '../../shared/label/size.ts'
import { drawSlip } from '../../shared/label/slip.ts'
import { codesOfPdf, prepareDecoder } from '../../test/support/read-codes.ts'
import { SAMPLES, SHEET, SLIP, TURKISH } from '../../test/support/sample-labels.ts'
import { pdfOf } from './pdf.ts'

const about = { title: 'Labels', now: '2027-03-31T08:00:00.000Z' }
const labels: readonly Label[] = Object.values(SAMPLES)
/** What the drawing says that stands on it. */
const wanted = (size: (typeof LABEL_SIZES)[number]): string[] =>
  labels.flatMap(label =>
    drawLabel(label, TURKISH, size).marks.flatMap(mark => {
      if (mark.is !== 'code') return []
      const { code } = mark
      if (code.symbology === 'qr') return [`]Q1${code.text}`]
      if (code.symbology === 'code128') return [`]C0${code.text}`]
      return [`]C1${code.elements.map(({ ai, value }) => ai + value).join('')}`]
    }),
  )

describe('labels as PDF', () => {
  beforeAll(() => prepareDecoder())

  it.each(LABEL_SIZES)('[PL9] rendered, every code of every label is read: %s', async size => {
    const drawings = labels.map(label => drawLabel(label, TURKISH, size))
    const pdf = await pdfOf(onPaper(drawings, size), about)
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
    const read = (await codesOfPdf(pdf)).flat()
    expect(read.toSorted()).toEqual(wanted(size).toSorted())
  })

  it('[PL9] rendered, every command of the sheet is read', async () => {
    const read = (await codesOfPdf(await pdfOf(drawSheet(SHEET, TURKISH).map(alone), about))).flat()
    const codes = SHEET.groups.flatMap(group => group.cells.map(cell => `]C0${cell.code}`))
    expect(read.toSorted()).toEqual(codes.toSorted())
  })

  it.each(['a4', '100x150'] as const)('[PL9] [PL12] the number of a slip is read: %s', async size => {
    const [first, ...others] = await codesOfPdf(await pdfOf(drawSlip(SLIP, TURKISH, size).map(alone), about))
    expect([first, others.flat()]).toEqual([[']C0SO-1001'], []])
  })

  it('[PL9] the fonts are inside, and the same pages at the same time are the same bytes', async () => {
    const pages = onPaper([drawLabel(SAMPLES.tracked, TURKISH, '50x30')], '50x30')
    const [one, two] = [await pdfOf(pages, about), await pdfOf(pages, about)]
    expect(one.equals(two)).toBe(true)
    const text = one.toString('latin1')
    expect(text.match(/\/FontFile2/g)).toHaveLength(2)
    expect(text).toContain(`${(FRAMES['50x30'].width * 72) / 25.4}`.slice(0, 6))
  })
})
