import type { Line } from '../catalogue.ts'
import type { LineId } from '../ids.ts'
import type { Effects } from '../ledger/effects.ts'
import { NOTHING } from '../ledger/effects.ts'
import { allocate } from '../ledger/reservation.ts'
import { keyOf } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'
import type { Act } from '../sync/act.ts'
import type { Command, CommandKey } from '../sync/command.ts'
import { countCalledOff, countTask } from './count-task.ts'
import { movedLoose, movedPallet, undoMove, unknownMove } from './move-decide.ts'
import type { CommandTimes, UndoAt } from './process.ts'
import { leavesFrom } from './shelf-life.ts'

export const decidePutaway = (view: View, c: Command, key: CommandKey, times: CommandTimes): Effects => {
  switch (c.type) {
    case 'putaway':
      return movedLoose(view, c, key, times)
    case 'lpn.move': {
      const stolen = reReserved(view, c, times)
      const moved = movedPallet(view, c, key, times, new Set(stolen.map(line => line.id)))
      return { ...moved, lines: [...moved.lines, ...stolen] }
    }
    case 'count.request': {
      const { client, place, only, cause } = c
      return { ...NOTHING, tasks: countTask(view, key, { client, place, item: only, cause }) }
    }
    case 'full': {
      const place = view.location(c.place)
      return place === undefined ? NOTHING : { ...NOTHING, locations: [{ ...place, full: true }] }
    }
    default:
      return NOTHING
  }
}

/**
 * Orders that nobody has begun and that had reserved goods of the pallet take other stock where there is enough (policy
 * `putaway.steal`, example C), so that a picker need not look for a pallet on its way. Else the reservation goes along.
 */
const reReserved = (view: View, c: Extract<Act, { type: 'lpn.move' }>, times: CommandTimes): readonly Line[] => {
  if (!policyFor(view.policies, c.client).putaway.steal) return []
  const changed = new Map<LineId, Line>()
  for (const row of view.stockOn(c.lpn))
    for (const line of view.linesClaiming(keyOf(row))) {
      const now = changed.get(line.id) ?? line
      const item = view.item(line.item)
      const here = now.claims.filter(claim => claim.lpn === c.lpn)
      if (item === undefined || line.done > 0 || here.length === 0) continue
      const qty = here.reduce((sum, claim) => sum + claim.qty, 0)
      const claims = allocate({
        item,
        qty,
        rows: view.stockOf(line.client, line.item).filter(one => one.lpn !== c.lpn),
        lot: one => view.lot(one.client, one.item, one.lot),
        location: one => view.location(one.location),
        notExpiringBefore: leavesFrom(view.policies, item, times.at),
      })
      if (claims.reduce((sum, claim) => sum + claim.qty, 0) < qty) continue
      changed.set(line.id, { ...now, claims: [...now.claims.filter(claim => claim.lpn !== c.lpn), ...claims] })
    }
  return [...changed.values()]
}

/** A place that was called full by mistake takes goods again. */
export const undoPutaway = (view: View, act: Act, at: UndoAt): Effects => {
  if (act.type === 'count.request') return { ...NOTHING, tasks: countCalledOff(view, at.of) }
  if (act.type !== 'full') return undoMove(view, act, at)
  const place = view.location(act.place)
  return place === undefined ? NOTHING : { ...NOTHING, locations: [{ ...place, full: false }] }
}

export const unknownPutaway = (view: View, c: Command): 'target' | 'other' | null =>
  c.type === 'full' || c.type === 'count.request'
    ? view.location(c.place) === undefined
      ? 'other'
      : null
    : unknownMove(view, c)
