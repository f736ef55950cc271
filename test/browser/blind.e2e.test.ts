import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { placeId } from '../../server/demo/places.ts'
import { DEMO_WAREHOUSE } from '../../server/demo/site.ts'
import { DEFAULT_POLICY } from '../../shared/default-policy.ts'
import { derivedId } from '../../shared/ids.ts'
import { launch } from '../support/browser.ts'
import type { Handheld } from '../support/browser.ts'
import { floorOf, HOME, personOf } from '../support/floor.ts'
import type { Floor } from '../support/floor.ts'
import { removeFolder, startProduct } from '../support/product.ts'
import type { Product } from '../support/product.ts'

type Balance = { oh?: number; hidden?: boolean }

/** A spot count that hides its figures, without a network: what the handheld holds is read out of its database itself. */
describe('a spot count that is blind', () => {
  let product: Product
  let browser: Browser
  let floor: Floor
  let counter: Handheld

  beforeAll(async () => {
    product = await startProduct()
    browser = await launch()
    floor = await floorOf(browser, product)
    const can = personOf('administrator')
    const policies = (await floor.api('GET', `/api/policies?worker=${can.id}`)) as { version: number }
    await floor.api('POST', '/api/policies', {
      worker: can.id,
      session: derivedId('session', 'desk'),
      id: derivedId('decision', 'blind'),
      expectedVersion: policies.version,
      client: null,
      policy: {
        ...DEFAULT_POLICY,
        count: { ...DEFAULT_POLICY.count, blind: { ...DEFAULT_POLICY.count.blind, spot: true } },
      },
    })
    counter = await floor.worker('Burak')
  })
  afterAll(async () => {
    await browser?.close()
    await product?.stop()
    await removeFolder(product.dataDir)
  })

  /** Stock rows of the place as they lie in IndexedDB, in every generation. */
  const kept = (place: string): Promise<readonly Balance[]> =>
    counter.page.evaluate(
      location =>
        new Promise<Balance[]>((resolve, reject) => {
          const open = indexedDB.open('stockhand-cache')
          open.addEventListener('error', () => reject(open.error ?? new Error('no database')))
          open.addEventListener('success', () => {
            const all = open.result.transaction('base').objectStore('base').getAll()
            all.addEventListener('success', () => {
              const rows = all.result as { k: string; b: (Balance & { l: string }) | null }[]
              resolve(rows.flatMap(({ k, b }) => (k === 'balance' && b?.l === location ? [b] : [])))
              open.result.close()
            })
          })
        }),
      placeId(DEMO_WAREHOUSE.id, place),
    )
  const figures = async (place: string): Promise<number> =>
    (await kept(place)).filter(row => row.oh !== undefined).length

  it('[C77] [Q34] takes the figures out of the database at its first scan, over a reload, until it is over and a round has come', async () => {
    const [row] = await floor.stock('A1-01-01')
    const place = row?.place ?? ''
    await floor.until('the stock has come', async () => (await figures(place)) > 0, counter)
    const before = await figures(place)

    await counter.context.setOffline(true)
    await counter.page.goto(`${product.url}/?open=count`)
    await counter.band('Scan the place to count')
    await counter.scan(place)
    await counter.band(`Count ${place}`)
    expect(await figures(place)).toBe(0)
    expect((await kept(place)).every(one => one.hidden)).toBe(true)
    expect(await kept(place)).toHaveLength(before)
    await counter.page.reload()
    await counter.band(place)
    expect(await figures(place)).toBe(0)

    // Left, looked up, and with a network again: the server leaves them out as well.
    await floor.home(counter)
    await counter.context.setOffline(false)
    await counter.page.goto(`${product.url}/?open=count`)
    await counter.band(place)
    await floor.home(counter)
    await floor.seen(counter, place, '–')
    expect(await figures(place)).toBe(0)

    // Given up, the place was not counted: the figures come again by themselves.
    await counter.page.goto(`${product.url}/?open=count`)
    await counter.band(place)
    await counter.scan('XCDNE')
    await floor.until('the figures have come again', async () => (await figures(place)) === before, counter)
    await floor.home(counter)
    await counter.band(HOME)
    await floor.seen(counter, place, String(row?.onHand))
  })
})
