import { MAX_SCAN } from '../../shared/scan/scan.ts'
import type { Burst, ScannerProfile, Via } from './profile.ts'

/**
 * The characters of a keyboard scanner, put together to codes. Pure: times are event times in ms, never a clock, because a
 * stalled page reads its queue late but stamps it right. A gap never throws characters away; it may only close a code.
 */
export type Wedge = {
  text: string
  lastAt: number
  gaps: readonly number[]
  via: Via
  /** The first character went into a text field, which therefore has the others too. */
  inField: boolean
  /** Digits typed while Alt is held; null while it is not. Alt+029 is a group separator. */
  alt: string | null
  /** The last code that was handed on: its end key and its echo by another channel belong to it. */
  last: { text: string; at: number; via: Via } | null
}

export type WedgeInput =
  | { kind: 'character'; text: string; at: number; inField: boolean }
  | { kind: 'alt'; held: boolean; at: number }
  | { kind: 'end'; key: 'Enter' | 'Tab'; at: number }
  /** Text that arrived whole, by an input method or a paste. */
  | { kind: 'chunk'; text: string; at: number; via: 'input' | 'paste' }
  /** The page has been silent long enough. */
  | { kind: 'silence' }

export type Closed = Burst & { kind: 'scan' | 'typed'; t0: number; inField: boolean }
/** `taken`: the event belongs to the scanner and must reach nothing else on the page. */
export type WedgeStep = { wedge: Wedge; closed: readonly Closed[]; taken: boolean }
export type WedgeRules = { profile: ScannerProfile; completes: (text: string) => boolean }

export const EMPTY: Wedge = { text: '', lastAt: 0, gaps: [], via: 'keys', inField: false, alt: null, last: null }

/** One character more than a code may have, so that the resolver sees that it is too long. */
export const MAX_TEXT = MAX_SCAN + 1
const GS = '\u001d'
/** Nobody presses Enter so soon after a scan: it is the scanner's own, for example the second half of CR LF. */
const TRAILING_MS = 100
const ECHO_MS = 100
const CHUNK_MIN = 3
const TYPED_GAP_MS = 35

export const feed = (wedge: Wedge, input: WedgeInput, rules: WedgeRules): WedgeStep => {
  switch (input.kind) {
    case 'character':
      return character(wedge, input, rules)
    case 'alt':
      return alt(wedge, input, rules)
    case 'end':
      return end(wedge, input, rules)
    case 'chunk':
      return chunk(wedge, input, rules)
    case 'silence':
      return close(wedge, null, rules)
  }
}

/** How long silence must last before it closes what is open, ms (handheld W4, W6, W12). */
export const silenceMs = (wedge: Wedge, { profile, completes }: WedgeRules): number => {
  const slow = 3 * profile.gapMsP95
  if (wedge.via === 'keys' && wedge.text.length === 1) return Math.max(80, slow)
  const promised = profile.terminator !== null && (profile.via ?? 'keys') === wedge.via
  // Some devices send a long 2D code in pieces, seconds apart.
  if (promised && isBurst(wedge, profile)) return 10_000
  return completes(wedge.text) ? Math.max(60, slow) : Math.max(120, slow)
}

/** A person types slowly and briefly; a scanner sends at least three characters close together (handheld W12). */
export const isBurst = (wedge: Wedge, profile: ScannerProfile): boolean => {
  if (wedge.text.length < CHUNK_MIN) return false
  if (wedge.via !== 'keys') return true
  if (profile.prefix && wedge.text.startsWith(profile.prefix)) return true
  return percentile(wedge.gaps, 0.5) <= Math.max(TYPED_GAP_MS, 3 * profile.gapMsP95)
}

const percentile = (values: readonly number[], part: number): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0
}

const add = (wedge: Wedge, text: string, at: number, via: Via, inField: boolean): Wedge => {
  const open = wedge.text !== ''
  return {
    ...wedge,
    text: (wedge.text + text).slice(0, MAX_TEXT),
    lastAt: at,
    gaps: open ? [...wedge.gaps.slice(-63), at - wedge.lastAt] : [],
    via: open && wedge.via !== 'keys' ? wedge.via : via,
    inField: open ? wedge.inField : inField,
  }
}

/** Keys queued behind a stall arrive before any timer: their own stamps say that the code before them had ended. */
const closeOld = (wedge: Wedge, at: number, rules: WedgeRules): WedgeStep =>
  wedge.text !== '' && at - wedge.lastAt > silenceMs(wedge, rules)
    ? close(wedge, null, rules)
    : { wedge, closed: [], taken: false }

const character = (
  before: Wedge,
  input: { text: string; at: number; inField: boolean },
  rules: WedgeRules,
): WedgeStep => {
  const { wedge, closed } = closeOld(before, input.at, rules)
  if (wedge.alt !== null && wedge.alt.length < 3 && /^\d$/.test(input.text))
    return { wedge: { ...wedge, alt: wedge.alt + input.text }, closed, taken: true }
  const flushed = wedge.alt ? add(wedge, wedge.alt, input.at, 'keys', input.inField) : wedge
  const next = add(flushed, input.text, input.at, 'keys', input.inField)
  return { wedge: { ...next, alt: wedge.alt === null ? null : '' }, closed, taken: !next.inField }
}

/** Alt and exactly 0 2 9 is a separator; other digits under Alt are digits, since some scanners hold it all the time. */
const alt = (wedge: Wedge, input: { held: boolean; at: number }, rules: WedgeRules): WedgeStep => {
  if (input.held) return { wedge: { ...wedge, alt: wedge.alt ?? '' }, closed: [], taken: false }
  if (wedge.alt === null || wedge.alt === '') return { wedge: { ...wedge, alt: null }, closed: [], taken: false }
  const old = closeOld(wedge, input.at, rules)
  const text = wedge.alt === '029' ? GS : wedge.alt
  return {
    wedge: { ...add(old.wedge, text, input.at, 'keys', false), alt: null },
    closed: old.closed,
    taken: true,
  }
}

const end = (before: Wedge, input: { key: 'Enter' | 'Tab'; at: number }, rules: WedgeRules): WedgeStep => {
  const flushed = before.alt ? alt(before, { held: false, at: input.at }, rules).wedge : before
  const { last } = flushed
  const trailing = last !== null && flushed.text === '' && input.at - last.at <= TRAILING_MS
  if (flushed.text === '') return { wedge: flushed, closed: [], taken: trailing }
  const inField = flushed.inField && !isBurst(flushed, rules.profile)
  return { ...close(flushed, input.key, rules), taken: !inField }
}

const chunk = (
  before: Wedge,
  input: { text: string; at: number; via: 'input' | 'paste' },
  rules: WedgeRules,
): WedgeStep => {
  const body = input.text.replace(/[\r\n\t]+$/, '')
  const ended = body.length < input.text.length
  // The same code by keys and by a second channel: the keys have it already.
  if (body !== '' && body === before.text && before.via !== input.via)
    return { wedge: before, closed: [], taken: true }
  const old = closeOld(before, input.at, rules)
  if (input.via === 'input' && body.length < CHUNK_MIN && old.wedge.via === 'keys') {
    const typed = body === '' ? old.wedge : add(old.wedge, body, input.at, 'keys', false)
    return ended ? joined(old.closed, close(typed, 'Enter', rules)) : { wedge: typed, closed: old.closed, taken: true }
  }
  const next = add(old.wedge, body, input.at, input.via, false)
  if (!ended && input.via === 'input') return { wedge: next, closed: old.closed, taken: true }
  return joined(old.closed, close(next, ended ? 'Enter' : null, rules))
}

const joined = (closed: readonly Closed[], step: WedgeStep): WedgeStep => ({
  ...step,
  closed: [...closed, ...step.closed],
  taken: true,
})

const close = (wedge: Wedge, endedBy: 'Enter' | 'Tab' | null, { profile }: WedgeRules): WedgeStep => {
  if (wedge.text === '') return { wedge, closed: [], taken: false }
  const { text, lastAt, via, inField, last } = wedge
  const empty: Wedge = { ...EMPTY, alt: wedge.alt, last }
  if (!isBurst(wedge, profile)) {
    const typed: Closed = { kind: 'typed', text, t0: lastAt, gapMsP95: 0, endedBy, via, inField }
    return { wedge: empty, closed: [typed], taken: true }
  }
  const echo = last !== null && last.text === text && last.via !== via && Math.abs(lastAt - last.at) <= ECHO_MS
  const gapMsP95 = percentile(wedge.gaps, 0.95)
  const scan: Closed = { kind: 'scan', text, t0: lastAt, gapMsP95, endedBy, via, inField }
  return { wedge: { ...empty, last: { text, at: lastAt, via } }, closed: echo ? [] : [scan], taken: true }
}
