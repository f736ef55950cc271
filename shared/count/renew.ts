import type { WorkerId } from '../ids.ts'
import type { ExceptionKind } from '../exception.ts'
import type { Policy } from '../policy.ts'
import { bookAt } from './book.ts'
import { holdOf } from './hold.ts'
import { after, isPendingState, isStanding } from './life.ts'
import type { VarianceState } from './life.ts'
import { isNominallyBefore, isSamePoint, legOrder } from './point.ts'
import type { Facts, RowBook } from './row-book.ts'
import { statementOf } from './statement.ts'
import { LATE_KEPT, TRIES_KEPT } from './variance.ts'
import type { Flag, LateLeg, Seen, Try, Variance } from './variance.ts'

export type Renewal = {
  /** New and changed rounds, oldest first. */
  variances: readonly Variance[]
  /** Change of what is held. */
  hold: number
  raise: readonly { kind: ExceptionKind; body: Record<string, unknown> }[]
  close: readonly ExceptionKind[]
}

/** Exceptions that end with the variance. */
export const OF_COUNTS: readonly ExceptionKind[] = ['count_variance', 'order_unknown', 'late_after_count', 'short_pick']

/**
 * The variance of a row from the facts, whatever happened: a new statement, one taken back, a late movement, a changed
 * reservation. The same facts give the same answer, so it may run at any time.
 */
export const renewRow = (row: RowBook, facts: Facts): Renewal => {
  const statement = statementOf(row)
  const variances = rounds(row, statement, facts)
  const now = variances.findLast(one => isPendingState(one.state)) ?? null
  const changed = variances.length > 0
  const pending = changed ? now : row.open
  const hold = holdOf(pending, { ...row, status: row.key.status }) - row.held
  const isLate = pending !== null && row.open === null && row.settled?.state === 'posted' && pending.late.length > 0
  const body = pending === null ? {} : bodyOf(pending)
  return {
    variances,
    hold: hold || 0,
    raise: [
      ...(changed && pending?.flags.includes('orderUnknown') ? [{ kind: 'order_unknown' as const, body }] : []),
      ...(isLate ? [{ kind: 'late_after_count' as const, body }] : []),
    ],
    close: !changed
      ? []
      : pending === null
        ? OF_COUNTS
        : pending.flags.includes('orderUnknown')
          ? []
          : ['order_unknown'],
  }
}

/** What a person is told of it besides the row itself. */
export const bodyOf = (v: Variance): Record<string, unknown> => ({
  ...v.key,
  variance: v.id,
  round: v.round,
  seen: v.seen,
  book: v.book,
  delta: v.delta,
  worker: v.worker,
})

type Found = { statement: Seen; unsure: boolean } | null

const rounds = (row: RowBook, found: Found, facts: Facts): readonly Variance[] => {
  const { open, settled } = row
  if (found === null) {
    if (open !== null) return isLateOnly(open, settled) ? rebased(row, open, facts) : ended(open, 'takeBack', facts)
    return settled === null || !isStanding(settled.state) ? [] : reopened(row, settled, facts)
  }
  const { statement } = found
  if (open === null) return [opened(row, found, facts, null)]
  if (isSamePoint(statement.point, open.point)) return rebased(row, open, facts)
  if (statement.count === open.count) return [again(row, found, facts, open)]
  const [last] = ended(open, 'newer', facts)
  return last === undefined ? [] : [last, opened(row, found, facts, open)]
}

/** A round that late movements opened stands on the statement of the one before it. */
const isLateOnly = (open: Variance, settled: Variance | null): boolean =>
  settled !== null && isSamePoint(open.point, settled.point)

const ended = (open: Variance, event: 'newer' | 'takeBack', facts: Facts): readonly Variance[] => [
  { ...open, state: after(open.state, event), version: open.version + 1, changedAt: facts.now },
]

/** The row's numbers at the point of a statement. A short never says that there is more than booked. */
const numbers = (row: RowBook, { kind, seen, point }: Pick<Variance, 'kind' | 'seen' | 'point'>) => {
  const { book, unknown, least, most } = bookAt(row.onHand, row.legs, point)
  const of = (at: number): number => (kind === 'short' ? Math.min(0, seen - at) : seen - at) || 0
  return { book, delta: of(book), least: of(most), most: of(least), isUnsure: unknown.length > 0 && least !== most }
}

const opened = (
  row: RowBook,
  { statement, unsure }: NonNullable<Found>,
  facts: Facts,
  before: Variance | null,
): Variance =>
  judged(
    row,
    {
      ...said(statement),
      id: row.id,
      key: row.key,
      round: row.last.round + 1,
      version: row.last.version + (before === null ? 1 : 2),
      state: 'counting',
      book: 0,
      delta: 0,
      least: 0,
      most: 0,
      ...chain(row, statement, before),
      late: [],
      flags: unsure ? ['twoCounts'] : [],
      decided: null,
      effectiveAt: null,
      postedAs: null,
      openedAt: facts.now,
      changedAt: facts.now,
    },
    facts,
  )

/** Another look of the same count. */
const again = (row: RowBook, { statement }: NonNullable<Found>, facts: Facts, open: Variance): Variance =>
  judged(
    row,
    {
      ...open,
      ...said(statement),
      state: after(open.state, 'attempt'),
      version: open.version + 1,
      ...chain(row, statement, open),
      flags: open.flags.filter(flag => flag === 'twoCounts'),
      decided: null,
      effectiveAt: null,
      changedAt: facts.now,
    },
    facts,
  )

const said = ({ kind, count, task, mode, attempt, typed, reason, photos, point, worker, seen }: Seen) => ({
  kind,
  count,
  task,
  mode,
  attempt,
  typed,
  reason,
  photos,
  point,
  worker,
  seen,
})
/** Every look of this count after those of the counts before it, and everybody who took one. */
const chain = ({ seen }: RowBook, { count }: Seen, before: Variance | null): Pick<Variance, 'tries' | 'counters'> => {
  const looks = seen.filter(one => one.count === count && !one.takenBack).sort((a, b) => a.point.seq - b.point.seq)
  const earlier = (before?.tries ?? []).filter(one => one.count !== count)
  const workers = looks.flatMap(({ worker }) => worker ?? [])
  return {
    tries: [...earlier, ...looks.map(tryOf)].slice(-TRIES_KEPT),
    counters: [...new Set<WorkerId>([...(before?.counters ?? []), ...workers])],
  }
}
const tryOf = ({ count, worker, seen, attempt, mode, point, typed }: Seen): Try => ({
  count,
  worker,
  seen,
  attempt,
  mode,
  at: point.at,
  typed,
})

/** Movements of this commit that were made before the count, or may have been. */
const lateLegs = (row: RowBook, v: Variance, facts: Facts): LateLeg[] =>
  row.legs
    .filter(leg => leg.commit === facts.commit && leg.of === null)
    .filter(leg => isNominallyBefore(leg, v.point) || legOrder(leg, v.point) === 'unknown')
    .map(({ qty, worker, at, arrivedAt }) => ({ qty, worker, at, arrivedAt }))

const rebased = (row: RowBook, open: Variance, facts: Facts): readonly Variance[] => {
  const { isUnsure: _, ...found } = numbers(row, open)
  const isSame =
    found.book === open.book && found.delta === open.delta && found.least === open.least && found.most === open.most
  if (isSame) {
    const next = judged(row, open, facts)
    return next.state === open.state ? [] : [{ ...next, changedAt: facts.now }]
  }
  const isBroken = open.state === 'approved'
  return [
    judged(
      row,
      {
        ...open,
        state: after(open.state, 'rebase'),
        version: open.version + 1,
        late: [...open.late, ...lateLegs(row, open, facts)].slice(-LATE_KEPT),
        flags: isBroken ? [...open.flags, 'broken'] : open.flags,
        effectiveAt: null,
        changedAt: facts.now,
      },
      facts,
    ),
  ]
}

/** A settled statement that late movements contradict is in doubt again; a person decides. */
const reopened = (row: RowBook, settled: Variance, facts: Facts): readonly Variance[] => {
  const late = lateLegs(row, settled, facts)
  if (late.length === 0 || numbers(row, settled).delta === 0) return []
  return [
    judged(
      row,
      {
        ...settled,
        round: row.last.round + 1,
        version: row.last.version + 1,
        state: 'review',
        late,
        flags: ['late'],
        decided: null,
        effectiveAt: null,
        postedAs: null,
        openedAt: facts.now,
        changedAt: facts.now,
      },
      facts,
    ),
  ]
}

const KEPT_FLAGS: ReadonlySet<Flag> = new Set(['twoCounts', 'late', 'broken', 'silent', 'overLimit'])

/** Numbers and flags anew, and where they lead. */
const judged = (row: RowBook, v: Variance, facts: Facts): Variance => {
  const { isUnsure, ...found } = numbers(row, v)
  const { index, notBy } = facts.chainOf(v.task)
  const flags: Flag[] = v.flags.filter(flag => KEPT_FLAGS.has(flag))
  const flag = (name: Flag, holds: boolean): void => {
    if (holds) flags.push(name)
  }
  flag('orderUnknown', isUnsure)
  flag('fresh', found.book <= 0 && v.seen > 0 && !facts.rolesOf(v.worker).includes('supervisor'))
  flag('exception', row.troubled)
  flag('alwaysReview', facts.policy.count.alwaysReview)
  flag('sameCounter', v.worker !== null && notBy.includes(v.worker))
  const next = { ...v, ...found, flags }
  return { ...next, state: stateOf(next, facts, index) }
}

const HIDDEN: ReadonlySet<Variance['mode']> = new Set(['blind', 'recount'])

/** Where the figures are hidden the server says whether another look is due; elsewhere the handheld has asked already. */
export const wantsAgain = (v: Variance, policy: Policy, index: number): boolean =>
  v.kind === 'count' && v.delta !== 0 && HIDDEN.has(v.mode) && index + v.attempt <= policy.count.again

const stateOf = (v: Variance, facts: Facts, index: number): VarianceState => {
  const isOver = v.kind === 'short' || facts.isOver(v.count, v.task)
  if (v.delta === 0)
    return isOver || (v.state !== 'counting' && v.state !== 'again') ? after(v.state, 'agrees') : v.state
  if ((v.state === 'counting' || v.state === 'again') && wantsAgain(v, facts.policy, index))
    return after(v.state, 'again')
  if (v.state !== 'counting' && v.state !== 'again') return v.state
  return isOver ? after(v.state, 'differs') : v.state
}
