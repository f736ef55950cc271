import * as v from 'valibot'
import type { ErpCaps, ErpConnector, Found, InboundKind } from './connector.ts'
import { ErpError } from './erp-error.ts'
import type { ErrorClass, Phase } from './erp-error.ts'
import { erpHttp, retryAfterMs } from './http.ts'
import { readRecords } from './inbound.ts'
import type { RemoteRef } from './operation.ts'
import { baseQty, decimalQty } from './quantity.ts'
import { makeSession } from './session.ts'
import type { Session } from './session.ts'
import { connectorKind, erpUrl } from './settings.ts'
import { draftOf, recordOf } from './sim-records.ts'
import { MAIN } from './sim/state.ts'
import { simDocument } from './sim/wire.ts'

const CAPS: ErpCaps = {
  key: 'native',
  adjust: 'delta',
  locations: 'bins',
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
  kinds: ['item', 'purchaseOrder', 'asn', 'salesOrder'],
  operations: ['receipt', 'shipment', 'adjustment', 'transfer', 'return'],
  concurrent: 4,
  perSecond: 1000,
  settleMs: 2000,
}

const LISTS: Partial<Record<InboundKind, string>> = {
  item: '/api/items',
  purchaseOrder: '/api/purchase-orders',
  asn: '/api/asns',
  salesOrder: '/api/sales-orders',
}
const pageOf = <T extends v.GenericSchema>(item: T) =>
  v.object({ items: v.array(item), next: v.number(), more: v.boolean() })
const named = v.looseObject({ id: v.string() })
type Document = v.InferOutput<typeof simDocument>
const stockRow = v.object({
  item: v.string(),
  place: v.string(),
  lot: v.string(),
  expiry: v.nullable(v.string()),
  quantity: v.number(),
})
const stockSchema = v.object({ rows: v.array(stockRow) })
const move = v.object({
  n: v.number(),
  item: v.string(),
  lot: v.string(),
  quantity: v.number(),
  from: v.nullable(v.string()),
  to: v.nullable(v.string()),
  key: v.string(),
  document: v.nullable(v.string()),
  at: v.string(),
})
const movesSchema = v.object({ moves: v.array(move), next: v.number(), more: v.boolean() })

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
  const once = async <T extends v.GenericSchema>(
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
  const session = makeSession(signal => once('GET', '/api/me', v.object({ now: v.string() }), signal))
  const call: Call = (method, path, schema, signal, body) =>
    session.use(() => once(method, path, schema, signal, body), signal)
  return { id: deps.id, caps: CAPS, ...reading(call, session), ...writing(call) }
}

type Call = <T extends v.GenericSchema>(
  method: string,
  path: string,
  schema: T,
  signal: AbortSignal,
  body?: unknown,
) => Promise<v.InferOutput<T>>

const reading = (
  call: Call,
  session: Session<unknown>,
): Pick<ErpConnector, 'check' | 'pull' | 'ids' | 'stock' | 'movementsSince'> => ({
  check: async signal => {
    session.forget()
    const { now } = await call('GET', '/api/me', v.object({ now: v.string() }), signal)
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
    const raw = page.items.map(record => ({ id: record.id, record: recordOf(kind, record) }))
    return { ...readRecords(kind, raw), next: String(page.next), more: page.more }
  },
  ids: async function* (kind, signal) {
    const list = LISTS[kind]
    for (let after = 0, more = list !== undefined; more;) {
      const page = await call('GET', `${list}?after=${after}&limit=500`, pageOf(named), signal)
      for (const record of page.items) if (record['active'] !== false) yield record.id
      after = page.next
      more = page.more
    }
  },
  stock: async function* (query, signal) {
    const search = new URLSearchParams()
    if (query.locations.length > 0) search.set('places', query.locations.join(' '))
    if (query.items !== undefined) search.set('items', query.items.join(' '))
    const { rows } = await call('GET', `/api/stock?${search.toString()}`, stockSchema, signal)
    for (const { place, quantity, ...row } of rows) yield { ...row, location: place, quantity: quantityOf(quantity) }
  },
  movementsSince: async (cursor, limit, signal) => {
    const page = await call('GET', `/api/moves?after=${cursor ?? '0'}&limit=${limit}`, movesSchema, signal)
    return {
      moves: page.moves.map(({ n, key, document, quantity, ...m }) => ({
        ...m,
        id: String(n),
        quantity: quantityOf(quantity),
        key: key === '' ? null : key,
        document: document === null ? null : { kind: 'document', id: document },
      })),
      next: String(page.next),
      more: page.more,
    }
  },
})

const writing = (call: Call): Pick<ErpConnector, 'prepare' | 'post' | 'find'> => ({
  prepare: async (op, _known, signal) =>
    refOf(await call('POST', '/api/documents', simDocument, signal, draftOf(op, MAIN))),
  post: async (_op, ref, signal) => {
    await call('POST', `/api/documents/${encodeURIComponent(ref.id)}/post`, simDocument, signal)
  },
  find: async (op, _ref, signal): Promise<Found> => {
    const listed = v.object({ documents: v.array(simDocument) })
    const { documents } = await call('GET', `/api/documents?key=${encodeURIComponent(op.key)}`, listed, signal)
    const [first, second] = documents
    if (first === undefined) return { state: 'absent' }
    if (second !== undefined) return { state: 'many', refs: documents.map(refOf) }
    if (first.state !== 'posted') return { state: first.state, ref: refOf(first) }
    return {
      state: 'posted',
      ref: refOf(first),
      at: first.postedAt ?? '',
      lines: first.lines.map(line => ({ ...line, qty: baseQty(line.quantity) })),
      documents: [],
    }
  },
})

const refOf = (document: Document): RemoteRef => ({ kind: 'document', id: document.id, number: document.number })
const quantityOf = (n: number) => decimalQty(String(n)) ?? baseQty(0)

export const sim = connectorKind({
  name: 'sim',
  title: 'Demo ERP',
  settings: v.object({ url: erpUrl }),
  secrets: [{ name: 'token', title: 'Token' }],
  make: ({ id, settings, secrets, fetch, now }) => makeSim({ id, url: settings.url, token: secrets.token, fetch, now }),
})
