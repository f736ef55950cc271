import { spawnSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { faultsOf, settled } from '../support/axe.ts'
import { launch } from '../support/browser.ts'
import { deskPage } from '../support/desk-page.ts'
import { removeFolder, startProduct } from '../support/product.ts'
import type { Product } from '../support/product.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** After a restore nothing goes to the ERP before somebody has looked: on the built product, by its own commands. */
describe('messages that are held after a restore', () => {
  let product: Product
  let browser: Browser
  const folder = mkdtempSync(path.join(tmpdir(), 'stockhand-held-'))
  const copy = path.join(folder, 'copy')
  const run = (command: string): void => {
    const env = { ...process.env, STOCKHAND_DATA: product.dataDir }
    const done = spawnSync('npm', ['run', '--silent', command, '--', copy], { cwd: ROOT, env, encoding: 'utf8' })
    if (done.status !== 0) throw new Error(`${command}: ${done.stdout}${done.stderr}`)
  }
  beforeAll(async () => {
    browser = await launch()
    product = await startProduct()
  })
  afterAll(async () => {
    await browser?.close()
    await product?.stop()
    await removeFolder(product.dataDir)
    await removeFolder(folder)
  })

  it('[BR7] the desk says since when, why, and whose steps may be missing; one press lets them go, once', async () => {
    await product.stop()
    run('backup')
    await removeFolder(path.join(product.dataDir, 'database'))
    run('restore')
    product = await startProduct({ dataDir: product.dataDir })
    const page = await deskPage(browser, product.url, 'can')
    await page.goto(`${product.url}/desk/integrations`)
    await settled(page)
    const held = page.getByText(/Nothing has been sent since/).first()
    await held.waitFor()
    for (const size of [
      { width: 360, height: 640 },
      { width: 1280, height: 800 },
    ]) {
      await page.setViewportSize(size)
      expect([size.width, await faultsOf(page)]).toEqual([size.width, []])
    }
    await page.getByRole('button', { name: 'Send again' }).click()
    await page.getByText('Messages are sent again').waitFor()
    await held.waitFor({ state: 'detached' })
    await page.reload()
    await settled(page)
    expect(await held.count()).toBe(0)
    await page.context().close()
  })
})
