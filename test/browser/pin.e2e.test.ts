import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { settled, violations } from '../support/axe.ts'
import { launch, setUp, SIZES } from '../support/browser.ts'
import type { Handheld } from '../support/browser.ts'
import { deskPage } from '../support/desk-page.ts'
import { removeFolder, startProduct } from '../support/product.ts'
import type { Product } from '../support/product.ts'

const OWN = '482915'
const GIVEN = '7395'

describe('a PIN besides the badge on the built product', () => {
  let product: Product
  let browser: Browser
  let desk: Page
  let handheld: Handheld
  const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
    for (let i = 0; i < 100; i += 1) {
      if (await holds()) return
      await new Promise(resolve => setTimeout(resolve, 200))
    }
    throw new Error(`never came true: ${what}`)
  }
  /** A badge is scanned again where the keys of a driven browser came too slowly for a scanner. */
  const badge = async (name: string, said: RegExp): Promise<void> => {
    await until(`${name}: ${String(said)}`, async () => {
      await handheld.scan(product.badge(name))
      await handheld.page.waitForTimeout(300)
      return said.test(await handheld.text())
    })
  }
  const keys = async (pin: string): Promise<void> => {
    for (const name of [...pin, 'OK']) await handheld.page.getByRole('button', { name, exact: true }).click()
  }
  const person = async (name: string): Promise<void> => {
    await desk.goto(`${product.url}/desk/people`)
    await desk.getByRole('row', { name: new RegExp(name) }).click()
    await desk.getByRole('heading', { name: 'PIN for handhelds' }).waitFor()
  }

  beforeAll(async () => {
    product = await startProduct()
    browser = await launch()
    desk = await deskPage(browser, product.url, 'can')
    handheld = await setUp(browser, product, SIZES.small)
    await handheld.page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
  })
  afterAll(async () => {
    await browser?.close()
    await product?.stop()
    await removeFolder(product.dataDir)
  })

  it('[PN1] [PN4] an administrator asks pickers and supervisors for a PIN and gives one a first PIN', async () => {
    await desk.goto(`${product.url}/desk/policies`)
    await desk.getByText('Version 1', { exact: true }).waitFor()
    await desk.evaluate(() => document.querySelectorAll('details').forEach(details => (details.open = true)))
    const asked = desk.getByRole('group', { name: 'A PIN confirms the badge of' })
    for (const name of ['pickers', 'supervisors']) await asked.getByLabel(name).check()
    await desk.getByRole('button', { name: 'Save as version 2' }).click()
    await desk.getByText('Version 2', { exact: true }).waitFor()
    await person('Zeynep Kaya')
    await desk.getByText('Has no PIN.').waitFor()
    await desk.getByLabel(/^New PIN/).fill('1234')
    await desk.getByRole('button', { name: 'Set the PIN' }).click()
    await desk.getByText('Choose another PIN').waitFor()
    await settled(desk)
    expect(await violations(desk)).toEqual([])
    await desk.getByLabel(/^New PIN/).fill(GIVEN)
    await desk.getByRole('button', { name: 'Set the PIN' }).click()
    await desk.getByText('The PIN is set').waitFor()
    await person('Zeynep Kaya')
    await desk.getByText('Has a PIN.').waitFor()
  })

  it('[PN4] a supervisor sets her own with her password once more', async () => {
    const page = await deskPage(browser, product.url, 'elif')
    await page.locator('.desk-me').click()
    await page.getByText('You have no PIN. Without one you cannot log in on a handheld.').waitFor()
    const set = async (pin: string, password: string): Promise<void> => {
      await page.getByLabel(/^New PIN, 6 to 12/).fill(pin)
      await page.getByLabel('The password of your log-in').fill(password)
      await page.getByRole('button', { name: 'Set the PIN' }).click()
    }
    await set('4829', 'desk-of-elif')
    await page.getByText('The PIN needs 6 to 12 digits').waitFor()
    await set(OWN, 'not hers at all')
    await page.getByText('The name or the password is not right').waitFor()
    await settled(page)
    expect(await violations(page)).toEqual([])
    await set(OWN, 'desk-of-elif')
    await page.getByText('You have a PIN.').waitFor()
    await page.context().close()
  })

  it('[PN5] [PN7] [PN8] without a network the badge asks for the PIN, and badge and PIN log in', async () => {
    await badge('Zeynep', /Enter your PIN/)
    expect(await handheld.text()).toContain('Zeynep Kaya')
    await handheld.context.setOffline(true)
    await handheld.page.reload()
    await handheld.band('Scan your badge')
    await badge('Emre', /You have no PIN yet/)
    await badge('Zeynep', /Enter your PIN/)
    await handheld.page.keyboard.type('12')
    await badge('Elif', /Elif Aydın/)
    expect(await handheld.page.locator('output').textContent()).toBe('–')
    await handheld.page.getByRole('button', { name: 'Back' }).last().click()
    await handheld.band('Scan your badge')
    await badge('Zeynep', /Enter your PIN/)
    await keys('9999')
    await handheld.band('Wrong PIN. 4 tries left')
    await keys(GIVEN)
    await handheld.band('Hello Zeynep')
    // Somebody else takes over: their PIN, typed as quickly as a scanner types.
    await badge('Elif', /Enter your PIN/)
    await handheld.scan(OWN)
    await handheld.band('Hello Elif')
  })

  it('[PN6] after five wrong ones nobody tries for five minutes, also after a reload; another person may', async () => {
    await handheld.scan('XCLGT')
    await handheld.band('Scan your badge')
    await badge('Zeynep', /Enter your PIN/)
    for (let i = 4; i >= 1; i -= 1) {
      await keys('9998')
      await handheld.band(new RegExp(`Wrong PIN. ${i} tr`))
    }
    await keys('9998')
    await handheld.band(/Too many wrong PINs. Wait [45]:\d\d/)
    await handheld.page.reload()
    await handheld.band('Scan your badge')
    await badge('Zeynep', /Too many wrong PINs. Wait \d:\d\d/)
    await badge('Elif', /Enter your PIN/)
    await keys(OWN)
    await handheld.band('Hello Elif')
    await handheld.context.setOffline(false)
  })

  it('[PN9] the desk shows who is logged in on two handhelds at once', async () => {
    const first = handheld
    handheld = await setUp(browser, product, SIZES.small)
    await badge('Elif', /Enter your PIN/)
    await keys(OWN)
    await handheld.band('Hello Elif')
    await desk.goto(`${product.url}/desk/devices`)
    await desk.getByText('The same person is also logged in on handheld').nth(1).waitFor()
    await settled(desk)
    expect(await violations(desk)).toEqual([])
    await handheld.context.close()
    await first.context.close()
  })
})
