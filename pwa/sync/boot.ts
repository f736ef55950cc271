import { makeBallast } from '../store/ballast.ts'
import { openCache } from '../store/cache.ts'
import { openQueue } from '../store/queue.ts'
import { makeActiveTab } from './active-tab.ts'
import type { ActiveTab } from './active-tab.ts'
import { makeApi } from './api.ts'
import { browserClock, browserRandom, browserStorage, browserTimer } from './browser-ports.ts'
import { deviceRecord, enrol } from './device.ts'
import type { DeviceRecord, DeviceVault, Enrolled } from './device.ts'
import { makeDoorbell } from './doorbell.ts'
import type { Engine } from './engine.ts'
import type { Handheld } from './handheld.ts'
import { makeHandheld } from './make-handheld.ts'
import type { Ports } from './ports.ts'
import { makeNet } from './transport.ts'
import { signWith, verifyWith } from './web-keys.ts'

/** Remembers outside the queue that there was one: a queue without marker row then means lost storage. */
const LIVED = 'stockhand-device'

export type BootOptions = {
  app: string
  /** '' for the page's own origin. */
  base?: string
  /** Another tab has taken over, or this one is the active one again. */
  activeChanged: (active: boolean) => void
  /** Another version of the app wants the databases: stop and reload. */
  mustReload: () => void
  minVersion?: (version: string) => void
}

export type Running = {
  handheld: Handheld & { engine: Engine }
  tab: ActiveTab
  record: DeviceRecord
  stop(): Promise<void>
}
export type Boot = {
  /** Null: scan a set-up code first. */
  running: Running | null
  /** Sets the handheld up, or up again; then `running` of a new boot is there. */
  enrol(token: string): Promise<Enrolled>
}

/** Opens the stores of this browser and starts the machinery. Throws when the queue cannot be opened: it is left alone. */
export const boot = async (options: BootOptions): Promise<Boot> => {
  const ballast = makeBallast()
  const queue = await openQueue({ ballast, onClosed: options.mustReload })
  const record = await deviceRecord(queue.device)
  return {
    running: record === null ? null : await run(options, record, queue.store),
    enrol: async token => {
      const answer = await enrolHere(options, queue.device, token)
      if (!answer.ok) return answer
      localStorage.setItem(LIVED, answer.record.device)
      await ballast.ensure()
      return answer
    },
  }
}

const enrolHere = (options: BootOptions, vault: DeviceVault, token: string): Promise<Enrolled> =>
  enrol(
    {
      fetch: fetch.bind(globalThis),
      base: options.base ?? '',
      app: options.app,
      agent: navigator.userAgent,
      vault,
      persist: () => navigator.storage.persist(),
    },
    token,
  )

const BALLAST_EVERY_MS = 1_800_000

const run = async (options: BootOptions, record: DeviceRecord, queue: Ports['queue']): Promise<Running> => {
  const cache = await openCache({ onClosed: options.mustReload })
  const sign = (text: string): Promise<string> => signWith(record.privateKey, text)
  const api = makeApi(
    { fetch: fetch.bind(globalThis), base: options.base ?? '', now: () => browserClock.now() },
    { device: record.device, sign },
    null,
  )
  const net = makeNet(api, () => browserClock.now())
  const ports: Ports = {
    clock: browserClock,
    random: browserRandom,
    timer: browserTimer,
    signer: { sign },
    net,
    queue,
    cache: cache.store,
  }
  const handheld = await makeHandheld(ports, {
    app: options.app,
    device: record.device,
    warehouse: record.warehouse,
    verify: (text, sig) => verifyWith(record.serverKey, text, sig),
    roster: record.roster,
    livedBefore: localStorage.getItem(LIVED) !== null,
    lease: request => net.lease(request),
    storage: browserStorage,
    answered: response => options.minVersion?.(response.minVersion),
  })
  localStorage.setItem(LIVED, record.device)
  const doorbell = makeDoorbell(api, ports, {
    opened: () => handheld.engine.wake('doorbellOpen'),
    rung: n => handheld.engine.wake({ n }),
  })
  const setActive = (active: boolean): void => {
    if (active) {
      handheld.engine.start()
      doorbell.start()
    } else {
      doorbell.stop()
      void handheld.engine.stop()
    }
    options.activeChanged(active)
  }
  const tab = makeActiveTab({ changed: setActive, heard: () => handheld.syncNow() })
  tab.claim()
  const quiet = listen(handheld.engine)
  return {
    handheld,
    tab,
    record,
    stop: async () => {
      quiet()
      doorbell.stop()
      tab.leave()
      await handheld.stop()
      cache.close()
    },
  }
}

/** What the browser knows of the world around it; returns the function that stops listening. */
const listen = (engine: Engine): (() => void) => {
  const online = (): void => engine.wake('online')
  const visible = (): void => {
    if (document.visibilityState === 'visible') engine.wake('visible')
  }
  const ballast = makeBallast()
  const timer = setInterval(() => void ballast.ensure(), BALLAST_EVERY_MS)
  addEventListener('online', online)
  document.addEventListener('visibilitychange', visible)
  return () => {
    clearInterval(timer)
    removeEventListener('online', online)
    document.removeEventListener('visibilitychange', visible)
  }
}
