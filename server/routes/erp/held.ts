import * as v from 'valibot'
import { sendJson } from '../answer.ts'
import { json, personEndpoint } from '../endpoint.ts'
import { connectionAt, decider, erpAt, KEEPERS } from './erp-call.ts'

export const letGoErpEndpoint = personEndpoint(
  {
    method: 'POST',
    path: '/api/erp/let-go',
    summary:
      'Messages of a connection that are held because the database was restored, or has lost something, are delivered again. What the ERP may have already is asked for first.',
    body: json(16 * 1024, v.object(decider)),
    roles: KEEPERS,
    answers: {
      200: { description: 'Whether they were still held', schema: v.object({ letGo: v.boolean() }) },
    },
    refusals: ['role', 'not_found'],
  },
  async ({ c, deps, body, who, warehouse }) => {
    const at = erpAt(deps, who)
    const { id, held } = await connectionAt(at, warehouse, body.connection)
    const entry = {
      warehouse,
      at: deps.now(),
      worker: who.id,
      kind: 'erp.letGo',
      subject: id,
      body: { since: held?.since ?? null, why: held?.why ?? null, missing: [...(held?.missing ?? [])] },
    }
    return sendJson(c, { letGo: await at.erp.stores.connections.letGo(id, entry) })
  },
)
