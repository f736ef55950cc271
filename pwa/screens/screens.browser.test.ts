import { createElement } from 'react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import type { Root } from 'react-dom/client'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import { PROCESSES } from '../../shared/process/index.ts'
import type { ProcessName } from '../../shared/process/process.ts'
import type { MovesAnswer, MovesOf } from '../../shared/sync/moves.ts'
import { derivedId } from '../../shared/ids.ts'
import type { Task, TaskGoods, TaskKind } from '../../shared/catalogue.ts'
import { NOTHING } from '../../shared/ledger/effects.ts'
import { placeId } from '../../test/support/site.ts'
import { COMFORTABLE, LANDSCAPE, named, screenFaults, SMALL } from '../../test/support/screen-faults.ts'
import type { Size } from '../../test/support/screen-faults.ts'
import { ORDER, SITE, TASK, fakeHandheld, plainResolver, wedgeScan } from '../../test/support/fake-handheld.ts'
import { floor } from '../app/floor.ts'
import { createController } from '../app/controller.ts'
import { ServicesProvider } from '../app/services.ts'
import type { Services } from '../app/services.ts'
import { DEFAULTS, wear } from '../app/settings.ts'
import type { Settings } from '../app/settings.ts'
import { Code } from '../ui/code.tsx'
import type { PhotoDesk } from '../sync/photo-box.ts'
import { learnHand } from '../words/hand.ts'
import { learnFloor } from '../words/speak.ts'
import { AppScreen, workScreens } from './app.tsx'
import '../ui/frame.css'
import '../ui/parts.css'

/** After which a handheld that lies about shows no work. */
const IDLE_MS = 300_000
let root: Root | null = null
afterEach(() => {
  root?.unmount()
  root = null
  document.body.innerHTML = ''
})

const noPhotos = (): Promise<PhotoDesk> => Promise.reject(new Error('none in this test'))
const A_MOVE: MovesAnswer['moves'][number] = {
  at: '2027-01-14T08:30:00.000Z',
  worker: SITE.roster.workers[0]?.id ?? null,
  item: derivedId('item', 'moved'),
  name: 'Item 1',
  lot: 'L-2027',
  serial: '',
  from: { code: 'SUPPLIER', kind: 'supplier' },
  to: { code: 'A-01', kind: null },
  qty: 12,
}
const someMoves: Services['moves'] = async () => ({ moves: [A_MOVE], hidden: true })
const open = async (settings: Partial<Settings>, photos = noPhotos, moves = someMoves) => {
  const chosen: Settings = { ...DEFAULTS, theme: 'light', ...settings }
  wear(document.documentElement, chosen, false)
  await Promise.all([learnFloor(chosen.language), workScreens()])
  const fake = fakeHandheld()
  let mono = 0
  let leave = (): void => undefined
  const controller = createController(
    {
      handheld: fake.handheld,
      resolver: plainResolver,
      feedback: { play: () => undefined },
      clock: { mono: () => (mono += 1000) },
      timer: {
        after: (ms, run) => {
          if (ms === IDLE_MS) leave = run
          return () => undefined
        },
      },
      lastTouch: { get: () => null, set: () => undefined },
      processes: PROCESSES,
      setUpAgain: async () => 'ok',
    },
    () => floor,
  )
  const services: Services = {
    controller,
    subscribe: controller.subscribe,
    handheld: fake.handheld,
    processes: PROCESSES,
    settings: { get: () => chosen, set: () => undefined, subscribe: () => () => undefined },
    play: () => undefined,
    openCamera: async () => ({ stop: () => undefined }),
    divert: () => undefined,
    photos,
    pictures: () => Promise.reject(new Error('none in this test')),
    moves,
    info: { version: '1.0.0', number: 12 },
  }
  const host = document.createElement('div')
  document.body.append(host)
  root = createRoot(host)
  flushSync(() => root?.render(createElement(ServicesProvider, { value: services }, createElement(AppScreen))))
  const scan = async (...texts: string[]): Promise<void> => {
    for (const text of texts) await controller.scan(wedgeScan(text))
    await drawn()
  }
  return { ...fake, controller, scan, leave: () => leave() }
}
/** Two frames: React has drawn, and the observers of sizes have answered. */
const drawn = async (): Promise<void> => {
  // Screens that are loaded when they are first opened.
  await Promise.all<unknown>([
    import('./queue.tsx'),
    import('./settings.tsx'),
    import('./menu-panel.tsx'),
    import('./check.tsx'),
    import('./problems.tsx'),
    import('./help.tsx'),
    import('./practice.tsx'),
    import('./photo-panel.tsx'),
    import('./moves-panel.tsx'),
    learnHand('en'),
    learnHand('tr'),
  ])
  await vi.waitFor(() => expect(document.querySelector('.frame, .practice')).not.toBeNull())
  await new Promise<void>(resolve => requestAnimationFrame(() => requestAnimationFrame(() => resolve())))
}

type Opened = Awaited<ReturnType<typeof open>>
const begun = async (app: Opened, name: ProcessName): Promise<void> => {
  await app.scan('XBANNA')
  await app.controller.openProcess(name)
  expect(app.controller.state().prompt?.title.word).toBe(name)
}
/** By whoever may do everything, with the card of the process. */
const opened = async (app: Opened, name: ProcessName, ...scans: string[]): Promise<void> => {
  await app.scan('XBCEM', ...scans)
  expect(app.controller.state().prompt?.title.word).toBe(name)
}
const PICKING = ['XBANNA', 'ORD-1042', 'XT00018']
/** Each screen of the floor, and the way to it. */
const VIEWS: Readonly<Record<string, (app: Opened) => Promise<void>>> = {
  'log in': async app => app.scan(),
  'the PIN': async app => {
    app.askPins('ANNA')
    await app.scan('XBANNA')
    for (const key of '25801') await app.controller.typeKey(key)
  },
  'a wrong PIN': async app => {
    app.askPins('ANNA')
    await app.scan('XBANNA', '9999')
  },
  'no PIN yet': async app => {
    app.askPins()
    await app.scan('XBANNA')
  },
  'left alone, another badge': async app => {
    await app.scan(...PICKING)
    app.leave()
    await app.scan('XBCEM')
  },
  home: async app => app.scan('XBANNA'),
  'home menu': async app => {
    await app.scan('XBANNA')
    app.controller.panel('menu')
  },
  'pick a place': async app => app.scan(...PICKING),
  'pick an item': async app => app.scan(...PICKING, 'A-01', '8690000000001'),
  'the wrong item': async app => app.scan(...PICKING, 'A-01', '8690000000004'),
  'how many': async app => app.scan(...PICKING, 'A-01', 'XCSHT'),
  'what happened': async app => app.scan(...PICKING, 'A-01', 'XCSHT', 'XCQ01'),
  'all keys': async app => app.scan(...PICKING, 'XCPRB'),
  'type a code': async app => app.scan(...PICKING, 'XCKEY'),
  'receive, list of deliveries': async app => {
    await app.scan('XBANNA')
    await app.controller.openProcess('receive')
  },
  'receive an item': async app => app.scan('XBANNA', 'PO-778', '8690000000001'),
  'a photo of an unknown code': async app => {
    await app.scan('XBANNA', 'PO-778', 'NOBODY-KNOWS-1')
    app.controller.panel('photo')
    // No camera here: the photo comes from the file the device asks for.
    await vi.waitFor(() => expect(document.querySelector('.button input[type=file]')).not.toBeNull())
  },
  'a question': async app => app.scan('XBANNA', 'PO-778', '8690000000003'),
  'hand over': async app => app.scan(...PICKING, 'XBCEM'),
  'look up': async app => app.scan('XBANNA', '8690000000001'),
  'look up, a row chosen': async app => {
    await app.scan('XBANNA', '8690000000001', 'XCMVE', 'A-03', 'XCHME', '8690000000001', 'XCR02')
  },
  'help on a step': async app => {
    await app.scan(...PICKING, 'A-01', 'XCHLP')
    await vi.waitFor(() => expect(document.querySelector('[data-step="pick.goods"]')).not.toBeNull())
  },
  'home, long unheard': async app => {
    await app.scan('XBANNA')
    app.setStatus({ link: 'offline', lastGoodRound: null })
  },
  'a code of another kind': async app => app.scan(...PICKING, 'A-01', 'PO-778'),
  'put away, what': async app => begun(app, 'putaway'),
  'move, from where': async app => begun(app, 'move'),
  'move, what': async app => {
    await begun(app, 'move')
    await app.scan('A-01')
  },
  'move, where to': async app => {
    await begun(app, 'move')
    await app.scan('A-01', '8690000000001')
    expect(app.controller.state().prompt?.ask.message.key).toBe('move.to')
  },
  'move, into which status': async app => {
    await app.scan('XBCEM', 'XCMVE', 'A-01', '8690000000001', 'XCSTA')
    expect(app.controller.state().prompt?.ask.kind).toBe('reason')
  },
  'pack, what': async app => opened(app, 'pack', 'XCPAK'),
  'ship, what': async app => opened(app, 'ship', 'XCSHP'),
  'count, where': async app => opened(app, 'count', 'XCCNT'),
  'count, what': async app => {
    await opened(app, 'count', 'XCCNT', 'A-01')
    expect(app.controller.state().prompt?.ask.message.key).toBe('count.next')
  },
  'look up a place': async app => opened(app, 'lookup', 'XCLKP', 'A-01'),
  'look up, what has moved': async app => {
    await app.scan('XBANNA', '8690000000001', 'XCHIS')
    await vi.waitFor(() => expect(document.querySelector('.middle .line')).not.toBeNull())
  },
  'look up an order': async app => opened(app, 'lookup', 'XCLKP', 'ORD-1042'),
  'put back, which tote': async app => begun(app, 'putback'),
  'replenish, nothing to do': async app => begun(app, 'replenish'),
  'return, which order': async app => begun(app, 'return'),
  'goods found by a name': async app => {
    await app.scan('XBANNA')
    await app.controller.type('item')
  },
  'waiting to send': async app => app.scan(...PICKING, 'A-01', '8690000000001', 'XCSYN'),
  settings: async app => {
    await app.scan('XBANNA')
    app.controller.show('settings')
    await app.scan('8690000000001')
  },
  'set-up check': async app => {
    app.controller.show('check')
    await app.scan('8690000000001')
  },
  help: async app => app.scan('XBANNA', 'XCHLP'),
  'problems, nothing': async app => app.scan('XBANNA', 'XCPRB'),
  'problems, a code kept': async app => app.scan('XBANNA', 'XCPRB', 'NOBODY KNOWS'),
  'problems, what was refused': async app => {
    await app.scan(...PICKING, 'A-01', '8690000000001', 'XCHME')
    const [, command = null] = app.commands
    app.setStatus({
      needsMe: [
        { seq: 2, outcome: 'exception', reason: null, command },
        { seq: 1, outcome: 'quarantined', reason: 'broken_chain', command },
      ],
    })
    await app.scan('XCPRB')
  },
  'practice, its sheet': async app => {
    await app.scan('XBANNA')
    app.controller.show('practice')
    await vi.waitFor(() => expect(document.querySelector('.sheet')).not.toBeNull())
  },
  'practice, at work': async app => {
    await app.scan('XBANNA')
    app.controller.show('practice')
    await vi.waitFor(() => expect(document.querySelector('.sheet button')).not.toBeNull())
    document.querySelector<HTMLElement>('.sheet button')?.click()
    await vi.waitFor(() => expect(document.querySelector('.practice .bar')).not.toBeNull())
  },
}

type Look = { size: Size; settings: Partial<Settings>; dir: 'ltr' | 'rtl' }
const LOOKS: Readonly<Record<string, Look>> = {
  'small, English': { size: SMALL, settings: {}, dir: 'ltr' },
  'comfortable, Turkish, dark': { size: COMFORTABLE, settings: { language: 'tr', theme: 'dark' }, dir: 'ltr' },
  'small, right to left, dark': { size: SMALL, settings: { theme: 'dark' }, dir: 'rtl' },
  'comfortable, right to left': { size: COMFORTABLE, settings: {}, dir: 'rtl' },
  'small, Turkish, text 200 %': { size: SMALL, settings: { language: 'tr', text: 200 }, dir: 'ltr' },
  'vehicle mount, landscape, text 150 %': { size: [1024, 600], settings: { text: 150 }, dir: 'ltr' },
  'landscape, right to left, gloves': { size: [740, 360], settings: { buttons: 125, leftHand: true }, dir: 'rtl' },
  'landscape, right to left': { size: LANDSCAPE, settings: {}, dir: 'rtl' },
  'comfortable, left hand, gloves': { size: COMFORTABLE, settings: { leftHand: true, buttons: 125 }, dir: 'ltr' },
}

const rectOf = (selector: string): DOMRect | null => document.querySelector(selector)?.getBoundingClientRect() ?? null

describe.each(Object.entries(LOOKS))('%s', (_, look) => {
  test.each(Object.entries(VIEWS))('[H36] %s can be read, hit and used with one thumb', async (__, go) => {
    await page.viewport(...look.size)
    const app = await open(look.settings)
    document.documentElement.dir = look.dir
    await go(app)
    await drawn()
    expect(await screenFaults(look.size)).toEqual([])
  })
})

describe('turned, or on a vehicle', () => {
  test.each([
    ['left to right', 'ltr'],
    ['right to left', 'rtl'],
  ] as const)('[H81] the prompt and its keys stand beside what they are about, %s', async (_, dir) => {
    await page.viewport(...LANDSCAPE)
    const app = await open({})
    document.documentElement.dir = dir
    await app.scan(...PICKING)
    await drawn()
    const sides = (): readonly (number | undefined)[] =>
      ['.prompt', '.bar', '.keypad', '.middle'].map(selector => {
        const rect = rectOf(selector)
        return rect === null || rect.height === 0 ? undefined : Math.sign(rect.left + rect.width / 2 - LANDSCAPE[0] / 2)
      })
    const first = dir === 'ltr' ? -1 : 1
    expect(sides()).toEqual([first, first, undefined, -first])
    expect(rectOf('.middle')?.height).toBeGreaterThan(200)
    await app.scan('A-01', 'XCSHT')
    await drawn()
    expect(sides()).toEqual([first, undefined, first, -first])
  })
})

describe('the PIN', () => {
  test('[PN5] is hidden on the screen, on our own keys, which type it and send it', async () => {
    await page.viewport(...SMALL)
    const app = await open({})
    app.askPins('ANNA')
    await app.scan('XBANNA')
    for (const name of ['2', '5', '8']) await page.getByRole('button', { name, exact: true }).click()
    await drawn()
    expect(document.querySelector('output')?.textContent).toBe('●●●')
    expect(document.body.textContent).not.toContain('258')
    for (const name of ['0', 'OK']) await page.getByRole('button', { name, exact: true }).click()
    await vi.waitFor(() => expect(app.controller.state().session?.worker.name).toBe('ANNA'))
    expect(app.tries).toEqual(['2580'])
  })
})

describe('codes and focus', () => {
  test('[H37] a code keeps its order on a right-to-left page', async () => {
    document.documentElement.dir = 'rtl'
    const host = document.createElement('p')
    document.body.append(host)
    root = createRoot(host)
    flushSync(() => root?.render(createElement(Code, null, '12-A-03')))
    const text = host.querySelector('.code')?.firstChild
    const lefts = Array.from({ length: '12-A-03'.length }, (_letter, at) => {
      const range = document.createRange()
      if (text) {
        range.setStart(text, at)
        range.setEnd(text, at + 1)
      }
      return range.getBoundingClientRect().left
    })
    expect(lefts).toEqual([...lefts].sort((a, b) => a - b))
    expect(new Set(lefts).size).toBe(lefts.length)
  })

  test('[H38] no button keeps the focus after a tap, so that the Enter of a scan presses nothing', async () => {
    await page.viewport(...SMALL)
    const app = await open({})
    await app.scan(...PICKING)
    await page.getByRole('button', { name: 'Short' }).click()
    await drawn()
    expect(document.activeElement?.tagName).not.toBe('BUTTON')
    expect(app.controller.state().prompt?.ask.kind).toBe('quantity')
  })

  test('[H39] the keypad sets the total: the first digit replaces, 0 is 0', async () => {
    await page.viewport(...SMALL)
    const app = await open({})
    await app.scan(...PICKING, 'A-01', 'XCSHT')
    for (const name of ['0', '1', 'OK']) await page.getByRole('button', { name, exact: true }).click()
    await drawn()
    expect(app.controller.state().prompt?.ask.kind).toBe('reason')
    await page.getByRole('button', { name: 'Not found' }).click()
    await drawn()
    expect(app.commands.map(command => command.type)).toEqual(['tote.bind', 'pick', 'short'])
  })

  test('[H40] the whole hero stays visible at twice the text on the smallest page', async () => {
    await page.viewport(...SMALL)
    const app = await open({ text: 200 })
    await app.scan(...PICKING)
    await drawn()
    const hero = rectOf('.hero')
    const middle = rectOf('.middle')
    expect(hero !== null && middle !== null && hero.bottom <= middle.bottom + 0.5).toBe(true)
  })
})

describe('what else a screen tells', () => {
  const text = (selector: string): string => document.querySelector(selector)?.textContent.trim() ?? ''

  test('[HH19] lists say as of when, in amber when nothing was heard for long', async () => {
    await page.viewport(...COMFORTABLE)
    const app = await open({})
    await app.scan('XBANNA')
    await drawn()
    const isOld = () => document.querySelector('.asof')?.getAttribute('data-old')
    expect([text('.asof').startsWith('As of'), isOld()]).toEqual([true, 'false'])
    app.setStatus({ lastGoodRound: '2027-01-15T09:40:00.000Z' })
    await drawn()
    expect(isOld()).toBe('true')
    await app.scan('8690000000001')
    await drawn()
    expect(isOld()).toBe('true')
  })

  test('[HH20] help on a step begins with a sentence on it, in the language of who reads it; without a step there is none', async () => {
    await page.viewport(...COMFORTABLE)
    const app = await open({ language: 'tr' })
    await app.scan('XBANNA', 'XCHLP')
    await drawn()
    expect(document.querySelector('[data-step]')).toBeNull()
    await app.scan('XCHME', ...PICKING.slice(1), 'A-01', 'XCHLP')
    await vi.waitFor(() => expect(text('[data-step="pick.goods"] .now')).toContain('EKSİK'))
  })

  test('[U10] [U11] a row of Look-up says its status and what is available, and a tap chooses it', async () => {
    await page.viewport(...COMFORTABLE)
    const app = await open({})
    await app.scan('XBANNA', '8690000000001', 'XCMVE', 'A-03', 'XCHME', '8690000000001')
    await drawn()
    expect([...document.querySelectorAll('.details')].map(one => one.textContent)).toEqual([
      'GoodReserved 2Available 7',
      'GoodAvailable 1',
    ])
    await page.getByRole('button', { name: 'A-03' }).click()
    await drawn()
    expect(document.querySelector('.line[aria-pressed="true"]')?.textContent).toContain('A-03')
  })

  test('[U15] Look-up asks for the last movements of what it shows, by a button or its card; Back and a scan lead on', async () => {
    await page.viewport(...COMFORTABLE)
    const asked: MovesOf[] = []
    const app = await open({}, noPhotos, async of => {
      asked.push(of)
      return someMoves(of)
    })
    await app.scan('XBCEM', '8690000000001')
    await page.getByRole('button', { name: 'Movements' }).click()
    await vi.waitFor(() => expect(text('.middle')).toContain('Supplier → A-01'))
    const item = SITE.items.find(one => one.codes.includes('8690000000001'))?.id
    expect(asked).toEqual([{ kind: 'item', item, label: null }])
    expect(text('.middle')).toContain('What is being counted is left out')
    expect(text('.middle .line')).toContain(`14.01. 08:30${SITE.roster.workers[0]?.name ?? ''}L-2027`)
    await app.controller.press('XCBAK')
    expect(app.controller.state()).toMatchObject({ panel: 'none', prompt: { title: { word: 'lookup' } } })
    await app.scan('XCHIS', 'A-01')
    expect(app.controller.state().panel).toBe('none')
    await app.scan('XCHIS')
    await vi.waitFor(() => expect(asked.at(-1)).toEqual({ kind: 'location', location: placeId(SITE, 'A-01') }))
    await vi.waitFor(() => expect(text('.middle .line')).toContain('Item 1'))
  })

  test('[U17] without a network that is said, with a key to ask again; what is not sent yet is named, and elsewhere there is no such key', async () => {
    await page.viewport(...COMFORTABLE)
    let isThere = false
    const app = await open({}, noPhotos, async of => (isThere ? someMoves(of) : null))
    await app.scan(...PICKING, 'A-01', 'XCHIS')
    expect(app.controller.state().band?.say.key).toBe('no.key')
    await app.scan('XCLKP', 'XCHIS')
    expect(app.controller.state().band?.say.key).toBe('no.key')
    await app.scan('8690000000001', 'XCHIS')
    await vi.waitFor(() => expect(text('.middle')).toContain('No network'))
    expect(text('.middle')).toContain('has not sent yet')
    isThere = true
    await page.getByRole('button', { name: 'Try again' }).click()
    await vi.waitFor(() => expect(text('.middle')).toContain('Supplier → A-01'))
  })

  test('[HH36] on the smallest page the keys of a step that asks for a number stand above the keypad and can be pressed', async () => {
    await page.viewport(...SMALL)
    const app = await open({})
    await app.scan(...PICKING, 'A-01', 'XCSHT')
    const shown = () => [...document.querySelectorAll<HTMLElement>('.low-keys button')]
    expect(shown().map(named)).toEqual(['Empty', 'Type'])
    const middle = rectOf('.middle')
    for (const key of shown()) {
      const { left, top, width, height, bottom } = key.getBoundingClientRect()
      expect(bottom).toBeLessThanOrEqual(middle?.bottom ?? 0)
      expect(document.elementFromPoint(left + width / 2, top + height / 2)?.closest('button')).toBe(key)
    }
    await page.getByRole('button', { name: 'Empty' }).click()
    expect(app.controller.state().prompt?.ask.kind).toBe('reason')
    await page.viewport(...COMFORTABLE)
    await app.scan('XCBAK', 'XCBAK', 'XCSHT')
    expect(shown().every(key => key.getBoundingClientRect().height === 0)).toBe(true)
  })

  test('[H56] what is wanted is said after what was scanned', async () => {
    await page.viewport(...COMFORTABLE)
    const app = await open({})
    await app.scan(...PICKING, 'A-01', 'PO-778')
    await drawn()
    expect(text('.band')).toContain('This is a document. Scan the item')
  })

  test('[H70] packing and put-away list what waits before the first scan, with the names of goods once they are here', async () => {
    await page.viewport(...COMFORTABLE)
    const app = await open({})
    const world = app.handheld.world()
    const [row] = [...world.stockAt(placeId(SITE, 'A-01'))]
    if (row === undefined) throw new Error('nothing at A-01')
    const item = world.item(row.item)
    const goods: TaskGoods = { ...row, from: row, to: placeId(SITE, 'A-03'), qty: 1, line: null }
    const work = (kind: TaskKind, more: Partial<Task>): Task => ({
      ...TASK,
      id: derivedId('task', kind),
      kind,
      document: null,
      ...more,
    })
    const tasks = [work('pack', { document: ORDER.id }), work('putaway', { goods })]
    world.apply({ ...NOTHING, tasks })
    let isHere = false
    vi.spyOn(world, 'item').mockImplementation(() => (isHere ? item : undefined))
    vi.spyOn(app.handheld, 'loadItems').mockImplementation(async () => {
      isHere = true
      return item === undefined ? [] : [item]
    })
    const listed = () => [...document.querySelectorAll('.button[data-kind="row"]')].map(one => one.textContent)
    await begun(app, 'pack')
    await vi.waitFor(() => expect(listed()).toEqual([expect.stringContaining('ORD-1042')]))
    await app.controller.press('XCHME')
    await app.controller.openProcess('putaway')
    await vi.waitFor(() => expect(listed()).toEqual([expect.stringContaining(item?.name ?? '?')]))
    expect(listed()[0]).toContain('A-01')
    await app.controller.press('XCHME')
    await app.controller.openProcess('move')
    await drawn()
    expect(text('.prompt')).toContain('Scan')
    expect(document.body.innerText).not.toContain('No task waits for you')
  })

  test('[H53] a tile says its number', async () => {
    await page.viewport(...COMFORTABLE)
    const app = await open({})
    await app.scan('XBANNA')
    await drawn()
    expect([...document.querySelectorAll('.tiles .nth')].map(one => one.textContent.trim())[0]).toBe('1')
  })
})

describe('a noisy place', () => {
  test('[HH18] the band of trouble flashes where the person has set it, at most three times a second, and no other does', async () => {
    await page.viewport(...COMFORTABLE)
    const animations = () => document.querySelector('.band')?.getAnimations() ?? []
    const app = await open({ noisy: true })
    await app.scan(...PICKING)
    expect(animations()).toEqual([])
    await app.scan('8690000000004')
    const [flash] = animations()
    const { duration } = flash?.effect?.getTiming() ?? {}
    const frames = flash?.effect instanceof KeyframeEffect ? flash.effect.getKeyframes() : []
    const starts = frames.filter(frame => frame['filter'] === 'invert(1)').map(frame => frame.computedOffset)
    expect(starts.length).toBeGreaterThan(1)
    for (const [i, at] of starts.slice(1).entries())
      expect((at - (starts[i] ?? 0)) * Number(duration)).toBeGreaterThan(333)
    root?.unmount()
    document.body.innerHTML = ''
    const quiet = await open({})
    await quiet.scan(...PICKING, '8690000000004')
    expect(animations()).toEqual([])
  })
})

describe('what waits', () => {
  const dot = (): string => document.querySelector('.dot')?.getAttribute('aria-label') ?? ''
  const said = (): string => document.querySelector('.stack')?.textContent ?? ''

  test('[H62] a photo that waits and “All sent” never stand on the screen together, nor a dot that says so', async () => {
    const app = await open({})
    await app.scan('XBANNA')
    app.controller.show('queue')
    await drawn()
    expect([said(), dot()]).toEqual([expect.stringContaining('Nothing waits. All sent'), 'All sent'])
    app.controller.photosWait(1)
    await drawn()
    expect(said()).toContain('1 photo waits')
    expect(said()).not.toContain('All sent')
    expect(dot()).toBe('waiting 1')
    app.setStatus({ waiting: 2 })
    await drawn()
    expect(said()).toMatch(/2 not sent yet.*1 photo waits/)
    expect(dot()).toBe('waiting 3')
    app.setStatus({ link: 'offline' })
    await drawn()
    expect(dot()).toBe('Offline 3')
    app.setStatus({ link: 'online', waiting: 0 })
    app.controller.photosWait(0)
    await drawn()
    expect([said(), dot()]).toEqual([expect.stringContaining('Nothing waits. All sent'), 'All sent'])
  })
})

describe('a photo without a camera', () => {
  const input = (): HTMLInputElement | null => document.querySelector<HTMLInputElement>('.button input[type=file]')
  const picture = async (): Promise<File> => {
    const canvas = new OffscreenCanvas(40, 30)
    canvas.getContext('2d')?.fillRect(0, 0, 40, 30)
    return new File([await canvas.convertToBlob({ type: 'image/jpeg' })], 'shot.jpg', { type: 'image/jpeg' })
  }

  const shoot = async (): Promise<void> => {
    const files = new DataTransfer()
    files.items.add(await picture())
    const field = input()
    if (field !== null) field.files = files.files
    field?.dispatchEvent(new Event('change', { bubbles: true }))
  }

  test('[PH33] Problem takes photos with the note on the smallest page; one that cannot be kept is said, and the note goes without', async () => {
    await page.viewport(...SMALL)
    let kept: Awaited<ReturnType<PhotoDesk['keep']>> = 'full'
    const desk: PhotoDesk = {
      keep: async () => kept,
      appended: async () => undefined,
      waiting: () => 0,
      subscribe: () => () => undefined,
      close: async () => undefined,
    }
    const app = await open({}, async () => desk)
    await app.scan(...PICKING, 'XCPRB')
    await page.getByRole('button', { name: 'Photo' }).click()
    await vi.waitFor(() => expect(input()).not.toBeNull())
    await shoot()
    await vi.waitFor(() => expect(app.controller.state().band?.say.key).toBe('photo.full'))
    kept = { sha: 'c'.repeat(64) }
    await shoot()
    await vi.waitFor(() => expect(document.querySelector('.middle')?.textContent).toContain('1 photo kept'))
    await page.getByRole('textbox').fill('wet')
    document.querySelector<HTMLElement>('.typing button[type=submit]')?.click()
    await vi.waitFor(() => expect(app.commands.at(-1)).toMatchObject({ type: 'note', photos: ['c'.repeat(64)] }))
    expect(app.controller.state().panel).toBe('none')
  })

  test('[PH27] the button for it stays as it is while the picture is written, and takes no second one', async () => {
    await page.viewport(...COMFORTABLE)
    let write = (_end: 'full'): void => undefined
    let asked = 0
    const keep: PhotoDesk['keep'] = () =>
      new Promise(resolve => {
        asked += 1
        write = resolve
      })
    const app = await open({}, async () => ({
      keep,
      appended: async () => undefined,
      waiting: () => 0,
      subscribe: () => () => undefined,
      close: async () => undefined,
    }))
    await app.scan('XBANNA', 'PO-778', 'NOBODY-KNOWS-1')
    app.controller.panel('photo')
    await vi.waitFor(() => expect(input()).not.toBeNull())
    await shoot()
    await vi.waitFor(() => expect(asked).toBe(1))
    await drawn()
    expect([input()?.disabled, document.querySelector('video')]).toEqual([true, null])
    write('full')
    await vi.waitFor(() => expect(app.controller.state().band?.say.key).toBe('photo.full'))
  })
})
