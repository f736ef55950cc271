import { zoneOf } from '../../shared/policy.ts'
import { ownCode } from '../../shared/scan/own-code.ts'
import { GS } from '../../shared/scan/scan.ts'
import type { Reading, Resolved, Scan } from '../../shared/scan/scan.ts'
import { dayOf } from '../../shared/time.ts'
import type { Handheld } from '../sync/handheld.ts'
import type { RulesPort } from '../sync/rules.ts'
import type { Resolver } from './state.ts'

const GS_SEEN = 'stockhand-gs-seen'

/** What a scan says without any catalogue: a code of our own, or nothing yet. */
const alone = (scan: Scan, own: Reading | null): Resolved => ({
  scan,
  readings: own === null ? [] : [own],
  wanted: true,
  fields: {},
  notes: [],
  problem: null,
})

/**
 * The rules of shared/scan with what this device knows: the day, the client of the task, and whether its scanner has ever
 * sent a separator. Once it has, a label without one is taken as it stands.
 */
export const makeResolver = (
  handheld: Pick<Handheld, 'now' | 'clients' | 'world'>,
  rules: RulesPort,
  storage: Pick<Storage, 'getItem' | 'setItem'>,
): Resolver => {
  let gsSeen = storage.getItem(GS_SEEN) !== null
  const hear = (scan: Scan): void => {
    if (gsSeen || scan.source !== 'wedge' || !scan.text.includes(GS)) return
    gsSeen = true
    storage.setItem(GS_SEEN, '1')
  }
  const today = (): string => dayOf(handheld.now(), zoneOf(handheld.world().policies))
  return {
    keysOf: scan => (ownCode(scan.text) === null ? (rules.loaded()?.scan.keysOf(scan, today()) ?? []) : []),
    resolve: (scan, wanted, lookup) => {
      hear(scan)
      const own = ownCode(scan.text)
      const meaning = rules.loaded()?.scan
      if (own !== null || meaning === undefined) return alone(scan, own)
      return meaning.resolve(scan, wanted.expects, lookup, {
        today: today(),
        client: handheld.clients().find(client => client.id === wanted.client)?.id ?? null,
        gsSeen,
        measureRules: [],
        upperCase: false,
      })
    },
  }
}
