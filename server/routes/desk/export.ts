import { exportQuery } from '../../../shared/desk/export.ts'
import { bytesOf } from '../answer.ts'
import { parseAs } from '../body.ts'
import { deskEndpoint, NOTHING } from '../endpoint.ts'
import { makeExport } from './export-file.ts'
import { LOOKERS } from './parts.ts'

/** GET /api/desk/export: what a list shows, as a file. */
export const exportEndpoint = deskEndpoint(
  {
    method: 'GET',
    path: '/api/desk/export',
    summary:
      'A list of the desk as CSV (streamed) or XLSX, with its filters. Texts that a spreadsheet would take for formulas are guarded.',
    query: exportQuery,
    body: NOTHING,
    roles: LOOKERS,
    answers: { 200: { description: 'The file', type: 'text/csv' } },
    refusals: ['bad_request', 'not_found', 'too_large'],
  },
  async ({ c, deps, who, warehouse }) => {
    const query = parseAs(exportQuery, c.req.query())
    const { day, type, body } = await makeExport({ who, warehouse }, query, deps)
    c.header('content-disposition', `attachment; filename="${query.list}-${day}.${query.format}"`)
    c.header('content-type', type)
    return c.body(body instanceof ReadableStream ? body : bytesOf(body))
  },
)
