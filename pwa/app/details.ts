import type { SyncStatus } from '../sync/handheld.ts'
import type { Settings } from './settings.ts'

export type DetailsOf = {
  version: string
  number: number | null
  warehouse: string
  now: string
  agent: string
  page: { width: number; height: number; ratio: number }
  status: SyncStatus
  settings: Settings
  /** What the checks of the set-up said last, as it was kept. */
  checks: unknown
  scanner: unknown
  storage: { usage: number | null; quota: number | null; persists: boolean }
}

/**
 * What helps whoever helps: how this handheld is and how it stands with the server. No keys, no badges, no names of people
 * and nothing of what was scanned: the text may be sent to anybody.
 */
export const detailsOf = (of: DetailsOf): string => {
  const { needsMe, ...status } = of.status
  const needs = needsMe.map(({ seq, outcome, reason, command }) => ({
    seq,
    outcome,
    reason,
    type: command?.type ?? null,
  }))
  return JSON.stringify({ ...of, status: { ...status, needs } }, null, 2)
}
