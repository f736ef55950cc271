import { serve } from '@hono/node-server'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BACK } from '../../server/auth/identity.ts'
import { settled, violations } from '../support/axe.ts'
import { launch } from '../support/browser.ts'
import { deskPage } from '../support/desk-page.ts'
import { oidcProvider } from '../support/oidc-provider.ts'
import { freePort, removeFolder, startProduct } from '../support/product.ts'
import type { Product } from '../support/product.ts'

describe('the company log-in on the built product', () => {
  let product: Product
  let browser: Browser
  let provider: Awaited<ReturnType<typeof oidcProvider>>
  let endProvider: () => void
  beforeAll(async () => {
    const [port, providerPort] = [await freePort(), await freePort()]
    // Another site for the browser: its way back is one that a strict cookie would not travel.
    const issuer = `http://127.0.0.1:${providerPort}`
    const home = `http://localhost:${port}`
    const client = { id: 'stockhand', secret: 'hunter2', redirects: [home + BACK] }
    provider = await oidcProvider({ issuer, client, nowS: () => Math.floor(Date.now() / 1000) })
    const server = serve({ fetch: provider.app.fetch, hostname: '127.0.0.1', port: providerPort })
    endProvider = () => void server.close()
    const env = {
      STOCKHAND_URL: home,
      STOCKHAND_OIDC_ISSUER: issuer,
      STOCKHAND_OIDC_CLIENT_ID: client.id,
      STOCKHAND_OIDC_CLIENT_SECRET: client.secret,
    }
    product = await startProduct({ port, env })
    browser = await launch()
  })
  afterAll(async () => {
    await browser?.close()
    await product?.stop()
    endProvider?.()
    await removeFolder(product.dataDir)
  })

  const button = (page: Page) => page.getByRole('button', { name: 'Log in with your company account' })

  it('[DO1] [DO2] [DO7] a person whom nobody has entered is told so; once entered they are in, and out again at both', async () => {
    const page = await (await browser.newContext({ viewport: { width: 360, height: 740 }, locale: 'en' })).newPage()
    provider.state.person = { sub: 'u-1', claims: { email: 'Elif@Firm.example', email_verified: true } }
    await page.goto(`${product.url}/desk`)
    await button(page).click()
    await page.getByText('Your company account has no log-in here').waitFor()
    expect(new URL(page.url()).search).toBe('')
    expect(await violations(page)).toEqual([])

    const admin = await deskPage(browser, product.url, 'can')
    await admin.goto(`${product.url}/desk/people`)
    await admin.getByRole('cell', { name: 'Elif Aydın', exact: true }).click()
    const field = admin.getByLabel('Company log-in: name or e-mail address there')
    await field.fill('elif@firm.example')
    await settled(admin)
    expect(await violations(admin)).toEqual([])
    await field.locator('xpath=ancestor::form').getByRole('button', { name: 'Save' }).click()
    await admin.getByText('Saved').waitFor()

    await button(page).click()
    await page.getByRole('navigation').first().waitFor()
    expect(new URL(page.url()).pathname).toBe('/desk')
    await page.reload()
    await page.getByRole('navigation').first().waitFor()
    await page.goto(`${product.url}/desk/account`)
    await page.getByText('company log-in', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Log out', exact: true }).click()
    await page.getByRole('heading', { name: 'Log in at the desk' }).waitFor()
    expect(provider.asked).toContain('/end')
    await button(page).click()
    await page.getByText('You have not agreed at your company’s log-in').waitFor()
    for (const one of [page, admin]) await one.context().close()
  })

  it('[DO5] while the provider is away the page says so, and a password opens the desk', async () => {
    provider.state.isDown = true
    const page = await (await browser.newContext({ locale: 'en' })).newPage()
    await page.goto(`${product.url}/desk`)
    await button(page).click()
    await page.getByText('Your company’s log-in cannot be reached').waitFor()
    provider.state.isDown = false
    await (await deskPage(browser, product.url, 'can')).context().close()
    expect(product.printed()).toContain('the company log-in is ready')
    expect(product.printed()).not.toContain('hunter2')
    await page.context().close()
  })
})
