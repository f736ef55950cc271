import { scopedVersion } from '../../server/routes/scope.ts'
import { handleSync, scopeName } from '../../server/sync/handle.ts'
import type { SyncDeps } from '../../server/sync/handle.ts'
import type { ApplyTx, Standing, SyncStore } from '../../server/sync/ports.ts'
import type { Verify } from '../../server/sync/prepare.ts'
import type { ClientId, DeviceId, WorkerId } from '../../shared/ids.ts'
import { writeCursor } from '../../shared/sync/cursor.ts'
import type { Row, SnapshotHead, SyncRequest, SyncResponse } from '../../shared/sync/wire.ts'
import { isoOf, msOf } from '../../shared/time.ts'
import { checkPosts } from './check-counts.ts'
import { checkCommit, checkRestore } from './check-server.ts'
import { START } from './floor.ts'
import { newEpoch } from '../../pwa/sync/birth.ts'
import { cursorKey } from './memory-state.ts'
import type { Stage } from './stage.ts'

export const serverNow = (stage: Stage): string => isoOf(START + stage.schedule.now())

/** A signature that anybody can check and that only says whose it is. */
export const signatureOf = (device: DeviceId, text: string): string => `${device.slice(0, 8)}.${text.slice(0, 40)}`
const verifyOf =
  (device: DeviceId): Verify =>
  async (text, sig) =>
    sig === signatureOf(device, text)

/** Who asks, as the routes would have proven it. */
export type Asking = { id: DeviceId; worker: WorkerId | null; clients: readonly ClientId[] | null }

/** What a handheld says of itself: the watermark of counts goes by it. What has come in by its own push waits no more. */
const note = (stage: Stage, { id, worker }: Asking, { head, push }: SyncRequest): void => {
  const state = stage.memory.state()
  if (!stage.devices.some(device => device.id === id)) return
  const seenAt = serverNow(stage)
  const waits = head.pending > 0 && (state.cursors.get(cursorKey(id, push.epoch))?.lastSeq ?? 0) < head.seq
  const isBehind = waits && head.oldest !== null && msOf(head.oldest) < msOf(seenAt)
  state.beats.set(id, { seenAt, report: isBehind ? (head.oldest ?? seenAt) : seenAt, waits, worker })
}

/** The product's own POST /sync on the store in memory. */
export const answerSync = async (stage: Stage, who: Asking, request: SyncRequest): Promise<SyncResponse> => {
  const { id: device, worker, clients } = who
  const deps: SyncDeps = {
    store: stage.store,
    ...(stage.book === null ? {} : { book: stage.book }),
    now: () => serverNow(stage),
    newFeedEpoch: () => newEpoch(stage.dice.bytes),
    nonce: () => 'nonce',
    minVersion: '0.1.0',
    pageRows: stage.shift.pageRows,
    ring: () => undefined,
    onForked: async () => stage.fail('I4', `${device} sent another command under a number that is known`),
  }
  stage.plant?.asked?.(stage, request)
  const verify = stage.plant?.verify?.(verifyOf(device)) ?? verifyOf(device)
  note(stage, who, request)
  const answer = await handleSync(deps, request, { device, worker, warehouse: request.warehouse, clients, verify })
  note(stage, who, request)
  return { ...answer, catalogue: scopedVersion(stage.catalogue.manifest.version, clients) }
}

/** All rows of one commit, as GET /snapshot gives them. */
export const answerSnapshot = async (
  stage: Stage,
  { id: device, worker, clients }: Asking,
): Promise<{ rows: readonly Row[]; head: SnapshotHead }> => {
  const rows: Row[] = []
  const at = { warehouse: stage.site.warehouse.id, device, worker, clients }
  const { commit, ...end } = await stage.store.snapshot(at, async part => void rows.push(...part))
  const cursor = writeCursor({ feedEpoch: end.feedEpoch, scope: scopeName(clients), commit })
  return { rows, head: { ...end, cursor } }
}

/** A database that takes its time: pushes gather behind the one that is written. */
const busy = async (stage: Stage): Promise<void> => {
  if (stage.book === null) return
  await new Promise<void>(resolve => stage.schedule.after(stage.dice.int(4000), resolve))
}

const perhapsDies = <T>(stage: Stage, said: T): T => {
  if (!stage.dice.chance(stage.odds.rollback)) return said
  stage.seen['server transactions rolled back'] += 1
  throw new Error('the server died before the commit')
}

/** Every commit is checked; the moments between push and pull and before a commit belong to the faults. */
export const watchedStore = (stage: Stage, inner: SyncStore): SyncStore => ({
  ...inner,
  apply: async (at, run) => {
    await busy(stage)
    const before = stage.memory.state().feed.seq
    const answer = await inner.apply(at, async tx => perhapsDies(stage, await run(tx)))
    if (stage.memory.state().feed.seq > before) checkCommit(stage, at)
    return answer
  },
  applyTogether: async (at, run) => {
    await busy(stage)
    const before = stage.memory.state().feed.seq
    const answer = await inner.applyTogether(at, async tx => perhapsDies(stage, await run(tx)))
    stage.seen['pushes booked together'] += at.pushers.length
    if (stage.memory.state().feed.seq > before) for (const pusher of at.pushers) checkCommit(stage, pusher)
    return answer
  },
  decide: async (at, run) => {
    const answer = await inner.decide(at, run)
    checkCommit(stage, null)
    checkPosts(stage)
    return answer
  },
  page: async at => {
    const ms = stage.dice.int(40)
    await new Promise<void>(resolve => stage.schedule.after(ms, resolve))
    return inner.page(at)
  },
  renewFeed: async (warehouse, epoch, by) => {
    if (!(await inner.renewFeed(warehouse, epoch, by))) return false
    stage.feeds.set(stage.memory.state().feed.epoch, stage.memory.state())
    return true
  },
})

/** The last backup is put back and the feed gets a new name, as the restore tool of the product does it. */
export const restoreServer = async (stage: Stage): Promise<void> => {
  const before = stage.memory.state()
  stage.memory.restore()
  stage.seen.restores += 1
  stage.log(`server restored: commit ${before.feed.seq} -> ${stage.memory.state().feed.seq}`)
  checkRestore(stage)
  await stage.store.renewFeed(stage.site.warehouse.id, newEpoch(stage.dice.bytes), {
    device: null,
    now: serverNow(stage),
  })
}

/** The inside of a transaction with some of its doors replaced. */
export const withTx = (store: SyncStore, change: (tx: ApplyTx) => Partial<ApplyTx>): SyncStore => ({
  ...store,
  apply: (at, run) => store.apply(at, tx => run({ ...tx, ...change(tx) })),
})

/** The device that pushes and its people seem to be others than they are. */
export const withStanding = (store: SyncStore, change: (known: Standing) => Standing): SyncStore =>
  withTx(store, tx => ({ standing: async of => change(await tx.standing(of)) }))
