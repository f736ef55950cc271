import { sql } from 'kysely'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase } from '../../server/store/open.ts'
import { floorLoaded, launch, logIn, setUp } from '../support/browser.ts'
import type { Handheld } from '../support/browser.ts'
import { builtVersion, nextVersion } from '../support/next-version.ts'
import { removeFolder, startProduct } from '../support/product.ts'
import type { Product } from '../support/product.ts'

const ITEM = '9780764544200'
const MINUTE = 60_000
const quiet = { info: () => {}, warn: () => {}, error: () => {} }

type Watched = Window & typeof globalThis & { looks: number; later: (ms: number) => void }

/** In the page: counts how often the app has looked for a version that waits, and lets nobody touch it for a while. */
const watch = (): void => {
  const page = window as Watched
  page.looks = 0
  const waiting = Object.getOwnPropertyDescriptor(ServiceWorkerRegistration.prototype, 'waiting')
  Object.defineProperty(ServiceWorkerRegistration.prototype, 'waiting', {
    get(this: ServiceWorkerRegistration) {
      page.looks += 1
      return waiting?.get?.call(this) as ServiceWorker | null
    },
  })
  const now = performance.now.bind(performance)
  let ahead = 0
  performance.now = () => now() + ahead
  page.later = ms => {
    ahead += ms
  }
}

/** In the page: takes the last command out of the queue before the app opens it, as a torn file system would. */
const loseOne = (): void => {
  if (localStorage.getItem('lose') === null) return
  localStorage.removeItem('lose')
  const request = indexedDB.open('stockhand-queue')
  request.addEventListener('success', () => {
    const store = request.result.transaction('cmd', 'readwrite').objectStore('cmd')
    store.openCursor(null, 'prev').addEventListener('success', event => {
      ;(event.target as IDBRequest<IDBCursorWithValue | null>).result?.delete()
      request.result.close()
    })
  })
}

type Step = { seq: number; body: string }
const steps = (page: Page): Promise<Step[]> =>
  page.evaluate(
    () =>
      new Promise<Step[]>((resolve, reject) => {
        const request = indexedDB.open('stockhand-queue')
        request.addEventListener('error', () => reject(request.error as Error))
        request.addEventListener('success', () => {
          const rows = request.result.transaction('cmd').objectStore('cmd').getAll()
          rows.addEventListener('success', () => {
            request.result.close()
            resolve(rows.result.map(({ seq, body }: Step) => ({ seq, body })))
          })
        })
      }),
  )
const appsOf = (rows: readonly Step[]): string[] => rows.map(({ body }) => (JSON.parse(body) as { app: string }).app)

describe('a new version of the app on the built product', () => {
  let product: Product
  let browser: Browser
  let one: Handheld
  let first: string
  let badge: string
  const folders: string[] = []

  const serve = async (version: string): Promise<void> => {
    const built = await nextVersion(version)
    folders.push(built)
    await product.stop()
    product = await startProduct({ built, dataDir: product.dataDir, port: Number(new URL(product.url).port) })
  }
  /** The server’s files come, its API does not answer: what waits goes on waiting. */
  const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
    for (let i = 0; i < 300; i += 1) {
      if (await holds()) return
      await new Promise(resolve => setTimeout(resolve, 150))
    }
    throw new Error(`never came true: ${what}\n${await one.text()}`)
  }
  const cutApi = async (): Promise<void> => void (await one.context.route('**/api/**', route => route.abort()))
  const waits = (): Promise<boolean> =>
    one.page.evaluate(async () => ((await navigator.serviceWorker.getRegistration())?.waiting ?? null) !== null)
  const mark = (): Promise<void> => one.page.evaluate(() => void Object.assign(window, { isOld: true }))
  const isLoadedAnew = async (): Promise<boolean> => {
    try {
      return await one.page.evaluate(() => !('isOld' in window))
    } catch {
      // In the midst of it.
      return false
    }
  }
  const later = (ms: number): Promise<void> => one.page.evaluate(time => (window as Watched).later(time), ms)
  const looks = (): Promise<number> => one.page.evaluate(() => (window as Watched).looks)
  /** Two more looks: whatever the first one has begun is over. */
  const untilLooked = async (): Promise<void> => {
    const before = await looks()
    await expect.poll(looks, { timeout: 30_000 }).toBeGreaterThan(before + 2)
  }
  const version = async (): Promise<string> => {
    await one.page.locator('.dot').click()
    await one.band(/Version \S+/)
    const text = /Version (\S+)/.exec(await one.text())?.[1] ?? ''
    await one.page.getByRole('button', { name: 'Back' }).first().click()
    return text
  }
  const ready = async (): Promise<void> => {
    await floorLoaded(one.page)
    await one.page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
  }

  beforeAll(async () => {
    product = await startProduct()
    badge = product.badge('Ayşe')
    first = await builtVersion()
    browser = await launch()
    one = await setUp(browser, product)
    await one.context.addInitScript(watch)
    await one.context.addInitScript(loseOne)
    await logIn(one, badge)
    await ready()
    await one.page.reload()
    await ready()
    const answered = async (): Promise<string> => {
      await one.scan(ITEM)
      await one.page.waitForTimeout(300)
      return one.text()
    }
    await until('the catalogue is here', async () => (await answered()).includes('Book, blue cover'))
    await one.scan('XCHME')
    await one.band('Scan a task, place or item')
  })
  afterAll(async () => {
    await browser?.close()
    await product?.kill()
    await removeFolder(product.dataDir)
    for (const folder of folders) await removeFolder(folder)
  })

  it('[O35] waits while a step is open, then comes by itself, loses nothing that waits, keeps the place, and works without a network', async () => {
    await one.scan('PO-701')
    await one.band('Opened PO-701')
    await one.context.setOffline(true)
    for (const n of [1, 2]) {
      await one.scan(ITEM)
      await one.band(new RegExp(`${n}\\s*/\\s*5`))
    }
    await serve('0.1.1-next')
    await cutApi()
    await one.context.setOffline(false)
    await mark()
    // What the browser does at each navigation, and the app every hour.
    await one.page.evaluate(async () => void (await (await navigator.serviceWorker.ready).update()))
    await until('a new version waits', waits)

    // Nobody touches it for a minute, with the step open: that is no safe moment.
    await later(MINUTE)
    await untilLooked()
    await later(-MINUTE)
    expect([await waits(), await isLoadedAnew()]).toEqual([true, false])
    await one.scan(ITEM)
    await one.band(/3\s*\/\s*5/)
    expect(await waits()).toBe(true)
    await one.scan('XCHME')
    await one.band('New version ready. It starts at your next log-in')
    expect(await isLoadedAnew()).toBe(false)
    const before = await steps(one.page)
    expect(appsOf(before).filter(app => app !== first)).toEqual([])
    expect(before.length).toBeGreaterThan(2)

    await later(MINUTE)
    await until('it is loaded anew', isLoadedAnew)
    await ready()
    expect(await version()).toBe('0.1.1-next')
    expect(await steps(one.page)).toEqual(before)
    await one.scan('PO-701')
    await one.band(/3\s*\/\s*5/)
    await one.context.setOffline(true)
    await one.page.reload()
    await ready()
    await one.band(/3\s*\/\s*5/)
    await one.scan(ITEM)
    await one.band(/4\s*\/\s*5/)
    expect(appsOf(await steps(one.page)).at(-1)).toBe('0.1.1-next')

    await one.context.unroute('**/api/**')
    await one.context.setOffline(false)
    await one.page.getByRole('button', { name: 'All sent' }).waitFor({ timeout: 60_000 })
  })

  it('[H71] tells until somebody has rescued the rest that a step has not come through it', async () => {
    await serve('0.1.2-next')
    await cutApi()
    await one.scan('PO-701')
    await one.band('PO-701')
    await one.scan(ITEM)
    await one.band(/5\s*\/\s*5/)
    await one.scan('XCHME')
    await one.band('Scan a task, place or item')
    await one.page.evaluate(() => localStorage.setItem('lose', '1'))
    await one.page.evaluate(async () => void (await (await navigator.serviceWorker.ready).update()))
    await until('a new version waits', waits)
    await mark()
    await later(MINUTE)
    await until('it is loaded anew', isLoadedAnew)
    await ready()
    await one.band('1 step is missing. Call your supervisor')
    await one.page.reload()
    await ready()
    await one.band('1 step is missing. Call your supervisor')
    await one.page.getByRole('link', { name: '1 step is missing' }).click()
    await one.page.locator('#found').getByText('steps found').waitFor()
    await one.context.unroute('**/api/**')
    await one.page.locator('#send').click()
    await one.page.locator('#answer').getByText('Sent').waitFor()
    await one.page.goto(product.url)
    await ready()
    await one.band('Scan a task, place or item')
    expect(await one.text()).not.toContain('missing')
  })

  it('[O35] has booked every step once, whichever version it was of', async () => {
    await one.page.getByRole('button', { name: 'All sent' }).waitFor({ timeout: 60_000 })
    await product.stop()
    const opened = await openDatabase({ dataDir: product.dataDir, log: quiet })
    try {
      const { rows } = await sql<{ app: string; pieces: number }>`
        select c.body::jsonb ->> 'app' as app, sum(m.qty)::int as pieces from movement m
        join command c on c.device_id = m.device_id and c.epoch = m.epoch and c.seq = m.seq
        where m.device_id > 0 group by 1 order by 1`.execute(opened.db)
      expect(rows).toEqual([
        { app: first, pieces: 3 },
        { app: '0.1.1-next', pieces: 2 },
      ])
    } finally {
      await opened.close()
    }
  })
})
