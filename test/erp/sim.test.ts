import { PROFILE_NAMES, PROFILES } from '../../server/erp/sim/profile.ts'
import type { ProfileName } from '../../server/erp/sim/profile.ts'
import { runConnectorContract } from './kit.ts'
import { startSim } from './sim-peer.ts'

const KEY = 'place for our key in a stock figure'
const LACKS: Partial<Record<ProfileName, Readonly<Record<string, string>>>> = {
  absolute: { '[E68] adjustment': KEY, '[E75]': KEY, '[ER12] posted twice': KEY, '[ER31]': KEY },
}

/** The other profiles meet every fault at the calls that write; the seeded plans of the simulation do the rest. */
const EVERYWHERE: readonly ProfileName[] = ['plain', 'tryton', 'netsuite']
const writes = (request: Request): boolean => request.method !== 'GET'

for (const name of PROFILE_NAMES)
  runConnectorContract({
    name: `the sim, profile ${name}`,
    start: () => startSim(name),
    takesStatus: PROFILES[name].statuses,
    lacks: { ...(PROFILES[name].carrierLabels ? {} : { '[E135]': 'labels of carriers' }), ...LACKS[name] },
    ...(EVERYWHERE.includes(name) ? {} : { postsAt: writes }),
  })
