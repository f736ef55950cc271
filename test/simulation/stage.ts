import type { SyncStore } from '../../server/sync/ports.ts'
import type { SiteSeed } from '../support/site.ts'
import type { Plant } from './bugs.ts'
import type { Counters } from './counters.ts'
import type { Device } from './device.ts'
import type { Odds } from './faults.ts'
import type { MemoryServer } from './memory-server.ts'
import type { ServerState } from './memory-state.ts'
import type { Dice } from './random.ts'
import type { Schedule } from './schedule.ts'
import type { Truth } from './truth.ts'

/** All that one run is made of. */
export type Stage = {
  schedule: Schedule
  dice: Dice
  site: SiteSeed
  memory: MemoryServer
  /** The server's store as the product sees it: watched, and with a planted bug where there is one. */
  store: SyncStore
  /** The state behind every feed epoch that ever was, for looking up what a cursor means. */
  feeds: Map<string, ServerState>
  devices: Device[]
  truth: Truth
  odds: Odds
  /** Virtual ms at which work and trouble end. */
  end: number
  seen: Counters
  plant: Plant | null
  log(line: string): void
  /** The first violation ends the run. */
  fail(rule: string, what: string): void
  failures: string[]
}
