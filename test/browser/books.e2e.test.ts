import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SimState } from '../../server/erp/sim/state.ts'
import { settled, violations } from '../support/axe.ts'
import { launch } from '../support/browser.ts'
import { deskPage } from '../support/desk-page.ts'
import { removeFolder, startProduct } from '../support/product.ts'
import type { Product } from '../support/product.ts'

const LONG = { timeout: 90_000 }

describe('the books of both sides at the desk of the built product', () => {
  let product: Product
  let browser: Browser
  beforeAll(async () => {
    product = await startProduct({ env: { STOCKHAND_SECRET_KEY: Buffer.alloc(32, 7).toString('base64') } })
    browser = await launch()
  })
  afterAll(async () => {
    await browser?.close()
    await product?.stop()
    await removeFolder(product.dataDir)
  })
  const kept = (name: string): unknown => JSON.parse(readFileSync(path.join(product.dataDir, 'erp', name), 'utf8'))
  const erp = (): SimState => kept('erp.json') as SimState
  const compared = async (page: Page): Promise<void> => {
    await page.getByRole('button', { name: 'Compare the books now' }).click()
    await page.getByText('Asked for.').waitFor()
  }

  it('[DX15] a difference is decided among the exceptions, with a reason, and both books agree', async () => {
    const page = await deskPage(browser, product.url, 'elif')
    const integrations = `${product.url}/desk/integrations`
    await page.goto(integrations)
    await page.getByText('The books agree').waitFor(LONG)
    const row = Object.values(erp().stock).find(one => one.quantity > 20 && one.lot === '')
    if (row === undefined) throw new Error('the demo ERP has no stock')
    const { url, token } = kept('address.json') as { url: string; token: string }
    const moved = await fetch(`${url}/api/by-hand`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ item: row.item, lot: '', quantity: 4, from: null, to: row.place }),
    })
    expect([moved.status, moved.ok ? '' : await moved.text()]).toEqual([200, ''])
    await compared(page)
    const found = page.locator('tbody tr', { hasText: row.item }).filter({ hasText: '+4' })
    await expect
      .poll(
        async () => {
          await page.goto(integrations)
          await settled(page)
          return found.count()
        },
        { timeout: 90_000, interval: 1000 },
      )
      .toBe(1)
    await page.goto(`${product.url}/desk/exceptions`)
    await found.getByRole('button', { name: 'Decide' }).click()
    expect(await violations(page)).toEqual([])
    const decide = found.getByLabel('Decide')
    const theirs = decide.locator('option', { hasText: 'Take the ERP’s figure' }).first()
    await decide.selectOption((await theirs.getAttribute('value')) ?? '')
    await found.getByLabel('reason', { exact: false }).fill('Somebody has found four')
    await found.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Done. The next comparison shows it').waitFor()
    await page.goto(integrations)
    await compared(page)
    await page.getByText('The books agree').waitFor(LONG)
    await page.context().close()
  })

  it('[DX15] what a connection decides without a person is chosen in its form', async () => {
    const page = await deskPage(browser, product.url, 'can')
    const open = async (): Promise<void> => {
      await page.goto(`${product.url}/desk/connections`)
      await page.locator('.desk-card button').first().click()
    }
    await open()
    const again = page.getByLabel('Post a message again that the ERP has lost')
    expect(await again.isChecked()).toBe(false)
    await again.check()
    // The demo's own connection has its address and token from the start of the server.
    const { url, token } = kept('address.json') as { url: string; token: string }
    await page.getByLabel('url').fill(url)
    await page.getByLabel('Token').fill(token)
    await page.getByRole('button', { name: 'Save' }).click()
    await page
      .getByText(/^Saved/)
      .first()
      .waitFor()
    await open()
    expect(await again.isChecked()).toBe(true)
    await page.context().close()
  })
})
