import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { startErp } from './demo/erp-child.ts'
import { demoPlaces } from './demo/places.ts'
import { DEMO_CONNECTOR, DEMO_WAREHOUSE, demoClientOf, demoKeyOf } from './demo/site.ts'
import type { ErpConnector } from './erp/connector.ts'
import { makeConnector } from './erp/settings.ts'
import { sim } from './erp/sim.ts'
import type { Companion, Core } from './start.ts'
import { makeLane } from './workers/lane.ts'
import { toOperation } from './workers/outbound.ts'
import { startDeliver, startImport, startPlan, startReserve, startSettle } from './workers/run.ts'

const IMPORT_MS = 5_000
const DELIVER_MS = 1_000
const RESERVE_MS = 2_000
const SETTLE_MS = 2_000
const PLAN_MS = 60_000

/** What runs beside the routes, in the order of its start. `erpScript` is the built demo ERP. */
export const companions = (erpScript: string): readonly Companion[] => [
  demoErp(erpScript),
  reserving,
  settling,
  planning,
]

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
    await bridge(core, connector)
    log.info({ url: erp.url }, 'the demo ERP is ready')
  }

/** Import and delivery for one connector; both stop before the ERP does. */
const bridge = async ({ stores, doorbell, log, now, atStop }: Core, connector: ErpConnector): Promise<void> => {
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
  const places = demoPlaces(at.warehouse).flatMap(place => (place.kind === 'pickable' ? [place.id] : []))
  const incoming = startImport(
    {
      ...at,
      connector,
      clientOf: demoClientOf,
      store: stores.import,
      sync: stores.sync,
      openingPlaces: async () => places,
      now,
      ring: () => doorbell.ring(at.warehouse),
      log,
    },
    IMPORT_MS,
  )
  atStop(() => incoming.stop())
  const outgoing = startDeliver(
    {
      connector,
      id: at.id,
      version: 1,
      mode: 'live',
      lane: makeLane(),
      outbox: stores.outbox,
      toOperation: toOperation({ store: stores.import, connector: at.id, remoteClient: demoKeyOf }),
      now,
      random: Math.random,
      newToken: randomUUID,
      log,
    },
    DELIVER_MS,
  )
  atStop(() => outgoing.stop())
}
