import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SimState } from '../../server/erp/sim/state.ts'
import { makeLabel } from '../../shared/scan/own-label.ts'
import { launch, logIn, setUp } from '../support/browser.ts'
import type { Handheld } from '../support/browser.ts'
import { removeFolder, startProduct } from '../support/product.ts'
import type { Product } from '../support/product.ts'

/** A pallet at the dock of the built product, by the keyboard scanner alone. */
describe('a pallet at the dock', () => {
  let product: Product
  let browser: Browser
  const erp = (): SimState =>
    JSON.parse(readFileSync(path.join(product.dataDir, 'erp', 'erp.json'), 'utf8')) as SimState
  const until = async (what: string, holds: () => Promise<boolean> | boolean): Promise<void> => {
    for (let i = 0; i < 500; i += 1) {
      if (await holds()) return
      await new Promise(resolve => setTimeout(resolve, 150))
    }
    throw new Error(`never came true: ${what}`)
  }
  const worker = async (name: string): Promise<Handheld> => {
    const handheld = await setUp(browser, product)
    await logIn(handheld, product.badge(name), 'Hello')
    await handheld.page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
    return handheld
  }
  const seen = (handheld: Handheld, code: string, wanted: RegExp): Promise<void> =>
    until(`${wanted.source} after a scan of ${code}`, async () => {
      await handheld.scan(code)
      await handheld.page.waitForTimeout(400)
      return wanted.test(await handheld.text())
    })
  const literal = (text: string): RegExp => new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  /** A delivery with a plain line of which six can come in. */
  const delivery = () => {
    const { items, orders } = erp()
    for (const order of Object.values(orders).filter(o => o.kind === 'purchase' && o.state === 'open'))
      for (const line of used.has(order.id) ? [] : order.lines) {
        const item = items[line.item]
        const isPlain = item !== undefined && !item.tracking.lot && !item.tracking.serial && !item.tracking.expiry
        const code = item?.barcodes[0]
        if (!isPlain || code === undefined || line.quantity - line.done < 6) continue
        used.add(order.id)
        return { id: order.id, number: order.number, item: line.item, name: item.name, code }
      }
    throw new Error('no purchase order')
  }
  const stock = (item: string): number =>
    Object.values(erp().stock)
      .filter(row => row.item === item)
      .reduce((sum, row) => sum + row.quantity, 0)

  beforeAll(async () => {
    product = await startProduct()
    browser = await launch()
  })
  afterAll(async () => {
    await browser?.close()
    await product?.stop()
    await removeFolder(product.dataDir)
  })

  it.each([['with a network'], ['without a network']])('[R48] goods go onto a new pallet %s', async mode => {
    const isOffline = mode === 'without a network'
    const label = makeLabel('XP', isOffline ? '7702' : '7701')
    const { number, item, name, code } = delivery()
    const before = stock(item)
    const ayse = await worker('Ayşe')
    await seen(ayse, code, literal(name))
    await ayse.scan('XCHME')
    await ayse.band('Scan a task, place or item')
    await seen(ayse, number, /Scan item or pallet label/)
    if (isOffline) await ayse.context.setOffline(true)
    await ayse.scan(label)
    await ayse.band(`New pallet ${label}?`)
    await ayse.page.waitForTimeout(900)
    await ayse.scan(label)
    await ayse.band(`Now onto pallet ${label}`)
    await ayse.scan(code)
    await ayse.band(/1\s*\/\s*\d/)
    await ayse.scan('XCQ03')
    await ayse.band(/3\s*\/\s*\d/)
    await ayse.scan('XCDMG')
    await ayse.band('Scan what is broken')
    await ayse.scan(code)
    await ayse.band('How many?')
    await ayse.scan('XCDNE')
    await ayse.band('What happened?')
    await ayse.scan('XCR01')
    await ayse.band('Broken: 1')
    await ayse.scan('XCREJ')
    await ayse.band('Scan what is refused')
    await ayse.scan(code)
    await ayse.band('How many?')
    await ayse.scan('XCDNE')
    await ayse.band('Wrong goods')
    await ayse.scan('XCR02')
    await ayse.band('Refused: 1')
    await ayse.scan('XCCLS')
    await ayse.band(`Pallet ${label} closed`)
    if (isOffline) {
      await ayse.page.reload()
      await ayse.band('Scan item or pallet label')
    }
    await ayse.scan('XCDNE')
    await ayse.band(/DONE again to close|Scan a task, place or item/)
    await ayse.page.waitForTimeout(900)
    if ((await ayse.text()).includes('DONE again to close')) await ayse.scan('XCDNE')
    await ayse.band('Scan a task, place or item')
    expect(await ayse.pointerEvents()).toBe(0)
    await ayse.context.setOffline(false)
    await until('the ERP has what came in, and nothing of what was refused', () => stock(item) === before + 4)
    const other = await worker('Ayşe')
    await seen(other, label, /Scan [ABC]\d-\d\d-\d\d/)
    const place = /Scan ([ABC]\d-\d\d-\d\d)/.exec(await other.text())?.[1] ?? ''
    await other.scan(place)
    await other.band(`Moved to ${place}`)
    await seen(ayse, place, literal(name))
    await ayse.context.close()
    await other.context.close()
  })
})

const used = new Set<string>()
