import { pdfRequestSchema } from '../../shared/desk/print.ts'
import type { PdfRequest } from '../../shared/desk/print.ts'
import { drawLabel } from '../../shared/label/layout.ts'
import { alone, onPaper } from '../../shared/label/paper.ts'
import type { Page } from '../../shared/label/paper.ts'
import { drawSheet } from '../../shared/label/sheet.ts'
import { drawSlip } from '../../shared/label/slip.ts'
import { pdfOf } from '../print/pdf.ts'
import { bytesOf } from './answer.ts'
import { json, personEndpoint } from './endpoint.ts'
import { PRINTERS_ROLES } from './printers.ts'

const MAX_PDF_BYTES = 2 * 1024 * 1024

const pagesOf = (want: PdfRequest): Page[] => {
  switch (want.what) {
    case 'labels': {
      const { size, captions, skip } = want
      const drawings = want.labels.flatMap(({ label, copies }) =>
        Array.from({ length: copies }, () => drawLabel(label, captions, size)),
      )
      return onPaper(drawings, size, skip)
    }
    case 'sheet':
      return drawSheet(want.sheet, want.captions).map(alone)
    case 'slips':
      return want.slips.flatMap(slip => drawSlip(slip, want.captions, want.size)).map(alone)
  }
}

/** POST /api/labels.pdf: for the system's print dialog, where there is no label printer. Nothing of it is kept. */
export const labelsPdfEndpoint = personEndpoint(
  {
    method: 'POST',
    path: '/api/labels.pdf',
    summary: 'Labels, a sheet of commands or practice codes, or packing slips as PDF.',
    roles: PRINTERS_ROLES,
    body: json(MAX_PDF_BYTES, pdfRequestSchema),
    answers: { 200: { description: 'The pages', type: 'application/pdf' } },
    refusals: ['role'],
  },
  async ({ c, deps, body }) => {
    const pdf = await pdfOf(pagesOf(body), { title: 'Stockhand', now: deps.now() })
    c.header('content-type', 'application/pdf')
    return c.body(bytesOf(pdf))
  },
)
