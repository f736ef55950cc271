import * as v from 'valibot'
import { isoOf, msOf } from '../../shared/time.ts'
import type { ErpConnector, ErpMove } from './connector.ts'
import { ErpError } from './erp-error.ts'
import { documentMoves } from './file-document.ts'
import type { OutFormat } from './file-document.ts'
import { MAX_BYTES } from './file-inbox.ts'
import type { Inbox } from './file-inbox.ts'
import type { Confirm } from './file-post.ts'
import { pageOf } from './file-pull.ts'
import { codeOf, folderCall } from './folder.ts'
import type { Folder } from './folder.ts'
import { qtySchema } from './quantity.ts'
import { makeStockSums } from './stock-sums.ts'

const stockRecord = v.object({
  item: v.string(),
  lot: v.string(),
  location: v.string(),
  expiry: v.nullable(v.string()),
  quantity: qtySchema,
  asOf: v.string(),
})
const moveRecord = v.object({
  id: v.string(),
  item: v.string(),
  lot: v.string(),
  quantity: qtySchema,
  from: v.nullable(v.string()),
  to: v.nullable(v.string()),
  key: v.nullable(v.string()),
  document: v.nullable(v.string()),
  at: v.string(),
})
type Deps = { folder: Folder; inbox: Inbox; format: OutFormat; confirm: Confirm }

/**
 * The newest picture, and what was sent that it cannot show yet: documents that wait in `out/` (where writing them counts)
 * and those that were taken after it was made.
 */
const stock = ({ folder, inbox, format, confirm }: Deps): ErpConnector['stock'] =>
  async function* (query) {
    await inbox.take('stock', '')
    const name = (await inbox.done('stock')).at(-1)
    if (name === undefined) throw new ErpError('config', 'no picture of the stock has come: a file stock-….csv in in/')
    const rows = (await inbox.records('stock', name)).raw.map(row => v.parse(stockRecord, row.record))
    const sums = makeStockSums()
    for (const { asOf: _asOf, ...row } of rows) sums.add(row)
    const asOf = await asOfOf(folder, `in/done/${name}`, rows[0]?.asOf ?? '')
    for (const move of await notShown({ folder, format, confirm }, asOf))
      sums.add({
        item: move.item,
        location: move.location,
        lot: move.lot,
        expiry: null,
        quantity: { n: move.n, num: 1, den: 1 },
      })
    const [places, items] = [new Set(query.locations), new Set(query.items)]
    for (const row of sums.rows())
      if ((places.size === 0 || places.has(row.location)) && (query.items === undefined || items.has(row.item)))
        yield row
  }

/** When the picture was made: what it says itself, else when the file was written. */
const asOfOf = async (folder: Folder, path: string, said: string): Promise<number> => {
  const ms = Date.parse(said)
  if (!Number.isNaN(ms)) return ms
  const [state = null] = await folderCall('read', `look at ${path}`, () => folder.state([path]))
  return state?.writtenMs ?? 0
}

const gone = (error: unknown): null => {
  if (codeOf(error) === 'ENOENT') return null
  throw error
}

const notShown = async ({ folder, format, confirm }: Omit<Deps, 'inbox'>, asOf: number) => {
  const moves: { item: string; location: string; lot: string; n: number }[] = []
  const seen = new Set<string>()
  const places = confirm === 'written' ? (['out', 'out/taken'] as const) : (['out/taken'] as const)
  for (const place of places) {
    const names = (await folderCall('read', `list ${place}`, () => folder.list(place)))
      .filter(name => name.endsWith('.csv') && !name.startsWith('.'))
      .map(name => `${place}/${name}`)
    const states = await folderCall('read', `look at ${place}`, () => folder.state(names))
    for (const [i, name] of names.entries()) {
      if (place === 'out/taken' && (states[i]?.changedMs ?? 0) <= asOf) continue
      const base = name.slice(name.lastIndexOf('/') + 1)
      if (seen.has(base)) continue
      // The ERP may take it between two looks: then it is among the taken ones.
      const bytes = await folderCall('read', `read ${name}`, () => folder.read(name, MAX_BYTES).catch(gone))
      if (bytes === null) continue
      seen.add(base)
      moves.push(...documentMoves(bytes, format))
    }
  }
  return moves
}

const movementsSince =
  ({ inbox }: Deps): ErpConnector['movementsSince'] =>
  async (cursor, limit) => {
    const page = await pageOf(inbox, 'movement', cursor, limit)
    const moves = page.raw.map((row): ErpMove => {
      const { document, at, quantity, ...move } = v.parse(moveRecord, row.record)
      return {
        ...move,
        quantity,
        document: document === null ? null : { kind: 'document', id: document },
        at: isoOf(msOf(new Date(at).toISOString())),
      }
    })
    return { moves, next: page.next, more: page.more }
  }

export const fileStock = (deps: Deps): Pick<ErpConnector, 'stock' | 'movementsSince'> => ({
  stock: stock(deps),
  movementsSince: movementsSince(deps),
})
