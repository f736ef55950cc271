import type { ReactNode } from 'react'
import { useApp } from '../app/services.ts'
import type { App } from '../app/services.ts'
import { checksOf } from '../check/checks.ts'
import type { Check, CheckId } from '../check/checks.ts'
import type { HandSpeaker } from '../words/hand-speaker.ts'
import { Button } from '../ui/button.tsx'
import { Frame } from '../ui/frame.tsx'
import { CameraPanel } from './camera-panel.tsx'
import { MenuPanel } from './menu-panel.tsx'
import { useFacts } from './use-facts.ts'
import { useHand } from './use-hand.ts'
import '../ui/aside.css'

const MARK = { good: '✓', look: '!', bad: '✕', open: '○' } as const

/** Each part of the handheld with one clear result. The badge that is scanned here tries the scanner and logs in. */
export const CheckScreen = () => {
  const app = useApp()
  const { state, chosen } = app
  const hand = useHand(chosen.language)
  const { facts, answer, tryIt } = useFacts(app)
  const checks = checksOf(facts)
  const done = checks.filter(check => check.result === 'good').length
  const acts: Readonly<Partial<Record<CheckId, ReactNode>>> = {
    camera: <Button onPress={tryIt}>{hand.say('b.try')}</Button>,
    sound: <Asked app={app} hand={hand} onAnswer={heard => answer({ heard })} />,
    vibration: <Asked app={app} hand={hand} onAnswer={felt => answer({ felt })} />,
  }
  return (
    <Frame
      screen="check"
      title={hand.say('check.title')}
      progress={`${done}/${checks.length}`}
      canGoBack
      prompt={
        <p className="prompt" tabIndex={-1} data-busy={state.busy}>
          {hand.say(state.session === null ? 'check.badge' : 'check.prompt')}
        </p>
      }
      bar={<CheckBar app={app} hand={hand} />}
    >
      {state.panel === 'menu' ? (
        <MenuPanel />
      ) : state.panel === 'camera' ? (
        <CameraPanel />
      ) : (
        <ul className="checks">
          {checks.map(check => (
            <Row key={check.id} check={check} hand={hand}>
              {acts[check.id]}
            </Row>
          ))}
        </ul>
      )}
    </Frame>
  )
}

const Row = ({ check, hand, children }: { check: Check; hand: HandSpeaker; children?: ReactNode }) => (
  <li className="check" data-result={check.result} data-check={check.id}>
    <span className="mark" aria-hidden="true">
      {MARK[check.result]}
    </span>
    <span className="what">
      <strong>{hand.say(`check.${check.id}`)}</strong>
      <span className="hidden"> {hand.say(`result.${check.result}`)}: </span>
      <span>{hand.say(check.key, check.values)}</span>
    </span>
    {children === undefined ? null : <span className="acts">{children}</span>}
  </li>
)

/** What only a person can say: play it, then yes or no. */
const Asked = ({ app, hand, onAnswer }: { app: App; hand: HandSpeaker; onAnswer: (answer: 'yes' | 'no') => void }) => (
  <>
    <Button onPress={() => app.play('task')}>{hand.say('b.play')}</Button>
    <Button onPress={() => onAnswer('yes')}>{hand.say('b.yes')}</Button>
    <Button onPress={() => onAnswer('no')}>{hand.say('b.no')}</Button>
  </>
)

const CheckBar = ({ app: { controller }, hand }: { app: App; hand: HandSpeaker }) => (
  <div className="bar">
    <Button onPress={() => void controller.press('XCBAK')}>{hand.say('b.back')}</Button>
    <Button onPress={() => controller.show('practice')}>{hand.say('b.practise')}</Button>
    <Button onPress={() => controller.panel('camera')}>{hand.say('check.camera')}</Button>
  </div>
)
