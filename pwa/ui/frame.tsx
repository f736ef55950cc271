import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { ReactNode, RefObject } from 'react'
import { useApp } from '../app/services.ts'
import { Band } from './band.tsx'
import { Button } from './button.tsx'
import { Dot } from './dot.tsx'
import { Icon } from './icon.tsx'

type Props = {
  title: ReactNode
  progress?: string | null
  canGoBack?: boolean
  /** Middle row: the only one that scrolls. */
  children: ReactNode
  /** Row of the prompt, or what takes its place. */
  prompt?: ReactNode
  bar?: ReactNode
  keypad?: boolean
  /** A change of this moves the focus to the prompt, without opening a keyboard. */
  screen: string
}

/** Header, band, middle, prompt, bar: every screen is drawn in this frame. A new screen begins with a new frame. */
export const Frame = (props: Props) => <Drawn key={props.screen} {...props} />

const Drawn = ({ title, progress, canGoBack = false, children, prompt, bar, keypad = false, screen }: Props) => {
  const { controller, state, speaker } = useApp()
  const frame = useRef<HTMLDivElement>(null)
  const tight = useGiveWay(frame)
  const { missing, status } = state
  const alarm =
    missing > 0 ? speaker.say('missing', { n: missing }) : status.emergency ? speaker.say('emergency') : null
  useEffect(() => {
    frame.current?.querySelector<HTMLElement>('.prompt')?.focus({ preventScroll: true })
  }, [])
  return (
    <div className="frame" ref={frame} data-tight={tight} data-keypad={keypad} data-screen={screen}>
      <header className="head" data-alarm={alarm !== null}>
        {canGoBack ? (
          <Button
            kind="icon"
            className="icon"
            label={speaker.word('key.back')}
            onPress={() => void controller.press('XCBAK')}
          >
            <Icon name="back" flips />
          </Button>
        ) : null}
        <h1 className="title">{title}</h1>
        {progress ? <span className="progress">{progress}</span> : null}
        <Dot />
        <Button
          kind="icon"
          className="icon"
          label={speaker.word('key.menu')}
          pressed={state.panel === 'menu'}
          onPress={() => void controller.press('XCMNU')}
        >
          <Icon name="menu" />
        </Button>
        {alarm ? (
          <a className="alarm" href="/rescue.html">
            {alarm}
          </a>
        ) : null}
      </header>
      <Band state={state} speaker={speaker} />
      <main className="main">
        {/* A row that scrolls must be reachable by keys as well. */}
        <div className="middle" tabIndex={0} role="region" aria-label={speaker.word('t.next')}>
          {children}
        </div>
        <div>{prompt}</div>
        <div>{bar}</div>
      </main>
    </div>
  )
}

/** Lower than this the middle row shows nothing that helps. */
const MIDDLE_MIN = 120

/**
 * The give-way list: when the middle row is lower than the hero, the frame around it becomes smaller. Once tight it stays
 * so until the next screen: a frame that breathes is worse than a small one.
 */
const useGiveWay = (frame: RefObject<HTMLDivElement | null>): boolean => {
  const [tight, setTight] = useState(false)
  useLayoutEffect(() => {
    const middle = frame.current?.querySelector('.middle')
    if (!middle) return undefined
    const measure = (): void => {
      const hero = middle.querySelector('.hero')?.getBoundingClientRect().height ?? 0
      if (middle.clientHeight < Math.max(hero + 24, MIDDLE_MIN)) setTight(true)
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(middle)
    return () => observer.disconnect()
  }, [frame])
  return tight
}
