import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SimItem, SimOrder } from '../../server/erp/sim/state.ts'
import { launch } from '../support/browser.ts'
import type { Handheld } from '../support/browser.ts'
import { floorOf, HOME, isPlain, MODES } from '../support/floor.ts'
import type { Floor, StockRow } from '../support/floor.ts'
import { erpOf } from '../support/goods.ts'
import { removeFolder, startProduct } from '../support/product.ts'
import type { Product } from '../support/product.ts'

type Goods = { item: SimItem; code: string; place: string; before: readonly string[]; erp: number }

/** Goods of an order that the ERP has cancelled go back, on the built product, by the keyboard scanner alone. */
describe('put back', () => {
  let product: Product
  let browser: Browser
  let floor: Floor
  const used = new Set<string>()
  const ends: object[] = []

  beforeAll(async () => {
    product = await startProduct()
    browser = await launch()
    floor = await floorOf(browser, product)
  })
  afterAll(async () => {
    await browser?.close()
    await product?.stop()
    await removeFolder(product.dataDir)
  })

  const said = (rows: readonly StockRow[]): readonly string[] =>
    rows.map(({ place, lot, status, onHand, reserved }) => [place, lot, status, onHand, reserved].join()).toSorted()
  const rowsOf = async ({ sku }: SimItem): Promise<readonly StockRow[]> =>
    (await floor.stock(sku)).filter(row => row.sku === sku)
  /** Goods that lie in one place only, and that nobody has asked for. */
  const goods = async (): Promise<Goods> => {
    for (const item of Object.values(erpOf(product.dataDir).items)) {
      if (item.client !== 'marmara' || !isPlain(item) || used.has(item.id)) continue
      used.add(item.id)
      const rows = await rowsOf(item)
      const [row] = rows
      if (rows.length !== 1 || row === undefined || row.onHand < 10 || row.reserved > 0 || row.held > 0) continue
      const code = item.barcodes[0] ?? ''
      return { item, code, place: row.place, before: said(rows), erp: floor.erpStock(item.id) }
    }
    throw new Error('no goods')
  }
  const ordered = (number: string, all: readonly Goods[]): Promise<SimOrder> =>
    floor.addOrder({
      kind: 'sales',
      number,
      client: 'marmara',
      order: null,
      lines: all.map(({ item }, n) => ({ item: item.id, quantity: 2 - n })),
    })
  /** Opened and bound to a tote, at its first place. */
  const begun = async (emre: Handheld, order: SimOrder, tote: string): Promise<void> => {
    await floor.seen(emre, order.number, /tote/)
    await emre.scan(tote)
    await emre.band('Scan the place')
  }
  /** By the tote, the goods and their place, until nothing of it waits. */
  const putBack = async (handheld: Handheld, all: readonly Goods[], tote: string): Promise<void> => {
    await handheld.scan(tote)
    await handheld.band('Put back')
    for (const [n, { code, place }] of all.entries()) {
      await handheld.band('Scan the item')
      await handheld.scan(code)
      await handheld.band(`Scan ${place}`)
      await handheld.scan(place)
      await handheld.band(n === all.length - 1 ? HOME : `Moved to ${place}`)
    }
  }
  /** Before the task is here a tote is only looked at, and Home is the way back. */
  const waitsIn = async (handheld: Handheld, tote: string, all: readonly Goods[]): Promise<void> => {
    for (const { item, code } of all) {
      await floor.seen(handheld, code, item.name)
      await floor.home(handheld)
    }
    await floor.until(
      `${tote} is to be put back`,
      async () => {
        await floor.home(handheld)
        await handheld.scan(tote)
        await handheld.band(tote)
        return (await handheld.text()).includes('Scan the item')
      },
      handheld,
    )
    await floor.home(handheld)
  }
  const known = async (): Promise<ReadonlySet<string>> => new Set((await floor.exceptions()).map(({ id }) => id))
  const endOf = async (order: SimOrder, all: readonly Goods[], before: ReadonlySet<string>): Promise<object> => {
    for (const one of all)
      await floor.until(`${one.item.name} is where it was`, async () =>
        said(await rowsOf(one.item)).every((row, n) => row === one.before[n]),
      )
    return {
      stock: await Promise.all(all.map(async one => said(await rowsOf(one.item)).join() === one.before.join())),
      exceptions: (await floor.exceptions()).filter(one => !before.has(one.id)).map(({ kind }) => kind),
      documents: floor.documents(one => one.order === order.id || one.lines.some(line => used.has(line.item))),
      erp: all.map(one => floor.erpStock(one.item.id) - one.erp),
    }
  }

  it.each(MODES)('[O31] what was picked of an order that is cancelled goes back where it was %s', async mode => {
    const isOffline = mode === 'without a network'
    const tote = await floor.tote(isOffline ? 5 : 4)
    const all = [await goods(), await goods()]
    const before = await known()
    const order = await ordered(isOffline ? 'SO-BACK2' : 'SO-BACK1', all)
    const emre = await floor.worker('Emre')
    await begun(emre, order, tote)
    await floor.pick(emre, order.lines)
    await floor.seen(emre, 'XCSYN', 'Nothing waits')
    await floor.cancelOrder(order)
    const ayse = await floor.worker('Ayşe')
    await waitsIn(ayse, tote, all)
    if (isOffline) await ayse.context.setOffline(true)
    await putBack(ayse, all, tote)
    if (isOffline) {
      await ayse.page.reload()
      await ayse.band(HOME)
    }
    expect([await emre.pointerEvents(), await ayse.pointerEvents()]).toEqual([0, 0])
    await ayse.context.setOffline(false)
    ends.push(await endOf(order, all, before))
    expect(ends.at(-1)).toEqual({ stock: [true, true], exceptions: ['order_cancelled'], documents: [], erp: [0, 0] })
    await emre.context.close()
    await ayse.context.close()
  })

  it('[O32] an order that is cancelled while it is picked without a network is told, put back, and never shipped', async () => {
    const tote = await floor.tote(6)
    const all = [await goods(), await goods()]
    const before = await known()
    const order = await ordered('SO-BACK3', all)
    const emre = await floor.worker('Emre')
    await begun(emre, order, tote)
    await emre.context.setOffline(true)
    await floor.cancelOrder(order)
    const ayse = await floor.worker('Ayşe')
    // The shelf is free again: the ERP's word has come.
    await floor.until('the order has let go', async () =>
      said(await rowsOf((all[0] as Goods).item)).every((row, n) => row === all[0]?.before[n]),
    )
    await floor.pick(emre, order.lines)
    await emre.context.setOffline(false)
    await waitsIn(ayse, tote, all)
    await putBack(ayse, all, tote)
    expect([await emre.pointerEvents(), await ayse.pointerEvents()]).toEqual([0, 0])
    expect(await endOf(order, all, before)).toEqual({
      stock: [true, true],
      exceptions: ['order_cancelled'],
      documents: [],
      erp: [0, 0],
    })
    await emre.context.close()
    await ayse.context.close()
  })
})
