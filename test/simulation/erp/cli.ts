import type { ProfileName } from '../../../server/erp/sim/profile.ts'
import { ERP_BUGS } from './bugs.ts'
import { runOutage } from './outage.ts'
import { runErp } from './run.ts'
import { ERP_PROFILES, huntErp, runErpSeeds } from './suite.ts'

type Values = {
  seeds: string
  from: string
  seed?: string
  profile?: string
  outage?: string
  'no-bugs': boolean
  say: (line: string) => void
}

/** From so many seeds on, everything interesting must have happened. */
const ENOUGH = 20

const profilesOf = (name: string | undefined): readonly ProfileName[] => {
  const found = ERP_PROFILES.filter(profile => name === undefined || profile === name)
  if (found.length === 0) throw new Error(`--profile is one of ${ERP_PROFILES.join(', ')}`)
  return found
}

/** npm run sim -- --erp …: true = nothing wrong. Without a profile, so many seeds against each of them. */
export const simulateErp = async (values: Values): Promise<boolean> => {
  const profiles = profilesOf(values.profile)
  if (values.outage !== undefined) return outage(values, profiles[0] ?? 'plain')
  if (values.seed !== undefined) return one(values, profiles[0] ?? 'plain')
  return many(values, profiles)
}

const one = async ({ seed, say }: Values, profile: ProfileName): Promise<boolean> => {
  const run = await runErp(Number(seed), profile)
  for (const line of [...run.trail, ...run.failures]) say(line)
  const { failures, movements, seen } = run
  say(JSON.stringify({ seeds: 1, profile, failed: failures.length > 0 ? 1 : 0, movements, seen }))
  return failures.length === 0
}

const outage = async ({ outage: wanted, from, say }: Values, profile: ProfileName): Promise<boolean> => {
  const { failures, ...end } = await runOutage(Number(from), profile, Number(wanted))
  for (const line of failures.slice(0, 50)) say(line)
  const heapMb = Math.round(process.memoryUsage().heapUsed / 1e6)
  say(JSON.stringify({ profile, ...end, failed: failures.length, heapMb }))
  return failures.length === 0
}

const many = async (values: Values, profiles: readonly ProfileName[]): Promise<boolean> => {
  const { say } = values
  const count = Number(values.seeds)
  let done = 0
  const end = await runErpSeeds(profiles, Number(values.from), count, run => {
    done += 1
    if (run.failures.length > 0) say(`seed ${run.seed} with ${run.profile}: ${run.failures.slice(0, 5).join('; ')}`)
    else if (done % 50 === 0) say(`${done} of ${count * profiles.length} runs`)
  })
  const neverSeen = count < ENOUGH ? [] : end.neverSeen
  for (const name of neverSeen) say(`never seen: ${name}`)
  let caught = 0
  const names = values['no-bugs'] ? [] : Object.keys(ERP_BUGS)
  for (const name of names) {
    const found = await huntErp(name)
    if (found.caught !== null) caught += 1
    say(
      found.caught === null
        ? `MISSED ${name} in ${found.tried} seeds: ${found.plant.title}`
        : `caught ${name} by seed ${found.tried} with ${found.plant.profile}: ${found.caught.failures[0]}`,
    )
  }
  const { failed, movements } = end
  say(JSON.stringify({ seeds: count, failed: failed.length, movements, planted: names.length, caught }))
  return failed.length === 0 && neverSeen.length === 0 && caught === names.length
}
