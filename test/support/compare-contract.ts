import { beforeEach, describe, expect, it } from 'vitest'
import type { Drift, Verdict } from '../../server/erp/compare/verdict.ts'
import type { CompareRun, CompareStore } from '../../server/workers/compare-port.ts'
import { derivedId } from '../../shared/ids.ts'
import type { ConnectorId } from '../../shared/ids.ts'

export type CompareUnderTest = { compare: CompareStore; connector: ConnectorId }

const at = (n: number): string => `2026-11-23T0${n}:00:00.000Z`

/** One suite for what comparing keeps: memory, PGlite and PostgreSQL. */
export const describeCompare = (name: string, make: () => Promise<CompareUnderTest>): void => {
  describe(`the history of comparing: ${name}`, () => {
    let on: CompareUnderTest
    beforeEach(async () => {
      on = await make()
    })
    const drift = (item: string, n: number, more: Partial<Verdict> = {}): Drift & Verdict & { moves: [] } => ({
      item,
      location: 'MAIN',
      lot: '',
      theirs: 10 + n,
      ours: 10,
      drift: n,
      class: 'edited',
      proposal: 'adoptTheirs',
      because: ['7'],
      causes: [{ class: 'edited', proposal: 'adoptTheirs', n, because: ['7'] }],
      moves: [],
      ...more,
    })
    const run = async (
      hour: number,
      drifts: readonly ReturnType<typeof drift>[],
      more: { moving?: string[]; items?: string[]; cursor?: string } = {},
    ): Promise<CompareRun> => {
      const begun = {
        id: derivedId('run', hour),
        connector: on.connector,
        cause: 'timer' as const,
        startedAt: at(hour),
      }
      await on.compare.begin(begun)
      const counts = { keys: 5, drifts: drifts.length, moving: 0, units: 4, outcome: null }
      const ended = { ...begun, endedAt: at(hour), ...counts }
      const { moving = [], items = null, cursor = null } = more
      await on.compare.end(ended, { drifts, moving, items, cursor })
      return ended
    }
    const open = async () =>
      (await on.compare.drifts(on.connector, { open: true }, { after: null, limit: 10 })).map(row => [
        row.item,
        row.drift,
      ])

    it('[ER14] a difference stays one row while it is open, with its age, and is closed when both agree', async () => {
      await run(1, [drift('a', 4), drift('b', -2.5)])
      await run(2, [drift('a', 5, { class: 'unexplained', proposal: 'recount', because: [] })])
      const rows = await on.compare.drifts(on.connector, { open: true }, { after: null, limit: 10 })
      expect(rows).toMatchObject([
        { item: 'a', theirs: 15, ours: 10, drift: 5, firstAt: at(1), lastAt: at(2), class: 'unexplained', because: [] },
      ])
      const closed = await on.compare.drifts(on.connector, { open: false }, { after: null, limit: 10 })
      expect(closed).toMatchObject([{ item: 'b', drift: -2.5, closedBy: 'agree', closedAt: at(2) }])
      await run(3, [drift('b', 1)])
      expect(await open()).toEqual([['b', 1]])
    })
    it('[ER14] what was not looked at, or was moving, stays open', async () => {
      await run(1, [drift('a', 4), drift('b', 2)])
      await run(2, [], { items: ['a'], moving: [] })
      expect(await open()).toEqual([['b', 2]])
      await run(3, [], { moving: ['b|MAIN|'] })
      expect(await open()).toEqual([['b', 2]])
      await run(4, [])
      expect(await open()).toEqual([])
    })
    it('[ER14] runs are kept, newest first, with the cursor of the last that went through', async () => {
      const first = await run(1, [], { cursor: 'one' })
      const second = await run(2, [drift('a', 1)], { cursor: 'two' })
      await run(3, [])
      const runs = await on.compare.runs(on.connector, { before: at(3), limit: 10 })
      expect(runs).toEqual([second, first])
      expect(await on.compare.cursor(on.connector)).toBe('two')
    })
    it('[ER14] a person ends a difference once; pages and filters', async () => {
      await run(1, [drift('a', 1), drift('b', 2, { class: 'swap' }), drift('c', 3)])
      const page = (after: string | null) => on.compare.drifts(on.connector, { open: true }, { after, limit: 2 })
      expect((await page(null)).map(row => row.item)).toEqual(['a', 'b'])
      expect((await page('b|MAIN|')).map(row => row.item)).toEqual(['c'])
      const swaps = await on.compare.drifts(on.connector, { open: true, class: 'swap' }, { after: null, limit: 10 })
      expect(swaps.map(row => row.item)).toEqual(['b'])
      expect(await on.compare.close(on.connector, drift('b', 2), 'Ayşe', at(2))).toBe(true)
      expect(await on.compare.close(on.connector, drift('b', 2), 'Ayşe', at(2))).toBe(false)
      expect(await open()).toEqual([
        ['a', 1],
        ['c', 3],
      ])
      await on.compare.reopen(on.connector, drift('b', 2), at(1))
      expect(await open()).toHaveLength(2)
      // What was decided could not be done.
      await on.compare.reopen(on.connector, drift('b', 2), at(2))
      expect(await open()).toHaveLength(3)
    })
  })
}
