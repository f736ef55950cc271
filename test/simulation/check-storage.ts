import type { Device } from './device.ts'
import { commandKey, cursorKey } from './memory-state.ts'
import type { Stage } from './stage.ts'
import { move } from './truth.ts'
import type { Leg } from './truth.ts'

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
