import type { SimItem } from '../../server/erp/sim/state.ts'
import { isPlain } from './floor.ts'
import type { Floor, StockRow } from './floor.ts'
import { erpOf } from './goods.ts'

export type FreeGoods = { item: SimItem; code: string; place: string; rows: readonly StockRow[] }

/** Goods of a client without lot, serial and expiry that lie in one place, enough of them, and that nobody has asked for. */
export const freeGoods = async (
  floor: Floor,
  dataDir: string,
  client: string,
  used: Set<string>,
): Promise<FreeGoods> => {
  for (const item of Object.values(erpOf(dataDir).items)) {
    if (item.client !== client || !isPlain(item) || used.has(item.id)) continue
    used.add(item.id)
    const rows = await stockOfItem(floor, item)
    const [row] = rows
    if (rows.length !== 1 || row === undefined || row.onHand < 10 || row.reserved > 0 || row.held > 0) continue
    return { item, code: item.barcodes[0] ?? '', place: row.place, rows }
  }
  throw new Error('no goods')
}
export const stockOfItem = async (floor: Floor, { sku }: SimItem): Promise<readonly StockRow[]> =>
  (await floor.stock(sku)).filter(row => row.sku === sku)
