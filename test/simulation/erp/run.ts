import { FAULTS } from '../../../server/erp/sim/faults.ts'
import type { ProfileName } from '../../../server/erp/sim/profile.ts'
import { deliverRound } from '../../../server/workers/deliver.ts'
import type { DeliverDeps } from '../../../server/workers/deliver.ts'
import { importRound } from '../../../server/workers/import.ts'
import type { ImportDeps } from '../../../server/workers/import.ts'
import { FINISHED, STOPPED } from '../../../server/workers/outbox-port.ts'
import type { OutboxState } from '../../../server/workers/outbox-port.ts'
import { makeLane } from '../../../server/workers/lane.ts'
import { sha256Hex } from '../../../shared/sync/seal.ts'
import { msOf } from '../../../shared/time.ts'
import type { ErpPlant } from './bugs.ts'
import { check } from './check.ts'
import { makeFloor } from './floor.ts'
import { mortal, mortalImport } from './mortal.ts'
import { makeStage } from './stage.ts'
import type { ErpStage } from './stage.ts'
import { makeTheirs } from './theirs.ts'
import type { Theirs } from './theirs.ts'

export type ErpRun = {
  seed: number
  profile: ProfileName
  failures: readonly string[]
  /** Of the ERP's stock. */
  movements: number
  /** What has happened, by name. */
  seen: Readonly<Record<string, number>>
  fingerprint: string
  trail: readonly string[]
}

const never = new AbortController().signal
const STEPS = 45
const MINUTE = 60_000
const ENDS: readonly OutboxState[] = [...FINISHED, ...STOPPED]

/** One hour between floor and ERP with everything that may go wrong; then calm, until nothing is due any more. */
export const runErp = async (seed: number, profile: ProfileName, plant: ErpPlant | null = null): Promise<ErpRun> => {
  const stage = makeStage(seed, profile, plant)
  const theirs = makeTheirs(stage)
  const floor = makeFloor(stage, theirs)
  const seen = { crash: 0, importCrash: 0, importFailed: 0, released: 0 }
  let deliver = stage.delivery()
  let imports = stage.importing()
  theirs.open()
  const opening = new Map(theirs.truth)
  for (let tries = 0; tries < 50 && !(await imported(stage, imports)); tries += 1) {
    trouble(stage)
    await stage.clock.pass(1000 + stage.dice.int(5000))
  }
  checkOpening(stage, opening)
  for (let step = 0; step < STEPS; step += 1) {
    await stage.clock.pass(stage.dice.int(stage.dice.chance(0.1) ? 5 * MINUTE : 45_000))
    trouble(stage)
    for (let n = stage.dice.int(3); n > 0; n -= 1) theirs.act()
    for (let n = stage.dice.int(4); n > 0; n -= 1) floor.work()
    if (step === 30) seen.released += await mapBreakage(stage)
    if (stage.dice.chance(0.03)) {
      seen.importCrash += 1
      await imported(stage, mortalImport(imports, 1 + stage.dice.int(12)))
      imports = stage.importing()
    } else if (stage.dice.chance(0.5) && !(await imported(stage, imports))) seen.importFailed += 1
    if (stage.dice.chance(0.05)) {
      seen.crash += 1
      await deliverRound(mortal(deliver, 1 + stage.dice.int(20)), 50, never).catch(() => 0)
      deliver = stage.delivery()
    } else await rounds(stage, deliver)
  }
  await settle(stage, deliver, imports)
  await check(stage, theirs, deliver)
  return endOf(stage, profile, {
    ...seen,
    ...stage.network.seen,
    ...stage.network.met,
    skew: stage.skewMs === 0 ? 0 : 1,
  })
}

export const imported = async (stage: ErpStage, deps: ImportDeps): Promise<boolean> => {
  try {
    await importRound(deps, never)
    return true
  } catch (error) {
    stage.say(`import: ${error instanceof Error ? error.message : 'failed'}`)
    return false
  }
}

/** Sometimes two processes of ours are at it at once. */
const rounds = async (stage: ErpStage, deps: DeliverDeps): Promise<void> => {
  if (stage.dice.chance(0.2))
    await Promise.all([deliverRound(deps, 50, never), deliverRound({ ...deps, lane: makeLane() }, 50, never)])
  for (let n = 1 + stage.dice.int(3); n > 0; n -= 1) await deliverRound(deps, 50, never)
}

export const trouble = ({ dice, network, clock, endSessions, say }: ErpStage): void => {
  network.slow(dice.chance(0.2) ? 0.1 : 0)
  if (dice.chance(0.02)) network.down(clock.ms() + dice.int(10 * MINUTE))
  if (dice.chance(0.05)) endSessions()
  for (let n = dice.chance(0.6) ? 1 + dice.int(3) : 0; n > 0; n -= 1) {
    const rule = { call: 1 + dice.int(12), fault: dice.pick(FAULTS) }
    network.inject(rule)
    say(`fault ${rule.fault} at call ${rule.call} from here`)
  }
}

/** The integrator fills the gap that the messages with this reason wait for. */
export const mapBreakage = async (stage: ErpStage): Promise<number> => {
  stage.addMapping('reason', 'breakage', 'breakage')
  const gap = { kind: 'reason', key: 'breakage' }
  return stage.outbox.store.release(stage.connector, gap, stage.clock.now())
}

/** No more trouble: everything that is due happens, and a person skips what was for cancelled orders. */
export const settle = async (stage: ErpStage, deliver: DeliverDeps, imports: ImportDeps): Promise<void> => {
  const { clock, network, outbox } = stage
  network.calm()
  for (let round = 0; round < 5000; round += 1) {
    if ((await deliverRound(deliver, 50, never)) > 0) continue
    await skipCancelled(stage)
    const open = outbox.rows().filter(row => !ENDS.includes(row.state))
    if (open.length === 0) break
    const wakes = open.map(row => msOf(row.nextAt)).filter(ms => ms > clock.ms())
    await clock.pass(Math.max(1000, Math.min(...wakes, clock.ms() + MINUTE) - clock.ms()))
  }
  await clock.pass(10 * MINUTE)
  stage.finishJobs()
  for (let round = 0; round < 4; round += 1) {
    await imported(stage, imports)
    await clock.pass(2000)
  }
}

const skipCancelled = async ({ outbox, connector, state, imports, clock }: ErpStage): Promise<void> => {
  const cancelled = new Map(
    Object.values(state.orders).flatMap(order =>
      order.state === 'cancelled' ? [[imports.documentOf(order.id) ?? '', order.id] as const] : [],
    ),
  )
  for (const row of outbox.rows()) {
    if (row.state !== 'held' && row.state !== 'dead') continue
    const order = cancelled.get(row.subject.split('/')[1] ?? '')
    const filter = { connector, keys: [row.key] }
    if (order !== undefined)
      await outbox.store.settle(filter, { kind: 'skip', reason: order }, 'supervisor', clock.now())
  }
}

/** The opening stock was taken over once, whatever happened to the calls. */
const checkOpening = ({ fail, server, imports, state }: ErpStage, opening: Theirs['truth']): void => {
  const wanted = new Map<string, number>()
  for (const [at, n] of opening) {
    const [item = '', , lot = ''] = at.split('|')
    wanted.set(`${item}|${lot}`, (wanted.get(`${item}|${lot}`) ?? 0) + n)
  }
  const ours = [...server.state().stock.values()].filter(row => row.onHand > 0)
  for (const item of Object.keys(state.items))
    for (const lot of ['', 'LOT-A', 'LOT-B']) {
      const here = ours
        .filter(row => row.item === imports.itemOf(item) && row.lot === lot)
        .reduce((sum, row) => sum + row.onHand, 0)
      if (here !== (wanted.get(`${item}|${lot}`) ?? 0))
        fail('ER4', `opening stock of ${item} ${lot} is ${here}, the ERP had ${wanted.get(`${item}|${lot}`) ?? 0}`)
    }
}

const endOf = async (
  { seed, failures, trail, state, outbox }: ErpStage,
  profile: ProfileName,
  seen: Record<string, number>,
): Promise<ErpRun> => {
  const rows = outbox.rows()
  const tries = (await Promise.all(rows.map(row => outbox.store.tries(row.key)))).flat()
  for (const { errorClass } of tries) if (errorClass !== null) seen[errorClass] = (seen[errorClass] ?? 0) + 1
  for (const row of rows) seen[row.state] = (seen[row.state] ?? 0) + 1
  const fingerprint = sha256Hex(JSON.stringify([state, rows, trail]))
  return { seed, profile, failures, movements: state.moves.length, seen, fingerprint, trail }
}
