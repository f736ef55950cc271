import { useSyncExternalStore } from 'react'
import { createRoot } from 'react-dom/client'
import { makeCallBell } from '../app/call-bell.ts'
import type { CallBell } from '../app/call-bell.ts'
import { askCalls, makeCalls } from '../app/calls.ts'
import { zoneHere } from '../app/services.ts'
import type { Services } from '../app/services.ts'
import { browserTimer } from '../sync/browser-ports.ts'
import type { Api } from '../sync/api.ts'
import { Button } from '../ui/button.tsx'
import { handHere, learnHand } from '../words/hand.ts'
import '../ui/calls.css'

export type CallsServices = Pick<Services, 'controller' | 'handheld' | 'settings' | 'play'>

/** Whether this window is the one that works, and who tells when that changes. */
type Activity = { isActive: () => boolean; onActive: (listener: () => void) => void }

/**
 * Hears of calls of the desk and shows them over whatever is on the screen, while this window is the active one. What is
 * kept is read anew each time: another window may have answered meanwhile.
 */
export const showCalls = (
  services: CallsServices,
  { api, isActive, onActive }: Activity & { api: Pick<Api, 'json' | 'called'> },
): (() => void) => {
  let end: (() => void) | null = null
  const follow = (): void => {
    if (isActive()) end ??= begin(services, api)
    else {
      end?.()
      end = null
    }
  }
  onActive(follow)
  follow()
  return () => end?.()
}

/** A camera and the work tell of their scans, the keys of a practice only themselves. */
const sinceInput = (workMs: () => number): { idleMs: () => number; stop: () => void } => {
  let keyAt = Number.NEGATIVE_INFINITY
  const heard = (): void => {
    keyAt = performance.now()
  }
  addEventListener('keydown', heard, { capture: true, passive: true })
  return {
    idleMs: () => Math.min(workMs(), performance.now() - keyAt),
    stop: () => removeEventListener('keydown', heard, { capture: true }),
  }
}

const begin = (services: CallsServices, api: Pick<Api, 'json' | 'called'>): (() => void) => {
  const { controller, handheld, settings, play } = services
  const calls = makeCalls({
    ask: askCalls(api),
    storage: localStorage,
    worker: () => (controller.state().locked ? null : (handheld.session()?.worker.id ?? null)),
  })
  const input = sinceInput(controller.idleMs)
  const bell = makeCallBell({
    calls,
    timer: browserTimer,
    play,
    idleMs: input.idleMs,
    isAttended: () => controller.state().session !== null && !controller.state().locked,
  })
  const host = document.createElement('div')
  document.body.append(host)
  const root = createRoot(host)
  let isOver = false
  const draw = (): void => {
    if (isOver) return
    const { language } = settings.get()
    // The words come with the first call; until then nothing is shown.
    if (bell.shown() !== null && handHere(language) === null) void learnHand(language).then(draw, () => undefined)
    root.render(<CallSheet bell={bell} language={language} zone={zoneHere({ handheld })} />)
  }
  const leaves = [
    settings.subscribe(draw),
    bell.subscribe(draw),
    handheld.subscribe(() => handheld.status().link === 'online' && calls.wake()),
    input.stop,
    bell.stop,
  ]
  api.called(calls.hinted)
  draw()
  return () => {
    isOver = true
    api.called(() => undefined)
    for (const leave of leaves) leave()
    root.unmount()
    host.remove()
  }
}

type Props = { bell: CallBell; language: Parameters<typeof handHere>[0]; zone: string }

/** Never takes the focus: the next scan is the work's. */
const CallSheet = ({ bell, language, zone }: Props) => {
  const shown = useSyncExternalStore(bell.subscribe, bell.shown)
  const hand = handHere(language)
  if (shown === null || hand === null) return null
  const { call, isOpen, more } = shown
  const head = hand.say(`call.${call.kind}`, { name: call.by === '' ? '–' : call.by })
  if (!isOpen)
    return (
      <div className="call" data-kind={call.kind} data-open="false">
        <Button onPress={bell.open}>{head}</Button>
      </div>
    )
  return (
    <section className="call" data-kind={call.kind} data-open="true" aria-label={head} role="alert">
      <p className="call-head">
        <bdi>{head}</bdi> <span>{hand.time(call.at, zone)}</span>
      </p>
      {call.text === '' ? null : (
        <p className="call-text" dir="auto">
          {call.text}
        </p>
      )}
      {more > 0 ? <p>{hand.say('call.more', { n: more })}</p> : null}
      <Button kind="primary" onPress={bell.answer}>
        {hand.say(call.kind === 'ring' ? 'b.here' : 'b.read')}
      </Button>
    </section>
  )
}
