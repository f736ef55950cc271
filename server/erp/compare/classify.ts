import { stockText } from '../effect.ts'
import { causesOf } from './causes.ts'
import { subsetOf, total } from './subset.ts'
import { byHand, isLost, isUntold, movesOf, ratioIn, UNDER_WAY } from './signs.ts'
import type { Cause, Drift, DriftClass, Evidence, MessageEvidence, Proposal, Verdict } from './verdict.ts'

type Explain = (drift: Drift, evidence: Evidence) => readonly string[] | null

const keysOf = (messages: readonly { key: string }[]): string[] => messages.map(message => message.key)

const inFlight: Explain = ({ drift }, { messages }) => {
  const found = subsetOf(
    messages.filter(message => UNDER_WAY.has(message.state)),
    drift,
  )
  return found === null ? null : keysOf(found)
}

const missing: Explain = ({ drift }, { messages }) => {
  const found = subsetOf(messages.filter(isLost), -drift)
  return found === null ? null : keysOf(found)
}

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
  const isRatio = ratioIn(ratios)
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

const edited: Explain = ({ drift }, { moves }) => {
  const found = subsetOf(byHand(moves), drift)
  return found === null ? null : found.map(move => move.id)
}

const skipped: Explain = ({ drift }, { messages }) => {
  const found = subsetOf(messages.filter(isUntold), -drift)
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

/**
 * Names what a difference comes from: the first explanation that gives exactly this figure; else what several have of it
 * together, and what is left.
 */
export const classify = (drift: Drift, evidence: Evidence): Verdict => {
  for (const [name, proposal, explain] of EXPLAINED) {
    const because = explain(drift, evidence)
    if (because !== null) return verdictOf([{ class: name, proposal, n: drift.drift, because }])
  }
  return verdictOf(causesOf(drift, evidence))
}

/** The first that something can be done about is what is proposed for the whole. */
const verdictOf = (causes: readonly Cause[]): Verdict => {
  const [only, second] = causes
  if (only !== undefined && second === undefined) {
    const { n: _n, ...about } = only
    return { ...about, causes }
  }
  const next = causes.find(cause => cause.proposal !== 'wait')
  return {
    class: 'several',
    proposal: next?.proposal ?? 'wait',
    because: causes.flatMap(cause => cause.because),
    causes,
  }
}
