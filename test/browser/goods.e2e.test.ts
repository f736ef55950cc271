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
const SMALL = { width: 360, height: 640 }

const settled = (page: Page): Promise<unknown> =>
  page.waitForFunction(() => document.querySelector('main h1') !== null && !/Loading …/.test(document.body.innerText))
/** What axe finds, and whether the page scrolls sideways. */
const trouble = async (page: Page): Promise<readonly string[]> => {
  await page.evaluate(AXE)
  return page.evaluate(async rules => {
    const run = (window as unknown as { axe: typeof axe }).axe.run
    const found = await run(document, { runOnly: rules })
    const wide = document.documentElement.scrollWidth - window.innerWidth
    const words = found.violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(one => one.html.slice(0, 120)).join(' ')}`,
    )
    return wide > 0 ? [...words, `scrolls sideways by ${wide}`] : words
  }, RULES)
}

describe('goods at the desk on the built product', () => {
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

  it('[DG1] [RC2] [RC4] a lot is found, blocked everywhere by one decision, and freed again', async () => {
    const page = await deskPage(browser, product.url, 'elif')
    await page.goto(`${product.url}/desk/lots`)
    await page.locator('tbody tr button').first().waitFor()
    expect(await trouble(page)).toEqual([])
    await page.locator('tbody tr button').first().click()
    await page.getByText(/^Came .* went/).waitFor()
    await page.getByLabel('Reason').fill('glass in it')
    await page.getByRole('button', { name: 'Block everywhere' }).click()
    await page.getByText('Blocked everywhere').waitFor()
    await page.getByText(/Recalled by Elif.*glass in it/).waitFor()
    const lies = page.getByRole('table', { name: 'Where it lies' })
    expect(await lies.locator('tbody').innerText()).toContain('blocked')
    expect(await trouble(page)).toEqual([])
    await page.setViewportSize(SMALL)
    expect(await trouble(page)).toEqual([])
    await page.getByLabel('Reason').fill('it was another one')
    await page.getByRole('button', { name: 'End the recall' }).click()
    await page.getByText('The recall has ended').waitFor()
    await page.getByRole('button', { name: 'Block everywhere' }).waitFor()
    const download = page.waitForEvent('download')
    await page.getByRole('link', { name: 'CSV' }).click()
    expect((await download).suggestedFilename()).toMatch(/^recall-.*\.csv$/)
    await page.context().close()
  })

  it('[DG1] [SK1] [SK3] a stocktake is opened, watched and closed, and its report stays', async () => {
    const page = await deskPage(browser, product.url, 'elif')
    await page.goto(`${product.url}/desk/stocktake`)
    await page.locator('input[name=zone]').last().check()
    expect(await trouble(page)).toEqual([])
    await page.getByRole('button', { name: 'Open a stocktake' }).click()
    await page.getByText(/0 of \d+ places done/).waitFor()
    const close = page.getByRole('button', { name: 'Close the stocktake' })
    expect(await close.isDisabled()).toBe(true)
    expect(await trouble(page)).toEqual([])
    await page.setViewportSize(SMALL)
    expect(await trouble(page)).toEqual([])
    for (let left = await page.locator('select[name=place] option').count(); left > 0; left -= 1) {
      await page.getByLabel('Reason').fill('behind the crane')
      await page.getByRole('button', { name: 'Leave out' }).click()
      await page.waitForFunction(n => document.querySelectorAll('select[name=place] option').length < n, left)
    }
    await close.click()
    await page.getByText('Closed. The report stays as it is').waitFor()
    await page.getByText(/· closed/).waitFor()
    expect(await trouble(page)).toEqual([])
    await page.context().close()
  })

  it('[DG1] what expires and stock at a past date can be read by everybody at both sizes', async () => {
    for (const size of [{ width: 1280, height: 800 }, SMALL]) {
      const page = await deskPage(browser, product.url, 'elif', size)
      for (const section of ['lots?view=expiring', 'past', 'past?day=2026-01-01&by=place']) {
        await page.goto(`${product.url}/desk/${section}`)
        await settled(page)
        expect([section, await trouble(page)]).toEqual([section, []])
      }
      await page.context().close()
    }
  })
})
