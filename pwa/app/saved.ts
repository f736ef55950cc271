import type { ProcessState } from '../../shared/process/process.ts'
import type { SavedState } from '../sync/ports.ts'
import type { Done } from './state.ts'

/** How a step lies in the queue database: with whose it is, so that the next start can come back to it. */
export type Slot = {
  state: ProcessState
  worker: string
  savedAt: string
  finished: boolean
  open: boolean
  history: readonly Done[]
}

export const slotOf = (saved: SavedState): Slot | null => {
  const value = saved.value
  // A step that was saved by a version before undo has nothing to take back.
  return isSlot(value) && value.state.key === saved.key ? { ...value, history: value.history ?? [] } : null
}

// Written by this app only, yet by any earlier version of it: whatever does not look like a slot is no place to resume at.
const isSlot = (value: unknown): value is Omit<Slot, 'history'> & Partial<Pick<Slot, 'history'>> =>
  isRecord(value) &&
  typeof value['worker'] === 'string' &&
  typeof value['savedAt'] === 'string' &&
  typeof value['finished'] === 'boolean' &&
  typeof value['open'] === 'boolean' &&
  (value['history'] === undefined || Array.isArray(value['history'])) &&
  isState(value['state'])

const isState = (value: unknown): boolean =>
  isRecord(value) && ['process', 'key', 'at'].every(field => typeof value[field] === 'string')

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
