import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { endpoints } from '../../server/app.ts'
import { settled } from '../support/axe.ts'
import { launch, logIn, setUp } from '../support/browser.ts'
import { deskPage } from '../support/desk-page.ts'
import { removeFolder, startProduct } from '../support/product.ts'
import type { Product } from '../support/product.ts'
import { valueOf } from '../support/schema-values.ts'

/** Closes an attribute and a tag, and runs in three ways where it is taken for markup. */
const MARKUP = `"><img src=x onerror=window.__ran=1><script>window.__ran=1</script><svg data-planted onload=window.__ran=1>`
const SHORT = '<img src=x data-planted>'
const SECTIONS = [
  'approvals',
  'exceptions',
  'orders',
  'receipts',
  'stock',
  'devices',
  'integrations',
  'people',
  'audit',
  'account',
  `orders?q=${encodeURIComponent(MARKUP)}`,
  `stock?q=${encodeURIComponent(MARKUP)}`,
  `find?q=${encodeURIComponent(MARKUP)}`,
]

/** What the page would have done with the texts if it took them for markup. */
const taken = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const ran = (window as { __ran?: number }).__ran === 1
    const planted = document.querySelectorAll('[data-planted], img[src="x"]').length
    return `${ran ? 'ran' : 'nothing ran'}, ${planted} planted`
  })

describe('markup in every text', () => {
  let product: Product
  let browser: Browser
  beforeAll(async () => {
    product = await startProduct()
    browser = await launch()
  })
  afterAll(async () => {
    await browser?.close()
    await product?.stop()
    await removeFolder(product.dataDir)
  })

  it('[DG5] markup in every field that the desk sends is text at the desk and on a handheld', async () => {
    const page = await deskPage(browser, product.url, 'can')
    const post = (path: string, body: unknown) =>
      page.evaluate(
        async ([to, text]) => {
          const me: { csrf: string } = await (await fetch('/api/desk/session')).json()
          const headers = { 'content-type': 'application/json', 'x-stockhand-csrf': me.csrf }
          const answer = await fetch(to ?? '', { method: 'POST', headers, body: text ?? '' })
          return { status: answer.status, body: await answer.text() }
        },
        [path, JSON.stringify(body)],
      )
    const people = await page.evaluate(
      async () => (await fetch('/api/desk/people')).json() as Promise<{ version: number }>,
    )
    const person = { expectedVersion: people.version, id: null, clients: null, active: true, badge: true }
    const added = await post('/api/desk/people', { ...person, name: MARKUP.slice(0, 80), roles: ['picker'] })
    expect(added.status).toBe(200)
    const badge = /XB[A-Z0-9]+/.exec(added.body)?.[0] ?? ''
    // Into every text of every other route that the desk has, whatever the route makes of it.
    const own = ['/api/desk/people', '/api/desk/session/end', '/api/desk/password', '/api/desk/mine/sessions']
    let kept = 0
    for (const { path, body, method, door } of endpoints()) {
      if (method !== 'POST' || (door !== 'desk' && door !== 'person') || body?.schema == null) continue
      if (own.includes(path) || path.startsWith('/api/desk/passkey')) continue
      for (const turn of [0, 1, 2]) {
        const value = valueOf(body.schema, [MARKUP, SHORT], turn)
        const answer = await post(path.replace(/:\w+/g, 'x'), value)
        expect([path, answer.status < 500]).toEqual([path, true])
        kept += answer.status === 200 ? 1 : 0
      }
    }
    expect(kept).toBeGreaterThan(0)
    for (const section of SECTIONS) {
      await page.goto(`${product.url}/desk/${section}`)
      await settled(page)
      if (section === 'people') await page.locator('tbody button').last().click()
      expect([section, await taken(page)]).toEqual([section, 'nothing ran, 0 planted'])
    }
    await page.goto(`${product.url}/desk/people`)
    await page.getByText('<img src=x', { exact: false }).first().waitFor()
    await page.context().close()
    const handheld = await setUp(browser, product)
    await logIn(handheld, badge, 'Hello "><img src=x')
    expect(await taken(handheld.page)).toBe('nothing ran, 0 planted')
    await handheld.context.close()
  })
})
