import type { Statistics } from '../ports.ts'
import { compactRound } from './compact.ts'
import type { CompactDeps } from './compact.ts'
import type { DeliverDeps } from './deliver.ts'
import { carrierRound } from './carrier-labels.ts'
import type { CarrierDeps } from './carrier-labels.ts'
import { exportRound } from './exports.ts'
import type { ExportDeps } from './exports.ts'
import { horizonRound } from './horizon.ts'
import type { HorizonDeps } from './horizon.ts'
import { makeKpiRound } from './kpi.ts'
import type { KpiDeps } from './kpi.ts'
import { loop } from './loop.ts'
import type { Worker } from './loop.ts'
import { printRound } from './print.ts'
import type { PrintDeps } from './print.ts'
import { makePlanRound } from './plan.ts'
import type { PlanDeps } from './plan.ts'
import { photoRound } from './photos.ts'
import type { PhotoDeps } from './photos.ts'
import { makeRecallRound } from './recall.ts'
import type { RecallDeps } from './recall.ts'
import { makeReplenishRound } from './replenish.ts'
import type { ReplenishDeps } from './replenish.ts'
import { makeReserveRound } from './reserve.ts'
import type { ReserveDeps } from './reserve.ts'
import { settleRound } from './settle.ts'
import type { SettleDeps } from './settle.ts'
import { watchRound } from './watch.ts'
import type { WatchDeps } from './watch.ts'

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

/** Pick faces that run low → tasks. */
export const startReplenish = (deps: ReplenishDeps & { log: DeliverDeps['log'] }, everyMs: number): Worker => {
  const round = makeReplenishRound(deps)
  return loop({
    everyMs,
    run: async () => {
      await round()
      return false
    },
    onFault: error => deps.log.warn({ err: error }, 'replenishing waits'),
  })
}

/** Tables that have grown → what plans go by. */
export const startStatistics = (deps: { statistics: Statistics; log: DeliverDeps['log'] }, everyMs: number): Worker =>
  loop({
    everyMs,
    run: async () => {
      await deps.statistics.renew()
      return false
    },
    onFault: error => deps.log.warn({ err: error }, 'statistics of tables wait'),
  })

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

/** Days that pass → deliveries that handhelds are to know. */
export const startHorizon = (deps: HorizonDeps & { log: DeliverDeps['log'] }, everyMs: number): Worker =>
  loop({
    everyMs,
    run: async () => {
      await horizonRound(deps)
      return false
    },
    onFault: error => deps.log.warn({ err: error }, 'deliveries wait to be shown to handhelds'),
  })

/** Labels → printers. */
export const startPrint = (deps: PrintDeps & { log: DeliverDeps['log'] }, everyMs: number): Worker =>
  loop({
    everyMs,
    run: signal => printRound(deps, signal),
    onFault: error => deps.log.warn({ err: error }, 'printing waits'),
  })

/** Carriers' labels → the queues of printers. */
export const startCarrierLabels = (deps: CarrierDeps & { log: DeliverDeps['log'] }, everyMs: number): Worker =>
  loop({
    everyMs,
    run: () => carrierRound(deps),
    onFault: error => deps.log.warn({ err: error }, 'labels of carriers wait'),
  })

/** Photos that were kept long enough → gone. */
export const startForget = (deps: PhotoDeps & { log: DeliverDeps['log'] }, everyMs: number): Worker =>
  loop({
    everyMs,
    run: async () => {
      await photoRound(deps)
      return false
    },
    onFault: error => deps.log.warn({ err: error }, 'old photos stay'),
  })

/** Changes that no handheld needs any more → gone. */
export const startCompact = (deps: CompactDeps & { log: DeliverDeps['log'] }, everyMs: number): Worker =>
  loop({
    everyMs,
    run: async () => {
      await compactRound(deps)
      return false
    },
    onFault: error => deps.log.warn({ err: error }, 'old changes stay'),
  })

/** The log → rows of days that figures are made of. */
export const startKpi = (deps: KpiDeps & { log: DeliverDeps['log'] }, everyMs: number): Worker =>
  loop({
    everyMs,
    run: makeKpiRound(deps),
    onFault: error => deps.log.warn({ err: error }, 'figures wait'),
  })

/** Goods of recalled lots that turn up → blocked. */
export const startRecall = (deps: RecallDeps & { log: DeliverDeps['log'] }, everyMs: number): Worker => {
  const round = makeRecallRound(deps)
  return loop({
    everyMs,
    run: async () => {
      await round()
      return false
    },
    onFault: error => deps.log.warn({ err: error }, 'goods of recalled lots wait to be blocked'),
  })
}

/** Handhelds that are silent, clocks that are wrong → exceptions. */
export const startWatch = (deps: WatchDeps & { log: DeliverDeps['log'] }, everyMs: number): Worker =>
  loop({
    everyMs,
    run: async () => {
      await watchRound(deps)
      return false
    },
    onFault: error => deps.log.warn({ err: error }, 'handhelds wait to be looked at'),
  })

/** Lists that somebody wants every day → files. */
export const startExports = (deps: ExportDeps, everyMs: number): Worker =>
  loop({
    everyMs,
    run: () => exportRound(deps),
    onFault: error => deps.log.warn({ err: error }, 'files that are due wait'),
  })
