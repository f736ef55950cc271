import { useSyncExternalStore } from 'react'
import { createRoot } from 'react-dom/client'
import { makeCallBell } from '../app/call-bell.ts'
import type { CallBell } from '../app/call-bell.ts'
import { askCalls, makeCalls } from '../app/calls.ts'
import type { Services } from '../app/services.ts'
import { browserTimer } from '../sync/browser-ports.ts'
import type { Api } from '../sync/api.ts'
import { Button } from '../ui/button.tsx'
import { handHere, learnHand } from '../words/hand.ts'
import '../ui/calls.css'

export type CallsServices = Pick<Services, 'controller' | 'handheld' | 'settings' | 'play'>

/** Hears of calls of the desk and shows them over whatever is on the screen, in a root of their own. */
export const showCalls = (
  services: CallsServices,
  { api, isActive }: { api: Pick<Api, 'json' | 'called'>; isActive: () => boolean },
): (() => void) => {
  const { controller, handheld, settings, play } = services
  const calls = makeCalls({
    ask: askCalls(api),
    storage: localStorage,
    worker: () => handheld.session()?.worker.id ?? null,
  })
  const bell = makeCallBell({
    calls,
    timer: browserTimer,
    play,
    idleMs: controller.idleMs,
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
    root.render(isActive() ? <CallSheet bell={bell} language={language} /> : null)
  }
  const leaves = [
    settings.subscribe(draw),
    bell.subscribe(draw),
    handheld.subscribe(() => handheld.status().link === 'online' && calls.wake()),
  ]
  api.called(calls.hinted)
  draw()
  return () => {
    isOver = true
    for (const leave of leaves) leave()
    bell.stop()
    root.unmount()
    host.remove()
  }
}

type Props = { bell: CallBell; language: Parameters<typeof handHere>[0] }

/** Never takes the focus: the next scan is the work's. */
const CallSheet = ({ bell, language }: Props) => {
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
        <bdi>{head}</bdi> <span>{hand.time(call.at)}</span>
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
