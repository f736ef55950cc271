import { barOf } from '../app/bar.ts'
import { useApp } from '../app/services.ts'
import type { App } from '../app/services.ts'
import type { OpenProcess } from '../app/state.ts'
import type { AskKind, KeyOffer, Prompt, PromptLine } from '../../shared/process/process.ts'
import { Button } from '../ui/button.tsx'
import { Code } from '../ui/code.tsx'
import { AsOf } from './as-of.tsx'
import { WorkList } from './work-list.tsx'

/** What work begins with where nothing else is known yet. */
const BEGINS: ReadonlySet<AskKind> = new Set(['location', 'tote', 'carton', 'lpn'])

/** Lines of the task; where the step asks for a task or document, the open ones to choose from. */
export const Rows = ({ open, prompt }: { open: OpenProcess; prompt: Prompt }) => {
  const app = useApp()
  const { name } = open.process
  // Where nothing is begun yet, the work that waits can be chosen as well.
  const { kind } = prompt.ask
  const begins = kind === 'task' || kind === 'document' || (BEGINS.has(kind) && prompt.title.code === null)
  const chooses = begins && name !== 'move'
  if (prompt.lines.length === 0) return chooses ? <WorkList kind={name} /> : <Moved app={app} prompt={prompt} />
  return (
    <div>
      <ul className="lines">
        {prompt.lines.map((line, at) => (
          <li key={line.id} className={prompt.picks ? '' : 'line'} data-line={line.state}>
            {prompt.picks ? (
              <Button
                kind="row"
                className="line"
                pressed={line.state === 'next'}
                onPress={() => void app.controller.choose(at + 1)}
              >
                <Row app={app} line={line} mark={String(at + 1)} />
              </Button>
            ) : (
              <Row app={app} line={line} mark={MARKS[line.state]} />
            )}
          </li>
        ))}
      </ul>
      <AsOf />
      <Moved app={app} prompt={prompt} />
    </div>
  )
}

const isMoves = ({ command }: KeyOffer): boolean => command === 'XCHIS'

/** What has moved last stands below what is there, unless it stands under the prompt. */
const Moved = ({ app: { controller, speaker }, prompt }: { app: App; prompt: Prompt }) =>
  prompt.keys.some(isMoves) && !barOf(prompt, false).some(isMoves) ? (
    <Button onPress={() => void controller.press('XCHIS')}>{speaker.word('key.moves')}</Button>
  ) : null

const MARKS: Readonly<Record<PromptLine['state'], string>> = { open: '○', next: '▸', done: '✓', short: '▲' }

const Row = ({ app, line, mark }: { app: App; line: PromptLine; mark: string }) => {
  const { speaker } = app
  return (
    <>
      <span aria-hidden="true">{mark}</span>
      <span className="what">
        <span className="hidden">{speaker.word(`line.${line.state}`)} </span>
        <bdi translate="no">{line.title}</bdi>{' '}
        {line.place === null ? null : (
          <span className="quiet">
            <Code>{line.place}</Code>
          </span>
        )}
        <Details app={app} line={line} />
      </span>
      <span className="much">
        {line.hidden === true ? (
          <>
            <span aria-hidden="true">–</span>
            <span className="hidden">{speaker.word('fact.hidden')}</span>
          </>
        ) : (
          <Code>{line.wanted === null ? line.done : `${line.done}/${line.wanted}`}</Code>
        )}
      </span>
    </>
  )
}

/** Below the line: its status, then what else there is to know of it. */
const Details = ({ app: { speaker }, line: { status, facts = [] } }: { app: App; line: PromptLine }) =>
  status === undefined ? null : (
    <span className="details">
      <span data-status={status}>{speaker.word(`status.${status}`)}</span>
      {facts.map(fact => (
        <span key={fact.label}>
          {fact.label === null ? null : speaker.word(fact.label)} <Code>{fact.value}</Code>
        </span>
      ))}
    </span>
  )
