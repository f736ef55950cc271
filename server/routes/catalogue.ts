import { framed } from '../../shared/sync/frames.ts'
import { blocksRequestSchema, manifestSchema } from '../../shared/sync/wire.ts'
import { sendJson } from './answer.ts'
import { deviceEndpoint, json, NOTHING } from './endpoint.ts'
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

/** So many names and no more. */
const MAX_BYTES = 32_768

/** Compressed as they are kept: nothing is packed again on the way. */
export const blocksEndpoint = deviceEndpoint(
  {
    method: 'POST',
    path: '/api/blk',
    body: json(MAX_BYTES, blocksRequestSchema),
    summary: 'Blocks of the catalogue by their SHA-256, each after its length; length 0 where there is none.',
    answers: {
      200: { description: 'Length (32 bits, little-endian) and bytes of each block', type: 'application/octet-stream' },
    },
  },
  async ({ c, deps, body }) => {
    c.header('content-type', 'application/octet-stream')
    return c.body(framed(await deps.stores.catalogue.blocks(body.shas)))
  },
)
