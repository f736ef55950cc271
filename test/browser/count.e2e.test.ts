import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demoWorkers } from '../../server/demo/people.ts'
import { DEMO_WAREHOUSE } from '../../server/demo/site.ts'
import { placeId } from '../../server/demo/places.ts'
import type { SimItem, SimState } from '../../server/erp/sim/state.ts'
import { derivedId } from '../../shared/ids.ts'
import { deskPage } from '../support/desk-page.ts'
import { floorLoaded, launch, logIn, setUp } from '../support/browser.ts'
import type { Handheld } from '../support/browser.ts'
import { changesOf, floorOf } from '../support/floor.ts'
import type { Floor } from '../support/floor.ts'
import { stockOfItem } from '../support/free-goods.ts'
import { enrolOver, proven, refresh } from '../support/http-handheld.ts'
import { removeFolder, startProduct } from '../support/product.ts'
import type { Product } from '../support/product.ts'
import { makeSealer } from '../support/sealer.ts'

type Variance = { id: string; version: number; state: string; item: string; location: string; counted: number } & {
  client: string
  book: number
  delta: number
  flags: string[]
}

/** Counts on the built product, by the keyboard scanner alone; a supervisor decides over HTTP, the ERP is told. */
describe('counts', () => {
  let product: Product
  let browser: Browser
  let counter: Handheld
  let floor: Floor
  const erp = (): SimState =>
    JSON.parse(readFileSync(path.join(product.dataDir, 'erp', 'erp.json'), 'utf8')) as SimState
  const until = async (what: string, holds: () => Promise<boolean> | boolean): Promise<void> => {
    for (let i = 0; i < 400; i += 1) {
      if (await holds()) return
      await new Promise(resolve => setTimeout(resolve, 150))
    }
    throw new Error(`never came true: ${what}\n${await counter.text()}`)
  }
  const elif = demoWorkers().find(worker => worker.roles.includes('supervisor'))
  if (elif === undefined) throw new Error('no supervisor')
  const roster = { warehouse: DEMO_WAREHOUSE.id, version: 1, validUntil: '', workers: [elif] }
  const desk = makeSealer({ warehouse: DEMO_WAREHOUSE, roster }, derivedId('device', 'desk'))
  let api: (method: 'GET' | 'POST', address: string, body?: object) => Promise<unknown>

  beforeAll(async () => {
    product = await startProduct()
    browser = await launch()
    const { device } = await enrolOver(product.url, product.code, desk.publicKey)
    // One token for all: a new one for each question would be too many.
    const credentials = await refresh(product.url, device, desk.sign)
    api = async (method, address, body) => {
      const text = body === undefined ? '' : JSON.stringify(body)
      const answer = await fetch(`${product.url}${address}`, proven(desk.sign, credentials, method, address, text))
      if (!answer.ok) throw new Error(`${address}: ${answer.status} ${await answer.text()}`)
      return answer.json()
    }
    floor = await floorOf(browser, product)
    counter = await setUp(browser, product)
    await logIn(counter, product.badge('Burak'))
    await counter.page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
  })
  afterAll(async () => {
    await browser?.close()
    await product?.stop()
    await removeFolder(product.dataDir)
  })

  const plain = (item: SimItem): boolean => {
    const { lot, serial, expiry } = item.tracking
    return !lot && !serial && !expiry && item.barcodes.length > 0
  }
  const used = new Set<string>()
  /** An item with the place where it lies, as the handheld's own look-up tells it. */
  const findGoods = async (): Promise<{ item: SimItem; code: string; place: string }> => {
    await counter.scan('XCHME')
    await counter.band('Scan a task, place or item')
    for (const item of Object.values(erp().items)) {
      if (!plain(item) || used.has(item.id)) continue
      used.add(item.id)
      const code = item.barcodes[0] ?? ''
      await until(`${item.name} is in the catalogue`, async () => {
        await counter.scan(code)
        await counter.page.waitForTimeout(300)
        return (await counter.text()).includes(item.name)
      })
      const text = await counter.text()
      const place = /\b[ABC]\d-\d\d-\d\d\b/.exec(text.slice(text.lastIndexOf(item.name)))?.[0]
      await counter.scan('XCHME')
      await counter.band('Scan a task, place or item')
      if (place !== undefined) return { item, code, place }
    }
    throw new Error('no goods')
  }
  const waiting = async (): Promise<Variance[]> => {
    const found: Variance[] = []
    for (const state of ['provisional', 'review', 'counting', 'again']) {
      const page = (await api('GET', `/api/variances?worker=${elif.id}&state=${state}`)) as { variances: Variance[] }
      found.push(...page.variances)
    }
    return found
  }
  const decide = (name: string, decision: object) =>
    api('POST', '/api/decisions', {
      worker: elif.id,
      session: derivedId('session', 'desk'),
      decisions: [{ id: derivedId('decision', name), expectedVersion: 0, ...decision }],
    })
  const adjusted = (item: SimItem): number =>
    Object.values(erp().documents).filter(
      ({ type, state, lines }) => type === 'adjustment' && state === 'posted' && lines.some(l => l.item === item.id),
    ).length
  const erpStock = (item: SimItem): number =>
    Object.values(erp().stock)
      .filter(row => row.item === item.id)
      .reduce((sum, row) => sum + row.quantity, 0)
  const step = async (text: string): Promise<string> => {
    await counter.scan(text)
    await counter.page.waitForTimeout(400)
    return counter.text()
  }
  const begin = async (): Promise<void> => {
    // The first answer after a load tells the handheld how far off its clock is; without it no order of movements is known.
    const heard = counter.page.waitForResponse(answer => answer.url().endsWith('/api/sync') && answer.ok())
    await counter.page.goto(`${product.url}/?open=count`)
    await counter.band('Scan the place to count')
    await floorLoaded(counter.page)
    await heard
  }
  const atDesk = async (place: string): Promise<Variance> => {
    let found: Variance | undefined
    await until('the difference is at the desk', async () => {
      found = (await waiting()).find(
        one => one.location === placeId(DEMO_WAREHOUSE.id, place) && one.state !== 'counting' && one.state !== 'again',
      )
      return found !== undefined
    })
    if (found === undefined) throw new Error('no difference')
    return found
  }
  const approve = (name: string, { id, version }: Variance) =>
    decide(name, {
      kind: 'count.approve',
      target: id,
      expectedVersion: version,
      args: { early: true },
      reason: 'MISSING',
    })

  /** By the keyboard alone; whoever approves one that waits for handhelds presses the key twice. */
  const approveAtDesk = async (name: string): Promise<void> => {
    const page = await deskPage(browser, product.url, 'elif')
    const row = page.locator('tbody tr', { hasText: name })
    await row.waitFor()
    // A scan full of letters that act: it is looked for, and decides nothing.
    await page.keyboard.type('ARNXBARN', { delay: 3 })
    await page.keyboard.press('Enter')
    await page.getByText('Nothing is called').waitFor()
    await page.goto(`${product.url}/desk/approvals`)
    await row.waitFor()
    await page.keyboard.press('a')
    const told = page.getByRole('status')
    await told.filter({ hasText: /Choose a reason|once more|approved/ }).waitFor()
    if ((await told.innerText()).includes('Choose a reason')) {
      await page.getByLabel('Reason').selectOption('MISSING')
      await page.getByRole('button', { name: 'Approve A', exact: true }).click()
      await told.filter({ hasText: /once more|approved/ }).waitFor()
    }
    if ((await told.innerText()).includes('once more')) {
      await page.getByRole('heading', { level: 1 }).click()
      await page.keyboard.press('a')
    }
    await told.filter({ hasText: '1 approved' }).waitFor()
    await page.context().close()
  }

  it('[O26] [DA3] a count with a network and one without it from first to last scan end alike: stock, difference, one document', async () => {
    const ends: unknown[] = []
    for (const isOffline of [false, true]) {
      const { item, code, place } = await findGoods()
      const before = erpStock(item)
      const [rows, known] = [await stockOfItem(floor, item), await floor.exceptions()]
      await begin()
      if (isOffline) await counter.context.setOffline(true)
      await counter.scan(place)
      await counter.band(`Count ${place}`)
      await step(code)
      await step(code)
      await step('XCDNE')
      // The figures are shown here, so the handheld itself asks for a second look.
      await counter.band(`Please count ${item.name} again`)
      await step(code)
      await step(code)
      await step('XCDNE')
      // What is done is said until the loss of the network is; the question for the next place stays.
      await counter.band('Scan the place to count')
      expect(adjusted(item)).toBe(0)
      await counter.context.setOffline(false)
      const variance = await atDesk(place)
      const { counted, delta, book, flags } = variance
      expect(delta).toBe(counted - book)
      if (isOffline) await approveAtDesk(item.name)
      else expect(await approve(place, variance)).toMatchObject({ results: [{ outcome: 'done', state: 'approved' }] })
      await until('the ERP has the adjustment', () => adjusted(item) > 0)
      // The server may have looked at it already, and says then that it is more than a counter may post.
      const odd = flags.filter(flag => flag !== 'overLimit')
      await floor.until('the books have it', async () => (await stockOfItem(floor, item)).some(row => row.onHand === 2))
      const changed = changesOf(rows, await stockOfItem(floor, item), { [place]: 'here' })
      ends.push({
        counted,
        odd,
        documents: adjusted(item),
        erp: erpStock(item) - before - delta,
        stock: changed.map(row => row.replace(String(delta), 'delta')),
        exceptions: (await floor.exceptions())
          .filter(one => !known.some(({ id }) => id === one.id))
          .map(({ kind }) => kind),
      })
    }
    const end = { counted: 2, odd: [], documents: 1, erp: 0, stock: ['here,,available,,delta,0,0'], exceptions: [] }
    expect(ends).toEqual([end, end])
    expect(await counter.pointerEvents()).toBe(0)
  })

  it('[MV2] [MV3] what is missing here and too much there is made one move by one key at the desk; the ERP hears of no adjustment', async () => {
    const { item, code, place } = await findGoods()
    const { place: other } = await findGoods()
    const before = erpStock(item)
    await begin()
    for (const at of [place, other]) {
      await counter.scan(at)
      await counter.band(`Count ${at}`)
      await step(code)
      await step(code)
      await step('XCDNE')
      await counter.band(`Please count ${item.name} again`)
      await step(code)
      await step(code)
      await step('XCDNE')
      await counter.band('Scan the place to count')
    }
    const [missing, found] = [await atDesk(place), await atDesk(other)]
    expect([missing.delta < -2, found.delta]).toEqual([true, 2])

    const page = await deskPage(browser, product.url, 'elif')
    await page.goto(`${product.url}/desk/approvals`)
    const row = page.locator('tbody tr', { hasText: place })
    await row.filter({ hasText: 'maybe moved' }).click()
    await page.getByRole('button', { name: `Make it a move of 2: ${place} → ${other}` }).waitFor()

    await page.keyboard.press('m')
    const told = page.getByRole('status')
    await told.filter({ hasText: /once more|one move/ }).waitFor()
    if ((await told.innerText()).includes('once more')) await page.keyboard.press('m')
    await told.filter({ hasText: 'Approved as one move' }).waitFor()
    await page.context().close()

    const rest = async () => (await waiting()).filter(one => [missing.id, found.id].includes(one.id))
    await until('the move is booked', async () => (await rest()).length === 1)
    expect(await rest()).toMatchObject([{ id: missing.id, delta: missing.delta + 2, book: missing.book - 2 }])
    expect([adjusted(item), erpStock(item)]).toEqual([0, before])
  })
})
