import { FAULTS } from '../../../server/erp/sim/faults.ts'
import type { ProfileName } from '../../../server/erp/sim/profile.ts'
import { ERP_BUGS } from './bugs.ts'
import type { ErpPlant } from './bugs.ts'
import { runErp } from './run.ts'
import type { ErpRun } from './run.ts'

/** Those that are held to exact figures; `absolute` overwrites figures and is tried by the contract kit alone. */
export const ERP_PROFILES = [
  'plain',
  'tryton',
  'odoo',
  'erpnext',
  'bc',
  'netsuite',
  'logo',
  'shopify',
] as const satisfies readonly ProfileName[]

/** What many seeds must have met, or the faults do not reach. */
const SOMETIMES = [
  'crash',
  'importCrash',
  'importFailed',
  'down',
  'slow',
  'skew',
  'reorder',
  'released',
  'unknownOutcome',
  'transient',
  'throttled',
  'conflict',
  'config',
  'posted',
  'skipped',
] as const

/** Weak references hold what they were asked for until the event loop turns; virtual time alone never turns it. */
const turned = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

export type ErpEnd = { failed: readonly ErpRun[]; movements: number; neverSeen: readonly string[] }

/** Many seeds of the product as it is, against each of these ERPs. */
export const runErpSeeds = async (
  profiles: readonly ProfileName[],
  from: number,
  count: number,
  told: (run: ErpRun) => void = () => undefined,
): Promise<ErpEnd> => {
  const failed: ErpRun[] = []
  const seen = new Map<string, number>()
  const met = new Set<string>()
  let movements = 0
  for (const profile of profiles)
    for (let seed = from; seed < from + count; seed += 1) {
      const run = await runErp(seed, profile)
      movements += run.movements
      for (const [name, n] of Object.entries(run.seen)) {
        seen.set(name, (seen.get(name) ?? 0) + n)
        if (n > 0) met.add(`${profile}: ${name}`)
      }
      if (run.failures.length > 0) failed.push(run)
      told(run)
      await turned()
    }
  // Of the faults each ERP must have met each.
  const unmet = profiles.flatMap(profile => FAULTS.map(fault => `${profile}: ${fault}`)).filter(one => !met.has(one))
  return { failed, movements, neverSeen: [...SOMETIMES.filter(name => (seen.get(name) ?? 0) === 0), ...unmet] }
}

export type ErpHunt = { plant: ErpPlant; caught: ErpRun | null; tried: number }

/** Looks for a planted bug, seed after seed, until it shows or its bound is reached. */
export const huntErp = async (name: string): Promise<ErpHunt> => {
  const plant = ERP_BUGS[name]
  if (plant === undefined) throw new Error(`no planted bug is called ${name}`)
  for (let seed = 1; seed <= plant.within; seed += 1) {
    const caught = await runErp(seed, plant.profile, plant)
    if (caught.failures.length > 0) return { plant, caught, tried: seed }
  }
  return { plant, caught: null, tried: plant.within }
}
