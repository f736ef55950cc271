import { isPhotoHash } from '../../shared/sync/photo.ts'
import { deviceEndpoint, NOTHING } from './endpoint.ts'
import { refused } from './refused.ts'

/** GET /api/pictures/:hash: what has this name never changes. */
export const pictureEndpoint = deviceEndpoint(
  {
    method: 'GET',
    path: '/api/pictures/:hash',
    summary: 'The thumbnail of an item by its SHA-256, as the ERP gave it: JPEG, PNG or WebP of at most 10 kB.',
    body: NOTHING,
    answers: { 200: { description: 'The picture', type: 'image/*' } },
    refusals: ['bad_request', 'not_found'],
  },
  async ({ c, deps, device }) => {
    const sha = c.req.param('hash') ?? ''
    if (!isPhotoHash(sha)) throw refused('bad_request', 'A picture is named by its SHA-256 in hex.')
    const { warehouse, clients } = device
    const picture = await deps.stores.catalogue.picture({ warehouse, sha, clients })
    if (picture === null) throw refused('not_found')
    c.header('content-type', picture.type)
    c.header('cache-control', 'private, max-age=31536000, immutable')
    return c.body(Uint8Array.from(picture.bytes))
  },
)
