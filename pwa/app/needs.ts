import type { WorkerId } from '../../shared/ids.ts'
import { scanOf } from '../../shared/scan/symbology.ts'
import type { Command } from '../../shared/sync/command.ts'
import type { SyncStatus } from '../sync/handheld.ts'
import { troublesOf } from '../sync/troubles.ts'

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

/** Facts hold what the scanner sent; one code is one text, with or without what scanners put around it. */
export const keptText = (raw: string): string => scanOf(raw, 'wedge', 0).text

const note = (kept: Map<string, Kept>, command: Command | null, sent: boolean): void => {
  if (command?.type !== 'unmatched') return
  const text = keptText(command.scan)
  if (kept.get(text)?.sent !== true) kept.set(text, { text, at: command.at, sent })
}
