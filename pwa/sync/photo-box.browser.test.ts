import { Dexie } from 'dexie'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { jpegHeaders } from '../../test/support/jpeg.ts'
import type { Draft } from '../../shared/sync/command.ts'
import { jpegSize, PHOTO_BYTES_MAX } from '../../shared/sync/photo.ts'
import { proofOf } from '../../shared/sync/seal.ts'
import { photoOf } from '../scanner/photo.ts'
import { openPhotos } from '../store/photos.ts'
import { makeApi } from './api.ts'
import type { SyncStatus } from './handheld.ts'
import { openPhotoDesk } from './photo-box.ts'
import type { PhotoDesk } from './photo-box.ts'
import { PHOTOS_WAITING_MAX } from './photo-upload.ts'

const NOW = Date.parse('2026-11-23T08:00:00.000Z')
const EPOCH = 'abcdefghijkl'
/** On a busy machine the browser takes its time. */
const SOON = { timeout: 30_000 }
const open: PhotoDesk[] = []
afterEach(async () => {
  for (const desk of open.splice(0)) await desk.close()
  await Dexie.delete('test-photos')
})

type Upload = { path: string; bytes: Uint8Array; proof: string }

/** A desk over Chromium's IndexedDB and the real transport, with a server that can be away. */
const deskOf = async (world: World): Promise<PhotoDesk> => {
  const desk = await openPhotoDesk({
    name: 'test-photos',
    api: makeApi(
      { fetch: world.fetch, base: '', now: () => world.now },
      { device: 'dev', sign: async text => encodeURIComponent(text) },
      { access: 'a1', nonce: 'n1' },
    ),
    handheld: {
      status: () => world.status,
      subscribe: listener => {
        world.listeners.add(listener)
        return () => world.listeners.delete(listener)
      },
      pending: async () => world.pending,
      now: () => new Date(world.now).toISOString(),
    },
    isActive: () => true,
    clock: { now: () => world.now, mono: () => world.now },
    timer: { after: () => () => undefined },
    random: () => 0.5,
    calm: async () => undefined,
  })
  open.push(desk)
  return desk
}
type World = {
  now: number
  uploads: Upload[]
  listeners: Set<() => void>
  status: SyncStatus
  pending: never[]
  answer: unknown
  fetch: typeof fetch
  say: (change: Partial<SyncStatus>) => void
}
const newWorld = (): World => {
  const uploads: Upload[] = []
  const status: SyncStatus = {
    link: 'online',
    waiting: 0,
    oldest: null,
    lastGoodRound: null,
    needsMe: [],
    loading: null,
    storageFull: false,
    emergency: false,
  }
  const listeners = new Set<() => void>()
  const world: World = {
    now: NOW,
    uploads,
    listeners,
    status,
    pending: [],
    answer: { kept: true },
    fetch: async (path, init) => {
      const bytes = init?.body instanceof Uint8Array ? init.body : new Uint8Array()
      const headers = new Headers(init?.headers)
      expect(headers.get('content-type')).toBe('image/jpeg')
      uploads.push({ path: typeof path === 'string' ? path : '', bytes, proof: headers.get('x-proof') ?? '' })
      return Response.json(world.answer)
    },
    say: (change: Partial<SyncStatus>) => {
      world.status = { ...world.status, ...change }
      for (const listener of listeners) listener()
    },
  }
  return world
}

const shot = (content: string): Uint8Array<ArrayBuffer> => jpegHeaders(640, 480, content)
const OF = { code: 'NEVER SEEN', client: null }
const unmatched = (sha: string): Draft => ({
  type: 'unmatched',
  process: 'receive',
  client: null,
  document: null,
  place: null,
  scan: 'NEVER SEEN',
  photos: [sha],
})
const kept = async (desk: PhotoDesk, content: string): Promise<string> => {
  const end = await desk.keep(shot(content), OF)
  if (end === 'full') throw new Error('full')
  return end.sha
}

describe('the photos of a handheld', () => {
  it('[PH1] a photo is named by its content, kept apart from the queue, and once however often it is taken', async () => {
    const world = newWorld()
    const desk = await deskOf(world)
    const bytes = shot('box')
    const sha = await kept(desk, 'box')
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
    expect(sha).toBe([...digest].map(byte => byte.toString(16).padStart(2, '0')).join(''))
    expect(await kept(desk, 'box')).toBe(sha)
    expect(desk.waiting()).toBe(1)
    expect(await Dexie.getDatabaseNames()).toContain('test-photos')
  })

  it('[PH3] [PH4] taken offline it survives a reload and goes when every step is sent; only then its bytes go', async () => {
    const world = newWorld()
    world.say({ link: 'offline', waiting: 1 })
    const first = await deskOf(world)
    const sha = await kept(first, 'box')
    await first.appended([unmatched(sha)], [{ epoch: EPOCH, seq: 7 }])
    await first.close()
    const second = await deskOf(world)
    expect(second.waiting()).toBe(1)
    world.say({ link: 'online' })
    await vi.waitFor(() => expect(world.listeners.size).toBe(1), SOON)
    expect(world.uploads).toEqual([])
    world.answer = { kept: false, from: 'a hotspot' }
    world.say({ waiting: 0 })
    await vi.waitFor(() => expect(world.uploads).toHaveLength(1), SOON)
    await second.close()
    world.answer = { kept: true }
    const third = await deskOf(world)
    await vi.waitFor(() => expect(third.waiting()).toBe(0), SOON)
    const [, upload] = world.uploads
    expect(upload?.path).toBe(
      `/api/photos/${sha}?kind=command&subject=${EPOCH}%2F7&takenAt=2026-11-23T08%3A00%3A00.000Z`,
    )
    expect(upload?.bytes).toEqual(shot('box'))
    expect(upload?.proof).toBe(encodeURIComponent(proofOf('POST', upload?.path ?? '', sha, 'n1')))
    await third.close()
    const { store, close } = await openPhotos('test-photos')
    expect([await store.waiting(), await store.bytes(sha)]).toEqual([[], null])
    close()
  })

  it('[PH6] a step that was written in the last instant is found again at the next start', async () => {
    const world = newWorld()
    const first = await deskOf(world)
    const sha = await kept(first, 'box')
    await first.close()
    expect(world.uploads).toEqual([])
    world.pending = [{ ...unmatched(sha), epoch: EPOCH, seq: 9 } as never]
    await deskOf(world)
    await vi.waitFor(() => expect(world.uploads[0]?.path).toContain(`subject=${EPOCH}%2F9`), SOON)
  })

  it('[PH7] 200 wait at the most; beyond, nothing is written and what waits stays', async () => {
    const world = newWorld()
    world.say({ link: 'offline' })
    const desk = await deskOf(world)
    const { store, close } = await openPhotos('test-photos')
    const about = { kind: 'code' as const, subject: 'x', takenAt: '2026-11-23T08:00:00.000Z' }
    const row = { about, takenAt: NOW, sentAt: null, acknowledgedAt: null, notBefore: 0 }
    for (let n = 0; n < PHOTOS_WAITING_MAX; n += 1) await store.put({ ...row, sha: `${n}` }, shot(`${n}`))
    expect(await desk.keep(shot('one more'), OF)).toBe('full')
    expect(await store.waiting()).toHaveLength(PHOTOS_WAITING_MAX)
    close()
  })

  it('[PH2] a picture of a camera becomes a JPEG of at most 1,600 pixels and 400,000 bytes, however much is in it', async () => {
    const canvas = new OffscreenCanvas(3000, 2000)
    const context = canvas.getContext('2d')
    const noise = new ImageData(3000, 2000)
    for (let i = 0, seed = 7; i < noise.data.length; i += 1) {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      noise.data[i] = i % 4 === 3 ? 255 : (seed >> 16) & 255
    }
    context?.putImageData(noise, 0, 0)
    const bytes = await photoOf(await canvas.convertToBlob({ type: 'image/png' }))
    const size = jpegSize(bytes ?? new Uint8Array())
    expect(Math.max(size?.width ?? 0, size?.height ?? 0)).toBeLessThanOrEqual(1600)
    expect(size?.width).toBeGreaterThan(300)
    expect(bytes?.byteLength).toBeLessThanOrEqual(PHOTO_BYTES_MAX)
  })
})
