import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launch, logIn, setUp, SIZES } from '../support/browser.ts'
import type { Handheld } from '../support/browser.ts'
import { faultsOf } from '../support/axe.ts'
import { deskPage } from '../support/desk-page.ts'
import { removeFolder, startProduct } from '../support/product.ts'
import type { Product } from '../support/product.ts'

/** Calls to a handheld, and a handheld that is lost, on the built product. */
describe('handhelds and the desk', () => {
  let product: Product
  let browser: Browser
  let desk: Page
  const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
    for (let i = 0; i < 300; i += 1) {
      if (await holds()) return
      await new Promise(resolve => setTimeout(resolve, 150))
    }
    throw new Error(`never came true: ${what}`)
  }
  const card = (name: string) => desk.locator('.desk-card', { hasText: name })
  const sheet = ({ page }: Handheld) => page.locator('.call')
  const worker = async (name: string): Promise<Handheld> => {
    const handheld = await setUp(browser, product, SIZES.usual)
    await logIn(handheld, product.badge(name))
    await handheld.page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
    await card(name).getByText('everything sent').waitFor()
    return handheld
  }

  beforeAll(async () => {
    product = await startProduct()
    browser = await launch()
    desk = await deskPage(browser, product.url, 'elif')
    await desk.goto(`${product.url}/desk/devices`)
  })
  afterAll(async () => {
    await browser?.close()
    await product?.stop()
    await removeFolder(product.dataDir)
  })

  it('[CL2] [CL3] [CL4] a ring and a text reach a handheld, also one that was away, and the desk sees the answers', async () => {
    const ayse = await worker('Ayşe')
    await card('Ayşe').getByRole('button', { name: 'Ring' }).click()
    await sheet(ayse).getByText('Elif Aydın is calling you').waitFor()
    // The scan is the work's; the call is one line meanwhile, and back at the next pause.
    await ayse.scan('PO-701')
    await ayse.band('Opened PO-701')
    await until('it is one line', async () => (await sheet(ayse).getAttribute('data-open')) === 'false')
    await sheet(ayse).getByRole('button', { name: 'Here I am' }).click()
    await sheet(ayse).waitFor({ state: 'detached' })
    await card('Ayşe')
      .getByText(/answered .* by Ayşe/)
      .waitFor()

    await ayse.context.setOffline(true)
    await card('Ayşe').getByRole('button', { name: 'Message' }).click()
    await desk.getByRole('textbox', { name: 'Message to handheld' }).fill('Please come to the dock')
    await desk.getByRole('button', { name: 'Send' }).click()
    await card('Ayşe').getByText('waits for the handheld').waitFor()
    await ayse.context.setOffline(false)
    await sheet(ayse).getByText('Please come to the dock').waitFor({ timeout: 60_000 })
    await card('Ayşe')
      .getByText(/“Please come to the dock”.*on the handheld/)
      .waitFor()
    await ayse.context.setOffline(true)
    await ayse.page.reload()
    await sheet(ayse).getByText('Please come to the dock').waitFor({ timeout: 60_000 })
    await sheet(ayse).getByRole('button', { name: 'I read it' }).click()
    await sheet(ayse).waitFor({ state: 'detached' })
    await ayse.context.setOffline(false)
    await card('Ayşe')
      .getByText(/read .* by Ayşe/)
      .waitFor({ timeout: 60_000 })
    expect(await sheet(ayse).count()).toBe(0)
    await ayse.context.close()
  })

  it('[DV11] [DV12] the desk reads the log of a handheld and logs its worker out', async () => {
    const burak = await worker('Burak')
    await card('Burak').getByRole('button', { name: 'Ask for the log' }).click()
    await card('Burak').getByRole('button', { name: 'Show the log' }).click()
    const log = await desk.getByRole('textbox', { name: 'Log of handheld' }).inputValue()
    expect(log).toContain('"warehouse"')
    expect(log).toMatch(/link online/)
    expect(log).not.toContain('Burak')
    for (const size of [
      { width: 360, height: 740 },
      { width: 1280, height: 800 },
    ]) {
      await desk.setViewportSize(size)
      expect([size.width, await faultsOf(desk)]).toEqual([size.width, []])
    }
    await desk.getByRole('region', { name: 'Log of handheld' }).getByRole('button', { name: 'Close' }).click()
    await card('Burak').getByRole('button', { name: 'Log out' }).click()
    await sheet(burak).getByText('Logged out from the desk by Elif Aydın').waitFor()
    await sheet(burak).getByRole('button', { name: 'I read it' }).click()
    await sheet(burak).waitFor({ state: 'detached' })
    await desk
      .locator('.desk-card', { hasText: 'Log out' })
      .getByText(/Log out .*done/)
      .waitFor()
    await logIn(burak, product.badge('Burak'))
    await burak.context.close()
  })

  it('[LD1] [LD2] [LD4] [LD5] [LD6] [LD7] [XO2] a handheld with steps that never came is said to be lost; it turns up, and what it brings is decided', async () => {
    const mehmet = await worker('Mehmet')
    await mehmet.scan('PO-701')
    await mehmet.band('PO-701')
    await mehmet.context.setOffline(true)
    await card('Mehmet').getByRole('button', { name: 'It is lost' }).click()
    await desk.getByText('Is handheld').waitFor()
    await desk.getByText(/last heard of .* Mehmet/).waitFor()
    expect(await faultsOf(desk)).toEqual([])
    await desk.getByLabel('What has happened').fill('Fell into the harbour')
    await desk.getByRole('dialog').getByRole('button', { name: 'It is lost' }).click()
    await desk.getByText(/Elif Aydın.*Fell into the harbour/).waitFor()
    await card('Mehmet').getByText('lost since').waitFor()
    await card('Mehmet').getByRole('button', { name: 'About the loss' }).waitFor()
    expect(await card('Mehmet').getByRole('button', { name: 'Ring' }).count()).toBe(0)
    // Somebody finds it and goes on working; what it brings is taken.
    await mehmet.scan('9780764544200')
    await mehmet.band(/1\s*\/\s*5/)
    await mehmet.scan('9780764544200')
    await mehmet.band(/2\s*\/\s*5/)
    await mehmet.context.setOffline(false)
    await card('Mehmet').getByRole('button', { name: 'About the loss' }).click()
    await desk.getByText(/It has turned up: \d+ deliveries/).waitFor({ timeout: 60_000 })
    await desk.setViewportSize({ width: 360, height: 740 })
    expect(await faultsOf(desk)).toEqual([])
    await desk.goto(`${product.url}/desk/exceptions`)
    await desk.getByText('Handheld lost').first().waitFor()
    await desk.getByRole('button', { expanded: false }).first().click()
    await desk.getByText(/It has turned up: \d+ deliveries/).waitFor()
    // Whose it is: taken by one press, found again under one's own, given up again.
    await desk.getByRole('button', { name: 'Mine 0' }).waitFor()
    await desk.getByRole('button', { name: 'I see to it' }).click()
    await desk.getByText('Elif Aydın sees to it now').waitFor()
    await desk.getByRole('button', { name: 'Mine 1' }).click()
    await desk.getByText('Handheld lost').first().waitFor()
    await desk.getByText(/· Elif Aydın sees to it/).waitFor()
    expect(new URL(desk.url()).searchParams.get('part')).toBe('mine')
    expect(await faultsOf(desk)).toEqual([])
    await desk.getByRole('button', { name: 'Not mine any more' }).click()
    await desk.getByRole('button', { name: 'Mine 0' }).waitFor()

    // One of its steps is discarded with words, the others are booked at the time at which they were done.
    await desk.setViewportSize({ width: 1280, height: 800 })
    await desk.goto(`${product.url}/desk/devices`)
    await card('Mehmet').getByRole('button', { name: 'About the loss' }).click()
    const late = desk.getByRole('region', { name: 'Steps that were not booked by themselves' })
    const steps = late.getByRole('row', { name: /Received.*Mehmet.*1 × .*→ DOCK/ })
    await steps.nth(1).waitFor()
    expect(await faultsOf(desk)).toEqual([])
    await steps.nth(1).getByRole('button', { name: 'Discard' }).click()
    await desk.getByText('Say why it is discarded').waitFor()
    await late.getByLabel('Why it is discarded').fill('Counted by hand')
    await steps.nth(1).getByRole('button', { name: 'Discard' }).click()
    await late.getByText(/discarded by Elif Aydın.*Counted by hand/).waitFor()
    await late.getByRole('button', { name: /Book all that can be booked/ }).click()
    await late
      .getByText(/booked by Elif Aydın/)
      .first()
      .waitFor()
    await desk.setViewportSize({ width: 360, height: 740 })
    expect(await faultsOf(desk)).toEqual([])
    expect(await late.getByRole('button').count()).toBe(0)
    await mehmet.context.close()
  })
})
