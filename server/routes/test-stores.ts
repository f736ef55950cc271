import { createHash } from 'node:crypto'
import type { Worker } from '../../shared/catalogue.ts'
import { derivedId } from '../../shared/ids.ts'
import type { DeviceId, TaskId, WarehouseId } from '../../shared/ids.ts'
import type { Device, QuarantineStore, Stores } from '../ports.ts'
import type { AppDeps } from './deps.ts'

export const WAREHOUSE = derivedId<'warehouse'>('warehouse', 'routes')
export const OTHER_WAREHOUSE = derivedId<'warehouse'>('warehouse', 'routes', 'other')
export const START = '2026-11-23T08:00:00.000Z'
export const CLIENT = derivedId<'client'>('client', 'routes', 'one')

type Kept = Parameters<QuarantineStore['keep']>[0]

export const BLOCK = Uint8Array.from({ length: 100 }, (_, i) => i)
export const BLOCK_SHA = createHash('sha256').update(BLOCK).digest('hex')

type Code = { warehouse: WarehouseId; expiresAt: string | null; reusable: boolean; spent: boolean }

const unused = (): never => {
  throw new Error('not part of these tests')
}

/** A store that no test of a route asks, but for what it was given. */
const unusedStore = <S extends object>(given: Partial<S> = {}): S =>
  new Proxy(given, { get: (has, name) => Reflect.get(has, name) ?? (async () => unused()) }) as S

const memoryDevices = (seen: unknown[]): Stores['devices'] => {
  const codes = new Map<string, Code>()
  const devices = new Map<DeviceId, Device>()
  const change = (id: DeviceId, to: Partial<Device>): void => {
    const device = devices.get(id)
    if (device) devices.set(id, { ...device, ...to })
  }
  return {
    addCode: async ({ hash, ...code }) => void codes.set(hash, { ...code, spent: false }),
    spendCode: async (hash, now) => {
      const code = codes.get(hash)
      if (!code || (code.spent && !code.reusable) || (code.expiresAt !== null && code.expiresAt <= now)) return null
      code.spent = true
      return code.warehouse
    },
    add: async ({ id, publicKey, warehouse }) => {
      const device: Device = {
        id,
        number: devices.size + 1,
        publicKey,
        warehouse,
        state: 'active',
        clients: null,
        call: null,
        worker: null,
      }
      devices.set(id, device)
      return device
    },
    get: async id => devices.get(id) ?? null,
    list: async () => unused(),
    revoke: async (id, state) => change(id, { state }),
    seen: async (id, at) => {
      seen.push({ id, ...at })
      change(id, { clients: at.clients, worker: at.worker })
    },
  }
}

const memorySite = (): Stores['site'] => {
  const settings = new Map<string, unknown>()
  const rosters = new Map<WarehouseId, Awaited<ReturnType<Stores['site']['roster']>>>()
  return {
    warehouses: async () => [
      { id: WAREHOUSE, name: 'Depo 1' },
      { id: OTHER_WAREHOUSE, name: 'Depo 2' },
    ],
    clients: async () => [],
    addWarehouse: async () => unused(),
    putClients: async () => unused(),
    putLocations: async () => unused(),
    putPolicies: async () => unused(),
    policies: async () => unused(),
    changePolicy: async () => unused(),
    restorePolicy: async () => unused(),
    policyVersions: async () => unused(),
    replaceRoster: async () => unused(),
    turnDay: async () => 0,
    putRoster: async (warehouse, roster, signed) => void rosters.set(warehouse, { roster, signed }),
    roster: async warehouse => rosters.get(warehouse) ?? null,
    setting: async name => settings.get(name) ?? null,
    saveSetting: async (name, value) => void settings.set(name, value),
    changeSetting: async (name, change) => {
      const value = change(settings.get(name) ?? null)
      settings.set(name, value)
      return value
    },
  }
}

const memorySync = (feed: { seq: number; fails: boolean }): Stores['sync'] => ({
  apply: async () => unused(),
  applyTogether: async () => unused(),
  decide: async () => unused(),
  page: async () => unused(),
  showCounted: async () => {},
  showAnew: async () => {},
  renewFeed: async () => unused(),
  feed: async () => {
    if (feed.fails) throw new Error('the database is away')
    return { epoch: 'feedepoch001', seq: feed.seq, floor: 0 }
  },
  snapshot: async (_at, rows) => {
    await rows([{ c: 7, k: 'client', id: CLIENT, b: { id: CLIENT, name: 'One' } }])
    await rows([{ c: 7, k: 'lot', id: 'lot', b: null }])
    return { feedEpoch: 'feedepoch001', commit: 7, floor: 2, through: { abcdefghijkl: 3 }, acked: { abcdefghijkl: 4 } }
  },
})

export const memoryStores = () => {
  const kept: Kept[] = []
  const seen: unknown[] = []
  const leases = new Map<string, { device: DeviceId; worker: Worker['id'] }>()
  const feed = { seq: 7, fails: false }
  const stores: AppDeps['stores'] = {
    devices: memoryDevices(seen),
    site: memorySite(),
    sync: memorySync(feed),
    quarantine: { keep: async raw => void kept.push(raw) },
    desk: unusedStore(),
    accounts: unusedStore<AppDeps['stores']['accounts']>({ any: async () => true, session: async () => null }),
    signIns: unusedStore<Stores['signIns']>({ ask: async () => {}, answered: async () => null }),
    audit: unusedStore(),
    views: unusedStore(),
    ownSettings: unusedStore(),
    print: unusedStore(),
    carrierLabels: unusedStore(),
    photos: unusedStore(),
    past: unusedStore(),
    moves: unusedStore(),
    kpi: unusedStore(),
    intake: unusedStore(),
    recalls: unusedStore(),
    goods: unusedStore(),
    stocktakes: unusedStore(),
    leavers: unusedStore(),
    losses: unusedStore(),
    late: unusedStore<Stores['late']>({ keep: async () => [] }),
    rescues: unusedStore<Stores['rescues']>({
      keep: async ({ body }) => {
        kept.push({ warehouse: null, device: null, source: 'rescue', body, now: '' })
        return null
      },
    }),
    calls: unusedStore(),
    schedules: unusedStore(),
    deskWork: unusedStore(),
    figures: unusedStore(),
    work: {
      lease: async ({ task, device, worker, takeOver }) => {
        if (task.startsWith('00000000')) return { kind: 'gone' }
        const held = leases.get(task)
        if (held && held.device !== device && !takeOver) return { kind: 'taken', ...held }
        leases.set(task, { device, worker })
        return { kind: 'ok' }
      },
      giveBack: async ({ task }) => void leases.delete(task),
      setFaces: async () => unused(),
      topUp: async () => unused(),
      next: async ({ asker }) => ({
        tasks: [...leases].flatMap(([task, held]) => (held.device === asker.device ? [task as TaskId] : [])),
        taken: false,
      }),
    },
    catalogue: {
      manifest: async () => ({
        version: 'sha256-one',
        asOf: START,
        families: { [`item/${CLIENT}`]: { k: 0, blocks: [BLOCK_SHA] }, 'item/other': { k: 0, blocks: [null] } },
      }),
      blocks: async shas => shas.map(sha => (sha === BLOCK_SHA ? BLOCK : null)),
      picture: async () => null,
    },
  }
  return { stores, kept, seen, feed, leases }
}
