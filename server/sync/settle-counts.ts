import { dueOf, isForsaken } from '../../shared/count/due.ts'
import { after } from '../../shared/count/life.ts'
import { limitsOf } from '../../shared/count/limits.ts'
import { bodyOf, OF_COUNTS } from '../../shared/count/renew.ts'
import type { Flag, Variance } from '../../shared/count/variance.ts'
import { moveOf } from '../../shared/count/opposite.ts'
import { unheardOf } from '../../shared/count/watermark.ts'
import type { Reporter } from '../../shared/count/watermark.ts'
import { derivedId, NO_LPN } from '../../shared/ids.ts'
import type { WarehouseId } from '../../shared/ids.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import type { Movement } from '../../shared/ledger/stock.ts'
import { stockKeyText } from '../../shared/ledger/stock.ts'
import { virtualLocation } from '../../shared/ledger/world.ts'
import { policyFor } from '../../shared/policy.ts'
import type { CountBooks, CountFacts } from './count-books.ts'
import { NO_WRITES } from './count-books.ts'
import type { DecisionTx, SyncStore } from './ports.ts'
import { renewRows } from './renew-counts.ts'
import { approvedAs, waitingAgain } from './settle-pairs.ts'

export type Settled = { posted: number; looked: number }

/** Variances that one transaction looks at: the counter row is held meanwhile. */
const AT_ONCE = 500

/**
 * Posts what may post by itself, and approvals whose time has come; sends to a person what may not. The numbers are those of
 * the version at hand: an approval of an older one has been taken back by whatever changed it.
 */
export const settleCounts = (store: SyncStore, at: { warehouse: WarehouseId; now: string }): Promise<Settled> =>
  store.decide(at, async tx => {
    const { counts } = tx
    const approved = (await counts.pending(['approved'], AT_ONCE)).filter(v => (v.effectiveAt ?? at.now) <= at.now)
    const provisional = await counts.pending(['provisional'], AT_ONCE)
    const open = await counts.pending(['counting', 'again'], AT_ONCE)
    if (approved.length + provisional.length + open.length === 0) return { posted: 0, looked: 0 }
    const facts = await factsFor(counts, provisional)
    const reporters = provisional.length > 0 ? await counts.reporters() : []
    const judged = provisional.map(v => ({ v, due: dueFor(v, facts, reporters, at.now) }))
    const { alone, pairs, broken } = await approvedAs(counts, approved)
    const posts = [...alone, ...judged.flatMap(({ v, due }) => (due.what === 'post' ? [v] : []))]
    const looks = [
      ...judged.flatMap(({ v, due }) => (due.what === 'look' ? [lookedAt(v, due.flags, at.now)] : [])),
      ...open.flatMap(v => forsaken(v, facts, at.now)),
    ]
    await look(counts, [...looks, ...broken.map(v => waitingAgain(v, ['broken'], at.now))], at.now)
    await post(tx, posts, pairs, at.now)
    return { posted: posts.length + pairs.length, looked: looks.length + broken.length }
  })

const factsFor = (counts: CountBooks, variances: readonly Variance[]): Promise<CountFacts> =>
  counts.facts({
    tasks: [],
    items: [...new Set(variances.map(v => v.key.item))],
    places: [...new Set(variances.map(v => v.key.location))],
  })

const dueFor = (v: Variance, facts: CountFacts, reporters: readonly Reporter[], now: string) => {
  const { client, item, location } = v.key
  const worth = facts.worth.get(item) ?? { cost: null, abc: null }
  const roles = facts.roster?.workers.find(one => one.id === v.worker)?.roles ?? []
  const { silentHours } = policyFor(facts.policies, client).count
  const unheard = unheardOf(reporters, facts.zones.get(location) ?? null, v.point, now, silentHours)
  return dueOf(v, unheard, limitsOf(facts.policies, { id: v.worker, roles }, client, worth.abc), worth.cost)
}

const lookedAt = (v: Variance, flags: readonly Flag[], now: string): Variance => ({
  ...v,
  state: after(v.state, 'look'),
  flags: [...new Set([...v.flags, ...flags])],
  changedAt: now,
})

/** Nobody has said that the count is over: after the silent hours it is. */
const forsaken = (v: Variance, { policies }: CountFacts, now: string): readonly Variance[] => {
  if (!isForsaken(v, now, policyFor(policies, v.key.client).count.silentHours)) return []
  const ended = { ...v, changedAt: now }
  if (v.delta === 0) return [{ ...ended, state: after(v.state, 'agrees') }]
  return v.state === 'again' ? [lookedAt(v, [], now)] : [{ ...ended, state: after(v.state, 'differs') }]
}

const look = async (counts: CountBooks, variances: readonly Variance[], now: string): Promise<void> => {
  if (variances.length === 0) return
  const { feed } = counts
  await counts.put({
    ...NO_WRITES,
    variances,
    raise: variances
      .filter(v => v.state === 'review')
      .map(v => {
        const subject = stockKeyText(v.key)
        const id = derivedId('exception', feed.epoch, feed.seq, 'count_variance', subject)
        return { id, kind: 'count_variance' as const, subject, body: { ...bodyOf(v), flags: v.flags } }
      }),
  })
  const ended = variances.filter(v => v.state === 'closed')
  if (ended.length > 0)
    await renewRows(
      counts,
      ended.map(v => v.key),
      now,
    )
}

/**
 * One adjustment a variance, at the point of its count, and the ERP is told of each; one move a pair, before both counts, and
 * what it leaves of their differences is worked out as of any late movement.
 */
const post = async (
  tx: DecisionTx,
  variances: readonly Variance[],
  pairs: readonly (readonly [Variance, Variance])[],
  now: string,
): Promise<void> => {
  if (variances.length + pairs.length === 0) return
  const { counts } = tx
  const posted = variances.map((v, n): Variance => ({
    ...v,
    state: after(v.state, 'post'),
    version: v.version + 1,
    postedAs: { ...counts.self, n },
    effectiveAt: null,
    changedAt: now,
  }))
  await counts.put({
    ...NO_WRITES,
    variances: [...posted, ...pairs.flat().map(v => waitingAgain(v, [], now))],
    close: posted.flatMap(v => OF_COUNTS.map(kind => ({ kind, subject: stockKeyText(v.key) }))),
  })
  await tx.write({
    body: {
      kind: 'count.post',
      variances: posted.map(named),
      ...(pairs.length === 0 ? {} : { moves: pairs.map(pair => pair.map(named)) }),
    },
    effects: {
      ...NOTHING,
      movements: [...variances.map(v => movementOf(counts.warehouse, v)), ...pairs.map(([a, b]) => moveOf(a, b))],
    },
    adjustments: variances.map(v => ({
      key: v.key,
      counted: v.seen,
      bookAtCount: v.book,
      countedAt: v.point.at,
      reason: v.decided?.kind === 'approve' ? v.decided.reason : v.delta < 0 ? 'MISSING' : 'FOUND',
      approvedBy: v.decided?.kind === 'approve' ? v.decided.worker : '',
      countLine: `${v.id}/${v.round}`,
    })),
  })
}

const named = ({ id, round, version }: Variance) => ({ id, round, version })

const movementOf = (warehouse: WarehouseId, { key, delta, point }: Variance): Movement => {
  const { client, item, lot, serial, location, lpn, status } = key
  const row = { location, lpn, status }
  const outside = { location: virtualLocation(warehouse, 'adjustment'), lpn: NO_LPN, status: 'available' as const }
  const [from, to] = delta < 0 ? [row, outside] : [outside, row]
  return { client, item, lot, serial, from, to, qty: Math.abs(delta), takenAt: point.at, at: point.at, unc: point.unc }
}
