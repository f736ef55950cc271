import * as v from 'valibot'
import type { ErpConnector, Found } from './connector.ts'
import { numberOf } from './effect.ts'
import { ErpError } from './erp-error.ts'
import type { Adjustment, OutboundOp, RemoteRef } from './operation.ts'
import { baseQty } from './quantity.ts'
import { SimRefused } from './sim-call.ts'
import type { Call } from './sim-call.ts'
import { draftOf } from './sim-records.ts'
import type { Profile } from './sim/profile.ts'
import { MAIN } from './sim/state.ts'
import { simDocument, statusDraft } from './sim/wire.ts'

type Document = v.InferOutput<typeof simDocument>
type Writing = Pick<ErpConnector, 'prepare' | 'post' | 'find' | 'reverse'>
const listed = v.object({ documents: v.array(simDocument) })

const refOf = (document: Document): RemoteRef => ({ kind: 'document', id: document.id, number: document.number })
const at = (id: string): string => `/api/documents/${encodeURIComponent(id)}`

/** Documents in the manner of the profile; stock figures apart where the ERP knows nothing better. */
export const writing = (call: Call, profile: Profile): Writing => {
  const byDocument = profile.flow === 'draft' ? drafts(call, profile) : direct(call, profile)
  const byFigure = figures(call)
  const byWord = words(call)
  const wayOf = (op: OutboundOp): Writing => {
    if (op.type === 'orderStatus') return byWord
    return op.type === 'adjustment' && profile.adjust === 'absolute' ? byFigure : byDocument
  }
  return {
    prepare: (op, known, signal) => wayOf(op).prepare(op, known, signal),
    post: (op, ref, signal) => wayOf(op).post(op, ref, signal),
    find: (op, ref, signal) => wayOf(op).find(op, ref, signal),
    reverse: async (_op, ref, signal) => {
      const document = await call('GET', at(ref.id), simDocument, signal)
      if (document.state === 'draft') await cancel(call, document, signal)
      else throw new ErpError('config', 'a posted document is reversed in the ERP')
    },
  }
}

const cancel = async (call: Call, document: Document, signal: AbortSignal): Promise<void> => {
  await call('POST', `${at(document.id)}/cancel`, v.unknown(), signal, { headers: match(document) })
}
const match = (document: Document): Record<string, string> => ({ 'if-match': String(document.version) })
const documentsOf = async (call: Call, op: OutboundOp, profile: Profile, signal: AbortSignal): Promise<Document[]> => {
  const by = profile.key === 'number' ? `number=${documentNumber(op.key)}` : `key=${encodeURIComponent(op.key)}`
  return (await call('GET', `/api/documents?${by}`, listed, signal)).documents
}
/** A document number of 15 characters, derived from the key: the ERP itself keeps it unique. */
export const documentNumber = (key: string): string => `W${key.replaceAll('-', '').slice(0, 14).toUpperCase()}`

const foundOf = (document: Document): Found =>
  document.state === 'posted'
    ? {
        state: 'posted',
        ref: refOf(document),
        at: document.postedAt ?? '',
        lines: document.lines.map(line => ({ ...line, qty: baseQty(line.quantity) })),
        documents:
          document.invoice === null ? [] : [{ kind: 'invoice', id: document.invoice, number: document.invoice }],
      }
    : { state: document.state, ref: refOf(document) }

const found = (documents: readonly Document[]): Found => {
  const posted = documents.filter(document => document.state === 'posted')
  if (posted.length > 1) return { state: 'many', refs: posted.map(refOf) }
  // A second draft beside it has no effect, and the next `prepare` or `post` takes it back.
  const one = posted[0] ?? documents.find(document => document.state === 'draft') ?? documents[0]
  return one === undefined ? { state: 'absent' } : foundOf(one)
}

/** What the ERP must know beforehand, so that it does not ask. */
const options = (op: OutboundOp): { backorder: boolean | null; accept: string[] } => ({
  backorder: op.type === 'shipment' ? op.shorts === 'backorder' : op.type === 'receipt' ? true : null,
  accept: Object.entries(op.answers).flatMap(([id, answer]) => (answer === 'yes' ? [id] : [])),
})

/** The draft with exactly these lines. */
const withLines = async (
  call: Call,
  draft: Document,
  lines: readonly unknown[],
  signal: AbortSignal,
): Promise<Document> => {
  if (JSON.stringify(draft.lines) === JSON.stringify(lines)) return draft
  return call('PUT', `${at(draft.id)}/lines`, simDocument, signal, { body: { lines }, headers: match(draft) })
}

/** Draft, then post. Where our key is not unique, we look before we make, and take the younger of two drafts back. */
const drafts = (call: Call, profile: Profile): Writing => ({
  prepare: async (op, _known, signal) => {
    const body = draftOf(op, MAIN)
    // Where the ERP keeps our key unique, making a document gives the one that is there.
    const made = () => call('POST', '/api/documents', simDocument, signal, { body })
    const there = profile.key === 'native' ? [await made()] : await documentsOf(call, op, profile, signal)
    const posted = there.find(document => document.state === 'posted')
    const open = there.filter(document => document.state === 'draft')
    for (const spare of posted === undefined ? open.slice(1) : open) await cancel(call, spare, signal)
    const kept = posted ?? open[0] ?? (await made())
    if (kept.state === 'draft') await withLines(call, kept, body.lines, signal)
    return refOf(kept)
  },
  post: async (op, ref, signal) => {
    // One document has our key, and posting it again does nothing: there is nothing to look for first.
    if (profile.key === 'native' && !profile.etag && profile.postAgain === 'nothing') {
      await call('POST', `${at(ref.id)}/post`, v.unknown(), signal, { body: options(op) })
      return
    }
    const there = await documentsOf(call, op, profile, signal)
    const document = there.find(other => other.id === ref.id)
    if (document?.state !== 'draft' || there.some(other => other.state === 'posted')) return
    for (const spare of there.filter(other => other.state === 'draft' && other.id !== ref.id))
      await cancel(call, spare, signal)
    // A repeated load that came late has brought its lines once more.
    const ready = await withLines(call, document, draftOf(op, MAIN).lines, signal)
    await call('POST', `${at(ref.id)}/post`, v.unknown(), signal, { body: options(op), headers: match(ready) })
  },
  find: async (op, _ref, signal) => found(await documentsOf(call, op, profile, signal)),
})

/** Making is posting: nothing is written before `post`, and the ERP's own key or number keeps it from happening twice. */
const direct = (call: Call, profile: Profile): Writing => ({
  prepare: async op => ({ kind: 'intent', id: profile.key === 'number' ? documentNumber(op.key) : op.key }),
  post: async (op, _ref, signal) => {
    const number = profile.key === 'number' ? { number: documentNumber(op.key) } : {}
    const from =
      op.type === 'adjustment' && profile.adjust === 'cas' ? { changeFrom: await onHand(call, op, signal) } : {}
    const body = { ...draftOf(op, MAIN), ...options(op), ...number, ...from }
    // Where POST would overwrite what has the number.
    const method = profile.putCreates ? 'PUT' : 'POST'
    await call(method, '/api/documents', v.unknown(), signal, { body }).catch((error: unknown) => {
      // It is there already: that is what we wanted. `find` says so.
      if (!(error instanceof SimRefused) || error.location === null) throw error
    })
  },
  find: async (op, _ref, signal) => found(await documentsOf(call, op, profile, signal)),
})

const level = v.object({ rows: v.array(v.object({ quantity: v.number() })) })
const onHand = async (call: Call, op: Adjustment, signal: AbortSignal): Promise<number> => {
  const query = new URLSearchParams({ items: op.line.item, places: op.line.location ?? MAIN, lot: numberOf(op.line) })
  const { rows } = await call('GET', `/api/stock?${query.toString()}`, level, signal)
  return rows.reduce((sum, row) => sum + row.quantity, 0)
}
const levelRef = v.pipe(v.string(), v.parseJson(), v.object({ before: v.number() }))

/**
 * An ERP that only takes a new figure. What was there is kept in the reference before anything is written, so that
 * afterwards `before + delta` is recognised as ours; anything else means that somebody else was there: a person looks.
 */
const figures = (call: Call): Writing => {
  const adjustmentOf = (op: OutboundOp): Adjustment & OutboundOp => {
    if (op.type !== 'adjustment') throw new ErpError('config', `${op.type} is no figure`)
    return op
  }
  const beforeOf = (ref: RemoteRef | null): number | null => {
    const parsed = v.safeParse(levelRef, ref?.id)
    return parsed.success ? parsed.output.before : null
  }
  return {
    prepare: async (op, known, signal) => {
      const before = beforeOf(known) ?? (await onHand(call, adjustmentOf(op), signal))
      return { kind: 'figure', id: JSON.stringify({ before }) }
    },
    post: async (op, ref, signal) => {
      const { delta, line } = adjustmentOf(op)
      const before = beforeOf(ref) ?? 0
      const place = line.location ?? MAIN
      const body = { item: line.item, place, lot: numberOf(line), quantity: before + delta, changeFrom: before }
      await call('POST', '/api/levels', v.unknown(), signal, { body })
    },
    find: async (op, ref, signal): Promise<Found> => {
      const before = beforeOf(ref)
      if (before === null || ref === null) return { state: 'absent' }
      const now = await onHand(call, adjustmentOf(op), signal)
      if (now === before) return { state: 'draft', ref }
      if (now === before + adjustmentOf(op).delta) return { state: 'posted', ref, at: '', lines: null, documents: [] }
      throw new ErpError('conflict', `the ERP shows ${now}, neither ${before} nor ${before + adjustmentOf(op).delta}`)
    },
  }
}

/** How far an order is: no document, a word under our key, which the ERP takes once. */
const words = (call: Call): Writing => ({
  prepare: async op => ({ kind: 'status', id: op.key }),
  post: async (op, _ref, signal) => {
    if (op.type !== 'orderStatus') throw new ErpError('config', `${op.type} is no word about an order`)
    const { key, order, status, shipping, packages } = op
    const boxes = packages.map(({ label, type, weightG, tracking }) => ({ label, type, weightG, tracking }))
    const body = { key, order: order.id, status, ...shipping, packages: boxes }
    await call('POST', '/api/statuses', v.unknown(), signal, { body })
  },
  find: async (op, _ref, signal) => {
    const schema = v.object({ status: v.nullable(statusDraft) })
    const { status } = await call('GET', `/api/statuses?key=${encodeURIComponent(op.key)}`, schema, signal)
    if (status === null) return { state: 'absent' }
    return { state: 'posted', ref: { kind: 'status', id: op.key }, at: '', lines: [], documents: [] }
  },
})
