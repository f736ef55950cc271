import { useSyncExternalStore } from 'react'
import { createRoot } from 'react-dom/client'
import { makeCallBell } from '../app/call-bell.ts'
import type { CallBell } from '../app/call-bell.ts'
import { askCalls, makeCalls } from '../app/calls.ts'
import { zoneHere } from '../app/services.ts'
import type { Services } from '../app/services.ts'
import { detailsHere } from '../app/details-here.ts'
import { faultOf, logText, makeDiary } from '../app/diary.ts'
import { makeDuties } from '../app/duties.ts'
import { browserTimer } from '../sync/browser-ports.ts'
import type { Api } from '../sync/api.ts'
import * as v from 'valibot'
import { MAX_LOG_TEXT } from '../../shared/sync/calls.ts'
import type { Call, LogRequest } from '../../shared/sync/calls.ts'
import { Button } from '../ui/button.tsx'
import { handHere, learnHand } from '../words/hand.ts'
import '../ui/calls.css'

export type CallsServices = Pick<Services, 'controller' | 'handheld' | 'settings' | 'play' | 'info'>

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

/** What is told when the desk asks for it: kept from the first moment on, in memory only. */
const keepDiary = ({ controller, handheld }: CallsServices) => {
  const diary = makeDiary(handheld.now)
  let link = ''
  const heard = (): void => {
    const { status } = handheld
    const now = `link ${status().link}${status().storageFull ? ' full' : ''}${status().emergency ? ' emergency' : ''}`
    if (now !== link) diary.note(now)
    link = now
  }
  let band: unknown = null
  const said = (): void => {
    const { band: now, session } = controller.state()
    if (now !== null && now !== band) diary.note(`${session === null ? 'nobody' : 'work'} ${now.say.key}`)
    band = now
  }
  const broke = (event: ErrorEvent): void => diary.note(faultOf(event.error))
  const failed = (event: PromiseRejectionEvent): void => diary.note(faultOf(event.reason))
  addEventListener('error', broke)
  addEventListener('unhandledrejection', failed)
  heard()
  const leaves = [handheld.subscribe(heard), controller.subscribe(said)]
  return {
    lines: diary.lines,
    stop: () => {
      removeEventListener('error', broke)
      removeEventListener('unhandledrejection', failed)
      for (const leave of leaves) leave()
    },
  }
}

const sendLog = async (api: Pick<Api, 'json'>, log: LogRequest): Promise<boolean> =>
  (await api.json({ method: 'POST', path: '/api/logs', body: JSON.stringify(log) }, v.object({}))).kind === 'ok'

const dutiesOf = (services: CallsServices, api: Pick<Api, 'json'>, lines: () => readonly string[]) => ({
  since: () => services.handheld.session()?.startedAt ?? null,
  logOut: () => services.controller.press('XCLGT'),
  sendLog: async (call: LogRequest['call']) =>
    sendLog(api, { call, text: logText(await detailsHere(services), lines(), MAX_LOG_TEXT) }),
})

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
  const diary = keepDiary(services)
  /** Who was logged out from the desk is told so until they have read it. */
  let left: Call | null = null
  const setLeft = (call: Call | null): void => {
    left = call
    draw()
  }
  const host = document.createElement('div')
  document.body.append(host)
  const root = createRoot(host)
  let isOver = false
  const draw = (): void => {
    if (isOver) return
    const { language } = settings.get()
    // The words come with the first call; until then nothing is shown.
    if ((bell.shown() ?? left) !== null && handHere(language) === null)
      void learnHand(language).then(draw, () => undefined)
    const zone = zoneHere({ handheld })
    root.render(
      <>
        <CallSheet bell={bell} language={language} zone={zone} />
        <LeftSheet call={left} language={language} zone={zone} onRead={() => setLeft(null)} />
      </>,
    )
  }
  const duties = makeDuties({
    ...dutiesOf(services, api, diary.lines),
    calls,
    timer: browserTimer,
    idleMs: input.idleMs,
    onOut: setLeft,
  })
  const leaves = [
    settings.subscribe(draw),
    bell.subscribe(draw),
    handheld.subscribe(() => {
      if (handheld.status().link !== 'online') return
      calls.wake()
      duties.wake()
    }),
    duties.stop,
    diary.stop,
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

type At = { language: Parameters<typeof handHere>[0]; zone: string }
type Props = At & { bell: CallBell }

const LeftSheet = ({ call, language, zone, onRead }: At & { call: Call | null; onRead: () => void }) => {
  const hand = handHere(language)
  if (call === null || hand === null) return null
  const head = hand.say('call.out', { name: call.by === '' ? '–' : call.by })
  return (
    <section className="call" data-kind="out" data-open="true" aria-label={head} role="alert">
      <p className="call-head">
        <bdi>{head}</bdi> <span>{hand.time(call.at, zone)}</span>
      </p>
      <Button kind="primary" onPress={onRead}>
        {hand.say('b.read')}
      </Button>
    </section>
  )
}

/** Never takes the focus: the next scan is the work's. */
const CallSheet = ({ bell, language, zone }: Props) => {
  const shown = useSyncExternalStore(bell.subscribe, bell.shown)
  const hand = handHere(language)
  if (shown === null || hand === null) return null
  const { call, isOpen, more } = shown
  const head = hand.say(call.kind === 'ring' ? 'call.ring' : 'call.text', { name: call.by === '' ? '–' : call.by })
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
