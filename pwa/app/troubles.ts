import type { SyncStatus } from '../sync/handheld.ts'

/** What somebody at this handheld must look at. A code that was kept waits for the desk: its worker has done all there is to do. */
export const troublesOf = ({ needsMe }: Pick<SyncStatus, 'needsMe'>): SyncStatus['needsMe'] =>
  needsMe.filter(({ command, outcome }) => command?.type !== 'unmatched' || outcome !== 'exception')
