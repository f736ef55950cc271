import * as v from 'valibot'
import type { DeviceId } from '../../shared/ids.ts'
import { readSpots } from '../../shared/sync/blind.ts'
import { writeCursor } from '../../shared/sync/cursor.ts'
import { MAX_SPOTS } from '../../shared/sync/limits.ts'
import { snapshotHeadSchema } from '../../shared/sync/wire.ts'
import type { SnapshotHead } from '../../shared/sync/wire.ts'
import { scopeName } from '../sync/handle.ts'
import { sendText } from './answer.ts'
import { parseAs } from './body.ts'
import { deviceEndpoint, NOTHING } from './endpoint.ts'
import type { Endpoint } from './endpoint.ts'
import { refused } from './refused.ts'

/** Snapshots of one process at a time: each lies in memory as text while it is sent. */
const MAX_AT_ONCE = 4

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
const SPOT = `${UUID}(?::${UUID})?`
/** Places that the handheld counts blind without a task, `place` or `place:item`, with commas: their figures are left out. */
const snapshotQuerySchema = v.object({
  blind: v.optional(v.pipe(v.string(), v.regex(new RegExp(`^${SPOT}(?:,${SPOT}){0,${MAX_SPOTS - 1}}$`)))),
})

/**
 * GET /api/snapshot: every row of the scope at one commit. The rows are read to the end before the first one is sent: a
 * handheld at the edge of the radio must not hold the database's transaction open.
 */
export const snapshotEndpoint = (): Endpoint => {
  const inFlight = new Set<DeviceId>()
  return deviceEndpoint(
    {
      method: 'GET',
      path: '/api/snapshot',
      query: snapshotQuerySchema,
      body: NOTHING,
      summary:
        'All rows of the scope at one commit, one JSON object a line: the head, the rows, `{"end": number of rows}`.',
      answers: { 200: { description: 'Head line', type: 'application/x-ndjson', schema: snapshotHeadSchema } },
      refusals: ['busy', 'bad_request'],
    },
    async ({ c, deps, device }) => {
      const spots = readSpots(parseAs(snapshotQuerySchema, c.req.query()).blind ?? '')
      if (inFlight.has(device.id) || inFlight.size >= MAX_AT_ONCE) throw refused('busy', undefined, 1)
      inFlight.add(device.id)
      try {
        const pieces: string[] = []
        let count = 0
        const { clients, worker } = device
        const at = {
          warehouse: device.warehouse,
          device: device.id,
          worker,
          spots,
          clients,
          today: deps.now().slice(0, 10),
        }
        const { feedEpoch, commit, floor, through, acked } = await deps.stores.sync.snapshot(at, async rows => {
          count += rows.length
          pieces.push(rows.map(row => `${JSON.stringify(row)}\n`).join(''))
        })
        const cursor = writeCursor({ feedEpoch, scope: scopeName(clients), commit })
        const head: SnapshotHead = { feedEpoch, cursor, floor, through, acked }
        const text = `${JSON.stringify(head)}\n${pieces.join('')}${JSON.stringify({ end: count })}\n`
        return await sendText(c, 'application/x-ndjson; charset=utf-8', text)
      } finally {
        inFlight.delete(device.id)
      }
    },
  )
}
