import { randomBytes } from 'node:crypto'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { faultsOf } from '../support/axe.ts'
import { launch } from '../support/browser.ts'
import { firstDay, ORDER, siteErp } from '../support/first-day.ts'
import type { SiteErp } from '../support/first-day.ts'
import { removeFolder, startProduct } from '../support/product.ts'
import type { Product } from '../support/product.ts'

const TOKEN = 'the token of the site'
const WIDE = { width: 1280, height: 800 }
const NARROW = { width: 360, height: 640 }

describe('a site goes live on the built product', () => {
  let product: Product
  let browser: Browser
  let erp: SiteErp
  beforeAll(async () => {
    erp = await siteErp(TOKEN)
    const key = randomBytes(32).toString('base64')
    product = await startProduct({ env: { STOCKHAND_DEMO: '0', STOCKHAND_SECRET_KEY: key } })
    browser = await launch()
  })
  afterAll(async () => {
    await browser?.close()
    await product?.stop()
    await erp?.close()
    await removeFolder(product.dataDir)
  })

  it('[GL12] [GL14] [GL15] from an empty database to the first shipped order, each desk page fit for everybody and a narrow screen', async () => {
    const seen: string[] = []
    const answers: string[] = []
    await firstDay({
      browser,
      product,
      erp,
      token: TOKEN,
      see: async (page, name) => {
        seen.push(name)
        if (!page.url().includes('/desk')) return
        answers.push(await page.content())
        for (const size of [NARROW, WIDE]) {
          await page.setViewportSize(size)
          expect([name, size.width, await faultsOf(page)]).toEqual([name, size.width, []])
        }
      },
    })
    expect(seen).toContain('shipped')
    const sent = Object.values(erp.erp.state.documents).filter(document => document.type === 'shipment')
    expect(sent.map(({ state, lines }) => [state, lines.map(line => [line.item, line.quantity]).toSorted()])).toEqual([
      [
        'posted',
        [
          ['GLASS-TEA', 1],
          ['MUG-BLUE', 2],
        ],
      ],
    ])
    expect(Object.values(erp.erp.state.orders).find(order => order.number === ORDER)?.state).toBe('closed')
    // Typed once, on the page that took it; never sent back.
    expect(answers.at(-1)).not.toContain(TOKEN)
  })

  const logIn = async (size: { width: number; height: number }): Promise<Page> => {
    const context = await browser.newContext({ viewport: size, locale: 'en' })
    const page = await context.newPage()
    await page.goto(`${product.url}/desk`)
    await page.getByLabel('Name').fill('mehmet')
    await page.getByLabel('Password').fill('a good long password')
    await page.keyboard.press('Enter')
    await page.getByRole('navigation').waitFor()
    return page
  }

  it('[GL13] [GL17] policies are changed for the warehouse and for one client, on the version that was seen', async () => {
    const page = await logIn(WIDE)
    await page.goto(`${product.url}/desk/policies`)
    await page.getByText('Version 1', { exact: true }).waitFor()
    await page.getByLabel('More comes than was ordered').selectOption('allow')
    await page.getByLabel(/^Allowed above the order/).fill('10')
    await page.evaluate(() => document.querySelectorAll('details').forEach(details => (details.open = true)))
    for (const size of [NARROW, WIDE]) {
      await page.setViewportSize(size)
      expect([size.width, await faultsOf(page)]).toEqual([size.width, []])
    }
    await page.getByRole('button', { name: 'Save as version 2' }).click()
    await page.getByText('Version 2', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Nothing is changed' }).waitFor()
    // Somebody else has it open from before.
    const other = await logIn(WIDE)
    await other.goto(`${product.url}/desk/policies`)
    await other.getByRole('button', { name: 'Yıldız Mutfak' }).click()
    await other.getByRole('button', { name: 'Give Yıldız Mutfak policies of its own' }).click()
    await other.getByLabel('Goods that the delivery does not name').selectOption('no')
    await page.getByLabel(/^Allowed above the order/).fill('5000')
    await page.getByRole('button', { name: 'Save as version 3' }).click()
    await page.getByText('“Allowed above the order, in per cent” is not as it must be').waitFor()
    await page.getByLabel(/^Allowed above the order/).fill('12')
    await page.getByRole('button', { name: 'Save as version 3' }).click()
    await page.getByText('Version 3', { exact: true }).waitFor()
    await other.getByRole('button', { name: 'Save as version 3' }).click()
    await other.getByText('Somebody else has changed the policies meanwhile').waitFor()
    await other.getByRole('button', { name: 'Save as version 4' }).click()
    await other.getByText('Version 4', { exact: true }).waitFor()
    const changes = other.locator('tbody tr', { hasText: 'Mehmet Usta' })
    await changes.nth(2).waitFor()
    expect(await changes.count()).toBe(3)
    await changes.filter({ hasText: 'in force' }).getByText('Give Yıldız Mutfak policies of its own').waitFor()
    // One press goes back, with all that versions since have changed; who typed meanwhile looks again.
    await other.getByText('Allowed above the order, in per cent: 10 → 12').waitFor()
    expect(await faultsOf(other)).toEqual([])
    await other.getByRole('button', { name: 'Back to version 2' }).click()
    await other.getByText('Version 5 says what version 2 said').waitFor()
    await other.getByText('Version 5', { exact: true }).waitFor()
    await other.getByRole('button', { name: 'Give Yıldız Mutfak policies of its own' }).waitFor()
    await changes.filter({ hasText: 'in force' }).getByText('back to version 2').waitFor()
    await page.getByRole('button', { name: 'Back to version 1' }).click()
    await page.getByText('Somebody else has changed the policies meanwhile').waitFor()
    await page.reload()
    await page.getByText('Version 5', { exact: true }).waitFor()
    expect(await page.getByLabel(/^Allowed above the order/).inputValue()).toBe('10')
    await other.context().close()
    await page.context().close()
  })
})
