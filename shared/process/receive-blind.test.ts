import { describe, expect, it } from 'vitest'
import type { Line } from '../catalogue.ts'
import { withholdExpected } from '../sync/expected.ts'
import {
  bowl,
  demoSeed,
  demoWorld,
  documentId,
  drill,
  lineId,
  mug,
  receiptOf,
  scanOf,
  stamped,
  TIMES,
  tablesOf,
  wants,
  worldOf,
  workerAt,
  device,
  EPOCH,
} from '../../test/support/world.ts'
import { makeWorld } from '../ledger/world.ts'
import { judge } from './judge.ts'
import { receive } from './receive.ts'

const seed = {
  ...demoSeed(),
  documents: [receiptOf('PO-1', [wants(mug, 24), wants(bowl, 5), { ...wants(drill, 1), done: 1, state: 'done' }])],
  stock: [],
} as const

/** The world of a handheld that has been sent the lines without their figures. */
const blindWorld = () => {
  const tables = tablesOf(seed)
  const rows = [...tables.lines.values()].map(line => ({ c: 1, k: 'line' as const, id: line.id, b: line }))
  for (const row of withholdExpected(rows, new Set([documentId('PO-1')]))) {
    const line = row.b as Line
    tables.lines.set(line.id, line)
  }
  return makeWorld(tables)
}
const at = () => {
  const world = blindWorld()
  return { world, anna: workerAt(receive, world, { document: documentId('PO-1') }) }
}

describe('a delivery that is received blind', () => {
  it('[R51] no figure of what was ordered is shown, and a line is never full', () => {
    const { anna, world } = at()
    anna.scan(scanOf.item(mug))
    const next = anna.number(24)
    expect(next).toMatchObject({ verdict: 'ok', message: { key: 'got' } })
    const prompt = anna.prompt()
    expect(prompt).toMatchObject({ progress: null, hero: { kind: 'number', value: '24' } })
    expect(prompt.hero.of).toBeUndefined()
    expect(prompt.lines.map(line => [line.done, line.wanted, line.state])).toEqual([
      [24, null, 'next'],
      [0, null, 'open'],
      [1, null, 'open'],
    ])
    expect(world.line(lineId('PO-1', 1))).toMatchObject({ done: 24, state: 'open' })
    expect(JSON.stringify([prompt, next.message])).not.toContain('ordered')
  })
  it('[R51] more than was ordered is taken without a word, and the server says so', () => {
    const { anna } = at()
    anna.scan(scanOf.item(mug))
    const { verdict, commands } = anna.number(25)
    expect(verdict).toBe('ok')
    expect(anna.judged.flatMap(one => one.effects.exceptions)).toEqual([])
    const truth = worldOf(seed)
    // One piece by the first scan, the rest by the number.
    const found = [{ ...commands[0], qty: 1 }, ...commands].flatMap((draft, i) => {
      const key = { device, epoch: EPOCH, seq: i + 1 }
      const judged = judge(truth, stamped(draft as never, key), key, TIMES)
      truth.apply(judged.effects)
      return judged.effects.exceptions.map(one => one.kind)
    })
    expect(found).toEqual(['over_receipt'])
  })
  it('[R51] the same goods move on the handheld and on the server', () => {
    const { anna } = at()
    const { commands } = anna.scan(scanOf.item(mug))
    const key = { device, epoch: EPOCH, seq: 1 }
    const [draft] = commands
    const truth = judge(worldOf(seed), stamped(draft as never, key), key, TIMES)
    expect(anna.judged[0]?.effects.movements.map(m => [m.item, m.qty, m.to])).toEqual(
      truth.effects.movements.map(m => [m.item, m.qty, m.to]),
    )
  })
  it('[R51] DONE asks for lines of which nothing has come, and for no other rest', () => {
    const { anna } = at()
    anna.scan(scanOf.item(mug))
    expect(anna.key('XCDNE')).toMatchObject({ verdict: 'ask', message: { key: 'ask.rest', values: { n: 1 } } })
    anna.scan(scanOf.item(bowl))
    expect(anna.key('XCDNE')).toMatchObject({ verdict: 'done', finished: true })
  })
  it('[R51] a delivery whose figures are there is received as ever', () => {
    const anna = workerAt(receive, demoWorld(), { document: documentId('PO-1') })
    anna.scan(scanOf.item(mug))
    expect(anna.number(25)).toMatchObject({ verdict: 'wrong', message: { key: 'over' } })
  })
})
