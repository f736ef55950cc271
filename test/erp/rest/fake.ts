import { createHmac } from 'node:crypto'
import { Hono } from 'hono'
import * as v from 'valibot'
import type { SimErp } from '../../../server/erp/sim/erp.ts'
import { SimRefusal } from '../../../server/erp/sim/refusal.ts'
import { MAIN } from '../../../server/erp/sim/state.ts'
import type { SimDocument, SimDraft } from '../../../server/erp/sim/state.ts'

export const TOKEN = 'right'
export const SIGNING = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

const place = v.optional(v.nullable(v.string()), null)
const line = v.object({
  item: v.string(),
  lot: v.string(),
  serial: v.string(),
  expiry: v.nullable(v.string()),
  quantity: v.number(),
  location: place,
  from: place,
  to: place,
})
const box = v.object({
  label: v.string(),
  type: v.nullable(v.string()),
  weightG: v.nullable(v.number()),
  tracking: v.nullable(v.string()),
})
/** How far an order is: it moves nothing. */
const word = v.object({
  key: v.string(),
  type: v.literal('orderStatus'),
  order: v.string(),
  status: v.picklist(['picking', 'packed', 'ready', 'shipped', 'delivered', 'deliveryFailed']),
  shipping: v.object({ carrier: v.nullable(v.string()), tracking: v.array(v.string()) }),
  packages: v.array(box),
})
const document = v.object({
  key: v.string(),
  type: v.picklist(['receipt', 'shipment', 'adjustment', 'transfer', 'return']),
  client: v.string(),
  order: v.optional(v.nullable(v.string()), null),
  shorts: v.optional(v.picklist(['backorder', 'cancel']), 'backorder'),
  reason: v.optional(v.nullable(v.string()), null),
  lines: v.array(line),
})

const unauthorised = (): Response => Response.json({ error: { code: 'unauthorised' } }, { status: 401 })

/** An ERP that speaks what docs/erp-rest.md says, as its maker would write it: small, and over books of its own. */
export const restErp = (erp: SimErp, now: () => string): Hono => {
  const app = new Hono()
  app.use(async (c, next) => (c.req.header('authorization') === `Bearer ${TOKEN}` ? next() : unauthorised()))
  app.get('/info', c => c.json({ serverTime: now(), timeZone: 'Europe/Istanbul', company: 'Kit', version: '1' }))
  lists(app, erp)
  app.get('/documents/:key', c => {
    const key = c.req.param('key')
    if (erp.status(key) !== undefined) return c.json({ state: 'posted', id: key })
    const [made] = erp.byKey(key)
    return made === undefined ? c.json({ error: { code: 'unknown_document' } }, 404) : c.json(shown(made))
  })
  app.post('/documents', async c => {
    const raw = await c.req.text()
    if (!isSigned(raw, name => c.req.header(name))) return unauthorised()
    const said = v.safeParse(v.pipe(v.string(), v.parseJson(), word), raw)
    if (said.success) {
      const { type: _type, shipping, ...status } = said.output
      return c.json(erp.tellStatus({ ...status, ...shipping }), 201)
    }
    const read = v.safeParse(v.pipe(v.string(), v.parseJson(), document), raw)
    if (!read.success) return c.json({ error: { code: 'unreadable' } }, 400)
    const { shorts, lines, ...head } = read.output
    if (c.req.header('idempotency-key') !== head.key) return c.json({ error: { code: 'key' } }, 400)
    const [before] = erp.byKey(head.key)
    if (before !== undefined) return c.json(shown(before))
    const draft: SimDraft = { ...head, tracking: [], changeFrom: null, lines: lines.map(one => sided(head.type, one)) }
    const made = erp.draft(draft)
    try {
      return c.json(shown(erp.post(made.id, { backorder: shorts === 'backorder', accept: [] })), 201)
    } catch (error) {
      erp.forget(made.id)
      throw error
    }
  })
  app.onError((error, c) =>
    error instanceof SimRefusal
      ? c.json({ error: { code: 'refused', message: error.message } }, 422)
      : c.json({ error: { code: 'internal', message: String(error) } }, 500),
  )
  return app
}

const isSigned = (raw: string, header: (name: string) => string | undefined): boolean => {
  const key = Buffer.from(SIGNING.slice('whsec_'.length), 'base64')
  const text = `${header('webhook-id')}.${header('webhook-timestamp')}.${raw}`
  return header('webhook-signature') === `v1,${createHmac('sha256', key).update(text).digest('base64')}`
}

const sided = (type: SimDraft['type'], given: v.InferOutput<typeof line>): SimDraft['lines'][number] => {
  const { location, quantity, ...goods } = given
  const at = location ?? MAIN
  const comes = type === 'receipt' || type === 'return' || (type === 'adjustment' && quantity > 0)
  const sides =
    type === 'transfer' ? { from: goods.from, to: goods.to } : { from: comes ? null : at, to: comes ? at : null }
  return { ...goods, ...sides, quantity: Math.abs(quantity), line: null }
}

const shown = (made: SimDocument) => ({
  state: made.state === 'draft' ? 'waiting' : made.state,
  id: made.id,
  number: made.number,
  postedAt: made.postedAt,
  lines: made.lines.map(({ item, lot, serial, quantity }) => ({ item, lot, serial, quantity })),
})

const lists = (app: Hono, erp: SimErp): void => {
  const { state } = erp
  const numbers = (url: string) => {
    const { searchParams } = new URL(url)
    return { after: Number(searchParams.get('cursor') ?? 0), limit: Number(searchParams.get('limit') ?? 100) }
  }
  const paged = <T>(url: string, all: readonly T[], n: (row: T) => number) => {
    const { after, limit } = numbers(url)
    const rows = all.filter(row => n(row) > after).sort((a, b) => n(a) - n(b))
    const page = rows.slice(0, limit)
    const last = page.at(-1)
    return { page, next: String(last === undefined ? after : n(last)), more: rows.length > page.length }
  }
  const list = (path: string, all: () => readonly ({ id: string; changed: number } & object)[]): void => {
    app.get(path, c => {
      const { page, next, more } = paged(c.req.url, all(), row => row.changed)
      return c.json({ items: page, next, more })
    })
    app.get(`${path}/ids`, c => {
      const active = all().filter(row => !('active' in row) || row.active === true)
      const { page, next, more } = paged(c.req.url, active, row => row.changed)
      return c.json({ ids: page.map(row => row.id), next, more })
    })
  }
  const orders = (kind: 'purchase' | 'sales') => () => Object.values(state.orders).filter(order => order.kind === kind)
  list('/items', () => Object.values(state.items))
  list('/partners', () => [])
  list('/purchase-orders', orders('purchase'))
  list('/sales-orders', orders('sales'))
  list('/deliveries', () => Object.values(state.deliveries ?? {}))
  list('/carrier-labels', () => Object.values(state.labels ?? {}))
  /** Its books have one number for a lot or a unit; on the wire they are apart. */
  const named = (item: string, number: string) =>
    erp.item(item).tracking.serial ? { lot: '', serial: number } : { lot: number }
  app.get('/stock', c => {
    const [items = [], places = []] = [c.req.queries('item'), c.req.queries('location')]
    const rows = Object.values(state.stock)
      .filter(row => items.length === 0 || items.includes(row.item))
      .filter(row => places.length === 0 || places.includes(row.place))
      .map((row, i) => ({ n: i + 1, row }))
    const { page, next, more } = paged(c.req.url, rows, ({ n }) => n)
    const wire = page.map(({ row }) => ({
      item: row.item,
      location: row.place,
      ...named(row.item, row.lot),
      expiry: row.expiry,
      quantity: String(row.quantity),
    }))
    return c.json({ rows: wire, next, more })
  })
  app.get('/movements', c => {
    const { page, next, more } = paged(c.req.url, state.moves, move => move.n)
    const movements = page.map(({ n, quantity, key, ...move }) => ({
      ...move,
      ...named(move.item, move.lot),
      id: String(n),
      quantity: String(quantity),
      key: key === '' ? null : key,
    }))
    return c.json({ movements, next, more })
  })
}
