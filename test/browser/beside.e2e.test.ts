import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SimState } from '../../server/erp/sim/state.ts'
import { floorLoaded, launch, logIn, setUp } from '../support/browser.ts'
import type { Handheld } from '../support/browser.ts'
import { deskPage } from '../support/desk-page.ts'
import { removeFolder, startProduct } from '../support/product.ts'
import type { Product } from '../support/product.ts'

/** Set-up check, practice, settings, problems, help and lists on the built product. */
describe('the handheld beside the work', () => {
  let product: Product
  let browser: Browser
  const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
    for (let i = 0; i < 300; i += 1) {
      if (await holds()) return
      await new Promise(resolve => setTimeout(resolve, 150))
    }
    throw new Error(`never came true: ${what}`)
  }
  const worker = async (name: string, permissions: string[] = []): Promise<Handheld> => {
    const handheld = await setUp(browser, product, { width: 360, height: 640 }, permissions)
    await logIn(handheld, product.badge(name), 'Hello')
    await handheld.page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
    return handheld
  }
  const press = (handheld: Handheld, name: string | RegExp): Promise<void> =>
    handheld.page.getByRole('button', { name }).first().click()

  beforeAll(async () => {
    product = await startProduct()
    browser = await launch(['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'])
  })
  afterAll(async () => {
    await browser?.close()
    await product?.stop()
    await removeFolder(product.dataDir)
  })

  it('[HH2] after the set-up the check stands there; what works says so, and the badge scanned there logs in', async () => {
    const handheld = await setUp(browser, product, { width: 360, height: 640 }, ['camera'])
    const { page } = handheld
    const result = (id: string) => page.locator(`[data-check=${id}]`).getAttribute('data-result')
    await page.locator('[data-screen=check]').waitFor()
    expect(await result('scanner')).toBe('open')
    await until('the network is there', async () => (await result('network')) === 'good')
    await until('the clock is compared', async () => (await result('clock')) === 'good')
    await page.locator('[data-check=camera] button').click()
    await until('the camera works', async () => (await result('camera')) === 'good')
    await page.locator('[data-check=sound]').getByRole('button', { name: 'Yes' }).click()
    expect(await result('sound')).toBe('good')
    await handheld.scan('QWERTY-AZ-0189')
    await until('the letters come through', async () => (await result('letters')) === 'good')
    // On a slow machine the keys of a driven browser are slow as well, and it says so.
    expect(await result('scanner')).not.toBe('open')
    await logIn(handheld, product.badge('Ayşe'), 'Hello')
    await page.locator('[data-screen=home]').waitFor()
    await page.reload()
    await handheld.band('Scan a task, place or item')
    await handheld.context.close()
  })

  it('[HH3] an order is practised by the scanner alone: marked on every screen, and nothing of it is ever sent', async () => {
    const handheld = await worker('Mehmet')
    const { page } = handheld
    const sent: string[] = []
    page.on('request', request => sent.push(request.postData() ?? ''))
    await handheld.scan('XCHLP')
    await press(handheld, 'Practise')
    await page.locator('.sheet').waitFor()
    await press(handheld, /An order: pick it/)
    await handheld.band(/tote/i)
    expect(await handheld.text()).toContain('PRACTICE')
    await press(handheld, 'Sheet')
    await press(handheld, /A tote for it/)
    await handheld.scan('P-01')
    await handheld.band('Practice mug')
    await handheld.scan('PR-PLATE')
    await handheld.band(/Not this one/)
    for (const code of ['PR-MUG', 'PR-MUG', 'P-02', 'PR-BOWL']) await handheld.scan(code)
    await handheld.band('Scan a task, place or item')
    expect(await handheld.text()).toContain('PRACTICE')
    await handheld.scan('PR-MUG')
    await page.goBack()
    await handheld.band('Scan a task, place or item')
    expect(await handheld.text()).toContain('PRACTICE')
    await press(handheld, 'End practice')
    await page.locator('[data-screen=help]').waitFor()
    await handheld.scan('XCSYN')
    await handheld.band('Nothing waits')
    expect(await handheld.text()).not.toContain('PRACTICE')
    await handheld.scan('PRACTICE-1')
    await handheld.band("I don't know this code")
    expect(sent.filter(body => /PR-MUG|practice0001/.test(body))).toEqual([])
    await handheld.context.close()
  })

  it('[HH5] what a person has set goes along to another handheld, also when it was set without a network', async () => {
    const one = await worker('Ayşe')
    const look = (handheld: Handheld) =>
      handheld.page.evaluate(() => [document.documentElement.dataset['hand'], document.documentElement.style.fontSize])
    await one.page.getByRole('button', { name: 'Menu' }).first().click()
    await press(one, 'Test & settings')
    await press(one, /^Left hand/)
    await until('the hand is set', async () => (await look(one))[0] === 'left')
    const two = await worker('Ayşe')
    await until('the other handheld is left-handed', async () => (await look(two))[0] === 'left')
    await one.context.setOffline(true)
    await press(one, /^Text/)
    await until('the text is larger', async () => (await look(one))[1] === '125%')
    await one.context.setOffline(false)
    await two.scan('XCLGT')
    await two.band('Scan your badge')
    expect((await look(two))[0]).toBe('right')
    await until('the later choice has come', async () => {
      await logIn(two, product.badge('Ayşe'), 'Hello')
      await two.page.waitForTimeout(500)
      if ((await look(two)).join() === 'left,125%') return true
      await two.scan('XCLGT')
      await two.band('Scan your badge')
      return false
    })
    await two.scan('XCLGT')
    await two.band('Scan your badge')
    await logIn(two, product.badge('Mehmet'), 'Hello')
    expect((await look(two)).join()).toBe('right,100%')
    await one.context.close()
    await two.context.close()
  })

  it('[HH8] a code that nobody knows is kept by a picker, also without a network, and lies on the desk', async () => {
    const emre = await worker('Emre')
    // While the catalogue is still coming no code is kept: it may be one of the goods.
    await until('the catalogue is here', async () => {
      await emre.scan('WHO-KNOWS-76')
      return (await emre.text()).includes("I don't know this code")
    })
    await emre.context.setOffline(true)
    await emre.scan('XCPRB')
    await emre.band('Scan what it is about')
    await emre.scan('WHO-KNOWS-77')
    await emre.band('Kept for later')
    await emre.band('Codes kept for later')
    await emre.context.setOffline(false)
    const desk = await deskPage(browser, product.url, 'elif')
    await until('the desk has it', async () => {
      await desk.goto(`${product.url}/desk/exceptions`)
      await desk.waitForTimeout(700)
      return (await desk.locator('body').innerText()).includes('WHO-KNOWS-77')
    })
    await desk.context().close()
    await emre.context.close()
  })

  it('[HH9] [HH13] help, problems, check and practice are there without a network; the details can be shared', async () => {
    const handheld = await worker('Ayşe', ['clipboard-read', 'clipboard-write'])
    await handheld.context.setOffline(true)
    await handheld.page.reload()
    await handheld.band('Scan a task, place or item')
    await floorLoaded(handheld.page)
    await handheld.scan('XCHLP')
    await handheld.band('Who to ask')
    expect(await handheld.text()).toContain('Elif')
    await handheld.page.evaluate(() => Object.defineProperty(navigator, 'share', { value: undefined }))
    await press(handheld, 'Share details')
    await handheld.band('Details are copied')
    const details = JSON.parse(await handheld.page.evaluate(() => navigator.clipboard.readText())) as object
    expect(details).toMatchObject({ status: { waiting: 0 }, settings: { language: 'en' } })
    await press(handheld, /^Problems$/)
    await handheld.band('Nothing needs you')
    await handheld.scan('XCHLP')
    await press(handheld, 'Set-up check')
    await handheld.band('No connection now')
    await press(handheld, 'Practise')
    await handheld.page.locator('.sheet').waitFor()
    await handheld.context.close()
  })

  it('[HH15] a screen that cannot be had says so, Back and scans work on, and asked for again it comes', async () => {
    const handheld = await worker('Ayşe')
    const { page } = handheld
    // A page that no service worker serves yet, as on the first day.
    await page.evaluate(async () => {
      for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister()
    })
    await page.route('**/assets/help-*.js', route => route.abort())
    await page.reload()
    await handheld.band('Scan a task, place or item')
    await floorLoaded(page)
    await handheld.scan('XCHLP')
    await handheld.band('This is not here without a network')
    expect(await handheld.text()).not.toContain('Not saved')
    await press(handheld, 'Back')
    await handheld.band('Scan a task, place or item')
    await page.unroute('**/assets/help-*.js')
    await handheld.scan('XCHLP')
    await handheld.band('Who to ask')
    await handheld.context.close()
  })

  it('[HH10] [HH11] the list shows who has an order and since when, a tap asks, and the list is back after a reload', async () => {
    const erp = JSON.parse(readFileSync(path.join(product.dataDir, 'erp', 'erp.json'), 'utf8')) as SimState
    const order = Object.values(erp.orders).find(one => one.kind === 'sales' && one.state === 'open')
    if (order === undefined) throw new Error('no order')
    const emre = await worker('Emre')
    await until('the order is open', async () => {
      await emre.scan(order.number)
      return (await emre.text()).includes('tote')
    })
    const elif = await worker('Elif')
    await elif.page.goto(`${product.url}/?open=pick`)
    await until('the list says who has it', async () =>
      new RegExp(`${order.number}\\s+Emre Çelik, since \\d\\d:\\d\\d`).test(await elif.text()),
    )
    await elif.page.goto(product.url)
    await until('the list is back', async () => /Emre Çelik, since/.test(await elif.text()))
    await press(elif, new RegExp(order.number))
    await elif.band(/Emre Çelik has this since \d\d:\d\d/)
    await press(elif, 'Yes')
    await elif.band(order.number)
    await emre.context.close()
    await elif.context.close()
  })

  it('[HH12] a supervisor comes to the desk from the menu, a picker does not', async () => {
    const elif = await worker('Elif')
    await elif.page.getByRole('button', { name: 'Menu' }).first().click()
    await elif.page.getByRole('link', { name: 'Desk' }).click()
    await elif.page.getByLabel('Password').waitFor()
    const emre = await worker('Emre')
    await emre.page.getByRole('button', { name: 'Menu' }).first().click()
    await emre.page.getByRole('button', { name: 'Help' }).waitFor()
    expect(await emre.page.getByRole('link', { name: 'Desk' }).count()).toBe(0)
    await elif.context.close()
    await emre.context.close()
  })
})
