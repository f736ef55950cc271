import { mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { SimState } from '../../server/erp/sim/state.ts'
import { launch, setUp, SIZES } from '../support/browser.ts'
import type { Handheld } from '../support/browser.ts'
import { deskPage } from '../support/desk-page.ts'
import { removeFolder, startProduct } from '../support/product.ts'

/** Takes the pictures of the README from the running product: npm run pictures. */
const folder = fileURLToPath(new URL('../../docs/pictures/', import.meta.url))
mkdirSync(folder, { recursive: true })
const product = await startProduct()
const browser = await launch()
const erp = (): SimState => JSON.parse(readFileSync(path.join(product.dataDir, 'erp', 'erp.json'), 'utf8')) as SimState
const nameOf = ({ width, height }: { width: number; height: number }): string => `${width}x${height}`
const shoot = async (handheld: Handheld, name: string, size: { width: number; height: number }): Promise<void> => {
  await handheld.page.waitForTimeout(600)
  await handheld.page.screenshot({ path: path.join(folder, `${name}-${nameOf(size)}.png`) })
}
const say = async (handheld: Handheld, text: string): Promise<void> => {
  await handheld.scan(text)
  await handheld.page.waitForTimeout(700)
}
const tote = [...new Set((await (await fetch(`${product.url}/demo`)).text()).match(/XT[A-Z0-9]{4,}/g) ?? [])]
const plainOrders = Object.values(erp().orders).filter(
  order =>
    order.kind === 'sales' &&
    order.lines.length > 2 &&
    order.lines.every(line => !erp().items[line.item]?.tracking.lot),
)

const take = async (size: { width: number; height: number }, n: number): Promise<void> => {
  const handheld = await setUp(browser, product, size)
  await shoot(handheld, 'enrol', size)
  await say(handheld, product.badge('Ayşe'))
  await handheld.band(/Receive \d+/)
  await shoot(handheld, 'home', size)
  await say(handheld, `PO-${703 + 2 * n}`)
  const receipt = Object.values(erp().orders).find(order => order.number === `PO-${703 + 2 * n}`)
  const item = erp().items[receipt?.lines[0]?.item ?? '']
  for (let i = 0; i < 3; i += 1) await say(handheld, item?.barcodes[0] ?? '')
  await shoot(handheld, 'receive', size)
  await say(handheld, 'XCHME')
  await say(handheld, plainOrders[n]?.number ?? '')
  await say(handheld, tote[n] ?? '')
  await shoot(handheld, 'pick', size)
  const place = /\b[ABC]\d-\d\d-\d\d\b/.exec(await handheld.text())?.[0] ?? ''
  await say(handheld, place)
  await say(handheld, '9780764544200')
  await shoot(handheld, 'wrong', size)
  await say(handheld, 'XCHME')
  await handheld.context.setOffline(true)
  await say(handheld, 'PO-701')
  for (let i = 0; i < 2; i += 1) await say(handheld, '9780764544200')
  await say(handheld, 'XCSYN')
  await handheld.page.waitForTimeout(800)
  await shoot(handheld, 'queue', size)
  await handheld.context.setOffline(false)
  await say(handheld, 'XCHME')
  await say(handheld, '9780764544200')
  await shoot(handheld, 'lookup', size)
  await handheld.context.close()
}

const takeDesk = async (): Promise<void> => {
  const page = await deskPage(browser, product.url, 'elif')
  for (const section of ['orders', 'stock', 'devices']) {
    await page.goto(`${product.url}/desk/${section}`)
    await page.waitForTimeout(1200)
    if (section === 'orders') await page.locator('tbody button').first().click()
    await page.waitForTimeout(800)
    await page.screenshot({ path: path.join(folder, `desk-${section}-1280x800.png`) })
  }
  await page.context().close()
}

try {
  await take(SIZES.usual, 0)
  await take(SIZES.small, 1)
  await takeDesk()
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  await page.goto(`${product.url}/demo`)
  await page.waitForTimeout(1500)
  await page.screenshot({ path: path.join(folder, 'demo-1280x800.png') })
} finally {
  await browser.close()
  await product.stop()
  await removeFolder(product.dataDir)
}
console.log(`pictures are in ${path.relative(process.cwd(), folder)}`)
process.exit(0)
