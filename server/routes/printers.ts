import * as v from 'valibot'
import { MAX_WAITING, PRINT_STATES } from '../../shared/desk/print.ts'
import {
  againRequestSchema,
  jobsAnswerSchema,
  printerRequestSchema,
  printersAnswerSchema,
  printRequestSchema,
} from '../../shared/desk/print.ts'
import { jobSchema, printerSchema } from '../../shared/desk/print.ts'
import type { PrinterId, PrintJobId, WorkerId } from '../../shared/ids.ts'
import { uuid } from '../../shared/sync/fields.ts'
import { sendJson } from './answer.ts'
import { parseAs } from './body.ts'
import { json, NOTHING, personEndpoint } from './endpoint.ts'
import type { Endpoint } from './endpoint.ts'
import { pageLimit } from './page-key.ts'
import { refused } from './refused.ts'

/** Who prints; see also labels.pdf. */
export const PRINTERS_ROLES = ['supervisor', 'administrator'] as const
const MAX_PRINT_BYTES = 2 * 1024 * 1024

const askSchema = v.object({ worker: uuid<WorkerId>() })
const jobsQuerySchema = v.object({
  ...askSchema.entries,
  state: v.optional(v.picklist(PRINT_STATES)),
  printer: v.optional(uuid<PrinterId>()),
  /** Where the last page ended. */
  before: v.optional(v.pipe(v.string(), v.regex(/^\d{1,15}$/), v.transform(Number))),
  limit: pageLimit,
})

const printersEndpoint = personEndpoint(
  {
    method: 'GET',
    path: '/api/printers',
    summary: 'The label printers of the warehouse.',
    query: askSchema,
    roles: PRINTERS_ROLES,
    body: NOTHING,
    answers: { 200: { description: 'All of them', schema: printersAnswerSchema } },
    refusals: ['bad_request', 'role'],
  },
  async ({ c, deps, warehouse }) => {
    return sendJson(c, { printers: await deps.stores.print.printers(warehouse) })
  },
)

const putPrinterEndpoint = personEndpoint(
  {
    method: 'POST',
    path: '/api/printers',
    summary: 'Adds a label printer or changes one, on the version that was seen.',
    roles: PRINTERS_ROLES,
    body: json(8 * 1024, printerRequestSchema),
    answers: { 200: { description: 'The printer as it is now', schema: printerSchema } },
    refusals: ['role', 'stale'],
  },
  async ({ c, deps, body, who, warehouse }) => {
    const { worker: _, session: __, expectedVersion, ...printer } = body
    const at = { warehouse, worker: who.id, now: deps.now() }
    const saved = await deps.stores.print.putPrinter(at, printer, expectedVersion)
    if (saved === null) throw refused('stale')
    return sendJson(c, saved)
  },
)

const printEndpoint = personEndpoint(
  {
    method: 'POST',
    path: '/api/print',
    summary: 'Puts labels into the queue of a printer, a job each, under the ids that the asker gives them.',
    roles: PRINTERS_ROLES,
    body: json(MAX_PRINT_BYTES, printRequestSchema),
    answers: { 200: { description: 'They will be printed', schema: v.object({ jobs: v.array(v.string()) }) } },
    refusals: ['role', 'not_found', 'busy'],
  },
  async ({ c, deps, body, who, warehouse, device }) => {
    const { printer, captions, labels } = body
    const { print } = deps.stores
    const found = (await print.printers(warehouse)).find(one => one.id === printer)
    if (found === undefined || !found.active) throw refused('not_found', 'There is no such printer in use.')
    const at = {
      warehouse,
      worker: who.id,
      device,
      now: deps.now(),
      most: MAX_WAITING,
    }
    const jobs = labels.map(({ id, label, copies }) => ({ id, printer, copies, body: { label, captions } }))
    if ((await print.add(at, jobs)) === 'full') throw refused('busy', 'Too many labels wait already.')
    return sendJson(c, { jobs: jobs.map(job => job.id) })
  },
)

const jobsEndpoint = personEndpoint(
  {
    method: 'GET',
    path: '/api/print/jobs',
    summary: 'What was asked to be printed, the newest first; `before` begins the next page.',
    query: jobsQuerySchema,
    roles: PRINTERS_ROLES,
    body: NOTHING,
    answers: { 200: { description: 'A page of jobs', schema: jobsAnswerSchema } },
    refusals: ['bad_request', 'role'],
  },
  async ({ c, deps, warehouse }) => {
    const { state = null, printer = null, before = null, limit } = parseAs(jobsQuerySchema, c.req.query())
    const jobs = await deps.stores.print.jobs(warehouse, { state, printer, before, limit })
    return sendJson(c, { jobs, before: jobs.length === limit ? (jobs.at(-1)?.seq ?? null) : null })
  },
)

const REFUSED = {
  none: { code: 'not_found', words: 'There is no such job.' },
  running: { code: 'stale', words: 'It waits or is being sent.' },
  secret: { code: 'bad_request', words: 'A badge or set-up code is not printed again: make a new one.' },
} as const

const againEndpoint = personEndpoint(
  {
    method: 'POST',
    path: '/api/print/jobs/:id/again',
    summary: 'Prints a label once more, as a new job that names the first one and counts.',
    roles: PRINTERS_ROLES,
    body: json(8 * 1024, againRequestSchema),
    answers: { 200: { description: 'The job that will print it', schema: jobSchema } },
    refusals: ['role', 'not_found', 'stale'],
  },
  async ({ c, deps, body, who, warehouse, device }) => {
    const job = parseAs(uuid<PrintJobId>(), c.req.param('id'))
    const at = { warehouse, worker: who.id, device, now: deps.now() }
    const answer = await deps.stores.print.again(at, job, body.id)
    if (answer.kind !== 'done') throw refused(REFUSED[answer.kind].code, REFUSED[answer.kind].words)
    return sendJson(c, answer.job)
  },
)

export const PRINT_ENDPOINTS: readonly Endpoint[] = [
  printersEndpoint,
  putPrinterEndpoint,
  printEndpoint,
  jobsEndpoint,
  againEndpoint,
]
