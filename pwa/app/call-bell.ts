import type { Call } from '../../shared/sync/calls.ts'
import type { Timer } from '../sync/ports.ts'
import type { Calls } from './calls.ts'
import type { FeedbackEvent } from './events.ts'

/** News of the desk come at the next pause; until then they are one line. */
export const PAUSE_MS = 3000
export const TICK_MS = 500
/** As long as one ring of the tone lasts, with the silence behind it. */
const RING_MS = 5000

/** What is shown: rings together, before texts, one text at a time. `isOpen`: with its words, else one line. */
export type Shown = { call: Call; ids: readonly Call['id'][]; more: number; isOpen: boolean }

export type CallBell = {
  shown: () => Shown | null
  /** A person wants to see it now. */
  open: () => void
  answer: () => void
  subscribe: (listener: () => void) => () => void
  stop: () => void
}

export type BellOf = {
  calls: Calls
  timer: Timer
  /** Since the last scan, key or touch of the work. */
  idleMs: () => number
  /** Whether somebody is logged in and at it: a text is not for whoever finds the handheld. */
  isAttended: () => boolean
  play: (event: FeedbackEvent) => void
}

const nextOf = (waiting: readonly Call[], isAttended: boolean): Omit<Shown, 'isOpen'> | null => {
  const rings = waiting.filter(call => call.kind === 'ring')
  const texts = isAttended ? waiting.filter(call => call.kind === 'text') : []
  const [ring, text] = [rings.at(-1), texts[0]]
  if (ring !== undefined) return { call: ring, ids: rings.map(one => one.id), more: texts.length }
  return text === undefined ? null : { call: text, ids: [text.id], more: texts.length - 1 }
}

/** One tone for each text, a ring again and again; the tones of the work go first. */
const makeTones = (play: BellOf['play'], idleMs: BellOf['idleMs']) => {
  let sinceRingMs = RING_MS
  let told: Call['id'] | null = null
  let isRinging = false
  const text = ({ call, isOpen }: Shown): void => {
    if (!isOpen || told === call.id) return
    told = call.id
    play('note')
  }
  return {
    pass: (ms: number): void => {
      sinceRingMs += ms
    },
    of: (shown: Shown | null): void => {
      const rings = shown?.call.kind === 'ring'
      // The tone repeats by itself: a short one of our own ends it at once.
      if (!rings && isRinging) play('note')
      isRinging = rings && isRinging
      if (shown !== null && !rings) text(shown)
      // A tone of the work has silenced it: it is begun again in the pause.
      if (!rings || sinceRingMs < RING_MS || idleMs() < TICK_MS * 2) return
      sinceRingMs = 0
      isRinging = true
      play('ring')
    },
  }
}

/**
 * Shows and sounds what waits, and never stands in the way of a scan: whoever scans sees one line and hears the tones of
 * the work, the ring goes on in the pauses.
 */
export const makeCallBell = ({ calls, timer, idleMs, isAttended, play }: BellOf): CallBell => {
  const listeners = new Set<() => void>()
  let shown: Shown | null = null
  let isOpened = false
  const tones = makeTones(play, idleMs)
  let cancel: (() => void) | null = null

  const look = (): void => {
    const found = nextOf(calls.waiting(), isAttended())
    if (idleMs() < TICK_MS) isOpened = false
    const now = found === null ? null : { ...found, isOpen: isOpened || idleMs() >= PAUSE_MS }
    tones.of(now)
    if (JSON.stringify(now) === JSON.stringify(shown)) return
    shown = now
    for (const listener of listeners) listener()
  }
  const tick = (): void => {
    cancel = null
    tones.pass(TICK_MS)
    look()
    // Asked while anything waits, shown or not: somebody may log in.
    if (calls.waiting().length > 0) cancel = timer.after(TICK_MS, tick)
  }
  const changed = (): void => {
    if (cancel === null && calls.waiting().length > 0) {
      tones.pass(RING_MS)
      tick()
    } else look()
  }
  const unsubscribe = calls.subscribe(changed)
  changed()
  return {
    shown: () => shown,
    open: () => {
      isOpened = true
      look()
    },
    answer: () => {
      if (shown === null) return
      isOpened = false
      calls.answer(shown.ids)
    },
    subscribe: listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    stop: () => {
      unsubscribe()
      cancel?.()
      tones.of(null)
    },
  }
}
