import type { ProfileName } from '../../../server/erp/sim/profile.ts'
import { deliverRound } from '../../../server/workers/deliver.ts'
import type { OutboxStore } from '../../../server/workers/outbox-port.ts'
import { msOf } from '../../../shared/time.ts'
import { check } from './check.ts'
import { makeFloor } from './floor.ts'
import { imported, mapBreakage, settle } from './run.ts'
import { makeStage } from './stage.ts'
import { makeTheirs } from './theirs.ts'

export type Outage = {
  documents: number
  posted: number
  /** Messages that a worker held in its hands at once, at most. */
  inHand: number
  /** Virtual minutes from the ERP's return until nothing waited any more. */
  drainMinutes: number
  failures: readonly string[]
}

const never = new AbortController().signal
const OUTAGE_MS = 7_200_000
const TICKS = 240
const ORDERS = 60

/** Two hours without the ERP while the floor goes on; then it is back, slow and not without trouble. */
export const runOutage = async (seed: number, profile: ProfileName, documents: number): Promise<Outage> => {
  const stage = makeStage(seed, profile, null)
  const theirs = makeTheirs(stage)
  const floor = makeFloor(stage, theirs)
  const hand = watchHand()
  await mapBreakage(stage)
  for (let n = 0; n < ORDERS / 2; n += 1) theirs.open()
  const imports = stage.importing()
  while (!(await imported(stage, imports))) await stage.clock.pass(1000)
  const delivery = stage.delivery()
  const deps = { ...delivery, outbox: hand.watch(delivery.outbox) }
  stage.network.down(stage.clock.ms() + OUTAGE_MS)
  for (let tick = 1; tick <= TICKS; tick += 1) {
    await stage.clock.pass(OUTAGE_MS / TICKS)
    while (floor.sent() < (documents * tick) / TICKS) floor.work()
    await deliverRound(deps, 50, never)
  }
  const back = stage.clock.ms()
  await settle(stage, deps, imports)
  await check(stage, theirs, deps)
  const rows = stage.outbox.rows()
  return {
    documents: rows.length,
    posted: rows.filter(row => row.state === 'posted').length,
    inHand: hand.most(),
    drainMinutes: Math.round((Math.max(...rows.map(row => msOf(row.postedAt ?? row.createdAt))) - back) / 60_000),
    failures: stage.failures,
  }
}

const watchHand = () => {
  let now = 0
  let most = 0
  return {
    most: (): number => most,
    watch: (store: OutboxStore): OutboxStore => ({
      ...store,
      claim: async at => {
        const rows = await store.claim(at)
        now += rows.length
        most = Math.max(most, now)
        return rows
      },
      advance: async (key, token, to, tries) => {
        if (to.release) now -= 1
        return store.advance(key, token, to, tries)
      },
    }),
  }
}
