import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ERP_BUGS } from './bugs.ts'
import { runOutage } from './outage.ts'
import { runErp } from './run.ts'
import { ERP_PROFILES, huntErp, runErpSeeds } from './suite.ts'

const CHECKS = ['check', 'stage', 'run']
  .map(name => readFileSync(new URL(`${name}.ts`, import.meta.url), 'utf8'))
  .join('\n')

describe('floor and ERP under faults', () => {
  const runs = runErpSeeds(ERP_PROFILES, 21, 4)

  it('[ER5] the same seed gives the same run, event for event', async () => {
    const [one, two] = [await runErp(7, 'odoo'), await runErp(7, 'odoo')]
    expect(one.fingerprint).toBe(two.fingerprint)
    expect((await runErp(8, 'odoo')).fingerprint).not.toBe(one.fingerprint)
  })

  it('[ER5] every ERP meets every kind of trouble', async () => {
    const { movements, neverSeen } = await runs
    expect(neverSeen).toEqual([])
    expect(movements).toBeGreaterThan(1000)
  })

  it.each([
    '[ER1] what the floor did is in the ERP exactly once, and its stock is what floor and people made it',
    '[ER2] messages of one subject arrive in their order, never two at once',
    '[ER3] every message ends; without an effect only what was for an order that they have cancelled',
    '[ER4] items, orders and opening stock are here as they are there, once',
  ])('%s', async title => {
    const rule = /ER\d+/.exec(title)?.[0] ?? ''
    const { failed } = await runs
    expect(failed.filter(run => run.failures.some(failure => failure.startsWith(`${rule}:`)))).toEqual([])
    // What no check ever says can never fail.
    expect(CHECKS).toContain(`fail('${rule}'`)
  })

  it('[ER3] an ERP that refuses what it has posted already is asked before the message is given up', async () => {
    expect((await runErp(1, 'erpnext')).failures).toEqual([])
  })

  it.each(Object.entries(ERP_BUGS))('[ER5] %s is noticed', async (name, { title }) => {
    const { caught } = await huntErp(name)
    expect(caught?.failures.length ?? 0, title).toBeGreaterThan(0)
  })

  it('[ER6] after two hours without the ERP the backlog drains in order, nothing twice, nothing lost', async () => {
    const { failures, documents, posted, inHand } = await runOutage(1, 'odoo', 600)
    expect(failures).toEqual([])
    expect(posted).toBe(documents)
    // Whatever waits, a worker holds one claim of it.
    expect(inHand).toBeLessThanOrEqual(50)
  })
})
