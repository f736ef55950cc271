import type { ErpConnector } from '../../server/erp/connector.ts'
import { adjustGuard } from '../../server/workers/adjust-guard.ts'
import { compareRound } from '../../server/workers/compare.ts'
import type { CompareDeps } from '../../server/workers/compare.ts'
import { messageEffects } from '../../server/workers/compare-effects.ts'
import type { DriftRow, PlaceStock } from '../../server/workers/compare-port.ts'
import type { Mapping } from '../../server/workers/connection.ts'
import type { DeliverDeps } from '../../server/workers/deliver.ts'
import { deliverRound } from '../../server/workers/deliver.ts'
import { makeLane } from '../../server/workers/lane.ts'
import { makeMapper } from '../../server/workers/mapper.ts'
import { toOperation } from '../../server/workers/outbound.ts'
import type { OutboxRow } from '../../server/workers/outbox-port.ts'
import type { Payload, PayloadOf } from '../../server/workers/payload.ts'
import { derivedId } from '../../shared/ids.ts'
import type { ItemId, LocationId } from '../../shared/ids.ts'
import { isoOf } from '../../shared/time.ts'
import { makeMemoryCompare } from '../support/memory-compare.ts'
import { makeMemoryOutbox } from '../support/memory-outbox.ts'
import { never } from './carry.ts'
import type { ErpPeer } from './fixture.ts'

const CONNECTOR = derivedId<'connector'>('connector', 'books')
const WAREHOUSE = derivedId<'warehouse'>('warehouse', 'books')
const CLIENT = derivedId<'client'>('client', 'books')
const PLACES = { main: derivedId<'location'>('place', 'main'), second: derivedId<'location'>('place', 'second') }
let made = 0

/** Our books beside an ERP: figures, messages about them, and the worker that compares both. */
export const makeBooks = (
  peer: ErpPeer,
  connector: ErpConnector,
  more: { isGuarded?: boolean; allow?: Readonly<Record<string, string>> } = {},
) => {
  const outbox = makeMemoryOutbox()
  const items = new Map<string, { id: ItemId; ratios: { num: number; den: number }[]; serial: boolean }>()
  const stock = new Map<string, PlaceStock>()
  let ms = Date.parse('2026-11-23T08:00:00.000Z')
  const now = (): string => isoOf(ms)
  const at = (): string => isoOf((ms += 1000))
  const itemOf = (remote: string): ItemId => derivedId('item', 'books', peer.url, remote)
  const mapping = (kind: Mapping['kind'], ours: string, theirs: string): Mapping => {
    const by = { source: 'person', by: 'integrator', at: now() } as const
    return { kind, ours, theirs, version: 1, ...by }
  }
  const mapper = makeMapper([
    mapping('client', CLIENT, peer.client),
    mapping('location', `${PLACES.main} *`, peer.places.main),
    mapping('location', `${PLACES.second} *`, peer.places.second),
    mapping('location', '* *', peer.places.main),
    mapping('reason', '*', peer.reasons.adjustment),
    mapping('reason', 'return', peer.reasons.return),
  ])
  const remotes = (): ReadonlyMap<string, string> =>
    new Map([...items].map(([remote, { id }]) => [id as string, remote]))
  const imports = { remoteOf: async () => remotes(), unitsOf: async () => new Map<string, string>() }
  const operationOf = toOperation({
    store: imports,
    connector: CONNECTOR,
    remoteClient: () => peer.client,
    mapper: async () => mapper,
    allow: { ...peer.answers, ...more.allow },
  })
  const store = makeMemoryCompare({ stock: () => [...stock.values()], rows: outbox.rows, items: () => items })
  const compare: CompareDeps = {
    connector,
    id: CONNECTOR,
    warehouse: WAREHOUSE,
    store,
    imports,
    mapper: async () => mapper,
    toOperation: operationOf,
    now: at,
    newId: () => crypto.randomUUID(),
  }
  const deliver: DeliverDeps = {
    connector,
    id: CONNECTOR,
    version: 1,
    mode: 'live',
    outbox: outbox.store,
    lane: makeLane(),
    toOperation: operationOf,
    ...(more.isGuarded === true ? { guard: adjustGuard(compare) } : {}),
    now: at,
    random: () => 0.5,
    newToken: () => crypto.randomUUID(),
    log: { warn: () => {} },
  }
  const know = (remote: string, caseOf?: number, isSerial = false): void =>
    void items.set(remote, {
      id: itemOf(remote),
      ratios: caseOf === undefined ? [] : [{ num: caseOf, den: 1 }],
      serial: isSerial,
    })
  /** Goods come to a place of ours, or leave it. */
  const put = (remote: string, n: number, place: keyof typeof PLACES = 'main', lot = ''): void => {
    const [location, name] = [PLACES[place] as LocationId, `${remote}|${place}|${lot}`]
    const before = stock.get(name)?.n ?? 0
    const known = items.has(remote) ? remote : null
    stock.set(name, {
      item: itemOf(remote),
      remote: known,
      lot,
      serial: '',
      location,
      status: 'available',
      n: before + n,
    })
  }
  /** An item of which both books have ten pieces. */
  const agreed = async (): Promise<string> => {
    const item = await peer.item()
    know(item)
    await peer.stockUp(item, peer.places.main, 10)
    put(item, 10)
    return item
  }
  /** The floor moves goods and says so; nothing is delivered yet. */
  const say = (payload: Payload): string => {
    made += 1
    const key = derivedId('books', process.pid, peer.url, made)
    for (const effect of messageEffects(
      payload,
      () => '',
      item => remotes().get(item) ?? item,
    ))
      put(effect.item, effect.n, 'main', effect.lot)
    outbox.add({
      connector: CONNECTOR,
      warehouse: WAREHOUSE,
      key,
      seq: made,
      subject: `books/${made}`,
      type: payload.type,
      payload,
      now: at(),
    })
    return key
  }
  const rowOf = async (key: string): Promise<OutboxRow> => {
    const found = await outbox.store.get(key)
    if (found === null) throw new Error(`no message ${key}`)
    return found.row
  }
  return {
    outbox,
    store,
    compare,
    put,
    say,
    rowOf,
    at,
    operationOf,
    know,
    agreed,
    /** Another place of ours, which the ERP keeps apart. */
    second: { location: PLACES.second, status: 'available' as const },
    adjust: (remote: string, delta: number, countedAt: string): PayloadOf<'adjustment'> => ({
      v: 1,
      type: 'adjustment',
      client: CLIENT,
      item: itemOf(remote),
      lot: '',
      serial: '',
      place: { location: PLACES.main, status: 'available' },
      delta,
      reason: 'count',
      by: 'worker',
      count: { counted: 0, bookAtCount: -delta, countedAt, countLine: countedAt },
    }),
    /** What waits is carried to its end. */
    deliver: async (): Promise<void> => {
      for (let round = 0; round < 50; round += 1) {
        const done = await deliverRound(deliver, 50, never)
        await peer.settle?.()
        const open = outbox.rows().filter(row => row.state === 'waiting' || row.state === 'unknown')
        if (open.length === 0) return
        if (done === 0) ms += 60_000
      }
    },
    /** Takes a message out of the worker's hands, as one that stopped somewhere would leave it. */
    leave: async (key: string, state: OutboxRow['state'], steps: 'none' | 'prepared' | 'posted'): Promise<void> => {
      const token = crypto.randomUUID()
      const leaseUntil = isoOf(ms + 1_000_000)
      await outbox.store.claim({ connector: CONNECTOR, now: at(), limit: 50, token, leaseUntil })
      const op = await operationOf(await rowOf(key))
      if (op === null) throw new Error('nothing to say')
      const ref = steps === 'none' ? null : await connector.prepare(op, null, never)
      // It may end over there after it has given us up: what counts is that it is there.
      if (ref !== null && steps === 'posted') await connector.post(op, ref, never).catch(() => undefined)
      await peer.settle?.()
      await outbox.store.advance(key, token, {
        state,
        now: at(),
        release: true,
        touched: true,
        ...(ref === null ? {} : { remoteRef: ref }),
      })
    },
    found: async (...asked: readonly string[]): Promise<readonly DriftRow[]> => {
      await compareRound(compare, { cause: 'demand', items: asked }, never)
      return store.drifts(CONNECTOR, { open: true }, { after: null, limit: 100 })
    },
  }
}
