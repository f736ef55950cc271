import { NO_QUEUE } from '../../pwa/store/queue-image.ts'
import { memoryCache } from '../support/memory-stores.ts'
import { crash } from './device.ts'
import type { Device } from './device.ts'
import { commandKey, cursorKey } from './memory-state.ts'
import type { Stage } from './stage.ts'
import { move } from './truth.ts'
import type { Leg } from './truth.ts'

const emptyCache = memoryCache().snapshot()

/** A new version of the app with another schema of the cache: that is thrown away, the queue is nobody's to touch. */
export const update = (stage: Stage, device: Device): void => {
  stage.seen['app updates'] += 1
  if (device.queue.snapshot().rows.length > 0) stage.seen['app updates over commands'] += 1
  stage.log(`${device.name} gets a new version of the app`)
  crash(stage, device, false)
  emptied(device)
  device.kept = keptText(device)
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

export const keptText = (device: Device): string => {
  const { birth, rows, marks } = device.queue.snapshot()
  return JSON.stringify([birth, rows, [...marks]])
}

/** The first start of a new version has the queue of the old one, byte for byte. */
export const checkUpdate = (stage: Stage, device: Device): void => {
  const { kept } = device
  device.kept = null
  if (kept !== null && keptText(device) !== kept) stage.fail('I13', `${device.name} has another queue after its update`)
}

/** What was done and went with a storage before the server heard of it: it lies where it was put, and no book knows. */
export const unheardOf = ({ memory, truth }: Stage): readonly (Leg & { at: number })[] =>
  truth.storages.flatMap(({ device, epoch, acts, actedAt, heard }) =>
    [...acts].flatMap(([seq, legs]) =>
      seq > heard || memory.state().commands.has(commandKey(device.id, epoch, seq))
        ? []
        : legs.map(leg => ({ ...leg, at: actedAt.get(seq) ?? 0 })),
    ),
  )

export const unheardAt = (stage: Stage): ReadonlyMap<string, number> => {
  const sums = new Map<string, number>()
  move(sums, unheardOf(stage))
  return sums
}

/** Somebody is told of each lost storage as soon as its handheld has said anything. A backup from before forgets that. */
export const checkLosses = (stage: Stage): void => {
  const state = stage.memory.state()
  if (stage.seen.restores > 0) return
  const told = new Set(
    [...state.exceptions.values()].flatMap(one => (one.kind === 'storage_lost' ? [one.subject] : [])),
  )
  for (const { device, epoch } of stage.truth.storages)
    for (const born of device.epochs.slice(device.epochs.indexOf(epoch) + 1, device.epochs.indexOf(epoch) + 2))
      if (state.cursors.has(cursorKey(device.id, born)) && !told.has(`${device.id}/${born}`))
        return stage.fail('I26', `${device.name} lost its storage, and nobody was told`)
}
