import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SimItem, SimOrder } from '../../server/erp/sim/state.ts'
import { DEFAULT_POLICY } from '../../shared/default-policy.ts'
import { derivedId } from '../../shared/ids.ts'
import { launch } from '../support/browser.ts'
import type { Handheld } from '../support/browser.ts'
import { changesOf, floorOf, HOME, MODES, personOf } from '../support/floor.ts'
import type { Floor } from '../support/floor.ts'
import { freeGoods, stockOfItem } from '../support/free-goods.ts'
import type { FreeGoods } from '../support/free-goods.ts'
import { removeFolder, startProduct } from '../support/product.ts'
import type { Product } from '../support/product.ts'

const CLIENT = 'marmara'
type Before = { all: readonly FreeGoods[]; exceptions: ReadonlySet<string>; erp: readonly number[] }

/** The floor on the built product, by the keyboard scanner alone: with a network, and without one from first to last scan. */
describe('goods through the house', () => {
  let product: Product
  let browser: Browser
  let floor: Floor
  const used = new Set<string>()
  const ends = new Map<string, object>()
  const shipped = new Map<string, { order: SimOrder; goods: FreeGoods }>()

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

  const goods = (): Promise<FreeGoods> => freeGoods(floor, product.dataDir, CLIENT, used)
  /** The catalogue comes behind the log-in: a look at the items says when it is there. */
  const catalogued = async (handheld: Handheld, all: readonly FreeGoods[]): Promise<void> => {
    for (const { code, item } of all) {
      await floor.seen(handheld, code, item.name)
      await floor.home(handheld)
    }
  }
  const opened = (handheld: Handheld, number: string): Promise<void> =>
    floor.seen(handheld, number, new RegExp(`Opened (R-)?${number}`))
  const known = async (): Promise<ReadonlySet<string>> => new Set((await floor.exceptions()).map(({ id }) => id))
  const before = async (all: readonly FreeGoods[]): Promise<Before> => ({
    all: await Promise.all(all.map(async one => ({ ...one, rows: await stockOfItem(floor, one.item) }))),
    exceptions: await known(),
    erp: all.map(({ item }) => floor.erpStock(item.id)),
  })
  const told = (order: SimOrder, type: string): readonly object[] =>
    floor.documents(one => one.order === order.id && one.type === type)
  const isPosted = (documents: readonly object[]): boolean => {
    const text = JSON.stringify(documents)
    return text.includes('posted') && !text.includes('draft')
  }
  /** Stock, exceptions and what the ERP was told, by names that are alike in both runs. */
  const endOf = async (was: Before, documents: readonly object[], places: Readonly<Record<string, string>>) => {
    const items: readonly SimItem[] = was.all.map(({ item }) => item)
    const alike = (text: string): string => items.reduce((said, { id }, n) => said.replaceAll(id, `item ${n}`), text)
    return {
      stock: await Promise.all(
        was.all.map(async one =>
          changesOf(one.rows, await stockOfItem(floor, one.item), { [one.place]: 'home', ...places }),
        ),
      ),
      exceptions: (await floor.exceptions()).filter(one => !was.exceptions.has(one.id)).map(({ kind }) => kind),
      documents: documents.map(one => alike(JSON.stringify(one))),
      erp: items.map(({ id }, n) => floor.erpStock(id) - (was.erp[n] ?? 0)),
    }
  }
  /** Both runs end the same. */
  const alike = (name: string, end: object): void => {
    expect(end).toEqual(ends.get(name) ?? end)
    ends.set(name, end)
  }

  it.each(MODES)('[O23] received goods are put away %s', async mode => {
    const isOffline = mode === 'without a network'
    const one = await goods()
    const number = isOffline ? 'PO-IN2' : 'PO-IN1'
    const lines = [{ item: one.item.id, quantity: 3 }]
    const order = await floor.addOrder({ kind: 'purchase', number, client: CLIENT, order: null, lines })
    const was = await before([one])
    const ayse = await floor.worker('Ayşe')
    await catalogued(ayse, [one])
    await opened(ayse, number)
    if (isOffline) await ayse.context.setOffline(true)
    await ayse.scan(one.code)
    await ayse.band(/1\s*\/\s*3/)
    // A place that is no dock keeps the count where it is.
    await ayse.scan(one.place)
    await ayse.band('You cannot place it here')
    await ayse.scan(one.code)
    await ayse.band(/2\s*\/\s*3/)
    await floor.home(ayse)
    await ayse.page.goto(`${product.url}/?open=putaway`)
    await ayse.band('Scan pallet or item')
    await ayse.scan(one.code)
    const place = await floor.placeIn(ayse)
    await ayse.scan(place)
    await ayse.band(`Moved to ${place}`)
    await floor.home(ayse)
    await ayse.scan(number)
    await ayse.band(`Opened ${number}`)
    await ayse.scan('XCDNE')
    await ayse.band('DONE again to close')
    await floor.seen(ayse, 'XCDNE', HOME)
    expect(await ayse.pointerEvents()).toBe(0)
    await ayse.context.setOffline(false)
    await floor.until('the ERP has the delivery', () => isPosted(told(order, 'receipt')))
    const end = await endOf(was, told(order, 'receipt'), { [place]: 'there' })
    expect(end).toMatchObject({ exceptions: [], erp: [2] })
    alike('received', end)
    const other = await floor.worker('Mehmet')
    await floor.seen(other, place, one.item.name)
    await ayse.context.close()
    await other.context.close()
  })

  it.each(MODES)('[O24] an order is picked, packed and shipped %s; the ERP has exactly what left, once', async mode => {
    const isOffline = mode === 'without a network'
    const all = [await goods(), await goods()]
    const [first] = all
    const number = isOffline ? 'SO-OUT2' : 'SO-OUT1'
    const was = await before(all)
    const order = await floor.addOrder({
      kind: 'sales',
      number,
      client: CLIENT,
      order: null,
      lines: all.map(({ item }, n) => ({ item: item.id, quantity: 2 - n })),
    })
    const emre = await floor.worker('Emre')
    await catalogued(emre, all)
    await floor.seen(emre, number, /tote/)
    const tote = await floor.tote(isOffline ? 3 : 2)
    await emre.scan(tote)
    await emre.band('Scan the place')
    // The order is this handheld's from here on; a walk of it needs nobody.
    if (isOffline) await emre.context.setOffline(true)
    await floor.pick(emre, order.lines)
    await emre.scan(tote)
    await emre.band('Scan or choose a box')
    await emre.scan('XCR02')
    await emre.band('Into box')
    // What the order does not have is said and put into no box.
    await emre.scan(shipped.values().next().value?.goods.code ?? '9780764544200')
    await emre.band('Not part of this order')
    const units = all.flatMap(({ code }, n) => Array.from({ length: 2 - n }, () => code))
    for (const [n, code] of units.entries()) {
      await emre.scan(code)
      await emre.band(n === units.length - 1 ? 'All packed: DONE' : `packed, ${units.length - 1 - n} left`)
    }
    await emre.scan('XCDNE')
    await emre.band('Weight in grams?')
    await emre.scan('XCSKP')
    await emre.band('closed. DONE?')
    await emre.scan('XCDNE')
    await emre.band(`${number} is ready`)
    await emre.scan(`${number}-1`)
    await emre.band('1 boxes at the door')
    await emre.scan(`${number}-1`)
    await emre.band('Already counted')
    await emre.scan('DOCK-1')
    await emre.band('1 boxes shipped')
    expect(await emre.pointerEvents()).toBe(0)
    if (isOffline) expect(all.map(({ item }) => floor.erpStock(item.id))).toEqual(was.erp)
    await emre.context.setOffline(false)
    await floor.until('the shipment is in the ERP', () => isPosted(told(order, 'shipment')))
    const end = await endOf(was, told(order, 'shipment'), { [tote]: 'tote' })
    expect(end).toMatchObject({ exceptions: [], erp: [-2, -1] })
    expect(end.documents).toHaveLength(1)
    alike('shipped', end)
    await emre.context.close()
    if (first !== undefined) shipped.set(mode, { order, goods: first })
  })

  it.each(MODES)(
    '[O25] [J30] goods of it come back %s, and one that was not sent; the ERP has them once',
    async mode => {
      const isOffline = mode === 'without a network'
      const found = shipped.get(mode)
      if (found === undefined) throw new Error('nothing was shipped')
      const { order, goods: one } = found
      const other = await goods()
      const was = await before([one, other])
      const ayse = await floor.worker('Ayşe')
      await catalogued(ayse, [one, other])
      await opened(ayse, order.number)
      await floor.home(ayse)
      if (isOffline) await ayse.context.setOffline(true)
      await ayse.scan(order.number)
      await ayse.band(`Opened R-${order.number}`)
      await ayse.scan(one.code)
      await ayse.band('More, or DONE')
      await ayse.scan('XCDNE')
      await ayse.band('Not wanted')
      await ayse.scan('XCR01')
      await ayse.band('What becomes of it?')
      await ayse.scan('XCR01')
      await ayse.band('Scan where you put it')
      // A shelf does not take what is to be looked at.
      await ayse.scan(one.place)
      await ayse.band(one.place)
      await ayse.scan('RETURN-1')
      await ayse.band('Back: 1')
      // What was not sent is taken by a second scan, and somebody is told.
      await ayse.scan(other.code)
      await ayse.band('was not sent')
      await floor.seen(ayse, other.code, 'More, or DONE')
      await ayse.scan('XCDNE')
      await ayse.band('Not wanted')
      await ayse.scan('XCR01')
      await ayse.band('What becomes of it?')
      await ayse.scan('XCR01')
      await ayse.band('Scan where you put it')
      await ayse.scan('RETURN-1')
      await ayse.band(`Back: 1 × ${other.item.name}`)
      await ayse.scan('XCDNE')
      await ayse.band(HOME)
      expect(await ayse.pointerEvents()).toBe(0)
      if (isOffline) expect(floor.erpStock(one.item.id)).toBe(was.erp[0])
      await ayse.context.setOffline(false)
      await floor.until('the return is in the ERP', () => floor.erpStock(one.item.id) === (was.erp[0] ?? 0) + 1)
      const returned = () =>
        floor.documents(doc => doc.type === 'return' && doc.lines.some(l => l.item === one.item.id))
      await floor.until('it is posted', () => isPosted(returned()))
      const end = await endOf(was, returned(), {})
      const back = ['RETURN-1,,inspection,,1,0,0']
      expect(end).toMatchObject({ stock: [back, back], exceptions: ['not_in_order'], erp: [1, 1] })
      alike('returned', end)
      await ayse.context.close()
    },
  )

  it('[J16] what left too long ago to be known is asked for where there is a network; without one that is said', async () => {
    const sent = shipped.get('with a network')
    if (sent === undefined) throw new Error('nothing was shipped')
    const { order, goods: one } = sent
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
    const ayse = await floor.worker('Ayşe')
    await catalogued(ayse, [one])
    await ayse.scan(order.number)
    await ayse.band("I don't know this code")
    await ayse.scan('XCRET')
    await ayse.band('Scan the return or order')
    await ayse.context.setOffline(true)
    await ayse.scan(order.number)
    await ayse.band('no network to ask')
    await ayse.context.setOffline(false)
    await floor.seen(ayse, order.number, `Opened R-${order.number}`)
    await ayse.scan(one.code)
    await ayse.band('More, or DONE')
    await floor.home(ayse)
    await ayse.scan(`${order.number}-1`)
    await ayse.band(`Opened R-${order.number}`)
    expect(await ayse.pointerEvents()).toBe(0)
    await ayse.context.close()
  })
})
