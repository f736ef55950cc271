import type { WarehouseId } from '../../shared/ids.ts'
import { applyPush, applyTogether } from './apply.ts'
import type { Push, PushEnd } from './apply.ts'
import { needsOtherStock } from './need.ts'
import type { SyncStore } from './ports.ts'

/** Of one transaction: readers get its rows as one page, so it must not grow without end. */
export const MAX_TOGETHER = { pushes: 8, commands: 400 }
/** Of one warehouse. Each waits with its whole request in memory. */
const MAX_WAITING = 200
/** A handheld gives up its request after half a minute. */
export const MAX_WAIT_MS = 20_000

/** The warehouse has no place for a push just now: nothing of it was booked, it may come again. */
export class LineFull extends Error {}

type Timer = (ms: number, run: () => void) => () => void
type Waiting = { push: Push; resolve: (end: PushEnd) => void; reject: (error: unknown) => void; cancel: () => void }
type Line = { running: boolean; waiting: Waiting[] }

/**
 * Books pushes in the order they come. What comes while a transaction of its warehouse runs waits, and goes together in
 * the next one: one question, one statement and one flush for all. When that one fails, each goes by itself, so that
 * nobody is answered for what another's push has met.
 */
export const makePushLine = (
  store: SyncStore,
  after: Timer,
  failed: (error: unknown) => void = () => undefined,
): ((push: Push) => Promise<PushEnd>) => {
  const lines = new Map<WarehouseId, Line>()
  const run = async (warehouse: WarehouseId, line: Line): Promise<void> => {
    line.running = true
    try {
      while (line.waiting.length > 0) {
        const group = line.waiting.splice(0, lengthOf(line.waiting))
        for (const { cancel } of group) cancel()
        await bookAll(store, warehouse, group, failed)
      }
    } finally {
      line.running = false
      lines.delete(warehouse)
    }
  }
  return push =>
    new Promise((resolve, reject) => {
      const line = lines.get(push.warehouse) ?? { running: false, waiting: [] }
      lines.set(push.warehouse, line)
      if (line.waiting.length >= MAX_WAITING) return reject(new LineFull('too many pushes wait'))
      const leave = (): void => {
        line.waiting.splice(line.waiting.indexOf(one), 1)
        reject(new LineFull(`a push has waited for ${MAX_WAIT_MS} ms`))
      }
      const one: Waiting = { push, resolve, reject, cancel: after(MAX_WAIT_MS, leave) }
      line.waiting.push(one)
      if (!line.running) void run(push.warehouse, line)
    })
}

/** How many of those that wait go together: the first, and those right behind it while they may. */
const lengthOf = (waiting: readonly Waiting[]): number => {
  const handhelds = new Set<string>()
  let commands = 0
  let length = 0
  for (const { push } of waiting) {
    commands += push.prepared.length
    const isOver = length === MAX_TOGETHER.pushes || commands > MAX_TOGETHER.commands
    if (length > 0 && (isOver || goesAlone(push) || handhelds.has(push.device))) break
    length += 1
    if (goesAlone(push)) break
    handhelds.add(push.device)
  }
  return length
}

/**
 * Counts stand in the order in which their commits came, a hole moves a cursor, what is taken back must have been written,
 * and what looks for other stock loads a lot that nobody else needs.
 */
const goesAlone = ({ prepared, hole, lost }: Push): boolean =>
  hole !== undefined ||
  lost ||
  prepared.some(
    ({ command }) =>
      command !== null && (command.type === 'undo' || command.type.startsWith('count.') || needsOtherStock(command)),
  )

const bookAll = async (
  store: SyncStore,
  warehouse: WarehouseId,
  group: readonly Waiting[],
  failed: (error: unknown) => void,
): Promise<void> => {
  const pushes = group.map(({ push }) => push)
  const ends = pushes.length > 1 ? await together(store, warehouse, pushes).catch(failed) : undefined
  for (const [n, { push, resolve, reject }] of group.entries()) {
    const end = ends?.[n]
    if (end instanceof Error) reject(end)
    else if (end !== undefined) resolve(end)
    else await store.apply(push, tx => applyPush(tx, push)).then(resolve, reject)
  }
}

/** Where it fails nothing was kept, or nobody knows: whoever goes by itself then finds out. */
const together = (store: SyncStore, warehouse: WarehouseId, pushes: readonly Push[]) => {
  const pushers = pushes.map(({ device, epoch }) => ({ device, epoch }))
  const now = pushes.at(-1)?.now ?? ''
  return store.applyTogether({ warehouse, pushers, now }, tx => applyTogether(tx, pushes))
}
