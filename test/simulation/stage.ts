import type { Push, PushEnd } from '../../server/sync/apply.ts'
import type { SyncStore } from '../../server/sync/ports.ts'
import type { Movement } from '../../shared/ledger/stock.ts'
import type { Handheld } from '../../pwa/sync/handheld.ts'
import type { Manifest } from '../../shared/sync/wire.ts'
import type { SiteSeed } from '../support/site.ts'
import type { Plant } from './bugs.ts'
import type { Counters } from './counters.ts'
import type { Device } from './device.ts'
import type { Erp } from './erp-post.ts'
import type { Odds } from './faults.ts'
import type { MemoryServer } from './memory-server.ts'
import type { ServerState } from './memory-state.ts'
import type { Turn } from './hands.ts'
import type { Dice } from './random.ts'
import type { Schedule } from './schedule.ts'
import type { Leg, Truth } from './truth.ts'

/** What is worked on in a run. */
export type Shift = {
  makeSite(devices: number): SiteSeed
  /** Opening stock, documents and orders. Gives the movements, for the physical truth. */
  open(store: SyncStore, site: SiteSeed): Promise<readonly Movement[]>
  /** What does not lie where the books have it, from the beginning. */
  lost?(site: SiteSeed, opening: readonly Movement[]): readonly Leg[]
  /** What a worker does next, by what the handheld shows; null = there is nothing to do just now. */
  turn(stage: Stage, device: Device, handheld: Handheld): Promise<Turn | null>
  /** Who has the handhelds, by turns. */
  badges: readonly string[]
  /** Nobody goes home before the end. */
  isLong: boolean
  /** Of so many changes of a screen one is looked at in full; a large warehouse is looked at less often. */
  looksEvery: number
  /** Rows of a page; small ones let paging happen. */
  pageRows: number
  /** How much of the trouble that a seed has comes here: 1 = all. */
  trouble: number
  /** The desk reserves and cancels meanwhile. */
  hasDesk: boolean
  /** Work is given out: whoever has none asks for some. */
  isGivenOut: boolean
  /** Everything is done: the shift need not wait for its end. */
  isOver?(stage: Stage): boolean
  /** What is wrong at the end beside the invariants; null = nothing. */
  verdict?(stage: Stage): string | null
}

/** What the handhelds fetch of the items. */
export type Catalogue = { manifest: Manifest; blocks: ReadonlyMap<string, Uint8Array> }

/** All that one run is made of. */
export type Stage = {
  schedule: Schedule
  dice: Dice
  site: SiteSeed
  memory: MemoryServer
  erp: Erp
  /** As the server has it now. */
  catalogue: Catalogue
  /** The server's store as the product sees it: watched, and with a planted bug where there is one. */
  store: SyncStore
  /** Books pushes together, as the product does; null = each by itself, in every second seed and with most planted bugs. */
  book: ((push: Push) => Promise<PushEnd>) | null
  /** The state behind every feed epoch that ever was, for looking up what a cursor means. */
  feeds: Map<string, ServerState>
  devices: Device[]
  truth: Truth
  odds: Odds
  /** Virtual ms at which work and trouble end. */
  end: number
  seen: Counters
  plant: Plant | null
  shift: Shift
  log(line: string): void
  /** The first violation ends the run. */
  fail(rule: string, what: string): void
  failures: string[]
}
