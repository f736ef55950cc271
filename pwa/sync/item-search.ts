import type { Item } from '../../shared/catalogue.ts'
import { fold } from '../../shared/scan/fold.ts'
import { unpackItem } from '../../shared/sync/item-block.ts'
import type { PackedItem } from '../../shared/sync/item-block.ts'
import type { BlockName, CatalogueLookup } from './catalogue-lookup.ts'

/** The best items of a search, and how many there are. */
export type Found = { items: readonly Item[]; all: number }

export type ItemSearch = {
  /** Every word of the text stands in the SKU, the name or a code. Null: a later search has begun meanwhile. */
  find(text: string, most: number): Promise<Found | null>
}

type Hit = { block: BlockName; at: number; rank: number; name: string }

/** What a search goes through: one line an item, made when it is first asked for, so that nobody waits who never types. */
const lineOf = ({ sku, name, codes = [] }: PackedItem): string =>
  fold([sku, name, ...codes].join('\t')).replaceAll('\n', ' ')

/** 0: the SKU itself; 1: it begins so; 2: the name begins so; 3: a word of it does; 4: somewhere inside. */
const rankOf = (line: string, words: readonly string[]): number | null => {
  if (!words.every(word => line.includes(word))) return null
  const [first = ''] = words
  const [sku = '', name = ''] = line.split('\t')
  if (sku === first) return 0
  if (sku.startsWith(first)) return 1
  if (name.startsWith(first)) return 2
  return words.every(word => ` ${name}`.includes(` ${word}`)) ? 3 : 4
}

const better = (a: Hit, b: Hit): number => a.rank - b.rank || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)

export const makeItemSearch = (catalogue: Pick<CatalogueLookup, 'blockNames' | 'block'>): ItemSearch => {
  let texts = new Map<string, string>()
  let latest = {}
  const textOf = async (name: BlockName): Promise<string> => {
    const known = texts.get(name.sha)
    if (known !== undefined) return known
    const text = ((await catalogue.block(name)) ?? []).map(lineOf).join('\n')
    texts.set(name.sha, text)
    return text
  }
  /** A block is gone through by line only where all words are somewhere in it. */
  const hitsIn = (block: BlockName, text: string, words: readonly string[]): readonly Hit[] =>
    words.every(word => text.includes(word))
      ? text.split('\n').flatMap((line, at) => {
          const rank = rankOf(line, words)
          return rank === null ? [] : [{ block, at, rank, name: line.split('\t')[1] ?? '' }]
        })
      : []
  return {
    find: async (text, most) => {
      const mine = {}
      latest = mine
      const words = fold(text).split(/\s+/u).filter(Boolean)
      const names = await catalogue.blockNames()
      const named = new Set(names.map(({ sha }) => sha))
      texts = new Map([...texts].filter(([sha]) => named.has(sha)))
      let best: Hit[] = []
      let all = 0
      for (const name of words.length === 0 ? [] : names) {
        const hits = hitsIn(name, await textOf(name), words)
        if (latest !== mine) return null
        all += hits.length
        if (hits.length > 0) best = [...best, ...hits].toSorted(better).slice(0, most)
      }
      const items = await Promise.all(
        best.map(async ({ block, at }) => {
          const packed = (await catalogue.block(block))?.[at]
          return packed === undefined ? [] : [unpackItem(packed, block.client)]
        }),
      )
      return { items: items.flat(), all }
    },
  }
}
