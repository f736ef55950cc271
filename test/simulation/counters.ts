/**
 * Interesting events. A counter that is 0 over a whole suite fails it: then the workload no longer reaches that code, and
 * a green run says nothing about it.
 */
export const SOMETIMES = [
  'commands',
  'steps of several commands',
  'steps without a command',
  'requests lost',
  'requests doubled',
  'requests after their time-out',
  'answers lost',
  'commands sent again',
  'gaps named',
  'pages cut',
  'pages refused because the cursor had moved',
  'snapshots',
  'snapshots broken off',
  'feed restored',
  'restores',
  'pushes booked together',
  'backups',
  'server transactions rolled back',
  'crashes',
  'power cuts',
  'cache fallen back',
  'command durable but not heard',
  'appends refused by a full disk',
  'writes refused by a full disk',
  'tabs taken over',
  'clock jumps',
  'commands pruned',
  'exceptions',
  'negative stock',
  'over picks',
  'late lines',
  'quarantined',
  'reservations by the desk',
  'cancellations by the desk',
  'closed receipts',
  'blind receipts',
  'steps of a process',
  'scans refused by a process',
  'questions of a process',
  'goods put away',
  'leases',
  'app updates',
  'caches evicted',
  'messages told',
  'counts planned',
  'rows counted',
  'decisions on counts',
] as const
/** Events that a few dozen shifts need not reach. */
const SELDOM = [
  'app updates over commands',
  'storages lost',
  'messages that the ERP knew',
  'count adjustments',
  'rows that a count has put right',
  'decisions on a difference that has changed',
  'decisions of the counter refused',
] as const
/** Events of the shifts in which orders are given out; the other shift has none of them. */
const OF_ORDERS = ['walks of several orders', 'shorts'] as const
export type Sometimes = (typeof SOMETIMES | typeof SELDOM | typeof OF_ORDERS)[number]
export type Counters = Record<Sometimes, number>

export const noCounters = (): Counters => {
  const entries = [...SOMETIMES, ...SELDOM, ...OF_ORDERS].map(name => [name, 0] as const)
  return Object.fromEntries(entries) as Counters
}
export const addCounters = (sum: Counters, more: Counters): void => {
  for (const name of [...SOMETIMES, ...SELDOM, ...OF_ORDERS]) sum[name] += more[name]
}
