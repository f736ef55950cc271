import { NO_LPN } from '../ids.ts'
import type { LineId } from '../ids.ts'
import type { Effects, ExceptionDraft } from '../ledger/effects.ts'
import { NOTHING } from '../ledger/effects.ts'
import type { Address, Movement } from '../ledger/stock.ts'
import { keyOf, stockKeyText } from '../ledger/stock.ts'
import { virtualLocation } from '../ledger/world.ts'
import type { View } from '../ledger/world.ts'
import { policyFor } from '../policy.ts'
import type { Act } from '../sync/act.ts'
import type { Command, CommandKey } from '../sync/command.ts'
import { carried, carriedPallet } from './carry.ts'
import { contradiction } from './contradiction.ts'
import { newPallet } from './lpn.ts'
import { placeTrouble } from './place-rules.ts'
import type { CommandTimes, UndoAt } from './process.ts'
import { putawayDone } from './putaway-task.ts'

type ActOf<T extends Act['type']> = Extract<Act, { type: T }>

/** What moving books. The goods are there already: a place that forbids them, or books that lack them, become exceptions. */
export const decideMove = (view: View, c: Command, key: CommandKey, times: CommandTimes): Effects => {
  switch (c.type) {
    case 'move':
      return movedLoose(view, c, key, times)
    case 'lpn.move':
      return movedPallet(view, c, key, times)
    case 'status':
      return { ...NOTHING, ...carried(view, c, times) }
    case 'scrap':
      return scrapped(view, c, key, times)
    case 'park': {
      const mobile = view.location(c.mobile)
      return mobile === undefined ? NOTHING : { ...NOTHING, locations: [{ ...mobile, parent: c.place }] }
    }
    default:
      return NOTHING
  }
}

/** Also for put-away, replenish and put-back, which move loose goods by rules of their own. */
export const movedLoose = (view: View, c: ActOf<'move' | 'putaway'>, key: CommandKey, times: CommandTimes): Effects => {
  const isSame = c.from.location === c.to.location && c.from.lpn === c.to.lpn && c.from.status === c.to.status
  return {
    ...NOTHING,
    ...(isSame ? {} : carried(view, c, times)),
    lpns: newPallet(view, c.client, c.to.lpn, c.label),
    tasks: isSame ? [] : putawayDone(view, keyOf({ ...c, ...c.from }), c.qty),
    exceptions: forbidden(view, [c], key),
  }
}

/** Also for put-away and for a count that finds a pallet in another place. */
export const movedPallet = (
  view: View,
  c: ActOf<'lpn.move'>,
  key: CommandKey,
  times: CommandTimes,
  /** Lines that have let go of the pallet already. */
  freed: ReadonlySet<LineId> = new Set(),
): Effects => {
  const rows = view.stockOn(c.lpn).filter(row => row.onHand > 0)
  const stray = rows.find(row => row.location !== c.fromPlace && row.location !== c.toPlace)
  const moved = carriedPallet(view, c.lpn, c.toPlace, times, freed)
  const body = { lpn: c.lpn, label: c.label, said: c.fromPlace, books: stray?.location ?? null, to: c.toPlace }
  return {
    ...NOTHING,
    ...moved,
    lpns: newPallet(view, c.client, c.lpn, c.label),
    tasks: rows[0] === undefined ? [] : putawayDone(view, keyOf(rows[0]), Infinity),
    exceptions: [
      ...forbidden(view, moved.movements, key),
      ...(stray === undefined ? [] : [contradiction(key, 'moved_twice', c.lpn, body)]),
      ...(rows.length > 0 ? [] : [contradiction(key, 'lpn_elsewhere', c.lpn, body)]),
    ],
  }
}

type Leg = Pick<Movement, 'client' | 'item' | 'lot' | 'serial'> & { to: Address }

/** Goods that stand where the rules of the place forbid it. */
export const forbidden = (view: View, legs: readonly Leg[], key: CommandKey): ExceptionDraft[] => {
  for (const leg of legs) {
    const item = view.item(leg.item)
    const trouble = item === undefined ? null : placeTrouble(view, item, leg, leg.to)
    if (trouble !== null) {
      const subject = stockKeyText(keyOf({ ...leg, ...leg.to }))
      return [contradiction(key, 'forbidden_place', subject, { ...leg, trouble })]
    }
  }
  return []
}

/** Above what the worker may decide the goods are only blocked; a supervisor scraps them or frees them again. */
const scrapped = (view: View, c: ActOf<'scrap'>, key: CommandKey, times: CommandTimes): Effects => {
  const limit = policyFor(view.policies, c.client).scrap.approveAbove
  if (limit === null || c.qty <= limit || c.from.status === 'blocked')
    return { ...NOTHING, ...carried(view, { ...c, to: scrapOf(view) }, times) }
  const subject = stockKeyText(keyOf({ ...c, ...c.from }))
  const body = { ...keyOf({ ...c, ...c.from }), qty: c.qty, reason: c.reason, limit }
  return {
    ...NOTHING,
    ...carried(view, { ...c, to: { ...c.from, status: 'blocked' } }, times),
    exceptions: [contradiction(key, 'scrap_pending', subject, body)],
  }
}

const scrapOf = (view: View): Address => ({
  location: virtualLocation(view.warehouse, 'scrap'),
  lpn: NO_LPN,
  status: 'available',
})

/** The goods go back where they came from, with what is reserved of them. */
export const undoMove = (view: View, act: Act, { times }: UndoAt): Effects => {
  switch (act.type) {
    case 'move':
    case 'putaway':
    case 'status':
      return { ...NOTHING, ...carried(view, { ...act, from: act.to, to: act.from }, times) }
    case 'lpn.move':
      return { ...NOTHING, ...carriedPallet(view, act.lpn, act.fromPlace, times) }
    case 'scrap': {
      const limit = policyFor(view.policies, act.client).scrap.approveAbove
      const wasBlocked = limit !== null && act.qty > limit && act.from.status !== 'blocked'
      const from: Address = wasBlocked ? { ...act.from, status: 'blocked' } : scrapOf(view)
      return { ...NOTHING, ...carried(view, { ...act, from, to: act.from }, times) }
    }
    case 'park': {
      const mobile = view.location(act.mobile)
      return mobile === undefined ? NOTHING : { ...NOTHING, locations: [{ ...mobile, parent: null }] }
    }
    default:
      return NOTHING
  }
}

/** Where goods went must be a place that is known; a pallet needs both, for its books may be empty. */
export const unknownMove = (view: View, c: Command): 'target' | 'other' | null => {
  switch (c.type) {
    case 'move':
    case 'putaway':
      return view.location(c.to.location) === undefined ? 'target' : null
    case 'status':
      return c.to.location === c.from.location && c.to.lpn === c.from.lpn ? null : 'other'
    case 'lpn.move':
      return view.location(c.toPlace) === undefined ? 'other' : null
    case 'park':
      return view.location(c.mobile) === undefined || view.location(c.place) === undefined ? 'other' : null
    default:
      return null
  }
}
