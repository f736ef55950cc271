import { parseArgs } from 'node:util'
import { BUGS } from './bugs.ts'
import { simulateErp } from './erp/cli.ts'
import type { Fault } from './faults.ts'
import { FAULTS } from './faults.ts'
import { realOrders } from '../support/real-orders.ts'
import { orderShift } from './order-shift.ts'
import { run } from './run.ts'
import type { RunResult } from './run.ts'
import { differsFromItself, hunt, keptSeeds, neverSeen, runSeeds } from './suite.ts'

const USAGE = `npm run sim -- [--seeds N] [--from S] [--no-bugs]   many seeds, then every planted bug
npm run sim -- --seed N [--trace] [--bug NAME] [--faults a,b] [--minutes M] [--devices D]   one run
npm run sim -- --erp [--seeds N] [--from S] [--profile P] [--no-bugs]   seeded faults between floor and ERP, then every planted bug
npm run sim -- --erp --seed N --profile P   one run with its trail
npm run sim -- --erp --outage DOCUMENTS [--profile P]   two hours without the ERP, then the backlog
npm run sim -- --orders START [--seed N]   120 real orders from that one on, picked by 8 handhelds`

/** From so many seeds on, everything interesting must have happened. */
const ENOUGH = 50

const say = (line: string): void => void process.stdout.write(`${line}\n`)

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
    bug: { type: 'string' },
    faults: { type: 'string' },
    minutes: { type: 'string' },
    devices: { type: 'string' },
    orders: { type: 'string' },
    erp: { type: 'boolean', default: false },
    profile: { type: 'string' },
    outage: { type: 'string' },
    'no-bugs': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

const isFault = (name: string): name is Fault => FAULTS.some(fault => fault === name)

const tell = (result: RunResult): void => {
  say(`seed ${result.seed} (${result.faults.join(' ')}): ${result.failures.join('; ') || 'no violation'}`)
  if (result.failures.length > 0) for (const line of result.trail) say(`  ${line}`)
}

const one = async (seed: number): Promise<boolean> => {
  const plant = values.bug === undefined ? null : BUGS[values.bug]
  if (plant === undefined) throw new Error(`--bug is one of ${Object.keys(BUGS).join(', ')}`)
  const result = await run(seed, {
    plant,
    ...(values.faults === undefined ? {} : { faults: values.faults.split(',').filter(isFault) }),
    ...(values.minutes === undefined ? {} : { minutes: Number(values.minutes) }),
    ...(values.devices === undefined ? {} : { devices: Number(values.devices) }),
    ...(values.trace ? { log: say } : {}),
  })
  tell(result)
  say(
    JSON.stringify({
      seeds: 1,
      failed: result.failures.length > 0 ? 1 : 0,
      movements: result.movements,
      seen: result.seen,
    }),
  )
  return result.failures.length === 0
}

const ORDERS = 120
/** What loses decisions would give work out twice: that is for the other shift. */
const ORDER_FAULTS: readonly Fault[] = ['drop', 'double', 'late', 'crash', 'power', 'busy', 'rollback', 'clock', 'tabs']

const orders = async (from: number): Promise<boolean> => {
  const baskets = realOrders()?.slice(from, from + ORDERS)
  if (baskets === undefined) {
    say('The real orders are not here, so nothing was run.')
    return true
  }
  if (baskets.length < ORDERS)
    throw new Error(`--orders is a number from 0; there are no ${ORDERS} orders from ${from} on`)
  const seed = Number(values.seed ?? 1)
  const result = await run(seed, {
    shift: orderShift(baskets, seed),
    devices: Number(values.devices ?? 8),
    minutes: Number(values.minutes ?? 480),
    faults: values.faults === undefined ? ORDER_FAULTS : values.faults.split(',').filter(isFault),
    ...(values.trace ? { log: say } : {}),
  })
  tell(result)
  const { failures, movements, seen } = result
  const lines = baskets.reduce((sum, codes) => sum + codes.length, 0)
  say(JSON.stringify({ orders: ORDERS, from, lines, failed: failures.length > 0 ? 1 : 0, movements, seen }))
  return failures.length === 0
}

const many = async (): Promise<boolean> => {
  const count = Number(values.seeds)
  let bad = 0
  const differs = await differsFromItself(7)
  if (differs !== null) {
    bad += 1
    say(`seed 7 gives two different runs:\n${differs}`)
  }
  let done = 0
  const told = (result: RunResult): void => {
    done += 1
    if (result.failures.length > 0) tell(result)
    else if (done % 20 === 0) say(`${done} of ${count} seeds`)
  }
  const end = await runSeeds(Number(values.from), count, told)
  let kept = 0
  for (const { seed, title } of keptSeeds()) {
    const result = await run(seed)
    if (result.failures.length === 0) continue
    kept += 1
    say(`again: ${title}`)
    tell(result)
  }
  for (const name of count < ENOUGH ? [] : neverSeen(end.seen)) {
    bad += 1
    say(`never seen: ${name}`)
  }
  let caught = 0
  const names = values['no-bugs'] ? [] : Object.keys(BUGS)
  for (const name of names) {
    const found = await hunt(name)
    if (found.caught !== null) caught += 1
    say(
      found.caught === null
        ? `MISSED ${name} in ${found.tried} seeds: ${found.plant.title}`
        : `caught ${name} by seed ${found.tried}: ${found.caught.failures[0]}`,
    )
  }
  const failed = end.failed.length + kept
  say(JSON.stringify({ seeds: count, failed, movements: end.movements, planted: names.length, caught }))
  return failed === 0 && bad === 0 && caught === names.length
}

if (values.help) say(USAGE)
else if (values.erp) process.exitCode = (await simulateErp({ ...values, say })) ? 0 : 1
else if (values.orders !== undefined) process.exitCode = (await orders(Number(values.orders))) ? 0 : 1
else process.exitCode = (await (values.seed === undefined ? many() : one(Number(values.seed)))) ? 0 : 1
