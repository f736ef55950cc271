import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SimState } from '../../server/erp/sim/state.ts'
import { DEFAULT_POLICY } from '../../shared/default-policy.ts'
import { derivedId } from '../../shared/ids.ts'
import { launch, logIn, setUp } from '../support/browser.ts'
import type { Handheld } from '../support/browser.ts'
import { floorOf, MODES, personOf } from '../support/floor.ts'
import type { Floor } from '../support/floor.ts'
import { removeFolder, startProduct } from '../support/product.ts'
import type { Product } from '../support/product.ts'

/** The floor on the built product, by the keyboard scanner alone: with a network, and without one from first to last scan. */
describe('goods through the house', () => {
  let product: Product
  let browser: Browser
  let floor: Floor
  const erp = (): SimState =>
    JSON.parse(readFileSync(path.join(product.dataDir, 'erp', 'erp.json'), 'utf8')) as SimState
  const erpStock = (item: string): number =>
    Object.values(erp().stock)
      .filter(row => row.item === item)
      .reduce((sum, row) => sum + row.quantity, 0)
  const until = async (what: string, holds: () => Promise<boolean> | boolean): Promise<void> => {
    for (let i = 0; i < 500; i += 1) {
      if (await holds()) return
      await new Promise(resolve => setTimeout(resolve, 150))
    }
    throw new Error(`never came true: ${what}`)
  }
  const plain = (id: string): boolean => {
    const tracking = erp().items[id]?.tracking
    return tracking !== undefined && !tracking.lot && !tracking.serial && !tracking.expiry
  }
  const worker = async (name: string, hello = 'Hello'): Promise<Handheld> => {
    const handheld = await setUp(browser, product)
    await logIn(handheld, product.badge(name), hello)
    await handheld.page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
    return handheld
  }

  /** The catalogue comes behind the log-in: a look at the item says when it is there. */
  const known = async (handheld: Handheld, code: string, name: string): Promise<void> => {
    await floor.seen(handheld, code, name)
    await floor.home(handheld)
  }
  const opened = (handheld: Handheld, number: string): Promise<void> =>
    floor.seen(handheld, number, new RegExp(`Opened (R-)?${number}`))

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

  it.each([['with a network'], ['without a network']])('[O23] received goods are put away %s', async mode => {
    const isOffline = mode === 'without a network'
    const order = Object.values(erp().orders).find(
      o =>
        o.kind === 'purchase' &&
        o.state === 'open' &&
        o.lines.some(l => plain(l.item) && l.done === 0) &&
        !used.has(o.id),
    )
    const line = order?.lines.find(l => plain(l.item))
    const item = erp().items[line?.item ?? '']
    const code = item?.barcodes[0]
    if (order === undefined || item === undefined || code === undefined) throw new Error('no purchase order')
    used.add(order.id)
    const one = await worker('Ayşe')
    await known(one, code, item.name)
    await opened(one, order.number)
    if (isOffline) await one.context.setOffline(true)
    await one.scan(code)
    await one.band(/1\s*\/\s*\d/)
    await one.scan('XCHME')
    await one.band('Scan a task, place or item')
    await one.page.goto(`${product.url}/?open=putaway`)
    await one.band('Scan pallet or item')
    await one.scan(code)
    await one.band(/Scan [ABC]\d-\d\d-\d\d/)
    const place = /Scan ([ABC]\d-\d\d-\d\d)/.exec(await one.text())?.[1] ?? ''
    await one.scan(place)
    await one.band(`Moved to ${place}`)
    expect(await one.pointerEvents()).toBe(0)
    await one.context.setOffline(false)
    const other = await worker('Mehmet')
    await floor.seen(other, place, item.name)
    await one.context.close()
    await other.context.close()
  })

  it.each(MODES)('[O24] an order is picked, packed and shipped %s; the ERP has exactly what left, once', async mode => {
    const isOffline = mode === 'without a network'
    const order = Object.values(erp().orders).find(
      o =>
        o.kind === 'sales' &&
        o.state === 'open' &&
        o.lines.length <= 3 &&
        o.lines.every(l => plain(l.item)) &&
        !used.has(o.id),
    )
    if (order === undefined) throw new Error('no sales order')
    used.add(order.id)
    const items = erp().items
    const before = new Map(order.lines.map(l => [l.item, erpStock(l.item)]))
    const emre = await worker('Emre')
    for (const line of order.lines) {
      const item = items[line.item]
      await known(emre, item?.barcodes[0] ?? '', item?.name ?? '')
    }
    await floor.seen(emre, order.number, /tote/)
    const box = await floor.tote(isOffline ? 3 : 2)
    await emre.scan(box)
    await emre.band('Scan the place')
    // The order is this handheld's from here on; a walk of it needs nobody.
    if (isOffline) await emre.context.setOffline(true)
    await floor.pick(emre, order.lines)
    await emre.scan(box)
    await emre.band('Scan or choose a box')
    await emre.scan('XCR02')
    await emre.band('Into box')
    let left = order.lines.reduce((sum, line) => sum + line.quantity, 0)
    for (const line of order.lines)
      for (let n = 1; n <= line.quantity; n += 1) {
        left -= 1
        await emre.scan(items[line.item]?.barcodes[0] ?? '')
        await emre.band(left === 0 ? 'All packed: DONE' : `packed, ${left} left`)
      }
    await emre.band('All packed: DONE')
    await emre.scan('XCDNE')
    await emre.band('Weight in grams?')
    await emre.scan('XCSKP')
    await emre.band('closed. DONE?')
    await emre.scan('XCDNE')
    await emre.band(`${order.number} is ready`)
    await emre.scan(`${order.number}-1`)
    await emre.band('1 boxes at the door')
    await emre.scan('DOCK-1')
    await emre.band('1 boxes shipped')
    expect(await emre.pointerEvents()).toBe(0)
    if (isOffline) for (const line of order.lines) expect(erpStock(line.item)).toBe(before.get(line.item))
    await emre.context.setOffline(false)
    await until('the shipment is in the ERP', () =>
      order.lines.every(line => erpStock(line.item) === (before.get(line.item) ?? 0) - line.quantity),
    )
    const sent = Object.values(erp().documents).filter(one => one.type === 'shipment' && one.order === order.id)
    expect(sent.map(document => document.state)).toEqual(['posted'])
    await emre.context.close()
    shipped.set(mode, { number: order.number, item: order.lines[0]?.item ?? '' })
  })

  it.each(MODES)('[O25] goods of it come back %s; the ERP has them once', async mode => {
    const isOffline = mode === 'without a network'
    const { number, item } = shipped.get(mode) ?? { number: '', item: '' }
    const goods = erp().items[item]
    const before = erpStock(item)
    const returns = () => Object.values(erp().documents).filter(document => document.type === 'return')
    const had = returns().length
    const ayse = await worker('Ayşe')
    await known(ayse, goods?.barcodes[0] ?? '', goods?.name ?? '')
    await opened(ayse, number)
    await ayse.scan('XCHME')
    await ayse.band('Scan a task, place or item')
    if (isOffline) await ayse.context.setOffline(true)
    await ayse.scan(number)
    await ayse.band(`Opened R-${number}`)
    await ayse.scan(goods?.barcodes[0] ?? '')
    await ayse.band('More, or DONE')
    await ayse.scan('XCDNE')
    await ayse.band('Not wanted')
    await ayse.scan('XCR01')
    await ayse.band('What becomes of it?')
    await ayse.scan('XCR01')
    await ayse.band('Scan where you put it')
    await ayse.scan('RETURN-1')
    await ayse.band('Back: 1')
    await ayse.scan('XCDNE')
    await ayse.band('Scan a task, place or item')
    expect(await ayse.pointerEvents()).toBe(0)
    if (isOffline) expect(erpStock(item)).toBe(before)
    await ayse.context.setOffline(false)
    await until('the return is in the ERP', () => erpStock(item) === before + 1)
    expect(
      returns()
        .slice(had)
        .map(document => document.state),
    ).toEqual(['posted'])
    await ayse.context.close()
  })

  it('[J16] what left too long ago to be known is asked for where there is a network; without one that is said', async () => {
    const { number, item } = shipped.get('with a network') ?? { number: '', item: '' }
    const goods = erp().items[item]
    const can = personOf('administrator')
    const { version } = (await floor.api('GET', `/api/policies?worker=${can.id}`)) as { version: number }
    await floor.api('POST', '/api/policies', {
      worker: can.id,
      session: derivedId('session', 'desk'),
      id: derivedId('decision', 'horizon'),
      expectedVersion: version,
      client: null,
      policy: { ...DEFAULT_POLICY, return: { ...DEFAULT_POLICY.return, horizonDays: 0 } },
    })
    const ayse = await worker('Ayşe')
    await known(ayse, goods?.barcodes[0] ?? '', goods?.name ?? '')
    await ayse.scan(number)
    await ayse.band("I don't know this code")
    await ayse.scan('XCRET')
    await ayse.band('Scan the return or order')
    await ayse.context.setOffline(true)
    await ayse.scan(number)
    await ayse.band('no network to ask')
    await ayse.context.setOffline(false)
    await floor.seen(ayse, number, `Opened R-${number}`)
    await ayse.scan(goods?.barcodes[0] ?? '')
    await ayse.band('More, or DONE')
    await floor.home(ayse)
    await ayse.scan(`${number}-1`)
    await ayse.band(`Opened R-${number}`)
    expect(await ayse.pointerEvents()).toBe(0)
    await ayse.context.close()
  })
})

const shipped = new Map<string, { number: string; item: string }>()
const used = new Set<string>()
