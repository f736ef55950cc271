import * as v from 'valibot'
import { ErpError } from './erp-error.ts'
import { answersOf, press } from './tryton-document.ts'
import type { Model, Work } from './tryton-document.ts'
import type { Goods } from './tryton-goods.ts'
import { amountOfBase } from './tryton-unit.ts'
import { id, rowsOf, toDate } from './tryton-value.ts'

/** Goods that leave a place that holds stock. */
export type Leaving = { goods: Goods; from: number }

const QUESTION = 'negativeStock'
const forced = (work: Work): boolean => answersOf(work.op)[QUESTION] === 'force'

/**
 * Tells the document to take its goods. Tryton says whether the items are there, without looking at lots, and posts nothing
 * while they are not; forced, it drives the place below zero without a word. So less than enough is a person's question.
 */
export const assign = async (
  work: Work,
  model: Model,
  doc: { id: number; number: string },
  leaving: readonly Leaving[],
): Promise<void> => {
  const force = forced(work)
  if (!force) await lotsAreThere(work, doc, leaving)
  const taken = await press(work, model, doc, 'assign_try')
  if (taken === true) return
  if (!force) throw await tooLittle(work, doc, leaving)
  await press(work, model, doc, 'assign_force')
}

const amountRow = v.object({ id, quantity: v.number() })
const amounts = async (
  work: Work,
  model: 'stock.lot' | 'product.product',
  ids: readonly number[],
  place: number,
): Promise<ReadonlyMap<number, number>> => {
  const context = { locations: [place], with_childs: true, stock_date_end: toDate(work.today) }
  const rows = await work.rpc.read(
    `model.${model}.read`,
    [[...new Set(ids)], ['quantity']],
    rowsOf(amountRow),
    work.signal,
    { context },
  )
  return new Map(rows.map(row => [row.id, row.quantity]))
}
const byPlace = (leaving: readonly Leaving[]): ReadonlyMap<number, readonly Goods[]> =>
  leaving.reduce(
    (places, row) => places.set(row.from, [...(places.get(row.from) ?? []), row.goods]),
    new Map<number, Goods[]>(),
  )

const lotsAreThere = async (work: Work, doc: { number: string }, leaving: readonly Leaving[]): Promise<void> => {
  const inLots = leaving.filter(row => row.goods.lotId !== null)
  for (const [place, goods] of byPlace(inLots)) {
    const there = await amounts(
      work,
      'stock.lot',
      goods.flatMap(row => row.lotId ?? []),
      place,
    )
    for (const lot of new Set(goods.map(row => row.lotId ?? 0))) {
      const [wanted, has] = [sumOf(goods.filter(row => row.lotId === lot)), there.get(lot) ?? 0]
      if (has < wanted)
        throw question(
          doc,
          `Lot ${goods.find(row => row.lotId === lot)?.lot ?? ''}: ${wanted} are taken, Tryton has ${has} there.`,
        )
    }
  }
}
const sumOf = (goods: readonly Goods[]): number => {
  const own = goods[0]?.own
  return own === undefined
    ? 0
    : amountOfBase(
        goods.reduce((sum, row) => sum + row.bases, 0),
        own,
      )
}

const tooLittle = async (work: Work, doc: { number: string }, leaving: readonly Leaving[]): Promise<ErpError> => {
  const short: string[] = []
  for (const [place, goods] of byPlace(leaving)) {
    const there = await amounts(
      work,
      'product.product',
      goods.map(row => row.product),
      place,
    )
    for (const product of new Set(goods.map(row => row.product))) {
      const rows = goods.filter(row => row.product === product)
      const [wanted, has] = [sumOf(rows), there.get(product) ?? 0]
      if (has < wanted) short.push(`${rows[0]?.code ?? ''}: ${wanted} are taken, Tryton has ${has} there.`)
    }
  }
  return question(
    doc,
    short.length === 0 ? 'Tryton has reserved the goods there for other documents.' : short.join(' '),
  )
}
const question = (doc: { number: string }, words: string): ErpError =>
  new ErpError('needsDecision', `${doc.number}: ${words}`, {
    question: {
      id: QUESTION,
      text: `${words} Correct the stock in Tryton, or post it all the same: the stock there becomes negative.`,
      answers: [{ id: 'force', text: 'Post it all the same' }],
    },
  })
