import * as v from 'valibot'
import { ErpError } from './erp-error.ts'
import { byId } from './tryton-catalogue.ts'
import type { Work } from './tryton-document.ts'
import { movesOf } from './tryton-goods.ts'
import type { Goods, Move } from './tryton-goods.ts'
import { shareOut } from './tryton-share.ts'
import { amountOfBase, basesIn } from './tryton-unit.ts'
import { decimalValue, id, idIn, rowsOf, text, toDecimal } from './tryton-value.ts'

const lineRow = v.object({ id, unit: id, unit_price: decimalValue, product: id })
type OrderLine = v.InferOutput<typeof lineRow>

/** The values of a move that comes from nowhere yet. */
export type Fresh = (row: Goods, bases: number, origin: string | null) => Readonly<Record<string, unknown>>

/**
 * Commands that give a draft what came of an order: the order's own expected moves, with the quantities and lots that came;
 * more moves of a line where it came in several lots; what the order does not name, without origin. What is still to come
 * Tryton expects anew by itself.
 */
export const fromOrder = async (
  work: Work,
  draft: number,
  purchase: number,
  goods: readonly Goods[],
  fresh: Fresh,
): Promise<readonly unknown[]> => {
  const lines = await linesOf(work, purchase, goods)
  const moves = await movesOf(work, [
    ['origin.purchase', '=', purchase, 'purchase.line'],
    ['state', '=', 'draft'],
  ])
  const expected = moves.filter(move => goods.some(row => row.product === move.product))
  const elsewhere = expected.filter(move => move.shipment !== null && move.shipment !== `stock.shipment.in,${draft}`)
  await standAside(work, elsewhere)
  const ofLine = (line: number | null) => expected.filter(move => move.origin === `purchase.line,${line ?? 0}`)
  const parts = shareOut(
    goods,
    lines.map(line => ({
      id: line.id,
      name: `purchase.line,${line.id}`,
      product: line.product,
      open: ofLine(line.id).reduce((sum, move) => sum + move.bases, 0),
    })),
  )
  const used = new Set<number>()
  const writes: unknown[] = []
  const creates: unknown[] = []
  for (const { goods: row, bases, line } of parts) {
    const move = ofLine(line).find(one => !used.has(one.id))
    if (move === undefined) {
      const order = lines.find(one => one.id === line)
      creates.push({
        ...fresh(row, bases, order === undefined ? null : `purchase.line,${order.id}`),
        ...priceOf(work, order, row),
      })
    } else {
      used.add(move.id)
      const lot = work.site.features.lots ? { lot: row.lotId } : {}
      writes.push(['write', [move.id], { ...inUnitOf(move, row, bases), ...lot }])
    }
  }
  const stale = elsewhere.filter(move => !used.has(move.id)).map(move => move.id)
  return [
    ...(stale.length === 0 ? [] : [['delete', stale]]),
    ...(used.size === 0 ? [] : [['add', [...used]]]),
    ...writes,
    ...(creates.length === 0 ? [] : [['create', creates]]),
  ]
}

const linesOf = (work: Work, purchase: number, goods: readonly Goods[]): Promise<OrderLine[]> => {
  const domain = [
    ['purchase', '=', purchase],
    ['type', '=', 'line'],
    ['product', 'in', goods.map(row => row.product)],
  ]
  const args = [domain, 0, null, [['id', 'ASC']], ['unit', 'unit_price', 'product']]
  return work.rpc.read('model.purchase.line.search_read', args, rowsOf(lineRow), work.signal)
}

const OUR_KEY = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const otherRow = v.object({ id, number: text, reference: text })

/**
 * What is expected may already stand on another draft. A draft of ours is one that came to nothing (messages of one receipt go
 * one after the other), and its moves are taken; one that a person made over there is that person's.
 */
const standAside = async (work: Work, moves: readonly Move[]): Promise<void> => {
  const others = moves.flatMap(move => idIn(move.shipment ?? '', 'stock.shipment.in') ?? [])
  const fields = ['number', 'reference']
  for (const [, other] of await byId(work.rpc, 'stock.shipment.in', others, fields, otherRow, work.signal)) {
    if (OUR_KEY.test(other.reference)) continue
    const words = `What was received here is expected by delivery ${other.number} in Tryton: somebody entered it there.`
    throw new ErpError('conflict', words)
  }
}

/** Prices are of one unit: a move that is written in another unit than before needs another price. */
const inUnitOf = (move: Move, row: Goods, bases: number): Readonly<Record<string, unknown>> => {
  const perUnit = move.quantity === 0 ? 0 : move.bases / move.quantity
  if (perUnit > 0 && Number.isInteger(bases / perUnit)) return { quantity: bases / perUnit }
  return { quantity: amountOfBase(bases, row.own), uom: row.own.id, ...pricePerOwn(move) }
}
/** The price of a move for one of the item's own unit. */
export const pricePerOwn = (move: Move): Readonly<Record<string, unknown>> => {
  const owns = amountOfBase(move.bases, move.own)
  if (move.unit_price === null || owns === 0) return {}
  return { unit_price: toDecimal(((Number(move.unit_price) * move.quantity) / owns).toFixed(4)) }
}
const priceOf = (work: Work, line: OrderLine | undefined, row: Goods): Readonly<Record<string, unknown>> => {
  const unit = line === undefined ? undefined : work.site.units.get(line.unit)
  const bases = unit === undefined ? null : basesIn(unit, row.own)
  if (line === undefined || bases === null) return {}
  const owns = bases.num / bases.den / 10 ** row.own.digits
  return { unit_price: toDecimal((Number(line.unit_price) / owns).toFixed(4)) }
}
