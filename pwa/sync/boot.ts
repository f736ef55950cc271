import { makeBallast } from '../store/ballast.ts'
import { openCache } from '../store/cache.ts'
import { catchUp, fileQueue, keptIn, mirrored, NOTHING_KEPT } from '../store/journal.ts'
import { journalFiles } from '../store/journal-files.ts'
import type { OpenQueue } from '../store/queue.ts'
import { spareRecord } from '../store/vault.ts'
import { makeActiveTab } from './active-tab.ts'
import type { ActiveTab } from './active-tab.ts'
import { BEFORE_UPDATE, EMERGENCY, openAnyQueue, QUEUE_NAME } from './any-queue.ts'
import type { Api } from './api.ts'
import type { MovesAnswer, MovesOf } from '../../shared/sync/moves.ts'
import { ensureBirth } from './birth.ts'
import { afterFrame, browserClock, browserRandom, browserStorage, browserTimer } from './browser-ports.ts'
import { deviceRecord } from './device.ts'
import type { DeviceRecord, DeviceVault } from './device.ts'
import type { Enrolled } from './enrol.ts'
import type { Engine } from './engine.ts'
import type { Handheld } from './handheld.ts'
import { late } from './late.ts'
import { lateDoorbell } from './late-doorbell.ts'
import { lateNet } from './late-net.ts'
import type { Line } from './line.ts'
import { makeHandheld } from './make-handheld.ts'
import type { HandheldSetup } from './make-handheld.ts'
import type { PhotoDesk } from './photo-box.ts'
import type { PictureShelf } from './picture-shelf.ts'
import type { Ports, QueueLook } from './ports.ts'
import { withRefuge } from './refuge.ts'
import { inflate } from './inflate.ts'
import type { RulesPort } from './rules.ts'
import { signWith, verifyWith } from './web-keys.ts'

/** Remembers outside the queue that there was one: a queue without marker row then means lost storage. */
const LIVED = 'stockhand-device'

export type BootOptions = {
  app: string
  rules: RulesPort
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
  /** What the queue holds and what the server has said of it. */
  look(): Promise<QueueLook>
  /** The same at the start after an update, before anything was sent. */
  atStart: QueueLook | null
  /** For what is asked beside the protocol: settings of the person, calls of the desk. */
  api(): Promise<Api>
  /** Hears of news at once, as long as this tab is the active one. Rejects where that could not be loaded. */
  ring(): Promise<void>
  /** Nobody takes a photo before the first scan: loaded when it is first asked for. */
  photos(): Promise<PhotoDesk>
  pictures(): Promise<PictureShelf>
  moves(of: MovesOf): Promise<MovesAnswer | null>
  stop(): Promise<void>
}
export type Boot = {
  /** Null: scan a set-up code first. */
  running: Running | null
  /** Sets the handheld up, or up again; then `running` of a new boot is there. */
  enrol(token: string): Promise<Enrolled>
}

/** Opens the stores of this browser and starts the machinery. Throws NoDatabase where none can be opened. */
export const boot = async (options: BootOptions): Promise<Boot> => {
  const ballast = makeBallast()
  const queue = await openAnyQueue({
    ballast,
    onClosed: options.mustReload,
    memory: localStorage,
    timer: browserTimer,
  })
  const vault = twoCopies(queue.device)
  const record = await deviceRecord(vault)
  return {
    running: record === null ? null : await run(options, record, queue),
    enrol: async token => {
      const answer = await enrolHere(options, vault, token)
      if (!answer.ok) return answer
      await ballast.ensure()
      return answer
    },
  }
}

/** The record is read from the queue, else from its copy; what is only in one of them is put into the other. */
const twoCopies = (first: DeviceVault): DeviceVault => ({
  get: async () => {
    const spare = await spareRecord.get().catch(() => null)
    const record = await first.get()
    if (record !== null && spare === null) await spareRecord.put(record).catch(() => undefined)
    if (record === null && spare !== null) await first.put(spare)
    return record ?? spare
  },
  put: async record => {
    await first.put(record)
    // The copy is for the day when the queue breaks; that it is not there today must not stop the set-up.
    await spareRecord.put(record).catch(() => undefined)
  },
})

/** Once in a handheld's life, so loaded when it is asked for. */
const enrolHere = async (options: BootOptions, vault: DeviceVault, token: string): Promise<Enrolled> => {
  const { enrol } = await import('./enrol.ts')
  const deps = {
    fetch: fetch.bind(globalThis),
    base: options.base ?? '',
    app: options.app,
    agent: navigator.userAgent,
    vault,
    persist: () => navigator.storage.persist(),
  }
  return enrol(deps, token)
}

/** The queue with its file beside it, and the file alone for the day when the database breaks under us. */
const keepers = (record: DeviceRecord, opened: OpenQueue) => {
  const files = journalFiles()
  const main = mirrored(opened.store, files)
  let changed = (): void => undefined
  const queue = withRefuge(main, {
    isClosed: () => opened.isClosed(),
    open: async () => {
      localStorage.setItem(EMERGENCY, localStorage.getItem(QUEUE_NAME) ?? QUEUE_NAME)
      const refuge = fileQueue(files)
      const kept = await keptIn(files, refuge, record.device)
      const of = { device: record.device, warehouse: record.warehouse.id, livedBefore: false, kept }
      await ensureBirth({ queue: refuge, random: browserRandom }, of)
      changed()
      return refuge
    },
  })
  const onRefuge = (run: () => void): void => {
    changed = run
  }
  return { files, main, queue, onRefuge }
}

const BALLAST_EVERY_MS = 1_800_000

/** The way to the server, as this device speaks to it. */
const lineOf = ({ base = '' }: BootOptions, device: string, sign: (text: string) => Promise<string>) =>
  late(async () => {
    const { makeLine } = await import('./line.ts')
    return makeLine({ fetch: fetch.bind(globalThis), base, now: () => browserClock.now() }, { device, sign })
  })

/** What the machinery is told of this device and this browser. */
const setupOf = (options: BootOptions, record: DeviceRecord): Omit<HandheldSetup, 'kept' | 'lease' | 'past'> => ({
  app: options.app,
  device: record.device,
  warehouse: record.warehouse,
  verify: (text, sig) => verifyWith(record.serverKey, text, sig),
  roster: record.roster,
  livedBefore: localStorage.getItem(LIVED) !== null,
  emergency: () => localStorage.getItem(EMERGENCY) !== null,
  rules: options.rules,
  later: late(async () => (await import('./later.ts')).later),
  inflate,
  storage: browserStorage,
  drawn: afterFrame,
  answered: response => options.minVersion?.(response.minVersion),
})

const run = async (options: BootOptions, record: DeviceRecord, opened: OpenQueue): Promise<Running> => {
  const { files, main, queue, onRefuge } = keepers(record, opened)
  const cache = await openCache({ onClosed: options.mustReload })
  const sign = (text: string): Promise<string> => signWith(record.privateKey, text)
  const line = lineOf(options, record.device, sign)
  const net = lateNet(async () => (await line()).net)
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
    ...setupOf(options, record),
    kept: await keptIn(files, main, record.device).catch(() => NOTHING_KEPT),
    lease: request => net.lease(request),
    past: request => net.past(request),
  })
  onRefuge(() => handheld.syncNow())
  localStorage.setItem(LIVED, record.device)
  const look = (): Promise<QueueLook> => queue.look(1)
  const atStart = localStorage.getItem(BEFORE_UPDATE) === null ? null : await look()
  const doorbell = lateDoorbell(line, ports, handheld.engine)
  let isActive = false
  const setActive = (active: boolean): void => {
    isActive = active
    if (active) {
      handheld.engine.start()
      doorbell.start()
      // What another tab appended, or this one before it was killed, is not in the file yet.
      void catchUp(main, files).catch(() => undefined)
    } else {
      void files.release().catch(() => undefined)
      doorbell.stop()
      void handheld.engine.stop()
    }
    options.activeChanged(active)
  }
  const tab = makeActiveTab({ changed: setActive, heard: () => handheld.syncNow() })
  tab.claim()
  const quiet = listen(handheld.engine)
  const photos = photosOf(line, handheld, () => isActive)
  return {
    handheld,
    tab,
    record,
    look,
    atStart,
    api: async () => (await line()).api,
    ring: doorbell.load,
    photos: photos.open,
    pictures: picturesOf(line, handheld),
    moves: async of => {
      const [{ askMoves }, { api }] = await Promise.all([import('./ask-moves.ts'), line()])
      return askMoves({ api, handheld, cache: cache.store }, of)
    },
    stop: async () => {
      quiet()
      await photos.close()
      doorbell.stop()
      tab.leave()
      await handheld.stop()
      cache.close()
    },
  }
}

const photosOf = (line: () => Promise<Line>, handheld: Running['handheld'], isActive: () => boolean) => {
  let desk: Promise<PhotoDesk> | null = null
  const load = late(async () => {
    const [{ openPhotoDesk }, { api }] = await Promise.all([import('./photo-box.ts'), line()])
    return openPhotoDesk({
      api,
      handheld,
      isActive,
      clock: browserClock,
      timer: browserTimer,
      random: browserRandom.next,
      calm: handheld.engine.calm,
    })
  })
  // One that is being opened while this stops is closed as well.
  return { open: () => (desk = load()), close: async () => (await desk?.catch(() => null))?.close() }
}

const picturesOf = (line: () => Promise<Line>, handheld: Running['handheld']) => {
  const mayFetch = (): boolean => {
    const { link, waiting } = handheld.status()
    return link === 'online' && waiting === 0
  }
  return late(async () => {
    const [{ makePictureShelf }, { api }] = await Promise.all([import('./picture-shelf.ts'), line()])
    return makePictureShelf({ api, mayFetch, caches })
  })
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
