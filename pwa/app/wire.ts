import type { Process } from '../../shared/process/process.ts'
import type { Scan } from '../../shared/scan/scan.ts'
import type { Draft } from '../../shared/sync/command.ts'
import { boot } from '../sync/boot.ts'
import type { Boot, Running } from '../sync/boot.ts'
import { browserClock, browserTimer } from '../sync/browser-ports.ts'
import { createController } from './controller.ts'
import type { Controller } from './controller.ts'
import type { Floor } from './core.ts'
import type { QueueRow } from '../sync/ports.ts'
import { fetchRules, rulesFrom } from '../sync/rules.ts'
import type { RulesPort } from '../sync/rules.ts'
import { learnFloor } from '../words/speak.ts'
import { begin } from './begin.ts'
import { byTurn } from './by-turn.ts'
import { tokenOf } from './enrolment.ts'
import { makeTurnout } from './hearing.ts'
import type { Turnout } from './hearing.ts'
import { listenToKeys } from './keyboard.ts'
import { guardBack } from './router.ts'
import { makeEars } from './ears.ts'
import type { Ears } from './ears.ts'
import { makeResolver } from './scan-meaning.ts'
import { registerWorker } from './service-worker.ts'
import type { Services } from './services.ts'
import type { SettingsStore } from './settings.ts'

export type EnrolAnswer = 'ok' | 'offline' | 'spent' | 'refused'

export type Wired =
  | {
      kind: 'enrol'
      token: string | null
      enrol: (token: string) => Promise<EnrolAnswer>
      listen: (onText: (text: string) => void) => () => void
      done: () => void
    }
  | {
      kind: 'app'
      /** What the log-in waits for, and all else that comes behind it. Resolves when the rules are here. */
      loadRules: () => Promise<void>
      services: Services
      /** For calls of the desk. */
      api: Running['api']
      isActive: () => boolean
      onActive: (listener: () => void) => void
      useHere: () => void
    }

const VERSION = String(import.meta.env['VITE_APP_VERSION'] ?? 'dev')
/** So long another tab may take to answer; without one the lock comes within a few milliseconds. */
const CLAIM_MS = 500

/** The one place that knows the real stores, network, scanner and browser. Throws when the queue cannot be opened. */
export const wire = async (settings: SettingsStore, workScreens: () => Promise<void>): Promise<Wired> => {
  const registration = registerWorker()
  const activity = makeActivity()
  let floor: Floor | null = null
  const rules = rulesFrom(async () => {
    const [fetched, work] = await Promise.all([
      fetchRules(),
      import('./floor.ts'),
      learnFloor(settings.get().language),
      workScreens(),
      // Whoever needs a PIN needs it without a network as well, and whoever scans goods the look-ups.
      import('../sync/pin-gate.ts'),
      import('../sync/later.ts'),
    ])
    ;({ floor } = work)
    return fetched
  })
  const { booted, minVersion } = await bootHere(rules, activity)
  const ears = makeEars(settings)
  const token = location.hash === '' ? null : tokenOf(location.hash)
  const { running } = booted
  if (running === null) return enrolment(booted, ears, token)
  if (token !== null && (await enrolHere(booted, token)) === 'ok') goHome()
  const controller = createController(
    {
      handheld: running.handheld,
      resolver: makeResolver(running.handheld, rules, localStorage),
      feedback: { play: ears.play },
      clock: browserClock,
      timer: browserTimer,
      lastTouch: storedNumber(localStorage, 'stockhand-touch'),
      get processes() {
        return processesOf(rules)
      },
      photos: { appended: (drafts, rows) => nameTheirs(running, drafts, rows) },
      setUpAgain: async code => {
        const answer = await enrolHere(booted, code)
        if (answer === 'ok') goHome()
        return answer
      },
    },
    () => floor,
  )
  const turnout = makeTurnout(controller)
  const take = connect(controller, turnout, ears, activity, () => running.handheld.coming())
  await activity.settled()
  await controller.start()
  await openShortcut(controller, rules)
  checkOnce(controller)
  const ahead = async (): Promise<void> => {
    const { behind } = await import('./behind.ts')
    behind({
      handheld: running.handheld,
      queue: running,
      api: await running.api(),
      controller,
      settings,
      registration,
      take,
      isActive: activity.isActive,
      version: VERSION,
      minVersion,
    })
  }
  return app(running, controller, turnout, ears, settings, activity, rules, ahead)
}

/** With what the server says of how old an app may be. */
const bootHere = async (
  rules: RulesPort,
  activity: Activity,
): Promise<{ booted: Boot; minVersion: () => string | null }> => {
  let heard: string | null = null
  const booted = await boot({
    app: VERSION,
    rules,
    activeChanged: activity.changed,
    mustReload: () => location.reload(),
    minVersion: version => {
      heard = version
    },
  })
  return { booted, minVersion: () => heard }
}

const storedNumber = (storage: Storage, key: string) => ({
  get: (): number | null => Number(storage.getItem(key)) || null,
  set: (value: number): void => storage.setItem(key, String(value)),
})

/** A step that names photos was stored; where that cannot be written down it is found out at the next start. */
const nameTheirs = (running: Running, drafts: readonly Draft[], rows: readonly QueueRow[]): void => {
  if (!drafts.some(draft => 'photos' in draft)) return
  void running.photos().then(
    desk => desk.appended(drafts, rows),
    () => undefined,
  )
}

/** None before the rules are loaded, which the log-in waits for. */
const processesOf = (rules: RulesPort): readonly Process[] => rules.loaded()?.processes ?? []

const goHome = (): void => location.replace('/')

/** Set by the set-up: the first start after it shows what works on this handheld and what does not. */
const TO_CHECK = 'stockhand-to-check'
const checkOnce = (controller: Controller): void => {
  if (localStorage.getItem(TO_CHECK) === null) return
  localStorage.removeItem(TO_CHECK)
  if (controller.state().session === null) controller.show('check')
}

const enrolHere = async (booted: Boot, token: string): Promise<EnrolAnswer> => {
  const answer = await booted.enrol(token)
  return answer.ok ? 'ok' : answer.why
}

const enrolment = (booted: Boot, ears: Ears, token: string | null): Wired => ({
  kind: 'enrol',
  token,
  enrol: code => enrolHere(booted, code),
  // Typing goes into the field of that screen; here only scans are heard.
  listen: onText => ears.listen({ onScan: scan => onText(scan.text), onType: () => undefined }),
  done: () => {
    localStorage.setItem(TO_CHECK, '1')
    goHome()
  },
})

const app = (
  running: Running,
  controller: Controller,
  turnout: Turnout,
  ears: Ears,
  settings: SettingsStore,
  activity: Activity,
  rules: RulesPort,
  behind: () => Promise<void>,
): Wired => ({
  kind: 'app',
  loadRules: () => {
    const { handheld, photos } = running
    const ruled = begin(handheld, rules.load)
    void begin(handheld, behind)
    void begin(handheld, running.ring)
    // What waits from before goes out.
    void begin(handheld, async () => {
      const desk = await photos()
      const tell = (): void => controller.photosWait(desk.waiting())
      desk.subscribe(tell)
      tell()
    })
    return ruled
  },
  services: {
    controller,
    subscribe: byTurn(controller.subscribe),
    handheld: running.handheld,
    get processes() {
      return processesOf(rules)
    },
    settings,
    play: ears.play,
    openCamera: ears.openCamera,
    divert: turnout.divert,
    photos: running.photos,
    pictures: running.pictures,
    moves: running.moves,
    info: { version: VERSION, number: running.record.number },
  },
  isActive: activity.isActive,
  onActive: activity.subscribe,
  useHere: () => running.tab.steal(),
  api: running.api,
})

/** Scans, keys and Back. Returns how the scan of another window is taken. */
const connect = (
  controller: Controller,
  { hears, back }: Turnout,
  ears: Ears,
  activity: Activity,
  coming: () => void,
): ((scan: Scan) => void) => {
  const take = (scan: Scan): void => {
    if (activity.isActive()) void hears.scan(scan)
  }
  ears.listen({
    onScan: take,
    onType: key => {
      if (activity.isActive()) void hears.typeKey(key)
    },
    onTwice: controller.sendsTwice,
    onKey: coming,
  })
  ears.prewarm()
  listenToKeys(hears, window)
  guardBack(back, window)
  return take
}

/** A shortcut of the home screen of the device: `/?open=pick`. */
const openShortcut = async (controller: Controller, rules: RulesPort): Promise<void> => {
  const name = new URLSearchParams(location.search).get('open')
  const process = processesOf(rules).find(process => process.name === name)
  const { session, stack } = controller.state()
  if (process !== undefined && session !== null && stack.length === 1) await controller.openProcess(process.name)
}

type Activity = {
  changed: (active: boolean) => void
  isActive: () => boolean
  subscribe: (listener: () => void) => void
  settled: () => Promise<void>
}

/** Whether this tab is the one that scans. */
const makeActivity = (): Activity => {
  let active = false
  const listeners: (() => void)[] = []
  return {
    changed: next => {
      active = next
      for (const listener of listeners) listener()
    },
    isActive: () => active,
    subscribe: listener => {
      listeners.push(listener)
    },
    settled: () =>
      new Promise(resolve => {
        if (active) return resolve()
        listeners.push(resolve)
        setTimeout(resolve, CLAIM_MS)
      }),
  }
}
