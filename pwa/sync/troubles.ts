import type { SyncStatus } from './handheld.ts'

type Needs = SyncStatus['needsMe']

/** A code that was kept and a call for help wait for the desk: their worker has done all there is to do. */
const isTrouble = ({ command, outcome }: Needs[number]): boolean =>
  (command?.type !== 'unmatched' && command?.type !== 'note') || outcome !== 'exception'

/** What somebody at this handheld must look at. */
export const troublesOf = ({ needsMe }: Pick<SyncStatus, 'needsMe'>): Needs => needsMe.filter(isTrouble)

/** So many of each kind at the most, in their order: what is only kept takes no room from what needs somebody. */
export const firstOf = (needs: Needs, most: number): Needs => {
  const rest = needs.filter(one => !isTrouble(one)).slice(0, most)
  const shown = new Set([...needs.filter(isTrouble).slice(0, most), ...rest])
  return needs.filter(one => shown.has(one))
}
