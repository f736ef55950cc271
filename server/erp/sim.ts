import * as v from 'valibot'
import { ErpError, itemRecord, orderRecord } from './connector.ts'
import type { ConnectorConfig } from './index.ts'
import type {
  ErpCaps,
  ErpConnector,
  ErrorClass,
  Found,
  Inbound,
  InboundKind,
  Line,
  OutboundOp,
  RemoteRef,
} from './connector.ts'

const CAPS: ErpCaps = {
  key: 'native',
  adjust: 'delta',
  locations: 'warehouses',
  lots: true,
  serials: true,
  expiry: true,
  overReceipt: 'accepted',
  tracking: true,
  concurrent: 4,
  settleMs: 2000,
}
const TIMEOUT_MS = 15_000
const MAX_ANSWER = 8192

const LISTS: Record<InboundKind, string> = {
  item: '/api/items',
  purchaseOrder: '/api/purchase-orders',
  salesOrder: '/api/sales-orders',
}
const pageOf = <T extends v.GenericSchema>(item: T) =>
  v.object({ items: v.array(item), next: v.number(), more: v.boolean() })
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

/**
 * The class of an answer by status and phase, never by its text. The same 500 is harmless while reading and an unknown
 * outcome while writing.
 */
export const classify = (status: number, phase: 'read' | 'write'): ErrorClass => {
  if (status === 401 || status === 403) return 'auth'
  if (status === 429) return 'throttled'
  if (status === 404) return 'config'
  if (status === 409) return 'conflict'
  if (status === 422 || status === 400 || status === 413) return 'rejected'
  return phase === 'read' ? 'transient' : 'unknownOutcome'
}

/** The connector of the demo ERP (profile `plain`): documents are drafts until they are posted, our key is unique there. */
export const simConnector = (config: ConnectorConfig): ErpConnector => {
  const call = async <T extends v.GenericSchema>(
    method: string,
    path: string,
    schema: T,
    signal: AbortSignal,
    body?: unknown,
  ): Promise<v.InferOutput<T>> => {
    const phase = method === 'GET' ? 'read' : 'write'
    const lost = (error: unknown): never => {
      throw new ErpError(
        phase === 'read' ? 'transient' : 'unknownOutcome',
        `no answer: ${error instanceof Error ? error.message : 'cut'}`,
      )
    }
    const response = await fetch(config.url + path, {
      method,
      headers: {
        authorization: `Bearer ${config.token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch(lost)
    const text = await response.text().catch(lost)
    if (!response.ok) {
      const retryAfterMs = Number(response.headers.get('retry-after') ?? 0) * 1000 || null
      throw new ErpError(
        classify(response.status, phase),
        `${method} ${path}: ${response.status}`,
        text.slice(0, MAX_ANSWER),
        retryAfterMs,
      )
    }
    const parsed = v.safeParse(schema, parse(text))
    if (!parsed.success)
      throw new ErpError(
        phase === 'read' ? 'transient' : 'unknownOutcome',
        `${method} ${path}: unreadable answer`,
        text.slice(0, MAX_ANSWER),
      )
    return parsed.output
  }
  const refOf = (document: Document): RemoteRef => ({ kind: 'document', id: document.id })
  const byKey = async (key: string, signal: AbortSignal): Promise<readonly Document[]> =>
    (
      await call(
        'GET',
        `/api/documents?key=${encodeURIComponent(key)}`,
        v.object({ documents: v.array(documentSchema) }),
        signal,
      )
    ).documents

  return {
    id: config.id,
    caps: CAPS,
    check: async signal => {
      const { now } = await call('GET', '/health', v.object({ now: v.string() }), signal)
      await call('GET', '/api/items?limit=1', pageOf(itemRecord), signal)
      return { ok: true, serverTime: now, problems: [], expiresAt: null }
    },
    pull: async <K extends InboundKind>(kind: K, cursor: string | null, limit: number, signal: AbortSignal) => {
      const path = `${LISTS[kind]}?after=${encodeURIComponent(cursor ?? '0')}&limit=${limit}`
      const page =
        kind === 'item'
          ? await call('GET', path, pageOf(itemRecord), signal)
          : await call('GET', path, pageOf(orderRecord), signal)
      return { items: page.items as Inbound[K][], next: String(page.next), more: page.more }
    },
    ids: async function* (kind, signal) {
      for (let after = 0, more = true; more;) {
        const page = await call(
          'GET',
          `${LISTS[kind]}?after=${after}&limit=500`,
          pageOf(v.object({ id: v.string() })),
          signal,
        )
        for (const record of page.items) yield record.id
        after = page.next
        more = page.more
      }
    },
    prepare: async (op, _known, signal) =>
      refOf(await call('POST', '/api/documents', documentSchema, signal, draftOf(op))),
    post: async (_op, ref, signal) => {
      await call('POST', `/api/documents/${encodeURIComponent(ref.id)}/post`, documentSchema, signal)
    },
    find: async (op, _ref, signal): Promise<Found> => {
      const documents = await byKey(op.key, signal)
      const [first, second] = documents
      if (first === undefined) return { state: 'absent' }
      if (second !== undefined) return { state: 'many', refs: documents.map(refOf) }
      if (first.state === 'draft') return { state: 'draft', ref: refOf(first) }
      return { state: 'posted', ref: refOf(first), at: first.postedAt ?? '', lines: first.lines.map(lineOf) }
    },
    stock: async function* (query, signal) {
      const { rows } = await call('GET', '/api/stock', stockSchema, signal)
      for (const row of rows) {
        if (query.items !== undefined && !query.items.includes(row.item)) continue
        yield {
          item: row.item,
          location: 'MAIN',
          lot: row.lot === '' ? null : row.lot,
          expiry: row.expiry,
          quantity: row.quantity,
        }
      }
    },
    movementsSince: async (cursor, limit, signal) => {
      const page = await call('GET', `/api/moves?after=${cursor ?? '0'}&limit=${limit}`, movesSchema, signal)
      return {
        moves: page.moves.map(m => ({
          id: String(m.n),
          item: m.item,
          lot: m.lot === '' ? null : m.lot,
          quantity: m.quantity,
          key: m.key,
          at: m.at,
        })),
        next: String(page.next),
        more: page.more,
      }
    },
  }
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const base = (line: Line): number => (line.qty.n * line.qty.num) / line.qty.den
const lineOf = (line: Document['lines'][number]): Line => ({ ...line, qty: { n: line.quantity, num: 1, den: 1 } })
const draftOf = (op: OutboundOp) => ({
  key: op.key,
  type: op.type,
  client: op.client,
  order: op.type === 'adjustment' ? null : (op.order?.id ?? null),
  lines: (op.type === 'adjustment' ? [{ ...op.line, qty: { n: op.delta, num: 1, den: 1 } }] : op.lines).map(line => ({
    item: line.item,
    lot: line.lot,
    serial: line.serial,
    expiry: line.expiry,
    quantity: base(line),
    line: line.line,
  })),
})
