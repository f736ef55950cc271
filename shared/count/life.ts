/**
 * counting: the counter is still at the place · again: another look is due · provisional: handhelds may still bring
 * movements from before the count · review: a person decides · recount: a person has asked for another counter ·
 * approved: posts in a moment, may still be taken back. The others are its ends.
 */
export const VARIANCE_STATES = [
  'counting',
  'again',
  'provisional',
  'review',
  'recount',
  'approved',
  'posted',
  'rejected',
  'closed',
  'superseded',
  'withdrawn',
] as const
export type VarianceState = (typeof VARIANCE_STATES)[number]

/**
 * differs / again / agrees: what the numbers say once the counter has left · attempt: the same count has looked again ·
 * look: a person must · post: the adjustment is booked · newer: another count of the row · takeBack: the only statement was
 * undone · rebase: late facts have changed the numbers.
 */
export const VARIANCE_EVENTS = [
  'attempt',
  'differs',
  'again',
  'agrees',
  'look',
  'approve',
  'undo',
  'reject',
  'recount',
  'post',
  'newer',
  'takeBack',
  'rebase',
] as const
export type VarianceEvent = (typeof VARIANCE_EVENTS)[number]

type Row = Record<VarianceEvent, VarianceState | null>

const over: Row = {
  attempt: null,
  differs: null,
  again: null,
  agrees: null,
  look: null,
  approve: null,
  undo: null,
  reject: null,
  recount: null,
  post: null,
  newer: null,
  takeBack: null,
  rebase: null,
}

/** Every state × every event; null = it cannot happen there. */
export const LIFE: Record<VarianceState, Row> = {
  counting: {
    ...over,
    attempt: 'counting',
    differs: 'provisional',
    again: 'again',
    agrees: 'closed',
    newer: 'superseded',
    takeBack: 'withdrawn',
    rebase: 'counting',
  },
  again: {
    ...over,
    attempt: 'counting',
    differs: 'provisional',
    again: 'again',
    agrees: 'closed',
    look: 'review',
    approve: 'approved',
    reject: 'rejected',
    recount: 'recount',
    newer: 'superseded',
    takeBack: 'withdrawn',
    rebase: 'again',
  },
  provisional: {
    ...over,
    attempt: 'counting',
    agrees: 'closed',
    look: 'review',
    approve: 'approved',
    reject: 'rejected',
    recount: 'recount',
    post: 'posted',
    newer: 'superseded',
    takeBack: 'withdrawn',
    rebase: 'provisional',
  },
  review: {
    ...over,
    attempt: 'counting',
    agrees: 'closed',
    approve: 'approved',
    reject: 'rejected',
    recount: 'recount',
    newer: 'superseded',
    takeBack: 'withdrawn',
    rebase: 'review',
  },
  recount: {
    ...over,
    attempt: 'counting',
    agrees: 'closed',
    approve: 'approved',
    reject: 'rejected',
    newer: 'superseded',
    takeBack: 'withdrawn',
    rebase: 'recount',
  },
  approved: {
    ...over,
    attempt: 'counting',
    agrees: 'closed',
    undo: 'review',
    post: 'posted',
    newer: 'superseded',
    takeBack: 'withdrawn',
    // What was approved is not what would be posted any more: a person looks again.
    rebase: 'review',
  },
  posted: over,
  rejected: over,
  closed: over,
  superseded: over,
  withdrawn: over,
}

/** Still without an end: it holds doubtful stock, and there is at most one of them for a row. */
export const isPendingState = (state: VarianceState): boolean =>
  VARIANCE_EVENTS.some(event => LIFE[state][event] !== null)

/** Ends after which the statement counts: later movements from before it are compared with it. */
export const isStanding = (state: VarianceState): boolean => state === 'posted' || state === 'closed'

export const after = (state: VarianceState, event: VarianceEvent): VarianceState => {
  const next = LIFE[state][event]
  if (next === null) throw new Error(`a variance that is ${state} cannot ${event}`)
  return next
}
