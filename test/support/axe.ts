import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type axe from 'axe-core'
import type { Page } from 'playwright'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** What axe has to say about the page as it is. */
export const violations = async (page: Page): Promise<readonly string[]> => {
  // As the test's own script: the content policy of the page lets no inline one run.
  await page.evaluate(AXE)
  return page.evaluate(async rules => {
    const run = (window as unknown as { axe: typeof axe }).axe.run
    const found = await run(document, { runOnly: rules })
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html.slice(0, 120)).join(' ')}`)
  }, RULES)
}

/** What axe finds on a page, and how far the page goes sideways. */
export const faultsOf = async (page: Page): Promise<readonly string[]> => {
  const found = await violations(page)
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  return wide === 0 ? found : [...found, `${wide} px sideways`]
}
