import type { CountsAnswer } from '../../../shared/desk/view.ts'
import type { Role } from '../../../shared/roles.ts'
import type { DeskKey } from '../../words/en-desk.ts'

const LOOKERS: readonly Role[] = ['integrator', 'administrator', 'client']
export type Section = {
  path: string
  word: DeskKey
  roles: readonly Role[]
  strictly?: boolean
  /** Only for who sees the goods of all clients. */
  whole?: boolean
  count?: keyof Omit<CountsAnswer, 'asOf'>
}
/** In the order of a supervisor's morning: what waits for a decision comes first. */
export const SECTIONS: readonly Section[] = [
  { path: 'approvals', word: 's.approvals', roles: [], count: 'approvals' },
  { path: 'exceptions', word: 's.exceptions', roles: ['integrator'], count: 'exceptions' },
  { path: 'figures', word: 's.figures', roles: [] },
  { path: 'orders', word: 's.orders', roles: LOOKERS },
  { path: 'receipts', word: 's.receipts', roles: LOOKERS },
  { path: 'stock', word: 's.stock', roles: LOOKERS },
  { path: 'lots', word: 's.lots', roles: LOOKERS },
  { path: 'stocktake', word: 's.stocktake', roles: ['administrator'] },
  { path: 'past', word: 's.past', roles: LOOKERS },
  { path: 'devices', word: 's.devices', roles: ['integrator', 'administrator'], count: 'silent' },
  { path: 'integrations', word: 's.integrations', roles: ['integrator', 'administrator'], count: 'stopped' },
  { path: 'exports', word: 's.exports', roles: LOOKERS },
  { path: 'print', word: 's.print', roles: ['administrator'] },
  { path: 'people', word: 's.people', roles: ['administrator'], strictly: true },
  { path: 'audit', word: 's.audit', roles: ['administrator'], whole: true },
  { path: 'connections', word: 's.connections', roles: ['integrator', 'administrator'], strictly: true },
  { path: 'policies', word: 's.policies', roles: ['administrator'], strictly: true },
  { path: 'live', word: 's.live', roles: ['administrator'], strictly: true },
  { path: 'intake', word: 's.intake', roles: ['administrator'], strictly: true },
]
/** Pages that the navigation does not have: for everybody. */
export const OTHERS = ['find', 'account'] as const
