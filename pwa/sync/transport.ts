import { bytesToHex } from '@noble/hashes/utils.js'
import * as v from 'valibot'
import type { TaskId } from '../../shared/ids.ts'
import { uuid } from '../../shared/sync/fields.ts'
import { writeSpots } from '../../shared/sync/blind.ts'
import { framesIn } from '../../shared/sync/frames.ts'
import { partsOf } from '../../shared/sync/rescue-parts.ts'
import { sha256Hex } from '../../shared/sync/seal.ts'
import { pastAnswerSchema } from '../../shared/sync/past.ts'
import { manifestSchema, rowSchema, snapshotHeadSchema, syncResponseSchema } from '../../shared/sync/wire.ts'
import type { Row, SnapshotHead } from '../../shared/sync/wire.ts'
import { refusedBy } from './api.ts'
import type { Api } from './api.ts'
import { linesOf } from './lines.ts'
import type { ByteReader } from './lines.ts'
import type { LineNet } from './line.ts'
import type { CatalogueBlock, Reply } from './ports.ts'

/** Who has the task is an answer, not a refusal. */
export const leaseAnswerSchema = v.variant('kind', [
  v.object({ kind: v.literal('ok') }),
  v.object({ kind: v.literal('taken'), by: v.string(), since: v.optional(v.string()) }),
  v.object({ kind: v.literal('gone') }),
  /** First task of each walk that the device has now, in their order. */
  v.object({ kind: v.literal('next'), tasks: v.pipe(v.array(uuid<TaskId>()), v.maxLength(100)) }),
])
const ROWS_AT_ONCE = 1000
/** A large warehouse over a weak radio; silence is bounded by the server closing the stream. */
const SNAPSHOT_TIMEOUT_MS = 300_000

/** The network as the engine knows it, over fetch. */
export const makeNet = (api: Pick<Api, 'send' | 'json'>, now: () => number): LineNet => ({
  sync: request => api.json({ method: 'POST', path: '/api/sync', body: JSON.stringify(request) }, syncResponseSchema),
  manifest: () => api.json({ method: 'GET', path: '/api/catalogue' }, manifestSchema),
  quarantine: raw => api.json({ method: 'POST', path: '/api/quarantine', body: raw }, v.unknown()),
  rescue: text => inParts(api, text),
  lease: request => api.json({ method: 'POST', path: '/api/leases', body: JSON.stringify(request) }, leaseAnswerSchema),
  past: request => api.json({ method: 'POST', path: '/api/past', body: JSON.stringify(request) }, pastAnswerSchema),
  blocks: async shas => {
    const sentAt = now()
    const response = await api.send({ method: 'POST', path: '/api/blk', body: JSON.stringify({ shas }) })
    if (response === null) return { kind: 'offline' }
    if (!response.ok) return refusedBy(response)
    const frames = await framesOf(response, shas.length)
    if (frames === null) return { kind: 'offline' }
    const found = await Promise.all(shas.map(async (sha, i) => verified(sha, frames[i] ?? null)))
    return { kind: 'ok', body: found.flatMap(block => block ?? []), sentAt, receivedAt: now() }
  },
  snapshot: async (take, blind) => {
    const sentAt = now()
    const response = await api.send({
      method: 'GET',
      path: blind.length === 0 ? '/api/snapshot' : `/api/snapshot?blind=${writeSpots(blind)}`,
      timeoutMs: SNAPSHOT_TIMEOUT_MS,
    })
    if (response === null) return { kind: 'offline' }
    if (!response.ok) return refusedBy(response)
    const head = response.body === null ? null : await readSnapshot(response.body.getReader(), take)
    return head === null ? { kind: 'offline' } : { kind: 'ok', body: head, sentAt, receivedAt: now() }
  },
})

/** The server puts them together by the name of the series, the hash of the whole; each is kept once. */
const inParts = async (api: Pick<Api, 'json'>, text: string): Promise<Reply<unknown>> => {
  const series = sha256Hex(text)
  const parts = partsOf(text)
  let reply: Reply<unknown> = { kind: 'offline' }
  for (const [i, body] of parts.entries()) {
    const path = `/api/rescue?series=${series}&part=${i + 1}&parts=${parts.length}`
    reply = await api.json({ method: 'POST', path, body }, v.unknown())
    if (reply.kind !== 'ok') return reply
  }
  return reply
}

const framesOf = async (response: Response, count: number): Promise<ReturnType<typeof framesIn>> => {
  try {
    return framesIn(new Uint8Array(await response.arrayBuffer()), count)
  } catch {
    return null
  }
}

/** Whatever a proxy made of it: a block is what its name says, or it did not come. */
const verified = async (sha: string, bytes: Uint8Array<ArrayBuffer> | null): Promise<CatalogueBlock | null> => {
  if (bytes === null) return null
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return bytesToHex(digest) === sha ? { sha, bytes } : null
}

const endSchema = v.object({ end: v.number() })

/** Head, rows, end line. Null when the stream broke off or is not ours; errors of `take` (the store's) go through. */
const readSnapshot = async (
  reader: ByteReader,
  take: (rows: readonly Row[]) => Promise<void>,
): Promise<SnapshotHead | null> => {
  let head: SnapshotHead | null = null
  let rows: Row[] = []
  let count = 0
  for await (const line of linesOf(reader)) {
    const value = parsed(line)
    if (head === null) {
      const read = v.safeParse(snapshotHeadSchema, value)
      if (!read.success) return null
      head = read.output
      continue
    }
    const end = v.safeParse(endSchema, value)
    if (end.success) {
      await take(rows)
      return end.output.end === count ? head : null
    }
    const row = v.safeParse(rowSchema, value)
    if (!row.success) return null
    rows.push({ ...row.output, b: row.output.b ?? null })
    count += 1
    if (rows.length < ROWS_AT_ONCE) continue
    await take(rows)
    rows = []
  }
  return null
}

const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
