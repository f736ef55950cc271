import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { BUGS } from './bugs.ts'
import { fewOrders, orderShift } from './order-shift.ts'
import { run } from './run.ts'
import { differsFromItself, hunt, keptSeeds, neverSeen, runSeeds } from './suite.ts'

const told = (results: readonly { seed: number; failures: readonly string[]; trail: readonly string[] }[]): string[] =>
  results.flatMap(({ seed, failures, trail }) => [`seed ${seed}`, ...failures, ...trail])

const CHECKS = [
  'check-counts',
  'erp-post',
  'check-device',
  'check-scope',
  'check-storage',
  'check-server',
  'device',
  'net',
  'run',
  'intruder',
]
  .map(name => readFileSync(new URL(`${name}.ts`, import.meta.url), 'utf8'))
  .join('\n')
  .replaceAll(/fail\(\s+/g, 'fail(')

describe('simulated shifts', () => {
  const shifts = runSeeds(21, 24)

  it('[I0] the same seed gives the same shift, event for event', async () => {
    expect(await differsFromItself(7)).toBeNull()
  })

  it('[I0] twenty-four shifts reach every event that the invariants are about', async () => {
    const end = await shifts
    expect(told(end.failed)).toEqual([])
    expect(end.movements).toBeGreaterThan(2000)
    expect(neverSeen(end.seen)).toEqual([])
  })

  // Each is checked at every commit, page, append or start of every shift; a violation names its rule and ends the shift.
  it.each([
    '[I1] what leaves one address arrives at another',
    '[I2] no command is applied twice',
    '[I3] every beeped command has ended, applied or in quarantine',
    '[I4] the commands known of an epoch have no hole',
    '[I5] every page is the committed feed from where the handheld stood',
    '[I6] at rest every handheld has the rows of the server',
    '[I7] the screen shows confirmed rows and each own command once',
    '[I8] no beeped command disappears, and the prompt is the one after the last beep',
    '[I9] the ledger gives the stock, the claims give the reservations',
    '[I10] no cause has two open exceptions',
    '[I11] what is forged, broken or of the wrong role books nothing',
    '[I12] a snapshot is the base at one commit',
    '[I13] a new version of the app finds the queue byte for byte',
    '[I14] what crosses from outside is in one message, and the ERP has each once',
    '[I15] when the trouble stops all queues drain',
    '[I16] a count is booked once, never approved by whoever counted, never by itself before everybody was heard',
    '[I17] after a restore the handhelds hold what the server lacks',
    '[I18] what has ended does not come back by a late page or an old snapshot',
    '[I19] the books say what really lies where',
    '[I20] no row and no part of the catalogue of another client reaches a handheld',
    '[I21] no command that is well formed makes the server fail',
    '[I24] whoever counts blind has no figure of what they count',
    '[I25] where a right count was posted the books say what lies there',
    '[I26] somebody is told of a lost storage',
  ])('%s', async title => {
    const rule = /I\d+/.exec(title)?.[0] ?? ''
    const { failed } = await shifts
    expect(failed.filter(result => result.failures.some(failure => failure.startsWith(`${rule}:`)))).toEqual([])
    // What no check ever says can never fail.
    expect(CHECKS).toContain(`fail('${rule}'`)
  })

  it.each(keptSeeds())('[I0] seed $seed once failed: $title', async ({ seed }) => {
    expect(told([await run(seed)])).toEqual([`seed ${seed}`, ...(await run(seed)).trail])
  })
})

describe('planted bugs', () => {
  it.each(Object.entries(BUGS))('[I0] %s is noticed', async (name, { title }) => {
    const { caught } = await hunt(name)
    expect(caught?.failures.length ?? 0, title).toBeGreaterThan(0)
  })
})

describe('orders that are given out', () => {
  const baskets = Array.from({ length: 10 }, (_, n) =>
    Array.from({ length: 1 + (n % 4) }, (_, i) => `${(n * 3 + i) % 9}`),
  )
  const options = { devices: 3, minutes: 12, faults: ['drop', 'late', 'crash', 'rollback'] as const }

  it('[I19] every order is picked once, by whoever was given it, and the books say what lies where', async () => {
    expect((await run(3, { ...options, shift: orderShift(baskets, 3) })).failures).toEqual([])
  })

  it('[I22] walks of several orders and shelves that have less than the books go through the process of picking', async () => {
    const { seen, failures } = await run(3, { ...options, shift: orderShift(baskets, 3) })
    expect(failures).toEqual([])
    expect(seen['walks of several orders']).toBeGreaterThan(0)
    expect(seen.shorts).toBeGreaterThan(0)
    expect(seen['scans refused by a process']).toBeGreaterThan(0)
  })

  it.each([
    { seed: 4, devices: 4 },
    { seed: 1, devices: 3 },
  ])('[I23] nothing is short while it lies on a shelf of goods of many kinds: $devices handhelds', async one => {
    const shift = fewOrders(one.seed)
    expect((await run(one.seed, { ...options, devices: one.devices, minutes: 30, shift })).failures).toEqual([])
  })

  it('[I23] an order that nobody picks is seen', async () => {
    const shift = { ...orderShift(baskets, 3), turn: async () => null }
    expect((await run(3, { ...options, shift })).failures).toEqual([expect.stringContaining('not picked')])
  })
})
