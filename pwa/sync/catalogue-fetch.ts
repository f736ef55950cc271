import type { Manifest } from '../../shared/sync/wire.ts'
import { troubleOf } from './backoff.ts'
import type { Trouble } from './backoff.ts'
import type { Ports } from './ports.ts'

/** A manifest whose blocks are being fetched; `missing` shrinks from round to round. */
export type CatalogueProgress = { wanted: string; manifest: Manifest; missing: readonly string[] }

/** About a megabyte: few enough that a scan that was just made is not held up by a first load of thousands of blocks. */
const BLOCKS_PER_ROUND = 128

export type CatalogueEnd =
  | { kind: 'same' }
  | { kind: 'more' }
  | { kind: 'changed' }
  | { kind: 'trouble'; trouble: Trouble }

/**
 * Fetches the next piece of a changed catalogue. Blocks are named by their content: only changed ones come, and after a
 * break it goes on where it was. The old catalogue stays in use until the new one is whole.
 */
export const fetchCatalogue = async (
  { cache, net }: Pick<Ports, 'cache' | 'net'>,
  memory: { catalogue: CatalogueProgress | null; inUse: string | null },
  version: string,
  progress: (loading: { done: number; all: number } | null) => void,
): Promise<CatalogueEnd> => {
  const head = await cache.head()
  if (head === null) return { kind: 'same' }
  if (head.catalogue === version) {
    // Another tab may have fetched it: whoever reads the blocks here does not know yet.
    if (memory.inUse === version) return { kind: 'same' }
    memory.inUse = version
    return { kind: 'changed' }
  }
  if (memory.catalogue?.wanted !== version) {
    const reply = await net.manifest()
    if (reply.kind !== 'ok') return { kind: 'trouble', trouble: troubleOf(reply) }
    memory.catalogue = { wanted: version, manifest: reply.body, missing: await cache.missingBlocks(reply.body) }
  }
  const { manifest, missing } = memory.catalogue
  const now = missing.slice(0, BLOCKS_PER_ROUND)
  const trouble = await fetchBlocks({ cache, net }, now)
  if (trouble !== null) {
    // A block that is gone means a newer catalogue: the next round asks for its manifest.
    memory.catalogue = null
    return { kind: 'trouble', trouble }
  }
  const left = missing.slice(now.length)
  memory.catalogue = { wanted: version, manifest, missing: left }
  const all = Object.values(manifest.families).reduce((sum, f) => sum + f.blocks.filter(sha => sha !== null).length, 0)
  progress(left.length === 0 ? null : { done: all - left.length, all })
  if (left.length > 0) return { kind: 'more' }
  memory.catalogue = null
  await cache.useManifest(manifest)
  memory.inUse = version
  return { kind: 'changed' }
}

const fetchBlocks = async (
  { cache, net }: Pick<Ports, 'cache' | 'net'>,
  shas: readonly string[],
): Promise<Trouble | null> => {
  if (shas.length === 0) return null
  const reply = await net.blocks(shas)
  if (reply.kind !== 'ok') return troubleOf(reply)
  // One transaction: each costs as much as several blocks. What came is kept also where another one is missing.
  if (reply.body.length > 0) await cache.putBlocks(reply.body)
  return reply.body.length < shas.length ? { kind: 'rejected' } : null
}
