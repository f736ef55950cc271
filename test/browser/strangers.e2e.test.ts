import { sql } from 'kysely'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase } from '../../server/store/open.ts'
import { faultsOf } from '../support/axe.ts'
import { launch, logIn, setUp } from '../support/browser.ts'
import { deskPage } from '../support/desk-page.ts'
import { removeFolder, startProduct } from '../support/product.ts'
import type { Product } from '../support/product.ts'

const ITEM = '9780764544200'
const quiet = { info: () => {}, warn: () => {}, error: () => {} }

/** A handheld of one installation is rescued at another one, which does not know it. */
describe('what is rescued of a handheld that nobody knows', () => {
  let home: Product
  let product: Product
  let browser: Browser
  let desk: Page
  const section = () => desk.getByRole('region', { name: 'Rescued from handhelds that are not known here' })

  beforeAll(async () => {
    home = await startProduct()
    product = await startProduct()
    browser = await launch()
    desk = await deskPage(browser, product.url, 'elif')
  })
  afterAll(async () => {
    await browser?.close()
    for (const one of [home, product]) {
      await one?.kill()
      await removeFolder(one.dataDir)
    }
  })

  it('[F11] [F12] [F13] stands at the desk with what its steps say; it is opened again in vain, then put aside with words, in both languages', async () => {
    const one = await setUp(browser, home)
    await logIn(one, home.badge('Ayşe'))
    await one.band(/Receive \d+/)
    await one.page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
    await one.scan('PO-701')
    await one.band('Opened PO-701')
    await one.context.setOffline(true)
    await one.scan(ITEM)
    await one.band(/1\s*\/\s*5/)
    await one.page.goto(`${home.url}/rescue.html`)
    await one.page.locator('#found').getByText('steps found').waitFor()
    const saved = one.page.waitForEvent('download')
    await one.page.locator('#save').click()
    const file = await (await saved).path()

    // The file is brought to the other server by anybody.
    const bringer = await (await browser.newContext()).newPage()
    await bringer.goto(`${product.url}/rescue.html`)
    await bringer.locator('#file').setInputFiles(file)
    await bringer.locator('#progress').getByText('Sent').waitFor()

    await desk.goto(`${product.url}/desk/exceptions`)
    const cause = desk.getByRole('region', { name: 'Steps of a handheld were rescued' })
    await cause.getByRole('button').first().click()
    await section().getByText('1 rescues wait for a decision').waitFor()
    await desk.goto(`${product.url}/desk/devices`)
    await section().getByText('1 rescues wait for a decision').waitFor()
    await section().locator('summary').click()
    await section().getByText(/Ayşe/).first().waitFor()
    await section()
      .getByText(/1 × Book, blue cover/)
      .first()
      .waitFor()
    for (const size of [
      { width: 360, height: 740 },
      { width: 1280, height: 800 },
    ]) {
      await desk.setViewportSize(size)
      expect([size.width, await faultsOf(desk)]).toEqual([size.width, []])
    }
    await desk.getByRole('button', { name: 'Türkçe' }).click()
    const turkish = desk.getByRole('region', { name: 'Burada tanınmayan el terminallerinden kurtarılanlar' })
    await turkish.getByText('1 kurtarma karar bekliyor').waitFor()
    await turkish.getByRole('button', { name: 'Yeniden aç' }).waitFor()
    expect(await faultsOf(desk)).toEqual([])
    await desk.getByRole('button', { name: 'English' }).click()
    await section().getByRole('button', { name: 'Open again' }).click()
    await desk.getByText('The handheld is still not known').waitFor()
    await section().getByRole('button', { name: 'Keep with that handheld' }).click()
    await desk.getByText('Choose the handheld first').waitFor()
    await section().getByRole('button', { name: 'Put aside' }).click()
    await desk.getByText('Say why it is put aside').waitFor()
    await section().getByLabel('Why it is put aside').fill('It is of the other warehouse')
    await section().getByRole('button', { name: 'Put aside' }).click()
    await section()
      .getByText(/Put aside by Elif Aydın.*It is of the other warehouse/)
      .waitFor()
    expect(await section().getByRole('button').count()).toBe(0)
    await one.context.close()
  })

  it('[F11] books nothing', async () => {
    await product.stop()
    const opened = await openDatabase({ dataDir: product.dataDir, log: quiet })
    try {
      const { rows } = await sql<{ n: number }>`
        select count(*)::int as n from command c join device d on d.id = c.device_id where d.number > 0 and d.id > 0`.execute(
        opened.db,
      )
      expect(rows).toEqual([{ n: 0 }])
    } finally {
      await opened.close()
    }
  })
})
