import * as v from 'valibot'
import type { WorkerId } from '../../shared/ids.ts'
import {
  isPhotoHash,
  jpegSize,
  PHOTO_SIDE_MAX,
  PHOTO_UPLOAD_MAX,
  photoAnswerSchema,
  photoQuerySchema,
} from '../../shared/sync/photo.ts'
import { uuid } from '../../shared/sync/fields.ts'
import { sha256Hex } from '../auth/seal.ts'
import { sendJson } from './answer.ts'
import { parseAs } from './body.ts'
import { bytesEndpoint, NOTHING, personEndpoint } from './endpoint.ts'
import { refused } from './refused.ts'

/** What one handheld may send within 24 hours: three an hour on every shift of the day, many times over. */
export const PHOTO_ALLOWANCE = { count: 500, bytes: 100 * 1024 * 1024 }
const FULL_RETRY_S = 3600

const hashOf = (name: string | undefined): string => {
  if (name === undefined || !isPhotoHash(name)) throw refused('bad_request', 'A photo is named by its SHA-256 in hex.')
  return name
}

/** POST /api/photos/:hash: content-addressed, so the same again is the same. */
export const uploadPhotoEndpoint = bytesEndpoint(
  {
    method: 'POST',
    path: '/api/photos/:hash',
    summary: 'Keeps a photo (JPEG) under the SHA-256 of its bytes, with what it belongs to. The same again is fine.',
    query: photoQuerySchema,
    body: { maxBytes: PHOTO_UPLOAD_MAX, type: 'image/jpeg' },
    answers: { 200: { description: 'Kept', schema: photoAnswerSchema } },
    refusals: ['rate_limited'],
  },
  async ({ c, deps, device, bytes }) => {
    const sha = hashOf(c.req.param('hash'))
    const about = parseAs(photoQuerySchema, c.req.query())
    if (sha256Hex(bytes) !== sha) throw refused('bad_request', 'The bytes are not what their name says.')
    const size = jpegSize(bytes)
    if (size === null) throw refused('bad_request', 'This is no JPEG.')
    if (Math.max(size.width, size.height) > PHOTO_SIDE_MAX)
      throw refused('bad_request', `A side is longer than ${PHOTO_SIDE_MAX} pixels.`)
    const { kind, takenAt, client = null } = about
    const subject = kind === 'command' ? `${device.id}/${about.subject}` : about.subject
    const photo = {
      warehouse: device.warehouse,
      device: device.id,
      sha,
      bytes,
      ...size,
      kind,
      subject,
      client,
      takenAt,
    }
    const kept = await deps.stores.photos.keep({ ...photo, now: deps.now() }, PHOTO_ALLOWANCE)
    if (kept === 'full') throw refused('rate_limited', 'This handheld has sent its photos of a day.', FULL_RETRY_S)
    return sendJson(c, { kept: true } satisfies v.InferOutput<typeof photoAnswerSchema>)
  },
)

const querySchema = v.object({ worker: uuid<WorkerId>() })

/** GET /api/photos/:hash: for whoever decides about what it shows, at the desk or on a handheld. */
export const photoEndpoint = personEndpoint(
  {
    method: 'GET',
    path: '/api/photos/:hash',
    summary: 'A photo by its SHA-256, for supervisors; of their clients where they are bound to some.',
    query: querySchema,
    body: NOTHING,
    roles: ['supervisor'],
    answers: { 200: { description: 'The picture', type: 'image/jpeg' } },
    refusals: ['bad_request', 'role', 'not_found'],
  },
  async ({ c, deps, who, warehouse }) => {
    const sha = hashOf(c.req.param('hash'))
    const bytes = await deps.stores.photos.bytes({ warehouse, sha, clients: who.clients })
    if (bytes === null) throw refused('not_found')
    c.header('content-type', 'image/jpeg')
    // Whoever asks again may have lost their right to it: only this browser keeps it, and not for long.
    c.header('cache-control', 'private, max-age=300')
    return c.body(Uint8Array.from(bytes))
  },
)
