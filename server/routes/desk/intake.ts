import * as v from 'valibot'
import {
  applyQuerySchema,
  goingLiveSchema,
  intakeAnswerSchema,
  intakeQuerySchema,
  markSchema,
  MAX_FILE_BYTES,
  STEPS,
  templateQuerySchema,
} from '../../../shared/desk/intake.ts'
import type { GoingLive, Step } from '../../../shared/desk/intake.ts'
import type { WarehouseId } from '../../../shared/ids.ts'
import { apply, preview } from '../../intake/intake.ts'
import { templateOf } from '../../intake/templates.ts'
import { sendJson } from '../answer.ts'
import { parseAs } from '../body.ts'
import type { AppDeps } from '../deps.ts'
import { deskEndpoint, fileEndpoint, json, NOTHING } from '../endpoint.ts'
import type { Endpoint } from '../endpoint.ts'
import { refused } from '../refused.ts'
import { ofAllClients } from './parts.ts'

const ADMIN = { roles: ['administrator'], strictly: true } as const
const ANSWER = {
  200: { description: 'What is in the file, row by row what is wrong with it', schema: intakeAnswerSchema },
}

/** POST /api/desk/intake/preview: a file of places, items or stock, looked at without doing anything. */
const previewEndpoint = fileEndpoint(
  {
    method: 'POST',
    path: '/api/desk/intake/preview',
    summary:
      'Reads a CSV of places, items or opening stock and says what it would do and what is wrong with which row.',
    query: intakeQuerySchema,
    maxBytes: MAX_FILE_BYTES,
    ...ADMIN,
    answers: ANSWER,
  },
  async ({ c, deps, bytes, who, warehouse }) => {
    ofAllClients({ who })
    const { kind } = parseAs(intakeQuerySchema, c.req.query())
    return sendJson(c, await preview(deps.stores.intake, { warehouse, now: deps.now() }, kind, bytes))
  },
)

/** POST /api/desk/intake/apply: the file that was shown, all of it or nothing. */
const applyEndpoint = fileEndpoint(
  {
    method: 'POST',
    path: '/api/desk/intake/apply',
    summary: 'Takes over the CSV that was shown (`hash` of its preview), all of it or nothing; the same content once.',
    query: applyQuerySchema,
    maxBytes: MAX_FILE_BYTES,
    ...ADMIN,
    answers: ANSWER,
    refusals: ['stale'],
  },
  async ({ c, deps, bytes, who, warehouse }) => {
    ofAllClients({ who })
    const { kind, hash, name } = parseAs(applyQuerySchema, c.req.query())
    const at = { warehouse, worker: who.id, now: deps.now() }
    const answer = await apply(deps.stores.intake, at, { kind, name, hash, bytes })
    if (answer === null) throw refused('stale', 'This is not the file that was shown; look at it again.')
    if (answer.outcome === 'done') deps.doorbell.ring(warehouse)
    return sendJson(c, answer)
  },
)

/** GET /api/desk/intake/template: a file to begin from. */
const templateEndpoint = deskEndpoint(
  {
    method: 'GET',
    path: '/api/desk/intake/template',
    summary: 'A CSV with the columns of a kind and rows that show what each is for.',
    query: templateQuerySchema,
    body: NOTHING,
    ...ADMIN,
    answers: { 200: { description: 'CSV, UTF-8 with byte order mark', type: 'text/csv' } },
    refusals: ['bad_request'],
  },
  async ({ c }) => {
    const { kind, separator } = parseAs(templateQuerySchema, c.req.query())
    c.header('content-type', 'text/csv; charset=utf-8')
    c.header('content-disposition', `attachment; filename="${kind}.csv"`)
    return c.body(templateOf(kind, separator))
  },
)

const markedName = (warehouse: WarehouseId): string => `goingLive ${warehouse}`
const markedSchema = v.array(v.picklist(STEPS))

const markedIn = (setting: unknown): readonly Step[] => {
  const kept = v.safeParse(markedSchema, setting)
  return kept.success ? kept.output : []
}

/** What the server can see of each step; the rest somebody says. */
const stepsOf = async (deps: AppDeps, warehouse: WarehouseId): Promise<GoingLive['steps']> => {
  const counts = await deps.stores.intake.counts(warehouse)
  const marked = markedIn(await deps.stores.site.setting(markedName(warehouse)))
  const all = (await deps.erp?.stores.connections.list()) ?? []
  const mine = all.filter(one => one.warehouse === warehouse && one.mode !== 'off')
  const n: Readonly<Record<Step, number>> = {
    administrator: (await deps.stores.accounts.list()).length,
    places: counts.places,
    items: counts.items,
    stock: counts.stock,
    connection: mine.length,
    labels: 0,
    // The first administrator is one of them.
    people: Math.max(0, counts.people - 1),
    handhelds: counts.handhelds,
    live: mine.filter(one => one.mode === 'live').length,
  }
  return STEPS.map(step => ({
    step,
    state: n[step] > 0 ? 'done' : marked.includes(step) ? 'marked' : 'open',
    n: n[step],
  }))
}

/** GET /api/desk/going-live */
const goingLiveEndpoint = deskEndpoint(
  {
    method: 'GET',
    path: '/api/desk/going-live',
    summary: 'The steps of a first day with how far each is, and the files that were taken over.',
    body: NOTHING,
    ...ADMIN,
    answers: { 200: { description: 'Steps and files', schema: goingLiveSchema } },
  },
  async ({ c, deps, who, warehouse }) => {
    ofAllClients({ who })
    const steps = await stepsOf(deps, warehouse)
    return sendJson(c, { steps, files: await deps.stores.intake.files(warehouse) } satisfies GoingLive)
  },
)

/** POST /api/desk/going-live: a step that the server cannot see the end of, or that the site does without. */
const markEndpoint = deskEndpoint(
  {
    method: 'POST',
    path: '/api/desk/going-live',
    summary: 'Ticks a step off by hand, or takes the tick back.',
    body: json(1024, markSchema),
    ...ADMIN,
    answers: { 200: { description: 'Done', schema: v.object({}) } },
  },
  async ({ c, deps, body, who, warehouse }) => {
    ofAllClients({ who })
    await deps.stores.site.changeSetting(markedName(warehouse), setting => {
      const others = markedIn(setting).filter(step => step !== body.step)
      return body.done ? [...others, body.step] : others
    })
    const entry = { warehouse, at: deps.now(), worker: who.id, kind: 'goingLive.mark', subject: body.step }
    await deps.stores.audit.note({ ...entry, body: { done: body.done } })
    return sendJson(c, {})
  },
)

export const INTAKE_ENDPOINTS: readonly Endpoint[] = [
  previewEndpoint,
  applyEndpoint,
  templateEndpoint,
  goingLiveEndpoint,
  markEndpoint,
]
