import { derivedId } from '../../shared/ids.ts'
import type { Role } from '../../shared/roles.ts'
import { makeLabel } from '../../shared/scan/own-label.ts'
import { makeWorker } from '../auth/roster.ts'

/** A badge is a random id without a meaning; these are fixed so that printed ones keep working after a reset. */
const PEOPLE: readonly { name: string; badge: string; roles: readonly Role[] }[] = [
  { name: 'Ayşe Yılmaz', badge: '7K3PA2', roles: ['receiver', 'picker'] },
  { name: 'Mehmet Demir', badge: 'Q4H8VZ', roles: ['receiver'] },
  { name: 'Zeynep Kaya', badge: '2MWX9D', roles: ['picker'] },
  { name: 'Emre Çelik', badge: 'R6T1NB', roles: ['picker', 'packer'] },
  { name: 'Fatma Şahin', badge: 'J5C0YU', roles: ['packer'] },
  { name: 'Burak Öztürk', badge: '9GLE4S', roles: ['counter'] },
  { name: 'Elif Aydın', badge: 'V8D2FK', roles: ['supervisor'] },
  { name: 'Can Arslan', badge: '3XR7HW', roles: ['integrator', 'administrator'] },
]

export type DemoPerson = { name: string; badge: string; roles: readonly Role[] }

/** The people of the demo with the text on their badges. */
export const DEMO_PEOPLE: readonly DemoPerson[] = PEOPLE.map(person => ({
  ...person,
  badge: makeLabel('XB', person.badge),
}))

export const demoWorkers = () =>
  DEMO_PEOPLE.map(person => makeWorker({ id: derivedId('worker', 'demo', person.badge), ...person }))
