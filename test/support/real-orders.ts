import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

const FILE = new URL('../../../shared/data/online-retail-baskets.csv.gz', import.meta.url)
/** Postage, discounts, fees and gift vouchers are lines of an order but nothing that lies on a shelf. */
const GOODS = /^\d{5}/

/**
 * Orders of a real shop, one list of stock codes each (Chen, Online Retail, UCI, CC BY 4.0), each code once; orders of
 * nothing but fees are left out. Null where the data is not there.
 */
export const realOrders = (): readonly (readonly string[])[] | null => {
  if (!existsSync(FILE)) return null
  return gunzipSync(readFileSync(FILE))
    .toString()
    .split('\n')
    .map(line => [...new Set(line.split(',').filter(code => GOODS.test(code)))])
    .filter(codes => codes.length > 0)
}
