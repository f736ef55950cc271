import * as v from 'valibot'
import { HEADERS } from '../../shared/sync/enrol.ts'
import { sendJson } from './answer.ts'
import { openEndpoint, NOTHING } from './endpoint.ts'

const healthSchema = v.object({ ok: v.boolean(), engine: v.string(), durable: v.boolean(), demo: v.boolean() })

/** GET /api/health: for load balancers and for the person who wonders; asks the database one small question. */
export const healthEndpoint = openEndpoint(
  {
    method: 'GET',
    path: '/api/health',
    body: NOTHING,
    summary: 'Whether the server can work, on which engine, and whether an acknowledged commit survives a power cut.',
    answers: {
      200: { description: 'Works', schema: healthSchema },
      503: { description: 'The database does not answer', schema: healthSchema },
    },
  },
  async ({ c, deps }) => {
    const ok = await deps.stores.site.warehouses().then(
      () => true,
      () => false,
    )
    // Whoever starts asks here for the nonce of the first proof.
    c.header(HEADERS.nonce, deps.nonces.issue(deps.now()))
    return sendJson(c, { ok, ...deps.about, demo: deps.demo !== null }, ok ? 200 : 503)
  },
)
