import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import path from 'node:path'
import type { WarehouseId } from '../shared/ids.ts'
import { startErp } from './demo/erp-child.ts'
import { seedFaces } from './demo/faces.ts'
import { DEMO_CONNECTOR, DEMO_WAREHOUSE, demoKeyOf } from './demo/site.ts'
import { makeConnector } from './erp/settings.ts'
import { sim } from './erp/sim.ts'
import { makeSendRaw } from './print/send-raw.ts'
import { zoneOf } from '../shared/policy.ts'
import { makeScheduled } from './routes/desk/scheduled.ts'
import type { Companion, Core } from './start.ts'
import { SERVER_DEVICE } from './store/server-device.ts'
import { loop } from './workers/loop.ts'
import {
  startCompact,
  startExports,
  startForget,
  startHorizon,
  startKpi,
  startPlan,
  startCarrierLabels,
  startPrint,
  startRecall,
  startReplenish,
  startReserve,
  startSettle,
  startStatistics,
  startWatch,
} from './workers/run.ts'

const RENEW_MS = 5_000
const RESERVE_MS = 2_000
const REPLENISH_MS = 5_000
const SETTLE_MS = 2_000
const PLAN_MS = 60_000
const HORIZON_MS = 60_000
const PRINT_MS = 1_000
/** A label is waited for at the table. */
const LABELS_MS = 2_000
const FORGET_MS = 60_000
const COMPACT_MS = 10_000
const KPI_MS = 60_000
const RECALL_MS = 2_000
const STATISTICS_MS = 5_000
const WATCH_MS = 30_000
const EXPORT_MS = 15_000

/** What runs beside the routes, in the order of its start. `erpScript` is the built demo ERP. */
export const companions = (erpScript: string): readonly Companion[] => [
  looking,
  demoErp(erpScript),
  bridging,
  reserving,
  replenishing,
  settling,
  planning,
  nearing,
  printing,
  forgetting,
  compacting,
  figuring,
  recalling,
  watching,
  exporting,
  demoFaces,
]

/** Plans of statements keep up with tables that grow. */
const looking: Companion = async ({ stores, log, atStop }) => {
  const worker = startStatistics({ statistics: stores.statistics, log }, STATISTICS_MS)
  atStop(() => worker.stop())
}

/** Orders that wait for stock get what comes, whichever ERP they are from. */
const reserving: Companion = async ({ stores, doorbell, log, now, atStop }) => {
  const worker = startReserve(
    {
      warehouses: () => stores.site.warehouses(),
      waiting: stores.waiting,
      sync: stores.sync,
      now,
      ring: warehouse => doorbell.ring(warehouse),
      log,
    },
    RESERVE_MS,
  )
  atStop(() => worker.stop())
}

/** Photos go when they were kept as long as the policies say. */
const forgetting: Companion = async ({ stores, log, now, atStop }) => {
  const worker = startForget({ site: stores.site, photos: stores.photos, now, log }, FORGET_MS)
  atStop(() => worker.stop())
}

/** The feed keeps what handhelds may still ask for. */
const compacting: Companion = async ({ stores, log, now, atStop }) => {
  const worker = startCompact({ warehouses: () => stores.site.warehouses(), feeds: stores.feeds, now, log }, COMPACT_MS)
  atStop(() => worker.stop())
}

/** Pick faces are filled before they are empty. */
const replenishing: Companion = async ({ stores, doorbell, log, now, atStop }) => {
  const { faces, sync } = stores
  const ring = (warehouse: WarehouseId): void => doorbell.ring(warehouse)
  const worker = startReplenish(
    { warehouses: () => stores.site.warehouses(), faces, sync, now, ring, log },
    REPLENISH_MS,
  )
  atStop(() => worker.stop())
}

/** Counts come to their end: posted, or before a person. */
const settling: Companion = async ({ stores, doorbell, log, now, atStop }) => {
  const worker = startSettle(
    {
      warehouses: () => stores.site.warehouses(),
      desk: stores.desk,
      sync: stores.sync,
      now,
      ring: warehouse => doorbell.ring(warehouse),
      log,
    },
    SETTLE_MS,
  )
  atStop(() => worker.stop())
}

/** Counts that are due by plan. */
const planning: Companion = async ({ stores, doorbell, log, now, atStop }) => {
  const { site, plans } = stores
  const worker = startPlan({ site, plans, now, ring: warehouse => doorbell.ring(warehouse), log }, PLAN_MS)
  atStop(() => worker.stop())
}

/** Deliveries that are near enough go out to handhelds. */
const nearing: Companion = async ({ stores, doorbell, log, now, atStop }) => {
  const ring = (warehouse: WarehouseId): void => doorbell.ring(warehouse)
  const worker = startHorizon({ site: stores.site, now, ring, log }, HORIZON_MS)
  atStop(() => worker.stop())
}

/** Labels go to their printers. */
const printing: Companion = async ({ stores, doorbell, log, now, atStop }) => {
  const { print, carrierLabels } = stores
  const ring = (warehouse: WarehouseId): void => doorbell.ring(warehouse)
  const labels = startCarrierLabels({ labels: carrierLabels, print, now, ring, log }, LABELS_MS)
  atStop(() => labels.stop())
  const deps = { print, send: makeSendRaw(), now, random: Math.random, newToken: randomUUID, log }
  const worker = startPrint(deps, PRINT_MS)
  atStop(() => worker.stop())
}

/** Figures of the desk, from rows of days that are kept ready. */
const figuring: Companion = async ({ stores, log, now, atStop }) => {
  const worker = startKpi({ warehouses: () => stores.site.warehouses(), kpi: stores.kpiWork, now, log }, KPI_MS)
  atStop(() => worker.stop())
}

/** A recalled lot stays blocked, whatever comes of it. */
const recalling: Companion = async ({ stores, doorbell, log, now, atStop }) => {
  const { recalls, sync } = stores
  const ring = (warehouse: WarehouseId): void => doorbell.ring(warehouse)
  const worker = startRecall({ warehouses: () => stores.site.warehouses(), recalls, sync, now, ring, log }, RECALL_MS)
  atStop(() => worker.stop())
}

/** Handhelds that are not heard of, and clocks that are wrong. */
const watching: Companion = async ({ stores, doorbell, log, now, atStop }) => {
  const { site, watch } = stores
  const ring = (warehouse: WarehouseId): void => doorbell.ring(warehouse)
  const worker = startWatch({ site, watch, now, ring, log }, WATCH_MS)
  atStop(() => worker.stop())
}

/** Lists that somebody wants every day lie in their folder. */
const exporting: Companion = async ({ stores, drop, log, now, atStop }) => {
  const { schedules, site } = stores
  const make = makeScheduled({ stores, now, drop })
  const zone = async (warehouse: WarehouseId) => zoneOf(await site.policies(warehouse))
  const worker = startExports({ schedules, make, zone, now, newLease: randomUUID, log }, EXPORT_MS)
  atStop(() => worker.stop())
}

/** The demo's ERP, a process of its own with its state in the data folder, and the workers between both books. */
const demoErp =
  (script: string): Companion =>
  async core => {
    const { config, demo, log, atStop } = core
    if (!demo) return
    if (!existsSync(script)) {
      log.warn({ script: path.basename(script) }, 'the demo ERP is not built: no orders will come')
      return
    }
    const token = randomUUID()
    const erp = await startErp({
      script,
      stateFolder: path.join(config.dataDir, 'erp'),
      token,
      onExit: exitCode =>
        log.error({ exitCode }, 'the demo ERP has ended; orders and receipts wait until the next start'),
    })
    atStop(() => erp.stop())
    const connector = makeConnector(sim, { id: DEMO_CONNECTOR, settings: { url: erp.url }, secrets: { token } })
    await storeDemo(core)
    core.erp.override(DEMO_CONNECTOR, connector)
    log.info({ url: erp.url }, 'the demo ERP is ready')
  }

/** Something to replenish in the demo, once its opening stock is there. */
const demoFaces: Companion = async ({ stores, demo, log, now, atStop }) => {
  if (!demo) return
  const from = { stores, warehouse: DEMO_WAREHOUSE.id, device: SERVER_DEVICE }
  const isOpened = async () => (await stores.import.cursor(DEMO_CONNECTOR, 'openingStock')) === 'done'
  let isSeeded = false
  const worker = loop({
    everyMs: RESERVE_MS,
    run: async () => {
      isSeeded ||= (await isOpened()) && (await seedFaces({ ...from, now: now() }))
      return false
    },
    onFault: error => log.warn({ err: error }, 'the pick faces of the demo wait'),
  })
  atStop(() => worker.stop())
}

/** The demo's connection is stored like any other; its address and token are made anew with every start. */
const storeDemo = async ({ stores, now }: Core): Promise<void> => {
  const at = { id: DEMO_CONNECTOR, warehouse: DEMO_WAREHOUSE.id }
  const demo = {
    name: 'Demo ERP',
    kind: 'sim',
    settings: {},
    sealed: null,
    mode: 'live',
    allow: {},
    takes: {},
  } as const
  await stores.connections.put({ ...at, version: null }, demo)
  const clients = (await stores.site.clients(at.warehouse)).flatMap(({ id }) => {
    const theirs = demoKeyOf(id)
    return theirs === null ? [] : [{ kind: 'client', ours: id, theirs, source: 'rule' } as const]
  })
  await stores.mappings.put(at.id, clients, 'demo', now())
}

/** Import, delivery and comparison of every stored connection; they stop before the demo's ERP does. */
const bridging: Companion = async ({ erp, log, atStop }) => {
  const renew = () => erp.bridges.renew()
  await renew()
  const worker = loop({
    everyMs: RENEW_MS,
    run: async () => {
      await renew()
      return false
    },
    onFault: error => log.warn({ err: error }, 'connections wait to be started'),
  })
  atStop(async () => {
    await worker.stop()
    await erp.bridges.stop()
  })
}
