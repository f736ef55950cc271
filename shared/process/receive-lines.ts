import type { Line } from '../catalogue.ts'
import { derivedId, NO_LPN } from '../ids.ts'
import type { LpnId } from '../ids.ts'
import type { View } from '../ledger/world.ts'
import type { Act } from '../sync/act.ts'
import type { CommandKey } from '../sync/command.ts'
import { lpnId } from './lpn.ts'
import { restOf } from './receive-asn.ts'
import { statusAtDock } from './receive-status.ts'

type Received = Extract<Act, { type: 'receive' }>
type Rejected = Extract<Act, { type: 'reject' }>
type Goods = Pick<Received, 'client' | 'item' | 'lot'>
type Room = (line: Line) => number
type Part = { line: Line; n: number }

/** The pallet that the goods came on: broken and refused ones do not stand on it, but are a part of what was announced. */
export const cameOn = (view: View, act: Received | Rejected): LpnId => {
  if (act.type === 'receive' && act.to.lpn !== NO_LPN) return act.to.lpn
  return act.label === undefined ? NO_LPN : lpnId(view.warehouse, act.label)
}

const rankOf = (line: Line, lot: string): number => (!line.lot || lot === '' ? 1 : line.lot === lot ? 0 : 2)

const linesOfItem = (lines: readonly Line[], goods: Goods): readonly Line[] =>
  lines.filter(line => line.item === goods.item && line.client === goods.client && line.state !== 'cancelled')

/**
 * Lines of a delivery that goods may count on: those announced on their pallet, where there are any; loose goods leave the
 * lines of pallets alone as long as another one is there. Lines of the same lot come first.
 */
const linesFor = (lines: readonly Line[], goods: Goods, lpn: LpnId): readonly Line[] => {
  const own = linesOfItem(lines, goods)
  const onPallet = lpn === NO_LPN ? [] : own.filter(line => line.lpn === lpn)
  const free = own.filter(line => !line.lpn)
  const fitting = onPallet.length > 0 ? onPallet : free.length > 0 ? free : own
  return [...fitting].sort((a, b) => rankOf(a, goods.lot) - rankOf(b, goods.lot))
}

/** Shared out over the lines in their order, by each kind of room after the other; what is over stays with the last open one. */
const spread = (own: readonly Line[], qty: number, rooms: readonly Room[]): Part[] => {
  const last = own.filter(line => rooms.some(room => room(line) > 0)).at(-1) ?? own.at(-1)
  const parts = own.map(line => ({ line, n: 0 }))
  let rest = qty
  for (const room of rooms)
    for (const part of parts) {
      const n = Math.min(rest, Math.max(0, room(part.line) - part.n))
      part.n += n
      rest -= n
    }
  return parts.map(({ line, n }) => ({ line, n: line === last ? n + rest : n })).filter(part => part.n > 0)
}

/** Taken off the lines again, the one that took some last first; lines of another lot only when the others have no more. */
const drawn = (own: readonly Line[], lot: string, qty: number, has: Room): Part[] => {
  let rest = qty
  const isOther = (line: Line): number => (rankOf(line, lot) === 2 ? 1 : 0)
  return [...own]
    .reverse()
    .sort((a, b) => isOther(a) - isOther(b))
    .flatMap(line => {
      const n = Math.min(rest, has(line))
      rest -= n
      return n > 0 ? [{ line, n }] : []
    })
}

const done: Room = line => line.done
const looseOf: Room = line => line.loose ?? 0
/** What a label may take from a line: all of one that is no pallet's own, of a pallet's only what does not stand on it. */
const gatherable: Room = line => (line.lpn ? looseOf(line) : line.done)
const refused: Room = line => line.rejected ?? 0
/** What was refused at the dock may come again: only when nothing else is open it is what goods are counted on. */
const OPEN: readonly Room[] = [restOf, line => line.wanted - line.done]

const grown = ({ line, n }: Part): Line => {
  const now = line.done + n
  return { ...line, done: now, state: line.wanted > 0 && now >= line.wanted ? 'done' : line.state }
}

const lessened = ({ line, n }: Part): Line => {
  const now = line.done - n
  // A row that the delivery never named is gone with its goods.
  const isGone = line.source === null && now === 0 && !line.rejected
  return { ...line, done: now, state: isGone ? 'cancelled' : line.state === 'done' ? 'open' : line.state }
}

/** Counted on a pallet's line these pieces stand loose (n > 0), or do so no more. */
const loosened = (line: Line, n: number): Line => {
  const loose = Math.min(line.done, Math.max(0, looseOf(line) + n))
  return line.lpn && loose !== looseOf(line) ? { ...line, loose } : line
}

/** Good goods without a label, which the next label may gather; what was put aside is never gathered. */
const isLoose = (view: View, act: Received): boolean => {
  const item = view.item(act.item)
  return cameOn(view, act) === NO_LPN && (item === undefined || act.to.status === statusAtDock(view, item))
}

/** Fills the open lines of the item in their order; what is over stays with the last one. No line = a new, unexpected one. */
export const filled = (view: View, c: Received, key: CommandKey): Line[] => {
  const own = linesFor(view.linesOf(c.document), c, cameOn(view, c))
  if (own.length === 0) return [{ ...unexpected(view, c, key), done: c.qty }]
  const loose = isLoose(view, c)
  return spread(own, c.qty, OPEN).map(part => loosened(grown(part), loose ? part.n : 0))
}

const unexpected = (view: View, c: Received | Rejected, key: CommandKey): Line => ({
  id: derivedId('line', key.device, key.epoch, key.seq),
  document: c.document,
  client: c.client,
  item: c.item,
  source: null,
  no: view.linesOf(c.document).length + 1,
  wanted: 0,
  done: 0,
  state: 'open',
  claims: [],
  reason: 'UNEXPECTED',
})

/** The lines want their goods again; where a label has taken them over meanwhile, those of its pallet do. */
export const shrunk = (view: View, act: Received): Line[] => {
  const lines = view.linesOf(act.document)
  const own = linesFor(lines, act, cameOn(view, act))
  const first = drawn(own, act.lot, act.qty, done)
  const rest = act.qty - sumOf(first)
  const others = linesOfItem(lines, act).filter(line => !own.includes(line))
  const loose = isLoose(view, act)
  return [...first, ...drawn(others, act.lot, rest, done)].map(part => loosened(lessened(part), loose ? -part.n : 0))
}

const sumOf = (parts: readonly Part[]): number => parts.reduce((sum, part) => sum + part.n, 0)

/**
 * Goods that were counted loose go onto a pallet: they count on what was announced on it from now on, where something of
 * them was. Those that were counted on its lines from the beginning stay there.
 */
export const countedOnto = (lines: readonly Line[], goods: Goods & { qty: number }, lpn: LpnId): Line[] => {
  const own = linesFor(lines, goods, lpn)
  if (own.every(line => line.lpn !== lpn)) return []
  const kept = drawn(own, goods.lot, goods.qty, looseOf)
  const elsewhere = linesFor(lines, goods, NO_LPN).filter(line => line.lpn !== lpn)
  const taken = drawn(elsewhere, goods.lot, goods.qty - sumOf(kept), gatherable)
  const standing = own.map(line => loosened(line, -partOf(kept, line)))
  const put = spread(standing, sumOf(taken), OPEN)
  const here = standing.map(line => (partOf(put, line) > 0 ? grown({ line, n: partOf(put, line) }) : line))
  return [...taken.map(part => loosened(lessened(part), -part.n)), ...here.filter(line => !own.includes(line))]
}

const partOf = (parts: readonly Part[], { id }: Line): number => parts.find(({ line }) => line.id === id)?.n ?? 0

/** Off the pallet again: the goods count on the lines of loose goods, where there are any, else as loose ones on its own. */
export const countedLoose = (lines: readonly Line[], goods: Goods & { qty: number }, lpn: LpnId): Line[] => {
  const own = linesFor(lines, goods, lpn)
  const free = linesFor(lines, goods, NO_LPN).filter(line => !line.lpn)
  if (own.every(line => line.lpn !== lpn)) return []
  if (free.length === 0)
    return drawn(own, goods.lot, goods.qty, line => line.done - looseOf(line)).map(({ line, n }) => loosened(line, n))
  const taken = drawn(own, goods.lot, goods.qty, done)
  return [...taken.map(part => loosened(lessened(part), 0)), ...spread(free, sumOf(taken), OPEN).map(grown)]
}

/** What was refused, by reason in the order of the last refusal; an earlier version has written one reason for all. */
const refusalsOf = ({ refusals, rejected, reason }: Line): NonNullable<Line['refusals']> =>
  refusals ?? (rejected ? [{ reason: reason ?? '', qty: rejected }] : [])

/** What was refused is written on the lines that still want the goods, with the reason. Nothing is received. */
export const refusedOn = (view: View, c: Rejected, key: CommandKey): Line[] => {
  const own = linesFor(view.linesOf(c.document), c, cameOn(view, c))
  const parts = own.length === 0 ? [{ line: unexpected(view, c, key), n: c.qty }] : spread(own, c.qty, [restOf])
  return parts.map(({ line, n }) => {
    const before = refusalsOf(line)
    const same = before.find(one => one.reason === c.reason)?.qty ?? 0
    const refusals = [...before.filter(one => one.reason !== c.reason), { reason: c.reason, qty: same + n }]
    return { ...line, rejected: refused(line) + n, reason: c.reason, refusals }
  })
}

/** What was refused for this reason is wanted again; the line keeps the reason of what is refused of it still. */
export const refusedNoMore = (view: View, act: Rejected): Line[] => {
  const own = linesFor(view.linesOf(act.document), act, cameOn(view, act))
  // An earlier version has not written down which reasons there were.
  const reasonOf = (line: Line): string => (line.refusals === undefined ? (line.reason ?? '') : act.reason)
  const of: Room = line => refusalsOf(line).find(one => one.reason === reasonOf(line))?.qty ?? 0
  return drawn(own, act.lot, act.qty, of).map(({ line, n }) => {
    const refusals = refusalsOf(line)
      .map(one => (one.reason === reasonOf(line) ? { ...one, qty: one.qty - n } : one))
      .filter(one => one.qty > 0)
    const isOfNobody = line.source === null
    const isGone = isOfNobody && line.done === 0 && refusals.length === 0
    const reason = refusals.at(-1)?.reason ?? (isOfNobody ? 'UNEXPECTED' : null)
    return { ...line, rejected: refused(line) - n, refusals, reason, state: isGone ? 'cancelled' : line.state }
  })
}
