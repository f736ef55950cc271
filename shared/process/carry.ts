import type { Claim, Line } from '../catalogue.ts'
import type { LineId, LocationId, LpnId } from '../ids.ts'
import type { Effects } from '../ledger/effects.ts'
import type { Address, Goods, Movement } from '../ledger/stock.ts'
import { keyOf } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import { isAt, withClaim } from './pick-claims.ts'
import type { CommandTimes } from './process.ts'

export type Carried = Pick<Effects, 'movements' | 'lines'>

/**
 * Loose goods on their way from one address to another. What stays behind serves the lines that have reserved there first;
 * the rest of their reservation goes along with the goods, unless those end where nobody may take them: then the books
 * say that the reservation is broken.
 */
export const carried = (
  view: View,
  move: Goods & { from: Address; to: Address; qty: number },
  times: CommandTimes,
): Carried => {
  const { client, item, lot, serial, from, to, qty } = move
  const movement: Movement = { client, item, lot, serial, from, to, qty, ...times }
  const row = view.stock(keyOf({ ...move, ...from }))
  const left = Math.max(0, row.onHand - qty)
  const along = Math.min(qty, Math.max(0, row.reserved - left))
  const lines = new Map<LineId, Line>()
  if (to.status === 'available') shift(view, lines, movement, along)
  return { movements: [movement], lines: [...lines.values()] }
}

/** Everything on a pallet, from wherever the books have it, with all that is reserved of it. */
export const carriedPallet = (
  view: View,
  lpn: LpnId,
  to: LocationId,
  times: CommandTimes,
  freed: ReadonlySet<LineId> = new Set(),
): Carried => {
  const lines = new Map<LineId, Line>()
  const movements = view
    .stockOn(lpn)
    .filter(row => row.onHand > 0 && row.location !== to)
    .map(({ client, item, lot, serial, location, status, onHand, reserved }): Movement => {
      const from = { location, lpn, status }
      const movement = { client, item, lot, serial, from, to: { location: to, lpn, status }, qty: onHand, ...times }
      shift(view, lines, movement, reserved, freed)
      return movement
    })
  return { movements, lines: [...lines.values()] }
}

/** Claims on the row that goods leave move to the row where they arrive; lines that nobody has begun go first. */
const shift = (
  view: View,
  lines: Map<LineId, Line>,
  m: Movement,
  qty: number,
  freed: ReadonlySet<LineId> = new Set(),
): void => {
  const claiming = view
    .linesClaiming(keyOf({ ...m, ...m.from }))
    .filter(line => !freed.has(line.id))
    .map(line => lines.get(line.id) ?? line)
  let rest = qty
  for (const line of claiming.sort((a, b) => Number(a.done > 0) - Number(b.done > 0))) {
    const claim = line.claims.find(one => isAt(one, m.from, m.lot, m.serial))
    const n = Math.min(rest, claim?.qty ?? 0)
    if (claim === undefined || n === 0) continue
    rest -= n
    const left = line.claims.flatMap((one): Claim[] =>
      one !== claim ? [one] : one.qty > n ? [{ ...one, qty: one.qty - n }] : [],
    )
    lines.set(line.id, { ...line, claims: withClaim(left, { ...m.to, lot: m.lot, serial: m.serial, qty: n }) })
  }
}
