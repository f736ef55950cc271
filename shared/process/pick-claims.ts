import type { Claim, Line } from '../catalogue.ts'
import { keyOf } from '../ledger/stock.ts'
import type { HoldChange } from '../ledger/effects.ts'
import type { Address } from '../ledger/stock.ts'
import { commandText } from '../ledger/world.ts'
import type { View } from '../ledger/world.ts'
import type { CommandKey, CommandOf } from '../sync/command.ts'
import { isMobile } from './pick-lines.ts'

export const isAt = (claim: Claim, at: Address, lot: string, serial: string): boolean =>
  claim.location === at.location &&
  claim.lpn === at.lpn &&
  claim.status === at.status &&
  claim.lot === lot &&
  claim.serial === serial

export const sumOf = (claims: readonly Claim[]): number => claims.reduce((sum, claim) => sum + claim.qty, 0)

export const withClaim = (claims: readonly Claim[], added: Claim): Claim[] => {
  if (added.qty <= 0) return [...claims]
  const same = claims.find(claim => isAt(claim, added, added.lot, added.serial))
  return same === undefined
    ? [...claims, added]
    : claims.map(claim => (claim === same ? { ...claim, qty: claim.qty + added.qty } : claim))
}

/** Takes up to `qty` off the fitting claims, in their order. */
export const release = (
  claims: readonly Claim[],
  qty: number,
  fits: (claim: Claim) => boolean,
): { claims: Claim[]; freed: Claim[] } => {
  const left: Claim[] = []
  const freed: Claim[] = []
  let rest = qty
  for (const claim of claims) {
    const n = fits(claim) ? Math.min(rest, claim.qty) : 0
    rest -= n
    if (n > 0) freed.push({ ...claim, qty: n })
    if (claim.qty > n) left.push({ ...claim, qty: claim.qty - n })
  }
  return { claims: left, freed }
}

/** Commands whose undo is so long ago that nobody asks for it any more are forgotten. */
const REMEMBERED = 20

/** What a command takes of a line's reservations is written into the line, so that its undo can give it back. */
export const remembered = (line: Line, freed: readonly Claim[], by: CommandKey): Line =>
  freed.length === 0
    ? line
    : {
        ...line,
        released: [...(line.released ?? []), ...freed.map(claim => ({ ...claim, by: commandText(by) }))].slice(
          -REMEMBERED,
        ),
      }

/** What a short puts on hold is written into the line that reports it: later shorts of the row keep their own share. */
export const rememberedHolds = (line: Line, holds: readonly HoldChange[], by: CommandKey): Line =>
  holds.length === 0
    ? line
    : {
        ...line,
        held: [...(line.held ?? []), ...holds.map(hold => ({ ...hold, by: commandText(by) }))].slice(-REMEMBERED),
      }

export type Moved = {
  claims: readonly Claim[]
  /** How much came off the very row that was picked from. */
  exact: number
  /** What the line let go of on other rows of the place: another lot, serial or pallet was taken. */
  swapped: readonly Claim[]
  /** What it let go of on other shelves, because it has enough. */
  excess: readonly Claim[]
}

/**
 * A reservation follows the goods. What the line still wanted leaves the row that was picked from, else another row of the
 * same place (flows 4.2), and stays reserved in the tote. What a finished line holds elsewhere on shelves becomes free.
 */
export const moveClaims = (line: Line, c: CommandOf<'pick'>, view: View): Moved => {
  const room = Math.max(0, Math.min(c.qty, line.wanted - line.done))
  const exact = release(line.claims, room, claim => isAt(claim, c.from, c.lot, c.serial))
  const taken = sumOf(exact.freed)
  const swap = release(exact.claims, room - taken, claim => claim.location === c.from.location)
  const onShelf = (claim: Claim): boolean => !isMobile(view, claim.location)
  const open = Math.max(0, line.wanted - line.done - c.qty)
  const excess = Math.max(0, sumOf(swap.claims.filter(onShelf)) - open)
  const rest = release(swap.claims, excess, onShelf)
  const inTote: Claim = { ...c.to, lot: c.lot, serial: c.serial, qty: room }
  return { claims: withClaim(rest.claims, inTote), exact: taken, swapped: swap.freed, excess: rest.freed }
}

/**
 * Other lines that had reserved what was picked get what the picker's line let go of in exchange, as far as that goes, those
 * that nobody has begun first. The on-hand never changes by a swap.
 */
export const swapOthers = (view: View, c: CommandOf<'pick'>, moved: Moved, by: CommandKey): Line[] => {
  const key = keyOf({ ...c, ...c.from })
  const row = view.stock(key)
  let short = Math.max(0, row.reserved - moved.exact - Math.max(0, row.onHand - c.qty))
  let offers = moved.swapped
  const changed: Line[] = []
  const claiming = view
    .linesClaiming(key)
    .filter(line => line.id !== c.line && line.state === 'open')
    .sort((a, b) => Number(a.done > 0) - Number(b.done > 0))
  for (const line of short > 0 && offers.length > 0 ? claiming : []) {
    const mine = release(line.claims, Math.min(short, sumOf(offers)), claim => isAt(claim, c.from, c.lot, c.serial))
    const n = sumOf(mine.freed)
    if (n === 0) continue
    const given = release(offers, n, () => true)
    offers = given.claims
    short -= n
    const after = { ...line, claims: given.freed.reduce<Claim[]>(withClaim, mine.claims) }
    changed.push(remembered(after, mine.freed, by))
  }
  return changed
}
