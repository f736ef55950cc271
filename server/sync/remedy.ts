import type { Line, Lot, Task } from '../../shared/catalogue.ts'
import type { ExceptionKind, RefusalCode } from '../../shared/exception.ts'
import { isUuid, NO_LPN } from '../../shared/ids.ts'
import type { DocumentId, ItemId, LineId } from '../../shared/ids.ts'
import { merged, NOTHING } from '../../shared/ledger/effects.ts'
import type { Effects } from '../../shared/ledger/effects.ts'
import { keyOf, stockKeyText } from '../../shared/ledger/stock.ts'
import type { Address, Movement, StockKey, StockStatus } from '../../shared/ledger/stock.ts'
import { lotKey, virtualLocation } from '../../shared/ledger/world.ts'
import type { View } from '../../shared/ledger/world.ts'
import { isAt, release, sumOf } from '../../shared/process/pick-claims.ts'
import { isMobile } from '../../shared/process/pick-lines.ts'
import { isWaiting, putBackTask } from '../../shared/process/putback-task.ts'
import { limitOf } from '../../shared/process/receive-limit.ts'
import { isVirtual } from '../../shared/process/virtual.ts'
import type { SettleAsk } from '../../shared/sync/settle.ts'

/** What contradicts the books, with all that its commands have moved and nobody has taken back. */
export type Trouble = {
  kind: ExceptionKind
  subject: string
  body: Record<string, unknown>
  movements: readonly Movement[]
}
type At = {
  view: View
  trouble: Trouble
  args: SettleAsk['args']
  now: string
  /** Lots under an open recall, by `lotKey`. */
  recalled: ReadonlySet<string>
}
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
const goodsText = ({ client, item, lot, serial }: StockKey): string => [client, item, lot, serial].join('\u001f')
const addressOf = ({ location, lpn, status }: StockKey): Address => ({ location, lpn, status })

/** What came of the goods that it is about, where its commands say so. A closed delivery is one row, whatever came of it. */
const broughtBy = ({ view, trouble: { kind, movements, body } }: At): readonly Movement[] => {
  const item = kind === 'late_line' ? '' : text(body, 'item')
  return movements.filter(m => !isVirtual(view.location(m.to.location)) && (item === '' || m.item === item))
}

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

type Part = { key: StockKey; qty: number }
const piecesIn = (parts: readonly Part[]): number => parts.reduce((sum, { qty }) => sum + qty, 0)

/** What its commands have brought, by where they put it, the newest first: so many at most, and no row gives more than it has. */
const stillThere = (at: At, wanted = Infinity): readonly (Part & { from: Address })[] => {
  const parts = new Map<string, Part & { from: Address }>()
  let rest = wanted
  for (const m of broughtBy(at)) {
    const key = keyOf({ ...m, ...m.to })
    const name = stockKeyText(key)
    const { qty: before, from } = parts.get(name) ?? { qty: 0, from: m.from }
    const qty = Math.min(rest, m.qty, at.view.stock(key).onHand - before)
    if (qty <= 0) continue
    rest -= qty
    parts.set(name, { key, from, qty: before + qty })
  }
  return [...parts.values()]
}

/**
 * Where so many of the goods lie now, nobody having reserved them: first where they came to, then wherever the books have the
 * same goods, of each as many as came. Pieces without lot and serial are like one another.
 */
const whereabouts = (at: At, wanted: number, statuses: readonly StockStatus[]): readonly Part[] => {
  const { view } = at
  const came = new Map<string, Part>()
  const there = new Map<string, StockKey>()
  for (const m of broughtBy(at)) {
    const key = keyOf({ ...m, ...m.to })
    came.set(goodsText(key), { key, qty: m.qty + (came.get(goodsText(key))?.qty ?? 0) })
    there.set(stockKeyText(key), key)
  }
  const elsewhere = [...came.values()].flatMap(({ key }) =>
    view.stockOf(key.client, key.item).filter(row => goodsText(row) === goodsText(key)),
  )
  for (const row of elsewhere)
    if (!isVirtual(view.location(row.location)))
      there.set(stockKeyText(row), there.get(stockKeyText(row)) ?? keyOf(row))
  const left = new Map([...came].map(([name, { qty }]) => [name, qty]))
  const parts: Part[] = []
  let rest = wanted
  for (const key of there.values()) {
    const { onHand, reserved, held } = view.stock(key)
    if (!statuses.includes(key.status) || isMobile(view, key.location)) continue
    const most = left.get(goodsText(key)) ?? 0
    const qty = Math.min(onHand - reserved - held, rest, most)
    if (qty <= 0) continue
    rest -= qty
    left.set(goodsText(key), most - qty)
    parts.push({ key, qty })
  }
  return parts
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

/** All that it is about, or nothing: half of it is no answer to what becomes of the goods. */
const allOfThem = (at: At, statuses: readonly StockStatus[]): readonly Part[] => {
  const wanted = piecesOf(at)
  const parts = whereabouts(at, wanted, statuses)
  return piecesIn(parts) < wanted ? [] : parts
}

/** The goods leave the books with the truck; the ERP is told. */
const sendBack: Cure = at =>
  moved(at, allOfThem(at, ['blocked', 'damaged', 'inspection', 'available']), () => outside(at, 'supplier'))

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
  const parts = allOfThem(at, ['available', 'inspection', 'blocked'])
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
  return stillThere(at, isTooMuch ? line.done - line.wanted : Infinity).map(({ key, from, qty }) => {
    const about = { client: line.client, document: line.document, line: line.id, item: key.item }
    const goods = { ...about, lot: key.lot, serial: key.serial, qty, from: addressOf(key), to: from.location }
    return putBackTask(view, { ...goods, cause: kind })
  })
}

/** What was blocked to be scrapped, as far as it still lies there and nobody has reserved it. */
const pendingScrap = (at: At): readonly Part[] =>
  stillThere(at).flatMap(({ key, qty }) => {
    const { onHand, reserved, held } = at.view.stock(key)
    const free = Math.min(qty, onHand - reserved - held)
    return key.status === 'blocked' && free > 0 ? [{ key, qty: free }] : []
  })

const isRecalled = ({ recalled }: At, { client, item, lot }: Pick<StockKey, 'client' | 'item' | 'lot'>): boolean =>
  recalled.has(lotKey(client, item, lot))

const scrapThem: Cure = at => moved(at, pendingScrap(at), () => outside(at, 'scrap'))
const keepThem: Cure = at => {
  const parts = pendingScrap(at)
  if (parts.some(({ key }) => isRecalled(at, key))) return 'recalled'
  return moved(at, parts, key => ({ ...addressOf(key), status: 'available' }))
}

/** What was taken although it may not be sold is declared good with its lots, in the tote where it lies. */
const releaseTaken: Cure = at => {
  const taken = broughtBy(at)
  if (taken.length === 0) return 'gone'
  if (taken.some(m => isRecalled(at, m))) return 'recalled'
  const lots = taken.flatMap(m => (m.lot === '' ? [] : (at.view.lot(m.client, m.item, m.lot) ?? [])))
  return merged([{ ...NOTHING, lots: lots.filter(lot => lot.blocked).map(lot => ({ ...lot, blocked: false })) }])
}

/** What was taken is thrown away; the lines that have it in hand have picked so much less. */
const scrapTaken: Cure = at => {
  const parts = stillThere(at)
  const lines = new Map<LineId, Line>()
  for (const part of parts) lessPicked(at, part, lines)
  const gone = moved(at, parts, () => outside(at, 'scrap'))
  return typeof gone === 'string' ? gone : { ...gone, lines: [...lines.values()] }
}

/** First the line that it is about, then what nobody has reserved (that line has picked too much), then who else has picked it. */
const lessPicked = ({ view, trouble }: At, { key, qty }: Part, lines: Map<LineId, Line>): void => {
  const own = view.line(text(trouble.body, 'line') as LineId)
  const others = view.linesClaiming(key).filter(line => line.id !== own?.id)
  let rest = qty
  const less = (line: Line, most: number): void => {
    const before = lines.get(line.id) ?? line
    const { claims, freed } = release(before.claims, most, claim => isAt(claim, key, key.lot, key.serial))
    const n = sumOf(freed)
    rest -= n
    const state = before.state === 'done' ? 'open' : before.state
    if (n > 0) lines.set(line.id, { ...before, done: before.done - n, state, claims })
  }
  if (own !== undefined) less(own, rest)
  const { onHand, reserved } = view.stock(key)
  const unclaimed = Math.min(rest, Math.max(0, onHand - reserved))
  for (const line of others) less(line, rest - unclaimed)
  const before = own === undefined ? undefined : (lines.get(own.id) ?? own)
  if (before !== undefined && rest > 0) lines.set(before.id, { ...before, done: before.done - rest })
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

/** Whether a choice does more than say what was done. */
export const hasRemedy = (kind: ExceptionKind, choice: string): boolean => CURES[kind]?.[choice] !== undefined

/** What a choice does about it. */
export const remedyOf = (at: At, choice: string): Effects | RefusalCode =>
  CURES[at.trouble.kind]?.[choice]?.(at) ?? NOTHING
