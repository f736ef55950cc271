import { clockSample, withSample } from '../../shared/sync/clock.ts'
import { PROTO } from '../../shared/sync/version.ts'
import type { Spot } from '../../shared/sync/blind.ts'
import { MAX_COMMANDS, MAX_SPOTS } from '../../shared/sync/limits.ts'
import type { Row, SnapshotHead, SyncRequest, SyncResponse } from '../../shared/sync/wire.ts'
import { isoOf, msOf } from '../../shared/time.ts'
import { troubleOf } from './backoff.ts'
import type { Trouble } from './backoff.ts'
import { isLost, lostIsKnown } from './birth.ts'
import { fetchCatalogue } from './catalogue-fetch.ts'
import { handInEarlier, isOurs, throughOfEarlier } from './earlier.ts'
import { heard, isNews, noMark } from './marks.ts'
import { commandOf } from './own-commands.ts'
import { headFailed, noteReviewed, unreviewed } from './poison.ts'
import type { Birth, CacheHead, EpochMark, Ports, QueueLook } from './ports.ts'
import { nextBatch, sealedOf } from './push-batch.ts'
import type { Batch } from './push-batch.ts'
import { waitingOf } from './waiting.ts'
import type { Waiting } from './waiting.ts'
import type { RoundMemory } from './round-memory.ts'

export type RoundEnd =
  /** `more`: something moved and there is more to send or to fetch; go on at once. `waiting`: what is unsent now, where known. */
  | { kind: 'good'; more: boolean; waiting?: Waiting }
  /** The queue has no marker row: not set up. */
  | { kind: 'idle' }
  | Trouble
  /** A store took nothing: everything stays as it was. `full`: for want of room. */
  | { kind: 'storage'; full: boolean }

/** What the confirmed rows have become; called after the transaction that wrote them. */
export type RoundHooks = {
  /** `from`: where the stored rows stood before the page. */
  pageTaken(rows: readonly Row[], head: CacheHead, from: CacheHead): void | Promise<void>
  /** Other rows than before: read them all again. */
  baseReplaced(): Promise<void>
  catalogueChanged(): Promise<void>
  progress: (loading: { done: number; all: number | null } | null) => void
  answered(response: SyncResponse): void | Promise<void>
}

export type RoundOptions = {
  app: string
  session: () => SyncRequest['session']
  storage: () => Promise<{ quota: number | null; persisted: boolean | null }>
  /** Resolves when no scan is being stored. */
  calm?: () => Promise<void>
}

/** One round: one POST /sync, and what its answer asks for: a snapshot, a piece of the catalogue. */
export const runRound = async (
  ports: Ports,
  options: RoundOptions,
  hooks: RoundHooks,
  memory: RoundMemory,
): Promise<RoundEnd> => {
  const calm = options.calm ?? (() => Promise.resolve())
  await calm()
  const look = await ports.queue.look(memory.limit)
  const { birth } = look
  if (birth === null) return { kind: 'idle' }
  const head = await presentHead(ports, birth)
  const due = await nextBatch(ports.queue, look, birth, head, memory.heldBack)
  const batch = memory.revoked ? await unreviewed(ports.queue, due, memory.limit) : due
  const reply = await ports.net.sync(await requestOf(options, memory, look, birth, head, batch))
  if (reply.kind !== 'ok') return failed(ports, hooks, memory, batch, troubleOf(reply))
  await calm()
  takeSample(ports, memory, reply.sentAt, reply.receivedAt, reply.body.now)
  memory.suspect = null
  memory.revoked = false
  memory.limit = Math.min(MAX_COMMANDS, memory.limit * 2)
  const moved = await takeAnswer(ports, hooks, look, birth, head, batch, reply.body)
  await calm()
  await hooks.answered(reply.body)
  if ('kind' in moved) return moved
  // An epoch of another warehouse goes out under its own name; that warehouse's catalogue is of no use here.
  if (batch.warehouse !== birth.warehouse) return { kind: 'good', more: moved.progress }
  await handIn(ports, hooks, birth)
  const catalogue = await fetchCatalogue(ports, memory, reply.body.catalogue, hooks.progress)
  if (catalogue.kind === 'changed') await hooks.catalogueChanged()
  if (catalogue.kind === 'trouble') return catalogue.trouble
  await calm()
  const waiting = waitingOf(await ports.queue.look(1))
  const more = (moved.progress && (waiting.count > 0 || reply.body.pull.more || moved.due)) || catalogue.kind === 'more'
  return { kind: 'good', more, waiting }
}

/** Rows of another warehouse are of no use here: thrown away, and a snapshot is due. */
const presentHead = async ({ cache }: Pick<Ports, 'cache'>, birth: Birth): Promise<CacheHead | null> => {
  const head = await cache.head()
  if (head === null || head.warehouse === birth.warehouse) return head
  await cache.clear()
  return null
}

const requestOf = async (
  options: RoundOptions,
  memory: RoundMemory,
  look: QueueLook,
  birth: Birth,
  head: CacheHead | null,
  batch: Batch,
): Promise<SyncRequest> => {
  const storage = await options.storage()
  const waiting = waitingOf(look)
  const off = memory.samples.at(-1)?.off ?? 0
  return {
    proto: PROTO,
    app: options.app,
    device: birth.device,
    warehouse: batch.warehouse,
    session: options.session(),
    cursor: batch.warehouse === birth.warehouse ? (head?.cursor ?? null) : null,
    ...blindOf(head),
    push: {
      epoch: batch.epoch,
      commands: batch.commands.map(sealedOf),
      ...(batch.hole === undefined ? {} : { hole: batch.hole }),
    },
    head: {
      seq: Math.max(batch.last, batch.mark.acked),
      pending: waiting.count,
      oldest: waiting.oldest === null ? null : isoOf(waiting.oldest + off),
      ...storage,
      lost: isLost(look, batch.epoch),
      acked: batch.mark.acked,
    },
  }
}

/** What this handheld counts blind by itself, and what it has counted so and wants to have again. */
const blindOf = (head: CacheHead | null): Pick<SyncRequest, 'blind' | 'again'> => {
  const again = againOf(head)
  return {
    ...(head?.blind === undefined || head.blind.length === 0 ? {} : { blind: [...head.blind] }),
    ...(again.length === 0 ? {} : { again: [...again] }),
  }
}
const againOf = (head: CacheHead | null): readonly Spot[] => (head?.again ?? []).slice(0, MAX_SPOTS)

const takeSample = (ports: Ports, memory: RoundMemory, sentAt: number, receivedAt: number, now: string): void => {
  const drift = ports.clock.now() - ports.clock.mono()
  if (memory.drift !== null && Math.abs(drift - memory.drift) > 1000) memory.samples = []
  memory.drift = drift
  if (receivedAt >= sentAt) memory.samples = withSample(memory.samples, clockSample(sentAt, receivedAt, msOf(now)))
}

/** `due`: a snapshot was taken, or places are left that are to come anew. */
type Moved = { progress: boolean; due: boolean }

const takeAnswer = async (
  ports: Ports,
  hooks: RoundHooks,
  look: QueueLook,
  birth: Birth,
  head: CacheHead | null,
  batch: Batch,
  body: SyncResponse,
): Promise<Moved | Trouble> => {
  const acked = await takePush(ports, look, head, batch, body)
  if (batch.warehouse !== birth.warehouse) return { progress: acked, due: false }
  if (body.reset === 'scope_changed') {
    await ports.cache.forget('base')
    await hooks.baseReplaced()
  }
  if (body.reset !== null || head === null || head.cursor === null) {
    const trouble = await takeSnapshot(ports, hooks, birth)
    return trouble ?? { progress: true, due: true }
  }
  const { pull } = body
  // Pages chain: one that does not begin where we stand belongs to another request.
  if (pull.from !== head.cursor || pull.cursor === null) return { progress: acked, due: false }
  const asked = againOf(head)
  const next = {
    ...head,
    // They are in the feed now, behind the cursor that was asked with.
    ...(asked.length === 0 ? {} : { again: (head.again ?? []).slice(asked.length) }),
    cursor: pull.cursor,
    floor: pull.floor,
    through: { ...head.through, [batch.epoch]: pull.through },
  }
  const taken = await ports.cache.applyPage(head, next, pull.rows)
  if (taken) await hooks.pageTaken(pull.rows, next, head)
  const isNews = asked.length > 0 || pull.cursor !== head.cursor
  return { progress: acked || (taken && isNews), due: asked.length < (head.again ?? []).length }
}

/** Steps of an earlier id of the handheld: once they are handed in, they count as contained, never twice. */
const handIn = async (ports: Ports, hooks: RoundHooks, birth: Birth): Promise<void> => {
  const head = await ports.cache.head()
  if (head === null || head.cursor === null) return
  const done = await handInEarlier(ports, await ports.queue.look(1), birth, head)
  if (done === null) return
  const next = { ...head, through: { ...head.through, [done.epoch]: done.through } }
  if (await ports.cache.applyPage(head, next, [])) await hooks.pageTaken([], next, head)
}

const isKeptCode = ({ commands }: Batch, { seq, outcome }: SyncResponse['push']['results'][number]): boolean => {
  const row = outcome === 'exception' ? commands.find(one => one.seq === seq) : undefined
  const type = row === undefined ? undefined : commandOf(row)?.type
  return type === 'unmatched' || type === 'note'
}

/** Acknowledgements count only while the feed epoch is the one that the request was made with. Returns whether they moved. */
const takePush = async (
  ports: Ports,
  look: QueueLook,
  head: CacheHead | null,
  batch: Batch,
  body: SyncResponse,
): Promise<boolean> => {
  const results = body.push.results.map(one => (isKeptCode(batch, one) ? { ...one, kept: true as const } : one))
  const said = { ...body.push, results, exactly: body.reset === 'feed_restored' || body.push.gap !== null }
  if (!isNews(batch.mark, said)) return false
  const now = await ports.cache.head()
  if ((now?.feedEpoch ?? null) !== (head?.feedEpoch ?? null)) return false
  const at = ports.clock.now()
  const after = (before: EpochMark | null): EpochMark => ({
    ...heard(before ?? batch.mark, said, at),
    warehouse: batch.warehouse,
  })
  const before = await ports.queue.changeMark(batch.epoch, after)
  const { acked } = after(before)
  if (acked > 0) await lostIsKnown(ports, look)
  return acked !== (before ?? batch.mark).acked
}

/** Room for the numbers that tabs draw, so that two never meet. */
const GENERATIONS = 1_000_000

/**
 * Everything anew, at one cursor. Before it becomes visible, what the server knows of our epochs is stored, downwards too:
 * after a restore an old acknowledgement would lose the whole interval, also on a handheld with nothing waiting.
 */
const takeSnapshot = async (ports: Ports, hooks: RoundHooks, birth: Birth): Promise<Trouble | null> => {
  const { cache, net } = ports
  const before = await cache.head()
  // A number of its own: another tab that writes a snapshot at the same time must not write into this one.
  const generation = (before?.generation ?? 0) + 1 + Math.floor(ports.random.next() * GENERATIONS)
  await cache.beginSnapshot(generation)
  let done = 0
  const reply = await net.snapshot(async rows => {
    await cache.addSnapshot(generation, rows)
    done += rows.length
    hooks.progress({ done, all: null })
  }, before?.blind ?? [])
  hooks.progress(null)
  if (reply.kind !== 'ok') return troubleOf(reply)
  const snapshot = reply.body
  await takeMarks(ports, birth, snapshot, before?.feedEpoch !== snapshot.feedEpoch)
  // A tab that took over meanwhile has written a base of its own and thrown this one away: half a base must not be shown.
  const now = await cache.head()
  const isOvertaken = now?.generation !== before?.generation || now?.cursor !== before?.cursor
  const next = {
    warehouse: birth.warehouse,
    feedEpoch: snapshot.feedEpoch,
    cursor: snapshot.cursor,
    floor: snapshot.floor,
    through: { ...snapshot.through, ...(await throughOfEarlier(ports, birth)) },
    generation,
    catalogue: before?.catalogue ?? null,
    ...(before?.blind === undefined ? {} : { blind: before.blind }),
    ...(before?.again === undefined ? {} : { again: before.again }),
  }
  if (!isOvertaken) await cache.finishSnapshot(next)
  await hooks.baseReplaced()
  return null
}

const takeMarks = async (ports: Ports, birth: Birth, snapshot: SnapshotHead, exactly: boolean): Promise<void> => {
  for (const epoch of await ports.queue.epochs()) {
    const [first] = await ports.queue.rows(epoch, 0, 1)
    // Of an earlier id nothing is told to this one.
    if (!isOurs(first, birth)) continue
    const acked = snapshot.acked[epoch] ?? 0
    await ports.queue.changeMark(epoch, before => {
      const mark = before ?? noMark(epoch, birth.warehouse)
      if (mark.warehouse !== birth.warehouse) return mark
      return heard(mark, { acked, durable: mark.durable, results: [], exactly }, ports.clock.now())
    })
  }
}

const failed = async (
  ports: Ports,
  hooks: RoundHooks,
  memory: RoundMemory,
  batch: Batch,
  trouble: Trouble,
): Promise<RoundEnd> => {
  if (trouble.kind === 'revoked') {
    if (!memory.revoked) {
      memory.revoked = true
      await ports.cache.clear()
      await hooks.baseReplaced()
    }
    await noteReviewed(ports.queue, batch)
    return trouble
  }
  if (trouble.kind === 'unauthorised' && trouble.foreign && !batch.isPresent) {
    // The server does not take the other warehouse's epoch from this handheld any more: it waits, the present one goes on.
    memory.heldBack.add(batch.epoch)
    return { kind: 'good', more: true }
  }
  if (trouble.kind === 'tooLarge' && batch.commands.length > 1) {
    memory.limit = Math.max(1, Math.floor(batch.commands.length / 2))
    return { kind: 'good', more: true }
  }
  if (trouble.kind === 'tooLarge' || trouble.kind === 'rejected') {
    const moved = await headFailed(ports, memory, batch)
    return moved ? { kind: 'good', more: true } : trouble
  }
  return trouble
}
