import type { ClockSample } from '../../shared/sync/clock.ts'
import { MAX_COMMANDS } from '../../shared/sync/limits.ts'
import type { CatalogueProgress } from './catalogue-fetch.ts'
import type { Suspect } from './poison.ts'

/** What rounds remember of each other. All of it may be forgotten: the stores know the rest. */
export type RoundMemory = {
  limit: number
  suspect: Suspect | null
  samples: readonly ClockSample[]
  /** Wall clock minus monotonic clock: a jump makes the samples worthless. */
  drift: number | null
  catalogue: CatalogueProgress | null
  /** Version of the catalogue that readers here were told of. */
  inUse: string | null
  revoked: boolean
  /** Epochs that the server refuses to hear of; asked again after a restart. */
  heldBack: Set<string>
}
export const newMemory = (): RoundMemory => ({
  limit: MAX_COMMANDS,
  suspect: null,
  samples: [],
  drift: null,
  catalogue: null,
  inUse: null,
  revoked: false,
  heldBack: new Set(),
})
