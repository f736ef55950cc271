import type { ExceptionKind } from './exception.ts'
import { INTEGRATOR_KINDS } from './exception-choices.ts'
import type { PolicySet } from './policy.ts'

/** Who may be named as the one who sees to a kind. */
export const DUTY_ROLES = ['supervisor', 'integrator'] as const
export type DutyRole = (typeof DUTY_ROLES)[number]
/** After so many minutes an open exception is late, and so it is shown; `owner` is the role whose work it is. */
export type ExceptionLimit = { minutes: number; owner: DutyRole }
/** What a site has said of a kind. */
export type KindLimit = ExceptionLimit & { kind: ExceptionKind }
export type ExceptionLimits = (kind: ExceptionKind) => ExceptionLimit

const HOUR = 60
/** Minutes that a kind has where the site has said nothing. */
export const USUAL_MINUTES: Readonly<Record<ExceptionKind, number>> = {
  asn_difference: 4 * HOUR,
  over_receipt: 4 * HOUR,
  unexpected_item: 4 * HOUR,
  late_line: 4 * HOUR,
  short_life: 4 * HOUR,
  lot_date: 4 * HOUR,
  lot_blocked: 30,
  unknown_code: 30,
  help_wanted: 10,
  negative_stock: HOUR,
  serial_twice: HOUR,
  picked_twice: 30,
  over_pick: 30,
  wrong_lot: 30,
  lot_swapped_late: 30,
  fefo_broken: 30,
  not_available: 30,
  reservation_broken: 30,
  tote_conflict: 30,
  forbidden_place: HOUR,
  not_in_order: 30,
  late_after_count: HOUR,
  order_unknown: HOUR,
  moved_twice: HOUR,
  lpn_elsewhere: HOUR,
  over_return: 4 * HOUR,
  wrong_serial_returned: 4 * HOUR,
  not_shipped: 4 * HOUR,
  scrap_pending: 24 * HOUR,
  undo_late: 4 * HOUR,
  count_variance: HOUR,
  pack_mismatch: 30,
  device_silent: 30,
  order_cancelled: 30,
  order_changed: 30,
  hold_ignored: 15,
  short_pick: 15,
  other_client: 4 * HOUR,
  role_missing: 4 * HOUR,
  lease_lost: 4 * HOUR,
  quarantined: HOUR,
  storage_lost: 30,
  movements_missing: 30,
  rescued: HOUR,
  device_lost: 4 * HOUR,
  device_forked: 30,
  clock_wrong: 30,
}

/** An integrator sees and settles some kinds only. */
export const mayOwn = (owner: DutyRole, kind: ExceptionKind): boolean =>
  owner === 'supervisor' || INTEGRATOR_KINDS.has(kind)

/** What cannot be read is a matter of the connections and apps; all else is the floor's. */
export const usualLimit = (kind: ExceptionKind): ExceptionLimit => ({
  minutes: USUAL_MINUTES[kind],
  owner: kind === 'quarantined' ? 'integrator' : 'supervisor',
})

/** Of the whole warehouse, whatever a client has agreed. */
export const limitsOf = (set: Pick<PolicySet, 'warehouse'> | null): ExceptionLimits => {
  const said = new Map((set?.warehouse.exceptions?.limits ?? []).map(({ kind, ...limit }) => [kind, limit]))
  return kind => said.get(kind) ?? usualLimit(kind)
}

/** 0 = in time, 1 = over the time that its kind has, 2 = over twice that. */
export const lateness = (minutes: number, ageMs: number): 0 | 1 | 2 => {
  const times = ageMs / (minutes * 60_000)
  return times < 1 ? 0 : times < 2 ? 1 : 2
}
