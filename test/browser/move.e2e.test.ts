import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Browser } from 'playwright'
import { launch, logIn, setUp } from '../support/browser.ts'
import type { Handheld } from '../support/browser.ts'
import { changesOf, floorOf, isPlain, MODES } from '../support/floor.ts'
import type { Floor } from '../support/floor.ts'
import { erpOf, findGoods } from '../support/goods.ts'
import { removeFolder, startProduct } from '../support/product.ts'
import type { Product } from '../support/product.ts'

/** Goods that change their place on the built product, by the keyboard scanner alone. */
describe('move', () => {
  let product: Product
  let browser: Browser
  let floor: Floor
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
    floor = await floorOf(browser, product)
  })
  afterAll(async () => {
    await browser?.close()
    await product?.stop()
    await removeFolder(product.dataDir)
  })

  it.each(MODES)('[O28] goods are moved %s, and the books say so once', async mode => {
    const isOffline = mode === 'without a network'
    const ayse = await worker('Ayşe')
    const goods = await findGoods(ayse, product.dataDir, ({ name, place }) => !moved.has(name) && !moved.has(place))
    const { code, place, name } = goods
    const [before, known] = [await placesOf(code), await floor.exceptions()]
    const [rows, erp] = [await rowsOf(goods.item.sku), floor.erpStock(goods.item.id)]
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
      return (now.get(to) ?? 0) === (before.get(to) ?? 0) + 2 && (now.get(place) ?? 0) === (before.get(place) ?? 0) - 2
    })
    expect(await ayse.pointerEvents()).toBe(0)
    expect({
      stock: changesOf(rows, await rowsOf(goods.item.sku), { [place]: 'from', [to]: 'to' }),
      exceptions: (await floor.exceptions()).filter(one => !known.some(({ id }) => id === one.id)),
      documents: floor.documents(one => one.lines.some(line => line.item === goods.item.id)),
      erp: floor.erpStock(goods.item.id),
    }).toEqual({
      stock: ['from,,available,,-2,0,0', 'to,,available,,2,0,0'],
      exceptions: [],
      documents: [],
      erp,
    })
    await ayse.context.close()
  })

  const shown: (readonly string[])[] = []
  it('[U30] goods, places, totes, deliveries and orders are looked up alike with a network and without one, and nothing is booked', async () => {
    const { item, code, place } = await freeGoods()
    const [rows, known] = [await rowsOf(item.sku), await floor.exceptions()]
    const orders = Object.values(erpOf(product.dataDir).orders)
    const numbers = ['purchase', 'sales'].map(kind => orders.find(one => one.kind === kind)?.number ?? '')
    const tote = await floor.tote(3)
    const elif = await worker('Elif')
    // Once with a network, so that everything is here.
    for (const isOffline of [false, true]) {
      await elif.context.setOffline(isOffline)
      const answers: string[] = []
      for (const [scanned, wanted] of [
        [code, item.name],
        [place, item.name],
        [tote, tote],
        ...numbers.map(number => [number, number] as const),
      ] as const) {
        await floor.home(elif)
        await elif.scan('XCLKP')
        await elif.band('Scan anything')
        await floor.seen(elif, scanned, wanted)
        if (scanned === code) await elif.band(new RegExp(`${item.name}[^]*${place}`))
        answers.push(factsOf(await elif.text()))
      }
      // A code that nobody knows is said, and what was shown stays.
      await elif.scan('NOBODY-KNOWS-1')
      await elif.band("I don't know this code")
      shown.push(answers)
    }
    expect(shown[1]).toEqual(shown[0])
    expect(await elif.pointerEvents()).toBe(0)
    await elif.context.setOffline(false)
    await floor.home(elif)
    await floor.seen(elif, 'XCSYN', 'Nothing waits')
    expect(changesOf(rows, await rowsOf(item.sku))).toEqual([])
    expect((await floor.exceptions()).map(({ id }) => id)).toEqual(known.map(({ id }) => id))
    expect(floor.documents(one => one.lines.some(line => line.item === item.id))).toEqual([])
    await elif.context.close()
  })
  /** What is shown, without what says how the network is and as of when. */
  const factsOf = (text: string): string =>
    text
      .split('\n')
      .map(line => line.trim())
      .filter(line => line !== '' && !/as of|offline|online|^\d+$/i.test(line))
      .join(' | ')

  const rowsOf = async (sku: string) => (await floor.stock(sku)).filter(row => row.sku === sku)
  /** Plain goods that lie in one place only, and that nobody has asked for. */
  const freeGoods = async () => {
    for (const item of Object.values(erpOf(product.dataDir).items).filter(isPlain)) {
      if (moved.has(item.name)) continue
      const rows = await rowsOf(item.sku)
      const [row] = rows
      if (rows.length !== 1 || row === undefined || row.onHand < 10 || row.reserved > 0 || row.held > 0) continue
      moved.add(item.name)
      return { item, code: item.barcodes[0] ?? '', place: row.place, all: row.onHand }
    }
    throw new Error('no goods')
  }
  const ends: object[] = []

  it.each(MODES)('[O33] goods are blocked, released and scrapped by a supervisor %s', async mode => {
    const isOffline = mode === 'without a network'
    const { item, code, place, all } = await freeGoods()
    const [before, had] = [(await floor.exceptions()).length, floor.erpStock(item.id)]
    const elif = await worker('Elif')
    await elif.page.goto(`${product.url}/?open=move`)
    await elif.band('Scan place or pallet')
    await floor.seen(elif, place, item.name)
    await floor.home(elif)
    await elif.page.goto(`${product.url}/?open=move`)
    await elif.band('Scan place or pallet')
    if (isOffline) await elif.context.setOffline(true)
    await elif.scan(place)
    const changed = async (qty: number, keys: readonly string[], done: string): Promise<void> => {
      await elif.band('Scan the item')
      await elif.scan(code)
      await elif.band('Scan where to')
      await floor.type(elif, String(qty))
      await elif.band(new RegExp(`\\b${qty}\\b`))
      for (const key of keys) await elif.scan(key)
      await elif.band(done)
    }
    await changed(all, ['XCSTA', 'XCR03', 'XCR05'], `Status changed: ${all}`)
    await changed(all, ['XCSTA', 'XCR01', 'XCR03'], `Status changed: ${all}`)
    await changed(2, ['XCSCR', 'XCR01'], 'Scrapped: 2')
    await changed(3, ['XCSTA', 'XCR03', 'XCR05'], 'Status changed: 3')
    if (isOffline) await elif.page.reload()
    expect(await elif.pointerEvents()).toBe(0)
    await elif.context.setOffline(false)
    const rows = async () =>
      (await rowsOf(item.sku))
        .map(({ status, onHand }) => [status, status === 'available' ? onHand - all : onHand])
        .toSorted()
    await floor.until('the server has all of it', async () => (await rows()).length === 2, elif)
    await floor.until('the ERP has what was scrapped', () => floor.erpStock(item.id) === had - 2, elif)
    const documents = floor.documents(one => one.lines.some(line => line.item === item.id))
    ends.push({
      stock: await rows(),
      exceptions: (await floor.exceptions()).length - before,
      documents: documents.map(one => JSON.stringify(one).replaceAll(item.id, 'item')),
    })
    expect(ends.at(-1)).toMatchObject({
      stock: [
        ['available', -5],
        ['blocked', 3],
      ],
      exceptions: 0,
    })
    expect(ends.at(-1)).toEqual(ends[0])
    await elif.context.close()
  })

  /** The first place that takes the goods: one that is full, or not for them, is said and changes nothing. */
  const freePlace = async (handheld: Handheld, from: string): Promise<string> => {
    for (const to of ['B2-04-01', 'B2-05-01', 'A2-04-01', 'A2-05-01', 'B1-04-01', 'C1-04-01']) {
      if (to === from) continue
      await handheld.scan(to)
      // Moved to it, or why not: either names it.
      await handheld.band(to)
      if ((await handheld.text()).includes(`Moved to ${to}`)) return to
    }
    throw new Error(`nowhere to go\n${await handheld.text()}`)
  }
})
