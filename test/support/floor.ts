import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Browser, Page } from 'playwright'
import { demoWorkers } from '../../server/demo/people.ts'
import { DEMO_WAREHOUSE } from '../../server/demo/site.ts'
import type { SimDocument, SimItem, SimOrder } from '../../server/erp/sim/state.ts'
import type { ExceptionsAnswer } from '../../shared/desk/exceptions.ts'
import type { StockAnswer } from '../../shared/desk/view.ts'
import { derivedId } from '../../shared/ids.ts'
import { logIn, setUp } from './browser.ts'
import type { Handheld } from './browser.ts'
import { deskPage } from './desk-page.ts'
import { erpOf } from './goods.ts'
import { enrolOver, proven, refresh } from './http-handheld.ts'
import type { Product } from './product.ts'
import { makeSealer } from './sealer.ts'

export const HOME = 'Scan a task, place or item'
/** With a network, and without one from the first scan to the last. */
export const MODES = [['with a network'], ['without a network']] as const

type Shown = StockAnswer['rows'][number]
/** With all its figures: nobody counts blind there. */
export type StockRow = Shown & Record<'onHand' | 'reserved' | 'held', number>
const isWhole = (row: Shown): row is StockRow => row.onHand !== null && row.reserved !== null && row.held !== null
export type Exception = ExceptionsAnswer['exceptions'][number]
type NewOrder = Pick<SimOrder, 'kind' | 'number' | 'client' | 'order'> & {
  /** Nothing is due before it when it says a day that is long past. */
  due?: string
  lines: readonly (Pick<SimOrder['lines'][number], 'item' | 'quantity'> & {
    lot?: string
    expiry?: string
    lpn?: string
  })[]
}

/** What tests of the floor ask of the demo beside its handhelds: the ERP, the desk, and a person who decides over HTTP. */
export type Floor = {
  until: (what: string, holds: () => Promise<boolean> | boolean, seen?: Handheld) => Promise<void>
  worker: (name: string) => Promise<Handheld>
  /** Scanned until the screen says it: what is not there yet is on its way, and a question is read before it is answered. */
  seen: (handheld: Handheld, code: string, wanted: string | RegExp) => Promise<void>
  /** Typed by a person, then Enter. */
  type: (handheld: Handheld, text: string) => Promise<void>
  home: (handheld: Handheld) => Promise<void>
  /** The n-th tote of the demo. */
  tote: (n: number) => Promise<string>
  /** From the first place of an order that was opened to the place where its totes stay, as the screen says. */
  pick: (handheld: Handheld, lines: SimOrder['lines']) => Promise<void>
  /** A place that nobody has named yet is read off the screen. */
  placeIn: (handheld: Handheld) => Promise<string>
  addOrder: (order: NewOrder) => Promise<SimOrder>
  cancelOrder: (order: SimOrder) => Promise<void>
  /** Documents of the ERP for an order or with an item, without what is different in every run. */
  documents: (fits: (document: SimDocument) => boolean) => readonly object[]
  erpStock: (item: string) => number
  stock: (q: string) => Promise<readonly StockRow[]>
  exceptions: () => Promise<readonly Exception[]>
  api: (method: 'GET' | 'POST', address: string, body?: object) => Promise<unknown>
}

/** Stock rows that are not as they were, by what their places are called alike in both runs, and by how much. */
export const changesOf = (
  before: readonly StockRow[],
  after: readonly StockRow[],
  names: Readonly<Record<string, string>> = {},
): readonly string[] => {
  const figures = (rows: readonly StockRow[]): ReadonlyMap<string, readonly number[]> =>
    new Map(
      rows.map(({ place, lot, status, label, onHand, reserved, held }) => [
        [names[place] ?? place, lot, status, label].join(),
        [onHand, reserved, held],
      ]),
    )
  const [was, is] = [figures(before), figures(after)]
  return [...new Set([...was.keys(), ...is.keys()])]
    .map(row => ({ row, by: [0, 1, 2].map(n => (is.get(row)?.[n] ?? 0) - (was.get(row)?.[n] ?? 0)) }))
    .filter(({ by }) => by.some(n => n !== 0))
    .map(({ row, by }) => [row, ...by].join())
    .toSorted()
}

export const personOf = (role: 'supervisor' | 'administrator') => {
  const found = demoWorkers().find(one => one.roles.includes(role))
  if (found === undefined) throw new Error(`the demo has no ${role}`)
  return found
}

export const isPlain = ({ tracking, barcodes }: SimItem): boolean =>
  !tracking.lot && !tracking.serial && !tracking.expiry && barcodes.length > 0

/** As a GS1 label says it: the article, its day and its lot. */
export const gs1 = (gtin: string, expiry: string, lot: string): string =>
  `]C101${gtin.padStart(14, '0')}17${expiry.replaceAll('-', '').slice(2)}10${lot}`

/** Asks until it holds; each look is a question to the product, and the next one follows its answer. */
const until: Floor['until'] = async (what, holds, seen) => {
  const end = performance.now() + 90_000
  while (performance.now() < end) {
    if (await holds()) return
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  throw new Error(`never came true: ${what}\n${seen === undefined ? '' : await seen.text()}`)
}

const isSaid = (text: string, wanted: string | RegExp): boolean =>
  typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text)

const seen: Floor['seen'] = (handheld, code, wanted) =>
  until(
    `${String(wanted)} after ${code}`,
    async () => {
      await handheld.scan(code)
      for (let looks = 0; looks < 10; looks += 1) {
        if (isSaid(await handheld.text(), wanted)) return true
        await new Promise(resolve => setTimeout(resolve, 100))
      }
      return false
    },
    handheld,
  )

/** Every answer follows what is on the screen, and the next look follows its change. */
const pickLines = async (handheld: Handheld, lines: SimOrder['lines'], dataDir: string): Promise<void> => {
  const { items } = erpOf(dataDir)
  let place = ''
  for (let steps = 0; steps < 60; steps += 1) {
    const text = await handheld.text()
    if (text.includes(HOME)) return
    // What was scanned wrongly hides the place until the next right scan.
    place = /\b[ABC]\d-\d\d-\d\d\b/.exec(text)?.[0] ?? place
    if (/where the totes stay/.test(text)) await handheld.scan(/PACK-\d/.exec(text)?.[0] ?? '')
    else if (/Scan the place/.test(text)) await handheld.scan(place)
    else if (/empty now|gone here/.test(text)) await handheld.scan('XCYES')
    else {
      const taken = /Item\s+(.+?)\s+Take/s.exec(text)?.[1]
      const line = lines.find(one => items[one.item]?.name === taken)
      await handheld.scan(items[line?.item ?? '']?.barcodes[0] ?? '')
    }
    await handheld.page.waitForFunction(before => document.body.innerText !== before, text, { timeout: 30_000 })
  }
  throw new Error(`never picked:\n${await handheld.text()}`)
}

export const erpOver = async (dataDir: string, address: string, body?: object): Promise<unknown> => {
  const at = JSON.parse(readFileSync(path.join(dataDir, 'erp', 'address.json'), 'utf8')) as {
    url: string
    token: string
  }
  const answer = await fetch(`${at.url}${address}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${at.token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!answer.ok) throw new Error(`${address}: ${answer.status} ${await answer.text()}`)
  return answer.json()
}

const apiOf = async (product: Product): Promise<Floor['api']> => {
  const roster = { warehouse: DEMO_WAREHOUSE.id, version: 1, validUntil: '', workers: [personOf('supervisor')] }
  const desk = makeSealer({ warehouse: DEMO_WAREHOUSE, roster }, derivedId('device', 'desk'))
  const { device } = await enrolOver(product.url, product.code, desk.publicKey)
  return async (method, address, body) => {
    const credentials = await refresh(product.url, device, desk.sign)
    const text = body === undefined ? '' : JSON.stringify(body)
    const answer = await fetch(`${product.url}${address}`, proven(desk.sign, credentials, method, address, text))
    if (!answer.ok) throw new Error(`${address}: ${answer.status} ${await answer.text()}`)
    return answer.json()
  }
}

const stockAt = async (desk: Page, q: string): Promise<readonly StockRow[]> => {
  const found = await desk.evaluate(
    async address => {
      const answer = await fetch(address)
      return answer.ok ? ((await answer.json()) as unknown) : `${answer.status} ${await answer.text()}`
    },
    `/api/desk/stock?limit=100&q=${encodeURIComponent(q)}`,
  )
  if (typeof found === 'string') throw new Error(found)
  const { rows } = found as StockAnswer
  if (!rows.every(isWhole)) throw new Error(`figures of ${q} are withheld`)
  return rows
}

const documentsIn = (dataDir: string, fits: (document: SimDocument) => boolean): readonly object[] =>
  Object.values(erpOf(dataDir).documents)
    .filter(fits)
    .map(({ type, state, lines, reason }) => ({
      type,
      state,
      reason,
      lines: lines
        .map(({ item, lot, expiry, quantity, from, to }) => ({ item, lot, expiry, quantity, from, to }))
        .toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
    }))

export const floorOf = async (browser: Browser, product: Product): Promise<Floor> => {
  const { dataDir } = product
  const api = await apiOf(product)
  const desk = await deskPage(browser, product.url, 'elif')
  return {
    until,
    seen,
    api,
    worker: async name => {
      const handheld = await setUp(browser, product)
      await logIn(handheld, product.badge(name), 'Hello')
      await handheld.page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
      return handheld
    },
    type: async ({ page }, text) => {
      await page.keyboard.type(text)
      await page.keyboard.press('Enter')
    },
    home: async handheld => {
      await handheld.scan('XCHME')
      await handheld.band(HOME)
    },
    tote: async n => {
      const page = await (await fetch(`${product.url}/demo`)).text()
      return [...new Set(page.match(/XT[A-Z0-9]{4,}/g))][n] ?? ''
    },
    pick: (handheld, lines) => pickLines(handheld, lines, dataDir),
    placeIn: async handheld => {
      await handheld.band(/Scan [ABC]\d-\d\d-\d\d/)
      return /Scan ([ABC]\d-\d\d-\d\d)/.exec(await handheld.text())?.[1] ?? ''
    },
    addOrder: async ({ kind, number, client, order, due = null, lines }) =>
      (await erpOver(dataDir, '/api/orders', {
        kind,
        number,
        client,
        order,
        partner: 'Test',
        due,
        priority: 0,
        lines: lines.map((line, n) => ({ id: `${number}/${n + 1}`, done: 0, closed: false, ...line })),
      })) as SimOrder,
    cancelOrder: async ({ id }) => {
      await erpOver(dataDir, `/api/orders/${encodeURIComponent(id)}/cancel`)
    },
    documents: fits => documentsIn(dataDir, fits),
    erpStock: item =>
      Object.values(erpOf(dataDir).stock)
        .filter(row => row.item === item)
        .reduce((sum, row) => sum + row.quantity, 0),
    stock: q => stockAt(desk, q),
    exceptions: async () =>
      ((await api('GET', `/api/exceptions?worker=${personOf('supervisor').id}`)) as ExceptionsAnswer).exceptions,
  }
}
