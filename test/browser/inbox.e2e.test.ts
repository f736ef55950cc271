import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeLabel } from '../../shared/scan/own-label.ts'
import { faultsOf, settled } from '../support/axe.ts'
import { launch, logIn, setUp, SIZES } from '../support/browser.ts'
import type { Handheld } from '../support/browser.ts'
import { erpOver } from '../support/floor.ts'
import { erpOf } from '../support/goods.ts'
import { deskPage } from '../support/desk-page.ts'
import { removeFolder, startProduct } from '../support/product.ts'
import type { Product } from '../support/product.ts'

const WIDE = { width: 1280, height: 800 }
const NARROW = { width: 360, height: 640 }
/** A book of Anadolu Gıda, until another client has goods with the same code. */
const STOPPED = /Stopped\. A supervisor scans their badge/
const BOOK = '9780764544200'

describe('what the desk has said, on a handheld, and the inbox that comes of it', () => {
  let product: Product
  let browser: Browser
  let admin: Page
  const until = async (what: string, holds: () => Promise<boolean>, seen = async () => ''): Promise<void> => {
    for (let i = 0; i < 150; i += 1) {
      if (await holds()) return
      await new Promise(resolve => setTimeout(resolve, 200))
    }
    throw new Error(`never came true: ${what}\n${await seen()}`)
  }
  const worker = async (name: string): Promise<Handheld> => {
    const handheld = await setUp(browser, product, SIZES.usual)
    await logIn(handheld, product.badge(name))
    return handheld
  }
  /** The same scan until it is answered so: policies and the catalogue come with a round of their own. */
  const answered = (handheld: Handheld, code: string, said: RegExp): Promise<void> =>
    until(
      `${code}: ${String(said)}`,
      async () => {
        await handheld.scan(code)
        await handheld.page.waitForTimeout(300)
        return said.test(await handheld.text())
      },
      handheld.text,
    )
  const policies = async (change: () => Promise<void>): Promise<void> => {
    await admin.goto(`${product.url}/desk/policies`)
    await admin.getByText(/^Version \d+$/).waitFor()
    await admin.evaluate(() => document.querySelectorAll('details').forEach(details => (details.open = true)))
    await change()
    const save = admin.getByRole('button', { name: /^Save as version/ })
    const version = /\d+/.exec(await save.innerText())?.[0] ?? ''
    await save.click()
    await admin.getByText(`Version ${version}`, { exact: true }).waitFor()
  }

  beforeAll(async () => {
    product = await startProduct()
    browser = await launch()
    admin = await deskPage(browser, product.url, 'can')
  })
  afterAll(async () => {
    await browser?.close()
    await product?.stop()
    await removeFolder(product.dataDir)
  })

  it('[XO2] [XO10] a kind that the administrator gave two minutes and an owner is late and first; nobody’s and late ones are found by one choice', async () => {
    await policies(async () => {
      await admin.getByLabel('Unknown code: late after, minutes').fill('2')
      await admin.getByLabel('Unknown code: owner').selectOption('integrator')
      expect(await admin.getByLabel('Short pick: owner').locator('option').count()).toBe(1)
    })
    await admin.getByText('Unknown code after 2 minutes, owner: integrator').waitFor()
    for (const size of [NARROW, WIDE]) {
      await admin.setViewportSize(size)
      await admin.evaluate(() => document.querySelectorAll('details').forEach(details => (details.open = true)))
      expect([size.width, await faultsOf(admin)]).toEqual([size.width, []])
    }
    const mehmet = await worker('Mehmet')
    await mehmet.scan('XCSUP')
    await mehmet.band('Your supervisor is told')
    await answered(mehmet, 'WHO-KNOWS-1', /I don't know this code/)
    await mehmet.scan('XCPRB')
    await mehmet.band('Scan what it is about')
    await mehmet.scan('WHO-KNOWS-1')
    await mehmet.band('Kept for later')

    const desk = await deskPage(browser, product.url, 'elif')
    await until('both have come', async () => {
      await desk.goto(`${product.url}/desk/exceptions`)
      await settled(desk)
      return (await desk.getByRole('button', { name: /^Nobody’s 2/ }).count()) > 0
    })
    const kinds = (): Promise<string[]> => desk.locator('.desk-group h2').allInnerTexts()
    expect(await kinds()).toEqual(['Somebody asks for you 1', 'Unknown code 1'])
    await desk.getByRole('button', { name: 'Late 0' }).waitFor()
    // Five minutes on: one is over twice its two, the other within its ten.
    await desk.clock.setFixedTime(Date.now() + 5 * 60_000)
    await desk.reload()
    await desk.getByText('very late, owner: integrator').waitFor()
    expect(await kinds()).toEqual(['Unknown code 1', 'Somebody asks for you 1'])
    await desk.getByRole('button', { name: 'Late 1' }).click()
    expect(await kinds()).toEqual(['Unknown code 1'])
    expect(new URL(desk.url()).searchParams.get('part')).toBe('late')
    await desk.getByRole('button', { name: /WHO-KNOWS-1/ }).click()
    await desk.keyboard.press('h')
    await desk.getByText('Elif Aydın sees to it now').waitFor()
    await desk.getByRole('button', { name: 'Nobody’s 1' }).click()
    expect(await kinds()).toEqual(['Somebody asks for you 1'])
    for (const size of [NARROW, WIDE]) {
      await desk.setViewportSize(size)
      expect([size.width, await faultsOf(desk)]).toEqual([size.width, []])
    }
    await mehmet.context.close()
    await desk.context().close()
  })

  it('[H57] where the desk says so a wrong scan stops the handheld until a supervisor’s badge, also over a reload', async () => {
    const emre = await worker('Emre')
    await answered(emre, BOOK, /Book, blue cover/)
    await emre.scan('XCHME')
    await emre.band('Scan a task, place or item')
    await emre.scan('SO-1043')
    await emre.band(/tote/i)
    await policies(() => admin.getByLabel('A wrong or doubled scan stops').check())
    // Goods where a tote is asked for.
    await answered(emre, BOOK, STOPPED)
    for (const wrong of [makeLabel('XT', '0001'), product.badge('Zeynep')]) {
      await emre.scan(wrong)
      await emre.band(STOPPED)
    }
    await emre.page.reload()
    await emre.band(STOPPED)
    await answered(emre, product.badge('Elif'), /Go on\. Opened by Elif/)
    await emre.band(/tote/i)
    await emre.context.close()
    await policies(() => admin.getByLabel('A wrong or doubled scan stops').uncheck())
  })

  it('[H58] a code of two clients asks whose goods are meant, and the tile that is chosen says it', async () => {
    const book = Object.values(erpOf(product.dataDir).items).find(one => one.barcodes.includes(BOOK))
    const [mine, other] =
      book?.client === 'anadolu' ? ['Anadolu Gıda', 'Marmara Teknik'] : ['Marmara Teknik', 'Anadolu Gıda']
    const client = book?.client === 'anadolu' ? 'marmara' : 'anadolu'
    const spare = { id: 'SPARE-BOOK', sku: 'SPARE-BOOK', name: 'Spare book', client }
    await erpOver(product.dataDir, '/api/items', { ...book, ...spare })
    const emre = await worker('Emre')
    await answered(emre, BOOK, /Whose stock\?/)
    for (const size of [SIZES.small, SIZES.usual]) {
      await emre.page.setViewportSize(size)
      // The field that hears the scanner stands beside everything.
      const faults = (await faultsOf(emre.page)).filter(fault => !fault.startsWith('region: <input data-wedge'))
      expect([size.width, faults]).toEqual([size.width, []])
    }
    await emre.page.getByRole('button', { name: other }).click()
    await emre.band('Spare book')
    await answered(emre, BOOK, /Whose stock\?/)
    await emre.page.getByRole('button', { name: mine }).click()
    await emre.band('Book, blue cover')
    await emre.context.close()
  })
})
