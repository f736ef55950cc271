import type { ItemId } from '../../shared/ids.ts'
import type { CatalogueLookup } from './catalogue-lookup.ts'
import type { SyncStatus } from './handheld.ts'
import type { Overlay } from './overlay.ts'
import { ownOf } from './own-commands.ts'
import type { QueueStore } from './ports.ts'
import { firstOf } from './troubles.ts'

type Rows = SyncStatus['needsMe']
export type Needs = {
  all: () => Rows
  read: () => Promise<void>
  /** Makes their goods known, which nobody waits for. In a new start, or before the first catalogue, they are not. */
  name: () => void
}

const NEEDS_ME = 50

export const makeNeeds = (
  queue: QueueStore,
  overlay: Pick<Overlay, 'hasItem' | 'addItems'>,
  catalogue: () => Promise<Pick<CatalogueLookup, 'items'>>,
  tell: () => void,
): Needs => {
  let rows: Rows = []
  const named = async (): Promise<void> => {
    const unknown = itemsOf(rows).filter(id => !overlay.hasItem(id))
    if (unknown.length === 0) return
    const items = await (await catalogue()).items(unknown)
    if (items.length === 0) return
    overlay.addItems(items)
    tell()
  }
  // What cannot be read now is asked for with the next catalogue or start.
  const name = (): void => void named().catch(() => undefined)
  return {
    all: () => rows,
    read: async () => {
      rows = await needsMeOf(queue)
      name()
    },
    name,
  }
}

const itemsOf = (rows: Rows): readonly ItemId[] => [
  ...new Set(rows.flatMap(({ command }) => (command !== null && 'item' in command ? [command.item] : []))),
]

/** Own steps that ended as an exception or in quarantine, newest first. */
const needsMeOf = async (queue: QueueStore): Promise<SyncStatus['needsMe']> => {
  const found: SyncStatus['needsMe'][number][] = []
  for (const { epoch, mark } of (await queue.look(0)).epochs) {
    for (const { seq, outcome, reason } of mark?.results ?? []) {
      const row = (await queue.rows(epoch, seq - 1, 1))[0]
      const command = row?.seq === seq ? (ownOf(row)?.command ?? null) : null
      found.unshift({ seq, outcome, reason: reason ?? null, command })
    }
  }
  return firstOf(found, NEEDS_ME)
}
