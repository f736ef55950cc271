import * as v from 'valibot'
import type { Metrics } from '../metrics.ts'
import { equal } from '../auth/token.ts'
import { sendJson, sendText } from './answer.ts'
import { fromHere } from './caller.ts'
import type { Endpoint } from './endpoint.ts'
import { NOTHING, openEndpoint } from './endpoint.ts'
import { refused } from './refused.ts'

const readySchema = v.object({
  /** All of the following. */
  ready: v.boolean(),
  store: v.boolean(),
  migrated: v.boolean(),
  disk: v.boolean(),
})
export type Readiness = v.InferOutput<typeof readySchema>

/** What keeps the server under somebody's eyes; the tests hand in a clock that they turn. */
export type Ops = {
  /** Milliseconds of a clock that never goes back. */
  elapsedMs: () => number
  /** Whether what this address says of the caller is believed. */
  isProxy: (address: string) => boolean
  metrics: Metrics
  /** Null = from this machine only. */
  metricsToken: string | null
  ready: () => Promise<Readiness>
}

/** GET /api/ready: for whoever decides where requests go. Health says whether the process lives, this whether it can do its work. */
export const readyEndpoint = openEndpoint(
  {
    method: 'GET',
    path: '/api/ready',
    body: NOTHING,
    summary: 'Whether work may be sent here: the store answers, its schema is that of this version, the disk has room.',
    answers: {
      200: { description: 'Ready', schema: readySchema },
      503: { description: 'Not ready; what is false says why', schema: readySchema },
    },
  },
  async ({ c, deps }) => {
    const readiness = await deps.ops.ready()
    return sendJson(c, readiness, readiness.ready ? 200 : 503)
  },
)

/** GET /metrics: figures tell much about a business, so they are given to this machine or for a token only. */
export const metricsEndpoint: Endpoint = {
  method: 'GET',
  path: '/metrics',
  summary: 'Figures of this process and its store in the text format of Prometheus.',
  door: 'metrics',
  body: null,
  answers: { 200: { description: 'Text format 0.0.4', type: 'text/plain' } },
  run: async (c, deps) => {
    const [scheme, token = ''] = (c.req.header('authorization') ?? '').split(' ')
    const { metricsToken, metrics } = deps.ops
    const proven = scheme === 'Bearer' && metricsToken !== null && equal(Buffer.from(token), Buffer.from(metricsToken))
    if (!proven && !fromHere(c)) throw refused('unauthorised', 'Ask from this machine, or with the token.')
    c.header('cache-control', 'no-store')
    return sendText(c, 'text/plain; version=0.0.4; charset=utf-8', await metrics.text())
  },
}
