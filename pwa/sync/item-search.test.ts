import { describe, expect, test } from 'vitest'
import { derivedId } from '../../shared/ids.ts'
import type { ClientId } from '../../shared/ids.ts'
import type { PackedItem } from '../../shared/sync/item-block.ts'
import type { BlockName } from './catalogue-lookup.ts'
import { makeItemSearch } from './item-search.ts'

const one: ClientId = derivedId('client', 'one')
const two: ClientId = derivedId('client', 'two')
const item = (sku: string, name: string, more: Partial<PackedItem> = {}): PackedItem => ({
  id: derivedId('item', sku),
  sku,
  name,
  unit: 'pcs',
  ...more,
})

const catalogueOf = (blocks: Record<string, readonly PackedItem[]>, clientOf = (_sha: string): ClientId => one) => {
  const asked: string[] = []
  return {
    asked,
    blocks,
    blockNames: async (): Promise<readonly BlockName[]> =>
      Object.keys(blocks).map(sha => ({ sha, client: clientOf(sha) })),
    block: async ({ sha }: BlockName) => {
      asked.push(sha)
      return blocks[sha] ?? null
    },
  }
}
const GOODS = {
  a: [
    item('B-1', 'Şişe, yeşil 0,7 l'),
    item('SISE-9', 'Glass jar'),
    item('C-2', 'Kutu sise mavi', { codes: ['8690000000777'] }),
  ],
  b: [item('SISE', 'Bottle'), item('D-4', 'Dişise bürosu'), item('E-5', 'IŞIK')],
}
const found = async (text: string, most = 9) => {
  const answer = await makeItemSearch(catalogueOf(GOODS)).find(text, most)
  return [answer?.items.map(({ sku }) => sku), answer?.all]
}

describe('goods by typed words', () => {
  test('[U9] the SKU comes first, then what begins so, then words inside, then the rest, whatever the case and the dots', async () => {
    for (const text of ['sise', 'ŞİŞE', 'SISE '])
      expect(await found(text)).toEqual([['SISE', 'SISE-9', 'B-1', 'C-2', 'D-4'], 5])
    expect(await found('ışık')).toEqual([['E-5'], 1])
  })
  test('[U9] all words count, in any order; a part of a code counts too', async () => {
    expect(await found('mavi kut')).toEqual([['C-2'], 1])
    expect(await found('mavi yeşil')).toEqual([[], 0])
    expect(await found('0777')).toEqual([['C-2'], 1])
    expect(await found('  ')).toEqual([[], 0])
  })
  test('[U9] only the best come, and how many there are', async () => {
    expect(await found('sise', 2)).toEqual([['SISE', 'SISE-9'], 5])
  })
  test('[U9] an item is its client\u2019s, and blocks are read once until the catalogue names others', async () => {
    const catalogue = catalogueOf({ ...GOODS }, sha => (sha === 'b' ? two : one))
    const search = makeItemSearch(catalogue)
    expect((await search.find('bottle', 9))?.items).toMatchObject([
      { sku: 'SISE', client: two, codes: [], active: true },
    ])
    const read = catalogue.asked.length
    await search.find('nothing of this', 9)
    expect(catalogue.asked.length).toBe(read)
    Object.assign(catalogue.blocks, { c: [item('F-6', 'Bottle opener')] })
    expect((await search.find('bottle', 9))?.all).toBe(2)
  })
  test('[U9] a later search ends the one before', async () => {
    const search = makeItemSearch(catalogueOf(GOODS))
    const [first, second] = await Promise.all([search.find('sise', 9), search.find('kutu', 9)])
    expect([first, second?.all]).toEqual([null, 1])
  })
})
