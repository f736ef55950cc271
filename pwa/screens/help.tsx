import { useState } from 'react'
import { FEEDBACK_EVENTS } from '../app/events.ts'
import { useApp } from '../app/services.ts'
import type { App } from '../app/services.ts'
import type { HandKey } from '../words/en-hand.ts'
import type { HandSpeaker } from '../words/hand-speaker.ts'
import { MARKS } from '../ui/band.tsx'
import { Button } from '../ui/button.tsx'
import { Code } from '../ui/code.tsx'
import { Frame } from '../ui/frame.tsx'
import { CARDS } from './cards.ts'
import { CameraPanel } from './camera-panel.tsx'
import { MenuPanel } from './menu-panel.tsx'
import { shareDetails } from './share-details.ts'
import { StepHelp } from './step-help.tsx'
import { useHand } from './use-hand.ts'
import '../ui/aside.css'

/** What the tones mean, what the cards do, who to ask, and what this handheld is. There without a network and a log-in. */
export const HelpScreen = () => {
  const app = useApp()
  const { chosen, state } = app
  const hand = useHand(chosen.language)
  const [isCopied, setCopied] = useState(false)
  const share = (): void => void shareDetails(app).then(setCopied)
  return (
    <Frame
      screen="help"
      title={hand.say('help.title')}
      canGoBack
      prompt={
        <p className="prompt" role="status" tabIndex={-1} data-busy={state.busy}>
          {isCopied ? hand.say('help.shared') : app.speaker.say(state.session === null ? 'login' : 'ready.any')}
        </p>
      }
      bar={<HelpBar app={app} hand={hand} onShare={share} />}
    >
      {state.panel === 'menu' ? (
        <MenuPanel />
      ) : state.panel === 'camera' ? (
        <CameraPanel />
      ) : (
        <div className="stack aside">
          <StepHelp />
          <This app={app} hand={hand} />
          <Who app={app} hand={hand} />
          <Heard app={app} hand={hand} />
          <Cards hand={hand} />
          <p className="quiet">{hand.say('help.scannerSet')}</p>
        </div>
      )}
    </Frame>
  )
}

type Part = { app: App; hand: HandSpeaker }

/** Each tone with its mark and its meaning; a tap plays it. */
const Heard = ({ app, hand }: Part) => (
  <section className="stack">
    <h2>{hand.say('help.hear')}</h2>
    {FEEDBACK_EVENTS.map(event => (
      <Button key={event} kind="row" onPress={() => app.play(event)}>
        <span className="tone" data-event={event} aria-hidden="true">
          {MARKS[event]}
        </span>
        <span className="means">{hand.say(`hear.${event}`)}</span>
      </Button>
    ))}
  </section>
)

const Cards = ({ hand }: { hand: HandSpeaker }) => (
  <section>
    <h2>{hand.say('help.cards')}</h2>
    <ul className="lines">
      {[
        ...CARDS.map(({ code, key }) => ({ code, key, word: `card.${code}` as HandKey })),
        { code: 'XCQ01…99', key: '0–9', word: 'card.XCQ' as const },
        { code: 'XCR01…09', key: '1–9', word: 'card.XCR' as const },
      ].map(card => (
        <li className="line" key={card.code}>
          <span className="what">{hand.say(card.word)}</span>
          <Code>{card.code}</Code>
          <span className="much">{card.key === null ? null : <Code>{card.key}</Code>}</span>
        </li>
      ))}
    </ul>
  </section>
)

/** Who may decide here, by the roster on the device. */
const Who = ({ app, hand }: Part) => {
  const known = app.handheld.roster()?.workers ?? []
  const names = known.filter(worker => worker.active && worker.roles.includes('supervisor')).map(worker => worker.name)
  return (
    <section>
      <h2>{hand.say('help.who')}</h2>
      <p>
        {names.length === 0
          ? hand.say('help.nobody')
          : names.map((name, at) => (
              <span key={name}>
                {at > 0 ? ', ' : null}
                <bdi translate="no">{name}</bdi>
              </span>
            ))}
      </p>
    </section>
  )
}

const This = ({ app, hand }: Part) => (
  <section className="stack">
    <p>
      {hand.say('help.version', { no: app.info.version })}
      {app.info.number === null ? null : ` · ${hand.say('help.device', { no: app.info.number })}`} ·{' '}
      <bdi translate="no">{app.handheld.warehouse.name}</bdi>
    </p>
    <div className="choices">
      <Button onPress={() => app.controller.show('check')}>{hand.say('b.check')}</Button>
      <Button onPress={() => app.controller.show('practice')}>{hand.say('b.practise')}</Button>
    </div>
  </section>
)

const HelpBar = ({ app: { controller }, hand, onShare }: Part & { onShare: () => void }) => (
  <div className="bar">
    <Button onPress={() => void controller.press('XCBAK')}>{hand.say('b.back')}</Button>
    <Button onPress={() => controller.show('problems')}>{hand.say('b.problems')}</Button>
    <Button onPress={onShare}>{hand.say('b.share')}</Button>
  </div>
)
