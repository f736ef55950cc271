/**
 * `npm run lighthouse`: the accessibility score of every page of the desk on the built product, by the Lighthouse that is
 * named below. It is fetched when this is run and is no part of the project: it needs more room than all the rest of it.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import * as v from 'valibot'
import { launch } from '../support/browser.ts'
import { deskPage } from '../support/desk-page.ts'
import { DESK_PAGES } from '../support/desk-pages.ts'
import { removeFolder, startProduct } from '../support/product.ts'

/** The newest that runs on Node 20. */
const LIGHTHOUSE = 'lighthouse@12.8.2'
const reportSchema = v.object({
  categories: v.object({ accessibility: v.object({ score: v.nullable(v.number()) }) }),
  audits: v.record(v.string(), v.looseObject({ score: v.nullable(v.number()), title: v.string() })),
})

const product = await startProduct()
const browser = await launch()
const folder = mkdtempSync(path.join(tmpdir(), 'lighthouse-'))
const rows: { page: string; score: number; wrong: string }[] = []
try {
  for (const [login, pages] of Object.entries(DESK_PAGES)) {
    const page = await deskPage(browser, product.url, login)
    const cookies = await page.context().cookies()
    const headers = path.join(folder, `${login}.json`)
    writeFileSync(headers, JSON.stringify({ Cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; ') }))
    for (const at of pages) {
      const out = path.join(folder, 'report.json')
      const flags = '--headless=new --no-sandbox'
      const args = [LIGHTHOUSE, `${product.url}/desk/${at}`, '--only-categories=accessibility', '--preset=desktop']
      const more = [`--extra-headers=${headers}`, '--output=json', `--output-path=${out}`, `--chrome-flags=${flags}`]
      const env = { ...process.env, CHROME_PATH: process.env['CHROMIUM'] ?? '/usr/bin/chromium' }
      const done = spawnSync('npx', ['--yes', ...args, ...more, '--quiet'], { env, encoding: 'utf8' })
      if (done.status !== 0) throw new Error(done.stderr)
      const report = v.parse(reportSchema, JSON.parse(readFileSync(out, 'utf8')))
      const wrong = Object.values(report.audits).filter(({ score }) => score !== null && score < 1)
      const score = Math.round((report.categories.accessibility.score ?? 0) * 100)
      rows.push({ page: at, score, wrong: wrong.map(({ title }) => title).join('; ') })
    }
    await page.context().close()
  }
} finally {
  await browser.close()
  await product.stop()
  await removeFolder(product.dataDir)
  await removeFolder(folder)
}
console.table(rows)
const least = Math.min(...rows.map(row => row.score))
console.log(JSON.stringify({ bench: 'lighthouse', value: least, unit: 'least accessibility score', reference: 100 }))
if (least < 100) process.exitCode = 1
