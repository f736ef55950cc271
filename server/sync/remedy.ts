import type { Line, Lot, Task } from '../../shared/catalogue.ts'
import type { ExceptionKind, RefusalCode } from '../../shared/exception.ts'
import { isUuid, NO_LPN } from '../../shared/ids.ts'
import type { DocumentId, ItemId, LineId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import type { Effects } from '../../shared/ledger/effects.ts'
import { keyOf, stockKeyText } from '../../shared/ledger/stock.ts'
import type { Address, Movement, StockKey, StockStatus } from '../../shared/ledger/stock.ts'
import { virtualLocation } from '../../shared/ledger/world.ts'
import type { View } from '../../shared/ledger/world.ts'
import { isAt, release } from '../../shared/process/pick-claims.ts'
import { isMobile } from '../../shared/process/pick-lines.ts'
import { isWaiting, putBackTask } from '../../shared/process/putback-task.ts'
import { limitOf } from '../../shared/process/receive-limit.ts'
import { isVirtual } from '../../shared/process/virtual.ts'
import type { SettleAsk } from '../../shared/sync/settle.ts'

/** What contradicts the books, with all that its commands have moved. */
export type Trouble = {
  kind: ExceptionKind
  subject: string
  body: Record<string, unknown>
  movements: readonly Movement[]
}
type At = { view: View; trouble: Trouble; args: SettleAsk['args']; now: string }
/** What is done about it; a text is the refusal. */
type Cure = (at: At) => Effects | RefusalCode

const text = (body: Record<string, unknown>, key: string): string => {
  const value = body[key]
  return typeof value === 'string' ? value : ''
}
const whole = (body: Record<string, unknown>, key: string): number => {
  const value = body[key]
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : 0
}

const now = ({ now: at }: At) => ({ takenAt: at, at, unc: 0 })
const goodsOf = ({ client, item, lot, serial }: StockKey) => ({ client, item, lot, serial })
const addressOf = ({ location, lpn, status }: StockKey): Address => ({ location, lpn, status })

/** What came of the goods that it is about, where its commands say so. */
const broughtBy = ({ view, trouble: { movements, body } }: At): readonly Movement[] =>
  movements.filter(
    m => !isVirtual(view.location(m.to.location)) && (text(body, 'item') === '' || m.item === body['item']),
  )

/** How many pieces it is about: of what came in, only what is too much. */
const piecesOf = (at: At): number => {
  const { view, trouble } = at
  const { kind, body } = trouble
  const item = view.item(text(body, 'item') as ItemId)
  if (kind === 'over_receipt' && item !== undefined) {
    const { limit, received } = limitOf(view, text(body, 'document') as DocumentId, item)
    return Math.max(0, received - limit)
  }
  if (kind === 'over_return') return whole(body, 'back') - whole(body, 'sent')
  return broughtBy(at).reduce((sum, m) => sum + m.qty, 0)
}

type Part = { key: StockKey; qty: number }

/**
 * Where so many of the goods lie now, nobody having reserved them: first where they came to, then wherever the books have the
 * same goods. Pieces without lot and serial are like one another.
 */
const whereabouts = (at: At, wanted: number, statuses: readonly StockStatus[]): readonly Part[] => {
  const { view } = at
  const brought = broughtBy(at)
  const there = brought.map(m => keyOf({ ...m, ...m.to }))
  const elsewhere = there.flatMap(key =>
    view
      .stockOf(key.client, key.item)
      .filter(row => row.lot === key.lot && row.serial === key.serial && !isVirtual(view.location(row.location)))
      .map(keyOf),
  )
  const parts = new Map<string, Part>()
  let rest = wanted
  for (const key of [...there, ...elsewhere]) {
    const row = view.stock(key)
    const free = row.onHand - row.reserved - row.held
    const isKnown = parts.has(stockKeyText(key))
    if (isKnown || rest === 0 || free <= 0 || !statuses.includes(key.status) || isMobile(view, key.location)) continue
    const qty = Math.min(free, rest)
    rest -= qty
    parts.set(stockKeyText(key), { key, qty })
  }
  return [...parts.values()]
}

const moved = (at: At, parts: readonly Part[], to: (key: StockKey) => Address): Effects | RefusalCode =>
  parts.length === 0
    ? 'gone'
    : {
        ...NOTHING,
        movements: parts.map(({ key, qty }) => ({
          ...goodsOf(key),
          from: addressOf(key),
          to: to(key),
          qty,
          ...now(at),
        })),
      }

const outside = ({ view }: At, kind: 'supplier' | 'scrap' | 'adjustment'): Address => ({
  location: virtualLocation(view.warehouse, kind),
  lpn: NO_LPN,
  status: 'available',
})

/** Nobody picks the goods until somebody says what becomes of them. */
const block: Cure = at =>
  moved(at, whereabouts(at, piecesOf(at), ['available', 'inspection']), key => ({
    ...addressOf(key),
    status: 'blocked',
  }))

/** The goods leave the books with the truck; the ERP is told. */
const sendBack: Cure = at =>
  moved(at, whereabouts(at, piecesOf(at), ['blocked', 'damaged', 'inspection', 'available']), () =>
    outside(at, 'supplier'),
  )

/** The delivery expects what has come: the next piece too many is a question of its own. */
const acceptMore: Cure = at => {
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
const correctDate: Cure = at => {
  const { args, trouble } = at
  const lot = lotOf(at)
  const expiry = args.expiry ?? (text(trouble.body, 'came') || text(trouble.body, 'seen'))
  if (lot === undefined) return 'gone'
  return expiry === '' ? 'bad_request' : { ...NOTHING, lots: [{ ...lot, expiry }] }
}

/** The goods belong to another lot, with the date that they came with. */
const otherLot: Cure = at => {
  const { args, trouble, view } = at
  const lot = lotOf(at)
  if (lot === undefined) return 'gone'
  if (args.lot === undefined || args.lot === lot.lot) return 'bad_request'
  const name = args.lot
  const parts = whereabouts(at, piecesOf(at), ['available', 'inspection', 'blocked'])
  if (parts.length === 0) return 'gone'
  const expiry = args.expiry ?? (text(trouble.body, 'came') || null)
  const known = view.lot(lot.client, lot.item, name)
  return {
    ...NOTHING,
    lots: known === undefined ? [{ ...lot, lot: name, expiry, firstReceivedAt: at.now }] : [],
    movements: parts.flatMap(({ key, qty }) => [
      { ...goodsOf(key), from: addressOf(key), to: outside(at, 'adjustment'), qty, ...now(at) },
      { ...goodsOf(key), lot: name, from: outside(at, 'adjustment'), to: addressOf(key), qty, ...now(at) },
    ]),
  }
}

/** Picked goods that an order does not want lie in totes and cartons: each becomes somebody's way back to a shelf. */
const putBack: Cure = at => {
  const { view, trouble } = at
  const tasks: Task[] = trouble.kind === 'order_cancelled' ? cancelledGoods(at) : pickedGoods(at)
  const waiting = tasks.filter(task => {
    const known = view.task(task.id)
    return known === undefined || !isWaiting(known)
  })
  return tasks.length === 0 ? 'gone' : { ...NOTHING, tasks: waiting }
}

const cancelledGoods = ({ view, trouble: { subject } }: At): Task[] =>
  view.linesOf(subject as DocumentId).flatMap(line =>
    line.claims
      .filter(claim => claim.qty > 0 && isMobile(view, claim.location))
      .map(({ location, lpn, status, lot, serial, qty }) => {
        const about = { client: line.client, document: line.document, line: line.id, item: line.item }
        const from = { location, lpn, status }
        return putBackTask(view, { ...about, lot, serial, qty, from, to: null, cause: 'cancelled' })
      }),
  )

/** What a line has too much of, out of where its last commands have put it. */
const pickedGoods = (at: At): Task[] => {
  const { view, trouble } = at
  const { body, subject, kind } = trouble
  const id = text(body, 'line') || subject
  const line = isUuid(id) ? view.line(id as LineId) : undefined
  if (line === undefined) return []
  const isTooMuch = kind === 'over_pick' || kind === 'picked_twice'
  let rest = isTooMuch ? line.done - line.wanted : broughtBy(at).reduce((sum, m) => sum + m.qty, 0)
  const tasks: Task[] = []
  for (const m of broughtBy(at)) {
    const qty = Math.min(rest, m.qty, view.stock(keyOf({ ...m, ...m.to })).onHand)
    if (qty <= 0) continue
    rest -= qty
    const about = { client: line.client, document: line.document, line: line.id, item: m.item }
    const goods = { ...about, lot: m.lot, serial: m.serial, qty, from: m.to, to: m.from.location }
    tasks.push(putBackTask(view, { ...goods, cause: kind }))
  }
  return tasks
}

const pendingScrap = ({ view, trouble: { body } }: At): readonly Part[] => {
  const key = keyOf({ ...(body as StockKey), status: 'blocked' })
  const { onHand, reserved, held } = view.stock(key)
  const qty = Math.min(whole(body, 'qty'), onHand - reserved - held)
  return qty > 0 ? [{ key, qty }] : []
}
const scrapThem: Cure = at => moved(at, pendingScrap(at), () => outside(at, 'scrap'))
const keepThem: Cure = at => moved(at, pendingScrap(at), key => ({ ...addressOf(key), status: 'available' }))

/** What was taken although it may not be sold is declared good, in the tote where it lies. */
const releaseTaken: Cure = at => {
  const { view } = at
  const lots = broughtBy(at).flatMap(m => {
    const lot = m.lot === '' ? undefined : view.lot(m.client, m.item, m.lot)
    return lot?.blocked === true ? [{ ...lot, blocked: false }] : []
  })
  return { ...NOTHING, lots: lots.slice(0, 1) }
}

/** What was taken is thrown away; its line has picked so much less. */
const scrapTaken: Cure = at => {
  const { view, trouble } = at
  let line: Line | undefined = view.line(text(trouble.body, 'line') as LineId)
  const movements: Movement[] = []
  for (const m of broughtBy(at)) {
    const qty = Math.min(m.qty, view.stock(keyOf({ ...m, ...m.to })).onHand)
    if (qty <= 0) continue
    movements.push({ ...m, from: m.to, to: outside(at, 'scrap'), qty, ...now(at) })
    if (line === undefined) continue
    const { claims } = release(line.claims, qty, claim => isAt(claim, m.to, m.lot, m.serial))
    line = { ...line, done: line.done - qty, state: line.state === 'done' ? 'open' : line.state, claims }
  }
  return movements.length === 0 ? 'gone' : { ...NOTHING, movements, lines: line === undefined ? [] : [line] }
}

const ofReceipt = { accept: acceptMore, return: sendBack, block }

/** Choices that change the books or make work. Every other one says what was done, and the fact stands as it is. */
const CURES: Readonly<Partial<Record<ExceptionKind, Readonly<Record<string, Cure>>>>> = {
  over_receipt: ofReceipt,
  unexpected_item: ofReceipt,
  late_line: { return: sendBack, block },
  short_life: { return: sendBack, block },
  lot_date: { correct: correctDate, newLot: otherLot, block },
  over_return: { block },
  wrong_serial_returned: { block },
  not_shipped: { block },
  scrap_pending: { accept: scrapThem, release: keepThem },
  order_cancelled: { putBack },
  picked_twice: { putBack },
  over_pick: { putBack },
  not_in_order: { putBack },
  not_available: { putBack, release: releaseTaken, scrap: scrapTaken },
}

/** What a choice does about it. */
export const remedyOf = (at: At, choice: string): Effects | RefusalCode =>
  CURES[at.trouble.kind]?.[choice]?.(at) ?? NOTHING
