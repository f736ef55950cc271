import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { MovementsAnswer } from '../../shared/desk/view.ts'
import { launch } from '../support/browser.ts'
import type { Handheld } from '../support/browser.ts'
import { deskPage } from '../support/desk-page.ts'
import { floorOf, isPlain, MODES } from '../support/floor.ts'
import type { Floor } from '../support/floor.ts'
import { erpOf } from '../support/goods.ts'
import { removeFolder, startProduct } from '../support/product.ts'
import type { Product } from '../support/product.ts'

/** As many steps as a worker may take back, and one more. */
const DEEP = 20
const ORDERED = 25

/** Steps are taken back on the built product by the command barcode alone. */
describe('undo', () => {
  let product: Product
  let browser: Browser
  let floor: Floor
  let desk: Page
  const used = new Set<string>()
  const ends: object[] = []
  beforeAll(async () => {
    product = await startProduct()
    browser = await launch()
    floor = await floorOf(browser, product)
    desk = await deskPage(browser, product.url, 'elif')
  })
  afterAll(async () => {
    await browser?.close()
    await product?.stop()
    await removeFolder(product.dataDir)
  })

  const goods = async () => {
    for (const item of Object.values(erpOf(product.dataDir).items)) {
      if (item.client !== 'marmara' || !isPlain(item) || used.has(item.id)) continue
      const [row] = (await floor.stock(item.sku)).filter(one => one.sku === item.sku)
      if (row === undefined) continue
      used.add(item.id)
      return { item, code: item.barcodes[0] ?? '', id: row.item }
    }
    throw new Error('no goods')
  }
  const onHand = async (sku: string): Promise<number> =>
    (await floor.stock(sku)).filter(row => row.sku === sku).reduce((sum, row) => sum + row.onHand, 0)
  /** What the books hold of the item, as from where to where and how many. */
  const movements = async (item: string, since: string): Promise<readonly string[]> => {
    const found = await desk.evaluate(async address => {
      const answer = await fetch(address)
      return answer.ok ? ((await answer.json()) as unknown) : `${answer.status} ${await answer.text()}`
    }, `/api/desk/movements?limit=200&item=${item}`)
    if (typeof found === 'string') throw new Error(found)
    return (found as MovementsAnswer).rows
      .filter(row => row.receivedAt >= since && row.device > 0)
      .map(row => `${row.from} > ${row.to} ${row.qty}`)
  }
  const counted = (handheld: Handheld, n: number): Promise<void> =>
    handheld.band(new RegExp(`(^|\\D)${n}\\s*/\\s*${ORDERED}(\\D|$)`))

  it.each(MODES)('[O34] the last 20 steps are taken back across a reload %s, and no more', async mode => {
    const isOffline = mode === 'without a network'
    const { item, code, id } = await goods()
    const since = new Date().toISOString()
    const before = await onHand(item.sku)
    const order = await floor.addOrder({
      kind: 'purchase',
      number: isOffline ? 'PO-UNDO2' : 'PO-UNDO1',
      client: 'marmara',
      order: null,
      lines: [{ item: item.id, quantity: ORDERED }],
    })
    const ayse = await floor.worker('Ayşe')
    await floor.seen(ayse, code, item.name)
    await floor.home(ayse)
    await floor.seen(ayse, order.number, `Opened ${order.number}`)
    if (isOffline) await ayse.context.setOffline(true)
    for (let n = 1; n <= DEEP + 1; n += 1) {
      await ayse.scan(code)
      await counted(ayse, n)
    }
    // What the server has is taken back by a movement the other way; what it does not have, by the same command.
    if (!isOffline)
      await floor.until('the server has all of it', async () => (await onHand(item.sku)) === before + DEEP + 1, ayse)
    await ayse.page.reload()
    await counted(ayse, DEEP + 1)
    for (let n = DEEP; n >= 1; n -= 1) {
      await ayse.scan('XCUND')
      await counted(ayse, n)
    }
    await ayse.scan('XCUND')
    await ayse.band('Nothing to undo')
    expect(await ayse.pointerEvents()).toBe(0)
    await ayse.context.setOffline(false)
    await floor.until('the server has what is left', async () => (await onHand(item.sku)) === before + 1, ayse)
    const all = await movements(id, since)
    const [there = ''] = all.toReversed()
    const [from = '', to = ''] = there.replace(/ 1$/, '').split(' > ')
    ends.push({
      received: all.filter(one => one === `${from} > ${to} 1`).length,
      reversed: all.filter(one => one === `${to} > ${from} 1`).length,
      others: all.length - 2 * DEEP - 1,
      documents: floor.documents(one => one.order === order.id),
    })
    expect(ends.at(-1)).toEqual({ received: DEEP + 1, reversed: DEEP, others: 0, documents: [] })
    await ayse.context.close()
  })
})
