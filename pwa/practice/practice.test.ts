import { expect, test } from 'vitest'
import { judge } from '../../shared/process/judge.ts'
import { PROCESSES } from '../../shared/process/index.ts'
import { keysOf, resolve } from '../../shared/scan/resolve.ts'
import { fakeHandheld, plainResolver, wedgeScan } from '../../test/support/fake-handheld.ts'
import type { Services } from '../app/services.ts'
import { DEFAULTS } from '../app/settings.ts'
import { createController } from '../app/controller.ts'
import { floor } from '../app/floor.ts'
import { makeTurnout } from '../app/hearing.ts'
import { guardBack } from '../app/router.ts'
import { makeResolver } from '../app/scan-meaning.ts'
import { openOf, topOf } from '../app/state.ts'
import { practiceHandheld } from './handheld.ts'
import { startPractice } from './practice.ts'
import { CODES } from './stock.ts'

const NOW = '2027-01-15T10:00:00.000Z'
const practise = () => {
  const of = { judge, language: 'en' as const, worker: null, warehouse: 'Depot', now: () => NOW }
  const handheld = practiceHandheld(of)
  const rules = { judge, processes: PROCESSES, scan: { keysOf, resolve } }
  const port = { loaded: () => rules, load: async () => rules }
  const storage = { getItem: () => null, setItem: () => undefined }
  let mono = 0
  const controller = createController(
    {
      handheld,
      resolver: makeResolver(handheld, port, storage),
      feedback: { play: () => undefined },
      clock: { mono: () => (mono += 1000) },
      timer: { after: () => () => undefined },
      lastTouch: { get: () => null, set: () => undefined },
      processes: PROCESSES,
      setUpAgain: async () => 'refused',
    },
    () => floor,
  )
  const scan = async (...texts: string[]): Promise<string | undefined> => {
    for (const text of texts) await controller.scan(wedgeScan(text))
    return controller.state().band?.say.key
  }
  return { handheld, controller, scan }
}

test('[HH3] an order of made-up goods is picked by the real rules, the wrong item in the middle changes nothing', async () => {
  const { controller, handheld, scan } = practise()
  await scan(CODES.order, CODES.tote, CODES.place)
  expect(await scan(CODES.wrong)).toBe('wrong.item')
  expect(controller.state().prompt?.progress).toEqual({ done: 0, all: 2 })
  await scan(CODES.item, CODES.item, CODES.place2, CODES.item2)
  expect(openOf(controller.state())).toBeNull()
  const [task] = [...handheld.world().tasks()].filter(one => one.kind === 'pick')
  expect(task?.state).toBe('done')
})

test('[HH3] practice never has anything to send, whatever is done in it', async () => {
  const { handheld, scan } = practise()
  await scan(CODES.delivery, CODES.item, CODES.item)
  const dock = [...handheld.world().locations()].find(place => place.code === 'P-DOCK')
  expect(
    dock &&
      handheld
        .world()
        .stockAt(dock.id)
        .map(row => row.onHand),
  ).toEqual([2])
  expect(await handheld.pending()).toEqual([])
  expect(handheld.status().waiting).toBe(0)
  expect(await handheld.append([], null)).toEqual([])
})

test('[HH3] a code that nobody knows is named, and the last step can be taken back', async () => {
  const { scan } = practise()
  expect(await scan(CODES.unknown)).toBe('unknown')
  await scan(CODES.order, CODES.tote, CODES.place, CODES.item)
  expect(await scan('XCUND')).toBe('undone')
})

/** The work with somebody logged in and the help on the screen, and what a practice begun there hears in its place. */
const work = async () => {
  const fake = fakeHandheld()
  let mono = 0
  const controller = createController(
    {
      handheld: fake.handheld,
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
  const turnout = makeTurnout(controller)
  const none = () => Promise.reject(new Error('none in this test'))
  const services: Services = {
    controller,
    subscribe: controller.subscribe,
    handheld: fake.handheld,
    // As before the log-in: the rules are not there yet.
    processes: [],
    settings: { get: () => DEFAULTS, set: () => undefined, subscribe: () => () => undefined },
    play: () => undefined,
    openCamera: async () => ({ stop: () => undefined }),
    divert: turnout.divert,
    photos: none,
    pictures: none,
    moves: async () => null,
    info: { version: '1.0.0', number: 12 },
  }
  await controller.scan(wedgeScan('XBANNA'))
  controller.show('help')
  controller.show('practice')
  const at = (): string => topOf(controller.state()).at
  const scan = async (...texts: string[]): Promise<void> => {
    for (const text of texts) await turnout.hears.scan(wedgeScan(text))
  }
  const begin = async () => {
    const practice = await startPractice(services)
    turnout.divert(practice.hears)
    return practice
  }
  return { ...fake, controller, turnout, at, scan, begin }
}

test('[HH14] until the practice is there nothing that is scanned, pressed or typed reaches the work, and each is answered', async () => {
  const { commands, controller, turnout, at, scan } = await work()
  const said = (): unknown => controller.state().band?.say.key
  for (const text of ['ORD-1042', 'XCHME', 'XCLGT', 'XBCEM', '8690000000001']) {
    controller.show('practice')
    await scan(text)
    expect([text, at(), said()]).toEqual([text, 'practice', 'slow'])
  }
  await turnout.hears.press('XCLGT')
  for (const key of ['1', '2', 'Enter']) await turnout.hears.typeKey(key)
  expect(at()).toBe('practice')
  expect(controller.state().session?.worker.name).toBe('ANNA')
  expect(commands).toEqual([])
  await turnout.hears.press('XCBAK')
  expect(at()).toBe('help')
  await scan('8690000000001')
  expect(said()).not.toBe('slow')
})

test('[HH14] cards and badges that are scanned in the practice mean the practice: log out and Back on its first screen end it', async () => {
  for (const card of ['XCLGT', 'XCBAK']) {
    const { controller, at, scan, begin } = await work()
    const practice = await begin()
    const inside = () => practice.services.controller.state()
    expect(practice.services.processes.map(one => one.name)).toContain('pick')
    await scan(CODES.order, 'XCHME', 'XBCEM', 'XCHLP')
    expect([topOf(inside()).at, at(), controller.state().session?.worker.name]).toEqual(['help', 'practice', 'ANNA'])
    if (card === 'XCBAK') await scan(card)
    expect(at()).toBe('practice')
    await scan(card)
    expect([card, at(), controller.state().session?.worker.name]).toEqual([card, 'help', 'ANNA'])
    practice.end()
    // It hears nothing any more, whether it has been told or not.
    await scan('XCHME')
    expect(at()).toBe('home')
  }
})

test('[HH14] Back of the device goes back inside the practice, then ends it, and never leaves the app', async () => {
  const { turnout, at, scan, begin } = await work()
  let entries = 0
  let pop: (() => void) | null = null
  const history = { pushState: () => void (entries += 1) } as unknown as History
  const listen = ((_: string, run: () => void) => void (pop = run)) as Window['addEventListener']
  guardBack(turnout.back, { history, addEventListener: listen, removeEventListener: () => undefined })
  const back = async (): Promise<void> => {
    expect(entries).toBe(1)
    entries -= 1
    pop?.()
    for (let i = 0; i < 200; i += 1) await Promise.resolve()
  }
  const { services } = await begin()
  await scan(CODES.order, CODES.tote)
  const inside = (): string => topOf(services.controller.state()).at
  expect(inside()).toBe('process')
  await back()
  expect([inside(), at()]).toEqual(['home', 'practice'])
  await back()
  expect(at()).toBe('help')
  await back()
  expect([at(), entries]).toEqual(['home', 0])
})
