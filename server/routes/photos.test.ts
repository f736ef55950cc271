import { createHash } from 'node:crypto'
import { afterAll, describe, expect, it } from 'vitest'
import { deskApp, PASSWORD } from '../../test/support/desk-app.ts'
import { jpegHeaders } from '../../test/support/jpeg.ts'
import { HEADERS, SCHEME } from '../../shared/sync/enrol.ts'
import { PHOTO_UPLOAD_MAX, photoPath } from '../../shared/sync/photo.ts'
import type { PhotoQuery } from '../../shared/sync/photo.ts'
import { proofOf } from '../../shared/sync/seal.ts'
import type { Worker } from '../../shared/catalogue.ts'
import { browserOf } from './desk/test-browser.ts'
import { get } from './test-app.ts'
import { START } from './test-stores.ts'

const shaOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const ABOUT: PhotoQuery = { kind: 'code', subject: "8690000000001 it's", takenAt: START }

describe('photos over HTTP', async () => {
  const desk = await deskApp()
  afterAll(() => desk.close())
  const { app, device, people, site } = desk
  const upload = async (
    bytes: Uint8Array<ArrayBuffer>,
    over: { name?: string; proven?: string; about?: PhotoQuery } = {},
  ) => {
    const path = photoPath(over.name ?? shaOf(bytes), over.about ?? ABOUT)
    const nonce = app.deps.nonces.issue(app.deps.now())
    const response = await app.app.request(path, {
      method: 'POST',
      headers: {
        'content-type': 'image/jpeg',
        authorization: `${SCHEME} ${app.deps.tokens.issue(device.answer.device, app.deps.now()).access}`,
        [HEADERS.nonce]: nonce,
        [HEADERS.proof]: device.key.sign(proofOf('POST', path, over.proven ?? shaOf(bytes), nonce)),
      },
      body: bytes,
    })
    const body: { code?: string; kept?: boolean } = await response.json()
    return [response.status, body.code ?? body.kept]
  }
  const seen = (sha: string, worker: string): Promise<Response> =>
    get(app, device, `/api/photos/${sha}?worker=${worker}`)

  it('[PH10] a photo is kept under its own hash, as often as it comes, and comes back byte for byte', async () => {
    const bytes = jpegHeaders(1600, 1200, 'damaged box')
    expect(await upload(bytes)).toEqual([200, true])
    expect(await upload(bytes)).toEqual([200, true])
    const response = await seen(shaOf(bytes), people.sevda.id)
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/jpeg'])
    expect(Buffer.from(await response.arrayBuffer()).equals(Buffer.from(bytes))).toBe(true)
  })

  it('[PH10] another name, another proof, no JPEG, too long a side and too many bytes are refused and not kept', async () => {
    const good = jpegHeaders(640, 480, 'never kept')
    expect(await upload(good, { name: shaOf(jpegHeaders(1, 1)) })).toEqual([400, 'bad_request'])
    expect(await upload(good, { name: 'x' })).toEqual([400, 'bad_request'])
    expect(await upload(good, { proven: shaOf(jpegHeaders(1, 1)) })).toEqual([401, 'unauthorised'])
    expect(await upload(good, { about: { ...ABOUT, kind: 'command' } })).toEqual([400, 'bad_request'])
    expect(await upload(new TextEncoder().encode('<svg onload=alert(1)>'))).toEqual([400, 'bad_request'])
    expect(await upload(new Uint8Array())).toEqual([400, 'bad_request'])
    expect(await upload(jpegHeaders(1601, 10))).toEqual([400, 'bad_request'])
    expect(await upload(new Uint8Array(PHOTO_UPLOAD_MAX + 1))).toEqual([413, 'too_large'])
    for (const takenAt of ['2026-02-31T08:00:00.000Z', '2026-02-28T08:00:00+16:00'])
      expect(await upload(good, { about: { ...ABOUT, takenAt } })).toEqual([400, 'bad_request'])
    expect((await seen(shaOf(good), people.sevda.id)).status).toBe(404)
  })

  it('[PH12] only a supervisor sees it, and one who is bound to clients only theirs', async () => {
    const [one, two] = site.clients
    const bytes = jpegHeaders(640, 480, 'of the first client')
    await upload(bytes, { about: { ...ABOUT, client: one!.id } })
    const status = async (worker: string): Promise<number> => (await seen(shaOf(bytes), worker)).status
    expect([await status(people.sevda.id), await status(people.narrow.id)]).toEqual([200, 404])
    expect([await status(people.berk.id), await status(people.integrator.id)]).toEqual([403, 403])
    // It may be of goods of two clients: whoever sees one of them sees it.
    await upload(bytes, { about: { ...ABOUT, kind: 'command', subject: 'abcdefghijkl/7', client: two!.id } })
    expect(await status(people.narrow.id)).toBe(200)
    expect((await seen('x', people.sevda.id)).status).toBe(400)
  })

  it('[PH12] at the desk a photo comes with the session of a supervisor of that client, and is kept by that browser only', async () => {
    const [one] = site.clients
    const bytes = jpegHeaders(640, 480, 'seen at the desk')
    await upload(bytes, { about: { ...ABOUT, client: one!.id } })
    const path = (worker: string): string => `/api/photos/${shaOf(bytes)}?worker=${worker}`
    const status = async (who: Worker, login: string, as = who.id): Promise<number> => {
      await desk.account(who, login)
      const page = browserOf(app.app, '10.0.0.7')
      await page.logIn(login, PASSWORD)
      return (await page.get(path(as))).status
    }
    expect(await status(people.sevda, 'sevda')).toBe(200)
    expect(await status(people.narrow, 'narrow')).toBe(404)
    expect(await status(people.narrow, 'narrow', people.sevda.id)).toBe(403)
    expect(await status(people.integrator, 'inge')).toBe(403)
    expect((await browserOf(app.app, '10.0.0.8').get(path(people.sevda.id))).status).toBe(401)
    const page = browserOf(app.app, '10.0.0.9')
    await page.logIn('sevda', PASSWORD)
    expect((await page.get(path(people.sevda.id))).headers.get('cache-control')).toMatch(/^private/)
  })

  it('[PH31] a handheld gets the thumbnail of an item by its name, and nothing by another', async () => {
    const { catalogue } = app.deps.stores
    const sha = 'a'.repeat(64)
    const { picture } = catalogue
    const asked: unknown[] = []
    catalogue.picture = async wanted => {
      asked.push(wanted)
      return wanted.sha === sha ? { type: 'image/png', bytes: Uint8Array.of(1, 2, 3) } : null
    }
    try {
      const found = await get(app, device, `/api/pictures/${sha}`)
      expect([found.status, found.headers.get('content-type')]).toEqual([200, 'image/png'])
      expect(found.headers.get('cache-control')).toContain('immutable')
      expect(asked).toEqual([{ warehouse: site.warehouse.id, sha, clients: null }])
      expect((await get(app, device, `/api/pictures/${'b'.repeat(64)}`)).status).toBe(404)
      expect((await get(app, device, '/api/pictures/x')).status).toBe(400)
      expect((await app.app.request(`/api/pictures/${sha}`)).status).toBe(401)
    } finally {
      catalogue.picture = picture
    }
  })

  it('[PH11] beyond the allowance of a day a handheld is told when to come again', async () => {
    const { photos } = app.deps.stores
    const { keep } = photos
    photos.keep = async (photo, allowance) => keep(photo, { ...allowance, count: 0 })
    try {
      expect(await upload(jpegHeaders(640, 480, 'one too many'))).toEqual([429, 'rate_limited'])
    } finally {
      photos.keep = keep
    }
  })
})
