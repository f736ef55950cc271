import type { Browser, Page } from 'playwright'
import { DEMO_ACCOUNTS } from '../../server/demo/accounts.ts'

/** The desk in a browser profile of its own, somebody of the demo logged in. */
export const deskPage = async (
  browser: Browser,
  url: string,
  login: string,
  size = { width: 1280, height: 800 },
): Promise<Page> => {
  const account = DEMO_ACCOUNTS.find(one => one.login === login)
  if (account === undefined) throw new Error(`nobody logs in as ${login}`)
  const context = await browser.newContext({ viewport: size, locale: 'en' })
  const page = await context.newPage()
  await page.goto(`${url}/desk`)
  await page.getByLabel('Name').fill(account.login)
  await page.getByLabel('Password').fill(account.password)
  await page.keyboard.press('Enter')
  await page.getByRole('navigation').waitFor()
  return page
}
