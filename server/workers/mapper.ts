import type { ClientId, LocationId } from '../../shared/ids.ts'
import { ErpError } from '../erp/erp-error.ts'
import type { Gap } from '../erp/erp-error.ts'
import { grainOf, locate } from '../sync/grain.ts'
import type { Mapping } from './connection.ts'

/** One connection's mapping, ready to be asked. */
export type Mapper = {
  /** The ERP's key of the owner; null = not mapped. */
  remoteClient: (client: string) => string | null
  clientOf: (remote: string) => ClientId | null
  /** The ERP's location; null = the connection's default. */
  place: (at: { location: string; status: string }) => string | null
  /** Our reason in the ERP's words: as it is, by its first word, or any. */
  reason: (reason: string) => string
  carrier: (name: string | null) => string | null
  /** ERP locations that the mapping names, and every place and status that has a rule of its own. */
  locations: readonly string[]
}

const missing = (gap: Gap): ErpError => new ErpError('config', `${gap.kind} ${gap.key} is not mapped`, { gap })
export const gapError = missing

export const makeMapper = (
  rows: readonly Mapping[],
  zoneOf: (place: LocationId) => string | null = () => null,
): Mapper => {
  const of = (kind: Mapping['kind']) => rows.filter(row => row.kind === kind)
  const table = (kind: Mapping['kind']): ReadonlyMap<string, string> =>
    new Map(of(kind).map(row => [row.ours, row.theirs]))
  const [clients, reasons, carriers] = [table('client'), table('reason'), table('carrier')]
  const owners = new Map([...clients].map(([ours, theirs]) => [theirs, ours as ClientId]))
  const grain = grainOf(of('location'))
  return {
    remoteClient: client => clients.get(client) ?? null,
    clientOf: remote => owners.get(remote) ?? null,
    place: at => locate(grain, { location: at.location as LocationId, status: at.status as never }, zoneOf),
    reason: reason => {
      // Without any mapping of reasons the ERP has one place for all of them.
      if (reasons.size === 0) return reason
      const found = reasons.get(reason) ?? reasons.get(reason.split(' ')[0] ?? '') ?? reasons.get('*')
      if (found === undefined) throw missing({ kind: 'reason', key: reason })
      return found
    },
    carrier: name => (name === null ? null : (carriers.get(name) ?? name)),
    locations: [...new Set(of('location').map(row => row.theirs))],
  }
}
