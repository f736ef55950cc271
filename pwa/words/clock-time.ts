import { isZone, UTC } from '../../shared/time.ts'
import type { Language } from './words.ts'

type Parts = Pick<Intl.DateTimeFormatOptions, 'day' | 'month' | 'year' | 'hour' | 'minute'>
const HOUR_AND_MINUTE: Parts = { hour: '2-digit', minute: '2-digit' }

/** A clock of the place in the person's language, with figures that read alike in every one; UTC where the browser lacks the zone. */
export const clockTime = (language: Language, zone: string, parts: Parts = HOUR_AND_MINUTE): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat(`${language}-u-nu-latn`, { ...parts, hourCycle: 'h23', timeZone: isZone(zone) ? zone : UTC })
