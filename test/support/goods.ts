import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { SimItem, SimState } from '../../server/erp/sim/state.ts'
import type { Handheld } from './browser.ts'

export type Goods = { item: SimItem; name: string; code: string; place: string }

/** What the demo ERP has written down last. */
export const erpOf = (dataDir: string): SimState =>
  JSON.parse(readFileSync(path.join(dataDir, 'erp', 'erp.json'), 'utf8')) as SimState

const HOME = 'Scan a task, place or item'

/** Goods without lot, serial and expiry, with the place where they lie, as the handheld's own look-up tells it. */
export const findGoods = async (
  handheld: Handheld,
  dataDir: string,
  fits: (goods: Goods) => boolean = () => true,
): Promise<Goods> => {
  for (const item of Object.values(erpOf(dataDir).items)) {
    const { name, barcodes, tracking } = item
    const code = barcodes[0]
    if (code === undefined || tracking.lot || tracking.serial || tracking.expiry) continue
    const text = await lookUp(handheld, code, name)
    const place = /\b[ABC]\d-\d\d-\d\d\b/.exec(text.slice(text.lastIndexOf(name)))?.[0]
    await handheld.scan('XCHME')
    await handheld.band(HOME)
    if (place !== undefined && fits({ item, name, code, place })) return { item, name, code, place }
  }
  throw new Error('no goods')
}

/** Scanned again while the catalogue is still on its way. */
const lookUp = async (handheld: Handheld, code: string, name: string): Promise<string> => {
  for (let i = 0; i < 100; i += 1) {
    await handheld.scan(code)
    await handheld.page.waitForTimeout(300)
    const text = await handheld.text()
    if (text.includes(name)) return text
  }
  throw new Error(`never in the catalogue: ${name}\n${await handheld.text()}`)
}
