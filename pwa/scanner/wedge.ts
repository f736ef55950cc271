import { scanOf } from '../../shared/scan/symbology.ts'
import type { Scan } from '../../shared/scan/scan.ts'
import { learned } from './profile.ts'
import type { ScannerProfile } from './profile.ts'
import { add, close, EMPTY, isBurst, silenceMs } from './wedge-buffer.ts'
import type { Buffer } from './wedge-buffer.ts'

export type WedgeOptions = {
  profile: ScannerProfile
  onProfile?: (profile: ScannerProfile) => void
  /** True for a text that is a whole code: a GTIN with a right check digit, or a code that is known here. */
  completes: (text: string) => boolean
  onScan: (scan: Scan) => void
  /** A character of a code, or of what a person types, was heard. */
  onKey?: () => void
  /** A code came by two channels and was counted once. */
  onTwice?: () => void
  /** What a person typed, character by character: digits, letters, Backspace, Enter. */
  onType: (key: string) => void
}

type Channel = 'keys' | 'input' | 'paste'
/** The same text by two channels within this time (of the events) is one scan; by one channel it is two. */
const TWICE_MS = 100

const isTextField = (target: EventTarget | null): target is HTMLInputElement | HTMLTextAreaElement =>
  (target instanceof HTMLInputElement && target.dataset['wedge'] === undefined) || target instanceof HTMLTextAreaElement

const swallow = (event: Event): void => {
  event.preventDefault()
  event.stopImmediatePropagation()
}
const empty = (target: EventTarget | null): void => {
  if (target instanceof HTMLInputElement) target.value = ''
}

/**
 * Hears a keyboard scanner anywhere on the page, without a focused field. Listens in the capture phase, takes the time from
 * the event, swallows a scan's own Enter so that it never clicks a focused button (W8). Returns the function that stops it.
 */
export const listenToWedge = (page: Window, options: WedgeOptions): (() => void) => {
  let profile = options.profile
  let buffer: Buffer = EMPTY
  /** What the open code came by. */
  let via: Channel = 'keys'
  let timer: ReturnType<typeof setTimeout> | undefined
  let due = 0
  /** Value of a text field before the burst, so that a scan into it can be taken back (W13). */
  let field: { element: HTMLInputElement | HTMLTextAreaElement; value: string } | null = null
  const swallowed = new Set<string>()

  /** Some scanners send a code as keys and as text of an input method: that is one scan (W16). */
  let given: { text: string; at: number; channel: Channel } | null = null
  const give = (scan: Scan, channel: Channel): void => {
    const isSame = given !== null && given.text === scan.text && Math.abs(scan.t0 - given.at) <= TWICE_MS
    if (isSame && given?.channel !== channel) {
      given = null
      options.onTwice?.()
      return
    }
    given = { text: scan.text, at: scan.t0, channel }
    options.onScan(scan)
  }

  const end = (by: 'Enter' | 'Tab' | null): void => {
    clearTimeout(timer)
    const closed = close(buffer, profile)
    buffer = EMPTY
    const before = field
    field = null
    if (closed.text === '') return
    if (closed.kind === 'scan') {
      if (before !== null) before.element.value = before.value
      const scan = scanOf(closed.text, 'wedge', closed.t0, {
        gapMsP95: closed.gapMsP95,
        gsSubstitute: profile.gsSubstitute,
      })
      profile = learned(profile, { endedBy: by, gapMsP95: closed.gapMsP95, text: scan.text })
      options.onProfile?.(profile)
      give(scan, by === null ? via : 'keys')
      return
    }
    if (before === null) {
      for (const character of closed.text) options.onType(character)
      if (by === 'Enter') options.onType('Enter')
    }
  }
  /** Keys may be queued behind a stall: a timer that fires late waits once more, so that two codes are never merged (W5). */
  const arm = (ms: number): void => {
    clearTimeout(timer)
    due = performance.now() + ms
    timer = setTimeout(() => {
      if (performance.now() - due > 30) arm(ms)
      else end(null)
    }, ms)
  }
  const take = (text: string, at: number, by: Channel): void => {
    via = by
    options.onKey?.()
    buffer = add(buffer, text, at)
    arm(silenceMs(buffer, profile, options.completes))
  }

  const down = (event: KeyboardEvent): void => {
    if (event.isComposing || event.key === 'Unidentified' || event.keyCode === 229 || event.metaKey) return
    const typing = isTextField(event.target)
    if (event.key === 'Enter' || event.key === 'Tab') {
      if (buffer.text === '') {
        // Enter with nothing open is a person's: on a button it presses that, elsewhere it ends what was typed before.
        if (
          event.key === 'Enter' &&
          !typing &&
          !(event.target instanceof HTMLButtonElement || event.target instanceof HTMLAnchorElement)
        )
          options.onType('Enter')
        return
      }
      const scan = isBurst(buffer, profile)
      if (scan || !typing) {
        swallow(event)
        swallowed.add(event.code)
      }
      end(event.key)
      return
    }
    const control = event.ctrlKey && event.key === ']' ? '\u001d' : null
    if (control === null && (event.key.length !== 1 || (event.ctrlKey && !event.altKey))) {
      if (event.key === 'Backspace' && !typing && buffer.text === '') options.onType('Backspace')
      return
    }
    if (typing) {
      if (buffer.text === '')
        field = { element: event.target as HTMLInputElement, value: (event.target as HTMLInputElement).value }
    } else {
      // A taken character is prevented, so that it never arrives a second time through a field, and Space clicks nothing.
      swallow(event)
      swallowed.add(event.code)
    }
    if (buffer.text !== '' && via === 'input') end(null)
    take(control ?? event.key, event.timeStamp, 'keys')
  }
  const up = (event: KeyboardEvent): void => {
    if (swallowed.delete(event.code)) swallow(event)
  }
  /**
   * Input-method scanners: a text of three or more characters in one event is a scan (W10), shorter pieces are put together.
   * What keys have left open is older and goes first.
   */
  const written = (text: string, at: number): void => {
    if (text === '') return
    if (buffer.text !== '' && via === 'keys') end(null)
    if (buffer.text === '' && text.length >= 3)
      give(scanOf(text, 'wedge', at, { gsSubstitute: profile.gsSubstitute }), 'input')
    else take(text, at, 'input')
  }
  /** The interim text of a composition is not read; its end brings the whole. */
  const input = (event: Event): void => {
    if (!(event instanceof InputEvent) || isTextField(event.target) || event.inputType === 'insertCompositionText')
      return
    empty(event.target)
    written(event.data ?? '', event.timeStamp)
  }
  const composed = (event: CompositionEvent): void => {
    if (isTextField(event.target)) return
    empty(event.target)
    written(event.data, event.timeStamp)
  }
  const paste = (event: ClipboardEvent): void => {
    const text = event.clipboardData?.getData('text') ?? ''
    if (isTextField(event.target) || text.length < 3) return
    swallow(event)
    if (buffer.text !== '') end(null)
    give(scanOf(text, 'wedge', event.timeStamp, { gsSubstitute: profile.gsSubstitute }), 'paste')
  }

  const over = new AbortController()
  const heard = { capture: true, signal: over.signal }
  page.addEventListener('keydown', down, heard)
  page.addEventListener('keyup', up, heard)
  page.addEventListener('keypress', up, heard)
  page.addEventListener('input', input, heard)
  page.addEventListener('compositionend', composed, heard)
  page.addEventListener('paste', paste, heard)
  return () => {
    clearTimeout(timer)
    over.abort()
  }
}
