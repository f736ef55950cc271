import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import * as v from 'valibot'
import { makeErp, SimRefusal } from './erp.ts'
import type { SimState } from './state.ts'
import { simItem, simOrder } from './wire.ts'

const id = v.pipe(v.string(), v.minLength(1), v.maxLength(120))
const whole = v.pipe(v.number(), v.safeInteger())
const documentBody = v.object({
  key: v.pipe(v.string(), v.uuid()),
  type: v.picklist(['receipt', 'shipment', 'adjustment']),
  client: id,
  order: v.nullable(id),
  lines: v.pipe(
    v.array(
      v.object({
        item: id,
        lot: v.pipe(v.string(), v.maxLength(60)),
        serial: v.pipe(v.string(), v.maxLength(60)),
        expiry: v.nullable(v.string()),
        quantity: whole,
        line: v.nullable(id),
      }),
    ),
    v.minLength(1),
    v.maxLength(5000),
  ),
})
const orderBody = v.object({
  kind: v.picklist(['purchase', 'sales']),
  ...v.omit(simOrder, ['id', 'state']).entries,
})
const nameBody = v.object({ name: simItem.entries.name })

/** Faults that tests switch on, one request each: the answer is lost before or after the state has changed, or unreadable. */
export const FAULTS = ['cutBefore', 'cutAfter', 'error500', 'truncated', 'html', 'throttled'] as const
export type Fault = (typeof FAULTS)[number]

export type SimDeps = { state: SimState; save: (state: SimState) => Promise<void>; now: () => string; token: string }

/**
 * The demo ERP's HTTP interface (profile `plain`). Everything under /api needs the token; a write is answered only after
 * it was saved.
 */
export const makeSimErp = (deps: SimDeps): { app: Hono; fault: (fault: Fault, times?: number) => void } => {
  const { state } = deps
  const erp = makeErp(state, deps.now)
  const faults: Fault[] = []
  const app = new Hono()
  app.use(bodyLimit({ maxSize: 1_000_000 }))
  app.get('/health', c => c.json({ ok: true, now: deps.now() }))
  app.use('/api/*', async (c, next) =>
    c.req.header('authorization') === `Bearer ${deps.token}` ? next() : c.json({ error: 'unauthorised' }, 401),
  )

  const list = (url: URL) => ({
    after: Number(url.searchParams.get('after') ?? 0) || 0,
    limit: Math.min(500, Number(url.searchParams.get('limit') ?? 100) || 100),
  })
  const orders = (kind: 'purchase' | 'sales') =>
    Object.fromEntries(Object.entries(state.orders).filter(([, order]) => order.kind === kind))
  const read = async <T extends v.GenericSchema>(request: Request, schema: T): Promise<v.InferOutput<T>> => {
    const body = v.safeParse(schema, await request.json().catch(() => null))
    if (!body.success) throw new SimRefusal(422, v.summarize(body.issues))
    return body.output
  }
  /** A write in one place: fault before, change, save, fault after. */
  const write = async (change: () => Promise<unknown>): Promise<Response> => {
    const fault = faults.shift()
    if (fault === 'cutBefore') throw new Cut()
    if (fault === 'throttled')
      return Response.json({ error: 'slow down' }, { status: 429, headers: { 'retry-after': '2' } })
    if (fault === 'error500') return Response.json({ error: 'internal' }, { status: 500 })
    const body = await change()
    await deps.save(state)
    if (fault === 'cutAfter') throw new Cut()
    if (fault === 'html') return new Response('<html>Gateway</html>', { headers: { 'content-type': 'text/html' } })
    const text = JSON.stringify(body)
    return new Response(fault === 'truncated' ? text.slice(0, text.length / 2) : text, {
      headers: { 'content-type': 'application/json' },
    })
  }

  app.get('/api/items', c =>
    c.json(erp.changed(state.items, list(new URL(c.req.url)).after, list(new URL(c.req.url)).limit)),
  )
  app.get('/api/purchase-orders', c =>
    c.json(erp.changed(orders('purchase'), list(new URL(c.req.url)).after, list(new URL(c.req.url)).limit)),
  )
  app.get('/api/sales-orders', c =>
    c.json(erp.changed(orders('sales'), list(new URL(c.req.url)).after, list(new URL(c.req.url)).limit)),
  )
  app.get('/api/stock', c => {
    const item = c.req.query('item')
    return c.json({ rows: Object.values(state.stock).filter(row => item === undefined || row.item === item) })
  })
  app.get('/api/moves', c => {
    const { after, limit } = list(new URL(c.req.url))
    const moves = state.moves.filter(move => move.n > after)
    return c.json({
      moves: moves.slice(0, limit),
      next: moves.slice(0, limit).at(-1)?.n ?? after,
      more: moves.length > limit,
    })
  })
  app.patch('/api/items/:id', c =>
    write(async () => erp.renameItem(c.req.param('id'), (await read(c.req.raw, nameBody)).name)),
  )
  app.post('/api/orders', c => write(async () => erp.addOrder(await read(c.req.raw, orderBody))))
  app.post('/api/orders/:id/cancel', c => write(async () => erp.cancelOrder(c.req.param('id'))))
  app.get('/api/documents', c => c.json({ documents: erp.byKey(c.req.query('key') ?? '') }))
  app.post('/api/documents', c => write(async () => erp.draft(await read(c.req.raw, documentBody))))
  app.post('/api/documents/:id/post', c => write(async () => erp.post(c.req.param('id'))))
  app.onError((error, c) => {
    if (error instanceof SimRefusal) return c.json({ error: error.message }, error.status)
    if (error instanceof Cut) throw error
    return c.json({ error: 'internal' }, 500)
  })
  return { app, fault: (fault, times = 1) => faults.push(...Array.from({ length: times }, () => fault)) }
}

/** The line is cut: the server destroys the socket instead of answering. */
export class Cut extends Error {}
