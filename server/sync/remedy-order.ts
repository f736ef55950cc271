import type { Claim, Line, Task } from '../../shared/catalogue.ts'
import { isUuid } from '../../shared/ids.ts'
import type { DocumentId, LineId, LocationId } from '../../shared/ids.ts'
import { merged, NOTHING } from '../../shared/ledger/effects.ts'
import type { StockKey } from '../../shared/ledger/stock.ts'
import type { View } from '../../shared/ledger/world.ts'
import { isUnderWay, lackOf, pickedAgain } from '../../shared/process/pick-again.ts'
import { isAt, release, sumOf, withClaim } from '../../shared/process/pick-claims.ts'
import { isMobile, shelfClaims } from '../../shared/process/pick-lines.ts'
import { progress } from '../../shared/process/pick-progress.ts'
import { isWaiting, putBackTask } from '../../shared/process/putback-task.ts'
import { todayAt } from '../../shared/process/shelf-life.ts'
import { acceptReturned } from './remedy-receipt.ts'
import { addressOf, broughtBy, isRecalled, keyIn, moved, outside, stillThere, text, whole } from './remedy-parts.ts'
import type { At, Cure, Part } from './remedy-parts.ts'

/** Picked goods that an order does not want lie in totes and cartons: each becomes somebody's way back to a shelf. */
export const putBack: Cure = at => {
  const tasks = unwanted(at)
  return tasks.length === 0 ? 'gone' : { ...NOTHING, tasks: tasks.filter(task => !isAsked(at.view, task)) }
}

/** Somebody has it to do already. */
const isAsked = (view: View, { id }: Task): boolean => {
  const known = view.task(id)
  return known !== undefined && isWaiting(known)
}

const unwanted = (at: At): Task[] => {
  const { view, trouble } = at
  const [id = ''] = trouble.subject.split('/')
  const lines = view.linesOf(id as DocumentId)
  switch (trouble.kind) {
    case 'order_cancelled':
      return lines.flatMap(line => inHand(view, line, Infinity, 'cancelled', () => true))
    case 'order_changed':
      return lines.flatMap(line => inHand(view, line, tooMuchOf(view, line), 'changed', () => true))
    case 'lot_blocked':
      return lines.flatMap(line => inHand(view, line, Infinity, 'recall', one => one.lot === text(trouble.body, 'lot')))
    default:
      return pickedGoods(at)
  }
}

/** Of a line that the ERP has made smaller or called off, what was picked beyond it. */
const tooMuchOf = (view: View, line: Line): number => {
  const picked = sumOf(line.claims.filter(claim => isMobile(view, claim.location)))
  return Math.max(0, picked - (line.state === 'cancelled' ? 0 : line.wanted))
}

/** What a line has in totes and cartons, the newest first, so many pieces at most. */
const inHand = (view: View, line: Line, most: number, cause: string, fits: (claim: Claim) => boolean): Task[] => {
  let rest = most
  return [...line.claims].reverse().flatMap((claim): Task[] => {
    const { location, lpn, status, lot, serial } = claim
    const qty = isMobile(view, location) && fits(claim) ? Math.min(rest, claim.qty) : 0
    rest -= qty
    const about = { client: line.client, document: line.document, line: line.id, item: line.item }
    return qty > 0
      ? [putBackTask(view, { ...about, lot, serial, qty, from: { location, lpn, status }, to: null, cause })]
      : []
  })
}

/** What a line has too much of, or what is not what it wants, out of where its last commands have put it. */
const pickedGoods = (at: At): Task[] => {
  const { view, trouble } = at
  const line = lineOf(at)
  if (line === undefined) return []
  const isTooMuch = trouble.kind === 'over_pick' || trouble.kind === 'picked_twice'
  return stillThere(at, isTooMuch ? line.done - line.wanted : Infinity).map(({ key, from, qty }) => {
    const about = { client: line.client, document: line.document, line: line.id, item: key.item }
    const to = isMobile(view, from.location) ? null : from.location
    return putBackTask(view, {
      ...about,
      lot: key.lot,
      serial: key.serial,
      qty,
      from: addressOf(key),
      to,
      cause: trouble.kind,
    })
  })
}

const lineOf = ({ view, trouble: { body, subject } }: At): Line | undefined => {
  const id = text(body, 'line') || subject
  return isUuid(id) ? view.line(id as LineId) : undefined
}

/** The order wants what was packed for it: it expects and sends so much more. */
export const addToOrder: Cure = at => {
  const line = lineOf(at)
  if (line === undefined) return acceptReturned(at)
  if (!isUnderWay(at.view, line.document)) return 'gone'
  const parts = stillThere(at, Math.max(0, whole(at.trouble.body, 'qty') - whole(at.trouble.body, 'claimed')))
  const found = parts.flatMap(({ key, qty }) => {
    const { onHand, reserved, held } = at.view.stock(key)
    const n = Math.min(qty, onHand - reserved - held)
    return n > 0 ? [{ ...addressOf(key), lot: key.lot, serial: key.serial, qty: n }] : []
  })
  if (found.length === 0) return 'gone'
  const claims = found.reduce<Claim[]>(withClaim, [...line.claims])
  const done = Math.max(line.done, sumOf(claims.filter(claim => isMobile(at.view, claim.location))))
  return { ...NOTHING, lines: [{ ...line, claims, done, wanted: Math.max(line.wanted, done) }] }
}

const today = ({ view, now }: At): string => todayAt(view, now)

/** What the order lacks is reserved where it is free, and it is picked once more. */
export const pickRest: Cure = at => {
  const { view, trouble } = at
  const id = trouble.subject as DocumentId
  if (!isUnderWay(view, id)) return 'gone'
  const lines = view.linesOf(id).filter(line => line.state !== 'cancelled' && lackOf(line) > 0)
  return lines.length === 0 ? NOTHING : { ...NOTHING, ...pickedAgain(view, lines, today(at)) }
}

/** Other stock for what a short has left open, or for reservations that have nothing under them any more; all that there is. */
export const fromElsewhere: Cure = at => {
  const lines = leftOpen(at)
  const again = pickedAgain(at.view, lines, today(at))
  const found = again.lines.some((line, n) => sumOf(line.claims) > sumOf(lines[n]?.claims ?? []))
  return found ? { ...NOTHING, ...again, lines: again.lines.map(line => ({ ...line, reason: null })) } : 'gone'
}

/** The order leaves without it. What is reserved on shelves is picked all the same: its line ends with the walk. */
export const shortLine: Cure = at => {
  const lines = leftOpen(at).map((line): Line => {
    const isOver = shelfClaims(line, at.view).length === 0
    return { ...line, state: isOver ? 'short' : line.state, reason: line.reason ?? 'NOT_FOUND' }
  })
  if (lines.length === 0) return 'gone'
  return merged(
    [...new Set(lines.map(line => line.document))].map(id => {
      const own = lines.filter(line => line.document === id)
      const task = at.view.taskOf(id, 'pick')
      return { ...NOTHING, ...(task === undefined ? { lines: own } : progress(at.view, task, own)) }
    }),
  )
}

/** The lines that lack goods, without what they had reserved where nothing is. */
const leftOpen = (at: At): readonly Line[] => {
  const { view, trouble } = at
  if (trouble.kind !== 'reservation_broken') {
    const line = lineOf(at)
    const isOpen = line !== undefined && isUnderWay(view, line.document) && line.state !== 'cancelled'
    return isOpen && lackOf(line) > 0 ? [line] : []
  }
  const key = keyIn(trouble.body)
  const row = view.stock(key)
  let over = row.reserved - Math.max(0, row.onHand)
  // Those that nobody has begun give way first.
  return [...view.linesClaiming(key)]
    .sort((a, b) => Number(a.done > 0) - Number(b.done > 0))
    .flatMap((line): Line[] => {
      const { claims, freed } = release(line.claims, over, claim => isAt(claim, key, key.lot, key.serial))
      over -= sumOf(freed)
      return freed.length > 0 && isUnderWay(view, line.document) ? [{ ...line, claims }] : []
    })
}

/** What was carried away from where others had reserved it is brought there again. */
export const moveBack: Cure = at => {
  const { view } = at
  const home: LocationId = keyIn(at.trouble.body).location
  const tasks = stillThere(at)
    .filter(({ from }) => from.location === home)
    .flatMap(({ key, qty }): Task[] => {
      const line = view.linesClaiming(key).find(one => isMobile(view, key.location) && isUnderWay(view, one.document))
      const { onHand, reserved, held } = view.stock(key)
      const n = line === undefined ? Math.min(qty, onHand - reserved - held) : qty
      return n > 0 ? [backTo(view, key, n, home, line)] : []
    })
  return tasks.length === 0 ? 'gone' : { ...NOTHING, tasks: tasks.filter(task => !isAsked(view, task)) }
}

const backTo = (view: View, key: StockKey, qty: number, to: LocationId, line: Line | undefined): Task => {
  const { client, item, lot, serial } = key
  const about = { client, item, lot, serial, qty, from: addressOf(key), to, cause: 'reservation_broken' }
  const named = { document: line?.document ?? null, line: line?.id ?? null }
  return putBackTask(view, { ...about, ...named })
}

/** The order that was bound later asks for a tote of its own; what lies in this one is told apart at packing. */
export const splitTote: Cure = ({ view, trouble }) => {
  const { tasks } = trouble.body
  const [later] = Array.isArray(tasks) ? tasks : []
  const task = typeof later === 'string' && isUuid(later) ? view.task(later as Task['id']) : undefined
  return task === undefined || task.state === 'done' || task.state === 'cancelled'
    ? NOTHING
    : { ...NOTHING, tasks: [{ ...task, tote: null }] }
}

/** What was taken although it may not be sold is declared good with its lots, in the tote where it lies. */
export const releaseTaken: Cure = at => {
  const taken = broughtBy(at)
  if (taken.length === 0) return 'gone'
  if (taken.some(m => isRecalled(at, m))) return 'recalled'
  const lots = taken.flatMap(m => (m.lot === '' ? [] : (at.view.lot(m.client, m.item, m.lot) ?? [])))
  return merged([{ ...NOTHING, lots: lots.filter(lot => lot.blocked).map(lot => ({ ...lot, blocked: false })) }])
}

/** What was taken is thrown away; the lines that have it in hand have picked so much less. */
export const scrapTaken: Cure = at => {
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
