import type { ErpConnector } from '../../../server/erp/connector.ts'
import { amountOf } from '../../../server/erp/quantity.ts'
import { draftOf } from '../../../server/erp/sim-records.ts'
import { MAIN } from '../../../server/erp/sim/state.ts'
import type { ProfileName } from '../../../server/erp/sim/profile.ts'
import type { OutboxStore } from '../../../server/workers/outbox-port.ts'

type Fetch = typeof globalThis.fetch

/** A mistake that connections to ERPs are known for, put between the workers and the sim. */
export type ErpPlant = {
  title: string
  /** The ERP in which it shows, and within how many seeds it must. */
  profile: ProfileName
  within: number
  connector?: (connector: ErpConnector, fetch: Fetch) => ErpConnector
  outbox?: (store: OutboxStore) => OutboxStore
  fetch?: (fetch: Fetch) => Fetch
}

const ask = async (fetch: Fetch, method: string, path: string, body?: unknown): Promise<unknown> => {
  const headers = { authorization: 'Bearer right', 'content-type': 'application/json' }
  const more = body === undefined ? {} : { body: JSON.stringify(body) }
  const answer = await fetch(`http://127.0.0.1:9${path}`, { method, headers, ...more })
  return answer.json()
}

const blindRetry: ErpPlant = {
  title: 'after an unknown outcome the document is made anew, without asking',
  profile: 'odoo',
  within: 20,
  connector: (connector, fetch) => ({
    ...connector,
    prepare: async op => {
      const made = (await ask(fetch, 'POST', '/api/documents', draftOf(op, MAIN))) as { id: string }
      return { kind: 'document', id: made.id }
    },
    post: async (op, ref) => {
      const backorder = op.type === 'shipment' ? op.shorts === 'backorder' : true
      await ask(fetch, 'POST', `/api/documents/${ref.id}/post`, { backorder })
    },
    find: async (_op, ref) => {
      if (ref === null) return { state: 'absent' }
      const document = (await ask(fetch, 'GET', `/api/documents/${ref.id}`)) as { state: string }
      return document.state === 'posted'
        ? { state: 'posted', ref, at: '', lines: null, documents: [] }
        : { state: 'draft', ref }
    },
  }),
  outbox: store => ({
    ...store,
    claim: async at =>
      (await store.claim(at)).map(row => ({ ...row, state: 'preparing' as const, touched: false, remoteRef: null })),
  }),
}

const believed: ErpPlant = {
  title: 'a 2xx to the posting call is taken for success',
  profile: 'tryton',
  within: 20,
  connector: connector => {
    const told = new Set<string>()
    return {
      ...connector,
      post: async (op, ref, signal) => {
        await connector.post(op, ref, signal)
        told.add(op.key)
      },
      find: async (op, ref, signal) =>
        ref !== null && told.has(op.key)
          ? { state: 'posted', ref, at: '', lines: null, documents: [] }
          : connector.find(op, ref, signal),
    }
  },
}

const absolute: ErpPlant = {
  title: 'a count is sent as the new figure instead of a difference',
  profile: 'plain',
  within: 20,
  connector: connector => ({
    ...connector,
    prepare: async (op, known, signal) => {
      if (op.type !== 'adjustment') return connector.prepare(op, known, signal)
      let there = 0
      const query = { locations: [op.line.location ?? MAIN], items: [op.line.item] }
      for await (const row of connector.stock(query, signal))
        if (row.lot === op.line.lot) there += amountOf(row.quantity)
      const delta = op.counted - there
      return connector.prepare(delta === 0 ? op : { ...op, delta }, known, signal)
    },
    find: async (op, ref, signal) => {
      const found = await connector.find(op, ref, signal)
      return op.type === 'adjustment' && found.state === 'posted' ? { ...found, lines: null } : found
    },
  }),
}

const headerOnly: ErpPlant = {
  title: 'only headers are polled: a change of a child is never seen',
  profile: 'tryton',
  within: 20,
  fetch: fetch => async (input, init) =>
    new Request(input).url.includes('children=1')
      ? Response.json({ result: { items: [], more: false } })
      : fetch(input, init),
}

const byTime: ErpPlant = {
  title: 'records up to the newest time seen are taken for known',
  profile: 'erpnext',
  within: 20,
  connector: connector => ({
    ...connector,
    pull: async (kind, cursor, limit, signal) => {
      if (kind !== 'item' || cursor === null) return connector.pull(kind, cursor, limit, signal)
      const parsed = JSON.parse(cursor) as { since: string; newest: string; at: string }
      const after = parsed.at === '' && parsed.newest !== '' ? { at: parsed.newest, id: '\uffff' } : {}
      return connector.pull(kind, JSON.stringify({ ...parsed, ...after }), limit, signal)
    },
  }),
}

export const ERP_BUGS: Readonly<Record<string, ErpPlant>> = {
  'blind-retry': blindRetry,
  '2xx-believed': believed,
  'absolute-count': absolute,
  'header-only-polling': headerOnly,
  'dedupe-by-time': byTime,
}
