import { createElement } from 'react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import type { Root } from 'react-dom/client'
import { afterEach, expect, test, vi } from 'vitest'
import { PROCESSES } from '../../shared/process/index.ts'
import { fakeHandheld, plainResolver, wedgeScan } from '../../test/support/fake-handheld.ts'
import { createController } from '../app/controller.ts'
import { floor } from '../app/floor.ts'
import { ServicesProvider, useApp } from '../app/services.ts'
import type { Services } from '../app/services.ts'
import { DEFAULTS } from '../app/settings.ts'
import { topOf } from '../app/state.ts'
import { learnFloor, speakerOf } from '../words/speak.ts'
import { ErrorBoundary } from './apart.tsx'
import { late, MissingScreen } from './late.tsx'

const NOT_THERE = new TypeError('Failed to fetch dynamically imported module: http://localhost/assets/help-1.js')

let root: Root | null = null
afterEach(() => {
  root?.unmount()
  root = null
  document.body.innerHTML = ''
})

const draw = (node: Parameters<Root['render']>[0]): void => {
  const host = document.createElement('div')
  document.body.append(host)
  root = createRoot(host)
  flushSync(() => root?.render(node))
}
const text = (): string => document.body.innerText

const open = async () => {
  await learnFloor('en')
  const { handheld } = fakeHandheld()
  let mono = 0
  const controller = createController(
    {
      handheld,
      resolver: plainResolver,
      feedback: { play: () => undefined },
      clock: { mono: () => (mono += 1000) },
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
    handheld,
    processes: PROCESSES,
    settings: { get: () => DEFAULTS, set: () => undefined, subscribe: () => () => undefined },
    play: () => undefined,
    openCamera: async () => ({ stop: () => undefined }),
    divert: () => undefined,
    photos: none,
    pictures: none,
    moves: async () => null,
    info: { version: '1.0.0', number: 12 },
  }
  return { services, controller }
}

test('[HH15] a screen that is not there says so, the work goes on, and the next time it is asked for anew', async () => {
  const { services, controller } = await open()
  let asked = 0
  const isThere = { now: false }
  const Help = late(async () => {
    asked += 1
    if (!isThere.now) throw NOT_THERE
    return () => createElement('p', null, 'the help')
  }, MissingScreen)
  const Screens = () =>
    topOf(useApp().state).at === 'help' ? createElement(Help) : createElement('p', null, 'the work')
  draw(createElement(ServicesProvider, { value: services }, createElement(Screens)))
  await controller.scan(wedgeScan('XBANNA'))
  await controller.press('XCHLP')
  await vi.waitFor(() => expect(text()).toContain('This is not here without a network'))
  expect(text()).not.toContain('Not saved')
  document.querySelector<HTMLElement>('[aria-label=Back]')?.click()
  await vi.waitFor(() => expect(text()).toContain('the work'))
  isThere.now = true
  await controller.press('XCHLP')
  await vi.waitFor(() => expect(text()).toContain('the help'))
  await controller.press('XCBAK')
  await controller.press('XCHLP')
  await vi.waitFor(() => expect(text()).toContain('the help'))
  expect(asked).toBe(2)
  // What is scanned over a screen that is not there is answered as ever.
  await controller.scan(wedgeScan('ORD-1042'))
  expect(topOf(controller.state()).at).toBe('process')
})

test('[HH15] a part comes with the words of its language, and is missing in one whose words are not there', async () => {
  const { services } = await open()
  await learnFloor('tr')
  const isThere = { tr: false }
  const Others = late(
    async language => {
      if (language === 'tr' && !isThere.tr) throw NOT_THERE
      return () => createElement('p', null, `rows in ${language}`)
    },
    () => createElement('p', null, 'not here'),
  )
  let chosen = DEFAULTS
  const listeners = new Set<() => void>()
  const choose = (language: 'en' | 'tr'): void => {
    chosen = { ...chosen, language }
    for (const listener of listeners) listener()
  }
  const settings: Services['settings'] = {
    get: () => chosen,
    set: () => undefined,
    subscribe: listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  draw(createElement(ServicesProvider, { value: { ...services, settings } }, createElement(Others)))
  await vi.waitFor(() => expect(text()).toBe('rows in en'))
  choose('tr')
  await vi.waitFor(() => expect(text()).toBe('not here'))
  choose('en')
  await vi.waitFor(() => expect(text()).toBe('rows in en'))
  isThere.tr = true
  choose('tr')
  await vi.waitFor(() => expect(text()).toBe('rows in tr'))
})

test('[HH15] where the whole app cannot go on without a part of it, that is not called work that was not saved', async () => {
  await learnFloor('en')
  const speaker = speakerOf('en')
  const quiet = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  for (const [error, said, unsaid] of [
    [NOT_THERE, 'This is not here without a network', 'Not saved'],
    [new TypeError('error loading dynamically imported module'), 'This is not here', 'Not saved'],
    [new TypeError('Importing a module script failed.'), 'This is not here', 'Not saved'],
    [new TypeError('x is undefined'), 'Not saved', 'This is not here'],
  ] as const) {
    const Broken = (): never => {
      throw error
    }
    draw(createElement(ErrorBoundary, { speaker }, createElement(Broken)))
    await vi.waitFor(() => expect(text()).toContain(said))
    expect(text()).not.toContain(unsaid)
    expect(document.querySelector('a[href="/rescue.html"]')).not.toBeNull()
    root?.unmount()
    document.body.innerHTML = ''
  }
  quiet.mockRestore()
})
