import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import bwipjs from 'bwip-js/node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Browser } from 'playwright'
import type { SimState } from '../../server/erp/sim/state.ts'
import { launch, logIn, setUp, SIZES } from '../support/browser.ts'
import { greyOfPng, inScene, writeCamera } from '../support/camera-scene.ts'
import type { Grey } from '../support/camera-scene.ts'
import { removeFolder, startProduct } from '../support/product.ts'
import type { Product } from '../support/product.ts'

const PHOTO = new URL('../../../shared/samples/barcodes/ean13/zxing__ean13-3__01.png', import.meta.url)
const BOOK = '9780764544200'

/** A photo of a real label; where the samples are absent a symbol drawn here, blurred and noisy like a photo. */
const labelScene = async (): Promise<Grey> => {
  if (existsSync(PHOTO)) return inScene(greyOfPng(readFileSync(PHOTO)))
  const png = await bwipjs.toBuffer({
    bcid: 'ean13',
    text: BOOK,
    scale: 3,
    height: 25,
    paddingwidth: 12,
    paddingheight: 12,
    backgroundcolor: 'FFFFFF',
  })
  const drawn = greyOfPng(png)
  let seed = 7
  const pixels = drawn.pixels.map((grey, i) => {
    seed = (seed * 1103515245 + 12345) % 2147483648
    const left = drawn.pixels[i - 1] ?? grey
    return Math.max(0, Math.min(255, Math.round(30 + (grey * 3 + left) * 0.19 + (seed % 12))))
  })
  return inScene({ ...drawn, pixels })
}

describe('a shift on the built product', () => {
  let product: Product
  let browser: Browser
  let camera: string
  const erp = (): SimState =>
    JSON.parse(readFileSync(path.join(product.dataDir, 'erp', 'erp.json'), 'utf8')) as SimState
  const itemByCode = (code: string) => {
    const item = Object.values(erp().items).find(candidate => candidate.barcodes.includes(code))
    if (!item) throw new Error(`no item ${code}`)
    return item
  }
  const erpStock = (item: string): number =>
    Object.values(erp().stock)
      .filter(row => row.item === item)
      .reduce((sum, row) => sum + row.quantity, 0)
  const until = async (what: string, holds: () => Promise<boolean> | boolean): Promise<void> => {
    for (let i = 0; i < 500; i += 1) {
      if (await holds()) return
      await new Promise(resolve => setTimeout(resolve, 150))
    }
    throw new Error(`never came true: ${what}`)
  }

  beforeAll(async () => {
    product = await startProduct()
    camera = path.join(mkdtempSync(path.join(tmpdir(), 'stockhand-camera-')), 'scene.y4m')
    const label = await labelScene()
    writeCamera(camera, [{ scene: label, frames: 4 }])
    browser = await launch([
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-video-capture=${camera}`,
    ])
  })
  afterAll(async () => {
    await browser?.close()
    await product?.stop()
    await removeFolder(product.dataDir)
    await removeFolder(path.dirname(camera))
  })

  it('[O20] a photo of a barcode, received without a network, survives a reload, reaches the ERP once and shows on another handheld', async () => {
    const one = await setUp(browser, product, SIZES.usual, ['camera'])
    const two = await setUp(browser, product, SIZES.small)
    await logIn(one, product.badge('Ayşe'))
    await one.band('Hello')
    await logIn(two, product.badge('Mehmet'))
    await two.band('Hello')
    const book = itemByCode(BOOK)
    const before = erpStock(book.id)
    await until('the catalogue is on the second handheld', async () => {
      await two.scan(BOOK)
      return (await two.text()).includes(String(before))
    })

    await one.scan('PO-701')
    await one.band('Opened PO-701')
    // The service worker must have everything before the network goes.
    await one.page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
    await one.page.reload()
    await one.band('PO-701')
    await one.context.setOffline(true)
    await one.page.getByRole('button', { name: 'Menu' }).click()
    await one.page.getByRole('button', { name: 'Camera' }).click()
    // The camera hides the large figure; the header counts what waits: one step, beeped and safe.
    await one.band(/0\/1\s+1\b/)
    await one.page.reload()
    await one.band(/1\s*\/\s*5/)
    // Here the screen was touched, and the count of that outlives a reload.
    expect(await one.pointerEvents()).toBeGreaterThan(0)
    await one.scan(BOOK)
    await one.band(/2\s*\/\s*5/)
    await one.scan('XCDNE')
    await one.band(/DONE again|missing/)
    await one.page.waitForTimeout(900)
    await one.scan('XCDNE')
    await one.band(/Scan a task|Scan the delivery/)
    expect(erpStock(book.id)).toBe(before)

    await one.context.setOffline(false)
    await until('the receipt is in the ERP', () => erpStock(book.id) === before + 2)
    await two.band(new RegExp(`\\b${before + 2}\\b`))
    await one.page.waitForTimeout(3000)
    expect(erpStock(book.id)).toBe(before + 2)
    const posted = Object.values(erp().documents).filter(document => document.lines.some(line => line.item === book.id))
    expect(posted.map(document => [document.state, document.lines.map(line => line.quantity)])).toEqual([
      ['posted', [2]],
    ])
    await one.context.close()
    await two.context.close()
  })

  it('[O21] an order is picked by the keyboard scanner with no touch of the screen, and another handheld sees the shelf', async () => {
    const picker = await setUp(browser, product)
    const other = await setUp(browser, product, SIZES.small)
    await logIn(picker, product.badge('Zeynep'))
    await picker.band('Hello')
    await logIn(other, product.badge('Emre'))
    await other.band('Hello')
    const order = Object.values(erp().orders).find(
      o =>
        o.kind === 'sales' &&
        o.lines.every(line => !erp().items[line.item]?.tracking.lot && !erp().items[line.item]?.tracking.serial),
    )
    if (!order) throw new Error('no order without lots')
    await until('the order is on the handheld', async () => {
      await picker.scan(order.number)
      return (await picker.text()).includes('tote')
    })
    const tote = /XT[A-Z0-9]{4,}/.exec(await (await fetch(`${product.url}/demo`)).text())?.[0] ?? ''
    await picker.scan(tote)
    await picker.band('Scan the place')
    const items = erp().items
    let place = ''
    for (let steps = 0; steps < 60; steps += 1) {
      const text = await picker.text()
      // What was scanned wrongly hides the place until the next right scan.
      place = /\b[ABC]\d-\d\d-\d\d\b/.exec(text)?.[0] ?? place
      if (text.includes('Scan a task, place or item')) break
      const prompt = /Scan the place|Scan the item|Scan where the totes stay|empty now|gone here/.exec(text)?.[0]
      if (prompt === 'Scan the place') await picker.scan(place)
      else if (prompt === 'Scan where the totes stay') await picker.scan(/PACK-\d/.exec(text)?.[0] ?? '')
      else if (prompt === 'empty now' || prompt === 'gone here') await picker.scan('XCYES')
      else {
        const taken = /Item\s+(.+?)\s+Take/s.exec(text)?.[1]
        const line = order.lines.find(l => items[l.item]?.name === taken)
        await picker.scan(items[line?.item ?? '']?.barcodes[0] ?? '')
      }
      await picker.page.waitForTimeout(350)
    }
    await picker.band('Scan a task, place or item')
    expect(await picker.pointerEvents()).toBe(0)
    const first = order.lines[0]
    if (!first) throw new Error('no line')
    await until('the goods are in the tote on the other handheld', async () => {
      await other.scan(tote)
      await other.page.waitForTimeout(300)
      return (await other.text()).includes(items[first.item]?.name ?? '?')
    })
    await picker.context.close()
    await other.context.close()
  })

  it('[O22] a change in the ERP reaches the handheld without anybody asking', async () => {
    const one = await setUp(browser, product)
    await logIn(one, product.badge('Ayşe'))
    await one.band('Hello')
    await one.band(/Receive \d+/)
    const { url, token } = erpAddress(product.dataDir)
    const item = itemByCode(BOOK)
    const made = await fetch(`${url}/api/orders`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        kind: 'purchase',
        number: 'PO-NEW1',
        client: item.client,
        partner: 'Test',
        due: null,
        priority: 0,
        lines: [{ id: 'n1', item: item.id, quantity: 3, done: 0, closed: false }],
      }),
    })
    expect(made.status).toBe(200)
    await until('the new order is on the handheld', async () => {
      await one.scan('PO-NEW1')
      return (await one.text()).includes('Receive PO-NEW1')
    })
    await one.context.close()
  })
})

const erpAddress = (dataDir: string): { url: string; token: string } =>
  JSON.parse(readFileSync(path.join(dataDir, 'erp', 'address.json'), 'utf8')) as { url: string; token: string }
