import { manifestSchema } from '../../shared/sync/wire.ts'
import { sendJson, sendText } from './answer.ts'
import { deviceEndpoint, NOTHING } from './endpoint.ts'
import { refused } from './refused.ts'
import { scopedManifest } from './scope.ts'

export const manifestEndpoint = deviceEndpoint(
  {
    method: 'GET',
    path: '/api/catalogue',
    body: NOTHING,
    summary: 'Which blocks make up the catalogue of the clients that this device may see.',
    answers: { 200: { description: 'Manifest', schema: manifestSchema } },
  },
  async ({ c, deps, device }) =>
    sendJson(c, scopedManifest(await deps.stores.catalogue.manifest(device.warehouse), device.clients)),
)

/** Named by its own SHA-256, so it never changes and is fetched once. */
export const blockEndpoint = deviceEndpoint(
  {
    method: 'GET',
    path: '/api/blk/:sha',
    body: NOTHING,
    summary: 'One block of the catalogue: the JSON text whose SHA-256 is its name.',
    answers: { 200: { description: 'The block', type: 'application/json' } },
    refusals: ['not_found'],
  },
  async ({ c, deps }) => {
    const sha = c.req.param('sha') ?? ''
    const block = /^[0-9a-f]{64}$/.test(sha) ? await deps.stores.catalogue.block(sha) : null
    if (block === null) throw refused('not_found')
    c.header('cache-control', 'private, max-age=31536000, immutable')
    return sendText(c, 'application/json; charset=utf-8', block)
  },
)
