import type { Judge } from '../../shared/process/judge.ts'
import type { Process } from '../../shared/process/process.ts'
import type { keysOf, resolve } from '../../shared/scan/resolve.ts'

type ScanRules = { keysOf: typeof keysOf; resolve: typeof resolve }

/** What the floor does: its processes, the judge of what they append, and what a scan means in them. */
export type Rules = { judge: Judge; processes: readonly Process[]; scan: ScanRules }

/**
 * The rules are the larger half of the app and are of no use before somebody has logged in: the first scan, a badge, does
 * not wait for them. Whoever works has them: no command is appended and none is folded in before they are loaded.
 */
export type RulesPort = { loaded(): Rules | null; load(): Promise<Rules> }

/** Loads once. What failed, because there was no network on the very first day, is tried again by the next call. */
export const rulesFrom = (fetch: () => Promise<Rules>): RulesPort => {
  let rules: Rules | null = null
  return {
    loaded: () => rules,
    load: async () => (rules ??= await fetch()),
  }
}

/** The product's rules, each part a file of its own that the service worker keeps. */
export const fetchRules = async (): Promise<Rules> => {
  const [{ judge }, { PROCESSES }, scan] = await Promise.all([
    import('../../shared/process/judge.ts'),
    import('../../shared/process/index.ts'),
    import('../../shared/scan/resolve.ts'),
  ])
  return { judge, processes: PROCESSES, scan }
}
