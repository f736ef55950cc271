import { spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { enrolBody, newKey } from '../../server/routes/test-app.ts'
import { floorLoaded, launch, setUp } from '../support/browser.ts'
import { freePort, removeFolder, startProduct } from '../support/product.ts'
import type { Product } from '../support/product.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** The README's command, or another one, run to its end. */
const npm = (args: readonly string[], env: Record<string, string>) => {
  const { status, stdout, stderr } = spawnSync('npm', [...args], {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: 120_000,
    env: { ...process.env, LOG_LEVEL: 'silent', ...env },
  })
  return { status, stdout, said: stderr.split('\n').filter(line => line !== '') }
}

describe('the two commands and the demo on one laptop', () => {
  let product: Product
  let browser: Browser
  const folder = mkdtempSync(path.join(tmpdir(), 'stockhand-start-'))
  beforeAll(async () => {
    product = await startProduct()
    browser = await launch()
  })
  afterAll(async () => {
    await browser?.close()
    await product?.stop()
    await removeFolder(product.dataDir)
    await removeFolder(folder)
  })
  const isUp = async (): Promise<boolean> => (await fetch(`${product.url}/api/health`)).ok
  const start = (dataDir: string, port: number) =>
    npm(['start', '--silent'], { STOCKHAND_DATA: dataDir, PORT: String(port) })

  it('[O36] a taken port ends the start with one line and exit code 1, and the data folder takes the next start', async () => {
    const port = Number(new URL(product.url).port)
    const taken = path.join(folder, 'taken')
    const { status, said } = start(taken, port)
    expect(status).toBe(1)
    expect(said).toEqual([
      `Stockhand does not start: Port ${port} is taken by another program. Stop it, or start with another one: PORT=${port + 1} npm start`,
    ])
    const other = await startProduct({ dataDir: taken })
    expect((await fetch(`${other.url}/api/ready`)).status).toBe(200)
    await other.stop()
  })

  it('[O36] a data folder in use does, and the server that has it goes on', async () => {
    const { status, said } = start(product.dataDir, await freePort())
    expect(status).toBe(1)
    expect(said).toEqual([expect.stringMatching(/^Stockhand does not start: .*is in use by process \d+/)])
    expect(await isUp()).toBe(true)
  })

  it('[O36] a folder that cannot be used does, and what lies there is left as it was', async () => {
    const file = path.join(folder, 'a-file')
    writeFileSync(file, 'mine')
    for (const place of [file, path.join(file, 'below')]) {
      const { status, said } = start(place, await freePort())
      expect([place, status, said]).toEqual([place, 1, [expect.stringMatching(/^Stockhand does not start: .+\S$/)]])
      expect(said[0]).toContain(place)
    }
  })

  it('[O36] npm run enrol prints a code and its QR, which sets one handheld up and no second one', async () => {
    const { status, stdout } = npm(['run', 'enrol', '--silent'], { STOCKHAND_DATA: product.dataDir })
    const code = /\bXE[A-Z0-9]{4,}/.exec(stdout)?.[0] ?? ''
    expect([status, stdout.includes(`/enrol#t=${code}`), /[▀▄█]{5}/.test(stdout)]).toEqual([0, true, true])
    expect(code).not.toBe(product.code)
    const enrol = () =>
      fetch(`${product.url}/api/enrol`, { method: 'POST', body: JSON.stringify(enrolBody(newKey(), code)) })
    expect((await enrol()).status).toBe(200)
    const second = await enrol()
    expect([second.status, await second.json()]).toMatchObject([410, { code: 'token_spent' }])
    const stopped = npm(['run', 'enrol', '--silent'], { STOCKHAND_DATA: path.join(folder, 'nobody') })
    expect([stopped.status, stopped.said]).toEqual([
      1,
      ['Not done: the server does not run on this data folder. Start it first: npm start'],
    ])
  })

  it('[O37] a click on the demo page is a scan in the handheld beside it: badge, delivery and item, without a scanner', async () => {
    const one = await setUp(browser, product)
    await one.page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
    const demo = await one.context.newPage()
    await demo.goto(`${product.url}/demo`)
    const click = (text: string): Promise<void> => demo.locator(`[data-scan="${text}"]`).first().click()
    await click(product.badge('Ayşe'))
    await one.band('Hello')
    await click('PO-701')
    await one.band('Opened PO-701')
    await click('9780764544200')
    await one.band(/1\s*\/\s*5/)
    expect(await demo.locator('#heard').innerText()).toBe('Scanned 9780764544200')
    await one.context.close()
  })

  it('[S100] only the tab that scans listens to the doorbell; it goes with “Use it here”', async () => {
    const one = await setUp(browser, product)
    const heard = (page: Page) => {
      const open = new Set<unknown>()
      let asked = 0
      page.on('request', request => {
        if (!request.url().endsWith('/api/events')) return
        asked += 1
        open.add(request)
      })
      const gone = (request: unknown): void => void open.delete(request)
      page.on('requestfailed', gone)
      page.on('requestfinished', gone)
      return { asked: () => asked, open: () => open.size }
    }
    const first = heard(one.page)
    await one.page.reload()
    await floorLoaded(one.page)
    await expect.poll(() => first.open(), { timeout: 30_000 }).toBe(1)
    const tab = await one.context.newPage()
    const second = heard(tab)
    await tab.goto(product.url)
    await tab.getByText('Open in another window').waitFor()
    await floorLoaded(tab)
    expect([first.open(), second.asked()]).toEqual([1, 0])
    await tab.getByRole('button', { name: 'Use it here' }).click()
    await expect.poll(() => second.open(), { timeout: 30_000 }).toBe(1)
    await expect.poll(() => first.open(), { timeout: 30_000 }).toBe(0)
    await one.page.getByText('Open in another window').waitFor()
    await one.context.close()
  })
})
