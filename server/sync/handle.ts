import type { ClientId, DeviceId, WarehouseId, WorkerId } from '../../shared/ids.ts'
import type { CommandKey } from '../../shared/sync/command.ts'
import { readCursor, writeCursor } from '../../shared/sync/cursor.ts'
import type { Cursor } from '../../shared/sync/cursor.ts'
import { sha256Hex } from '../../shared/sync/seal.ts'
import { PROTO } from '../../shared/sync/version.ts'
import { MAX_PULL_ROWS } from '../../shared/sync/limits.ts'
import type { Reset, SyncRequest, SyncResponse } from '../../shared/sync/wire.ts'
import { applyPush } from './apply.ts'
import type { Push, PushEnd } from './apply.ts'
import type { Page, SyncStore } from './ports.ts'
import { prepare } from './prepare.ts'
import type { Verify } from './prepare.ts'

/** Who asks, as the routes have proven it. `clients` is the scope that the server computed; null = all. */
export type Asker = {
  device: DeviceId
  /** Who is logged in there. */
  worker: WorkerId | null
  warehouse: WarehouseId
  clients: readonly ClientId[] | null
  verify: Verify
}

export type SyncDeps = {
  store: SyncStore
  now: () => string
  /** 12 random characters a-z0-9 for a new feed epoch. */
  newFeedEpoch: () => string
  nonce: () => string
  minVersion: string
  /** Books pushes of several handhelds together; missing = each by itself. */
  book?: (push: Push) => Promise<PushEnd>
  /** Rows per page, MAX_PULL_ROWS unless told: small ones let a simulation reach the cuts between pages. */
  pageRows?: number
  /** Rung after a commit, so that the other handhelds look at once. */
  ring: (warehouse: WarehouseId) => void
  /** A number that carries two different commands: freeze the device. */
  onForked: (device: DeviceId) => Promise<void>
  /** A handheld knew more than the server: the feed has a new epoch. */
  onRenewed?: (warehouse: WarehouseId, device: DeviceId) => void
  /** A rule of ours threw on a command, which is kept in quarantine. */
  onBroken?: (key: CommandKey, error: unknown) => void
  /** Commands that were booked for the first time, once that is on the disk. */
  onApplied?: (results: PushEnd['fresh']) => void
}

/** Name of a scope inside the cursor; another worker with other clients has another one and starts from a snapshot. */
export const scopeName = (clients: readonly ClientId[] | null): string =>
  clients === null ? 'all' : sha256Hex([...clients].sort().join()).slice(0, 12)

/** One round: push, results and pull. The pull half is served whatever the push half met. */
export const handleSync = async (deps: SyncDeps, request: SyncRequest, asker: Asker): Promise<SyncResponse> => {
  const { store } = deps
  const { warehouse } = request
  const scope = scopeName(asker.clients)
  const cursor = request.cursor === null ? null : readCursor(request.cursor)
  const pushed =
    request.push.commands.length > 0 || request.push.hole ? await push(deps, request, asker) : NOTHING_PUSHED
  if (pushed.forked.length > 0) await deps.onForked(asker.device)

  const { blind, again } = request
  if (again !== undefined && again.length > 0) await store.showAnew({ warehouse, spots: again, now: deps.now() })
  const at = {
    warehouse,
    device: asker.device,
    worker: asker.worker,
    ...(blind === undefined ? {} : { spots: blind }),
    epoch: request.push.epoch,
    limit: deps.pageRows ?? MAX_PULL_ROWS,
    clients: asker.clients,
    today: deps.now().slice(0, 10),
    after: cursor?.commit ?? Number.MAX_SAFE_INTEGER,
  }
  let page = await store.page(at)
  let isAlone = false
  if (knowsMore(request, cursor, page)) {
    const by = { device: asker.device, now: deps.now() }
    // One whose word is not taken may be right all the same: it steps back by itself and sends again.
    isAlone = !(await store.renewFeed(warehouse, deps.newFeedEpoch(), by))
    if (!isAlone) deps.onRenewed?.(warehouse, asker.device)
    page = await store.page(at)
  }
  const reset = isAlone ? 'feed_restored' : resetOf(cursor, request.cursor !== null, page, scope)
  const serve = cursor !== null && reset === null
  return {
    proto: PROTO,
    now: deps.now(),
    minVersion: deps.minVersion,
    push: { acked: page.acked, durable: page.durable, gap: pushed.gap, results: [...pushed.results] },
    pull: {
      from: serve ? request.cursor : null,
      cursor: serve ? writeCursor({ feedEpoch: page.feedEpoch, scope, commit: page.upTo }) : null,
      floor: page.floor,
      more: serve && page.more,
      through: serve ? page.through : 0,
      rows: serve ? [...page.rows] : [],
    },
    nonce: deps.nonce(),
    catalogue: page.catalogue,
    reset,
  }
}

const NOTHING_PUSHED: PushEnd = { acked: 0, gap: null, results: [], fresh: [], forked: [] }

const push = async (deps: SyncDeps, request: SyncRequest, asker: Asker): Promise<PushEnd> => {
  const { warehouse } = request
  const { epoch, commands, hole } = request.push
  const key = { warehouse, device: asker.device, epoch }
  const prepared = await prepare(commands, key, asker.verify)
  const now = deps.now()
  const broke = (seq: number, error: unknown): void => deps.onBroken?.({ device: asker.device, epoch, seq }, error)
  const one: Push = { ...key, now, prepared, hole, lost: request.head.lost, broke }
  const end = deps.book ? await deps.book(one) : await deps.store.apply({ ...key, now }, tx => applyPush(tx, one))
  if (end.results.length > 0) deps.ring(warehouse)
  deps.onApplied?.(end.fresh)
  return end
}

/**
 * A handheld of the present feed epoch that has seen a later commit, or more of its own numbers acknowledged, than the
 * server has: the server was restored from an older copy without anybody telling it.
 */
const knowsMore = (request: SyncRequest, cursor: Cursor | null, page: Page): boolean =>
  cursor !== null &&
  cursor.feedEpoch === page.feedEpoch &&
  (cursor.commit > page.head || request.head.acked > page.acked)

const resetOf = (cursor: Cursor | null, given: boolean, page: Page, scope: string): Reset => {
  if (!given) return null
  if (cursor === null || cursor.feedEpoch !== page.feedEpoch || cursor.commit > page.head) return 'feed_restored'
  if (cursor.scope !== scope) return 'scope_changed'
  return cursor.commit < page.floor ? 'cursor_expired' : null
}
