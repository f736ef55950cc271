import type { Ballast } from '../store/ballast.ts'
import { openQueue } from '../store/queue.ts'
import type { OpenQueue } from '../store/queue.ts'
import { isQuotaError } from '../store/quota.ts'
import type { Timer } from './ports.ts'

/** What is remembered beside IndexedDB: which database is the queue, and which one had to be left (until it is rescued). */
export const QUEUE_NAME = 'stockhand-queue'
export const EMERGENCY = 'stockhand-emergency'
/** What waited just before the app was loaded anew for an update. */
export const BEFORE_UPDATE = 'stockhand-before-update'

/** Neither the queue nor a new one can be opened: only files are left. */
export class NoDatabase extends Error {}

const TRIES = 3
const PAUSE_MS = 400

type Options = { ballast: Ballast; onClosed: () => void; memory: Storage; timer: Timer }

/**
 * The queue; where it cannot be opened, a new database beside it. The old one is left alone, under its name, for whoever
 * can still read it: it may hold the only copy of the last steps.
 */
export const openAnyQueue = async ({ ballast, memory, onClosed, timer }: Options): Promise<OpenQueue> => {
  const name = memory.getItem(QUEUE_NAME) ?? QUEUE_NAME
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await opened(name, { ballast, onClosed })
    } catch (error) {
      // A full disk is no broken database: another one would not fit either.
      if (isQuotaError(error) && !(await ballast.drop())) throw error
      if (attempt >= TRIES) break
      await new Promise<void>(resolve => void timer.after(PAUSE_MS * attempt, resolve))
    }
  }
  const beside = successor(name)
  try {
    const queue = await opened(beside, { ballast, onClosed })
    memory.setItem(QUEUE_NAME, beside)
    memory.setItem(EMERGENCY, name)
    return queue
  } catch (cause) {
    memory.setItem(EMERGENCY, name)
    throw new NoDatabase('no database of this browser can be opened', { cause })
  }
}

/** Opened is what can be read as well. */
const opened = async (name: string, options: { ballast: Ballast; onClosed: () => void }): Promise<OpenQueue> => {
  const queue = await openQueue({ name, ...options })
  try {
    await queue.store.birth()
    return queue
  } catch (error) {
    queue.close()
    throw error
  }
}

const successor = (name: string): string => {
  const n = /-(\d+)$/.exec(name)?.[1]
  return n === undefined ? `${name}-2` : name.replace(/\d+$/, String(Number(n) + 1))
}
