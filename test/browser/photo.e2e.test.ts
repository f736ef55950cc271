import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Browser, Page } from 'playwright'
import { openDatabase } from '../../server/store/open.ts'
import { jpegSize } from '../../shared/sync/photo.ts'
import { violations } from '../support/axe.ts'
import { floorLoaded, launch, logIn, setUp, SIZES } from '../support/browser.ts'
import { deskPage } from '../support/desk-page.ts'
import { findGoods } from '../support/goods.ts'
import { removeFolder, startProduct } from '../support/product.ts'
import type { Product } from '../support/product.ts'

type Kept = { bytes: Uint8Array; kind: string; subject: string; device: string; exception: unknown }

describe('a photo on the built product', () => {
  let product: Product
  let browser: Browser
  let stopped = false
  beforeAll(async () => {
    product = await startProduct()
    browser = await launch(['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'])
  })
  afterAll(async () => {
    await browser?.close()
    if (!stopped) await product?.stop()
    await removeFolder(product.dataDir)
  })

  it('[PH24] an unknown code is photographed without a network, survives a reload, waits, and is on the server afterwards', async () => {
    const ayse = await setUp(browser, product, SIZES.usual, ['camera'])
    const { page, context } = ayse
    await logIn(ayse, product.badge('Ayşe'))
    await ayse.band('Hello')
    await ayse.band(/Receive \d+/)
    await ayse.scan('PO-701')
    await ayse.band('Opened PO-701')
    // The service worker must have everything before the network goes.
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
    await page.reload()
    await ayse.band('PO-701')
    await context.setOffline(true)
    // A code of no item; while the catalogue is still coming it is not kept.
    await ayse.scan('NOBODY-KNOWS-1')
    await ayse.band('Kept for later')
    await ayse.scan('XCPHT')
    await page.getByRole('button', { name: 'Take a photo of it' }).click()
    await ayse.band('1 photo kept')
    await ayse.scan('XCSYN')
    await ayse.band('1 photo waits')
    await page.reload()
    await ayse.band('PO-701')
    await ayse.scan('XCSYN')
    await ayse.band('1 photo waits')
    await context.setOffline(false)
    await ayse.band('All sent')
    await photosSent(page, 1)
    await page.waitForFunction(() => !document.body.innerText.includes('photo waits'))
    await context.close()
  })

  it('[PH25] the desk shows the photo with its exception, small and then large, and closes it without deciding anything', async () => {
    const desk = await deskPage(browser, product.url, 'elif')
    await desk.goto(`${product.url}/desk/exceptions`)
    const cause = desk.locator('.desk-cause', { hasText: 'NOBODY-KNOWS-1' })
    await cause.getByText('photos: 1').waitFor()
    await cause.locator('.desk-cause-head').click()
    await seen(desk, 'Photo 1 of 1: Unknown code, NOBODY-KNOWS-1')
    // What closes the photo does not close what it belongs to.
    expect(await cause.locator('.desk-settle').count()).toBe(1)
    await desk.context().close()
  })

  it('[PH25] a count that waits for approval shows the photo of its last look', async () => {
    const burak = await setUp(browser, product, SIZES.usual, ['camera'])
    await logIn(burak, product.badge('Burak'))
    const { name, code, place } = await findGoods(burak, product.dataDir)
    await burak.page.goto(`${product.url}/?open=count`)
    await burak.band('Scan the place to count')
    await floorLoaded(burak.page)
    await burak.scan(place)
    await burak.band(`Count ${place}`)
    await burak.scan(code)
    await burak.band(name)
    await burak.scan('XCDNE')
    await burak.band(`Please count ${name} again`)
    await burak.scan(code)
    await burak.band(name)
    await burak.scan('XCPHT')
    await burak.page.getByRole('button', { name: 'Take a photo of it' }).click()
    await burak.band('Picture kept')
    await burak.scan('XCDNE')
    await burak.band(`${place} done`)
    await burak.scan('XCSYN')
    await burak.band('All sent')
    await photosSent(burak.page, 1)
    await burak.context.close()
    const desk = await deskPage(browser, product.url, 'elif')
    const row = desk.locator('tbody tr', { hasText: name })
    await row.waitFor()
    await row.locator('button').first().click()
    await seen(desk, `Photo 1 of 1: ${name}, ${place}`)
    expect(await row.count()).toBe(1)
    await desk.context().close()
  })

  it('[PH24] the server has each photo under the step that names it', async () => {
    await product.stop()
    stopped = true

    // In no order: each handheld has sent its own.
    const photos = await photosOf(product.dataDir)
    const kept = photos.find(photo => photo.exception !== null)
    const more = photos.filter(photo => photo !== kept)
    expect(more).toMatchObject([{ kind: 'command', exception: null }])
    expect(kept).toMatchObject({ kind: 'command' })
    expect(kept?.subject.startsWith(`${kept.device}/`)).toBe(true)
    expect(JSON.stringify(kept?.exception)).toContain('NOBODY-KNOWS-1')
    const size = jpegSize(Uint8Array.from(kept?.bytes ?? []))
    expect(size).not.toBeNull()
    expect(kept?.bytes.byteLength).toBeLessThanOrEqual(400_000)
  })
})

/** Asked of the handheld's own database: a screen may not have drawn yet that one waits. */
const photosSent = (page: Page, photos: number): Promise<unknown> =>
  page.waitForFunction(
    async wanted => {
      const opened = indexedDB.open('stockhand-photos')
      await new Promise(resolve => opened.addEventListener('success', resolve))
      const all = opened.result.transaction('photo').objectStore('photo').getAll()
      await new Promise(resolve => all.addEventListener('success', resolve))
      opened.result.close()
      const rows = all.result as { acknowledgedAt: number | null }[]
      return rows.length === wanted && rows.every(row => row.acknowledgedAt !== null)
    },
    photos,
    { timeout: 90_000 },
  )

/** A photo that came and was drawn; large, then away again. */
const seen = async (desk: Page, alt: string): Promise<void> => {
  const thumbnail = desk.getByRole('button', { name: alt })
  await thumbnail.waitFor()
  await desk.waitForFunction(() => (document.querySelector<HTMLImageElement>('.desk-photo img')?.naturalWidth ?? 0) > 0)
  expect(await violations(desk)).toEqual([])
  await thumbnail.click()
  const large = desk.getByRole('dialog', { name: alt })
  await large.waitFor()
  expect(await large.locator('img').evaluate(image => image.getBoundingClientRect().width)).toBeGreaterThan(200)
  // A key that approves a count where no photo is in front of it.
  await desk.keyboard.press('a')
  await desk.keyboard.press('Escape')
  await large.waitFor({ state: 'detached' })
  expect(await desk.getByText('1 approved').count()).toBe(0)
}

/** What the stopped server has kept, each with the exception that names it. */
const photosOf = async (dataDir: string): Promise<readonly Kept[]> => {
  const log = { info: () => {}, warn: () => {}, error: () => {} }
  const opened = await openDatabase({ dataDir, allowNotDurable: true, log })
  try {
    const { rows } = await sql<Kept>`
      select p.bytes, l.kind, l.subject, d.uid::text as device,
             (select e.body from exception e where e.kind = 'unknown_code' and e.body->'photos' ? p.sha) as exception
      from photo p join photo_link l using (warehouse_id, sha) join device d on d.id = p.device_id
      order by p.received_at`.execute(opened.db)
    return rows
  } finally {
    await opened.close()
  }
}
