import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launch, logIn, setUp } from '../support/browser.ts'
import type { Handheld } from '../support/browser.ts'
import { changesOf, floorOf, MODES } from '../support/floor.ts'
import type { Floor } from '../support/floor.ts'
import { erpOf } from '../support/goods.ts'
import { removeFolder, startProduct } from '../support/product.ts'
import type { Product } from '../support/product.ts'

/** Pick faces of the demo on the built product, by the keyboard scanner alone. */
describe('pick faces', () => {
  let product: Product
  let browser: Browser
  let floor: Floor
  const ends: object[] = []
  const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
    for (let i = 0; i < 500; i += 1) {
      if (await holds()) return
      await new Promise(resolve => setTimeout(resolve, 150))
    }
    throw new Error(`never came true: ${what}`)
  }
  /** What the demo page says of the places of an item: "4 in A1-01-02, 96 in A1-01-03". */
  type Listed = { code: string; places: readonly { code: string; onHand: number }[] }
  const listed = async (): Promise<readonly Listed[]> => {
    const page = await (await fetch(`${product.url}/demo`)).text()
    return page.split('<li ').map(label => ({
      code: /data-scan="([^"]*)"/.exec(label)?.[1] ?? '',
      places: [...label.matchAll(/(\d+) in ([A-C]\d-\d\d-\d\d)/g)].map(([, n, code]) => ({
        code: code ?? '',
        onHand: Number(n),
      })),
    }))
  }
  const bulk = (item: Listed) => item.places.find(place => place.code.endsWith('-03'))
  const face = (item: Listed) => item.places.find(place => !place.code.endsWith('-03'))
  /** Items with a pick face: some pieces on it, the rest in the reserve above. */
  const faced = async (): Promise<readonly Listed[]> =>
    (await listed()).filter(item => bulk(item) !== undefined && face(item)?.onHand === 4)
  const worker = async (name: string): Promise<Handheld> => {
    const handheld = await setUp(browser, product)
    await logIn(handheld, product.badge(name), 'Hello')
    await handheld.page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
    return handheld
  }

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

  const itemOf = (code: string) => {
    const item = Object.values(erpOf(product.dataDir).items).find(one => one.barcodes.includes(code))
    if (item === undefined) throw new Error(`no item ${code}`)
    return item
  }
  const rowsOf = async (code: string) => {
    const { sku } = itemOf(code)
    return (await floor.stock(sku)).filter(row => row.sku === sku)
  }
  const known = async (): Promise<ReadonlySet<string>> => new Set((await floor.exceptions()).map(({ id }) => id))

  it.each(MODES)(
    '[O27] a pick face is filled from the reserve %s, from the first scan of its task to the last',
    async mode => {
      const isOffline = mode === 'without a network'
      await until('the demo has pick faces', async () => (await faced()).length > 0)
      const [item, other] = await faced()
      const from = item && bulk(item)
      const to = item && face(item)
      if (item === undefined || from === undefined || to === undefined) throw new Error('no pick face')
      const [rows, before] = [await rowsOf(item.code), await known()]
      const erp = floor.erpStock(itemOf(item.code).id)
      const handheld = await worker('Ayşe')
      // Its place opens it once the task is here; before, the place is looked up, and Home is the way back.
      await until('the task is on the handheld', async () => {
        await handheld.scan('XCHME')
        await handheld.scan(from.code)
        return handheld.page
          .getByText(`Scan ${from.code}`)
          .waitFor({ timeout: 2000 })
          .then(
            () => true,
            () => false,
          )
      })
      if (isOffline) await handheld.context.setOffline(true)
      await handheld.band(`Scan ${from.code}`)
      await handheld.scan(from.code)
      await handheld.band('Scan the item')
      // Other goods than those of the task change nothing.
      await handheld.scan(other?.code ?? '')
      await handheld.band('Take')
      await handheld.scan(item.code)
      await handheld.band(`Scan ${to.code}`)
      // Nor does another face.
      await handheld.scan(from.code)
      await handheld.band(`Scan ${to.code}`)
      await handheld.page.keyboard.type('6')
      await handheld.page.keyboard.press('Enter')
      await handheld.band(`Scan ${to.code}`)
      await handheld.scan(to.code)
      await handheld.band(/more for|Put at|Moved|Done/)
      if (isOffline) {
        await handheld.page.reload()
        await handheld.context.setOffline(false)
      }
      await until('the server has it, once', async () => {
        const now = (await listed()).find(one => one.code === item.code)
        return now !== undefined && face(now)?.onHand === 10 && bulk(now)?.onHand === from.onHand - 6
      })
      expect(await handheld.pointerEvents()).toBe(0)
      const names = { [from.code]: 'reserve', [to.code]: 'face' }
      ends.push({
        stock: changesOf(rows, await rowsOf(item.code), names),
        exceptions: (await floor.exceptions()).filter(one => !before.has(one.id)).map(({ kind }) => kind),
        documents: floor.documents(one => one.lines.some(line => line.item === itemOf(item.code).id)),
        erp: floor.erpStock(itemOf(item.code).id) - erp,
      })
      const stock = ['face,,available,,6,0,0', 'reserve,,available,,-6,0,0']
      expect(ends.at(-1)).toEqual({ stock, exceptions: [], documents: [], erp: 0 })
      await handheld.context.close()
    },
  )

  it('[M31] what Next has brought along is done without a network, face by face', async () => {
    await until('two faces are left', async () => (await faced()).length > 1)
    const left = (await faced()).slice(0, 2)
    const handheld = await worker('Mehmet')
    await handheld.page.goto(`${product.url}/?open=replenish`)
    await until('the tasks are on the handheld', async () => {
      await handheld.scan('XCNXT')
      return handheld.page
        .getByText(/Scan [A-C]\d-\d\d-03/)
        .first()
        .waitFor({ timeout: 2000 })
        .then(
          () => true,
          () => false,
        )
    })
    await handheld.context.setOffline(true)
    for (const item of left) {
      const from = bulk(item)
      const to = face(item)
      if (from === undefined || to === undefined) throw new Error('no pick face')
      await handheld.scan('XCHME')
      await handheld.band('Scan a task, place or item')
      await handheld.scan(from.code)
      await handheld.band(`Scan ${from.code}`)
      await handheld.scan(from.code)
      await handheld.band('Scan the item')
      await handheld.scan(item.code)
      await handheld.band(`Scan ${to.code}`)
      await handheld.page.keyboard.type('5')
      await handheld.page.keyboard.press('Enter')
      await handheld.scan(to.code)
      await handheld.band(/more for/)
    }
    await handheld.context.setOffline(false)
    await until('the server has both, once', async () => {
      const now = await listed()
      return left.every(item => {
        const one = now.find(each => each.code === item.code)
        return one !== undefined && face(one)?.onHand === 9
      })
    })
    expect(await handheld.pointerEvents()).toBe(0)
    await handheld.context.close()
  })
})
