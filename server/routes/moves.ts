import { movesAnswerSchema, movesRequestSchema } from '../../shared/sync/moves.ts'
import { sendJson } from './answer.ts'
import { deviceEndpoint, json } from './endpoint.ts'
import { refused } from './refused.ts'
import { workerOf } from './scope.ts'

/** POST /api/moves: a question of Look-up. The ledger is the server's: no handheld keeps it. */
export const movesEndpoint = deviceEndpoint(
  {
    method: 'POST',
    path: '/api/moves',
    summary: 'The last movements of goods, a place, a pallet, a lot or a serial.',
    body: json(16_384, movesRequestSchema),
    answers: { 200: { description: 'The newest first', schema: movesAnswerSchema } },
    refusals: ['role'],
  },
  async ({ c, deps, body, device }) => {
    const worker = await workerOf(deps.stores.site, device, body.worker)
    if (worker === null) throw refused('role')
    const { warehouse, id } = device
    const who = { warehouse, device: id, worker: worker.id, clients: worker.clients }
    return sendJson(c, await deps.stores.moves.last({ ...who, of: body.of, spots: body.blind }))
  },
)
