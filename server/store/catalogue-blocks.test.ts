import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Item } from '../../shared/catalogue.ts'
import { derivedId } from '../../shared/ids.ts'
import type { ClientId } from '../../shared/ids.ts'
import { testSite } from '../../test/support/site.ts'
import { memoryCache } from '../../test/support/memory-stores.ts'
import { inflateAtHand } from '../../test/support/inflate.ts'
import { makeCatalogueLookup } from '../../pwa/sync/catalogue-lookup.ts'
import { codeKey } from '../../shared/scan/code-key.ts'
import { keyHash } from '../../shared/sync/blocks.ts'
import { packFind } from '../../shared/sync/find-index.ts'
import { catalogueOf, itemsIn } from './catalogue-blocks.ts'
import type { Catalogue } from './catalogue-blocks.ts'

const [example] = testSite('blocks').items
if (example === undefined) throw new Error('a site without items')
const ONE: ClientId = derivedId('client', 'one')
const TWO: ClientId = derivedId('client', 'two')
const itemOf = (client: ClientId, n: number, over: Partial<Item> = {}): Item => ({
  ...example,
  id: derivedId('item', client, n),
  client,
  sku: `S-${n}`,
  codes: [`code-${n}`],
  packagings: [{ id: 'case', name: 'Case', quantity: 12, codes: [`case-${n}`] }],
  tracking: { lot: n % 2 === 0, serial: n % 3 === 0, expiry: n % 5 === 0 },
  ...over,
})
const items = [ONE, TWO].flatMap(client => Array.from({ length: 700 }, (_, n) => itemOf(client, n)))

const lookupIn = async (catalogue: Catalogue) => {
  const cache = memoryCache()
  const use = async ({ families, blocks }: Catalogue, version: string): Promise<void> => {
    await cache.putBlocks([...blocks].map(([sha, bytes]) => ({ sha, bytes })))
    await cache.useManifest({ version, asOf: '2026-11-23T08:00:00.000Z', families })
  }
  await use(catalogue, 'v')
  let reads = 0
  const counted = { ...cache, blocks: (shas: readonly string[]) => ((reads += 1), cache.blocks(shas)) }
  return { ...makeCatalogueLookup(counted, inflateAtHand), reads: () => reads, use }
}

test('[S83] a block is named by its own bytes and holds whole items', () => {
  const { families, blocks } = catalogueOf(items)
  for (const [sha, bytes] of blocks) expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha)
  const read = Object.entries(families).flatMap(([family, { blocks: shas }]) =>
    family.startsWith('item/')
      ? shas.flatMap(sha => itemsIn(blocks.get(sha ?? '') ?? Buffer.of(), family.slice(5) as ClientId))
      : [],
  )
  const byId = (a: Item, b: Item): number => (a.id < b.id ? -1 : 1)
  expect(read.toSorted(byId)).toEqual(items.toSorted(byId))
})

test('[S84] an item that changes changes one block, one that is switched off is not in any', () => {
  const changes = (changed: Item): number => {
    const before = catalogueOf(items).blocks
    const after = catalogueOf(items.map(item => (item.id === changed.id ? changed : item))).blocks
    return [...after.keys()].filter(sha => !before.has(sha)).length
  }
  expect(changes(itemOf(ONE, 7, { name: 'Another name' }))).toBe(1)
  const off = catalogueOf(items.map(item => ({ ...item, active: false })))
  expect(off.families).toEqual({})
})

test('[S88] a code is found with one read, of every client that has it, with the quantity of its packaging', async () => {
  const lookup = await lookupIn(catalogueOf(items))
  await lookup.codes(['the index is read at the first code'])
  const before = lookup.reads()
  const found = await lookup.codes(['case-9', 'nobody knows it'])
  expect([...found.keys()]).toEqual(['case-9'])
  expect(found.get('case-9')).toMatchObject([
    { client: ONE, item: derivedId('item', ONE, 9), packaging: 'case', quantity: 12 },
    { client: TWO, item: derivedId('item', TWO, 9), packaging: 'case', quantity: 12 },
  ])
  await lookup.codes(['nobody knows this either'])
  expect(lookup.reads()).toBe(before + 1)
  expect((await lookup.items([derivedId('item', ONE, 9), derivedId('item', 'none')])).map(item => item.sku)).toEqual([
    'S-9',
  ])
})

test('[S88] [S89] what was read ahead is found with no read at all', async () => {
  const lookup = await lookupIn(catalogueOf(items))
  await lookup.ready()
  const before = lookup.reads()
  expect((await lookup.codes(['case-9'])).size).toBe(1)
  expect(await lookup.items([derivedId('item', TWO, 3)])).toHaveLength(1)
  expect(lookup.reads()).toBe(before)
})

test('[S88] a code is found in the form that is printed and in the long one', async () => {
  const gtins = ['96385074', '036000291452', '9780764544200', '19780764544207']
  const many = gtins.map((code, n) => itemOf(ONE, n, { codes: [code], packagings: [] }))
  const lookup = await lookupIn(catalogueOf(many))
  for (const [n, code] of gtins.entries()) {
    const found = await lookup.codes([codeKey(code)])
    expect([...found.values()].flat()).toMatchObject([{ item: many[n]?.id, quantity: 1 }])
  }
})

test('[S88] a code whose hash another code has as well never gives the other item', async () => {
  const { families, blocks } = catalogueOf([itemOf(ONE, 1)])
  // The index says that an unknown code may be in the block of the known one.
  const forged = packFind([[keyHash('unknown'), 0]])
  const part = forged.parts[0] ?? Uint8Array.of()
  const { deflateRawSync } = await import('node:zlib')
  const lookup = await lookupIn({
    families: { ...families, [`find/${ONE}`]: { k: 0, blocks: ['forged'] } },
    blocks: new Map([...blocks, ['forged', deflateRawSync(part)]]),
  })
  expect(await lookup.codes(['unknown'])).toEqual(new Map())
})

test('[S88] the first catalogue is found without being told, and one whose blocks are gone is read anew', async () => {
  const lookup = await lookupIn(catalogueOf([]))
  expect(await lookup.codes(['code-1'])).toEqual(new Map())
  await lookup.use(catalogueOf([itemOf(ONE, 1)]), 'v2')
  expect((await lookup.codes(['code-1'])).size).toBe(1)
  const many = Array.from({ length: 300 }, (_, n) => itemOf(ONE, n))
  await lookup.use(catalogueOf(many), 'v3')
  lookup.changed()
  await lookup.codes(['code-1'])
  await lookup.use(catalogueOf(many.map(item => ({ ...item, name: 'newer' }))), 'v4')
  const unread = many.map(item => item.id)
  expect((await lookup.items(unread)).map(item => item.name)).toEqual(unread.map(() => 'newer'))
})
