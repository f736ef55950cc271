import { expect, test } from 'vitest'
import { DEFAULT_POLICY } from '../default-policy.ts'
import type { Variance } from '../count/variance.ts'
import { derivedId } from '../ids.ts'
import type { Policy, PolicySet } from '../policy.ts'
import { approverLimit, approversOf, inOneGo, isOverLimit } from './approver.ts'

const [me, her, him] = ['me', 'her', 'him'].map(name => derivedId<'worker'>('worker', name)) as [
  Variance['counters'][number],
  Variance['counters'][number],
  Variance['counters'][number],
]
const [mine, other] = [derivedId<'client'>('client', 'mine'), derivedId<'client'>('client', 'other')]
const upTo = (value: number) => ({ qty: null, pct: null, value })
const withApprove = (approve: Partial<NonNullable<Policy['approve']>>): Policy => ({
  ...DEFAULT_POLICY,
  approve: { ...DEFAULT_POLICY.approve!, ...approve },
})
const plain: PolicySet = { version: 1, warehouse: DEFAULT_POLICY, clients: {} }

test('[DA8] a limit of one’s own goes before that of the client, which goes before the warehouse’s; without any there is none', () => {
  const set = {
    ...plain,
    warehouse: withApprove({ limit: upTo(100) }),
    clients: { [mine]: withApprove({ limit: upTo(200) }) },
  }
  const value = (approves?: ReturnType<typeof upTo>, client = mine, policies: PolicySet = set) =>
    approverLimit(approves === undefined ? {} : { approves }, policies, client)?.value
  expect([value(upTo(300)), value(), value(undefined, other), value(undefined, mine, plain)]).toEqual([
    300,
    200,
    100,
    undefined,
  ])
})

test('[DA8] a limit holds at its edge; an unknown cost is above every limit of value, and above none where there is none', () => {
  const over = (delta: number, cost: number | null, limit: ReturnType<typeof upTo> | null = upTo(500)) =>
    isOverLimit({ delta, book: 10 }, cost, limit)
  expect([over(-5, 100), over(-6, 100), over(5, null), over(5, null, null)]).toEqual([false, true, true, false])
})

test('[DA8] who can end a row: supervisors of its client who have not counted it and whose limit covers it', () => {
  const variance = (over: Partial<Variance> = {}) =>
    ({ key: { client: mine }, version: 3, delta: -5, book: 50, counters: [him], ...over }) as Variance
  const person = (id: typeof me, more: object = {}) => ({
    id,
    roles: ['supervisor' as const],
    clients: null,
    active: true,
    ...more,
  })
  const people = [
    person(me, { approves: upTo(499) }),
    person(her),
    person(him),
    person(derivedId('worker', 'gone'), { active: false }),
    person(derivedId('worker', 'elsewhere'), { clients: [other] }),
    person(derivedId('worker', 'picker'), { roles: ['picker'] }),
  ]
  expect(approversOf(variance(), 100, plain, people)).toEqual([her])
  expect(approversOf(variance({ delta: -4 }), 100, plain, people)).toEqual([me, her])
  // The second of two needs no limit that covers it, and is never the first.
  const first = { worker: her, at: '', version: 3 }
  expect(approversOf(variance({ first }), 100, plain, people)).toEqual([me])
  expect(approversOf(variance({ first: { ...first, version: 2 } }), 100, plain, people)).toEqual([her])
  const two = { ...plain, warehouse: withApprove({ second: upTo(1) }) }
  expect(approversOf(variance(), 100, two, people)).toEqual([])
  expect(approversOf(variance({ first }), 100, two, people)).toEqual([me])
})

test('[DA9] one go takes rows while their gross value is within the limit, and says of each that is left out why', () => {
  const row = (value: number, more: object = {}) => ({
    state: 'review' as const,
    within: true,
    over: false,
    upTo: 700,
    value,
    counters: [] as string[],
    first: null,
    ...more,
  })
  const rows = [
    row(-300),
    row(500),
    row(300),
    row(10, { counters: [me] }),
    row(10, { state: 'provisional', within: false }),
    row(10, { within: false }),
    row(10, { over: true }),
  ]
  const { taken, left } = inOneGo(rows, me)
  expect(taken).toEqual([rows[0], rows[2]])
  expect(left).toEqual({ own: 1, wait: 1, eyes: 1, over: 2 })
  expect(inOneGo([row(-300, { upTo: null }), row(900, { upTo: null })], me).taken).toHaveLength(2)
})
