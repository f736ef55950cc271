import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { derivedId } from '../ids.ts'
import type { DeviceId, WorkerId } from '../ids.ts'
import { looseAt, virtualLocation } from '../ledger/world.ts'
import { DEFAULT_POLICY } from '../default-policy.ts'
import type { Policy, PolicySet } from '../policy.ts'
import { isoOf, msOf } from '../time.ts'
import { bookAt } from './book.ts'
import { decideVariance, EFFECTIVE_AFTER_MS } from './decide.ts'
import { dueOf, isForsaken } from './due.ts'
import { holdOf } from './hold.ts'
import { after, isPendingState, LIFE, VARIANCE_EVENTS, VARIANCE_STATES } from './life.ts'
import { isWithin, limitsOf } from './limits.ts'
import { legOrder } from './point.ts'
import type { Leg, Point } from './point.ts'
import { renewRow } from './renew.ts'
import type { Facts, RowBook } from './row-book.ts'
import { varianceId } from './variance.ts'
import type { Seen, Variance } from './variance.ts'
import { unheardOf } from './watermark.ts'

const T = msOf('2026-11-23T10:00:00.000Z')
const at = (seconds: number): string => isoOf(T + seconds * 1000)
const one = derivedId<'device'>('device', 'count', 1) satisfies DeviceId
const two = derivedId<'device'>('device', 'count', 2) satisfies DeviceId
const anna = derivedId<'worker'>('worker', 'anna') satisfies WorkerId
const berk = derivedId<'worker'>('worker', 'berk') satisfies WorkerId
const cem = derivedId<'worker'>('worker', 'cem') satisfies WorkerId
const EPOCH = 'epoch0000001'
const warehouse = derivedId<'warehouse'>('warehouse', 'count')
const key = {
  client: derivedId<'client'>('client', 'count'),
  item: derivedId<'item'>('item', 'count'),
  lot: '',
  serial: '',
  ...looseAt(virtualLocation(warehouse, 'unknown')),
}

const point = (over: Partial<Point> = {}): Point => ({
  device: one,
  epoch: EPOCH,
  seq: 10,
  commit: 50,
  at: at(0),
  unc: 1000,
  ...over,
})
const leg = (qty: number, over: Partial<Leg> = {}): Leg => ({
  device: two,
  epoch: EPOCH,
  seq: 5,
  commit: 60,
  at: at(-60),
  unc: 1000,
  qty,
  desk: false,
  of: null,
  worker: berk,
  arrivedAt: at(300),
  ...over,
})

describe('the point of a count', () => {
  it('[C30] on its own handheld the number decides, whatever the clocks say; an older epoch of it was before', () => {
    const own = (seq: number, seconds: number, epoch = EPOCH, commit = 60) =>
      legOrder(leg(-1, { device: one, seq, at: at(seconds), epoch, commit }), point())
    expect([own(9, 500), own(11, -500), own(3, 0, 'epoch0000000', 40), own(3, 0, 'epoch0000002', 70)]).toEqual([
      'before',
      'after',
      'before',
      'after',
    ])
  })

  it('[C31] on another handheld only what lies outside both uncertainties is before or after', () => {
    const other = (seconds: number, unc: number | null = 1000) => legOrder(leg(-1, { at: at(seconds), unc }), point())
    expect([other(-2.001), other(-2), other(0), other(2), other(2.001)]).toEqual([
      'before',
      'unknown',
      'unknown',
      'unknown',
      'after',
    ])
    expect([other(-86_000, null), other(-86_500, null)]).toEqual(['unknown', 'before'])
  })

  it('[C32] the desk counts by the clock of the server, a posted adjustment at the point of its own count', () => {
    const desk = (seconds: number) => legOrder(leg(3, { desk: true, unc: null, seq: 99, at: at(seconds) }), point())
    expect([desk(-1.5), desk(-0.5), desk(1.5)]).toEqual(['before', 'unknown', 'after'])
    const posted = (of: Partial<Point>) => legOrder(leg(3, { desk: true, at: at(0), of: point(of) }), point())
    expect([posted({ seq: 9, at: at(-0.1) }), posted({ seq: 11, at: at(0.1) }), posted({})]).toEqual([
      'before',
      'after',
      'before',
    ])
  })

  it('[C33] the book is the ledger at the point: what comes after it changes nothing, in whatever order it arrives', () => {
    const legs = fc.array(fc.tuple(fc.integer({ min: -20, max: 20 }), fc.integer({ min: -3600, max: 3600 })), {
      maxLength: 20,
    })
    fc.assert(
      fc.property(legs, fc.integer({ min: -50, max: 50 }), (drawn, opening) => {
        const all = drawn.map(([qty, seconds], i) => leg(qty, { at: at(seconds), seq: i + 1 }))
        const onHand = opening + all.reduce((sum, { qty }) => sum + qty, 0)
        const before = all.filter(one => legOrder(one, point()) === 'before')
        const surely = opening + before.reduce((sum, { qty }) => sum + qty, 0)
        const { book, least, most, unknown } = bookAt(onHand, [...all].reverse(), point())
        expect(least <= book && book <= most).toBe(true)
        if (unknown.length === 0) expect(book).toBe(surely)
        // Legs that are surely before may be left out.
        const rest = all.filter(one => !before.includes(one))
        expect(bookAt(onHand, rest, point()).book).toBe(book)
      }),
    )
  })

  it('[C34] a leg of unknown order shows both values', () => {
    expect(bookAt(10, [leg(-4, { at: at(-1) })], point())).toMatchObject({ book: 10, least: 10, most: 14 })
    expect(bookAt(10, [leg(-4, { at: at(1) })], point())).toMatchObject({ book: 14, least: 10, most: 14 })
  })
})

describe('limits', () => {
  const limits = (qty: number | null, pct: number | null = null, value: number | null = null) => ({ qty, pct, value })
  const set = (over: Partial<Policy['count']>, own: Partial<Policy['count']> | null = null): PolicySet => {
    const warehouse = { ...DEFAULT_POLICY, count: { ...DEFAULT_POLICY.count, ...over } }
    const clients = own === null ? {} : { [key.client]: { ...warehouse, count: { ...warehouse.count, ...own } } }
    return { version: 1, warehouse, clients }
  }
  const who = (roles: Parameters<typeof limitsOf>[1]['roles'] = ['counter']) => ({ id: anna, roles })
  const qtyOf = (policies: PolicySet, roles?: Parameters<typeof who>[0], abc: 'A' | 'C' | null = null) =>
    limitsOf(policies, who(roles), key.client, abc).qty

  it('[C35] limits are those of the worker, else of the role, the client and class, the client, the class, the warehouse', () => {
    const base = { limits: limits(1) }
    expect(qtyOf(set(base))).toBe(1)
    const byClass = { ...base, limitsFor: [{ abc: 'A' as const, limits: limits(2) }] }
    expect([qtyOf(set(byClass), ['counter'], 'A'), qtyOf(set(byClass), ['counter'], 'C')]).toEqual([2, 1])
    const own = { limits: limits(3), limitsFor: [] }
    expect(qtyOf(set(byClass, own), ['counter'], 'A')).toBe(3)
    const ownClass = { limits: limits(3), limitsFor: [{ abc: 'A' as const, limits: limits(4) }] }
    expect([qtyOf(set(byClass, ownClass), ['counter'], 'A'), qtyOf(set(byClass, ownClass))]).toEqual([4, 3])
    const role = { ...ownClass, limitsFor: [...ownClass.limitsFor, { role: 'counter' as const, limits: limits(5) }] }
    expect(qtyOf(set(byClass, role), ['counter'], 'A')).toBe(5)
    const person = { ...role, limitsFor: [...role.limitsFor, { worker: anna, limits: limits(6) }] }
    expect(qtyOf(set(byClass, person), ['counter'], 'A')).toBe(6)
    expect(qtyOf(set(base), ['supervisor'])).toBeNull()
    expect(qtyOf(set({ ...base, supervisorLimits: limits(7) }), ['counter', 'supervisor'])).toBe(7)
  })

  it('[C36] quantity, per cent and value must all hold, to the unit; book 0 and unknown cost are outside', () => {
    const within = (delta: number, book: number, cost: number | null, of: ReturnType<typeof limits>) =>
      isWithin({ delta, book }, cost, of)
    expect([within(-2, 100, null, limits(2)), within(3, 100, null, limits(2))]).toEqual([true, false])
    // 2.5 % of 119 is 2.975: two fit, three do not.
    expect([within(2, 119, null, limits(null, 2.5)), within(3, 119, null, limits(null, 2.5))]).toEqual([true, false])
    expect(within(3, 120, null, limits(null, 2.5))).toBe(true)
    expect([within(1, 0, null, limits(null, 1000)), within(1, -5, null, limits(null, 1000))]).toEqual([false, false])
    const worth = (cost: number | null) => within(-2, 100, cost, limits(null, null, 25_000))
    expect([worth(12_500), worth(12_501), worth(null)]).toEqual([true, false, false])
    expect([within(0, 0, null, limits(0, 0, 0)), within(999, 0, null, limits(null))]).toEqual([true, true])
  })

  it('[C37] a pending shortage holds what nobody has reserved; a surplus, an end and blocked stock hold nothing', () => {
    const hold = (delta: number, onHand: number, reserved: number, state: Variance['state'] = 'review') =>
      holdOf({ state, delta }, { onHand, reserved, status: 'available' })
    expect([hold(-3, 10, 0), hold(-3, 10, 8), hold(-3, 10, 12), hold(-3, -5, 0), hold(3, 10, 0)]).toEqual([
      3, 2, 0, 0, 0,
    ])
    expect([hold(-3, 10, 0, 'posted'), hold(-3, 10, 0, 'approved')]).toEqual([0, 3])
    expect(holdOf({ state: 'review', delta: -3 }, { onHand: 10, reserved: 0, status: 'blocked' })).toBe(0)
  })
})

describe('the life of a variance', () => {
  it('[C38] every state answers every event; ends have no way out, and every pending state can end', () => {
    for (const state of VARIANCE_STATES)
      for (const event of VARIANCE_EVENTS) {
        const next = LIFE[state][event]
        if (next === null) expect(() => after(state, event)).toThrow(state)
        else expect(after(state, event)).toBe(next)
      }
    expect(VARIANCE_STATES.filter(state => !isPendingState(state))).toEqual([
      'posted',
      'rejected',
      'closed',
      'superseded',
      'withdrawn',
    ])
    for (const state of VARIANCE_STATES.filter(isPendingState)) {
      expect(LIFE[state].newer).toBe('superseded')
      expect(LIFE[state].takeBack).toBe('withdrawn')
      expect(LIFE[state].agrees).toBe('closed')
    }
    // Nothing but an approval or the limits of the counter ever leads to a posting.
    expect(VARIANCE_STATES.filter(state => LIFE[state].post !== null)).toEqual(['provisional', 'approved'])
  })
})

const seenAs = (qty: number, over: Partial<Omit<Seen, 'point'>> & { point?: Partial<Point> } = {}): Seen => ({
  key,
  seen: qty,
  kind: 'count',
  count: 'count 1',
  task: null,
  mode: 'guided',
  attempt: 1,
  at: at(0),
  unc: 1000,
  reason: null,
  typed: false,
  photos: [],
  worker: anna,
  takenBack: false,
  ...over,
  point: point(over.point),
})
const rowOf = (onHand: number, over: Partial<RowBook> = {}): RowBook => ({
  id: varianceId(warehouse, key),
  key,
  onHand,
  reserved: 0,
  held: 0,
  legs: [],
  seen: [],
  open: null,
  settled: null,
  last: { round: 0, version: 0 },
  troubled: false,
  ...over,
})
const factsOf = (over: Partial<Facts> = {}, count: Partial<Policy['count']> = {}): Facts => ({
  now: at(400),
  commit: 60,
  policy: { ...DEFAULT_POLICY, count: { ...DEFAULT_POLICY.count, ...count } },
  rolesOf: () => ['counter'],
  isOver: () => true,
  chainOf: () => ({ index: 0, notBy: [] }),
  ...over,
})
const roundOf = (row: RowBook, facts = factsOf()): Variance => {
  const { variances } = renewRow(row, facts)
  const last = variances.at(-1)
  if (last === undefined) throw new Error('no round')
  return last
}
const carriedOn = (open: Variance): Pick<RowBook, 'open' | 'last'> => ({
  open,
  last: { round: open.round, version: open.version },
})

describe('a variance and what comes in', () => {
  it('[C39] a difference waits for the handhelds, a count that agrees is closed, an unfinished one is still counting', () => {
    expect(roundOf(rowOf(10, { seen: [seenAs(8)] }))).toMatchObject({
      state: 'provisional',
      book: 10,
      delta: -2,
      round: 1,
      version: 1,
      counters: [anna],
    })
    expect(roundOf(rowOf(10, { seen: [seenAs(10)] }))).toMatchObject({ state: 'closed', delta: 0 })
    expect(roundOf(rowOf(10, { seen: [seenAs(8)] }), factsOf({ isOver: () => false })).state).toBe('counting')
  })

  it('[C40] a late pick from before the count explains it, with a note; from after it changes nothing', () => {
    const open = roundOf(rowOf(10, { seen: [seenAs(8)] }))
    const late = leg(-1, { at: at(-60) })
    const row = rowOf(9, { seen: [seenAs(8)], legs: [late], held: 2, ...carriedOn(open) })
    const next = renewRow(row, factsOf())
    expect(next.variances).toMatchObject([
      {
        version: 2,
        round: 1,
        state: 'provisional',
        book: 9,
        delta: -1,
        late: [{ qty: -1, worker: berk, at: at(-60), arrivedAt: at(300) }],
      },
    ])
    expect(next.hold).toBe(-1)
    const since = rowOf(7, { seen: [seenAs(8)], legs: [leg(-3, { at: at(60) })], held: 2, ...carriedOn(open) })
    expect(renewRow(since, factsOf())).toMatchObject({ variances: [], hold: 0 })
  })

  it('[C40] explained to 0 it closes by itself and lets go of what it held', () => {
    const open = roundOf(rowOf(10, { seen: [seenAs(8)] }))
    const row = rowOf(8, { seen: [seenAs(8)], legs: [leg(-2)], held: 2, ...carriedOn(open) })
    const next = renewRow(row, factsOf())
    expect(next).toMatchObject({ variances: [{ state: 'closed', delta: 0, version: 2 }], hold: -2 })
    expect(next.close).toContain('count_variance')
  })

  it('[C41] a leg within the uncertainty makes the order unknown: both values, an exception, never by itself', () => {
    const open = roundOf(rowOf(10, { seen: [seenAs(8)] }))
    const row = rowOf(9, { seen: [seenAs(8)], legs: [leg(-1, { at: at(-1) })], held: 2, ...carriedOn(open) })
    const next = renewRow(row, factsOf())
    const [variance] = next.variances
    expect(variance).toMatchObject({ delta: -1, least: -2, most: -1, flags: ['orderUnknown'] })
    expect(next.raise.map(one => one.kind)).toEqual(['order_unknown'])
    const due = dueOf(variance!, { waits: [], silent: [] }, { qty: null, pct: null, value: null }, 1)
    expect(due).toMatchObject({ what: 'look' })
  })

  it('[C42] of two counts of a row the later point wins, whichever arrives first; the one before is superseded', () => {
    const early = seenAs(8, { count: 'count 1' })
    const late = seenAs(7, { count: 'count 2', worker: berk, point: { device: two, seq: 3, at: at(60), commit: 60 } })
    const first = roundOf(rowOf(10, { seen: [early] }))
    const both = renewRow(rowOf(10, { seen: [early, late], ...carriedOn(first) }), factsOf()).variances
    expect(both.map(({ state, round, version, seen }) => [state, round, version, seen])).toEqual([
      ['superseded', 1, 2, 8],
      ['provisional', 2, 3, 7],
    ])
    expect(both.at(-1)?.counters).toEqual([anna, berk])
    const other = roundOf(rowOf(10, { seen: [late] }))
    expect(renewRow(rowOf(10, { seen: [late, early], ...carriedOn(other) }), factsOf()).variances).toEqual([])
    const unsure = { ...late, point: { ...late.point, at: at(1) } }
    expect(roundOf(rowOf(10, { seen: [early, unsure], ...carriedOn(first) })).flags).toEqual(['twoCounts'])
  })

  it('[C43] a posted count that a late movement contradicts is in doubt again, as a new round with an exception', () => {
    const counted = roundOf(rowOf(10, { seen: [seenAs(8)] }))
    const settled: Variance = { ...counted, state: 'posted', version: 2 }
    const posted = leg(-2, { desk: true, of: counted.point, at: at(0), commit: 55 })
    const row = rowOf(7, {
      seen: [seenAs(8)],
      legs: [posted, leg(-1)],
      settled,
      last: { round: 1, version: 2 },
    })
    const next = renewRow(row, factsOf())
    expect(next.variances).toMatchObject([
      { round: 2, version: 3, state: 'review', book: 7, delta: 1, flags: ['late'] },
    ])
    expect(next.raise.map(one => one.kind)).toEqual(['late_after_count'])
    const quiet = rowOf(8, { ...row, legs: [posted], onHand: 8 })
    expect(renewRow(quiet, factsOf())).toMatchObject({ variances: [], raise: [], hold: 0 })
  })

  it('[C44] a short says that nothing more is there, never that there is more; it is always a person’s', () => {
    const short = seenAs(3, { kind: 'short' })
    const open = roundOf(rowOf(10, { seen: [short] }), factsOf({ isOver: () => false }))
    expect(open).toMatchObject({ state: 'provisional', delta: -7 })
    expect(roundOf(rowOf(2, { seen: [short] }))).toMatchObject({ state: 'closed', delta: 0 })
    const due = dueOf(open, { waits: [], silent: [] }, { qty: null, pct: null, value: null }, 1)
    expect(due.what).toBe('look')
  })

  it('[C45] where figures are hidden the server asks for another look, as often as the policy says', () => {
    const blind = (attempt: number, qty: number) => seenAs(qty, { mode: 'blind', attempt, point: { seq: 9 + attempt } })
    const counting = factsOf({ isOver: () => false })
    const first = roundOf(rowOf(10, { seen: [blind(1, 8)] }), counting)
    expect(first.state).toBe('again')
    const second = roundOf(rowOf(10, { seen: [blind(1, 8), blind(2, 9)], ...carriedOn(first) }), counting)
    expect(second).toMatchObject({ state: 'counting', delta: -1, round: 1, version: 2 })
    expect(second.tries.map(one => one.seen)).toEqual([8, 9])
    const done = rowOf(10, { seen: [blind(1, 8), blind(2, 9)], ...carriedOn(second) })
    expect(roundOf(done).state).toBe('provisional')
    const recount = factsOf({ chainOf: () => ({ index: 1, notBy: [] }) })
    expect(roundOf(rowOf(10, { seen: [seenAs(8, { mode: 'recount' })] }), recount).state).toBe('provisional')
    expect(roundOf(rowOf(10, { seen: [seenAs(8)] }), counting).state).toBe('counting')
  })

  it('[C46] a statement that is taken back before it is settled leaves no variance, or the statement before it', () => {
    const first = seenAs(8)
    const open = roundOf(rowOf(10, { seen: [first] }))
    const gone = renewRow(rowOf(10, { seen: [{ ...first, takenBack: true }], held: 2, ...carriedOn(open) }), factsOf())
    expect(gone).toMatchObject({ variances: [{ state: 'withdrawn' }], hold: -2 })
    const second = seenAs(7, { attempt: 2, point: { seq: 11 } })
    const two = roundOf(rowOf(10, { seen: [first, second], ...carriedOn(open) }))
    const back = roundOf(rowOf(10, { seen: [first, { ...second, takenBack: true }], ...carriedOn(two) }))
    expect(back).toMatchObject({ seen: 8, delta: -2, tries: [{ seen: 8 }] })
  })

  it('[C47] the same facts give the same answer, once it is written there is nothing left to write', () => {
    const row = rowOf(10, { seen: [seenAs(8)] })
    const { variances, hold } = renewRow(row, factsOf())
    expect(renewRow(row, factsOf())).toEqual(renewRow(row, factsOf()))
    const written = rowOf(10, { seen: [seenAs(8)], held: hold, ...carriedOn(variances.at(-1)!) })
    expect(renewRow(written, factsOf())).toEqual({ variances: [], hold: 0, raise: [], close: [] })
  })
})

describe('post or pend', () => {
  const reporter = (over: Partial<Parameters<typeof unheardOf>[0][number]> = {}) => ({
    device: two,
    seenAt: at(60),
    report: at(60),
    active: true,
    zones: null,
    ...over,
  })
  const heard = (over: Parameters<typeof reporter>[0], zone: string | null = 'A', now = at(400)) =>
    unheardOf([reporter(over)], zone, point(), now, 8)

  it('[C48] the watermark passes a count when every active handheld of the zone has told all up to then', () => {
    expect(heard({})).toEqual({ waits: [], silent: [] })
    expect(heard({ report: at(1) }).waits).toEqual([two])
    expect(heard({ report: at(1.001) }).waits).toEqual([])
    expect(heard({ report: at(-5), active: false }).waits).toEqual([])
    expect([heard({ report: at(-5), zones: ['B'] }).waits, heard({ report: at(-5), zones: ['A'] }).waits]).toEqual([
      [],
      [two],
    ])
  })

  it('[C48] a handheld that is silent for longer than the policy says holds nothing up, and a person looks', () => {
    const silent = (hours: number) => heard({ report: at(-5), seenAt: at(0) }, 'A', at(hours * 3600))
    expect([silent(8), silent(8.001)]).toEqual([
      { waits: [two], silent: [] },
      { waits: [], silent: [two] },
    ])
  })

  it('[C49] within all limits and past the watermark it posts by itself; else it waits or a person looks', () => {
    const v = roundOf(rowOf(100, { seen: [seenAs(98)] }))
    const limits = { qty: 2, pct: 5, value: 25_000 }
    const none = { waits: [], silent: [] }
    expect(dueOf(v, none, limits, 100)).toEqual({ what: 'post' })
    expect(dueOf(v, { waits: [two], silent: [] }, limits, 100)).toEqual({ what: 'wait' })
    expect(dueOf(v, { waits: [], silent: [two] }, limits, 100)).toEqual({ what: 'look', flags: ['silent'] })
    expect(dueOf(v, none, { ...limits, qty: 1 }, 100)).toEqual({ what: 'look', flags: ['overLimit'] })
    expect(dueOf({ ...v, flags: ['fresh'] }, none, limits, 100)).toEqual({ what: 'look', flags: [] })
    expect(dueOf({ ...v, state: 'review' }, none, limits, 100)).toEqual({ what: 'wait' })
  })

  it('[C49] goods new to the place, a row in trouble and a client who wants it are looked at, whatever the size', () => {
    expect(roundOf(rowOf(0, { seen: [seenAs(1)] })).flags).toEqual(['fresh'])
    const boss = factsOf({ rolesOf: () => ['supervisor'] })
    expect(roundOf(rowOf(0, { seen: [seenAs(1)] }), boss).flags).toEqual([])
    expect(roundOf(rowOf(9, { seen: [seenAs(8)], troubled: true })).flags).toEqual(['exception'])
    expect(roundOf(rowOf(9, { seen: [seenAs(8)] }), factsOf({}, { alwaysReview: true })).flags).toEqual([
      'alwaysReview',
    ])
  })

  it('[C50] a count that nobody finishes is somebody’s after the silent hours', () => {
    const v = { ...roundOf(rowOf(9, { seen: [seenAs(8)] }), factsOf({ isOver: () => false })), changedAt: at(0) }
    expect([isForsaken(v, at(8 * 3600), 8), isForsaken(v, at(8 * 3600 + 1), 8)]).toEqual([false, true])
  })
})

describe('decisions', () => {
  const waiting: Variance = { ...roundOf(rowOf(100, { seen: [seenAs(90)] })), state: 'review', version: 4 }
  const boss = { id: cem, roles: ['supervisor' as const] }
  const decide = (kind: 'approve' | 'reject' | 'recount' | 'undo', over: object = {}, who = boss, v = waiting) =>
    decideVariance(v, { kind, expectedVersion: 4, reason: 'MISSING', early: false, ...over }, who, at(500))

  it('[C51] approve, reject and recount are taken on the version that was seen, else refused as stale', () => {
    expect(decide('approve')).toMatchObject({
      ok: true,
      variance: {
        state: 'approved',
        version: 5,
        delta: -10,
        effectiveAt: isoOf(msOf(at(500)) + EFFECTIVE_AFTER_MS),
        decided: { kind: 'approve', worker: cem, reason: 'MISSING' },
      },
    })
    expect(decide('reject')).toMatchObject({ ok: true, variance: { state: 'rejected', version: 5 } })
    expect(decide('recount')).toMatchObject({ ok: true, variance: { state: 'recount', version: 5 } })
    for (const kind of ['approve', 'reject', 'recount'] as const) {
      expect(decide(kind, { expectedVersion: 3 })).toEqual({ ok: false, code: 'stale' })
      expect(decide(kind, {}, boss, { ...waiting, state: 'posted' })).toEqual({ ok: false, code: 'stale' })
    }
  })

  it('[C52] nobody approves their own count, supervisors neither; others than supervisors decide nothing', () => {
    const own = { id: anna, roles: ['supervisor' as const] }
    expect(decide('approve', {}, own)).toEqual({ ok: false, code: 'own_count' })
    expect(decide('approve', {}, own, { ...waiting, counters: [berk, anna] })).toEqual({ ok: false, code: 'own_count' })
    for (const kind of ['approve', 'reject', 'recount'] as const)
      expect(
        decideVariance(
          waiting,
          { kind, expectedVersion: 4, reason: 'X', early: true },
          { id: cem, roles: ['counter'] },
          at(1),
        ),
      ).toEqual({ ok: false, code: 'role' })
  })

  it('[C53] approving and rejecting need a reason; approving before the handhelds have reported must be said', () => {
    expect([decide('approve', { reason: '' }), decide('reject', { reason: '' })]).toEqual([
      { ok: false, code: 'reason' },
      { ok: false, code: 'reason' },
    ])
    const early = { ...waiting, state: 'provisional' as const }
    expect(decide('approve', {}, boss, early)).toEqual({ ok: false, code: 'provisional' })
    expect(decide('approve', { early: true }, boss, early)).toMatchObject({ ok: true })
  })

  it('[DA4] of two, the first approval waits where it was for another person who has not counted, until the numbers change', () => {
    const two = (who: typeof boss, v: Variance, expectedVersion: number) =>
      decideVariance(v, { kind: 'approve', expectedVersion, reason: 'MISSING', early: false }, who, at(500), true)
    const first = two(boss, waiting, 4)
    if (!first.ok) throw new Error('refused')
    expect(first.variance).toMatchObject({ state: 'review', version: 5, first: { worker: cem }, effectiveAt: null })
    expect(two(boss, first.variance, 5)).toEqual({ ok: false, code: 'second' })
    const other = { id: berk, roles: ['supervisor' as const] }
    expect(two(other, { ...first.variance, counters: [berk] }, 5)).toEqual({ ok: false, code: 'own_count' })
    expect(two(other, first.variance, 4)).toEqual({ ok: false, code: 'stale' })
    expect(two(other, { ...first.variance, counters: [anna] }, 5)).toMatchObject({
      ok: true,
      variance: { state: 'approved', version: 6 },
    })
    // The numbers have changed meanwhile: it begins anew.
    const changed = { ...first.variance, counters: [anna], version: 6 }
    expect(two(other, changed, 6)).toMatchObject({ ok: true, variance: { state: 'review', first: { worker: berk } } })
  })

  it('[C54] an approval can be taken back until it posts; a late movement takes it back by itself', () => {
    const taken = decide('approve')
    if (!taken.ok) throw new Error('refused')
    const back = decide('undo', { expectedVersion: 5, reason: '' }, boss, taken.variance)
    expect(back).toMatchObject({ ok: true, variance: { state: 'review', version: 6, effectiveAt: null } })
    expect(decide('undo', { reason: '' })).toEqual({ ok: false, code: 'stale' })
    const row = rowOf(99, { seen: [seenAs(90)], legs: [leg(-1)], held: 10, ...carriedOn(taken.variance) })
    expect(roundOf(row)).toMatchObject({ state: 'review', version: 6, delta: -9, flags: ['broken'], effectiveAt: null })
  })
})
