import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { readFile } from 'node:fs/promises'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launch } from '../support/browser.ts'
import { deskPage } from '../support/desk-page.ts'
import { removeFolder, startProduct } from '../support/product.ts'
import type { Product } from '../support/product.ts'
import { codesOfPdf, prepareDecoder } from '../support/read-codes.ts'

/** A label printer: takes what comes on its port and says goodbye. `label` waits for the next one. */
const labelPrinter = async () => {
  const waiting: ((text: string) => void)[] = []
  const came: string[] = []
  const server = createServer(socket => {
    let text = ''
    socket.setEncoding('utf8')
    socket.on('data', part => (text += String(part)))
    socket.on('end', () => {
      socket.end()
      const next = waiting.shift()
      if (next === undefined) came.push(text)
      else next(text)
    })
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  return {
    port: (server.address() as AddressInfo).port,
    label: (): Promise<string> => {
      const first = came.shift()
      return first === undefined ? new Promise(done => waiting.push(done)) : Promise.resolve(first)
    },
    close: (): Promise<void> => new Promise(done => void server.close(() => done())),
  }
}

const pdfCodes = async (page: Page, press: () => Promise<void>): Promise<readonly string[]> => {
  const [download] = await Promise.all([page.waitForEvent('download'), press()])
  return (await codesOfPdf(new Uint8Array(await readFile(await download.path())))).flat()
}

describe('printing from the desk of the built product', () => {
  let product: Product
  let browser: Browser
  let printer: Awaited<ReturnType<typeof labelPrinter>>
  beforeAll(async () => {
    product = await startProduct()
    browser = await launch()
    printer = await labelPrinter()
    prepareDecoder()
  })
  afterAll(async () => {
    await browser?.close()
    await product?.stop()
    await printer?.close()
    await removeFolder(product.dataDir)
  })

  it('[PL22] a printer is added, labels of a place reach it as ZPL, and the queue says so', async () => {
    const page = await deskPage(browser, product.url, 'elif')
    await page.goto(`${product.url}/desk/print`)
    await page.getByRole('button', { name: 'Printers' }).click()
    await page.getByText('No label printer yet').waitFor()
    await page.getByRole('button', { name: 'Add a printer' }).click()
    await page.getByLabel('Name').fill('Dock')
    await page.getByLabel('Address').fill('127.0.0.1')
    await page.getByLabel('Port').fill(String(printer.port))
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('button', { name: 'Places' }).click()
    await page.getByLabel('Beginning of a code, or a zone').fill('A1-01-01')
    await page.getByText('1 labels').waitFor()
    await page.getByRole('button', { name: 'Print on Dock' }).click()
    expect(await printer.label()).toContain('A1-01-01')
    await page.getByRole('button', { name: 'Queue' }).click()
    const row = page.locator('tbody tr', { hasText: 'A1-01-01' }).filter({ hasText: 'printed' })
    await row.waitFor()
    await row.getByRole('button', { name: 'Print again' }).click()
    expect(await printer.label()).toContain('A1-01-01')
    await page.context().close()
  })

  it('[PL22] labels of goods, new pallets, the command sheet and a packing slip come as PDF with readable codes', async () => {
    const page = await deskPage(browser, product.url, 'elif', { width: 360, height: 640 })
    await page.goto(`${product.url}/desk/print`)
    const pdf = page.getByRole('button', { name: 'As PDF' })
    await page.getByRole('button', { name: 'Goods' }).click()
    await page.getByLabel('SKU, name or code').fill('a')
    await page.keyboard.press('Enter')
    const code = page.locator('.desk-group .desk-button').first()
    const shown = (await code.locator('.code').innerText()).trim()
    await code.click()
    const read = await pdfCodes(page, () => pdf.click())
    expect(read).toHaveLength(1)
    expect(read[0]).toContain(shown)
    await page.getByRole('button', { name: 'Pallets, totes, cartons' }).click()
    await page.getByRole('button', { name: 'Make codes' }).click()
    await page.getByText('14 labels').waitFor()
    const made = await page.locator('.desk-codes .code').allInnerTexts()
    const pallets = await pdfCodes(page, () => pdf.click())
    expect(pallets.toSorted()).toEqual(made.map(one => `]C0${one}`).toSorted())
    await page.getByRole('button', { name: 'Sheets' }).click()
    const commands = await pdfCodes(page, () => page.getByRole('button', { name: /Command sheet · TR/ }).click())
    expect(commands).toContain(']C0XCDNE')
    const practice = await pdfCodes(page, () => page.getByRole('button', { name: /Practice sheet · EN/ }).click())
    expect(practice).toEqual(expect.arrayContaining([']C0PRACTICE-1', ']C0PR-MUG', ']C0XCUND']))
    await page.goto(`${product.url}/desk/orders`)
    const order = page.locator('tbody button').first()
    const number = (await order.innerText()).trim()
    await order.click()
    const slip = await pdfCodes(page, () => page.getByRole('button', { name: 'Packing slip' }).click())
    expect(slip).toContain(`]C0${number}`)
    await page.context().close()
  })
})
