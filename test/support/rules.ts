import { PROCESSES } from '../../shared/process/index.ts'
import { judge } from '../../shared/process/judge.ts'
import { keysOf, resolve } from '../../shared/scan/resolve.ts'
import { later } from '../../pwa/sync/later.ts'
import type { Later } from '../../pwa/sync/later.ts'
import type { Rules, RulesPort } from '../../pwa/sync/rules.ts'

const rules: Rules = { judge, processes: PROCESSES, scan: { keysOf, resolve } }

/** The product's own rules, loaded before anybody asks. */
export const rulesAtHand: RulesPort = { loaded: () => rules, load: async () => rules }

/** And the rest of the machinery. */
export const laterAtHand = async (): Promise<Later> => later
