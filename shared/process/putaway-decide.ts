import type { Line, Task } from '../catalogue.ts'
import { NO_LPN } from '../ids.ts'
import type { LineId } from '../ids.ts'
import type { Effects } from '../ledger/effects.ts'
import { NOTHING } from '../ledger/effects.ts'
import { allocate } from '../ledger/reservation.ts'
import { keyOf } from '../ledger/stock.ts'
import type { StockKey } from '../ledger/stock.ts'
import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'
import type { Act } from '../sync/act.ts'
import type { Command, CommandKey, CommandOf } from '../sync/command.ts'
import { carried } from './carry.ts'
import { movedLoose, movedPallet, undoMove, unknownMove } from './move-decide.ts'
import type { CommandTimes, UndoAt } from './process.ts'
import { putawayDone, putawayTask } from './putaway-task.ts'
import { foundAgain, shortedRow } from './short-row.ts'
import { leavesFrom, todayAt } from './shelf-life.ts'

export const decidePutaway = (view: View, c: Command, key: CommandKey, times: CommandTimes): Effects => {
  switch (c.type) {
    case 'putaway':
      return movedLoose(view, c, key, times)
    case 'lpn.move': {
      const stolen = reReserved(view, c, times)
      const moved = movedPallet(view, c, key, times, new Set(stolen.map(line => line.id)))
      return { ...moved, lines: [...moved.lines, ...stolen] }
    }
    case 'short':
      return c.damaged === undefined ? shortedRow(view, c, key, times) : broken(view, c, c.damaged, times)
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
        notExpiringBefore: leavesFrom(view.policies, item, todayAt(view, times.at)),
      })
      if (claims.reduce((sum, claim) => sum + claim.qty, 0) < qty) continue
      changed.set(line.id, { ...now, claims: [...now.claims.filter(claim => claim.lpn !== c.lpn), ...claims] })
    }
  return [...changed.values()]
}

/** Broken pieces stay where they stand, off the pallet of good ones, as goods that wait for a place of their own. */
const broken = (view: View, c: CommandOf<'short'>, qty: number, times: CommandTimes): Effects => {
  const to = brokenOf(c)
  return {
    ...NOTHING,
    ...carried(view, { ...c, to, qty }, times),
    tasks: [...putawayDone(view, keyOf({ ...c, ...c.from }), qty), ...waitsAgain(view, keyOf({ ...c, ...to }))],
  }
}

type Short = Extract<Act, { type: 'short' }>
const brokenOf = ({ from }: Pick<Short, 'from'>): Short['from'] => ({ ...from, lpn: NO_LPN, status: 'damaged' })

const waitsAgain = (view: View, row: StockKey): readonly Task[] => {
  const task = putawayTask(view, row)
  return task === null ? [] : [task]
}

/** Goods that come back wait to be put away again; a place that was called full by mistake takes goods again. */
export const undoPutaway = (view: View, act: Act, at: UndoAt): Effects => {
  switch (act.type) {
    case 'full': {
      const place = view.location(act.place)
      return place === undefined ? NOTHING : { ...NOTHING, locations: [{ ...place, full: false }] }
    }
    case 'short': {
      if (act.damaged === undefined) return foundAgain(view, act, at.of, 'ready')
      const from = brokenOf(act)
      return {
        ...NOTHING,
        ...carried(view, { ...act, from, to: act.from, qty: act.damaged }, at.times),
        tasks: [
          ...putawayDone(view, keyOf({ ...act, ...from }), act.damaged),
          ...waitsAgain(view, keyOf({ ...act, ...act.from })),
        ],
      }
    }
    case 'putaway':
      return { ...undoMove(view, act, at), tasks: waitsAgain(view, keyOf({ ...act, ...act.from })) }
    case 'lpn.move': {
      const row = view.stockOn(act.lpn).find(one => one.onHand > 0)
      const tasks = row === undefined ? [] : waitsAgain(view, keyOf({ ...row, location: act.fromPlace }))
      return { ...undoMove(view, act, at), tasks }
    }
    default:
      return undoMove(view, act, at)
  }
}

export const unknownPutaway = (view: View, c: Command): 'target' | 'other' | null =>
  c.type === 'full' ? (view.location(c.place) === undefined ? 'other' : null) : unknownMove(view, c)
