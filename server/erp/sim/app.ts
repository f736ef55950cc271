import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import * as v from 'valibot'
import { makeErp, SimRefusal } from './erp.ts'
import type { SimErp } from './erp.ts'
import type { SimState } from './state.ts'
import { documentDraft, ORDER_KINDS, simItem, simOrder } from './wire.ts'

const orderBody = v.object({ kind: v.picklist(ORDER_KINDS), ...v.omit(simOrder, ['id', 'state']).entries })
const itemChange = v.partial(v.omit(simItem, ['id']))
const byHand = v.object({
  item: v.string(),
  lot: v.optional(v.string(), ''),
  expiry: v.optional(v.nullable(v.string()), null),
  quantity: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  from: v.nullable(v.string()),
  to: v.nullable(v.string()),
})

export type SimDeps = { state: SimState; save: (state: SimState) => Promise<void>; now: () => string; token: string }

const MAX_PAGE = 500
const pageOf = <T extends { changed: number }>(all: readonly T[], url: URL) => {
  const after = Number(url.searchParams.get('after') ?? 0) || 0
  const limit = Math.min(MAX_PAGE, Number(url.searchParams.get('limit') ?? 100) || 100)
  const rows = all.filter(row => row.changed > after).sort((a, b) => a.changed - b.changed)
  const items = rows.slice(0, limit)
  return { items, next: items.at(-1)?.changed ?? after, more: rows.length > items.length }
}

/**
 * The demo ERP's HTTP interface (profile `plain`). Everything under /api needs the token; a write is answered only after
 * it was saved.
 */
export const makeSimErp = (deps: SimDeps): Hono => {
  const erp = makeErp(deps.state, deps.now)
  const app = new Hono()
  app.use(bodyLimit({ maxSize: 1_000_000 }))
  app.get('/health', c => c.json({ ok: true, now: deps.now() }))
  app.use('/api/*', async (c, next) =>
    c.req.header('authorization') === `Bearer ${deps.token}` ? next() : c.json({ error: 'unauthorised' }, 401),
  )
  app.get('/api/me', c => c.json({ now: deps.now() }))
  reading(app, erp)
  writing(app, erp, deps)
  app.onError((error, c) =>
    error instanceof SimRefusal ? c.json({ error: error.message }, error.status) : c.json({ error: 'internal' }, 500),
  )
  return app
}

const reading = (app: Hono, { state, byKey }: SimErp): void => {
  const orders = (kind: (typeof ORDER_KINDS)[number]) => Object.values(state.orders).filter(o => o.kind === kind)
  app.get('/api/items', c => c.json(pageOf(Object.values(state.items), new URL(c.req.url))))
  app.get('/api/purchase-orders', c => c.json(pageOf(orders('purchase'), new URL(c.req.url))))
  app.get('/api/asns', c => c.json(pageOf(orders('asn'), new URL(c.req.url))))
  app.get('/api/sales-orders', c => c.json(pageOf(orders('sales'), new URL(c.req.url))))
  app.get('/api/places', c => c.json({ places: Object.values(state.places) }))
  app.get('/api/partners', c => c.json({ partners: Object.values(state.partners) }))
  app.get('/api/stock', c => {
    const items = c.req.query('items')?.split(' ')
    const places = c.req.query('places')?.split(' ')
    const rows = Object.values(state.stock).filter(
      row => (items === undefined || items.includes(row.item)) && (places === undefined || places.includes(row.place)),
    )
    return c.json({ rows })
  })
  app.get('/api/moves', c => {
    const moves = pageOf(
      state.moves.map(move => ({ ...move, changed: move.n })),
      new URL(c.req.url),
    )
    return c.json({ moves: moves.items, next: moves.next, more: moves.more })
  })
  app.get('/api/documents', c => c.json({ documents: byKey(c.req.query('key') ?? '') }))
}

const writing = (app: Hono, erp: SimErp, deps: SimDeps): void => {
  const read = async <T extends v.GenericSchema>(request: Request, schema: T): Promise<v.InferOutput<T>> => {
    const body = v.safeParse(schema, await request.json().catch(() => null))
    if (!body.success) throw new SimRefusal(422, v.summarize(body.issues))
    return body.output
  }
  /** Answered only after it was saved. */
  const write = async (change: () => Promise<unknown>): Promise<Response> => {
    const body = await change()
    await deps.save(erp.state)
    return Response.json(body)
  }
  app.post('/api/items', c => write(async () => erp.addItem(await read(c.req.raw, simItem))))
  app.patch('/api/items/:id', c =>
    write(async () => {
      // What is not named stays as it is.
      const { ...change } = await read(c.req.raw, itemChange)
      return erp.changeItem(c.req.param('id'), change as Partial<ReturnType<typeof erp.item>>)
    }),
  )
  app.post('/api/orders', c => write(async () => erp.addOrder(await read(c.req.raw, orderBody))))
  app.post('/api/orders/:id/cancel', c => write(async () => erp.cancelOrder(c.req.param('id'))))
  app.post('/api/documents', c => write(async () => erp.draft(await read(c.req.raw, documentDraft))))
  app.post('/api/documents/:id/post', c => write(async () => erp.post(c.req.param('id'))))
  app.post('/api/documents/:id/cancel', c => write(async () => erp.cancel(c.req.param('id'))))
  /** A person in the ERP moves or corrects goods: a document without our key. */
  app.post('/api/by-hand', c =>
    write(async () => {
      const line = await read(c.req.raw, byHand)
      const type = line.from !== null && line.to !== null ? 'transfer' : 'adjustment'
      const draft = { key: '', type, client: '', order: null, reason: null, backorder: true } as const
      return erp.post(erp.draft({ ...draft, tracking: [], lines: [{ ...line, serial: '', line: null }] }).id)
    }),
  )
}
