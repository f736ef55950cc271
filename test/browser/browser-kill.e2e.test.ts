import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { chromium } from 'playwright'
import type { BrowserContext } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SimState } from '../../server/erp/sim/state.ts'
import { ARGS, CHROMIUM, handheldOn, floorLoaded, logIn } from '../support/browser.ts'
import type { Handheld } from '../support/browser.ts'
import { removeFolder, startProduct } from '../support/product.ts'
import type { Product } from '../support/product.ts'

const ROUNDS = 10
const ITEM = '9780764544200'

/** Process ids of the browser that uses this profile: all of them lose their power at once. */
const pidsOf = (profile: string): number[] =>
  readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(name => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(profile) ? [Number(name)] : []
      } catch {
        return []
      }
    })

describe('the browser killed in the middle of scanning, ten times', () => {
  let product: Product
  let profile: string
  beforeAll(async () => {
    product = await startProduct()
    profile = await mkdtemp(path.join(tmpdir(), 'stockhand-profile-'))
  })
  afterAll(async () => {
    await product.stop()
    await removeFolder(product.dataDir)
    await removeFolder(profile)
  })

  it('[X2] every scan that beeped is on the server in the end, once', async () => {
    /** The largest count that a worker has been told. */
    let beeped = 0
    const open = async (): Promise<{ context: BrowserContext; handheld: Handheld }> => {
      const context = await chromium.launchPersistentContext(profile, {
        executablePath: CHROMIUM,
        args: [...ARGS],
        viewport: { width: 360, height: 640 },
        locale: 'en-GB',
      })
      await context.exposeBinding('told', (_, n: number) => {
        beeped = Math.max(beeped, n)
      })
      await context.addInitScript(() => {
        const tell = (): void => {
          // The figure is drawn when the strict transaction is complete, together with the beep.
          const count = /^(\d+)/.exec(document.querySelector('.hero')?.textContent ?? '')?.[1]
          if (count !== undefined)
            void (window as unknown as { told: (n: number) => Promise<void> }).told(Number(count))
        }
        addEventListener('DOMContentLoaded', () =>
          new MutationObserver(tell).observe(document.body, { subtree: true, childList: true, characterData: true }),
        )
      })
      const page = context.pages()[0] ?? (await context.newPage())
      return { context, handheld: handheldOn(context, page) }
    }
    let { handheld } = await open()
    await handheld.page.goto(`${product.url}/enrol#t=${product.code}`)
    await handheld.band('Scan your badge')
    await floorLoaded(handheld.page)
    await logIn(handheld, product.badge('Ayşe'))
    await handheld.band(/Receive \d+/)
    await handheld.page
      .getByRole('button', { name: /^Receive( \d+)?$/ })
      .first()
      .click()
    await handheld.page.waitForTimeout(500)
    await handheld.scan('XCNDC')
    await handheld.band('No document for this')
    await handheld.page.waitForTimeout(1000)
    await handheld.scan('XCNDC')
    await handheld.band('Scan item or pallet label')
    const shown = async (): Promise<number> =>
      Number(
        /(\d+)\s*(\/|\n|$)/.exec(
          (await handheld.page
            .locator('.hero')
            .first()
            .innerText()
            .catch(() => '0')) || '0',
        )?.[1] ?? 0,
      )

    for (let round = 0; round < ROUNDS; round += 1) {
      const before = beeped
      const dying = (async () => {
        // Killed while scans go through, on a slow machine too: first one has to be told, then chance decides the instant.
        const isTold = (): boolean => beeped > before
        for (let i = 0; i < 100 && !isTold(); i += 1) await handheld.page.waitForTimeout(50)
        await handheld.page.waitForTimeout((round * 137) % 400)
        for (const pid of pidsOf(profile)) {
          try {
            process.kill(pid, 'SIGKILL')
          } catch {
            // It has ended with its parent.
          }
        }
      })().catch(() => undefined)
      for (let i = 0; i < 40; i += 1) {
        try {
          await handheld.scan(ITEM)
        } catch {
          break
        }
      }
      await dying
      ;({ handheld } = await open())
      await handheld.page.goto(product.url)
      await handheld.band('Scan item or pallet label')
      await handheld.page.waitForTimeout(400)
      expect(await shown()).toBeGreaterThanOrEqual(beeped)
      beeped = Math.max(beeped, await shown())
    }
    expect(beeped).toBeGreaterThanOrEqual(ROUNDS)
    await handheld.scan('XCDNE')
    await handheld.page.waitForTimeout(1000)
    await handheld.scan('XCDNE')
    const erp = (): SimState =>
      JSON.parse(readFileSync(path.join(product.dataDir, 'erp', 'erp.json'), 'utf8')) as SimState
    const received = (): number =>
      Object.values(erp().documents)
        .filter(d => d.state === 'posted' && d.type === 'receipt')
        .flatMap(d => d.lines)
        .reduce((sum, line) => sum + line.quantity, 0)
    for (let i = 0; i < 100 && received() === 0; i += 1) await handheld.page.waitForTimeout(200)
    expect(received()).toBe(beeped)
    await handheld.context.close()
  }, 280_000)
})
