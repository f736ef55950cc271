import { describe, expect, it } from 'vitest'
import { classify } from './classify.ts'
import type { Drift, Evidence, MessageEvidence, MoveEvidence } from './verdict.ts'

const drift = (n: number, more: Partial<Drift> = {}): Drift => ({
  item: 'item,1',
  location: 'MAIN',
  lot: '',
  theirs: 10 + n,
  ours: 10,
  drift: n,
  ...more,
})
const message = (key: string, state: string, n: number, more: Partial<MessageEvidence> = {}): MessageEvidence => ({
  key,
  type: 'adjustment',
  state,
  n,
  at: '2026-11-23T08:00:00.000Z',
  countedAt: null,
  postedAt: null,
  found: null,
  refs: 0,
  ...more,
})
const move = (id: string, n: number, key: string | null = null, at = '2026-11-23T08:30:00.000Z'): MoveEvidence => ({
  id,
  n,
  key,
  at,
})
const named = (of: Drift, more: Partial<Evidence> = {}): [string, string, readonly string[]] => {
  const all = { mapped: true, messages: [], moves: [], ratios: [], sameItem: [of], ...more }
  const verdict = classify(of, all)
  return [verdict.class, verdict.proposal, verdict.because]
}

describe('what a difference comes from', () => {
  it('[ER10] in flight: any part of the messages under way, but only those', () => {
    const messages = [message('a', 'unknown', -3), message('b', 'posting', 5), message('c', 'waiting', -4)]
    expect(named(drift(5), { messages })).toEqual(['inFlight', 'wait', ['b']])
    expect(named(drift(2), { messages })).toEqual(['inFlight', 'wait', ['a', 'b']])
    expect(named(drift(-4), { messages })[0]).toBe('several')
    // Of very many only all together are tried.
    const many = Array.from({ length: 20 }, (_, i) => message(`${i}`, 'unknown', -1))
    expect(named(drift(-20), { messages: many })[0]).toBe('inFlight')
    expect(named(drift(-7), { messages: many })[0]).toBe('unexplained')
  })
  it('[ER10] missing: believed posted, and the ERP says otherwise', () => {
    for (const found of ['absent', 'draft', 'cancelled'] as const)
      expect(named(drift(3), { messages: [message('a', 'posted', -3, { found })] })[0]).toBe('missing')
    expect(named(drift(3), { messages: [message('a', 'posted', -3, { found: 'posted' })] })[0]).toBe('unexplained')
    expect(named(drift(-3), { messages: [message('a', 'posted', -3, { found: 'absent' })] })[0]).toBe('several')
  })
  it('[ER10] duplicate: the ERP has the key twice, by its own word or by its movements', () => {
    const twice = [message('a', 'posted', -3, { found: 'many' })]
    expect(named(drift(-3), { messages: twice })).toEqual(['duplicate', 'reverse', ['a']])
    expect(named(drift(-6), { messages: twice })[0]).toBe('duplicate')
    const posted = [message('a', 'posted', -3)]
    expect(named(drift(-3), { messages: posted, moves: [move('1', -3, 'a'), move('2', -3, 'a')] })[0]).toBe('duplicate')
    // One posting in two movements is one posting.
    expect(named(drift(-3), { messages: posted, moves: [move('1', -1, 'a'), move('2', -2, 'a')] })[0]).toBe(
      'unexplained',
    )
  })
  it('[ER10] unit: a known ratio between the books, or between a message and its movement', () => {
    const ratios = [{ num: 12, den: 1 }]
    expect(named(drift(110, { theirs: 120 }), { ratios })[0]).toBe('unit')
    expect(named(drift(-110, { theirs: 10, ours: 120 }), { ratios })[0]).toBe('unit')
    expect(named(drift(110, { theirs: 120 }), { ratios: [{ num: 10, den: 1 }] })[0]).toBe('unexplained')
    const messages = [message('a', 'posted', 2)]
    expect(named(drift(22, { theirs: 999, ours: 977 }), { ratios, messages, moves: [move('1', 24, 'a')] })).toEqual([
      'unit',
      'map',
      ['a'],
    ])
    // A person's entry of just that much is an entry.
    expect(named(drift(110, { theirs: 120 }), { ratios, moves: [move('1', 110)] })[0]).toBe('edited')
  })
  it('[ER10] swap: lots or places of one item that are right together', () => {
    const other = drift(-4, { lot: 'B' })
    expect(named(drift(4), { sameItem: [drift(4), other] })).toEqual(['swap', 'recount', ['item,1|MAIN|B']])
    const three = [drift(4), drift(-1, { lot: 'B' }), drift(-3, { lot: 'C' })]
    expect(named(drift(4), { sameItem: three })[0]).toBe('swap')
    expect(named(drift(4), { sameItem: [drift(4), drift(-1, { lot: 'B' })] })[0]).toBe('unexplained')
  })
  it('[ER10] stale count: what moved between the count and its posting', () => {
    const count = message('c', 'posted', -2, {
      countedAt: '2026-11-23T08:00:00.000Z',
      postedAt: '2026-11-23T09:00:00.000Z',
    })
    const between = message('m', 'posted', 3, { at: '2026-11-23T08:30:00.000Z' })
    expect(named(drift(-3), { messages: [count, between] })).toEqual(['stale', 'adoptOurs', ['c', 'm']])
    expect(named(drift(-3), { messages: [count, { ...between, at: '2026-11-23T09:30:00.000Z' }] })[0]).toBe(
      'unexplained',
    )
    expect(named(drift(-3), { messages: [count], moves: [move('7', 3)] })[0]).toBe('stale')
  })
  it('[ER10] edited, skipped, rounding, unmapped, unexplained', () => {
    const moves = [move('1', 4), move('2', -1), move('3', 9, 'ours')]
    expect(named(drift(3), { moves })).toEqual(['edited', 'adoptTheirs', ['1', '2']])
    expect(named(drift(4), { moves })[2]).toEqual(['1'])
    expect(named(drift(9), { moves })[0]).toBe('several')
    for (const state of ['skipped', 'rehearsed'])
      expect(named(drift(3), { messages: [message('a', state, -3)] })).toEqual(['skipped', 'adoptOurs', ['a']])
    expect(named(drift(-0.4))[0]).toBe('rounding')
    expect(named(drift(1))[0]).toBe('unexplained')
    expect(named(drift(3), { mapped: false, moves: [move('1', 3)] })).toEqual(['unmapped', 'map', []])
  })

  const shares = (of: Drift, more: Partial<Evidence>) => {
    const verdict = classify(of, { mapped: true, messages: [], moves: [], ratios: [], sameItem: [of], ...more })
    expect(verdict.causes.reduce((sum, cause) => sum + cause.n, 0)).toBeCloseTo(of.drift, 6)
    const causes = verdict.causes.map(cause => [cause.class, cause.n, cause.proposal, cause.because])
    return [verdict.class, verdict.proposal, causes]
  }
  const lost = message('lost', 'posted', -3, { found: 'absent' })

  it('[ER31] one cause has all of it', () => {
    expect(shares(drift(3), { messages: [lost] })).toEqual(['missing', 'repost', [['missing', 3, 'repost', ['lost']]]])
    expect(shares(drift(7), {})).toEqual(['unexplained', 'recount', [['unexplained', 7, 'recount', []]]])
  })
  it('[ER31] two causes at once: each has its share and its proposal, the first proposal is that of the whole', () => {
    expect(shares(drift(5), { messages: [lost], moves: [move('1', 2)] })).toEqual([
      'several',
      'repost',
      [
        ['missing', 3, 'repost', ['lost']],
        ['edited', 2, 'adoptTheirs', ['1']],
      ],
    ])
    const flying = message('b', 'unknown', 4)
    expect(shares(drift(6), { messages: [flying], moves: [move('1', 2)] }).slice(0, 2)).toEqual([
      'several',
      'adoptTheirs',
    ])
    const [, , causes] = shares(drift(-1), {
      messages: [lost, message('twice', 'posted', -4, { found: 'many', refs: 2 })],
    })
    expect(causes).toEqual([
      ['missing', 3, 'repost', ['lost']],
      ['duplicate', -4, 'reverse', ['twice']],
    ])
  })
  it('[ER31] what is left is not explained, or rounding, and has its own proposal', () => {
    expect(shares(drift(8), { messages: [lost], moves: [move('1', 2)] })).toEqual([
      'several',
      'repost',
      [
        ['missing', 3, 'repost', ['lost']],
        ['edited', 2, 'adoptTheirs', ['1']],
        ['unexplained', 3, 'recount', []],
      ],
    ])
    expect(shares(drift(2.25), { moves: [move('1', 2)] })[2]).toEqual([
      ['edited', 2, 'adoptTheirs', ['1']],
      ['rounding', 0.25, 'adoptOurs', []],
    ])
    // That a message is not there is a fact, although the rest grows by it.
    expect(shares(drift(-3), { messages: [lost] })[2]).toEqual([
      ['missing', 3, 'repost', ['lost']],
      ['unexplained', -6, 'recount', []],
    ])
  })
  it('[ER31] what may be counts only where it leaves less: the fewest, the older first, whatever the order they come in', () => {
    expect(shares(drift(4), { moves: [move('1', -2)] })[0]).toBe('unexplained')
    const late = '2026-11-23T09:00:00.000Z'
    const six = message('six', 'posted', -6, { found: 'absent' })
    const moves = [move('b', 2, null, late), move('c', 1), move('a', 2), move('d', 1)]
    for (const some of [moves, [...moves].reverse()])
      expect(shares(drift(8), { messages: [six], moves: some })[2]).toEqual([
        ['missing', 6, 'repost', ['six']],
        ['edited', 2, 'adoptTheirs', ['a']],
      ])
    // Of very many entries only all of them together count.
    const many = Array.from({ length: 30 }, (_, i) => move(`${i}`, 1))
    const sums = (n: number) =>
      classify(drift(n), { mapped: true, messages: [lost], moves: many, ratios: [], sameItem: [] }).causes.map(
        cause => [cause.class, cause.n],
      )
    expect(sums(33)).toEqual([
      ['missing', 3],
      ['edited', 30],
    ])
    expect(sums(5)).toEqual([
      ['missing', 3],
      ['unexplained', 2],
    ])
  })
})
