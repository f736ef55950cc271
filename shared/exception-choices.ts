import { EXCEPTIONS } from './exception.ts'
import type { ExceptionKind } from './exception.ts'

export const KINDS = Object.keys(EXCEPTIONS).filter((kind): kind is ExceptionKind => kind in EXCEPTIONS)

/** How a person may settle what contradicts the books, the proposed choice first; empty = it ends with the count it belongs to. */
export const CHOICES: Readonly<Record<ExceptionKind, readonly string[]>> = {
  over_receipt: ['accept', 'return', 'block'],
  unexpected_item: ['accept', 'return', 'block'],
  asn_difference: ['accept', 'count'],
  late_line: ['accept', 'return', 'block'],
  short_life: ['accept', 'return', 'block'],
  lot_date: ['correct', 'newLot', 'block'],
  lot_blocked: ['putBack', 'note'],
  unknown_code: ['link', 'note'],
  help_wanted: ['note'],
  negative_stock: ['count', 'note'],
  serial_twice: ['count', 'move'],
  picked_twice: ['putBack', 'note'],
  over_pick: ['putBack', 'note'],
  wrong_lot: ['accept', 'repick'],
  lot_swapped_late: ['accept', 'repick'],
  fefo_broken: ['accept', 'repick'],
  not_available: ['putBack', 'release', 'scrap'],
  reservation_broken: ['elsewhere', 'moveBack', 'short'],
  tote_conflict: ['split', 'note'],
  forbidden_place: ['move', 'allow'],
  not_in_order: ['putBack', 'add', 'note'],
  late_after_count: [],
  order_unknown: [],
  moved_twice: ['count', 'move'],
  lpn_elsewhere: ['count', 'move'],
  over_return: ['accept', 'block'],
  wrong_serial_returned: ['accept', 'block'],
  not_shipped: ['match', 'blindReturn', 'block', 'note'],
  scrap_pending: ['accept', 'release'],
  undo_late: ['count', 'note'],
  count_variance: [],
  pack_mismatch: ['count', 'accept'],
  device_silent: ['count', 'note'],
  order_cancelled: ['putBack', 'note'],
  order_changed: ['pickRest', 'putBack', 'keep'],
  hold_ignored: ['callBack', 'goOn', 'note'],
  short_pick: ['elsewhere', 'count', 'short', 'note'],
  other_client: ['rebook', 'note'],
  role_missing: ['note', 'accept'],
  lease_lost: ['note', 'accept'],
  quarantined: ['repair', 'note'],
  storage_lost: ['count', 'close'],
  movements_missing: ['count', 'close'],
  rescued: ['note'],
  device_lost: ['note'],
  device_forked: ['revoke', 'review'],
  clock_wrong: ['note'],
}

/** Master data and the ERP's affairs: the integrator settles these, too. */
export const INTEGRATOR_KINDS: ReadonlySet<ExceptionKind> = new Set(['unknown_code', 'order_changed', 'quarantined'])
export const EXCEPTION_STATES = ['open', 'settled', 'closed'] as const
