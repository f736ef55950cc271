import type { DeviceId } from '../ids.ts'
import { msOf } from '../time.ts'
import { uncOf } from './point.ts'
import type { Point } from './point.ts'

/** What the server knows of a handheld: when it was heard, and up to when it has told everything. */
export type Reporter = {
  device: DeviceId
  seenAt: string
  /** Its last contact if nothing waited then, else the corrected time of its oldest unsent command. */
  report: string
  /** It may hold or make movements that nobody knows of: somebody is logged in, work is leased to it, or something waits. */
  active: boolean
  /** Zones of whoever is logged in; null = all. */
  zones: readonly string[] | null
}

export type Unheard = {
  /** May still bring movements from before the point. */
  waits: readonly DeviceId[]
  /** The same, but silent for so long that nobody waits any more: a person decides. */
  silent: readonly DeviceId[]
}

/** Whether the watermark of a zone has passed a point: nobody waits then, and nobody has gone silent. */
export const unheardOf = (
  reporters: readonly Reporter[],
  zone: string | null,
  point: Point,
  now: string,
  silentHours: number,
): Unheard => {
  const until = msOf(point.at) + uncOf(point.unc)
  const behind = reporters.filter(
    ({ active, zones, report }) =>
      active && (zones === null || zone === null || zones.includes(zone)) && msOf(report) <= until,
  )
  const isSilent = ({ seenAt }: Reporter): boolean => msOf(now) - msOf(seenAt) > silentHours * 3_600_000
  return {
    waits: behind.filter(one => !isSilent(one)).map(one => one.device),
    silent: behind.filter(isSilent).map(one => one.device),
  }
}
