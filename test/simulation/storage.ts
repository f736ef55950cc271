import { NO_QUEUE } from '../../pwa/store/queue-image.ts'
import { memoryCache } from '../support/memory-stores.ts'
import { keptText } from './check-storage.ts'
import { crash } from './device.ts'
import type { Device } from './device.ts'
import type { Stage } from './stage.ts'

const emptyCache = memoryCache().snapshot()

/** A new version of the app with another schema of the cache: that is thrown away, the queue is nobody's to touch. */
export const update = (stage: Stage, device: Device): void => {
  stage.seen['app updates'] += 1
  if (device.queue.snapshot().rows.length > 0) stage.seen['app updates over commands'] += 1
  stage.log(`${device.name} gets a new version of the app`)
  crash(stage, device, false)
  emptied(device)
  device.kept = device.queue.snapshot().birth === null ? null : keptText(device)
}

/** The browser needs room: the cache goes, seldom the queue with it, and with that what was beeped and never sent. */
export const evict = (stage: Stage, device: Device): void => {
  const isWhole = stage.dice.chance(0.3)
  stage.log(`${device.name} loses its ${isWhole ? 'storage' : 'cache'}`)
  crash(stage, device, false)
  emptied(device)
  stage.seen[isWhole ? 'storages lost' : 'caches evicted'] += 1
  if (isWhole) loseQueue(stage, device)
}

const emptied = (device: Device): void => {
  device.cache.restore(emptyCache)
  device.flushed = emptyCache
}

const loseQueue = (stage: Stage, device: Device): void => {
  const { birth } = device.queue.snapshot()
  if (birth === null) return
  const { acts, actedAt, heard } = device
  stage.truth.storages.push({ device, epoch: birth.epoch, acts, actedAt, heard })
  device.queue.restore(NO_QUEUE)
  Object.assign(device, { acts: new Map(), actedAt: new Map(), statements: new Map(), heard: 0, hand: null, step: 0 })
  device.told = new Map([[0, 'null']])
}
