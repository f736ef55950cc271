import type { Browser, CDPSession, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { settled, violations } from '../support/axe.ts'
import { launch } from '../support/browser.ts'
import { deskPage } from '../support/desk-page.ts'
import { removeFolder, startProduct } from '../support/product.ts'
import type { Product } from '../support/product.ts'

/** Chromium's own authenticator, whose person is always there and verified. */
const withAuthenticator = async (page: Page): Promise<{ cdp: CDPSession; id: string }> => {
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  const options = {
    protocol: 'ctap2' as const,
    transport: 'internal' as const,
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
  }
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', { options })
  return { cdp, id: authenticatorId }
}

describe('one’s own account on the built product', () => {
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

  it('[DP1] [DP5] a passkey is added, logs in without a name, and opens nothing once it is removed', async () => {
    const page = await deskPage(browser, product.url, 'elif')
    const { cdp, id } = await withAuthenticator(page)
    const account = async (): Promise<void> => {
      await page.locator('.desk-me').click()
      await page.getByRole('heading', { name: 'My account' }).waitFor()
      await settled(page)
    }
    const logOut = () => page.getByRole('button', { name: 'Log out', exact: true }).click()
    await account()
    await page.getByText('You have none yet').waitFor()
    await page.getByLabel('Name, such as').fill('Work laptop')
    await page.getByLabel('Your password').fill('not hers at all')
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    await page.getByText('The name or the password is not right').waitFor()
    await page.getByLabel('Your password').fill(product.printed().match(/elif\s+(\S+)/)?.[1] ?? '')
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    await page.getByText('The passkey is added').waitFor()
    await page.getByRole('cell', { name: 'Work laptop', exact: true }).waitFor()
    expect(await violations(page)).toEqual([])
    expect((await cdp.send('WebAuthn.getCredentials', { authenticatorId: id })).credentials).toHaveLength(1)
    await logOut()
    const byKey = page.getByRole('button', { name: 'Log in with a passkey' })
    await byKey.waitFor()
    expect(await violations(page)).toEqual([])
    await byKey.click()
    await page.getByRole('navigation').waitFor()
    await account()
    await page.getByRole('cell', { name: 'passkey', exact: true }).waitFor()
    await page.getByRole('button', { name: 'Remove Work laptop' }).click()
    await page.getByText('You have none yet').waitFor()
    await logOut()
    await byKey.click()
    await page.getByText('This passkey is not known here').waitFor()
    expect(await page.getByRole('navigation').count()).toBe(0)
    await page.context().close()
  })

  it('[DP6] another session of one’s own is seen and ended, and its page asks for a log-in', async () => {
    const [here, there] = [
      await deskPage(browser, product.url, 'can'),
      await deskPage(browser, product.url, 'can', { width: 360, height: 640 }),
    ]
    await here.goto(`${product.url}/desk/account`)
    await settled(here)
    expect(await here.getByRole('button', { name: 'Log out there' }).count()).toBe(1)
    await here.getByText('this one').waitFor()
    await here.getByRole('button', { name: 'Log out there' }).click()
    await here.getByText('1 sessions have ended').waitFor()
    await there.locator('.desk-me').click()
    await there.getByRole('heading', { name: 'Log in at the desk' }).waitFor()
    for (const page of [here, there]) await page.context().close()
  })
})
