import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SimState } from '../../server/erp/sim/state.ts'
import { faultsOf } from '../support/axe.ts'
import { launch } from '../support/browser.ts'
import { demoCounts } from '../support/demo-counts.ts'
import type { Counted } from '../support/demo-counts.ts'
import { deskPage } from '../support/desk-page.ts'
import { removeFolder, startProduct } from '../support/product.ts'
import type { Product } from '../support/product.ts'

/** Four rows each: one of her own, one to reject, one to count again, one to take back and approve. */
const PEOPLE = ['Elif', 'Burak', 'Burak', 'Burak']
const SIZES = [
  { width: 1280, height: 800, by: 'keys' },
  { width: 360, height: 640, by: 'touch' },
] as const

describe('approvals on the built product', () => {
  let product: Product
  let browser: Browser
  let counted: readonly Counted[]
  const until = async (what: string, holds: () => boolean): Promise<void> => {
    for (let i = 0; i < 300; i += 1) {
      if (holds()) return
      await new Promise(resolve => setTimeout(resolve, 200))
    }
    throw new Error(`never came true: ${what}`)
  }
  beforeAll(async () => {
    browser = await launch()
    const made = await demoCounts(
      browser,
      SIZES.flatMap(() => PEOPLE),
    )
    counted = made.counted
    product = await startProduct({ dataDir: made.dataDir })
  })
  afterAll(async () => {
    await browser?.close()
    await product?.stop()
    await removeFolder(product.dataDir)
  })
  const adjusted = ({ name }: Counted): number => {
    const file = path.join(product.dataDir, 'erp', 'erp.json')
    const { items, documents } = JSON.parse(readFileSync(file, 'utf8')) as SimState
    const item = Object.values(items).find(one => one.name === name)?.id
    return Object.values(documents).filter(
      ({ type, state, lines }) => type === 'adjustment' && state === 'posted' && lines.some(line => line.item === item),
    ).length
  }
  const told = (page: Page, words: string): Promise<void> =>
    page.getByRole('status').filter({ hasText: words }).waitFor()

  it.each(SIZES)(
    '[DA2] [DA3] at $width px by $by: an own count, rejected and counted again; by keys taken back and approved',
    async ({ width, height, by }) => {
      const at = SIZES.findIndex(size => size.width === width) * PEOPLE.length
      const [own, rejected, again, back] = counted.slice(at, at + PEOPLE.length)
      if (own === undefined || rejected === undefined || again === undefined || back === undefined)
        throw new Error('no rows')
      const page = await deskPage(browser, product.url, 'elif', { width, height })
      await page.goto(`${product.url}/desk/approvals`)
      const row = ({ place }: Counted) => page.locator('table').first().locator('tbody tr', { hasText: place })
      /** Opens the row and presses what decides. */
      const decide = async (one: Counted, key: string, name: string): Promise<void> => {
        await row(one).click()
        await page.getByRole('complementary', { name: one.name }).waitFor()
        if (by === 'keys') return page.keyboard.press(key)
        await page
          .getByRole('complementary', { name: one.name })
          .getByRole('button', { name: new RegExp(`^${name}`) })
          .click()
      }
      await row(own).waitFor()
      expect(await faultsOf(page)).toEqual([])

      await decide(own, 'a', 'Approve')
      await told(page, 'You counted this. Someone else approves')
      const panel = page.getByRole('complementary', { name: own.name })
      for (const words of [`book ${own.book}`, `counted ${own.book - 3}`, 'difference −3|difference -3', 'Looks'])
        expect(await panel.innerText()).toMatch(new RegExp(words))
      await panel.getByText('Last movements here').first().waitFor()
      expect(await faultsOf(page)).toEqual([])

      await decide(rejected, 'n', 'Reject')
      await page.getByLabel('Why is it rejected?').fill('Counted the wrong shelf')
      await page.keyboard.press('Enter')
      await told(page, 'Rejected. The books stay')
      await row(rejected).waitFor({ state: 'detached' })

      await decide(again, 'r', 'Count again')
      await told(page, 'Somebody else counts it again')
      await row(again).waitFor({ state: 'detached' })

      if (by === 'touch') return page.context().close()
      await decide(back, 'a', 'Approve')
      await told(page, '1 approved')
      await page.keyboard.press('u')
      await told(page, 'Taken back')
      await row(back).waitFor()
      expect(adjusted(back)).toBe(0)
      await decide(back, 'a', 'Approve')
      await told(page, '1 approved')
      await row(back).waitFor({ state: 'detached' })
      await until('the ERP has it', () => adjusted(back) === 1)

      expect([adjusted(own), adjusted(rejected), adjusted(again)]).toEqual([0, 0, 0])
      await page.context().close()
    },
  )
})
