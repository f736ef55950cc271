import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Browser } from 'playwright'
import { launch, logIn, setUp } from '../support/browser.ts'
import type { Handheld } from '../support/browser.ts'
import { findGoods } from '../support/goods.ts'
import { removeFolder, startProduct } from '../support/product.ts'
import type { Product } from '../support/product.ts'

/** Goods that change their place on the built product, by the keyboard scanner alone. */
describe('move', () => {
  let product: Product
  let browser: Browser
  const until = async (what: string, handheld: Handheld, holds: () => Promise<boolean> | boolean): Promise<void> => {
    for (let i = 0; i < 400; i += 1) {
      if (await holds()) return
      await new Promise(resolve => setTimeout(resolve, 150))
    }
    throw new Error(`never came true: ${what}\n${await handheld.text()}`)
  }
  /** What the demo page says of the places of an item: "96 in A1-01-03". */
  const placesOf = async (code: string): Promise<ReadonlyMap<string, number>> => {
    const page = await (await fetch(`${product.url}/demo`)).text()
    const label = page.split('<li ').find(one => one.includes(`data-scan="${code}"`)) ?? ''
    return new Map([...label.matchAll(/(\d+) in ([A-C]\d-\d\d-\d\d)/g)].map(([, n, place]) => [place ?? '', Number(n)]))
  }
  const worker = async (name: string): Promise<Handheld> => {
    const handheld = await setUp(browser, product)
    await logIn(handheld, product.badge(name), 'Hello')
    await handheld.page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
    return handheld
  }
  const moved = new Set<string>()

  beforeAll(async () => {
    product = await startProduct()
    browser = await launch()
  })
  afterAll(async () => {
    await browser?.close()
    await product?.stop()
    await removeFolder(product.dataDir)
  })

  it.each([['with a network'], ['without a network']])(
    '[O28] goods are moved %s, and the books say so once',
    async mode => {
      const isOffline = mode === 'without a network'
      const ayse = await worker('Ayşe')
      const goods = await findGoods(ayse, product.dataDir, ({ name, place }) => !moved.has(name) && !moved.has(place))
      const { code, place, name } = goods
      const before = await placesOf(code)
      moved.add(name)
      moved.add(place)
      await ayse.page.goto(`${product.url}/?open=move`)
      await ayse.band('Scan place or pallet')
      if (isOffline) await ayse.context.setOffline(true)
      await ayse.scan(place)
      await ayse.band('Scan the item')
      await ayse.scan(code)
      await ayse.band('Scan where to')
      // The same place again changes nothing and says why.
      await ayse.scan(place)
      await ayse.band('It is here already')
      await ayse.page.keyboard.type('2')
      await ayse.page.keyboard.press('Enter')
      await ayse.band('Scan where to')
      const to = await freePlace(ayse, place)
      if (isOffline) {
        await ayse.page.reload()
        await ayse.context.setOffline(false)
      }
      await until('the server has it, once', ayse, async () => {
        const now = await placesOf(code)
        return (
          (now.get(to) ?? 0) === (before.get(to) ?? 0) + 2 && (now.get(place) ?? 0) === (before.get(place) ?? 0) - 2
        )
      })
      expect(await ayse.pointerEvents()).toBe(0)
      await ayse.context.close()
    },
  )

  /** The first place that takes the goods: one that is full, or not for them, is said and changes nothing. */
  const freePlace = async (handheld: Handheld, from: string): Promise<string> => {
    for (const to of ['B2-04-01', 'B2-05-01', 'A2-04-01', 'A2-05-01', 'B1-04-01', 'C1-04-01']) {
      if (to === from) continue
      await handheld.scan(to)
      await handheld.page.waitForTimeout(500)
      if ((await handheld.text()).includes(`Moved to ${to}`)) return to
    }
    throw new Error(`nowhere to go\n${await handheld.text()}`)
  }
})
