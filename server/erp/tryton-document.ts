import * as v from 'valibot'
import type { Found, PostedLine } from './connector.ts'
import { ErpError } from './erp-error.ts'
import type { OutboundOp, RemoteRef } from './operation.ts'
import { baseQty } from './quantity.ts'
import { refusalIn } from './tryton-answer.ts'
import { items } from './tryton-catalogue.ts'
import type { Answers, Context, Rpc } from './tryton-rpc.ts'
import type { Site, TrytonSettings } from './tryton-site.ts'
import { quantityIn } from './tryton-unit.ts'
import { id, remoteId, rowsOf, text, timeValue, toDate } from './tryton-value.ts'

/** Everything that posting one operation needs. */
export type Work<O extends OutboundOp = OutboundOp> = {
  rpc: Rpc
  site: Site
  settings: TrytonSettings
  op: O
  /** The day there, and the day of the operation where that is earlier: goods that left on the 31st are booked on the 31st. */
  today: string
  effective: string | null
  signal: AbortSignal
}

/** Posting is walking through the states of a document; each step looks at the state first, so it can begin anywhere. */
export type Doc = { id: number; number: string; state: string; _timestamp: string }
export const DOC_FIELDS = ['number', 'reference', 'state', '_timestamp'] as const
export const docEntries = { id, number: text, reference: text, state: text, _timestamp: text }
export const docRow = v.object(docEntries)

export type Model = 'stock.shipment.in' | 'stock.shipment.out' | 'stock.shipment.out.return' | 'stock.shipment.internal'
export const refOf = (model: Model, doc: { id: number; number: string }): RemoteRef => ({
  kind: model,
  id: String(doc.id),
  number: doc.number,
})
/** The numbers of a remembered document; a transfer between several pairs of places has one for each. */
export const numbersIn = (ref: RemoteRef | null, model: Model): readonly number[] =>
  ref !== null && ref.kind === model
    ? ref.id
        .split(',')
        .filter(n => /^[1-9]\d{0,15}$/.test(n))
        .map(Number)
    : []

/**
 * Questions that need no person: goods that come without an order, or come back, have no origin; a customer may fetch the goods
 * without a carrier. Others are answered by the
 * connection's allow-list or by a person.
 */
const ALLOWED: Answers = {
  'done@stock.shipment.in.receive': 'yes',
  'done@stock.shipment.out.return.receive': 'yes',
  'shipment_out_no_carrier@stock.shipment.out.pack': 'yes',
}
export const answersOf = (op: OutboundOp): Answers => ({ ...ALLOWED, ...op.answers })

/** The version of a document that we saw: a write on a newer one is refused, so a late twin of a write finds no effect. */
export const seen = (model: Model, doc: Doc): Context => ({ _timestamp: { [`${model},${doc.id}`]: doc._timestamp } })

export const write = (work: Work, model: Model, doc: Doc, values: unknown): Promise<unknown> =>
  work.rpc.write(`model.${model}.write`, [[doc.id], values], v.unknown(), work.signal, {
    context: seen(model, doc),
    answers: answersOf(work.op),
  })

/** A button answers null whether it did something or not, so the state is read afterwards, never believed. */
export const press = (work: Work, model: Model, doc: { id: number }, button: string): Promise<unknown> =>
  work.rpc.write(`model.${model}.${button}`, [[doc.id]], v.unknown(), work.signal, { answers: answersOf(work.op) })

/** Documents that carry our key, and the one that we remember, oldest first. The reference is not unique over there. */
export const documentsOf = async <T extends v.GenericSchema<unknown, { id: number; state: string }>>(
  work: Work,
  model: Model,
  ref: RemoteRef | null,
  row: T,
  fields: readonly string[],
): Promise<v.InferOutput<T>[]> => {
  const domain = ['OR', ['reference', '=', work.op.key], ['id', 'in', numbersIn(ref, model)]]
  return work.rpc.read(
    `model.${model}.search_read`,
    [[domain, ['company', '=', work.site.company]], 0, 20, [['id', 'ASC']], [...DOC_FIELDS, ...fields]],
    rowsOf(row),
    work.signal,
  )
}

/** Which of the documents with our key counts: one with effect before a draft, the remembered one before others. */
const RANK: Readonly<Record<string, number>> = { done: 3, received: 2, shipped: 2, cancelled: 0 }
export const chosen = <D extends { id: number; state: string }>(
  docs: readonly D[],
  known: readonly number[],
): D | undefined =>
  [...docs].sort(
    (a, b) =>
      (RANK[b.state] ?? 1) - (RANK[a.state] ?? 1) ||
      Number(known.includes(b.id)) - Number(known.includes(a.id)) ||
      a.id - b.id,
  )[0]
export const hasEffect = (doc: { state: string }): boolean => (RANK[doc.state] ?? 1) >= 2

/** A document of ours that somebody cancelled over there: a person says whether it shall be made anew. */
export const cancelledQuestion = (number: string): ErpError =>
  new ErpError('needsDecision', `Document ${number} was cancelled in Tryton.`, {
    question: {
      id: 'cancelled',
      text: `Document ${number} was cancelled in Tryton. Shall it be made anew?`,
      answers: [{ id: 'again', text: 'Make it anew' }],
    },
  })

const moveRow = v.object({
  id,
  internal_quantity: v.number(),
  write_date: v.nullish(timeValue, null),
  'product.': v.object({ id, default_uom: id }),
  'lot.': v.nullish(v.object({ number: text }), null),
})
/** What a document moved, and when. `which` tells the moves of the operation from those inside the warehouse. */
export const movedBy = async (
  work: Work,
  model: Model,
  doc: { id: number },
  which: readonly unknown[],
): Promise<{ lines: readonly PostedLine[]; at: string }> => {
  const fields = [
    'internal_quantity',
    'write_date',
    'product.default_uom',
    ...(work.site.features.lots ? ['lot.number'] : []),
  ]
  const rows = await work.rpc.read(
    'model.stock.move.search_read',
    [[['shipment', '=', `${model},${doc.id}`], ['state', '=', 'done'], ...which], 0, null, [['id', 'ASC']], fields],
    rowsOf(moveRow),
    work.signal,
  )
  const lines = rows.map((row): PostedLine => {
    const own = work.site.units.get(row['product.'].default_uom)
    const qty = own === undefined ? null : quantityIn(row.internal_quantity, own, own)
    return {
      item: remoteId(items.model, row['product.'].id),
      lot: row['lot.']?.number ?? '',
      serial: '',
      qty: qty ?? baseQty(0),
    }
  })
  return { lines, at: rows.map(row => row.write_date ?? '').reduce((a, b) => (a > b ? a : b), '') }
}

/** What there is of a document that we make, by its key. */
export const foundOf = async (
  work: Work,
  model: Model,
  ref: RemoteRef | null,
  which: readonly unknown[],
): Promise<Found> => {
  const docs = await documentsOf(work, model, ref, docRow, [])
  const effective = docs.filter(hasEffect)
  if (effective.length > 1) return { state: 'many', refs: effective.map(doc => refOf(model, doc)) }
  const doc = chosen(docs, numbersIn(ref, model))
  if (doc === undefined) return { state: 'absent' }
  if (doc.state === 'cancelled')
    return work.op.answers['cancelled'] === 'again'
      ? { state: 'absent' }
      : { state: 'cancelled', ref: refOf(model, doc) }
  if (doc.state !== 'done') return { state: 'draft', ref: refOf(model, doc) }
  const moved = await movedBy(work, model, doc, which)
  return { state: 'posted', ref: refOf(model, doc), ...moved, documents: [] }
}

/** The draft of ours to go on with, or a new one. A cancelled one is left alone. */
export const prepared = async (
  work: Work,
  model: Model,
  known: RemoteRef | null,
  values: () => Promise<Readonly<Record<string, unknown>>>,
): Promise<RemoteRef> => {
  const docs = await documentsOf(work, model, known, docRow, [])
  const doc = chosen(docs, numbersIn(known, model))
  if (doc !== undefined && doc.state !== 'cancelled') return refOf(model, doc)
  if (doc !== undefined && work.op.answers['cancelled'] !== 'again') throw cancelledQuestion(doc.number)
  const [made] = await work.rpc.write(
    `model.${model}.create`,
    [[{ reference: work.op.key, company: work.site.company, ...(await values()) }]],
    v.array(id),
    work.signal,
    { answers: answersOf(work.op) },
  )
  if (made === undefined) throw new ErpError('unknownOutcome', `${model}.create named no document`)
  return { kind: model, id: String(made), number: null }
}

/** Days of a new document. A planned day in a closed period is refused, so it is always today. */
export const plannedDays = (work: Work) => ({
  planned_date: toDate(work.today),
  ...(work.effective === null ? {} : { effective_date: toDate(work.effective) }),
})

/** Walks a document to its end: `step` looks at it, does one thing and says whether that was the last. */
export const walk = async (step: () => Promise<boolean>): Promise<void> => {
  for (let n = 0; n < 12; n += 1) {
    try {
      if (await step()) return
    } catch (error) {
      // Somebody, perhaps a late twin of our own write, was faster: look again.
      if (refusalIn(error)?.kind !== 'ConcurrencyException' || n >= 3) throw error
    }
  }
  throw new ErpError('conflict', 'The document stays where it is in Tryton, whatever is done.')
}
