import { bytesToHex } from '@noble/hashes/utils.js'
import { pictureType, picturePath } from '../../shared/picture.ts'
import type { Api } from './api.ts'

/** Thumbnails of items on this handheld. Nothing ever waits for one. */
export type PictureShelf = {
  /** The picture from this handheld, else, when the server gives it, from there. Null = there is none now. */
  get: (sha: string) => Promise<Blob | null>
}

/** 20 MB at the most; the one that was fetched first goes first. */
const MOST = 2_000
const NAME = 'stockhand-pictures'
const TIMEOUT_MS = 20_000

export type PictureShelfDeps = {
  api: Pick<Api, 'send'>
  /** Steps are all sent and the server answers: pictures are the last thing that is fetched. */
  mayFetch: () => boolean
  caches: Pick<CacheStorage, 'open'>
  most?: number
}

export const makePictureShelf = ({ api, mayFetch, caches, most = MOST }: PictureShelfDeps): PictureShelf => {
  const coming = new Map<string, Promise<Blob | null>>()
  /** Not on this handheld; and, for this run of the app, not to be had from the server either. */
  const absent = new Set<string>()
  const none = new Set<string>()
  const fetched = async (sha: string): Promise<Blob | null> => {
    const answer = await api.send({ method: 'GET', path: picturePath(sha), timeoutMs: TIMEOUT_MS })
    if (answer === null) return null
    // A server that is busy or broken has said nothing about the picture.
    if (answer.status === 429 || answer.status >= 500) return null
    none.add(sha)
    if (!answer.ok) return null
    const bytes = new Uint8Array(await answer.arrayBuffer())
    const type = pictureType(bytes)
    const name = bytesToHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
    if (type === null || name !== sha) return null
    const picture = new Blob([bytes], { type })
    // A full disk costs the picture of next time, nothing else.
    await keep(sha, picture).then(
      () => absent.delete(sha),
      () => undefined,
    )
    none.delete(sha)
    return picture
  }
  const keep = async (sha: string, picture: Blob): Promise<void> => {
    const shelf = await caches.open(NAME)
    const kept = await shelf.keys()
    for (const old of kept.slice(0, Math.max(0, kept.length - most + 1))) await shelf.delete(old)
    await shelf.put(picturePath(sha), new Response(picture))
  }
  const find = async (sha: string): Promise<Blob | null> => {
    if (!absent.has(sha)) {
      const shelf = await caches.open(NAME).catch(() => null)
      const kept = await shelf?.match(picturePath(sha)).catch(() => undefined)
      if (kept !== undefined) return kept.blob()
      absent.add(sha)
    }
    return mayFetch() && !none.has(sha) ? fetched(sha) : null
  }
  return {
    get: sha => {
      const asked = coming.get(sha) ?? find(sha).finally(() => coming.delete(sha))
      coming.set(sha, asked)
      return asked
    },
  }
}
