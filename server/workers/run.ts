import { deliverRound } from './deliver.ts'
import type { DeliverDeps } from './deliver.ts'
import { importRound } from './import.ts'
import type { ImportDeps } from './import.ts'
import { makePlanRound } from './plan.ts'
import type { PlanDeps } from './plan.ts'
import { makeReserveRound } from './reserve.ts'
import type { ReserveDeps } from './reserve.ts'
import { settleRound } from './settle.ts'
import type { SettleDeps } from './settle.ts'

export type Worker = { stop(): Promise<void> }

type Loop = { everyMs: number; run: (signal: AbortSignal) => Promise<boolean>; onFault: (error: unknown) => void }

const MAX_PAUSE_MS = 60_000

/** Runs again and again until it is stopped; at once while there is more to do, slower after faults, one run at a time. */
const loop = ({ everyMs, run, onFault }: Loop): Worker => {
  const abort = new AbortController()
  let wake: (() => void) | null = null
  const pause = (ms: number): Promise<void> =>
    new Promise(resolve => {
      const timer = setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  const work = (async () => {
    let faults = 0
    while (!abort.signal.aborted) {
      let more = false
      try {
        more = await run(abort.signal)
        faults = 0
      } catch (error) {
        faults += 1
        if (!abort.signal.aborted) onFault(error)
      }
      if (!abort.signal.aborted && !more) await pause(Math.min(MAX_PAUSE_MS, everyMs * 2 ** Math.min(faults, 6)))
    }
  })()
  return {
    stop: async () => {
      abort.abort()
      wake?.()
      await work
    },
  }
}

/** ERP → catalogue and orders. */
export const startImport = (deps: ImportDeps, everyMs: number): Worker =>
  loop({
    everyMs,
    run: async signal => {
      await importRound(deps, signal)
      return false
    },
    onFault: error => deps.log.warn({ err: error }, 'the import waits: the ERP did not answer as it should'),
  })

/** Stock that has come → orders that wait for it. */
export const startReserve = (deps: ReserveDeps & { log: DeliverDeps['log'] }, everyMs: number): Worker => {
  const round = makeReserveRound(deps)
  return loop({
    everyMs,
    run: async () => {
      await round()
      return false
    },
    onFault: error => deps.log.warn({ err: error }, 'reserving waits'),
  })
}

/** Variances → adjustments, or to a person. */
export const startSettle = (deps: SettleDeps & { log: DeliverDeps['log'] }, everyMs: number): Worker =>
  loop({
    everyMs,
    run: async () => {
      await settleRound(deps)
      return false
    },
    onFault: error => deps.log.warn({ err: error }, 'counts wait to be settled'),
  })

/** Plans → counts. */
export const startPlan = (deps: PlanDeps & { log: DeliverDeps['log'] }, everyMs: number): Worker => {
  const round = makePlanRound(deps)
  return loop({
    everyMs,
    run: async () => {
      await round()
      return false
    },
    onFault: error => deps.log.warn({ err: error }, 'counts by plan wait'),
  })
}

/** Outbox → ERP. */
export const startDeliver = (deps: DeliverDeps, everyMs: number): Worker =>
  loop({
    everyMs,
    run: async signal => (await deliverRound(deps, 50, signal)) > 0,
    onFault: error => deps.log.warn({ err: error }, 'delivering waits'),
  })
