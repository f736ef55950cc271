import type { Worker } from '../../shared/catalogue.ts'
import { derivedId } from '../../shared/ids.ts'
import { sha256Hex } from '../../shared/sync/seal.ts'
import type { SiteSeed } from '../support/site.ts'

/** Who has the handhelds, by turns. The last one sees the goods of one client only. */
export const BADGES = ['XBANNA', 'XBEDA', 'XBFATMA'] as const

const FLOOR: Worker['roles'] = ['receiver', 'picker', 'packer', 'counter']

/** Enough people that somebody else can count again, and that somebody who has not counted can approve. */
export const withPeople = (site: SiteSeed): SiteSeed => {
  const [client] = site.clients
  const worker = (who: string, roles: Worker['roles'], clients: Worker['clients']): Worker => ({
    id: derivedId('worker', site.warehouse.name, who),
    name: who,
    badgeHash: sha256Hex(`XB${who}`),
    roles,
    clients,
    zones: null,
    active: true,
  })
  const workers = [
    ...site.roster.workers.map(one => (one.name === 'ANNA' ? { ...one, roles: FLOOR } : one)),
    // A supervisor who counts as well: what she has counted is for the other one.
    worker('EDA', [...FLOOR, 'supervisor'], null),
    worker('FATMA', FLOOR, client === undefined ? [] : [client.id]),
  ]
  return { ...site, roster: { ...site.roster, workers } }
}

export const personWith = ({ roster }: SiteSeed, badge: string): Worker => {
  const found = roster.workers.find(one => one.badgeHash === sha256Hex(badge))
  if (found === undefined) throw new Error(`nobody has the badge ${badge}`)
  return found
}
