import axe from 'axe-core'
import { createElement } from 'react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import { afterEach, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import * as v from 'valibot'
import { derivedId } from '../../shared/ids.ts'
import type { CallId } from '../../shared/ids.ts'
import { PROCESSES } from '../../shared/process/index.ts'
import { callsRequestSchema, logRequestSchema } from '../../shared/sync/calls.ts'
import type { Call, LogRequest } from '../../shared/sync/calls.ts'
import { fakeHandheld, plainResolver, wedgeScan } from '../../test/support/fake-handheld.ts'
import { createController } from '../app/controller.ts'
import { floor } from '../app/floor.ts'
import { ServicesProvider } from '../app/services.ts'
import type { Services } from '../app/services.ts'
import { DEFAULTS, wear } from '../app/settings.ts'
import type { Settings } from '../app/settings.ts'
import { learnFloor } from '../words/speak.ts'
import { AppScreen, workScreens } from './app.tsx'
import { showCalls } from './calls.tsx'
import '../ui/frame.css'
import '../ui/parts.css'

const leaves: (() => void)[] = []
afterEach(() => {
  for (const leave of leaves.splice(0)) leave()
  document.body.innerHTML = ''
  localStorage.clear()
})

const id = (n: number): CallId => derivedId('call', 'screen', n)
const text = (n: number, words: string): Call => ({
  id: id(n),
  kind: 'text',
  text: words,
  by: 'Elif',
  at: '2027-01-15T10:00:00.000Z',
})
const ring = (n: number): Call => ({ ...text(n, ''), kind: 'ring' })

/** The work and what is shown over it, with a server of calls; `rest` is how long nobody has scanned. */
const open = async (settings: Partial<Settings>, ...sent: Call[]) => {
  const chosen: Settings = { ...DEFAULTS, theme: 'light', ...settings }
  wear(document.documentElement, chosen, false)
  await Promise.all([learnFloor(chosen.language), workScreens()])
  const fake = fakeHandheld()
  const at = { mono: 0, open: sent }
  const played: string[] = []
  const play = (event: string): void => void played.push(event)
  const controller = createController(
    {
      handheld: fake.handheld,
      resolver: plainResolver,
      feedback: { play },
      clock: { mono: () => at.mono },
      timer: { after: () => () => undefined },
      lastTouch: { get: () => null, set: () => undefined },
      processes: PROCESSES,
      setUpAgain: async () => 'ok',
    },
    () => floor,
  )
  const none = () => Promise.reject(new Error('none in this test'))
  const services: Services = {
    controller,
    subscribe: controller.subscribe,
    handheld: fake.handheld,
    processes: PROCESSES,
    settings: { get: () => chosen, set: () => undefined, subscribe: () => () => undefined },
    play,
    openCamera: async () => ({ stop: () => undefined }),
    divert: () => undefined,
    photos: none,
    pictures: none,
    moves: async () => null,
    info: { version: '1.0.0', number: 12 },
  }
  const host = document.createElement('div')
  document.body.append(host)
  const root = createRoot(host)
  flushSync(() => root.render(createElement(ServicesProvider, { value: services }, createElement(AppScreen))))
  leaves.push(() => root.unmount())
  const told: v.InferOutput<typeof callsRequestSchema>[] = []
  const logs: LogRequest[] = []
  let hint: ((word: string) => void) | null = null
  const active = { is: true, changed: (): void => undefined }
  const start = (): void => {
    const leave = showCalls(services, {
      isActive: () => active.is,
      onActive: listener => {
        active.changed = listener
      },
      api: {
        called: run => (hint = run),
        json: async (request, schema) => {
          const sent: unknown = JSON.parse(request.body ?? '')
          if (request.path === '/api/logs') {
            logs.push(v.parse(logRequestSchema, sent))
            return { kind: 'ok', body: v.parse(schema, {}), sentAt: 0, receivedAt: 0 }
          }
          const body = v.parse(callsRequestSchema, sent)
          told.push(body)
          at.open = at.open.filter(one => !body.read.includes(one.id))
          return { kind: 'ok', body: v.parse(schema, { calls: at.open }), sentAt: 0, receivedAt: 0 }
        },
      },
    })
    leaves.push(leave)
  }
  start()
  return {
    at,
    told,
    logs,
    played,
    controller,
    restart: (): void => {
      leaves.pop()?.()
      start()
    },
    hint: (word: string): void => hint?.(word),
    activate: (is: boolean): void => {
      active.is = is
      active.changed()
    },
    scan: async (...codes: string[]): Promise<void> => {
      for (const code of codes) await controller.scan(wedgeScan(code))
    },
    band: (): string => document.querySelector('.band')?.textContent ?? '',
  }
}
const sheet = (): HTMLElement | null => document.querySelector('.call')
const shows = (words: string): Promise<void> => vi.waitFor(() => expect(sheet()?.textContent).toContain(words))

test('[CL2] [CL4] a text is shown over the work until somebody has read it, also after a reload', async () => {
  const app = await open({}, text(1, 'Come to the dock'), text(2, 'Bring the cage'))
  await app.scan('XBANNA')
  app.at.mono += 10_000
  app.hint('2')
  await shows('Come to the dock')
  expect(sheet()?.textContent).toContain('From Elif')
  expect(sheet()?.contains(document.activeElement)).toBe(false)
  app.restart()
  await shows('Come to the dock')
  await page.getByRole('button', { name: 'I read it' }).click()
  await shows('Bring the cage')
  await page.getByRole('button', { name: 'I read it' }).click()
  await vi.waitFor(() => expect(sheet()).toBeNull())
  await vi.waitFor(() => expect(app.told.flatMap(({ read }) => read)).toEqual([id(1), id(2)]))
  app.restart()
  expect(sheet()).toBeNull()
})

test('[DV11] the desk logs somebody out at a pause; they are told so, and their work is where it was', async () => {
  const app = await open({}, { ...text(1, ''), kind: 'out', at: '2099-01-01T00:00:00.000Z' })
  await app.scan('XBANNA', 'ORD-1042', 'XT00018')
  const before = app.controller.state().prompt
  app.at.mono += 10_000
  app.hint('1')
  await shows('Logged out from the desk by Elif. Your work is kept')
  expect(app.controller.state().session).toBeNull()
  await vi.waitFor(() => expect(app.told.at(-1)?.read).toEqual([id(1)]))
  await page.getByRole('button', { name: 'I read it' }).click()
  await vi.waitFor(() => expect(sheet()).toBeNull())
  await app.scan('XBANNA', 'ORD-1042')
  expect(app.controller.state().prompt).toEqual(before)
})

test('[DV12] the handheld tells how it is when it is asked, and nothing that was scanned', async () => {
  const app = await open({}, { ...text(1, ''), kind: 'logs' })
  await app.scan('XBANNA', 'ORD-1042', 'XT00018', '4711000000')
  app.hint('1')
  await vi.waitFor(() => expect(app.told.flatMap(({ read }) => read)).toEqual([id(1)]))
  const [log] = app.logs
  expect(log?.text).toContain('"version": "1.0.0"')
  expect(log?.text).toMatch(/\n\S+ work unknown/)
  for (const secret of ['ANNA', 'ORD-1042', 'XT00018', '4711000000']) expect(log?.text).not.toContain(secret)
  expect(sheet()).toBeNull()
})

test('[CL4] a scan is the work’s while it rings: it is answered, the call becomes one line and comes back', async () => {
  const app = await open({}, ring(1))
  await app.scan('XBANNA', 'ORD-1042')
  app.at.mono += 10_000
  app.hint('1')
  await shows('Elif is calling you')
  await vi.waitFor(() => expect(app.played).toContain('ring'))
  await app.scan('XT00018')
  await vi.waitFor(() => expect(sheet()?.dataset['open']).toBe('false'))
  expect(app.controller.state().prompt?.title.word).toBe('pick')
  expect(app.controller.state().band?.event).not.toBe('wrong')
  expect(app.told.flatMap(({ read }) => read)).toEqual([])
  app.at.mono += 10_000
  await vi.waitFor(() => expect(sheet()?.dataset['open']).toBe('true'))
  await page.getByRole('button', { name: 'Here I am' }).click()
  await vi.waitFor(() => expect(sheet()).toBeNull())
  expect(app.told.at(-1)).toMatchObject({ read: [id(1)] })
  expect(app.played.at(-1)).toBe('note')
})

test('[CL2] only the window that works shows and sounds a call; what another one has answered is not shown again', async () => {
  const app = await open({}, ring(1), text(2, 'Come to the dock'))
  await app.scan('XBANNA')
  app.at.mono += 10_000
  app.hint('2')
  await shows('Elif is calling you')
  app.activate(false)
  expect(sheet()).toBeNull()
  expect(app.played.at(-1)).toBe('note')
  const heard = app.played.length
  // The other window answers the ring; both have one storage.
  localStorage.setItem(
    'stockhand-calls',
    JSON.stringify({ calls: [text(2, 'Come to the dock')], got: [], read: [id(1)] }),
  )
  app.hint('3')
  await new Promise<void>(resolve => requestAnimationFrame(() => resolve()))
  expect([sheet(), app.played.length]).toEqual([null, heard])
  app.activate(true)
  await shows('Come to the dock')
  app.hint('3')
  await vi.waitFor(() => expect(app.told.at(-1)?.read).toEqual([id(1)]))
  expect(app.at.open.map(one => one.id)).toEqual([id(2)])
})

test('[CL4] keys that the work does not hear, of a practice, make one line of a call as well', async () => {
  const app = await open({}, text(1, 'Come to the dock'))
  await app.scan('XBANNA')
  app.at.mono += 10_000
  app.hint('1')
  await shows('Come to the dock')
  dispatchEvent(new KeyboardEvent('keydown', { key: '8' }))
  await vi.waitFor(() => expect(sheet()?.dataset['open']).toBe('false'))
})

test.each([
  ['en', 320, 461, 100],
  ['tr', 320, 461, 200],
  ['tr', 360, 640, 100],
] as const)(
  '[CL4] [H36] a call fits the page and can be touched: %s, %i × %i, text %i',
  async (language, w, h, size) => {
    await page.viewport(w, h)
    const app = await open({ language, text: size }, text(1, `${'Ğ'.repeat(60)} ${'kelime '.repeat(19)}`), ring(2))
    await app.scan('XBANNA')
    app.at.mono += 10_000
    app.hint('2')
    const button = async (): Promise<DOMRect> => {
      await vi.waitFor(() => expect(sheet()?.dataset['open']).toBe('true'))
      sheet()?.querySelector('button')?.scrollIntoView()
      return sheet()!.querySelector('button')!.getBoundingClientRect()
    }
    for (const word of [/Buradayım|Here I am/, /Okudum|I read it/]) {
      const box = await button()
      expect(box.height).toBeGreaterThanOrEqual(56)
      expect(box.bottom).toBeLessThanOrEqual(h)
      expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(w)
      const { violations } = await axe.run(sheet()!, { rules: { region: { enabled: false } } })
      expect(violations.map(found => found.id)).toEqual([])
      await page.getByRole('button', { name: word }).click()
    }
  },
)
