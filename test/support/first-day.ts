import type { Browser, Page } from 'playwright'
import { serveSimErp } from '../../server/erp/sim/serve.ts'
import { emptyState, MAIN, stockKey } from '../../server/erp/sim/state.ts'
import { makeLabel } from '../../shared/scan/own-label.ts'
import { floorLoaded, handheldOn, logIn, SIZES } from './browser.ts'
import type { Handheld } from './browser.ts'
import type { Product } from './product.ts'

/** A site of one company with an ERP: two goods on the shelf, one order. */
const TOTE = makeLabel('XT', '0001')
const ITEMS = [
  { sku: 'MUG-BLUE', name: 'Blue mug', barcode: '8690000000036', place: 'A-01-1', onHand: 48, ordered: 2 },
  { sku: 'GLASS-TEA', name: 'Tea glass', barcode: '8690000000043', place: 'A-01-2', onHand: 120, ordered: 1 },
] as const
export const ORDER = 'SO-1'

const WRONG_PLACES = 'code;kind;zone;capacity_units\nDOCK-1;dock;;\nA-01-1;shelf;A;1.000\nA-01-1;pickable;A;200\n'
const PLACES = [
  'code;kind;zone;capacity_units',
  'DOCK-1;dock;;',
  'A-01-1;pickable;A;200',
  'A-01-2;pickable;A;200',
  'A-01-3;pickable;A;',
  'R-01-1;reserve;R;',
  'STAGE-1;staging;;',
  'PACK-1;pack;;',
  'ASIDE-1;aside;;',
  'RETURN-1;returns;;',
  `${TOTE};tote;;`,
].join('\n')
const GOODS = [
  'sku;name;client;barcodes;face;face_min;face_max',
  ...ITEMS.map(item => `${item.sku};${item.name};Yıldız Mutfak;${item.barcode};${item.place};10;200`),
].join('\n')
const STOCK = ['place;sku;quantity', ...ITEMS.map(item => `${item.place};${item.sku};${item.onHand}`)].join('\n')

/** The ERP of the site, as it is before the first day: goods on its books, no order yet. */
export const siteErp = (token: string) => {
  const state = emptyState()
  for (const { sku, onHand } of ITEMS)
    state.stock[stockKey(sku, MAIN, '')] = { item: sku, place: MAIN, lot: '', expiry: null, quantity: onHand, row: 0 }
  return serveSimErp({ state, save: async () => {}, now: () => new Date().toISOString(), token }).then(erp => {
    for (const { sku, name, barcode } of ITEMS)
      erp.erp.addItem({
        id: sku,
        client: 'yildiz',
        sku,
        name,
        unit: 'pcs',
        barcodes: [barcode],
        packagings: [],
        tracking: { lot: false, serial: false, expiry: false },
        active: true,
      })
    return erp
  })
}
export type SiteErp = Awaited<ReturnType<typeof siteErp>>

export type Day = {
  browser: Browser
  product: Pick<Product, 'url' | 'secret'>
  erp: SiteErp
  token: string
  /** Called where there is something to see. */
  see: (page: Page, name: string) => Promise<void>
}

/** Plays the first day of a site through the browser, from an empty database to the first order that has left. */
export const firstDay = async (day: Day): Promise<void> => {
  const context = await day.browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en' })
  const page = await context.newPage()
  await administrator(page, day)
  await files(page, day)
  await connection(page, day, 'Rehearsal: reads, and prepares what it would post')
  await page.getByText('Nothing stands in the way').waitFor({ timeout: 60_000 })
  await day.see(page, 'connection')
  const badge = await person(page, day)
  const handheld = await enrolled(page, day)
  await goLive(page, day)
  day.erp.erp.addOrder({
    kind: 'sales',
    number: ORDER,
    client: 'yildiz',
    partner: 'Kafe Deniz',
    due: null,
    priority: 0,
    lines: ITEMS.map(({ sku, ordered }, n) => ({ id: `${n}`, item: sku, quantity: ordered, done: 0, closed: false })),
  })
  await logIn(handheld, badge, 'Hello Ayşe')
  await order(handheld, day)
  await page.goto(`${day.product.url}/desk/orders`)
  await page.getByRole('button', { name: 'Closed' }).click()
  await page.getByRole('button', { name: ORDER }).first().click()
  await page.getByRole('complementary', { name: ORDER }).waitFor()
  await day.see(page, 'order')
  await handheld.context.close()
  await context.close()
}

const administrator = async (page: Page, { product, see }: Day): Promise<void> => {
  await page.goto(`${product.url}/desk`)
  await page.getByLabel('Secret').fill(product.secret)
  await page.getByLabel('Name of the warehouse').fill('Depo 1')
  await page.getByLabel('Your name').fill('Mehmet Usta')
  await page.getByLabel('Name that you log in with').fill('mehmet')
  await page.getByLabel('New password, at least 10 letters').fill('a good long password')
  await see(page, 'administrator')
  await page.getByRole('button', { name: 'Begin' }).click()
  await page.getByRole('button', { name: 'Open: Places' }).waitFor()
  await see(page, 'steps')
}

const choose = (page: Page, name: string, text: string): Promise<void> =>
  page.getByLabel('CSV file').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) })

const files = async (page: Page, { see }: Day): Promise<void> => {
  await page.getByRole('button', { name: 'Open: Places' }).click()
  await choose(page, 'places.csv', WRONG_PLACES)
  await page.getByText('Nothing is taken over before they are right').waitFor()
  await see(page, 'problems')
  await page.getByRole('button', { name: 'Another file' }).click()
  await choose(page, 'places.csv', PLACES)
  await page.getByRole('button', { name: 'Take over 10 rows' }).waitFor()
  await see(page, 'preview')
  await page.getByRole('button', { name: 'Take over 10 rows' }).click()
  await page.getByText('Done: 10 new, 0 changed').waitFor()
  await page.getByRole('button', { name: 'Next: Items' }).click()
  await choose(page, 'items.csv', GOODS)
  await page.getByText('New clients come with it: Yıldız Mutfak').waitFor()
  await see(page, 'items')
  await page.getByRole('button', { name: 'Take over 2 rows' }).click()
  await page.getByRole('button', { name: 'Next: Opening stock' }).click()
  await choose(page, 'stock.csv', STOCK)
  await page.getByRole('button', { name: 'Take over 2 rows' }).click()
  await page.getByText('Done: 2 new, 0 changed').waitFor()
  await see(page, 'stock')
  await page.getByRole('button', { name: 'All steps' }).click()
  await page.getByRole('button', { name: 'Tick off: Labels on places and totes' }).click()
  await page.getByRole('button', { name: 'Take the tick back: Labels on places and totes' }).waitFor()
}

const connection = async (page: Page, { product, erp, token, see }: Day, mode: string): Promise<void> => {
  await page.goto(`${product.url}/desk/connections`)
  await page.getByRole('button', { name: 'New connection' }).click()
  await page.getByLabel('Name').fill('Our ERP')
  await page.getByLabel('Which ERP').selectOption('sim')
  await page.getByLabel('url').fill(erp.url)
  await page.getByLabel(/^Token/).fill(token)
  await page.getByLabel(mode).check()
  await see(page, 'connect')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('button', { name: 'Check now' }).click()
  await page.getByText('Everything that is needed is there').first().waitFor()
}

const person = async (page: Page, { product, see }: Day): Promise<string> => {
  await page.goto(`${product.url}/desk/people`)
  await page.getByRole('button', { name: 'Add a person' }).click()
  await page.getByLabel('Name').fill('Ayşe Kaya')
  for (const role of ['picker', 'packer']) await page.getByLabel(role, { exact: true }).check()
  await page.getByRole('button', { name: 'Save' }).click()
  const badge = await page.locator('.desk-big').innerText()
  await see(page, 'people')
  return badge
}

const enrolled = async (page: Page, { browser, product, see }: Day): Promise<Handheld> => {
  await page.goto(`${product.url}/desk/devices`)
  await page.getByRole('button', { name: 'Set up a handheld' }).click()
  const address = await page.locator('.desk-enrol .code').nth(1).innerText()
  await see(page, 'handheld-code')
  const context = await browser.newContext({ viewport: SIZES.usual, hasTouch: true, isMobile: true, locale: 'en' })
  const handheld = handheldOn(context, await context.newPage())
  await handheld.page.goto(address)
  await handheld.band('Scan your badge')
  await floorLoaded(handheld.page)
  return handheld
}

const goLive = async (page: Page, { product, see }: Day): Promise<void> => {
  await page.goto(`${product.url}/desk/connections`)
  await page.getByRole('button', { name: 'Our ERP' }).click()
  await page.getByLabel('Live: reads and posts').check()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Save once more to go live').waitFor()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved').first().waitFor()
  await page.goto(`${product.url}/desk/live`)
  await page.locator('.desk-steps li[data-state="done"]').nth(7).waitFor()
  await page.getByText('All steps are done').waitFor()
  await see(page, 'all-steps')
}

const until = async (what: string, holds: () => Promise<boolean> | boolean): Promise<void> => {
  for (let i = 0; i < 400; i += 1) {
    if (await holds()) return
    await new Promise(resolve => setTimeout(resolve, 200))
  }
  throw new Error(`never came true: ${what}`)
}

/** Scanned again where the machine was too busy for the keys of a driven browser to come close together. */
const say = async ({ scan, page }: Handheld, code: string, answer: string): Promise<void> => {
  for (let attempt = 1; ; attempt += 1) {
    await scan(code)
    try {
      await page.waitForFunction(words => document.body.innerText.includes(words), answer, { timeout: 10_000 })
      return
    } catch (error) {
      if (attempt >= 5) throw error
    }
  }
}

/** Picked into the tote, packed, out of the door; the ERP is told. */
const order = async (handheld: Handheld, { erp, see }: Day): Promise<void> => {
  await until('the order is on the handheld', async () => {
    await handheld.scan(ORDER)
    await handheld.page.waitForTimeout(400)
    return (await handheld.text()).includes('tote')
  })
  await say(handheld, TOTE, 'Scan the place')
  await see(handheld.page, 'pick')
  let place = ''
  let barcode = ''
  for (let steps = 0; steps < 60; steps += 1) {
    const text = await handheld.text()
    // What was scanned wrongly hides both until the next right scan.
    place = /\bA-01-\d\b/.exec(text)?.[0] ?? place
    barcode = ITEMS.find(({ name }) => text.includes(name))?.barcode ?? barcode
    if (text.includes('Scan a task, place or item')) break
    if (/where the totes stay/.test(text)) await handheld.scan('PACK-1')
    else if (/Scan the place/.test(text)) await handheld.scan(place)
    else if (/empty\?/.test(text)) await handheld.scan('XCNAY')
    else await handheld.scan(barcode)
    await handheld.page.waitForTimeout(350)
  }
  await handheld.band('Scan a task, place or item')
  await say(handheld, TOTE, 'Scan or choose a box')
  await say(handheld, 'XCR02', 'Into box')
  let packed = 0
  for (const { barcode, ordered } of ITEMS)
    for (let n = 0; n < ordered; n += 1) {
      packed += 1
      await say(handheld, barcode, `${packed}/3`)
    }
  await handheld.band('All packed: DONE')
  await see(handheld.page, 'pack')
  await say(handheld, 'XCDNE', 'Weight in grams?')
  await say(handheld, 'XCSKP', 'closed. DONE?')
  await say(handheld, 'XCDNE', `${ORDER} is ready`)
  await say(handheld, `${ORDER}-1`, '1 boxes at the door')
  await say(handheld, 'DOCK-1', '1 boxes shipped')
  await see(handheld.page, 'shipped')
  await until('the shipment is in the ERP', () =>
    Object.values(erp.erp.state.documents).some(({ type, state }) => type === 'shipment' && state === 'posted'),
  )
}
