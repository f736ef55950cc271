import { readFileSync } from 'node:fs'
import type { Browser, Download, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { faultsOf } from '../support/axe.ts'
import { launch } from '../support/browser.ts'
import { demoHistory } from '../support/demo-history.ts'
import { deskPage } from '../support/desk-page.ts'
import { removeFolder, startProduct } from '../support/product.ts'
import type { Product } from '../support/product.ts'

const LOOKS = [
  { width: 1280, height: 800, scheme: 'light', language: 'en' },
  { width: 1280, height: 800, scheme: 'dark', language: 'tr' },
  { width: 360, height: 640, scheme: 'light', language: 'tr' },
  { width: 360, height: 640, scheme: 'dark', language: 'en' },
] as const
const FIGURES = ['accuracy.lines', 'order.toReady.p50', 'errors.failed', 'adjustments.net'] as const

const textOf = async (download: Promise<Download>): Promise<{ name: string; text: string }> => {
  const file = await download
  return { name: file.suggestedFilename(), text: readFileSync(await file.path(), 'utf8') }
}

describe('the figures on the built product', () => {
  let product: Product
  let browser: Browser
  let page: Page
  beforeAll(async () => {
    browser = await launch()
    const dataDir = await demoHistory(browser, 20)
    product = await startProduct({ dataDir })
    page = await deskPage(browser, product.url, 'elif')
    // The worker folds twenty days first.
    await page.waitForFunction(
      async () => {
        const { worker } = await (await fetch('/api/desk/session')).json()
        const { figures } = await (await fetch(`/api/kpi?worker=${worker}`)).json()
        return figures.some((one: { name: string; n: number }) => one.name === 'order.toReady.p50' && one.n > 300)
      },
      null,
      { polling: 1000, timeout: 120_000 },
    )
  })
  afterAll(async () => {
    await browser?.close()
    await product?.stop()
    await removeFolder(product.dataDir)
  })

  const open = async (query: string): Promise<void> => {
    await page.goto(`${product.url}/desk/figures?${query}`)
    await page.locator('.desk-figure-card').nth(5).waitFor()
  }

  it.each(LOOKS)(
    '[KP89] everybody can read them at $width px, $scheme, $language, and the page never scrolls sideways',
    async ({ width, height, scheme, language }) => {
      await page.setViewportSize({ width, height })
      await page.emulateMedia({ colorScheme: scheme })
      await open('')
      const other = page.getByRole('button', { name: language === 'tr' ? 'Türkçe' : 'English' })
      if ((await other.count()) > 0) await other.click()
      await page.getByRole('heading', { name: language === 'tr' ? 'Göstergeler' : 'Figures', level: 1 }).waitFor()
      for (const figure of ['', ...FIGURES]) {
        await open(figure === '' ? '' : `figure=${figure}`)
        if (figure !== '') await page.locator('.desk-panel .desk-table').nth(1).waitFor()
        await page.locator('summary').first().click()
        expect([figure, await faultsOf(page)]).toEqual([figure, []])
      }
      const turn = page.getByRole('button', { name: 'English' })
      if (language === 'tr') await turn.click()
      await page.emulateMedia({ colorScheme: 'light' })
      await page.setViewportSize({ width: 1280, height: 800 })
    },
  )

  it('[KP89] a figure opens to its definition, days, parts and rows; what was chosen stands in the address', async () => {
    await open('days=90')
    await page.getByRole('button', { name: 'Last 7 days' }).click()
    await page.getByRole('button', { name: 'Exceptions opened' }).click()
    const panel = page.getByRole('region', { name: 'Exceptions opened' })
    await panel.getByText('Exceptions that came up in the window.', { exact: true }).waitFor()
    await panel.getByText('Short pick').first().waitFor()
    expect(page.url()).toContain('days=7')
    expect(page.url()).toContain('figure=exceptions.opened')
    await page.reload()
    await panel.getByText('Short pick').first().waitFor()
    await page.keyboard.press('Escape')
    await panel.waitFor({ state: 'detached' })
  })

  it('[KP91] the chart has the days of the table beside it, and says its ends in words', async () => {
    await open('days=30&figure=accuracy.lines')
    await page.locator('.desk-scroll tbody tr').first().waitFor()
    const shown = await page.locator('.desk-scroll tbody tr td:nth-child(2)').allInnerTexts()
    const known = shown.filter(text => text !== '–')
    expect(known.length).toBeGreaterThan(10)
    const path = (await page.locator('.desk-chart .point').getAttribute('d')) ?? ''
    expect(path.match(/M/g)).toHaveLength(known.length)
    expect(await page.locator('.desk-chart svg').getAttribute('viewBox')).toBe('0 0 30 100')
    const chart = await page.getByRole('img', { name: /Counts right, by lines, day by day/ }).getAttribute('aria-label')
    expect(chart).toContain(`last ${known.at(-1)}`)
    await open('days=30&figure=exceptions.opened')
    await page.locator('.desk-scroll tbody tr').first().waitFor()
    expect(await page.locator('.desk-chart rect').count()).toBe(await page.locator('.desk-scroll tbody tr').count())
  })

  it('[KP84] figures and rows are downloaded as CSV in the language of the desk, the same as on the page', async () => {
    await open('days=30&figure=shorts')
    await page.locator('.desk-panel .desk-table').nth(1).waitFor()
    const [all, rows] = [page.locator('a[href^="/api/kpi.csv"]'), page.locator('a[href^="/api/kpi/shorts/rows.csv"]')]
    const wait = (): Promise<Download> => page.waitForEvent('download')
    const figures = textOf(wait())
    await all.click()
    const { name, text } = await figures
    expect(name).toMatch(/^kpi_.*\.csv$/)
    expect(text.startsWith('\ufeffFigure,Part,Value')).toBe(true)
    const line = text
      .split('\r\n')
      .find(one => one.startsWith('shorts,'))
      ?.split(',')
    const big = await page.locator('.desk-panel .desk-big').innerText()
    expect(`${Number(Number(line?.[2]).toFixed(2))}%`).toBe(big)
    const behind = textOf(wait())
    await rows.click()
    expect((await behind).text.split('\r\n').length).toBeGreaterThan(10)
  })
})
