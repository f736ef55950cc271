/** What is known about this handheld's built-in scanner. Stored per device. */
export type ScannerProfile = {
  terminator: 'Enter' | 'Tab' | null
  /** One printable stand-in for the group separator, where the scanner is configured so. */
  gsSubstitute: string | null
  /** 95th percentile of the gap between two characters of one code, ms. Over 60: advise an inter-character delay of 0. */
  gapMsP95: number
  /** Whether a group separator has ever arrived. */
  gsSeen: boolean
  /** What every code begins with, where the scanner is configured so (`]` when AIM identifiers are sent). */
  prefix?: string | null
  /** The channel by which codes arrive; keystrokes where nothing is known. */
  via?: Via
  /** False: a letter of the test code did not come through the keyboard layout. */
  layoutOk?: boolean
  hasKeys?: boolean
}
export type Via = 'keys' | 'input' | 'paste'

/** One code as the wedge closed it. */
export type Burst = { text: string; endedBy: 'Enter' | 'Tab' | null; gapMsP95: number; via: Via }

/** Before anything was learned: no terminator is promised, so a code closes by Enter, by its content or by silence. */
export const UNKNOWN_PROFILE: ScannerProfile = { terminator: null, gsSubstitute: null, gapMsP95: 12, gsSeen: false }

const GS = '\u001d'
const GAP_MAX_MS = 250

/**
 * A profile that has seen one more code in daily work: how it ended, by which channel it came, whether it brought a
 * separator. The gap is not touched: it decides what counts as typing, and a fast typist would widen it step by step.
 * A code that only silence has closed takes the promise of a terminator back: nothing else would end the next one.
 */
export const learned = (profile: ScannerProfile, seen: Burst): ScannerProfile => ({
  ...profile,
  terminator: seen.via === 'paste' ? profile.terminator : seen.endedBy,
  gsSeen: profile.gsSeen || seen.text.includes(GS),
  ...(seen.via === 'paste' ? {} : { via: seen.via }),
})

/**
 * The profile of set-up: a printed test code whose text is known was scanned, so it is certain that a scanner sent it, and
 * its gap may widen what counts as a scan. `expected` is the text of the label without AIM identifier.
 */
export const measured = (profile: ScannerProfile, seen: Burst, expected: string): ScannerProfile => {
  const aim = /^\][A-Za-z][0-9A-Za-z]/.exec(seen.text)?.[0] ?? null
  const text = aim === null ? seen.text : seen.text.slice(aim.length)
  return {
    ...learned(profile, seen),
    gapMsP95: Math.min(GAP_MAX_MS, Math.max(1, Math.round(seen.gapMsP95))),
    prefix: aim === null ? null : ']',
    layoutOk: text === expected,
  }
}
