import type { ScannerProfile } from './profile.ts'

/**
 * The characters of a keyboard scanner, put together to codes. Pure: times are event times in ms. A gap never throws
 * characters away; it may only close a code (handheld W3).
 */
export type Buffer = { text: string; startedAt: number; lastAt: number; gaps: readonly number[] }

export type Closed = { text: string; t0: number; gapMsP95: number; kind: 'scan' | 'typed' }

export const EMPTY: Buffer = { text: '', startedAt: 0, lastAt: 0, gaps: [] }

/** Longer than this is no code; the rest of the burst is swallowed with it. */
export const MAX_TEXT = 8192

export const add = (buffer: Buffer, text: string, at: number): Buffer => ({
  text: buffer.text.length > MAX_TEXT ? buffer.text : buffer.text + text,
  startedAt: buffer.text === '' ? at : buffer.startedAt,
  lastAt: at,
  gaps: buffer.text === '' ? [] : [...buffer.gaps.slice(-63), at - buffer.lastAt],
})

const sorted = (gaps: readonly number[]): number[] => [...gaps].sort((a, b) => a - b)
const at = (values: readonly number[], part: number): number =>
  values[Math.min(values.length - 1, Math.floor(values.length * part))] ?? 0

/** A person types slowly and briefly; a scanner sends at least three characters close together (W12). */
export const isBurst = (buffer: Buffer, profile: ScannerProfile): boolean =>
  buffer.text.length >= 3 &&
  (buffer.gaps.length === 0 || at(sorted(buffer.gaps), 0.5) <= Math.max(35, 3 * profile.gapMsP95))

export const close = (buffer: Buffer, profile: ScannerProfile): Closed => ({
  text: buffer.text,
  t0: buffer.lastAt,
  gapMsP95: at(sorted(buffer.gaps), 0.95),
  kind: isBurst(buffer, profile) ? 'scan' : 'typed',
})

/** How long silence must last before it closes what is open; null = only a terminator does (W4, W6). */
export const silenceMs = (buffer: Buffer, profile: ScannerProfile, completes: (text: string) => boolean): number => {
  if (buffer.text.length === 1) return 80
  if (profile.terminator !== null && isBurst(buffer, profile)) return 10_000
  return completes(buffer.text) ? 60 : 120
}
