import { byHand, isLost, isUntold, movesOf, ratioIn, UNDER_WAY } from './signs.ts'
import { total } from './subset.ts'
import type { Cause, Drift, DriftClass, Evidence, MessageEvidence, MoveEvidence, Proposal } from './verdict.ts'

/** One message or movement, and what it has of the difference. */
type Piece = { class: DriftClass; n: number; at: string; because: readonly string[] }

const PROPOSAL_OF: Readonly<Partial<Record<DriftClass, Proposal>>> = {
  inFlight: 'wait',
  missing: 'repost',
  duplicate: 'reverse',
  unit: 'map',
  edited: 'adoptTheirs',
  skipped: 'adoptOurs',
  rounding: 'adoptOurs',
  unexplained: 'recount',
}

/** So many pieces are tried in every combination; of a class with more only all together. */
const EXACT = 12

/**
 * What several causes have of a difference that no one of them explains. What the ERP itself says (a message that it has not,
 * has twice, or has in another unit) is a fact. Of what may be, or may have been put right since (messages under way, entries
 * by hand, messages that were skipped), counts what leaves the least unexplained: the fewest pieces of it, the older first.
 */
export const causesOf = ({ drift }: Drift, evidence: Evidence): readonly Cause[] => {
  const facts = factsIn(evidence)
  const left = exact(drift - total(facts))
  const chosen = nearest(limited(possibleIn(evidence)), left)
  const rest = exact(left - total(chosen))
  const pieces = [...facts, ...chosen, ...(rest === 0 ? [] : [leftOver(rest)])]
  const classes = [...new Set(pieces.map(piece => piece.class))]
  return classes.flatMap(name => {
    const some = pieces.filter(piece => piece.class === name)
    const n = exact(total(some))
    const about = { class: name, proposal: PROPOSAL_OF[name] ?? 'recount' }
    return n === 0 ? [] : [{ ...about, n, because: some.flatMap(piece => piece.because) }]
  })
}

const leftOver = (n: number): Piece => ({
  class: Math.abs(n) < 1 ? 'rounding' : 'unexplained',
  n,
  at: '',
  because: [],
})

/** Fractions of an ERP are compared to the millionth. */
const exact = (n: number): number => Math.round(n * 1e6) / 1e6 || 0

const byTime = (pieces: readonly Piece[]): Piece[] =>
  pieces
    .filter(piece => piece.n !== 0)
    .sort((a, b) => (`${a.at} ${a.because.join()}` < `${b.at} ${b.because.join()}` ? -1 : 1))

const factsIn = ({ messages, moves, ratios }: Evidence): readonly Piece[] => {
  const isRatio = ratioIn(ratios)
  const about = ({ key, at }: MessageEvidence) => ({ at, because: [key] })
  const lost = messages.filter(isLost).map((one): Piece => ({ ...about(one), class: 'missing', n: -one.n }))
  const told = messages.filter(one => one.state === 'posted' && !isLost(one))
  const twice = told.map((one): Piece => ({ ...about(one), class: 'duplicate', n: extraOf(one, moves) }))
  const wrong = told.flatMap((one): Piece[] => {
    const moved = total(movesOf(moves, one))
    const isWrong = extraOf(one, moves) === 0 && isRatio(moved, one.n)
    return isWrong ? [{ ...about(one), class: 'unit', n: moved - one.n }] : []
  })
  return [...byTime(lost), ...byTime(twice), ...byTime(wrong)]
}

/** What the ERP has of a message beyond once, by its own word or by its movements. */
const extraOf = (message: MessageEvidence, moves: readonly MoveEvidence[]): number => {
  if (message.found === 'many') return message.n * Math.max(1, message.refs - 1)
  const booked = movesOf(moves, message)
  const times = total(booked) / message.n
  return Number.isInteger(times) && times > 1 && booked.length >= times ? message.n * (times - 1) : 0
}

const possibleIn = ({ messages, moves }: Evidence): readonly (readonly Piece[])[] => {
  const told = (name: DriftClass, sign: 1 | -1, some: readonly MessageEvidence[]): Piece[] =>
    byTime(some.map(({ key, n, at }) => ({ class: name, n: sign * n, at, because: [key] })))
  const entered = byHand(moves).map(({ id, n, at }): Piece => ({ class: 'edited', n, at, because: [id] }))
  return [
    told(
      'inFlight',
      1,
      messages.filter(one => UNDER_WAY.has(one.state)),
    ),
    byTime(entered),
    told('skipped', -1, messages.filter(isUntold)),
  ]
}

/** Few enough to be tried in every combination: the longest class becomes one piece first. */
const limited = (groups: readonly (readonly Piece[])[]): readonly Piece[] => {
  const all = groups.flat()
  if (all.length <= EXACT) return all
  const longest = Math.max(...groups.map(group => group.length))
  const at = groups.findIndex(group => group.length === longest)
  const whole = groups.map((group, i): readonly Piece[] => {
    const [first] = group
    if (i !== at || first === undefined) return group
    return [{ ...first, n: total(group), because: group.flatMap(piece => piece.because) }]
  })
  return limited(whole)
}

/** Those that together come nearest to the figure, none where none come nearer than nothing. */
const nearest = (pieces: readonly Piece[], wanted: number): readonly Piece[] => {
  let best: { left: number; some: readonly Piece[] } = { left: Math.abs(wanted), some: [] }
  for (let chosen = 1; chosen < 2 ** pieces.length; chosen += 1) {
    const some = pieces.filter((_, i) => (chosen & (1 << i)) !== 0)
    const left = exact(Math.abs(wanted - total(some)))
    if (left < best.left || (left === best.left && best.some.length > some.length)) best = { left, some }
  }
  return best.some
}
