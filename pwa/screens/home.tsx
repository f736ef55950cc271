import { useApp } from '../app/services.ts'
import type { App } from '../app/services.ts'
import { tilesFor } from '../app/work.ts'
import type { Work } from '../app/work.ts'
import { QUESTION_BAR } from '../app/bar.ts'
import { Bar } from '../ui/bar.tsx'
import { Button } from '../ui/button.tsx'
import { Code } from '../ui/code.tsx'
import { Frame } from '../ui/frame.tsx'
import { PromptRow } from '../ui/prompt-row.tsx'
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
      bar={
        <Bar
          offers={
            question
              ? QUESTION_BAR
              : [
                  { command: 'XCLKP', word: 'key.lookup' },
                  { command: 'XCKEY', word: 'key.type' },
                ]
          }
        />
      }
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
        {(worker ? tilesFor(worker, processes, work) : []).map(tile => (
          <Button key={tile.name} onPress={() => void controller.openProcess(tile.name)}>
            <span>
              {speaker.word(tile.name)} {tile.count ? speaker.number(tile.count) : ''}
            </span>
          </Button>
        ))}
      </div>
    </div>
  )
}

const NextCard = ({ app, next }: { app: App; next: Work }) => {
  const { chosen, controller, speaker } = app
  const time = next.due === null ? null : dueText(next.due, chosen.language)
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
      <span>{next.waits ? speaker.say('waits') : next.lines > 0 ? speaker.say('lines', { n: next.lines }) : null}</span>
    </Button>
  )
}

/** A due day has no hour: midnight means the whole day. */
const dueText = (iso: string, language: string): string => {
  const isDay = iso.length === 10 || iso.includes('T00:00:00')
  const day = { day: 'numeric', month: 'short' } as const
  const format = new Intl.DateTimeFormat(
    language,
    isDay ? { ...day, timeZone: 'UTC' } : { ...day, hour: '2-digit', minute: '2-digit' },
  )
  return format.format(new Date(iso))
}
