import { afterEach, describe, expect, it } from 'vitest'
import { bytesToHex } from '@noble/hashes/utils.js'
import { makePictureShelf } from './picture-shelf.ts'

const NAME = 'stockhand-pictures'
afterEach(() => caches.delete(NAME))

/** Looks like a PNG and differs by its last byte. */
const png = (n: number): Uint8Array<ArrayBuffer> =>
  Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0, 0, 0, 0, 0, n)
const shaOf = async (bytes: Uint8Array<ArrayBuffer>): Promise<string> =>
  bytesToHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))

const world = (given: Uint8Array<ArrayBuffer>[] = []) => {
  const state = { asked: [] as string[], isOnline: true, status: 200, lie: null as Uint8Array<ArrayBuffer> | null }
  const send = async ({ path }: { path: string }): Promise<Response | null> => {
    state.asked.push(path)
    if (state.status !== 200) return new Response('{}', { status: state.status })
    for (const bytes of given)
      if (path.endsWith(await shaOf(bytes))) return new Response(state.lie ?? bytes, { status: 200 })
    return new Response('{}', { status: 404 })
  }
  const make = (over: object = {}) =>
    makePictureShelf({ api: { send }, mayFetch: () => state.isOnline, caches, ...over })
  return { state, make }
}

describe('thumbnails on a handheld', () => {
  it('[PH32] one is fetched when it is first to be shown, and is there without a network after a reload', async () => {
    const sha = await shaOf(png(1))
    const { state, make } = world([png(1)])
    state.isOnline = false
    expect(await make().get(sha)).toBeNull()
    expect(state.asked).toEqual([])
    state.isOnline = true
    const shelf = make()
    const both = await Promise.all([shelf.get(sha), shelf.get(sha)])
    expect(both.map(one => one?.type)).toEqual(['image/png', 'image/png'])
    state.isOnline = false
    const again = await make().get(sha)
    expect(new Uint8Array((await again?.arrayBuffer()) ?? new ArrayBuffer())).toEqual(png(1))
    expect(state.asked).toEqual([`/api/pictures/${sha}`])
  })

  it('[PH32] bytes of another name and what is no picture are not kept; one that is nowhere is asked for once', async () => {
    const sha = await shaOf(png(2))
    const { state, make } = world([png(2)])
    for (const lie of [png(3), new TextEncoder().encode('<svg onload=alert(1)>')]) {
      state.lie = Uint8Array.from(lie)
      expect(await make().get(sha)).toBeNull()
    }
    state.lie = null
    const shelf = make()
    state.isOnline = false
    expect(await shelf.get(sha)).toBeNull()
    state.isOnline = true
    expect(await shelf.get(sha)).not.toBeNull()
    const before = state.asked.length
    expect([await shelf.get('0'.repeat(64)), await shelf.get('0'.repeat(64))]).toEqual([null, null])
    expect(state.asked.length).toBe(before + 1)
  })

  it('[PH32] a server that is busy or broken is asked again when the picture is next to be shown', async () => {
    const sha = await shaOf(png(4))
    const { state, make } = world([png(4)])
    const shelf = make()
    for (const status of [429, 500, 503]) {
      state.status = status
      expect(await shelf.get(sha)).toBeNull()
    }
    state.status = 200
    expect(await shelf.get(sha)).not.toBeNull()
  })

  it('[PH32] the shelf has an end, and no room on the disk costs nothing but the picture of next time', async () => {
    const all = [1, 2, 3].map(png)
    const shas = await Promise.all(all.map(shaOf))
    const { state, make } = world(all)
    const shelf = make({ most: 2 })
    for (const sha of shas) await shelf.get(sha)
    state.isOnline = false
    expect((await Promise.all(shas.map(sha => shelf.get(sha)))).map(one => one !== null)).toEqual([false, true, true])
    state.isOnline = true
    const full = { open: () => Promise.reject(new DOMException('full', 'QuotaExceededError')) }
    expect(await make({ caches: full }).get(shas[0] ?? '')).not.toBeNull()
  })
})
