import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { launch } from '../support/browser.ts'
import { firstDay, siteErp } from '../support/first-day.ts'
import { removeFolder, startProduct } from '../support/product.ts'

/** Plays a site's first day on the built product and takes the pictures of docs/going-live.md: npm run first-day. */
const folder = fileURLToPath(new URL('../../docs/pictures/', import.meta.url))
mkdirSync(folder, { recursive: true })
const token = 'first-day'
const erp = await siteErp(token)
const key = randomBytes(32).toString('base64')
const product = await startProduct({ env: { STOCKHAND_DEMO: '0', STOCKHAND_SECRET_KEY: key } })
const browser = await launch()
try {
  await firstDay({
    browser,
    product,
    erp,
    token,
    see: async (page, name) => {
      await page.waitForTimeout(500)
      await page.screenshot({ path: path.join(folder, `first-day-${name}.png`) })
    },
  })
} finally {
  await browser.close()
  await product.stop()
  await erp.close()
  await removeFolder(product.dataDir)
}
console.log(`the first order has left; pictures are in ${path.relative(process.cwd(), folder)}`)
process.exit(0)
