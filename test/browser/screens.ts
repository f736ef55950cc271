import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright'
import type { SimItem, SimState } from '../../server/erp/sim/state.ts'
import { floorLoaded, handheldOn, launch, logIn, setUp, SIZES } from '../support/browser.ts'
import { removeFolder, startProduct } from '../support/product.ts'
import type { Product } from '../support/product.ts'

/** Takes a picture of every screen and step from the running product and lists them in docs/screens.md: npm run screens. */
const docs = fileURLToPath(new URL('../../docs/', import.meta.url))
const folder = path.join(docs, 'screens')

type Shot = { file: string; title: string }
type Look = { language?: 'en' | 'tr'; theme?: 'light' | 'dark' }

/** One handheld that walks through the screens; what it has taken is in `shots`. */
const walker = async (browser: Browser, product: Product, look: Look, badge: string) => {
  const handheld = await setUp(browser, product, SIZES.usual)
  const { page } = handheld
  if (look.language !== undefined || look.theme !== undefined) {
    await page.evaluate(chosen => {
      const now = JSON.parse(localStorage.getItem('stockhand-settings') ?? '{}') as object
      localStorage.setItem('stockhand-settings', JSON.stringify({ ...now, ...chosen }))
    }, look)
    await page.reload()
    await floorLoaded(page)
    await page.waitForTimeout(1500)
  }
  await logIn(handheld, badge, look.language === 'tr' ? 'Merhaba' : 'Hello')
  await page.waitForTimeout(3000)
  const shots: Shot[] = []
  const shot = async (file: string, title: string): Promise<void> => {
    await page.waitForTimeout(500)
    await page.screenshot({ path: path.join(folder, `${file}.png`) })
    shots.push({ file: `${file}.png`, title })
  }
  const say = async (...texts: readonly string[]): Promise<void> => {
    for (const text of texts) {
      await handheld.scan(text)
      await page.waitForTimeout(1000)
    }
  }
  const tile = async (name: RegExp): Promise<void> => {
    await say('XCHME')
    await page.getByRole('button', { name }).first().click()
    await page.waitForTimeout(600)
  }
  return { handheld, page, shot, say, tile, shots }
}
type Walker = Awaited<ReturnType<typeof walker>>

const bare = async (browser: Browser, product: Product): Promise<Shot[]> => {
  const context = await browser.newContext({ viewport: SIZES.usual, locale: 'en-GB' })
  const page = await context.newPage()
  const shots: Shot[] = []
  const shot = async (file: string, title: string): Promise<void> => {
    await page.waitForTimeout(800)
    await page.screenshot({ path: path.join(folder, `${file}.png`) })
    shots.push({ file: `${file}.png`, title })
  }
  await page.goto(product.url)
  await shot('set-up', 'A new handheld asks for its set-up code')
  await page.goto(`${product.url}/enrol#t=${product.code}`)
  const handheld = handheldOn(context, page)
  await handheld.band('Scan your badge')
  await page.waitForTimeout(1500)
  await handheld.scan('QWERTY-AZ-0189')
  await page.waitForTimeout(1500)
  await shot('check', 'The set-up check')
  await page.reload()
  await handheld.band('Scan your badge')
  await shot('log-in', 'Nobody is logged in')
  await page.goto(`${product.url}/rescue.html`)
  await shot('rescue', 'The rescue page, without the app')
  await context.close()
  return shots
}

type Stock = { erp: SimState; totes: readonly string[] }
const itemsOf = (erp: SimState, fits: (item: SimItem) => boolean): SimItem[] =>
  Object.values(erp.items).filter(item => item.barcodes.length > 0 && fits(item))
const plain = ({ tracking }: SimItem): boolean => !tracking.lot && !tracking.serial && !tracking.expiry
const codeOf = (item: SimItem | undefined): string => item?.barcodes[0] ?? ''

const receiving = async ({ say, shot, tile }: Walker, { erp }: Stock): Promise<void> => {
  await tile(/^Receive \d+$/)
  await shot('receive-document', 'Receive: which delivery')
  const receipt = Object.values(erp.orders).find(
    order => order.kind === 'purchase' && order.lines.some(line => plain(erp.items[line.item] as SimItem)),
  )
  const line = receipt?.lines.find(one => plain(erp.items[one.item] as SimItem))
  await say(receipt?.number ?? '', codeOf(erp.items[line?.item ?? '']), codeOf(erp.items[line?.item ?? '']))
  await shot('receive-line', 'Receive: two have come')
  await say(codeOf(itemsOf(erp, item => item.tracking.lot)[0]))
  await shot('receive-other-client', 'Receive: goods of another client')
  await say('XCDNE')
  await shot('receive-rest', 'Receive: the rest is still open')
  await tile(/^Receive \d+$/)
  await say('XCNDC', 'XCNDC', codeOf(itemsOf(erp, item => item.tracking.lot)[0]))
  await shot('receive-lot', 'Receive: which lot')
}

const picking = async ({ handheld, say, shot }: Walker, { erp, totes }: Stock): Promise<void> => {
  const order = Object.values(erp.orders).find(
    one =>
      one.kind === 'sales' && one.lines.length > 2 && one.lines.every(line => plain(erp.items[line.item] as SimItem)),
  )
  await say('XCHME', order?.number ?? '')
  await shot('pick-tote', 'Pick: which tote')
  await say(totes[4] ?? '')
  await shot('pick-place', 'Pick: where to')
  await say(/\b[ABC]\d-\d\d-\d\d\b/.exec(await handheld.text())?.[0] ?? '')
  await shot('pick-item', 'Pick: what to take')
  await say('9780764544200')
  await shot('pick-wrong', 'Pick: the wrong item')
  await say('XCSHT')
  await shot('pick-short', 'Pick: short, how many are there')
  await say('XCBAK')
}

const others = async ({ say, shot, tile, page }: Walker, { erp, totes }: Stock): Promise<void> => {
  const item = itemsOf(erp, plain)[0]
  await tile(/^Put away/)
  await shot('put-away', 'Put away: which pallet or item')
  await tile(/^Pack/)
  await shot('pack', 'Pack: which order or tote')
  await tile(/^Ship/)
  await shot('ship', 'Ship: which box')
  await tile(/^Count/)
  await shot('count-place', 'Count: which place')
  await say('A1-01-01')
  await shot('count-items', 'Count: what lies there')
  await tile(/^Move/)
  await say('A1-01-01')
  await shot('move-item', 'Move: what')
  await tile(/^Replenish/)
  await shot('replenish-list', 'Replenish: which pick face')
  await page
    .getByRole('button', { name: /[ABC]\d-\d\d-\d\d/ })
    .first()
    .click()
  await page.waitForTimeout(1000)
  await shot('replenish-from', 'Replenish: where to take from')
  const bulk = /Scan ([ABC]\d-\d\d-\d\d)/.exec(await page.innerText('body'))?.[1] ?? ''
  await say(bulk)
  await shot('replenish-goods', 'Replenish: what to take')
  await say('XCSHT')
  await shot('replenish-short', 'Replenish: it is not there')
  await tile(/^Put back/)
  await shot('put-back', 'Put back: which tote')
  await tile(/^Return/)
  await shot('return-document', 'Return: which order')
  await say('XCNDC', 'XCNDC', codeOf(item), codeOf(item))
  await shot('return-goods', 'Return: what came back')
  await say('XCDNE')
  await shot('return-reason', 'Return: why')
  await say('XCR01')
  await shot('return-state', 'Return: what becomes of it')
  await say('XCR01')
  await shot('return-place', 'Return: where it was put')
  await say('XCHME', codeOf(item))
  await shot('look-up-item', 'Look up: an item')
  await say('XCHME', 'A1-01-01')
  await shot('look-up-place', 'Look up: a place')
  await say('XCHME', totes[7] ?? '')
  await shot('look-up-tote', 'Look up: a tote')
  await say('XCHME', Object.values(erp.orders).find(order => order.kind === 'purchase')?.number ?? '', 'XCHME', 'XCLKP')
  await say(Object.values(erp.orders).find(order => order.kind === 'sales')?.number ?? '')
  await shot('look-up-order', 'Look up: an order')
  await say('XCHME')
  await page.getByRole('button', { name: 'Type' }).first().click()
  await shot('type', 'Typing a code or a name')
  await page.locator('input.field').fill('plate')
  await page.keyboard.press('Enter')
  await page.waitForTimeout(1500)
  await shot('found', 'Goods found by a name')
  await page.goto(`${new URL(page.url()).origin}/`)
  await page.waitForTimeout(2500)
}

const around = async ({ say, shot, tile, page }: Walker, product: Product): Promise<void> => {
  await page.getByRole('button', { name: /menu/i }).first().click()
  await shot('menu', 'The menu')
  await say('XCHME', 'XCSYN')
  await shot('queue', 'The queue: all sent')
  await say('XCHME')
  await page.getByRole('button', { name: /menu/i }).first().click()
  await page.getByRole('button', { name: 'Test & settings' }).click()
  await say('9780764544200')
  await shot('settings', 'Test and settings')
  await say('XCHME', 'XCPRB', 'NEVER-SEEN-1')
  await shot('problems', 'Problems: a code that nobody knows is kept')
  await say('XCHLP')
  await shot('help', 'Help')
  await page.getByRole('button', { name: 'Practise' }).click()
  await page.waitForTimeout(1500)
  await shot('practice-sheet', 'Practice: its sheet')
  await page.getByRole('button', { name: /An order/ }).click()
  await page.waitForTimeout(800)
  await shot('practice', 'Practice: marked on every screen')
  await page.getByRole('button', { name: 'End practice' }).click()
  await page.waitForTimeout(500)
  await say('XCHME')
  await page.getByRole('button', { name: /^Move/ }).first().click()
  await say('A1-01-01', product.badge('Mehmet'))
  await shot('hand-over', 'Another badge in the middle of a task')
  await say('XCNAY')
  await tile(/^Receive \d+$/)
  await say('XCNDC', 'XCNDC', '4006381333931')
  await shot('receive-unknown', 'Receive: a code that nobody knows is kept')
}

const page = (groups: readonly { title: string; shots: readonly Shot[] }[]): string =>
  [
    '# The screens of a handheld',
    'Taken from the running product by `npm run screens`, at 360 × 640.',
    ...groups.flatMap(({ title, shots }) => [
      `## ${title}`,
      ...rowsOf(shots).map(row =>
        [
          `| ${row.map(one => one.title).join(' | ')} |`,
          `|${row.map(() => '---|').join('')}`,
          `| ${row.map(one => `![${one.title}](screens/${one.file})`).join(' | ')} |`,
        ].join('\n'),
      ),
    ]),
  ].join('\n\n')

const rowsOf = (shots: readonly Shot[]): readonly (readonly Shot[])[] =>
  Array.from({ length: Math.ceil(shots.length / 4) }, (_, i) => shots.slice(i * 4, i * 4 + 4))

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
const product = await startProduct()
const browser = await launch()
try {
  const erp = JSON.parse(readFileSync(path.join(product.dataDir, 'erp', 'erp.json'), 'utf8')) as SimState
  const demo = await (await fetch(`${product.url}/demo`)).text()
  const stock: Stock = { erp, totes: [...new Set(demo.match(/XT[A-Z0-9]{4,}/g) ?? [])] }
  const first = await bare(browser, product)
  const light = await walker(browser, product, {}, product.badge('Elif'))
  await light.shot('home', 'Home of a supervisor')
  await receiving(light, stock)
  await picking(light, stock)
  await others(light, stock)
  await around(light, product)
  await light.handheld.context.close()
  const dark = await walker(browser, product, { language: 'tr', theme: 'dark' }, product.badge('Ayşe'))
  await dark.shot('tr-home', 'Home, in Turkish and dark')
  await dark.say('9780764544200')
  await dark.shot('tr-look-up', 'Look up, in Turkish and dark')
  await dark.say('XCHME', 'PO-701')
  await dark.shot('tr-receive', 'Receive, in Turkish and dark')
  await dark.handheld.context.close()
  const groups = [
    { title: 'Before the log-in', shots: first },
    { title: 'At work', shots: light.shots },
    { title: 'In Turkish, in the dark theme', shots: dark.shots },
  ]
  writeFileSync(path.join(docs, 'screens.md'), `${page(groups)}\n`)
} finally {
  await browser.close()
  await product.stop()
  await removeFolder(product.dataDir)
}
console.log('pictures are in docs/screens, listed in docs/screens.md')
process.exit(0)
