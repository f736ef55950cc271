import type { CodeKind, Resolved, Scan } from '../../shared/scan/scan.ts'
import type { Core } from './core.ts'
import type { Wanted } from './state.ts'

/** Outside a task everything counts, in the order of the home screen. */
const ANYTHING: readonly CodeKind[] = [
  'document',
  'task',
  'lpn',
  'tote',
  'carton',
  'cart',
  'location',
  'serial',
  'lot',
  'item',
]

const wantedNow = (core: Core): Wanted => {
  const { prompt } = core.get()
  return prompt ? { expects: prompt.expects, client: prompt.client } : { expects: ANYTHING, client: null }
}

/** What a scan means here and now, by the local copy alone. Its items are known to the world afterwards. */
export const resolveHere = async (core: Core, scan: Scan): Promise<Resolved> => {
  const { handheld, resolver } = core.ports
  const lookup = await handheld.lookup(resolver.keysOf(scan))
  const resolved = resolver.resolve(scan, wantedNow(core), lookup)
  const items = resolved.readings.flatMap(reading => (reading.kind === 'item' ? [reading.item] : []))
  if (items.length > 0) await handheld.loadItems(items)
  return resolved
}

export const typedScan = (text: string, t0: number): Scan => ({
  source: 'typed',
  raw: text,
  text,
  aim: null,
  symbology: null,
  t0,
  equalReads: 1,
})

export const resolveText = (core: Core, text: string): Promise<Resolved> =>
  resolveHere(core, typedScan(text, core.ports.clock.mono()))
