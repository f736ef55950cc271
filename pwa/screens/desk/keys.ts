import { useEffect, useState } from 'react'

/** A scanner's keys come close together; a single letter acts only when none followed it within this time. */
const ALONE_MS = 80
const CLOSE_MS = 50

export type KeyActions = Readonly<Record<string, () => void>>

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

/**
 * Letters that act, and scans. A code of a scanner that contains an A or an R must never approve anything: a letter waits
 * until it is sure to be alone, and what comes in one go and ends with Enter is a scan. The answer: whether the browser
 * must not act on the key itself.
 */
export const makeKeyReader = (deps: {
  act: (key: string) => void
  scan: (text: string) => void
  /** Calls back after `ms`; the answer takes it back. */
  after: (ms: number, run: () => void) => () => void
}) => {
  let text = ''
  let last = -Infinity
  let cancel = (): void => {}
  return (key: string, at: number, onControl = false): boolean => {
    const isClose = at - last < CLOSE_MS
    last = at
    if (!isClose) text = ''
    if (key === 'Enter') {
      cancel()
      const scanned = text
      text = ''
      if (scanned.length >= 3) {
        deps.scan(scanned)
        return true
      }
      if (!onControl) deps.act('Enter')
      return false
    }
    if (key.length > 1) {
      deps.act(key)
      return false
    }
    text += key
    cancel()
    // A blank inside a scan would press the button that has the focus.
    if (key === ' ' && text.length > 1) return true
    if (text.length === 1) {
      cancel = deps.after(ALONE_MS, () => {
        if (text.length === 1) deps.act(key)
        text = ''
      })
    }
    return false
  }
}

/** A capital letter may mean something of its own; else it is the letter, as with the key for capitals held down. */
export const actionFor = (actions: KeyActions, key: string): (() => void) | undefined =>
  actions[key] ?? actions[key.toLowerCase()]

const isControl = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('button, a') !== null

/** The keys of the page, and what they mean in the section that is open. */
const makeKeys = () => {
  let now: { actions: KeyActions; onScan: (text: string) => void } = { actions: {}, onScan: () => {} }
  return {
    mean: (actions: KeyActions, onScan: (text: string) => void): void => {
      now = { actions, onScan }
    },
    listen: (page: Pick<Window, 'addEventListener' | 'removeEventListener'>): (() => void) => {
      const read = makeKeyReader({
        act: key => actionFor(now.actions, key)?.(),
        scan: text => now.onScan(text),
        after: (ms, run) => {
          const timer = setTimeout(run, ms)
          return () => clearTimeout(timer)
        },
      })
      const onKey = (event: KeyboardEvent): void => {
        if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return
        // What was a scan must not press the button that has the focus; Enter alone presses it as everywhere.
        if (read(event.key, event.timeStamp, isControl(event.target))) event.preventDefault()
      }
      page.addEventListener('keydown', onKey)
      return () => page.removeEventListener('keydown', onKey)
    },
  }
}

/** Keys of a section while it is open; what is typed into a field stays there. */
export const useKeys = (actions: KeyActions, onScan: (text: string) => void): void => {
  const [keys] = useState(makeKeys)
  useEffect(() => keys.mean(actions, onScan))
  useEffect(() => keys.listen(window), [keys])
}
