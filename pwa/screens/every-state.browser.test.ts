import { createElement } from 'react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import type { Root } from 'react-dom/client'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import { PROCESSES } from '../../shared/process/index.ts'
import type { Process, Prompt } from '../../shared/process/process.ts'
import { floorController } from '../../test/support/floor-controller.ts'
import { walk, walked } from '../../test/support/process-walk.ts'
import type { Stop } from '../../test/support/process-walk.ts'
import { COMFORTABLE, LANDSCAPE, screenFaults, SMALL } from '../../test/support/screen-faults.ts'
import type { Size } from '../../test/support/screen-faults.ts'
import { ServicesProvider } from '../app/services.ts'
import type { Services } from '../app/services.ts'
import { DEFAULTS, wear } from '../app/settings.ts'
import type { Settings } from '../app/settings.ts'
import type { AppState } from '../app/state.ts'
import { learnHand } from '../words/hand.ts'
import { learnFloor, speakerOf } from '../words/speak.ts'
import { AppScreen, workScreens } from './app.tsx'
import '../ui/frame.css'
import '../ui/parts.css'

/**
 * Every state of every process as a handheld draws it: of those that look alike, which is what is asked, what is to be
 * answered and what stands in the middle, the one with most on it.
 */
const looksLike = ({ ask, confirm, choices, hero, lines, picks }: Prompt): string =>
  JSON.stringify([ask, confirm?.question.key, choices.length, hero.kind, lines.length > 0, picks], (key, value) =>
    key === 'values' ? undefined : (value as unknown),
  )
const fullness = ({ keys, facts, lines, title }: Prompt): number =>
  keys.length + facts.length + Math.min(lines.length, 9) + (title.code === null ? 0 : 1)

const fullest = (process: Process): readonly Stop[] => {
  const best = new Map<string, { stop: Stop; n: number }>()
  for (const stop of walk(process)) {
    const prompt = walked(process, stop).anna.prompt()
    const [look, n] = [looksLike(prompt), fullness(prompt)]
    if (n > (best.get(look)?.n ?? -1)) best.set(look, { stop, n })
  }
  return [...best.values()].map(({ stop }) => stop)
}

let root: Root | null = null
afterEach(() => {
  root?.unmount()
  root = null
  document.body.innerHTML = ''
})
const none = () => Promise.reject(new Error('none in this test'))

/** The app over a state that is put there, as if its worker had just come to it. */
const easel = async (settings: Partial<Settings>, process: Process) => {
  const chosen: Settings = { ...DEFAULTS, theme: 'light', ...settings }
  wear(document.documentElement, chosen, false)
  await Promise.all([
    learnFloor(chosen.language),
    learnHand(chosen.language),
    workScreens(),
    import('./photo-panel.tsx'),
  ])
  const { controller, handheld, scan } = floorController()
  await scan('XBCEM')
  let state: AppState = controller.state()
  let world = handheld.world()
  const listeners = new Set<() => void>()
  const services: Services = {
    controller: { ...controller, state: () => state },
    subscribe: listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    handheld: { ...handheld, world: () => world },
    processes: PROCESSES,
    settings: { get: () => chosen, set: () => undefined, subscribe: () => () => undefined },
    play: () => undefined,
    openCamera: async () => ({ stop: () => undefined }),
    divert: () => undefined,
    photos: none,
    pictures: none,
    moves: async () => null,
    info: { version: '1.0.0', number: 12 },
  }
  const host = document.createElement('div')
  document.body.append(host)
  root = createRoot(host)
  flushSync(() => root?.render(createElement(ServicesProvider, { value: services }, createElement(AppScreen))))
  return async (stop: Stop): Promise<string> => {
    const there = walked(process, stop)
    const prompt = there.anna.prompt()
    world = there.world
    const open = { process, state: there.anna.state(), history: [] }
    state = { ...state, stack: [{ at: 'home' }, { at: 'process', open }], prompt, band: null, question: null }
    flushSync(() => {
      for (const listener of listeners) listener()
    })
    const title = [speakerOf(chosen.language).word(prompt.title.word), prompt.title.code].filter(Boolean).join(' ')
    await vi.waitFor(() => expect(document.querySelector('.head')?.textContent).toContain(title))
    if (prompt.confirm === null && prompt.ask.kind !== 'photo')
      expect(document.querySelectorAll('.choices button')).toHaveLength(prompt.choices.length)
    await new Promise<void>(resolve => requestAnimationFrame(() => requestAnimationFrame(() => resolve())))
    return `${stop.at} ${prompt.ask.message.key} ${prompt.confirm?.question.key ?? ''}`.trim()
  }
}

type Look = { size: Size; settings: Partial<Settings>; dir: 'ltr' | 'rtl' }
const LOOKS: Readonly<Record<string, Look>> = {
  'small, English': { size: SMALL, settings: {}, dir: 'ltr' },
  'comfortable, Turkish, dark': { size: COMFORTABLE, settings: { language: 'tr', theme: 'dark' }, dir: 'ltr' },
  'small, right to left, dark': { size: SMALL, settings: { theme: 'dark' }, dir: 'rtl' },
  'landscape, Turkish, right to left': { size: LANDSCAPE, settings: { language: 'tr' }, dir: 'rtl' },
}

describe.each(PROCESSES.map(process => [process.name, process] as const))('%s', (_, process) => {
  const stops = fullest(process)
  test.each(Object.entries(LOOKS))('[H80] every state can be read, hit and used: %s', async (__, look) => {
    await page.viewport(...look.size)
    const show = await easel(look.settings, process)
    document.documentElement.dir = look.dir
    const faults: Record<string, readonly string[]> = {}
    for (const stop of stops) {
      const name = await show(stop)
      const found = await screenFaults(look.size)
      if (found.length > 0) faults[name] = found
    }
    expect(faults).toEqual({})
  })
})
