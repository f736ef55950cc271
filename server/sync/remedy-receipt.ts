import type { Item, Line, Lot } from '../../shared/catalogue.ts'
import { NO_LPN } from '../../shared/ids.ts'
import type { DocumentId, ItemId, LineId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import type { Effects } from '../../shared/ledger/effects.ts'
import type { StockKey, StockStatus } from '../../shared/ledger/stock.ts'
import { limitOf } from '../../shared/process/receive-limit.ts'
import { sentAndBack } from '../../shared/process/return-state.ts'
import {
  addressOf,
  broughtBy,
  goodsOf,
  isRecalled,
  moved,
  nowOf,
  outside,
  piecesIn,
  stillThere,
  text,
  whereabouts,
  whole,
} from './remedy-parts.ts'
import type { At, Cure, Part } from './remedy-parts.ts'

/** How many pieces it is about: of what its commands have brought, only what is too much. */
const piecesOf = (at: At): number => {
  const { view, trouble } = at
  const { kind, body } = trouble
  const brought = broughtBy(at).reduce((sum, m) => sum + m.qty, 0)
  const item = view.item(text(body, 'item') as ItemId)
  if (kind === 'over_receipt' && item !== undefined) {
    const { limit, received } = limitOf(view, text(body, 'document') as DocumentId, item)
    return Math.min(brought, Math.max(0, received - limit))
  }
  return kind === 'over_return' ? Math.min(brought, whole(body, 'back') - whole(body, 'sent')) : brought
}

/** Nobody picks the goods until somebody says what becomes of them. */
export const block: Cure = at =>
  moved(at, whereabouts(at, piecesOf(at), ['available', 'inspection']), key => ({
    ...addressOf(key),
    status: 'blocked',
  }))

/** All that it is about, or nothing: half of it is no answer to what becomes of the goods. */
const allOfThem = (at: At, statuses: readonly StockStatus[]): readonly Part[] => {
  const wanted = piecesOf(at)
  const parts = whereabouts(at, wanted, statuses)
  return piecesIn(parts) < wanted ? [] : parts
}

/** The goods leave the books with the truck; the ERP is told. */
export const sendBack: Cure = at =>
  moved(at, allOfThem(at, ['blocked', 'damaged', 'inspection', 'available']), () => outside(at, 'supplier'))

/** The delivery expects what has come: the next piece too many is a question of its own. */
export const acceptMore: Cure = at => {
  const { view, trouble } = at
  const { subject, body } = trouble
  const line = view.line((text(body, 'line') || subject) as LineId)
  if (line === undefined) return NOTHING
  const wanted = Math.max(line.done, line.wanted + (trouble.kind === 'over_receipt' ? piecesOf(at) : 0))
  return wanted === line.wanted ? NOTHING : { ...NOTHING, lines: [{ ...line, wanted }] }
}

/** The lot, as the exception names it or as its goods do. */
const lotOf = ({ view, trouble }: At): Lot | undefined => {
  const { subject, movements } = trouble
  const [item = '', ...name] = subject.split('/')
  const client = view.item(item as ItemId)?.client ?? movements[0]?.client
  return client === undefined ? undefined : view.lot(client, item as ItemId, name.join('/'))
}

/** The date on the goods is right: it is that of the whole lot. */
export const correctDate: Cure = at => {
  const { args, trouble } = at
  const lot = lotOf(at)
  const expiry = args.expiry ?? (text(trouble.body, 'came') || text(trouble.body, 'seen'))
  if (lot === undefined) return 'gone'
  return expiry === '' ? 'bad_request' : { ...NOTHING, lots: [{ ...lot, expiry }] }
}

/** The goods belong to another lot, with the date that they came with. */
export const otherLot: Cure = at => {
  const { args, trouble, view } = at
  const lot = lotOf(at)
  if (lot === undefined) return 'gone'
  if (args.lot === undefined || args.lot === lot.lot) return 'bad_request'
  const name = args.lot
  const parts = allOfThem(at, ['available', 'inspection', 'blocked'])
  if (parts.length === 0) return 'gone'
  const expiry = args.expiry ?? (text(trouble.body, 'came') || null)
  const known = view.lot(lot.client, lot.item, name)
  return {
    ...NOTHING,
    lots: known === undefined ? [{ ...lot, lot: name, expiry, firstReceivedAt: at.now }] : [],
    movements: parts.flatMap(({ key, qty }) => [
      { ...goodsOf(key), from: addressOf(key), to: outside(at, 'adjustment'), qty, ...nowOf(at) },
      { ...goodsOf(key), lot: name, from: outside(at, 'adjustment'), to: addressOf(key), qty, ...nowOf(at) },
    ]),
  }
}

/** What was blocked to be scrapped, as far as it still lies there and nobody has reserved it. */
const pendingScrap = (at: At): readonly Part[] =>
  stillThere(at).flatMap(({ key, qty }) => {
    const { onHand, reserved, held } = at.view.stock(key)
    const free = Math.min(qty, onHand - reserved - held)
    return key.status === 'blocked' && free > 0 ? [{ key, qty: free }] : []
  })

export const scrapThem: Cure = at => moved(at, pendingScrap(at), () => outside(at, 'scrap'))
export const keepThem: Cure = at => {
  const parts = pendingScrap(at)
  if (parts.some(({ key }) => isRecalled(at, key))) return 'recalled'
  return moved(at, parts, key => ({ ...addressOf(key), status: 'available' }))
}

/**
 * The goods are another client's: they leave this client's books as if they had never come, and come in as what the person
 * says that they are; the delivery counts them so, where it has a line of it.
 */
export const rebook: Cure = at => {
  const { view, trouble, args } = at
  const item = args.item === undefined ? undefined : view.item(args.item)
  if (item === undefined) return 'bad_request'
  const parts = allOfThem(at, ['available', 'inspection', 'blocked', 'damaged'])
  const [first] = parts
  if (first === undefined) return 'gone'
  if (item.client === first.key.client) return 'bad_request'
  const document = text(trouble.body, 'document') as DocumentId
  return {
    ...NOTHING,
    lots: parts.flatMap(({ key }) => lotAs(at, item, key)),
    lines: countedAs(view.linesOf(document), first.key, item, piecesIn(parts)),
    movements: parts.flatMap(({ key, qty }) => {
      const supplier = outside(at, 'supplier')
      const to = { ...addressOf(key), lpn: view.lpn(key.lpn)?.client === item.client ? key.lpn : NO_LPN }
      return [
        { ...goodsOf(key), from: addressOf(key), to: supplier, qty, ...nowOf(at) },
        { ...goodsAs(item, key), from: supplier, to, qty, ...nowOf(at) },
      ]
    }),
  }
}

const goodsAs = ({ client, id, tracking }: Item, { lot, serial }: StockKey) => ({
  client,
  item: id,
  lot: tracking.lot ? lot : '',
  serial: tracking.serial ? serial : '',
})

const lotAs = ({ view, now }: At, item: Item, key: StockKey): Lot[] => {
  const { client, lot } = goodsAs(item, key)
  if (lot === '' || view.lot(client, item.id, lot) !== undefined) return []
  const expiry = view.lot(key.client, key.item, key.lot)?.expiry ?? null
  return [{ client, item: item.id, lot, expiry, firstReceivedAt: now, blocked: false }]
}

/** The lines that had counted the goods have so much less, the newest first; those of what they are have it more. */
const countedAs = (lines: readonly Line[], was: StockKey, item: Item, qty: number): Line[] => {
  let less = qty
  const wrong = lines
    .filter(line => line.item === was.item && line.client === was.client && line.done > 0)
    .reverse()
    .flatMap((line): Line[] => {
      const n = Math.min(less, line.done)
      less -= n
      return n > 0 ? [{ ...line, done: line.done - n, state: line.state === 'done' ? 'open' : line.state }] : []
    })
  const own = lines.filter(line => line.item === item.id && line.client === item.client && line.state !== 'cancelled')
  const right = own.find(line => line.done < line.wanted) ?? own.at(-1)
  if (right === undefined) return wrong
  const done = right.done + qty
  return [...wrong, { ...right, done, state: done >= right.wanted ? 'done' : right.state }]
}

/** Goods came back of an order that had not left: of which one they are a person knows, or that of none. */
export const matchOrder: Cure = at => {
  const { view, trouble, args } = at
  const [id = ''] = trouble.subject.split('/')
  const document = view.document(id as DocumentId)
  if (document?.kind !== 'return') return 'gone'
  const order = args.document === undefined ? undefined : view.document(args.document)
  const item = text(trouble.body, 'item') as ItemId
  if (order?.kind !== 'order' || order.client !== document.client) return 'bad_request'
  const { sent } = sentAndBack(view, document.id, order.id, item)
  if (sent === 0) return 'bad_request'
  return {
    ...NOTHING,
    documents: [{ ...document, origin: order.id, blind: false }],
    lines: view
      .linesOf(document.id)
      .filter(line => line.item === item && line.source === null)
      .map(line => ({ ...line, wanted: sent })),
  }
}

export const withoutOrder: Cure = ({ view, trouble }) => {
  const [id = ''] = trouble.subject.split('/')
  const document = view.document(id as DocumentId)
  return document?.kind === 'return' ? { ...NOTHING, documents: [{ ...document, origin: null, blind: true }] } : 'gone'
}

/** The return expects what has come back, though the order did not send it. */
export const acceptReturned = ({ view, trouble }: At): Effects => {
  const [id = ''] = trouble.subject.split('/')
  const item = text(trouble.body, 'item')
  const more = view.linesOf(id as DocumentId).filter(line => line.item === item && line.done > line.wanted)
  return { ...NOTHING, lines: more.map(line => ({ ...line, wanted: line.done, state: 'done' })) }
}
