/** What set-up learned about this handheld's built-in scanner. */
export type ScannerProfile = {
  terminator: 'Enter' | 'Tab' | null
  /** One printable stand-in for the group separator, where the scanner is configured so. */
  gsSubstitute: string | null
  /** 95th percentile of the gap between two characters of one code, ms. */
  gapMsP95: number
  /** Whether a group separator has ever arrived. */
  gsSeen: boolean
}

/** Before anything was learned: no terminator is promised, so a code closes by Enter, by its content or by silence. */
export const UNKNOWN_PROFILE: ScannerProfile = { terminator: null, gsSubstitute: null, gapMsP95: 12, gsSeen: false }

/** A profile that has seen one more code: how it ended, how fast it came, whether it brought a separator. */
export const learned = (
  profile: ScannerProfile,
  seen: { endedBy: 'Enter' | 'Tab' | null; gapMsP95: number; text: string },
): ScannerProfile => ({
  ...profile,
  terminator: seen.endedBy ?? profile.terminator,
  gapMsP95: Math.max(1, Math.round(profile.gapMsP95 * 0.8 + seen.gapMsP95 * 0.2)),
  gsSeen: profile.gsSeen || seen.text.includes('\u001d'),
})
