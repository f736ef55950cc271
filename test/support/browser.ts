import { existsSync } from 'node:fs'
import { chromium } from 'playwright'
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright'

export const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
export const ARGS: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export const launch = (more: readonly string[] = []): Promise<Browser> =>
  chromium.launch({
    ...(existsSync(CHROMIUM) ? { executablePath: CHROMIUM } : {}),
    headless: true,
    args: [...ARGS, ...more],
  })

export const SIZES = { small: { width: 320, height: 461 }, usual: { width: 360, height: 640 } } as const

/** One handheld: a browser profile of its own, set up with the printed code. */
export type Handheld = {
  context: BrowserContext
  page: Page
  scan: (text: string) => Promise<void>
  text: () => Promise<string>
  pointerEvents: () => Promise<number>
  band: (part: string | RegExp) => Promise<void>
}

const onlyOnce = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | null = null
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/** Of a scanner, between two characters. */
export const GAP_S = 0.004
export const keyOf = (character: string): { key: string; code: string; text: string; windowsVirtualKeyCode: number } =>
  character === '\n'
    ? { key: 'Enter', code: 'Enter', text: '\r', windowsVirtualKeyCode: 13 }
    : {
        key: character,
        code: /[a-z]/i.test(character)
          ? `Key${character.toUpperCase()}`
          : /\d/.test(character)
            ? `Digit${character}`
            : '',
        text: character,
        windowsVirtualKeyCode: /[a-z0-9]/i.test(character) ? character.toUpperCase().charCodeAt(0) : 0,
      }

/** In the page: what it has put off waits while `held`, so that a driven browser that stalls between two keys ends no code. */
export const holdTimers = (): void => {
  const later = window.setTimeout.bind(window)
  const never = window.clearTimeout.bind(window)
  const due = new Map<number, () => void>()
  let held = false
  const put = (run: TimerHandler, ms?: number, ...args: unknown[]): number => {
    const go = (): void => void (typeof run === 'function' ? run(...args) : undefined)
    const id: number = later(() => (held ? due.set(id, go) : go()), ms)
    return id
  }
  const off = (id?: number): void => {
    if (id !== undefined) due.delete(id)
    never(id)
  }
  Object.assign(window, { setTimeout: put, clearTimeout: off })
  addEventListener('scanner', event => {
    held = event instanceof CustomEvent && event.detail === true
    const ready = held ? [] : [...due.values()]
    if (!held) due.clear()
    for (const go of ready) go()
  })
}

/**
 * As a keyboard scanner: characters close together, then Enter. The times of the keys are a scanner's, given along, however
 * busy the machine is that drives the browser.
 */
const scanner = (page: Page, keys: () => Promise<CDPSession>): ((text: string) => Promise<void>) => {
  let free = 0
  const hold = (held: boolean): Promise<unknown> =>
    page.evaluate(detail => dispatchEvent(new CustomEvent('scanner', { detail })), held)
  return async text => {
    const session = await keys()
    await hold(true)
    const all = [...text, '\n']
    const begin = Math.max(free, Date.now() / 1000 - all.length * GAP_S)
    free = begin + (all.length + 25) * GAP_S
    const sent = all.flatMap((character, n) => {
      const key = { ...keyOf(character), timestamp: begin + n * GAP_S }
      const { text: _, ...released } = key
      return [
        session.send('Input.dispatchKeyEvent', { type: 'keyDown', ...key }),
        session.send('Input.dispatchKeyEvent', { type: 'keyUp', ...released }),
      ]
    })
    await Promise.all(sent)
    await hold(false)
  }
}

export const handheldOn = (context: BrowserContext, page: Page): Handheld => ({
  context,
  page,
  scan: scanner(
    page,
    onlyOnce(() => context.newCDPSession(page)),
  ),
  text: () => page.innerText('body'),
  pointerEvents: () => page.evaluate(() => Number(sessionStorage.getItem('pointers'))),
  band: async part => {
    const wanted =
      typeof part === 'string' ? [part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), ''] : [part.source, part.flags]
    try {
      await page.waitForFunction(
        ([source, flags]) => new RegExp(source ?? '', flags).test(document.body.innerText),
        wanted,
        { timeout: 60_000 },
      )
    } catch (error) {
      throw new Error(`never on the screen: ${String(part)}\n${await page.innerText('body')}`, { cause: error })
    }
  },
})

/** A scanner's keys have the times of the device; those of a driven browser wait for the page while it loads the floor. */
export const floorLoaded = async (page: Page): Promise<void> => {
  await page.waitForFunction(() => performance.getEntriesByName('floor').length > 0)
}

/** A badge is scanned again where the machine was too busy for the keys of a driven browser to come close together. */
export const logIn = async (handheld: Handheld, badge: string, hello = 'Hello'): Promise<void> => {
  for (let attempt = 1; ; attempt += 1) {
    await handheld.scan(badge)
    try {
      await handheld.page.waitForFunction(words => document.body.innerText.includes(words), hello, { timeout: 10_000 })
      return
    } catch (error) {
      if (attempt >= 5) throw error
    }
  }
}

export const setUp = async (
  browser: Browser,
  product: { url: string; code: string },
  size: { width: number; height: number } = SIZES.usual,
  permissions: string[] = [],
): Promise<Handheld> => {
  const context = await browser.newContext({
    viewport: size,
    hasTouch: true,
    isMobile: true,
    permissions,
    locale: 'en-GB',
  })
  await context.addInitScript(holdTimers)
  // Kept over a reload, which a test without a network has in its midst.
  await context.addInitScript(() => {
    const count = (): void => sessionStorage.setItem('pointers', String(Number(sessionStorage.getItem('pointers')) + 1))
    addEventListener('pointerdown', count, true)
  })
  const page = await context.newPage()
  await page.goto(`${product.url}/enrol#t=${product.code}`)
  const handheld = handheldOn(context, page)
  await handheld.band('Scan your badge')
  await floorLoaded(page)
  return handheld
}
