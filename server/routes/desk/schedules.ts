import * as v from 'valibot'
import { MAX_SCHEDULES, scheduleAskSchema, scheduleFileQuery, schedulesSchema } from '../../../shared/desk/schedules.ts'
import { exportQuery } from '../../../shared/desk/export.ts'
import type { ClientId } from '../../../shared/ids.ts'
import { zoneOf } from '../../../shared/policy.ts'
import { nextHour } from '../../../shared/time.ts'
import { sendJson } from '../answer.ts'
import { parseAs } from '../body.ts'
import { deskEndpoint, json, NOTHING } from '../endpoint.ts'
import { refused } from '../refused.ts'
import { CSV_TYPE } from '../../csv.ts'
import { checkExport, listFor, XLSX_TYPE } from './export-file.ts'
import { LOOKERS, view } from './parts.ts'

const saveEndpoint = deskEndpoint(
  {
    method: 'POST',
    path: '/api/desk/schedules',
    summary: `Has a list made as a file once a day, at an hour of the warehouse's clock, or ends that; at most ${MAX_SCHEDULES} of one person.`,
    body: json(4096, scheduleAskSchema),
    roles: LOOKERS,
    answers: { 200: { description: 'One’s own, by name', schema: schedulesSchema } },
    refusals: ['bad_request', 'not_found', 'too_large'],
  },
  async ({ c, deps, body, who, warehouse }) => {
    const { schedules, site } = deps.stores
    const own = { warehouse, owner: who.id }
    const entry = { warehouse, at: deps.now(), worker: who.id, subject: body.id }
    if (body.act === 'remove') {
      if (!(await schedules.remove({ id: body.id, ...own }, { ...entry, kind: 'schedule.removed', body: {} })))
        throw refused('not_found', 'There is no such file of yours.')
    } else {
      const { id, name, hour, query } = body
      checkExport({ who }, v.parse(exportQuery, query))
      const nextAt = nextHour(deps.now(), hour, zoneOf(await site.policies(warehouse)))
      const written = { ...entry, kind: 'schedule.saved', body: { name, hour, list: query.list } }
      const done = await schedules.save({ id, ...own, name, hour, query }, nextAt, written)
      if (done === 'other') throw refused('not_found', 'There is no such file of yours.')
      if (done === 'full') throw refused('too_large', `At most ${MAX_SCHEDULES} files are made for you every day.`)
    }
    return sendJson(c, { schedules: await schedules.list(own) })
  },
)

const fileEndpoint = deskEndpoint(
  {
    method: 'GET',
    path: '/api/desk/schedules/file',
    summary: 'The newest file of one’s own schedule.',
    query: scheduleFileQuery,
    body: NOTHING,
    roles: LOOKERS,
    answers: { 200: { description: 'The file', type: 'text/csv' } },
    refusals: ['bad_request', 'not_found'],
  },
  async ({ c, deps, who, warehouse }) => {
    const { id } = parseAs(scheduleFileQuery, c.req.query())
    const mine = await deps.stores.schedules.list({ warehouse, owner: who.id })
    const found = mine.find(one => one.id === id)
    // What was made with rights that the person does not have any more is not handed out.
    if (found !== undefined) listFor({ who }, found.query)
    const of = found?.last?.clients ?? null
    const isTheirs = who.clients === null || (of?.every(client => who.clients?.includes(client as ClientId)) ?? false)
    const file = isTheirs ? (found?.last?.file ?? null) : null
    const body = file === null ? null : await deps.drop.read(file)
    if (file === null || body === null) throw refused('not_found', 'There is no such file.')
    c.header('content-disposition', `attachment; filename="${file}"`)
    c.header('content-type', file.endsWith('.csv') ? CSV_TYPE : XLSX_TYPE)
    return c.body(body)
  },
)

export const SCHEDULE_ENDPOINTS = [
  view(
    {
      path: '/api/desk/schedules',
      summary: 'Lists that are made for one as a file every day, and what became of the last one.',
      query: v.object({}),
      answer: schedulesSchema,
    },
    async ({ who, warehouse }, _, { stores }) => ({
      schedules: [...(await stores.schedules.list({ warehouse, owner: who.id }))],
    }),
  ),
  saveEndpoint,
  fileEndpoint,
]
