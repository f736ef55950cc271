import { isWholeDay } from '../../shared/due.ts'
import { UTC } from '../../shared/time.ts'
import { useApp, zoneHere } from '../app/services.ts'
import type { App } from '../app/services.ts'
import { tilesFor } from '../app/work.ts'
import type { Work } from '../app/work.ts'
import { homeBar, QUESTION_BAR } from '../app/bar.ts'
import { clockTime } from '../words/clock-time.ts'
import type { Language } from '../words/words.ts'
import { Bar } from '../ui/bar.tsx'
import { Button } from '../ui/button.tsx'
import { Code } from '../ui/code.tsx'
import { Frame } from '../ui/frame.tsx'
import { PromptRow } from '../ui/prompt-row.tsx'
import { AsOf } from './as-of.tsx'
import { CameraPanel } from './camera-panel.tsx'
import { FoundPanel } from './found-panel.tsx'
import { Menu } from './menu.tsx'
import { AskPanel } from './trouble-panel.tsx'
import { TypeRow } from './type-row.tsx'
import { useWork } from './work-list.tsx'

/** The next task, and what else this worker may do. A scan opens the right screen by itself. */
export const HomeScreen = () => {
  const app = useApp()
  const { handheld, speaker, state } = app
  const { question } = state
  return (
    <Frame
      screen="home"
      title={
        <>
          <bdi>{state.session?.worker.name}</bdi> · <bdi>{handheld.warehouse.name}</bdi>
        </>
      }
      keypad={state.panel === 'code'}
      prompt={
        question ? (
          <PromptRow say={{ key: 'again.confirm', values: {} }} />
        ) : (
          <>
            <PromptRow say={{ key: 'ready.any', values: {} }} />
            {state.panel === 'code' ? <TypeRow day={false} /> : null}
          </>
        )
      }
      bar={<Bar offers={question ? QUESTION_BAR : homeBar(state.band)} />}
    >
      {question ? (
        <AskPanel say={question.say} />
      ) : state.panel === 'menu' ? (
        <Menu />
      ) : state.panel === 'camera' ? (
        <CameraPanel />
      ) : state.panel === 'found' ? (
        <FoundPanel />
      ) : (
        <Work app={app} />
      )}
      <span className="hidden">{speaker.word('t.home')}</span>
    </Frame>
  )
}

const Work = ({ app }: { app: App }) => {
  const { controller, processes, speaker, state } = app
  const work = useWork()
  const [next] = work
  const worker = state.session?.worker
  const loading = state.status.loading
  return (
    <div className="stack">
      {loading ? (
        <p role="status">{speaker.say('again.load', { done: loading.done, all: loading.all ?? loading.done })}</p>
      ) : null}
      {state.update ? <p role="status">{speaker.say(`update.${state.update}`)}</p> : null}
      {next ? <NextCard app={app} next={next} /> : <p className="quiet">{speaker.say('no.work')}</p>}
      <div className="tiles">
        {(worker ? tilesFor(worker, processes, work) : []).map((tile, at) => (
          <Button key={tile.name} onPress={() => void controller.openProcess(tile.name)}>
            <span>
              {/* The number that opens it, by key and Enter. */}
              <small className="nth" aria-hidden="true">
                {at + 1}
              </small>{' '}
              {speaker.word(tile.name)} {tile.count ? speaker.number(tile.count) : ''}
            </span>
          </Button>
        ))}
      </div>
      <AsOf />
    </div>
  )
}

const NextCard = ({ app, next }: { app: App; next: Work }) => {
  const { chosen, controller, speaker } = app
  const time = next.due === null ? null : dueText(next.due, chosen.language, zoneHere(app))
  return (
    <Button className="next" kind="row" onPress={() => void controller.openRow(next.task)}>
      <span>
        <strong>
          {speaker.word(next.kind)} <Code>{next.number}</Code>
        </strong>
        <span>
          {next.from === null ? null : <Code>{next.to === null ? next.from : `${next.from} → ${next.to}`}</Code>}{' '}
          {time === null ? null : speaker.say('due', { time })}
        </span>
      </span>
      <span className="beside">
        {next.waits ? speaker.say('waits') : next.lines > 0 ? speaker.say('lines', { n: next.lines }) : null}
      </span>
    </Button>
  )
}

const DAY = { day: 'numeric', month: 'short' } as const
/** A due day has no hour, and no zone. */
const dueText = (iso: string, language: Language, zone: string): string => {
  const clock = isWholeDay(iso)
    ? clockTime(language, UTC, DAY)
    : clockTime(language, zone, { ...DAY, hour: '2-digit', minute: '2-digit' })
  return clock.format(new Date(iso))
}
