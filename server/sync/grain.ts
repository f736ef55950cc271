import type { LocationId } from '../../shared/ids.ts'
import type { Address } from '../../shared/ledger/stock.ts'

/** What a place is called in an ERP: by place, zone or neither, and by status or any. `*` = every one. */
export type LocationRule = { ours: string; theirs: string }
/** The rules of one connection, and which of our places are in which zone. */
export type Grain = { rules: ReadonlyMap<string, string>; trivial: boolean; needsZones: boolean }
type At = Pick<Address, 'location' | 'status'>

export const grainOf = (rules: readonly LocationRule[]): Grain => ({
  rules: new Map(rules.map(rule => [rule.ours, rule.theirs])),
  trivial: new Set(rules.map(rule => rule.theirs)).size < 2,
  needsZones: rules.some(rule => rule.ours.startsWith('zone:')),
})

/**
 * The ERP's location of a place and status, the closest rule first; null = the connection's default. Many of ours are one of
 * theirs: books are compared, and messages written, at the ERP's grain.
 */
export const locate = (grain: Grain, at: At, zoneOf: (place: LocationId) => string | null): string | null => {
  const zone = grain.needsZones ? zoneOf(at.location) : null
  const names = [at.location, ...(zone === null ? [] : [`zone:${zone}`]), '*']
  for (const name of names)
    for (const status of [at.status, '*']) {
      const found = grain.rules.get(`${name} ${status}`)
      if (found !== undefined) return found
    }
  return null
}
