import type { Worker } from '../catalogue.ts'

/** A place without a zone is everybody's, and whoever has no zones works everywhere. */
export const inZones = (zone: string | null | undefined, zones: Worker['zones']): boolean =>
  zone === null || zone === undefined || zones === null || zones.includes(zone)
