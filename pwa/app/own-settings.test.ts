import { expect, test, vi } from 'vitest'
import { derivedId } from '../../shared/ids.ts'
import type { WorkerId } from '../../shared/ids.ts'
import type { OwnSettingsAnswer } from '../../shared/sync/own-settings.ts'
import { followWorker } from './own-settings.ts'
import type { OwnSettingsNet } from './own-settings.ts'
import { DEFAULTS, openSettings } from './settings.ts'

const anna = derivedId<'worker'>('worker', 'anna')
const berk = derivedId<'worker'>('worker', 'berk')
const NOTHING: OwnSettingsAnswer = { at: null, settings: null }

/** One server that several handhelds share. */
const server = () => {
  const known = new Map<WorkerId, OwnSettingsAnswer>()
  const told: string[] = []
  const net: OwnSettingsNet = {
    ask: async worker => known.get(worker) ?? NOTHING,
    tell: async (worker, at, settings) => {
      told.push(at)
      const before = known.get(worker)
      if (!before?.at || before.at < at) known.set(worker, { at, settings })
      return known.get(worker) ?? NOTHING
    },
  }
  return { known, told, net }
}

type Learn = (language: string) => Promise<unknown>
const handheld = (
  net: OwnSettingsNet,
  minute: () => number,
  rows = new Map<string, string>(),
  learn: Learn = async () => undefined,
) => {
  const storage = {
    getItem: (key: string) => rows.get(key) ?? null,
    setItem: (k: string, to: string) => void rows.set(k, to),
  }
  const settings = openSettings(storage, 'en')
  let worker: WorkerId | null = null
  let online = true
  const listeners: (() => void)[] = []
  const tell = (): void => listeners.forEach(listener => listener())
  const learnt: string[] = []
  followWorker({
    settings,
    net: {
      ask: async who => (online ? net.ask(who) : null),
      tell: async (...told) => (online ? net.tell(...told) : null),
    },
    storage,
    worker: () => worker,
    isOnline: () => online,
    subscribe: listener => void listeners.push(listener),
    now: () => `2027-01-15T10:${String(minute()).padStart(2, '0')}:00.000Z`,
    learn: language => {
      learnt.push(language)
      return learn(language)
    },
  })
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 20; i += 1) await Promise.resolve()
  }
  return {
    settings,
    rows,
    changed: tell,
    learnt,
    logIn: async (who: WorkerId | null) => {
      worker = who
      tell()
      await settle()
    },
    goOnline: async (is: boolean) => {
      online = is
      tell()
      await settle()
    },
    settle,
  }
}
const clock = () => {
  let minute = 0
  return () => (minute += 1)
}

test('[HH5] what a person chose on one handheld is worn on another after the log-in', async () => {
  const { net, told } = server()
  const minute = clock()
  const one = handheld(net, minute)
  await one.logIn(anna)
  one.settings.set({ leftHand: true, text: 150, language: 'tr', noisy: true })
  await one.settle()
  expect(told).toHaveLength(1)
  const two = handheld(net, minute)
  await two.logIn(anna)
  expect(two.settings.get()).toMatchObject({ leftHand: true, text: 150, language: 'tr', noisy: true })
  expect(two.learnt).toContain('tr')
  await two.logIn(berk)
  expect(two.settings.get()).toEqual(DEFAULTS)
  await two.logIn(null)
  expect(two.settings.get()).toEqual(DEFAULTS)
})

test('[HH5] without a network a known person wears what this handheld knows; a change is told when the network is back', async () => {
  const { net, known } = server()
  const minute = clock()
  const one = handheld(net, minute)
  await one.logIn(anna)
  one.settings.set({ sound: 10 })
  await one.settle()
  await one.logIn(null)
  expect(one.settings.get().sound).toBe(DEFAULTS.sound)
  await one.goOnline(false)
  await one.logIn(anna)
  expect(one.settings.get().sound).toBe(10)
  one.settings.set({ sound: 2 })
  await one.settle()
  expect(known.get(anna)?.settings?.sound).toBe(10)
  await one.goOnline(true)
  expect(known.get(anna)?.settings?.sound).toBe(2)
})

test('[HH5] of two handhelds the later choice counts, whichever is heard of last', async () => {
  const { net } = server()
  const minute = clock()
  const one = handheld(net, minute)
  const two = handheld(net, minute)
  await one.logIn(anna)
  await two.logIn(anna)
  await one.goOnline(false)
  one.settings.set({ text: 125 })
  await one.settle()
  two.settings.set({ text: 200 })
  await two.settle()
  await one.goOnline(true)
  expect(one.settings.get().text).toBe(200)
})

test('[HH5] a reload in the middle of a shift keeps the choice of the person apart from the one of the handheld', async () => {
  const { net } = server()
  const minute = clock()
  const rows = new Map<string, string>()
  const before = handheld(net, minute, rows)
  before.settings.set({ theme: 'dark' })
  await before.logIn(anna)
  before.settings.set({ leftHand: true })
  await before.settle()
  const after = handheld(net, minute, rows)
  await after.logIn(anna)
  expect(after.settings.get()).toMatchObject({ leftHand: true, theme: 'dark' })
  await after.logIn(null)
  expect(after.settings.get()).toMatchObject({ leftHand: false, theme: 'dark' })
})

test('[H60] what people have chosen is not read into rows again with every step of the work', async () => {
  const { net } = server()
  const rows = new Map<string, string>()
  const one = handheld(net, () => 0, rows)
  await one.logIn(anna)
  one.settings.set({ leftHand: true })
  await one.settle()
  const read = vi.spyOn(JSON, 'parse')
  for (let step = 0; step < 20; step += 1) one.changed()
  expect(read).not.toHaveBeenCalled()
  read.mockRestore()
})

test('[HH5] what was stored and cannot be read is as if nothing had been chosen', async () => {
  const { net } = server()
  const rows = new Map([
    ['stockhand-own', '{"x":1'],
    ['stockhand-settings-device', '[]'],
  ])
  const one = handheld(net, clock(), rows)
  await one.logIn(anna)
  expect(one.settings.get()).toEqual(DEFAULTS)
})

/** A promise that is settled by hand. */
const later = <T>() => {
  let resolve = (_value: T): void => undefined
  let reject = (_error: Error): void => undefined
  const promise = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}

test('[HH17] whoever logs in while words of the person before are still loading wears nothing of that person', async () => {
  const { net, known } = server()
  const minute = clock()
  known.set(anna, { at: '2027-01-15T09:00:00.000Z', settings: { ...DEFAULTS, language: 'tr', leftHand: true } })
  const words = later<void>()
  const one = handheld(net, minute, new Map(), language => (language === 'tr' ? words.promise : Promise.resolve()))
  await one.logIn(anna)
  await one.logIn(berk)
  words.resolve()
  await one.settle()
  expect(one.settings.get()).toEqual(DEFAULTS)
  one.settings.set({ text: 125 })
  await one.settle()
  expect(known.get(berk)?.settings).toMatchObject({ language: 'en', leftHand: false, text: 125 })
  expect(known.get(anna)?.settings).toMatchObject({ language: 'tr', leftHand: true, text: 100 })
})

test('[HH17] what is chosen while the words are still loading is kept with the rest of the choice of the person', async () => {
  const { net, known } = server()
  known.set(anna, { at: '2027-01-15T09:00:00.000Z', settings: { ...DEFAULTS, language: 'tr', leftHand: true } })
  const words = later<void>()
  const one = handheld(net, clock(), new Map(), language => (language === 'tr' ? words.promise : Promise.resolve()))
  await one.logIn(anna)
  one.settings.set({ text: 150 })
  await one.settle()
  expect(known.get(anna)?.settings).toMatchObject({ language: 'tr', leftHand: true, text: 150 })
  words.resolve()
  await one.settle()
  expect(one.settings.get()).toMatchObject({ language: 'tr', leftHand: true, text: 150 })
})

test('[HH17] words that cannot be had leave the language, and nothing else', async () => {
  const { net, known } = server()
  known.set(anna, { at: '2027-01-15T09:00:00.000Z', settings: { ...DEFAULTS, language: 'tr', leftHand: true } })
  const gone = async (language: string): Promise<void> => {
    if (language === 'tr') throw new TypeError('Failed to fetch dynamically imported module')
  }
  const one = handheld(net, clock(), new Map(), gone)
  await one.logIn(anna)
  expect(one.settings.get()).toMatchObject({ language: 'en', leftHand: true })
  expect(known.get(anna)?.settings?.language).toBe('tr')
})

test('[HH17] a request for one person that never ends holds up nobody else, and one that fails is made again', async () => {
  const { net, known } = server()
  const slow = later<OwnSettingsAnswer | null>()
  let isSlow = true
  const told: WorkerId[] = []
  const one = handheld(
    {
      ask: net.ask,
      tell: (worker, ...rest) => {
        told.push(worker)
        return isSlow && worker === anna ? slow.promise : net.tell(worker, ...rest)
      },
    },
    clock(),
  )
  await one.logIn(anna)
  one.settings.set({ sound: 1 })
  await one.logIn(berk)
  one.settings.set({ sound: 2 })
  await one.settle()
  expect(known.get(berk)?.settings?.sound).toBe(2)
  isSlow = false
  slow.reject(new Error('broken'))
  await one.settle()
  await one.logIn(anna)
  expect(told).toEqual([anna, berk, anna])
  expect(known.get(anna)?.settings?.sound).toBe(1)
  expect(one.settings.get().sound).toBe(1)
})

test('[HH17] what could not be asked at the log-in is asked when the network is back, once', async () => {
  const { net, known } = server()
  known.set(anna, { at: '2027-01-15T09:00:00.000Z', settings: { ...DEFAULTS, leftHand: true } })
  let asked = 0
  const one = handheld({ ...net, ask: worker => ((asked += 1), net.ask(worker)) }, clock())
  await one.goOnline(false)
  await one.logIn(anna)
  expect([asked, one.settings.get().leftHand]).toEqual([0, false])
  await one.goOnline(true)
  expect([asked, one.settings.get().leftHand]).toEqual([1, true])
  await one.goOnline(false)
  await one.goOnline(true)
  expect(asked).toBe(1)
})
