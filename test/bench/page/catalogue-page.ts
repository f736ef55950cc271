import { openCache } from '../../../pwa/store/cache.ts'
import { fetchCatalogue } from '../../../pwa/sync/catalogue-fetch.ts'
import type { CatalogueProgress } from '../../../pwa/sync/catalogue-fetch.ts'
import { makeCatalogueLookup } from '../../../pwa/sync/catalogue-lookup.ts'
import { makeItemSearch } from '../../../pwa/sync/item-search.ts'
import type { Reply } from '../../../pwa/sync/ports.ts'
import { makeNet } from '../../../pwa/sync/transport.ts'
import { framesIn } from '../../../shared/sync/frames.ts'
import { inflate } from '../../../pwa/sync/inflate.ts'
import type { WarehouseId } from '../../../shared/ids.ts'

/** What the bench calls in the page: the handheld's own store, its own fetch of a catalogue, its own look-up. */
export type CatalogueBench = {
  /** Milliseconds from the manifest to the catalogue in use. */
  snapshot(): Promise<number>
  /** The same texts in one answer and one transaction of a bare database: what the bytes alone cost. */
  bareSnapshot(): Promise<number>
  /** Milliseconds per code: from the code to its item. */
  lookup(codes: readonly string[]): Promise<number[]>
  /** Milliseconds from typed words to the best nine, the first of them on a handheld that has never searched. */
  search(texts: readonly string[]): Promise<number[]>
  /** One block read by its name and parsed, per code. */
  bareLookup(shas: readonly string[]): Promise<number[]>
}

const answer = async <T>(path: string, read: (response: Response) => Promise<T>): Promise<Reply<T>> => {
  const sentAt = Date.now()
  const body = await read(await fetch(path))
  return { kind: 'ok', body, sentAt, receivedAt: Date.now() }
}
/** The product's own transport over a door without tokens. */
const net = makeNet(
  {
    send: ({ path, ...rest }) => fetch(path, rest),
    json: async ({ path }) => answer(path, response => response.json()),
  },
  () => Date.now(),
)
const WAREHOUSE = '00000000-0000-4000-8000-000000000001' as WarehouseId

const snapshot = async (): Promise<number> => {
  const { store: cache, close } = await openCache({ name: 'bench-cache' })
  await cache.clear()
  const head = { feedEpoch: null, cursor: null, floor: 0, through: {}, generation: 1, catalogue: null }
  await cache.finishSnapshot({ warehouse: WAREHOUSE, ...head })
  const memory: { catalogue: CatalogueProgress | null; inUse: string | null } = { catalogue: null, inUse: null }
  const from = performance.now()
  for (;;) {
    const end = await fetchCatalogue({ cache, net }, memory, 'bench', () => undefined)
    if (end.kind === 'changed') break
    if (end.kind !== 'more') throw new Error(`the catalogue did not come: ${JSON.stringify(end)}`)
  }
  const ms = performance.now() - from
  close()
  return ms
}

const bare = (): Promise<IDBDatabase> =>
  new Promise((resolve, reject) => {
    const open = indexedDB.open('bench-bare', 1)
    open.addEventListener('upgradeneeded', () => void open.result.createObjectStore('block', { keyPath: 'sha' }))
    open.addEventListener('success', () => resolve(open.result))
    open.addEventListener('error', () => reject(new Error('no database')))
  })

const bareSnapshot = async (): Promise<number> => {
  const db = await bare()
  const from = performance.now()
  const names = (await (await fetch('/names')).json()) as string[]
  const blocks = framesIn(new Uint8Array(await (await fetch('/all')).arrayBuffer()), names.length) ?? []
  const tx = db.transaction('block', 'readwrite', { durability: 'relaxed' })
  for (const [i, bytes] of blocks.entries()) tx.objectStore('block').put({ sha: names[i], bytes })
  await new Promise(resolve => tx.addEventListener('complete', resolve))
  const ms = performance.now() - from
  db.close()
  return ms
}

const lookup = async (codes: readonly string[]): Promise<number[]> => {
  const { store: cache, close } = await openCache({ name: 'bench-cache' })
  const catalogue = makeCatalogueLookup(cache, inflate)
  await catalogue.ready()
  const times: number[] = []
  for (const code of codes) {
    const from = performance.now()
    const hit = (await catalogue.codes([code])).get(code)?.[0]
    const [item] = hit?.kind === 'item' ? await catalogue.items([hit.item]) : []
    times.push(performance.now() - from)
    if (item === undefined) throw new Error(`${code} was not found`)
  }
  close()
  return times
}

const search = async (texts: readonly string[]): Promise<number[]> => {
  const { store: cache, close } = await openCache({ name: 'bench-cache' })
  const catalogue = makeCatalogueLookup(cache, inflate)
  await catalogue.ready()
  const { find } = makeItemSearch(catalogue)
  const times: number[] = []
  for (const text of texts) {
    const from = performance.now()
    const found = await find(text, 9)
    times.push(performance.now() - from)
    if (found === null || found.all === 0) throw new Error(`${text} was not found`)
  }
  close()
  return times
}

const bareLookup = async (shas: readonly string[]): Promise<number[]> => {
  const db = await bare()
  const times: number[] = []
  for (const sha of shas) {
    const from = performance.now()
    const get = db.transaction('block', 'readonly').objectStore('block').get(sha)
    await new Promise(resolve => get.addEventListener('success', resolve))
    JSON.parse(new TextDecoder().decode(await inflate((get.result as { bytes: Uint8Array<ArrayBuffer> }).bytes)))
    times.push(performance.now() - from)
  }
  db.close()
  return times
}

declare global {
  var bench: CatalogueBench
}
globalThis.bench = { snapshot, bareSnapshot, lookup, search, bareLookup }
