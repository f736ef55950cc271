import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import * as v from 'valibot'
import { makeErp } from './erp.ts'
import type { SimErp } from './erp.ts'
import { makeLimits } from './limits.ts'
import { lists } from './lists.ts'
import { PROFILES } from './profile.ts'
import type { Profile } from './profile.ts'
import { SimQuestion, SimRefusal } from './refusal.ts'
import type { SimItem, SimState } from './state.ts'
import {
  documentDraft,
  documentLine,
  ORDER_KINDS,
  postBody,
  simDelivery,
  simItem,
  simOrder,
  statusDraft,
} from './wire.ts'

const orderBody = v.object({ kind: v.picklist(ORDER_KINDS), ...v.omit(simOrder, ['id', 'state']).entries })
const itemChange = v.partial(v.omit(simItem, ['id']))
const byHand = v.object({
  ...v.omit(documentLine, ['serial', 'line', 'expiry']).entries,
  expiry: v.optional(documentLine.entries.expiry, null),
})
const level = v.object({
  item: v.string(),
  place: v.string(),
  lot: v.string(),
  quantity: v.pipe(v.number(), v.safeInteger()),
  changeFrom: v.nullable(v.pipe(v.number(), v.safeInteger())),
})

const countBody = v.object({ ...v.omit(level, ['quantity', 'changeFrom']).entries, counted: level.entries.quantity })

export type SimDeps = {
  state: SimState
  save: (state: SimState) => Promise<void>
  now: () => string
  token: string
  profile?: Profile
  /** Whether this post takes longer than the caller waits (profiles with `slowMs`). */
  slow?: () => boolean
}
/** A job that goes on after its caller has gone. */
type Job = { at: number; run: () => void }

export type SimApp = { app: Hono; erp: SimErp; endSessions: () => void; finishJobs: () => void }

/**
 * The demo ERP's HTTP interface, in the manner of a profile. Everything under /api needs the token; a write is answered only
 * after it was saved.
 */
export const makeSimErp = (deps: SimDeps): SimApp => {
  const profile = deps.profile ?? PROFILES.plain
  const nowMs = (): number => Date.parse(deps.now())
  const erp = makeErp(deps.state, deps.now, profile)
  const limits = makeLimits(profile, deps.token, nowMs)
  let jobs: Job[] = []
  const runJobs = (until: number): void => {
    const due = jobs.filter(job => job.at <= until)
    jobs = jobs.filter(job => job.at > until)
    for (const job of due) job.run()
  }
  const answer = (body: unknown): Response => Response.json(profile.envelope === 'always200' ? { result: body } : body)
  const app = new Hono()
  app.use(bodyLimit({ maxSize: 1_000_000 }))
  app.use(async (c, next) => {
    runJobs(nowMs())
    const refused = limits.enter()
    if (refused !== null) return refused
    await next().finally(limits.leave)
    return c.res
  })
  app.get('/health', c => c.json({ ok: true, now: deps.now() }))
  app.post('/login', async c => {
    const body: { password?: unknown } = await c.req.json()
    const session = limits.login(body.password)
    return typeof session === 'string' ? c.json({ session }) : session
  })
  app.use('/api/*', async (c, next) => limits.authorised(c.req.header('authorization')) ?? next())
  app.get('/api/me', () => answer({ now: deps.now(), profile: profile.name }))
  lists(app, erp, answer)
  const later = (run: () => void): void => void jobs.push({ at: nowMs() + profile.slowMs, run })
  writes(app, erp, { ...deps, answer, later })
  app.onError((error, c) => {
    if (error instanceof SimQuestion) return answer({ question: { kind: error.kind, text: error.message } })
    if (!(error instanceof SimRefusal)) return c.json({ error: 'internal' }, 500)
    const body = { kind: kindOf(error.status), message: error.message, location: error.location }
    return profile.envelope === 'always200' ? c.json({ error: body }) : c.json({ error: body }, error.status)
  })
  return { app, erp, endSessions: limits.endSessions, finishJobs: () => runJobs(Number.POSITIVE_INFINITY) }
}

const kindOf = (status: SimRefusal['status']): string =>
  ({ 400: 'duplicate', 404: 'unknown', 409: 'conflict', 412: 'stale', 422: 'refused' })[status]

type WriteDeps = SimDeps & { answer: (body: unknown) => Response; later: (run: () => void) => void }

const writes = (app: Hono, erp: SimErp, deps: WriteDeps): void => {
  const read = async <T extends v.GenericSchema>(request: Request, schema: T): Promise<v.InferOutput<T>> => {
    const body = v.safeParse(schema, await request.json().catch(() => null))
    if (!body.success) throw new SimRefusal(422, v.summarize(body.issues))
    return body.output
  }
  /** Answered only after it was saved. */
  const write = async (change: () => Promise<unknown>): Promise<Response> => {
    const body = await change()
    await deps.save(erp.state)
    return deps.answer(body)
  }
  app.post('/api/items', c => write(async () => erp.addItem(await read(c.req.raw, simItem))))
  app.patch('/api/items/:id', c =>
    write(async () => erp.changeItem(c.req.param('id'), (await read(c.req.raw, itemChange)) as Partial<SimItem>)),
  )
  app.post('/api/orders', c => write(async () => erp.addOrder(await read(c.req.raw, orderBody))))
  app.post('/api/orders/:id/cancel', c => write(async () => erp.cancelOrder(c.req.param('id'))))
  app.post('/api/statuses', c => write(async () => erp.tellStatus(await read(c.req.raw, statusDraft))))
  app.post('/api/deliveries', c =>
    write(async () => erp.parcelSaid(await read(c.req.raw, v.omit(simDelivery, ['id'])))),
  )
  app.post('/api/levels', c =>
    write(async () => {
      const { quantity, changeFrom, ...at } = await read(c.req.raw, level)
      erp.setLevel(at, quantity, changeFrom)
      return { quantity: erp.onHand(at.item, at.place, at.lot) }
    }),
  )
  app.post('/api/counts', c =>
    write(async () => {
      const { counted, ...at } = await read(c.req.raw, countBody)
      return erp.count(at, counted)
    }),
  )
  app.post('/api/counts/:id/apply', c => write(async () => erp.applyCount(c.req.param('id'))))
  /** A person in the ERP moves or corrects goods: a document without our key. */
  app.post('/api/by-hand', c =>
    write(async () => {
      const line = await read(c.req.raw, byHand)
      const type = line.from !== null && line.to !== null ? 'transfer' : 'adjustment'
      return erp.byHand(type, [{ ...line, serial: '', line: null }])
    }),
  )
  documents(app, erp, { ...deps, read, write })
}

type DocumentDeps = WriteDeps & {
  read: <T extends v.GenericSchema>(request: Request, schema: T) => Promise<v.InferOutput<T>>
  write: (change: () => Promise<unknown>) => Promise<Response>
}

/** An ERP that loads records says what is wrong with them in an answer that says that all is well. */
const loaded = (profile: Profile, make: () => unknown): unknown => {
  try {
    return make()
  } catch (error) {
    if (!profile.loads || !(error instanceof SimRefusal)) throw error
    return { ids: false, messages: [{ type: 'error', message: error.message }] }
  }
}

const documents = (app: Hono, erp: SimErp, { read, write, later, slow, save }: DocumentDeps): void => {
  const { profile } = erp
  const current = (id: string, request: Request): string => {
    if (profile.etag && request.headers.get('if-match') !== String(erp.document(id).version))
      throw new SimRefusal(412, 'the document has changed')
    return id
  }
  const create = async (request: Request): Promise<unknown> => {
    const whole = v.object({ ...documentDraft.entries, ...postBody.entries })
    const { backorder, accept, ...draft } = await read(request, whole)
    if (profile.flow === 'draft') return loaded(profile, () => erp.draft(draft))
    const [same] = profile.putCreates && request.method === 'POST' ? erp.byNumber(draft.number ?? '') : []
    if (same !== undefined) return erp.overwrite(same.id, draft)
    // Made and posted in one: what cannot be posted is not made either.
    const made = erp.draft(draft)
    try {
      return erp.post(made.id, { backorder, accept })
    } catch (error) {
      erp.forget(made.id)
      throw error
    }
  }
  app.post('/api/documents', c => write(() => create(c.req.raw)))
  if (profile.putCreates) app.put('/api/documents', c => write(() => create(c.req.raw)))
  app.put('/api/documents/:id/lines', c =>
    write(async () => {
      const { lines } = await read(c.req.raw, v.object({ lines: documentDraft.entries.lines }))
      return erp.changeDraft(current(c.req.param('id'), c.req.raw), lines)
    }),
  )
  app.post('/api/documents/:id/cancel', c => write(async () => erp.cancel(current(c.req.param('id'), c.req.raw))))
  app.post('/api/documents/:id/post', async c => {
    const id = current(c.req.param('id'), c.req.raw)
    const options = await read(c.req.raw, postBody)
    if (profile.slowMs > 0 && slow?.() === true && erp.document(id).state === 'draft') {
      later(() => {
        try {
          erp.post(id, options)
        } catch {
          // It was cancelled or posted meanwhile: nobody is there to be told.
        }
      })
      return new Response('<html><body>Gateway Timeout</body></html>', {
        status: 504,
        headers: { 'content-type': 'text/html' },
      })
    }
    if (profile.unfit !== 'silent') return write(async () => erp.post(id, options))
    // The answer of this one says nothing, whatever has happened.
    erp.post(id, options)
    await save(erp.state)
    return Response.json({ result: null })
  })
}
