import type { CacheStore } from './ports.ts'

/** Of compressed blocks: the catalogue of about 150,000 items. What is beyond is read from the store at the scan. */
const KEPT_BYTES = 8_000_000
/** Blocks of one read ahead, so that a scan never waits behind a long one. */
const AHEAD = 32

/** The compressed blocks of the catalogue in memory: reading one from the store is the larger half of a look-up. */
export type BlockShelf = {
  /** In the order of the names; null: neither here nor in the store. */
  read(shas: readonly string[]): Promise<readonly (Uint8Array | null)[]>
  /** Reads ahead what the catalogue in use names, as far as there is room, and forgets what it does not name. */
  keep(shas: readonly string[]): Promise<void>
}

export const makeBlockShelf = (cache: Pick<CacheStore, 'blocks'>, room = KEPT_BYTES): BlockShelf => {
  let kept = new Map<string, Uint8Array>()
  let bytes = 0
  /** Another catalogue ends the reading ahead of the one before. */
  let reading = {}
  /** False: there is no room for it. */
  const put = (sha: string, block: Uint8Array): boolean => {
    if (bytes + block.length > room) return false
    kept.set(sha, block)
    bytes += block.length
    return true
  }
  return {
    read: async shas => {
      const absent = shas.filter(sha => !kept.has(sha))
      const found = absent.length === 0 ? [] : await cache.blocks(absent)
      const fresh = new Map(absent.map((sha, i) => [sha, found[i] ?? null]))
      return shas.map(sha => kept.get(sha) ?? fresh.get(sha) ?? null)
    },
    keep: async shas => {
      const mine = {}
      reading = mine
      const named = new Set(shas)
      kept = new Map([...kept].filter(([sha]) => named.has(sha)))
      bytes = [...kept.values()].reduce((sum, block) => sum + block.length, 0)
      const absent = [...named].filter(sha => !kept.has(sha))
      for (let at = 0; at < absent.length; at += AHEAD) {
        const some = absent.slice(at, at + AHEAD)
        const blocks = await cache.blocks(some)
        if (reading !== mine) return
        for (const [i, block] of blocks.entries()) if (block !== null && !put(some[i] ?? '', block)) return
      }
    },
  }
}
