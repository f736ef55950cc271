import { wallOf } from '../../shared/time.ts'

/** "10:41", with the day in front where it was not today; in the time of the warehouse, with figures that read alike in every language. */
export const shortTime = (iso: string, now: string, zone: string): string => {
  const at = wallOf(iso, zone)
  const time = at.slice(11, 16)
  return at.slice(0, 10) === wallOf(now, zone).slice(0, 10) ? time : `${at.slice(8, 10)}.${at.slice(5, 7)}. ${time}`
}
