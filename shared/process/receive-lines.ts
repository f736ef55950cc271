import type { Line } from '../catalogue.ts'
import { derivedId, NO_LPN } from '../ids.ts'
import type { LpnId } from '../ids.ts'
import type { View } from '../ledger/world.ts'
import type { Act } from '../sync/act.ts'
import type { CommandKey } from '../sync/command.ts'

type Received = Extract<Act, { type: 'receive' }>
type Rejected = Extract<Act, { type: 'reject' }>

/**
 * Lines of a delivery that goods may count on: those announced on their pallet, where there are any; loose goods leave the
 * lines of pallets alone as long as another one is there. Lines of the same lot come first.
 */
const linesFor = (view: View, act: Received | Rejected, lpn: LpnId): readonly Line[] => {
  const own = view
    .linesOf(act.document)
    .filter(line => line.item === act.item && line.client === act.client && line.state !== 'cancelled')
  const onPallet = lpn === NO_LPN ? [] : own.filter(line => line.lpn === lpn)
  const free = own.filter(line => !line.lpn)
  const fitting = onPallet.length > 0 ? onPallet : free.length > 0 ? free : own
  const rank = (line: Line): number => (!line.lot || act.lot === '' ? 1 : line.lot === act.lot ? 0 : 2)
  return [...fitting].sort((a, b) => rank(a) - rank(b))
}

/** Fills the open lines of the item in their order; what is over stays with the last one. No line = a new, unexpected one. */
export const filled = (view: View, c: Received, key: CommandKey): Line[] => {
  const own = linesFor(view, c, c.to.lpn)
  const open = own.filter(line => line.done < line.wanted)
  const last = open.at(-1) ?? own.at(-1)
  if (last === undefined) return [{ ...unexpected(view, c, key), done: c.qty }]
  const changed: Line[] = []
  let rest = c.qty
  for (const line of open) {
    const n = line.id === last.id ? rest : Math.min(rest, line.wanted - line.done)
    if (n > 0) changed.push(grown(line, n))
    rest -= n
  }
  return open.length === 0 ? [grown(last, rest)] : changed
}

const grown = (line: Line, n: number): Line => {
  const done = line.done + n
  return { ...line, done, state: line.wanted > 0 && done >= line.wanted ? 'done' : line.state }
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

/** The lines want their goods again, the one that took some last first. */
export const shrunk = (view: View, act: Received): Line[] => {
  const own = linesFor(view, act, act.to.lpn)
    .filter(line => line.done > 0)
    .reverse()
  const changed: Line[] = []
  let rest = act.qty
  for (const line of own) {
    const n = Math.min(rest, line.done)
    if (n === 0) break
    rest -= n
    const done = line.done - n
    // A row that the delivery never named is gone with its goods.
    const isGone = line.source === null && done === 0 && !line.rejected
    changed.push({ ...line, done, state: isGone ? 'cancelled' : line.state === 'done' ? 'open' : line.state })
  }
  return changed
}

/** What was refused is written on the first line that still wants the goods, with the reason. Nothing is received. */
export const refusedOn = (view: View, c: Rejected, key: CommandKey): Line => {
  const own = linesFor(view, c, NO_LPN)
  const line = own.find(one => one.done + (one.rejected ?? 0) < one.wanted) ?? own.at(-1) ?? unexpected(view, c, key)
  return { ...line, rejected: (line.rejected ?? 0) + c.qty, reason: c.reason }
}

export const refusedNoMore = (view: View, act: Rejected): Line[] => {
  const line = linesFor(view, act, NO_LPN)
    .filter(one => (one.rejected ?? 0) >= act.qty)
    .at(-1)
  if (line === undefined) return []
  const rejected = (line.rejected ?? 0) - act.qty
  const isGone = line.source === null && line.done === 0 && rejected === 0
  const reason = rejected > 0 ? line.reason : line.source === null ? 'UNEXPECTED' : null
  return [{ ...line, rejected, reason, state: isGone ? 'cancelled' : line.state }]
}
