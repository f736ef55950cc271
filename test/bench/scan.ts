import { setTimeout as wait } from 'node:timers/promises'
import type { CDPSession } from 'playwright'
import { floorLoaded, GAP_S, keyOf, launch, logIn, setUp } from '../support/browser.ts'
import { removeFolder, startProduct } from '../support/product.ts'
import { percentile, report } from './report.ts'

const SCANS = 120
const ITEM = '9780764544200'
const THROTTLE = 4

/** Last key of a scan → durable and drawn, on the built product at a fourth of the processor's speed. */
export const scan = async (): Promise<void> => {
  const product = await startProduct()
  const browser = await launch()
  try {
    const handheld = await setUp(browser, product)
    const { page } = handheld
    // Before the app's own listener, which lets nobody else hear a scan's Enter.
    await handheld.context.addInitScript(() => {
      addEventListener(
        'keydown',
        event => {
          if (event.key === 'Enter') document.documentElement.dataset['enter'] = String(event.timeStamp)
        },
        true,
      )
    })
    await page.reload()
    await handheld.band('Scan your badge')
    await floorLoaded(page)
    await logIn(handheld, product.badge('Ayşe'))
    await handheld.band(/Receive \d+/)
    await page
      .getByRole('button', { name: /^Receive( \d+)?$/ })
      .first()
      .click()
    await page.waitForTimeout(500)
    for (let i = 0; i < 2; i += 1) {
      await handheld.scan('XCNDC')
      await page.waitForTimeout(1100)
    }
    await handheld.band('Scan item or pallet label')
    await handheld.scan(ITEM)
    await page.waitForTimeout(1000)
    const cdp = await handheld.context.newCDPSession(page)
    await cdp.send('Emulation.setCPUThrottlingRate', { rate: THROTTLE })
    await page.evaluate(watchInPage)
    const empty: number[] = []
    for (let i = 0; i < SCANS; i += 1) {
      await keyIn(cdp, ITEM)
      await page.waitForTimeout(350)
      // In turn with the scans, so that both meet the same machine.
      if (i % 4 === 0) empty.push(await page.evaluate(referenceInPage))
    }
    const times = await page.evaluate(() => (window as unknown as { times: number[] }).times)
    const reference = percentile(empty, 95)
    report(
      [
        {
          what: 'last key → durable and drawn',
          n: times.length,
          'p50 ms': Math.round(percentile(times, 50)),
          'p95 ms': Math.round(percentile(times, 95)),
        },
        {
          what: 'strict transaction of one row + frame',
          n: empty.length,
          'p50 ms': Math.round(percentile(empty, 50)),
          'p95 ms': Math.round(reference),
        },
      ],
      { bench: `scan ${THROTTLE}x`, value: percentile(times, 95), unit: 'ms p95', reference },
    )
  } finally {
    await browser.close()
    await product.stop()
    await removeFolder(product.dataDir)
  }
}

/**
 * Keys that come in as they would from a scanner, each with the time at which the browser has it. A scan of the other tests
 * gives all its keys times of its own, which lie before they are sent: the way from here to the page would be measured too.
 */
export const keyIn = async (session: CDPSession, text: string): Promise<void> => {
  const sent: Promise<unknown>[] = []
  for (const character of `${text}\n`) {
    const { text: written, ...key } = keyOf(character)
    sent.push(session.send('Input.dispatchKeyEvent', { type: 'keyDown', ...key, text: written }))
    sent.push(session.send('Input.dispatchKeyEvent', { type: 'keyUp', ...key }))
    await wait(GAP_S * 1000)
  }
  await Promise.all(sent)
}

/** The least that durable and drawn can cost here: one strict transaction and the next frame. */
const referenceInPage = async (): Promise<number> => {
  const db = await new Promise<IDBDatabase>((resolve, reject) => {
    const open = indexedDB.open('bench', 1)
    open.addEventListener('upgradeneeded', () => void open.result.createObjectStore('rows', { autoIncrement: true }))
    open.addEventListener('success', () => resolve(open.result))
    open.addEventListener('error', () => reject(new Error('no database')))
  })
  const from = performance.now()
  await new Promise<void>(resolve => {
    const tx = db.transaction('rows', 'readwrite', { durability: 'strict' })
    tx.objectStore('rows').add({ from })
    tx.addEventListener('complete', () => resolve())
  })
  await new Promise(resolve => requestAnimationFrame(resolve))
  const ms = performance.now() - from
  db.close()
  return ms
}

/** From the time stamp of Enter to the frame after the large figure has changed. */
const watchInPage = (): void => {
  const times: number[] = []
  ;(window as unknown as { times: number[] }).times = times
  let shown = document.querySelector('.hero')?.textContent
  new MutationObserver(() => {
    const now = document.querySelector('.hero')?.textContent
    const from = Number(document.documentElement.dataset['enter'] ?? 0)
    if (now === shown || from === 0) return
    shown = now
    document.documentElement.dataset['enter'] = '0'
    requestAnimationFrame(() => {
      const channel = new MessageChannel()
      channel.port1.addEventListener('message', () => times.push(performance.now() - from))
      channel.port1.start()
      channel.port2.postMessage(0)
    })
  }).observe(document.body, { subtree: true, childList: true, characterData: true })
}
