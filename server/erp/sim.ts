import * as v from 'valibot'
import type { ErpCaps, ErpConnector, Found, InboundKind } from './connector.ts'
import { ErpError } from './erp-error.ts'
import type { ErrorClass, Phase } from './erp-error.ts'
import { erpHttp, retryAfterMs } from './http.ts'
import { readRecords } from './inbound.ts'
import { linesOf } from './operation.ts'
import type { OutboundOp, RemoteRef } from './operation.ts'
import { amountOf, baseQty } from './quantity.ts'
import { connectorKind, erpUrl } from './settings.ts'
import { simItem, simOrder } from './sim/wire.ts'

const CAPS: ErpCaps = {
  key: 'native',
  adjust: 'delta',
  locations: 'warehouses',
  lots: true,
  serials: true,
  expiry: true,
  partialReceipt: true,
  overReceipt: 'accepted',
  negativeStock: 'accepted',
  blindReceipt: true,
  tracking: true,
  packages: false,
  carrierLabels: false,
  pictures: false,
  webhooks: false,
  fractions: false,
  kinds: ['item', 'purchaseOrder', 'salesOrder'],
  operations: ['receipt', 'shipment', 'adjustment'],
  concurrent: 4,
  perSecond: 1000,
  settleMs: 2000,
}

const LISTS: Partial<Record<InboundKind, string>> = {
  item: '/api/items',
  purchaseOrder: '/api/purchase-orders',
  salesOrder: '/api/sales-orders',
}
const pageOf = <T extends v.GenericSchema>(item: T) =>
  v.object({ items: v.array(item), next: v.number(), more: v.boolean() })
const named = v.looseObject({ id: v.string() })
const documentSchema = v.object({
  id: v.string(),
  key: v.string(),
  state: v.picklist(['draft', 'posted']),
  postedAt: v.nullable(v.string()),
  lines: v.array(
    v.object({
      item: v.string(),
      lot: v.string(),
      serial: v.string(),
      expiry: v.nullable(v.string()),
      quantity: v.number(),
      line: v.nullable(v.string()),
    }),
  ),
})
type Document = v.InferOutput<typeof documentSchema>
const stockSchema = v.object({
  rows: v.array(v.object({ item: v.string(), lot: v.string(), expiry: v.nullable(v.string()), quantity: v.number() })),
})
const movesSchema = v.object({
  moves: v.array(
    v.object({
      n: v.number(),
      item: v.string(),
      lot: v.string(),
      quantity: v.number(),
      key: v.string(),
      at: v.string(),
    }),
  ),
  next: v.number(),
  more: v.boolean(),
})

/** The class of an answer by status and phase, never by its text. */
export const classify = (status: number, phase: Phase): ErrorClass => {
  if (status === 401 || status === 403) return 'auth'
  if (status === 429) return 'throttled'
  if (status === 404) return 'config'
  if (status === 409) return 'conflict'
  if (status === 422 || status === 400 || status === 413) return 'rejected'
  return phase === 'read' ? 'transient' : 'unknownOutcome'
}

/** The connector of the demo ERP (profile `plain`): documents are drafts until they are posted, our key is unique there. */
const makeSim = (deps: {
  id: string
  url: string
  token: () => string
  fetch: typeof fetch
  now: () => string
}): ErpConnector => {
  const http = erpHttp({ url: deps.url, fetch: deps.fetch, secrets: () => [deps.token()] })
  const call = async <T extends v.GenericSchema>(
    method: string,
    path: string,
    schema: T,
    signal: AbortSignal,
    body?: unknown,
  ): Promise<v.InferOutput<T>> => {
    const phase: Phase = method === 'GET' ? 'read' : 'write'
    const headers = { authorization: `Bearer ${deps.token()}` }
    const answer = await http({ method, path, phase, headers, body }, signal)
    if (answer.status < 200 || answer.status > 299)
      throw new ErpError(classify(answer.status, phase), `${method} ${path}: ${answer.status}`, {
        exchange: answer.exchange,
        retryAfterMs: retryAfterMs(answer.headers, deps.now()),
      })
    const parsed = v.safeParse(schema, answer.json)
    if (!parsed.success)
      throw new ErpError(phase === 'read' ? 'transient' : 'unknownOutcome', `${method} ${path}: unreadable answer`, {
        exchange: answer.exchange,
      })
    return parsed.output
  }
  return { id: deps.id, caps: CAPS, ...reading(call), ...writing(call) }
}

type Call = <T extends v.GenericSchema>(
  method: string,
  path: string,
  schema: T,
  signal: AbortSignal,
  body?: unknown,
) => Promise<v.InferOutput<T>>

const reading = (call: Call): Pick<ErpConnector, 'check' | 'pull' | 'ids' | 'stock' | 'movementsSince'> => ({
  check: async signal => {
    const { now } = await call('GET', '/health', v.object({ now: v.string() }), signal)
    await call('GET', '/api/items?limit=1', pageOf(simItem), signal)
    return {
      ok: true,
      serverTime: now,
      timeZone: 'UTC',
      company: 'Demo',
      version: 'plain',
      problems: [],
      expiresAt: null,
    }
  },
  pull: async (kind, cursor, limit, signal) => {
    const list = LISTS[kind]
    if (list === undefined) return { items: [], flaws: [], next: cursor ?? '', more: false }
    const path = `${list}?after=${encodeURIComponent(cursor ?? '0')}&limit=${limit}`
    const page = await call('GET', path, pageOf(named), signal)
    const raw = page.items.map(({ id, ...rest }) => ({
      id,
      record: kind === 'item' ? itemOf({ id, ...rest }) : orderOf({ id, ...rest }),
    }))
    return { ...readRecords(kind, raw), next: String(page.next), more: page.more }
  },
  ids: async function* (kind, signal) {
    const list = LISTS[kind]
    for (let after = 0, more = list !== undefined; more;) {
      const page = await call('GET', `${list}?after=${after}&limit=500`, pageOf(named), signal)
      for (const record of page.items) yield record.id
      after = page.next
      more = page.more
    }
  },
  stock: async function* (query, signal) {
    const { rows } = await call('GET', '/api/stock', stockSchema, signal)
    for (const row of rows) {
      if (query.items !== undefined && !query.items.includes(row.item)) continue
      yield { item: row.item, location: 'MAIN', lot: row.lot, expiry: row.expiry, quantity: baseQty(row.quantity) }
    }
  },
  movementsSince: async (cursor, limit, signal) => {
    const page = await call('GET', `/api/moves?after=${cursor ?? '0'}&limit=${limit}`, movesSchema, signal)
    return {
      moves: page.moves.map(m => ({
        id: String(m.n),
        item: m.item,
        lot: m.lot,
        quantity: baseQty(Math.abs(m.quantity)),
        from: m.quantity < 0 ? 'MAIN' : null,
        to: m.quantity < 0 ? null : 'MAIN',
        key: m.key,
        document: null,
        at: m.at,
      })),
      next: String(page.next),
      more: page.more,
    }
  },
})

const writing = (call: Call): Pick<ErpConnector, 'prepare' | 'post' | 'find'> => ({
  prepare: async (op, _known, signal) =>
    refOf(await call('POST', '/api/documents', documentSchema, signal, draftOf(op))),
  post: async (_op, ref, signal) => {
    await call('POST', `/api/documents/${encodeURIComponent(ref.id)}/post`, documentSchema, signal)
  },
  find: async (op, _ref, signal): Promise<Found> => {
    const listed = v.object({ documents: v.array(documentSchema) })
    const { documents } = await call('GET', `/api/documents?key=${encodeURIComponent(op.key)}`, listed, signal)
    const [first, second] = documents
    if (first === undefined) return { state: 'absent' }
    if (second !== undefined) return { state: 'many', refs: documents.map(refOf) }
    if (first.state === 'draft') return { state: 'draft', ref: refOf(first) }
    return {
      state: 'posted',
      ref: refOf(first),
      at: first.postedAt ?? '',
      lines: first.lines.map(line => ({ ...line, qty: baseQty(line.quantity) })),
      documents: [],
    }
  },
})

const refOf = (document: Document): RemoteRef => ({ kind: 'document', id: document.id })

/** The demo ERP's records in the words of the port; what is not as it must be is left as it came and becomes a flaw. */
const itemOf = (raw: unknown): unknown => {
  const read = v.safeParse(simItem, raw)
  if (!read.success) return raw
  const packagings = read.output.packagings.map(({ quantity, ...p }) => ({ ...p, ratio: { num: quantity, den: 1 } }))
  return { ...read.output, packagings }
}
const orderOf = (raw: unknown): unknown => {
  const read = v.safeParse(simOrder, raw)
  if (!read.success) return raw
  const lines = read.output.lines.map(line => ({ ...line, quantity: baseQty(line.quantity), done: baseQty(line.done) }))
  return { ...read.output, lines }
}

const draftOf = (op: OutboundOp) => ({
  key: op.key,
  type: op.type,
  client: op.client,
  order: op.type === 'receipt' || op.type === 'shipment' ? (op.order?.id ?? null) : null,
  lines: linesOf(op).map(line => ({
    item: line.item,
    lot: line.lot,
    serial: line.serial,
    expiry: line.expiry,
    quantity: op.type === 'adjustment' ? op.delta : amountOf(line.qty),
    line: line.line,
  })),
})

export const sim = connectorKind({
  name: 'sim',
  title: 'Demo ERP',
  settings: v.object({ url: erpUrl }),
  secrets: [{ name: 'token', title: 'Token' }],
  make: ({ id, settings, secrets, fetch, now }) => makeSim({ id, url: settings.url, token: secrets.token, fetch, now }),
})
