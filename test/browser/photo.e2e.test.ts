import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Browser } from 'playwright'
import { openDatabase } from '../../server/store/open.ts'
import { jpegSize } from '../../shared/sync/photo.ts'
import { launch, logIn, setUp, SIZES } from '../support/browser.ts'
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
    await page.waitForFunction(() => !document.body.innerText.includes('photo waits'), undefined, { timeout: 90_000 })
    await ayse.band('All sent')
    await context.close()
    await product.stop()
    stopped = true

    const [kept, ...more] = await photosOf(product.dataDir)
    expect(more).toEqual([])
    expect(kept).toMatchObject({ kind: 'command' })
    expect(kept?.subject.startsWith(`${kept.device}/`)).toBe(true)
    expect(JSON.stringify(kept?.exception)).toContain('NOBODY-KNOWS-1')
    const size = jpegSize(Uint8Array.from(kept?.bytes ?? []))
    expect(size).not.toBeNull()
    expect(kept?.bytes.byteLength).toBeLessThanOrEqual(400_000)
  })
})

/** What the stopped server has kept, each with the exception that names it. */
const photosOf = async (dataDir: string): Promise<readonly Kept[]> => {
  const log = { info: () => {}, warn: () => {}, error: () => {} }
  const opened = await openDatabase({ dataDir, allowNotDurable: true, log })
  try {
    const { rows } = await sql<Kept>`
      select p.bytes, l.kind, l.subject, d.uid::text as device,
             (select e.body from exception e where e.kind = 'unknown_code' and e.body->'photos' ? p.sha) as exception
      from photo p join photo_link l using (warehouse_id, sha) join device d on d.id = p.device_id`.execute(opened.db)
    return rows
  } finally {
    await opened.close()
  }
}
