import * as v from 'valibot'
import { sha256Hex } from '../../shared/sync/seal.ts'
import { manifestSchema, rowSchema, snapshotHeadSchema, syncResponseSchema } from '../../shared/sync/wire.ts'
import type { Row, SnapshotHead } from '../../shared/sync/wire.ts'
import { refusedBy } from './api.ts'
import type { Api } from './api.ts'
import { linesOf } from './lines.ts'
import type { ByteReader } from './lines.ts'
import { leaseAnswerSchema } from './lease.ts'
import type { LeaseAnswer, LeaseRequest } from './lease.ts'
import type { Net, Reply } from './ports.ts'

const ROWS_AT_ONCE = 1000
/** A large warehouse over a weak radio; silence is bounded by the server closing the stream. */
const SNAPSHOT_TIMEOUT_MS = 300_000

/** The network as the engine knows it, over fetch. */
export const makeNet = (
  api: Api,
  now: () => number,
): Net & { lease(request: LeaseRequest): Promise<Reply<LeaseAnswer>> } => ({
  sync: request => api.json({ method: 'POST', path: '/api/sync', body: JSON.stringify(request) }, syncResponseSchema),
  manifest: () => api.json({ method: 'GET', path: '/api/catalogue' }, manifestSchema),
  quarantine: raw => api.json({ method: 'POST', path: '/api/quarantine', body: raw }, v.unknown()),
  lease: request => api.json({ method: 'POST', path: '/api/leases', body: JSON.stringify(request) }, leaseAnswerSchema),
  block: async sha => {
    const sentAt = now()
    const response = await api.send({ method: 'GET', path: `/api/blk/${sha}` })
    if (response === null) return { kind: 'offline' }
    if (!response.ok) return refusedBy(response)
    try {
      const body = await response.text()
      // Whatever a proxy made of it: a block is what its name says, or it did not come.
      return sha256Hex(body) === sha ? { kind: 'ok', body, sentAt, receivedAt: now() } : { kind: 'offline' }
    } catch {
      return { kind: 'offline' }
    }
  },
  snapshot: async take => {
    const sentAt = now()
    const response = await api.send({ method: 'GET', path: '/api/snapshot', timeoutMs: SNAPSHOT_TIMEOUT_MS })
    if (response === null) return { kind: 'offline' }
    if (!response.ok) return refusedBy(response)
    const head = response.body === null ? null : await readSnapshot(response.body.getReader(), take)
    return head === null ? { kind: 'offline' } : { kind: 'ok', body: head, sentAt, receivedAt: now() }
  },
})

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
