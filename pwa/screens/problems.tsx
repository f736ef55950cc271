import { useApp, zoneHere } from '../app/services.ts'
import type { App } from '../app/services.ts'
import { needsOf } from '../app/needs.ts'
import type { Kept, Need } from '../app/needs.ts'
import type { HandKey } from '../words/en-hand.ts'
import type { HandSpeaker } from '../words/hand-speaker.ts'
import { Button } from '../ui/button.tsx'
import { Code } from '../ui/code.tsx'
import { Frame } from '../ui/frame.tsx'
import { CameraPanel } from './camera-panel.tsx'
import { MenuPanel } from './menu-panel.tsx'
import { TypeRow } from './type-row.tsx'
import { useHand } from './use-hand.ts'
import { usePending } from './use-pending.ts'
import '../ui/aside.css'

/** What somebody has to look at, with the one thing to do about each. A code that nobody knows is kept by scanning it here. */
export const ProblemsScreen = () => {
  const app = useApp()
  const { chosen, state } = app
  const hand = useHand(chosen.language)
  const needs = needsOf(state.status.needsMe, usePending(app), state.session?.worker.id ?? null)
  const count = needs.mine.length + needs.others.length
  return (
    <Frame
      screen="problems"
      title={hand.say('problems.title')}
      progress={count > 0 ? `▲${count}` : null}
      canGoBack
      keypad={state.panel === 'code'}
      prompt={
        <>
          <p className="prompt" tabIndex={-1} data-busy={state.busy}>
            {hand.say('problems.prompt')}
          </p>
          {state.panel === 'code' ? <TypeRow day={false} /> : null}
        </>
      }
      bar={<ProblemsBar app={app} hand={hand} />}
    >
      {state.panel === 'menu' ? (
        <MenuPanel />
      ) : state.panel === 'camera' ? (
        <CameraPanel />
      ) : (
        <div className="stack aside">
          <Link app={app} hand={hand} />
          {count === 0 ? <p>{hand.say('problems.none')}</p> : null}
          <Rows title={hand.say('problems.mine')} needs={needs.mine} app={app} hand={hand} />
          <Rows title={hand.say('problems.others')} needs={needs.others} app={app} hand={hand} />
          <KeptCodes kept={needs.kept} hand={hand} zone={zoneHere(app)} />
        </div>
      )}
    </Frame>
  )
}

const LINK: Readonly<Record<string, HandKey | undefined>> = {
  unauthorised: 'link.unauthorised',
  revoked: 'link.revoked',
  outdated: 'link.outdated',
}

/** What concerns everything: whether work goes out, and what keeps it from going. */
const Link = ({ app: { state }, hand }: { app: App; hand: HandSpeaker }) => {
  const { link, storageFull, waiting } = state.status
  const trouble = storageFull ? 'link.full' : LINK[link]
  return (
    <>
      {trouble === undefined ? null : (
        <p className="need" data-bad="true">
          <strong>{hand.say(trouble)}</strong>
        </p>
      )}
      <p>{waiting > 0 ? hand.say('problems.waits', { n: waiting }) : hand.say('problems.sent')}</p>
    </>
  )
}

type RowsProps = { title: string; needs: readonly Need[]; app: App; hand: HandSpeaker }
const Rows = ({ title, needs, app, hand }: RowsProps) =>
  needs.length === 0 ? null : (
    <section>
      <h2>{title}</h2>
      <ul className="rows">
        {needs.map(need => (
          <Row key={`${need.seq} ${need.command?.id ?? ''}`} need={need} app={app} hand={hand} />
        ))}
      </ul>
    </section>
  )

const Row = ({ need, app, hand }: { need: Need; app: App; hand: HandSpeaker }) => {
  const { command, outcome, reason } = need
  const item = command !== null && 'item' in command ? app.handheld.world().item(command.item) : undefined
  const isKept = outcome === 'quarantined'
  return (
    <li className="need" data-bad={isKept}>
      <strong>
        {command === null ? '' : hand.say(`cmd.${command.type}`)} <bdi translate="no">{item?.name ?? ''}</bdi>
        {command !== null && 'qty' in command ? <Code> ×{command.qty}</Code> : null}
      </strong>
      <span>
        {hand.maybe('stands', outcome, 'stands.other')}
        {command === null ? null : ` · ${hand.time(command.at, zoneHere(app))}`}
      </span>
      <span>{hand.maybe('todo', isKept ? (reason ?? '') : outcome, 'todo.other')}</span>
    </li>
  )
}

const KeptCodes = ({ kept, hand, zone }: { kept: readonly Kept[]; hand: HandSpeaker; zone: string }) =>
  kept.length === 0 ? null : (
    <section>
      <h2>{hand.say('problems.kept')}</h2>
      <p className="quiet">{hand.say('problems.keptWhy')}</p>
      <ul className="lines">
        {kept.map(code => (
          <li className="line" key={code.text}>
            <span aria-hidden="true">{code.sent ? '✓' : '○'}</span>
            <span className="what">
              <Code>{code.text.slice(0, 80)}</Code>
            </span>
            <span className="much">{hand.time(code.at, zone)}</span>
          </li>
        ))}
      </ul>
    </section>
  )

const ProblemsBar = ({ app, hand }: { app: App; hand: HandSpeaker }) => {
  const { controller, speaker, state } = app
  const { band } = state
  const unknown = band?.event === 'unknown' ? band.scanned : null
  return (
    <div className="bar">
      <Button onPress={() => void controller.press('XCBAK')}>{hand.say('b.back')}</Button>
      {unknown === null ? (
        <Button onPress={() => controller.show('help')}>{hand.say('b.help')}</Button>
      ) : (
        <Button kind="primary" onPress={() => void controller.park(unknown)}>
          {hand.say('b.park')}
        </Button>
      )}
      <Button onPress={() => void controller.press('XCKEY')}>{speaker.word('key.type')}</Button>
    </div>
  )
}
