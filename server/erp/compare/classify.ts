import { stockText } from '../effect.ts'
import { subsetOf, total } from './subset.ts'
import type { Drift, DriftClass, Evidence, MessageEvidence, MoveEvidence, Proposal, Verdict } from './verdict.ts'

type Explain = (drift: Drift, evidence: Evidence) => readonly string[] | null

/** Not finished: the ERP may have it already. */
export const UNDER_WAY: ReadonlySet<string> = new Set(['preparing', 'posting', 'unknown'])

const keysOf = (messages: readonly { key: string }[]): string[] => messages.map(message => message.key)

const inFlight: Explain = ({ drift }, { messages }) => {
  const found = subsetOf(
    messages.filter(message => UNDER_WAY.has(message.state)),
    drift,
  )
  return found === null ? null : keysOf(found)
}

const missing: Explain = ({ drift }, { messages }) => {
  const lost = messages.filter(m => m.state === 'posted' && m.found !== null && !['posted', 'many'].includes(m.found))
  const found = subsetOf(lost, -drift)
  return found === null ? null : keysOf(found)
}

const movesOf = (moves: readonly MoveEvidence[], message: MessageEvidence): readonly MoveEvidence[] =>
  moves.filter(move => move.key === message.key)

const duplicate: Explain = ({ drift }, { messages, moves }) => {
  const isTwice = (message: MessageEvidence): boolean => {
    const times = drift / message.n
    if (!Number.isInteger(times) || times < 1) return false
    const booked = movesOf(moves, message)
    return message.found === 'many' || (booked.length > times && total(booked) === message.n * (times + 1))
  }
  const found = messages.filter(message => message.state === 'posted' && message.n !== 0 && isTwice(message))
  return found[0] === undefined ? null : [found[0].key]
}

const unit: Explain = ({ drift, theirs, ours }, { messages, moves, ratios }) => {
  const isRatio = (a: number, b: number): boolean =>
    a !== b && b !== 0 && a !== 0 && ratios.some(r => a * r.den === b * r.num || a * r.num === b * r.den)
  const wrong = messages.find(message => {
    const moved = total(movesOf(moves, message))
    return moved - message.n === drift && isRatio(moved, message.n)
  })
  if (wrong !== undefined) return [wrong.key]
  // A person's own entry that explains the difference to the unit is no mistake of a unit.
  return isRatio(theirs, ours) && total(byHand(moves)) !== drift ? [`${theirs}/${ours}`] : null
}

/** One other figure of the item lacks what this one has too much, or all of them together are right. */
const swap: Explain = (drift, { sameItem }) => {
  const others = sameItem.filter(other => stockText(other) !== stockText(drift))
  const partner = others.find(other => other.drift === -drift.drift)
  if (partner !== undefined) return [stockText(partner)]
  return others.length > 0 && total(sameItem.map(other => ({ n: other.drift }))) === 0 ? others.map(stockText) : null
}

/** A count that overwrote what moved after it was taken. */
const stale: Explain = ({ drift }, { messages, moves }) => {
  for (const count of messages) {
    const { countedAt, postedAt } = count
    if (countedAt === null || postedAt === null) continue
    const between = ({ key, at, n }: { key: string | null; at: string; n: number }): boolean =>
      key !== count.key && at > countedAt && at < postedAt && Math.abs(n) === Math.abs(drift)
    const ours = messages.find(between)
    const theirs = moves.find(between)
    if (ours !== undefined || theirs !== undefined) return [count.key, ours?.key ?? theirs?.id ?? '']
  }
  return null
}

const byHand = (moves: readonly MoveEvidence[]): readonly MoveEvidence[] => moves.filter(move => move.key === null)

const edited: Explain = ({ drift }, { moves }) => {
  const found = subsetOf(byHand(moves), drift)
  return found === null ? null : found.map(move => move.id)
}

const skipped: Explain = ({ drift }, { messages }) => {
  const left = messages.filter(message => message.state === 'skipped' || message.state === 'rehearsed')
  const found = subsetOf(left, -drift)
  return found === null ? null : keysOf(found)
}

const rounding: Explain = ({ drift }) => (Math.abs(drift) < 1 ? [] : null)

const EXPLAINED: readonly [DriftClass, Proposal, Explain][] = [
  ['unmapped', 'map', (_drift, { mapped }) => (mapped ? null : [])],
  ['inFlight', 'wait', inFlight],
  ['missing', 'repost', missing],
  ['duplicate', 'reverse', duplicate],
  ['unit', 'map', unit],
  ['swap', 'recount', swap],
  ['stale', 'adoptOurs', stale],
  ['edited', 'adoptTheirs', edited],
  ['skipped', 'adoptOurs', skipped],
  ['rounding', 'adoptOurs', rounding],
]

/** Names what a difference comes from: the first explanation that gives exactly this figure. */
export const classify = (drift: Drift, evidence: Evidence): Verdict => {
  for (const [name, proposal, explain] of EXPLAINED) {
    const because = explain(drift, evidence)
    if (because !== null) return { class: name, proposal, because }
  }
  return { class: 'unexplained', proposal: 'recount', because: [] }
}
