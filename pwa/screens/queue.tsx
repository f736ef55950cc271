import type { Command } from '../../shared/sync/command.ts'
import { useApp, zoneHere } from '../app/services.ts'
import type { App } from '../app/services.ts'
import { troublesOf } from '../sync/troubles.ts'
import { clockTime } from '../words/clock-time.ts'
import type { HandSpeaker } from '../words/hand-speaker.ts'
import { Button } from '../ui/button.tsx'
import { Code } from '../ui/code.tsx'
import { Frame } from '../ui/frame.tsx'
import { MenuPanel } from './menu-panel.tsx'
import { useHand } from './use-hand.ts'
import { usePending } from './use-pending.ts'

/** Rows shown; the rest is a number. */
const SHOWN_MAX = 100

/** What waits, what needs me, and that it is safe. "Sent" is said only of what the server has confirmed. */
export const QueueScreen = () => {
  const app = useApp()
  const { controller, handheld, speaker, state } = app
  const pending = usePending(app)
  const hand = useHand(app.chosen.language)
  const { waiting, lastGoodRound } = state.status
  const all = waiting + state.photos
  const needsMe = troublesOf(state.status)
  return (
    <Frame
      screen="queue"
      title={speaker.word('t.queue')}
      progress={all > 0 ? speaker.number(all) : null}
      canGoBack
      bar={
        <div className="bar">
          <Button kind="primary" onPress={() => handheld.syncNow()}>
            {speaker.word('b.send')}
          </Button>
          <Button onPress={() => copyOut(pending)}>{speaker.word('b.copy')}</Button>
          <Button onPress={() => void controller.press('XCBAK')}>{speaker.word('key.back')}</Button>
        </div>
      }
    >
      {state.panel === 'menu' ? (
        <MenuPanel />
      ) : (
        <div className="stack">
          {waiting > 0 ? <p>{speaker.say('not.sent', { n: waiting })}</p> : null}
          {state.photos > 0 ? <p role="status">{speaker.say('photo.waiting', { n: state.photos })}</p> : null}
          {all === 0 ? <p>{speaker.say('no.waiting')}</p> : null}
          {state.status.link === 'unauthorised' ? <p>{speaker.say('enrol.again')}</p> : null}
          <ul className="lines">
            {needsMe.map(row => (
              <li className="line" key={`needs ${row.seq}`}>
                <span aria-hidden="true">▲</span>
                <span className="what">
                  {row.command ? hand.say(`cmd.${row.command.type}`) : ''}{' '}
                  {hand.say('refused.why', { why: hand.maybe('why', row.reason ?? row.outcome, 'why.exception') })}
                </span>
              </li>
            ))}
            {pending.slice(0, SHOWN_MAX).map(command => (
              <Row key={command.id} app={app} hand={hand} command={command} />
            ))}
          </ul>
          <p className="quiet">
            {lastGoodRound === null ? null : speaker.say('sent.last', { time: timeOf(app, lastGoodRound) })}
          </p>
          <About app={app} />
        </div>
      )}
    </Frame>
  )
}

const timeOf = (app: App, iso: string): string => clockTime(app.chosen.language, zoneHere(app)).format(new Date(iso))

const Row = ({ app, hand, command }: { app: App; hand: HandSpeaker; command: Command }) => {
  const { handheld, speaker } = app
  const item = 'item' in command ? handheld.world().item(command.item) : undefined
  const quantity = 'qty' in command ? command.qty : null
  return (
    <li className="line">
      <span aria-hidden="true">○</span>
      <span className="what">
        <span className="hidden">{speaker.word('state.waiting')} </span>
        {hand.say(`cmd.${command.type}`)} <bdi translate="no">{item?.name ?? ''}</bdi>{' '}
        {quantity === null ? null : <Code>×{quantity}</Code>}
      </span>
      <span className="much">{timeOf(app, command.at)}</span>
    </li>
  )
}

const About = ({ app }: { app: App }) => {
  const { info, speaker } = app
  return (
    <p className="quiet">
      {speaker.say('version', { no: info.version })}{' '}
      {info.number === null ? null : speaker.say('device', { no: info.number })}
    </p>
  )
}

/** A copy for help: what waits, as a file. It clears nothing. */
const copyOut = (pending: readonly Command[]): void => {
  const blob = new Blob([pending.map(command => JSON.stringify(command)).join('\n')], { type: 'application/x-ndjson' })
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = 'stockhand-waiting.ndjson'
  link.click()
  URL.revokeObjectURL(url)
}
