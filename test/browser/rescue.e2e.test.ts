import { mkdtempSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { inflateRawSync } from 'node:zlib'
import { sql } from 'kysely'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader'
import { READER } from '../../pwa/scanner/reader-options.ts'
import { openDatabase } from '../../server/store/open.ts'
import { collect, partOf, wholeOf } from '../../shared/sync/rescue-series.ts'
import type { Collected } from '../../shared/sync/rescue-series.ts'
import { faultsOf } from '../support/axe.ts'
import { launch, logIn, setUp } from '../support/browser.ts'
import { greyOfPng, inScene, writeCamera } from '../support/camera-scene.ts'
import { deskPage } from '../support/desk-page.ts'
import { removeFolder, startProduct } from '../support/product.ts'
import type { Product } from '../support/product.ts'

const ITEM = '9780764544200'
const STEPS = 12
const quiet = { info: () => {}, warn: () => {}, error: () => {} }

/** Every code of the series as the page draws it. */
const pictures = async (page: Page): Promise<Buffer[]> => {
  await page.locator('#show').click()
  await page.locator('#pause').click()
  const total = Number(/\/ (\d+)/.exec(await page.locator('#count').innerText())?.[1])
  const found = new Map<string, Buffer>()
  while (found.size < total) {
    const url = await page.evaluate(() => document.querySelector('canvas')?.toDataURL('image/png') ?? '')
    found.set(await page.locator('#count').innerText(), Buffer.from(url.split(',')[1] ?? '', 'base64'))
    await page.locator('#next').click()
  }
  return [...found.values()]
}
/** The signed steps in the handheld's own database, read raw. */
const bodiesIn = (page: Page): Promise<string[]> =>
  page.evaluate(
    () =>
      new Promise<string[]>((resolve, reject) => {
        const request = indexedDB.open('stockhand-queue')
        request.addEventListener('error', () => reject(request.error as Error))
        request.addEventListener('success', () => {
          const rows = request.result.transaction('cmd').objectStore('cmd').getAll()
          rows.addEventListener('success', () => resolve(rows.result.map((row: { body: string }) => row.body)))
        })
      }),
  )

/** Takes a store out of the queue, as a torn file system would: the app cannot use it any more. */
const breakQueue = (page: Page): Promise<void> =>
  page.evaluate(
    () =>
      new Promise<void>((resolve, reject) => {
        const look = indexedDB.open('stockhand-queue')
        look.addEventListener('error', () => reject(look.error as Error))
        look.addEventListener('success', () => {
          const { version } = look.result
          look.result.close()
          const spoil = indexedDB.open('stockhand-queue', version + 1)
          spoil.addEventListener('upgradeneeded', () => spoil.result.deleteObjectStore('meta'))
          spoil.addEventListener('error', () => reject(spoil.error as Error))
          spoil.addEventListener('success', () => {
            spoil.result.close()
            resolve()
          })
        })
      }),
  )
const piecesIn = (bodies: readonly string[]): number =>
  bodies.reduce((sum, body) => {
    const step = JSON.parse(body) as { type: string; qty?: number }
    return sum + (step.type === 'receive' ? (step.qty ?? 0) : 0)
  }, 0)

describe('a queue that leaves without the app', () => {
  let product: Product
  let browser: Browser
  const folder = mkdtempSync(path.join(tmpdir(), 'stockhand-rescue-'))
  beforeAll(async () => {
    const wasm = readFileSync(createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm'))
    prepareZXingModule({ overrides: { wasmBinary: new Uint8Array(wasm).buffer } })
    product = await startProduct()
    browser = await launch()
  })
  afterAll(async () => {
    await browser?.close()
    await product?.kill()
    await removeFolder(product.dataDir)
    await removeFolder(folder)
  })

  it('[F1] [F2] [F3] [F4] [F5] [F7] [F10] works offline without the app; another device reads it by camera and pasted, the server keeps the same bytes and books each step once, the desk says what came of it, also with the handheld', async () => {
    const one = await setUp(browser, product)
    await logIn(one, product.badge('Ayşe'))
    await one.band(/Receive \d+/)
    await one.page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
    await one.page.reload()
    await one.band(/Receive \d+/)
    // The catalogue comes behind the log-in: a look at the item says when it is there, and books nothing.
    const answered = async (): Promise<string> => {
      await one.scan(ITEM)
      await one.page.waitForTimeout(300)
      return one.text()
    }
    await expect.poll(answered, { timeout: 60_000 }).toContain('Book, blue cover')
    await one.scan('XCHME')
    await one.band('Scan a task, place or item')
    await one.scan('PO-701')
    await one.band('Opened PO-701')
    await one.context.setOffline(true)
    for (let n = 1; n <= STEPS; n += 1) {
      await one.scan(ITEM)
      await one.page.waitForTimeout(150)
    }
    await expect.poll(() => bodiesIn(one.page).then(bodies => bodies.length)).toBeGreaterThan(4)
    const bodies = await bodiesIn(one.page)

    // Nothing of the app is loaded here, and nothing of the network.
    await one.page.goto(`${product.url}/rescue.html`)
    await expect.poll(() => one.page.locator('#found').innerText()).toContain(`${bodies.length} steps`)
    await one.page.locator('#send').click()
    await expect.poll(() => one.page.locator('#answer').innerText()).toContain('No connection')
    const codes = await pictures(one.page)
    const texts: string[] = []
    for (const png of codes) {
      const [read] = await readBarcodes(new Uint8Array(png), READER)
      texts.push(read?.text ?? '')
    }
    let got: Collected | null = null
    for (const text of texts) got = collect(got, partOf(text)!)
    const packed = got && wholeOf(got)
    const sent = inflateRawSync(packed ?? new Uint8Array()).toString('utf8')
    for (const body of bodies) expect(sent).toContain(JSON.stringify(body))
    expect(await bodiesIn(one.page)).toEqual(bodies)

    // The app is broken, the network is back: everything goes straight to the server, which books it as if it had been sent.
    await breakQueue(one.page)
    await one.context.setOffline(false)
    await one.page.reload()
    await expect.poll(() => one.page.locator('#found').innerText()).toContain(`${bodies.length} steps`)
    await one.page.locator('#send').click()
    const answer = one.page.locator('#answer')
    await expect.poll(() => answer.innerText(), { timeout: 30_000 }).toContain(`${bodies.length} booked, 0 wait`)
    await one.page.locator('#send').click()
    await expect.poll(() => answer.innerText(), { timeout: 30_000 }).toContain(`${bodies.length} known, 0 booked`)

    // By camera: the scene is what the page drew, shown again and again.
    const camera = path.join(folder, 'codes.y4m')
    writeCamera(
      camera,
      codes.map(png => ({ scene: inScene(greyOfPng(png)), frames: 12 })),
    )
    const reader = await launch([
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-video-capture=${camera}`,
    ])
    try {
      const desk = await (await reader.newContext({ permissions: ['camera'] })).newPage()
      await desk.goto(`${product.url}/rescue.html`)
      await desk.locator('#read').click()
      await expect.poll(() => desk.locator('#progress').innerText(), { timeout: 120_000 }).toContain('0 booked')
      // Pasted, in another order; one is missing at first, another one damaged.
      await desk.reload()
      const [first = '', second = '', ...rest] = texts
      const pasted = desk.locator('#pasted')
      await pasted.fill([...rest.reverse(), second.replace(/.\.$/, '?.')].join('\n'))
      await expect.poll(() => desk.locator('#progress').innerText()).toMatch(/Missing · Eksik: 1, 2$/)
      await pasted.fill(`${second}\n`)
      await expect.poll(() => desk.locator('#progress').innerText()).toMatch(/Missing · Eksik: 1$/)
      await pasted.fill(first)
      await expect.poll(() => desk.locator('#progress').innerText()).toContain('Sent')
    } finally {
      await reader.close()
    }

    const supervisor = await deskPage(browser, product.url, 'elif')
    await supervisor.goto(`${product.url}/desk/exceptions`)
    const rescued = supervisor.getByRole('region', { name: 'Steps of a handheld were rescued' })
    await rescued.getByRole('button').first().click()
    const { length } = bodies
    await expect
      .poll(() => rescued.innerText(), { timeout: 30_000 })
      .toContain(`${length} steps, 0 known before, ${length} booked`)

    // The handheld is known, and what came of it stands with it as well.
    await supervisor.goto(`${product.url}/desk/devices`)
    await supervisor
      .locator('.desk-card', { hasText: 'Ayşe' })
      .getByRole('button', { name: /lost|loss/ })
      .click()
    const panel = supervisor.getByRole('region', { name: 'What was rescued of it' })
    await expect.poll(() => panel.innerText()).toContain(`${length} steps, 0 known before, ${length} booked`)
    expect(await panel.locator('li').count()).toBeGreaterThan(1)
    for (const size of [
      { width: 360, height: 640 },
      { width: 1280, height: 800 },
    ]) {
      await supervisor.setViewportSize(size)
      expect([size.width, await faultsOf(supervisor)]).toEqual([size.width, []])
    }

    await product.stop()
    const opened = await openDatabase({ dataDir: product.dataDir, log: quiet })
    try {
      const { rows } = await sql<{
        source: string
        body: string
      }>`select source, body from quarantine_raw order by id`.execute(opened.db)
      // Straight from the handheld, and by its codes; the same again is not kept again.
      expect(rows).toHaveLength(2)
      expect(rows[1]).toEqual({ source: 'rescue', body: sent })
      const booked = await sql<{ pieces: string | number }>`
        select coalesce(sum(m.qty), 0) as pieces from movement m join device d on d.id = m.device_id where d.id > 0`.execute(
        opened.db,
      )
      expect(piecesIn(bodies)).toBeGreaterThan(4)
      expect(Number(booked.rows[0]?.pieces)).toBe(piecesIn(bodies))
    } finally {
      await opened.close()
    }
  })
})
