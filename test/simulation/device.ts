import { makeHandheld } from '../../pwa/sync/make-handheld.ts'
import type { Engine } from '../../pwa/sync/engine.ts'
import type { Handheld } from '../../pwa/sync/handheld.ts'
import type { CacheStore, Ports } from '../../pwa/sync/ports.ts'
import type { ClientId, DeviceId, WorkerId } from '../../shared/ids.ts'
import type { ProcessState } from '../../shared/process/process.ts'
import { inflateAtHand } from '../support/inflate.ts'
import { laterAtHand, rulesAtHand } from '../support/rules.ts'
import { memoryCache, memoryQueue } from '../support/memory-stores.ts'
import type { QueueImage } from '../../pwa/store/queue-image.ts'
import type { CacheImage, Snapshotable } from '../support/memory-stores.ts'
import type { QueueStore } from '../../pwa/sync/ports.ts'
import { checkPage, checkScreen, checkSnapshot, checkStart, stepIn } from './check-device.ts'
import { checkBlocks, checkClients } from './check-scope.ts'
import { BADGE, START } from './floor.ts'
import { makeLife } from './life.ts'
import type { Life } from './life.ts'
import { makeNet } from './net.ts'
import type { SimulatedNet } from './net.ts'
import { personWith } from './people.ts'
import { signatureOf } from './server.ts'
import type { Stage } from './stage.ts'
import { checkUpdate } from './check-storage.ts'
import { livingCache, livingQueue } from './stores.ts'
import { move } from './truth.ts'
import type { Leg } from './truth.ts'

/** What a count really said: of which row, when the counter looked, and whether that lay there. */
export type Statement = { key: string; at: number; isRight: boolean }

/** One handheld: what survives a crash, and the process that does not. */
export type Device = {
  id: DeviceId
  name: string
  /** Who has it, and whose goods they may see; null = all. */
  badge: string
  worker: WorkerId
  clients: readonly ClientId[] | null
  queue: QueueStore & Snapshotable<QueueImage>
  cache: CacheStore & Snapshotable<CacheImage>
  /** What a power cut leaves of the relaxed cache. */
  flushed: CacheImage
  life: Life
  handheld: (Handheld & { engine: Engine }) | null
  isFull: boolean
  /** Wall clock minus true time, ms. */
  clock: number
  /** What the hands did with each number that was handed to the queue. */
  acts: Map<number, readonly Leg[]>
  /** When the worker heard the beep of each number, ms. */
  actedAt: Map<number, number>
  /** What was said of a row with each number. */
  statements: Map<number, Statement>
  /** The row that the counter has looked at last. */
  looked: { key: string; qty: number; at: number } | null
  /** The highest number that the worker heard the beep of. */
  heard: number
  /** The queue as an update found it; null = none was since the last start. */
  kept: string | null
  /** Every epoch that it has begun, oldest first. */
  epochs: string[]
  /** An act is under way: it is judged, or its append is. */
  acting: boolean
  /** Somebody asks the server for work. */
  asking: boolean
  /** The process that the worker is at; null = at the home screen. */
  hand: ProcessState | null
  /** How many steps the worker has heard the beep of, and what each left in the hands, as text. */
  step: number
  told: Map<number, string>
  goesHome: number
  blind: number
  /** Something was written since the last look at the screen. */
  dirty: boolean
  /** A robbed tab has written since: until this one writes itself, its memory may be behind the stores. */
  isBehind: boolean
  looks: number
}

export const makeDevice = (stage: Stage, id: DeviceId, n: number): Device => {
  const cache = memoryCache()
  const badge = stage.shift.badges[n % stage.shift.badges.length] ?? BADGE
  const { id: worker, clients } = personWith(stage.site, badge)
  const device: Device = {
    id,
    name: `handheld ${n}`,
    badge,
    worker,
    clients,
    queue: memoryQueue(),
    cache,
    flushed: cache.snapshot(),
    life: makeLife(
      stage.schedule,
      stage.dice,
      () => false,
      () => undefined,
    ),
    handheld: null,
    isFull: false,
    clock: 0,
    acts: new Map(),
    actedAt: new Map(),
    statements: new Map(),
    looked: null,
    heard: 0,
    kept: null,
    epochs: [],
    acting: false,
    asking: false,
    hand: null,
    step: 0,
    told: new Map([[0, 'null']]),
    // Some workers stop early: their queue is idle when the server is restored.
    goesHome: stage.shift.isLong ? stage.end : stage.end * (0.3 + stage.dice.next()),
    blind: 0,
    dirty: false,
    isBehind: false,
    looks: 0,
  }
  device.life.end()
  return device
}

const portsOf = (stage: Stage, device: Device, life: Life, net: SimulatedNet): Ports => {
  const bootedAt = stage.schedule.now()
  const watchedCache: CacheStore = {
    ...device.cache,
    addSnapshot: async (generation, rows) => {
      checkClients(stage, device, rows)
      await device.cache.addSnapshot(generation, rows)
    },
    putBlocks: async blocks => {
      checkBlocks(
        stage,
        device,
        blocks.map(block => block.sha),
      )
      await device.cache.putBlocks(blocks)
    },
    applyPage: async (expected, next, rows) => {
      checkClients(stage, device, rows)
      const before = device.cache.snapshot().head
      const taken = await device.cache.applyPage(expected, next, rows)
      if (!taken) stage.seen['pages refused because the cursor had moved'] += 1
      else checkPage(stage, device, before, rows)
      if (taken) device.isBehind = device.life !== life
      return taken
    },
    finishSnapshot: async next => {
      const taken = await device.cache.finishSnapshot(next)
      if (!taken) return false
      stage.seen.snapshots += 1
      device.isBehind = device.life !== life
      checkSnapshot(stage, device)
      return true
    },
  }
  const watchedQueue: QueueStore = {
    ...device.queue,
    prune: async (epoch, upTo) => {
      const before = device.queue.snapshot().rows.length
      await device.queue.prune(epoch, upTo)
      stage.seen['commands pruned'] += before - device.queue.snapshot().rows.length
    },
  }
  const ports: Ports = {
    clock: {
      now: () => START + stage.schedule.now() + device.clock,
      mono: () => stage.schedule.now() - bootedAt,
    },
    random: { next: stage.dice.next, bytes: stage.dice.bytes },
    timer: { after: life.after },
    signer: { sign: text => life.read(async () => signatureOf(device.id, text)) },
    net,
    queue: livingQueue(watchedQueue, life),
    cache: livingCache(watchedCache, life),
  }
  return stage.plant?.ports?.(ports, device, stage) ?? ports
}

/** Starts the app. What the last process wrote without telling anybody is what the worker now sees as done. */
export const boot = (stage: Stage, device: Device): void => {
  const life = makeLife(
    stage.schedule,
    stage.dice,
    () => {
      if (device.isFull) stage.seen['writes refused by a full disk'] += 1
      return device.isFull
    },
    () => {
      device.dirty = true
    },
  )
  device.life = life
  device.handheld = null
  device.acting = false
  device.asking = false
  device.isBehind = false
  const net = makeNet(stage, device, life)
  void (async () => {
    const handheld = await makeHandheld(portsOf(stage, device, life, net), {
      app: 'simulated',
      device: device.id,
      warehouse: { id: stage.site.warehouse.id, name: stage.site.warehouse.name },
      verify: async () => true,
      roster: { text: JSON.stringify(stage.site.roster), sig: 'test' },
      livedBefore: device.epochs.length > 0,
      rules: rulesAtHand,
      later: laterAtHand,
      inflate: inflateAtHand,
      lease: net.lease,
    })
    checkUpdate(stage, device)
    const behind = device.queue.snapshot().birth
    if (behind !== null && device.epochs.at(-1) !== behind.epoch) device.epochs.push(behind.epoch)
    if (behind !== null && behind.next - 1 > device.heard) {
      stage.seen['command durable but not heard'] += 1
      hear(stage, device, behind.next - 1)
    }
    checkStart(stage, device)
    const kept = stepIn(device)
    device.step = kept.n
    device.hand = kept.hand
    if (handheld.session() === null) {
      const answer = await handheld.logIn(device.badge)
      if (!answer.ok) stage.fail('I8', `${device.name} lets nobody log in: ${answer.why}`)
    }
    device.handheld = handheld
    handheld.engine.start()
  })().catch((error: unknown) => {
    // A full disk lets nobody begin; the worker tries again.
    if (device.isFull && device.life === life)
      stage.schedule.after(5000, () => device.life === life && boot(stage, device))
    else stage.fail('I8', `${device.name} does not start: ${String(error)}`)
  })
}

/** The beep: from now on the goods lie where the worker has put them. */
export const hear = (stage: Stage, device: Device, upTo: number): void => {
  const epoch = device.queue.snapshot().birth?.epoch ?? ''
  for (let seq = device.heard + 1; seq <= upTo; seq += 1) {
    stage.truth.beeped.push({ device: device.id, epoch, seq })
    move(stage.truth.lies, device.acts.get(seq) ?? [])
    device.actedAt.set(seq, stage.schedule.now())
  }
  device.heard = Math.max(device.heard, upTo)
}

/** The process ends where it stands. With the power the relaxed cache falls back to what was flushed. */
export const crash = (stage: Stage, device: Device, power: boolean): void => {
  stage.seen[power ? 'power cuts' : 'crashes'] += 1
  stage.log(`${device.name} ${power ? 'loses power' : 'crashes'}`)
  device.life.end()
  device.handheld = null
  device.acting = false
  if (power) {
    if (device.cache.snapshot() !== device.flushed) stage.seen['cache fallen back'] += 1
    device.cache.restore(device.flushed)
  }
  const { life } = device
  stage.schedule.after(1000 + stage.dice.int(60_000), () => device.life === life && boot(stage, device))
}

/** Looks at the screen when memory and stores can be compared. */
export const look = async (stage: Stage, device: Device): Promise<void> => {
  if (!device.dirty || device.isBehind || device.handheld === null || device.life.busy > 0 || device.acting) return
  device.dirty = false
  device.looks += 1
  if (device.looks % stage.shift.looksEvery !== 0) return
  await checkScreen(stage, device, device.handheld)
}
