import type { WorkerId } from '../../shared/ids.ts'
import type { Command } from '../../shared/sync/command.ts'
import type { SyncStatus } from '../sync/handheld.ts'
import { troublesOf } from './troubles.ts'

export type Need = SyncStatus['needsMe'][number]

/** What of this handheld somebody has to look at: mine first, codes kept for later by themselves. */
export type Needs = { mine: readonly Need[]; others: readonly Need[]; kept: readonly Kept[] }
/** A code that nobody knew when it was scanned. `sent`: the desk has it. */
export type Kept = { text: string; at: string; sent: boolean }

/** A kept code is no trouble of the worker's: it waits for the desk and is listed apart, each text once. */
export const needsOf = (needsMe: readonly Need[], pending: readonly Command[], worker: WorkerId | null): Needs => {
  const needs = troublesOf({ needsMe })
  const isMine = ({ command }: Need): boolean => command === null || worker === null || command.worker === worker
  const kept = new Map<string, Kept>()
  for (const need of needsMe.filter(one => !needs.includes(one))) note(kept, need.command, true)
  for (const command of pending) note(kept, command, false)
  return { mine: needs.filter(isMine), others: needs.filter(need => !isMine(need)), kept: [...kept.values()] }
}

const note = (kept: Map<string, Kept>, command: Command | null, sent: boolean): void => {
  if (command?.type !== 'unmatched' || kept.get(command.scan)?.sent === true) return
  kept.set(command.scan, { text: command.scan, at: command.at, sent })
}
