import type { Client } from '../../shared/catalogue.ts'
import type { ClientId, ConnectorId, LocationId, WarehouseId } from '../../shared/ids.ts'
import type { ErpConnector } from '../erp/connector.ts'
import { zoneOf } from '../../shared/policy.ts'
import type { PolicySet } from '../../shared/policy.ts'
import { msOf } from '../../shared/time.ts'
import type { SyncStore } from '../sync/ports.ts'
import { adjustGuard } from './adjust-guard.ts'
import { actAlone } from './compare-auto.ts'
import { compareDue, compareRound } from './compare.ts'
import type { CompareDeps } from './compare.ts'
import type { Connection, Mapping } from './connection.ts'
import { deliverRound } from './deliver.ts'
import type { DeliverDeps } from './deliver.ts'
import { importRound, sweepItems } from './import.ts'
import type { ImportDeps } from './import.ts'
import { readTogether } from './gather.ts'
import { makeLane } from './lane.ts'
import type { GateDeps } from './lane.ts'
import { makeMapper } from './mapper.ts'
import type { Mapper } from './mapper.ts'
import { orderStatusRound } from './order-status.ts'
import type { OrderStatusDeps } from './order-status.ts'
import { toOperation } from './outbound.ts'
import type { ErpStores } from './ports.ts'
import { promiseRound } from './promise.ts'
import type { PromiseDeps } from './promise.ts'
import { releaseFilled } from './release.ts'
import { loop } from './loop.ts'
import type { Looping } from './loop.ts'

export type BridgeDeps = {
  stores: ErpStores & {
    sync: SyncStore
    site: {
      clients(warehouse: WarehouseId): Promise<readonly Client[]>
      policies(warehouse: WarehouseId): Promise<PolicySet | null>
    }
  }
  /** Makes the connector of a stored connection; throws words where that cannot be. */
  connect: (connection: Connection) => ErpConnector
  ring: (warehouse: WarehouseId) => void
  now: () => string
  random: () => number
  newId: () => string
  log: DeliverDeps['log']
  every: { importMs: number; deliverMs: number; compareMs: number; promiseMs?: number; statusMs?: number }
}

/** Rules of goods that nobody may pick: opening stock does not come from there. */
const KEPT_APART = / (damaged|blocked|inspection)$/

/** A message that was parked by a mapping of a second ago is let go with the next import. */
const MAPPING_MS = 1000

/** How often it is looked what is promised. */
const PROMISE_MS = 30_000

/** How often it is looked how far orders are. */
const STATUS_MS = 5000

/** How often it is looked whether a comparison is due. */
const COMPARE_LOOK_MS = 30_000

/** Everything that one connection needs to run, made from what is stored: the circuit and the lane are one for all workers. */
export const makeBridge = (deps: BridgeDeps, connection: Connection, connector: ErpConnector) => {
  const { stores, now, random, newId, log } = deps
  const { id, warehouse, version, mode } = connection
  const lane = makeLane()
  const gate: GateDeps = {
    connector,
    id,
    version,
    outbox: stores.outbox,
    lane,
    now,
    onHealth: async health => stores.connections.saveHealth(id, health, now()),
  }
  const mapping = keptFor(MAPPING_MS, now, async () => ({
    rows: await stores.mappings.all(id),
    clients: (await stores.site.clients(warehouse)).map(client => client.id),
  }))
  const timeZone = keptFor(MAPPING_MS, now, async () => zoneOf(await stores.site.policies(warehouse)))
  const zonesOf = readTogether(places => stores.places.zones(warehouse, places))
  const mapper = async (places: readonly string[] = []): Promise<Mapper> => {
    const { rows, clients } = await mapping()
    const asked = rows.some(row => row.kind === 'location' && row.ours.startsWith('zone:')) ? places : []
    const zones = asked.length === 0 ? new Map<string, string>() : await zonesOf(asked)
    const made = makeMapper(rows, place => zones.get(place) ?? null)
    return withOnlyClient(made, rows.some(row => row.kind === 'client') ? [] : clients)
  }
  const reading = {
    remoteOf: readTogether(ids => stores.import.remoteOf(id, ids)),
    unitsOf: readTogether(ids => stores.import.unitsOf(ids)),
  }
  const operationOf = async (row: Parameters<DeliverDeps['toOperation']>[0]) => {
    const clients = await mapper()
    return toOperation({
      store: { remoteOf: (_connector, ids) => reading.remoteOf(ids), unitsOf: reading.unitsOf },
      connector: id,
      remoteClient: clients.remoteClient,
      mapper,
      allow: connection.allow,
      timeZone,
    })(row)
  }
  const importing = async (): Promise<ImportDeps> => {
    const current = await mapper()
    const about = { connector, id, warehouse, gate, now, log, store: stores.import, sync: stores.sync }
    return {
      ...about,
      clientOf: current.clientOf,
      openingPlaces: (): Promise<readonly LocationId[]> => stores.places.pickable(warehouse),
      openingLocations: openingFrom((await mapping()).rows, current),
      ring: () => deps.ring(warehouse),
    }
  }
  const about = { connector, id, warehouse, store: stores.compare, imports: stores.import, gate, now, newId }
  const comparing: CompareDeps = { ...about, mapper, toOperation: operationOf }
  const delivering: DeliverDeps = {
    ...gate,
    outbox: stores.outbox,
    mode: mode === 'off' ? 'readOnly' : mode,
    toOperation: operationOf,
    // A rehearsal tells the ERP nothing, so that its books differ as they must.
    ...(mode === 'live' ? { guard: adjustGuard(comparing) } : {}),
    random,
    newToken: newId,
    log,
  }
  const kept = { store: stores.promises, outbox: stores.outbox }
  const promising: PromiseDeps = { ...kept, connector, connection, mapper, now }
  const told = { promising, telling: tellingOf(deps, connection, connector) }
  const release = () => releaseFilled({ id, outbox: stores.outbox, imports: stores.import, mapper, now })
  return { connection, connector, lane, mapper, operationOf, importing, delivering, comparing, release, ...told }
}
export type Bridge = ReturnType<typeof makeBridge>

const tellingOf = ({ stores, now }: BridgeDeps, connection: Connection, connector: ErpConnector): OrderStatusDeps => ({
  connector,
  connection,
  store: stores.orderStatus,
  cursor: () => stores.import.cursor(connection.id, 'orderStatus'),
  outbox: stores.outbox,
  now,
})

/** Read again when it is older than this. */
const keptFor = <T>(ms: number, now: () => string, read: () => Promise<T>): (() => Promise<T>) => {
  let kept: { at: number; value: Promise<T> } | null = null
  return () => {
    const at = msOf(now())
    if (kept === null || at - kept.at >= ms) {
      const value = read()
      kept = { at, value }
      // What could not be read is not kept.
      value.catch(() => (kept = null))
    }
    return kept.value
  }
}

/** Where opening stock is taken from: everything, where the mapping leaves a default; else what may be picked. */
const openingFrom = (rows: readonly Mapping[], mapper: Mapper): readonly string[] => {
  if (mapper.place({ location: '', status: 'available' }) === null) return []
  const open = rows.filter(row => row.kind === 'location' && !KEPT_APART.test(row.ours))
  return [...new Set(open.map(row => row.theirs))]
}

/** A warehouse with one client needs no mapping of clients: whoever the ERP calls the owner is that one. */
const withOnlyClient = (mapper: Mapper, clients: readonly ClientId[]): Mapper => {
  const [only, ...others] = clients
  if (only === undefined || others.length > 0) return mapper
  return { ...mapper, clientOf: () => only, remoteClient: client => (client === only ? '' : null) }
}

/** Import, delivery and comparison of one connection. */
export const runBridge = (deps: BridgeDeps, bridge: Bridge, asked: () => boolean): Looping => {
  const { log, every, now, stores } = deps
  const { id } = bridge.connection
  /** The search for deletions, once in the night: the day that this process began in has had its own. */
  let sweptOn = now().slice(0, 10)
  const importing = loop({
    everyMs: every.importMs,
    run: async signal => {
      const from = await bridge.importing()
      await importRound(from, signal)
      await bridge.release()
      if (sweptOn === now().slice(0, 10)) return false
      await sweepItems(from, signal)
      sweptOn = now().slice(0, 10)
      return false
    },
    onFault: error => log.warn({ id, err: error }, 'the import waits: the ERP did not answer as it should'),
  })
  const workers = [
    importing,
    loop({
      everyMs: every.deliverMs,
      run: async signal => (await deliverRound(bridge.delivering, 50, signal)) > 0,
      onFault: error => log.warn({ id, err: error }, 'delivering waits'),
    }),
    loop({
      everyMs: every.promiseMs ?? PROMISE_MS,
      run: async () => {
        await promiseRound(bridge.promising)
        return false
      },
      onFault: error => log.warn({ id, err: error }, 'what is promised waits to be told'),
    }),
    loop({
      everyMs: every.statusMs ?? STATUS_MS,
      run: async () => {
        await orderStatusRound(bridge.telling)
        return false
      },
      onFault: error => log.warn({ id, err: error }, 'how far orders are waits to be told'),
    }),
    loop({
      everyMs: Math.min(COMPARE_LOOK_MS, every.compareMs),
      run: async signal => {
        const [last = null] = await stores.compare.runs(id, { before: null, limit: 1 })
        const { lane } = bridge
        const wanted = asked()
          ? 'demand'
          : compareDue(last, { now: now(), everyMs: every.compareMs, reopened: lane.reopened })
        if (wanted === null) return false
        lane.reopened = false
        const run = await compareRound(bridge.comparing, { cause: wanted }, signal)
        if (run === null) return false
        const held = (await stores.connections.get(id))?.held ?? null
        if (held === null)
          await actAlone({ connection: bridge.connection, compare: stores.compare, outbox: stores.outbox, now })
        else if (run.outcome === null && (await stores.connections.letGoReported(id, run.startedAt)))
          log.warn({ id }, 'every handheld has reported and the books were compared: messages are delivered again')
        return false
      },
      onFault: error => log.warn({ id, err: error }, 'comparing waits'),
    }),
  ]
  return { wake: importing.wake, stop: async () => void (await Promise.all(workers.map(worker => worker.stop()))) }
}

type Running = { version: number; mode: string; bridge: Bridge; worker: Looping }

/** Workers for every stored connection that is on; a changed one is started anew. */
export const makeBridges = (deps: BridgeDeps) => {
  const running = new Map<ConnectorId, Running>()
  const asked = new Set<ConnectorId>()
  const refused = new Map<ConnectorId, number>()
  const stop = async (id: ConnectorId): Promise<void> => {
    const found = running.get(id)
    running.delete(id)
    await found?.worker.stop()
  }
  const start = async (connection: Connection): Promise<void> => {
    const { id, version, mode } = connection
    try {
      const bridge = makeBridge(deps, connection, deps.connect(connection))
      const worker = runBridge(deps, bridge, () => asked.delete(id))
      running.set(id, { version, mode, bridge, worker })
      refused.delete(id)
    } catch (error) {
      // Said once for each version of it: it is looked at again every few seconds.
      if (refused.get(id) !== version) deps.log.warn({ id, err: error }, 'a connection cannot be started')
      refused.set(id, version)
    }
  }
  /** Makes what runs agree with what is stored. */
  const renew = async (): Promise<void> => {
    const stored = await deps.stores.connections.list()
    const wanted = new Map(stored.filter(one => one.mode !== 'off').map(one => [one.id, one]))
    for (const [id, { version }] of running) if (wanted.get(id)?.version !== version) await stop(id)
    for (const [id, connection] of wanted) if (!running.has(id)) await start(connection)
  }
  return {
    renew,
    /** A comparison of everything, as soon as its worker looks. */
    compare: (id: ConnectorId): void => void asked.add(id),
    /** An import at once: the ERP has told that there is something. */
    pull: (id: ConnectorId): void => running.get(id)?.worker.wake(),
    ids: (): readonly ConnectorId[] => [...running.keys()],
    stop: async (): Promise<void> => {
      for (const id of running.keys()) await stop(id)
    },
  }
}
export type Bridges = ReturnType<typeof makeBridges>
