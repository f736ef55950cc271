import { readFileSync } from 'node:fs'
import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeLabel } from '../../shared/scan/own-label.ts'
import { faultsOf, settled, violations } from '../support/axe.ts'
import { floorLoaded, handheldOn, holdTimers, launch, logIn } from '../support/browser.ts'
import { deskPage } from '../support/desk-page.ts'
import { DESK_PAGES } from '../support/desk-pages.ts'
import { removeFolder, startProduct } from '../support/product.ts'
import type { Product } from '../support/product.ts'

const BOOK = '9780764544200'
const SIZES = [
  { width: 1280, height: 800 },
  { width: 360, height: 640 },
]

describe('the desk on the built product', () => {
  let product: Product
  let browser: Browser
  beforeAll(async () => {
    product = await startProduct()
    browser = await launch()
  })
  afterAll(async () => {
    await browser?.close()
    await product?.stop()
    await removeFolder(product.dataDir)
  })

  it.each(SIZES)('[DG1] every section can be read by everybody and never scrolls sideways at $width px', async size => {
    for (const [login, sections] of Object.entries(DESK_PAGES)) {
      const page = await deskPage(browser, product.url, login, size)
      for (const section of sections) {
        await page.goto(`${product.url}/desk/${section}`)
        await settled(page)
        expect([section, await faultsOf(page)]).toEqual([section, []])
      }
      await page.context().close()
    }
  })

  it('[DG1] the administrator’s sections, too', async () => {
    const page = await deskPage(browser, product.url, 'can')
    for (const section of ['people', 'find?q=a1-01']) {
      await page.goto(`${product.url}/desk/${section}`)
      await settled(page)
      if (section === 'people') await page.locator('tbody button').first().click()
      expect([section, await violations(page)]).toEqual([section, []])
    }
    await page.context().close()
  })

  it('[DG4] nothing of the desk lies on a handheld', async () => {
    const worker = await (await fetch(`${product.url}/sw.js`)).text()
    const kept = [...worker.matchAll(/assets\/[\w.-]+/g)].map(([file]) => file)
    expect(kept.length).toBeGreaterThan(20)
    expect(kept.filter(file => file.includes('desk') || file.includes('start-'))).toEqual([])
    const page = await browser.newPage()
    const loaded: string[] = []
    page.on('response', answer => loaded.push(answer.url()))
    await page.goto(product.url)
    await page.waitForFunction(() => performance.getEntriesByType('resource').length > 3)
    expect(loaded.filter(url => url.includes('desk'))).toEqual([])
    await page.close()
  })

  it('[DG2] [DG7] an order, goods and a place are opened by a scan anywhere, and a wrong password opens nothing', async () => {
    const page = await deskPage(browser, product.url, 'elif')
    await page.context().addInitScript(holdTimers)
    const { scan } = handheldOn(page.context(), page)
    await page.goto(`${product.url}/desk/orders`)
    await page.locator('tbody tr').first().waitFor()
    const number = await page.locator('tbody tr').first().locator('button').innerText()
    await page.goto(`${product.url}/desk/approvals`)
    await settled(page)
    await scan(number)
    await page.getByRole('complementary', { name: number }).waitFor()
    // Goods by a label of many facts, and a place by our own label, from a page where letters mean decisions.
    for (const [code, row] of [
      [`]C101${BOOK.padStart(14, '0')}`, 'Book, blue cover'],
      [makeLabel('XL', 'A10101'), 'A1-01-01'],
    ] as const) {
      await page.goto(`${product.url}/desk/approvals`)
      await settled(page)
      await scan(code)
      await page.waitForURL(/\/desk\/stock\?q=/)
      await page.locator('tbody tr', { hasText: row }).first().waitFor()
      await page.goBack()
      await page.waitForURL(/\/desk\/approvals/)
    }
    const context = await browser.newContext()
    const stranger = await context.newPage()
    await stranger.goto(`${product.url}/desk`)
    await stranger.getByLabel('Name').fill('elif')
    await stranger.getByLabel('Password').fill('not hers at all')
    await stranger.keyboard.press('Enter')
    await stranger.getByText('The name or the password is not right').waitFor()
    expect(await stranger.getByRole('navigation').count()).toBe(0)
    await context.close()
    await page.context().close()
  })

  it('[DG6] a filter stands in the address, is kept under a name, and comes back by one choice', async () => {
    const page = await deskPage(browser, product.url, 'elif')
    await page.goto(`${product.url}/desk/receipts`)
    await page.getByRole('button', { name: 'Returns' }).click()
    await page.getByRole('group', { name: 'state' }).getByRole('button').last().click()
    await page.waitForURL(({ searchParams }) => searchParams.has('kind') && searchParams.has('state'))
    const address = new URL(page.url())
    expect(Object.fromEntries(address.searchParams)).toEqual({ kind: 'return', state: 'all' })
    await page.reload()
    await settled(page)
    expect(await page.getByRole('button', { name: 'Returns' }).getAttribute('aria-pressed')).toBe('true')
    await page.getByRole('button', { name: 'Keep this view' }).click()
    await page.getByLabel('Name of the view').fill('All returns')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Kept as All returns').waitFor()
    await page.goto(`${product.url}/desk/stock`)
    await page.getByLabel('My views').selectOption('All returns')
    await page.waitForURL(url => url.pathname === '/desk/receipts' && url.search === address.search)
    await page.getByRole('button', { name: 'Forget this view' }).click()
    await page.getByText('All returns is forgotten').waitFor()
    await expect.poll(() => page.getByLabel('My views').count()).toBe(0)
    await page.context().close()
  })

  it('[XP4] [XP5] columns and order are chosen, the file has them, and it is made every day from then on', async () => {
    const page = await deskPage(browser, product.url, 'elif')
    await page.goto(`${product.url}/desk/stock`)
    await page.locator('tbody tr').first().waitFor()
    await page.getByText('Columns', { exact: true }).first().click()
    for (const column of ['place', 'client', 'lot', 'expiry', 'pallet', 'status', 'reserved', 'in doubt', 'available'])
      await page.getByRole('checkbox', { name: column, exact: true }).uncheck()
    await page.getByLabel('Sorted by').selectOption('SKU')
    await page.waitForURL(({ searchParams }) => searchParams.get('sort') === 'sku')
    await page.reload()
    await page.locator('tbody tr').first().waitFor()
    expect(await page.locator('thead th').allInnerTexts()).toEqual(['SKU', 'item', 'on hand'])
    const shown = await page.locator('tbody tr td:first-child').allInnerTexts()
    expect(shown).toEqual(shown.toSorted())
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'CSV' }).click()])
    const lines = readFileSync(await file.path(), 'utf8').split('\r\n')
    expect([lines[0], lines[1]?.split(',')[0]]).toEqual(['\ufeffSKU,Item,On hand', shown[0]])
    await page.getByRole('button', { name: 'Every day…' }).click()
    await page.getByLabel('Name of the file').fill('Stock for the shop')
    await page.getByLabel('At', { exact: true }).selectOption('06:00')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Stock for the shop is made every day at 06:00').waitFor()
    await page.goto(`${product.url}/desk/exports`)
    await page.getByRole('cell', { name: 'Stock for the shop' }).waitFor()
    expect(await violations(page)).toEqual([])
    await page.getByRole('button', { name: 'Stop it' }).click()
    await page.getByText('Stock for the shop is not made any more').waitFor()
    await expect.poll(() => page.locator('tbody tr').count()).toBe(0)
    await page.context().close()
  })

  it('[DG3] the administrator adds a person, whose badge opens a new handheld that has lost nothing', async () => {
    const page = await deskPage(browser, product.url, 'can')
    await page.goto(`${product.url}/desk/people`)
    await page.getByRole('button', { name: 'Add a person' }).click()
    await page.getByLabel('Name').fill('Deniz Ak')
    await page.getByLabel('picker', { exact: true }).check()
    await page.getByRole('button', { name: 'Save' }).click()
    const badge = await page.locator('.desk-big').innerText()
    expect(badge).toMatch(/^XB/)
    await page.goto(`${product.url}/desk/devices`)
    await page.getByRole('button', { name: 'Set up a handheld' }).click()
    const address = await page.locator('.desk-enrol .code').nth(1).innerText()
    const context = await browser.newContext({ locale: 'en' })
    const handheld = handheldOn(context, await context.newPage())
    await handheld.page.goto(address)
    await handheld.band('Scan your badge')
    await floorLoaded(handheld.page)
    await logIn(handheld, badge, 'Hello Deniz')
    await page.goto(`${product.url}/desk/devices`)
    const card = page.locator('.desk-card', { hasText: 'Deniz Ak' })
    await card.getByText('everything sent').waitFor()
    // A new handheld is not one that has lost an earlier life.
    expect(await card.innerText()).not.toContain('lost its queue')
    await context.close()
    await page.context().close()
  })
})
