import * as v from 'valibot'
import type { Found } from './connector.ts'
import { ErpError } from './erp-error.ts'
import type { Adjustment, OutboundOp, RemoteRef, Transfer } from './operation.ts'
import { linesOf } from './operation.ts'
import { assign } from './tryton-assign.ts'
import {
  answersOf,
  cancelledQuestion,
  chosen,
  docEntries,
  documentsOf,
  hasEffect,
  movedBy,
  numbersIn,
  plannedDays,
  press,
  walk,
} from './tryton-document.ts'
import type { Work } from './tryton-document.ts'
import { goodsOf, placeOf } from './tryton-goods.ts'
import type { Goods } from './tryton-goods.ts'
import { id, idIn, toDate } from './tryton-value.ts'
import { locations } from './tryton-catalogue.ts'

/**
 * Adjustments and transfers: a document between two places, the place of losses being one of them for an adjustment. It is a
 * difference, so a movement in between does no harm. A transfer between several pairs of places is one document for each.
 */
type Internal = Work<OutboundOp & (Adjustment | Transfer)>
const MODEL = 'stock.shipment.internal'

type Places = { from: number; to: number }
type Pair = Places & { goods: readonly Goods[] }
const docRow = v.object({ ...docEntries, from_location: id, to_location: id })
type InternalDoc = v.InferOutput<typeof docRow>

/** From where to where each row of the operation goes; a row that stays where it is needs no document. */
const placesOf = ({ op, site }: Internal): readonly Places[] => {
  if (op.type === 'transfer')
    return op.lines.map(line => ({ from: placeOf(line.from) ?? site.storage, to: placeOf(line.to) ?? site.storage }))
  const [place, loss] = [placeOf(op.line.location) ?? site.storage, lossPlace(op.reason) ?? site.loss]
  return [op.delta < 0 ? { from: place, to: loss } : { from: loss, to: place }]
}
/** The reason of the mapping is the place that the loss is booked to; without one it is Lost and Found. */
const lossPlace = (reason: string): number | null => {
  const place = idIn(reason, locations.model)
  if (place === null && reason !== '')
    throw new ErpError('config', `Reason ${reason} names no place of losses in Tryton.`, {
      gap: { kind: 'reason', key: reason },
    })
  return place
}
const same = (a: Places, b: Places): boolean => a.from === b.from && a.to === b.to
const distinct = (places: readonly Places[]): readonly Places[] =>
  places.filter((place, i) => place.from !== place.to && places.findIndex(other => same(other, place)) === i)

const pairsOf = async (work: Internal): Promise<readonly Pair[]> => {
  const places = placesOf(work)
  const goods = await goodsOf(work, linesOf(work.op))
  return distinct(places).map(pair => ({ ...pair, goods: goods.filter((_row, i) => same(places[i] ?? pair, pair)) }))
}

const docsOf = async (work: Internal, ref: RemoteRef | null): Promise<readonly InternalDoc[]> =>
  documentsOf(work, MODEL, ref, docRow, ['from_location', 'to_location'])
const ofPair = (docs: readonly InternalDoc[], pair: Places): readonly InternalDoc[] =>
  docs.filter(doc => doc.from_location === pair.from && doc.to_location === pair.to)

export const prepareInternal = async (work: Internal, known: RemoteRef | null): Promise<RemoteRef> => {
  const numbers = numbersIn(known, MODEL)
  const docs = await docsOf(work, known)
  const pairs = await pairsOf(work)
  const ready: InternalDoc[] = []
  const missing: Pair[] = []
  for (const pair of pairs) {
    const doc = chosen(ofPair(docs, pair), numbers)
    if (doc === undefined || (doc.state === 'cancelled' && work.op.answers['cancelled'] === 'again')) missing.push(pair)
    else if (doc.state === 'cancelled') throw cancelledQuestion(doc.number)
    else ready.push(doc)
  }
  const made = missing.length === 0 ? [] : await create(work, missing)
  return {
    kind: MODEL,
    id: [...ready.map(doc => doc.id), ...made].join(','),
    number: ready.map(doc => doc.number).join(' ') || null,
  }
}

/** A draft is whole from the beginning: goods inside the house belong to no order that it could keep them from. */
const create = (work: Internal, pairs: readonly Pair[]): Promise<readonly number[]> => {
  const today = toDate(work.today)
  const values = pairs.map(({ from, to, goods }) => ({
    reference: work.op.key,
    company: work.site.company,
    from_location: from,
    to_location: to,
    ...plannedDays(work),
    planned_start_date: today,
    moves: [
      [
        'create',
        goods.map(row => ({
          product: row.product,
          uom: row.own.id,
          quantity: row.amount,
          from_location: from,
          to_location: to,
          company: work.site.company,
          planned_date: today,
          ...(row.lotId === null ? {} : { lot: row.lotId }),
        })),
      ],
    ],
  }))
  return work.rpc.write(`model.${MODEL}.create`, [values], v.array(id), work.signal, { answers: answersOf(work.op) })
}

export const postInternal = async (work: Internal, ref: RemoteRef): Promise<void> => {
  const numbers = numbersIn(ref, MODEL)
  for (const pair of await pairsOf(work))
    await walk(async () => {
      const doc = chosen(ofPair(await docsOf(work, ref), pair), numbers)
      if (doc === undefined) throw new ErpError('unknownOutcome', 'The draft is not in Tryton any more.')
      if (doc.state === 'cancelled') throw cancelledQuestion(doc.number)
      if (doc.state === 'done') return true
      if (doc.state === 'draft' || doc.state === 'request') await press(work, MODEL, doc, 'wait')
      const leaving =
        work.op.type === 'adjustment' && work.op.delta > 0 ? [] : pair.goods.map(goods => ({ goods, from: pair.from }))
      if (doc.state !== 'assigned') await assign(work, MODEL, doc, leaving)
      await press(work, MODEL, doc, 'done')
      return true
    })
}
export const findInternal = async (work: Internal, ref: RemoteRef | null): Promise<Found> => {
  const numbers = numbersIn(ref, MODEL)
  const docs = await docsOf(work, ref)
  if (docs.length === 0) return { state: 'absent' }
  const groups = distinct(placesOf(work)).map(pair => ofPair(docs, pair))
  const picked = groups.flatMap(group => chosen(group, numbers) ?? [])
  const all = { kind: MODEL, id: picked.map(doc => doc.id).join(','), number: picked.map(doc => doc.number).join(' ') }
  const twice = groups.flatMap(group => (group.filter(hasEffect).length > 1 ? group.filter(hasEffect) : []))
  // Our key between other places than the mapping names now: somebody changed the one or the other.
  const elsewhere = docs.filter(doc => hasEffect(doc) && !groups.some(group => group.includes(doc)))
  if (twice.length + elsewhere.length > 0)
    return {
      state: 'many',
      refs: [...twice, ...elsewhere].map(doc => ({ kind: MODEL, id: String(doc.id), number: doc.number })),
    }
  if (picked.some(doc => doc.state === 'cancelled'))
    return work.op.answers['cancelled'] === 'again' ? { state: 'absent' } : { state: 'cancelled', ref: all }
  if (picked.length < groups.length || picked.some(doc => doc.state !== 'done')) return { state: 'draft', ref: all }
  const moved = await Promise.all(picked.map(doc => movedBy(work, MODEL, doc, [])))
  return {
    state: 'posted',
    ref: all,
    at: moved.map(part => part.at).reduce((a, b) => (a > b ? a : b), ''),
    lines: moved.flatMap(part => part.lines),
    documents: [],
  }
}
