import { describe, expect, it } from 'vitest'
import {
  a1,
  a2,
  a3,
  allRows,
  bowl,
  demoSeed,
  demoWorld,
  device,
  dock,
  mug,
  row,
  scanned,
  scanOf,
  unbalanced,
  warehouse,
  workerAt,
  worker,
} from '../../test/support/world.ts'
import { makeLabel } from '../scan/own-label.ts'
import { lpnId } from './lpn.ts'
import { move } from './move.ts'
import type { MoveState } from './move-state.ts'
import type { Process } from './process.ts'
import { putaway } from './putaway.ts'

const NOW = '2026-11-23T08:00:00.000Z'
const label = (code: string): string => makeLabel('XP', code)
const [P1, P2, P3] = [label('0042'), label('0043'), label('0044')]
const LABELS = [P1, P2, P3]
const [p1, p2, p3] = [lpnId(warehouse, P1), lpnId(warehouse, P2), lpnId(warehouse, P3)]

/** Three pallets at the dock. */
const at = (process: Process<MoveState>) => {
  const pallets = [row(mug, dock, 8, { lpn: p1 }), row(bowl, dock, 4, { lpn: p2 }), row(mug, dock, 3, { lpn: p3 })]
  const world = demoWorld({ stock: [...demoSeed().stock, ...pallets], documents: [] })
  const anna = workerAt(process, world, { nothing: true }, device, worker)
  const placeOf = (lpn: typeof p1) => world.stockOn(lpn).map(one => one.location)
  return { world, anna, placeOf }
}
const take = ({ anna }: ReturnType<typeof at>, ...texts: string[]): void => {
  for (const text of texts) anna.scan(scanned(text))
}
const inHand = ({ load, more = [] }: MoveState) => [
  ...more.map(one => one.load.label),
  ...(load?.kind === 'pallet' ? [load.label] : []),
]

describe.each([
  ['moved', move],
  ['put away', putaway],
])('several pallets in hand are %s', (_, process) => {
  it('[M40] each is taken by its label, each place is for the one on the screen, then the one before it comes up', () => {
    const w = at(process)
    take(w, P1)
    expect(w.anna.scan(scanned(P2)).verdict).toBe('ok')
    take(w, P3)
    expect(inHand(w.anna.state())).toEqual([P1, P2, P3])
    expect(w.anna.prompt().facts).toContainEqual({ label: 'fact.inHand', value: `${P1} ${P2}`, kind: 'code' })
    expect(w.anna.judged).toEqual([])
    const goals = [a3, a2, a1]
    for (const [n, goal] of goals.entries()) {
      const left = LABELS.slice(0, 3 - n)
      expect(inHand(w.anna.state())).toEqual(left)
      w.anna.scan(scanOf.place(goal))
      if (w.anna.state().confirm !== null) w.anna.scan(scanOf.place(goal))
    }
    expect(w.anna.state()).toMatchObject({ at: 'from', load: null, more: [] })
    expect([w.placeOf(p3), w.placeOf(p2), w.placeOf(p1)]).toEqual(goals.map(goal => [goal.id]))
    expect(w.anna.judged.flatMap(one => one.effects.exceptions)).toEqual([])
    expect(unbalanced(allRows(w.world))).toEqual([])
  })
  it('[M41] the label of one in hand brings it to the front; the one on the screen is a duplicate, an empty one and BACK lose nothing', () => {
    const w = at(process)
    take(w, P1, P2, P3)
    expect(w.anna.scan(scanned(P3))).toMatchObject({ verdict: 'dup', commands: [] })
    take(w, P1)
    expect(inHand(w.anna.state())).toEqual([P2, P3, P1])
    const before = w.anna.state()
    expect(w.anna.scan(scanned(label('9999')))).toMatchObject({ verdict: 'wrong' })
    expect(w.anna.state()).toEqual(before)
    w.anna.key('XCBAK')
    expect(inHand(w.anna.state())).toEqual([P2, P3])
    expect(w.anna.judged).toEqual([])
    expect(w.placeOf(p1)).toEqual([dock.id])
  })
  it('[M41] a step that an earlier version of the app has saved goes on, and so does this one after a battery change', () => {
    const w = at(process)
    take(w, P1)
    const saved = (): MoveState => {
      const { more: _, ...old } = w.anna.state()
      return JSON.parse(JSON.stringify(old))
    }
    const moment = { now: NOW, today: NOW.slice(0, 10), monoMs: 0, device, worker }
    const next = process.step(saved(), { kind: 'scan', resolved: scanned(P2) }, w.world, moment)
    expect(inHand(JSON.parse(JSON.stringify(next.state)))).toEqual([P1, P2])
  })
})
