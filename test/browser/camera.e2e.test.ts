import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launch, setUp, SIZES } from '../support/browser.ts'
import { writeCamera } from '../support/camera-scene.ts'
import { removeFolder, startProduct } from '../support/product.ts'
import type { Product } from '../support/product.ts'

const FAKE = ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream=device-count=2']
const REMEMBERED = 'stockhand-camera-id'

/** Several cameras, and one that shows nothing, on the built product in front of Chromium's fake devices. */
describe('the cameras of a handheld', () => {
  let product: Product
  let folder: string
  beforeAll(async () => {
    product = await startProduct()
    folder = mkdtempSync(path.join(tmpdir(), 'stockhand-cameras-'))
  })
  afterAll(async () => {
    await product?.stop()
    await removeFolder(product.dataDir)
    await removeFolder(folder)
  })
  const withBrowser = async (args: readonly string[], run: (page: Page) => Promise<void>): Promise<void> => {
    const browser: Browser = await launch([...FAKE, ...args])
    try {
      const { page } = await setUp(browser, product, SIZES.usual, ['camera'])
      await page.locator('[data-screen=check]').waitFor()
      await run(page)
    } finally {
      await browser.close()
    }
  }
  const openCamera = (page: Page): Promise<void> => page.getByRole('button', { name: 'Camera', exact: true }).click()
  /** At the log-in it is in the menu. */
  const openAgain = async (page: Page): Promise<void> => {
    await page.reload()
    await page.getByRole('button', { name: 'Menu' }).click()
    await page.getByRole('button', { name: 'Use camera' }).click()
  }
  const cameras = (page: Page): Promise<string[]> =>
    page.evaluate(async () =>
      (await navigator.mediaDevices.enumerateDevices()).flatMap(({ kind, deviceId }) =>
        kind === 'videoinput' ? [deviceId] : [],
      ),
    )
  /** The camera in the picture, once it is this one (null: any). */
  const shown = async (page: Page, wanted: string | null): Promise<string> => {
    const handle = await page.waitForFunction(id => {
      const video = document.querySelector('.camera video')
      const stream = video instanceof HTMLVideoElement ? video.srcObject : null
      const [track] = stream instanceof MediaStream ? stream.getVideoTracks() : []
      const now = track?.readyState === 'live' ? track.getSettings().deviceId : undefined
      return now !== undefined && (id === null || id === now) ? now : false
    }, wanted)
    return String(await handle.jsonValue())
  }
  const other = (list: readonly string[], now: string): string => list.find(id => id !== now) ?? ''

  it('[K47] [K48] [K49] a key turns to the other camera and back; what was remembered opens, and any where it is gone', async () => {
    await withBrowser([], async page => {
      await openCamera(page)
      const first = await shown(page, null)
      const list = await cameras(page)
      expect(list).toHaveLength(2)
      const second = other(list, first)
      await page.getByRole('button', { name: 'Other camera' }).click()
      await shown(page, second)
      await page.getByRole('button', { name: 'Other camera' }).click()
      await shown(page, first)
      // As after three reads with it.
      await page.evaluate(([key, id]) => localStorage.setItem(key ?? '', id ?? ''), [REMEMBERED, second])
      await openAgain(page)
      await shown(page, second)
      await page.evaluate(key => localStorage.setItem(key, 'a camera that was replaced'), REMEMBERED)
      await openAgain(page)
      expect(list).toContain(await shown(page, null))
    })
  })

  it('[K50] a picture that stays black is told', async () => {
    const file = path.join(folder, 'black.y4m')
    const scene = { width: 320, height: 240, pixels: new Uint8Array(320 * 240) }
    writeCamera(file, [{ scene, frames: 4 }])
    await withBrowser([`--use-file-for-fake-video-capture=${file}`], async page => {
      await openCamera(page)
      await page.getByRole('status').filter({ hasText: 'The picture is black' }).waitFor()
    })
  })
})
