import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type axe from 'axe-core'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launch } from '../support/browser.ts'
import { deskPage } from '../support/desk-page.ts'
import { removeFolder, startProduct } from '../support/product.ts'
import type { Product } from '../support/product.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
const SECTIONS = ['approvals', 'exceptions', 'orders', 'receipts', 'stock', 'devices', 'integrations', 'audit']
const SIZES = [
  { width: 1280, height: 800 },
  { width: 360, height: 640 },
]

const violations = async (page: Page): Promise<readonly string[]> => {
  // As the test's own script: the content policy of the page lets no inline one run.
  await page.evaluate(AXE)
  return page.evaluate(async rules => {
    const run = (window as unknown as { axe: typeof axe }).axe.run
    const found = await run(document, { runOnly: rules })
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html.slice(0, 120)).join(' ')}`)
  }, RULES)
}
const settled = (page: Page): Promise<unknown> =>
  page.waitForFunction(() => document.querySelector('main h1') !== null && !/Loading …/.test(document.body.innerText))

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
    const page = await deskPage(browser, product.url, 'elif', size)
    for (const section of SECTIONS) {
      await page.goto(`${product.url}/desk/${section}`)
      await settled(page)
      expect([section, await violations(page)]).toEqual([section, []])
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      expect([section, wide]).toEqual([section, 0])
    }
    await page.context().close()
  })

  it('[DG2] an order is found by a scan anywhere, and a wrong password opens nothing', async () => {
    const page = await deskPage(browser, product.url, 'elif')
    await page.goto(`${product.url}/desk/orders`)
    await page.locator('tbody tr').first().waitFor()
    const number = await page.locator('tbody tr').first().locator('button').innerText()
    await page.goto(`${product.url}/desk/approvals`)
    await settled(page)
    await page.keyboard.type(number, { delay: 3 })
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: number }).click()
    await page.getByRole('complementary', { name: number }).waitFor()
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

  it('[DG3] the administrator adds a person, whose badge opens a handheld', async () => {
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
    const handheld = await context.newPage()
    await handheld.goto(address)
    await handheld.getByRole('heading', { name: 'Scan your badge' }).waitFor()
    await handheld.waitForFunction(() => performance.getEntriesByName('floor').length > 0)
    await handheld.keyboard.type(badge, { delay: 3 })
    await handheld.keyboard.press('Enter')
    await handheld.waitForFunction(() => document.body.innerText.includes('Hello Deniz'))
    await context.close()
    await page.context().close()
  })
})
